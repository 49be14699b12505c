"""When hold, return and land are sent again, what confirms them, and what is never fought."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from drone import insisting
from drone.insisting import LAST_S, MOST_NUDGES, MOST_SENT, Insisting, Urgent
from drone.moving import Steps
from drone.readings import Heartbeat
from drone.vehicle_state import VehicleState
from ground_station.core.agent_actions import Hold
from ground_station.core.agent_vehicles import FlightMode
from ground_station.core.clock import ManualClock
from ground_station.core.errors import Conflict, KestrelError, TimedOut, Unprocessable
from tests.drone.scripted_link import eventually

STABILIZE, AUTO, GUIDED, LOITER, BRAKE = 0, 3, 4, 5, 17
GUIDES = frozenset({FlightMode.GUIDED})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insisting, "LOOK_S", 0.001)


class Scene:
    """A hold that was just sent, while one call that brings `brings` is under way."""

    def __init__(self, brings: frozenset[FlightMode] = GUIDES) -> None:
        self.clock = ManualClock()
        self.state = VehicleState(1, "Kes", simulated=False)
        self.steps = Steps("Kes", self.clock.monotonic_s)
        self.brings = brings
        self.sent = self.nudged = 0
        self.fails: KestrelError | None = None
        self.go_to_ends = asyncio.Event()

    async def begin(self) -> None:
        self.beat(GUIDED)
        self.go_to = asyncio.create_task(
            self.steps.moving(self.go_to_ends.wait, self.steps.given, self.brings)
        )
        await eventually(self.steps.under_way)
        before = self.steps.under_way()
        urgent = Urgent(Hold(), self.steps.safety_first(), self._send, self._nudge)
        self.it = Insisting(urgent, before, self.state, self.steps, self.clock.monotonic_s)
        self.running = asyncio.create_task(self.it.run())

    async def _send(self) -> None:
        self.sent += 1
        self.clock.advance(0.01)
        if self.fails is not None:
            raise self.fails

    async def _nudge(self) -> None:
        self.nudged += 1

    def beat(self, mode: int) -> None:
        """A heartbeat of now, 10 ms after whatever was before."""
        self.clock.advance(0.01)
        self.state.take(Heartbeat(2, 3, 209, mode), self.clock.monotonic_s())
        self.clock.advance(0.01)

    def accepted(self) -> None:
        self.it.first_over_s = self.clock.monotonic_s()
        self.state.acknowledged(custom_mode=BRAKE)

    async def ended(self) -> None:
        """The go-to's repeats are over."""
        self.clock.advance(0.01)
        self.go_to_ends.set()
        await self.go_to

    async def over(self) -> str:
        async with asyncio.timeout(5):
            await self.running
        return self.it.said


async def a_while() -> None:
    await asyncio.sleep(0.02)


def on_loop(
    test: Callable[[Scene], Awaitable[None]], brings: frozenset[FlightMode] = GUIDES
) -> None:
    async def main() -> None:
        scene = Scene(brings)
        await scene.begin()
        await test(scene)
        if not scene.running.done():
            scene.running.cancel()

    asyncio.run(main())


def test_it_is_sent_again_after_the_last_repeat_and_confirmed_by_a_newer_heartbeat() -> None:
    async def test(scene: Scene) -> None:
        scene.accepted()
        scene.beat(BRAKE)
        await a_while()
        assert (scene.sent, scene.nudged) == (0, 0)
        await scene.ended()
        await eventually(lambda: scene.sent == 1)
        await a_while()
        assert not scene.running.done(), "the heartbeat of before the end confirmed it"
        scene.beat(BRAKE)
        assert await scene.over() == ""
        assert scene.sent == 1

    on_loop(test)


@pytest.mark.parametrize("seen", [None, GUIDED])
def test_what_was_only_acknowledged_is_not_confirmed(seen: int | None) -> None:
    """`acknowledged` says hold to everybody else, with the heartbeat of before."""

    async def test(scene: Scene) -> None:
        if seen is not None:
            scene.beat(seen)
        scene.accepted()
        await scene.ended()
        await eventually(lambda: scene.sent == 1)
        assert scene.state.now(scene.clock.monotonic_s()).mode is FlightMode.HOLD
        scene.clock.advance(LAST_S)
        said = await scene.over()
        assert said.startswith("Not confirmed: Kes was told to hold, but no heartbeat shows it")

    on_loop(test)


def test_it_gives_up_after_so_many_times_and_says_what_is_shown() -> None:
    async def test(scene: Scene) -> None:
        scene.accepted()
        await scene.ended()
        for number in range(1, MOST_SENT + 1):
            await eventually(lambda number=number: scene.sent == number)  # type: ignore[misc]
            await a_while()
            scene.beat(GUIDED)
        assert "it shows guided" in await scene.over()
        assert scene.sent == MOST_SENT

    on_loop(test)


def test_while_the_go_to_is_repeated_each_undoing_is_undone_at_once_but_not_for_ever() -> None:
    async def test(scene: Scene) -> None:
        for number in range(1, 4):
            scene.beat(GUIDED)
            await eventually(lambda number=number: scene.nudged == number)  # type: ignore[misc]
            scene.beat(BRAKE)
            await a_while()
            assert scene.nudged == number
        for _ in range(MOST_NUDGES + 5):
            scene.beat(GUIDED)
            await asyncio.sleep(0.005)
        assert scene.nudged == MOST_NUDGES

    on_loop(test)


@pytest.mark.parametrize("mode", [STABILIZE, AUTO])
def test_a_mode_that_nothing_of_ours_brings_is_not_fought(mode: int) -> None:
    async def test(scene: Scene) -> None:
        scene.accepted()
        scene.beat(mode)
        await a_while()
        await scene.ended()
        assert "nothing of ours asked for" in await scene.over()
        assert (scene.sent, scene.nudged) == (0, 0)

    on_loop(test)


def test_the_mode_of_before_its_first_acknowledgement_is_nobodys_doing() -> None:
    async def test(scene: Scene) -> None:
        scene.beat(STABILIZE)
        await a_while()
        scene.accepted()
        await scene.ended()
        await eventually(lambda: scene.sent == 1)
        scene.beat(LOITER)  # ArduCopter's other way of holding
        assert await scene.over() == ""

    on_loop(test)


@pytest.mark.parametrize("later", ["hold, return or land", "a go-to"])
def test_a_later_command_ends_it(later: str) -> None:
    async def test(scene: Scene) -> None:
        scene.accepted()
        if later == "a go-to":
            await scene.steps.moving(a_while, scene.steps.given, GUIDES)
        else:
            scene.steps.safety_first()
        await scene.ended()
        scene.beat(GUIDED)
        assert await scene.over() == ""
        assert (scene.sent, scene.nudged) == (0, 0)

    on_loop(test)


def test_where_flying_there_and_holding_are_one_mode_it_is_sent_again_all_the_same() -> None:
    """PX4's go-to flies in the mode that it holds in."""

    async def test(scene: Scene) -> None:
        scene.accepted()
        scene.beat(BRAKE)
        await scene.ended()
        await eventually(lambda: scene.sent == 1)
        scene.beat(BRAKE)
        assert await scene.over() == ""
        assert scene.nudged == 0

    on_loop(test, frozenset({FlightMode.HOLD}))


def test_a_heartbeat_also_confirms_what_is_not_acknowledged() -> None:
    async def test(scene: Scene) -> None:
        scene.fails = TimedOut("Kes did not answer.")
        scene.accepted()
        await scene.ended()
        await eventually(lambda: scene.sent == 1)
        scene.beat(BRAKE)
        assert await scene.over() == ""

    on_loop(test)


def test_a_refusal_is_said() -> None:
    async def test(scene: Scene) -> None:
        scene.fails = Unprocessable("Kes refused to hold: no position.")
        scene.accepted()
        await scene.ended()
        assert "was not told again: Kes refused to hold: no position." in await scene.over()
        assert scene.sent == 1

    on_loop(test)


# --- what goes before what -----------------------------------------------------------------------


def test_what_began_before_a_hold_is_not_handed_over_after_it() -> None:
    """Also where it waited for a thread of the link, and nobody asks for it any more."""
    steps = Steps("Kes")
    begun = steps.given
    steps.safety_first()
    with pytest.raises(Conflict, match="told to hold, return or land"):
        asyncio.run(steps.moving(_must_not_run, begun, GUIDES))
    assert steps.under_way() == []


async def _must_not_run() -> None:
    raise AssertionError("it was handed over")


def test_a_go_to_after_a_hold_waits_until_the_hold_is_not_repeated_any_more() -> None:
    """MAVSDK would go on repeating the hold after the go-to was accepted, and stop it again."""
    order: list[str] = []

    async def test() -> None:
        steps = Steps("Kes")
        answered = asyncio.Event()

        async def hold() -> None:
            await answered.wait()
            order.append("hold is answered")

        async def go_to() -> None:
            order.append("go to")

        held = asyncio.create_task(steps.urgent(hold))
        await asyncio.sleep(0)
        gone = asyncio.create_task(steps.moving(go_to, steps.given, GUIDES))
        await asyncio.sleep(0.01)
        assert order == []
        answered.set()
        await asyncio.gather(held, gone)

    asyncio.run(test())
    assert order == ["hold is answered", "go to"]


def test_a_go_to_that_waited_is_not_handed_over_once_a_second_hold_came() -> None:
    async def test() -> None:
        steps = Steps("Kes")
        answered = asyncio.Event()
        steps.safety_first()
        held = asyncio.create_task(steps.urgent(answered.wait))
        await asyncio.sleep(0)
        gone = asyncio.create_task(steps.moving(_must_not_run, steps.given, GUIDES))
        await asyncio.sleep(0)
        steps.safety_first()
        answered.set()
        await held
        with pytest.raises(Conflict):
            await gone

    asyncio.run(test())
