"""The camera's mount, as ArduCopter drives one of MNT1_TYPE 1: angles, rates or a place to look at,
limits, and the time that turning takes. Pure but for what its owner tells it of the aircraft.

Pitch counts from the horizon, up positive; yaw from the nose, or from north where it is locked.
How fast it turns is ours: ArduPilot leaves that to the mount."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

from drone.simulator.flight import Vector
from drone.simulator.parameters import Parameters

SLEW_DEG_S = 60.0


class MountMode(IntEnum):
    """MAV_MOUNT_MODE, those that are flown here."""

    RETRACT = 0
    NEUTRAL = 1
    ANGLES = 2
    BY_HAND = 3  # by remote control; nobody's stick is there, so it stays as it is
    PLACE = 4
    HOME = 6


class Aim(NamedTuple):
    """Where it shall point; `locked`: yaw counts from north. Rates in degrees a second."""

    pitch_deg: float = 0.0
    yaw_deg: float = 0.0
    locked: bool = False
    pitch_rate: float = 0.0
    yaw_rate: float = 0.0


class Gimbal:
    """Attributes:
    mode: what it does. pitch_deg, roll_deg: from the horizon; yaw_deg: from the nose.
    controllers: (system, component) of who said last that they have control, and 0, 0 before.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self.mode = MountMode.NEUTRAL
        self.pitch_deg, self.roll_deg, self.yaw_deg = 0.0, 0.0, 0.0
        self.rates_deg_s = (0.0, 0.0)  # of pitch and yaw
        self.controllers = (0, 0)
        self._aim = Aim()
        self._place: Vector | None = None
        self._type = 0.0
        self.reboot()

    def reboot(self) -> None:
        """MNT1_TYPE is read then, and only then, as on the vehicle."""
        self._type = self._parameters["MNT1_TYPE"]
        self.controllers = (0, 0)
        self.to_default()
        self._neutral()

    @property
    def there(self) -> bool:
        return self._type != 0

    @property
    def pans(self) -> bool:
        """Whether it can look to the side without the nose."""
        return self.there and self._parameters["MNT1_YAW_MAX"] > self._parameters["MNT1_YAW_MIN"]

    @property
    def locked(self) -> bool:
        return self.mode is MountMode.ANGLES and self._aim.locked

    def limits(self, axis: str) -> tuple[float, float]:
        """Degrees, least and most, of PITCH, ROLL or YAW."""
        return self._parameters[f"MNT1_{axis}_MIN"], self._parameters[f"MNT1_{axis}_MAX"]

    # --- what it is told -------------------------------------------------------------------------

    def aim(self, aim: Aim) -> None:
        """To angles. They may be outside of the limits; it goes as far as it can."""
        self.mode, self._aim, self._place = MountMode.ANGLES, aim, None

    def turn(self, pitch_rate: float, yaw_rate: float, *, locked: bool, heading_deg: float) -> None:
        """At rates, from where it is, until told otherwise."""
        yaw = self.yaw_deg + heading_deg if locked else self.yaw_deg
        self.aim(Aim(self.pitch_deg, yaw, locked, pitch_rate, yaw_rate))

    def look_at(self, place: Vector | None) -> None:
        """A place in the model's frame; None ends it, and MNT1_DEFLT_MODE is what is done then."""
        if place is None:
            self.to_default()
        else:
            self.mode, self._place = MountMode.PLACE, place

    def to_default(self) -> None:
        """As MNT1_DEFLT_MODE says."""
        self.set_mode(int(self._parameters["MNT1_DEFLT_MODE"]))

    def set_mode(self, number: int) -> bool:
        """False where there is no such mode."""
        try:
            mode = MountMode(number)
        except ValueError:
            return False
        if mode in {MountMode.ANGLES, MountMode.BY_HAND}:
            self._aim = Aim(self.pitch_deg, self.yaw_deg)
        self.mode, self._place = mode, None
        return True

    # --- time ------------------------------------------------------------------------------------

    def step(self, dt_s: float, at: Vector, heading_deg: float, home: Vector) -> None:
        """Turn on towards what it shall look at."""
        if not self.there:
            return
        pitch, yaw = self._wanted(dt_s, at, heading_deg, home)
        before = (self.pitch_deg, self.yaw_deg)
        self.pitch_deg = _towards(self.pitch_deg, _held(pitch, self.limits("PITCH")), dt_s)
        self.yaw_deg = _towards(self.yaw_deg, _held(_half_turn(yaw), self.limits("YAW")), dt_s)
        self.rates_deg_s = (
            (self.pitch_deg - before[0]) / dt_s,
            (self.yaw_deg - before[1]) / dt_s,
        )

    def _wanted(
        self, dt_s: float, at: Vector, heading_deg: float, home: Vector
    ) -> tuple[float, float]:
        place = home if self.mode is MountMode.HOME else self._place
        if place is not None:
            return _angles_to(at, place, heading_deg)
        if self.mode in {MountMode.NEUTRAL, MountMode.RETRACT}:
            return self._parameters["MNT1_NEUTRAL_Y"], self._parameters["MNT1_NEUTRAL_Z"]
        self._aim = self._turned_on(dt_s)
        yaw = self._aim.yaw_deg - (heading_deg if self._aim.locked else 0.0)
        return self._aim.pitch_deg, yaw

    def _turned_on(self, dt_s: float) -> Aim:
        """The aim after another `dt_s` at its rates, which stop at the limits."""
        aim = self._aim
        if not aim.pitch_rate and not aim.yaw_rate:
            return aim
        pitch = _held(aim.pitch_deg + aim.pitch_rate * dt_s, self.limits("PITCH"))
        yaw = aim.yaw_deg + aim.yaw_rate * dt_s
        return aim._replace(pitch_deg=pitch, yaw_deg=_half_turn(yaw) if aim.locked else yaw)

    def _neutral(self) -> None:
        """Where it stands after boot."""
        self.pitch_deg = _held(self._parameters["MNT1_NEUTRAL_Y"], self.limits("PITCH"))
        self.yaw_deg = _held(self._parameters["MNT1_NEUTRAL_Z"], self.limits("YAW"))
        self._aim = Aim(self.pitch_deg, self.yaw_deg)


def _angles_to(at: Vector, place: Vector, heading_deg: float) -> tuple[float, float]:
    """Pitch and yaw from the nose that look from one place to another."""
    east, north, up = place.east - at.east, place.north - at.north, place.up - at.up
    pitch = math.degrees(math.atan2(up, math.hypot(east, north)))
    return pitch, math.degrees(math.atan2(east, north)) - heading_deg


def _half_turn(degrees: float) -> float:
    """The same direction, from -180 up to 180."""
    return (degrees + 180.0) % 360.0 - 180.0


def _held(value: float, limits: tuple[float, float]) -> float:
    return max(limits[0], min(limits[1], value))


def _towards(now: float, wanted: float, dt_s: float) -> float:
    most = SLEW_DEG_S * dt_s
    return now + max(-most, min(most, wanted - now))
