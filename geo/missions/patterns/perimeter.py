"""Along the edge of an area, some way inside of it, the nose and camera to the inside."""

from __future__ import annotations

import math
from dataclasses import dataclass

import shapely

from geo.missions.model import HeightDatum, MissionItem
from geo.missions.patterns.layout import (
    Metres,
    Place,
    area_of,
    course_deg,
    frame_of,
    height_of,
    item_at,
    moved,
    speed_of,
)
from geo.missions.refused import PlanRefused, require, require_count

_SAME_M = 0.05


@dataclass(frozen=True, slots=True)
class Perimeter:
    """A round.

    Attributes:
        polygon: a ring of (lat, lon), the first not repeated.
        inset_m: so far inside the edge; 0: on it.
        clockwise: seen from above. laps: how many rounds.
        every_m: a place at least each so many metres, so that the nose is turned again; None: at
            the corners only.
        pitch_deg: of the camera. start: the corner nearest to it is flown first.
    """

    polygon: tuple[Place, ...]
    height_m: float
    datum: HeightDatum = HeightDatum.HOME
    inset_m: float = 0.0
    clockwise: bool = True
    laps: int = 1
    every_m: float | None = None
    pitch_deg: float = -45.0
    speed_mps: float | None = None
    start: Place | None = None


def plan_perimeter(asked: Perimeter) -> tuple[MissionItem, ...]:
    """Ends where it began. Raises PlanRefused."""
    require("inset_m", asked.inset_m, 0, 2000, "m")
    require("laps", asked.laps, 1, 50)
    require("pitch_deg", asked.pitch_deg, -90, 30, "degrees")
    if asked.every_m is not None:
        require("every_m", asked.every_m, 2, 5000, "m")
    height_m = height_of(asked.height_m, asked.datum)
    frame = frame_of("polygon", asked.polygon)
    ring = _ring(area_of(frame, asked.polygon), asked.inset_m)
    if asked.clockwise:
        ring.reverse()
    if asked.start is not None:
        near = frame.from_wgs84(*asked.start)
        first = min(range(len(ring)), key=lambda n: math.dist(ring[n], near))
        ring = ring[first:] + ring[:first]
    lap = _with_headings(ring, asked)
    places = lap * asked.laps + lap[:1]
    require_count("polygon", len(places), "Simplify it, give fewer laps, or a larger every_m.")
    return tuple(
        item_at(
            frame,
            at,
            height_m,
            asked.datum,
            heading_deg=heading,
            gimbal_pitch_deg=asked.pitch_deg if number == 0 else None,
            speed_mps=speed_of(asked.speed_mps) if number == 0 else None,
        )
        for number, (at, heading) in enumerate(places)
    )


def _ring(area: shapely.Polygon, inset_m: float) -> list[Metres]:
    """Counter-clockwise, not closed."""
    inner = area if not inset_m else area.buffer(-inset_m, join_style="mitre")
    if inner.is_empty:
        raise PlanRefused("inset_m", "nothing of the area is left inside of it.", "Give less.")
    if inner.geom_type != "Polygon":
        raise PlanRefused(
            "inset_m",
            f"it splits the area into {len(inner.geoms)} parts.",
            "Give less, or draw one part at a time.",
        )
    ring = shapely.orient_polygons(shapely.simplify(inner, _SAME_M)).exterior
    return [(x, y) for x, y in ring.coords[:-1]]


def _with_headings(ring: list[Metres], asked: Perimeter) -> list[tuple[Metres, float]]:
    """Each place with the heading square to the side that begins there, to the inside."""
    inwards = 90.0 if asked.clockwise else -90.0
    found = []
    for start, end in zip(ring, ring[1:] + ring[:1], strict=True):
        far_m, course = math.dist(start, end), course_deg(start, end)
        parts = 1 if asked.every_m is None else max(1, math.ceil(far_m / asked.every_m - 0.01))
        require_count("every_m", parts, "Give a larger one.")
        heading = (course + inwards) % 360
        found += [(moved(start, course, far_m * n / parts), heading) for n in range(parts)]
    return found
