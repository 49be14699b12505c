"""When a child that ended by itself is started again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 5.0
WINDOW_S = 60.0
MOST_IN_WINDOW = 5
DEGRADED_DELAY_S = 30.0


@dataclass(frozen=True, slots=True)
class Restart:
    """What to do: wait so long. `degraded`: it fails again and again, a person must look."""

    delay_s: float
    degraded: bool


class RestartPolicy:
    """0.5 s, doubling up to 5 s; never more than five restarts in a minute. Where a sixth would be
    due it is degraded: tried again every 30 s, or later where the minute is not over yet."""

    def __init__(self) -> None:
        self._restarts: deque[float] = deque(maxlen=MOST_IN_WINDOW)

    def after_exit(self, now_s: float) -> Restart:
        """The child ended at `now_s` (monotonic seconds)."""
        while self._restarts and now_s - self._restarts[0] > WINDOW_S:
            self._restarts.popleft()
        recent = len(self._restarts)
        degraded = recent >= MOST_IN_WINDOW
        delay_s = min(FIRST_DELAY_S * 2**recent, LONGEST_DELAY_S)
        if degraded:
            delay_s = max(DEGRADED_DELAY_S, self._restarts[0] + WINDOW_S - now_s)
        self._restarts.append(now_s + delay_s)
        return Restart(delay_s, degraded)
