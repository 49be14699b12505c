"""Journals and records of flights belong together: what lost the other is put right, every hour.

A journal whose record's days have run out goes after it. One that never got its record (the
station was killed in its first second) gets it from its own first line. Nothing of what is younger
than a quarter of an hour is touched: it may be written just now.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Final

from ground_station.core.clock import Clock
from ground_station.core.errors import NotFound
from ground_station.core.flight_log import FlightJournals, FlightRecord, FlightRepository
from ground_station.core.lifecycle import Worker
from ground_station.core.retention import STORED_KINDS
from ground_station.services.flight_figures import Figures, figures_of
from ground_station.services.flight_recording import Around, Recording
from ground_station.services.flight_rows import FlightRows

log = logging.getLogger(__name__)

EVERY_S: Final = 3600.0
FIRST_AFTER_S: Final = 60.0
UNTOUCHED: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=next(one.days or 0 for one in STORED_KINDS if one.kind == "flight"))
_TICK_S: Final = 1.0


class FlightKeeping:
    """A service of the station. `sweep` may also be called by itself, while it does not run."""

    def __init__(
        self, *, flights: FlightRepository, journals: FlightJournals, rows: FlightRows, clock: Clock
    ) -> None:
        self._flights = flights
        self._journals = journals
        self._rows = rows
        self._clock = clock
        self._due_s = clock.monotonic_s() + FIRST_AFTER_S
        self._stopping = threading.Event()
        self._worker = Worker("flight-keeping", self._step)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._stopping.set()
        self._worker.stop()

    def sweep(self) -> tuple[int, int]:
        """How many journals were removed, and how many got their record back.

        Raises:
            Unavailable: the database does not answer; what is left is done in an hour.
        """
        removed = adopted = 0
        now = self._clock.now()
        for record_id in self._journals.ids():
            written = self._journals.written_at(record_id)
            if self._stopping.is_set() or written is None or now - written < UNTOUCHED:
                continue
            if self._flights.get(record_id) is not None:
                continue
            if now - written > KEPT:
                self._journals.remove(record_id)
                removed += 1
                continue
            adopted += self._adopt(record_id)
        if removed or adopted:
            log.info("flight_journals_swept removed=%d adopted=%d", removed, adopted)
        return removed, adopted

    def _adopt(self, record_id: str) -> bool:
        head = self._journals.head(record_id)
        if head is None or head.record_id != record_id:
            log.error("flight_journal_unknown flight=%s", record_id)
            return False
        self._rows.put(closed_as_left(head, self._journals, self._clock))
        return True

    def _step(self) -> None:
        if self._clock.monotonic_s() < self._due_s:
            self._stopping.wait(_TICK_S)
            return
        self._due_s = self._clock.monotonic_s() + EVERY_S
        self.sweep()


def closed_as_left(record: FlightRecord, journals: FlightJournals, clock: Clock) -> FlightRecord:
    """A flight whose station was killed, and that did not go on: it ends with what was seen last.
    Nobody saw how."""
    figures = figures_so_far(record, journals)
    recording = Recording(record, journals, Around(), figures)
    return recording.close("restart", figures.last_at or record.began_at, clock.now())


def figures_so_far(record: FlightRecord, journals: FlightJournals) -> Figures:
    """Of what its journal holds; empty where there is none."""
    try:
        return figures_of(journals.read(record.record_id))
    except NotFound:
        log.error("flight_log_missing flight=%s", record.record_id)
        return Figures()
