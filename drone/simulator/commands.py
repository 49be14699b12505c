"""COMMAND_LONG and COMMAND_INT: what the autopilot answers, and what it does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from drone.simulator import payload_commands
from drone.simulator.command import Command
from drone.simulator.items import PAYLOAD, Cmd, Frame, Item
from drone.simulator.landed import Result
from drone.simulator.modes import Mode
from drone.simulator.places import HIGHEST_M

if TYPE_CHECKING:
    from drone.simulator.pilot import Pilot

FORCE = 21196.0
CUSTOM_MODE_FLAG = 1


Handler = Callable[["Pilot", Command], Result]


def carry_out(pilot: Pilot, command: Command) -> Result:
    """Do it. Those about messages and reboots are the session's and not known here."""
    handler = _HANDLERS.get(command.number)
    return Result.UNSUPPORTED if handler is None else handler(pilot, command)


def carry_out_item(pilot: Pilot, item: Item) -> None:
    """An item of a mission that does not fly; what a vehicle cannot do of it is left out, as there.
    A mission's CHANGE_SPEED of 0 and less changes nothing."""
    carry_out(pilot, Command.of(item))


def _set_mode(pilot: Pilot, command: Command) -> Result:
    base, custom = command.params[:2]
    if not (math.isfinite(base) and math.isfinite(custom)):
        return Result.DENIED
    if not int(base) & CUSTOM_MODE_FLAG:
        return Result.UNSUPPORTED
    return Result.ACCEPTED if pilot.set_mode(int(custom)) else Result.FAILED


def _arm(pilot: Pilot, command: Command) -> Result:
    wanted, magic = command.params[:2]
    if wanted == 1.0:
        return pilot.arm(forced=magic == FORCE)
    if wanted == 0.0:
        return pilot.disarm(forced=magic == FORCE)
    return Result.UNSUPPORTED


def _take_off(pilot: Pilot, command: Command) -> Result:
    return pilot.take_off(command.z)


def _land(pilot: Pilot, command: Command) -> Result:
    del command
    return Result.ACCEPTED if pilot.set_mode(Mode.LAND) else Result.FAILED


def _return(pilot: Pilot, command: Command) -> Result:
    del command
    return Result.ACCEPTED if pilot.set_mode(Mode.RTL) else Result.FAILED


def _start_mission(pilot: Pilot, command: Command) -> Result:
    del command
    if not pilot.set_mode(Mode.AUTO):
        return Result.FAILED
    pilot.mission.start_or_resume(pilot)
    return Result.ACCEPTED


def _set_mission_current(pilot: Pilot, command: Command) -> Result:
    number, afresh = command.params[:2]
    if not 0 <= number < 65535:  # also refuses NaN
        return Result.DENIED
    done = pilot.mission.jump_to(pilot, int(number), afresh=afresh == 1.0)
    return Result.ACCEPTED if done else Result.FAILED


def _reposition(pilot: Pilot, command: Command) -> Result:
    if not command.as_int:
        return Result.COMMAND_INT_ONLY
    changes_mode = math.isfinite(command.params[1]) and int(command.params[1]) & 1
    if pilot.mode is not Mode.GUIDED and not changes_mode:
        return Result.DENIED
    up_m = _up_m(pilot, command)
    if up_m is None:
        return Result.DENIED
    answer = pilot.go_to(command.lat, command.lon, up_m)
    if answer is Result.ACCEPTED and command.params[0] > 0:
        pilot.set_speed(command.params[0])
    return answer


def _up_m(pilot: Pilot, command: Command) -> float | None:
    """The command's height in the model's frame; None where its frame is none we know."""
    if not abs(command.z) < HIGHEST_M:  # also refuses NaN
        return None
    if command.frame in {Frame.AMSL, Frame.AMSL_INT}:
        return command.z - pilot.settings.home_amsl_m
    if command.frame in {Frame.RELATIVE, Frame.RELATIVE_INT}:
        return pilot.home.up + command.z
    return None


def _change_speed(pilot: Pilot, command: Command) -> Result:
    kind, speed = command.params[:2]
    if not speed > 0 or kind not in {0.0, 1.0, 2.0, 3.0}:
        return Result.DENIED
    if kind in {0.0, 1.0}:
        pilot.set_speed(speed)
    else:
        pilot.set_climb(speed, up=kind == 2.0)
    return Result.ACCEPTED


def _set_home(pilot: Pilot, command: Command) -> Result:
    if command.params[0] == 1.0:
        lat, lon, _ = pilot.where()
        pilot.set_home(lat, lon, pilot.position.up)
        return Result.ACCEPTED
    up_m = _up_m(pilot, command)
    if up_m is None or not (abs(command.lat) <= 90 and abs(command.lon) <= 180):
        return Result.DENIED
    pilot.set_home(command.lat, command.lon, up_m)
    return Result.ACCEPTED


def _enable_fence(pilot: Pilot, command: Command) -> Result:
    if command.params[0] not in {0.0, 1.0}:
        return Result.FAILED
    pilot.parameters.put("FENCE_ENABLE", command.params[0])
    return Result.ACCEPTED


def _yaw(pilot: Pilot, command: Command) -> Result:
    """CONDITION_YAW: to a heading, or by so many degrees to the side that its third one says."""
    angle, _, direction, relative = command.params
    if not 0 <= angle <= 360 or relative not in {0.0, 1.0} or not math.isfinite(direction):
        return Result.FAILED
    pilot.nose.fix(angle, pilot.heading_deg, relative=relative == 1.0, direction=direction)
    return Result.ACCEPTED


_HANDLERS: dict[int, Handler] = {
    Cmd.SET_MODE: _set_mode,
    Cmd.ARM_DISARM: _arm,
    Cmd.TAKEOFF: _take_off,
    Cmd.LAND: _land,
    Cmd.RETURN_TO_LAUNCH: _return,
    Cmd.MISSION_START: _start_mission,
    Cmd.SET_MISSION_CURRENT: _set_mission_current,
    Cmd.REPOSITION: _reposition,
    Cmd.CHANGE_SPEED: _change_speed,
    Cmd.SET_HOME: _set_home,
    Cmd.FENCE_ENABLE: _enable_fence,
    Cmd.CONDITION_YAW: _yaw,
    **payload_commands.HANDLERS,
}
FLYING = frozenset(_HANDLERS) - PAYLOAD - {Cmd.MOUNT_CONFIGURE, Cmd.GIMBAL_MANAGER_CONFIGURE}
