"""A plan's file and a vehicle's place made into what `run.py sortie` sends and judges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from geo.airspace.plan import Category, FlightPlan, Operator, PathPoint, Permission
from geo.airspace.verdict import Against, Judgement, Verdict, judge
from geo.formats.reading import FileRefused
from geo.local_frame import LocalFrame
from geo.missions import AtEnd, HeightDatum, Mission, MissionItem
from geo.missions.formats import MAX_FILE_BYTES, read
from geo.zones import Datum, OperatorType
from ground_station.cli.zones_check import file_bytes
from ground_station.core import agent_actions as act
from ground_station.core.agent_actions import UploadMission, WireMissionItem
from ground_station.core.agent_vehicles import HomeReading, VehicleReport
from ground_station.core.errors import InvalidInput, Unprocessable

RETURN_HEIGHT_M = 60.0  # of an autopilot that does not say: the higher of the usual defaults
MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class Flyer:
    """Whose flight it is. None: not said, and then not judged."""

    operator: OperatorType | None
    category: Category | None
    permissions: tuple[tuple[str, str], ...]


def read_plan(path: Path) -> tuple[Mission, tuple[str, ...]]:
    """A mission's file in any format, and what of it is not in the mission.

    Raises:
        InvalidInput: it cannot be opened or read, by its line or item.
    """
    data = file_bytes(path, MAX_FILE_BYTES)
    try:
        made = read(data)
    except FileRefused as error:
        raise InvalidInput(f"{path}: {error}", "Correct the plan.") from error
    return made.mission, made.notes


def upload_of(mission: Mission) -> UploadMission:
    """What the vehicle is sent. A plan that does not say how it ends returns home: nothing is left
    in the air.

    Raises:
        Unprocessable: it has no waypoint, or a height above terrain, which is not known here.
    """
    if not mission.items:
        raise Unprocessable("The plan has no waypoint to fly to.", "Add one.")
    return UploadMission(
        [wire_item(item, number) for number, item in enumerate(mission.items, 1)],
        return_at_end=mission.at_end is not AtEnd.LAND,
        land_at_end=mission.at_end is AtEnd.LAND,
    )


def wire_item(item: MissionItem, number: int) -> WireMissionItem:
    """One waypoint. Raises Unprocessable for a height above terrain."""
    if item.datum is HeightDatum.TERRAIN:
        raise Unprocessable(
            f"Waypoint {number} has its height above terrain, and no terrain is known here.",
            "Give heights above home or above the sea, or plan it on the station.",
        )
    return WireMissionItem(
        lat=item.lat,
        lon=item.lon,
        height_m=item.height_m,
        speed_mps=item.speed_mps,
        hold_s=item.hold_s,
        datum=act.HeightDatum(item.datum.value),
        gimbal_pitch_deg=item.gimbal_pitch_deg,
        heading_deg=item.heading_deg,
        photo=item.photo,
        photo_every_m=item.photo_every_m,
        orbit_radius_m=item.orbit_radius_m,
        orbit_turns=item.orbit_turns,
    )


def amsl_m(item: WireMissionItem, home: HomeReading) -> float:
    """How high a waypoint is above the sea."""
    return item.height_m + (home.alt_amsl_m if item.datum is act.HeightDatum.HOME else 0.0)


def way(
    mission: UploadMission, home: HomeReading, return_height_m: float | None
) -> list[PathPoint]:
    """From home over every waypoint (round it, for an orbit) and home again, heights above the sea,
    as high as the autopilot returns."""
    stops: list[PathPoint] = []
    for item in mission.items:
        alt = amsl_m(item, home)
        stops += [PathPoint(lat, lon, alt, item.speed_mps) for lat, lon in _over(item)]
    start = PathPoint(home.lat, home.lon, home.alt_amsl_m)
    path = [start, replace(start, height_m=stops[0].height_m), *stops]
    last = path[-1]
    if mission.return_at_end:
        assert last.height_m is not None
        above = RETURN_HEIGHT_M if return_height_m is None else return_height_m
        back = max(last.height_m, home.alt_amsl_m + above)
        path += [replace(last, height_m=back), replace(start, height_m=back), start]
    elif mission.land_at_end:
        path.append(replace(last, height_m=home.alt_amsl_m))
    return path


def _over(item: WireMissionItem) -> Sequence[tuple[float, float]]:
    """The place, or the circle round it."""
    if item.orbit_radius_m is None:
        return [(item.lat, item.lon)]
    frame = LocalFrame(item.lat, item.lon)
    angles = [2 * math.pi * n / 24 for n in range(25)]
    radius = item.orbit_radius_m / math.cos(math.pi / 24)  # its edges stay outside of the circle
    return [frame.to_wgs84(radius * math.cos(a), radius * math.sin(a)) for a in angles]


def judged(
    mission: UploadMission,
    report: VehicleReport,
    flyer: Flyer,
    against: Against,
    return_height_m: float | None,
    starts: datetime,
) -> Judgement:
    """The airspace's verdict on the whole flight. The ground is taken to be as high as home.

    Raises:
        Unprocessable: where it would start is not known, or it cannot be judged.
    """
    if report.home is None:
        raise Unprocessable("Its home is not known: the flight cannot be judged.")
    plan = FlightPlan(
        path=tuple(way(mission, report.home, return_height_m)),
        height_m=None,
        datum=Datum.AMSL,
        operator=Operator(
            type=flyer.operator,
            category=flyer.category,
            permissions=tuple(Permission(zone, given) for zone, given in flyer.permissions),
        ),
        ground_amsl_m=report.home.alt_amsl_m,
        starts=starts,
    )
    try:
        return judge(plan, against)
    except (ValueError, OverflowError) as error:
        raise Unprocessable(f"This plan cannot be judged: {error}") from error


def words_of(judgement: Judgement) -> str:
    """The verdict and its reasons, in a line or two."""
    said = " ".join(reason.text for reason in judgement.reasons[:MOST_REASONS])
    return f"{judgement.verdict.value}. {said}".strip()


def may_fly(judgement: Judgement, *, simulated: bool) -> bool:
    """UNKNOWN is never allowed, but for a vehicle that is none: nothing flies there."""
    allowed = judgement.verdict in (Verdict.ALLOWED, Verdict.ALLOWED_EXEMPT)
    return allowed or (simulated and judgement.verdict is Verdict.UNKNOWN)


def reach(mission: UploadMission, home: HomeReading) -> tuple[float, float]:
    """The farthest from home and the highest above it, in metres."""
    frame = LocalFrame(home.lat, home.lon)
    away = [
        math.hypot(*frame.from_wgs84(item.lat, item.lon)) + (item.orbit_radius_m or 0.0)
        for item in mission.items
    ]
    return max(away), max(amsl_m(item, home) - home.alt_amsl_m for item in mission.items)
