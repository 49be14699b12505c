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
from typing import Protocol

from drone.mavsdk_commands import ACCEPTED, CUSTOM_MODE, NO_MODES, Cmd, Commands
from drone.moving import Steps
from drone.vehicle_state import Now, VehicleState
from ground_station.core.agent_actions import Action, GoTo, Hold, Land, Return
from ground_station.core.agent_vehicles import FlightMode, PositionReading
from ground_station.core.errors import Conflict, KestrelError, Unavailable, Unprocessable

# Armed in one of these it moves by itself; MAVSDK's `arm()` ends the process in them.
NEVER_ARM_IN = frozenset({FlightMode.RETURN, FlightMode.LAND, FlightMode.MISSION})
FARTHEST_GO_TO_M = 20_000.0  # an autopilot without a fence was seen to accept 500 km
_GROUND_SPEED = 1.0
_UNCHANGED = -1.0
_CHANGE_MODE = 1.0  # MAV_DO_REPOSITION_FLAGS_CHANGE_MODE: only if the target is accepted


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


class Flying(Protocol):
    """What each kind of autopilot's actions can do. Each returns a note for a person.

    `nudge` sends hold, return or land once more and tells nothing of what came of it.
    """

    async def arm(self, now: Now) -> str: ...
    async def disarm(self, now: Now) -> str: ...
    async def take_off(self, now: Now, height_home_m: float) -> str: ...
    async def go_to(self, now: Now, action: GoTo) -> str: ...
    async def hold(self) -> str: ...
    async def return_home(self) -> str: ...
    async def land(self) -> str: ...
    async def nudge(self, action: Action) -> None: ...
    async def start_mission(self, now: Now, from_first: Callable[[], Awaitable[None]]) -> str: ...


def on_the_ground(now: Now, name: str) -> None:
    """Raises Conflict unless that is known, and nothing moves it. What is disarmed does not fly."""
    if now.in_air is True:
        raise Conflict(f"{name} is in the air.", "Use go to, hold, return or land.")
    if now.armed and now.in_air is None:
        raise Conflict(
            f"It is not known whether {name} is on the ground.",
            "Wait for its landed state; see what it does not send.",
        )
    if now.armed and now.mode in NEVER_ARM_IN:
        raise Conflict(
            f"{name} is armed on the ground in the mode {now.mode.value}.",
            "Disarm it, or wait until it has disarmed itself.",
        )


def flies(now: Now, name: str) -> PositionReading:
    """Where it is. Raises Conflict unless it is known to fly, and where."""
    if not now.armed or now.in_air is False:
        raise Conflict(f"{name} is on the ground.", "Take off first.")
    if now.in_air is None:
        raise Conflict(
            f"It is not known whether {name} is in the air.",
            "Wait for its landed state; see what it does not send.",
        )
    if now.position is None:
        raise Conflict(f"It is not known where {name} is.", "Wait for its position.")
    return now.position


def not_too_far(position: PositionReading, action: GoTo, name: str) -> float:
    """How far it is, in metres. Raises Unprocessable for what is no place to go to."""
    if not all(map(math.isfinite, (action.lat, action.lon, action.alt_amsl_m))):
        raise Unprocessable(f"What {name} shall fly to is no place.", "Give it in numbers.")
    distance_m = metres_between(position.lat, position.lon, action.lat, action.lon)
    if distance_m > FARTHEST_GO_TO_M:
        raise Unprocessable(
            f"That is {distance_m / 1000:.0f} km from {name}; {FARTHEST_GO_TO_M / 1000:.0f} km are "
            "the most.",
            "Was the place meant?",
        )
    return distance_m


def metres_between(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """On a sphere; good to half a per cent."""
    north = math.radians(lat_b - lat_a)
    east = math.radians((lon_b - lon_a + 180) % 360 - 180)
    a, b = math.radians(lat_a), math.radians(lat_b)
    half = math.sin(north / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(east / 2) ** 2
    return 2 * 6_371_000 * math.asin(min(math.sqrt(half), 1.0))


class CopterActions:
    """ArduCopter."""

    def __init__(self, commands: Commands, state: VehicleState, steps: Steps) -> None:
        self._commands = commands
        self._state = state
        self._name = state.name
        self._steps = steps

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
        distance_m = not_too_far(flies(now, self._name), action, self._name)
        check = self._steps.begin()
        began_s = self._commands.now_s()
        result = await self._commands.ask_at(
            Cmd.REPOSITION,
            (_UNCHANGED, _CHANGE_MODE, 0.0, 0.0),
            action.lat,
            action.lon,
            action.alt_amsl_m,
            brings=_GUIDED,
        )
        if result != ACCEPTED:
            raise await self._commands.refusal("fly there", result, began_s)
        self._state.acknowledged(custom_mode=CopterMode.GUIDED)
        note = f"{distance_m:.0f} m to go."
        if action.speed_mps is None:
            return note
        check()
        return note + await self._speed_note(action.speed_mps)

    async def _speed_note(self, speed_mps: float) -> str:
        """It flies there already, so a refused speed is said and no more."""
        try:
            await self._commands.have(
                "change its speed", Cmd.CHANGE_SPEED, _GROUND_SPEED, speed_mps, _UNCHANGED
            )
        except KestrelError as error:
            return f" It flies at its own speed: {error.message}"
        return ""

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

    async def start_mission(self, now: Now, from_first: Callable[[], Awaitable[None]]) -> str:
        if now.in_air is not True:
            on_the_ground(now, self._name)
        check = self._steps.begin()
        await from_first()
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
