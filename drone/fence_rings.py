"""Geofences between our rings and MAVSDK's polygons. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from mavsdk.plugins.geofence import FenceType, GeofenceData, Point, Polygon

from ground_station.core.agent_actions import GeofenceRing

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
