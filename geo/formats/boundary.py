"""Outlines made of straight edges, arcs and parallels, as the AIP words them, as rings of points.

Arcs become points on the exact circle, near enough to each other that their chords leave out at
most `CHORD_M`. A published arc's ends are whole seconds and need not lie on its circle: the corner
stands as it is, and points of the circle nearer to it than it misses by are left out, so that the
outline does not fold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.formats.reading import FileRefused
from geo.zones.model import Circle, Polygon
from geo.zones.shapes import GEOD, MAX_RADIUS_M, check_part, densified

Place = tuple[float, float]  # (lat, lon)

CHORD_M = 0.1
MISS_M = 100.0  # a corner of an arc may be off its circle by; the largest published is about 77 m
_SAME_M = 0.05  # nearer than that, two corners are one
_EARTH_M = 6_371_000.0
_MOST_STEPS = 5000  # of one edge
MAX_POINTS = 1_000_000  # of one file, read and made; the whole UK costs about 180,000


class Budget:
    """How many points a file may still cost: no file keeps a reader busy for long."""

    def __init__(self, points: int = MAX_POINTS) -> None:
        self._left = points

    def spend(self, points: int) -> None:
        """Raises FileRefused when it is used up."""
        self._left -= points
        if self._left < 0:
            raise FileRefused(
                f"Its outlines have more than {MAX_POINTS:,} points: no real file of zones has."
            )


def distance_m(one: Place, other: Place) -> float:
    """Along the geodesic."""
    return float(GEOD.inv(one[1], one[0], other[1], other[0])[2])


def bearing_deg(one: Place, other: Place) -> float:
    """True, from one to the other, at the one."""
    return float(GEOD.inv(one[1], one[0], other[1], other[0])[0])


def arc_between(
    centre: Place, radius_m: float, start: Place, end: Place, *, clockwise: bool | None
) -> list[Place]:
    """Points of a circle between two corners, without those; `clockwise` None: the shorter way.

    Raises:
        ValueError: a corner is more than `MISS_M` off the circle, or the radius cannot be.
    """
    for corner, called in ((start, "begins"), (end, "ends")):
        miss_m = abs(distance_m(centre, corner) - radius_m)
        if not miss_m <= MISS_M:
            raise ValueError(f"An arc {called} {miss_m:.0f} m off its own circle.")
    points = arc_points(
        centre,
        radius_m,
        bearing_deg(centre, start),
        bearing_deg(centre, end),
        clockwise=clockwise,
    )
    return trimmed(points, centre, radius_m, start, end)


def arc_points(
    centre: Place, radius_m: float, first_deg: float, last_deg: float, *, clockwise: bool | None
) -> list[Place]:
    """Points of a circle from one true bearing to another, both included; `clockwise` None: the
    shorter way round (of two equal ways the clockwise one).

    Raises:
        ValueError: a radius that is not above 0 and at most 200 km, or bearings that are none.
    """
    if not 0 < radius_m <= MAX_RADIUS_M:
        raise ValueError(
            f"An arc's radius must be above 0 and at most {MAX_RADIUS_M / 1000:.0f} km."
        )
    if not (math.isfinite(first_deg) and math.isfinite(last_deg)):
        raise ValueError("An arc's angles must be numbers.")
    sweep_deg = (last_deg - first_deg) % 360.0
    if clockwise is False or (clockwise is None and sweep_deg > 180.0):
        sweep_deg -= 360.0
    step_deg = math.degrees(2.0 * math.acos(max(0.0, 1.0 - CHORD_M / radius_m)))
    steps = max(1, math.ceil(abs(sweep_deg) / min(step_deg, 10.0)))
    bearings = first_deg + sweep_deg * np.arange(steps + 1) / steps
    lons, lats, _back = GEOD.fwd(
        np.full(steps + 1, centre[1]),
        np.full(steps + 1, centre[0]),
        bearings,
        np.full(steps + 1, radius_m),
    )
    return list(zip(lats.tolist(), lons.tolist(), strict=True))


def trimmed(
    points: list[Place], centre: Place, radius_m: float, start: Place, end: Place
) -> list[Place]:
    """Points of an arc without those nearer to a corner than that corner misses the circle by."""
    for corner in (start, end):
        spare_m = abs(distance_m(centre, corner) - radius_m) + _SAME_M
        if not points:
            break
        n = len(points)
        away_m = GEOD.inv(
            np.full(n, corner[1]),
            np.full(n, corner[0]),
            np.asarray([lon for _lat, lon in points]),
            np.asarray([lat for lat, _lon in points]),
        )[2]
        points = [point for point, m in zip(points, away_m, strict=True) if m > spare_m]
    return points


def parallel_between(start: Place, end: Place) -> list[Place]:
    """Points along a line of latitude between two corners on it, without those.

    Raises:
        ValueError: the corners are on different latitudes.
    """
    if abs(start[0] - end[0]) > 1e-6:
        raise ValueError("A line of latitude has ends on different latitudes.")
    return line_between(start, end)


def line_between(start: Place, end: Place) -> list[Place]:
    """Points along the straight line in latitude and longitude between two corners, without those:
    the geodesics between them leave it by at most `CHORD_M`."""
    steepest = max(abs(start[0]), abs(end[0]))
    bend = max(abs(math.tan(math.radians(min(steepest, 85.0)))), 1e-6)
    step_m = math.sqrt(8.0 * _EARTH_M * CHORD_M / bend)
    steps = min(max(1, math.ceil(distance_m(start, end) / step_m)), _MOST_STEPS)
    return [
        (
            start[0] + (end[0] - start[0]) * step / steps,
            start[1] + (end[1] - start[1]) * step / steps,
        )
        for step in range(1, steps)
    ]


def joined(places: Sequence[Place]) -> tuple[Place, ...]:
    """A ring's corners without those that repeat the one before, and without the closing one."""
    kept: list[Place] = []
    for place in places:
        if not kept or not _same(kept[-1], place):
            kept.append(place)
    while len(kept) > 1 and _same(kept[-1], kept[0]):
        kept.pop()
    return tuple(kept)


def _same(one: Place, other: Place) -> bool:
    if abs(one[0] - other[0]) > 1e-6 or abs(one[1] - other[1]) > 1e-5:  # below 85 degrees
        return False
    return distance_m(one, other) <= _SAME_M


def plane(
    lats: NDArray[np.float64], lons: NDArray[np.float64], origin: Place
) -> NDArray[np.float64]:
    """(n, 2) metres east and north in the azimuthal equidistant frame of a place."""
    n = len(lats)
    bearings, _back, distances = GEOD.inv(np.full(n, origin[1]), np.full(n, origin[0]), lons, lats)
    turns = np.radians(np.asarray(bearings))
    return np.column_stack((distances * np.sin(turns), distances * np.cos(turns)))


def flat(part: Polygon, origin: Place) -> shapely.Polygon:
    """A polygon without its holes in the frame of a place; metres."""
    lats, lons = densified(part)
    return shapely.Polygon(plane(lats, lons, origin))


def apart_m(one: Polygon, other: Polygon, budget: Budget) -> float:
    """The furthest that the outline of either is from the other's (holes apart)."""
    origin = one.ring[0]
    first, second = flat(one, origin), flat(other, origin)
    corners = shapely.get_num_coordinates([first, second])
    budget.spend(int(corners[0]) * int(corners[1]) // 500)  # each is compared with each
    return float(shapely.hausdorff_distance(first.exterior, second.exterior))


def check_shape(part: Circle | Polygon) -> None:
    """`check_part`, and its holes: each sound, inside, and apart from the others. ValueError."""
    check_part(part)
    if isinstance(part, Circle) or not part.holes:
        return
    for hole in part.holes:
        check_part(Polygon(hole))
    shell, *holes = ([(lon, lat) for lat, lon in ring] for ring in (part.ring, *part.holes))
    if not shapely.Polygon(shell, holes).is_valid:
        raise ValueError("A hole crosses its ring or another hole, or lies outside.")
