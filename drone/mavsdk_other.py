"""PX4, and what else speaks MAVLink, by MAVSDK's own Action plugin as it documents it.

No PX4 was flown with this: see docs/drones.md. An autopilot that is neither PX4 nor ArduCopter
(aeroplanes, rovers, kinds unknown) is only ever told to hold, return or land: what its other modes
and heights mean is not known here."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import NoReturn

from mavsdk.asyncio.plugins.action import ActionAsync
from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.asyncio.system import System
from mavsdk.plugins.action import ActionError, ActionResult, OrbitYawBehavior
from mavsdk.plugins.mission_raw import MissionRawError

from drone.mavsdk_commands import NO_MODES, TRY_AGAIN, Commands, Modes, called
from drone.mavsdk_instance import Instance
from drone.moves import NEVER_ARM_IN, flies, not_too_far, on_the_ground, paused
from drone.moving import Steps
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
from ground_station.core.agent_vehicles import FlightMode, VehicleLinkState
from ground_station.core.errors import Conflict, KestrelError, TimedOut, Unavailable, Unprocessable

# PX4 flies to a place in the mode that it also holds in.
_HOLD, _MISSION = frozenset({FlightMode.HOLD}), frozenset({FlightMode.MISSION})
_ORBIT = frozenset({FlightMode.POSITION})  # it counts as a sub-mode of that
_TAKE_OFF = frozenset({FlightMode.TAKEOFF, FlightMode.HOLD})
_NOT_THERE = (ActionResult.NO_SYSTEM, ActionResult.CONNECTION_ERROR)


class Px4Actions:
    """By `Action`: what it sends is its own business, so `arm` is fenced in.

    Args:
        is_connected: MAVSDK's own opinion of the link.
    """

    def __init__(
        self,
        instance: Instance,
        system: System,
        commands: Commands,
        state: VehicleState,
        steps: Steps,
        is_connected: Callable[[], bool],
    ) -> None:
        self._instance = instance
        self._action = ActionAsync(system)
        self._mission = MissionRawAsync(system)
        self._commands = commands
        self._state = state
        self._name = state.name
        self._steps = steps
        self._is_connected = is_connected

    async def _do(
        self,
        what: str,
        make: Callable[[], Awaitable[object]],
        *,
        urgent: bool = False,
        brings: Modes = NO_MODES,
    ) -> None:
        began_s = self._commands.now_s()
        try:
            await called(self._instance, self._steps, make, urgent=urgent, brings=brings)
        except ActionError as error:
            raise await self._failed(what, ActionResult(error.result), began_s) from error
        except MissionRawError as error:
            result = error.result.name
            said = await self._commands.words(began_s) or result
            raise Unprocessable(f"{self._name} refused to {what}: {said}.", TRY_AGAIN) from error

    async def _failed(self, what: str, result: ActionResult, began_s: float) -> KestrelError:
        if result is ActionResult.TIMEOUT:
            return TimedOut(
                f"{self._name} did not answer; whether it got the command is not known.",
                "Look at its mode and its link before trying again.",
            )
        if result in _NOT_THERE:
            return Unavailable(
                f"Nothing can be sent to {self._name} ({result.name}).",
                "Check the radio or the network between agent and vehicle.",
            )
        said = await self._commands.words(began_s) or result.name
        return Unprocessable(f"{self._name} refused to {what}: {said}.", TRY_AGAIN)

    def _may_arm(self, now: Now) -> None:
        """Raises Conflict, Unavailable. Looked at right before `arm`."""
        if not self._is_connected() or now.link is not VehicleLinkState.CONNECTED:
            raise Unavailable(
                f"{self._name} is not connected, so it is not armed.",
                "Wait until it is heard again.",
            )
        if now.mode in NEVER_ARM_IN or now.mode is FlightMode.UNKNOWN:
            raise Conflict(
                f"{self._name} is in the mode {now.mode.value}, in which it is not armed.",
                "Give hold first.",
            )

    async def arm(self, now: Now) -> str:
        on_the_ground(now, self._name)
        await self._armed()
        return ""

    async def _armed(self) -> None:
        self._may_arm(self._state.now(self._commands.now_s()))
        await self._do("arm", self._action.arm)

    async def disarm(self, now: Now) -> str:
        if now.in_air is True or (now.armed and now.in_air is None):
            on_the_ground(now, self._name)
        await self._do("disarm", self._action.disarm)
        return ""

    async def take_off(self, now: Now, height_home_m: float) -> str:
        on_the_ground(now, self._name)
        check = self._steps.begin()
        height_m = float(height_home_m)
        await self._do("take that height", lambda: self._action.set_takeoff_altitude(height_m))
        check()
        if not now.armed:
            await self._armed()
        check()
        await self._do("take off", self._action.takeoff, brings=_TAKE_OFF)
        return f"Climbing to {height_home_m:g} m above home."

    async def go_to(self, now: Now, action: GoTo) -> str:
        at = flies(now, self._name)
        distance_m = not_too_far(at, action.lat, action.lon, action.alt_amsl_m, self._name)
        await self._do(
            "fly there",
            lambda: self._action.goto_location(
                float(action.lat), float(action.lon), float(action.alt_amsl_m), math.nan
            ),
            brings=_HOLD,
        )
        note = f"{distance_m:.0f} m to go."
        if action.speed_mps is None:
            return note
        speed_mps = float(action.speed_mps)
        try:
            await self._do("change its speed", lambda: self._action.set_current_speed(speed_mps))
        except KestrelError as error:
            return f"{note} It flies at its own speed: {error.message}"
        return note

    async def set_speed(self, now: Now, speed_mps: float) -> str:
        flies(now, self._name)
        speed = float(speed_mps)
        await self._do("change its speed", lambda: self._action.set_current_speed(speed))
        return f"Accepted: {speed_mps:g} m/s, until its mode changes or its mission says another."

    async def change_height(self, now: Now, action: ChangeHeight) -> str:
        at = flies(now, self._name)
        not_too_far(at, at.lat, at.lon, action.alt_amsl_m, self._name)
        height_m = float(action.alt_amsl_m)
        await self._do(
            "change its height",
            lambda: self._action.goto_location(at.lat, at.lon, height_m, math.nan),
            brings=_HOLD,
        )
        change_m = height_m - at.alt_amsl_m
        return f"{abs(change_m):.0f} m {'up' if change_m >= 0 else 'down'} to go."

    async def orbit(self, now: Now, action: Orbit) -> str:
        """It flies on round the place by itself, also without this agent."""
        at = flies(now, self._name)
        not_too_far(at, action.lat, action.lon, action.alt_amsl_m, self._name)
        radius_m = float(action.radius_m if action.clockwise else -action.radius_m)
        await self._do(
            "fly round that place",
            lambda: self._action.do_orbit(
                radius_m,
                float(action.speed_mps),
                OrbitYawBehavior.HOLD_FRONT_TO_CIRCLE_CENTER,
                float(action.lat),
                float(action.lon),
                float(action.alt_amsl_m),
            ),
            brings=_ORBIT,
        )
        return "It flies to the circle and round it, also while this agent is gone."

    async def hold(self) -> str:
        await self._do("hold", self._action.hold, urgent=True)
        return "It stops where it is."

    async def return_home(self) -> str:
        await self._do("return", self._action.return_to_launch, urgent=True)
        return "It flies home and lands."

    async def land(self) -> str:
        await self._do("land", self._action.land, urgent=True)
        return "It comes down where it is."

    async def nudge(self, action: Action) -> None:
        how = {Hold: self.hold, Return: self.return_home, Land: self.land}
        await how[type(action)]()

    async def start_mission(self, now: Now, ready: Callable[[], Awaitable[None]]) -> str:
        if now.in_air is not True:
            on_the_ground(now, self._name)
        check = self._steps.begin()
        await ready()
        check()
        if not now.armed:
            await self._armed()
        check()
        await self._do("start its mission", self._mission.start_mission, brings=_MISSION)
        return "It flies its mission from the first item."

    async def resume_mission(self, now: Now, ready: Callable[[], Awaitable[str]]) -> str:
        paused(now, self._name)
        check = self._steps.begin()
        note = await ready()
        check()
        await self._do("go on with its mission", self._mission.start_mission, brings=_MISSION)
        return note

    async def skip_to(self, now: Now, skip: Callable[[], Awaitable[str]]) -> str:
        flies(now, self._name)
        return await skip()


class SafetyOnly(Px4Actions):
    """An autopilot of another kind: hold, return and land, nothing else."""

    def never(self) -> NoReturn:
        """Raises Unprocessable, with the reason."""
        raise Unprocessable(
            f"{self._name} is no ArduCopter and no PX4: Kestrel only shows it, and can tell it to "
            "hold, return or land.",
            "Fly it with its own ground station.",
        )

    async def arm(self, now: Now) -> str:
        self.never()

    async def disarm(self, now: Now) -> str:
        self.never()

    async def take_off(self, now: Now, height_home_m: float) -> str:
        self.never()

    async def go_to(self, now: Now, action: GoTo) -> str:
        self.never()

    async def orbit(self, now: Now, action: Orbit) -> str:
        self.never()

    async def set_speed(self, now: Now, speed_mps: float) -> str:
        self.never()

    async def change_height(self, now: Now, action: ChangeHeight) -> str:
        self.never()

    async def start_mission(self, now: Now, ready: Callable[[], Awaitable[None]]) -> str:
        self.never()

    async def resume_mission(self, now: Now, ready: Callable[[], Awaitable[str]]) -> str:
        self.never()

    async def skip_to(self, now: Now, skip: Callable[[], Awaitable[str]]) -> str:
        self.never()
