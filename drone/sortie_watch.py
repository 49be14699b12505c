"""What happens to a vehicle in flight, as its reports show it one after the other. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ground_station.core.agent_actions import WireMissionItem
from ground_station.core.agent_vehicles import (
    FlightMode,
    LandedState,
    VehicleLinkState,
    VehicleReport,
)

GIVEN_UP_AFTER_S: Final = 300.0  # without a heartbeat in flight
DISARMED_FOR_S: Final = 1.0
PASSED_WITHIN_M: Final = 10.0  # of the last waypoint: an autopilot cuts corners
_NOT_OURS = frozenset({FlightMode.RETURN, FlightMode.LAND, FlightMode.HOLD, FlightMode.MANUAL})


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that a person would want to be told."""

    name: str
    detail: str
    ok: bool = True


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look showed.

    Attributes:
        over: nothing more is to come. down: it is on the ground with its motors off.
        whole: it flew past every waypoint. returned: it was on its way home before that.
    """

    happened: tuple[Happened, ...] = ()
    over: bool = False
    down: bool = False
    whole: bool = False
    returned: bool = False
    words: str = ""


@dataclass
class Watch:
    """Fed with every report. It believes nothing that is old."""

    items: Sequence[WireMissionItem]
    _linked: bool = True
    _lost_s: float | None = None
    _armed: bool = False
    _airborne: bool = False
    _mode: FlightMode = FlightMode.UNKNOWN
    _current: int = 0
    _was_on_it: bool = False
    _passed_last: bool = False
    _returned: bool = False
    _rebooted: int | None = None
    _disarmed_s: float | None = None
    _before: tuple[float, float] | None = None  # metres east and north of the last waypoint
    _said: set[str] = field(default_factory=set)

    def see(self, report: VehicleReport, now_s: float) -> Watched:
        """The next report, and what is new in it."""
        happened = self._link(report, now_s)
        if not self._linked:
            return self._lost(happened, now_s)
        happened += self._restart(report)
        happened += self._state(report)
        happened += self._progress(report)
        happened += self._sentences(report)
        if not self._down_for_good(report, now_s):
            return Watched(tuple(happened))
        return self._over(happened)

    def _link(self, report: VehicleReport, now_s: float) -> list[Happened]:
        linked = report.link is VehicleLinkState.CONNECTED
        if linked is self._linked:
            return []
        self._linked = linked
        if not linked:
            self._lost_s = now_s
            return [Happened("link lost", "Its own failsafe flies it now.", ok=False)]
        gone_s = now_s - (now_s if self._lost_s is None else self._lost_s)
        return [Happened("link back", f"After {gone_s:.1f} s.")]

    def _lost(self, happened: list[Happened], now_s: float) -> Watched:
        assert self._lost_s is not None
        if now_s - self._lost_s < GIVEN_UP_AFTER_S:
            return Watched(tuple(happened))
        words = f"It was not heard for {GIVEN_UP_AFTER_S:.0f} s; where it is, is not known."
        return Watched(tuple(happened), over=True, words=words)

    def _restart(self, report: VehicleReport) -> list[Happened]:
        before, self._rebooted = self._rebooted, report.rebooted
        if before is None or report.rebooted <= before:
            return []
        return [Happened("rebooted", "Its autopilot started again.", ok=False)]

    def _state(self, report: VehicleReport) -> list[Happened]:
        flight = report.flight
        if flight is None:
            return []
        happened = []
        if flight.armed and not self._armed:
            self._armed = True
            happened.append(Happened("armed", "Its motors are on."))
        if flight.landed is LandedState.IN_AIR and not self._airborne:
            self._airborne = True
            happened.append(Happened("airborne", "It is in the air."))
        if flight.mode is not self._mode:
            before, self._mode = self._mode, flight.mode
            if before is FlightMode.MISSION and flight.mode in _NOT_OURS:
                self._returned |= flight.mode is FlightMode.RETURN
                happened.append(Happened("mode", f"From mission to {flight.mode.value}."))
        if flight.landed is LandedState.ON_GROUND and self._airborne and "landed" not in self._said:
            self._said.add("landed")
            happened.append(Happened("landed", "It is on the ground."))
        return happened

    def _progress(self, report: VehicleReport) -> list[Happened]:
        """In the look at which it turns home too: its last waypoint may lie between two looks."""
        place, mission, last = report.position, report.mission, self.items[-1]
        on_it = self._mode is FlightMode.MISSION
        flown = on_it or (self._was_on_it and self._mode is FlightMode.RETURN)
        self._was_on_it = on_it
        if not flown:
            return []
        current = self._current if mission is None else max(self._current, mission.current)
        if place is not None and self._airborne:
            here = _metres(last, place.lat, place.lon)
            before, self._before = self._before or here, here
            reach_m = PASSED_WITHIN_M + (last.orbit_radius_m or 0.0)
            near = _nearest_m(before, here) <= reach_m
            self._passed_last |= current >= len(self.items) and near
        if not on_it or current <= self._current:
            return []
        self._current = current
        return [Happened("waypoint", f"On its way to {current} of {len(self.items)}.")]

    def _sentences(self, report: VehicleReport) -> list[Happened]:
        """The autopilot's own, of the graver kinds, each once."""
        grave = ("emergency", "alert", "critical", "error")
        fresh = [
            line.text
            for line in reversed(report.status_lines)
            if line.severity in grave and line.age_ms < 5000 and line.text not in self._said
        ]
        self._said.update(fresh)
        return [Happened("it says", text, ok=False) for text in fresh]

    def _down_for_good(self, report: VehicleReport, now_s: float) -> bool:
        """Disarmed for a moment, by heartbeats and not by one: and only after it was armed."""
        flight = report.flight
        off = flight is not None and not flight.armed and self._armed
        if not off or (flight is not None and flight.landed is LandedState.IN_AIR):
            self._disarmed_s = None
            return False
        if self._disarmed_s is None:
            self._disarmed_s = now_s
        return now_s - self._disarmed_s >= DISARMED_FOR_S

    def _over(self, happened: list[Happened]) -> Watched:
        whole = self._passed_last
        if not self._airborne:
            words = "Its motors are off again: it never took off."
        elif whole:
            words = "It flew all of it, and its motors are off."
        else:
            words = f"Its motors are off; it came to waypoint {self._current} of {len(self.items)}."
        return Watched(tuple(happened), True, True, whole, self._returned and not whole, words)


def _metres(origin: WireMissionItem, lat: float, lon: float) -> tuple[float, float]:
    """East and north of a waypoint, on a sphere: good for the few hundred metres of a leg."""
    east = math.radians((lon - origin.lon + 180) % 360 - 180) * math.cos(math.radians(origin.lat))
    return 6_371_000 * east, 6_371_000 * math.radians(lat - origin.lat)


def _nearest_m(start: tuple[float, float], end: tuple[float, float]) -> float:
    """How near the straight way between two places came to the origin: between two looks it flies
    on, a simulated one many times as far."""
    way = (end[0] - start[0], end[1] - start[1])
    square = way[0] ** 2 + way[1] ** 2
    along = 0.0 if square == 0 else -(start[0] * way[0] + start[1] * way[1]) / square
    part = min(max(along, 0.0), 1.0)
    return math.hypot(start[0] + part * way[0], start[1] + part * way[1])
