"""Control of a vehicle: one person at a time, for as long as their sign-in lasts."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest

from ground_station.core.audit import Act, Actor, AuditEntry, AuditRecord
from ground_station.core.authority import Area, Principal, Role
from ground_station.core.entities import Organisation, OrganisationKind
from ground_station.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from ground_station.core.fleet import Control, VehicleChanged
from ground_station.core.ids import new_id
from ground_station.services.control import Controls, over_with_sign_in
from ground_station.services.enrolment import By
from ground_station.services.identity import Identity
from ground_station.store import SqlControls, SqlVehicles
from tests.services.flying import Drone, drone, report
from tests.services.world import PASSWORD, World

HERE = Area((((-0.25, 51.49), (-0.23, 51.49), (-0.23, 51.50), (-0.25, 51.50)),))
ELSEWHERE = Area((((0.0, 51.0), (0.1, 51.0), (0.1, 51.1), (0.0, 51.1)),))


@pytest.fixture
def flying(world: World) -> Drone:
    return drone(world)


def pilot(world: World, name: str = "pip", role: Role = Role.PILOT) -> Identity:
    """Somebody who may fly, signed in anew."""
    if world.accounts.find(name) is None:
        world.accounts.add(name, name.title(), role, PASSWORD)
    return world.enter(name)


def records(world: World, act: Act) -> Sequence[AuditRecord]:
    return list(reversed(world.audit.read(act=act)))


def refuse_records(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_session: object, *_entries: AuditEntry) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(world.audit, "append_in", refuse)


def kept(world: World) -> Sequence[Control]:
    return SqlControls(world.database).all()


def as_restarted(world: World) -> Controls:
    return Controls(
        repository=SqlControls(world.database),
        fleet=world.fleet,
        audit=world.audit,
        why_over=over_with_sign_in(world.sign_in),
        display_name=lambda _user_id: "Somebody",
        bus=world.bus,
        clock=world.clock,
    )


# --- taking and releasing ----------------------------------------------------------------------


def test_control_is_taken_kept_shown_and_recorded(world: World, flying: Drone) -> None:
    who = pilot(world).principal
    events = world.bus.subscribe(VehicleChanged)
    control = world.controls.take(who, flying.vehicle_id)
    assert control == Control(flying.vehicle_id, who.user_id, who.sign_in_id, world.clock.now())
    assert world.controls.holder(flying.vehicle_id) == control
    assert world.fleet.get(flying.vehicle_id).control == control
    assert kept(world) == [control]
    assert [event.vehicle_id for event in events.take_all(0)] == [flying.vehicle_id]
    [record] = records(world, Act.CONTROL_TAKEN)
    assert (record.entry.actor_id, record.entry.subject_id) == (who.user_id, flying.vehicle_id)
    assert world.controls.take(who, flying.vehicle_id) == control  # again: nothing happens
    assert len(records(world, Act.CONTROL_TAKEN)) == 1


def test_it_is_released(world: World, flying: Drone) -> None:
    who = pilot(world).principal
    world.controls.take(who, flying.vehicle_id)
    events = world.bus.subscribe(VehicleChanged)
    world.controls.release(who, flying.vehicle_id)
    assert world.controls.holder(flying.vehicle_id) is None
    assert kept(world) == []
    assert len(events.take_all(0)) == 1
    [record] = records(world, Act.CONTROL_RELEASED)
    assert record.entry.actor is Actor.USER
    with pytest.raises(Conflict, match="Nobody has control"):
        world.controls.release(who, flying.vehicle_id)


def test_somebody_elses_is_not_released(world: World, flying: Drone) -> None:
    world.controls.take(pilot(world).principal, flying.vehicle_id)
    with pytest.raises(Conflict, match="Operator has control"):
        world.controls.release(pilot(world, "quentin").principal, flying.vehicle_id)


def test_taking_over_needs_saying_so_and_why(world: World, flying: Drone) -> None:
    first, second = pilot(world).principal, pilot(world, "quentin").principal
    had = world.controls.take(first, flying.vehicle_id)
    with pytest.raises(Conflict, match="Operator has control of Kestrel 1"):
        world.controls.take(second, flying.vehicle_id)
    with pytest.raises(InvalidInput, match="Say why"):
        world.controls.take(second, flying.vehicle_id, take_over=True, reason=" \n ")
    with pytest.raises(InvalidInput, match="at most"):
        world.controls.take(second, flying.vehicle_id, take_over=True, reason="x" * 501)
    assert world.controls.holder(flying.vehicle_id) == had
    world.controls.take(second, flying.vehicle_id, take_over=True, reason="Their shift is over")
    held = world.controls.holder(flying.vehicle_id)
    assert held is not None
    assert held.user_id == second.user_id
    record = records(world, Act.CONTROL_TAKEN)[-1].entry
    assert record.details["taken_from"] == first.user_id
    assert record.details["reason"] == "Their shift is over"


def test_ones_own_other_sign_in_may_take_it_without_a_reason(world: World, flying: Drone) -> None:
    first, second = pilot(world), pilot(world)
    world.controls.take(first.principal, flying.vehicle_id)
    world.controls.take(second.principal, flying.vehicle_id)
    world.sign_in.sign_out(first.session_hash)
    held = world.controls.holder(flying.vehicle_id)
    assert held is not None
    assert held.sign_in_id == second.principal.sign_in_id


def test_of_two_who_take_it_at_once_one_gets_it(world: World, flying: Drone) -> None:
    people = [pilot(world, f"pilot{n}").principal for n in range(4)]
    start = threading.Barrier(len(people))
    got: list[str] = []

    def take(who: Principal) -> None:
        start.wait(10)
        try:
            world.controls.take(who, flying.vehicle_id)
        except Conflict:
            return
        got.append(who.user_id)

    threads = [threading.Thread(target=take, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    [control] = kept(world)
    assert got == [control.user_id]
    assert world.controls.holder(flying.vehicle_id) == control


def test_without_a_record_nothing_changes(
    world: World, flying: Drone, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = pilot(world).principal
    with monkeypatch.context() as broken:
        refuse_records(world, broken)
        with pytest.raises(Unavailable):
            world.controls.take(who, flying.vehicle_id)
    assert world.controls.holder(flying.vehicle_id) is None
    assert kept(world) == []
    control = world.controls.take(who, flying.vehicle_id)
    refuse_records(world, monkeypatch)
    with pytest.raises(Unavailable):
        world.controls.release(who, flying.vehicle_id)
    assert world.controls.holder(flying.vehicle_id) == control
    assert kept(world) == [control]


# --- whose it is to take -----------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.CCTV_OPERATOR, Role.ADMIN])
def test_only_pilots_take_control(world: World, flying: Drone, role: Role) -> None:
    with pytest.raises(NotAllowed):
        world.controls.take(pilot(world, "somebody", role).principal, flying.vehicle_id)


def test_there_is_no_other_vehicle(world: World) -> None:
    with pytest.raises(NotFound):
        world.controls.take(pilot(world).principal, new_id())


def test_another_organisations_vehicle_is_not_there(world: World, flying: Drone) -> None:
    police = Organisation(new_id(), "Police", OrganisationKind.POLICE, world.clock.now())
    world.organisations.add(police)
    world.accounts.add(
        "sergeant", "Sergeant", Role.PILOT, PASSWORD, organisation_id=police.organisation_id
    )
    with pytest.raises(NotFound):
        world.controls.take(world.enter("sergeant").principal, flying.vehicle_id)


def with_area(who: Principal, area: Area) -> Principal:
    return dataclasses.replace(who, scope=dataclasses.replace(who.scope, area=area))


def test_a_vehicle_outside_the_area_is_not_there(world: World, flying: Drone) -> None:
    who = pilot(world).principal
    with pytest.raises(NotFound):
        world.controls.take(with_area(who, ELSEWHERE), flying.vehicle_id)
    flying.say(report(position=None))
    with pytest.raises(NotFound):  # nobody knows where it is
        world.controls.take(with_area(who, HERE), flying.vehicle_id)


def test_who_flies_it_out_of_the_area_still_reaches_it(world: World, flying: Drone) -> None:
    who = with_area(pilot(world).principal, HERE)
    world.controls.take(who, flying.vehicle_id)
    flying.say(report(lat=51.6))
    assert world.controls.reach(who, flying.vehicle_id).vehicle.vehicle_id == flying.vehicle_id
    world.controls.release(who, flying.vehicle_id)
    with pytest.raises(NotFound):
        world.controls.reach(who, flying.vehicle_id)


# --- how long it lasts -------------------------------------------------------------------------


def test_it_outlives_the_station(world: World, flying: Drone) -> None:
    control = world.controls.take(pilot(world).principal, flying.vehicle_id)
    again = as_restarted(world)
    assert again.holder(flying.vehicle_id) == control
    again.check()
    assert again.holder(flying.vehicle_id) == control


def test_it_ends_with_its_sign_in(world: World, flying: Drone) -> None:
    who, other = pilot(world), pilot(world)
    world.controls.take(who.principal, flying.vehicle_id)
    world.sign_in.sign_out(other.session_hash)
    assert world.controls.holder(flying.vehicle_id) is not None
    events = world.bus.subscribe(VehicleChanged)
    world.sign_in.sign_out(who.session_hash)
    assert world.controls.holder(flying.vehicle_id) is None
    assert kept(world) == []
    assert len(events.take_all(0)) == 1
    [record] = records(world, Act.CONTROL_RELEASED)
    assert record.entry.actor is Actor.STATION
    assert record.entry.details["user"] == who.user.user_id
    assert record.entry.details["why"] == "the sign-in ended"


def test_it_ends_when_the_sign_in_runs_out(world: World, flying: Drone) -> None:
    world.controls.take(pilot(world).principal, flying.vehicle_id)
    world.clock.advance(timedelta(hours=13).total_seconds())
    world.controls.check()
    assert world.controls.holder(flying.vehicle_id) is None


@pytest.mark.parametrize("change", ["disabled", "role"])
def test_it_ends_when_the_person_may_not_fly_any_more(
    world: World, flying: Drone, change: str
) -> None:
    """Also where another process changes the account: nobody tells us of that."""
    who = pilot(world)
    world.controls.take(who.principal, flying.vehicle_id)
    changed = (
        dataclasses.replace(who.user, disabled_at=world.clock.now())
        if change == "disabled"
        else dataclasses.replace(who.user, role=Role.OFFICER)
    )
    world.users.update(changed)
    world.controls.check()
    assert world.controls.holder(flying.vehicle_id) is None


def test_signing_out_works_while_control_cannot_be_ended(
    world: World, flying: Drone, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = pilot(world)
    world.controls.take(who.principal, flying.vehicle_id)
    world.sign_ins.remove(who.session_hash)
    with monkeypatch.context() as broken:
        refuse_records(world, broken)
        world.sign_in.tell_ended([who.session_hash])
        assert world.controls.holder(flying.vehicle_id) is not None
        with pytest.raises(Unavailable):
            world.controls.check()
    world.controls.check()
    assert world.controls.holder(flying.vehicle_id) is None


def test_it_goes_with_its_vehicle(world: World, flying: Drone) -> None:
    world.controls.take(pilot(world).principal, flying.vehicle_id)
    own = world.users.default_organisation_id()
    world.enrolments.remove(own, flying.identity.agent_id, By(Actor.COMMAND_LINE))
    world.warden.look()
    assert kept(world) == []
    assert SqlVehicles(world.database).all() == []
    world.controls.check()
    assert world.controls.holder(flying.vehicle_id) is None


def test_the_thread_looks_by_itself_and_stops(world: World, flying: Drone) -> None:
    world.controls.start()
    world.controls.stop()
