"""The file of an outbox: opened and locked, checked, and moved aside if it is damaged.

A damaged file is `NAME.unsalvaged-TIME` until what can be read of it is in the new one, on the
disk, and `NAME.damaged-TIME` from then on: a process that is killed at any step goes on at its next
start.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from ground_station.core.agent_durable import decode_durable
from ground_station.core.errors import InvalidInput, KestrelError, Unavailable

log = logging.getLogger(__name__)

LAYOUT = 1  # in the file's user_version
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_UNSALVAGED, _SALVAGED = ".unsalvaged-", ".damaged-"
_SIDECARS = ("", "-wal", "-shm", "-journal")
_SCHEMA = """
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    body BLOB NOT NULL
)
"""


class Damaged(Exception):
    """The file is no outbox that can be used."""


def open_outbox(file: Path) -> tuple[sqlite3.Connection, str]:
    """The open, locked file, and what was wrong with it ("" = nothing).

    A damaged one is moved aside and kept; what can still be read of it goes into the new one.

    Raises:
        Unavailable: it cannot be opened, or another process holds it.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _finish_move(file)
        try:
            database, reason = _opened(file), "found at a former start"
        except Damaged as error:
            reason = str(error)
            _move(file, _aside(file, datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")))
            database = _opened(file)
        try:
            told = [_salvage(file, aside, database, reason) for aside in _unsalvaged(file)]
        except BaseException:
            database.close()
            raise
        return database, " ".join(told)
    except Damaged as error:  # the new one as well
        raise Unavailable(
            f"The outbox {file} cannot be used: {error}.", "Look at the disk it is on."
        ) from error
    except OSError as error:
        raise Unavailable(
            f"The outbox {file} cannot be opened: {error.strerror}.",
            "Give this user a folder it may write to.",
        ) from error


def unavailable(file: Path, error: sqlite3.Error) -> KestrelError:
    """What the driver says, as a person can use it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    remedies = {
        sqlite3.SQLITE_FULL: ("its disk is full", "Free some space on it."),
        sqlite3.SQLITE_READONLY: ("its disk is read-only", "Make the disk writable again."),
        sqlite3.SQLITE_IOERR: ("its disk fails", "Look into the system's log; replace the disk."),
        sqlite3.SQLITE_BUSY: ("another process holds it", "Run one agent with each outbox."),
        sqlite3.SQLITE_LOCKED: ("another process holds it", "Run one agent with each outbox."),
        sqlite3.SQLITE_CORRUPT: ("it is damaged", "Start the agent again: it keeps it aside."),
    }
    what, remedy = remedies.get(code, (str(error), ""))
    return Unavailable(f"The outbox {file} cannot be used: {what}.", remedy)


def _opened(file: Path) -> sqlite3.Connection:
    os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    file.chmod(0o600)
    database = sqlite3.connect(file, timeout=1.0, isolation_level=None, check_same_thread=False)
    try:
        _prepare(database)
    except sqlite3.Error as error:
        database.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
            raise Damaged(str(error)) from error
        raise unavailable(file, error) from error
    except Damaged:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection) -> None:
    for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("BEGIN IMMEDIATE")  # takes the lock, which is then held
    layout = int(database.execute("PRAGMA user_version").fetchone()[0])
    tables = int(database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if layout == 0 and tables == 0:
        database.execute(_SCHEMA)
        database.execute(f"PRAGMA user_version = {LAYOUT}")
    database.execute("COMMIT")
    if layout not in (0, LAYOUT) or (layout == 0 and tables):
        raise Damaged(f"it is no outbox of this release (layout {layout})")
    checked = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
    if checked != "ok":
        raise Damaged(checked)
    for (body,) in database.execute("SELECT body FROM messages"):
        try:
            decode_durable(body)
        except InvalidInput as error:
            raise Damaged(str(error)) from error


def _aside(file: Path, stamp: str) -> Path:
    return file.with_name(f"{file.name}{_UNSALVAGED}{stamp}")


def _unsalvaged(file: Path) -> list[Path]:
    """Damaged files whose messages are not in the present one yet, the oldest first."""
    prefix = f"{file.name}{_UNSALVAGED}"
    found = (one for one in file.parent.iterdir() if one.name.startswith(prefix))
    return sorted(one for one in found if not one.name.endswith(_SIDECARS[1:]))


def _finish_move(file: Path) -> None:
    """A process was killed while it moved a damaged file: its parts belong together."""
    if not file.exists():
        for aside in _unsalvaged(file)[-1:]:
            _move(file, aside)


def _move(file: Path, to: Path) -> None:
    """Move it with its parts, itself first: while it is not there, parts of it may be."""
    for ending in _SIDECARS:
        part = Path(f"{file}{ending}")
        if part.exists():
            part.rename(Path(f"{to}{ending}"))
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _salvage(file: Path, aside: Path, into: sqlite3.Connection, reason: str) -> str:
    """Copy the messages that can still be read, in order; what a person should know of it.

    Raises:
        Unavailable: the new file does not take them; the next start tries again.
    """
    found = _readable(aside)
    try:
        into.execute("BEGIN IMMEDIATE")
        into.executemany("INSERT OR IGNORE INTO messages (message_id, body) VALUES (?, ?)", found)
        into.execute("COMMIT")
    except sqlite3.Error as error:
        raise unavailable(file, error) from error
    kept = aside.with_name(aside.name.replace(_UNSALVAGED, _SALVAGED, 1))
    for ending in reversed(_SIDECARS):  # itself last: it is what says that there is something to do
        part = Path(f"{aside}{ending}")
        if part.exists():
            part.rename(Path(f"{kept}{ending}"))
    _sync_folder(file.parent)
    log.error("outbox_damaged file=%s kept_as=%s reason=%s", file, kept, reason)
    return (
        f"The outbox was damaged ({reason}). It is kept as {kept.name}; "
        f"{len(found)} messages could be read of it and will be sent."
    )


def _readable(aside: Path) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    with contextlib.suppress(sqlite3.Error):
        damaged = sqlite3.connect(f"file:{aside}?mode=ro", uri=True)
        with contextlib.closing(damaged):
            for message_id, body in damaged.execute(
                "SELECT message_id, body FROM messages ORDER BY seq"
            ):
                with contextlib.suppress(InvalidInput):
                    if decode_durable(body).message_id == message_id:
                        found.append((message_id, body))
    return found
