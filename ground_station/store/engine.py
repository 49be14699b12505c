"""An open database and its one writer; the SQLite file (PostgreSQL: see `store.postgresql`).

Write-ahead log, so that readers never wait for the writer; foreign keys on; a busy timeout for the
second process that may write (the command line). Inside one process one lock orders the writers,
and a write transaction begins IMMEDIATE: it never has to be upgraded, so it cannot deadlock.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session

from ground_station.core.errors import Unavailable
from ground_station.store.failures import BUSY, translated
from ground_station.store.postgresql import parse_url, postgres_engine

BUSY_TIMEOUT_MS = 5000
WRITER_TIMEOUT_S = 15.0
DATABASE_NAME = "kestrel.db"


def database_file(data_folder: Path) -> Path:
    """Where this installation's database lies."""
    return data_folder / DATABASE_NAME


class Database:
    """An open database; sessions are short and belong to one thread."""

    def __init__(self, engine: Engine, url: URL | None = None) -> None:
        self.engine = engine
        self.url = url  # of PostgreSQL; None for SQLite
        self._writer = threading.Lock()
        self._mine = threading.local()  # `session`: the write this thread is in the middle of

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads. Inside a `write` of the same thread it is that one's, and sees
        what was done in it."""
        joined = self.writing()
        if joined is not None:
            with translated():
                yield joined
            return
        with translated(), Session(self.engine, autoflush=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back when the block raises.

        Inside another `write` of the same thread it is that one's session: what both do is
        committed together, at the outer end. Let every error out of the outer block.

        Raises:
            Unavailable: no turn came in 15 s, or the database takes nothing.
            IntegrityError: it is damaged. InvalidInput: a value that it cannot keep.
        """
        joined = self.writing()
        if joined is not None:
            with translated():
                yield joined
                joined.flush()
            return
        with (
            self._turn(),
            translated(),
            self.engine.connect().execution_options(kestrel_write=True) as connection,
            Session(connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            self._mine.session = session
            try:
                yield session
            finally:
                self._mine.session = None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """This process's one writer; the wait for it ends, whatever the others do."""
        if not self._writer.acquire(timeout=WRITER_TIMEOUT_S):
            raise Unavailable("The database is too busy: others have been writing all along.", BUSY)
        try:
            yield
        finally:
            self._writer.release()

    def writing(self) -> Session | None:
        """The session of the `write` that this thread is inside of, if it is."""
        found: Session | None = getattr(self._mine, "session", None)
        return found

    def check(self) -> None:
        """Raises Unavailable or IntegrityError if the database does not answer."""
        with self.read() as session:
            session.execute(text("SELECT 1"))

    def __str__(self) -> str:
        """What it is called in messages: never with the password."""
        if self.url is not None:
            return f"the database {self.url.database} on {self.url.host or 'this machine'}"
        return str(self.engine.url.database)

    def close(self) -> None:
        self.engine.dispose()


def open_station_database(data_folder: Path, url: SecretStr | None) -> Database:
    """The installation's database: PostgreSQL where `store.url` says so, else the SQLite file.

    Raises:
        ConfigError: the URL is none of PostgreSQL.
        Unavailable: there is no SQLite file yet. (PostgreSQL is first asked when it is used.)
    """
    if url is None:
        return open_database(database_file(data_folder))
    parsed = parse_url(url)
    return Database(postgres_engine(parsed), parsed)


def open_database(file: Path) -> Database:
    """Open an existing SQLite file.

    Raises:
        Unavailable: there is no such file.
    """
    if not file.is_file():
        raise Unavailable(
            f"There is no database {file}.",
            "Name the installation (--settings FILE), or start it once.",
        )
    engine = create_engine(
        f"sqlite+pysqlite:///{file}",
        pool_size=8,
        max_overflow=24,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)
    return Database(engine)


def _set_up_connection(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, see _begin
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",  # what was committed outlives a power cut
        "foreign_keys = ON",
        "secure_delete = ON",  # what is deleted of people is overwritten, not only unlinked
        "trusted_schema = OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("kestrel_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
