"""Zones as something to draw and to read: rings of lon/lat, and heights in words."""

from __future__ import annotations

import math
from collections.abc import Iterable

import shapely

from geo.zones.model import METRES_PER_FOOT, Circle, Datum, GeoZone, Limit, Polygon
from geo.zones.shapes import GEOD, planar

CORNERS_OF_CIRCLE = 180  # of 2.5 NM: the chord leaves out 0.7 m; only the drawing is so
_DECIMALS = 7  # of a degree: a centimetre

Rings = list[list[list[list[float]]]]  # GeoJSON MultiPolygon coordinates, [lon, lat]


def rings_of(parts: Iterable[Circle | Polygon]) -> Rings:
    """These parts, joined, as a GeoJSON MultiPolygon: outer rings anticlockwise and closed. Corners
    of a circle lie on it. For drawing only: checks use the exact shapes."""
    joined = shapely.union_all([_drawn(part) for part in parts])
    polygons = joined.geoms if isinstance(joined, shapely.MultiPolygon) else [joined]
    return [
        [_rounded(ring) for ring in (turned.exterior, *turned.interiors)]
        for turned in (shapely.geometry.polygon.orient(polygon) for polygon in polygons)
    ]


def _drawn(part: Circle | Polygon) -> shapely.Polygon:
    if isinstance(part, Polygon):
        return planar(part)
    corners = []
    for number in range(CORNERS_OF_CIRCLE):
        lon, lat, _back = GEOD.fwd(
            part.lon, part.lat, 360.0 * number / CORNERS_OF_CIRCLE, part.radius_m
        )
        corners.append((lon, lat))
    return shapely.Polygon(corners)


def _rounded(ring: shapely.LinearRing) -> list[list[float]]:
    return [[round(lon, _DECIMALS), round(lat, _DECIMALS)] for lon, lat in ring.coords]


_ABOVE = {
    Datum.AMSL: "above sea level",
    Datum.AGL: "above the ground",
    Datum.HAE: "above the WGS 84 ellipsoid",
    Datum.SURFACE: "above the ground",
    Datum.UNKNOWN: "above what is not known",
}


def limit_words(limit: Limit) -> str:
    """A limit with what it is above, in feet and metres, and the source's own words if they say
    more: "2,018 ft (615 m) above sea level: 2,000 ft above the aerodrome's level of 18 ft"."""
    if limit.datum is Datum.SURFACE and limit.value_m == 0:
        return "the surface"
    if limit.datum is Datum.UNKNOWN and (math.isinf(limit.value_m) or limit.value_m == 0):
        return f"not known: {limit.as_published}" if limit.as_published else "not known"
    if math.isinf(limit.value_m):
        return "unlimited"
    feet = round(limit.value_m / METRES_PER_FOOT)
    if limit.datum is Datum.FLIGHT_LEVEL:
        level = f"{feet / 100:.0f}"
        known = limit.as_published.replace(" ", "").upper() in ("", f"FL{level}", f"FL{level:0>3}")
        return f"flight level {level}" + ("" if known else f": {limit.as_published}")
    words = f"{feet:,} ft ({limit.value_m:.0f} m) {_ABOVE[limit.datum]}"
    plain = f"{feet:,} ft {_ABOVE[limit.datum]}"
    more = limit.as_published
    return words if not more or more == plain else f"{words}: {more}"


def band_words(zone: GeoZone) -> str:
    """Both limits in short: "the surface to 2,018 ft (615 m) above sea level"."""
    return "; ".join(f"{_short(layer.lower)} to {_short(layer.upper)}" for layer in zone.layers)


def _short(limit: Limit) -> str:
    return limit_words(Limit(limit.value_m, limit.datum))
