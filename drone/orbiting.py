"""Flies a vehicle round a place, a target a second, for autopilots that do not do it themselves.

ArduPilot refuses DO_ORBIT. So each target is a point ahead on the circle: if this process dies, the
vehicle flies to the last one and stays there. The targets are messages that an autopilot heeds in
guided mode only and that nobody repeats: after hold, return and land, or when its pilot takes over,
none can pull it back. It ends by itself as soon as anything is not as it should be.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable

from drone.circling import Circle, next_target
from drone.moving import Steps
from drone.one_vehicle import Twins
from drone.vehicle_state import Now, VehicleState
from ground_station.core.agent_vehicles import FlightMode, VehicleLinkState
from ground_station.core.errors import KestrelError

log = logging.getLogger(__name__)

EVERY_S = 1.0
SAID_S = 30.0  # why it ended, among the vehicle's problems
_SAY = "orbit"
_MODE_WITHIN_S = 3.0  # until a heartbeat shows guided mode

Send = Callable[[float, float, float, float], Awaitable[None]]


class Orbiting:
    """Of one vehicle; on the loop. At most one orbit at a time.

    Args:
        send: one target (lat, lon, metres above the sea, the nose's heading), as a moving call of
            `steps`; raises where it is not wanted any more.
    """

    def __init__(
        self, state: VehicleState, steps: Steps, monotonic_s: Callable[[], float], send: Send
    ) -> None:
        self._state = state
        self._steps = steps
        self._monotonic_s = monotonic_s
        self._send = send
        self._task: asyncio.Task[None] | None = None
        self._said_until_s = 0.0

    @property
    def under_way(self) -> bool:
        return self._task is not None and not self._task.done()

    def begin(self, circle: Circle, check: Callable[[], None], lasting: Callable[[], None]) -> None:
        """After the vehicle was sent to the circle, in guided mode.

        Args:
            check: of `Steps.begin`. lasting: raises where its command became void (`orders`).
        """
        self.end()
        self._state.say(_SAY, "")
        # A context of its own: the end of its command's time is no end of the orbit.
        self._task = contextvars.Context().run(
            asyncio.get_running_loop().create_task, self._fly(circle, check, lasting)
        )

    def end(self) -> None:
        """No further target is sent. Never waits."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def look_after(self) -> None:
        """A few times a second."""
        if self._said_until_s and self._monotonic_s() > self._said_until_s:
            self._said_until_s = 0.0
            self._state.say(_SAY, "")

    async def close(self) -> None:
        task = self._task
        self.end()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    async def _fly(
        self, circle: Circle, check: Callable[[], None], lasting: Callable[[], None]
    ) -> None:
        began_s = self._monotonic_s()
        try:
            while not (why := self._why_not(began_s)):
                check()
                lasting()
                now = self._state.now(self._monotonic_s())
                if (at := now.position) is not None:
                    to = next_target(circle, at.lat, at.lon, at.alt_amsl_m, EVERY_S)
                    await self._send(to.lat, to.lon, to.alt_amsl_m, to.nose_deg)
                await asyncio.sleep(EVERY_S)
        except KestrelError as error:
            why = error.message
        except Exception:
            log.exception("orbit_failed vehicle=%d", self._state.system_id)
            why = "This agent failed; its log says more."
        self._ended(why)

    def _ended(self, why: str) -> None:
        log.info("orbit_ended vehicle=%d %s", self._state.system_id, why)
        self._said_until_s = self._monotonic_s() + SAID_S
        self._state.say(_SAY, f"{self._state.name} does not fly round the place any more: {why}")

    def _why_not(self, began_s: float) -> str:
        """Why no further target may be sent, as a sentence; "" where one may."""
        now_s = self._monotonic_s()
        now = self._state.now(now_s)
        reasons = (
            (now.link is not VehicleLinkState.CONNECTED, "Its link is lost."),
            (now.twins is Twins.TIMES, "Two vehicles have its number."),
            (not now.armed or now.in_air is False, "It is not in the air."),
            (self._taken_over(now, now_s - began_s), f"It is in the mode {now.mode.value}."),
            (now.position is None, "Where it is is not known."),
        )
        return next((why for wrong, why in reasons if wrong), "")

    def _taken_over(self, now: Now, for_s: float) -> bool:
        """Whether another mode is shown; for the first seconds a heartbeat may be of before."""
        beat = self._state.heartbeat()
        shown = now.mode if beat is None else beat.mode
        if now.mode is not FlightMode.GUIDED:
            return True
        return shown is not FlightMode.GUIDED and for_s > _MODE_WITHIN_S
