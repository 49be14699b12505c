"""How often an autopilot sends what: ArduPilot sends next to nothing until it is asked, and has
forgotten it after a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drone import condition, gimbal_angles, readings
from drone.mavsdk_commands import ACCEPTED, Cmd, Commands
from drone.vehicle_state import VehicleState
from ground_station.core.agent_vehicles import Autopilot
from ground_station.core.errors import Unavailable

log = logging.getLogger(__name__)

AGAIN_AFTER_S = 5.0  # between two askings because something is silent
SILENT_S = 3.0
OPTIONAL_AGAIN_S = 30.0
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Stream:
    """`kind`: of its message as `VehicleState` takes it; None: it goes elsewhere."""

    number: int
    hz: float
    name: str
    kind: type | None
    watched: bool  # asked for again when it falls silent


STREAMS = (
    Stream(33, 10.0, "GLOBAL_POSITION_INT", readings.GlobalPositionInt, True),
    Stream(30, 10.0, "ATTITUDE", readings.Attitude, True),
    Stream(245, 4.0, "EXTENDED_SYS_STATE", readings.ExtendedSysState, True),
    Stream(1, 2.0, "SYS_STATUS", readings.SysStatus, True),
    Stream(147, 1.0, "BATTERY_STATUS", readings.BatteryStatus, False),
    # The airspace verdict is only as good as the fix.
    Stream(24, 2.0, "GPS_RAW_INT", readings.GpsRawInt, True),
    Stream(42, 2.0, "MISSION_CURRENT", readings.MissionCurrent, False),
    Stream(242, 1.0, "HOME_POSITION", readings.HomePosition, False),  # none before a position
)
# What a vehicle may do without: a refusal is no problem of its. Watched ones once they were heard.
_ANY_KIND = (
    Stream(285, 10.0, "GIMBAL_DEVICE_ATTITUDE_STATUS", gimbal_angles.GimbalAttitude, True),
    Stream(65, 1.0, "RC_CHANNELS", condition.RcChannels, False),
    Stream(246, 5.0, "ADSB_VEHICLE", None, False),  # one aircraft a message, in turn
)
OPTIONAL: dict[Autopilot, tuple[Stream, ...]] = {
    Autopilot.ARDUPILOT: (
        Stream(193, 2.0, "EKF_STATUS_REPORT", condition.EkfStatusReport, True),
        Stream(168, 1.0, "WIND", condition.Wind, False),
        *_ANY_KIND,
    ),
    Autopilot.PX4: (
        Stream(230, 2.0, "ESTIMATOR_STATUS", condition.EstimatorStatus, True),
        Stream(231, 1.0, "WIND_COV", condition.WindCov, False),
        *_ANY_KIND,
    ),
    Autopilot.OTHER: _ANY_KIND,
}


class Rates:
    """Of one vehicle.

    Attributes:
        times_set: how often the needed ones were asked for.
        not_sent: names of optional ones that it will not send, as it said last.
    """

    def __init__(
        self, commands: Commands, state: VehicleState, monotonic_s: Callable[[], float]
    ) -> None:
        self._commands = commands
        self._state = state
        self._monotonic_s = monotonic_s
        self._refused: set[str] = set()
        self._asked_s: float | None = None
        self._optional_s: float | None = None
        self.times_set = 0
        self.not_sent: tuple[str, ...] = ()

    def silent(self) -> bool:
        """Whether a stream that was granted has stopped, and it is time to ask again."""
        now_s = self._monotonic_s()
        if self._asked_s is None or now_s - self._asked_s < AGAIN_AFTER_S:
            return False
        ages = (
            self._state.heard_age_s(stream.kind, now_s)
            for stream in STREAMS
            if stream.watched and stream.kind is not None and stream.name not in self._refused
        )
        return any(age_s is None or age_s > SILENT_S for age_s in ages)

    def optional_silent(self) -> bool:
        """Whether one that was there has stopped, and it is time to ask again."""
        now_s = self._monotonic_s()
        if self._optional_s is None or now_s - self._optional_s < OPTIONAL_AGAIN_S:
            return False
        ages = (
            self._state.heard_age_s(stream.kind, now_s)
            for stream in self._optional()
            if stream.watched and stream.kind is not None
        )
        return any(age_s is not None and age_s > SILENT_S for age_s in ages)

    def _optional(self) -> tuple[Stream, ...]:
        return OPTIONAL[self._state.now(self._monotonic_s()).autopilot]

    async def ask(self) -> None:
        """Ask for all that is needed; what is refused or not answered becomes a problem of the
        vehicle's. Raises nothing of the link's."""
        self._asked_s = self._monotonic_s()
        refused, unanswered = await self._ask_for(STREAMS)
        self._refused = set(refused)
        self._state.attitude_asked(
            next(1 / s.hz for s in STREAMS if s.number == 30)
            if not {"ATTITUDE"} & {*refused, *unanswered}
            else None
        )
        self._asked_s = self._monotonic_s()
        self.times_set += 1
        self._say(refused, unanswered)

    async def ask_optional(self) -> None:
        """Ask for what some vehicles send. Raises nothing of the link's, and is no problem."""
        self._optional_s = self._monotonic_s()
        refused, unanswered = await self._ask_for(self._optional())
        self.not_sent = (*refused, *unanswered)
        if self.not_sent:
            log.info(
                "optional_not_sent vehicle=%d %s", self._state.system_id, ", ".join(self.not_sent)
            )
        self._optional_s = self._monotonic_s()

    async def _ask_for(self, streams: Iterable[Stream]) -> tuple[list[str], list[str]]:
        """The names of those refused, and of those it did not answer for."""
        refused: list[str] = []
        unanswered: list[str] = []
        for stream in streams:
            try:
                granted = await self._granted(stream)
            except Unavailable as error:
                name = stream.name
                log.info("rate_not_set vehicle=%d kind=%s %s", self._state.system_id, name, error)
                unanswered.append(name)
                continue
            if not granted:
                refused.append(stream.name)
        return refused, unanswered

    async def _granted(self, stream: Stream) -> bool:
        for turn in range(_TRIES):
            result = await self._commands.ask(
                Cmd.MESSAGE_INTERVAL, float(stream.number), 1_000_000 / stream.hz
            )
            if result != 1:  # "not now"
                break
            await asyncio.sleep(0.2 * (turn + 1))
        return result == ACCEPTED

    def _say(self, refused: list[str], unanswered: list[str]) -> None:
        name = self._state.name
        names = ", ".join(sorted(refused))
        self._state.say("refused", f"{name} refuses to send: {names}." if names else "")
        silent = ", ".join(unanswered)
        self._state.say(
            "unanswered", f"{name} did not answer when asked to send: {silent}." if silent else ""
        )
