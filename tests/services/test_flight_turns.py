"""A command that was overtaken, or that the station gave up, never flies: what goes over the wire,
read by the agent's own judge in the order it came."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drone.orders import Orders
from ground_station.core.agent_actions import (
    Action,
    GoTo,
    Hold,
    Land,
    Return,
    TakeOff,
    UploadMission,
)
from ground_station.core.agent_protocol import Command, Done
from ground_station.core.agent_vehicles import (
    AgentInstant,
    Flown,
    Fly,
    Supersede,
    Turn,
    VehicleReport,
)
from ground_station.core.authority import Principal, Role
from ground_station.core.errors import Conflict, TimedOut, Unavailable
from ground_station.services.flights import TIMEOUT_S, TIMEOUTS_S, Flights
from tests.services.flying import AGENT_RUN, BOOTED_MS, LAT, LON, Drone, drone, report
from tests.services.test_flights import CLEAR, on_ground, person
from tests.services.world import World

NEAR_BY = GoTo(LAT + 0.001, LON, 65.0)
WAITED: dict[str, tuple[Action, VehicleReport]] = {
    "go to": (NEAR_BY, report()),
    "take off": (TakeOff(10.0), on_ground()),
    "upload": (UploadMission([]), on_ground()),
}


class Agent:
    """What of the station's words may be carried out, on the agent's clock."""

    def __init__(self, world: World, flying: Drone) -> None:
        self.orders = Orders(lambda: world.clock.monotonic_s() + BOOTED_MS / 1000)
        self.orders._run = AGENT_RUN
        self.flying = flying
        self.read: list[Fly | Supersede] = []

    def reads(self, *orders: Fly | Supersede) -> None:
        for one in orders:
            self.orders.arrived(one)
            self.read.append(one)

    def why_void(self, command: Fly) -> str:
        try:
            self.orders.check(command)
        except Conflict as error:
            return error.message
        return ""


@pytest.fixture
def flying(world: World) -> Drone:
    world.airspace.way_finding = CLEAR
    return drone(world)


@pytest.fixture
def pilot(world: World, flying: Drone) -> Principal:
    who = person(world)
    world.controls.take(who, flying.vehicle_id)
    return who


@pytest.fixture
def agent(world: World, flying: Drone) -> Agent:
    return Agent(world, flying)


def superseded(flying: Drone) -> list[Supersede]:
    return [one for one in flying.channel.notices if isinstance(one, Supersede)]


def before_it_is_sent(flying: Drone, action: Action, do: Callable[[], object]) -> None:
    """Let something happen between the last check of this action and its sending."""

    def answer(command: Command) -> Flown | Done:
        if isinstance(command, Fly) and command.action == action:
            flying.channel.commands.remove(command)
            do()
            flying.channel.commands.append(command)
        return Flown()

    flying.channel.answer = answer


# --- its end -------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", WAITED)
def test_a_command_ends_on_the_agents_own_clock_before_the_station_gives_it_up(
    world: World, flying: Drone, pilot: Principal, agent: Agent, what: str
) -> None:
    action, state = WAITED[what]
    flying.say(state)
    told_ms = round(world.clock.monotonic_s() * 1000) + BOOTED_MS
    world.clock.advance(0.3)  # since that report
    world.flights.fly(pilot, flying.vehicle_id, action)
    [sent] = flying.flown()
    gives_up_s = TIMEOUTS_S.get(type(action), TIMEOUT_S)
    assert sent.not_after == AgentInstant(AGENT_RUN, told_ms + round((gives_up_s - 2) * 1000))
    agent.reads(sent)
    assert agent.why_void(sent) == ""
    world.clock.advance(gives_up_s)
    assert "too late" in agent.why_void(sent)


def test_one_that_was_given_up_never_flies(
    world: World, flying: Drone, pilot: Principal, agent: Agent
) -> None:
    """The link swallowed it for as long as the station waited, and then delivers it."""

    def swallow(_command: Command) -> Flown:
        world.clock.advance(TIMEOUT_S)
        raise TimedOut("drone agent did not answer within 6 s.")

    flying.channel.answer = swallow
    with pytest.raises(TimedOut):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    [sent] = flying.flown()
    agent.reads(sent)
    assert "too late" in agent.why_void(sent)


def test_without_the_agents_time_nothing_is_sent_but_hold_return_and_land(
    world: World, flying: Drone, pilot: Principal
) -> None:
    flying.tells_time = False
    flying.say()
    with pytest.raises(Unavailable, match="by which clock a command to it expires"):
        world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    for action in (Hold(), Return(), Land()):
        world.flights.fly(pilot, flying.vehicle_id, action)
    assert [one.action for one in flying.flown()] == [Hold(), Return(), Land()]
    assert all(one.not_after is None for one in flying.flown())


# --- its turn ------------------------------------------------------------------------------------


@pytest.mark.parametrize("urgent", [Hold(), Return(), Land()])
def test_a_stop_between_the_last_check_and_the_sending_is_obeyed(
    world: World, flying: Drone, pilot: Principal, agent: Agent, urgent: Action
) -> None:
    """The race of a millisecond: the station itself does not see it."""
    before_it_is_sent(flying, NEAR_BY, lambda: world.flights.fly(pilot, flying.vehicle_id, urgent))
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    stop, go = flying.flown()
    assert (stop.action, go.action) == (urgent, NEAR_BY)
    agent.reads(stop, go)
    assert "told to hold, return or land" in agent.why_void(go)
    assert agent.why_void(stop) == ""
    flying.channel.answer = None
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    agent.reads(flying.flown()[-1])
    assert agent.why_void(flying.flown()[-1]) == ""


def test_a_take_over_between_the_last_check_and_the_sending_is_obeyed(
    world: World, flying: Drone, pilot: Principal, agent: Agent
) -> None:
    other = person(world, Role.PILOT, "pat")

    def take_over() -> None:
        world.controls.take(other, flying.vehicle_id, take_over=True, reason="wrong way")
        agent.reads(superseded(flying)[-1])

    before_it_is_sent(flying, NEAR_BY, take_over)
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    [go] = flying.flown()
    agent.reads(go)
    assert "changed hands" in agent.why_void(go)


def test_what_waits_at_the_agent_is_void_once_control_changed(
    world: World, flying: Drone, pilot: Principal, agent: Agent
) -> None:
    """Nobody commands anything after the take-over."""
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    [go] = flying.flown()
    agent.reads(go)
    assert agent.why_void(go) == ""
    other = person(world, Role.PILOT, "pat")
    world.controls.take(other, flying.vehicle_id, take_over=True, reason="wrong way")
    agent.reads(superseded(flying)[-1])
    assert "changed hands" in agent.why_void(go)
    world.flights.fly(other, flying.vehicle_id, NEAR_BY)
    agent.reads(flying.flown()[-1])
    assert agent.why_void(flying.flown()[-1]) == ""


@pytest.mark.parametrize("how", ["released", "signed out"])
def test_the_end_of_control_is_told_too(
    world: World, flying: Drone, pilot: Principal, how: str
) -> None:
    before = superseded(flying)
    if how == "released":
        world.controls.release(pilot, flying.vehicle_id)
    else:
        for one in world.sign_in.of_user(pilot.user_id):
            world.sign_in.sign_out(one.session_hash)
        world.controls.check()
    assert world.controls.holder(flying.vehicle_id) is None
    [told] = superseded(flying)[len(before) :]
    assert told.system_id == 1
    assert told.turn.number > before[-1].turn.number


def test_a_take_over_happens_although_the_agent_cannot_be_told(
    world: World, flying: Drone, pilot: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_notice: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(flying.channel, "notify", fail)
    other = person(world, Role.PILOT, "pat")
    control = world.controls.take(other, flying.vehicle_id, take_over=True, reason="wrong way")
    assert world.controls.holder(flying.vehicle_id) == control


def test_a_vehicle_that_is_registered_anew_begins_above_what_its_agent_has_seen(
    world: World, flying: Drone, pilot: Principal, agent: Agent
) -> None:
    for _ in range(5):
        world.flights.fly(pilot, flying.vehicle_id, Hold())
    agent.reads(*flying.flown())
    second = drone(world, name="the same, registered again")
    world.controls.take(pilot, second.vehicle_id)
    world.flights.fly(pilot, second.vehicle_id, NEAR_BY)
    [go] = second.flown()
    agent.reads(go)
    assert agent.why_void(go) == ""


def test_a_stop_of_one_vehicle_makes_nothing_of_another_void(
    world: World, flying: Drone, pilot: Principal, agent: Agent
) -> None:
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    [go] = flying.flown()
    second = drone(world, report(system_id=2), name="another")
    world.flights.fly(pilot, second.vehicle_id, Hold())
    agent.reads(go, *second.flown())
    assert agent.why_void(go) == ""


def test_a_station_that_was_started_again_begins_anew_and_is_obeyed(
    world: World, flying: Drone, pilot: Principal, agent: Agent
) -> None:
    for _ in range(5):
        world.flights.fly(pilot, flying.vehicle_id, Hold())
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    old = flying.flown()[-1]
    agent.reads(*flying.flown())
    again = Flights(
        controls=world.controls,
        channel=world.agents.channel,
        airspace=world.airspace,
        audit=world.audit,
        late=world.late_records,
        clock=world.clock,
    )
    again.fly(pilot, flying.vehicle_id, NEAR_BY)
    new = flying.flown()[-1]
    assert isinstance(new.turn, Turn)
    assert isinstance(old.turn, Turn)
    assert new.turn.number < old.turn.number
    agent.reads(new)
    assert agent.why_void(new) == ""
    assert "station was started again" in agent.why_void(old)
