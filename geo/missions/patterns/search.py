"""Search patterns of the International Aeronautical and Maritime Search and Rescue Manual (IAMSAR,
IMO and ICAO), Volume III, chapter on searching: expanding square (SS) and sector search (VS)."""

from __future__ import annotations

from dataclasses import dataclass

from geo.missions.model import HeightDatum, MissionItem
from geo.missions.patterns.layout import (
    MOST_ACROSS_M,
    Metres,
    frame_of,
    height_of,
    item_at,
    moved,
    speed_of,
)
from geo.missions.refused import PlanRefused, require

SOURCE = "IAMSAR Manual, Volume III, searching"
_SECOND_TURN_DEG = 30.0


@dataclass(frozen=True, slots=True)
class ExpandingSquare:
    """From the datum outwards in squares, every turn 90 degrees.

    Legs are 1, 1, 2, 2, 3, 3, ... times the track spacing: with `legs` of them the search has
    covered a square of about (legs / 2) spacings on a side. The manual has the first leg usually
    go into the wind.

    Attributes:
        lat, lon: the datum: the most likely place. spacing_m: between neighbouring tracks.
        course_deg: of the first leg. clockwise: turns to the right, as the manual draws it.
        pitch_deg: of the camera; None: left as it is.
    """

    lat: float
    lon: float
    spacing_m: float
    legs: int
    height_m: float
    datum: HeightDatum = HeightDatum.HOME
    course_deg: float = 0.0
    clockwise: bool = True
    speed_mps: float | None = None
    pitch_deg: float | None = -90.0


@dataclass(frozen=True, slots=True)
class SectorSearch:
    """Three sectors through the datum: six legs along radii and three across, each as long as the
    radius; every turn at the rim is 120 degrees.

    Attributes:
        lat, lon: the datum. radius_m: of the circle that is searched.
        course_deg: of the first leg. clockwise: turns to the right, as the manual has it.
        second: flown once more, turned by 30 degrees, between the first's legs.
        pitch_deg: of the camera; None: left as it is.
    """

    lat: float
    lon: float
    radius_m: float
    height_m: float
    datum: HeightDatum = HeightDatum.HOME
    course_deg: float = 0.0
    clockwise: bool = True
    second: bool = False
    speed_mps: float | None = None
    pitch_deg: float | None = -90.0


def plan_expanding_square(asked: ExpandingSquare) -> tuple[MissionItem, ...]:
    """The datum, then the end of each leg. Raises PlanRefused."""
    require("spacing_m", asked.spacing_m, 1, 5000, "m")
    require("legs", asked.legs, 2, 200)
    across_m = (asked.legs + 1) // 2 * asked.spacing_m
    if across_m > MOST_ACROSS_M:
        raise PlanRefused(
            "legs",
            f"the longest would be {across_m / 1000:.1f} km.",
            f"Give fewer, or less spacing, for at most {MOST_ACROSS_M / 1000:g} km.",
        )
    turn = 90.0 if asked.clockwise else -90.0
    at: Metres = (0.0, 0.0)
    corners = [at]
    for leg in range(asked.legs):
        at = moved(at, asked.course_deg + leg * turn, (leg // 2 + 1) * asked.spacing_m)
        corners.append(at)
    return _items(asked, corners)


def plan_sector_search(asked: SectorSearch) -> tuple[MissionItem, ...]:
    """The datum, and each end of a leg; the datum again each time it is passed. Raises
    PlanRefused."""
    require("radius_m", asked.radius_m, 5, MOST_ACROSS_M / 2, "m")
    corners: list[Metres] = [(0.0, 0.0)]
    corners += _sectors(asked, asked.course_deg)
    if asked.second:
        turned = _SECOND_TURN_DEG if asked.clockwise else -_SECOND_TURN_DEG
        corners += _sectors(asked, asked.course_deg + turned)
    return _items(asked, corners)


def _sectors(asked: SectorSearch, course_deg: float) -> list[Metres]:
    """From the datum (which is not among them) back to it."""
    turn = 120.0 if asked.clockwise else -120.0
    centre: Metres = (0.0, 0.0)
    course, corners = course_deg, []
    for _sector in range(3):
        out = moved(centre, course, asked.radius_m)
        across = moved(out, course + turn, asked.radius_m)
        corners += [out, across, centre]
        course += 2 * turn  # back to the datum and straight on
    return corners


def _items(asked: ExpandingSquare | SectorSearch, corners: list[Metres]) -> tuple[MissionItem, ...]:
    require("course_deg", asked.course_deg, -360, 360, "degrees")
    frame = frame_of("lat, lon", [(asked.lat, asked.lon)])
    height_m = height_of(asked.height_m, asked.datum)
    if asked.pitch_deg is not None:
        require("pitch_deg", asked.pitch_deg, -90, 0, "degrees")
    return tuple(
        item_at(
            frame,
            at,
            height_m,
            asked.datum,
            speed_mps=speed_of(asked.speed_mps) if number == 0 else None,
            gimbal_pitch_deg=asked.pitch_deg if number == 0 else None,
        )
        for number, at in enumerate(corners)
    )
