"""One transfer to a vehicle at a time, and what MAVSDK's refusals of transfers mean.

Two at once are refused (BUSY) or, a mission's and a fence's, mixed up without a word."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mavsdk.plugins.geofence import GeofenceError
from mavsdk.plugins.mission_raw import MissionRawError
from mavsdk.plugins.param import ParamError

from drone.mavsdk_commands import Commands
from drone.mavsdk_instance import Instance
from ground_station.core.errors import Conflict, KestrelError, TimedOut, Unavailable, Unprocessable

T = TypeVar("T")
_NOT_KNOWN = "What it holds is not known."
_LOST = ("CONNECTION_ERROR", "NO_SYSTEM")


class Turns:
    """Of one vehicle; on the loop. A person's transfer waits for one of ours (seconds), never for
    another person's: that is Conflict at once.

    Args:
        name: of the vehicle, for sentences.
    """

    def __init__(self, instance: Instance, commands: Commands, name: str) -> None:
        self._instance = instance
        self._commands = commands
        self._name = name
        self._lock = asyncio.Lock()
        self._by_person = False

    @property
    def under_way(self) -> bool:
        """Whether a person's transfer is."""
        return self._by_person

    async def alone(self, make: Callable[[], Awaitable[T]]) -> T:
        """A person's transfer. Its own task: whoever stops waiting leaves it running in MAVSDK, so
        the next one must still be refused."""
        if self._by_person:
            raise Conflict(
                f"Another transfer to {self._name} is under way.", "Wait until it has ended."
            )
        self._by_person = True
        task: asyncio.Task[T] = asyncio.get_running_loop().create_task(self.ours(make))
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def ours(self, make: Callable[[], Awaitable[T]]) -> T:
        """One that nobody asked for; it waits until none is under way."""
        async with self._lock:
            return await make()

    def _ended(self, task: asyncio.Task[T]) -> None:
        self._by_person = False
        if not task.cancelled():
            task.exception()

    async def done(
        self, what: str, make: Callable[[], Awaitable[T]], *, left: str = _NOT_KNOWN
    ) -> T:
        """One call of MAVSDK's transfers or parameters.

        Args:
            what: completes "Vehicle 1 refused to ...".
            left: what is said of what it holds where it stopped answering.

        Raises:
            TimedOut, Unavailable, Unprocessable: with the autopilot's own words.
        """
        began_s = self._commands.now_s()
        try:
            return await self._instance.call(make)
        except (MissionRawError, GeofenceError, ParamError) as error:
            raise await self._failed(what, error.result.name, began_s, left) from error

    async def _failed(self, what: str, result: str, began_s: float, left: str) -> KestrelError:
        if result == "TIMEOUT":
            return TimedOut(
                f"{self._name} stopped answering; it was to {what}. {left}".rstrip(),
                "Try again once its link is good.",
            )
        if result in _LOST:
            return Unavailable(
                f"Nothing can be sent to {self._name} ({result}).",
                "Check the radio or the network between agent and vehicle.",
            )
        said = await self._commands.words(began_s)
        reason = result.lower().replace("_", " ") + (f" ({said})" if said else "")
        return Unprocessable(
            f"{self._name} refused to {what}: {reason}.", "Make it shorter, or change it."
        )
