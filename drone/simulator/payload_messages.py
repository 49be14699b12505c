"""Messages of the mount, the camera and the outputs. A maker gives None where there is no such
thing, or where an ArduCopter of that kind does not tell it."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.camera import CARD_MIB, Picture
from drone.simulator.gimbal import MountMode

if TYPE_CHECKING:
    from drone.simulator.pilot import Pilot

Message = Any
DEVICE = 1  # the mount's number, of the autopilot's first
_NAN = float("nan")
_NO_ONE = b""

# GIMBAL_DEVICE_FLAGS: roll and pitch count from the horizon, yaw from the nose, as ArduPilot's do
_RETRACT, _NEUTRAL, _LEVEL, _YAW_LOCK, _FROM_NOSE = 1, 2, 4 | 8, 16, 32
# GIMBAL_MANAGER_CAP_FLAGS: retract, neutral, roll, pitch and yaw axes with their locks, points at
# places in the model's frame and in the world's
_CAN_PITCH, _CAN_PAN = 1 | 2 | 4 | 16 | 32 | 128, 256 | 512 | 1024
_CAN_LOOK = 65536 | 131072
# CAMERA_CAP_FLAGS
_VIDEO, _IMAGE, _IMAGE_IN_VIDEO, _ZOOM = 1, 2, 8, 64
_LENS_MM, _SENSOR_MM = 4.4, (6.17, 3.47)  # 70 degrees across
_RESOLUTION = (1920, 1080)
_SERVO_IDLE_US = 0


def gimbal_manager_information(pilot: Pilot, boot_ms: int) -> Message | None:
    gimbal = pilot.gimbal
    if not gimbal.there:
        return None
    can = _CAN_PITCH | _CAN_LOOK | (_CAN_PAN if gimbal.pans else 0)
    limits = [math.radians(end) for axis in ("ROLL", "PITCH", "YAW") for end in gimbal.limits(axis)]
    return mav.MAVLink_gimbal_manager_information_message(boot_ms, can, DEVICE, *limits)


def _flags(pilot: Pilot) -> int:
    gimbal = pilot.gimbal
    of_mode = {MountMode.RETRACT: _RETRACT, MountMode.NEUTRAL: _NEUTRAL}.get(gimbal.mode, 0)
    return of_mode | _LEVEL | (_YAW_LOCK if gimbal.locked else 0)


def gimbal_manager_status(pilot: Pilot, boot_ms: int) -> Message | None:
    if not pilot.gimbal.there:
        return None
    return mav.MAVLink_gimbal_manager_status_message(
        boot_ms, _flags(pilot), DEVICE, *pilot.gimbal.controllers, 0, 0
    )


def gimbal_device_attitude_status(pilot: Pilot, boot_ms: int) -> Message | None:
    gimbal = pilot.gimbal
    if not gimbal.there:
        return None
    turn = quaternion(gimbal.roll_deg, gimbal.pitch_deg, gimbal.yaw_deg)
    rates = (0.0, *(math.radians(rate) for rate in gimbal.rates_deg_s))
    return mav.MAVLink_gimbal_device_attitude_status_message(
        0, 0, boot_ms, _flags(pilot) | _FROM_NOSE, turn, *rates, 0, gimbal_device_id=DEVICE
    )


def camera_information(pilot: Pilot, boot_ms: int) -> Message | None:
    camera = pilot.camera
    if not camera.there:
        return None
    lens = (_LENS_MM, *_SENSOR_MM) if camera.by_mount else (_NAN, _NAN, _NAN)
    pixels = _RESOLUTION if camera.by_mount else (0, 0)
    can = _IMAGE | (_VIDEO | _IMAGE_IN_VIDEO | _ZOOM if camera.by_mount else 0)
    vendor, model = list(b"Kestrel".ljust(32, b"\0")), list(b"Simulated".ljust(32, b"\0"))
    mount = DEVICE if pilot.gimbal.there else 0
    return mav.MAVLink_camera_information_message(
        boot_ms, vendor, model, 0, *lens, *pixels, 0, can, 0, _NO_ONE, mount
    )


def camera_settings(pilot: Pilot, boot_ms: int) -> Message | None:
    if not pilot.camera.by_mount:
        return None
    return mav.MAVLink_camera_settings_message(boot_ms, 0, pilot.camera.zoom, _NAN)


def storage_information(pilot: Pilot, boot_ms: int) -> Message | None:
    camera = pilot.camera
    if not camera.by_mount:
        return None
    return mav.MAVLink_storage_information_message(
        boot_ms, 1, 1, 2, CARD_MIB, min(CARD_MIB, camera.used_mib), camera.free_mib, _NAN, _NAN
    )


def camera_capture_status(pilot: Pilot, boot_ms: int) -> Message | None:
    camera = pilot.camera
    if not camera.there:
        return None
    recording = camera.recording_s
    return mav.MAVLink_camera_capture_status_message(
        boot_ms,
        2 if camera.interval_s > 0 else 0,
        0 if recording is None else 1,
        camera.interval_s,
        0 if recording is None else round(recording * 1000),
        camera.free_mib if camera.by_mount else _NAN,
        camera.count,
    )


def pictures(pilot: Pilot, boot_ms: int) -> list[Message]:
    """Of those that were taken and not told yet: CAMERA_FEEDBACK, as an ArduPilot sends it unasked,
    and CAMERA_IMAGE_CAPTURED of the camera protocol."""
    told = []
    while pilot.camera.taken:
        picture = pilot.camera.taken.popleft()
        told.extend([_feedback(pilot, picture), _image_captured(pilot, picture, boot_ms)])
    return told


def _feedback(pilot: Pilot, picture: Picture) -> Message:
    lat, lon, amsl_m = pilot.degrees(picture.at)
    return mav.MAVLink_camera_feedback_message(
        *(round(time.time() * 1e6), 0, 0, picture.number & 0xFFFF),
        *(round(lat * 1e7), round(lon * 1e7), amsl_m, picture.at.up - pilot.home.up),
        *(picture.roll_deg, picture.pitch_deg, picture.heading_deg),
        *(0.0, 0, picture.number & 0xFFFF),
    )


def _image_captured(pilot: Pilot, picture: Picture, boot_ms: int) -> Message:
    """The camera's turn: the mount's where there is one, else the aircraft's."""
    lat, lon, amsl_m = pilot.degrees(picture.at)
    gimbal = pilot.gimbal
    if gimbal.there:
        angles = gimbal.roll_deg, gimbal.pitch_deg, picture.heading_deg + gimbal.yaw_deg
    else:
        angles = picture.roll_deg, picture.pitch_deg, picture.heading_deg
    return mav.MAVLink_camera_image_captured_message(
        *(boot_ms, round(time.time() * 1e6), 1, round(lat * 1e7), round(lon * 1e7)),
        *(round(amsl_m * 1000), round((picture.at.up - pilot.home.up) * 1000)),
        *(quaternion(*angles), picture.number, 1, _NO_ONE),
    )


def relay_status(pilot: Pilot, boot_ms: int) -> Message | None:
    """None where no relay is set up."""
    present = _bits(pilot.outputs.present)
    if not present:
        return None
    return mav.MAVLink_relay_status_message(boot_ms, _bits(pilot.outputs.on), present)


def servo_output_raw(pilot: Pilot, boot_ms: int) -> Message:
    motor = 1000 + min(1000, round(pilot.battery.current_a * 35)) if pilot.armed else 1000
    outputs = [motor] * 4
    outputs += [pilot.outputs.servos.get(number, _SERVO_IDLE_US) for number in range(5, 17)]
    return mav.MAVLink_servo_output_raw_message(boot_ms * 1000 & 0xFFFFFFFF, 0, *outputs)


def _bits(flags: list[bool]) -> int:
    return sum(1 << place for place, on in enumerate(flags) if on)


def quaternion(roll_deg: float, pitch_deg: float, yaw_deg: float) -> list[float]:
    """w, x, y, z of the turns yaw, pitch, roll."""
    roll, pitch, yaw = (math.radians(angle) / 2 for angle in (roll_deg, pitch_deg, yaw_deg))
    cr, sr, cp, sp = math.cos(roll), math.sin(roll), math.cos(pitch), math.sin(pitch)
    cy, sy = math.cos(yaw), math.sin(yaw)
    return [
        cr * cp * cy + sr * sp * sy,
        sr * cp * cy - cr * sp * sy,
        cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy,
    ]
