"""Parallel lines over an area: cut at its edges and holes, put into cells, and into an order.

Between where the area splits and where it joins again, lines next to each other make a cell, which
is flown there and back without a gap (boustrophedon decomposition). Cells are taken nearest first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely import affinity

from geo.missions.patterns.layout import Metres
from geo.missions.refused import PlanRefused

_MOST_LINES = 5000
_LEAST_M = 0.5  # shorter bits of a line at a corner show nothing that its neighbours do not
_STEP_DEG = 5.0
_MOST_EDGES = 30
_MUST_SAVE = 2


@dataclass(frozen=True, slots=True)
class Lines:
    """Of one direction over one area.

    Attributes:
        course_deg: of the lines, 0 to 180, clockwise from north.
        apart_m: at most what was asked. rows: for each line from one side to the other, its
            pieces as (start, end), in metres.
    """

    course_deg: float
    apart_m: float
    rows: tuple[tuple[tuple[Metres, Metres], ...], ...]

    @property
    def pieces(self) -> int:
        return sum(len(row) for row in self.rows)


def lines_over(area: shapely.Polygon, course_deg: float, apart_m: float) -> Lines:
    """Each strip of the area `apart_m` wide has one line in its middle.

    Raises:
        PlanRefused: far too many lines.
    """
    turned = affinity.rotate(area, course_deg - 90.0, origin=(0, 0))  # lines go along x
    west, south, east, north = turned.bounds
    count = max(1, math.ceil((north - south) / apart_m - 1e-6))
    if count > _MOST_LINES:
        raise PlanRefused(
            "polygon",
            f"it needs {count:,} lines.",
            "Draw a smaller one, fly higher, or overlap less at the sides.",
        )
    apart = (north - south) / count
    ys = south + (np.arange(count) + 0.5) * apart
    cutters = shapely.linestrings([[(west - 1, y), (east + 1, y)] for y in ys])
    cut = shapely.intersection(turned, cutters)
    rows = []
    for piece in _turned_back(cut, course_deg):
        rows.append(tuple(piece))
    return Lines(course_deg % 180.0, apart, tuple(rows))


def _turned_back(
    cut: np.ndarray[tuple[int], np.dtype[np.object_]], course_deg: float
) -> list[list[tuple[Metres, Metres]]]:
    """The pieces of each cut line, from west to east as it was turned, turned back."""
    angle = math.radians(90.0 - course_deg)
    cos, sin = math.cos(angle), math.sin(angle)

    def back(x: float, y: float) -> Metres:
        return x * cos - y * sin, x * sin + y * cos

    rows = []
    for each in cut:
        found = []
        for part in shapely.get_parts(each):
            if part.geom_type == "LineString" and part.length >= _LEAST_M:
                (x1, y1), (x2, y2) = sorted((part.coords[0], part.coords[-1]))
                found.append((x1, x2, y1, y2))
        rows.append([(back(x1, y1), back(x2, y2)) for x1, x2, y1, y2 in sorted(found)])
    return rows


def best_lines(area: shapely.Polygon, apart_m: float) -> Lines:
    """Of the direction with the fewest pieces to fly, so the fewest turns; of equals that with the
    shortest way. Tried: along each of the longest edges, and every 5 degrees; those must save at
    least two pieces, because lines along an edge leave less of the area unseen there."""
    edges = []
    for ring in (area.exterior, *area.interiors):
        for (x1, y1), (x2, y2) in pairwise(ring.coords):
            course = math.degrees(math.atan2(x2 - x1, y2 - y1)) % 180
            edges.append((math.hypot(x2 - x1, y2 - y1), round(course, 3)))
    along = {course for _, course in sorted(edges, reverse=True)[:_MOST_EDGES]}
    others = {round(float(each), 3) for each in np.arange(0.0, 180.0, _STEP_DEG)} - along
    tried = [(lines_over(area, course, apart_m), 0) for course in sorted(along)]
    tried += [(lines_over(area, course, apart_m), _MUST_SAVE) for course in sorted(others)]
    return min(
        tried, key=lambda each: ((each[0].pieces or math.inf) + each[1], _length_m(each[0]))
    )[0]


def _length_m(lines: Lines) -> float:
    return sum(math.dist(*piece) for row in lines.rows for piece in row)


def cells_of(lines: Lines) -> list[list[tuple[Metres, Metres]]]:
    """Pieces that lie next to each other, one a line, in the order of the lines."""
    cells: list[list[tuple[Metres, Metres]]] = []
    before: list[tuple[tuple[Metres, Metres], int]] = []  # the last row's pieces and their cells
    along = _unit(lines.course_deg)
    for row in lines.rows:
        now: list[tuple[tuple[Metres, Metres], int]] = []
        for piece in row:
            above = [cell for other, cell in before if _overlap(piece, other, along)]
            below = 0
            if len(above) == 1:
                mine = next(other for other, cell in before if cell == above[0])
                below = sum(1 for other in row if _overlap(other, mine, along))
            if below == 1:
                cells[above[0]].append(piece)
                now.append((piece, above[0]))
            else:  # begins here, or the area splits or joins
                cells.append([piece])
                now.append((piece, len(cells) - 1))
        before = now
    return cells


def ordered(
    cells: list[list[tuple[Metres, Metres]]], start: Metres | None
) -> list[tuple[Metres, Metres]]:
    """All pieces, each in the direction it is flown: there and back in a cell, the next cell
    begun at its corner nearest to where the last one ended."""
    left = [cell for cell in cells if cell]
    at = start if start is not None else left[0][0][0]
    flown: list[tuple[Metres, Metres]] = []
    while left:
        number, first_row_last, turned = min(
            (
                (n, upside, swapped)
                for n in range(len(left))
                for upside in (False, True)
                for swapped in (False, True)
            ),
            key=lambda each: math.dist(at, _corner(left[each[0]], each[1], each[2])),
        )
        cell = left.pop(number)
        rows = cell[::-1] if first_row_last else cell
        for piece in rows:
            flown.append(piece[::-1] if turned else piece)
            turned = not turned
        at = flown[-1][1]
    return flown


def _corner(cell: list[tuple[Metres, Metres]], upside: bool, swapped: bool) -> Metres:
    return cell[-1 if upside else 0][1 if swapped else 0]


def _unit(course_deg: float) -> Metres:
    angle = math.radians(course_deg)
    return math.sin(angle), math.cos(angle)


def _overlap(one: tuple[Metres, Metres], other: tuple[Metres, Metres], along: Metres) -> bool:
    a, b = sorted(x * along[0] + y * along[1] for x, y in one)
    c, d = sorted(x * along[0] + y * along[1] for x, y in other)
    return min(b, d) > max(a, c)
