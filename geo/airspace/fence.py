"""The fence of a flight: the outline of what it was approved for, and the zones it is kept out of,
as few enough plain rings for an autopilot."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import shapely

from geo.airspace.corridor import MAX_REACH_M
from geo.local_frame import LocalFrame
from geo.zones.model import Circle, GeoZone, Polygon
from geo.zones.shapes import densified_ring

# Gaps between legs that are narrower than twice this are filled: the lanes of a survey are one area
# then, and not one ring each.
CLOSE_M: Final = 30.0
MAX_RINGS: Final = 16
MAX_CORNERS: Final = 200  # of one ring
_OUTSIDE_M: Final = 5.0  # so far beyond the outline a zone's part is still fenced off
_COARSER_M: Final = (0.5, 1.0, 2.0, 4.0)
_LEAST_AREA_M2: Final = 1.0


@dataclass(frozen=True, slots=True)
class FenceRing:
    """A closed ring of (lat, lon), the first corner not repeated; `keep_in`, else keep out."""

    points: tuple[tuple[float, float], ...]
    keep_in: bool


def fence_of(
    path: Sequence[tuple[float, float]], half_width_m: float, keep_out: Sequence[GeoZone] = ()
) -> tuple[FenceRing, ...]:
    """One ring to keep in, and rings to keep out of.

    The way keeps at least `half_width_m` less 4 m to the outer ring. A fence knows no heights: a
    zone is kept out of from the ground up.

    Args:
        path: (lat, lon), within 20 km of the first.
        keep_out: zones beside the way; only what lies within the outer ring becomes a ring.

    Raises:
        ValueError: the way has no place or goes too far; it touches a zone to keep out of, or
            comes within 2 m of one; or the fence needs more rings or corners than an autopilot
            is given. The sentence says which.
    """
    if not path or not 0 < half_width_m <= 5_000:
        raise ValueError("A fence needs a way and a width.")
    frame = LocalFrame(*path[0])
    metres = [frame.from_wgs84(lat, lon) for lat, lon in path]
    if not all(math.hypot(*one) <= MAX_REACH_M for one in metres):  # a NaN fails too
        raise ValueError("The way goes further than 20 km from its first place.")
    line = _line(metres)
    area = line.buffer(half_width_m + CLOSE_M).buffer(-CLOSE_M)
    assert isinstance(area, shapely.Polygon)  # of one line
    rings = [(_coarser(shapely.Polygon(area.exterior)), True)]
    rings += [
        (_coarser(hole), False)
        for hole in map(shapely.Polygon, area.interiors)
        if hole.area >= _LEAST_AREA_M2
    ]
    for zone in keep_out:
        rings += [(part, False) for part in _kept_out(zone, area, line, frame)]
    if len(rings) > MAX_RINGS:
        raise ValueError(f"It needs {len(rings)} rings; {MAX_RINGS} are the most.")
    return tuple(
        FenceRing(tuple(frame.to_wgs84(x, y) for x, y in shape.exterior.coords[:-1]), keep_in)
        for shape, keep_in in rings
    )


def _line(metres: Sequence[tuple[float, float]]) -> shapely.Geometry:
    apart = [metres[0], *(b for a, b in itertools.pairwise(metres) if math.dist(a, b) > 0.01)]
    return shapely.Point(apart[0]) if len(apart) == 1 else shapely.LineString(apart)


def _coarser(shape: shapely.Polygon) -> shapely.Polygon:
    """With few enough corners, and as near to the shape as that can be."""
    for tolerance_m in _COARSER_M:
        found = shape.simplify(tolerance_m)
        if isinstance(found, shapely.Polygon) and 3 < len(found.exterior.coords) <= MAX_CORNERS + 1:
            return found
    raise ValueError(f"It needs a ring of more than {MAX_CORNERS} corners.")


def _kept_out(
    zone: GeoZone, area: shapely.Polygon, line: shapely.Geometry, frame: LocalFrame
) -> list[shapely.Polygon]:
    shapes = [_planar(part, frame) for layer in zone.layers for part in layer.parts]
    inside = shapely.union_all(shapes).intersection(area.buffer(_OUTSIDE_M))
    found = []
    for part in shapely.get_parts(inside):
        if not isinstance(part, shapely.Polygon) or part.area < _LEAST_AREA_M2:
            continue
        ring = _coarser(shapely.Polygon(part.exterior).buffer(1.0, quad_segs=2))
        if ring.distance(line) < 1.0:
            raise ValueError(f"The way is too near to {zone.name} for a fence between them.")
        found.append(ring)
    return found


def _planar(part: Circle | Polygon, frame: LocalFrame) -> shapely.Geometry:
    """In metres east and north; a circle's corners lie outside of it."""
    if isinstance(part, Circle):
        centre = shapely.Point(frame.from_wgs84(part.lat, part.lon))
        return centre.buffer(part.radius_m / math.cos(math.pi / 256), quad_segs=64)
    shell, *holes = (
        [
            frame.from_wgs84(float(lat), float(lon))
            for lat, lon in zip(*densified_ring(ring), strict=True)
        ]
        for ring in (part.ring, *part.holes)
    )
    return shapely.make_valid(shapely.Polygon(shell, holes))
