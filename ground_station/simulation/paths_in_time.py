"""Where many walkers or cars are at any moment of a period: tables of places, read between rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
STANDING_MPS = 0.05


@dataclass(frozen=True, slots=True)
class Timetable:
    """Places of N things at S equal steps of a period, after which everything begins again.

    Attributes:
        places: (S, N, 2) metres. facing_deg: (N,) of those that stand still.
    """

    period_s: float
    places: NDArray[np.float32]
    facing_deg: FloatArray

    def at(self, t_s: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """(N, 2) places, (N,) headings clockwise from north, (N,) speeds in m/s."""
        steps = len(self.places)
        position = (t_s % self.period_s) / self.period_s * steps
        row = int(position) % steps
        here = self.places[row].astype(np.float64)
        move = self.places[(row + 1) % steps] - here
        places = here + (position - int(position)) * move
        speed = np.hypot(move[:, 0], move[:, 1]) * (steps / self.period_s)
        heading = np.degrees(np.arctan2(move[:, 0], move[:, 1])) % 360.0
        return places, np.where(speed < STANDING_MPS, self.facing_deg, heading), speed


def timetable(period_s: float, rows: list[FloatArray], facing_deg: list[float]) -> Timetable:
    """Of rows of one length, each (S, 2): the places of one thing."""
    if not rows:
        return Timetable(period_s, np.zeros((1, 0, 2), np.float32), np.zeros(0))
    places = np.stack(rows, axis=1).astype(np.float32)
    return Timetable(period_s, places, np.array(facing_deg))


class Loop:
    """A closed way, and when on a lap one is where.

    Args:
        ring: (N, 2) corners, the last as the first.
        slow_m: slower in bends tighter than this radius; 0 = at one pace.
    """

    def __init__(self, ring: FloatArray, slow_m: float = 0.0) -> None:
        move = np.diff(ring, axis=0)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(move[:, 0], move[:, 1]))])
        self.length_m = float(along[-1])
        count = max(16, int(self.length_m / 1.5))
        at = np.linspace(0.0, self.length_m, count + 1)
        self._points = np.column_stack([np.interp(at, along, ring[:, i]) for i in (0, 1)])
        paces = np.ones(count) if slow_m <= 0 else _paces(self._points, slow_m)
        when = np.concatenate([[0.0], np.cumsum(1.0 / paces)])
        self._when = when / when[-1]

    def row(self, laps: int, phase: float, steps: int) -> FloatArray:
        """(S, 2): so many laps in the period, begun at a phase of 0-1 of the time of a lap."""
        at = (phase + laps * np.arange(steps) / steps) % 1.0
        return np.column_stack([np.interp(at, self._when, self._points[:, i]) for i in (0, 1)])


def there_and_back(way: FloatArray, aside_m: float, phase: float, steps: int) -> FloatArray:
    """(S, 2) along a line and back beside it, once in the period; keeps to the left."""
    move = np.diff(way, axis=0)
    left = np.column_stack([-move[:, 1], move[:, 0]]) / np.hypot(move[:, 0], move[:, 1])[:, None]
    normal = np.vstack([left[:1], (left[1:] + left[:-1]) / 2, left[-1:]]) * aside_m
    ring = np.vstack([way + normal, (way - normal)[::-1], way[:1] + normal[:1]])
    return Loop(ring).row(1, phase, steps)


def _paces(points: FloatArray, slow_m: float) -> FloatArray:
    """For each step along a closed way: 1 where it is straight, down to 0.25 in a tight bend,
    smoothed so that nothing brakes at once."""
    move = np.diff(points, axis=0)
    step_m = np.hypot(move[:, 0], move[:, 1]) + 1e-9
    bearing = np.arctan2(move[:, 1], move[:, 0])
    turn = np.abs((np.roll(bearing, -1) - bearing + np.pi) % (2 * np.pi) - np.pi)
    pace = np.clip(step_m / np.maximum(turn, 1e-6) / slow_m, 0.25, 1.0)
    for _ in range(6):
        ahead = np.concatenate([pace[1:], pace[:1]])
        behind = np.concatenate([pace[-1:], pace[:-1]])
        pace = np.minimum(pace, 0.5 * (np.minimum(ahead, behind) + pace) + 0.04)
    return pace
