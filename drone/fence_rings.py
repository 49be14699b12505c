"""Geofences between our rings and MAVSDK's polygons. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from mavsdk.plugins.geofence import FenceType, GeofenceData, Point, Polygon

from ground_station.core.agent_actions import GeofenceRing

MOST_RINGS, MOST_CORNERS = 64, 200  # of what the wire can tell
_OFF_DEG = 2e-7  # the wire's 1e-7, rounded twice


def fence_data(rings: Sequence[GeofenceRing]) -> GeofenceData:
    return GeofenceData(
        [
            Polygon(
                [Point(float(lat), float(lon)) for lat, lon in ring.points],
                FenceType.INCLUSION if ring.keep_in else FenceType.EXCLUSION,
            )
            for ring in rings
        ],
        [],
    )


def rings_differ(rings: Sequence[GeofenceRing], held: GeofenceData) -> str:
    """Where what the vehicle holds is not this, as a sentence's end; "" where it is."""
    if held.circles:
        return f"it holds {len(held.circles)} circles that nobody sent"
    if len(rings) != len(held.polygons):
        return f"it holds {len(held.polygons)} rings of {len(rings)}"
    for number, (ring, polygon) in enumerate(zip(rings, held.polygons, strict=True), 1):
        if (polygon.fence_type == FenceType.INCLUSION) != ring.keep_in:
            return f"ring {number} keeps {'out' if ring.keep_in else 'in'}"
        if len(ring.points) != len(polygon.points):
            return f"ring {number} has {len(polygon.points)} corners of {len(ring.points)}"
        for (lat, lon), point in zip(ring.points, polygon.points, strict=True):
            off = max(abs(lat - point.latitude_deg), abs(lon - point.longitude_deg))
            if not off <= _OFF_DEG:
                return f"a corner of ring {number} is elsewhere"
    return ""


def read_rings(held: GeofenceData) -> tuple[list[GeofenceRing] | None, str]:
    """What a vehicle holds, as our rings; None and why where that cannot be told whole."""
    if held.circles:
        return None, f"Its geofence has {len(held.circles)} circles, which no ring of ours is."
    if len(held.polygons) > MOST_RINGS:
        return None, f"Its geofence has {len(held.polygons)} rings; {MOST_RINGS} can be told."
    rings = []
    for number, polygon in enumerate(held.polygons, 1):
        points = [(point.latitude_deg, point.longitude_deg) for point in polygon.points]
        good = all(abs(lat) <= 90 and abs(lon) <= 180 for lat, lon in points)  # NaN is neither
        if not good or not 3 <= len(points) <= MOST_CORNERS:
            return None, f"Ring {number} of its geofence has {len(points)} corners, or a wrong one."
        rings.append(GeofenceRing(points, keep_in=polygon.fence_type == FenceType.INCLUSION))
    return rings, ""
