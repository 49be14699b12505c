"""The station's flight commands, each carried out once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from drone.link import VehicleLink
from drone.orders import AGAIN, REST, Orders, asking
from ground_station.core.agent_actions import (
    URGENT,
    Action,
    Arm,
    ChangeHeight,
    GoTo,
    Orbit,
    ResumeMission,
    SetSpeed,
    SkipTo,
    StartMission,
    TakeOff,
    UploadGeofence,
    UploadMission,
    UploadRally,
)
from ground_station.core.agent_durable import one_line
from ground_station.core.agent_facts import Held, ReadHeld
from ground_station.core.agent_protocol import Reply, refused
from ground_station.core.agent_vehicles import Flown, Fly, is_urgent
from ground_station.core.aio import AioBridge
from ground_station.core.errors import Conflict, KestrelError, NotFound, TimedOut

log = logging.getLogger(__name__)

REMEMBERED = 1000  # answers; at one command a second that is a quarter of an hour
MOST_NOTE = 300
# Behind the link's own limits, which say more: what a command may take when one of those fails.
URGENT_WITHIN_S = 8.0
WITHIN_S = 30.0
TRANSFER_WITHIN_S = 120.0
BRIDGE_SPARE_S = 2.0
# What sets a vehicle moving takes several steps; none of them may come after "hold".
MOVING = (
    Arm,
    TakeOff,
    GoTo,
    Orbit,
    SetSpeed,
    ChangeHeight,
    StartMission,
    ResumeMission,
    SkipTo,
)
_TRANSFERS = (UploadMission, UploadGeofence, UploadRally)


@dataclass(slots=True)
class _Answer:
    command: Fly
    task: asyncio.Task[Reply]
    overtaken_by: str = ""


class FlightCommands:
    """Made on the running loop, where everything but `answer` runs.

    A command id is answered once: the same one again gets the same answer, also while the first is
    under way, and does nothing. That holds for the last `REMEMBERED` commands of this process; the
    station makes a new id for each thing a person asks for.

    Hold, return and land wait for nothing, and end what is under way to set that vehicle moving.
    Everything else is refused once it is void (`Orders`): before it begins, and, of what sets a
    vehicle moving, before each step. A transfer that has begun goes on: it moves nothing, and half
    a mission is worse than one too late.

    Args:
        orders: told of every command as it arrived.
        before: called on the loop with each command of a person for a vehicle that is there, before
            it is carried out; must be quick and not raise.
        after: likewise, once it was carried out or given up.
    """

    def __init__(
        self,
        link: VehicleLink,
        orders: Orders,
        before: Callable[[Fly], None] = lambda command: None,
        after: Callable[[Fly], None] = lambda command: None,
    ) -> None:
        self._link = link
        self._orders = orders
        self._before = before
        self._after = after
        self._bridge = AioBridge(asyncio.get_running_loop())
        self._answers: OrderedDict[str, _Answer] = OrderedDict()

    def answer(self, command: Fly) -> Reply:
        """Carry it out, or say what was said before. From any thread but the loop's; blocks.

        Raises:
            Unavailable: the agent is stopping.
        """
        return self._bridge.call(self._once(command), limit_s(command.action) + BRIDGE_SPARE_S)

    def held(self, question: ReadHeld) -> Held:
        """What a vehicle holds; it moves nothing, so it has no turn and no end. From any thread but
        the loop's; blocks.

        Raises:
            Unavailable, NotFound, Conflict, TimedOut, Unprocessable: see `VehicleLink.read_held`.
        """
        return self._bridge.call(self._held(question), TRANSFER_WITHIN_S + BRIDGE_SPARE_S)

    # --- on the loop -----------------------------------------------------------------------------

    async def _held(self, question: ReadHeld) -> Held:
        try:
            async with asyncio.timeout(TRANSFER_WITHIN_S):
                return await self._link.read_held(question.system_id)
        except TimeoutError as error:
            raise TimedOut(
                f"The vehicle did not tell what it holds within {TRANSFER_WITHIN_S:g} s."
            ) from error

    async def _once(self, command: Fly) -> Reply:
        known = self._answers.get(command.command_id)
        if known is None:
            task = asyncio.get_running_loop().create_task(self._answered(command))
            known = _Answer(command, task)
            self._answers[command.command_id] = known
            if len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        elif known.command != command:
            return refused(Conflict("A command of that id came before, and it was another one."))
        # Whoever stops waiting does not stop the command.
        return await asyncio.shield(known.task)

    async def _answered(self, command: Fly) -> Reply:
        what = type(command.action).__name__
        began_s = time.monotonic()
        log.info(
            "flight_command id=%s vehicle=%d action=%s by=%s",
            command.command_id,
            command.system_id,
            what,
            one_line(command.by),
        )
        try:
            reply: Reply = Flown(one_line(await self._carried_out(command))[:MOST_NOTE])
        except KestrelError as error:
            reply = refused(error)
        except asyncio.CancelledError:
            reply = refused(self._given_up(command))
        except Exception as error:  # must still answer: a person waits
            log.exception("flight_command_failed id=%s", command.command_id)
            reply = refused(
                KestrelError(f"The agent failed with {type(error).__name__}; its log says more.")
            )
        log.info(
            "flight_answer id=%s vehicle=%d action=%s answer=%s took_ms=%.0f",
            command.command_id,
            command.system_id,
            what,
            "flown" if isinstance(reply, Flown) else getattr(reply, "code", ""),
            (time.monotonic() - began_s) * 1000,
        )
        return reply

    async def _carried_out(self, command: Fly) -> str:
        if all(report.system_id != command.system_id for report in self._link.reports()):
            raise NotFound(
                f"This agent has no vehicle of system id {command.system_id}.",
                "Was it switched off, or given another id?",
            )
        self._orders.check(command)
        self._before(command)
        if is_urgent(command):
            self._overtake(command)
        within_s = limit_s(command.action)
        try:
            async with asyncio.timeout(within_s):
                lasting = lambda: self._orders.check_turn(command)  # noqa: E731
                with asking(self._step_check(command), lasting):
                    return await self._link.carry_out(command.system_id, command.action)
        except TimeoutError as error:
            what = type(command.action).__name__
            raise TimedOut(
                f"The vehicle did not answer {what} within {within_s:g} s; whether it does it is "
                "not known."
            ) from error
        finally:
            self._after(command)

    def _step_check(self, command: Fly) -> Callable[[], None]:
        """What to ask before anything of it is handed to the autopilot."""
        begun = False

        def check() -> None:
            nonlocal begun
            if not (begun and isinstance(command.action, _TRANSFERS)):
                self._orders.check(command, remedy=REST if begun else AGAIN)
            begun = True

        return check

    def _overtake(self, command: Fly) -> None:
        """Nothing that began before this may move the vehicle after it."""
        for known in self._answers.values():
            other = known.command
            if other.system_id != command.system_id or known.task.done():
                continue
            if isinstance(other.action, MOVING):
                known.overtaken_by = type(command.action).__name__
                known.task.cancel()

    def _given_up(self, command: Fly) -> KestrelError:
        """Why it was cancelled; when the agent ends, that goes on to whoever ends it."""
        known = self._answers.get(command.command_id)
        if known is None or not known.overtaken_by:
            raise asyncio.CancelledError
        return Conflict(
            f"{type(command.action).__name__} was given up half-way: {known.overtaken_by} came "
            "after it."
        )


def limit_s(action: Action) -> float:
    """How long an action may take in all until it is answered as timed out."""
    if isinstance(action, URGENT):
        return URGENT_WITHIN_S
    return TRANSFER_WITHIN_S if isinstance(action, _TRANSFERS) else WITHIN_S
