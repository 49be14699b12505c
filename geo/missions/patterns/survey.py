"""A survey of an area: parallel lines with pictures straight down that overlap."""

from __future__ import annotations

import math
from dataclasses import dataclass

import shapely

from geo.local_frame import LocalFrame
from geo.missions.model import HeightDatum, MissionItem
from geo.missions.patterns.camera import Spacing, SurveyCamera, spacing
from geo.missions.patterns.inside import Inside
from geo.missions.patterns.layout import (
    Metres,
    Place,
    area_of,
    course_deg,
    frame_of,
    item_at,
    moved,
    speed_of,
)
from geo.missions.patterns.lines import Lines, best_lines, cells_of, lines_over, ordered
from geo.missions.refused import MAX_ITEMS, PlanRefused, require, require_count

_STRAIGHT_DOWN = -90.0
# Ways round the notches of an area with more corners take seconds to find.
_MOST_CORNERS = 150
Piece = tuple[Metres, Metres]


@dataclass(frozen=True, slots=True)
class Survey:
    """What is to be surveyed, and how.

    Attributes:
        polygon: a ring of (lat, lon), the first not repeated; need not be convex. holes: rings in
            it that are not surveyed and, without a lead-in, not flown over.
        height_m: above the ground for TERRAIN; for HOME above home, with the ground taken to be as
            high as home. AMSL is refused: the height above the ground would not be known.
        overlap_front, overlap_side: of neighbouring pictures, 0 to 0.95.
        course_deg: of the lines, clockwise from north; None: that with the fewest turns.
        crosshatch: the same again at right angles.
        lead_in_m: each line is flown from so far before its start to so far behind its end; this
            and the turns then lie outside the polygon.
        start: (lat, lon); the corner nearest to it is flown first.
    """

    polygon: tuple[Place, ...]
    height_m: float
    camera: SurveyCamera
    overlap_front: float = 0.75
    overlap_side: float = 0.65
    holes: tuple[tuple[Place, ...], ...] = ()
    datum: HeightDatum = HeightDatum.TERRAIN
    course_deg: float | None = None
    crosshatch: bool = False
    lead_in_m: float = 0.0
    speed_mps: float | None = None
    start: Place | None = None


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    """What is flown.

    Attributes:
        gsd_m: of one pixel on the ground. lines_apart_m: at most what the overlap asks.
        photos_apart_m: along a line. photos: about how many. lines: pieces of lines.
        course_deg: of the lines, of the first pass.
        unseen_m2: of the area that no picture shows if the ground is level: at sharp corners, where
            a line ends before its strip does. More overlap, or lines along another edge, help.
    """

    items: tuple[MissionItem, ...]
    gsd_m: float
    lines_apart_m: float
    photos_apart_m: float
    photos: int
    lines: int
    course_deg: float
    unseen_m2: float


def plan_survey(asked: Survey) -> SurveyPlan:
    """Raises PlanRefused."""
    if asked.datum is HeightDatum.AMSL:
        raise PlanRefused(
            "datum",
            "above the sea, the height above the ground is not known, and so no overlap.",
            "Plan above the ground or above home.",
        )
    require("lead_in_m", asked.lead_in_m, 0, 500, "m")
    apart = spacing(
        asked.camera, asked.height_m, asked.overlap_front, asked.overlap_side, asked.speed_mps
    )
    corners = [*asked.polygon, *(each for hole in asked.holes for each in hole)]
    frame = frame_of("polygon", corners)
    if len(corners) > _MOST_CORNERS:
        raise PlanRefused(
            "polygon",
            f"it has {len(corners)} corners; at most {_MOST_CORNERS} can be surveyed.",
            "Simplify it, or split the area.",
        )
    area = area_of(frame, asked.polygon, asked.holes)
    least = _width_m(area) / apart.lines_m  # lines, in any direction: asked before all are tried
    require_count("polygon", 2 * math.floor(least), _remedy(math.floor(least)))
    passes = _passes(asked, area, apart.lines_m)
    require_count(
        "polygon", 2 * sum(each.pieces for each in passes), _remedy(sum(p.pieces for p in passes))
    )
    pieces = _flown(asked, frame, passes)
    items = _items(asked, frame, area, pieces, apart)
    return SurveyPlan(
        items=items,
        gsd_m=apart.gsd_m,
        lines_apart_m=passes[0].apart_m,
        photos_apart_m=apart.photos_m,
        photos=sum(math.floor(math.dist(*piece) / apart.photos_m) + 1 for piece in pieces),
        lines=len(pieces),
        course_deg=passes[0].course_deg,
        unseen_m2=_unseen_m2(asked, area, pieces),
    )


def _unseen_m2(asked: Survey, area: shapely.Polygon, pieces: list[Piece]) -> float:
    """Pictures are taken to the very ends of each line."""
    across_m, along_m = asked.camera.covers_m(asked.height_m)
    strips = []
    for start, end in pieces:
        course = course_deg(start, end)
        ends = moved(start, course, -along_m / 2), moved(end, course, along_m / 2)
        strips.append(shapely.LineString(ends).buffer(across_m / 2, cap_style="flat"))
    return float(area.difference(shapely.union_all(strips)).area)


def _width_m(area: shapely.Polygon) -> float:
    """The least, between two parallels."""
    corners = shapely.minimum_rotated_rectangle(area).exterior.coords
    return min(math.dist(corners[0], corners[1]), math.dist(corners[1], corners[2]))


def _remedy(lines: int) -> str:
    parts = math.ceil(2 * lines / MAX_ITEMS)
    return f"Fly higher, overlap less at the sides, or split the area into {parts} or more."


def _passes(asked: Survey, area: shapely.Polygon, apart_m: float) -> list[Lines]:
    if asked.course_deg is None:
        first = best_lines(area, apart_m)
    else:
        require("course_deg", asked.course_deg, -360, 360, "degrees")
        first = lines_over(area, asked.course_deg % 180, apart_m)
    passes = [first]
    if asked.crosshatch:
        passes.append(lines_over(area, (first.course_deg + 90) % 180, apart_m))
    if not all(each.pieces for each in passes):
        raise PlanRefused(
            "polygon", "no line of at least 0.5 m fits into it.", "Draw a larger one."
        )
    return passes


def _flown(asked: Survey, frame: LocalFrame, passes: list[Lines]) -> list[Piece]:
    at = None if asked.start is None else frame.from_wgs84(*asked.start)
    pieces: list[Piece] = []
    for each in passes:
        pieces += ordered(cells_of(each), at)
        at = pieces[-1][1]
    return pieces


def _items(
    asked: Survey, frame: LocalFrame, area: shapely.Polygon, pieces: list[Piece], apart: Spacing
) -> tuple[MissionItem, ...]:
    inside = Inside(area)
    places: list[tuple[Metres, float | None]] = []  # and photo_every_m
    lead_m = asked.lead_in_m
    for start, end in pieces:
        course = course_deg(start, end)
        if lead_m:
            places.append((moved(start, course, -lead_m), None))
        elif places:
            places += [(corner, None) for corner in inside.between(places[-1][0], start)]
        places += [(start, apart.photos_m), (end, 0.0)]
        if lead_m:
            places.append((moved(end, course, lead_m), None))
        require_count("polygon", len(places), _remedy(len(pieces)))
    return tuple(
        item_at(
            frame,
            at,
            asked.height_m,
            asked.datum,
            photo_every_m=every_m,
            gimbal_pitch_deg=_STRAIGHT_DOWN if number == 0 else None,
            speed_mps=speed_of(asked.speed_mps) if number == 0 else None,
        )
        for number, (at, every_m) in enumerate(places)
    )
