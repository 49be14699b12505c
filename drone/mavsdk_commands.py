"""MAVLink commands with their acknowledgement, refusals in the autopilot's own words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import TypeVar

import msgspec
from mavsdk.asyncio.plugins.mavlink_direct import MavlinkDirectAsync
from mavsdk.asyncio.system import System
from mavsdk.plugins.mavlink_direct import (
    MavlinkDirectError,
    MavlinkDirectResult,
    MavlinkMessage,
)

from drone.mavsdk_instance import Instance
from drone.mavsdk_intake import AUTOPILOT_COMPONENT
from drone.moving import Steps
from drone.vehicle_state import VehicleState
from ground_station.core.agent_vehicles import FlightMode
from ground_station.core.errors import TimedOut, Unavailable, Unprocessable

T = TypeVar("T")
WORDS_WITHIN_S = 0.5  # for the sentence that goes with a refusal
_WORDS_EVERY_S = 0.05
_MOST_WORDS = 3
TRY_AGAIN = "Put right what it names, then try again."


class Cmd(IntEnum):
    """Of MAV_CMD, those that are sent, as commands or in missions."""

    WAYPOINT = 16
    LOITER_TURNS = 18
    RETURN_TO_LAUNCH = 20
    LAND = 21
    TAKEOFF = 22
    DELAY = 93
    CONDITION_YAW = 115
    SET_MODE = 176
    CHANGE_SPEED = 178
    SET_RELAY = 181
    SET_SERVO = 183
    REPOSITION = 192
    ROI_LOCATION = 195
    ROI_NONE = 197
    DIGICAM_CONTROL = 203
    MOUNT_CONTROL = 205
    CAMERA_DISTANCE = 206
    MISSION_START = 300
    ARM_DISARM = 400
    MESSAGE_INTERVAL = 511
    REQUEST_MESSAGE = 512
    CAMERA_ZOOM = 531
    GIMBAL_PITCHYAW = 1000
    GIMBAL_CONFIGURE = 1001
    IMAGE_CAPTURE = 2000
    VIDEO_START = 2500
    VIDEO_STOP = 2501
    RALLY_POINT = 5100


CUSTOM_MODE = 1  # MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
Modes = frozenset[FlightMode]
NO_MODES: Modes = frozenset()
ACCEPTED = 0
_RESULTS = {
    1: "not now",
    2: "denied",
    3: "not supported",
    4: "failed",
    5: "still in progress",
    6: "cancelled",
}


class _Ack(msgspec.Struct, frozen=True):
    result: int


class Commands:
    """To one vehicle. All methods on the loop; each raises TimedOut where the autopilot does not
    answer (after MAVSDK's own repeats, about 2 s) and Unavailable where the link is lost or closed.

    Args:
        monotonic_s: the clock that `state` is filled by.
        steps: told of what sets the vehicle moving, and asked whether it still may.
    """

    def __init__(
        self,
        instance: Instance,
        system: System,
        state: VehicleState,
        monotonic_s: Callable[[], float],
        steps: Steps,
    ) -> None:
        self._instance = instance
        self._steps = steps
        self._direct = MavlinkDirectAsync(system)
        self._state = state
        self._monotonic_s = monotonic_s

    def now_s(self) -> float:
        """The clock that refusals' words are looked up by."""
        return self._monotonic_s()

    async def ask(
        self, command: Cmd, *params: float, urgent: bool = False, brings: Modes = NO_MODES
    ) -> int:
        """COMMAND_LONG with up to seven parameters, the rest 0; the autopilot's MAV_RESULT.

        Args:
            brings: of what sets it moving, the modes that leaves it in.
        """
        fields: dict[str, float | int] = {"command": int(command), "confirmation": 0}
        for place in range(7):
            fields[f"param{place + 1}"] = float(params[place]) if place < len(params) else 0.0
        return await self._send("COMMAND_LONG", fields, urgent=urgent, brings=brings)

    async def tell_mode(self, custom_mode: int) -> None:
        """The SET_MODE message, which MAVSDK hands over at once and does not repeat; a command
        waits until every earlier one of its number is answered or given up. What the autopilot
        answers is not looked at. Raises Unavailable."""
        message = self._message("SET_MODE", {"base_mode": CUSTOM_MODE, "custom_mode": custom_mode})
        try:
            await self._instance.call(lambda: self._direct.send_message(message), urgent=True)
        except MavlinkDirectError as error:
            raise self._not_answered(error.result) from error

    async def tell(
        self, name: str, fields: dict[str, float | int], *, brings: Modes = NO_MODES
    ) -> None:
        """A message to the autopilot, handed over at once, once, and not answered. Raises
        Unavailable. `brings`: as for `ask`."""
        message = self._message(name, {"target_component": AUTOPILOT_COMPONENT, **fields})

        async def once() -> None:
            await self._direct.send_message(message)

        try:
            await called(self._instance, self._steps, once, brings=brings)
        except MavlinkDirectError as error:
            raise self._not_answered(error.result) from error

    async def ask_at(
        self,
        command: Cmd,
        params: tuple[float, float, float, float],
        lat: float,
        lon: float,
        z_m: float,
        *,
        brings: Modes = NO_MODES,
    ) -> int:
        """COMMAND_INT with a place; `z_m` is above the sea. `brings`: as for `ask`."""
        fields: dict[str, float | int] = {
            "command": int(command),
            "frame": 0,  # MAV_FRAME_GLOBAL
            "current": 0,
            "autocontinue": 0,
            "x": round(lat * 1e7),
            "y": round(lon * 1e7),
            "z": float(z_m),
        }
        fields.update({f"param{place}": float(value) for place, value in enumerate(params, 1)})
        return await self._send("COMMAND_INT", fields, brings=brings)

    async def have(
        self,
        what: str,
        command: Cmd,
        *params: float,
        urgent: bool = False,
        brings: Modes = NO_MODES,
    ) -> None:
        """Like `ask`; raises Unprocessable with the autopilot's words where it does not accept.

        Args:
            what: completes "Vehicle 1 refused to ...".
        """
        began_s = self._monotonic_s()
        result = await self.ask(command, *params, urgent=urgent, brings=brings)
        if result != ACCEPTED:
            raise await self.refusal(what, result, began_s)

    async def refusal(self, what: str, result: int, began_s: float) -> Unprocessable:
        """What to raise for a command that was not accepted."""
        said = await self.words(began_s)
        reason = said or _RESULTS.get(result, f"result {result}")
        remedy = (
            TRY_AGAIN
            if said
            else "The autopilot gave no reason; look at its state, position and battery."
        )
        return Unprocessable(f"{self._state.name} refused to {what}: {reason}.", remedy)

    async def words(self, since_s: float) -> str:
        """What the autopilot has said since then; waits a little for it. "" where it is silent."""
        said: list[str] = []
        for _turn in range(round(WORDS_WITHIN_S / _WORDS_EVERY_S)):
            said = self._state.words_since(since_s)
            if said:
                break
            await asyncio.sleep(_WORDS_EVERY_S)
        if said:
            await asyncio.sleep(_WORDS_EVERY_S)  # the second half of it
            said = self._state.words_since(since_s)
        words = dict.fromkeys(text.strip().rstrip(".") for text in said)  # each once
        return "; ".join(list(words)[-_MOST_WORDS:])

    def _message(self, name: str, fields: dict[str, float | int]) -> MavlinkMessage:
        target = {"target_system": self._state.system_id}
        return MavlinkMessage(
            name,
            0,
            0,
            self._state.system_id,
            AUTOPILOT_COMPONENT,
            msgspec.json.encode({**target, **fields}).decode(),
        )

    async def _send(
        self,
        name: str,
        fields: dict[str, float | int],
        *,
        urgent: bool = False,
        brings: Modes = NO_MODES,
    ) -> int:
        message = self._message(name, {"target_component": AUTOPILOT_COMPONENT, **fields})

        async def once() -> MavlinkMessage:
            return await self._direct.send_command(message)

        try:
            ack = await called(self._instance, self._steps, once, urgent=urgent, brings=brings)
        except MavlinkDirectError as error:
            raise self._not_answered(error.result) from error
        try:
            return msgspec.json.decode(ack.fields_json, type=_Ack).result
        except msgspec.MsgspecError as error:
            raise TimedOut(
                f"{self._state.name} answered with something that cannot be read.",
                "Is another program speaking with the same system id?",
            ) from error

    def _not_answered(self, result: int) -> Unavailable:
        name = self._state.name
        if result == MavlinkDirectResult.TIMEOUT:
            return TimedOut(
                f"{name} did not answer; whether it got the command is not known.",
                "Look at its mode and its link before trying again.",
            )
        return Unavailable(
            f"Nothing can be sent to {name} ({MavlinkDirectResult(result).name}).",
            "Check the radio or the network between agent and vehicle.",
        )


async def called(
    instance: Instance,
    steps: Steps,
    make: Callable[[], Awaitable[T]],
    *,
    urgent: bool = False,
    brings: Modes = NO_MODES,
) -> T:
    """`Instance.call` of something that `steps` has to know of.

    Args:
        urgent: it is hold, return or land. brings: of what sets a vehicle moving, the modes that
            leaves it in. Neither: it is nothing that `steps` knows of.
    """
    if urgent:
        return await instance.call(lambda: steps.urgent(make), urgent=True)
    if not brings:
        return await instance.call(make)
    given = steps.given
    return await instance.call(lambda: steps.moving(make, given, brings))
