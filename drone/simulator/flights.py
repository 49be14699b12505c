"""What each flight mode does with the aircraft, one class a mode; the autopilot changes between
them. Each is asked for a `Demand` at every step."""

from __future__ import annotations

from collections.abc import Sequence
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
CARRIED = 0.5  # of the wind's speed, where nothing holds it against it
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
    @property
    def return_place(self) -> Vector: ...


class Flight(Protocol):
    """One mode at work."""

    def steer(self, craft: Craft, dt_s: float) -> Demand: ...
    def landed(self, craft: Craft) -> Landed: ...


def by_ground(craft: Craft) -> Landed:
    """On the ground or in the air, and nothing in between."""
    return Landed.ON_GROUND if craft.on_ground else Landed.IN_AIR


def nose_towards(craft: Craft, target: Vector, *, returning: bool = False) -> float | None:
    """Towards where it flies, once that is far enough to be a direction, and where WP_YAW_BEHAVIOR
    does not leave it alone: always (0), or on the way home (2)."""
    behaviour = craft.parameters["WP_YAW_BEHAVIOR"]
    if behaviour == 0 or (behaviour == 2 and returning):
        return None
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


class Drifting:
    """ALT_HOLD with nobody at the sticks, and every mode that has lost its position: at its height,
    and off with the wind."""

    def steer(self, craft: Craft, dt_s: float) -> Demand:
        del dt_s
        east, north = craft.wind
        return Demand(Vector(east * CARRIED, north * CARRIED, 0.0))

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
            return Demand(Vector(craft.wind[0] * CARRIED, craft.wind[1] * CARRIED, -down))
        if self._over is None:
            return Demand(Vector(0.0, 0.0, -down), BRAKE_ACCEL)
        level = Vector(self._over.east, self._over.north, now.up)
        flat = fly_to(now, level, limits)
        return Demand(Vector(flat.velocity.east, flat.velocity.north, -down), limits.accel)

    def landed(self, craft: Craft) -> Landed:
        return Landed.ON_GROUND if craft.on_ground else Landed.LANDING


class Returning:
    """RTL: up to its height, home or to a rally point, wait, down."""

    def __init__(self) -> None:
        self._climbed = False
        self._waited_s = 0.0
        self._above: Vector | None = None  # where it climbs
        self._place: Vector | None = None
        self._landing: Landing | None = None

    def _to(self, craft: Craft) -> Vector:
        """Chosen once, when it begins."""
        if self._place is None:
            place = craft.return_place
            self._above = craft.position
            self._place = place._replace(up=max(craft.position.up, place.up))
        return self._place

    def steer(self, craft: Craft, dt_s: float) -> Demand:
        place, now = self._to(craft), craft.position
        if self._landing is not None or craft.on_ground:
            self._landing = self._landing or Landing(place)
            return self._landing.steer(craft, dt_s)
        limits = craft.limits.at_speed(craft.parameters.metres("RTL_SPEED") or None)
        assert self._above is not None
        if not self._climbed and now.up < place.up - NEAR_M:
            return fly_to(now, self._above._replace(up=place.up), limits)
        self._climbed = True
        if flat_distance_m(now, place) < HOME_NEAR_M:
            self._waited_s += dt_s
            if self._waited_s * 1000.0 >= craft.parameters["RTL_LOIT_TIME"]:
                self._landing = Landing(place)
        return fly_to(now, place, limits, nose_towards(craft, place, returning=True))

    def landed(self, craft: Craft) -> Landed:
        if self._landing is not None:
            return self._landing.landed(craft)
        return by_ground(craft)


class Rallying(Craft, Protocol):
    """What has rally points."""

    @property
    def rally(self) -> Sequence[Vector]: ...


def return_place(craft: Rallying) -> Vector:
    """The nearest rally point within RALLY_LIMIT_KM, or home where there is none, or where home is
    nearer and RALLY_INCL_HOME lets it count. `up` is the least height on the way: RTL_ALT above
    home, or the rally point's own where that is more."""
    lowest = craft.home.up + craft.parameters.metres("RTL_ALT")
    home = craft.home._replace(up=lowest)
    limit_m = craft.parameters["RALLY_LIMIT_KM"] * 1000.0
    by_distance = sorted((flat_distance_m(craft.position, at), at) for at in craft.rally)
    if not by_distance or 0 < limit_m < by_distance[0][0]:
        return home
    distance, nearest = by_distance[0]
    counts = craft.parameters["RALLY_INCL_HOME"] == 1
    if counts and flat_distance_m(craft.position, home) <= distance:
        return home
    return nearest._replace(up=max(lowest, nearest.up))
