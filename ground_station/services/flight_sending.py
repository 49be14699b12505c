"""The last step of a flight command: to the agent, and what came of it into the records."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ground_station.core.agent_actions import (
    NOT_MOVING,
    Action,
    ResumeMission,
    SkipTo,
    StartMission,
    TakeOff,
    UploadGeofence,
    UploadMission,
    UploadRally,
)
from ground_station.core.agent_vehicles import AgentInstant, Flown, Fly, Turn
from ground_station.core.clock import Clock
from ground_station.core.entities import Vehicle
from ground_station.core.errors import Conflict, KestrelError, TimedOut, Unavailable
from ground_station.core.ports import AgentChannel
from ground_station.services.control import Controls
from ground_station.services.flight_checks import NO_WAY
from ground_station.services.flight_records import Flight, answered
from ground_station.services.flight_turns import Turns
from ground_station.services.late_records import LateRecords

log = logging.getLogger(__name__)

URGENT_TIMEOUT_S: Final = 3.0
TIMEOUT_S: Final = 6.0
TIMEOUTS_S: Final[Mapping[type[Action], float]] = MappingProxyType(
    {
        TakeOff: 12.0,  # it arms first
        StartMission: 30.0,  # what it holds is read once more, and a mission may be long
        ResumeMission: 30.0,
        SkipTo: 30.0,
        UploadMission: 30.0,
        UploadGeofence: 30.0,
        UploadRally: 30.0,
    }
)
# A command is begun this long before the answer is given up, or never: so much an agent takes for
# handing one step over, MAVSDK's repeats and all.
BEGUN_BEFORE_S: Final = 2.0
MAY_HAVE: Final = (
    "It may have been carried out all the same: look at what it does before you give it again."
)


@dataclass(frozen=True, slots=True)
class CommandDone:
    """The autopilot acknowledged. `note`: what it or its agent had to say."""

    command_id: str
    note: str
    took_ms: int


OnSending = Callable[[Flight], None]
OnAnswered = Callable[[Flight, str, str], None]  # result ("done" or an error's code), words


class FlightSender:
    """Thread-safe. A command waits for the agent's answer on its caller's thread.

    Args:
        channel: the way to a connected agent.
        late: takes the record of every answer.
    """

    def __init__(
        self,
        *,
        controls: Controls,
        channel: Callable[[str], AgentChannel | None],
        turns: Turns,
        late: LateRecords,
        clock: Clock,
    ) -> None:
        self._controls = controls
        self._channel = channel
        self._turns = turns
        self._late = late
        self._clock = clock
        self._lock = threading.Lock()
        # (vehicle id, whether it leaves its way as it is) → the command under way: a picture is
        # taken beside a go-to, two pictures are not taken beside each other
        self._busy: dict[tuple[str, bool], str] = {}
        self._on_sending: list[OnSending] = []
        self._on_answered: list[OnAnswered] = []

    def on_sending(self, callback: OnSending) -> None:
        """Call this right before a command goes out; it must be quick."""
        self._on_sending.append(callback)

    def on_answered(self, callback: OnAnswered) -> None:
        """Call this with what came of each command, done or not; it must be quick."""
        self._on_answered.append(callback)

    @contextmanager
    def alone(self, flight: Flight) -> Iterator[None]:
        """One command a vehicle at a time, and beside it one that does not move it; hold, return
        and land apart. Conflict while another one is under way."""
        vehicle = flight.status.vehicle
        slot = vehicle.vehicle_id, isinstance(flight.action, NOT_MOVING)
        with self._lock:
            under_way = self._busy.get(slot)
            if under_way is None:
                self._busy[slot] = flight.word.replace("_", " ")
        if under_way is not None:
            raise Conflict(
                f"{vehicle.name} has not answered the last command yet ({under_way}).",
                "Wait for its answer. Hold, return and land are taken at any time.",
            )
        try:
            yield
        finally:
            with self._lock:
                del self._busy[slot]

    def send(self, flight: Flight, turn: Turn) -> CommandDone:
        """Unless, while it was written down, somebody stopped the vehicle or took it over. What
        comes between here and the sending is seen by the agent: it has a higher turn."""
        return self._answered(flight, lambda: self._send(flight, turn))

    def send_at_once(self, flight: Flight, turn: Turn) -> CommandDone:
        """Hold, return and land: nothing is looked at before."""
        return self._answered(flight, lambda: self._call(flight, turn, None, URGENT_TIMEOUT_S))

    def channel_to(self, vehicle: Vehicle) -> tuple[AgentChannel, int]:
        """The way to its agent, and its system id there; Unavailable where there is none."""
        channel = None if vehicle.agent_id is None else self._channel(vehicle.agent_id)
        if channel is None or vehicle.system_id is None:
            raise Unavailable(
                f"{vehicle.name} cannot be reached: its agent is not connected.", NO_WAY
            )
        return channel, vehicle.system_id

    # --- inside ----------------------------------------------------------------------------------

    def _send(self, flight: Flight, turn: Turn) -> Flown:
        vehicle = flight.status.vehicle
        self._controls.check_holder(flight.who, flight.status)
        if self._turns.of(vehicle.vehicle_id) != turn:
            raise Conflict(
                f"{vehicle.name} was told to hold, return or land, or changed hands, in this "
                "moment: this was not sent.",
                "Give the command again if it is still wanted.",
            )
        timeout_s = TIMEOUTS_S.get(type(flight.action), TIMEOUT_S)
        return self._call(flight, turn, self._not_after(flight, timeout_s), timeout_s)

    def _not_after(self, flight: Flight, timeout_s: float) -> AgentInstant:
        """Until when the agent may begin it, by its own clock. Reckoned from its newest report,
        which was made before now: so it ends before we give up, however long that one took."""
        status = self._controls.reach(flight.who, flight.status.vehicle.vehicle_id)
        if status.agent_at is None:
            raise Unavailable(
                f"The agent of {status.vehicle.name} has not said by which clock a command to it "
                "expires: it was not sent.",
                "Hold, return and land are sent all the same. Wait for its next report.",
            )
        within_ms = round((timeout_s - BEGUN_BEFORE_S) * 1000)
        return AgentInstant(status.agent_at.run, status.agent_at.ms + within_ms)

    def _call(
        self, flight: Flight, turn: Turn, not_after: AgentInstant | None, timeout_s: float
    ) -> Flown:
        vehicle = flight.status.vehicle
        channel, system_id = self.channel_to(vehicle)
        command = Fly(
            command_id=flight.command_id,
            system_id=system_id,
            action=flight.action,
            by=flight.who.username[:200],
            turn=turn,
            not_after=not_after,
        )
        for callback in self._on_sending:
            _quietly(callback, flight)
        reply = channel.call(command, timeout_s)
        if not isinstance(reply, Flown):
            raise Unavailable(f"The agent of {vehicle.name} answered with no word on the command.")
        return reply

    def _answered(self, flight: Flight, send: Callable[[], Flown]) -> CommandDone:
        """Send it, and write down what came of it: soon, since it is done by then."""
        began_s = self._clock.monotonic_s()
        result, note = "fault", ""
        try:
            note = send().note
            result = "done"
        except TimedOut as error:
            result, note = error.code, error.message
            raise TimedOut(error.message, MAY_HAVE) from error
        except KestrelError as error:
            result, note = error.code, str(error)
            raise
        finally:
            took_ms = round((self._clock.monotonic_s() - began_s) * 1000)
            self._late.put(answered(flight, result, note, took_ms))
            log.info(
                "flight_command vehicle=%s action=%s result=%s took_ms=%d command=%s",
                flight.status.vehicle.vehicle_id,
                flight.word,
                result,
                took_ms,
                flight.command_id,
            )
            for callback in self._on_answered:
                _quietly(callback, flight, result, note)
        return CommandDone(flight.command_id, note, took_ms)


def _quietly(callback: Callable[..., None], *arguments: object) -> None:
    """Whatever it does, the command is what matters."""
    try:
        callback(*arguments)
    except Exception:
        log.exception("flight_callback_failed")
