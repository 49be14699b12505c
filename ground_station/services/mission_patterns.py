"""Patterns as they are asked for, with the camera of whoever flies them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import shapely

from geo.missions import HeightDatum, MissionItem
from geo.missions.motion import leg_between
from geo.missions.patterns import (
    Corridor,
    ExpandingSquare,
    Orbit,
    Perimeter,
    SectorSearch,
    Survey,
    SurveyCamera,
    plan_corridor,
    plan_expanding_square,
    plan_orbit,
    plan_perimeter,
    plan_sector_search,
    plan_survey,
)
from geo.missions.patterns.layout import area_of, frame_of
from geo.missions.refused import PlanRefused, require
from geo.terrain import Terrain
from ground_station.core.crew import CameraModel
from ground_station.services.mission_refusals import POINTS, told

ORBIT_POINTS: Final = 24  # a turn, where the autopilot's own circle will not do
STRAIGHT_DOWN: Final = -90.0
LOOK_INSIDE: Final = -45.0
LEAST_UNSEEN_M2: Final = 1.0


@dataclass(frozen=True, slots=True)
class PatternAsked:
    """What is asked for.

    Attributes:
        points: (lat, lon): a polygon (survey, perimeter), a line (corridor), the middle alone.
        camera: the asker's own; None: that of the vehicle.
        spacing_m: between tracks of an expanding square; between points along a perimeter.
        others: as `PatternRequest` has them.
    """

    kind: str
    points: tuple[tuple[float, float], ...]
    height_m: float
    datum: HeightDatum
    speed_mps: float | None = None
    camera: CameraModel | None = None
    overlap_front: float = 0.75
    overlap_side: float = 0.65
    angle_deg: float | None = None
    crosshatch: bool = False
    width_m: float | None = None
    passes: int | None = None
    radius_m: float | None = None
    turns: int = 1
    clockwise: bool = True
    inset_m: float = 0.0
    laps: int = 1
    spacing_m: float | None = None
    legs: int | None = None
    course_deg: float = 0.0
    pitch_deg: float | None = None
    second_sector: bool = False


@dataclass(frozen=True, slots=True)
class PatternMade:
    """The items, and what a person should know of them. None: it takes no pictures, or has no
    area."""

    items: tuple[MissionItem, ...]
    notes: tuple[str, ...] = ()
    gsd_m: float | None = None
    photos: int | None = None
    area_m2: float | None = None


def made(asked: PatternAsked, camera: CameraModel | None, terrain: Terrain | None) -> PatternMade:
    """Lay it out.

    Args:
        camera: of the vehicle, where the asker gives none.

    Raises:
        InvalidInput: a field that it needs is not there or wrong, by its name.
    """
    with told(POINTS):
        return _KINDS[asked.kind](asked, _camera(asked.camera or camera), terrain)


def _camera(model: CameraModel | None) -> SurveyCamera | None:
    if model is None:
        return None
    return SurveyCamera.of_view(model.hfov_deg, model.width_px, model.height_px)


def _needed(asked: PatternAsked, name: str) -> float:
    value: float | None = getattr(asked, name)
    if value is None:
        raise PlanRefused(name, f"the pattern {asked.kind} needs it.", "Give it.")
    return value


def _middle(asked: PatternAsked) -> tuple[float, float]:
    if len(asked.points) != 1:
        raise PlanRefused(
            "points", f"there are {len(asked.points)}.", f"The pattern {asked.kind} has one place."
        )
    return asked.points[0]


def _survey(asked: PatternAsked, camera: SurveyCamera | None, _: Terrain | None) -> PatternMade:
    if camera is None:
        raise PlanRefused(
            "camera_hfov_deg",
            "no camera is known.",
            "Give field of view, width and height, or record the camera with the aircraft.",
        )
    plan = plan_survey(
        Survey(
            polygon=asked.points,
            height_m=asked.height_m,
            camera=camera,
            overlap_front=asked.overlap_front,
            overlap_side=asked.overlap_side,
            datum=asked.datum,
            course_deg=asked.angle_deg,
            crosshatch=asked.crosshatch,
            speed_mps=asked.speed_mps,
        )
    )
    notes = [f"{plan.lines} lines, {plan.lines_apart_m:.1f} m apart, on {plan.course_deg:.0f}°."]
    if plan.unseen_m2 >= LEAST_UNSEEN_M2:
        notes.append(
            f"No picture shows {plan.unseen_m2:.0f} m² at sharp corners: more overlap, or lines "
            "along another edge, help."
        )
    notes += _heights_note(asked)
    return PatternMade(plan.items, tuple(notes), plan.gsd_m, plan.photos, _area_m2(asked.points))


def _corridor(asked: PatternAsked, camera: SurveyCamera | None, _: Terrain | None) -> PatternMade:
    # With passes said and a height above the sea it is flown without reckoning pictures.
    taken = None if asked.datum is HeightDatum.AMSL and asked.passes is not None else camera
    plan = plan_corridor(
        Corridor(
            line=asked.points,
            width_m=_needed(asked, "width_m"),
            height_m=asked.height_m,
            datum=asked.datum,
            camera=taken,
            overlap_front=asked.overlap_front,
            overlap_side=asked.overlap_side,
            passes=asked.passes,
            speed_mps=asked.speed_mps,
            pitch_deg=STRAIGHT_DOWN if asked.pitch_deg is None else asked.pitch_deg,
        )
    )
    notes = [f"{plan.passes} passes, {plan.passes_apart_m:.1f} m apart."]
    if plan.photos_apart_m is None:
        notes.append("No pictures are taken on the way: no camera was reckoned with.")
    else:
        notes += _heights_note(asked)
    photos = None if plan.photos_apart_m is None else _photos(plan.items)
    return PatternMade(plan.items, tuple(notes), plan.gsd_m, photos)


def _orbit(asked: PatternAsked, _: SurveyCamera | None, terrain: Terrain | None) -> PatternMade:
    lat, lon = _middle(asked)
    target_m = None
    if asked.datum is HeightDatum.AMSL:
        target_m = None if terrain is None else terrain.ground_amsl_m(lat, lon)
        if target_m is None:
            raise PlanRefused(
                "datum",
                "how high the ground in the middle is above the sea is not known.",
                "Give a height above home or the ground.",
            )
    items = plan_orbit(
        Orbit(
            lat=lat,
            lon=lon,
            radius_m=_needed(asked, "radius_m"),
            height_m=asked.height_m,
            datum=asked.datum,
            turns=asked.turns,
            points=0 if asked.clockwise else ORBIT_POINTS,
            clockwise=asked.clockwise,
            target_height_m=target_m,
            speed_mps=asked.speed_mps,
        )
    )
    notes = ["The autopilot flies the circle by itself, clockwise."]
    if not asked.clockwise:
        notes = [f"{ORBIT_POINTS} points a turn: autopilots' own circles go clockwise."]
    return PatternMade(_pitched(items, asked.pitch_deg), tuple(notes))


def _perimeter(asked: PatternAsked, _: SurveyCamera | None, __: Terrain | None) -> PatternMade:
    items = plan_perimeter(
        Perimeter(
            polygon=asked.points,
            height_m=asked.height_m,
            datum=asked.datum,
            inset_m=asked.inset_m,
            clockwise=asked.clockwise,
            laps=asked.laps,
            every_m=asked.spacing_m,
            pitch_deg=LOOK_INSIDE if asked.pitch_deg is None else asked.pitch_deg,
            speed_mps=asked.speed_mps,
        )
    )
    return PatternMade(items, area_m2=_area_m2(asked.points))


def _square(asked: PatternAsked, _: SurveyCamera | None, __: Terrain | None) -> PatternMade:
    lat, lon = _middle(asked)
    return PatternMade(
        plan_expanding_square(
            ExpandingSquare(
                lat=lat,
                lon=lon,
                spacing_m=_needed(asked, "spacing_m"),
                legs=int(_needed(asked, "legs")),
                height_m=asked.height_m,
                datum=asked.datum,
                course_deg=asked.course_deg,
                clockwise=asked.clockwise,
                speed_mps=asked.speed_mps,
                pitch_deg=STRAIGHT_DOWN if asked.pitch_deg is None else asked.pitch_deg,
            )
        )
    )


def _sectors(asked: PatternAsked, _: SurveyCamera | None, __: Terrain | None) -> PatternMade:
    lat, lon = _middle(asked)
    radius_m = _needed(asked, "radius_m")
    items = plan_sector_search(
        SectorSearch(
            lat=lat,
            lon=lon,
            radius_m=radius_m,
            height_m=asked.height_m,
            datum=asked.datum,
            course_deg=asked.course_deg,
            clockwise=asked.clockwise,
            second=asked.second_sector,
            speed_mps=asked.speed_mps,
            pitch_deg=STRAIGHT_DOWN if asked.pitch_deg is None else asked.pitch_deg,
        )
    )
    return PatternMade(items, area_m2=math.pi * radius_m**2)


_Kind = Callable[[PatternAsked, SurveyCamera | None, Terrain | None], PatternMade]
_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "survey": _survey,
        "corridor": _corridor,
        "orbit": _orbit,
        "perimeter": _perimeter,
        "expanding_square": _square,
        "sector_search": _sectors,
    }
)


def _pitched(items: Sequence[MissionItem], pitch_deg: float | None) -> tuple[MissionItem, ...]:
    """With the camera as it is asked for, instead of at the middle."""
    if pitch_deg is None:
        return tuple(items)
    require("pitch_deg", pitch_deg, -90, 30, "degrees")
    return (replace(items[0], gimbal_pitch_deg=pitch_deg), *items[1:])


def _heights_note(asked: PatternAsked) -> list[str]:
    if asked.datum is not HeightDatum.HOME:
        return []
    return ["Overlap and pixels hold where the ground is as high as home."]


def _area_m2(ring: tuple[tuple[float, float], ...]) -> float:
    return float(shapely.area(area_of(frame_of("polygon", ring), ring)))


def _photos(items: Sequence[MissionItem]) -> int:
    """About how many are taken along the legs that take some."""
    total, every_m = 0, 0.0
    for before, item in pairwise(items):
        if before.photo_every_m is not None:
            every_m = before.photo_every_m
            total += 1 if every_m else 0
        if every_m:
            far_m = leg_between((before.lat, before.lon), (item.lat, item.lon))[0]
            total += math.floor(far_m / every_m)
    return total
