"""A flight command that comes too late, or after a later word on the vehicle, moves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from drone import orders
from drone.commands import FlightCommands
from drone.orders import Orders, lasting_check, still_wanted, uptime_s
from ground_station.core.agent_actions import (
    Action,
    Arm,
    Disarm,
    GoTo,
    Hold,
    Land,
    Orbit,
    Return,
    StartMission,
    TakeOff,
    UploadMission,
)
from ground_station.core.agent_protocol import Refused, Reply
from ground_station.core.agent_vehicles import AgentInstant, Flown, Fly, Turn
from ground_station.core.clock import ManualClock
from ground_station.core.errors import Conflict
from ground_station.core.ids import new_id
from tests.drone.given import Flights, fly, stamped
from tests.drone.scripted_link import ScriptedLink, eventually, report

WAITED = [Arm(), Disarm(), TakeOff(20), GoTo(51.5, -0.2, 60), StartMission(), UploadMission([])]
URGENT = [Hold(), Return(), Land()]


def on_loop(test: Callable[[ScriptedLink, Flights], Awaitable[Any]]) -> ScriptedLink:
    link = ScriptedLink([report(1), report(2)])

    async def main() -> None:
        async with asyncio.timeout(10):
            await test(link, Flights(link))

    asyncio.run(main())
    return link


async def ask(flights: Flights, command: Fly) -> Reply:
    return await asyncio.to_thread(flights.answer, command)


def refusal(reply: Reply) -> str:
    assert isinstance(reply, Refused), reply
    assert reply.code == "conflict"
    assert reply.remedy
    return reply.message


# --- too late ------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", WAITED)
def test_what_waited_too_long_is_refused_with_the_reason(action: Action) -> None:
    async def test(_link: ScriptedLink, flights: Flights) -> None:
        command = flights.given(action)
        flights.orders.arrived(command)
        flights.clock.advance(5.5)
        said = refusal(await ask(flights, command))
        assert said == f"{type(action).__name__} is void: it came 1.5 s too late."

    assert on_loop(test).carried == []


@pytest.mark.parametrize("action", WAITED)
def test_what_came_in_time_is_carried_out(action: Action) -> None:
    async def test(_link: ScriptedLink, flights: Flights) -> None:
        command = flights.given(action)
        flights.orders.arrived(command)
        flights.clock.advance(3.9)
        assert await ask(flights, command) == Flown("done")

    assert on_loop(test).carried == [(1, action)]


@pytest.mark.parametrize("action", URGENT)
def test_hold_return_and_land_are_never_too_late(action: Action) -> None:
    async def test(_link: ScriptedLink, flights: Flights) -> None:
        first = flights.given(action)
        flights.orders.arrived(first)
        flights.taken_over()
        flights.clock.advance(3600)
        assert await ask(flights, first) == Flown("done")
        assert await ask(flights, fly(action)) == Flown("done")
        bare = msgspec.structs.replace(flights.given(action), turn=None, not_after=None)
        flights.orders.arrived(bare)
        assert await as_it_is(flights, bare) == Flown("done")

    assert len(on_loop(test).carried) == 3


async def as_it_is(flights: Flights, command: Fly) -> Reply:
    return await asyncio.to_thread(FlightCommands.answer, flights, command)


@pytest.mark.parametrize("missing", ["turn", "not_after"])
def test_one_without_its_turn_or_its_end_is_refused(missing: str) -> None:
    async def test(_link: ScriptedLink, flights: Flights) -> None:
        bare = msgspec.structs.replace(flights.given(Arm()), **{missing: None})
        flights.orders.arrived(bare)
        assert "could not be told" in refusal(await as_it_is(flights, bare))

    assert on_loop(test).carried == []


def test_an_instant_of_the_agent_before_its_restart_is_of_no_account() -> None:
    async def test(_link: ScriptedLink, flights: Flights) -> None:
        before = Orders(flights.clock.monotonic_s).now()
        command = stamped(fly(Arm()), before, flights.turn, within_s=3600)
        flights.orders.arrived(command)
        assert "before it was started again" in refusal(await ask(flights, command))

    assert on_loop(test).carried == []


def test_a_busy_process_does_not_carry_out_what_waited_in_it() -> None:
    """It was in time when it was read, and is not when its turn comes on the loop."""

    async def test(_link: ScriptedLink, flights: Flights) -> None:
        command = flights.given(GoTo(51.5, -0.2, 60))
        flights.orders.arrived(command)
        asked = asyncio.get_running_loop().run_in_executor(None, flights.answer, command)
        flights.clock.advance(60)  # this loop was held up: nothing of it has run yet
        assert "too late" in refusal(await asked)

    assert on_loop(test).carried == []


# --- after a later word --------------------------------------------------------------------------


@pytest.mark.parametrize("action", WAITED)
@pytest.mark.parametrize("urgent", URGENT)
def test_one_that_a_stop_overtook_on_the_way_never_flies(action: Action, urgent: Action) -> None:
    """The station gave it first, and the agent reads it last."""

    async def test(_link: ScriptedLink, flights: Flights) -> None:
        command, stop = flights.given(action), flights.given(urgent)
        flights.orders.arrived(stop)
        assert await ask(flights, stop) == Flown("done")
        flights.orders.arrived(command)
        assert "told to hold, return or land" in refusal(await ask(flights, command))

    assert on_loop(test).carried == [(1, urgent)]


@pytest.mark.parametrize("action", WAITED)
def test_a_stop_counts_from_the_moment_it_is_read(action: Action) -> None:
    """The command came first and waits for a thread; the stop was read and waits for one too."""

    async def test(_link: ScriptedLink, flights: Flights) -> None:
        command, stop = flights.given(action), flights.given(Hold())
        flights.orders.arrived(command)
        flights.orders.arrived(stop)
        assert "is void" in refusal(await ask(flights, command))

    assert on_loop(test).carried == []


@pytest.mark.parametrize("action", WAITED)
def test_after_a_take_over_the_old_pilots_command_never_flies(action: Action) -> None:
    async def test(_link: ScriptedLink, flights: Flights) -> None:
        command = flights.given(action)
        flights.orders.arrived(command)
        flights.taken_over()
        assert "changed hands" in refusal(await ask(flights, command))
        after = flights.given(action)
        flights.orders.arrived(after)
        assert await ask(flights, after) == Flown("done")

    assert on_loop(test).carried == [(1, action)]


def test_other_vehicles_are_not_stopped_by_it() -> None:
    async def test(_link: ScriptedLink, flights: Flights) -> None:
        command = flights.given(Arm(), system_id=2)
        flights.orders.arrived(command)
        flights.taken_over(system_id=1)
        assert await ask(flights, command) == Flown("done")

    assert on_loop(test).carried == [(2, Arm())]


def test_whoever_watches_for_people_hears_nothing_of_a_void_one() -> None:
    """The demonstration's patrol ends for what a person wants now."""
    seen: list[Fly] = []

    async def test() -> None:
        flights = Flights(ScriptedLink(), seen.append)
        command = flights.given(Arm())
        flights.orders.arrived(command)
        flights.taken_over()
        refusal(await ask(flights, command))

    asyncio.run(test())
    assert seen == []


# --- a station that was started again ------------------------------------------------------------


def test_a_new_start_of_the_station_counts_from_nothing_and_blocks_nothing() -> None:
    async def test(_link: ScriptedLink, flights: Flights) -> None:
        flights.number = 40
        old = flights.given(Arm())
        flights.orders.arrived(old)
        flights.station, flights.number = new_id(), 0
        first = flights.given(Arm())
        flights.orders.arrived(first)
        assert "the station was started again" in refusal(await ask(flights, old))
        assert await ask(flights, first) == Flown("done")
        flights.orders.arrived(old)  # the former one does not come back to power by it
        again = flights.given(Arm())
        flights.orders.arrived(again)
        assert await ask(flights, again) == Flown("done")

    assert len(on_loop(test).carried) == 2


def test_what_is_remembered_of_stations_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "FORMER_STATIONS", 3)
    one = Orders()
    for _ in range(10):
        one.arrived(Fly(new_id(), 1, Arm(), "p", Turn(new_id(), 1), one.now()))
    assert len(one._former) == 3


# --- the steps of one ----------------------------------------------------------------------------


async def two_steps(link: ScriptedLink, go_on: asyncio.Event, steps: list[str]) -> None:
    async def answer(_system_id: int, action: Action) -> str:
        still_wanted()
        steps.append("first")
        await go_on.wait()
        # As MAVSDK is called: in a task of its own.
        await asyncio.get_running_loop().create_task(second())
        return "all of it"

    async def second() -> None:
        still_wanted()
        steps.append("second")

    link.answer = answer


@pytest.mark.parametrize("why", ["late", "taken over", "in time"])
@pytest.mark.parametrize("action", [TakeOff(20), StartMission(), Arm(), GoTo(51.5, -0.2, 60)])
def test_no_further_step_of_what_became_void(action: Action, why: str) -> None:
    steps: list[str] = []

    async def test(link: ScriptedLink, flights: Flights) -> None:
        go_on = asyncio.Event()
        await two_steps(link, go_on, steps)
        command = flights.given(action)
        flights.orders.arrived(command)
        asked = asyncio.create_task(ask(flights, command))
        await eventually(lambda: steps)
        if why == "late":
            flights.clock.advance(5)
        elif why == "taken over":
            flights.taken_over()
        go_on.set()
        reply = await asked
        if why == "in time":
            assert reply == Flown("all of it")
        else:
            assert "is void" in refusal(reply)
            assert isinstance(reply, Refused)
            assert "The rest of it was not done" in reply.remedy

    on_loop(test)
    assert steps == (["first", "second"] if why == "in time" else ["first"])


def test_a_transfer_that_has_begun_goes_on() -> None:
    steps: list[str] = []

    async def test(link: ScriptedLink, flights: Flights) -> None:
        go_on = asyncio.Event()
        await two_steps(link, go_on, steps)
        command = flights.given(UploadMission([]))
        flights.orders.arrived(command)
        asked = asyncio.create_task(ask(flights, command))
        await eventually(lambda: steps)
        flights.taken_over()
        go_on.set()
        assert await asked == Flown("all of it")

    on_loop(test)
    assert steps == ["first", "second"]


def test_what_no_command_asked_for_is_not_asked_about() -> None:
    still_wanted()


# --- the clock -----------------------------------------------------------------------------------


def test_its_clock_goes_on_while_the_machine_sleeps_and_never_back() -> None:
    first = uptime_s()
    assert uptime_s() >= first > 0


def test_a_wall_clock_set_anew_changes_nothing() -> None:
    clock = ManualClock()
    one = Orders(clock.monotonic_s)
    now = one.now()
    command = stamped(fly(Arm()), now, Turn(new_id(), 0))
    one.arrived(command)
    one.check(command)
    late = msgspec.structs.replace(command, not_after=AgentInstant(now.run, now.ms - 1))
    with pytest.raises(Conflict, match="too late"):
        one.check(late)


# --- what goes on after its command was answered --------------------------------------------------


@pytest.mark.parametrize(
    "later", ["time", "taken over", "hold", "another vehicle's", "a new station", "nothing"]
)
def test_what_goes_on_ends_by_a_later_word_and_not_by_its_commands_end(later: str) -> None:
    lasting: list[Callable[[], None]] = []

    async def test(link: ScriptedLink, flights: Flights) -> None:
        async def answer(_system_id: int, _action: Action) -> str:
            lasting.append(lasting_check())
            return "round it"

        link.answer = answer
        orbit = flights.given(Orbit(51.5, -0.2, 60, 30, 5))
        flights.orders.arrived(orbit)
        assert await ask(flights, orbit) == Flown("round it")
        lasting[0]()
        match later:
            case "time":
                flights.clock.advance(3600)
            case "taken over":
                flights.taken_over()
            case "hold":
                flights.orders.arrived(flights.given(Hold()))
            case "another vehicle's":
                flights.orders.arrived(flights.given(Hold(), 2))
            case "a new station":
                flights.orders.arrived(
                    msgspec.structs.replace(flights.given(Arm()), turn=Turn(new_id(), 0))
                )
        if later in {"taken over", "hold", "a new station"}:
            with pytest.raises(Conflict, match="Orbit"):
                lasting[0]()
        else:
            lasting[0]()

    on_loop(test)


def test_what_nobody_commanded_lasts() -> None:
    lasting_check()()
