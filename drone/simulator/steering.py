"""How fast to fly towards a place so as to arrive there and not shoot past. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from drone.simulator.flight import Demand, Vector
from drone.simulator.parameters import Parameters

POSITION_GAIN = 1.0  # 1/s, close to the target
BRAKE_ACCEL = 5.0
NEAR_ENOUGH_M = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """m/s and m/s2 within which the autopilot flies."""

    speed: float
    up: float
    down: float
    accel: float
    accel_up: float

    @classmethod
    def of(cls, parameters: Parameters) -> Limits:
        """As the waypoint parameters say; no limit is ever nothing, which would hang a flight."""
        return cls(
            speed=max(0.2, parameters.metres("WPNAV_SPEED")),
            up=max(0.1, parameters.metres("WPNAV_SPEED_UP")),
            down=max(0.1, parameters.metres("WPNAV_SPEED_DN")),
            accel=max(0.5, parameters.metres("WPNAV_ACCEL")),
            accel_up=max(0.2, parameters.metres("WPNAV_ACCEL_Z")),
        )

    def at_speed(self, speed_mps: float | None) -> Limits:
        """These with another horizontal speed."""
        return self if speed_mps is None else replace(self, speed=max(0.2, speed_mps))


def distance_m(a: Vector, b: Vector) -> float:
    """In all three dimensions."""
    return math.dist(a, b)


def flat_distance_m(a: Vector, b: Vector) -> float:
    """Over the ground."""
    return math.hypot(a.east - b.east, a.north - b.north)


def course_deg(a: Vector, b: Vector) -> float:
    """From a to b, clockwise from north."""
    return math.degrees(math.atan2(b.east - a.east, b.north - a.north)) % 360.0


def approach_speed(distance: float, accel: float, through_mps: float = 0.0) -> float:
    """The most that still lets it be slower than `through_mps` at the target."""
    linear = accel / POSITION_GAIN**2
    if through_mps > 0:
        return math.sqrt(through_mps**2 + 2 * accel * distance)
    if distance <= linear:
        return POSITION_GAIN * distance
    return math.sqrt(2 * accel * (distance - linear / 2))


def fly_to(
    position: Vector,
    target: Vector,
    limits: Limits,
    heading_deg: float | None = None,
    through_mps: float = 0.0,
) -> Demand:
    """Straight to a place in three dimensions.

    Args:
        through_mps: pass the target with up to this speed; 0 = stop there.
    """
    gap = distance_m(position, target)
    if gap < NEAR_ENOUGH_M:
        return Demand(Vector(), limits.accel, limits.accel_up, heading_deg)
    flat = flat_distance_m(position, target) / gap  # how much of the way is horizontal, 0-1
    up = (target.up - position.up) / gap
    rates, accels = [math.inf], [math.inf]
    if flat > 1e-6:
        rates.append(limits.speed / flat)
        accels.append(limits.accel / flat)
    if abs(up) > 1e-6:
        rates.append((limits.up if up > 0 else limits.down) / abs(up))
        accels.append(limits.accel_up / abs(up))
    speed = min(*rates, approach_speed(gap, 0.8 * min(accels), through_mps))
    scale = speed / gap
    way = Vector(
        (target.east - position.east) * scale,
        (target.north - position.north) * scale,
        (target.up - position.up) * scale,
    )
    return Demand(way, limits.accel, limits.accel_up, heading_deg)
