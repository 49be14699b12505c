"""What a vehicle holds, compared with what was uploaded; a mission with its fence."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import msgspec
import pytest

from geo.zones import Circle
from ground_station.core.agent_actions import (
    GeofenceRing,
    RallyPoint,
    UploadGeofence,
    UploadMission,
    UploadRally,
    WireMissionItem,
    mission_digest,
)
from ground_station.core.agent_facts import Held, ReadHeld
from ground_station.core.agent_protocol import Command
from ground_station.core.agent_vehicles import Flown, Fly, VehicleLinkState
from ground_station.core.authority import Principal, Role
from ground_station.core.errors import Conflict, NotAllowed, Unavailable, Unprocessable
from ground_station.core.fleet import AirspaceFinding, AirspaceState
from ground_station.services.held import HeldReader, Likeness, compare_mission
from ground_station.services.mission_fences import MissionFences
from tests.services.flying import LAT, LON, Drone, drone, report
from tests.services.test_flights import CLEAR, a_zone, on_ground, person, touches
from tests.services.world import World

ITEMS = [WireMissionItem(LAT + 0.001 * n, LON, 40.0, speed_mps=5.0) for n in (1, 2, 3)]
MISSION = UploadMission(ITEMS)


def held_as(mission: UploadMission, **more: Any) -> Held:
    return Held(
        items=mission.items,
        return_at_end=mission.return_at_end,
        land_at_end=mission.land_at_end,
        digest=mission_digest(mission),
        **more,
    )


def with_item(number: int, **changes: Any) -> UploadMission:
    items = list(ITEMS)
    items[number - 1] = msgspec.structs.replace(items[number - 1], **changes)
    return UploadMission(items)


@pytest.fixture
def flying(world: World) -> Drone:
    world.airspace.way_finding = CLEAR
    return drone(world, on_ground())


@pytest.fixture
def pilot(world: World, flying: Drone) -> Principal:
    who = person(world)
    world.controls.take(who, flying.vehicle_id)
    return who


@pytest.fixture
def reader(world: World) -> HeldReader:
    return HeldReader(controls=world.controls, flights=world.flights)


@pytest.fixture
def fences(world: World) -> MissionFences:
    return MissionFences(flights=world.flights, controls=world.controls, airspace=world.airspace)


def answers(flying: Drone, held: Held) -> None:
    flying.channel.answer = lambda command: held if isinstance(command, ReadHeld) else Flown()


# --- comparing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (with_item(2, height_m=50.0), "Item 2, height_m: 50 on board, 40 uploaded."),
        (with_item(1, speed_mps=None), "Item 1, speed_mps: none on board, 5 uploaded."),
        (with_item(2, speed_mps=6.0), "Item 2, speed_mps: 6 on board, 5 uploaded."),
        (with_item(3, lat=LAT), "Item 3, lat:"),
        (with_item(3, photo=True), "Item 3, photo: True on board, False uploaded."),
        (UploadMission(ITEMS[:2]), "It holds 2 items, 3 were uploaded."),
        (UploadMission(ITEMS, return_at_end=False), "At its end it stays in the air"),
    ],
)
def test_each_difference_is_named(other: UploadMission, said: str) -> None:
    found = compare_mission(held_as(other), MISSION)
    assert found.likeness is Likeness.DIFFERS
    assert any(one.startswith(said) for one in found.differences), found.differences


def test_the_same_is_the_same_and_what_is_not_ours_is_said() -> None:
    assert compare_mission(held_as(MISSION), MISSION).likeness is Likeness.SAME
    assert compare_mission(held_as(MISSION), None).likeness is Likeness.NOT_UPLOADED
    foreign = Held(foreign=["Item 3 is a jump (command 177)."])
    found = compare_mission(foreign, MISSION)
    assert (found.likeness, found.differences) == (Likeness.FOREIGN, tuple(foreign.foreign))


def test_what_holds_anyway_need_not_be_said_again() -> None:
    first, *rest = ITEMS
    said_once = [first, *(msgspec.structs.replace(one, speed_mps=None) for one in rest)]
    assert compare_mission(held_as(UploadMission(said_once)), MISSION).likeness is Likeness.SAME
    higher = [msgspec.structs.replace(one, height_m=one.height_m + 1) for one in said_once]
    found = compare_mission(held_as(UploadMission(higher)), MISSION)
    assert [one.split(":")[0] for one in found.differences] == [
        f"Item {number}, height_m" for number in (1, 2, 3)
    ]


def test_differences_are_bounded() -> None:
    many = [WireMissionItem(LAT + 0.0001 * n, LON, 40.0) for n in range(100)]
    other = [msgspec.structs.replace(one, height_m=41.0) for one in many]
    found = compare_mission(held_as(UploadMission(other)), UploadMission(many))
    assert len(found.differences) == 21
    assert found.differences[-1] == "And 80 more."


# --- reading -------------------------------------------------------------------------------------


def test_it_is_read_off_the_vehicle_and_compared(
    world: World, flying: Drone, pilot: Principal, reader: HeldReader
) -> None:
    square = [(LAT, LON), (LAT + 0.01, LON), (LAT + 0.01, LON + 0.01)]
    fence = UploadGeofence([GeofenceRing(square)])
    rally = UploadRally([RallyPoint(LAT, LON, 30.0)])
    for action in (MISSION, fence, rally):
        world.flights.fly(pilot, flying.vehicle_id, action)
    answers(flying, held_as(MISSION, rings=fence.rings, rally=rally.points))
    found = reader.read(pilot, flying.vehicle_id)
    assert {one.likeness for one in (found.mission, found.fence, found.rally)} == {Likeness.SAME}
    outside = GeofenceRing(square, keep_in=False)
    answers(flying, held_as(MISSION, rings=[outside], rally=[], fence_known=True))
    found = reader.read(pilot, flying.vehicle_id)
    assert found.fence.differences == ("Ring 1 of its fence is another one.",)
    assert found.rally.differences == ("It holds 0 rally points, 1 were uploaded.",)


def test_what_it_would_not_say_is_unknown(
    flying: Drone, pilot: Principal, reader: HeldReader
) -> None:
    answers(flying, Held(fence_known=False, rally_known=False, problem="No fence protocol."))
    found = reader.read(pilot, flying.vehicle_id)
    assert found.mission.likeness is Likeness.NOT_UPLOADED
    assert found.fence.likeness is Likeness.UNKNOWN
    assert found.rally.differences == ("No fence protocol.",)


def test_a_refused_upload_leaves_nothing_known(
    world: World, flying: Drone, pilot: Principal, reader: HeldReader
) -> None:
    world.flights.fly(pilot, flying.vehicle_id, MISSION)
    flying.channel.error = Unprocessable("INVALID_SEQUENCE")
    with pytest.raises(Unprocessable):
        world.flights.fly(pilot, flying.vehicle_id, with_item(1, height_m=60.0))
    flying.channel.error = None
    answers(flying, held_as(MISSION))
    assert reader.read(pilot, flying.vehicle_id).mission.likeness is Likeness.NOT_UPLOADED


def test_only_pilots_read_it_and_only_over_a_link(
    world: World, flying: Drone, pilot: Principal, reader: HeldReader
) -> None:
    with pytest.raises(NotAllowed):
        reader.read(person(world, Role.SUPERVISOR, "sue"), flying.vehicle_id)
    flying.say(report(link=VehicleLinkState.LOST))
    with pytest.raises(Unavailable, match="link"):
        reader.read(pilot, flying.vehicle_id)
    assert flying.channel.of(ReadHeld) == []


def test_it_is_read_once_at_a_time(flying: Drone, pilot: Principal, reader: HeldReader) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def answer(_command: Command) -> Held:
        reading.set()
        assert go_on.wait(10)
        return Held()

    flying.channel.answer = answer
    first = threading.Thread(target=lambda: reader.read(pilot, flying.vehicle_id))
    first.start()
    try:
        assert reading.wait(10)
        with pytest.raises(Conflict, match="being read already"):
            reader.read(pilot, flying.vehicle_id)
    finally:
        go_on.set()
        first.join(10)


# --- a mission with its fence --------------------------------------------------------------------


def test_the_way_of_a_mission_becomes_its_fence(
    flying: Drone, pilot: Principal, fences: MissionFences
) -> None:
    found = fences.upload(pilot, flying.vehicle_id, MISSION, {}, fence=True)
    assert found.fence is not None
    assert (found.fence.accepted, found.fence.rings, found.fence.kept_out) == (True, 1, ())
    mission, fence = (one.action for one in flying.flown())
    assert mission == MISSION
    assert isinstance(fence, UploadGeofence)
    assert fence.rings[0].keep_in
    lats = [lat for lat, _lon in fence.rings[0].points]
    assert min(lats) < LAT - 0.0002  # 30 m behind home
    assert max(lats) > ITEMS[-1].lat + 0.0002


def test_without_being_asked_there_is_none(
    flying: Drone, pilot: Principal, fences: MissionFences
) -> None:
    found = fences.upload(pilot, flying.vehicle_id, MISSION, {}, fence=False)
    assert found.fence is None
    assert [one.action for one in flying.flown()] == [MISSION]


def test_a_zone_beside_the_way_is_kept_out_of_and_one_that_is_permitted_is_not(
    world: World, flying: Drone, pilot: Principal, fences: MissionFences
) -> None:
    beside = a_zone("Z2", "The prison")
    [layer] = beside.layers
    circle = Circle(LAT + 0.0015, LON + 0.0008, 35.0)
    beside = dataclasses.replace(beside, layers=(dataclasses.replace(layer, parts=(circle,)),))
    on_it = a_zone("Z1")

    def way(points: Any) -> AirspaceFinding:
        wide = points[0].position_error_m > 10
        return touches(on_it, beside) if wide else touches(on_it)

    world.airspace.way = way  # type: ignore[method-assign]
    found = fences.upload(pilot, flying.vehicle_id, MISSION, {"Z1": "ATC 9"}, fence=True)
    assert found.fence is not None
    assert (found.fence.accepted, found.fence.kept_out) == (True, ("The prison",))
    fence = flying.flown()[-1].action
    assert isinstance(fence, UploadGeofence)
    assert [ring.keep_in for ring in fence.rings] == [True, False]


def test_a_fence_that_is_refused_leaves_the_mission_and_says_so(
    world: World, flying: Drone, pilot: Principal, fences: MissionFences
) -> None:
    def answer(command: Command) -> Flown:
        if isinstance(command, Fly) and isinstance(command.action, UploadGeofence):
            raise Unprocessable("The vehicle has no fence.")
        return Flown()

    flying.channel.answer = answer
    found = fences.upload(pilot, flying.vehicle_id, MISSION, {}, fence=True)
    assert found.fence is not None
    assert not found.fence.accepted
    assert "The vehicle has no fence." in found.fence.words
    assert world.flights.uploaded(flying.vehicle_id).mission == MISSION


def test_in_the_air_the_mission_changes_and_the_fence_does_not(
    flying: Drone, pilot: Principal, fences: MissionFences
) -> None:
    flying.say(report())
    found = fences.upload(pilot, flying.vehicle_id, MISSION, {}, fence=True)
    assert found.fence is not None
    assert not found.fence.accepted
    assert "on the ground" in found.fence.words
    assert [one.action for one in flying.flown()] == [MISSION]


def test_zones_that_could_not_be_checked_are_said(
    world: World, flying: Drone, pilot: Principal, fences: MissionFences
) -> None:
    world.airspace.way_finding = AirspaceFinding(AirspaceState.UNKNOWN, problem="No dataset.")
    found = fences.upload(pilot, flying.vehicle_id, MISSION, {"unchecked": "Looked"}, fence=True)
    assert found.fence is not None
    assert found.fence.accepted
    assert "could not be checked: No dataset." in found.fence.words
