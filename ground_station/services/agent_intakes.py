"""What the agents service hands on to whom: the ports it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ground_station.core.agent_durable import Durable
from ground_station.core.agent_protocol import FrameTimes
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
