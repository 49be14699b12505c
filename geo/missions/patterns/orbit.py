"""Round a place, the camera on its middle."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geo.missions.model import HeightDatum, MissionItem
from geo.missions.patterns.layout import (
    course_deg,
    frame_of,
    height_of,
    item_at,
    moved,
    speed_of,
)
from geo.missions.refused import PlanRefused, require, require_count


@dataclass(frozen=True, slots=True)
class Orbit:
    """A circle.

    Attributes:
        lat, lon: its middle. height_m: of the flight, above what `datum` says.
        target_height_m: what the camera looks at in the middle, above the same: 0 at the ground
            there for HOME and TERRAIN; must be said for AMSL.
        points: so many places a turn, the nose to the middle at each; 0: left to the autopilot,
            one item, clockwise.
        first_deg: the first point, seen from the middle, clockwise from north.
    """

    lat: float
    lon: float
    radius_m: float
    height_m: float
    datum: HeightDatum = HeightDatum.HOME
    turns: int = 1
    points: int = 0
    clockwise: bool = True
    first_deg: float = 0.0
    target_height_m: float | None = None
    speed_mps: float | None = None
    photos: bool = False


def plan_orbit(asked: Orbit) -> tuple[MissionItem, ...]:
    """Raises PlanRefused."""
    require("radius_m", asked.radius_m, 5, 1000, "m")
    require("turns", asked.turns, 1, 100)
    require("first_deg", asked.first_deg, -360, 360, "degrees")
    height_m, pitch_deg = height_of(asked.height_m, asked.datum), _pitch_deg(asked)
    frame = frame_of("lat, lon", [(asked.lat, asked.lon)])
    if asked.points == 0:
        return (_left_to_it(asked, pitch_deg),)
    require("points", asked.points, 4, 72)
    count = asked.points * asked.turns + 1
    require_count("points", count, "Give fewer points or turns.")
    step = 360 / asked.points * (1 if asked.clockwise else -1)
    items = []
    for number in range(count):
        at = moved((0.0, 0.0), asked.first_deg + number * step, asked.radius_m)
        first = number == 0
        items.append(
            item_at(
                frame,
                at,
                height_m,
                asked.datum,
                heading_deg=course_deg(at, (0.0, 0.0)),
                gimbal_pitch_deg=pitch_deg if first else None,
                speed_mps=speed_of(asked.speed_mps) if first else None,
                photo=asked.photos,
            )
        )
    return tuple(items)


def _left_to_it(asked: Orbit, pitch_deg: float) -> MissionItem:
    if not asked.clockwise:
        raise PlanRefused(
            "clockwise",
            "an orbit that is left to the autopilot goes clockwise.",
            "Give a number of points, or let it go clockwise.",
        )
    if asked.photos:
        raise PlanRefused(
            "photos", "an orbit left to the autopilot has no points.", "Give a number of points."
        )
    return MissionItem(
        asked.lat,
        asked.lon,
        asked.height_m,
        asked.datum,
        speed_mps=speed_of(asked.speed_mps),
        gimbal_pitch_deg=pitch_deg,
        orbit_radius_m=asked.radius_m,
        orbit_turns=asked.turns,
    )


def _pitch_deg(asked: Orbit) -> float:
    target_m = asked.target_height_m
    if target_m is None:
        if asked.datum is HeightDatum.AMSL:
            raise PlanRefused(
                "target_height_m",
                "how high the middle lies above the sea is not said.",
                "Give it, or plan the height above home or the ground.",
            )
        target_m = 0.0
    require("target_height_m", target_m, -500, 10_000, "m")
    pitch_deg = -math.degrees(math.atan2(asked.height_m - target_m, asked.radius_m))
    if pitch_deg > 60:
        raise PlanRefused(
            "target_height_m",
            f"the camera would have to look up by {pitch_deg:.0f} degrees.",
            "Fly higher or wider: at most 60.",
        )
    return pitch_deg
