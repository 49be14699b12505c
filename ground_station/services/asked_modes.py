"""Which modes a vehicle was told to fly in through this station, so that one it takes by itself is
seen."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ground_station.core.agent_actions import (
    Action,
    ChangeHeight,
    GoTo,
    Hold,
    Land,
    Orbit,
    ResumeMission,
    Return,
    SkipTo,
    StartMission,
    TakeOff,
)
from ground_station.core.agent_vehicles import FlightMode, MissionReading
from ground_station.core.clock import Clock
from ground_station.services.flight_records import Flight

M = FlightMode
STILL_COMES_S: Final = 10.0  # the mode of a command before the last
MAX_KEPT: Final = 8
MAX_VEHICLES: Final = 1000
_GUIDED: Final = frozenset({M.GUIDED, M.HOLD, M.TAKEOFF})
_MISSION: Final = frozenset({M.MISSION, M.TAKEOFF, M.GUIDED})
_AT_END: Final = frozenset({M.RETURN, M.LAND, M.HOLD})
_BRINGS: Final[Mapping[type[Action], frozenset[FlightMode]]] = MappingProxyType(
    {
        TakeOff: _GUIDED,
        GoTo: _GUIDED,
        Orbit: _GUIDED,
        ChangeHeight: _GUIDED,
        Hold: frozenset({M.HOLD}),
        Return: frozenset({M.RETURN, M.LAND}),
        Land: frozenset({M.LAND}),
        StartMission: _MISSION,
        ResumeMission: _MISSION,
        SkipTo: _MISSION,
    }
)


class AskedModes:
    """Thread-safe; `sending` is for `FlightSender.on_sending`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._by_vehicle: dict[str, deque[tuple[float, frozenset[FlightMode]]]] = {}

    def sending(self, flight: Flight) -> None:
        modes = _BRINGS.get(type(flight.action))
        if modes is None:
            return
        vehicle_id = flight.status.vehicle.vehicle_id
        with self._lock:
            kept = self._by_vehicle.pop(vehicle_id, None)
            kept = deque(maxlen=MAX_KEPT) if kept is None else kept
            kept.append((self._clock.monotonic_s(), modes))
            self._by_vehicle[vehicle_id] = kept
            while len(self._by_vehicle) > MAX_VEHICLES:
                del self._by_vehicle[next(iter(self._by_vehicle))]

    def landed(self, vehicle_id: str) -> None:
        """Its flight is over, and what was asked of it."""
        with self._lock:
            self._by_vehicle.pop(vehicle_id, None)

    def asked(
        self, vehicle_id: str, mode: FlightMode, mission: MissionReading | None
    ) -> bool | None:
        """Whether this mode comes of a command that went through here; None: in this flight there
        was none, so nobody here can tell."""
        with self._lock:
            kept = list(self._by_vehicle.get(vehicle_id, ()))
        if not kept:
            return None
        now_s = self._clock.monotonic_s()
        last = kept[-1][1]
        allowed = set(last)
        for at_s, modes in kept:
            if now_s - at_s <= STILL_COMES_S:
                allowed |= modes
        if last is _MISSION and mission is not None and mission.current >= mission.total:
            allowed |= _AT_END
        return mode in allowed
