"""Live conformance: warned 30 s and 10 s before, breach when there, better only after a while."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from geo.airspace.corridor import corridor, leaves_in_s
from geo.airspace.plan import Permission as Held
from geo.zones import Breach, Circle, Datum, GeoZone, Kinematics, Layer, Limit, Restriction
from ground_station.core.agent_actions import GoTo, Hold
from ground_station.core.agent_vehicles import (
    FlightMode,
    FlightReading,
    Fly,
    LandedState,
    PositionReading,
    VelocityReading,
)
from ground_station.core.audit import Act
from ground_station.core.errors import Conflict
from ground_station.core.fleet import AirspaceFinding, AirspaceState
from ground_station.services.conformance import ConformanceState, HeldPermissions
from tests.services.flying import LAT, LON, Drone, drone, report
from tests.services.test_flights import person
from tests.services.world import World

S = ConformanceState
NORTH_M = 111_250.0
ZONE = GeoZone(
    zone_id="1U077",
    name="Scrubs",
    kind="prison",
    restriction=Restriction.PERMISSION,
    layers=(Layer((Circle(LAT, LON, 300.0),), Limit(0, Datum.SURFACE), Limit(150, Datum.AMSL)),),
    authority="HMPPS",
    contact="",
    law="",
    source="",
    designator="EGR1U077",
)


def at(north_m: float, north_mps: float = 0.0, alt_m: float = 65.0) -> Kinematics:
    return Kinematics(
        LAT + north_m / NORTH_M, LON, alt_m, 5.0, north_mps=north_mps, position_error_m=5.0
    )


# --- leaving a volume --------------------------------------------------------------------------


def test_when_a_volume_is_left() -> None:
    """A corridor of 30 m round 500 m to the north, up to 75 m above sea."""
    volume = corridor([(LAT, LON), (LAT + 500 / NORTH_M, LON)], 30.0, 75.0)
    assert leaves_in_s(volume, at(250.0), 30.0) is None
    assert leaves_in_s(volume, at(250.0, 10.0), 30.0) == pytest.approx(28.0, abs=0.1)
    assert leaves_in_s(volume, at(540.0), 30.0) == 0.0
    assert leaves_in_s(volume, at(250.0, alt_m=80.0), 30.0) == 0.0
    climbing = replace(at(250.0), climb_mps=1.0)
    assert leaves_in_s(volume, climbing, 30.0) == pytest.approx(10.0, abs=0.05)
    with pytest.raises(ValueError, match="corridor"):
        corridor([], 30.0, 75.0)
    with pytest.raises(ValueError, match="20 km"):
        corridor([(LAT, LON), (LAT + 1, LON)], 30.0, 75.0)


def test_a_way_that_goes_round_leaves_its_middle_out() -> None:
    turns = [(0, 0), (400, 0), (400, 400), (0, 400), (0, 0)]
    path = [
        (LAT + n / NORTH_M, LON + e / (NORTH_M * math.cos(math.radians(LAT)))) for n, e in turns
    ]
    volume = corridor(path, 30.0, 75.0)
    middle = Kinematics(LAT + 200 / NORTH_M, path[2][1] - (path[2][1] - LON) / 2, 65.0, 5.0)
    assert leaves_in_s(volume, middle, 30.0) == 0.0
    assert leaves_in_s(volume, at(200.0), 30.0) is None


# --- states ------------------------------------------------------------------------------------


@pytest.fixture
def flying(world: World) -> Drone:
    world.airspace.finding = AirspaceFinding(AirspaceState.CLEAR)
    made = drone(world)
    say(made, 0.0)
    return made


def say(made: Drone, north_m: float, north_mps: float = 0.0) -> None:
    made.say(
        report(
            position=PositionReading(0, LAT + north_m / NORTH_M, LON, 65.0, 60.0),
            velocity=VelocityReading(0, north_mps, 0.0, 0.0),
            flight=FlightReading(0, armed=True, mode=FlightMode.GUIDED, landed=LandedState.IN_AIR),
        )
    )


def state(world: World, made: Drone) -> ConformanceState:
    found = world.conformances.of(made.vehicle_id)
    assert found is not None
    return found.state


def flown(made: Drone) -> list[Fly]:
    return [one for one in made.channel.commands if isinstance(one, Fly)]


def nearing(seconds: float | None, *, inside: bool = False) -> AirspaceFinding:
    """Of the zone."""
    word = AirspaceState.INSIDE if inside else AirspaceState.NEARING
    return AirspaceFinding(word, (Breach(ZONE, inside, seconds, 50.0, "within"),))


def changes(world: World) -> Sequence[tuple[object, object]]:
    world.late_records.write()
    found = world.audit.read(act=Act.CONFORMANCE_CHANGED)
    return [(one.entry.details.get("was"), one.entry.details.get("is")) for one in found][::-1]


def test_each_step_is_told_and_written_down(world: World, flying: Drone) -> None:
    seen = []
    for finding in (
        nearing(25.0),
        nearing(9.0),
        nearing(0.0, inside=True),
        AirspaceFinding(AirspaceState.CLEAR),
    ):
        world.airspace.finding = finding
        say(flying, 0.0)
        seen.append(state(world, flying))
    assert seen == [S.WARNING_30, S.WARNING_10, S.BREACH, S.BREACH]
    world.clock.advance(3.1)
    say(flying, 0.0)
    assert state(world, flying) is S.CONFORMING
    assert changes(world) == [
        ("conforming", "warning_30"),
        ("warning_30", "warning_10"),
        ("warning_10", "breach"),
        ("breach", "conforming"),
    ]


def test_one_that_dithers_does_not_flap(world: World, flying: Drone) -> None:
    for _ in range(20):
        world.airspace.finding = nearing(25.0)
        say(flying, 0.0)
        world.clock.advance(1.0)
        world.airspace.finding = AirspaceFinding(AirspaceState.CLEAR)
        say(flying, 0.0)
        world.clock.advance(1.0)
    assert changes(world) == [("conforming", "warning_30")]


def test_near_but_not_on_the_way_in_is_no_warning(world: World, flying: Drone) -> None:
    world.airspace.finding = nearing(None)
    say(flying, 0.0)
    assert state(world, flying) is S.CONFORMING


def test_what_is_not_known_is_not_conforming(world: World, flying: Drone) -> None:
    world.airspace.finding = AirspaceFinding(AirspaceState.UNKNOWN, problem="No dataset.")
    say(flying, 0.0)
    found = world.conformances.of(flying.vehicle_id)
    assert found is not None
    assert (found.state, found.words) == (S.UNKNOWN, "No dataset.")
    world.airspace.finding = replace(nearing(0.0, inside=True), problem="No dataset.")
    say(flying, 0.0)
    assert state(world, flying) is S.BREACH  # that stands, whatever else is not known


def test_a_recorded_permission_makes_it_no_breach(world: World, flying: Drone) -> None:
    """And it satisfies a command without being typed in."""
    now = world.clock.now()
    held = [Held("egr 1u077", "RFZ 1", now, now + timedelta(hours=1))]
    known = HeldPermissions(lambda _organisation: held)
    own = world.sources.organisation_id
    assert known.reference(own, ZONE, now) == ""  # not read yet
    known.know(own)
    assert known.reference(own, ZONE, now) == "RFZ 1"
    assert known.reference(own, replace(ZONE, designator="X", zone_id="Y"), now) == ""
    assert known.reference(own, ZONE, now + timedelta(hours=2)) == ""
    held[0] = replace(held[0], upper_limit_amsl_m=50.0)  # not for any height: typed in, not taken
    known.refresh()
    assert known.reference(own, ZONE, now) == ""


# --- the approved volume and automatic hold ----------------------------------------------------


def test_a_flight_that_leaves_its_way_is_told_of(world: World, flying: Drone) -> None:
    pilot = person(world)
    world.airspace.way_finding = AirspaceFinding(AirspaceState.CLEAR)
    world.controls.take(pilot, flying.vehicle_id)
    world.flights.fly(pilot, flying.vehicle_id, GoTo(LAT + 300 / NORTH_M, LON, 65.0, 5.0))
    say(flying, 100.0, 5.0)
    found = world.conformances.of(flying.vehicle_id)
    assert found is not None
    assert (found.state, found.volume) == (S.CONFORMING, True)
    say(flying, 300.0, 5.0)
    assert state(world, flying) is S.WARNING_10
    say(flying, 340.0, 5.0)
    assert state(world, flying) is S.BREACH
    assert world.raised == ["conformance_breach"]
    world.flights.fly(pilot, flying.vehicle_id, Hold())
    world.clock.advance(4.0)
    say(flying, 340.0)
    world.clock.advance(4.0)
    say(flying, 340.0)
    found = world.conformances.of(flying.vehicle_id)
    assert found is not None
    assert (found.state, found.volume) == (S.CONFORMING, False)
    assert "No approved volume" in found.words


def test_automatic_hold_is_off_until_the_pilot_in_control_sets_it(
    world: World, flying: Drone
) -> None:
    pilot = person(world)
    with pytest.raises(Conflict):
        world.auto_hold.set(pilot, flying.vehicle_id, on=True)  # no control
    world.controls.take(pilot, flying.vehicle_id)
    world.airspace.finding = nearing(8.0)
    say(flying, 0.0)
    world.auto_hold._turn()  # nothing is due
    assert not flown(flying)
    world.airspace.finding = AirspaceFinding(AirspaceState.CLEAR)
    for _ in range(3):
        world.clock.advance(4.0)
        say(flying, 0.0)
    world.auto_hold.set(pilot, flying.vehicle_id, on=True)
    world.airspace.finding = nearing(8.0)
    say(flying, 0.0)
    world.auto_hold._turn()
    assert [type(one.action) for one in flown(flying)] == [Hold]
    world.airspace.finding = nearing(0.0, inside=True)
    say(flying, 0.0)  # worse, within 30 s: not sent again
    world.auto_hold._turn()
    assert len(flown(flying)) == 1
    world.controls.release(pilot, flying.vehicle_id)
    assert not world.auto_hold.is_on(flying.vehicle_id)
