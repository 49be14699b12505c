"""How long a vehicle takes along straight legs: wind, corners, climbs. A simple model: a speed that
is gained and lost at one acceleration, climbs at one rate, corners slower the sharper they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from geo.local_frame import LocalFrame
from geo.missions.model import HeightDatum, MissionItem
from geo.missions.refused import require
from geo.terrain import Terrain

_RING_PARTS = 24


@dataclass(frozen=True, slots=True)
class Performance:
    """What a vehicle can do. None: not known, and so is what depends on it.

    Attributes:
        cruise_mps: over the ground in calm air, where the mission says no speed.
        climb_mps, sink_mps: straight up and down, both positive.
        accel_mps2: along its way and into a turn.
        most_airspeed_mps: the fastest it flies through the air; None: as fast as it cruises or is
            told to fly.
    """

    cruise_mps: float | None = None
    climb_mps: float | None = None
    sink_mps: float | None = None
    accel_mps2: float | None = None
    most_airspeed_mps: float | None = None

    def __post_init__(self) -> None:
        for field in ("cruise_mps", "climb_mps", "sink_mps", "accel_mps2", "most_airspeed_mps"):
            value = getattr(self, field)
            if value is not None:
                require(field, value, 0.05, 100, "m/s")


@dataclass(frozen=True, slots=True)
class Wind:
    """`from_deg`: where it blows from, clockwise from north."""

    speed_mps: float
    from_deg: float

    def __post_init__(self) -> None:
        require("wind speed_mps", self.speed_mps, 0, 100, "m/s")
        require("wind from_deg", self.from_deg, -360, 360, "degrees")

    def components(self, course_deg: float) -> tuple[float, float]:
        """(tail, cross) of a course; a head wind is a tail wind below 0."""
        angle = math.radians(self.from_deg + 180 - course_deg)
        return self.speed_mps * math.cos(angle), self.speed_mps * math.sin(angle)


def ground_speed_mps(
    speed_mps: float, airspeed_mps: float, course_deg: float, wind: Wind | None
) -> float | None:
    """What is left of `speed_mps`, which is what the autopilot holds over the ground, where the
    vehicle flies through the air at `airspeed_mps` at most. A tail wind makes it no faster.
    None: the wind is as fast as the vehicle, so it cannot."""
    if wind is None:
        return speed_mps
    if wind.speed_mps >= airspeed_mps:
        return None
    tail, cross = wind.components(course_deg)
    return min(speed_mps, tail + math.sqrt(airspeed_mps**2 - cross**2))


def ring_seconds(
    radius_m: float, speed_mps: float, airspeed_mps: float, accel_mps2: float, wind: Wind | None
) -> float | None:
    """Once round a circle, not faster than it can be held on it."""
    speed_mps = min(speed_mps, math.sqrt(accel_mps2 * radius_m))
    part_m = 2 * math.pi * radius_m / _RING_PARTS
    total = 0.0
    for part in range(_RING_PARTS):
        speed = ground_speed_mps(speed_mps, airspeed_mps, part * 360 / _RING_PARTS, wind)
        if speed is None:
            return None
        total += part_m / speed
    return total


def corner_speeds(
    lengths_m: Sequence[float],
    speeds_mps: Sequence[float | None],
    turns_deg: Sequence[float | None],
    accel_mps2: float,
) -> list[float]:
    """Speed at each end of the legs, one more than there are legs, such that each leg can be flown
    with the acceleration. `turns_deg`: at the end of each leg but the last; None: it stops."""
    count = len(lengths_m)
    at = [0.0] * (count + 1)
    for n in range(1, count):
        before, after, turn = speeds_mps[n - 1], speeds_mps[n], turns_deg[n - 1]
        if before is not None and after is not None and turn is not None:
            at[n] = min(before, after) * max(0.0, math.cos(math.radians(turn)))
    for n in range(count):
        at[n + 1] = min(at[n + 1], math.sqrt(at[n] ** 2 + 2 * accel_mps2 * lengths_m[n]))
    for n in reversed(range(count)):
        at[n] = min(at[n], math.sqrt(at[n + 1] ** 2 + 2 * accel_mps2 * lengths_m[n]))
    return at


def leg_seconds(
    length_m: float, speed_mps: float, begins_mps: float, ends_mps: float, accel_mps2: float
) -> float:
    """A trapezoid of speed; a triangle where the leg is too short to reach its speed."""
    changing_m = (2 * speed_mps**2 - begins_mps**2 - ends_mps**2) / (2 * accel_mps2)
    if changing_m <= length_m:
        steady_s = (length_m - changing_m) / speed_mps
        return (2 * speed_mps - begins_mps - ends_mps) / accel_mps2 + steady_s
    peak = math.sqrt(accel_mps2 * length_m + (begins_mps**2 + ends_mps**2) / 2)
    return (2 * peak - begins_mps - ends_mps) / accel_mps2


def leg_between(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """(metres, course in degrees at the start) of the way from one (lat, lon) to another."""
    east, north = LocalFrame(*start).from_wgs84(*end)
    return math.hypot(east, north), math.degrees(math.atan2(east, north)) % 360


def turn_deg(before_deg: float, after_deg: float) -> float:
    """Between two courses, 0 to 180."""
    return abs((after_deg - before_deg + 180) % 360 - 180)


def amsl_m(item: MissionItem, home_amsl_m: float | None, terrain: Terrain | None) -> float | None:
    """Of an item; None where home or the ground there is not known."""
    if item.datum is HeightDatum.AMSL:
        return item.height_m
    if item.datum is HeightDatum.HOME:
        return None if home_amsl_m is None else home_amsl_m + item.height_m
    ground = None if terrain is None else terrain.ground_amsl_m(item.lat, item.lon)
    return None if ground is None else ground + item.height_m
