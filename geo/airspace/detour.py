"""A way round zones, by the corners of their outlines."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Sequence

import numpy as np
import shapely
from pyproj import Proj

from geo.airspace.plan import PathPoint
from geo.zones.model import Circle, GeoZone, Polygon
from geo.zones.shapes import densified_ring

KEEP_AWAY_M = 30.0
MOST_CORNERS = 160
MOST_DETOUR_M = 100_000.0  # of an outline's size; nobody flies round more
_COARSE_M = 15.0
_CIRCLE_CORNERS = 48
_TOUCHES_M = 0.5


def way_round(
    zones: Sequence[GeoZone], start: PathPoint, end: PathPoint, grown_m: float
) -> tuple[PathPoint, ...] | None:
    """The shortest way from corner to corner, without its start; heights change evenly along it.
    None: either end is too near a zone, or it would be too long. It is not judged here.

    Args:
        grown_m: the errors of the position, kept free beside 30 m.
    """
    project = Proj(
        proj="aeqd",
        lat_0=(start.lat + end.lat) / 2,
        lon_0=(start.lon + end.lon) / 2,
        ellps="WGS84",
    )
    free_m = KEEP_AWAY_M + grown_m + _COARSE_M
    shapes = [_outline(part, project, free_m) for zone in zones for part in zone.parts]
    if not shapes or any(shape is None for shape in shapes):
        return None
    blocked = shapely.union_all([shape for shape in shapes if shape is not None])
    blocked = blocked.simplify(_COARSE_M)
    ends = [project(point.lon, point.lat) for point in (start, end)]
    corners = [*ends, *_corners(blocked)]
    if len(corners) > MOST_CORNERS or any(blocked.covers(shapely.Point(each)) for each in ends):
        return None
    order = _shortest(np.array(corners), blocked.buffer(-_TOUCHES_M))
    if order is None:
        return None
    return _with_heights([corners[each] for each in order], project, start, end)


def _outline(part: Circle | Polygon, project: Proj, free_m: float) -> shapely.Geometry | None:
    if isinstance(part, Circle):
        if part.radius_m > MOST_DETOUR_M:
            return None
        radius_m = (part.radius_m + free_m) / math.cos(math.pi / _CIRCLE_CORNERS)
        x, y = project(part.lon, part.lat)
        angles = np.arange(_CIRCLE_CORNERS) * (2 * math.pi / _CIRCLE_CORNERS)
        return shapely.Polygon(
            np.column_stack((x + radius_m * np.cos(angles), y + radius_m * np.sin(angles)))
        )
    lats, lons = densified_ring(part.ring)
    x, y = project(lons, lats)
    if not (np.isfinite(x).all() and np.ptp(x) < MOST_DETOUR_M and np.ptp(y) < MOST_DETOUR_M):
        return None
    return shapely.Polygon(np.column_stack((x, y))).buffer(free_m, quad_segs=2)


def _corners(blocked: shapely.Geometry) -> list[tuple[float, float]]:
    """Of the outer rings: what lies in a hole is shut in."""
    parts = shapely.get_parts(blocked)
    return [(x, y) for part in parts for x, y in list(part.exterior.coords)[:-1]]


def _shortest(corners: np.ndarray, blocked: shapely.Geometry) -> list[int] | None:
    """From corner 0 to corner 1, by Dijkstra over what can be seen."""
    count = len(corners)
    pairs = np.array(list(itertools.combinations(range(count), 2)))
    shapely.prepare(blocked)
    lines = shapely.linestrings(corners[pairs])
    seen = pairs[~shapely.intersects(blocked, lines)]
    near: dict[int, list[tuple[int, float]]] = {}
    for first, last in seen.tolist():
        length_m = float(np.hypot(*(corners[first] - corners[last])))
        near.setdefault(first, []).append((last, length_m))
        near.setdefault(last, []).append((first, length_m))
    queue: list[tuple[float, int, int]] = [(0.0, 0, -1)]
    came_from: dict[int, int] = {}
    while queue:
        passed_m, corner, before = heapq.heappop(queue)
        if corner in came_from:
            continue
        came_from[corner] = before
        if corner == 1:
            return _back(came_from)
        for other, length_m in near.get(corner, ()):
            if other not in came_from:
                heapq.heappush(queue, (passed_m + length_m, other, corner))
    return None


def _back(came_from: dict[int, int]) -> list[int]:
    order = [1]
    while order[-1] != 0:
        order.append(came_from[order[-1]])
    return order[::-1]


def _with_heights(
    places: list[tuple[float, float]], project: Proj, start: PathPoint, end: PathPoint
) -> tuple[PathPoint, ...]:
    lengths = [math.dist(first, last) for first, last in itertools.pairwise(places)]
    total_m, passed_m = sum(lengths) or 1.0, 0.0
    found: list[PathPoint] = []
    for place, length_m in zip(places[1:-1], lengths, strict=False):
        passed_m += length_m
        lon, lat = project(*place, inverse=True)
        height_m = None
        if start.height_m is not None and end.height_m is not None:
            height_m = start.height_m + (end.height_m - start.height_m) * passed_m / total_m
        found.append(PathPoint(float(lat), float(lon), height_m, end.speed_mps))
    return (*found, end)
