"""Flight commands: who may give them, what is checked, what is sent, and what is written down."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from geo.zones import Breach, Circle, Datum, GeoZone, Kinematics, Layer, Limit, Restriction
from ground_station.core.agent_actions import (
    Action,
    Arm,
    Disarm,
    GeofenceRing,
    GoTo,
    Hold,
    Land,
    Return,
    StartMission,
    TakeOff,
    UploadGeofence,
    UploadMission,
    WireMissionItem,
    mission_digest,
)
from ground_station.core.agent_protocol import Command, Done
from ground_station.core.agent_vehicles import (
    FlightMode,
    FlightReading,
    Flown,
    Fly,
    HealthReading,
    LandedState,
    MissionReading,
    PositionReading,
    VehicleReport,
)
from ground_station.core.audit import Act, AuditEntry
from ground_station.core.authority import Area, Principal, Role
from ground_station.core.entities import Organisation, OrganisationKind
from ground_station.core.errors import (
    Conflict,
    InvalidInput,
    KestrelError,
    NotAllowed,
    NotFound,
    TimedOut,
    Unavailable,
    Unprocessable,
)
from ground_station.core.fleet import AirspaceFinding, AirspaceState
from ground_station.core.ids import is_id, new_id
from ground_station.services.flight_rules import ZonePermissionNeeded, why_not_now
from tests.services.flying import LAT, LON, Drone, drone, report
from tests.services.world import PASSWORD, FakeChannel, World

CLEAR = AirspaceFinding(AirspaceState.CLEAR)
NEAR_BY = GoTo(LAT + 0.001, LON, 65.0)
UNCHECKED = {"unchecked": "Told by telephone"}
MISSION = UploadMission(
    [WireMissionItem(LAT + 0.001, LON, 40.0), WireMissionItem(LAT + 0.002, LON, 50.0)]
)
URGENT_ONES: list[Action] = [Hold(), Return(), Land()]
OTHERS: list[Action] = [
    Arm(),
    Disarm(),
    TakeOff(10.0),
    NEAR_BY,
    MISSION,
    StartMission(),
    UploadGeofence([]),
]


class FlatGround:
    """The same height everywhere."""

    name, training = "flat", True

    def __init__(self, amsl_m: float) -> None:
        self.amsl_m = amsl_m

    def ground_amsl_m(self, _lat: float, _lon: float) -> float | None:
        return self.amsl_m


def a_zone(zone_id: str, name: str = "") -> GeoZone:
    return GeoZone(
        zone_id=zone_id,
        name=name or zone_id,
        kind="aerodrome",
        restriction=Restriction.PERMISSION,
        layers=(
            Layer((Circle(LAT, LON, 500.0),), Limit(0.0, Datum.SURFACE), Limit(600.0, Datum.AMSL)),
        ),
        authority="Tower",
        contact="By telephone",
        law="A law",
        source="Made up",
    )


def touches(*zones: GeoZone, state: AirspaceState = AirspaceState.INSIDE) -> AirspaceFinding:
    return AirspaceFinding(state, tuple(Breach(one, True, None, 0.0, "within") for one in zones))


def on_ground(**changes: Any) -> VehicleReport:
    armed = changes.pop("armed", False)
    flight = FlightReading(100, armed=armed, mode=FlightMode.HOLD, landed=LandedState.ON_GROUND)
    position = PositionReading(40, LAT, LON, 5.0, 0.0)
    return report(**({"flight": flight, "position": position} | changes))


def in_mode(mode: FlightMode, landed: LandedState = LandedState.IN_AIR) -> FlightReading:
    return FlightReading(100, armed=True, mode=mode, landed=landed)


def person(world: World, role: Role = Role.PILOT, name: str = "pip", **more: Any) -> Principal:
    if world.accounts.find(name) is None:
        world.accounts.add(name, name.title(), role, PASSWORD, **more)
    return world.enter(name).principal


def with_area(who: Principal, *ring: tuple[float, float]) -> Principal:
    return dataclasses.replace(who, scope=dataclasses.replace(who.scope, area=Area((ring,))))


@pytest.fixture
def flying(world: World) -> Drone:
    """In the air, where nothing speaks against a flight."""
    world.airspace.way_finding = CLEAR
    return drone(world)


@pytest.fixture
def pilot(world: World, flying: Drone) -> Principal:
    """Somebody who has control of it."""
    who = person(world)
    world.controls.take(who, flying.vehicle_id)
    return who


def records(world: World) -> list[tuple[str, Mapping[str, Any]]]:
    """What was written down of flights, oldest first."""
    assert world.late_records.write()
    found = [
        (one.entry.act.value, one.entry.details)
        for one in world.audit.read()
        if one.entry.act in (Act.FLIGHT_COMMANDED, Act.FLIGHT_ANSWERED)
    ]
    return found[::-1]


def refuse_records(world: World, patch: pytest.MonkeyPatch) -> None:
    def refuse(*_entries: AuditEntry) -> None:
        raise Unavailable("The disk is full.")

    patch.setattr(world.audit, "append", refuse)


def refused(error: KestrelError) -> Callable[[Command], Done | Any]:
    def answer(_command: Command) -> Done:
        raise error

    return answer


# --- a command that is carried out -------------------------------------------------------------


def test_a_command_is_sent_answered_and_recorded(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.channel.answer = lambda _command: Flown("On its way")
    done = world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    assert done.note == "On its way"
    assert is_id(done.command_id)
    [sent] = flying.flown()
    assert (sent.command_id, sent.system_id, sent.action, sent.by) == (
        done.command_id,
        1,
        NEAR_BY,
        "pip",
    )
    (what, given), (then, came) = records(world)
    assert (what, then) == ("flight_commanded", "flight_answered")
    assert given == {
        "command": done.command_id,
        "action": "go_to",
        "name": "Kestrel 1",
        "lat": "51.4968000",
        "lon": "-0.2386000",
        "alt_amsl_m": "65.0",
    }
    assert (came["command"], came["result"], came["said"]) == (
        done.command_id,
        "done",
        "On its way",
    )


def test_it_is_on_the_disk_before_it_is_sent(world: World, flying: Drone, pilot: Principal) -> None:
    seen: list[int] = []

    def answer(_command: Command) -> Flown:
        seen.append(len(world.audit.read(act=Act.FLIGHT_COMMANDED)))
        return Flown()

    flying.channel.answer = answer
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    assert seen == [1]


def test_what_cannot_be_recorded_is_not_sent(
    world: World, flying: Drone, pilot: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_records(world, monkeypatch)
    with pytest.raises(Unavailable, match="disk is full"):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    assert flying.flown() == []


def test_the_autopilots_refusal_comes_in_its_own_words(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.say(on_ground())
    flying.channel.answer = refused(Unprocessable("Arm: Compass not calibrated"))
    with pytest.raises(Unprocessable, match="Compass not calibrated"):
        world.flights.fly(pilot, flying.vehicle_id, Arm())
    came = records(world)[-1][1]
    assert (came["result"], came["said"]) == ("unprocessable", "Arm: Compass not calibrated")


def test_without_an_answer_nobody_says_that_it_was_not_done(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.channel.answer = refused(TimedOut("It did not answer."))
    with pytest.raises(TimedOut) as caught:
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    assert "may have been carried out" in caught.value.remedy
    assert records(world)[-1][1]["result"] == "timed_out"


def test_a_fault_of_ours_is_recorded_too(world: World, flying: Drone, pilot: Principal) -> None:
    def broken(_command: Command) -> Flown:
        raise RuntimeError("broken")

    flying.channel.answer = broken
    with pytest.raises(RuntimeError, match="broken"):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    assert records(world)[-1][1]["result"] == "fault"
    flying.channel.answer = None
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)  # and the vehicle is free again


def test_an_answer_that_cannot_be_recorded_yet_is_no_failure_of_the_flight(
    world: World, flying: Drone, pilot: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:

        def answer(_command: Command) -> Flown:
            refuse_records(world, broken)
            return Flown("Done")

        flying.channel.answer = answer
        assert world.flights.fly(pilot, flying.vehicle_id, NEAR_BY).note == "Done"
        assert not world.late_records.write()
    assert records(world)[-1][1]["said"] == "Done"


# --- hold, return, land ------------------------------------------------------------------------


def test_hold_return_and_land_need_nobodys_control(world: World, flying: Drone) -> None:
    world.controls.take(person(world, name="other"), flying.vehicle_id)
    for role in (Role.PILOT, Role.SUPERVISOR):
        who = person(world, role, role.value)
        for action in URGENT_ONES:
            done = world.flights.fly(who, flying.vehicle_id, action)
            assert flying.flown()[-1].action == action
            given, came = records(world)[-2:]
            assert given[1]["command"] == came[1]["command"] == done.command_id
            assert came[1]["result"] == "done"


def test_they_are_sent_with_a_full_disk_and_written_down_later(
    world: World, flying: Drone, pilot: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        refuse_records(world, broken)
        world.flights.fly(pilot, flying.vehicle_id, Land())
        assert len(flying.flown()) == 1
        assert not world.late_records.write()
        assert "yet: 3." in world.late_records.probe().problem
    assert [act for act, _details in records(world)] == ["flight_commanded", "flight_answered"]
    assert not world.late_records.probe().problem


def test_they_wait_for_no_other_command(world: World, flying: Drone, pilot: Principal) -> None:
    began, let_go = threading.Event(), threading.Event()

    def answer(command: Command) -> Flown:
        if isinstance(command, Fly) and isinstance(command.action, UploadMission):
            began.set()
            assert let_go.wait(20)
        return Flown()

    flying.channel.answer = answer
    upload = threading.Thread(target=world.flights.fly, args=(pilot, flying.vehicle_id, MISSION))
    upload.start()
    assert began.wait(20)
    world.flights.fly(pilot, flying.vehicle_id, Hold())
    with pytest.raises(Conflict, match=r"upload mission"):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    let_go.set()
    upload.join(20)
    assert [type(one.action) for one in flying.flown()] == [UploadMission, Hold]
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)


def test_a_command_that_is_still_being_written_down_does_not_follow_a_hold(
    world: World, flying: Drone, pilot: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = world.audit.append

    def slow(*entries: AuditEntry) -> None:
        append(*entries)
        monkeypatch.setattr(world.audit, "append", append)
        world.flights.fly(pilot, flying.vehicle_id, Hold())

    monkeypatch.setattr(world.audit, "append", slow)
    with pytest.raises(Conflict, match="not sent"):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    assert [type(one.action) for one in flying.flown()] == [Hold]


def test_a_command_that_is_still_being_written_down_does_not_follow_a_take_over(
    world: World, flying: Drone, pilot: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = world.audit.append
    other = person(world, name="quentin")

    def slow(*entries: AuditEntry) -> None:
        append(*entries)
        world.controls.take(other, flying.vehicle_id, take_over=True, reason="They are ill")

    monkeypatch.setattr(world.audit, "append", slow)
    with pytest.raises(Conflict, match="has control"):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    assert flying.flown() == []


@pytest.mark.parametrize("state", ["on ground", "link lost", "position old"])
def test_no_state_that_we_believe_in_blocks_them(
    world: World, flying: Drone, pilot: Principal, state: str
) -> None:
    if state == "on ground":
        flying.say(on_ground())
    else:
        world.clock.advance(2.0 if state == "position old" else 30.0)
        world.fleet.tick()
    world.flights.fly(pilot, flying.vehicle_id, Return())
    assert len(flying.flown()) == 1


def test_with_its_agent_gone_nothing_can_be_sent(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.agents.agent_disconnected(flying.identity.agent_id, flying.channel)
    with pytest.raises(Unavailable, match="agent is not connected") as caught:
        world.flights.fly(pilot, flying.vehicle_id, Land())
    assert "failsafe" in caught.value.remedy
    assert records(world)[-1][1]["result"] == "unavailable"
    with pytest.raises(Unavailable, match="link to Kestrel 1 is lost"):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)


# --- who may -----------------------------------------------------------------------------------


def test_everything_else_needs_control(world: World, flying: Drone) -> None:
    who = person(world)
    for action in OTHERS:
        with pytest.raises(Conflict, match="Nobody has control"):
            world.flights.fly(who, flying.vehicle_id, action, UNCHECKED)
    world.controls.take(person(world, name="quentin"), flying.vehicle_id)
    for action in OTHERS:
        with pytest.raises(Conflict, match="Operator has control"):
            world.flights.fly(who, flying.vehicle_id, action, UNCHECKED)
    assert flying.flown() == []
    assert records(world) == []


def test_other_roles_may_not(world: World, flying: Drone) -> None:
    for role in sorted(set(Role) - {Role.PILOT}):
        who = person(world, role, role.value)
        for action in (NEAR_BY, *([] if role is Role.SUPERVISOR else URGENT_ONES)):
            with pytest.raises(NotAllowed):
                world.flights.fly(who, flying.vehicle_id, action)
    assert flying.flown() == []


@pytest.mark.parametrize("action", [Hold(), NEAR_BY], ids=["hold", "go to"])
def test_another_organisations_vehicle_cannot_be_commanded(
    world: World, flying: Drone, action: Action
) -> None:
    police = Organisation(new_id(), "Police", OrganisationKind.POLICE, world.clock.now())
    world.organisations.add(police)
    who = person(world, name="sergeant", organisation_id=police.organisation_id)
    with pytest.raises(NotFound):
        world.flights.fly(who, flying.vehicle_id, action)
    assert flying.flown() == []


def test_a_flight_stays_in_the_persons_area(world: World, flying: Drone, pilot: Principal) -> None:
    inside = with_area(pilot, (-0.25, 51.49), (-0.23, 51.49), (-0.23, 51.50), (-0.25, 51.50))
    world.flights.fly(inside, flying.vehicle_id, NEAR_BY)
    for action in (
        GoTo(51.51, LON, 65.0),
        UploadMission([*MISSION.items, WireMissionItem(51.51, LON, 40.0)]),
    ):
        with pytest.raises(NotAllowed, match="outside your area"):
            world.flights.fly(inside, flying.vehicle_id, action)
    assert len(flying.flown()) == 1


def test_who_flew_it_out_of_the_area_can_bring_it_back(
    world: World, flying: Drone, pilot: Principal
) -> None:
    inside = with_area(pilot, (-0.25, 51.49), (-0.23, 51.49), (-0.23, 51.50), (-0.25, 51.50))
    flying.say(report(lat=51.51))
    world.flights.fly(inside, flying.vehicle_id, NEAR_BY)
    world.flights.fly(inside, flying.vehicle_id, Hold())
    assert len(flying.flown()) == 2


# --- the state of the vehicle ------------------------------------------------------------------

RING = GeofenceRing([(51.0, 0.0), (51.1, 0.0), (51.1, 0.1)])
NO_FIX = HealthReading(100, armable=False, global_position_ok=False, home_position_ok=False)
UNKNOWN_LANDED = FlightReading(0, armed=True, mode=FlightMode.GUIDED, landed=LandedState.UNKNOWN)
OLD_POSITION = PositionReading(3_500, LAT, LON, 65.0, 60.0)


@pytest.mark.parametrize(
    ("action", "state", "sentence"),
    [
        (Arm(), report(), "motors are on already"),
        (Arm(), report(flight=None), "not known whether its motors"),
        (Arm(), on_ground(health=NO_FIX), "does not know its own position"),
        (Arm(), on_ground(), ""),
        (Disarm(), report(), "It is in the air: land it first"),
        (Disarm(), on_ground(), "motors are off already"),
        (Disarm(), report(flight=UNKNOWN_LANDED), "not known whether it is on the ground"),
        (Disarm(), report(flight=None), "not known whether it is on the ground"),
        (Disarm(), on_ground(armed=True), ""),
        (TakeOff(10.0), report(), "in the air already"),
        (TakeOff(10.0), report(flight=UNKNOWN_LANDED), "not known whether it is on the ground"),
        (TakeOff(10.0), on_ground(health=NO_FIX), "does not know its own position"),
        (TakeOff(10.0), on_ground(), ""),
        (NEAR_BY, on_ground(), "take off first"),
        (NEAR_BY, on_ground(armed=True), "take off first"),
        (NEAR_BY, report(flight=UNKNOWN_LANDED), "not known whether it is on the ground"),
        (NEAR_BY, report(flight=None), "not known whether it is on the ground"),
        (NEAR_BY, report(position=None), "position is not known"),
        (NEAR_BY, report(position=OLD_POSITION), "position is 4 s old"),
        (NEAR_BY, report(flight=in_mode(FlightMode.RETURN)), ""),
        (StartMission(), on_ground(), "holds no mission"),
        (StartMission(), report(flight=in_mode(FlightMode.MISSION), mission=None), "already"),
        (MISSION, report(flight=in_mode(FlightMode.MISSION)), "hold it first"),
        (MISSION, on_ground(), ""),
        (UploadGeofence([]), report(flight=None, position=None), ""),
        (UploadGeofence([RING]), report(), "give it a geofence on the ground"),
        (UploadGeofence([RING]), report(flight=None), "not known whether its motors"),
    ],
)
def test_what_cannot_be_done_now_is_said_in_a_sentence(
    action: Action, state: VehicleReport, sentence: str
) -> None:
    said = why_not_now(action, state, 0.0)
    assert sentence in said if sentence else said == ""


def test_a_vehicle_that_cannot_do_it_now_is_not_sent_it(
    world: World, flying: Drone, pilot: Principal
) -> None:
    for action, state, sentence in (
        (NEAR_BY, on_ground(), "Kestrel 1: It is on the ground"),
        (TakeOff(10.0), on_ground(position=None), "position is not known"),
        (MISSION, report(home=None), "home position is not known"),
    ):
        flying.say(state)
        with pytest.raises(Conflict, match=sentence):
            world.flights.fly(pilot, flying.vehicle_id, action)
    assert flying.flown() == []
    assert records(world) == []


def test_what_can_be_done_is_sent(world: World, flying: Drone, pilot: Principal) -> None:
    for action, state in (
        (Arm(), on_ground()),
        (Disarm(), on_ground(armed=True)),
        (TakeOff(10.0), on_ground()),
        (NEAR_BY, report(flight=in_mode(FlightMode.RETURN))),
        (MISSION, on_ground()),
        (UploadMission([]), report(home=None, position=None)),
        (UploadGeofence([RING]), on_ground()),
    ):
        flying.say(state)
        world.flights.fly(pilot, flying.vehicle_id, action)
        assert flying.flown()[-1].action == action


# --- range and height --------------------------------------------------------------------------


def test_ten_kilometres_are_the_most(world: World, flying: Drone, pilot: Principal) -> None:
    for action in (
        GoTo(LAT + 0.1, LON, 65.0),
        UploadMission([WireMissionItem(LAT + 0.1, LON, 40.0)]),
    ):
        with pytest.raises(Unprocessable, match=r"11\.1 km from where it is; the most is 10 km"):
            world.flights.fly(pilot, flying.vehicle_id, action)
    assert flying.flown() == []


@pytest.mark.parametrize("ground", [True, False], ids=["above ground", "above home"])
def test_a_hundred_and_twenty_metres_are_the_most_and_the_law_is_named(
    world: World, flying: Drone, pilot: Principal, ground: bool
) -> None:
    world.airspace.terrain = FlatGround(5.0) if ground else None
    for action, state in (
        (GoTo(LAT, LON + 0.001, 130.0), report()),
        (UploadMission([WireMissionItem(LAT, LON, 125.0)]), report()),
        (TakeOff(125.0), on_ground()),
    ):
        flying.say(state)
        with pytest.raises(Unprocessable, match=r"2019/947, article 4\(1\)\(e\)") as caught:
            world.flights.fly(pilot, flying.vehicle_id, action)
        assert ("above the ground." if ground else "above home.") in caught.value.message
    assert flying.flown() == []


def test_the_height_is_that_above_the_ground_and_not_above_the_sea(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.airspace.terrain = FlatGround(60.0)
    flying.say(report(position=PositionReading(40, LAT, LON, 170.0, 165.0)))
    world.flights.fly(pilot, flying.vehicle_id, GoTo(LAT + 0.001, LON, 175.0))
    assert len(flying.flown()) == 1


def test_neither_may_it_come_down_to_the_ground_on_its_way(
    world: World, flying: Drone, pilot: Principal
) -> None:
    class Hill(FlatGround):
        def ground_amsl_m(self, lat: float, _lon: float) -> float | None:
            return 80.0 if LAT + 0.004 < lat < LAT + 0.006 else 5.0

    world.airspace.terrain = Hill(5.0)
    with pytest.raises(Unprocessable, match="above the ground"):
        world.flights.fly(pilot, flying.vehicle_id, GoTo(LAT + 0.01, LON, 65.0))
    world.flights.fly(pilot, flying.vehicle_id, GoTo(LAT + 0.01, LON, 110.0))


def test_with_neither_ground_nor_home_known_no_height_can_be_judged(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.say(report(home=None))
    with pytest.raises(Unprocessable, match="Neither the height"):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)


# --- zones -------------------------------------------------------------------------------------


def test_each_zone_needs_its_permission_and_it_is_recorded(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.airspace.way_finding = touches(a_zone("EGLW", "London Heliport"), a_zone("EGR157"))
    with pytest.raises(ZonePermissionNeeded) as caught:
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    assert isinstance(caught.value, Conflict)
    assert caught.value.message == "This flight touches London Heliport and EGR157."
    assert caught.value.missing == ("EGLW", "EGR157")
    with pytest.raises(ZonePermissionNeeded, match="touches EGR157"):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY, {"EGLW": "H-17", "EGR157": "  "})
    with pytest.raises(InvalidInput, match="at most"):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY, {"EGLW": "H-17", "EGR157": "x" * 201})
    assert flying.flown() == []
    given = {"EGLW": "H-17", "EGR157": "R 4", "EGLL": "not needed"}
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY, given)
    assert records(world)[0][1]["permissions"] == {"EGLW": "H-17", "EGR157": "R 4"}


def test_what_cannot_be_checked_is_not_clear(world: World, flying: Drone, pilot: Principal) -> None:
    world.airspace.way_finding = AirspaceFinding(
        AirspaceState.UNKNOWN, problem="No airspace dataset."
    )
    for action in (NEAR_BY, TakeOff(10.0), MISSION):
        flying.say(on_ground() if isinstance(action, TakeOff) else report())
        with pytest.raises(ZonePermissionNeeded, match=r"not be checked: No airspace") as caught:
            world.flights.fly(pilot, flying.vehicle_id, action)
        assert caught.value.missing == ("unchecked",)
        world.flights.fly(pilot, flying.vehicle_id, action, UNCHECKED)
        assert records(world)[-2][1]["permissions"] == UNCHECKED


def test_what_moves_nothing_is_not_asked_of_zones(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.airspace.way_finding = touches(a_zone("EGLW"))
    world.flights.fly(pilot, flying.vehicle_id, UploadMission([]))
    world.flights.fly(pilot, flying.vehicle_id, UploadGeofence([]))
    world.flights.fly(pilot, flying.vehicle_id, Hold())
    assert world.airspace.ways == []


def test_the_way_of_a_go_to_holds_climb_and_descent(
    world: World, flying: Drone, pilot: Principal
) -> None:
    world.airspace.terrain = FlatGround(5.0)
    world.flights.fly(pilot, flying.vehicle_id, GoTo(LAT + 0.001, LON, 90.0))
    [way] = world.airspace.ways
    assert [(one.lat, one.alt_amsl_m) for one in way] == [
        (LAT, 65.0),
        (LAT + 0.001, 90.0),
        (LAT + 0.001, 90.0),
        (LAT, 90.0),
        (LAT, 65.0),
    ]
    assert {one.ground_amsl_m for one in way} == {5.0}


def test_the_way_of_a_take_off_is_the_column_above(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.say(on_ground())
    world.flights.fly(pilot, flying.vehicle_id, TakeOff(20.0))
    [way] = world.airspace.ways
    assert [(one.lat, one.lon, one.alt_amsl_m) for one in way] == [
        (LAT, LON, 5.0),
        (LAT, LON, 25.0),
    ]


def test_on_the_ground_heights_are_from_where_it_stands_not_from_the_home_of_before(
    world: World, flying: Drone, pilot: Principal
) -> None:
    """Arming sets home anew, here on a roof 50 m above the last one."""
    roof = PositionReading(40, LAT, LON, 55.0, 50.0)
    flying.say(on_ground(position=roof))
    world.flights.fly(pilot, flying.vehicle_id, TakeOff(20.0))
    assert [one.alt_amsl_m for one in world.airspace.ways[-1]] == [55.0, 75.0]


@pytest.mark.parametrize("returns", [True, False])
def test_the_way_of_a_mission_holds_every_leg_and_the_way_home(
    world: World, flying: Drone, pilot: Principal, returns: bool
) -> None:
    flying.say(on_ground())
    mission = UploadMission(MISSION.items, return_at_end=returns)
    world.flights.fly(pilot, flying.vehicle_id, mission)
    [way] = world.airspace.ways
    there = [(LAT, 5.0), (LAT, 45.0), (LAT + 0.001, 45.0), (LAT + 0.002, 55.0)]
    home = [(LAT + 0.002, 65.0), (LAT, 65.0), (LAT, 5.0)]
    assert [(one.lat, one.alt_amsl_m) for one in way] == (there + home if returns else there)


# --- missions ----------------------------------------------------------------------------------


def holding(total: int, mission: UploadMission | None = MISSION) -> VehicleReport:
    """As its agent read it back; None: it is not known whose it is."""
    digest = "" if mission is None else mission_digest(mission)
    return on_ground(mission=MissionReading(100, 0, total, digest))


@pytest.mark.parametrize("total", [2, 3])
def test_a_mission_that_went_through_here_is_started_with_the_permissions_it_had(
    world: World, flying: Drone, pilot: Principal, total: int
) -> None:
    flying.say(on_ground())
    world.airspace.way_finding = touches(a_zone("EGLW"))
    world.flights.fly(pilot, flying.vehicle_id, MISSION, {"EGLW": "H-17"})
    assert world.late_records.write()
    flying.say(holding(total))
    world.flights.fly(pilot, flying.vehicle_id, StartMission())
    assert records(world)[-2][1]["permissions"] == {"EGLW": "H-17"}
    assert records(world)[-2][1]["mission_sha256"] == records(world)[0][1]["sha256"]
    assert flying.flown()[-1].action == StartMission(mission_digest(MISSION))
    world.airspace.way_finding = touches(a_zone("EGLW"), a_zone("EGR157"))
    with pytest.raises(ZonePermissionNeeded, match="EGR157"):  # it is checked again
        world.flights.fly(pilot, flying.vehicle_id, StartMission())


@pytest.mark.parametrize("how", ["never uploaded", "another one", "not read back", "upload failed"])
def test_a_mission_that_the_station_does_not_know_is_unchecked(
    world: World, flying: Drone, pilot: Principal, how: str
) -> None:
    flying.say(on_ground())
    if how != "never uploaded":
        world.flights.fly(pilot, flying.vehicle_id, MISSION)
    if how == "upload failed":
        flying.channel.answer = refused(TimedOut("It did not answer."))
        with pytest.raises(TimedOut):
            world.flights.fly(pilot, flying.vehicle_id, MISSION)
        flying.channel.answer = None
    moved = UploadMission([MISSION.items[0], WireMissionItem(LAT + 0.002, LON + 0.01, 50.0)])
    held = {"another one": moved, "not read back": None}.get(how, MISSION)
    flying.say(holding(2, held))
    with pytest.raises(ZonePermissionNeeded, match="does not know the mission"):
        world.flights.fly(pilot, flying.vehicle_id, StartMission())
    world.flights.fly(pilot, flying.vehicle_id, StartMission(), UNCHECKED)
    assert flying.flown()[-1].action == StartMission()


def test_a_mission_is_started_only_where_it_may_go_from_here(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.say(on_ground())
    world.flights.fly(pilot, flying.vehicle_id, MISSION)
    flying.say(holding(2))
    elsewhere = with_area(pilot, (0.0, 51.0), (0.1, 51.0), (0.1, 51.1), (0.0, 51.1))
    with pytest.raises(NotAllowed, match="outside your area"):
        world.flights.fly(elsewhere, flying.vehicle_id, StartMission())
    far = PositionReading(40, LAT + 1, LON, 5.0, 0.0)
    flying.say(msgspec.structs.replace(holding(2), position=far))
    with pytest.raises(Unprocessable, match="the most is 10 km"):
        world.flights.fly(pilot, flying.vehicle_id, StartMission())


def test_a_long_mission_is_recorded_by_its_digest(
    world: World, flying: Drone, pilot: Principal
) -> None:
    items = [WireMissionItem(LAT + n * 1e-5, LON, 30.0) for n in range(700)]
    world.flights.fly(pilot, flying.vehicle_id, UploadMission(items))
    given = records(world)[0][1]
    assert (given["items"], len(given["points"]), len(given["sha256"])) == (700, 100, 64)
    assert given["points"][0] == "51.4958000 -0.2386000 30.0 home"


# --- asking before -----------------------------------------------------------------------------


def test_a_flight_can_be_asked_about_before(world: World, flying: Drone, pilot: Principal) -> None:
    world.airspace.terrain = FlatGround(5.0)
    world.airspace.way_finding = touches(a_zone("EGLW"))
    found = world.flights.check_go_to(pilot, flying.vehicle_id, LAT + 0.001, LON, None, 10.0)
    assert found.distance_m == pytest.approx(111.3, abs=0.2)
    assert found.seconds == pytest.approx(11.1, abs=0.1)
    assert (found.alt_amsl_m, found.height_agl_m, found.why_not) == (65.0, 60.0, "")
    assert [one.zone.zone_id for one in found.finding.breaches] == ["EGLW"]
    assert flying.flown() == []
    assert records(world) == []


def test_why_it_would_not_be_sent_is_said(world: World, flying: Drone) -> None:
    who = person(world)

    def why_not(*where: float | None) -> str:
        return world.flights.check_go_to(who, flying.vehicle_id, *where).why_not  # type: ignore[arg-type]

    assert "Nobody has control" in why_not(LAT, LON, 65.0)
    world.controls.take(who, flying.vehicle_id)
    assert why_not(LAT, LON, 65.0) == ""
    assert "120 m" in why_not(LAT, LON, 200.0)
    assert "the most is 10 km" in why_not(LAT + 5, LON, 65.0)
    flying.say(on_ground())
    assert "take off first" in why_not(LAT, LON, 65.0)
    world.agents.agent_disconnected(flying.identity.agent_id, flying.channel)
    assert "link to Kestrel 1 is lost" in why_not(LAT, LON, 65.0)


def test_nothing_can_be_said_of_a_flight_from_nowhere(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.say(report(position=None))
    with pytest.raises(Conflict, match="position is not known"):
        world.flights.check_go_to(pilot, flying.vehicle_id, LAT, LON, 65.0)


# --- how long ----------------------------------------------------------------------------------


def test_an_answer_is_waited_for_as_long_as_the_command_takes(
    world: World, flying: Drone, pilot: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def call(_self: FakeChannel, _command: Command, timeout: float) -> Flown:
        waited.append(timeout)
        return Flown()

    monkeypatch.setattr(FakeChannel, "call", call)
    for action in (Hold(), NEAR_BY, MISSION):
        world.flights.fly(pilot, flying.vehicle_id, action)
    assert waited == [3.0, 6.0, 30.0]


def test_what_the_verdict_refuses_is_not_sent_whatever_is_typed(
    world: World, flying: Drone, pilot: Principal
) -> None:
    asked: list[dict[str, str]] = []

    def refuses(_who: Principal, points: Sequence[Kinematics], given: Mapping[str, str]) -> str:
        assert len(points) > 1
        asked.append(dict(given))
        return "A prohibited zone."

    zone = a_zone("Z1")
    world.airspace.way_finding = touches(zone)
    world.flights._refuses = refuses
    with pytest.raises(Unprocessable, match=r"is refused\. A prohibited zone"):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY, {"Z1": "RFZ 1"})
    assert asked == [{"Z1": "RFZ 1"}]
    assert flying.flown() == []
    world.flights.fly(pilot, flying.vehicle_id, Hold())  # never judged
    assert len(flying.flown()) == 1
