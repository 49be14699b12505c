"""A clock that moves when somebody waits for it: an hour of pacing in a moment."""

from __future__ import annotations

import threading

from ground_station.core.clock import ManualClock


class WaitingMovesTime(threading.Event):
    """A stop event whose `wait` advances a ManualClock instead of sleeping."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set() and timeout:
            self.waits.append(timeout)
            self._clock.advance(timeout)
        return self.is_set()
