"""The actions beside go-to and missions: what is checked, what is sent, what runs beside what."""

from __future__ import annotations

import math
import threading
from typing import Any

import pytest

from ground_station.core.agent_actions import (
    Action,
    ChangeHeight,
    GoTo,
    HeightDatum,
    Hold,
    Orbit,
    PointCamera,
    RallyPoint,
    RecordVideo,
    ResumeMission,
    SetSpeed,
    SkipTo,
    StartMission,
    StopPointing,
    TakePhoto,
    TurnGimbal,
    UploadMission,
    UploadRally,
    UsePayload,
    WireMissionItem,
    Zoom,
    mission_digest,
)
from ground_station.core.agent_facts import Facts, VehicleFacts
from ground_station.core.agent_protocol import Command, Done
from ground_station.core.agent_vehicles import (
    FlightMode,
    Flown,
    Fly,
    MissionReading,
    VehicleLinkState,
    VehicleReport,
)
from ground_station.core.authority import Principal
from ground_station.core.errors import Conflict, NotAllowed, Unavailable, Unprocessable
from ground_station.core.fleet import AirspaceFinding, AirspaceState
from ground_station.services.flight_rules import ZonePermissionNeeded
from ground_station.services.flight_ways import distance_m
from tests.services.flying import LAT, LON, Drone, drone, report
from tests.services.test_flights import (
    CLEAR,
    a_zone,
    in_mode,
    on_ground,
    person,
    records,
    touches,
    with_area,
)
from tests.services.world import World

ROUND = Orbit(LAT + 0.002, LON, 65.0, 50.0, 4.0)
CAMERA_ACTIONS: list[Action] = [
    PointCamera(LAT, LON, 5.0),
    StopPointing(),
    TurnGimbal(-30.0, 10.0),
    TakePhoto(),
    RecordVideo(on=True),
    Zoom(0.5),
    UsePayload("spot", "on", 0.4),
    UploadRally([RallyPoint(LAT + 0.001, LON, 30.0)]),
]
SURVEY = UploadMission([WireMissionItem(LAT + 0.001 * n, LON, 40.0) for n in range(1, 5)])


@pytest.fixture
def flying(world: World) -> Drone:
    world.airspace.way_finding = CLEAR
    return drone(world)


@pytest.fixture
def pilot(world: World, flying: Drone) -> Principal:
    who = person(world)
    world.controls.take(who, flying.vehicle_id)
    return who


def way_places(world: World) -> list[tuple[float, float, float]]:
    return [(one.lat, one.lon, one.alt_amsl_m or 0.0) for one in world.airspace.ways[-1]]


def holding(world: World, flying: Drone, pilot: Principal, current: int = 0) -> VehicleReport:
    """It took the survey, and holds it in the air at an item."""
    flying.say(on_ground())
    world.flights.fly(pilot, flying.vehicle_id, SURVEY)
    told = MissionReading(100, current, len(SURVEY.items), mission_digest(SURVEY))
    held = report(mission=told, flight=in_mode(FlightMode.HOLD))
    flying.say(held)
    return held


# --- orbit, height, speed -------------------


def test_an_orbits_way_holds_the_circle_and_the_way_to_it(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.flights.fly(pilot, flying.vehicle_id, ROUND)
    places = way_places(world)
    away = [distance_m(ROUND.lat, ROUND.lon, lat, lon) for lat, lon, _alt in places]
    assert places[0][:2] == (LAT, LON)
    ring = [one for one in places if 45 < distance_m(ROUND.lat, ROUND.lon, *one[:2]) < 55]
    assert len(ring) >= 12
    bearings = {
        round(math.degrees(math.atan2(lon - ROUND.lon, lat - ROUND.lat))) for lat, lon, _ in ring
    }
    assert len(bearings) >= 12
    # the chords between the corners stay outside of the circle that is flown
    assert min(away) * math.cos(math.pi / 12) >= 50.0 - 0.1
    assert flying.flown()[-1].action == ROUND


def test_an_orbit_at_another_height_is_checked_at_both(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.flights.fly(pilot, flying.vehicle_id, Orbit(LAT + 0.002, LON, 95.0, 50.0, 4.0))
    on_ring = [one for one in way_places(world) if distance_m(LAT + 0.002, LON, *one[:2]) < 55]
    assert {alt for _lat, _lon, alt in on_ring} == {65.0, 95.0}


def test_from_its_middle_an_orbit_may_leave_to_any_side(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.flights.fly(pilot, flying.vehicle_id, Orbit(LAT, LON, 65.0, 50.0, 4.0))
    assert sum(one[:2] == (LAT, LON) for one in way_places(world)) == 12


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (Orbit(LAT + 0.0895, LON, 65.0, 1000.0, 4.0), "the most is 10 km"),
        (Orbit(LAT, LON, 140.0, 50.0, 4.0), "above home"),
        (Orbit(LAT, LON, 65.0, 50.0, 39.0), "no speed to fly at"),
        (ChangeHeight(126.0), "above home"),
        (SetSpeed(30.0), "no speed to fly at"),
        (SetSpeed(0.1), "no speed to fly at"),
        (GoTo(LAT, LON, 65.0, 30.0), "no speed to fly at"),
        (UploadRally([RallyPoint(LAT + 0.2, LON, 30.0)]), "the most is 10 km"),
        (UploadRally([RallyPoint(LAT, LON, 121.0)]), "at most 120 m"),
    ],
)
def test_limits_hold_for_them_too(
    world: World, flying: Drone, pilot: Principal, action: Action, said: str
) -> None:
    with pytest.raises(Unprocessable, match=said):
        world.flights.fly(pilot, flying.vehicle_id, action)
    assert flying.flown() == []


def test_all_of_a_circle_lies_in_the_persons_area(
    world: World, flying: Drone, pilot: Principal
) -> None:
    edge = LON - 0.0005  # 35 m west of the middle
    area = ((edge, 51.4), (-0.1, 51.4), (-0.1, 51.6), (edge, 51.6), (edge, 51.4))
    with pytest.raises(NotAllowed, match="outside your area"):
        world.flights.fly(with_area(pilot, *area), flying.vehicle_id, ROUND)


def test_a_zone_that_only_the_far_side_of_a_circle_touches_needs_its_permission(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.airspace.way_finding = touches(a_zone("Z1"))
    with pytest.raises(ZonePermissionNeeded):
        world.flights.fly(pilot, flying.vehicle_id, ROUND)
    world.flights.fly(pilot, flying.vehicle_id, ROUND, {"Z1": "ATC 4"})
    assert records(world)[-2][1]["permissions"] == {"Z1": "ATC 4"}


@pytest.mark.parametrize("action", [ROUND, ChangeHeight(70.0)])
def test_what_the_verdict_refuses_is_not_sent(
    world: World, flying: Drone, pilot: Principal, action: Action
) -> None:
    world.flights._refuses = lambda _who, points, _given: "A prison." if points else ""
    with pytest.raises(Unprocessable, match="A prison"):
        world.flights.fly(pilot, flying.vehicle_id, action)
    assert flying.flown() == []


def test_the_way_of_a_change_of_height_is_the_column(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.flights.fly(pilot, flying.vehicle_id, ChangeHeight(80.0))
    assert way_places(world) == [(LAT, LON, 65.0), (LAT, LON, 80.0)]


def test_a_speed_is_asked_of_no_zone_and_keeps_what_was_approved(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.flights.fly(pilot, flying.vehicle_id, ROUND)
    asked = len(world.airspace.ways)
    world.airspace.way_finding = touches(a_zone("Z1"))
    world.flights.fly(pilot, flying.vehicle_id, SetSpeed(5.0))
    assert len(world.airspace.ways) == asked
    assert flying.vehicle_id in world.conformances._volumes


@pytest.mark.parametrize("action", [ROUND, ChangeHeight(70.0), SetSpeed(5.0), ResumeMission()])
def test_on_the_ground_there_is_none_of_it(
    world: World, flying: Drone, pilot: Principal, action: Action
) -> None:
    flying.say(on_ground(mission=None))
    with pytest.raises(Conflict, match="on the ground"):
        world.flights.fly(pilot, flying.vehicle_id, action)


# --- resume, skip -------------------


def test_a_resumed_mission_is_the_rest_of_it_and_the_one_that_was_checked(
    world: World, flying: Drone, pilot: Principal
) -> None:
    holding(world, flying, pilot, current=3)
    world.flights.fly(pilot, flying.vehicle_id, ResumeMission())
    assert flying.flown()[-1].action == ResumeMission(mission_digest(SURVEY))
    places = [one[:2] for one in way_places(world)]
    assert (SURVEY.items[2].lat, LON) in places
    assert (SURVEY.items[3].lat, LON) in places
    assert (SURVEY.items[1].lat, LON) not in places
    assert places[-1] == (LAT, LON)  # home


def test_without_a_word_on_how_far_it_came_all_of_it_counts(
    world: World, flying: Drone, pilot: Principal
) -> None:
    holding(world, flying, pilot, current=0)
    world.flights.fly(pilot, flying.vehicle_id, ResumeMission())
    assert (SURVEY.items[0].lat, LON) in [one[:2] for one in way_places(world)]


def test_a_skip_is_checked_from_where_it_is_to_that_item(
    world: World, flying: Drone, pilot: Principal
) -> None:
    holding(world, flying, pilot, current=1)
    world.flights.fly(pilot, flying.vehicle_id, SkipTo(4))
    assert flying.flown()[-1].action == SkipTo(4, mission_digest(SURVEY))
    places = [one[:2] for one in way_places(world)]
    assert (SURVEY.items[3].lat, LON) in places
    assert (SURVEY.items[2].lat, LON) not in places


def test_a_skip_may_come_while_the_mission_is_flown(
    world: World, flying: Drone, pilot: Principal
) -> None:
    held = holding(world, flying, pilot, current=1)
    flying.say(report(mission=held.mission, flight=in_mode(FlightMode.MISSION)))
    world.flights.fly(pilot, flying.vehicle_id, SkipTo(2))
    assert isinstance(flying.flown()[-1].action, SkipTo)
    with pytest.raises(Conflict, match="flying its mission already"):
        world.flights.fly(pilot, flying.vehicle_id, ResumeMission())


def test_there_is_no_skip_beyond_its_end(world: World, flying: Drone, pilot: Principal) -> None:
    holding(world, flying, pilot)
    with pytest.raises(Conflict, match="has 4 items"):
        world.flights.fly(pilot, flying.vehicle_id, SkipTo(5))


@pytest.mark.parametrize("action", [ResumeMission(), SkipTo(2)])
def test_of_a_mission_that_nobody_knows_it_is_unchecked(
    world: World, flying: Drone, pilot: Principal, action: Action
) -> None:
    flying.say(report(mission=MissionReading(100, 1, 4, "ab" * 32)))
    with pytest.raises(ZonePermissionNeeded, match="does not know the mission"):
        world.flights.fly(pilot, flying.vehicle_id, action)
    world.flights.fly(pilot, flying.vehicle_id, action, {"unchecked": "Looked at"})
    assert flying.flown()[-1].action == action  # with no digest: whatever it holds


# --- missions: orbits, heights above the sea, landing at the end -------------------


def test_orbits_and_heights_above_the_sea_are_in_the_way_of_a_mission(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.say(on_ground())
    item = WireMissionItem(
        LAT + 0.002, LON, 61.5, datum=HeightDatum.AMSL, orbit_radius_m=30.0, orbit_turns=2
    )
    world.flights.fly(pilot, flying.vehicle_id, UploadMission([item], return_at_end=False))
    places = way_places(world)
    assert places[-1][2] == 61.5
    ring = [one for one in places if distance_m(item.lat, item.lon, *one[:2]) < 33]
    assert len(set(ring)) == 12


def test_a_mission_that_lands_at_its_end_comes_down_there(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.say(on_ground())
    lands = UploadMission(SURVEY.items, return_at_end=False, land_at_end=True)
    world.flights.fly(pilot, flying.vehicle_id, lands)
    assert way_places(world)[-1] == (SURVEY.items[-1].lat, LON, 5.0)
    [_given, _came] = records(world)[-2:]
    assert _given[1]["land_at_end"] is True


def test_a_way_of_too_many_points_is_not_checked_in_part(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.say(on_ground())
    around = [
        WireMissionItem(LAT + 1e-5 * n, LON, 40.0, orbit_radius_m=10.0, orbit_turns=1)
        for n in range(300)
    ]
    with pytest.raises(Unprocessable, match="at most 2000 can be checked"):
        world.flights.fly(pilot, flying.vehicle_id, UploadMission(around))


def told(flying: Drone, return_height_m: float | None) -> None:
    facts = Facts([VehicleFacts(1, return_height_home_m=return_height_m)])
    flying.world.agents.agent_message(flying.identity.agent_id, flying.channel, facts)


@pytest.mark.parametrize(("told_m", "flown_m"), [(100.0, 100.0), (15.0, 40.0), (None, 60.0)])
def test_the_way_home_is_at_the_height_that_the_vehicle_told(
    world: World, flying: Drone, pilot: Principal, told_m: float | None, flown_m: float
) -> None:
    flying.say(on_ground())
    told(flying, told_m)
    world.flights.fly(pilot, flying.vehicle_id, SURVEY)
    assert way_places(world)[-2] == (LAT, LON, 5.0 + flown_m)


def test_one_that_returns_too_high_takes_no_mission_that_returns(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.say(on_ground())
    told(flying, 150.0)
    with pytest.raises(Unprocessable, match="150 m above home"):
        world.flights.fly(pilot, flying.vehicle_id, SURVEY)
    stays = UploadMission(SURVEY.items, return_at_end=False, land_at_end=True)
    world.flights.fly(pilot, flying.vehicle_id, stays)


# --- camera, gimbal, payload, rally -------------------


@pytest.mark.parametrize("action", CAMERA_ACTIONS, ids=lambda one: type(one).__name__)
def test_what_leaves_its_way_as_it_is_is_sent_and_recorded_and_asks_no_zone(
    world: World, flying: Drone, pilot: Principal, action: Action
) -> None:
    world.airspace.way_finding = AirspaceFinding(AirspaceState.UNKNOWN, problem="None.")
    world.flights._refuses = lambda *_of: "Never."
    world.flights.fly(pilot, flying.vehicle_id, action)
    assert [one.action for one in flying.flown()] == [action]
    assert world.airspace.ways == []
    assert [what for what, _details in records(world)] == ["flight_commanded", "flight_answered"]


@pytest.mark.parametrize("action", CAMERA_ACTIONS, ids=lambda one: type(one).__name__)
def test_it_needs_control_and_a_link(world: World, flying: Drone, action: Action) -> None:
    who = person(world)
    with pytest.raises(Conflict, match="Nobody has control"):
        world.flights.fly(who, flying.vehicle_id, action)
    world.controls.take(who, flying.vehicle_id)
    flying.say(report(link=VehicleLinkState.LOST))
    with pytest.raises(Unavailable, match="link"):
        world.flights.fly(who, flying.vehicle_id, action)
    assert flying.flown() == []


def test_what_a_loudspeaker_says_is_in_the_record(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.flights.fly(pilot, flying.vehicle_id, UsePayload("horn", "say", 1.0, "Stand back"))
    given = records(world)[0][1]
    assert (given["payload"], given["act"], given["text"]) == ("horn", "say", "Stand back")


def beside(world: World, flying: Drone, pilot: Principal, first: Action, then: Action) -> Any:
    """Give the second while the first has not answered; what came of it."""
    sent, go_on = threading.Event(), threading.Event()

    def answer(command: Command) -> Flown | Done:
        if isinstance(command, Fly) and command.action == first:
            sent.set()
            assert go_on.wait(10)
        return Flown()

    flying.channel.answer = answer
    waits = threading.Thread(target=lambda: world.flights.fly(pilot, flying.vehicle_id, first))
    waits.start()
    try:
        assert sent.wait(10)
        return world.flights.fly(pilot, flying.vehicle_id, then)
    finally:
        go_on.set()
        waits.join(10)


def test_a_picture_is_taken_beside_a_go_to(world: World, flying: Drone, pilot: Principal) -> None:
    assert beside(world, flying, pilot, GoTo(LAT + 0.001, LON, 65.0), TakePhoto())


@pytest.mark.parametrize(
    ("first", "then"),
    [(TakePhoto(), Zoom(0.2)), (GoTo(LAT + 0.001, LON, 65.0), ROUND)],
)
def test_two_of_one_kind_wait_for_each_other(
    world: World, flying: Drone, pilot: Principal, first: Action, then: Action
) -> None:
    with pytest.raises(Conflict, match="has not answered the last command"):
        beside(world, flying, pilot, first, then)


# --- who is told of them -------------------


def test_whoever_follows_commands_is_told_of_each_and_of_what_came_of_it(
    world: World, flying: Drone, pilot: Principal
) -> None:
    told: list[object] = []
    world.flights.sender.on_sending(lambda flight: told.append(flight.action))
    world.flights.sender.on_answered(lambda _flight, result, _words: told.append(result))
    world.flights.fly(pilot, flying.vehicle_id, Hold())
    assert told == [Hold(), "done"]


def test_one_that_fails_stops_no_command(world: World, flying: Drone, pilot: Principal) -> None:
    def fails(*_of: object) -> None:
        raise RuntimeError

    world.flights.sender.on_sending(fails)
    world.flights.sender.on_answered(fails)
    world.flights.fly(pilot, flying.vehicle_id, Hold())
    assert [one.action for one in flying.flown()] == [Hold()]


class Preflight:
    """Lets it go, or says why not."""

    def __init__(self, why: str = "") -> None:
        self.why = why
        self.asked: list[str | None] = []
        self.uses: list[str] = []

    def why_not(self, _who: Principal, _status: object, digest: str | None) -> str:
        self.asked.append(digest)
        return self.why

    def used(self, vehicle_id: str) -> None:
        self.uses.append(vehicle_id)


def test_nothing_leaves_the_ground_that_the_preflight_does_not_let(
    world: World, flying: Drone, pilot: Principal
) -> None:
    before = Preflight("It is not signed.")
    world.flights.attach_preflight(before)
    holding(world, flying, pilot)
    told = MissionReading(100, 0, 4, mission_digest(SURVEY))
    flying.say(on_ground(mission=told))
    sent = len(flying.flown())
    with pytest.raises(Conflict, match="does not take off: It is not signed"):
        world.flights.fly(pilot, flying.vehicle_id, StartMission())
    assert before.asked == [mission_digest(SURVEY)]
    assert len(flying.flown()) == sent
    before.why = ""
    world.flights.fly(pilot, flying.vehicle_id, StartMission())
    assert before.uses == [flying.vehicle_id]


def test_in_the_air_no_preflight_is_asked(world: World, flying: Drone, pilot: Principal) -> None:
    before = Preflight("It is not signed.")
    world.flights.attach_preflight(before)
    holding(world, flying, pilot)
    for action in (StartMission(), ROUND, Hold()):
        world.flights.fly(pilot, flying.vehicle_id, action)
    assert before.asked == []
