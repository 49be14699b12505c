"""Zones' shapes as an aircraft sees them: how far they are, where straight ways through them begin
and end.

Everything is worked out in an azimuthal equidistant frame: distance and bearing from its centre
are exact geodesics there, and a geodesic that begins in the centre is a straight line. It is
centred on the aircraft, or on the first of a few ways that lie close together: within 2.5 km of
the centre, lengths are true to 3 parts in 100 million and ways are straight to 0.2 mm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.zones.model import Circle, Polygon
from geo.zones.shapes import GEOD, FloatArray, check_part, densified_ring

Interval = tuple[float, float]
IntArray = NDArray[np.intp]
_MOST_AT_ONCE = 200_000  # corners times ways: some megabytes


@dataclass(frozen=True, slots=True)
class Ahead:
    """A straight way: where it begins, its true course there and its length (0: standing)."""

    lat: float
    lon: float
    course_deg: float = 90.0
    length_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Outline:
    """A part made ready.

    Attributes:
        lats, lons: its densified rings, each closed, one after the other; none for a circle.
        starts: numbers of the corners that an edge begins at.
    """

    part: Circle | Polygon
    lats: FloatArray = field(repr=False)
    lons: FloatArray = field(repr=False)
    starts: IntArray = field(repr=False)

    @classmethod
    def of(cls, part: Circle | Polygon) -> Outline:
        """ValueError as `shapes.check_part`."""
        check_part(part)
        lats, lons, starts, count = [np.empty(0)], [np.empty(0)], [np.empty(0, np.intp)], 0
        for ring in () if isinstance(part, Circle) else (part.ring, *part.holes):
            ring_lats, ring_lons = densified_ring(ring)
            lats += [ring_lats, ring_lats[:1]]
            lons += [ring_lons, ring_lons[:1]]
            starts.append(np.arange(count, count + len(ring_lats), dtype=np.intp))
            count += len(ring_lats) + 1
        return cls(part, np.concatenate(lats), np.concatenate(lons), np.concatenate(starts))

    def around(self, lat: float, lon: float) -> tuple[FloatArray, FloatArray]:
        """(east_m, north_m) of its corners in the frame centred on a place."""
        return around(lat, lon, self.lats, self.lons)

    def seen(self, ahead: Ahead) -> Seen:
        """From where a way begins, and along it, which is the x axis."""
        if isinstance(self.part, Circle):
            bearing, _back, distance_m = GEOD.inv(
                ahead.lon, ahead.lat, self.part.lon, self.part.lat
            )
            turn = math.radians(ahead.course_deg - bearing)
            return SeenCircle(
                distance_m * math.cos(turn), distance_m * math.sin(turn), self.part.radius_m
            )
        east, north = self.around(ahead.lat, ahead.lon)
        course = math.radians(ahead.course_deg)
        sin, cos = math.sin(course), math.cos(course)
        return SeenPolygon(east * sin + north * cos, north * sin - east * cos, self.starts)


def around(
    lat: float, lon: float, lats: FloatArray, lons: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(east_m, north_m) of places in the frame centred on (lat, lon)."""
    count = len(lats)
    bearings, _back, distances = GEOD.inv(np.full(count, lon), np.full(count, lat), lons, lats)
    bearings = np.radians(bearings)
    return distances * np.sin(bearings), distances * np.cos(bearings)


@dataclass(frozen=True, slots=True)
class SeenCircle:
    """x_m along the way and y_m left of it, of the centre."""

    x_m: float
    y_m: float
    radius_m: float

    def distance_m(self) -> float:
        """From the way's beginning; 0 inside."""
        return max(0.0, math.hypot(self.x_m, self.y_m) - self.radius_m)

    def inside(self, grown_m: float, length_m: float) -> list[Interval]:
        """The stretches of the way, in metres from its beginning, within so many metres of it."""
        reach_m = self.radius_m + grown_m
        if abs(self.y_m) > reach_m:
            return []
        half = math.sqrt(reach_m * reach_m - self.y_m * self.y_m)
        return clipped([(self.x_m - half, self.x_m + half)], length_m)


@dataclass(frozen=True, slots=True)
class SeenPolygon:
    """x_m along the way and y_m left of it, of each corner; edges begin at `starts` and end at the
    next corner."""

    x_m: FloatArray
    y_m: FloatArray
    starts: IntArray

    def distance_m(self) -> float:
        """From the way's beginning; 0 inside."""
        x, y = self.x_m[self.starts], self.y_m[self.starts]
        next_x, next_y = self.x_m[self.starts + 1], self.y_m[self.starts + 1]
        left = y >= 0
        across = np.flatnonzero(left != (next_y >= 0))
        if len(across):
            ends = x[across], y[across], next_x[across], next_y[across]
            if np.count_nonzero(_axis_at(*ends) > 0) % 2:
                return 0.0
        dx, dy = next_x - x, next_y - y
        squared = np.maximum(dx * dx + dy * dy, 1e-18)
        along = np.clip(-(x * dx + y * dy) / squared, 0.0, 1.0)
        return float(np.sqrt(np.min((x + along * dx) ** 2 + (y + along * dy) ** 2)))

    def inside(self, grown_m: float, length_m: float) -> list[Interval]:
        """As of a circle. `grown_m` must be above 0."""
        found = along_ways(
            self.x_m[None, :], self.y_m[None, :], self.starts, np.array([grown_m])
        ).get(0, [])
        return clipped(found, length_m)


Seen = SeenCircle | SeenPolygon


def ways_in(
    corners: tuple[FloatArray, FloatArray],
    starts: IntArray,
    ways: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    grown_m: FloatArray,
) -> dict[int, list[Interval]]:
    """The stretches of many ways within so many metres of a polygon, by number of the way; those
    that never are have none. Not cut to a way's length.

    Args:
        corners: (east_m, north_m) in the frame. starts: as of `Outline`.
        ways: east_m and north_m of each one's beginning, and its unit vector (east, north).
        grown_m: of each, above 0.
    """
    east, north = corners
    found: dict[int, list[Interval]] = {}
    at_once = max(1, _MOST_AT_ONCE // len(east))
    for first in range(0, len(grown_m), at_once):
        some = slice(first, first + at_once)
        begin_east, begin_north, to_east, to_north = (each[some, None] for each in ways)
        off_east, off_north = east - begin_east, north - begin_north
        x = off_east * to_east + off_north * to_north
        y = off_north * to_east - off_east * to_north
        for row, stretches in along_ways(x, y, starts, grown_m[some]).items():
            found[first + row] = stretches
    return found


def along_ways(
    x: FloatArray, y: FloatArray, starts: IntArray, grown_m: FloatArray
) -> dict[int, list[Interval]]:
    """As `ways_in`, of corners as each way sees them: x and y have a row for each."""
    ends = starts + 1
    edges = x[:, starts], y[:, starts], x[:, ends], y[:, ends]
    found = _between_crossings(*edges)
    grown = grown_m[:, None]
    low, high = _disc(x, y, grown)
    low = np.minimum(low[:, starts], low[:, ends])
    high = np.maximum(high[:, starts], high[:, ends])
    strip_low, strip_high = _strip(*edges, grown)
    some = strip_low <= strip_high
    low = np.where(some, np.minimum(low, strip_low), low)
    high = np.where(some, np.maximum(high, strip_high), high)
    rows, columns = np.nonzero(low <= high)
    for row, begins, ends_at in zip(
        rows.tolist(), low[rows, columns].tolist(), high[rows, columns].tolist(), strict=True
    ):
        found.setdefault(row, []).append((begins, ends_at))
    return found


def _between_crossings(
    x: FloatArray, y: FloatArray, next_x: FloatArray, next_y: FloatArray
) -> dict[int, list[Interval]]:
    """Where each way's axis ahead (x > 0) is inside of the rings: they cross it an odd number of
    times from the inside."""
    rows, columns = np.nonzero((y >= 0) != (next_y >= 0))
    crossings: dict[int, list[float]] = {}
    if len(rows):
        each = rows, columns
        at = _axis_at(x[each], y[each], next_x[each], next_y[each])
        for row, where in zip(rows[at > 0].tolist(), at[at > 0].tolist(), strict=True):
            crossings.setdefault(row, []).append(where)
    found: dict[int, list[Interval]] = {}
    for row, places in crossings.items():
        places.sort()
        if len(places) % 2:
            places.insert(0, 0.0)
        found[row] = list(zip(places[::2], places[1::2], strict=True))
    return found


def _axis_at(x: FloatArray, y: FloatArray, next_x: FloatArray, next_y: FloatArray) -> FloatArray:
    """Where edges that cross the x axis do."""
    crossed: FloatArray = x - y * (next_x - x) / (next_y - y)
    return crossed


def _disc(x: FloatArray, y: FloatArray, grown_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where the x axis meets discs round points; (inf, -inf) where it does not."""
    inside = grown_m * grown_m - y * y
    half = np.sqrt(np.maximum(inside, 0.0))
    missed = inside < 0
    return np.where(missed, np.inf, x - half), np.where(missed, -np.inf, x + half)


def _strip(
    x: FloatArray, y: FloatArray, next_x: FloatArray, next_y: FloatArray, grown_m: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Where the x axis is beside each edge (between its ends) and within `grown_m` of its line."""
    dx, dy = next_x - x, next_y - y
    length = np.maximum(np.hypot(dx, dy), 1e-9)
    ux, uy = dx / length, dy / length
    # of the point (s, 0): along = s * ux + along_0, beside = -s * uy + beside_0
    along_low, along_high = _between(ux, -(x * ux + y * uy), 0.0, length)
    beside_low, beside_high = _between(-uy, x * uy - y * ux, -grown_m, grown_m)
    return np.maximum(along_low, beside_low), np.minimum(along_high, beside_high)


def _between(
    slope: FloatArray, start: FloatArray, least: FloatArray | float, most: FloatArray | float
) -> tuple[FloatArray, FloatArray]:
    """The s with least <= slope * s + start <= most; (inf, -inf) where there is none."""
    flat = np.abs(slope) < 1e-12
    divisor = np.where(flat, 1.0, slope)
    a, b = (least - start) / divisor, (most - start) / divisor
    always = flat & (start >= least) & (start <= most)
    low = np.where(flat, np.where(always, -np.inf, np.inf), np.minimum(a, b))
    high = np.where(flat, np.where(always, np.inf, -np.inf), np.maximum(a, b))
    return low, high


def clipped(stretches: Sequence[Interval], length_m: float) -> list[Interval]:
    """What of them lies on the way, joined where they overlap, in order."""
    if len(stretches) == 1:  # the usual case, in less time
        [(start, end)] = stretches
        low, high = max(start, 0.0), min(end, length_m)
        return [(low, high)] if low <= high else []
    joined: list[Interval] = []
    for start, end in sorted(stretches):
        low, high = max(start, 0.0), min(end, length_m)
        if low > high:
            continue
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined
