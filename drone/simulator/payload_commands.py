"""Commands to the mount, the camera, relays and servos: what ArduCopter answers, and what it does.
Where there is no camera or mount, they are answered as by an ArduCopter that has none."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from drone.simulator.camera import FOR_EVER
from drone.simulator.command import Command
from drone.simulator.flight import Vector
from drone.simulator.gimbal import Aim, MountMode
from drone.simulator.items import Cmd, Frame
from drone.simulator.landed import Result, Severity

if TYPE_CHECKING:
    from drone.simulator.pilot import Pilot

# GIMBAL_MANAGER_FLAGS
_RETRACT, _NEUTRAL, _YAW_LOCK, _YAW_IN_EARTH = 1, 2, 16, 64
_LOWEST_M, _HIGHEST_M = -100_000.0, 100_000.0
_ZOOM_AT, _ZOOM_TO = 1, 2  # CAMERA_ZOOM_TYPE: continuous, range
_SHOOT = 1.0
_FIRST_DEVICES = (0.0, 1.0)  # of the mount: the primary one, or by its number
_TAKE, _RELEASE, _NOBODY = -2.0, -3.0, 0.0


def _answer(done: bool, otherwise: Result = Result.UNSUPPORTED) -> Result:
    return Result.ACCEPTED if done else otherwise


# --- where to look --------------------------------------------------------------------------------


def _roi_location(pilot: Pilot, command: Command) -> Result:
    """As COMMAND_LONG its height is above home. All zero: the end of it. Accepted where there is no
    mount: then the nose turns."""
    if not (abs(command.lat) <= 90 and abs(command.lon) <= 180):
        return Result.DENIED
    if not _LOWEST_M < command.z < _HIGHEST_M:
        return Result.DENIED
    if not (command.lat or command.lon or command.z):
        return _roi_none(pilot, command)
    absolute = command.as_int and command.frame in {Frame.AMSL, Frame.AMSL_INT, Frame.MISSION}
    up = command.z - pilot.settings.home_amsl_m if absolute else pilot.home.up + command.z
    pilot.point_at(Vector(*pilot.frame.from_wgs84(command.lat, command.lon), up))
    return Result.ACCEPTED


def _roi_none(pilot: Pilot, command: Command) -> Result:
    del command
    pilot.point_at(None)
    return Result.ACCEPTED


def _pitch_yaw(pilot: Pilot, command: Command) -> Result:
    """DO_GIMBAL_MANAGER_PITCHYAW: angles where both are numbers, else rates."""
    gimbal = pilot.gimbal
    pitch, yaw, pitch_rate, yaw_rate = command.params
    if not gimbal.there or command.z not in _FIRST_DEVICES or not math.isfinite(command.x):
        return Result.FAILED
    flags = int(command.x)
    if flags & (_RETRACT | _NEUTRAL):
        gimbal.set_mode(MountMode.RETRACT if flags & _RETRACT else MountMode.NEUTRAL)
        return Result.ACCEPTED
    locked = bool(flags & (_YAW_LOCK | _YAW_IN_EARTH))
    if math.isfinite(pitch) and math.isfinite(yaw):
        gimbal.aim(Aim(pitch, yaw, locked))
        return Result.ACCEPTED
    if math.isfinite(pitch_rate) and math.isfinite(yaw_rate):
        gimbal.turn(pitch_rate, yaw_rate, locked=locked, heading_deg=pilot.heading_deg)
        return Result.ACCEPTED
    return Result.FAILED


def _take_control(pilot: Pilot, command: Command) -> Result:
    """DO_GIMBAL_MANAGER_CONFIGURE. As on an ArduPilot, who has control is told and changes nothing:
    it does what anybody says."""
    if not pilot.gimbal.there or not command.finite:
        return Result.FAILED
    system, component = command.params[:2]
    if system == _TAKE:
        pilot.gimbal.controllers = command.peer
    elif system == _RELEASE:
        if pilot.gimbal.controllers == command.peer:
            pilot.gimbal.controllers = (0, 0)
    elif system == _NOBODY:
        pilot.gimbal.controllers = (0, 0)
    elif 0 < system < 256 and 0 <= component < 256:
        pilot.gimbal.controllers = (int(system), int(component))
    return Result.ACCEPTED


def _mount_control(pilot: Pilot, command: Command) -> Result:
    """Degrees: pitch, roll, yaw. A mission's item and COMMAND_LONG have the mode in the last
    one."""
    if not pilot.gimbal.there or not command.finite:
        return Result.FAILED
    if int(command.z) == MountMode.ANGLES:
        pilot.gimbal.aim(Aim(command.params[0], command.params[2]))
        return Result.ACCEPTED
    return _answer(pilot.gimbal.set_mode(int(command.z)), Result.FAILED)


def _mount_configure(pilot: Pilot, command: Command) -> Result:
    if not pilot.gimbal.there or not command.finite:
        return Result.FAILED
    return _answer(pilot.gimbal.set_mode(int(command.params[0])), Result.FAILED)


# --- the camera -----------------------------------------------------------------------------------


def _start_capture(pilot: Pilot, command: Command) -> Result:
    """Interval and count are its second and third parameters; a count of 0 is for ever."""
    _, interval_s, count, _ = command.params
    if not (math.isfinite(interval_s) and math.isfinite(count)) or interval_s < 0 or count < 0:
        return Result.UNSUPPORTED
    if count == 1 or (interval_s == 0 and count == 0):
        return _answer(pilot.camera.shoot())
    return _answer(pilot.camera.shoot_each_s(interval_s, int(count) or FOR_EVER))


def _stop_capture(pilot: Pilot, command: Command) -> Result:
    del command
    return _answer(pilot.camera.stop())


def _start_video(pilot: Pilot, command: Command) -> Result:
    del command
    return _answer(pilot.camera.record(True), Result.FAILED)


def _stop_video(pilot: Pilot, command: Command) -> Result:
    del command
    return _answer(pilot.camera.record(False), Result.FAILED)


def _zoom(pilot: Pilot, command: Command) -> Result:
    kind, value = command.params[:2]
    if not math.isfinite(value):
        return Result.DENIED
    if kind == _ZOOM_TO:
        return _answer(pilot.camera.zoom_to(value), Result.FAILED)
    if kind == _ZOOM_AT:
        return _answer(pilot.camera.zoom_at(value), Result.FAILED)
    return Result.UNSUPPORTED


def _digicam(pilot: Pilot, command: Command) -> Result:
    """The fifth parameter shoots."""
    if command.x == _SHOOT:
        pilot.camera.shoot()
    return _answer(pilot.camera.there)


def _trigger_distance(pilot: Pilot, command: Command) -> Result:
    """The third parameter 1: also one at once."""
    metres, at_once = command.params[0], command.params[2]
    if not math.isfinite(metres) or metres < 0:
        return Result.FAILED
    done = pilot.camera.shoot_each_m(metres, pilot.position)
    if done and at_once == _SHOOT:
        pilot.camera.shoot()
    return _answer(done)


# --- relays and servos ----------------------------------------------------------------------------


def _relay(pilot: Pilot, command: Command) -> Result:
    number, state = command.params[:2]
    if not (math.isfinite(number) and math.isfinite(state)):
        return Result.DENIED
    return _answer(pilot.outputs.switch(int(number), int(state)), Result.FAILED)


def _servo(pilot: Pilot, command: Command) -> Result:
    number, microseconds = command.params[:2]
    if not (math.isfinite(number) and math.isfinite(microseconds)):
        return Result.DENIED
    why_not = pilot.outputs.why_not(int(number))
    if why_not:
        pilot.say(Severity.INFO, why_not)
    return _answer(pilot.outputs.set_servo(int(number), int(microseconds)), Result.FAILED)


HANDLERS: dict[int, Callable[[Pilot, Command], Result]] = {
    Cmd.SET_ROI_LOCATION: _roi_location,
    Cmd.SET_ROI: _roi_location,
    Cmd.SET_ROI_NONE: _roi_none,
    Cmd.GIMBAL_MANAGER_PITCHYAW: _pitch_yaw,
    Cmd.GIMBAL_MANAGER_CONFIGURE: _take_control,
    Cmd.MOUNT_CONTROL: _mount_control,
    Cmd.MOUNT_CONFIGURE: _mount_configure,
    Cmd.IMAGE_START_CAPTURE: _start_capture,
    Cmd.IMAGE_STOP_CAPTURE: _stop_capture,
    Cmd.VIDEO_START_CAPTURE: _start_video,
    Cmd.VIDEO_STOP_CAPTURE: _stop_video,
    Cmd.SET_CAMERA_ZOOM: _zoom,
    Cmd.DIGICAM_CONTROL: _digicam,
    Cmd.SET_CAM_TRIGG_DIST: _trigger_distance,
    Cmd.SET_RELAY: _relay,
    Cmd.SET_SERVO: _servo,
}
