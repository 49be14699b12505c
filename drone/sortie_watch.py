"""What happens to a vehicle in flight, as its reports show it one after the other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from drone.moves import metres_between
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
    _passed_last: bool = False
    _returned: bool = False
    _rebooted: int | None = None
    _disarmed_s: float | None = None
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
        place, mission, last = report.position, report.mission, self.items[-1]
        flown = self._mode in (FlightMode.MISSION, FlightMode.RETURN)
        if place is not None and flown and self._airborne:
            away_m = metres_between(place.lat, place.lon, last.lat, last.lon)
            on_the_last = self._current >= len(self.items)
            reach_m = PASSED_WITHIN_M + (last.orbit_radius_m or 0.0)
            self._passed_last |= on_the_last and away_m <= reach_m
        if mission is None or not flown or mission.current <= self._current:
            return []
        self._current = mission.current
        return [Happened("waypoint", f"On its way to {mission.current} of {len(self.items)}.")]

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
