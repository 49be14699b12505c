"""The autopilot's own geofence: is a place inside of what it may fly in? Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from drone.simulator.items import Cmd, Item, MissionResult

METRES_PER_DEGREE = 111_320.0
TYPE_ALTITUDE, TYPE_CIRCLE, TYPE_AREAS, TYPE_LOWEST = 1, 2, 4, 8  # FENCE_TYPE, a bit mask
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Areas:
    """What was uploaded. Rings of (lat, lon); circles of (lat, lon, radius in metres)."""

    keep_in: tuple[Ring, ...] = ()
    keep_out: tuple[Ring, ...] = ()
    circles_in: tuple[tuple[float, float, float], ...] = ()
    circles_out: tuple[tuple[float, float, float], ...] = ()

    def inside(self, lat: float, lon: float) -> bool:
        """Within every area to stay in, and in none to stay out of. No areas: everywhere."""
        if not all(ring_holds(ring, lat, lon) for ring in self.keep_in):
            return False
        if any(ring_holds(ring, lat, lon) for ring in self.keep_out):
            return False
        if not all(flat_m(lat, lon, *circle[:2]) <= circle[2] for circle in self.circles_in):
            return False
        return all(flat_m(lat, lon, *circle[:2]) > circle[2] for circle in self.circles_out)


def areas_of(items: Sequence[Item]) -> Areas | MissionResult:
    """The uploaded items put together, or why they make no fence."""
    rings: dict[int, list[Ring]] = {
        Cmd.FENCE_POLYGON_INCLUSION: [],
        Cmd.FENCE_POLYGON_EXCLUSION: [],
    }
    circles: dict[int, list[tuple[float, float, float]]] = {
        Cmd.FENCE_CIRCLE_INCLUSION: [],
        Cmd.FENCE_CIRCLE_EXCLUSION: [],
    }
    at = 0
    while at < len(items):
        item = items[at]
        if item.command in circles:
            circles[item.command].append((item.lat, item.lon, item.params[0]))
            at += 1
        elif item.command in rings:
            corners = int(item.params[0])
            ring = items[at : at + corners]
            if corners < 3 or len(ring) != corners:
                return MissionResult.INVALID_PARAM1
            if any(one.command != item.command or one.params[0] != corners for one in ring):
                return MissionResult.INVALID_PARAM1
            rings[item.command].append(tuple((one.lat, one.lon) for one in ring))
            at += corners
        else:
            at += 1
    return Areas(
        keep_in=tuple(rings[Cmd.FENCE_POLYGON_INCLUSION]),
        keep_out=tuple(rings[Cmd.FENCE_POLYGON_EXCLUSION]),
        circles_in=tuple(circles[Cmd.FENCE_CIRCLE_INCLUSION]),
        circles_out=tuple(circles[Cmd.FENCE_CIRCLE_EXCLUSION]),
    )


def ring_holds(ring: Ring, lat: float, lon: float) -> bool:
    """Whether a place lies in a ring, by the even-odd rule in degrees."""
    inside = False
    before_lat, before_lon = ring[-1]
    for corner_lat, corner_lon in ring:
        if (corner_lat > lat) != (before_lat > lat):
            part = (lat - corner_lat) / (before_lat - corner_lat)
            if lon < corner_lon + part * (before_lon - corner_lon):
                inside = not inside
        before_lat, before_lon = corner_lat, corner_lon
    return inside


def flat_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Metres between places near each other; a fence needs no geodesics."""
    north = (other_lat - lat) * METRES_PER_DEGREE
    east = (other_lon - lon) * METRES_PER_DEGREE * math.cos(math.radians(lat))
    return math.hypot(east, north)
