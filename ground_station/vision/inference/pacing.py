"""Which frames of a source to analyse, decided on the source's own media clock."""

from __future__ import annotations

import math

TOLERANCE = 0.5  # of an interval: a frame that much early is still on time


class Pace:
    """Lets through at most `fps` frames a second in the long run.

    Frames are taken against a grid of due times, with a tolerance, so that footage at exactly
    `fps` is analysed in full although its timestamps jitter, and 25 fps at 10 gives 10, not 8.3.
    """

    def __init__(self, fps: float) -> None:
        self._interval_s = 1 / fps
        self._due_s = -math.inf
        self._taken_s = -math.inf

    def due(self, at_s: float) -> bool:
        """Whether to analyse the frame of this media time; if so, it counts as analysed."""
        went_back = at_s < self._taken_s
        if not went_back and at_s < self._due_s - TOLERANCE * self._interval_s:
            return False
        fell_behind = at_s > self._due_s + self._interval_s
        start_s = at_s if went_back or fell_behind else self._due_s
        self._due_s = start_s + self._interval_s
        self._taken_s = at_s
        return True
