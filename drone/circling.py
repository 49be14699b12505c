"""The geometry of flying round a place by targets a second apart. Pure; degrees and metres."""

from __future__ import annotations

import math
from dataclasses import dataclass

from drone.moves import metres_between

METRES_PER_DEGREE = 111_195.0  # of a sphere of 6371 km, as `metres_between` has it
SIDEWAYS_MPS2 = 1.2  # what it is to accelerate by at the most on the way round
SLOWING_MPS2 = 2.0  # how hard it brakes towards a target: the next one must be further away
FURTHEST_AHEAD_RAD = math.radians(40)  # of the way round
# Flown straight at a target on the circle it would cut inside: so targets lie outside, at the most:
OUTSIDE_M, OUTSIDE = 2.0, 0.12  # of the radius, whichever is more
ON_IT_M = 8.0  # closer to the circle and its height than this, it begins to go round


@dataclass(frozen=True, slots=True)
class Circle:
    lat: float
    lon: float
    alt_amsl_m: float
    radius_m: float
    speed_mps: float
    clockwise: bool


@dataclass(frozen=True, slots=True)
class Target:
    """`nose_deg`: towards the middle, from where the vehicle is about then. `going_round`: it has
    reached the circle."""

    lat: float
    lon: float
    alt_amsl_m: float
    nose_deg: float
    going_round: bool


def speed_on(radius_m: float, wanted_mps: float) -> float:
    """How fast it can fly a circle of this radius, at the most what is wanted."""
    return min(wanted_mps, math.sqrt(SIDEWAYS_MPS2 * radius_m))


def ahead_m(circle: Circle, every_s: float) -> float:
    """How far before the vehicle its next target lies, so that it does not slow down towards it."""
    speed = circle.speed_mps
    wanted_m = speed * every_s + speed * speed / (2 * SLOWING_MPS2) + 1.0
    return min(wanted_m, FURTHEST_AHEAD_RAD * circle.radius_m)


def next_target(
    circle: Circle, lat: float, lon: float, alt_amsl_m: float, every_s: float
) -> Target:
    """From where it is: the nearest point of the circle until it is there, then ahead on it."""
    north_m, east_m = _from_middle(circle, lat, lon)
    off_m = math.hypot(north_m, east_m)
    at = math.atan2(east_m, north_m) if off_m > 1e-3 else 0.0
    there = abs(off_m - circle.radius_m) <= max(ON_IT_M, circle.radius_m / 10)
    there = there and abs(alt_amsl_m - circle.alt_amsl_m) <= ON_IT_M
    turn, radius_m = 0.0, circle.radius_m
    if there:
        ahead = ahead_m(circle, every_s) / circle.radius_m
        turn, radius_m = ahead * (1 if circle.clockwise else -1), _outside_m(circle, ahead, every_s)
    to_lat, to_lon = _place(circle, at + turn, radius_m)
    # The nose is for when the next target comes, half of the way there.
    soon = at + math.copysign(circle.speed_mps * every_s / 2 / circle.radius_m, turn) * there
    nose = math.degrees(soon) + 180
    return Target(to_lat, to_lon, circle.alt_amsl_m, nose % 360 % 360, there)


def _from_middle(circle: Circle, lat: float, lon: float) -> tuple[float, float]:
    """Metres north and east."""
    east_deg = (lon - circle.lon + 180) % 360 - 180
    narrow = math.cos(math.radians(circle.lat))
    return (lat - circle.lat) * METRES_PER_DEGREE, east_deg * METRES_PER_DEGREE * narrow


def _outside_m(circle: Circle, ahead: float, every_s: float) -> float:
    """How far from the middle a target must lie so that, flying straight at it, the vehicle is on
    the circle again when the next one comes."""
    flown = min(circle.speed_mps * every_s / circle.radius_m, ahead) / 2
    wanted_m = circle.radius_m * math.cos(flown) / math.cos(ahead - flown)
    return min(wanted_m, circle.radius_m + max(OUTSIDE_M, OUTSIDE * circle.radius_m))


def _place(circle: Circle, at: float, radius_m: float) -> tuple[float, float]:
    narrow = max(math.cos(math.radians(circle.lat)), 1e-6)
    lat = circle.lat + radius_m * math.cos(at) / METRES_PER_DEGREE
    lon = circle.lon + radius_m * math.sin(at) / (METRES_PER_DEGREE * narrow)
    return lat, (lon + 180) % 360 - 180


def off_circle_m(circle: Circle, lat: float, lon: float) -> float:
    """How far outside (or, negative, inside) of the circle a place is."""
    return metres_between(circle.lat, circle.lon, lat, lon) - circle.radius_m
