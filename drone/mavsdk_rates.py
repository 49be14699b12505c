"""How often an autopilot sends what: ArduPilot sends next to nothing until it is asked, and has
forgotten it after a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from drone import readings
from drone.mavsdk_commands import ACCEPTED, Cmd, Commands
from drone.vehicle_state import VehicleState
from ground_station.core.errors import Unavailable

log = logging.getLogger(__name__)

AGAIN_AFTER_S = 5.0  # between two askings because something is silent
SILENT_S = 3.0
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Stream:
    number: int
    hz: float
    kind: type
    watched: bool  # asked for again when it falls silent


STREAMS = (
    Stream(33, 10.0, readings.GlobalPositionInt, True),
    Stream(30, 10.0, readings.Attitude, True),
    Stream(245, 4.0, readings.ExtendedSysState, True),
    Stream(1, 2.0, readings.SysStatus, True),
    Stream(147, 1.0, readings.BatteryStatus, False),
    Stream(24, 2.0, readings.GpsRawInt, True),  # the airspace verdict is only as good as the fix
    Stream(42, 2.0, readings.MissionCurrent, False),
    Stream(242, 1.0, readings.HomePosition, False),  # there is none before a position
)


class Rates:
    """Of one vehicle. `refused`: what it would not send, by the name of its message."""

    def __init__(
        self, commands: Commands, state: VehicleState, monotonic_s: Callable[[], float]
    ) -> None:
        self._commands = commands
        self._state = state
        self._monotonic_s = monotonic_s
        self._refused: set[type] = set()
        self._asked_s: float | None = None
        self.times_set = 0

    def silent(self) -> bool:
        """Whether a stream that was granted has stopped, and it is time to ask again."""
        now_s = self._monotonic_s()
        if self._asked_s is None or now_s - self._asked_s < AGAIN_AFTER_S:
            return False
        ages = (
            self._state.heard_age_s(stream.kind, now_s)
            for stream in STREAMS
            if stream.watched and stream.kind not in self._refused
        )
        return any(age_s is None or age_s > SILENT_S for age_s in ages)

    async def ask(self) -> None:
        """Ask for all; what is refused or not answered becomes a problem of the vehicle's. Raises
        nothing of the link's."""
        self._asked_s = self._monotonic_s()
        self._refused.clear()
        unanswered: list[str] = []
        for stream in STREAMS:
            name = _name(stream)
            try:
                granted = await self._granted(stream)
            except Unavailable as error:
                log.info("rate_not_set vehicle=%d kind=%s %s", self._state.system_id, name, error)
                unanswered.append(name)
                continue
            if not granted:
                self._refused.add(stream.kind)
        self._asked_s = self._monotonic_s()
        self.times_set += 1
        self._say(unanswered)

    async def _granted(self, stream: Stream) -> bool:
        for turn in range(_TRIES):
            result = await self._commands.ask(
                Cmd.MESSAGE_INTERVAL, float(stream.number), 1_000_000 / stream.hz
            )
            if result != 1:  # "not now"
                break
            await asyncio.sleep(0.2 * (turn + 1))
        return result == ACCEPTED

    def _say(self, unanswered: list[str]) -> None:
        name = self._state.name
        refused = ", ".join(sorted(_name(s) for s in STREAMS if s.kind in self._refused))
        self._state.say("refused", f"{name} refuses to send: {refused}." if refused else "")
        silent = ", ".join(unanswered)
        self._state.say(
            "unanswered", f"{name} did not answer when asked to send: {silent}." if silent else ""
        )


def _name(stream: Stream) -> str:
    return next(name for name, kind in readings.MESSAGES.items() if kind is stream.kind)
