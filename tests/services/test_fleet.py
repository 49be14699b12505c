"""The vehicles as the station knows them: registered once, followed, lost, and told of."""

from __future__ import annotations

from typing import Any

import pytest

from ground_station.core.agent_protocol import AgentKind, Goodbye
from ground_station.core.agent_vehicles import (
    FlightMode,
    FlightReading,
    LandedState,
    Telemetry,
    VehicleLinkState,
    VehicleReport,
)
from ground_station.core.audit import Act, Actor
from ground_station.core.bus import Subscription
from ground_station.core.entities import Severity
from ground_station.core.errors import NotFound, Unavailable
from ground_station.core.fleet import (
    AirspaceFinding,
    AirspaceState,
    VehicleChanged,
    VehicleStatus,
)
from ground_station.services.enrolment import By
from ground_station.services.fleet import CHECK_FAILED, MAX_WAITING, Fleet
from ground_station.services.vehicle_alerts import LINK_LOST, link_alerts
from ground_station.services.vehicle_state import (
    NEVER_HEARD,
    NO_AGENT,
    NO_HEARTBEAT,
    NOT_HEARD,
    airborne,
)
from ground_station.store import SqlVehicles
from tests.services.flying import LAT, LON, Drone, drone, report
from tests.services.world import World

CONNECTED, LOST, NEVER = VehicleLinkState.CONNECTED, VehicleLinkState.LOST, VehicleLinkState.NEVER


def new_fleet(world: World) -> Fleet:
    """As a station that starts now would have it."""
    return Fleet(
        vehicles=SqlVehicles(world.database),
        audit=world.audit,
        bus=world.bus,
        clock=world.clock,
        airspace=world.airspace,
        sources=world.sources,
    )


def status(flying: Drone) -> VehicleStatus:
    return flying.world.fleet.get(flying.vehicle_id)


def grounded(**changes: Any) -> VehicleReport:
    flight = FlightReading(100, armed=False, mode=FlightMode.HOLD, landed=LandedState.ON_GROUND)
    return report(flight=flight, **changes)


def waits(events: Subscription[VehicleChanged]) -> set[str]:
    return {event.vehicle_id for event in events.take_all(0)}


# --- registering -------------------------------------------------------------------------------


def test_a_vehicle_is_registered_when_it_is_first_reported(world: World) -> None:
    flying = drone(world)
    found = status(flying)
    assert found.vehicle.name == "Kestrel 1"
    assert (found.vehicle.agent_id, found.vehicle.system_id) == (flying.identity.agent_id, 1)
    assert found.vehicle.organisation_id == world.users.default_organisation_id()
    assert SqlVehicles(world.database).get(flying.vehicle_id) == found.vehicle
    [record] = world.audit.read(act=Act.VEHICLE_ADDED)
    assert (record.entry.actor, record.entry.actor_id) == (
        Actor.AGENT,
        flying.identity.agent_id,
    )
    assert record.entry.subject_id == flying.vehicle_id
    assert record.entry.details["system_id"] == 1
    flying.say()
    world.fleet.register_new()
    assert len(world.fleet.all()) == 1


def test_it_is_the_same_vehicle_after_a_restart_of_the_station(world: World) -> None:
    flying = drone(world)
    again = new_fleet(world)
    [found] = again.all()
    assert found.vehicle.vehicle_id == flying.vehicle_id
    assert (found.link, found.report, found.problems) == (NEVER, None, (NEVER_HEARD,))
    assert found.finding.state is AirspaceState.UNKNOWN
    again.agent_connected(flying.identity.agent_id)
    again.take(flying.identity, Telemetry([report()]))
    assert again.get(flying.vehicle_id).link is CONNECTED


def test_two_vehicles_of_one_name_can_be_told_apart(world: World) -> None:
    first = drone(world, report(), report(system_id=2))
    second = drone(world, name="other agent")
    names = sorted(one.vehicle.name for one in world.fleet.all())
    assert names == ["Kestrel 1", "Kestrel 1 2", "Kestrel 1 3"]
    assert status(first).vehicle.agent_id != status(second).vehicle.agent_id


def test_a_name_that_is_no_line_becomes_one(world: World) -> None:
    flying = drone(world, report(name="\x07\n "))
    assert status(flying).vehicle.name == "Drone"


def test_what_cannot_be_registered_now_is_later_and_does_not_stop_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = world.identity("drone agent", AgentKind.DRONE)
    channel = world.connect(identity)
    add, refused = SqlVehicles.add, [1]

    def full(self: SqlVehicles, vehicle: Any) -> None:
        if vehicle.system_id in refused:
            raise Unavailable("The disk is full.")
        add(self, vehicle)

    monkeypatch.setattr(SqlVehicles, "add", full)
    world.agents.agent_message(
        identity.agent_id, channel, Telemetry([report(), report(system_id=2, name="Second")])
    )
    with pytest.raises(Unavailable):
        world.fleet.register_new()
    assert [one.vehicle.system_id for one in world.fleet.all()] == [2]
    assert len(world.audit.read(act=Act.VEHICLE_ADDED)) == 1  # nor is the record there alone
    refused.clear()
    world.fleet.register_new()
    assert sorted(one.vehicle.system_id or 0 for one in world.fleet.all()) == [1, 2]


def test_what_waits_to_be_registered_is_bounded_and_said(world: World) -> None:
    assert not world.fleet.probe().problem
    for number in range(6):
        identity = world.identity(f"agent {number}", AgentKind.DRONE)
        for first in range(1, 250, 50):
            reports = [report(system_id=first + n) for n in range(50)]
            world.fleet.take(identity, Telemetry(reports))
    assert len(world.fleet._waiting) == MAX_WAITING
    assert "More vehicles" in world.fleet.probe().problem


def test_only_drone_agents_have_vehicles(world: World) -> None:
    identity, channel, _source = world.camera()
    world.agents.agent_message(identity.agent_id, channel, Telemetry([report()]))
    world.fleet.register_new()
    assert world.fleet.all() == []


def test_two_agents_may_each_have_a_vehicle_of_one_system_id(world: World) -> None:
    first, second = drone(world), drone(world, name="other agent")
    first.say(report(lat=51.0))
    second.say(report(lat=52.0))
    for flying, lat in ((first, 51.0), (second, 52.0)):
        found = status(flying).report
        assert found is not None
        assert found.position is not None
        assert found.position.lat == lat


def test_a_system_id_twice_in_one_message_counts_once(world: World) -> None:
    flying = drone(world)
    flying.say(report(lat=51.0), report(lat=52.0))
    found = status(flying).report
    assert found is not None
    assert found.position is not None
    assert found.position.lat == 51.0


def test_there_is_no_other_vehicle(world: World) -> None:
    assert world.fleet.find("none") is None
    with pytest.raises(NotFound):
        world.fleet.get("none")


# --- the link ----------------------------------------------------------------------------------


def test_a_link_is_lost_by_silence_counting_the_heartbeats_own_age(world: World) -> None:
    flying = drone(world)
    began = status(flying).link_since
    world.clock.advance(1.0)
    flying.say(report(heartbeat_age_ms=1200))
    assert (status(flying).link, status(flying).link_since) == (CONNECTED, began)
    world.clock.advance(1.0)
    world.fleet.tick()
    assert status(flying).link is CONNECTED  # 2.2 s
    world.clock.advance(0.5)
    world.fleet.tick()
    found = status(flying)
    assert found.link is LOST  # 2.7 s: a page shows it within three
    assert found.link_since == world.clock.now()
    assert NOT_HEARD in found.problems
    flying.say()
    assert status(flying).link is CONNECTED


def test_an_agents_own_word_that_the_link_is_lost_holds(world: World) -> None:
    flying = drone(world)
    flying.say(report(link=LOST, heartbeat_age_ms=100))
    assert status(flying).link is LOST


def test_without_a_heartbeat_there_never_was_a_link(world: World) -> None:
    flying = drone(world, report(link=NEVER, heartbeat_age_ms=None))
    found = status(flying)
    assert (found.link, found.problems) == (NEVER, (NO_HEARTBEAT,))


def test_with_its_agent_gone_the_link_is_lost_at_once(world: World) -> None:
    flying = drone(world)
    events = world.bus.subscribe(VehicleChanged)
    world.agents.agent_disconnected(flying.identity.agent_id, flying.channel)
    found = status(flying)
    assert (found.link, found.agent_connected) == (LOST, False)
    assert found.problems == (NO_AGENT,)
    assert waits(events) == {flying.vehicle_id}


def test_an_agent_that_came_back_must_first_say_how_the_link_is(world: World) -> None:
    flying = drone(world)
    world.agents.agent_disconnected(flying.identity.agent_id, flying.channel)
    flying.channel = world.connect(flying.identity)
    assert (status(flying).link, status(flying).agent_connected) == (LOST, True)
    flying.say()
    assert status(flying).link is CONNECTED


def test_an_agent_that_stopped_answering_is_gone(world: World) -> None:
    flying = drone(world)
    world.clock.advance(2.55)
    world.agents.tick()
    assert (status(flying).link, status(flying).agent_connected) == (LOST, False)


def test_its_agents_problems_come_after_the_stations_own(world: World) -> None:
    flying = drone(world, report(problems=["Two vehicles with one system id."]))
    assert status(flying).problems == ("Two vehicles with one system id.",)
    world.agents.agent_disconnected(flying.identity.agent_id, flying.channel)
    assert status(flying).problems == (NO_AGENT, "Two vehicles with one system id.")


def test_every_report_is_told(world: World) -> None:
    flying = drone(world)
    events = world.bus.subscribe(VehicleChanged)
    flying.say()
    assert waits(events) == {flying.vehicle_id}
    world.fleet.tick()
    assert waits(events) == set()


# --- the alert of a link that was lost ---------------------------------------------------------


@pytest.fixture
def lost(world: World) -> list[VehicleStatus]:
    found: list[VehicleStatus] = []
    world.fleet.on_lost(found.append)
    return found


def silence(world: World, seconds: float) -> None:
    for _tick in range(round(seconds * 10)):
        world.clock.advance(0.1)
        world.fleet.tick()


def test_a_loss_in_the_air_is_told_once_and_after_three_seconds(
    world: World, lost: list[VehicleStatus]
) -> None:
    flying = drone(world, report(heartbeat_age_ms=0))
    silence(world, 2.8)
    assert status(flying).link is LOST
    assert lost == []
    silence(world, 0.4)
    assert [one.vehicle.vehicle_id for one in lost] == [flying.vehicle_id]
    silence(world, 30)
    assert len(lost) == 1
    flying.say(report(heartbeat_age_ms=0))
    silence(world, 4)
    assert len(lost) == 2  # another loss


def test_a_short_drop_of_its_agents_connection_is_no_loss(
    world: World, lost: list[VehicleStatus]
) -> None:
    flying = drone(world)
    world.agents.agent_disconnected(flying.identity.agent_id, flying.channel)
    silence(world, 1.5)
    flying.channel = world.connect(flying.identity)
    flying.say()
    silence(world, 1.0)
    assert lost == []


def test_an_agent_that_stays_away_is_a_loss(world: World, lost: list[VehicleStatus]) -> None:
    flying = drone(world)
    world.agents.agent_message(flying.identity.agent_id, flying.channel, Goodbye())
    world.agents.agent_disconnected(flying.identity.agent_id, flying.channel)
    silence(world, 3.1)
    assert len(lost) == 1


def test_on_the_ground_nothing_is_told(world: World, lost: list[VehicleStatus]) -> None:
    drone(world, grounded())
    silence(world, 5)
    assert lost == []


@pytest.mark.parametrize(
    ("armed", "landed", "flies"),
    [
        (True, LandedState.IN_AIR, True),
        (True, LandedState.TAKING_OFF, True),
        (True, LandedState.LANDING, True),
        (True, LandedState.ON_GROUND, False),
        (False, LandedState.ON_GROUND, False),
        (True, LandedState.UNKNOWN, True),  # rather told of once too often
        (False, LandedState.UNKNOWN, None),
    ],
)
def test_whether_it_flies(armed: bool, landed: LandedState, flies: bool | None) -> None:
    flight = FlightReading(0, armed=armed, mode=FlightMode.GUIDED, landed=landed)
    assert airborne(report(flight=flight)) is flies


def test_whether_it_flies_is_not_known_without_a_word_on_it() -> None:
    assert airborne(None) is None
    assert airborne(report(flight=None)) is None


def test_the_alert_names_the_vehicle_and_the_place(world: World) -> None:
    world.fleet.on_lost(link_alerts(world.inbox.raise_own, world.facts.rule))
    flying = drone(world)
    silence(world, 4)
    world.inbox.drain()
    [alert] = world.alert_rows.recent(organisation_ids=[world.users.default_organisation_id()])
    assert (alert.kind, alert.severity) == (LINK_LOST, Severity.WARNING)
    assert (alert.vehicle_id, alert.lat, alert.lon) == (flying.vehicle_id, LAT, LON)
    assert "Kestrel 1" in alert.text
    assert "failsafe" in alert.remedy
    [record] = world.audit.read(act=Act.ALERT_RAISED)
    assert record.entry.actor is Actor.STATION


def test_one_bad_callback_does_not_stop_the_intake(world: World, lost: list[VehicleStatus]) -> None:
    def broken(*_anything: object) -> None:
        raise RuntimeError("broken")

    fleet = world.fleet
    fleet.on_finding(broken)
    flying = drone(world)
    fleet._on_lost.insert(0, broken)
    silence(world, 4)
    assert len(lost) == 1
    flying.say()
    assert status(flying).link is CONNECTED


# --- the airspace ------------------------------------------------------------------------------


def test_every_report_is_checked_and_the_finding_handed_on(world: World) -> None:
    flying = drone(world)
    found: list[tuple[VehicleStatus, AirspaceFinding]] = []
    world.fleet.on_finding(lambda status, finding: found.append((status, finding)))
    world.airspace.finding = AirspaceFinding(AirspaceState.CLEAR, height_agl_m=58.0)
    flying.say()
    assert world.airspace.asked[-1][1] == 0.0
    assert status(flying).finding is world.airspace.finding
    [(told, finding)] = found
    assert (told.vehicle.vehicle_id, finding) == (flying.vehicle_id, world.airspace.finding)


def test_what_was_clear_does_not_stay_clear_in_silence(world: World) -> None:
    flying = drone(world)
    world.airspace.finding = AirspaceFinding(AirspaceState.CLEAR)
    flying.say()
    world.airspace.finding = AirspaceFinding(AirspaceState.UNKNOWN, problem="It is old.")
    silence(world, 1.1)
    assert status(flying).finding.state is AirspaceState.UNKNOWN
    assert world.airspace.asked[-1][1] == pytest.approx(1.0, abs=0.15)


def test_a_check_that_fails_is_never_clear(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    flying = drone(world)

    def broken(_report: VehicleReport, _age_s: float) -> AirspaceFinding:
        raise ValueError("broken")

    monkeypatch.setattr(world.airspace, "live", broken)
    flying.say()
    assert status(flying).finding == AirspaceFinding(AirspaceState.UNKNOWN, problem=CHECK_FAILED)


# --- removing ----------------------------------------------------------------------------------


def test_a_removed_agents_vehicles_go_with_it(world: World) -> None:
    flying, kept = drone(world), drone(world, name="other agent")
    events = world.bus.subscribe(VehicleChanged)
    own = world.users.default_organisation_id()
    world.enrolments.remove(own, flying.identity.agent_id, By(Actor.COMMAND_LINE))
    world.warden.look()
    assert [one.vehicle.vehicle_id for one in world.fleet.all()] == [kept.vehicle_id]
    assert [one.vehicle_id for one in SqlVehicles(world.database).all()] == [kept.vehicle_id]
    assert flying.vehicle_id in waits(events)
    [record] = world.audit.read(act=Act.VEHICLE_REMOVED)
    assert (record.entry.actor, record.entry.subject_id) == (Actor.STATION, flying.vehicle_id)


def test_what_a_removed_agent_reported_last_is_not_registered(world: World) -> None:
    identity = world.identity("drone agent", AgentKind.DRONE)
    world.fleet.take(identity, Telemetry([report()]))
    world.fleet.forget_agents(frozenset({identity.agent_id}))
    world.fleet.register_new()
    assert world.fleet.all() == []


# --- its threads -------------------------------------------------------------------------------


def test_the_threads_register_and_stop(world: World) -> None:
    identity = world.identity("drone agent", AgentKind.DRONE)
    events = world.bus.subscribe(VehicleChanged)
    world.fleet.start()
    try:
        world.fleet.take(identity, Telemetry([report()]))
        assert events.take_all(10.0)
        assert len(world.fleet.all()) == 1
    finally:
        world.fleet.stop()


def test_records_name_a_vehicle(world: World) -> None:
    flying = drone(world)
    assert world.names().of("vehicle", flying.vehicle_id) == "Kestrel 1"
    assert world.names().of("vehicle", "gone") == "gone"
