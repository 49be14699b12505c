"""The volume round a way that a flight was approved for, and when an aircraft leaves it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import shapely

from geo.local_frame import LocalFrame
from geo.zones.check import Kinematics, ZoneIndex
from geo.zones.model import (
    Datum,
    GeoZone,
    Layer,
    Limit,
    Polygon,
    Restriction,
    ZoneDataset,
)
from geo.zones.shapes import GEOD
from geo.zones.touches import touched

MAX_REACH_M = 20_000.0


def corridor(
    path: Sequence[tuple[float, float]], half_width_m: float, ceiling_amsl_m: float
) -> ZoneIndex:
    """A corridor from the ground to a ceiling, as an index of one zone.

    Args:
        path: (lat, lon), at least one place, within 20 km of the first.

    Raises:
        ValueError: no place, one that is none or too far, or a width that is none.
    """
    if not path or not 0 < half_width_m <= 5_000 or not math.isfinite(ceiling_amsl_m):
        raise ValueError("A corridor needs a way, a width and a ceiling.")
    frame = LocalFrame(*path[0])
    metres = [frame.from_wgs84(lat, lon) for lat, lon in path]
    if not all(math.hypot(*one) <= MAX_REACH_M for one in metres):  # a NaN fails too
        raise ValueError("The way goes further than 20 km from its first place.")
    apart = [metres[0], *(b for a, b in itertools.pairwise(metres) if math.dist(a, b) > 0.01)]
    line = shapely.Point(apart[0]) if len(apart) == 1 else shapely.LineString(apart)
    shape = line.buffer(half_width_m, quad_segs=16)
    assert isinstance(shape, shapely.Polygon)  # of one line
    rings = [
        tuple(frame.to_wgs84(x, y) for x, y in ring.coords[:-1])
        for ring in (shape.exterior, *shape.interiors)
    ]
    zone = GeoZone(
        zone_id="approved",
        name="Approved volume",
        kind="volume",
        restriction=Restriction.INFORMATION,
        layers=(
            Layer(
                (Polygon(rings[0], tuple(rings[1:])),),
                Limit(0.0, Datum.SURFACE),
                Limit(ceiling_amsl_m, Datum.AMSL),
            ),
        ),
        authority="",
        contact="",
        law="",
        source="",
    )
    return ZoneIndex(ZoneDataset("Approved volume", False, None, None, (zone,)))


def leaves_in_s(volume: ZoneIndex, vehicle: Kinematics, look_ahead_s: float) -> float | None:
    """After how many seconds of its present course and climb it leaves a volume; 0: it is outside
    now; None: not within the look ahead. Its errors are not counted: they would make every flight
    along an edge a breach.
    """
    speed_mps = math.hypot(vehicle.north_mps, vehicle.east_mps)
    course_deg = math.degrees(math.atan2(vehicle.east_mps, vehicle.north_mps))
    lon, lat, _back = GEOD.fwd(vehicle.lon, vehicle.lat, course_deg, speed_mps * look_ahead_s)
    now = replace(vehicle, position_error_m=0.0, height_error_m=0.0)
    alt = now.alt_amsl_m
    then = replace(
        now,
        lat=float(lat),
        lon=float(lon),
        alt_amsl_m=None if alt is None else alt + now.climb_mps * look_ahead_s,
    )
    found = touched(volume, [now, then])
    stretches = [one for touch in found for one in touch.stretches]
    inside_until = 0.0
    for one in sorted(stretches, key=lambda each: each.from_part):
        if one.from_part > inside_until + 1e-9:
            break
        inside_until = max(inside_until, one.until_part)
    if not stretches or min(one.from_part for one in stretches) > 1e-9:
        return 0.0
    return None if inside_until >= 1.0 - 1e-9 else inside_until * look_ahead_s
