"""How the simulated aircraft moves: a point with limits on speed and acceleration that leans as a
multicopter would. Pure; metres east, north and up of where it stood at boot, seconds, degrees."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import NamedTuple

GRAVITY = 9.81
MAX_AIRSPEED_MPS = 20.0
DRAG_PER_M = 0.006  # of the speed through the air, squared, to an acceleration
LEAN_SETTLES_S = 0.25
YAW_RATE_DEG_S = 60.0
MAX_LEAN_DEG = 40.0
GUST_LASTS_S = 3.0


class Vector(NamedTuple):
    """East, north, up."""

    east: float = 0.0
    north: float = 0.0
    up: float = 0.0


STILL = Vector()


@dataclass(frozen=True, slots=True)
class Demand:
    """What the autopilot asks of the aircraft.

    Attributes:
        velocity: over the ground, m/s. accel: most horizontal change of it, m/s2; accel_up: most
            vertical one.
        heading_deg: where the nose shall point; None: stay.
        motors: off in the air means falling.
    """

    velocity: Vector = STILL
    accel: float = 2.5
    accel_up: float = 1.0
    heading_deg: float | None = None
    motors: bool = True


STAND = Demand(motors=False)


class Wind:
    """A steady wind and gusts that come and go, the same for the same seed.

    Args:
        from_deg: where it blows from.

    Attributes:
        more_mps: a blow on top, from there.
    """

    def __init__(self, speed_mps: float, from_deg: float, gust_mps: float, seed: int) -> None:
        towards = math.radians(from_deg + 180.0)
        self._towards = (math.sin(towards), math.cos(towards))
        self._speed_mps = speed_mps
        self.more_mps = 0.0
        self._gust_mps = gust_mps
        self._random = random.Random(seed)  # noqa: S311  weather, not secrets
        self._gust = [0.0, 0.0]

    def step(self, dt_s: float) -> tuple[float, float]:
        """(east, north) m/s that the air moves, after another `dt_s`."""
        if self._gust_mps > 0:
            keep = math.exp(-dt_s / GUST_LASTS_S)
            push = self._gust_mps * math.sqrt(1.0 - keep * keep)
            self._gust = [keep * part + push * self._random.gauss(0, 1) for part in self._gust]
        speed = self._speed_mps + self.more_mps
        return (
            self._towards[0] * speed + self._gust[0],
            self._towards[1] * speed + self._gust[1],
        )


class FlightModel:
    """Position, velocity and attitude of one aircraft over flat ground.

    Attributes:
        touch_down_mps: how fast it came down last time it met the ground.
        airspeed_mps: through the air, horizontally.
    """

    def __init__(self, heading_deg: float, wind: Wind) -> None:
        self.position = Vector()
        self.velocity = Vector()
        self.heading_deg = heading_deg % 360.0
        self.roll_deg = 0.0
        self.pitch_deg = 0.0
        self.yaw_rate_deg_s = 0.0
        self.airspeed_mps = 0.0
        self.touch_down_mps = 0.0
        self.wind = (0.0, 0.0)
        self._wind = wind

    @property
    def on_ground(self) -> bool:
        return self.position.up <= 0.0

    def step(self, dt_s: float, demand: Demand) -> None:
        """Move on by `dt_s`, at most 0.1 s at once."""
        self.wind = self._wind.step(dt_s)
        before = self.velocity
        after = self._next_velocity(dt_s, demand)
        east, north, up = self.position
        up += (before.up + after.up) / 2 * dt_s
        if up <= 0.0 and (after.up <= 0.0 or not demand.motors):
            if not self.on_ground:
                self.touch_down_mps = -after.up
            self.position, self.velocity = Vector(east, north, 0.0), Vector()
            self._lean(dt_s, 0.0, 0.0)
            self.airspeed_mps, self.yaw_rate_deg_s = 0.0, 0.0
            return
        self.position = Vector(
            east + (before.east + after.east) / 2 * dt_s,
            north + (before.north + after.north) / 2 * dt_s,
            up,
        )
        self.velocity = after
        self._turn(dt_s, demand.heading_deg)
        self._attitude(dt_s, before)

    def _next_velocity(self, dt_s: float, demand: Demand) -> Vector:
        east, north, up = self.velocity
        if not demand.motors:
            return Vector(east, north, up - GRAVITY * dt_s)
        want = demand.velocity
        change_e, change_n = want.east - east, want.north - north
        size, most = math.hypot(change_e, change_n), demand.accel * dt_s
        if size > most:
            change_e, change_n = change_e * most / size, change_n * most / size
        most_up = demand.accel_up * dt_s
        up += max(-most_up, min(most_up, want.up - up))
        return Vector(*self._held_by_air(east + change_e, north + change_n), up)

    def _held_by_air(self, east: float, north: float) -> tuple[float, float]:
        """No aircraft is faster through the air than it can be."""
        air_e, air_n = east - self.wind[0], north - self.wind[1]
        airspeed = math.hypot(air_e, air_n)
        if airspeed > MAX_AIRSPEED_MPS:
            scale = MAX_AIRSPEED_MPS / airspeed
            east, north = self.wind[0] + air_e * scale, self.wind[1] + air_n * scale
        self.airspeed_mps = min(airspeed, MAX_AIRSPEED_MPS)
        return east, north

    def _turn(self, dt_s: float, heading_deg: float | None) -> None:
        if heading_deg is None:
            self.yaw_rate_deg_s = 0.0
            return
        off = (heading_deg - self.heading_deg + 180.0) % 360.0 - 180.0
        most = YAW_RATE_DEG_S * dt_s
        turn = max(-most, min(most, off))
        self.heading_deg = (self.heading_deg + turn) % 360.0
        self.yaw_rate_deg_s = turn / dt_s

    def _attitude(self, dt_s: float, before: Vector) -> None:
        """A multicopter leans to accelerate, and against the air that streams past it."""
        air_e, air_n = self.velocity.east - self.wind[0], self.velocity.north - self.wind[1]
        drag = DRAG_PER_M * math.hypot(air_e, air_n)
        push_e = (self.velocity.east - before.east) / dt_s + drag * air_e
        push_n = (self.velocity.north - before.north) / dt_s + drag * air_n
        heading = math.radians(self.heading_deg)
        forward = push_e * math.sin(heading) + push_n * math.cos(heading)
        right = push_e * math.cos(heading) - push_n * math.sin(heading)
        self._lean(
            dt_s,
            math.degrees(math.atan2(right, GRAVITY)),
            -math.degrees(math.atan2(forward, GRAVITY)),
        )

    def _lean(self, dt_s: float, roll_deg: float, pitch_deg: float) -> None:
        part = 1.0 - math.exp(-dt_s / LEAN_SETTLES_S)
        clipped_roll = max(-MAX_LEAN_DEG, min(MAX_LEAN_DEG, roll_deg))
        clipped_pitch = max(-MAX_LEAN_DEG, min(MAX_LEAN_DEG, pitch_deg))
        self.roll_deg += (clipped_roll - self.roll_deg) * part
        self.pitch_deg += (clipped_pitch - self.pitch_deg) * part
