"""How the vehicle of `fake_link` flies and obeys: straight lines, no wind, no reasons."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from drone.link import VehiclePose
from ground_station.core.agent_actions import (
    NOT_MOVING,
    Action,
    Arm,
    ChangeHeight,
    Disarm,
    GeofenceRing,
    GoTo,
    HeightDatum,
    Hold,
    Land,
    Orbit,
    RallyPoint,
    ResumeMission,
    Return,
    SetSpeed,
    SkipTo,
    StartMission,
    TakeOff,
    UsePayload,
    WireMissionItem,
)
from ground_station.core.agent_vehicles import FlightMode
from ground_station.core.errors import Conflict, NotFound, Unprocessable

HOME = (51.4958, -0.2386, 5.0)
SPEED_MPS, CLIMB_MPS = 8.0, 3.0
_M_PER_DEG = 111_320.0


@dataclass
class FakeVehicle:
    """Metres north and east of home, and above it."""

    north_m: float = 0.0
    east_m: float = 0.0
    height_m: float = 0.0
    heading_deg: float = 0.0
    armed: bool = False
    mode: FlightMode = FlightMode.STABILISED
    targets: list[tuple[float, float, float]] = field(default_factory=list)
    items: list[WireMissionItem] = field(default_factory=list)
    return_at_end: bool = True
    land_at_end: bool = False
    digest: str = ""
    rings: list[GeofenceRing] = field(default_factory=list)
    rally: list[RallyPoint] = field(default_factory=list)
    speed_mps: float = SPEED_MPS
    orbit: Orbit | None = None
    begun: bool = False
    reached: int = 0
    past: list[tuple[float, VehiclePose]] = field(default_factory=list)

    @property
    def flies(self) -> bool:
        return self.armed and self.height_m > 0


def place(north_m: float, east_m: float) -> tuple[float, float]:
    narrow = math.cos(math.radians(HOME[0]))
    return HOME[0] + north_m / _M_PER_DEG, HOME[1] + east_m / (_M_PER_DEG * narrow)


def _metres(lat: float, lon: float) -> tuple[float, float]:
    narrow = math.cos(math.radians(HOME[0]))
    return (lat - HOME[0]) * _M_PER_DEG, (lon - HOME[1]) * _M_PER_DEG * narrow


def allowed(one: FakeVehicle, number: int, action: Action) -> None:
    """Raises Conflict, NotFound, Unprocessable."""
    if isinstance(action, UsePayload):
        raise NotFound(f"Vehicle {number} carries no {action.key!r}.", "Say what it carries.")
    in_the_air = GoTo | Orbit | SetSpeed | ChangeHeight | ResumeMission | SkipTo
    if isinstance(action, in_the_air) and not one.flies:
        raise Conflict(f"Vehicle {number} is on the ground.", "Take off first.")
    if isinstance(action, Arm | Disarm | TakeOff) and one.flies:
        raise Conflict(f"Vehicle {number} is in the air.", "Use go to, hold, return or land.")
    if not isinstance(action, StartMission | ResumeMission | SkipTo):
        return
    if not one.items:
        raise Conflict(f"Vehicle {number} holds no mission.", "Send it one first.")
    if action.digest not in ("", one.digest):
        raise Conflict(f"Vehicle {number} holds another mission.", "Upload it again.")
    if isinstance(action, SkipTo) and action.item > len(one.items):
        raise Unprocessable(f"It has {len(one.items)} waypoints.", "Give one that it has.")
    if isinstance(action, ResumeMission) and one.mode is FlightMode.MISSION:
        raise Conflict(f"Vehicle {number} is flying its mission.", "There is nothing to resume.")
    if isinstance(action, ResumeMission) and not one.begun:
        raise Conflict(f"Vehicle {number} has no mission under way.", "Start it.")


def obey(one: FakeVehicle, action: Action) -> None:
    if isinstance(action, NOT_MOVING):
        return
    here = (one.north_m, one.east_m, one.height_m)
    if not isinstance(action, SetSpeed | SkipTo):
        one.speed_mps = SPEED_MPS
    one.orbit = None
    match action:
        case TakeOff():
            one.armed, one.mode = True, FlightMode.GUIDED
            one.targets = [(here[0], here[1], action.height_home_m)]
        case GoTo():
            one.mode = FlightMode.GUIDED
            one.targets = [(*_metres(action.lat, action.lon), action.alt_amsl_m - HOME[2])]
        case Orbit():
            one.mode, one.orbit, one.speed_mps = FlightMode.GUIDED, action, action.speed_mps
            one.targets = [_ahead(one, action)]
        case ChangeHeight():
            one.mode = FlightMode.GUIDED
            one.targets = [(here[0], here[1], action.alt_amsl_m - HOME[2])]
        case SetSpeed():
            one.speed_mps = action.speed_mps
            if one.mode is FlightMode.GUIDED:
                one.targets = one.targets[-1:]
        case _:
            _obey_mode(one, action, here)


def _obey_mode(one: FakeVehicle, action: Action, here: tuple[float, float, float]) -> None:
    match action:
        case Arm():
            one.armed, one.mode, one.targets = True, FlightMode.GUIDED, []
        case Disarm():
            one.armed, one.targets = False, []
        case Hold():
            one.mode, one.targets = FlightMode.HOLD, []
        case Return():
            one.mode = FlightMode.RETURN
            one.targets = [(0.0, 0.0, here[2]), (0.0, 0.0, 0.0)]
        case Land():
            one.mode, one.targets = FlightMode.LAND, [(here[0], here[1], 0.0)]
        case StartMission():
            one.armed, one.mode, one.reached, one.begun = True, FlightMode.MISSION, 0, True
            one.targets = [(here[0], here[1], _up(one.items[0])), *_rest(one)]
        case ResumeMission():
            one.mode, one.targets = FlightMode.MISSION, _rest(one)
        case SkipTo():
            one.reached = action.item - 1
            if one.mode is FlightMode.MISSION:
                one.targets = _rest(one)


def _rest(one: FakeVehicle) -> list[tuple[float, float, float]]:
    """Of its mission."""
    return [(*_metres(item.lat, item.lon), _up(item)) for item in one.items[one.reached :]]


def _up(item: WireMissionItem) -> float:
    return item.height_m - (HOME[2] if item.datum is HeightDatum.AMSL else 0.0)


def _ahead(one: FakeVehicle, orbit: Orbit) -> tuple[float, float, float]:
    """A tenth of the way round from where it is, on the circle."""
    north, east = _metres(orbit.lat, orbit.lon)
    at = math.atan2(one.east_m - east, one.north_m - north)
    at += math.tau / 10 * (1 if orbit.clockwise else -1)
    return (
        north + orbit.radius_m * math.cos(at),
        east + orbit.radius_m * math.sin(at),
        orbit.alt_amsl_m - HOME[2],
    )


def move(one: FakeVehicle, passed_s: float) -> None:
    while passed_s > 0 and one.armed and one.targets:
        north, east, up = (
            target - at
            for target, at in zip(
                one.targets[0], (one.north_m, one.east_m, one.height_m), strict=True
            )
        )
        level_m = math.hypot(north, east)
        needs_s = max(level_m / one.speed_mps, abs(up) / CLIMB_MPS)
        share = 1.0 if needs_s <= passed_s else passed_s / needs_s
        one.north_m, one.east_m = one.north_m + north * share, one.east_m + east * share
        one.height_m += up * share
        if level_m > 0.5:
            one.heading_deg = math.degrees(math.atan2(east, north)) % 360
        passed_s -= needs_s
        if share == 1.0:
            _arrived(one)


def _at_end(one: FakeVehicle) -> None:
    if one.return_at_end:
        obey(one, Return())
    elif one.land_at_end:
        one.targets, one.mode = [(one.north_m, one.east_m, 0.0)], FlightMode.LAND


def _arrived(one: FakeVehicle) -> None:
    one.targets.pop(0)
    if one.orbit is not None:
        one.targets = [_ahead(one, one.orbit)]
        return
    if one.mode is FlightMode.MISSION:
        one.reached = max(len(one.items) - len(one.targets), 0)
        if not one.targets:
            one.begun = False
            _at_end(one)
        return
    if one.mode in (FlightMode.RETURN, FlightMode.LAND) and not one.targets:
        one.armed, one.height_m = False, 0.0
