"""An agent's outbox: durable messages on its own disk until the station has them on its disk.

SQLite in write-ahead mode with `synchronous=FULL`: what `put` returned for is there again after
`kill -9` or a power cut. One thread writes, and takes all that waits into one commit, so that many
threads may put at once. The file is locked for as long as it is open: two processes never share it.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ground_station.agentlink.outbox_file import open_outbox, unavailable
from ground_station.core.agent_durable import (
    Durable,
    DurablePayload,
    decode_durable,
    encode_durable,
)
from ground_station.core.clock import Clock
from ground_station.core.errors import InvalidInput, KestrelError, Unavailable
from ground_station.core.ids import new_id

log = logging.getLogger(__name__)

MAX_MESSAGES = 50_000
MAX_BYTES = 64 * 1024 * 1024
MAX_MESSAGE_BYTES = 64_000
PUT_WITHIN_S = 30.0
FORGET_AGAIN_S = 2.0


@dataclass(slots=True, eq=False)
class _Put:
    """Messages of one caller, who waits for their commit."""

    messages: Sequence[Durable]
    bodies: Sequence[bytes]
    settled: threading.Event = field(default_factory=threading.Event)
    error: KestrelError | None = None


class Outbox:
    """Thread-safe.

    Args:
        file: made if it is not there (0600, its folder 0700).
        max_messages, max_bytes: when so much waits, `put` refuses.

    Raises:
        Unavailable: the file cannot be opened, or another process holds it.

    Attributes:
        problem: what is wrong with it, for people; "" if nothing is. A damaged file was moved
            aside, is kept, and is named here.
    """

    def __init__(
        self,
        file: Path,
        clock: Clock,
        *,
        max_messages: int = MAX_MESSAGES,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._file = file
        self._clock = clock
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._database, self._moved_aside = open_outbox(file)
        self._lock = threading.Lock()  # of the connection
        self._ready = threading.Condition()
        self._puts: list[_Put] = []
        self._acknowledged: set[str] = set()  # not yet deleted
        self._closing = False
        self._write_problem = ""
        row = self._database.execute(
            "SELECT count(*), coalesce(sum(length(body)), 0) FROM messages"
        ).fetchone()
        self._count, self._bytes = int(row[0]), int(row[1])
        self._writer = threading.Thread(target=self._write, name="outbox", daemon=True)
        self._writer.start()

    @property
    def problem(self) -> str:
        if self._count >= self._max_messages or self._bytes >= self._max_bytes:
            return f"The outbox is full: {self._count} messages wait for the station."
        return self._write_problem or self._moved_aside

    @property
    def waiting(self) -> int:
        """Messages the station has not acknowledged."""
        with self._ready:
            return max(0, self._count - len(self._acknowledged))

    def put(self, payload: DurablePayload) -> str:
        """Keep one message; its id. Returns once it is on the disk.

        Raises:
            InvalidInput: it breaks the bounds of the protocol.
            Unavailable: the outbox is full, or the disk does not take it: it is not kept. Or the
                disk did not answer within 30 s: then it may still be kept, and sent, later.
        """
        return self.put_all([payload])[0]

    def put_all(self, payloads: Sequence[DurablePayload]) -> list[str]:
        """Keep several in one commit, all or none; see `put`."""
        made_at = self._clock.now()
        try:
            messages = [Durable(new_id(), made_at, payload) for payload in payloads]
        except ValueError as error:
            raise InvalidInput(f"This cannot be sent: {error}.", "Set this clock.") from error
        wanted = _Put(messages, [_checked(message) for message in messages])
        with self._ready:
            if self._closing:
                raise Unavailable("The outbox is closed.")
            self._puts.append(wanted)
            self._ready.notify()
        if not wanted.settled.wait(PUT_WITHIN_S):
            # It may still be written: the caller must not count it as kept nor as lost.
            raise Unavailable(f"The disk of the outbox {self._file} does not answer.")
        if wanted.error is not None:
            raise wanted.error
        return [message.message_id for message in messages]

    def after(self, seq: int, limit: int, max_bytes: int) -> list[tuple[int, Durable]]:
        """The oldest messages after that place, in order, that are not acknowledged; at least one
        if there is any, however big. Raises Unavailable if the file cannot be read."""
        found: list[tuple[int, Durable]] = []
        size = 0
        with self._ready:
            done = set(self._acknowledged)
        try:
            with self._lock:
                rows = self._database.execute(
                    "SELECT seq, message_id, body FROM messages WHERE seq > ? ORDER BY seq LIMIT ?",
                    (seq, limit + len(done)),
                ).fetchall()
        except sqlite3.Error as error:
            raise unavailable(self._file, error) from error
        for row_seq, message_id, body in rows:
            if message_id in done:
                continue
            size += len(body)
            if len(found) >= limit or (found and size > max_bytes):
                break
            found.append((row_seq, decode_durable(body)))
        return found

    def acknowledged(self, message_ids: Iterable[str]) -> None:
        """The station has these: forget them, soon. Never blocks."""
        with self._ready:
            self._acknowledged.update(message_ids)
            self._ready.notify()

    def close(self) -> None:
        """Write what waits and close the file."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        self._writer.join(PUT_WITHIN_S)
        with self._lock:
            self._database.close()

    # --- the writing thread ----------------------------------------------------------------------

    def _write(self) -> None:
        while True:
            with self._ready:
                # What could not be forgotten is tried again later, or with the next message.
                self._ready.wait_for(self._has_work, FORGET_AGAIN_S)
                puts, self._puts = self._puts, []
                forget = sorted(self._acknowledged)
                closing = self._closing
            if puts or forget:
                self._commit(puts, forget)
            if closing and not puts:
                return

    def _has_work(self) -> bool:
        forget = bool(self._acknowledged) and not self._write_problem
        return bool(self._puts) or forget or self._closing

    def _commit(self, puts: Sequence[_Put], forget: Sequence[str]) -> None:
        """One transaction for everything."""
        try:
            with self._lock:
                count, size = self._store(puts, forget)
        except sqlite3.Error as error:
            told = unavailable(self._file, error)
            self._set_problem(str(told))
            for put in puts:
                put.error = put.error or told
        else:
            self._set_problem("")
            with self._ready:
                self._count, self._bytes = count, size
                self._acknowledged.difference_update(forget)
        for put in puts:
            put.settled.set()

    def _store(self, puts: Sequence[_Put], forget: Sequence[str]) -> tuple[int, int]:
        """How many messages there are then, and their bytes."""
        database = self._database
        database.execute("BEGIN IMMEDIATE")
        try:
            count, size = self._count, self._bytes
            for message_id in forget:
                row = database.execute(
                    "DELETE FROM messages WHERE message_id = ? RETURNING length(body)",
                    (message_id,),
                ).fetchone()
                if row is not None:
                    count, size = count - 1, size - int(row[0])
            for put in puts:
                count, size = self._insert(put, count, size)
            database.execute("COMMIT")
        except sqlite3.Error:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        return count, size

    def _insert(self, put: _Put, count: int, size: int) -> tuple[int, int]:
        more = sum(len(body) for body in put.bodies)
        if count + len(put.bodies) > self._max_messages or size + more > self._max_bytes:
            put.error = Unavailable(
                f"The outbox is full: {count} messages wait for the station.",
                "Bring the link to the station back; they are sent by themselves.",
            )
            return count, size
        self._database.executemany(
            "INSERT INTO messages (message_id, body) VALUES (?, ?)",
            [(m.message_id, b) for m, b in zip(put.messages, put.bodies, strict=True)],
        )
        return count + len(put.bodies), size + more

    def _set_problem(self, problem: str) -> None:
        if problem and not self._write_problem:
            log.error("outbox_failed %s", problem)
        elif self._write_problem and not problem:
            log.warning("outbox_works_again file=%s", self._file)
        self._write_problem = problem


def _checked(message: Durable) -> bytes:
    """Its bytes, if the station would take them."""
    try:
        body = encode_durable(message)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInput(f"This message cannot be sent: {error}.") from error
    if len(body) > MAX_MESSAGE_BYTES:
        raise InvalidInput(f"A durable message has at most {MAX_MESSAGE_BYTES} bytes.")
    decode_durable(body)
    return body
