"""A slow, independently written answer to whether an aircraft is in a zone; for the bench and the
tests only.

It shares nothing with the check but the types of the model. Circles by Vincenty's formula.
Polygons on a transverse Mercator plane, whose edges and arcs are divided every 200 m and every
0.05 degrees: what is inside stays inside there, and lengths are true to 3 parts in 100,000 within
50 km of its middle. Heights by plain arithmetic over the ends of what is not known; times by a look
at each day that could hold the instant.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from geo.zones.model import Applicability, Datum, GeoZone, Layer, Limit

Floats = NDArray[np.float64]
Place = tuple[float, float]  # (lat, lon)

GEOD = pyproj.Geod(ellps="WGS84")
EDGE_M = 200.0
ARC_DEG = 0.05
LEVEL_SHARE, LEVEL_M = 0.75, 988.0  # how low a flight level may lie (docs/airspace.md)
_A, _F = 6_378_137.0, 1 / 298.257223563
_B = _A * (1 - _F)


@dataclass(frozen=True, slots=True)
class Arc:
    """In a ring, the arc about a centre from the corner before it to the one after, clockwise."""

    centre: Place
    radius_m: float


ExactRing = Sequence[Place | Arc]


@dataclass(frozen=True, slots=True)
class ExactPolygon:
    """On the plane of a `Plane`. `has_arcs`: the product has chords there."""

    shape: shapely.Polygon
    has_arcs: bool


@dataclass(frozen=True, slots=True)
class ExactCircle:
    """A centre and a radius."""

    lat: float
    lon: float
    radius_m: float
    has_arcs: bool = False


ExactPart = ExactPolygon | ExactCircle


@dataclass(frozen=True, slots=True)
class Aircraft:
    """Many of them: arrays of one length; NaN is not known.

    Attributes:
        height_m: above `datum`, which is one for all. ground_m: AMSL.
        separation: least and most of the geoid above the ellipsoid.
    """

    lat: Floats
    lon: Floats
    error_m: Floats
    height_m: Floats
    datum: Datum
    height_error_m: Floats
    ground_m: Floats
    separation: tuple[Floats, Floats]


class Plane:
    """A transverse Mercator about a place."""

    def __init__(self, lat: float, lon: float) -> None:
        self._proj = pyproj.Proj(proj="tmerc", lat_0=lat, lon_0=lon, k_0=1, ellps="WGS84")

    def points(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """(x, y) in metres."""
        x, y = self._proj(lon, lat)
        return np.asarray(x), np.asarray(y)

    def polygon(self, ring: ExactRing, holes: Sequence[ExactRing] = ()) -> ExactPolygon:
        """Edges between corners are geodesics."""
        shape = shapely.Polygon(self._drawn(ring), [self._drawn(hole) for hole in holes])
        if not shape.is_valid:
            raise ValueError("The oracle was given a ring that crosses itself.")
        shapely.prepare(shape)
        return ExactPolygon(shape, any(isinstance(each, Arc) for each in ring))

    def _drawn(self, ring: ExactRing) -> Floats:
        places: list[Place] = []
        for number, step in enumerate(ring):
            if isinstance(step, Arc):
                before, after = ring[number - 1], ring[(number + 1) % len(ring)]
                assert not isinstance(before, Arc)
                assert not isinstance(after, Arc)
                places += _arc(step, before, after)
            else:
                places.append(step)
        dense: list[Place] = []
        for here, there in itertools.pairwise((*places, places[0])):
            dense.append(here)
            length_m = GEOD.inv(here[1], here[0], there[1], there[0])[2]
            steps = math.ceil(length_m / EDGE_M)
            if steps > 1:
                between = GEOD.npts(here[1], here[0], there[1], there[0], steps - 1)
                dense += [(lat, lon) for lon, lat in between]
        lats, lons = np.array(dense).T
        return np.column_stack(self.points(lats, lons))


def _arc(arc: Arc, before: Place, after: Place) -> list[Place]:
    lat, lon = arc.centre
    first = GEOD.inv(lon, lat, before[1], before[0])[0]
    last = GEOD.inv(lon, lat, after[1], after[0])[0]
    sweep = (last - first) % 360.0
    count = max(2, math.ceil(sweep / ARC_DEG))
    bearings = first + sweep * np.arange(1, count) / count
    same = np.ones(len(bearings))
    lons, lats, _back = GEOD.fwd(lon * same, lat * same, bearings, arc.radius_m * same)
    return list(zip(np.asarray(lats).tolist(), np.asarray(lons).tolist(), strict=True))


def vincenty_m(lat: Floats, lon: Floats, to_lat: float, to_lon: float) -> Floats:
    """Vincenty's inverse formula (Survey Review 1975), good to 0.1 mm."""
    u1 = np.arctan((1 - _F) * np.tan(np.radians(lat)))
    u2 = math.atan((1 - _F) * math.tan(math.radians(to_lat)))
    across = lam = np.radians(to_lon - lon)
    for _ in range(30):
        sin_sigma = np.hypot(
            math.cos(u2) * np.sin(lam),
            np.cos(u1) * math.sin(u2) - np.sin(u1) * math.cos(u2) * np.cos(lam),
        )
        sin_sigma = np.maximum(sin_sigma, 1e-15)
        cos_sigma = np.sin(u1) * math.sin(u2) + np.cos(u1) * math.cos(u2) * np.cos(lam)
        sigma = np.arctan2(sin_sigma, cos_sigma)
        sin_alpha = np.cos(u1) * math.cos(u2) * np.sin(lam) / sin_sigma
        cos2_alpha = np.maximum(1 - sin_alpha**2, 1e-15)
        cos_2m = cos_sigma - 2 * np.sin(u1) * math.sin(u2) / cos2_alpha
        c = _F / 16 * cos2_alpha * (4 + _F * (4 - 3 * cos2_alpha))
        inner = sigma + c * sin_sigma * (cos_2m + c * cos_sigma * (2 * cos_2m**2 - 1))
        former, lam = lam, across + (1 - c) * _F * sin_alpha * inner
        if np.max(np.abs(lam - former)) < 1e-13:
            break
    squared = cos2_alpha * (_A**2 - _B**2) / _B**2
    big_a = 1 + squared / 16384 * (4096 + squared * (-768 + squared * (320 - 175 * squared)))
    big_b = squared / 1024 * (256 + squared * (-128 + squared * (74 - 47 * squared)))
    last = big_b / 6 * cos_2m * (4 * sin_sigma**2 - 3) * (4 * cos_2m**2 - 3)
    middle = big_b / 4 * (cos_sigma * (2 * cos_2m**2 - 1) - last)
    metres: Floats = _B * big_a * (sigma - big_b * sin_sigma * (cos_2m + middle))
    return metres


def inside_m(part: ExactPart, plane: Plane, aircraft: Aircraft) -> Floats:
    """By how many metres each is inside of a part grown by its error; negative outside."""
    if isinstance(part, ExactCircle):
        far_m = vincenty_m(aircraft.lat, aircraft.lon, part.lat, part.lon)
        return np.asarray(part.radius_m + aircraft.error_m - far_m)
    points = shapely.points(*plane.points(aircraft.lat, aircraft.lon))
    edge_m = shapely.distance(part.shape.boundary, points)
    within = shapely.covers(part.shape, points)
    return np.asarray(np.where(within, edge_m, -edge_m) + aircraft.error_m)


def within_m(layer: Layer, aircraft: Aircraft) -> tuple[Floats, Floats]:
    """By how many metres each may be, and surely is, between a layer's limits."""
    may_low, sure_low = _room(layer.lower, aircraft, upper=False)
    may_high, sure_high = _room(layer.upper, aircraft, upper=True)
    return np.minimum(may_low, may_high), np.minimum(sure_low, sure_high)


def _room(limit: Limit, aircraft: Aircraft, *, upper: bool) -> tuple[Floats, Floats]:
    count = len(aircraft.lat)
    always, never = np.full(count, math.inf), np.full(count, -math.inf)
    if limit.datum is Datum.UNKNOWN:
        return always, never
    if math.isinf(limit.value_m):
        inside = (limit.value_m > 0) == upper
        return (always, always) if inside else (never, never)
    at_ground = limit.datum is Datum.SURFACE or limit.datum is Datum.AGL
    if not upper and at_ground and limit.value_m <= 0:
        return always, always
    level = limit.datum is Datum.FLIGHT_LEVEL
    value_m = _lowest_m(limit.value_m) if level else limit.value_m
    datum = Datum.AMSL if level else Datum.AGL if at_ground else limit.datum
    rooms: list[Floats] = []
    for separation_m in aircraft.separation:
        height_m = aircraft.height_m
        if aircraft.datum is not datum:
            above: dict[Datum, Floats] = {
                Datum.AMSL: np.zeros(count),
                Datum.AGL: aircraft.ground_m,
                Datum.HAE: -separation_m,
            }
            height_m = height_m + above[aircraft.datum] - above[datum]
        rooms.append(value_m - height_m if upper else height_m - value_m)
    most, least = np.maximum.reduce(rooms), np.minimum.reduce(rooms)
    known = np.isfinite(most)
    most, least = most + aircraft.height_error_m, least - aircraft.height_error_m
    if not level:  # with both ends known the zone is grown by what is not, and that is sure
        return np.where(known, most, math.inf), np.where(known, most, -math.inf)
    if upper:
        return always, np.where(known, least, -math.inf)
    return np.where(known, most, math.inf), never


def active_at(zone: GeoZone, instant: datetime) -> bool:
    """Whether a zone is active at an instant; the sun is not asked here."""
    return not zone.applicability or any(_applies(each, instant) for each in zone.applicability)


def _applies(one: Applicability, instant: datetime) -> bool:
    if one.begins is not None and instant < one.begins:
        return False
    if one.ends is not None and instant > one.ends:
        return False
    if not one.schedule:
        return True
    today = datetime(instant.year, instant.month, instant.day, tzinfo=UTC)
    for period in one.schedule:
        first, last = _seconds(period.begins, 0), _seconds(period.ends, 86_400)
        if last <= first:
            last += 86_400
        for back in (0, 1, 2):
            midnight = today - timedelta(days=back)
            since_s = (instant - midnight).total_seconds()
            if midnight.weekday() in period.days and first <= since_s <= last:
                return True
    return False


def _seconds(at: object, otherwise: int) -> int:
    if at is None:
        return otherwise
    if not isinstance(at, time):
        raise ValueError("The oracle does not know the sun.")
    if (at.hour, at.minute) == (23, 59) and otherwise:
        return 86_400
    return at.hour * 3600 + at.minute * 60 + at.second


def _lowest_m(level_m: float) -> float:
    """Of a flight level, in any weather."""
    if level_m < LEVEL_M:
        return (level_m - LEVEL_M) * 1.2
    return (level_m - LEVEL_M) * LEVEL_SHARE
