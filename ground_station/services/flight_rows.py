"""Records of flights on their way to the database, by a thread of its own: the samples do not wait
for it, and it is tried again until they are there.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.authority import Principal
from ground_station.core.clock import Clock
from ground_station.core.crew import Preflight
from ground_station.core.errors import KestrelError
from ground_station.core.fleet import VehicleStatus
from ground_station.core.flight_log import FlightRecord, FlightRepository
from ground_station.core.lifecycle import Worker
from ground_station.services.system import WELL, Finding

log = logging.getLogger(__name__)

AGAIN_AFTER_S: Final = 1.0
BY: Final = "station"
MAX_WAITING: Final = 2000  # flights; the fleet has 1,000 vehicles
USED_BEFORE: Final = timedelta(minutes=2)  # the arming it was signed for


@dataclass(frozen=True, slots=True)
class Asked:
    """Who gave the command that takes it off, and with what it stood there."""

    who: Principal
    status: VehicleStatus


@dataclass(frozen=True, slots=True)
class Papers:
    """What a flight was flown by; each may wait for the database.

    Attributes:
        preflight: the newest of a vehicle. airframe: of an organisation's vehicle.
        verdict: the airspace's sentence on what was commanded; "": there is none.
    """

    preflight: Callable[[str], Preflight | None] = lambda _vehicle_id: None
    airframe: Callable[[str, str], str | None] = lambda _organisation_id, _vehicle_id: None
    verdict: Callable[[Asked], str] = lambda _asked: ""


class FlightRows:
    """Thread-safe; a service of the station."""

    def __init__(
        self, *, flights: FlightRepository, papers: Papers, audit: AuditLog, clock: Clock
    ) -> None:
        self._flights = flights
        self._papers = papers
        self._audit = audit
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[FlightRecord, Asked | None]] = {}
        self._found: dict[str, dict[str, Any]] = {}
        self._problem = ""
        self._lost = 0
        self._wake = threading.Event()
        self._worker = Worker("flight-rows", self._step)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        """What waits is written once more before it ends."""
        self._wake.set()
        self._worker.stop()
        self.write()

    def put(self, record: FlightRecord, asked: Asked | None = None) -> None:
        """Keep it soon, as it is now; does not wait."""
        with self._lock:
            before = self._waiting.get(record.record_id)
            if before is None and len(self._waiting) >= MAX_WAITING:
                self._lost += 1
                log.error("flight_record_lost flight=%s", record.record_id)
                return
            asked = asked or (None if before is None else before[1])
            self._waiting[record.record_id] = (record, asked)
        self._wake.set()

    def write(self) -> bool:
        """Write what waits; whether all of it was."""
        with self._lock:
            waiting = dict(self._waiting)
        written = True
        for record_id, (record, asked) in waiting.items():
            try:
                self._write(record, asked)
            except KestrelError as error:
                written = False
                if not self._problem:
                    log.error("flight_record_waits flight=%s reason=%s", record_id, error)
                self._problem = str(error)
                continue
            with self._lock:
                if self._waiting.get(record_id) == (record, asked):
                    del self._waiting[record_id]
        if written:
            self._problem = ""
        return written

    def probe(self) -> Finding:
        """For the system page."""
        with self._lock:
            waiting, lost, problem = len(self._waiting), self._lost, self._problem
        if lost:
            return Finding(
                f"Flights whose record could not be kept: {lost}. Their samples are in the data "
                "folder.",
                "Make room on the disk, and start the station again: it takes them in.",
                failed=True,
            )
        if problem:
            return Finding(
                f"Records of flights that are not in the database yet: {waiting}. {problem}",
                "Their samples are on the disk. It is tried again every second.",
                failed=True,
            )
        return WELL

    # --- inside ----------------------------------------------------------------------------------

    def _write(self, record: FlightRecord, asked: Asked | None) -> None:
        record = self._with_papers(record, asked)
        now = self._clock.now()
        if record.ended_at is None:
            self._flights.put(record, now, BY)
            return
        with self._audit.together(_logged(record)):
            self._flights.put(record, now, BY)
        self._found.pop(record.record_id, None)

    def _with_papers(self, record: FlightRecord, asked: Asked | None) -> FlightRecord:
        """What it was flown by, as far as it can be found; what was found once stays."""
        found = self._found.setdefault(record.record_id, {})
        vehicle_id = record.vehicle_id
        if vehicle_id is None:
            return record
        if record.preflight_id is None and "preflight_id" not in found:
            served = self._papers.preflight(vehicle_id)
            if served is not None and _served(served, record):
                found |= {"preflight_id": served.record_id, "battery_id": served.battery_id}
                found |= {"airframe_id": served.airframe_id} if served.airframe_id else {}
                found |= {"verdict": served.verdict} if served.verdict else {}
        if record.airframe_id is None and "airframe_id" not in found:
            craft = self._papers.airframe(record.organisation_id, vehicle_id)
            found |= {"airframe_id": craft} if craft else {}
        if asked is not None and not record.verdict and "verdict" not in found:
            words = self._papers.verdict(asked)
            found |= {"verdict": words} if words else {}
        return replace(record, **found)

    def _step(self) -> None:
        self._wake.wait(AGAIN_AFTER_S)
        self._wake.clear()
        if not self._worker.stopping and not self.write():
            self._wake.wait(AGAIN_AFTER_S)


def _served(one: Preflight, record: FlightRecord) -> bool:
    """Whether a take-off of this flight was by it."""
    if one.used_at is None:
        return False
    before = record.ended_at is None or one.used_at <= record.ended_at
    return before and one.used_at >= record.began_at - USED_BEFORE


def _logged(record: FlightRecord) -> AuditEntry:
    """That the log of a flight is whole, and what it is known by."""
    return AuditEntry(
        Act.FLIGHT_LOGGED,
        Actor.STATION,
        None,
        record.organisation_id,
        "flight",
        record.record_id,
        details={
            "vehicle": record.vehicle_id or "",
            "name": record.vehicle_name,
            "origin": record.origin.value,
            "samples": record.samples,
            "sha256": record.sha256,
            "closed_by": record.closed_by,
        },
    )
