"""ArduCopter's actions, by the commands that a real one was seen to accept.

MAVSDK's own `Action.arm()` ends the whole process where the mode is RETURN, LAND or MISSION and the
link dies, and fails after each flight; its forced one disarms in the air. Neither is used here:
GUIDED is set first, then one command is sent that can only ask. `drone.mavsdk_other` has the other
kinds.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Awaitable, Callable
from enum import IntEnum

from drone.circling import Circle, next_target, speed_on
from drone.mavsdk_commands import ACCEPTED, CUSTOM_MODE, NO_MODES, Cmd, Commands
from drone.moves import flies, not_too_far, on_the_ground, paused
from drone.moving import Steps
from drone.orbiting import EVERY_S, Orbiting
from drone.orders import lasting_check
from drone.vehicle_state import Now, VehicleState
from ground_station.core.agent_actions import (
    Action,
    ChangeHeight,
    GoTo,
    Hold,
    Land,
    Orbit,
    Return,
)
from ground_station.core.agent_vehicles import FlightMode
from ground_station.core.errors import KestrelError, Unavailable, Unprocessable

_GROUND_SPEED = 1.0
_UNCHANGED = -1.0
_CHANGE_MODE = 1.0  # MAV_DO_REPOSITION_FLAGS_CHANGE_MODE: only if the target is accepted
_ABSOLUTE_INT = 5
_PLACE_AND_YAW = 0b1001_1111_1000  # POSITION_TARGET_TYPEMASK: what of the message is ignored


class CopterMode(IntEnum):
    """ArduCopter's custom_mode, those that are set."""

    AUTO = 3
    GUIDED = 4
    RTL = 6
    LAND = 9
    BRAKE = 17


_GUIDED, _MISSION = frozenset({FlightMode.GUIDED}), frozenset({FlightMode.MISSION})
_BRINGS = {CopterMode.GUIDED: _GUIDED, CopterMode.AUTO: _MISSION}
_URGENT_MODES: dict[type, CopterMode] = {
    Hold: CopterMode.BRAKE,
    Return: CopterMode.RTL,
    Land: CopterMode.LAND,
}


class CopterActions:
    """ArduCopter.

    Attributes:
        orbiting: what goes on of an orbit; to be ended by whatever else the vehicle is told.
    """

    def __init__(self, commands: Commands, state: VehicleState, steps: Steps) -> None:
        self._commands = commands
        self._state = state
        self._name = state.name
        self._steps = steps
        self.orbiting = Orbiting(state, steps, commands.now_s, self._target)

    async def _mode(self, mode: CopterMode, what: str, *, urgent: bool = False) -> None:
        if urgent:
            # The command may have to wait for an earlier one of its number; this does not.
            with contextlib.suppress(Unavailable):  # then the command says so
                await self._commands.tell_mode(mode)
        brings = _BRINGS.get(mode, NO_MODES)
        await self._commands.have(
            what, Cmd.SET_MODE, float(CUSTOM_MODE), float(mode), urgent=urgent, brings=brings
        )
        self._state.acknowledged(custom_mode=mode)

    async def _disarmed(self) -> None:
        await self._commands.have("disarm", Cmd.ARM_DISARM, 0.0)
        self._state.acknowledged(armed=False)

    async def arm(self, now: Now) -> str:
        on_the_ground(now, self._name)
        check = self._steps.begin()
        await self._armed(check)
        return "Armed in guided mode; it disarms itself unless it takes off soon."

    async def _armed(self, check: Callable[[], None]) -> None:
        """After a flight the mode is one that cannot be armed in, so GUIDED comes first."""
        await self._mode(CopterMode.GUIDED, "go into guided mode")
        check()
        await self._commands.have("arm", Cmd.ARM_DISARM, 1.0)
        self._state.acknowledged(armed=True)

    async def disarm(self, now: Now) -> str:
        """Sent also where it seems disarmed: its last heartbeat may be a second old."""
        if now.in_air is True or (now.armed and now.in_air is None):
            on_the_ground(now, self._name)
        await self._disarmed()
        return "Its motors are off."

    async def take_off(self, now: Now, height_home_m: float) -> str:
        on_the_ground(now, self._name)
        check = self._steps.begin()
        if not now.armed:
            await self._armed(check)
        elif now.mode is not FlightMode.GUIDED:
            await self._mode(CopterMode.GUIDED, "go into guided mode")
        check()
        try:
            await self._commands.have(
                "take off", Cmd.TAKEOFF, 0, 0, 0, 0, 0, 0, float(height_home_m), brings=_GUIDED
            )
        except Unprocessable as refused:
            raise Unprocessable(
                refused.message + await self._motors_off_again(not now.armed), refused.remedy
            ) from refused
        return f"Climbing to {height_home_m:g} m above home."

    async def _motors_off_again(self, armed_by_us: bool) -> str:
        """After a take-off that came to nothing; the autopilot refuses it in the air."""
        if not armed_by_us:
            return ""
        try:
            await self._disarmed()
        except KestrelError:
            return " It is ARMED and was not disarmed: look whether it flies."
        return " It is disarmed again."

    async def go_to(self, now: Now, action: GoTo) -> str:
        at = flies(now, self._name)
        distance_m = not_too_far(at, action.lat, action.lon, action.alt_amsl_m, self._name)
        check = self._steps.begin()
        await self._reposition("fly there", action.lat, action.lon, action.alt_amsl_m)
        note = f"{distance_m:.0f} m to go."
        if action.speed_mps is None:
            return note
        check()
        return note + await self._speed_note(action.speed_mps)

    async def _reposition(self, what: str, lat: float, lon: float, alt_amsl_m: float) -> None:
        """The mode changes only if the autopilot takes the target."""
        began_s = self._commands.now_s()
        result = await self._commands.ask_at(
            Cmd.REPOSITION,
            (_UNCHANGED, _CHANGE_MODE, 0.0, 0.0),
            lat,
            lon,
            alt_amsl_m,
            brings=_GUIDED,
        )
        if result != ACCEPTED:
            raise await self._commands.refusal(what, result, began_s)
        self._state.acknowledged(custom_mode=CopterMode.GUIDED)

    async def _speed_note(self, speed_mps: float) -> str:
        """It flies there already, so a refused speed is said and no more."""
        try:
            await self._change_speed(speed_mps)
        except KestrelError as error:
            return f" It flies at its own speed: {error.message}"
        return ""

    async def _change_speed(self, speed_mps: float) -> None:
        await self._commands.have(
            "change its speed", Cmd.CHANGE_SPEED, _GROUND_SPEED, speed_mps, _UNCHANGED
        )

    async def set_speed(self, now: Now, speed_mps: float) -> str:
        flies(now, self._name)
        await self._change_speed(speed_mps)
        return f"Accepted: {speed_mps:g} m/s, until its mode changes or its mission says another."

    async def change_height(self, now: Now, action: ChangeHeight) -> str:
        at = flies(now, self._name)
        not_too_far(at, at.lat, at.lon, action.alt_amsl_m, self._name)
        await self._reposition("change its height", at.lat, at.lon, action.alt_amsl_m)
        change_m = action.alt_amsl_m - at.alt_amsl_m
        return f"{abs(change_m):.0f} m {'up' if change_m >= 0 else 'down'} to go."

    async def orbit(self, now: Now, action: Orbit) -> str:
        """ArduPilot refuses DO_ORBIT, so it is flown by targets; see `drone.orbiting`."""
        at = flies(now, self._name)
        not_too_far(at, action.lat, action.lon, action.alt_amsl_m, self._name)
        speed_mps = speed_on(action.radius_m, action.speed_mps)
        circle = Circle(
            action.lat, action.lon, action.alt_amsl_m, action.radius_m, speed_mps, action.clockwise
        )
        check, lasting = self._steps.begin(), lasting_check()
        to = next_target(circle, at.lat, at.lon, at.alt_amsl_m, EVERY_S)
        await self._reposition("fly round that place", to.lat, to.lon, to.alt_amsl_m)
        check()
        own_speed = await self._speed_note(speed_mps)
        check()
        self.orbiting.begin(circle, check, lasting)
        slower = ", the most on a circle of that size" if speed_mps < action.speed_mps else ""
        return f"It flies to the circle and round it at {speed_mps:.1f} m/s{slower}.{own_speed}"

    async def _target(self, lat: float, lon: float, alt_amsl_m: float, nose_deg: float) -> None:
        """Heeded in guided mode only, and never repeated."""
        fields: dict[str, float | int] = {
            "time_boot_ms": 0,
            "coordinate_frame": _ABSOLUTE_INT,
            "type_mask": _PLACE_AND_YAW,
            "lat_int": round(lat * 1e7),
            "lon_int": round(lon * 1e7),
            "alt": alt_amsl_m,
            "yaw": math.radians(nose_deg),
            **dict.fromkeys(("vx", "vy", "vz", "afx", "afy", "afz", "yaw_rate"), 0.0),
        }
        await self._commands.tell("SET_POSITION_TARGET_GLOBAL_INT", fields, brings=_GUIDED)

    async def hold(self) -> str:
        """Braking needs a position; without one the autopilot refuses it."""
        try:
            await self._mode(CopterMode.BRAKE, "hold", urgent=True)
        except Unprocessable as refused:
            raise Unprocessable(refused.message, "Give land, or return.") from refused
        return "It stops where it is."

    async def return_home(self) -> str:
        await self._mode(CopterMode.RTL, "return", urgent=True)
        return "It flies home and lands."

    async def land(self) -> str:
        await self._commands.have("land", Cmd.LAND, urgent=True)
        self._state.acknowledged(custom_mode=CopterMode.LAND)
        return "It comes down where it is."

    async def nudge(self, action: Action) -> None:
        await self._commands.tell_mode(_URGENT_MODES[type(action)])

    async def start_mission(self, now: Now, ready: Callable[[], Awaitable[None]]) -> str:
        if now.in_air is not True:
            on_the_ground(now, self._name)
        check = self._steps.begin()
        await ready()
        arms = not now.armed
        if arms:
            check()
            await self._armed(check)
        check()
        try:
            await self._mode(CopterMode.AUTO, "start its mission")
            check()
            await self._commands.have("start its mission", Cmd.MISSION_START, brings=_MISSION)
        except Unprocessable as refused:
            raise Unprocessable(
                refused.message + await self._motors_off_again(arms), refused.remedy
            ) from refused
        return "It flies its mission from the first item."

    async def resume_mission(self, now: Now, ready: Callable[[], Awaitable[str]]) -> str:
        """Its mission mode alone goes on where it was; MISSION_START would begin anew."""
        paused(now, self._name)
        check = self._steps.begin()
        note = await ready()
        check()
        await self._mode(CopterMode.AUTO, "go on with its mission")
        return note

    async def skip_to(self, now: Now, skip: Callable[[], Awaitable[str]]) -> str:
        flies(now, self._name)
        return await skip()
