"""In flight, every second: whether each vehicle's battery still brings it home."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from geo.missions.motion import Wind
from geo.way_home import Flying, HomeState, WayHome, way_home
from ground_station.core.agent_facts import VehicleFacts
from ground_station.core.agent_vehicles import VehicleLinkState, VehicleReport
from ground_station.core.clock import Clock
from ground_station.core.entities import Severity
from ground_station.core.fleet import AirspaceFinding, VehicleStatus
from ground_station.services.flight_rules import why_no_position
from ground_station.services.vehicle_state import airborne
from ground_station.services.zone_alerts import RaiseAlert

EVERY_S: Final = 1.0
WORSE_AFTER_S: Final = 3.0  # minutes left are extrapolated and jump
BETTER_AFTER_S: Final = 10.0
BATTERY_OLD_S: Final = 10.0
WIND_OLD_S: Final = 30.0
MAX_VEHICLES: Final = 1000
TURN_BACK: Final = "battery_turn_back"
NOT_ENOUGH: Final = "battery_not_enough"
_WORSE: Final = (HomeState.ENOUGH, HomeState.UNKNOWN, HomeState.TURN_BACK, HomeState.NOT_ENOUGH)


@dataclass(frozen=True, slots=True)
class HomeNow:
    """`state`: as it settled. `newest`: as last reckoned. `words`: for people."""

    state: HomeState
    newest: WayHome
    words: str


@dataclass(slots=True)
class _Kept:
    at_s: float
    state: HomeState = HomeState.UNKNOWN
    newest: WayHome = WayHome(HomeState.UNKNOWN, why="It has not been reckoned yet.")  # noqa: RUF009
    other_since_s: float | None = None
    told: HomeState | None = None  # the worst of this flight that an alert was raised for


class HomeWatch:
    """Thread-safe. `follow` is for `Fleet.on_finding`; it only computes.

    Args:
        facts: what is known of a vehicle now.
    """

    def __init__(
        self,
        *,
        facts: Callable[[str], VehicleFacts | None],
        raise_alert: RaiseAlert,
        clock: Clock,
    ) -> None:
        self._facts = facts
        self._raise = raise_alert
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def of(self, vehicle_id: str) -> HomeNow | None:
        """None: it does not fly, as far as is known."""
        with self._lock:
            kept = self._kept.get(vehicle_id)
            if kept is None:
                return None
            return HomeNow(kept.state, kept.newest, _words(kept.state, kept.newest))

    def follow(self, status: VehicleStatus, _finding: AirspaceFinding) -> None:
        vehicle_id, now_s = status.vehicle.vehicle_id, self._clock.monotonic_s()
        if airborne(status.report) is not True or status.report is None:
            with self._lock:
                self._kept.pop(vehicle_id, None)
            return
        with self._lock:
            kept = self._kept.get(vehicle_id)
            if kept is not None and now_s - kept.at_s < EVERY_S:
                return
            if kept is None and len(self._kept) >= MAX_VEHICLES:
                return
            kept = self._kept.setdefault(vehicle_id, _Kept(now_s))
            kept.at_s = now_s
        found = self._reckoned(status, status.report, now_s - status.received_s)
        with self._lock:
            due = _settle(kept, found, now_s)
        if due is not None:
            self._tell(status, due, found)

    # --- inside ----------------------------------------------------------------------------------

    def _reckoned(self, status: VehicleStatus, report: VehicleReport, passed_s: float) -> WayHome:
        why = _why_not_known(status, report, passed_s)
        if why or report.position is None or report.home is None or report.battery is None:
            return WayHome(HomeState.UNKNOWN, why=why)
        facts = self._facts(status.vehicle.vehicle_id)
        wind, place, home = report.wind, report.position, report.home
        blows = None
        if wind is not None and wind.age_ms / 1000 + passed_s <= WIND_OLD_S:
            blows = Wind(max(0.0, wind.speed_mps), wind.from_deg % 360)
        try:
            return way_home(
                Flying(
                    (place.lat, place.lon),
                    (home.lat, home.lon),
                    place.alt_amsl_m - home.alt_amsl_m,
                    report.battery.remaining,
                    report.battery.minutes_left,
                    None if facts is None else facts.return_height_home_m,
                    blows,
                )
            )
        except ValueError as error:
            return WayHome(HomeState.UNKNOWN, why=f"Its figures cannot be: {error}")

    def _tell(self, status: VehicleStatus, state: HomeState, found: WayHome) -> None:
        vehicle = status.vehicle
        place = None if status.report is None else status.report.position
        self._raise(
            NOT_ENOUGH if state is HomeState.NOT_ENOUGH else TURN_BACK,
            Severity.WARNING,
            f"{vehicle.name}: {_words(state, found)}",
            "Land it where it is safe, now."
            if state is HomeState.NOT_ENOUGH
            else "Have it return now.",
            organisation_id=vehicle.organisation_id,
            vehicle_id=vehicle.vehicle_id,
            place=None if place is None else (place.lat, place.lon),
        )


def _settle(kept: _Kept, found: WayHome, now_s: float) -> HomeState | None:
    """Under the lock: take what was reckoned; the state that is to be told of now, if any."""
    kept.newest = found
    if found.state is kept.state:
        kept.other_since_s = None
        return None
    kept.other_since_s = now_s if kept.other_since_s is None else kept.other_since_s
    worse = _WORSE.index(found.state) > _WORSE.index(kept.state)
    if now_s - kept.other_since_s < (WORSE_AFTER_S if worse else BETTER_AFTER_S):
        return None
    kept.state, kept.other_since_s = found.state, None
    if found.state not in (HomeState.TURN_BACK, HomeState.NOT_ENOUGH):
        return None
    if kept.told is not None and _WORSE.index(found.state) <= _WORSE.index(kept.told):
        return None  # once a flight
    kept.told = found.state
    return found.state


def _why_not_known(status: VehicleStatus, report: VehicleReport, passed_s: float) -> str:
    if status.link is not VehicleLinkState.CONNECTED:
        return "The link to it is lost."
    why = why_no_position(report, passed_s)
    if why:
        return why
    if report.home is None:
        return "Its home is not known."
    if report.battery is None or report.battery.age_ms / 1000 + passed_s > BATTERY_OLD_S:
        return "How full its battery is is not known now."
    return ""


def _words(state: HomeState, found: WayHome) -> str:
    if state is HomeState.UNKNOWN:
        return f"Whether its battery brings it home is not known. {found.why}".rstrip()
    if state is HomeState.NOT_ENOUGH:
        return f"Its battery does not bring it home. {found.why}".rstrip()
    left = 0 if found.left is None else max(0, round(found.left * 100 / 5) * 5)
    minutes = 0 if found.seconds is None else max(1, round(found.seconds / 60))
    takes = f"takes {minutes} min and leaves about {left} %."
    return (
        f"Home {takes}" if state is HomeState.ENOUGH else f"It has to turn back now: home {takes}"
    )
