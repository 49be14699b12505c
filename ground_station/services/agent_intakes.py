"""What the agents service hands on to whom: the ports it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ground_station.core.agent_durable import Durable
from ground_station.core.agent_facts import Facts, Traffic
from ground_station.core.agent_protocol import AgentKind, AgentMessage, FrameTimes
from ground_station.core.agent_vehicles import Telemetry
from ground_station.core.ports import AgentChannel, AgentIdentity


class MediaEnds(Protocol):
    """What the agents service tells the media service."""

    def node_lost(self, node_id: str) -> None: ...
    def session_ended(self, session_id: str, reason: str) -> None: ...
    def stray_sessions(self, node_id: str, session_ids: Sequence[str]) -> None: ...
    def viewers_reported(self, node_id: str, session_ids: Sequence[str]) -> None: ...
    def viewer_clock(self, session_id: str, rtp_offset: int) -> None: ...
    def frame_times(self, agent_id: str, message: FrameTimes) -> None: ...


class DurableIntake(Protocol):
    """What the agents service hands durable messages to."""

    def take(
        self,
        identity: AgentIdentity,
        channel: AgentChannel,
        messages: Sequence[Durable],
        clock_offset_ms: float | None,
    ) -> None: ...
    def token_seen_twice(self, identity: AgentIdentity, address: str) -> None: ...


class FleetIntake(Protocol):
    """What the agents service hands the reports of vehicles to."""

    def take(self, identity: AgentIdentity, message: Telemetry) -> None: ...
    def agent_connected(self, agent_id: str) -> None: ...
    def agent_gone(self, agent_id: str) -> None: ...


class FactsIntake(Protocol):
    """What the agents service hands the facts of vehicles to; must not wait."""

    def take(self, identity: AgentIdentity, message: Facts) -> None: ...


class TrafficIntake(Protocol):
    """What the agents service hands what is heard of other aircraft to; must not wait."""

    def take(self, identity: AgentIdentity, message: Traffic) -> None: ...
    def agent_gone(self, agent_id: str) -> None:
        """Nothing of what it heard is new any more."""
        ...


class DroneIntakes:
    """Sorts what drone agents say to whoever is joined; of other agents nothing is handed on."""

    def __init__(self) -> None:
        self.fleet: FleetIntake | None = None
        self.facts: FactsIntake | None = None
        self.traffic: TrafficIntake | None = None

    def take(self, identity: AgentIdentity, message: AgentMessage) -> bool:
        """Hand one message on; whether anybody takes its kind."""
        if identity.kind is not AgentKind.DRONE:
            return False
        match message:
            case Telemetry() if self.fleet is not None:
                self.fleet.take(identity, message)
            case Facts() if self.facts is not None:
                self.facts.take(identity, message)
            case Traffic() if self.traffic is not None:
                self.traffic.take(identity, message)
            case _:
                return False
        return True

    def agent_connected(self, identity: AgentIdentity) -> None:
        if self.fleet is not None and identity.kind is AgentKind.DRONE:
            self.fleet.agent_connected(identity.agent_id)

    def agent_gone(self, identity: AgentIdentity) -> None:
        if identity.kind is not AgentKind.DRONE:
            return
        for intake in (self.fleet, self.traffic):
            if intake is not None:
                intake.agent_gone(identity.agent_id)
