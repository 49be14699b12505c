"""What the flight log adds to the records: time in the air, cycles, when somebody flew last."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ground_station.core.clock import Clock
from ground_station.core.crew import Airframe, Battery, CrewMember
from ground_station.core.flight_log import FlightOrigin, FlightRecord, FlightRepository

MOST_FLIGHTS: Final = 10_000
KEPT_S: Final = 5.0  # a preflight asks several times a second while it is looked at


class CrewHistory:
    """Thread-safe. Imported logs do not count: whose they are is not known."""

    def __init__(self, flights: FlightRepository, clock: Clock) -> None:
        self._flights = flights
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, Sequence[FlightRecord]]] = {}

    def last_flight(self, organisation_id: str, pilot: CrewMember) -> datetime | None:
        """When this pilot took off last."""
        own = (
            one.took_off_at
            for one in self._own(organisation_id)
            if pilot.user_id is not None and one.pilot_id == pilot.user_id
        )
        return max((at for at in own if at is not None), default=None)

    def pilot_minutes(self, organisation_id: str, pilot: CrewMember) -> float:
        """In the air, with what was before the records."""
        flown = [one for one in self._own(organisation_id) if one.pilot_id == pilot.user_id]
        return pilot.minutes_before + sum(one.minutes or 0.0 for one in flown)

    def minutes(self, organisation_id: str, craft: Airframe) -> float:
        """In the air, with what was before the records."""
        flown = [one for one in self._own(organisation_id) if one.airframe_id == craft.record_id]
        return craft.minutes_before + sum(one.minutes or 0.0 for one in flown)

    def cycles(self, organisation_id: str, battery: Battery) -> int:
        """Take-offs with it, with what was before the records."""
        flown = [
            one
            for one in self._own(organisation_id)
            if one.battery_id == battery.record_id and one.took_off_at is not None
        ]
        return battery.cycles_before + len(flown)

    def _own(self, organisation_id: str) -> Sequence[FlightRecord]:
        now_s = self._clock.monotonic_s()
        with self._lock:
            kept = self._kept.get(organisation_id)
            if kept is not None and now_s - kept[0] < KEPT_S:
                return kept[1]
        found = [
            one
            for one in self._flights.all(organisation_id, limit=MOST_FLIGHTS)
            if one.origin is FlightOrigin.LIVE
        ]
        with self._lock:
            if len(self._kept) > 100:
                self._kept.clear()
            self._kept[organisation_id] = (now_s, found)
        return found
