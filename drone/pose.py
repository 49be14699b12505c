"""From how a vehicle is turned to which way its camera looks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from drone.link import VehicleLink, VehiclePose
from ground_station.core.agent_vehicles import CameraPose, VehicleLinkState
from ground_station.core.errors import ConfigError

_STRAIGHT_DOWN = 1e-6  # of the axis: nearer to the vertical than this it has no compass direction
Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Mount:
    """How a camera is fixed to its vehicle. It looks where the nose points, unless the vehicle
    tells of a gimbal.

    Attributes:
        pitch_deg: of the optical axis: -90 straight down, 0 ahead.
        hfov_deg: the lens: the horizontal field of view of the whole picture.
        stabilised: a gimbal keeps that pitch and the horizon level however the vehicle leans;
            else the camera leans with it.

    Raises:
        ConfigError: a number is out of its range.
    """

    pitch_deg: float = -60.0
    hfov_deg: float = 70.0
    stabilised: bool = True

    def __post_init__(self) -> None:
        if not -90.0 <= self.pitch_deg <= 30.0:
            raise ConfigError(
                f"A camera cannot be mounted at a pitch of {self.pitch_deg:g} degrees.",
                "From -90 (straight down) to 30: --camera-pitch.",
            )
        if not 5.0 <= self.hfov_deg <= 170.0:
            raise ConfigError(
                f"No lens has a field of view of {self.hfov_deg:g} degrees across.",
                "From 5 to 170: --camera-hfov.",
            )


@dataclass(frozen=True, slots=True)
class View:
    """What a camera looked at, at one instant.

    Attributes:
        pose: None where it is not known. why_not: then why, in one sentence.
        link_lost: there is no link to the vehicle at all.
    """

    pose: CameraPose | None = None
    why_not: str = ""
    link_lost: bool = False


class Eye:
    """The camera of one vehicle. On the link's loop only.

    Args:
        system_id: of the vehicle that carries it; None: of the only one there is.
    """

    def __init__(self, link: VehicleLink, mount: Mount, system_id: int | None = None) -> None:
        self._link = link
        self._mount = mount
        self._wanted = system_id

    @property
    def system_id(self) -> int | None:
        """Of the vehicle that carries it; None while none is there or it could be any of them."""
        ids = [report.system_id for report in self._link.reports()]
        if self._wanted is not None:
            return self._wanted if self._wanted in ids else None
        return ids[0] if len(ids) == 1 else None

    def look(self, at: datetime) -> View:
        """Where it looked at that instant; never a place of another time."""
        system_id = self.system_id
        if system_id is None:
            return View(None, self._nobody())
        state = next(r.link for r in self._link.reports() if r.system_id == system_id)
        if state is not VehicleLinkState.CONNECTED:
            return View(None, "The link to the drone is lost.", link_lost=True)
        vehicle = self._link.pose_at(system_id, at)
        if vehicle is None or vehicle.uncertain:
            return View(None, "The drone's position is not known.")
        if self._mount.stabilised and vehicle.pointing_lost:
            return View(None, "The gimbal's angles are not known: the drone told them and stopped.")
        pose = camera_pose(vehicle, self._mount)
        if pose is None:
            return View(None, "The height of the ground is not known: the drone has no home yet.")
        return View(pose)

    def _nobody(self) -> str:
        if self._wanted is None and self._link.reports():
            return "Several drones are there; nobody said which one carries the camera."
        return "The drone was not heard yet."


def camera_pose(vehicle: VehiclePose, mount: Mount) -> CameraPose | None:
    """Where a vehicle's camera is and looks. The ground is taken to be as high as its home; None
    where that is not known. The camera is taken to be where the vehicle is.

    A stabilised camera looks where the vehicle says that its mount points; where it says nothing of
    a mount, ahead and down by the angle that `mount` tells. A rigid one leans with the vehicle,
    whatever mount there is besides."""
    if vehicle.home_amsl_m is None:
        return None
    if mount.stabilised and vehicle.pointing is not None:
        at = vehicle.pointing
        yaw, pitch, roll = at.yaw_deg, at.pitch_deg, at.roll_deg
    elif mount.stabilised:
        yaw, pitch, roll = vehicle.heading_deg, mount.pitch_deg, 0.0
    else:
        yaw, pitch, roll = _leaning(vehicle, mount.pitch_deg)
    return CameraPose(
        vehicle.lat,
        vehicle.lon,
        vehicle.alt_amsl_m,
        vehicle.home_amsl_m,
        yaw % 360.0,
        pitch,
        roll,
        mount.hfov_deg,
    )


def _leaning(vehicle: VehiclePose, mounted_deg: float) -> tuple[float, float, float]:
    """Yaw, pitch and roll of a camera that leans with its vehicle."""
    mounted = math.radians(mounted_deg)
    axis = _to_ned((math.cos(mounted), 0.0, -math.sin(mounted)), vehicle)
    right = _to_ned((0.0, 1.0, 0.0), vehicle)
    level = math.hypot(axis[0], axis[1])
    if level < _STRAIGHT_DOWN:
        up = _to_ned((-math.sin(mounted), 0.0, -math.cos(mounted)), vehicle)  # of the picture
        return math.degrees(math.atan2(up[1], up[0])), math.copysign(90.0, -axis[2]), 0.0
    yaw = math.atan2(axis[1], axis[0])
    level_right = (-math.sin(yaw), math.cos(yaw), 0.0)
    level_down = _cross(axis, level_right)
    roll = math.atan2(_dot(right, level_down), _dot(right, level_right))
    return math.degrees(yaw), math.degrees(math.atan2(-axis[2], level)), math.degrees(roll)


def _to_ned(body: Vector, vehicle: VehiclePose) -> Vector:
    """A direction forward, right, down of the vehicle as north, east, down."""
    roll, pitch, yaw = (
        math.radians(angle) for angle in (vehicle.roll_deg, vehicle.pitch_deg, vehicle.heading_deg)
    )
    x, y, z = body
    y, z = y * math.cos(roll) - z * math.sin(roll), y * math.sin(roll) + z * math.cos(roll)
    x, z = x * math.cos(pitch) + z * math.sin(pitch), z * math.cos(pitch) - x * math.sin(pitch)
    return x * math.cos(yaw) - y * math.sin(yaw), x * math.sin(yaw) + y * math.cos(yaw), z


def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
