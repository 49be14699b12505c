"""What the database drivers raise, as the errors of `core.errors`.

A broken constraint stays SQLAlchemy's own `IntegrityError`: only the repository knows what it
means. No message holds a statement's values (the engines hide them) or the database's password
(drivers do not print it).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as postgres_errors
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import IntegrityError as ConstraintBroken
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ground_station.core.errors import IntegrityError, InvalidInput, KestrelError, Unavailable

FULL = "Free space on the disk; nothing that was acknowledged is lost."
READ_ONLY = "Make the data folder writable for this user; nothing that was acknowledged is lost."
DAMAGED = "Restore it from a backup: python3 run.py restore FILE."
BUSY = "Try again in a moment."
POSTGRES_AWAY = "Start PostgreSQL, and look at the setting store.url and its log."
# What SQLite says, and what to do about it. The words are those of sqlite3_errstr.
_SQLITE_REMEDIES = (
    ("full", FULL),
    ("readonly", READ_ONLY),
    ("unable to open", READ_ONLY),
    ("disk i/o", "Look at the disk and its free space; nothing that was acknowledged is lost."),
    ("locked", f"Another process is writing to it. {BUSY}"),
    ("busy", f"Another process is writing to it. {BUSY}"),
)
# From the particular to the general: the first that fits is it.
_POSTGRES: tuple[tuple[type[Exception], str, str], ...] = (
    (postgres_errors.DiskFull, "The database's disk is full", FULL),
    (
        postgres_errors.ReadOnlySqlTransaction,
        "The database does not take writes",
        "Name the primary in store.url.",
    ),
    (postgres_errors.LockNotAvailable, "Another process is writing to the database", BUSY),
    (postgres_errors.QueryCanceled, "The database took too long", BUSY),
    (
        postgres_errors.InsufficientPrivilege,
        "The database refuses its user",
        "Make the user of store.url the owner of the database.",
    ),
    (psycopg.OperationalError, "The database did not answer", POSTGRES_AWAY),
    (psycopg.InterfaceError, "The database did not answer", POSTGRES_AWAY),
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise the drivers' errors as ours.

    Raises:
        Unavailable: the database does not answer, or takes no more.
        IntegrityError: what is stored is damaged, or not as this release expects it.
        InvalidInput: a value that this database cannot keep.
    """
    try:
        yield
    except ConstraintBroken:
        raise
    except DBAPIError as error:
        cause = error.orig
        if isinstance(cause, sqlite3.Error):
            raise from_sqlite(cause) from error
        raise _from_postgres(cause) from error
    except StatementError as error:  # a value did not even get as far as the driver
        said = first_line(error.orig)
        raise InvalidInput(f"The database cannot keep this value: {said}.") from error
    except PoolTimeout as error:
        raise Unavailable("The database is too busy: no connection was free.", BUSY) from error


def from_sqlite(cause: sqlite3.Error) -> KestrelError:
    """What SQLite's own error means."""
    said = str(cause)
    if isinstance(cause, sqlite3.OperationalError):
        lower = said.lower()
        remedy = next((remedy for word, remedy in _SQLITE_REMEDIES if word in lower), "")
        return Unavailable(f"The database did not answer: {said}.", remedy)
    if isinstance(cause, sqlite3.ProgrammingError | sqlite3.InterfaceError | sqlite3.DataError):
        return InvalidInput(f"The database cannot keep this value: {said}.")
    return IntegrityError(f"The database is damaged: {said}.", DAMAGED)


def _from_postgres(cause: BaseException | None) -> KestrelError:
    said = first_line(cause)
    for kind, message, remedy in _POSTGRES:
        if isinstance(cause, kind):
            return Unavailable(f"{message}: {said}.", remedy)
    if isinstance(cause, psycopg.DataError):
        return InvalidInput(f"The database cannot keep this value: {said}.")
    return IntegrityError(f"The database is not as it should be: {said}.", DAMAGED)


def first_line(cause: BaseException | None) -> str:
    """The first line of what a driver said: later ones quote statements and values."""
    return str(cause).strip().split("\n", 1)[0].rstrip(".")
