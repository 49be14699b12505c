"""What each flight mode does with the aircraft, one class a mode; the autopilot changes between
them. Each is asked for a `Demand` at every step."""

from __future__ import annotations

from typing import Protocol

from drone.simulator.flight import Demand, Vector
from drone.simulator.landed import Landed
from drone.simulator.parameters import Parameters
from drone.simulator.steering import (
    BRAKE_ACCEL,
    Limits,
    course_deg,
    flat_distance_m,
    fly_to,
)

SPOOL_S = 1.0  # from the take-off command to leaving the ground
NEAR_M = 0.4
HOME_NEAR_M = 2.0
NOSE_FOLLOWS_BEYOND_M = 3.0


class Craft(Protocol):
    """What a flight may see of the aircraft and its autopilot."""

    parameters: Parameters

    @property
    def position(self) -> Vector: ...
    @property
    def on_ground(self) -> bool: ...
    @property
    def home(self) -> Vector: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def position_known(self) -> bool: ...
    @property
    def wind(self) -> tuple[float, float]: ...


class Flight(Protocol):
    """One mode at work."""

    def steer(self, craft: Craft, dt_s: float) -> Demand: ...
    def landed(self, craft: Craft) -> Landed: ...


def by_ground(craft: Craft) -> Landed:
    """On the ground or in the air, and nothing in between."""
    return Landed.ON_GROUND if craft.on_ground else Landed.IN_AIR


def nose_towards(craft: Craft, target: Vector) -> float | None:
    """Towards where it flies, once that is far enough to be a direction."""
    if flat_distance_m(craft.position, target) < NOSE_FOLLOWS_BEYOND_M:
        return None
    return course_deg(craft.position, target)


class Stopping:
    """BRAKE and LOITER: stop, then stay. STABILIZE on the ground: stand."""

    def __init__(self, accel: float = BRAKE_ACCEL) -> None:
        self._accel = accel

    def steer(self, craft: Craft, dt_s: float) -> Demand:
        del craft, dt_s
        return Demand(Vector(), self._accel, 2.5)

    def landed(self, craft: Craft) -> Landed:
        return by_ground(craft)


class TakingOff:
    """Straight up to a height above home."""

    def __init__(self, height_m: float) -> None:
        self._height_m = height_m
        self._spooled_s = 0.0
        self._over: Vector | None = None

    def reached(self, craft: Craft) -> bool:
        """Whether it is there."""
        return craft.position.up >= craft.home.up + self._height_m - NEAR_M

    def steer(self, craft: Craft, dt_s: float) -> Demand:
        self._spooled_s += dt_s
        if self._spooled_s < SPOOL_S:
            return Demand(Vector())
        return fly_to(craft.position, self.top(craft), craft.limits)

    def top(self, craft: Craft) -> Vector:
        """Where it is when it is up."""
        if self._over is None:
            self._over = craft.position
        return Vector(self._over.east, self._over.north, craft.home.up + self._height_m)

    def landed(self, craft: Craft) -> Landed:
        if self.reached(craft):
            return Landed.IN_AIR
        return Landed.TAKING_OFF


class Guided:
    """GUIDED: to wherever a ground station says. On the ground it stays there until it is told to
    take off, whatever place it was given."""

    def __init__(self, position: Vector, on_ground: bool) -> None:
        self._target: Vector | None = None if on_ground else position
        self._take_off: TakingOff | None = None

    @property
    def target(self) -> Vector | None:
        return self._target

    def go_to(self, target: Vector) -> None:
        self._target = target
        self._take_off = None

    def take_off(self, height_m: float) -> None:
        self._take_off = TakingOff(height_m)

    def steer(self, craft: Craft, dt_s: float) -> Demand:
        if self._take_off is not None:
            if not self._take_off.reached(craft):
                return self._take_off.steer(craft, dt_s)
            self._target, self._take_off = self._take_off.top(craft), None
        if self._target is None or craft.on_ground:
            return Demand(Vector())
        return fly_to(craft.position, self._target, craft.limits, nose_towards(craft, self._target))

    def landed(self, craft: Craft) -> Landed:
        if self._take_off is not None:
            return self._take_off.landed(craft)
        return by_ground(craft)


class Landing:
    """LAND: down over one place; without a position it drifts with the wind."""

    def __init__(self, over: Vector | None = None) -> None:
        self._over = over

    def steer(self, craft: Craft, dt_s: float) -> Demand:
        del dt_s
        limits, now = craft.limits, craft.position
        high = now.up - craft.home.up > craft.parameters.metres("LAND_ALT_LOW")
        fast = craft.parameters.metres("LAND_SPEED_HIGH") or limits.down
        down = fast if high else max(0.3, craft.parameters.metres("LAND_SPEED"))
        if not craft.position_known:
            return Demand(Vector(craft.wind[0] * 0.5, craft.wind[1] * 0.5, -down))
        if self._over is None:
            return Demand(Vector(0.0, 0.0, -down), BRAKE_ACCEL)
        level = Vector(self._over.east, self._over.north, now.up)
        flat = fly_to(now, level, limits)
        return Demand(Vector(flat.velocity.east, flat.velocity.north, -down), limits.accel)

    def landed(self, craft: Craft) -> Landed:
        return Landed.ON_GROUND if craft.on_ground else Landed.LANDING


class Returning:
    """RTL: up to its height, home, wait, down."""

    def __init__(self) -> None:
        self._climbed = False
        self._waited_s = 0.0
        self._up_m: float | None = None
        self._above: Vector | None = None
        self._landing: Landing | None = None

    def steer(self, craft: Craft, dt_s: float) -> Demand:
        if self._landing is not None or craft.on_ground:
            self._landing = self._landing or Landing(craft.home)
            return self._landing.steer(craft, dt_s)
        now = craft.position
        if self._up_m is None or self._above is None:
            self._up_m = max(now.up, craft.home.up + craft.parameters.metres("RTL_ALT"))
            self._above = now
        limits = craft.limits.at_speed(craft.parameters.metres("RTL_SPEED") or None)
        if not self._climbed and now.up < self._up_m - NEAR_M:
            up = Vector(self._above.east, self._above.north, self._up_m)
            return fly_to(now, up, limits)
        self._climbed = True
        home = Vector(craft.home.east, craft.home.north, self._up_m)
        if flat_distance_m(now, home) < HOME_NEAR_M:
            self._waited_s += dt_s
            if self._waited_s * 1000.0 >= craft.parameters["RTL_LOIT_TIME"]:
                self._landing = Landing(craft.home)
        return fly_to(now, home, limits, nose_towards(craft, home))

    def landed(self, craft: Craft) -> Landed:
        if self._landing is not None:
            return self._landing.landed(craft)
        return by_ground(craft)
