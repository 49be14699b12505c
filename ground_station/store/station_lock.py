"""One station for one store: a second one is refused, and told who holds it.

On the data folder it is a file lock, which the kernel frees however the holder ends. On PostgreSQL
it is an advisory lock of a session that is kept for nothing else: other machines see it too.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from ground_station.core.errors import Conflict, Unavailable
from ground_station.core.lifecycle import Worker
from ground_station.store.engine import Database

log = logging.getLogger(__name__)

STATION_LOCK = int.from_bytes(b"station")  # a bigint, another than the writers'
LOCK_NAME = "station.lock"
COMMANDS_LOCK_NAME = "commands.lock"
FORMER_ENDS_WITHIN_S = 5.0  # a worker that was killed: its connection is gone when the server sees
RETRY_S = 0.2
LOOK_EVERY_S = 2.0
_HOLDER = text(
    "SELECT activity.application_name, activity.client_addr FROM pg_locks AS held "
    "JOIN pg_stat_activity AS activity USING (pid) WHERE held.locktype = 'advisory' "
    "AND held.granted AND ((held.classid::bigint << 32) | held.objid::bigint) = :number"
)


@contextmanager
def hold_data_folder(data_folder: Path) -> Iterator[None]:
    """Hold the data folder for a station, or for what must not run beside one (a restore).

    Raises:
        Conflict: another process holds it; the message says which.
        Unavailable: the lock file cannot be made.
    """
    descriptor = _opened(data_folder, LOCK_NAME)
    try:
        _lock(data_folder, descriptor)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def used_by_command(data_folder: Path) -> Iterator[None]:
    """Use the data folder for a command, beside others and the station, but not beside a restore:
    what the command writes would be moved away with the former database.

    Raises:
        Conflict: a restore is running.
    """
    try:
        descriptor = _opened(data_folder, COMMANDS_LOCK_NAME) if data_folder.is_dir() else None
    except Unavailable:
        descriptor = None  # nothing can be written here, so nothing can be lost
    try:
        if descriptor is not None:
            _lock_for_commands(descriptor, fcntl.LOCK_SH, _restoring(data_folder))
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def without_commands(data_folder: Path) -> Iterator[None]:
    """Keep commands out of the data folder, for a restore.

    Raises:
        Conflict: a command is using it. Unavailable: the lock file cannot be made.
    """
    descriptor = _opened(data_folder, COMMANDS_LOCK_NAME)
    try:
        _lock_for_commands(
            descriptor,
            fcntl.LOCK_EX,
            Conflict(
                f"Another command is using the data folder {data_folder}.",
                "Try again when it has finished.",
            ),
        )
        yield
    finally:
        os.close(descriptor)


def _restoring(data_folder: Path) -> Conflict:
    return Conflict(
        f"A backup is being restored into the data folder {data_folder}.",
        "Try again when that has finished.",
    )


def _lock_for_commands(descriptor: int, how: int, taken: Conflict) -> None:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        raise taken from None


def _opened(data_folder: Path, name: str) -> int:
    """A lock file's descriptor, which is the caller's to close."""
    file = data_folder / "run" / name
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise Unavailable(
            f"The data folder {data_folder} cannot be written: {error.strerror}.",
            "Give this user a folder it may write to (setting data_folder).",
        ) from error


def _lock(data_folder: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _folder_taken(data_folder, descriptor) from None
    with contextlib.suppress(OSError):  # a full disk: it is held all the same
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid()}).encode(), 0)


def _folder_taken(data_folder: Path, descriptor: int) -> Conflict:
    try:
        pid = int(json.loads(os.pread(descriptor, 4096, 0))["pid"])
        who = f"the process {pid}"
    except (ValueError, KeyError, TypeError):
        who = "another process"
    return Conflict(
        f"A station already runs on the data folder {data_folder}: {who} holds it.",
        "Stop that one, or give this one a --data-folder of its own.",
    )


class DatabaseHold:
    """The station's hold on its PostgreSQL database; a service. On SQLite it does nothing, since
    the data folder is held.

    Args:
        lost: called when another station took the database over while ours had lost its link.
    """

    def __init__(self, database: Database, lost: Callable[[str], None]) -> None:
        self._database = database
        self._lost = lost
        self._connection: Connection | None = None
        self._wake = threading.Event()
        self._worker = Worker("database-hold", self._step)

    def start(self) -> None:
        """Raises Conflict when another station holds the database, naming it."""
        if self._database.url is None:
            return
        self.take(FORMER_ENDS_WITHIN_S)
        self._worker.start()

    def stop(self) -> None:
        self._wake.set()
        self._worker.stop()
        self._drop()

    def take(self, wait_s: float) -> None:
        """Take the lock, waiting for a former holder that is just ending.

        Raises:
            Conflict: somebody else holds it.
            Unavailable: the database does not answer.
        """
        until_s = time.monotonic() + wait_s
        try:
            connection = self._database.engine.connect()
        except DBAPIError as error:
            raise Unavailable("The database does not answer.") from error
        try:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(
                text("SELECT set_config('application_name', :name, false)"), {"name": own_name()}
            )
            while not connection.execute(
                text("SELECT pg_try_advisory_lock(:number)"), {"number": STATION_LOCK}
            ).scalar():
                if time.monotonic() >= until_s:
                    raise self._taken(connection)
                time.sleep(RETRY_S)
        except DBAPIError as error:
            connection.invalidate()
            connection.close()
            raise Unavailable("The database does not answer.") from error
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _taken(self, connection: Connection) -> Conflict:
        row: Any = connection.execute(_HOLDER, {"number": STATION_LOCK}).first()
        who = "another station" if row is None else f"{row[0]} ({row[1] or 'this machine'})"
        return Conflict(
            f"A station already runs on {self._database}: {who} holds it.",
            "Stop that one, or give this one a database of its own (setting store.url).",
        )

    def _step(self) -> None:
        if not self._wake.wait(LOOK_EVERY_S):
            self.look()

    def look(self) -> None:
        """Whether we still hold it; else take it again, or say who has it."""
        connection = self._connection
        if connection is not None:
            try:
                connection.execute(text("SELECT 1"))
                return
            except DBAPIError:
                log.warning("database_hold_lost")
                self._drop()
        try:
            self.take(0.0)
            log.warning("database_hold_taken_again")
        except Conflict as error:
            self._lost(str(error))
        except Unavailable:
            pass  # the database is away, which its own part says; tried again

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # closes the session, and the lock with it
            connection.close()


def own_name() -> str:
    """As PostgreSQL shows this station; 63 bytes are kept."""
    return f"kestrel station {socket.gethostname()[:24]} pid {os.getpid()}"
