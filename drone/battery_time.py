"""How long a battery will last if it is drained as it was lately."""

from __future__ import annotations

from collections import deque

_WINDOW_S = 300.0
_STEPS = 3  # values seen before anything is said: two full steps of one per cent
_LONGEST_MINUTES = 600.0


class BatteryTime:
    """An autopilot says whole per cents, so only the instants of change tell the drain.
    Not thread-safe."""

    def __init__(self) -> None:
        self._changes: deque[tuple[float, float]] = deque(maxlen=64)

    def take(self, remaining: float | None, at_s: float) -> None:
        """A value that rises (another battery, charging) begins anew."""
        if remaining is None:
            return
        if self._changes and remaining > self._changes[-1][1]:
            self._changes.clear()
        if not self._changes or remaining < self._changes[-1][1]:
            self._changes.append((at_s, remaining))
        while len(self._changes) > _STEPS and self._changes[0][0] < at_s - _WINDOW_S:
            self._changes.popleft()

    def minutes_left(self, now_s: float) -> float | None:
        """None until the drain is known, and where it is next to nothing."""
        if len(self._changes) < _STEPS:
            return None
        # The first value may have been there for long when it was first heard.
        (first_s, first), (last_s, last) = self._changes[1], self._changes[-1]
        steps = len(self._changes) - 2
        if last_s <= first_s or now_s - last_s > max(4 * (last_s - first_s) / steps, 60.0):
            return None
        per_s = (first - last) / (last_s - first_s)
        minutes = max(last - per_s * (now_s - last_s), 0.0) / per_s / 60
        return minutes if minutes <= _LONGEST_MINUTES else None
