"""Distances to zones worked out without the product's code: Vincenty's formula for circles, a
transverse Mercator with finely divided edges for polygons."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pyproj
import shapely

from geo.zones import (
    Circle,
    Datum,
    GeoZone,
    Layer,
    Limit,
    Polygon,
    Restriction,
    ZoneDataset,
)

GEOD = pyproj.Geod(ellps="WGS84")
HAMMERSMITH = (51.4927, -0.2240)
SURFACE = Limit(0.0, Datum.SURFACE)
HIGH = Limit(600.0, Datum.AMSL)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
_A, _F = 6_378_137.0, 1 / 298.257223563
_B = _A * (1 - _F)


def zone(
    *parts: Circle | Polygon, zone_id: str = "Z1", lower: Limit = SURFACE, upper: Limit = HIGH
) -> GeoZone:
    """A zone of these parts that asks for permission."""
    return GeoZone(
        zone_id,
        f"Zone {zone_id}",
        "restricted",
        Restriction.PERMISSION,
        (Layer(parts, lower, upper),),
        "its authority",
        "its number",
        "a law",
        "a test",
    )


def dataset(*zones: GeoZone, training: bool = False) -> ZoneDataset:
    return ZoneDataset("Test", training, NOW - timedelta(14), NOW + timedelta(14), zones)


def moved(lat: float, lon: float, bearing_deg: float, metres: float) -> tuple[float, float]:
    """(lat, lon) so far away."""
    to_lon, to_lat, _back = GEOD.fwd(lon, lat, bearing_deg, metres)
    return to_lat, to_lon


def vincenty_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Vincenty's inverse formula (Survey Review 1975): within 0.1 mm for what is not antipodal."""
    u1 = math.atan((1 - _F) * math.tan(math.radians(lat1)))
    u2 = math.atan((1 - _F) * math.tan(math.radians(lat2)))
    difference = lam = math.radians(lon2 - lon1)
    for _ in range(100):
        sin_sigma = math.hypot(
            math.cos(u2) * math.sin(lam),
            math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam),
        )
        if sin_sigma == 0:
            return 0.0
        cos_sigma = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = math.cos(u1) * math.cos(u2) * math.sin(lam) / sin_sigma
        cos2_alpha = 1 - sin_alpha**2
        cos_2m = cos_sigma - 2 * math.sin(u1) * math.sin(u2) / cos2_alpha if cos2_alpha else 0.0
        c = _F / 16 * cos2_alpha * (4 + _F * (4 - 3 * cos2_alpha))
        inner = sigma + c * sin_sigma * (cos_2m + c * cos_sigma * (2 * cos_2m**2 - 1))
        former, lam = lam, difference + (1 - c) * _F * sin_alpha * inner
        if abs(lam - former) < 1e-13:
            break
    squared = cos2_alpha * (_A**2 - _B**2) / _B**2
    big_a = 1 + squared / 16384 * (4096 + squared * (-768 + squared * (320 - 175 * squared)))
    big_b = squared / 1024 * (256 + squared * (-128 + squared * (74 - 47 * squared)))
    last = big_b / 6 * cos_2m * (4 * sin_sigma**2 - 3) * (4 * cos_2m**2 - 3)
    middle = big_b / 4 * (cos_sigma * (2 * cos_2m**2 - 1) - last)
    return _B * big_a * (sigma - big_b * sin_sigma * (cos_2m + middle))


_TM = pyproj.Proj(proj="tmerc", lat_0=HAMMERSMITH[0], lon_0=HAMMERSMITH[1], ellps="WGS84", k_0=1)


@lru_cache(maxsize=8)
def _projected(part: Polygon) -> shapely.Polygon:
    return shapely.Polygon(_corners(part.ring), [_corners(hole) for hole in part.holes])


def _corners(ring: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    corners: list[tuple[float, float]] = []
    for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
        between = GEOD.npts(a[1], a[0], b[1], b[0], 20)
        corners += [_TM(lon, lat) for lon, lat in [(a[1], a[0]), *between]]
    return corners


def distance_m(part: Circle | Polygon, lat: float, lon: float) -> float:
    """From a place to a part; 0 inside. Within 40 km of Hammersmith, a part in 50,000 too long."""
    if isinstance(part, Circle):
        return max(0.0, vincenty_m(lat, lon, part.lat, part.lon) - part.radius_m)
    return float(_projected(part).distance(shapely.Point(_TM(lon, lat))))
