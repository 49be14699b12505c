"""The only bridge between threads and an asyncio loop.

No other module may call `run_coroutine_threadsafe`; a test reads the sources for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

from ground_station.core.errors import TimedOut, Unavailable

T = TypeVar("T")


class AioBridge:
    """Lets ordinary threads use a loop that runs elsewhere (its own thread, or the main one).

    Args:
        loop: the loop to bridge to; it must be, or come to be, running in another thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def call(self, coro: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """Run `coro` on the loop and wait for its result.

        Raises:
            TimedOut: it did not finish in `timeout_s`; it has been cancelled.
            Unavailable: the loop is closed, or was stopped before it finished.
            Exception: whatever `coro` raised.
            RuntimeError: called from the loop's own thread, where waiting would be a deadlock.
        """
        if self._on_loop_thread():
            coro.close()
            raise RuntimeError("AioBridge.call was called on the loop's own thread")
        try:
            future = asyncio.run_coroutine_threadsafe(coro, self._loop)
        except RuntimeError as error:
            coro.close()
            raise Unavailable("The event loop is closed.") from error
        try:
            return future.result(timeout_s)
        except CancelledError as error:
            raise Unavailable("The event loop was stopped.") from error
        except FutureTimeout as error:
            if not future.cancel():  # it has just finished, or the timeout is its own
                return future.result()
            raise TimedOut(f"No answer within {timeout_s:g} s.") from error

    def post(self, function: Callable[..., object], *arguments: object) -> bool:
        """Schedule a plain function on the loop; never blocks. False if the loop is closed."""
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            return False
        return True

    def _on_loop_thread(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False


class LoopThread:
    """A named thread that owns one asyncio loop from `start` to `stop`."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.bridge = AioBridge(self._loop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 3.0) -> None:
        """Cancel what runs, stop the loop and join the thread."""
        if not self._thread.is_alive():
            self._loop.close()
            return
        with contextlib.suppress(TimedOut):  # a stubborn task must not keep the process alive
            self.bridge.call(_cancel_all_tasks(), timeout_s)
        self.bridge.post(self._loop.stop)
        self._thread.join(timeout_s)
        if not self._thread.is_alive():
            self._loop.close()


async def _cancel_all_tasks() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
