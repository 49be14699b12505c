"""The exact shapes of zones as an aircraft sees them: how far they are, where a straight way
through them begins and ends.

Everything is worked out in the azimuthal equidistant frame centred on the aircraft (or on the
beginning of a leg): distance and bearing from the centre are exact geodesics there, and a geodesic
that begins in the centre is a straight line. In that frame the way lies along the x axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from geo.zones.model import Circle, Polygon

FloatArray = NDArray[np.float64]
Interval = tuple[float, float]

GEOD = pyproj.Geod(ellps="WGS84")  # used read-only, so safe from any thread
BOUNDARY_M = 0.01  # the boundary is inside, whatever the last digits say
DENSIFIED_M = 1000.0  # of a geodesic edge: then a straight lon/lat edge is within 3 cm of it
MAX_RADIUS_M = 200_000.0  # beyond it, and beyond the poles and the 180th meridian: refused
MAX_EDGE_M = 500_000.0
MAX_LATITUDE_DEG = 85.0
_BOUNDS_SPARE = 1.005  # boxes only choose candidates: they may be too large


@dataclass(frozen=True, slots=True)
class Ahead:
    """A straight way: where it begins, its true course there and its length (0: standing)."""

    lat: float
    lon: float
    course_deg: float = 90.0
    length_m: float = 0.0


def bounds_of(part: Circle | Polygon) -> tuple[float, float, float, float]:
    """(west, south, east, north) in degrees, a little too large rather than too small."""
    if isinstance(part, Circle):
        return box_round(part.lat, part.lon, part.lat, part.lon, part.radius_m)
    lats, lons = densified(part)
    return box_round(
        float(lats.min()), float(lons.min()), float(lats.max()), float(lons.max()), 1.0
    )


def box_round(
    south: float, west: float, north: float, east: float, margin_m: float
) -> tuple[float, float, float, float]:
    """(west, south, east, north) of a box grown by at least so many metres."""
    spare_lat = margin_m * _BOUNDS_SPARE / 110_570.0
    widest = max(abs(south - spare_lat), abs(north + spare_lat))
    scale = 111_300.0 * math.cos(math.radians(min(widest, 89.9)))
    spare_lon = margin_m * _BOUNDS_SPARE / scale
    return west - spare_lon, south - spare_lat, east + spare_lon, north + spare_lat


def densified(part: Polygon) -> tuple[FloatArray, FloatArray]:
    """(lats, lons) of the ring, not closed, with points along each long edge's geodesic."""
    lats: list[float] = []
    lons: list[float] = []
    for (lat, lon), (next_lat, next_lon) in zip(
        part.ring, (*part.ring[1:], part.ring[0]), strict=True
    ):
        lats.append(lat)
        lons.append(lon)
        length_m = GEOD.inv(lon, lat, next_lon, next_lat)[2]
        steps = math.ceil(length_m / DENSIFIED_M)
        if steps > 1:
            for point_lon, point_lat in GEOD.npts(lon, lat, next_lon, next_lat, steps - 1):
                lats.append(point_lat)
                lons.append(point_lon)
    return np.asarray(lats), np.asarray(lons)


def check_part(part: Circle | Polygon) -> None:
    """ValueError for a shape that cannot be checked exactly: the sentence says why."""
    if isinstance(part, Circle):
        _check_places(((part.lat, part.lon),))
        if not 0 < part.radius_m <= MAX_RADIUS_M:
            raise ValueError(f"A radius must be above 0 and at most {MAX_RADIUS_M / 1000:.0f} km.")
    else:
        _check_places(part.ring)
        _check_ring(part)
    west, _south, east, _north = bounds_of(part)
    if west < -180.0 or east > 180.0:
        raise ValueError("A zone across the 180th meridian cannot be checked.")


def _check_places(places: tuple[tuple[float, float], ...]) -> None:
    for lat, lon in places:
        if not (abs(lat) <= MAX_LATITUDE_DEG and abs(lon) <= 180.0):  # a NaN fails too
            raise ValueError(
                f"A place must be within {MAX_LATITUDE_DEG:.0f} degrees of latitude and 180 of "
                f"longitude, not ({lat}, {lon})."
            )


def _check_ring(part: Polygon) -> None:
    if len(set(part.ring)) < 3:
        raise ValueError("A ring needs at least three different corners.")
    lons = [lon for _lat, lon in part.ring]
    if max(lons) - min(lons) > 180.0:
        raise ValueError("A zone across the 180th meridian cannot be checked.")
    ends = zip(part.ring, (*part.ring[1:], part.ring[0]), strict=True)
    if any(GEOD.inv(a[1], a[0], b[1], b[0])[2] > MAX_EDGE_M for a, b in ends):
        raise ValueError(f"An edge may be at most {MAX_EDGE_M / 1000:.0f} km long.")
    if not shapely.Polygon([(lon, lat) for lat, lon in part.ring]).is_valid:
        raise ValueError("A ring may not cross or touch itself.")


@dataclass(frozen=True, slots=True)
class Outline:
    """A part made ready; `lats` and `lons` are its densified and closed ring, None for a circle."""

    part: Circle | Polygon
    lats: FloatArray | None = field(repr=False)
    lons: FloatArray | None = field(repr=False)

    @classmethod
    def of(cls, part: Circle | Polygon) -> Outline:
        """ValueError as `check_part`."""
        check_part(part)
        if isinstance(part, Circle):
            return cls(part, None, None)
        lats, lons = densified(part)
        return cls(part, np.append(lats, lats[0]), np.append(lons, lons[0]))

    def seen(self, ahead: Ahead) -> Seen:
        """From where a way begins, and along it."""
        if isinstance(self.part, Circle):
            bearing, _back, distance_m = GEOD.inv(
                ahead.lon, ahead.lat, self.part.lon, self.part.lat
            )
            turn = math.radians(ahead.course_deg - bearing)
            return SeenCircle(
                distance_m * math.cos(turn), distance_m * math.sin(turn), self.part.radius_m
            )
        assert self.lats is not None
        assert self.lons is not None
        n = len(self.lats)
        bearings, _back, distances = GEOD.inv(
            np.full(n, ahead.lon), np.full(n, ahead.lat), self.lons, self.lats
        )
        turns = np.radians(ahead.course_deg - np.asarray(bearings))
        return SeenPolygon(distances * np.cos(turns), distances * np.sin(turns))


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
        return _clipped([(self.x_m - half, self.x_m + half)], length_m)


@dataclass(frozen=True, slots=True)
class SeenPolygon:
    """x_m along the way and y_m left of it, of each corner; the first stands at the end again."""

    x_m: FloatArray
    y_m: FloatArray

    def distance_m(self) -> float:
        """From the way's beginning; 0 inside."""
        if len(self._crossings()) % 2:
            return 0.0
        x, y = self.x_m[:-1], self.y_m[:-1]
        dx, dy = self.x_m[1:] - x, self.y_m[1:] - y
        squared = np.maximum(dx * dx + dy * dy, 1e-18)
        along = np.clip(-(x * dx + y * dy) / squared, 0.0, 1.0)
        return float(np.sqrt(np.min((x + along * dx) ** 2 + (y + along * dy) ** 2)))

    def inside(self, grown_m: float, length_m: float) -> list[Interval]:
        """As of a circle. `grown_m` must be above 0."""
        crossings = self._crossings()
        if len(crossings) % 2:
            crossings = [0.0, *crossings]
        within = list(zip(crossings[::2], crossings[1::2], strict=True))
        return _clipped(within + self._near_edges(grown_m), length_m)

    def _crossings(self) -> list[float]:
        """Where the x axis ahead (x > 0) crosses the ring, in order."""
        left = self.y_m >= 0
        crosses = np.flatnonzero(left[:-1] != left[1:])
        if not len(crosses):
            return []
        x, y = self.x_m[crosses], self.y_m[crosses]
        next_x, next_y = self.x_m[crosses + 1], self.y_m[crosses + 1]
        at = x - y * (next_x - x) / (next_y - y)
        return sorted(at[at > 0].tolist())

    def _near_edges(self, grown_m: float) -> list[Interval]:
        """Where the x axis is within `grown_m` of each edge: a convex shape, so one stretch."""
        x, y = self.x_m, self.y_m
        low, high = _disc(x, y, grown_m)
        low = np.minimum(low[:-1], low[1:])
        high = np.maximum(high[:-1], high[1:])
        strip_low, strip_high = _strip(x[:-1], y[:-1], x[1:], y[1:], grown_m)
        some = strip_low <= strip_high
        low = np.where(some, np.minimum(low, strip_low), low)
        high = np.where(some, np.maximum(high, strip_high), high)
        met = low <= high
        return list(zip(low[met].tolist(), high[met].tolist(), strict=True))


Seen = SeenCircle | SeenPolygon


def _disc(x: FloatArray, y: FloatArray, grown_m: float) -> tuple[FloatArray, FloatArray]:
    """Where the x axis meets discs round points; (inf, -inf) where it does not."""
    inside = grown_m * grown_m - y * y
    half = np.sqrt(np.maximum(inside, 0.0))
    missed = inside < 0
    return np.where(missed, np.inf, x - half), np.where(missed, -np.inf, x + half)


def _strip(
    x: FloatArray, y: FloatArray, next_x: FloatArray, next_y: FloatArray, grown_m: float
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
    slope: FloatArray, start: FloatArray, least: float, most: FloatArray | float
) -> tuple[FloatArray, FloatArray]:
    """The s with least <= slope * s + start <= most; (inf, -inf) where there is none."""
    flat = np.abs(slope) < 1e-12
    divisor = np.where(flat, 1.0, slope)
    a, b = (least - start) / divisor, (most - start) / divisor
    always = flat & (start >= least) & (start <= most)
    low = np.where(flat, np.where(always, -np.inf, np.inf), np.minimum(a, b))
    high = np.where(flat, np.where(always, np.inf, -np.inf), np.maximum(a, b))
    return low, high


def _clipped(stretches: list[Interval], length_m: float) -> list[Interval]:
    """What of them lies on the way, joined where they overlap, in order."""
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
