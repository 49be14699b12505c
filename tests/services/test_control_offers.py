"""Handing a vehicle over to a named pilot."""

from __future__ import annotations

import dataclasses
import threading

import pytest

from ground_station.core.audit import Act, AuditEntry
from ground_station.core.authority import Area, Role
from ground_station.core.errors import (
    Conflict,
    InvalidInput,
    KestrelError,
    NotAllowed,
    Unavailable,
)
from ground_station.core.ids import new_id
from ground_station.services.control_offers import OFFER_LASTS_S, ControlOffers
from tests.services.flying import Drone, drone
from tests.services.test_control import ELSEWHERE, HERE, kept, pilot, records
from tests.services.world import PASSWORD, World


@pytest.fixture
def flying(world: World) -> Drone:
    return drone(world)


@pytest.fixture
def offers(world: World) -> ControlOffers:
    return ControlOffers(
        controls=world.controls,
        people=world.users.all,
        audit=world.audit,
        bus=world.bus,
        clock=world.clock,
    )


def test_control_changes_hands_when_the_named_pilot_accepts(
    world: World, flying: Drone, offers: ControlOffers
) -> None:
    pip, quin = pilot(world).principal, pilot(world, "quin").principal
    world.controls.take(pip, flying.vehicle_id)
    offers.offer(pip, flying.vehicle_id, quin.user_id)
    held = world.controls.holder(flying.vehicle_id)
    assert held is not None
    assert held.user_id == pip.user_id  # nothing changed yet
    taken = offers.accept(quin, flying.vehicle_id)
    assert taken.user_id == quin.user_id
    assert [one.user_id for one in kept(world)] == [quin.user_id]
    assert offers.of(flying.vehicle_id) is None
    [offered] = records(world, Act.CONTROL_OFFERED)
    assert (offered.entry.details["to"], offered.entry.details["what"]) == (quin.user_id, "offered")
    assert records(world, Act.CONTROL_TAKEN)[-1].entry.details["handed_over_by"] == pip.user_id


def test_what_was_under_way_of_the_one_before_is_void(
    world: World, flying: Drone, offers: ControlOffers
) -> None:
    pip, quin = pilot(world).principal, pilot(world, "quin").principal
    world.controls.take(pip, flying.vehicle_id)
    before = len(flying.channel.notices)
    offers.offer(pip, flying.vehicle_id, quin.user_id)
    assert len(flying.channel.notices) == before  # an offer stops nothing
    offers.accept(quin, flying.vehicle_id)
    assert len(flying.channel.notices) == before + 1


def test_an_offer_ends_after_a_minute(world: World, flying: Drone, offers: ControlOffers) -> None:
    pip, quin = pilot(world).principal, pilot(world, "quin").principal
    world.controls.take(pip, flying.vehicle_id)
    offers.offer(pip, flying.vehicle_id, quin.user_id)
    world.clock.advance(OFFER_LASTS_S - 1)
    assert offers.of(flying.vehicle_id) is not None
    world.clock.advance(1)
    assert offers.of(flying.vehicle_id) is None
    with pytest.raises(Conflict, match="not any more"):
        offers.accept(quin, flying.vehicle_id)


def test_only_whom_it_names_may_accept(world: World, flying: Drone, offers: ControlOffers) -> None:
    pip, quin, rae = (pilot(world, name).principal for name in ("pip", "quin", "rae"))
    world.controls.take(pip, flying.vehicle_id)
    offers.offer(pip, flying.vehicle_id, quin.user_id)
    with pytest.raises(Conflict, match="not offered to you"):
        offers.accept(rae, flying.vehicle_id)


def test_it_ends_with_the_control_of_whoever_made_it(
    world: World, flying: Drone, offers: ControlOffers
) -> None:
    pip, quin, rae = (pilot(world, name).principal for name in ("pip", "quin", "rae"))
    world.controls.take(pip, flying.vehicle_id)
    offers.offer(pip, flying.vehicle_id, quin.user_id)
    world.controls.take(rae, flying.vehicle_id, take_over=True, reason="She fell ill")
    assert offers.of(flying.vehicle_id) is None
    with pytest.raises(Conflict):
        offers.accept(quin, flying.vehicle_id)


def test_it_can_be_taken_back(world: World, flying: Drone, offers: ControlOffers) -> None:
    pip, quin = pilot(world).principal, pilot(world, "quin").principal
    world.controls.take(pip, flying.vehicle_id)
    offers.offer(pip, flying.vehicle_id, quin.user_id)
    with pytest.raises(Conflict):
        offers.withdraw(quin, flying.vehicle_id)
    offers.withdraw(pip, flying.vehicle_id)
    with pytest.raises(Conflict):
        offers.accept(quin, flying.vehicle_id)
    assert records(world, Act.CONTROL_OFFERED)[-1].entry.details["what"] == "taken_back"


def test_only_whoever_has_control_offers_it(
    world: World, flying: Drone, offers: ControlOffers
) -> None:
    pip, quin = pilot(world).principal, pilot(world, "quin").principal
    with pytest.raises(Conflict, match="Nobody has control"):
        offers.offer(pip, flying.vehicle_id, quin.user_id)
    watches = pilot(world, "wat", Role.SUPERVISOR).principal
    with pytest.raises(NotAllowed):
        offers.offer(watches, flying.vehicle_id, quin.user_id)


def test_it_is_offered_to_pilots_in_whose_area_it_flies(
    world: World, flying: Drone, offers: ControlOffers
) -> None:
    pip = pilot(world).principal
    world.controls.take(pip, flying.vehicle_id)
    for name, role in (("wat", Role.SUPERVISOR), ("here", Role.PILOT), ("far", Role.PILOT)):
        world.accounts.add(name, name.title(), role, PASSWORD)
    for name, area in (("here", HERE), ("far", ELSEWHERE)):
        user = world.users.by_username(name)
        assert user is not None
        world.users.update(dataclasses.replace(user, area=area))
    assert [one.username for one in offers.pilots(pip, flying.vehicle_id)] == ["here"]
    for name in ("wat", "far"):
        user = world.users.by_username(name)
        assert user is not None
        with pytest.raises(InvalidInput, match="can take"):
            offers.offer(pip, flying.vehicle_id, user.user_id)
    with pytest.raises(InvalidInput):
        offers.offer(pip, flying.vehicle_id, new_id())
    assert isinstance(HERE, Area)


def test_what_cannot_be_recorded_is_not_offered(
    world: World, flying: Drone, offers: ControlOffers, monkeypatch: pytest.MonkeyPatch
) -> None:
    pip, quin = pilot(world).principal, pilot(world, "quin").principal
    world.controls.take(pip, flying.vehicle_id)

    def refuse(*_entries: AuditEntry) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(world.audit, "append", refuse)
    with pytest.raises(Unavailable):
        offers.offer(pip, flying.vehicle_id, quin.user_id)
    assert offers.of(flying.vehicle_id) is None


def test_one_who_takes_over_and_one_who_accepts_at_once_do_not_both_get_it(
    world: World, flying: Drone, offers: ControlOffers
) -> None:
    pip, quin, rae = (pilot(world, name).principal for name in ("pip", "quin", "rae"))
    world.controls.take(pip, flying.vehicle_id)
    offers.offer(pip, flying.vehicle_id, quin.user_id)
    gate, failed = threading.Barrier(2), []

    def accept() -> None:
        gate.wait(10)
        try:
            offers.accept(quin, flying.vehicle_id)
        except KestrelError as error:
            failed.append(error)

    def take_over() -> None:
        gate.wait(10)
        world.controls.take(rae, flying.vehicle_id, take_over=True, reason="Now")

    threads = [threading.Thread(target=one) for one in (accept, take_over)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    held = world.controls.holder(flying.vehicle_id)
    assert held is not None
    assert held.user_id == rae.user_id  # whichever came first, the take-over was not refused
    assert [one.user_id for one in kept(world)] == [rae.user_id]
    assert offers.of(flying.vehicle_id) is None
    assert len(failed) <= 1
