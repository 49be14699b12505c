"""Whether a way stays inside a recorded volume."""

from __future__ import annotations

from datetime import datetime

import shapely
from pyproj import Proj

from geo.airspace.case import Case
from geo.airspace.plan import Volume4D
from geo.airspace.route import above_ground, above_sea
from geo.zones.check import Kinematics
from geo.zones.heights import GeoidModel
from geo.zones.model import Datum
from geo.zones.shapes import densified_ring

_EDGE_M = 0.01  # so that rounding does not decide on the boundary


def legs_outside(case: Case, volume: Volume4D) -> tuple[tuple[int, ...], str]:
    """The plan's legs that leave the volume, and why; what is not known counts as outside."""
    outside: set[int] = set()
    reasons: list[str] = []
    if not _in_time(case, volume):
        outside |= set(case.route.leg_of)
        reasons.append("at another time")
    for name, legs in (
        ("beside its outline", _beside(case, volume)),
        ("above or below it, or at a height that is not known", _out_of_band(case, volume)),
    ):
        if legs:
            outside |= legs
            reasons.append(name)
    return tuple(sorted(outside)), ", ".join(reasons)


def _in_time(case: Case, volume: Volume4D) -> bool:
    starts, ends = case.route.starts, case.route.ends
    return _after(starts, volume.begins) and _after(volume.ends, ends, open_ended=True)


def _after(later: datetime | None, earlier: datetime | None, *, open_ended: bool = False) -> bool:
    limit = later if open_ended else earlier
    if limit is None:
        return True
    return later is not None and earlier is not None and later >= earlier


def _beside(case: Case, volume: Volume4D) -> set[int]:
    lats, lons = densified_ring(volume.ring)
    project = Proj(proj="aeqd", lat_0=float(lats.mean()), lon_0=float(lons.mean()), ellps="WGS84")
    outline = shapely.Polygon(list(zip(*project(lons, lats), strict=True))).buffer(_EDGE_M)
    outside: set[int] = set()
    points = case.route.points
    for piece, leg in enumerate(case.route.leg_of):
        ends = points[piece : piece + 2]
        places = [project(point.lon, point.lat) for point in ends]
        way = shapely.Point(places[0]) if len(places) == 1 else shapely.LineString(places)
        margin_m = ends[0].position_error_m
        if not outline.covers(way.buffer(margin_m) if margin_m else way):
            outside.add(leg)
    return outside


def _out_of_band(case: Case, volume: Volume4D) -> set[int]:
    outside: set[int] = set()
    for piece, leg in enumerate(case.route.leg_of):
        for point in case.route.points[piece : piece + 2]:
            height = _height(point, volume.datum, case.geoid)
            if height is None or not (
                volume.lower_m <= height[0] - point.height_error_m
                and height[1] + point.height_error_m <= volume.upper_m
            ):
                outside.add(leg)
    return outside


def _height(point: Kinematics, datum: Datum, geoid: GeoidModel) -> tuple[float, float] | None:
    if datum in (Datum.AGL, Datum.SURFACE):
        return above_ground(point, geoid)
    if datum is Datum.AMSL:
        return above_sea(point, geoid)
    if datum is Datum.HAE and point.hae_m is not None:
        return point.hae_m, point.hae_m
    separation = geoid(point.lat, point.lon)
    sea = above_sea(point, geoid)
    if datum is not Datum.HAE or separation is None or sea is None:
        return None
    return sea[0] + separation[0] - separation[1], sea[1] + separation[0] + separation[1]
