"""Whether a flight command may be sent: control, link, state, area, range, height, and zones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from geo.zones import Kinematics
from ground_station.core.agent_actions import (
    Action,
    ChangeHeight,
    GoTo,
    Orbit,
    TakeOff,
    UploadMission,
    UploadRally,
)
from ground_station.core.agent_vehicles import PositionReading, VehicleLinkState, VehicleReport
from ground_station.core.authority import Principal
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, NotAllowed, Unavailable, Unprocessable
from ground_station.core.fleet import AirspaceFinding, AirspaceState, VehicleStatus, WayCheck
from ground_station.services.control import Controls
from ground_station.services.flight_rules import (
    NO_POSITION,
    why_no_position,
    why_not_now,
    why_wrong_speed,
)
from ground_station.services.flight_ways import (
    MAX_HEIGHT_M,
    MAX_WAY_POINTS,
    Home,
    base_amsl_m,
    circle,
    go_to_way,
    height_way,
    home_in_flight,
    lands,
    mission_way,
    orbit_way,
    rest_way,
    take_off_way,
    why_too_far,
    why_wrong_height,
)

NO_WAY: Final = "Its own failsafe flies it; use its remote control if there is one."
NO_FLIGHT: Final = AirspaceFinding(AirspaceState.CLEAR)  # of what moves nothing


@dataclass(frozen=True, slots=True)
class MissionFrom:
    """The rest of a mission, from an item on (counted from 1) to its end."""

    mission: UploadMission
    item: int


Moving = GoTo | TakeOff | Orbit | ChangeHeight | UploadMission | MissionFrom


class FlightChecks:
    """Thread-safe; never waits.

    Args:
        return_height_m: above home, at which a vehicle flies home; None: not known.
    """

    def __init__(
        self,
        *,
        controls: Controls,
        airspace: WayCheck,
        clock: Clock,
        return_height_m: Callable[[str], float | None],
    ) -> None:
        self._controls = controls
        self._airspace = airspace
        self._clock = clock
        self._return_height_m = return_height_m

    def check_may(self, who: Principal, status: VehicleStatus, action: Action) -> None:
        """Return if nothing but a zone can speak against it.

        Raises:
            Conflict: somebody else has control, or it cannot be done in this state.
            Unavailable: the link is lost.
            NotAllowed, Unprocessable: as `check_where`.
        """
        self._controls.check_holder(who, status)
        report = _heard(status)
        passed_s = self._clock.monotonic_s() - status.received_s
        why_not = why_not_now(action, report, passed_s)
        if why_not:
            raise Conflict(f"{status.vehicle.name}: {why_not}")
        why_not = why_wrong_speed(action)
        if why_not:
            raise Unprocessable(why_not)
        self.check_where(who, status, action)

    def check_where(
        self, who: Principal, status: VehicleStatus, action: Action | MissionFrom
    ) -> None:
        """Return if it leads only where it may.

        Raises:
            NotAllowed: out of the person's area. Unprocessable: too far, too high or too low.
            Conflict: where the vehicle is is not known.
        """
        places = _places(action)
        area = who.scope.area
        if area is not None and not all(area.holds(lat, lon) for lat, lon in places):
            raise NotAllowed("That is outside your area.", "Ask somebody whose area it is.")
        if isinstance(action, UploadRally):
            self._check_rally(status, action, places)
        elif isinstance(action, Moving) and not _clears(action):
            self._check_limits(status, action, places)

    def way(self, status: VehicleStatus, action: Action | MissionFrom) -> AirspaceFinding:
        """What zones it would touch, from where it was last known to be; Conflict where that is
        not known or too old."""
        if not isinstance(action, Moving) or _clears(action):
            return NO_FLIGHT
        return self._airspace.way(self.points(status, action))

    def position(self, status: VehicleStatus) -> PositionReading:
        """Where it is now; Conflict where that is not known."""
        why_not = NO_POSITION
        if status.report is not None:
            passed_s = self._clock.monotonic_s() - status.received_s
            why_not = why_no_position(status.report, passed_s)
            if not why_not and status.report.position is not None:
                return status.report.position
        raise Conflict(f"{status.vehicle.name}: {why_not}")

    # --- inside ----------------------------------------------------------------------------------

    def _check_limits(
        self, status: VehicleStatus, action: Moving, places: Sequence[tuple[float, float]]
    ) -> None:
        position = self.position(status)
        why_not = why_too_far(position, places)
        if not why_not:
            way = self.points(status, action)
            if len(way) > MAX_WAY_POINTS:
                raise Unprocessable(
                    f"This way has {len(way)} points; at most {MAX_WAY_POINTS} can be checked.",
                    "Make it of fewer waypoints, or of fewer circles.",
                )
            mission = _mission_of(action)
            if mission is not None and lands(mission):
                way = way[:-1]
            home = home_in_flight(status.report, position)
            take_off = isinstance(action, TakeOff)
            why_not = why_wrong_height(
                way,
                base_amsl_m(home, position) if take_off or home is not None else None,
                self._airspace.terrain,
                low=not take_off,
            )
        if why_not:
            raise Unprocessable(why_not)

    def _check_rally(
        self, status: VehicleStatus, action: UploadRally, places: Sequence[tuple[float, float]]
    ) -> None:
        """It may fly to one by itself, so none may be where it must not be sent."""
        if not places:
            return
        why_not = why_too_far(self.position(status), places)
        high = max(point.height_home_m for point in action.points)
        if not why_not and high > MAX_HEIGHT_M:
            why_not = f"A rally point is at most {MAX_HEIGHT_M:.0f} m above home, not {high:.0f} m."
        if why_not:
            raise Unprocessable(why_not)

    def points(self, status: VehicleStatus, action: Moving) -> list[Kinematics]:
        """The way that it would fly; Conflict where that is not known."""
        position, terrain = self.position(status), self._airspace.terrain
        home = home_in_flight(status.report, position)
        match action:
            case GoTo():
                return go_to_way(position, action, terrain)
            case TakeOff():
                return take_off_way(position, base_amsl_m(home, position), action, terrain)
            case Orbit():
                return orbit_way(position, action, terrain)
            case ChangeHeight():
                return height_way(position, action, terrain)
        if home is None:
            raise Conflict(
                f"{status.vehicle.name}: its home position is not known, so the way of a mission "
                "cannot be checked.",
                "Wait until it has a position fix.",
            )
        back = Home(home, self._return_height_m(status.vehicle.vehicle_id))
        if isinstance(action, MissionFrom):
            return rest_way(position, back, action.mission, action.item, terrain)
        return mission_way(position, back, action, terrain)


def _mission_of(action: Moving) -> UploadMission | None:
    if isinstance(action, MissionFrom):
        return action.mission
    return action if isinstance(action, UploadMission) else None


def _clears(action: Action | MissionFrom) -> bool:
    return isinstance(action, UploadMission) and not action.items


def _places(action: Action | MissionFrom) -> list[tuple[float, float]]:
    """(lat, lon) of where it would go; of a circle its corners."""
    match action:
        case GoTo():
            return [(action.lat, action.lon)]
        case Orbit():
            return circle(action.lat, action.lon, action.radius_m)
        case UploadRally():
            return [(point.lat, point.lon) for point in action.points]
        case UploadMission():
            return _item_places(action, 1)
        case MissionFrom():
            return _item_places(action.mission, action.item)
        case _:
            return []


def _item_places(mission: UploadMission, first: int) -> list[tuple[float, float]]:
    places: list[tuple[float, float]] = []
    for item in mission.items[first - 1 :]:
        if item.orbit_radius_m is None:
            places.append((item.lat, item.lon))
        else:
            places += circle(item.lat, item.lon, item.orbit_radius_m)
    return places


def _heard(status: VehicleStatus) -> VehicleReport:
    """Its report, while its link is there."""
    if status.report is None or status.link is not VehicleLinkState.CONNECTED:
        raise Unavailable(
            f"The link to {status.vehicle.name} is lost: nothing can be sent to it.", NO_WAY
        )
    return status.report
