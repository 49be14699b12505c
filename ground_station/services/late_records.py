"""Records of what could not wait to be written down: hold, return and land are sent first.

They are written within moments by a thread of its own. A disk that takes nothing keeps them here,
in memory, where the system page shows it; they are written once it takes something again.
"""

from __future__ import annotations

import logging
import threading
from collections import deque

from ground_station.core.audit import AuditEntry, AuditLog
from ground_station.core.errors import InvalidInput, KestrelError
from ground_station.core.lifecycle import Worker
from ground_station.services.system import WELL, Finding

log = logging.getLogger(__name__)

MAX_WAITING = 2000
AGAIN_AFTER_S = 2.0


class LateRecords:
    """Thread-safe; a service of the station. `put` never waits and never fails.

    Order is kept. Beyond `MAX_WAITING` the oldest goes, into the station's log alone.
    """

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self._lock = threading.Lock()
        self._writing = threading.Lock()  # one writer, so that order is kept
        self._waiting: deque[AuditEntry] = deque()
        self._lost = 0
        self._problem = ""
        self._wake = threading.Event()
        self._worker = Worker("flight-records", self._step)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        """Write what waits, once more; what cannot be written is in the station's log."""
        self._wake.set()
        self._worker.stop()
        if not self.write():
            with self._lock:
                left = list(self._waiting)
            for entry in left:
                log.critical("flight_record_lost %s", _line(entry))

    def put(self, *entries: AuditEntry) -> None:
        """Have these written soon."""
        with self._lock:
            self._waiting.extend(entries)
            lost = [self._waiting.popleft() for _ in range(len(self._waiting) - MAX_WAITING)]
            self._lost += len(lost)
        for entry in lost:
            log.critical("flight_record_lost %s", _line(entry))
        self._wake.set()

    def write(self) -> bool:
        """Write what waits, oldest first; whether all of it is on the disk."""
        with self._writing:
            while True:
                with self._lock:
                    first = self._waiting[0] if self._waiting else None
                if first is None:
                    self._works()
                    return True
                try:
                    self._audit.append(first)
                except InvalidInput as error:  # it would never be taken: the rest must go on
                    log.critical("flight_record_lost %s reason=%s", _line(first), error)
                    with self._lock:
                        self._lost += 1
                except KestrelError as error:
                    self._fails(error, first)
                    return False
                self._done(first)

    def probe(self) -> Finding:
        """For the system page."""
        with self._lock:
            waiting, lost, problem = len(self._waiting), self._lost, self._problem
        if lost:
            return Finding(
                f"Records of flight commands that are missing in the audit log: {lost}. They are "
                "in the station's log (flight_record_lost).",
                "Keep that log, and make room on the disk.",
                failed=True,
            )
        if problem:
            return Finding(
                f"Records of flight commands that are not in the audit log yet: {waiting}. "
                f"{problem}",
                "They are lost if the station stops before they can be written.",
                failed=True,
            )
        return WELL

    def _done(self, first: AuditEntry) -> None:
        with self._lock:
            if self._waiting and self._waiting[0] is first:
                self._waiting.popleft()

    def _works(self) -> None:
        if self._problem:
            log.warning("flight_records_written_again")
        self._problem = ""

    def _fails(self, error: KestrelError, first: AuditEntry) -> None:
        if not self._problem:
            log.error("flight_record_waits %s reason=%s", _line(first), error)
        self._problem = str(error)

    def _step(self) -> None:
        self._wake.wait(AGAIN_AFTER_S)
        self._wake.clear()
        if not self._worker.stopping and not self.write():
            self._wake.wait(AGAIN_AFTER_S)


def _line(entry: AuditEntry) -> str:
    return (
        f"act={entry.act.value} actor={entry.actor_id} vehicle={entry.subject_id} "
        f"details={dict(entry.details)}"
    )
