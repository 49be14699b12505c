"""What the autopilot's own idea of its place and attitude is off by. It flies by the truth; only
what it tells has the error in it. Pure; the same for the same seed."""

from __future__ import annotations

import math
import random

from drone.simulator.flight import STILL, Vector

PLACE_LASTS_S = 30.0  # an error of a place wanders slowly,
ATTITUDE_LASTS_S = 5.0  # one of an attitude faster


class Noise:
    """Args:
        place_m: standard deviation along each of east and north; of the height it is twice that.
        attitude_deg: of each of roll, pitch and heading.

    Attributes:
        place: east, north, up, metres. attitude_deg: roll, pitch, heading.
    """

    def __init__(self, place_m: float, attitude_deg: float, seed: int) -> None:
        self._place_m, self._attitude_deg = place_m, attitude_deg
        self._random = random.Random(seed)  # noqa: S311  noise, not secrets
        self.place = STILL
        self.attitude_deg = (0.0, 0.0, 0.0)
        if place_m > 0:
            self.place = Vector(*(self._draw(size) for size in self._place_sizes))
        if attitude_deg > 0:
            roll, pitch, heading = (self._draw(attitude_deg) for _ in range(3))
            self.attitude_deg = (roll, pitch, heading)

    @property
    def _place_sizes(self) -> tuple[float, float, float]:
        return self._place_m, self._place_m, 2 * self._place_m

    def _draw(self, size: float) -> float:
        return size * self._random.gauss(0, 1)

    def step(self, dt_s: float) -> None:
        """First-order Gauss-Markov processes."""
        if self._place_m > 0:
            keep = math.exp(-dt_s / PLACE_LASTS_S)
            push = math.sqrt(1 - keep * keep)
            moved = zip(self.place, self._place_sizes, strict=True)
            self.place = Vector(*(keep * now + push * self._draw(size) for now, size in moved))
        if self._attitude_deg > 0:
            keep = math.exp(-dt_s / ATTITUDE_LASTS_S)
            push = math.sqrt(1 - keep * keep) * self._attitude_deg
            roll, pitch, heading = (keep * now + self._draw(push) for now in self.attitude_deg)
            self.attitude_deg = (roll, pitch, heading)
