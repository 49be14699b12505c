"""What every agent's process does the same way: end on a signal, and keep an outbox."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from ground_station.agentlink.outbox import Outbox
from ground_station.core.clock import Clock
from ground_station.core.errors import KestrelError

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_until_signal(run: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run an agent on a loop of its own; the event it is given is set by SIGINT or SIGTERM.

    Args:
        run: makes the agent on the running loop, and returns when it has ended after the event.
    """

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, stop.set)
        await run(stop)

    asyncio.run(main())


def open_outbox(data_folder: Path, key: str, clock: Clock) -> tuple[Outbox | None, str]:
    """An agent's outbox and "", or None and why: without a disk to write to the rest goes on, and
    people are told."""
    try:
        outbox = Outbox(data_folder / "outbox" / f"{key}.db", clock)
    except KestrelError as error:
        return None, f"Its alerts cannot be kept: {error}"
    return outbox, ""
