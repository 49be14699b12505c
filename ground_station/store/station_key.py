"""The station's own key, `<data>/station.key`: made once, readable by this user only.

Secrets of authenticator apps are kept encrypted under it (`services.sealing`). While there are some
a missing or damaged key is never made anew: nobody could sign in with their codes, without a word.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from sqlalchemy import select

from ground_station.core.errors import IntegrityError, Unavailable
from ground_station.store.archive import sync_folder
from ground_station.store.engine import Database
from ground_station.store.orm import UserRow
from ground_station.store.orm_authority import AuthenticatorRow

KEY_FILE = "station.key"
_KEY_LENGTH = 64  # hex digits: 256 bits
_NAMED = 5


def station_key(data_folder: Path, database: Database) -> str:
    """The key; a new one where there is none and nothing was sealed yet.

    Raises:
        IntegrityError: it is missing or damaged, and somebody's second factor needs it.
        Unavailable: it cannot be read, or none can be written.
    """
    file = data_folder / KEY_FILE
    key = _read(file)
    if key is not None and len(key) >= _KEY_LENGTH // 2:
        return key
    problem = f"The key file {file} is {'missing' if key is None else 'damaged'}."
    people = _who_needs_it(database)
    if people:
        raise IntegrityError(
            f"{problem} Second factors cannot be checked without it.",
            "Put station.key back from a backup. If it is lost for good, reset the second factors "
            f"of {_names(people)} (python3 run.py users reset-factors NAME), then delete the file "
            "if there is one: a new key is made.",
        )
    if key is not None:
        raise Unavailable(problem, "Delete it; a new one is made.")
    return _make(file)


def key_for_accounts(data_folder: Path, database: Database) -> str:
    """The key for a command that neither seals nor opens anything: without the station's own,
    another that is thrown away, since such a command is how people get out of that."""
    try:
        return station_key(data_folder, database)
    except IntegrityError:
        return secrets.token_hex(_KEY_LENGTH // 2)


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""
    except OSError as error:
        raise Unavailable(f"The key file {file} cannot be read: {error.strerror}.") from error


def _make(file: Path) -> str:
    """Whole or not at all, and only one of two processes that both find none."""
    key = secrets.token_hex(_KEY_LENGTH // 2)
    partial = file.with_name(f"{KEY_FILE}.{secrets.token_hex(4)}.partial")
    try:
        try:
            descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as opened:
                opened.write(key)
                opened.flush()
                os.fsync(opened.fileno())
            os.link(partial, file)
            sync_folder(file.parent)  # before anything is encrypted with it
        finally:
            with contextlib.suppress(OSError):
                partial.unlink()
    except FileExistsError:
        return _read(file) or ""
    except OSError as error:
        raise Unavailable(
            f"No key file {file} can be made: {error.strerror}.",
            "Make the data folder writable, or make room on its disk.",
        ) from error
    return key


def _who_needs_it(database: Database) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(
                select(UserRow.username)
                .join(AuthenticatorRow, AuthenticatorRow.user_id == UserRow.id)
                .order_by(UserRow.username)
            )
        )


def _names(people: list[str]) -> str:
    more = len(people) - _NAMED
    return ", ".join(people[:_NAMED]) + (f" and {more} more" if more > 0 else "")
