"""Road lines as a graph: gaps healed, classes carried through, drawn as few long strokes.

Map tiles hold roads cut into thousands of short lines, with short links missing and a class that
comes and goes along one street. For a small drawing we want the opposite: each street one line.
All coordinates are metres in one plane. Used by `tools.make_basemap` only.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import shapely

Node = tuple[int, int]  # a vertex, on a 1 m grid
Edge = tuple[Node, Node]  # the smaller node first

LESSER = 3  # the rank of ordinary streets
STRAIGHT_DEG = 40.0  # a street goes on through a junction if it turns by less than this
LINK_COST = 2.0  # a healed gap counts double in the search for a way through


def edge(a: Node, b: Node) -> Edge:
    return (a, b) if a < b else (b, a)


def turn_deg(a: Node, b: Node, c: Node) -> float:
    """By how much the way a-b-c turns at b; 0 is straight on."""
    before = math.atan2(b[1] - a[1], b[0] - a[0])
    after = math.atan2(c[1] - b[1], c[0] - b[0])
    return abs(math.degrees((after - before + math.pi) % (2 * math.pi) - math.pi))


class RoadGraph:
    """Segments between vertices, each with a rank: 0 is the most important."""

    def __init__(self) -> None:
        self.rank: dict[Edge, int] = {}
        self.links: set[Edge] = set()
        self.neighbours: dict[Node, set[Node]] = defaultdict(set)

    def add_line(self, coordinates: Iterable[tuple[float, float]], rank: int) -> None:
        nodes = [(round(x), round(y)) for x, y in coordinates]
        for a, b in itertools.pairwise(nodes):
            if a != b:
                self._add(edge(a, b), rank)

    def heal_gaps(self, gap_m: float, turn_limit_deg: float, ranks: range) -> None:
        """Join dead ends of these ranks that look at each other, or at a main road, over a gap."""
        nodes = list(self.neighbours)
        tree = shapely.STRtree(shapely.points(np.array(nodes, dtype=float)))
        ends = [node for node in nodes if len(self.neighbours[node]) == 1]
        for end in [end for end in ends if self._rank_at(end) in ranks]:
            found = tree.query(shapely.Point(end), predicate="dwithin", distance=gap_m)
            near = sorted((nodes[i] for i in found), key=lambda node: math.dist(node, end))
            target = next((n for n in near if self._continues(end, n, turn_limit_deg)), None)
            if target is not None:
                (before,) = self.neighbours[end]
                self.links.add(edge(end, target))
                self._add(edge(end, target), self.rank[edge(before, end)])

    def carry_through(self, rank: int, reach_m: float) -> None:
        """Raise lesser roads that carry a road of this rank on from its dead end to its like."""
        for end in [node for node in self.neighbours if self._is_end(node, rank)]:
            if self._is_end(end, rank):
                path = self._way_on(end, rank, reach_m)
                for a, b in itertools.pairwise(path):
                    self.rank[edge(a, b)] = min(rank, self.rank[edge(a, b)])

    def strokes(self, rank: int) -> list[shapely.LineString]:
        """The roads of one rank as long lines that go straight on through junctions."""
        edges = {e for e, r in self.rank.items() if r == rank}
        onward = self._pair_up(edges)
        lines = []
        left = set(edges)
        # Starts with no way on at one side come first, so that lines are not begun in the middle.
        for start in sorted(edges, key=lambda e: sum((e, n) in onward for n in e)):
            if start in left:
                lines.append(shapely.LineString(_follow(start, onward, left)))
        return lines

    def _add(self, e: Edge, rank: int) -> None:
        self.rank[e] = min(rank, self.rank.get(e, rank))
        self.neighbours[e[0]].add(e[1])
        self.neighbours[e[1]].add(e[0])

    def _rank_at(self, node: Node) -> int:
        return min(self.rank[edge(node, n)] for n in self.neighbours[node])

    def _continues(self, end: Node, target: Node, turn_limit_deg: float) -> bool:
        (before, *others) = self.neighbours[end]
        if others or target in (end, before) or turn_deg(before, end, target) > turn_limit_deg:
            return False
        if len(self.neighbours[target]) == 1:
            (after,) = self.neighbours[target]
            return turn_deg(end, target, after) <= turn_limit_deg
        return self._rank_at(target) <= min(self._rank_at(end), LESSER - 1)

    def _is_end(self, node: Node, rank: int) -> bool:
        ranks = [self.rank[edge(node, n)] for n in self.neighbours[node]]
        return ranks.count(rank) == 1 and not any(r < rank for r in ranks)

    def _way_on(self, end: Node, rank: int, reach_m: float) -> list[Node]:
        """The shortest way from a dead end, roughly straight on, to a road of the same rank."""
        (before,) = (n for n in self.neighbours[end] if self.rank[edge(end, n)] == rank)
        best: dict[Node, float] = {end: 0.0}
        came: dict[Node, Node] = {}
        heap = [(0.0, end)]
        while heap:
            cost, node = heapq.heappop(heap)
            if cost > best[node]:
                continue
            if node != end and any(self.rank[edge(node, n)] <= rank for n in self.neighbours[node]):
                path = _path(came, node)
                detour = cost / max(math.dist(end, node), 1.0)
                return path if detour < 1.4 and turn_deg(before, end, path[1]) < 60 else []
            for onward, step in self._steps(node, before):
                if cost + step < min(best.get(onward, math.inf), reach_m):
                    best[onward] = cost + step
                    came[onward] = node
                    heapq.heappush(heap, (cost + step, onward))
        return []

    def _steps(self, node: Node, barred: Node) -> Iterator[tuple[Node, float]]:
        for onward in self.neighbours[node]:
            if onward != barred:
                factor = LINK_COST if edge(node, onward) in self.links else 1.0
                yield onward, factor * math.dist(node, onward)

    def _pair_up(self, edges: set[Edge]) -> dict[tuple[Edge, Node], Edge]:
        """For (edge, its end): the edge that goes straightest on there, if any does."""
        at: dict[Node, list[Edge]] = defaultdict(list)
        for e in sorted(edges):
            at[e[0]].append(e)
            at[e[1]].append(e)
        onward: dict[tuple[Edge, Node], Edge] = {}
        for node, here in at.items():
            pairs = sorted(
                (turn_deg(_other(e, node), node, _other(f, node)), e, f)
                for i, e in enumerate(here)
                for f in here[i + 1 :]
            )
            for angle, e, f in pairs:
                limit = 100.0 if len(here) == 2 else STRAIGHT_DEG
                if angle <= limit and (e, node) not in onward and (f, node) not in onward:
                    onward[e, node] = f
                    onward[f, node] = e
        return onward


def _other(e: Edge, node: Node) -> Node:
    return e[1] if e[0] == node else e[0]


def _path(came: dict[Node, Node], node: Node) -> list[Node]:
    path = [node]
    while path[-1] in came:
        path.append(came[path[-1]])
    return path[::-1]


def _follow(start: Edge, onward: dict[tuple[Edge, Node], Edge], left: set[Edge]) -> list[Node]:
    """The line through `start`, both ways, taking its edges out of `left`."""
    left.discard(start)
    halves: list[list[Node]] = []
    for node in start:
        half, e = [node], start
        while (following := onward.get((e, half[-1]))) in left and following is not None:
            left.discard(following)
            e = following
            half.append(_other(e, half[-1]))
        halves.append(half)
    return halves[0][::-1] + halves[1]
