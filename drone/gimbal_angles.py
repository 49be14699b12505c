"""Where a camera's mount points, from the messages of three generations. Pure; any thread.

Gimbal protocol v2 sends a quaternion whose yaw counts from north or from the vehicle's nose, as its
flags say; the older messages' yaw counts from the nose. Those are turned with the vehicle's own
heading; without a young one nothing is told."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from drone.readings import Nonsense
from ground_station.core.agent_vehicles import GimbalReading

# GIMBAL_DEVICE_FLAGS
_YAW_LOCK, _FROM_VEHICLE, _FROM_NORTH = 16, 32, 64
_FIRST_GIMBALS = (0, 1, 154)  # of `gimbal_device_id`: its own, an autopilot's first, by component
GIMBAL_COMPONENT = 154
_STRAIGHT = 0.99999  # of the sine of pitch: there roll and yaw are one and the same turn
_MAX_DEG = 720.0


class GimbalAttitude(msgspec.Struct, frozen=True):
    """GIMBAL_DEVICE_ATTITUDE_STATUS. `q`: w, x, y, z."""

    flags: int
    q: list[float | None]
    gimbal_device_id: int = 0
    time_boot_ms: int | None = None


class MountStatus(msgspec.Struct, frozen=True):
    """ArduPilot before 4.3: hundredths of degrees, pitch, roll and yaw."""

    pointing_a: int
    pointing_b: int
    pointing_c: int


class MountOrientation(msgspec.Struct, frozen=True):
    """PX4's older one: degrees. Its `yaw_absolute` is not read: 0 where a sender left it out."""

    roll: float | None
    pitch: float | None
    yaw: float | None


@dataclass(frozen=True, slots=True)
class Pointing:
    """Where a mount points: pitch (up positive) and roll from the level; yaw from true north, or
    from the vehicle's nose where `from_nose`."""

    pitch_deg: float
    roll_deg: float
    yaw_deg: float
    from_nose: bool = False


MountMessage = GimbalAttitude | MountStatus | MountOrientation

MESSAGES: dict[str, type[MountMessage]] = {
    "GIMBAL_DEVICE_ATTITUDE_STATUS": GimbalAttitude,
    "MOUNT_STATUS": MountStatus,
    "MOUNT_ORIENTATION": MountOrientation,
}


def gimbal_of(message: MountMessage, heading_deg: float | None) -> GimbalReading | None:
    """Args:
        heading_deg: the vehicle's nose from north; None: not known now.

    Returns:
        None for another gimbal than the first, for angles that it does not know, and where its
        yaw cannot be turned to north.
    """
    pointing = pointing_of(message)
    if pointing is None or (pointing.from_nose and heading_deg is None):
        return None
    yaw = pointing.yaw_deg + (heading_deg or 0.0 if pointing.from_nose else 0.0)
    return GimbalReading(0, pointing.pitch_deg, pointing.roll_deg, yaw % 360 % 360)


def pointing_of(message: MountMessage) -> Pointing | None:
    """None for another gimbal than the first, and for angles that it does not know.

    Raises:
        Nonsense: angles that cannot be.
    """
    if isinstance(message, GimbalAttitude):
        return _of_quaternion(message)
    if isinstance(message, MountStatus):
        angles: tuple[float | None, ...] = (
            message.pointing_a / 100,
            message.pointing_b / 100,
            message.pointing_c / 100,
        )
    else:
        angles = (message.pitch, message.roll, message.yaw)
    known = [angle for angle in angles if angle is not None]
    if len(known) < 3:
        return None
    if any(abs(angle) > _MAX_DEG for angle in known):
        raise Nonsense("says angles of its gimbal that cannot be")
    return Pointing(known[0], known[1], known[2], from_nose=True)


def _of_quaternion(message: GimbalAttitude) -> Pointing | None:
    if message.gimbal_device_id not in _FIRST_GIMBALS:
        return None
    parts = [part for part in message.q if part is not None]
    if len(parts) < len(message.q):
        return None
    if len(parts) != 4 or not 0.9 <= math.hypot(*parts) <= 1.1:
        raise Nonsense("says an attitude of its gimbal that is no turn")
    norm = math.hypot(*parts)
    pitch, roll, yaw = angles_of(*(part / norm for part in parts))
    return Pointing(pitch, roll, yaw, from_nose=not _counts_from_north(message.flags))


def _counts_from_north(flags: int) -> bool:
    """As MAVLink has it: where a gimbal says neither, the older lock flag decides."""
    if flags & (_FROM_NORTH | _FROM_VEHICLE):
        return bool(flags & _FROM_NORTH)
    return bool(flags & _YAW_LOCK)


def angles_of(w: float, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Pitch, roll, yaw in degrees, turned in the order yaw, pitch, roll."""
    sine = max(-1.0, min(1.0, 2 * (w * y - z * x)))
    if abs(sine) > _STRAIGHT:  # straight down or up: all of the turn is called yaw
        yaw = math.atan2(-2 * (x * y - w * z), 1 - 2 * (x * x + z * z))
        return math.degrees(math.asin(sine)), 0.0, math.degrees(yaw)
    roll = math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
    yaw = math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return math.degrees(math.asin(sine)), math.degrees(roll), math.degrees(yaw)


def quaternion_of(pointing: Pointing) -> tuple[float, float, float, float]:
    """w, x, y, z of the turn; `angles_of` is the way back."""
    roll, pitch, yaw = (
        math.radians(angle) / 2
        for angle in (pointing.roll_deg, pointing.pitch_deg, pointing.yaw_deg)
    )
    cr, sr, cp, sp, cy, sy = (
        f(angle) for angle in (roll, pitch, yaw) for f in (math.cos, math.sin)
    )
    return (
        cr * cp * cy + sr * sp * sy,
        sr * cp * cy - cr * sp * sy,
        cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy,
    )
