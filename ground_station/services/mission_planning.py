"""What a planned mission takes, whether it may be flown, and how it follows the ground: by what is
known of the vehicle that would fly it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from geo.airspace.plan import FlightPlan
from geo.airspace.verdict import Information, InformationCode
from geo.local_frame import LocalFrame
from geo.missions import AtEnd, HeightDatum, Mission
from geo.missions.battery import Battery
from geo.missions.estimate import Estimate, estimate
from geo.missions.motion import Performance, Wind
from geo.missions.refused import PlanRefused, require
from geo.missions.terrain import follow_terrain
from geo.terrain import Terrain
from geo.zones import Datum
from ground_station.core.agent_facts import VehicleFacts as Told
from ground_station.core.agent_vehicles import BatteryReading, VehicleLinkState
from ground_station.core.authority import Principal
from ground_station.core.clock import Clock
from ground_station.core.crew import Airframe
from ground_station.core.errors import InvalidInput, Unprocessable
from ground_station.core.fleet import VehicleStatus
from ground_station.services.control import Controls
from ground_station.services.flight_needs import CLIMB_MPS, CRUISE_MPS, RETURN_HEIGHT_M, SINK_MPS
from ground_station.services.flight_rules import why_no_position
from ground_station.services.flight_ways import home_in_flight
from ground_station.services.mission_patterns import PatternAsked, PatternMade, made
from ground_station.services.mission_refusals import told
from ground_station.services.mission_ways import by_parts, way_of
from ground_station.services.verdicts import Checked, Verdicts

HOME_MOVED_M: Final = 20.0
BATTERY_OLD_AFTER_S: Final = 10.0
DIRECTIONS: Final = 8  # of a wind whose direction is not known
NO_ITEMS: Final = "This plan has no waypoint: there is nothing to fly."


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """A plan, and for whom. `vehicle_id` None: for nobody yet. Wind None: not known."""

    mission: Mission
    vehicle_id: str | None = None
    wind_mps: float | None = None
    wind_from_deg: float | None = None
    reserve: float = 0.25


@dataclass(frozen=True, slots=True)
class Followed:
    """A plan without heights above the ground, and what a person should know of it."""

    mission: Mission
    notes: tuple[str, ...]


@dataclass
class _Basis:
    """What is known for one plan. `mission`: with the home that is reckoned with."""

    mission: Mission
    status: VehicleStatus | None = None
    craft: Airframe | None = None
    return_height_m: float | None = None
    assumed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


class MissionPlanning:
    """Thread-safe; waits for the database where a vehicle is named, and for a verdict.

    Args:
        airframe: of an organisation and a vehicle, its record.
        facts: what a vehicle says of itself now; None: not known.
        terrain: the one in use.
    """

    def __init__(
        self,
        *,
        controls: Controls,
        airframe: Callable[[str, str], Airframe | None],
        facts: Callable[[str], Told | None],
        terrain: Callable[[], Terrain | None],
        verdicts: Verdicts,
        clock: Clock,
    ) -> None:
        self._controls = controls
        self._airframe = airframe
        self._facts = facts
        self._terrain = terrain
        self._verdicts = verdicts
        self._clock = clock

    def pattern(self, who: Principal, asked: PatternAsked, vehicle_id: str | None) -> PatternMade:
        """The items of a pattern; a vehicle's recorded camera is taken where none is given.

        Raises:
            NotFound: the vehicle. InvalidInput: a field, by its name, with a remedy.
        """
        camera = None
        if vehicle_id is not None:
            self._controls.reach(who, vehicle_id)
            craft = self._airframe(who.scope.organisation_id, vehicle_id)
            camera = None if craft is None else craft.camera
        return made(asked, camera, self._terrain())

    def estimate(self, who: Principal, asked: PlanAsked) -> Estimate:
        """Time, distance and battery. Of a wind from nobody knows where, the worst of eight.

        Raises:
            NotFound: the vehicle. InvalidInput.
        """
        basis = self._basis(who, asked.mission, asked.vehicle_id)
        able = self._able(basis)
        battery = self._battery(basis)
        return_height_m = self._return_height_m(basis)
        with told():
            found = [
                estimate(
                    basis.mission,
                    able,
                    battery=battery,
                    wind=wind,
                    terrain=self._terrain(),
                    reserve=asked.reserve,
                    return_height_m=return_height_m,
                )
                for wind in _winds(asked, basis)
            ]
        worst = min(found, key=_goodness)
        return replace(
            worst,
            assumed=tuple(dict.fromkeys((*basis.assumed, *worst.assumed))),
            unknown=tuple(dict.fromkeys((*basis.unknown, *worst.unknown))),
        )

    def follow(self, who: Principal, asked: PlanAsked) -> Followed:
        """The plan with heights above home or the sea only.

        Raises:
            NotFound: the vehicle. Unprocessable: no terrain is in use. InvalidInput: the ground is
            not known somewhere, or it takes too many points.
        """
        if not any(item.datum is HeightDatum.TERRAIN for item in asked.mission.items):
            return Followed(asked.mission, ("No height is above the ground: nothing was changed.",))
        terrain = self._terrain()
        if terrain is None:
            raise Unprocessable(
                "No terrain is in use here, so the ground cannot be followed.",
                "Have a terrain file loaded, or plan heights above home or the sea.",
            )
        basis = self._basis(who, asked.mission, asked.vehicle_id)
        with told():
            followed = follow_terrain(basis.mission, terrain)
        notes = [
            *basis.assumed,
            f"Heights are above the sea, by {terrain.name}.",
            f"{followed.added} points were put between; where the ground was looked at, the way is "
            f"within {followed.worst_off_m:.1f} m of the height asked for.",
            *followed.notes,
        ]
        if basis.mission.home is None:
            notes.append("Home is not known: the way to the first waypoint is straight.")
        planned = replace(followed.mission, home=asked.mission.home)
        return Followed(planned, tuple(notes))

    def check(
        self, who: Principal, asked: PlanAsked, starts: datetime | None
    ) -> tuple[FlightPlan, Checked]:
        """The verdict on the whole flight, from the climb to the landing, for as long as a day
        after its start, because nobody knows how long it holds. Legs are counted as parts of the
        mission: 0 is the climb and the way to item 1, the number of items is what happens at the
        end. What is not known of the way is never allowed.

        Raises:
            NotAllowed; NotFound: the vehicle. InvalidInput: it cannot be judged.
        """
        basis = self._basis(who, asked.mission, asked.vehicle_id)
        height_m = self._return_height_m(basis)
        with told():
            way = way_of(basis.mission, self._terrain(), height_m)
        plan = FlightPlan(path=way.path, height_m=None, datum=Datum.AMSL, starts=starts)
        checked = self._verdicts.checked(who, plan)
        ends = basis.mission.at_end is not AtEnd.HOLD
        judgement = by_parts(checked.judgement, way, len(basis.mission.items), ends=ends)
        said = (*basis.unknown, *basis.assumed)
        information = [
            *judgement.information,
            *(Information(InformationCode.NOT_JUDGED, words) for words in said),
        ]
        return plan, replace(checked, judgement=replace(judgement, information=tuple(information)))

    # --- what is known of the vehicle ------------------------------------------------------------

    def _basis(self, who: Principal, mission: Mission, vehicle_id: str | None) -> _Basis:
        if not mission.items:
            raise InvalidInput(NO_ITEMS, "Add one.")
        if vehicle_id is None:
            return _Basis(mission)
        status = self._controls.reach(who, vehicle_id)
        facts = self._facts(vehicle_id)
        basis = _Basis(
            mission,
            status,
            self._airframe(who.scope.organisation_id, vehicle_id),
            None if facts is None else facts.return_height_home_m,
        )
        self._take_home(basis, status)
        return basis

    def _take_home(self, basis: _Basis, status: VehicleStatus) -> None:
        """The vehicle's, which it sets where it stands when it is armed; else the plan's."""
        name, planned = status.vehicle.name, basis.mission.home
        report = status.report
        passed_s = self._clock.monotonic_s() - status.received_s
        why = "It has told nothing yet."
        if report is not None:
            why = why_no_position(report, passed_s)
            if not why and report.position is not None:
                home = home_in_flight(report, report.position)
                if home is not None:
                    basis.mission = replace(
                        basis.mission, home=(home.lat, home.lon, home.alt_amsl_m)
                    )
                    self._say_moved(basis, name, planned)
                    return
                why = "It knows no home."
        if planned is None:
            basis.unknown.append(f"The home of {name} is not known. {why}")
        else:
            basis.assumed.append(f"The home of {name} is not known: the plan's was taken. {why}")

    def _say_moved(
        self, basis: _Basis, name: str, planned: tuple[float, float, float] | None
    ) -> None:
        taken = basis.mission.home
        if planned is None or taken is None or abs(planned[0]) > 85:
            return
        away_m = math.hypot(*LocalFrame(*planned[:2]).from_wgs84(*taken[:2]))
        if away_m > HOME_MOVED_M:
            basis.assumed.append(
                f"The home of {name} was taken; it is {away_m:,.0f} m from the plan's."
            )

    def _return_height_m(self, basis: _Basis) -> float:
        if basis.return_height_m is not None:
            return basis.return_height_m
        basis.assumed.append(
            f"At what height it flies home is not known: {RETURN_HEIGHT_M:g} m above home was "
            "taken, or its last height where that is more."
        )
        return RETURN_HEIGHT_M

    def _able(self, basis: _Basis) -> Performance:
        craft, plan = basis.craft, basis.mission
        cruise = None if craft is None else craft.cruise_mps
        climb = None if craft is None else craft.climb_mps
        sink = None if craft is None else craft.sink_mps
        if cruise is None:
            cruise = plan.cruise_mps or CRUISE_MPS
            basis.assumed.append(
                f"How fast it flies is not recorded: {cruise:g} m/s was taken where the plan says "
                "nothing."
            )
        if climb is None or sink is None:
            climb, sink = climb or CLIMB_MPS, sink or SINK_MPS
            basis.assumed.append(
                "How fast it climbs and sinks is not recorded: "
                f"{climb:g} and {sink:g} m/s were taken."
            )
        return Performance(cruise, climb, sink)

    def _battery(self, basis: _Basis) -> Battery | None:
        status, craft = basis.status, basis.craft
        if status is None:
            return None
        name = status.vehicle.name
        reading = self._reading(status)
        left = None if reading is None else reading.remaining
        if left is None:
            basis.unknown.append(f"How full the battery of {name} is, it does not say now.")
        if craft is not None and craft.endurance_min is not None:
            with told():
                return Battery.of_minutes(left, craft.endurance_min)
        minutes = None if reading is None else reading.minutes_left
        if left and minutes and minutes > 0 and _flies(status):
            with told():
                return Battery.of_observed(left, min(minutes, 600.0))
        basis.unknown.append(f"How long a battery of {name} lasts is not recorded.")
        return None

    def _reading(self, status: VehicleStatus) -> BatteryReading | None:
        """The battery now; None: not told, or too long ago."""
        report = status.report
        if report is None or report.battery is None:
            return None
        connected = status.agent_connected and status.link is VehicleLinkState.CONNECTED
        age_s = report.battery.age_ms / 1000 + self._clock.monotonic_s() - status.received_s
        return report.battery if connected and age_s <= BATTERY_OLD_AFTER_S else None


def _flies(status: VehicleStatus) -> bool:
    flight = None if status.report is None else status.report.flight
    return flight is not None and flight.armed


def _winds(asked: PlanAsked, basis: _Basis) -> list[Wind | None]:
    speed, direction = asked.wind_mps, asked.wind_from_deg
    if speed is None:
        if direction is not None:
            raise PlanRefused("wind_mps", "only its direction is given.", "Give its speed too.")
        return [None]
    require("wind_mps", speed, 0, 100, "m/s")
    if direction is not None:
        return [Wind(speed, require("wind_from_deg", direction, -360, 360, "degrees"))]
    if speed:
        basis.assumed.append(
            f"Where the wind blows from is not known: the worst of {DIRECTIONS} directions was "
            "taken."
        )
    return [Wind(speed, n * 360 / DIRECTIONS) for n in range(DIRECTIONS if speed else 1)]


def _goodness(made: Estimate) -> tuple[bool, bool, float, float]:
    """The least of these is the worst: what cannot be flown, what is not enough, what leaves
    least."""
    margins = [
        one.battery - one.home.battery
        for one in made.items
        if one.battery is not None and one.home is not None and one.home.battery is not None
    ]
    left = [*margins, *([] if made.battery_left is None else [made.battery_left])]
    seconds = math.inf if made.seconds is None else made.seconds
    return not made.cannot, made.enough is not False, min(left, default=0.0), -seconds
