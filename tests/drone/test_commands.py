"""Flight commands: once each, refused in the autopilot's words, and the way to safety is free."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import msgspec
import pytest

from drone import commands
from drone.commands import FlightCommands
from ground_station.core.agent_actions import (
    NOT_MOVING,
    URGENT,
    Action,
    Arm,
    ChangeHeight,
    Disarm,
    GoTo,
    Hold,
    Land,
    Orbit,
    ResumeMission,
    Return,
    SetSpeed,
    SkipTo,
    StartMission,
    TakeOff,
    TakePhoto,
    UploadGeofence,
    UploadMission,
    UploadRally,
    UsePayload,
)
from ground_station.core.agent_facts import Held, ReadHeld
from ground_station.core.agent_protocol import Refused, Reply
from ground_station.core.agent_vehicles import Flown, Fly
from ground_station.core.errors import Conflict, KestrelError, Unprocessable
from tests.drone.given import Flights, fly
from tests.drone.scripted_link import ScriptedLink, eventually, report


def on_loop(test: Callable[[ScriptedLink], Awaitable[Any]]) -> ScriptedLink:
    """Run a test on a loop with a link."""
    link = ScriptedLink()

    async def main() -> None:
        async with asyncio.timeout(10):
            await test(link)

    asyncio.run(main())
    return link


async def ask(flights: FlightCommands, command: Fly) -> Reply:
    return await asyncio.to_thread(flights.answer, command)


def test_what_the_autopilot_had_to_say_comes_back() -> None:
    async def test(link: ScriptedLink) -> None:
        assert await ask(Flights(link), fly(Arm())) == Flown("done")

    assert on_loop(test).carried == [(1, Arm())]


def test_a_note_is_one_line_that_the_wire_takes() -> None:
    async def test(link: ScriptedLink) -> None:
        async def answer(_system_id: int, _action: Action) -> str:
            return "two\nlines " + "x" * 400

        link.answer = answer
        reply = await ask(Flights(link), fly(Arm()))
        assert isinstance(reply, Flown)
        assert "\n" not in reply.note
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(reply), type=Flown) == reply

    on_loop(test)


def test_a_refusal_keeps_its_words() -> None:
    async def test(link: ScriptedLink) -> None:
        async def answer(_system_id: int, _action: Action) -> str:
            raise Unprocessable("Arm: Need Position Estimate", "Wait for GPS.")

        link.answer = answer
        reply = await ask(Flights(link), fly(Arm()))
        assert reply == Refused("unprocessable", "Arm: Need Position Estimate", "Wait for GPS.")

    on_loop(test)


def test_a_fault_of_ours_is_answered_without_its_details() -> None:
    async def test(link: ScriptedLink) -> None:
        async def answer(_system_id: int, _action: Action) -> str:
            raise ZeroDivisionError("secret")

        link.answer = answer
        reply = await ask(Flights(link), fly(Arm()))
        assert isinstance(reply, Refused)
        assert "ZeroDivisionError" in reply.message
        assert "secret" not in reply.message

    on_loop(test)


def test_a_vehicle_of_somebody_else_is_refused() -> None:
    seen: list[Fly] = []

    async def test(link: ScriptedLink) -> None:
        reply = await ask(Flights(link, seen.append), fly(Hold(), 7))
        assert isinstance(reply, Refused)
        assert (reply.code, "system id 7" in reply.message) == ("not_found", True)

    assert on_loop(test).carried == []
    assert seen == []


def test_a_repeated_command_gets_the_same_answer_and_does_nothing() -> None:
    async def test(link: ScriptedLink) -> None:
        flights = Flights(link)
        command = fly(TakeOff(20))
        first = await ask(flights, command)
        link.vehicles = []  # it would be refused now
        assert await ask(flights, command) == first

    assert on_loop(test).carried == [(1, TakeOff(20))]


def test_one_that_is_repeated_while_it_is_under_way_is_carried_out_once() -> None:
    async def test(link: ScriptedLink) -> None:
        go_on = asyncio.Event()

        async def answer(_system_id: int, _action: Action) -> str:
            await go_on.wait()
            return "armed"

        link.answer = answer
        flights = Flights(link)
        command = fly(Arm())
        both = [asyncio.create_task(ask(flights, command)) for _ in range(2)]
        await eventually(lambda: link.carried)
        go_on.set()
        assert await asyncio.gather(*both) == [Flown("armed"), Flown("armed")]

    assert len(on_loop(test).carried) == 1


def test_an_id_that_comes_with_another_command_is_refused() -> None:
    async def test(link: ScriptedLink) -> None:
        flights = Flights(link)
        command = fly(Arm())
        await ask(flights, command)
        reply = await ask(flights, msgspec.structs.replace(command, action=Land()))
        assert isinstance(reply, Refused)
        assert reply.code == "conflict"

    assert on_loop(test).carried == [(1, Arm())]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "REMEMBERED", 3)

    async def test(link: ScriptedLink) -> None:
        flights = Flights(link)
        for _ in range(10):
            await ask(flights, fly(Hold()))
        assert len(flights._answers) == 3

    on_loop(test)


def test_one_that_never_ends_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "URGENT_WITHIN_S", 0.05)

    async def test(link: ScriptedLink) -> None:
        async def answer(_system_id: int, _action: Action) -> str:
            await asyncio.sleep(60)
            return ""

        link.answer = answer
        reply = await ask(Flights(link), fly(Return()))
        assert isinstance(reply, Refused)
        assert reply.code == "timed_out"
        assert "not known" in reply.message

    on_loop(test)


@pytest.mark.parametrize(
    "moving",
    [
        Arm(),
        TakeOff(20),
        GoTo(51.5, -0.2, 60),
        Orbit(51.5, -0.2, 60, 30, 5),
        SetSpeed(5),
        ChangeHeight(50),
        StartMission(),
        ResumeMission(),
        SkipTo(2),
    ],
    ids=lambda one: type(one).__name__,
)
@pytest.mark.parametrize("urgent", [Hold(), Return(), Land()])
def test_nothing_moves_a_vehicle_after_it_was_told_to_stop(moving: Action, urgent: Action) -> None:
    steps: list[str] = []

    async def test(link: ScriptedLink) -> None:
        async def answer(_system_id: int, action: Action) -> str:
            if action != moving:
                return "stopped"
            steps.append("first step")
            await asyncio.sleep(0.2)
            steps.append("second step")
            return "moving"

        link.answer = answer
        flights = Flights(link)
        first = asyncio.create_task(ask(flights, fly(moving)))
        await eventually(lambda: steps)
        assert await ask(flights, fly(urgent)) == Flown("stopped")
        reply = await first
        assert isinstance(reply, Refused)
        assert reply.code == "conflict"
        assert type(urgent).__name__ in reply.message
        await asyncio.sleep(0.25)

    on_loop(test)
    assert steps == ["first step"]


def test_neither_transfers_nor_other_vehicles_are_given_up_for_it() -> None:
    async def test(link: ScriptedLink) -> None:
        link.vehicles = [report(1), report(2)]
        go_on = asyncio.Event()

        async def answer(_system_id: int, action: Action) -> str:
            if not isinstance(action, Hold):
                await go_on.wait()
            return "done"

        link.answer = answer
        flights = Flights(link)
        others = [fly(UploadMission([])), fly(TakeOff(20), 2)]
        tasks = [asyncio.create_task(ask(flights, command)) for command in others]
        await eventually(lambda: len(link.carried) == 2)
        assert await ask(flights, fly(Hold())) == Flown("done")
        go_on.set()
        assert await asyncio.gather(*tasks) == [Flown("done"), Flown("done")]

    on_loop(test)


def test_whoever_watches_for_people_is_told_first() -> None:
    order: list[str] = []

    async def test(link: ScriptedLink) -> None:
        async def answer(_system_id: int, _action: Action) -> str:
            order.append("carried out")
            raise KestrelError("no")

        link.answer = answer
        await ask(Flights(link, lambda command: order.append("told")), fly(Hold()))

    on_loop(test)
    assert order == ["told", "carried out"]


def test_what_does_not_move_it_goes_on_beside_a_hold() -> None:
    async def test(link: ScriptedLink) -> None:
        go_on = asyncio.Event()

        async def answer(_system_id: int, action: Action) -> str:
            if not isinstance(action, Hold):
                await go_on.wait()
            return "done"

        link.answer = answer
        flights = Flights(link)
        quiet: list[Action] = [TakePhoto(), UsePayload("spotlight", "on"), UploadRally([])]
        tasks = [asyncio.create_task(ask(flights, fly(action))) for action in quiet]
        await eventually(lambda: len(link.carried) == 3)
        assert await ask(flights, fly(Hold())) == Flown("done")
        go_on.set()
        assert await asyncio.gather(*tasks) == [Flown("done")] * 3

    on_loop(test)


def test_every_action_is_urgent_moving_a_transfer_or_moves_nothing() -> None:
    """A new one must be told apart: what moves and is not known to would outlast a hold."""
    others = {Disarm, UploadMission, UploadGeofence}
    known = {*URGENT, *NOT_MOVING, *commands.MOVING, *others}
    assert set(get_args(Action)) == known
    assert not set(commands.MOVING) & {*URGENT, *NOT_MOVING, *others}


# --- what a vehicle holds -------------------------------------------------------------------------


def test_what_it_holds_is_asked_without_a_turn() -> None:
    held = Held(return_at_end=True, problem="Its geofence is not known.")

    async def test(link: ScriptedLink) -> None:
        link.held = held
        assert await asyncio.to_thread(Flights(link).held, ReadHeld(3)) == held
        assert link.asked_held == [3]

    on_loop(test)


def test_a_refusal_to_tell_it_is_raised_with_its_words() -> None:
    async def test(link: ScriptedLink) -> None:
        link.held = Conflict("Another transfer to Kes is under way.", "Wait.")
        with pytest.raises(Conflict, match="Another transfer"):
            await asyncio.to_thread(Flights(link).held, ReadHeld(1))

    on_loop(test)
