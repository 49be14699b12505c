"""The shapes of zones: which can be checked exactly, their edges as geodesics, and boxes round
them. How an aircraft sees them is in `seen`."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from geo.zones.model import Circle, Polygon

FloatArray = NDArray[np.float64]
Ring = tuple[tuple[float, float], ...]

GEOD = pyproj.Geod(ellps="WGS84")  # used read-only, so safe from any thread
BOUNDARY_M = 0.01  # the boundary is inside, whatever the last digits say
DENSIFIED_M = 1000.0  # of a geodesic edge: then a straight lon/lat edge is within 3 cm of it
MAX_RADIUS_M = 200_000.0  # beyond it, and beyond the poles and the 180th meridian: refused
MAX_EDGE_M = 500_000.0
MAX_LATITUDE_DEG = 85.0
# South, west, north, east: its flight regions and more.
_UNITED_KINGDOM = (45.0, -16.0, 64.0, 6.0)
_BOUNDS_SPARE = 1.005  # boxes only choose candidates: they may be too large


def in_united_kingdom(lat: float, lon: float) -> bool:
    """Whether a place lies in a generous box round the United Kingdom."""
    south, west, north, east = _UNITED_KINGDOM
    return south <= lat <= north and west <= lon <= east


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
    box = boxes_round(*(np.array([value]) for value in (south, west, north, east, margin_m)))
    grown_west, grown_south, grown_east, grown_north = (float(each[0]) for each in box)
    return grown_west, grown_south, grown_east, grown_north


def boxes_round(
    south: FloatArray, west: FloatArray, north: FloatArray, east: FloatArray, margin_m: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """As `box_round`, of many."""
    spare_lat = margin_m * _BOUNDS_SPARE / 110_570.0
    widest = np.maximum(np.abs(south - spare_lat), np.abs(north + spare_lat))
    scale = 111_300.0 * np.cos(np.radians(np.minimum(widest, 89.9)))
    spare_lon = margin_m * _BOUNDS_SPARE / scale
    return west - spare_lon, south - spare_lat, east + spare_lon, north + spare_lat


def densified_ring(ring: Ring) -> tuple[FloatArray, FloatArray]:
    """(lats, lons) of a ring, not closed, with points along each long edge's geodesic."""
    lats: list[float] = []
    lons: list[float] = []
    for (lat, lon), (next_lat, next_lon) in _edges(ring):
        lats.append(lat)
        lons.append(lon)
        length_m = GEOD.inv(lon, lat, next_lon, next_lat)[2]
        steps = math.ceil(length_m / DENSIFIED_M)
        if steps > 1:
            for point_lon, point_lat in GEOD.npts(lon, lat, next_lon, next_lat, steps - 1):
                lats.append(point_lat)
                lons.append(point_lon)
    return np.asarray(lats), np.asarray(lons)


def densified(part: Polygon) -> tuple[FloatArray, FloatArray]:
    """Of its outer ring, as `densified_ring`."""
    return densified_ring(part.ring)


def planar(part: Polygon) -> shapely.Polygon:
    """In degrees (lon, lat), with its holes; densified, so that its edges are the geodesics to
    within a few centimetres. For drawing, and to see whether it is a polygon at all."""
    rings = map(densified_ring, (part.ring, *part.holes))
    shell, *holes = (np.column_stack((lons, lats)) for lats, lons in rings)
    return shapely.Polygon(shell, holes)


def _edges(ring: Ring) -> Iterable[tuple[tuple[float, float], tuple[float, float]]]:
    return zip(ring, (*ring[1:], ring[0]), strict=True)


def check_part(part: Circle | Polygon) -> None:
    """ValueError for a shape that cannot be checked exactly: the sentence says why."""
    if isinstance(part, Circle):
        _check_places(((part.lat, part.lon),))
        if not 0 < part.radius_m <= MAX_RADIUS_M:
            raise ValueError(f"A radius must be above 0 and at most {MAX_RADIUS_M / 1000:.0f} km.")
    else:
        for ring in (part.ring, *part.holes):
            _check_places(ring)
            _check_ring(ring)
        _check_crossings(part)
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


def _check_ring(ring: Ring) -> None:
    if len(set(ring)) < 3:
        raise ValueError("A ring needs at least three different corners.")
    lons = [lon for _lat, lon in ring]
    if max(lons) - min(lons) > 180.0:
        raise ValueError("A zone across the 180th meridian cannot be checked.")
    if any(GEOD.inv(a[1], a[0], b[1], b[0])[2] > MAX_EDGE_M for a, b in _edges(ring)):
        raise ValueError(f"An edge may be at most {MAX_EDGE_M / 1000:.0f} km long.")


def _check_crossings(part: Polygon) -> None:
    whole = planar(part)
    if whole.is_valid:
        return
    if not shapely.Polygon(whole.exterior).is_valid:
        raise ValueError("A ring may not cross or touch itself.")
    raise ValueError(
        "A hole must lie inside of its ring; it may not cross or touch itself, nor cross the ring "
        "or another hole."
    )
