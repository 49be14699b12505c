"""Asks a vehicle for its facts, beside everything else that goes on with it.

Parameters are asked for by the message PARAM_REQUEST_READ, all at once, and come as PARAM_VALUE.
MAVSDK's own parameter calls wait 3 s for each name that an autopilot does not have, and keep every
other call for parameters waiting meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection

import msgspec
from mavsdk.asyncio.plugins.mavlink_direct import MavlinkDirectAsync
from mavsdk.asyncio.system import System
from mavsdk.plugins.mavlink_direct import MavlinkDirectError, MavlinkMessage

from drone.facts_known import FactsKnown, Kind
from drone.mavsdk_commands import Cmd, Commands
from drone.mavsdk_instance import Instance
from drone.mavsdk_intake import AUTOPILOT_COMPONENT
from drone.mavsdk_rates import Rates
from drone.one_vehicle import Twins
from drone.vehicle_state import VehicleState
from ground_station.core.errors import Unavailable

log = logging.getLogger(__name__)

AGAIN_S = 60.0  # between two readings of the parameters
RETRY_S = 15.0  # after one that told nothing
ROUNDS, ROUND_S = 3, 1.5
DROPPED_AFTER_S = 3.5 * AGAIN_S  # a value that three readings have not told again
_EVERY_S = 0.05
_SPACING_S = 0.01  # between two requests: a slow radio has a short queue
_AUTOPILOT_VERSION, _CAMERA_INFORMATION, _GIMBAL_MANAGER_INFORMATION = 148, 259, 280


class FactsReader:
    """Of one vehicle; on the loop. Never raises what the link raises: what could not be read stands
    in the facts."""

    def __init__(
        self,
        instance: Instance,
        system: System,
        commands: Commands,
        rates: Rates,
        state: VehicleState,
        known: FactsKnown,
        monotonic_s: Callable[[], float],
    ) -> None:
        self._instance = instance
        self._direct = MavlinkDirectAsync(system)
        self._commands = commands
        self._rates = rates
        self._state = state
        self._known = known
        self._monotonic_s = monotonic_s
        self._all = True
        self._due_s = 0.0
        self._absent: frozenset[str] = frozenset()
        self._reading: asyncio.Task[None] | None = None

    def afresh(self, *, restarted: bool) -> None:
        """The link came back, or the autopilot was started anew: all of it is asked for again."""
        self._all, self._due_s = True, 0.0
        if restarted:
            self._known.forget()
            self._absent = frozenset()

    def soon(self) -> None:
        """Something was changed on board: what is told of it is read again now."""
        self._due_s = 0.0

    def look_after(self) -> None:
        """A few times a second, while it is connected and its rates are set. Never waits."""
        if self._reading is not None and not self._reading.done():
            return
        now = self._state.now(self._monotonic_s())
        if now.twins is Twins.TIMES:
            return
        if self._monotonic_s() >= self._due_s or self._rates.optional_silent():
            self._reading = asyncio.get_running_loop().create_task(self._read())
            self._reading.add_done_callback(self._read_done)

    def _read_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("facts_not_read vehicle=%d", self._state.system_id, exc_info=error)
            self._due_s = self._monotonic_s() + RETRY_S

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    def kind(self) -> Kind:
        now = self._state.now(self._monotonic_s())
        return Kind(now.autopilot, now.copter)

    async def _read(self) -> None:
        everything, self._all = self._all, False
        due = self._monotonic_s() >= self._due_s
        if everything or self._rates.optional_silent():
            await self._rates.ask_optional()
        if not due:
            return
        self._due_s = self._monotonic_s() + AGAIN_S
        try:
            await self._read_parameters()
        except Unavailable as error:
            log.info("parameters_not_read vehicle=%d %s", self._state.system_id, error)
            self._due_s = self._monotonic_s() + RETRY_S
        if everything:
            await self._ask_what_is_there()

    async def _ask_what_is_there(self) -> None:
        """The answers are messages of their own; a refusal says that there is none."""
        answered = 0
        for message in (_AUTOPILOT_VERSION, _CAMERA_INFORMATION, _GIMBAL_MANAGER_INFORMATION):
            try:
                await self._commands.ask(Cmd.REQUEST_MESSAGE, float(message))
            except Unavailable as error:
                log.info("message_not_given vehicle=%d %s", self._state.system_id, error)
            else:
                answered += 1
        if answered:
            await asyncio.sleep(ROUND_S)  # for what was promised to come
            self._known.looked_for_payloads()
        else:
            self._all, self._due_s = True, self._monotonic_s() + RETRY_S

    async def _read_parameters(self) -> None:
        """Raises Unavailable where nothing can be sent."""
        names = self.kind().parameters
        if not names:
            self._known.say("")
            return
        began_s = self._monotonic_s()
        for turn in range(ROUNDS):
            missing = [name for name in names if name not in self._known.told_since(began_s)]
            # What it does not have is asked for once a reading, and not waited for.
            wanted = [name for name in missing if name not in self._absent or turn == 0]
            if not set(wanted) - self._absent and turn > 0:
                break
            for name in wanted:
                await self._ask_parameter(name)
            await self._wait_for(set(wanted) - self._absent, began_s)
        self._conclude(names, began_s)

    async def _wait_for(self, names: Collection[str], began_s: float) -> None:
        for _turn in range(round(ROUND_S / _EVERY_S)):
            if set(names) <= self._known.told_since(began_s):
                return
            await asyncio.sleep(_EVERY_S)

    def _conclude(self, names: tuple[str, ...], began_s: float) -> None:
        told = self._known.told_since(began_s)
        if not told & set(names):
            self._due_s = self._monotonic_s() + RETRY_S
            self._known.say("It does not answer when asked for its parameters.")
            return
        self._absent = frozenset(names) - told
        self._known.drop_before(began_s - DROPPED_AFTER_S, self._absent)
        self._known.say("")

    async def _ask_parameter(self, name: str) -> None:
        system_id = self._state.system_id
        fields = {
            "target_system": system_id,
            "target_component": AUTOPILOT_COMPONENT,
            "param_id": name,
            "param_index": -1,
        }
        message = MavlinkMessage(
            "PARAM_REQUEST_READ",
            *(0, 0, system_id, AUTOPILOT_COMPONENT),
            msgspec.json.encode(fields).decode(),
        )
        try:
            await self._instance.call(lambda: self._direct.send_message(message))
        except MavlinkDirectError as error:
            raise Unavailable(
                f"Nothing can be sent to {self._state.name} ({error.result}).",
                "Check the radio or the network between agent and vehicle.",
            ) from error
        await asyncio.sleep(_SPACING_S)
