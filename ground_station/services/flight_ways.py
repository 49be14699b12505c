"""The way that a flight would take, for the zones; and how far and how high it may go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geo.local_frame import LocalFrame
from geo.terrain import Terrain
from geo.zones import Kinematics
from ground_station.core.agent_actions import (
    ChangeHeight,
    GoTo,
    HeightDatum,
    Orbit,
    TakeOff,
    UploadMission,
    WireMissionItem,
)
from ground_station.core.agent_vehicles import HomeReading, PositionReading, VehicleReport

MAX_DISTANCE_M = 10_000.0  # an autopilot takes a place 500 km away
MAX_HEIGHT_M = 120.0
MIN_HEIGHT_M = 1.5
HEIGHT_LAW = (
    "120 m above the ground is the most that is allowed "
    "(UK Regulation (EU) 2019/947, article 4(1)(e))."
)
# Where a vehicle has not told how high it returns: ArduPilot's default is 15 m above home, PX4's
# 60 m; the higher is reckoned with.
RETURN_HEIGHT_M = 60.0
SAMPLE_EVERY_M = 50.0
MAX_SAMPLES = 2000  # of one flight
MAX_WAY_POINTS = 2000  # what the verdict judges
CIRCLE_CORNERS = 12


@dataclass(frozen=True, slots=True)
class Home:
    """`at`: the place. `return_height_m`: above it, at which the vehicle flies home, as it told;
    None: it did not."""

    at: HomeReading
    return_height_m: float | None = None


def go_to_way(position: PositionReading, target: GoTo, terrain: Terrain | None) -> list[Kinematics]:
    """Straight to the target, and with the climb first or the descent last: the autopilot decides
    which, so all of it is checked."""
    start = _point(position.lat, position.lon, position.alt_amsl_m, terrain)
    end = _point(target.lat, target.lon, target.alt_amsl_m, terrain)
    if position.alt_amsl_m == target.alt_amsl_m:
        return [start, end]
    top = max(position.alt_amsl_m, target.alt_amsl_m)
    return [
        start,
        end,
        _point(target.lat, target.lon, top, terrain),
        _point(position.lat, position.lon, top, terrain),
        start,
    ]


def take_off_way(
    position: PositionReading, base_amsl_m: float, action: TakeOff, terrain: Terrain | None
) -> list[Kinematics]:
    """The column above the place."""
    top = base_amsl_m + action.height_home_m
    return [_point(position.lat, position.lon, alt, terrain) for alt in (position.alt_amsl_m, top)]


def orbit_way(
    position: PositionReading, action: Orbit, terrain: Terrain | None
) -> list[Kinematics]:
    """The straight way to its edge, with the climb first or the descent last, and the whole circle
    at both heights: an autopilot may climb while it circles. From its very middle nobody can tell
    which way it leaves: then that way goes out to every corner."""
    ring = circle(action.lat, action.lon, action.radius_m)
    corners = _from_nearest(ring, position.lat, position.lon)
    in_the_middle = distance_m(position.lat, position.lon, action.lat, action.lon) < 1.0
    entries = corners[:-1] if in_the_middle else corners[:1]
    way: list[Kinematics] = []
    for lat, lon in entries:
        way += go_to_way(position, GoTo(lat, lon, action.alt_amsl_m), terrain)
    entry = _point(*entries[-1], action.alt_amsl_m, terrain)
    way.append(entry)
    for alt in dict.fromkeys((action.alt_amsl_m, position.alt_amsl_m)):
        way += [_point(lat, lon, alt, terrain) for lat, lon in corners]
    return way


def height_way(
    position: PositionReading, action: ChangeHeight, terrain: Terrain | None
) -> list[Kinematics]:
    """The column where it is."""
    return [
        _point(position.lat, position.lon, alt, terrain)
        for alt in (position.alt_amsl_m, action.alt_amsl_m)
    ]


def mission_way(
    position: PositionReading, home: Home, mission: UploadMission, terrain: Terrain | None
) -> list[Kinematics]:
    """Up where it is, from item to item, and home again at the return height, or down at the last
    place; [] for no items."""
    if not mission.items:
        return []
    first = mission.items[0]
    up = max(position.alt_amsl_m, item_amsl_m(first, home.at))
    way = [_point(position.lat, position.lon, alt, terrain) for alt in (position.alt_amsl_m, up)]
    return way + _items_way((position.lat, position.lon), home, mission, 0, terrain)


def rest_way(
    position: PositionReading,
    home: Home,
    mission: UploadMission,
    item: int,
    terrain: Terrain | None,
) -> list[Kinematics]:
    """From where it is to an item and on from there; the way to it as of a go-to.

    Args:
        item: counted from 1, within the mission.
    """
    target = mission.items[item - 1]
    to = GoTo(target.lat, target.lon, item_amsl_m(target, home.at))
    way = go_to_way(position, to, terrain)
    return way + _items_way((position.lat, position.lon), home, mission, item - 1, terrain)


def _items_way(
    start: tuple[float, float],
    home: Home,
    mission: UploadMission,
    first: int,
    terrain: Terrain | None,
) -> list[Kinematics]:
    """From an item (counted from 0) to the end, coming from a place."""
    stops: list[tuple[float, float, float]] = []
    before = start
    for number in range(first, len(mission.items)):
        item = mission.items[number]
        alt = item_amsl_m(item, home.at)
        following = mission.items[number + 1] if number + 1 < len(mission.items) else None
        if item.orbit_radius_m is None:
            places = [(item.lat, item.lon)]
        else:
            places = _from_nearest(circle(item.lat, item.lon, item.orbit_radius_m), *before)
            if following is not None:  # it leaves towards the next one, from where it is then
                places += _from_nearest(places[:-1], following.lat, following.lon)[:1]
        stops += [(lat, lon, alt) for lat, lon in places]
        before = places[-1]
    stops += _end(stops[-1], home, mission, terrain)
    return [_point(lat, lon, alt, terrain) for lat, lon, alt in stops]


def _end(
    last: tuple[float, float, float],
    home: Home,
    mission: UploadMission,
    terrain: Terrain | None,
) -> list[tuple[float, float, float]]:
    """How it ends: the last of these is where it lands, if it does; by the terrain, or as low as
    home where that is not known."""
    lat, lon, alt = last
    at = home.at
    if mission.return_at_end:
        above_m = RETURN_HEIGHT_M if home.return_height_m is None else home.return_height_m
        back = max(alt, at.alt_amsl_m + above_m)
        return [(lat, lon, back), (at.lat, at.lon, back), (at.lat, at.lon, at.alt_amsl_m)]
    if not mission.land_at_end:
        return []
    ground = None if terrain is None else terrain.ground_amsl_m(lat, lon)
    return [(lat, lon, min(alt, at.alt_amsl_m if ground is None else ground))]


def lands(mission: UploadMission) -> bool:
    """Whether the last point of its way is on the ground."""
    return mission.return_at_end or mission.land_at_end


def circle(lat: float, lon: float, radius_m: float) -> list[tuple[float, float]]:
    """(lat, lon) of the corners of a polygon that the circle lies in, the first not repeated."""
    out_m = radius_m / math.cos(math.pi / CIRCLE_CORNERS)
    frame = LocalFrame(lat, lon)
    turns = [2 * math.pi * number / CIRCLE_CORNERS for number in range(CIRCLE_CORNERS)]
    return [frame.to_wgs84(out_m * math.sin(turn), out_m * math.cos(turn)) for turn in turns]


def _from_nearest(
    ring: Sequence[tuple[float, float]], lat: float, lon: float
) -> list[tuple[float, float]]:
    """Once round a ring, from the corner that is nearest to a place back to it."""
    frame = LocalFrame(lat, lon)
    away = [math.hypot(*frame.from_wgs84(*corner)) for corner in ring]
    first = away.index(min(away))
    return [*ring[first:], *ring[: first + 1]]


def item_amsl_m(item: WireMissionItem, home: HomeReading) -> float:
    """How high a waypoint is above the sea."""
    above = home.alt_amsl_m if item.datum is HeightDatum.HOME else 0.0
    return above + item.height_m


def distance_m(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Along the ellipsoid."""
    return math.hypot(*LocalFrame(lat, lon).from_wgs84(to_lat, to_lon))


def height_agl_m(
    lat: float, lon: float, alt_amsl_m: float, terrain: Terrain | None
) -> float | None:
    """Above the ground of the terrain in use; None where that is not known."""
    ground = None if terrain is None else terrain.ground_amsl_m(lat, lon)
    return None if ground is None else alt_amsl_m - ground


def why_too_far(position: PositionReading, places: Sequence[tuple[float, float]]) -> str:
    """A sentence for the first of these (lat, lon) that is out of range, or ""."""
    for lat, lon in places:
        if abs(position.lat) > 89.0:
            return "So near to a pole nothing can be reckoned."
        away_m = distance_m(position.lat, position.lon, lat, lon)
        if away_m > MAX_DISTANCE_M:
            return (
                f"That is {away_m / 1000:.1f} km from where it is; "
                f"the most is {MAX_DISTANCE_M / 1000:.0f} km."
            )
    return ""


def why_wrong_height(
    way: Sequence[Kinematics], home_amsl_m: float | None, terrain: Terrain | None, *, low: bool
) -> str:
    """A sentence where a flight comes too high or too low, or "".

    Args:
        home_amsl_m: what heights are told above where the ground is not known.
        low: whether coming near the ground matters too; where the flight starts never does.
    """
    for number, (lat, lon, alt) in enumerate(_samples(way)):
        height = height_agl_m(lat, lon, alt, terrain)
        above = "the ground" if height is not None else "home"
        if height is None:
            if home_amsl_m is None:
                return "Neither the height of the ground nor that of its home is known."
            height = alt - home_amsl_m
        if height > MAX_HEIGHT_M:
            return f"It would be {math.ceil(height)} m above {above}. {HEIGHT_LAW}"
        if low and number and above == "the ground" and height < MIN_HEIGHT_M:
            return f"It would come to {height:.0f} m above the ground."
    return ""


def _samples(way: Sequence[Kinematics]) -> list[tuple[float, float, float]]:
    """(lat, lon, height AMSL) of the points, and of places between them."""
    legs = [(a, b, LocalFrame(a.lat, a.lon).from_wgs84(b.lat, b.lon)) for a, b in pairwise(way)]
    total_m = sum(math.hypot(*metres) for _a, _b, metres in legs)
    apart_m = max(SAMPLE_EVERY_M, total_m / MAX_SAMPLES)
    found = [(one.lat, one.lon, one.alt_amsl_m or 0.0) for one in way[:1]]
    for a, b, (east, north) in legs:
        parts = max(1, math.ceil(math.hypot(east, north) / apart_m))
        share = np.arange(1, parts + 1) / parts
        lats, lons = LocalFrame(a.lat, a.lon).to_wgs84_many(east * share, north * share)
        low, high = a.alt_amsl_m or 0.0, b.alt_amsl_m or 0.0
        alts = low + (high - low) * share
        found += [
            (float(lat), float(lon), float(alt))
            for lat, lon, alt in zip(lats, lons, alts, strict=True)
        ]
    return found


def home_in_flight(report: VehicleReport | None, position: PositionReading) -> HomeReading | None:
    """The home that heights of the coming flight are reckoned from. Arming sets it anew where the
    vehicle stands: before that, the one it tells is of the flight before."""
    if report is None or report.home is None:
        return None
    if report.flight is None or report.flight.armed:
        return report.home
    return HomeReading(position.age_ms, position.lat, position.lon, position.alt_amsl_m)


def base_amsl_m(home: HomeReading | None, position: PositionReading) -> float:
    """The height that a take-off is measured from: home's, else where it stands."""
    return position.alt_amsl_m if home is None else home.alt_amsl_m


def _point(lat: float, lon: float, alt_amsl_m: float, terrain: Terrain | None) -> Kinematics:
    ground = None if terrain is None else terrain.ground_amsl_m(lat, lon)
    return Kinematics(lat, lon, alt_amsl_m, ground)
