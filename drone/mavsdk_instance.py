"""The one Mavsdk object of a process, behind a guard.

MAVSDK 4.1 kills the process where it is used wrongly: a call on a destroyed object is a
segmentation fault, and many instances corrupt the heap. So there is one at a time, nothing reaches
it once `close` has begun, and it is destroyed only when no call is inside it any more. A call that
is cancelled leaves its C half running, so each call is a task of its own that nobody cancels."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mavsdk import logging as mavsdk_logging
from mavsdk.component_type import ComponentType
from mavsdk.exceptions import MavsdkError
from mavsdk.mavsdk import Configuration, Mavsdk
from mavsdk.system import System

from drone.orders import still_wanted
from ground_station.core.errors import ConfigError, Conflict, Unavailable

log = logging.getLogger(__name__)

# ArduPilot's GCS failsafe watches heartbeats of this id (MAV_GCS_SYSID) only; MAVSDK's own is 245.
GROUND_STATION_ID = 255
THREADS = 32
# Threads that hold, return and land always find free.
KEPT_FOR_URGENT = 8
CLOSING_S = 15.0  # a parameter read may take 12 s

T = TypeVar("T")
_one = threading.Lock()  # held by the instance that lives


class Instance:
    """Made and used on one event loop, whose default executor it replaces by one of 32 threads:
    every plugin call of MAVSDK blocks one, and Python's own has 6 on two cores.

    Raises:
        Conflict: this process has one already.
    """

    def __init__(self) -> None:
        if not _one.acquire(blocking=False):
            raise Conflict(
                "This process has a MAVSDK instance already.",
                "Give that one all addresses; several in a process corrupt its memory.",
            )
        loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mavsdk")
        loop.set_default_executor(self._threads)
        self._unhurried = asyncio.Semaphore(THREADS - KEPT_FOR_URGENT)
        self._inside: set[asyncio.Task[object]] = set()
        self._closed = False
        self._news = threading.Event()
        self._news.set()
        self._log = _Log()
        mavsdk_logging.log_subscribe(self._log.take)
        configuration = Configuration.create_with_component_type(ComponentType.GROUND_STATION)
        configuration.system_id = GROUND_STATION_ID
        try:
            self._mavsdk: Mavsdk | None = Mavsdk(configuration)
        except BaseException:
            _one.release()
            raise
        # On MAVSDK's thread: it sets a flag and nothing more. A blocking call there never returns.
        self._mavsdk.subscribe_on_new_system(lambda _user: self._news.set())

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def dropped(self) -> int:
        """How often MAVSDK said that it threw messages away because they were not taken in time."""
        return self._log.dropped

    def _open(self) -> Mavsdk:
        if self._closed or self._mavsdk is None:
            raise Unavailable("The link to the autopilots is closed.", "Start the agent again.")
        return self._mavsdk

    async def connect(self, address: str) -> None:
        """Raises ConfigError with MAVSDK's reason."""
        mavsdk = self._open()
        loop = asyncio.get_running_loop()

        def add() -> None:
            mavsdk.add_any_connection_with_handle(address)

        try:
            await self.call(lambda: loop.run_in_executor(None, add))
        except MavsdkError as error:
            raise ConfigError(
                f"MAVSDK cannot use the autopilot's address {address!r}: {error}.",
                "Check the address, and that the device or port may be opened by this user.",
            ) from error

    def take_news(self) -> bool:
        """Whether a system came or went since this was asked last; a hint."""
        fresh = self._news.is_set()
        self._news.clear()
        return fresh

    async def systems(self) -> Sequence[System]:
        mavsdk = self._open()
        loop = asyncio.get_running_loop()
        found: list[System] = await self.call(
            lambda: loop.run_in_executor(None, mavsdk.get_systems)
        )
        return found

    async def call(self, make: Callable[[], Awaitable[T]], *, urgent: bool = False) -> T:
        """Await one call of MAVSDK's. Whoever stops waiting does not stop it.

        Args:
            make: makes the awaitable; called only while the instance is open.
            urgent: do not wait for a thread behind 24 others.

        Raises:
            Unavailable: it is closed. And what the call itself raises.
        """
        self._open()
        task: asyncio.Task[T] = asyncio.get_running_loop().create_task(self._within(make, urgent))
        self._inside.add(task)
        task.add_done_callback(self._left)
        return await asyncio.shield(task)

    async def _within(self, make: Callable[[], Awaitable[T]], urgent: bool) -> T:
        async with contextlib.nullcontext() if urgent else self._unhurried:
            self._open()  # it may have been closed while this waited
            still_wanted()  # and what it is a step of may have become void
            try:
                return await make()
            except RuntimeError as error:
                if "destroyed" not in str(error):
                    raise
                raise Unavailable("The link to the autopilots was closed meanwhile.") from error

    def _left(self, task: asyncio.Task[T]) -> None:
        self._inside.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody waits where it was cancelled

    async def close(self) -> None:
        """Let no call in, wait for those inside, destroy. Idempotent."""
        if self._closed:
            return
        self._closed = True
        if self._inside:
            await asyncio.wait(set(self._inside), timeout=CLOSING_S)
        mavsdk, self._mavsdk = self._mavsdk, None
        if self._inside:
            # Destroying it under a running call would end the process with a segmentation fault.
            log.error("mavsdk_not_destroyed calls_inside=%d", len(self._inside))
            _leaked.append(mavsdk)
            return
        if mavsdk is not None:
            await asyncio.get_running_loop().run_in_executor(None, mavsdk.destroy)
        mavsdk_logging.log_unsubscribe()
        _one.release()


_leaked: list[Mavsdk | None] = []


class _Log:
    """MAVSDK's own lines, into ours; of a row of the same ("Sending message failed" comes by the
    hundred) the first, and how many there were. Called on MAVSDK's threads."""

    def __init__(self) -> None:
        self.dropped = 0
        self._last: tuple[str, int] = ("", 0)

    def take(self, level: int, message: str, _file: str | None, _line: int) -> bool:
        """True: MAVSDK prints nothing itself."""
        if "not keeping up" in message:
            self.dropped += 1
        sort, repeats = self._last
        if message == sort and repeats < 1000:
            self._last = (sort, repeats + 1)
            return True
        self._last = (message, 0)
        log.log(
            logging.WARNING if level >= 3 else logging.DEBUG,
            "mavsdk level=%d %s repeats_before=%d",
            level,
            "".join(letter if letter.isprintable() else " " for letter in message)[:300],
            repeats,
        )
        return True
