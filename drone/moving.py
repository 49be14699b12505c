"""What was handed to an autopilot to set it moving, and whether it is over.

MAVSDK repeats a command until it is answered or given up (about 2 s), also after a later hold was
accepted: the repeat would set the vehicle moving again. So it is known here what is under way, and
nothing that began before hold, return or land is handed over after it. No MAVSDK in here; all of it
on the loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from drone.orders import still_wanted
from ground_station.core.agent_vehicles import FlightMode
from ground_station.core.errors import Conflict

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class MovingCall:
    """One call that may set the vehicle moving as long as it is under way.

    Attributes:
        brings: the modes it leaves the vehicle in.
        ended_s: on the clock of `Steps`; None while MAVSDK may still repeat it.
    """

    brings: frozenset[FlightMode]
    ended_s: float | None = None


class Steps:
    """Of one vehicle: the order of what it is told.

    Args:
        name: of the vehicle, for sentences.
        monotonic_s: the clock that its heartbeats are timed by.
    """

    def __init__(self, name: str, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._monotonic_s = monotonic_s
        self._given = 0
        self._newest_move = -1  # after how many urgent ones the newest moving call began
        self._under_way: set[MovingCall] = set()
        self._urgent = 0
        self._no_urgent = asyncio.Event()
        self._no_urgent.set()

    @property
    def given(self) -> int:
        """How often hold, return or land was given."""
        return self._given

    def safety_first(self) -> int:
        """Hold, return or land was given: nothing that began before may move the vehicle. The
        number that `overtaken` is asked with."""
        self._given += 1
        return self._given

    def begin(self) -> Callable[[], None]:
        """Makes the check to call before each further step; it raises Conflict."""
        given = self._given
        return lambda: self._check(given)

    def _check(self, given: int) -> None:
        if self._given != given:
            raise Conflict(
                f"{self._name} was told to hold, return or land; the rest was not done.",
                "Give the command again if it still holds.",
            )

    def overtaken(self, number: int) -> bool:
        """Whether anything was commanded after the hold, return or land of that number."""
        return self._given != number or self._newest_move >= number

    def under_way(self) -> Sequence[MovingCall]:
        return list(self._under_way)

    async def moving(
        self, make: Callable[[], Awaitable[T]], given: int, brings: frozenset[FlightMode]
    ) -> T:
        """Await a call that sets the vehicle moving; to be run in a task that nobody cancels.

        It waits until no hold, return or land is being repeated, which would undo it; then it is
        asked once more whether it is still wanted.

        Args:
            given: `given` when it was asked for.

        Raises:
            Conflict: it is not wanted any more. And what the call itself raises.
        """
        self._check(given)
        await self._no_urgent.wait()
        self._check(given)
        still_wanted()
        call = MovingCall(brings)
        self._under_way.add(call)
        self._newest_move = given
        try:
            return await make()
        finally:
            self._under_way.discard(call)
            call.ended_s = self._monotonic_s()

    async def urgent(self, make: Callable[[], Awaitable[T]]) -> T:
        """Await a call of hold, return or land; likewise. It waits for nothing."""
        self._urgent += 1
        self._no_urgent.clear()
        try:
            return await make()
        finally:
            self._urgent -= 1
            if not self._urgent:
                self._no_urgent.set()
