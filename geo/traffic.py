"""Whether a crewed aircraft comes near a vehicle of ours: closest approach, and how urgent.

Both fly on straight. Places are WGS 84 degrees, heights metres above mean sea level, times seconds
from now, directions degrees from true north. What is not known counts against us: an unknown height
is our own height, an unknown course is straight at us.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geo.local_frame import LocalFrame

LOOK_WITHIN_M: Final = 3_000.0
LOOK_VERTICAL_M: Final = 1_000.0  # or every airliner overhead would be one to look for
LOOK_WITHIN_S: Final = 60.0
DESCEND_WITHIN_M: Final = 500.0
DESCEND_VERTICAL_M: Final = 150.0
DESCEND_WITHIN_S: Final = 30.0

PRESSURE_ERROR_M: Final = 300.0  # 1013.25 hPa against 980 to 1045 hPa
GNSS_ERROR_M: Final = 60.0  # some senders count from the ellipsoid: 45 to 50 m in Britain
OWN_ERROR_M: Final = 15.0
# Where a speed was not told: most of what flies low in Britain is slower.
ASSUMED_SPEED_MPS: Final = 80.0
ASSUMED_CLIMB_MPS: Final = 5.0  # either way
TURNING_MPS: Final = 15.0  # an old place is so much less certain with each second
STILL_MPS: Final = 0.01


class Level(StrEnum):
    NONE = "none"
    LOOK = "look"
    DESCEND = "descend"


@dataclass(frozen=True, slots=True)
class Mover:
    """One of the two, as it was heard.

    Attributes:
        age_s: since then; it is carried on straight for so long.
        alt_amsl_m: None: not known. alt_error_m: how far off that may be.
        speed_mps, track_deg: over ground; climb_mps: up is positive. None: not known.
    """

    lat: float
    lon: float
    age_s: float = 0.0
    alt_amsl_m: float | None = None
    alt_error_m: float = 0.0
    speed_mps: float | None = None
    track_deg: float | None = None
    climb_mps: float | None = None


@dataclass(frozen=True, slots=True)
class Approach:
    """How an aircraft and a vehicle stand to each other. Ours: nobody sent these figures.

    Attributes:
        distance_m, bearing_deg: now, horizontally, from the vehicle to the aircraft.
        above_m: now, of the aircraft over the vehicle; None: not known. above_error_m: how far off.
        closest_s: until they are nearest horizontally; 0: they part. closest_m, closest_above_m:
            how far apart they are then.
        closing: the distance shrinks. course_known: False: reckoned as if it came straight at us.
        within_s: when they are within the limits of `level`; None at Level.NONE.
    """

    level: Level
    distance_m: float
    bearing_deg: float
    above_m: float | None
    above_error_m: float
    closest_s: float
    closest_m: float
    closest_above_m: float | None
    closing: bool
    course_known: bool
    within_s: float | None


@dataclass(frozen=True, slots=True)
class _Relative:
    """The aircraft, seen from the vehicle, now. `growth_mps`: how fast the height grows unsure."""

    east_m: float
    north_m: float
    east_mps: float
    north_mps: float
    spread_m: float
    above_m: float | None
    above_error_m: float
    climb_mps: float
    growth_mps: float
    course_known: bool


def approach(vehicle: Mover, aircraft: Mover) -> Approach:
    """How near they come.

    Raises:
        ValueError: a figure is not finite, or an age, an error or a speed is negative.
    """
    _check(vehicle)
    _check(aircraft)
    seen = _relative(vehicle, aircraft)
    level, within_s = _level(seen)
    distance_m = math.hypot(seen.east_m, seen.north_m)
    closest_s = _closest_s(seen)
    closest_above_m = None if seen.above_m is None else seen.above_m + seen.climb_mps * closest_s
    return Approach(
        level=level,
        distance_m=distance_m,
        bearing_deg=math.degrees(math.atan2(seen.east_m, seen.north_m)) % 360.0,
        above_m=seen.above_m,
        above_error_m=seen.above_error_m,
        closest_s=closest_s,
        closest_m=math.hypot(
            seen.east_m + seen.east_mps * closest_s, seen.north_m + seen.north_mps * closest_s
        ),
        closest_above_m=closest_above_m,
        closing=seen.east_m * seen.east_mps + seen.north_m * seen.north_mps < 0.0,
        course_known=seen.course_known,
        within_s=within_s,
    )


def _check(one: Mover) -> None:
    figures = (
        one.lat,
        one.lon,
        one.age_s,
        one.alt_amsl_m,
        one.alt_error_m,
        one.speed_mps,
        one.track_deg,
        one.climb_mps,
    )
    if not all(figure is None or math.isfinite(figure) for figure in figures):
        raise ValueError("A figure of the vehicle or the aircraft is no number.")
    if one.age_s < 0 or one.alt_error_m < 0 or (one.speed_mps or 0.0) < 0:
        raise ValueError("An age, an error or a speed is negative.")


def _relative(vehicle: Mover, aircraft: Mover) -> _Relative:
    """Both carried on to now.

    A vehicle whose speed is not told counts as standing; the aircraft's is what matters.
    """
    east_m, north_m = LocalFrame(vehicle.lat, vehicle.lon).from_wgs84(aircraft.lat, aircraft.lon)
    own_east, own_north = _over_ground(vehicle) or (0.0, 0.0)
    theirs = _over_ground(aircraft)
    spread_m = TURNING_MPS * (vehicle.age_s + aircraft.age_s)
    if theirs is None:
        # Straight at us: nearer already by what it has flown since.
        speed = ASSUMED_SPEED_MPS if aircraft.speed_mps is None else aircraft.speed_mps
        now_m = math.hypot(east_m, north_m)
        spread_m += speed * aircraft.age_s
        towards = 0.0 if now_m == 0 else -speed / now_m
        their_east, their_north = east_m * towards, north_m * towards
        east_m -= own_east * vehicle.age_s
        north_m -= own_north * vehicle.age_s
    else:
        their_east, their_north = theirs
        east_m += their_east * aircraft.age_s - own_east * vehicle.age_s
        north_m += their_north * aircraft.age_s - own_north * vehicle.age_s
    own_climb = vehicle.climb_mps or 0.0
    climb = (aircraft.climb_mps or 0.0) - own_climb
    above_m = None
    if vehicle.alt_amsl_m is not None and aircraft.alt_amsl_m is not None:
        own_m = vehicle.alt_amsl_m + own_climb * vehicle.age_s
        above_m = aircraft.alt_amsl_m + (aircraft.climb_mps or 0.0) * aircraft.age_s - own_m
    growth = ASSUMED_CLIMB_MPS if aircraft.climb_mps is None else 0.0
    return _Relative(
        east_m,
        north_m,
        their_east - own_east,
        their_north - own_north,
        spread_m,
        above_m,
        vehicle.alt_error_m + aircraft.alt_error_m + ASSUMED_CLIMB_MPS * aircraft.age_s,
        climb,
        growth,
        theirs is not None,
    )


def _over_ground(one: Mover) -> tuple[float, float] | None:
    """(east, north) in m/s; None: not known."""
    if one.speed_mps is not None and one.speed_mps < STILL_MPS:
        return 0.0, 0.0
    if one.speed_mps is None or one.track_deg is None:
        return None
    track = math.radians(one.track_deg)
    return one.speed_mps * math.sin(track), one.speed_mps * math.cos(track)


def _closest_s(seen: _Relative) -> float:
    speed2 = seen.east_mps**2 + seen.north_mps**2
    if speed2 < STILL_MPS**2:
        return 0.0
    along = seen.east_m * seen.east_mps + seen.north_m * seen.north_mps
    return max(0.0, -along / speed2)


def _level(seen: _Relative) -> tuple[Level, float | None]:
    """The most urgent that holds, and when it begins to."""
    for level, across_m, up_m, until_s in (
        (Level.DESCEND, DESCEND_WITHIN_M, DESCEND_VERTICAL_M, DESCEND_WITHIN_S),
        (Level.LOOK, LOOK_WITHIN_M, LOOK_VERTICAL_M, LOOK_WITHIN_S),
    ):
        first, last = _across(seen, across_m + seen.spread_m)
        up_first, up_last = _upright(seen, up_m + seen.above_error_m)
        begins, ends = max(first, up_first, 0.0), min(last, up_last, until_s)
        if begins <= ends:
            return level, begins
    return Level.NONE, None


_NEVER: Final = (math.inf, -math.inf)
_ALWAYS: Final = (-math.inf, math.inf)


def _across(seen: _Relative, within_m: float) -> tuple[float, float]:
    """From when to when they are horizontally so near: a quadratic in time."""
    a = seen.east_mps**2 + seen.north_mps**2
    b = seen.east_m * seen.east_mps + seen.north_m * seen.north_mps
    c = seen.east_m**2 + seen.north_m**2 - within_m**2
    if a < STILL_MPS**2:
        return _ALWAYS if c <= 0 else _NEVER
    root2 = b * b - a * c
    if root2 < 0:
        return _NEVER
    root = math.sqrt(root2)
    return (-b - root) / a, (-b + root) / a


def _upright(seen: _Relative, within_m: float) -> tuple[float, float]:
    """From when to when their heights may be so near."""
    if seen.above_m is None:
        return _ALWAYS
    below = _half(seen.above_m - within_m, seen.climb_mps - seen.growth_mps)
    over = _half(-seen.above_m - within_m, -seen.climb_mps - seen.growth_mps)
    return max(below[0], over[0]), min(below[1], over[1])


def _half(at: float, rate: float) -> tuple[float, float]:
    """Where at + rate * t <= 0."""
    if abs(rate) < 1e-9:
        return _ALWAYS if at <= 0 else _NEVER
    return (-math.inf, -at / rate) if rate > 0 else (-at / rate, math.inf)
