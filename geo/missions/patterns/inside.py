"""The shortest way between two places that never leaves an area: round its holes and notches."""

from __future__ import annotations

import heapq
import math

import numpy as np
import shapely

from geo.missions.patterns.layout import Metres

_SLACK_M = 0.02  # lines along an edge count as inside


class Inside:
    """Ways within one area. What each corner sees is looked at when a way first needs it. Not
    thread-safe."""

    def __init__(self, area: shapely.Polygon) -> None:
        self._wide = area.buffer(_SLACK_M, join_style="mitre")
        shapely.prepare(self._wide)
        rings = [area.exterior, *area.interiors]
        self._corners: list[Metres] = [(x, y) for ring in rings for x, y in ring.coords[:-1]]
        self._table: dict[int, list[tuple[int, float]]] = {}

    def between(self, start: Metres, end: Metres) -> list[Metres]:
        """The corners to turn at, without the two ends; [] where the straight line is inside, or
        where an end is not."""
        if self._seen(start, [end])[0]:
            return []
        goal = self._seen(end, self._corners)
        last = {n: math.dist(self._corners[n], end) for n in np.flatnonzero(goal).tolist()}
        return self._shortest(self._neighbours(start), last)

    def _shortest(self, first: list[tuple[int, float]], last: dict[int, float]) -> list[Metres]:
        """Dijkstra's, from the corners that the start sees to those that the end sees."""
        best: dict[int, float] = {}
        came: dict[int, int] = {}
        queue = [(far, number, -1) for number, far in first]
        heapq.heapify(queue)
        goal, goal_far = -1, math.inf
        while queue:
            far, number, before = heapq.heappop(queue)
            if far >= goal_far:
                break
            if number in best:
                continue
            best[number], came[number] = far, before
            if number in last and far + last[number] < goal_far:
                goal, goal_far = number, far + last[number]
            if number not in self._table:
                self._table[number] = self._neighbours(self._corners[number])
            for other, more in self._table[number]:
                if other not in best:
                    heapq.heappush(queue, (far + more, other, number))
        way: list[Metres] = []
        while goal >= 0:
            way.append(self._corners[goal])
            goal = came[goal]
        return way[::-1]

    def _neighbours(self, at: Metres) -> list[tuple[int, float]]:
        seen = np.flatnonzero(self._seen(at, self._corners)).tolist()
        return [(n, math.dist(at, self._corners[n])) for n in seen]

    def _seen(self, at: Metres, others: list[Metres]) -> np.ndarray[tuple[int], np.dtype[np.bool]]:
        lines = shapely.linestrings([[at, other] for other in others])
        found: np.ndarray[tuple[int], np.dtype[np.bool]] = shapely.covers(self._wide, lines)
        return found
