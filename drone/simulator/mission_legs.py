"""How each item of a mission that flies is flown."""

from __future__ import annotations

import math
from typing import Protocol

from drone.simulator.flight import Demand, Vector
from drone.simulator.flights import (
    Craft,
    Landing,
    Returning,
    Stopping,
    TakingOff,
    by_ground,
    nose_towards,
)
from drone.simulator.items import Cmd, Item
from drone.simulator.landed import Landed
from drone.simulator.steering import (
    Limits,
    course_deg,
    distance_m,
    flat_distance_m,
    fly_to,
)

_EDGE_M = 1.0  # a circle is begun this near to it
_PULLS = 0.5  # 1/s, back onto a circle


class LegCraft(Craft, Protocol):
    """What the flying of an item sees."""

    @property
    def limits(self) -> Limits: ...
    def place_of(self, item: Item) -> Vector: ...


class Leg(Protocol):
    """One item at work."""

    def done(self, craft: LegCraft, dt_s: float) -> bool: ...
    def steer(self, craft: LegCraft, dt_s: float) -> Demand: ...
    def landed(self, craft: LegCraft) -> Landed: ...


def leg_for(craft: LegCraft, item: Item, onward: Vector | None) -> Leg:
    """Args:
    onward: the waypoint after it, where it need not stop at this one.
    """
    place = craft.place_of(item)
    match item.command:
        case Cmd.TAKEOFF:
            leg: Leg = _TakeOffLeg(place.up - craft.home.up)
        case Cmd.LAND:
            leg = _DownLeg(Landing(place if item.has_place else None))
        case Cmd.RETURN_TO_LAUNCH:
            leg = _DownLeg(Returning())
        case Cmd.LOITER_UNLIMITED:
            leg = _PlaceLeg(place, stay_s=None)
        case Cmd.DELAY:
            leg = _PlaceLeg(craft.position, stay_s=item.params[0])
        case Cmd.LOITER_TURNS:
            radius = item.params[2] or craft.parameters.metres("CIRCLE_RADIUS")
            leg = _CircleLeg(place, turns=max(0.0, item.params[0]), radius_m=radius)
        case _:
            leg = _waypoint_leg(item, place, onward)
    return leg


def _waypoint_leg(item: Item, place: Vector, onward: Vector | None) -> Leg:
    stay_s = item.params[0]
    passing = onward if item.command in {Cmd.WAYPOINT, Cmd.SPLINE_WAYPOINT} else None
    return _PlaceLeg(place, stay_s=stay_s, onward=passing if stay_s <= 0 else None)


class _TakeOffLeg:
    def __init__(self, height_m: float) -> None:
        self._flight = TakingOff(height_m)

    def done(self, craft: LegCraft, dt_s: float) -> bool:
        del dt_s
        return self._flight.reached(craft)

    def steer(self, craft: LegCraft, dt_s: float) -> Demand:
        return self._flight.steer(craft, dt_s)

    def landed(self, craft: LegCraft) -> Landed:
        return self._flight.landed(craft)


class _DownLeg:
    """Landing, or return and landing; done on the ground."""

    def __init__(self, flight: Landing | Returning) -> None:
        self._flight = flight

    def done(self, craft: LegCraft, dt_s: float) -> bool:
        del dt_s
        return craft.on_ground

    def steer(self, craft: LegCraft, dt_s: float) -> Demand:
        return self._flight.steer(craft, dt_s)

    def landed(self, craft: LegCraft) -> Landed:
        return self._flight.landed(craft)


class _PlaceLeg:
    """To a place, and stay there; `stay_s` None: for ever. With `onward` it need not stop."""

    def __init__(
        self, place: Vector, *, stay_s: float | None, onward: Vector | None = None
    ) -> None:
        self._place = place
        self._stay_s = stay_s
        self._onward = onward
        self._stayed_s = 0.0
        self._through_mps: float | None = None

    def done(self, craft: LegCraft, dt_s: float) -> bool:
        radius = max(0.5, craft.parameters.metres("WPNAV_RADIUS"))
        near = distance_m(craft.position, self._place)
        if near > radius:
            return False
        if self._stay_s is None:
            return False
        if self._stay_s > 0:
            self._stayed_s += dt_s
        return self._stayed_s >= self._stay_s

    def steer(self, craft: LegCraft, dt_s: float) -> Demand:
        del dt_s
        if craft.on_ground:
            return Stopping().steer(craft, 0.0)
        if self._through_mps is None:
            self._through_mps = _corner_speed(craft, self._place, self._onward)
        nose = nose_towards(craft, self._place)
        return fly_to(craft.position, self._place, craft.limits, nose, self._through_mps)

    def landed(self, craft: LegCraft) -> Landed:
        return by_ground(craft)


class _CircleLeg:
    """LOITER_TURNS: to the nearest point of the circle, round it as often as asked, the nose to its
    middle. A negative radius turns it anticlockwise. How fast, CIRCLE_RATE says, and what the
    waypoint speed and acceleration allow."""

    def __init__(self, middle: Vector, *, turns: float, radius_m: float) -> None:
        self._middle = middle
        self._turns = turns
        self._radius_m = max(0.5, abs(radius_m))
        self._way = -1.0 if radius_m < 0 else 1.0
        self._begun = False
        self._last_deg = 0.0
        self._turned_deg = 0.0

    def done(self, craft: LegCraft, dt_s: float) -> bool:
        del dt_s
        if not self._begun:
            return False
        now = course_deg(self._middle, craft.position)
        self._turned_deg += ((now - self._last_deg + 180.0) % 360.0 - 180.0) * self._way
        self._last_deg = now
        return self._turned_deg >= self._turns * 360.0

    def steer(self, craft: LegCraft, dt_s: float) -> Demand:
        del dt_s
        if craft.on_ground:
            return Demand(Vector())
        at, middle, radius = craft.position, self._middle, self._radius_m
        from_middle = math.radians(course_deg(middle, at))
        out = (math.sin(from_middle), math.cos(from_middle))
        nose = course_deg(at, middle)
        if not self._begun:
            edge = Vector(middle.east + radius * out[0], middle.north + radius * out[1], middle.up)
            if distance_m(at, edge) > _EDGE_M:
                return fly_to(at, edge, craft.limits, nose_towards(craft, edge))
            self._begun, self._last_deg = True, math.degrees(from_middle) % 360.0
        limits = craft.limits
        rate = math.radians(abs(craft.parameters["CIRCLE_RATE"]) or 20.0)
        speed = min(rate * radius, limits.speed, math.sqrt(0.6 * limits.accel * radius))
        inwards = (flat_distance_m(at, middle) - radius) * _PULLS + speed**2 / radius * 0.1
        up = max(-limits.down, min(limits.up, middle.up - at.up))
        way = Vector(
            out[1] * self._way * speed - out[0] * inwards,
            -out[0] * self._way * speed - out[1] * inwards,
            up,
        )
        return Demand(way, limits.accel, limits.accel_up, nose)

    def landed(self, craft: LegCraft) -> Landed:
        return by_ground(craft)


def _corner_speed(craft: LegCraft, place: Vector, onward: Vector | None) -> float:
    """How fast it may pass a waypoint: all of it straight on, nothing at a right angle."""
    if onward is None:
        return 0.0
    before = flat_distance_m(craft.position, place)
    after = flat_distance_m(place, onward)
    if before < 1.0 or after < 1.0:
        return 0.0
    cosine = (place.east - craft.position.east) * (onward.east - place.east)
    cosine += (place.north - craft.position.north) * (onward.north - place.north)
    return max(0.0, cosine / (before * after)) * craft.limits.speed
