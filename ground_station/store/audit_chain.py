"""The audit chain in the database: who appends, in which order, and when it is on the disk.

One order for everybody: SQLite has one writer at a time, across processes; on PostgreSQL a
transaction that appends holds an advisory lock until it ends. So the chain cannot fork, and `seq`
being the primary key would refuse it if it could.

Callers of `append` hand over to one thread, which commits all that waits at once. Before `start`
(the command line) each `append` commits by itself.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, or_, select, text
from sqlalchemy.orm import Session

from ground_station.core.audit import Act, Actor, AuditEntry, AuditRecord, AuditState, Detail
from ground_station.core.audit_form import (
    FIRST_PREVIOUS_HASH,
    details_text,
    record_bytes,
    record_hash,
    rotation_bytes,
)
from ground_station.core.clock import Clock
from ground_station.core.errors import KestrelError, TimedOut, Unavailable
from ground_station.core.ids import new_id
from ground_station.core.lifecycle import Worker
from ground_station.store.audit_heads import (
    key_in_force,
    last_head_seq,
    last_record,
    sign_head,
)
from ground_station.store.audit_keys import AuditKeys, SigningKey
from ground_station.store.audit_rows import RECORDS, record_columns, record_of
from ground_station.store.engine import Database

log = logging.getLogger(__name__)

MAX_WAITING = 10_000  # calls
MAX_BATCH = 1000  # calls committed at once
COMMIT_TIMEOUT_S = 15.0
SIGN_EVERY_RECORDS = 1000
SIGN_EVERY_S = 60.0
_TICK_S = 1.0
_ADVISORY_LOCK = 0x6B65737472656C  # "kestrel"


@dataclass(eq=False, slots=True)
class _Waiting:
    """One call of `append` that waits for its commit."""

    prepared: Sequence[tuple[AuditEntry, str]]
    done: threading.Event = field(default_factory=threading.Event)
    error: KestrelError | None = None


class AuditChain:
    """`core.audit.AuditLog` over SQL; a service of the station."""

    def __init__(self, database: Database, clock: Clock, keys: AuditKeys) -> None:
        self._database = database
        self._clock = clock
        self._keys = keys
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(MAX_WAITING)  # None: wake up
        self._worker = Worker("audit-writer", self._turn)
        self._life = threading.Lock()
        self._running = self._stopped = False
        self._signed_at_s = clock.monotonic_s()
        self._signed_up_to = 0
        self._last_seq = 0
        self._problem: tuple[str, str] = ("", "")
        self._verified: tuple[int, datetime | None, KestrelError | None] = (0, None, None)

    # --- life ------------------------------------------------------------------------------------

    def start(self) -> None:
        with self._database.read() as session:
            self._signed_up_to = last_head_seq(session)
        self._signed_at_s = self._clock.monotonic_s()
        self._check_key()
        self._running = True
        self._worker.start()

    def stop(self) -> None:
        """Commit what waits, refuse what comes, sign the end."""
        with self._life:
            self._stopped = True
        with contextlib.suppress(queue.Full):  # full, it does not wait
            self._queue.put_nowait(None)  # after the last record: nothing comes behind it
        self._worker.stop()
        while self._take_batch(0.0):
            pass
        self._running = False
        self.sign()

    # --- appending -------------------------------------------------------------------------------

    def append(self, *entries: AuditEntry) -> None:
        """See the port. Inside a `Database.write` of the same thread it is part of that one."""
        waiting = _Waiting([(entry, details_text(entry)) for entry in entries])
        session = self._database.writing()
        if session is not None:
            self._write(session, waiting.prepared)
        elif self._running:
            self._hand_over(waiting)
        else:
            self._refuse_if_stopped()
            with self._database.write() as own:
                self._write(own, waiting.prepared)

    def append_in(self, session: Session, *entries: AuditEntry) -> None:
        """Append inside somebody else's write transaction: both are committed, or neither.

        Args:
            session: of `Database.write`.
        """
        self._refuse_if_stopped()
        self._write(session, [(entry, details_text(entry)) for entry in entries])

    @contextmanager
    def together(self, *entries: AuditEntry) -> Iterator[None]:
        """See the port: repositories used inside the block join its transaction."""
        with self._database.write() as session:
            yield
            session.flush()
            self.append_in(session, *entries)

    def _hand_over(self, waiting: _Waiting) -> None:
        with self._life:
            self._refuse_if_stopped()
            try:
                self._queue.put_nowait(waiting)
            except queue.Full:
                raise Unavailable(
                    f"{MAX_WAITING} audit records wait to be written: nothing more is taken.",
                    "Try again in a moment; look at the disk if it lasts.",
                ) from None
        if not waiting.done.wait(COMMIT_TIMEOUT_S):
            raise TimedOut("The audit log did not take the record in time.", "Look at the disk.")
        if waiting.error is not None:
            raise type(waiting.error)(waiting.error.message, waiting.error.remedy)

    def _refuse_if_stopped(self) -> None:
        if self._stopped:
            raise Unavailable("The audit log is closed: the station is stopping.")

    def _turn(self) -> None:
        self._take_batch(0.0 if self._stopped else _TICK_S)
        self._sign_if_due()

    def _take_batch(self, wait_s: float) -> bool:
        """Commit what waits, at once; whether there was anything."""
        taken: list[_Waiting | None] = []
        with contextlib.suppress(queue.Empty):
            taken.append(self._queue.get(block=wait_s > 0, timeout=wait_s or None))
            while len(taken) < MAX_BATCH:
                taken.append(self._queue.get_nowait())
        batch = [one for one in taken if one is not None]
        if not batch:
            return False
        self._commit(batch)
        return True

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        try:
            with self._database.write() as session:
                self._write(session, [one for waiting in batch for one in waiting.prepared])
        except KestrelError as error:
            for waiting in batch:
                waiting.error = error
        except BaseException:
            for waiting in batch:
                waiting.error = Unavailable("The audit log failed.", "Look at the station's log.")
            raise
        finally:
            for waiting in batch:
                waiting.done.set()

    def _write(self, session: Session, prepared: Sequence[tuple[AuditEntry, str]]) -> None:
        """Give the entries their places after the newest record. Only inside a write."""
        if not prepared:
            return
        last = self._lock_end(session)
        if last is None:
            begun = self._beginning()
            prepared = [(begun, details_text(begun)), *prepared]
            last = (0, FIRST_PREVIOUS_HASH)
        seq, previous = last
        rows = []
        for entry, details in prepared:
            seq += 1
            at, record_id = self._clock.now(), new_id()
            found = record_hash(record_bytes(seq, record_id, at, entry, details, previous))
            record = AuditRecord(seq, record_id, at, entry, previous, found)
            rows.append(record_columns(record, details))
            previous = found
        session.execute(insert(RECORDS), rows)
        self._last_seq = seq

    def _lock_end(self, session: Session) -> tuple[int, str] | None:
        """The end of the chain, which nobody else moves until this transaction ends."""
        if self._database.engine.dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        return last_record(session)

    def _beginning(self) -> AuditEntry:
        """The first record: what the chain is made of, and the key that signs it."""
        key: SigningKey | None = None
        try:
            key = self._keys.make_first()
        except Unavailable as error:
            self._signing_fails(error)
        return AuditEntry(
            Act.CHAIN_BEGUN,
            Actor.STATION,
            details={
                "form": "RFC 8785, SHA-256, Ed25519",
                "public_key": "" if key is None else key.public_key,
                "key_id": "" if key is None else key.key_id,
            },
        )

    # --- signing ---------------------------------------------------------------------------------

    def sign(self) -> None:
        """Sign a head over everything so far. A key that is missing is a visible problem, and
        records go on."""
        self._signed_at_s = self._clock.monotonic_s()
        try:
            with self._database.write() as session:
                self._lock_end(session)
                sign_head(session, self._keys, self._clock)
                self._signed_up_to = last_head_seq(session)
        except Unavailable as error:
            self._signing_fails(error)
        else:
            self._signing_works()

    def rotate_key(self, *, lost: bool = False) -> str:
        """Begin signing with a new key; its id.

        Args:
            lost: the present key is gone, so it cannot hand over; the record says so.

        Raises:
            Unavailable: the present key is not there (and `lost` was not said), or the new one
                cannot be written.
        """
        with self._database.write() as session:
            if self._lock_end(session) is None:
                raise Unavailable("The audit log is empty: there is no key to change.")
            old = None if lost else self._keys.load(key_in_force(session))
            if old is not None:
                sign_head(session, self._keys, self._clock)
            new = self._keys.make_next()
            last = last_record(session)
            previous = FIRST_PREVIOUS_HASH if last is None else last[1]
            handed_over: dict[str, Detail] = {
                "public_key": new.public_key,
                "key_id": new.key_id,
                "old_key_id": "" if old is None else old.key_id,
                "lost": lost,
                "signature": ""
                if old is None
                else old.sign(rotation_bytes(old.key_id, new.public_key, previous)),
            }
            rotated = AuditEntry(Act.KEY_ROTATED, Actor.COMMAND_LINE, details=handed_over)
            self._write(session, [(rotated, details_text(rotated))])
        self._keys.adopt_next()
        self.sign()
        return new.key_id

    def _sign_if_due(self) -> None:
        new = self._last_seq - self._signed_up_to
        waited_s = self._clock.monotonic_s() - self._signed_at_s
        if new >= SIGN_EVERY_RECORDS or waited_s >= SIGN_EVERY_S:
            self.sign()

    def _check_key(self) -> None:
        """Say at once if the key is not there, not only after a minute."""
        try:
            with self._database.read() as session:
                if last_record(session) is not None:
                    self._keys.load(key_in_force(session))
        except Unavailable as error:
            self._signing_fails(error)

    def _signing_fails(self, error: Unavailable) -> None:
        if not self._problem[0]:
            log.error("audit_signing_failed problem=%s", error.message)
        self._problem = (error.message, error.remedy)

    def _signing_works(self) -> None:
        if self._problem[0]:
            log.info("audit_signing_works_again")
        self._problem = ("", "")

    # --- reading ---------------------------------------------------------------------------------

    def read(
        self,
        *,
        before_seq: int | None = None,
        limit: int = 100,
        organisation_id: str | None = None,
        act: Act | None = None,
        actor_id: str | None = None,
        subject_id: str | None = None,
    ) -> Sequence[AuditRecord]:
        """See the port."""
        wanted = select(RECORDS).order_by(RECORDS.c.seq.desc()).limit(limit)
        if before_seq is not None:
            wanted = wanted.where(RECORDS.c.seq < before_seq)
        if organisation_id is not None:
            own = RECORDS.c.organisation_id == organisation_id
            wanted = wanted.where(or_(own, RECORDS.c.organisation_id.is_(None)))
        if act is not None:
            wanted = wanted.where(RECORDS.c.act == act.value)
        if actor_id is not None:
            wanted = wanted.where(RECORDS.c.actor_id == actor_id)
        if subject_id is not None:
            wanted = wanted.where(RECORDS.c.subject_id == subject_id)
        with self._database.read() as session:
            return [record_of(dict(row)) for row in session.execute(wanted).mappings()]

    def verified(self, up_to: int, at: datetime, broken: KestrelError | None) -> None:
        """What the background check has found; `state` tells it."""
        self._verified = (up_to, at, broken)

    def state(self) -> AuditState:
        """See the port."""
        with self._database.read() as session:
            last, signed = last_record(session), last_head_seq(session)
        up_to, at, broken = self._verified
        problem, remedy = (broken.message, broken.remedy) if broken else self._problem
        return AuditState(
            last_seq=0 if last is None else last[0],
            signed_up_to=signed,
            verified_up_to=up_to,
            verified_at=at,
            problem=problem,
            remedy=remedy,
            broken=broken is not None,
        )
