"""Hold, return and land stay what the vehicle does, although an earlier command is still repeated.

Nobody else is fought: not a later command of ours, and no change of mode that our own earlier call
does not explain (the pilot's sticks, a failsafe, another ground station).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from drone.moving import MovingCall, Steps
from drone.vehicle_state import VehicleState
from ground_station.core.agent_actions import Action, Hold, Land, Return
from ground_station.core.agent_vehicles import FlightMode
from ground_station.core.errors import KestrelError, TimedOut

log = logging.getLogger(__name__)

LAST_S = 7.0  # in all; FlightCommands gives an urgent command up after 8
LOOK_S = 0.02
MOST_NUDGES = 12  # MAVSDK repeats each call three times
MOST_SENT = 3
SHOWS = {
    Hold: frozenset({FlightMode.HOLD}),
    Return: frozenset({FlightMode.RETURN}),
    Land: frozenset({FlightMode.LAND}),
}
WORDS = {Hold: "hold", Return: "return", Land: "land"}


@dataclass(frozen=True, slots=True)
class Urgent:
    """One hold, return or land, as it can be sent again.

    Attributes:
        number: of `Steps.safety_first`.
        send: with its acknowledgement. nudge: without; it must not wait for an earlier call.
    """

    action: Action
    number: int
    send: Callable[[], Awaitable[object]]
    nudge: Callable[[], Awaitable[object]]


class Insisting:
    """For one urgent command that was given while calls before it were under way.

    While those are, it is sent once more each time that a heartbeat shows what they bring; after
    the last one's end it is sent again and its mode waited for, in a heartbeat newer than that.

    Attributes:
        first_over_s: when the first sending was acknowledged or given up; None until then.
        said: how it ended; "" where it is confirmed or something later was commanded.
    """

    def __init__(
        self,
        urgent: Urgent,
        before: Sequence[MovingCall],
        state: VehicleState,
        steps: Steps,
        monotonic_s: Callable[[], float],
    ) -> None:
        self._urgent = urgent
        self._before = before
        self._state = state
        self._steps = steps
        self._monotonic_s = monotonic_s
        self._wanted = SHOWS[type(urgent.action)]
        self._ours = frozenset[FlightMode]().union(*(call.brings for call in before))
        self._nudges = self._sent = 0
        self._asked_s = self._answered_s = monotonic_s()
        self.first_over_s: float | None = None
        self.said = ""

    @property
    def wanted(self) -> frozenset[FlightMode]:
        """The modes that confirm it."""
        return self._wanted

    def not_yet(self) -> str:
        """What to say of it while it goes on."""
        return (
            f"Not confirmed yet: an earlier command may still be repeated to {self._state.name}. "
            f"It is told to {self._word} again until its heartbeat shows it."
        )

    @property
    def _word(self) -> str:
        return WORDS[type(self._urgent.action)]

    async def run(self) -> None:
        """Until it is confirmed or clear that it will not be; `LAST_S` at the most."""
        ends_s = self._monotonic_s() + LAST_S
        over = False
        while not over and self._monotonic_s() < ends_s:
            if self._steps.overtaken(self._urgent.number):
                return
            over = await (self._settle() if self._quiet() else self._hold_out())
            await asyncio.sleep(LOOK_S)
        if not over:
            self._not_confirmed("no heartbeat shows it")
        if self.said:
            log.warning("urgent_not_confirmed vehicle=%d %s", self._state.system_id, self.said)

    def _quiet(self) -> bool:
        """Whether nothing that came before is repeated any more."""
        first_over = self.first_over_s is not None
        return first_over and all(call.ended_s is not None for call in self._before)

    def _not_confirmed(self, why: str) -> bool:
        self.said = (
            f"Not confirmed: {self._state.name} was told to {self._word}, but {why}. "
            "Look at what it does, and give it again."
        )
        return True

    def _shown_since(self, at_s: float) -> FlightMode | None:
        """The mode of the newest heartbeat if that came after then."""
        beat = self._state.heartbeat()
        return beat.mode if beat is not None and beat.at_s > at_s else None

    async def _hold_out(self) -> bool:
        """While earlier calls are under way: undo what they do, as soon as it shows."""
        mode = self._shown_since(self._answered_s)
        if mode in self._ours - self._wanted and self._nudges < MOST_NUDGES:
            self._nudges += 1
            try:
                await self._urgent.nudge()
            except KestrelError as error:
                log.info("urgent_not_sent_again vehicle=%d %s", self._state.system_id, error)
            self._answered_s = self._monotonic_s()
        return False

    async def _settle(self) -> bool:
        """After their end. Whether it is over."""
        if self._sent > 0 and self._shown_since(self._asked_s) in self._wanted:
            return True
        mode = self._shown_since(max(self.first_over_s or 0.0, self._answered_s))
        if mode is not None and mode not in self._wanted | self._ours:
            return self._somebody_else(mode)
        if self._sent >= MOST_SENT and mode is not None:
            return self._not_confirmed(f"it shows {mode.value}")
        if self._sent == 0 or mode in self._ours:
            return await self._send_again()
        return False

    def _somebody_else(self, mode: FlightMode) -> bool:
        return self._not_confirmed(
            f"it shows {mode.value}, which nothing of ours asked for: its pilot's sticks, a "
            "failsafe or another ground station did"
        )

    async def _send_again(self) -> bool:
        self._sent += 1
        self._asked_s = self._monotonic_s()
        try:
            await self._urgent.send()
        except TimedOut:
            pass  # its heartbeat tells
        except KestrelError as error:
            return self._not_confirmed(f"was not told again: {error.message.rstrip('.')}")
        finally:
            self._answered_s = self._monotonic_s()
        return False
