"""What share of a vehicle's messages arrives here.

MAVLink numbers its messages, but MAVSDK keeps the numbers to itself. So it is told from one stream
that was asked for at a rate: the vehicle says in each message when it was made, and a gap of three
steps between two of them is two that did not come. Not thread-safe."""

from __future__ import annotations

import itertools
from collections import deque
from statistics import median

_WINDOW_MS = 10_000
_KEPT = 256
_FEWEST_STEPS = 10
_LATE = 1.5  # steps; a message that comes later than that is the next one


class ReceivedShare:
    """`asked_s`: between two messages of the stream, as it was granted; None: it was not."""

    def __init__(self) -> None:
        self.asked_s: float | None = None
        self._made_ms: deque[int] = deque(maxlen=_KEPT)
        self._last_s = 0.0

    def forget(self) -> None:
        """The vehicle counts anew."""
        self._made_ms.clear()

    def take(self, made_ms: int, arrived_s: float) -> None:
        """One message: when it was made on the vehicle's clock, and when it came."""
        made = self._made_ms
        if made and not 0 < made_ms - made[-1] <= _WINDOW_MS:
            made.clear()  # a restart, or after a long silence
        made.append(made_ms)
        while made_ms - made[0] > _WINDOW_MS:
            made.popleft()
        self._last_s = arrived_s

    def share(self, now_s: float) -> float | None:
        """Of the last ten seconds, 0-1; None until enough came, and where no rate is known."""
        if self.asked_s is None or len(self._made_ms) <= _FEWEST_STEPS:
            return None
        made = list(self._made_ms)
        steps = [after - before for before, after in itertools.pairwise(made)]
        each_ms = _interval_ms(steps, self.asked_s * 1000)
        silent_ms = max(now_s - self._last_s, 0.0) * 1000
        missing = sum(_missing(step, each_ms) for step in steps)
        missing += max(int(silent_ms / each_ms) - 1, 0)
        return len(made) / (len(made) + missing)


def _interval_ms(steps: list[int], asked_ms: float) -> float:
    """What the vehicle really keeps to: a little more than asked (ArduPilot sends 9.5 for 10), or
    an even pace of its own, where another ground station asked for that."""
    middle = float(median(steps))
    even = sum(1 for step in steps if abs(step - middle) <= 0.25 * middle)
    if middle > _LATE * asked_ms and even >= 0.9 * len(steps):
        return middle
    unbroken = [step for step in steps if step <= _LATE * asked_ms]
    if len(unbroken) < 3:
        return asked_ms
    return max(sum(unbroken) / len(unbroken), 0.5 * asked_ms)


def _missing(step_ms: float, each_ms: float) -> int:
    return max(round(step_ms / each_ms) - 1, 0) if step_ms > _LATE * each_ms else 0
