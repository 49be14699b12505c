"""What agents tell of vehicles that changes seldom."""

from __future__ import annotations

import pytest

from ground_station.core.agent_facts import (
    Facts,
    FailsafeAct,
    FailsafeEvent,
    FailsafeRule,
    Traffic,
    VehicleFacts,
)
from ground_station.core.ports import AgentIdentity
from ground_station.services import vehicle_facts
from ground_station.services.vehicle_facts import OLD_AFTER_S
from ground_station.services.vehicle_facts import VehicleFacts as Keeper
from tests.services.flying import Drone, drone
from tests.services.world import World

LANDS = FailsafeRule(FailsafeEvent.GROUND_STATION_LOST, FailsafeAct.LAND, after_s=5.0)
TOLD = VehicleFacts(1, failsafes=[LANDS], firmware="4.7")


@pytest.fixture
def flying(world: World) -> Drone:
    return drone(world)


@pytest.fixture
def keeper(world: World) -> Keeper:
    made = Keeper(find=world.fleet.find, clock=world.clock)
    world.agents.drones.facts = made
    return made


def say(flying: Drone, message: Facts | Traffic) -> None:
    flying.world.agents.agent_message(flying.identity.agent_id, flying.channel, message)


def test_they_are_kept_with_their_time(world: World, flying: Drone, keeper: Keeper) -> None:
    assert keeper.of(flying.vehicle_id) is None
    say(flying, Facts([TOLD]))
    told_at = world.clock.now()
    world.clock.advance(7)
    known = keeper.of(flying.vehicle_id)
    assert known is not None
    assert (known.told, known.received_at, known.age_s, known.current) == (TOLD, told_at, 7, True)
    assert keeper.current(flying.vehicle_id) == TOLD
    assert keeper.rule(flying.vehicle_id, FailsafeEvent.GROUND_STATION_LOST) == LANDS
    assert keeper.rule(flying.vehicle_id, FailsafeEvent.FENCE) is None


def test_what_is_old_is_not_how_it_is_set_now(world: World, flying: Drone, keeper: Keeper) -> None:
    say(flying, Facts([TOLD]))
    world.clock.advance(OLD_AFTER_S + 1)
    assert keeper.current(flying.vehicle_id) is None
    known = keeper.of(flying.vehicle_id)
    assert known is not None
    assert not known.current


def test_nor_is_what_an_agent_told_that_is_gone(
    world: World, flying: Drone, keeper: Keeper
) -> None:
    say(flying, Facts([TOLD]))
    world.agents.agent_disconnected(flying.identity.agent_id, flying.channel)
    assert keeper.current(flying.vehicle_id) is None
    assert keeper.rule(flying.vehicle_id, FailsafeEvent.GROUND_STATION_LOST) == LANDS


def test_each_message_replaces_the_one_before(flying: Drone, keeper: Keeper) -> None:
    say(flying, Facts([TOLD]))
    say(flying, Facts([]))
    assert keeper.of(flying.vehicle_id) is None


def test_they_go_with_the_agent(flying: Drone, keeper: Keeper) -> None:
    say(flying, Facts([TOLD]))
    keeper.forget_agents(frozenset({flying.identity.agent_id}))
    assert keeper.of(flying.vehicle_id) is None


def test_of_one_agent_nothing_is_taken_for_anothers(
    world: World, flying: Drone, keeper: Keeper
) -> None:
    other = drone(world, name="another agent")
    say(other, Facts([TOLD]))
    assert keeper.of(flying.vehicle_id) is None
    assert keeper.of(other.vehicle_id) is not None


def test_they_are_bounded(flying: Drone, keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vehicle_facts, "MAX_KEPT", 2)
    say(flying, Facts([VehicleFacts(number) for number in (1, 2, 3)]))
    assert len(keeper._kept) == 2


class Heard:
    """Takes what is heard of other aircraft."""

    def __init__(self) -> None:
        self.took: list[tuple[str, Traffic]] = []
        self.gone: list[str] = []

    def take(self, identity: AgentIdentity, message: Traffic) -> None:
        self.took.append((identity.agent_id, message))

    def agent_gone(self, agent_id: str) -> None:
        self.gone.append(agent_id)


def test_traffic_is_handed_to_whoever_follows_it(world: World, flying: Drone) -> None:
    say(flying, Traffic())  # nobody does: it is left
    heard = Heard()
    world.agents.drones.traffic = heard
    say(flying, Traffic())
    assert heard.took == [(flying.identity.agent_id, Traffic())]
    world.agents.agent_disconnected(flying.identity.agent_id, flying.channel)
    assert heard.gone == [flying.identity.agent_id]


def test_a_camera_agent_tells_no_facts(world: World, flying: Drone, keeper: Keeper) -> None:
    identity, channel, _source_id = world.camera()
    world.agents.agent_message(identity.agent_id, channel, Facts([TOLD]))
    assert keeper._kept == {}
