"""The sweeper: deletes what its days have run out for, by the table of `core.retention`.

At the start and every hour; in batches, so that nobody waits long for the database. Each batch is
one transaction with its audit record: what cannot be written down is not deleted.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, KestrelError
from ground_station.core.lifecycle import Worker
from ground_station.core.retention import (
    ACCOUNT_ERASED_AFTER_DAYS,
    ExpiredRows,
    StoredKind,
    swept_kinds,
)

log = logging.getLogger(__name__)

EVERY_S = 3600.0
AGAIN_AFTER_S = 60.0  # when a sweep failed, or was not finished
BATCH_ROWS = 2000
MAX_BATCHES = 100  # of one kind in one sweep
_TICK_S = 1.0


class Sweeper:
    """A service of the station. `sweep` may also be called by itself, from any thread."""

    def __init__(self, rows: ExpiredRows, audit: AuditLog, clock: Clock) -> None:
        self._rows = rows
        self._audit = audit
        self._clock = clock
        self._stopping = threading.Event()
        self._worker = Worker("sweeper", self._turn)
        self._due_s = clock.monotonic_s()
        self._failing = False

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        """Ends after the batch that is being deleted."""
        self._stopping.set()
        self._worker.stop()

    def sweep(self) -> dict[str, int]:
        """Delete all that is too old now; how many rows of each kind went.

        Raises:
            Unavailable: the store or the audit log takes no writes; the batch at hand stays.
        """
        gone = {kind.kind: self._sweep_kind(kind) for kind in swept_kinds()}
        return gone | {"account": self._erase_accounts()}

    def _erase_accounts(self) -> int:
        before = self._clock.now() - timedelta(days=ACCOUNT_ERASED_AFTER_DAYS)
        user_ids = self._rows.disabled_accounts(before, BATCH_ROWS)
        if not user_ids:
            return 0
        entries = [
            AuditEntry(
                Act.SWEPT,
                Actor.STATION,
                subject_kind="account",
                subject_id=user_id,
                details={"days": ACCOUNT_ERASED_AFTER_DAYS},
            )
            for user_id in user_ids
        ]
        with self._audit.together(*entries):
            self._rows.erase_accounts(user_ids)
        log.info("swept kind=account rows=%d", len(user_ids))
        return len(user_ids)

    def _sweep_kind(self, kind: StoredKind) -> int:
        assert kind.days is not None
        before = self._clock.now() - timedelta(days=kind.days)
        gone = 0
        for _batch in range(MAX_BATCHES):
            expected = self._rows.count(kind, before, BATCH_ROWS)
            if expected == 0 or self._stopping.is_set():
                break
            swept = AuditEntry(
                Act.SWEPT,
                Actor.STATION,
                subject_kind=kind.kind,
                details={"rows": expected, "older_than": before.isoformat(), "days": kind.days},
            )
            with self._audit.together(swept):
                deleted = self._rows.delete(kind, before, expected)
                if deleted != expected:  # what is written down must be what was done
                    raise Conflict(f"Somebody else deletes rows of {kind.kind}.", "Try again.")
            gone += deleted
        if gone:
            log.info("swept kind=%s rows=%d", kind.kind, gone)
        return gone

    def _turn(self) -> None:
        if self._clock.monotonic_s() < self._due_s:
            self._stopping.wait(_TICK_S)
            return
        try:
            gone = self.sweep()
        except KestrelError as error:
            self._due_s = self._clock.monotonic_s() + AGAIN_AFTER_S
            if not self._failing:
                log.error("sweep_failed problem=%s", error)
            self._failing = True
            return
        if self._failing:
            log.info("sweep_works_again")
        self._failing = False
        unfinished = any(rows >= BATCH_ROWS * MAX_BATCHES for rows in gone.values())
        wait_s = AGAIN_AFTER_S if unfinished else EVERY_S
        self._due_s = self._clock.monotonic_s() + wait_s
