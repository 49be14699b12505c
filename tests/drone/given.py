"""Flight commands as a station gives them, to an agent whose clock a test moves."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from drone.commands import FlightCommands
from drone.link import VehicleLink
from drone.orders import Orders
from ground_station.core.agent_actions import URGENT, Action
from ground_station.core.agent_protocol import Reply
from ground_station.core.agent_vehicles import AgentInstant, Fly, Supersede, Turn
from ground_station.core.clock import ManualClock
from ground_station.core.ids import new_id


def fly(action: Action, system_id: int = 1) -> Fly:
    """Without turn and end: `Flights.answer` gives them."""
    return Fly(new_id(), system_id, action, "Pat Pilot")


def stamped(command: Fly, now: AgentInstant, turn: Turn, within_s: float = 4.0) -> Fly:
    """As the station sends it, having heard of this instant."""
    until = AgentInstant(now.run, now.ms + round(within_s * 1000))
    return msgspec.structs.replace(command, turn=turn, not_after=until)


class Flights(FlightCommands):
    """And the station that gives them."""

    def __init__(
        self,
        link: VehicleLink,
        before: Callable[[Fly], None] = lambda command: None,
        after: Callable[[Fly], None] = lambda command: None,
    ) -> None:
        self.clock = ManualClock()
        self.orders = Orders(self.clock.monotonic_s)
        self.station = new_id()
        self.number = 0
        super().__init__(link, self.orders, before, after)

    def given(self, action: Action, system_id: int = 1) -> Fly:
        """It leaves the station now; `arrived` is the test's to call."""
        if isinstance(action, URGENT):
            self.number += 1
        return stamped(fly(action, system_id), self.orders.now(), self.turn)

    @property
    def turn(self) -> Turn:
        return Turn(self.station, self.number)

    def taken_over(self, system_id: int = 1) -> None:
        """Another pilot has control, and the agent has heard of it."""
        self.number += 1
        self.orders.arrived(Supersede(system_id, self.turn))

    def answer(self, command: Fly) -> Reply:
        """Of a command without them: with turn and end, arrived now."""
        if command.turn is None:
            command = stamped(command, self.orders.now(), self.turn)
            self.orders.arrived(command)
        return super().answer(command)
