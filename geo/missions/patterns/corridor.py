"""A corridor along a line: passes side by side, there and back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import shapely

from geo.missions.model import HeightDatum, MissionItem
from geo.missions.patterns.camera import SurveyCamera, spacing
from geo.missions.patterns.layout import (
    Metres,
    Place,
    frame_of,
    height_of,
    in_metres,
    item_at,
    speed_of,
)
from geo.missions.refused import PlanRefused, require, require_count

_MITRE = 4.0  # a pass goes at most so many times its offset beyond a sharp corner
_SAME_M = 0.05
# Passes beside a line with more bends take seconds to find.
_MOST_BENDS = 150


@dataclass(frozen=True, slots=True)
class Corridor:
    """Along what, and how wide.

    Attributes:
        line: (lat, lon) places, at least two. width_m: in all, the line in the middle.
        camera: pictures straight down that overlap; `height_m` is then above the ground. None: no
            pictures, and `passes` must be said.
        passes: how many side by side; None: as many as the overlap needs.
        pitch_deg: of the camera; None: left as it is.
    """

    line: tuple[Place, ...]
    width_m: float
    height_m: float
    datum: HeightDatum = HeightDatum.TERRAIN
    camera: SurveyCamera | None = None
    overlap_front: float = 0.75
    overlap_side: float = 0.65
    passes: int | None = None
    speed_mps: float | None = None
    pitch_deg: float | None = -90.0


@dataclass(frozen=True, slots=True)
class CorridorPlan:
    """`photos_apart_m`, `gsd_m`: None without a camera."""

    items: tuple[MissionItem, ...]
    passes: int
    passes_apart_m: float
    photos_apart_m: float | None
    gsd_m: float | None


def plan_corridor(asked: Corridor) -> CorridorPlan:
    """Raises PlanRefused."""
    require("width_m", asked.width_m, 1, 2000, "m")
    if asked.pitch_deg is not None:
        require("pitch_deg", asked.pitch_deg, -90, 0, "degrees")
    passes, photos_m, gsd_m = _passes(asked)
    frame = frame_of("line", asked.line)
    line = _line_of(in_metres(frame, asked.line))
    _require_few(len(line.coords), passes)
    apart_m = asked.width_m / passes
    places: list[tuple[Metres, float | None]] = []
    for number in range(passes):
        side = _beside(line, (number + 0.5) * apart_m - asked.width_m / 2)
        if number % 2:
            side.reverse()
        every = [photos_m, *[None] * (len(side) - 2), 0.0 if photos_m else None]
        places += zip(side, every, strict=True)
    require_count("line", len(places), "Simplify the line, or fly fewer passes.")
    height_m = height_of(asked.height_m, asked.datum)
    items = tuple(
        item_at(
            frame,
            at,
            height_m,
            asked.datum,
            photo_every_m=every_m,
            gimbal_pitch_deg=asked.pitch_deg if number == 0 else None,
            speed_mps=speed_of(asked.speed_mps) if number == 0 else None,
        )
        for number, (at, every_m) in enumerate(places)
    )
    return CorridorPlan(items, passes, apart_m, photos_m, gsd_m)


def _passes(asked: Corridor) -> tuple[int, float | None, float | None]:
    """How many, metres between pictures, and ground sample distance."""
    if asked.passes is not None:
        require("passes", asked.passes, 1, 100)
    if asked.camera is None:
        if asked.passes is None:
            raise PlanRefused(
                "passes", "it is not said, and there is no camera.", "Give one of the two."
            )
        return asked.passes, None, None
    if asked.datum is HeightDatum.AMSL:
        raise PlanRefused(
            "datum",
            "above the sea, the height above the ground is not known, and so no overlap.",
            "Plan above the ground or above home.",
        )
    apart = spacing(
        asked.camera, asked.height_m, asked.overlap_front, asked.overlap_side, asked.speed_mps
    )
    count = asked.passes or max(1, math.ceil(asked.width_m / apart.lines_m - 1e-6))
    require("passes", count, 1, 100, "passes: fly higher, overlap less, or make it narrower")
    return count, apart.photos_m, apart.gsd_m


def _line_of(places: list[Metres]) -> shapely.LineString:
    kept = places[:1]
    kept += [at for before, at in pairwise(places) if before != at]
    if len(kept) < 2:
        raise PlanRefused("line", "it has fewer than two different places.", "Draw it longer.")
    line = shapely.LineString(kept)
    if not line.is_simple:
        raise PlanRefused("line", "it crosses itself.", "Split it where it does.")
    return line


def _require_few(places: int, passes: int) -> None:
    """Before passes are laid beside a line with far too many bends."""
    if passes > 1 and places > _MOST_BENDS:
        raise PlanRefused(
            "line",
            f"it has {places} places; with more than one pass at most {_MOST_BENDS}.",
            "Simplify it, or fly a single pass.",
        )
    if passes > 1:
        require_count("line", places * passes, "Simplify the line, or fly fewer passes.")


def _beside(line: shapely.LineString, right_m: float) -> list[Metres]:
    """The line moved to its right, in its own direction."""
    if abs(right_m) < 1e-6:
        return [(x, y) for x, y in line.coords]
    side = line.offset_curve(-right_m, join_style="mitre", mitre_limit=_MITRE)
    if side.geom_type != "LineString" or side.is_empty or side.length < 0.2 * line.length:
        raise PlanRefused(
            "width_m",
            f"{abs(right_m):.0f} m beside the line, its bends leave no way along it.",
            "Make it narrower, or the bends wider.",
        )
    return [(x, y) for x, y in shapely.simplify(side, _SAME_M).coords]
