"""What a flight that is about to begin needs: of the battery, in height and distance; and the
airspace's verdict on it. For the preflight."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from geo.airspace.verdict import Judgement, Verdict
from geo.local_frame import LocalFrame
from geo.missions import AtEnd, HeightDatum, Mission, MissionItem
from geo.missions.battery import Battery
from geo.missions.estimate import RESERVE, estimate
from geo.missions.motion import Performance, Wind
from geo.zones import Kinematics
from ground_station.core.agent_actions import UploadMission, WireMissionItem
from ground_station.core.agent_vehicles import HomeReading
from ground_station.core.authority import Principal
from ground_station.core.crew import Airframe, Preflight
from ground_station.core.errors import KestrelError
from ground_station.core.fleet import VehicleStatus
from ground_station.core.preflight import PlanNeeds, VerdictFresh
from ground_station.services.flight_ways import item_amsl_m
from ground_station.services.flights import Flights
from ground_station.services.verdicts import Verdicts

# Of a small copter where its record says nothing: the careful side of what is sold.
CRUISE_MPS: Final = 5.0
CLIMB_MPS, SINK_MPS = 2.0, 1.0
RETURN_HEIGHT_M: Final = 60.0  # where its parameters are not known: the higher of the defaults
# A flight by hand has no plan: a quarter of the battery is the least that it is taken to need.
BY_HAND: Final = PlanNeeds(0.25, RESERVE, top_home_m=120.0, reach_m=500.0)
BY_HAND_TOP_M: Final = 30.0  # the column that is judged; every go-to is judged for itself
MOST_REASONS: Final = 4


class FlightNeeds:
    """Thread-safe; `verdict` waits for the database.

    Args:
        return_height_m: above home, by its parameters; None: not known.
        fence: whether the mission went out with its fence.
    """

    def __init__(
        self,
        *,
        flights: Flights,
        verdicts: Verdicts,
        airframe: Callable[[Preflight], Airframe | None],
        return_height_m: Callable[[str], float | None],
    ) -> None:
        self._flights = flights
        self._verdicts = verdicts
        self._airframe = airframe
        self._return_height_m = return_height_m

    def verdict(
        self, who: Principal, status: VehicleStatus, mission: UploadMission | None
    ) -> VerdictFresh | None:
        """The verdict on the whole flight, now, by this person's operator; None: it cannot be
        given, because where it is, or its home, is not known."""
        vehicle_id = status.vehicle.vehicle_id
        try:
            points = _column(status) if mission is None else self._flights.way_of(status, mission)
        except KestrelError:
            return None
        if not points:
            return None
        typed = {} if mission is None else self._flights.uploaded(vehicle_id).permissions
        made = self._verdicts.ruling(who, points, typed)
        return VerdictFresh(_allowed(made), _said(made), 0.0)

    def needs(
        self, status: VehicleStatus, mission: UploadMission | None, one: Preflight
    ) -> PlanNeeds | None:
        """None: what it needs cannot be reckoned."""
        if mission is None:
            return BY_HAND
        report = status.report
        if report is None or report.home is None:
            return None
        vehicle_id = status.vehicle.vehicle_id
        far_m, top_m = _reach(mission, report.home)
        return PlanNeeds(
            battery_fraction=self._battery(mission, report.home, one, vehicle_id),
            reserve_fraction=RESERVE,
            top_home_m=top_m,
            reach_m=far_m,
            fence=self._flights.uploaded(vehicle_id).fence is not None,
        )

    def _battery(
        self, mission: UploadMission, home: HomeReading, one: Preflight, vehicle_id: str
    ) -> float | None:
        """Of a full battery; None where its endurance is not recorded."""
        craft = self._airframe(one)
        if craft is None or craft.endurance_min is None:
            return None
        weather = one.weather
        wind = None
        if weather is not None and weather.wind_mps is not None:
            wind = _headwind(mission, home, max(weather.wind_mps, weather.gust_mps or 0.0))
        height_m = self._return_height_m(vehicle_id)
        try:
            made = estimate(
                planned(mission, home),
                Performance(
                    craft.cruise_mps or CRUISE_MPS,
                    craft.climb_mps or CLIMB_MPS,
                    craft.sink_mps or SINK_MPS,
                ),
                battery=Battery.of_minutes(1.0, craft.endurance_min),
                wind=wind,
                return_height_m=RETURN_HEIGHT_M if height_m is None else height_m,
            )
        except ValueError:
            return None
        return made.battery_used


def planned(mission: UploadMission, home: HomeReading | None) -> Mission:
    """What is sent to a vehicle, as a plan again."""
    return Mission(
        items=tuple(_item(item) for item in mission.items),
        at_end=AtEnd.RETURN
        if mission.return_at_end
        else AtEnd.LAND
        if mission.land_at_end
        else AtEnd.HOLD,
        home=None if home is None else (home.lat, home.lon, home.alt_amsl_m),
    )


def _item(item: WireMissionItem) -> MissionItem:
    return MissionItem(
        lat=item.lat,
        lon=item.lon,
        height_m=item.height_m,
        datum=HeightDatum(item.datum.value),
        speed_mps=item.speed_mps,
        hold_s=item.hold_s,
        orbit_radius_m=item.orbit_radius_m,
        orbit_turns=item.orbit_turns,
    )


def _headwind(mission: UploadMission, home: HomeReading, speed_mps: float) -> Wind:
    """The wind as it costs most: against the way home from the last item, since nobody typed in
    where it blows from."""
    last = mission.items[-1]
    east, north = LocalFrame(last.lat, last.lon).from_wgs84(home.lat, home.lon)
    return Wind(speed_mps, math.degrees(math.atan2(east, north)) % 360)


def _reach(mission: UploadMission, home: HomeReading) -> tuple[float, float]:
    """The farthest from home and the highest above it, in metres."""
    frame = LocalFrame(home.lat, home.lon)
    away = [
        math.hypot(*frame.from_wgs84(item.lat, item.lon)) + (item.orbit_radius_m or 0.0)
        for item in mission.items
    ]
    heights = [item_amsl_m(item, home) - home.alt_amsl_m for item in mission.items]
    return max(away, default=0.0), max(heights, default=0.0)


def _column(status: VehicleStatus) -> list[Kinematics]:
    """Straight up from where it stands, as far as is taken for a take-off."""
    place = None if status.report is None else status.report.position
    if place is None:
        return []
    return [
        Kinematics(place.lat, place.lon, place.alt_amsl_m + up_m, None)
        for up_m in (0.0, BY_HAND_TOP_M)
    ]


def _allowed(made: Judgement) -> bool:
    return made.verdict in (Verdict.ALLOWED, Verdict.ALLOWED_EXEMPT)


def _said(made: Judgement) -> str:
    words = made.verdict.value.replace("_", " ").capitalize()
    reasons = " ".join(reason.text for reason in made.reasons[:MOST_REASONS])
    return f"{words}. {reasons}".strip()
