"""How each message of an agent is delivered: one table, which the agents' transport reads; and the
port of what the station remembers of durable messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from ground_station.core.agent_durable import Durable
from ground_station.core.agent_facts import Facts, Traffic
from ground_station.core.agent_protocol import (
    FrameTimes,
    Goodbye,
    Heartbeat,
    Hello,
    SessionEnded,
    SourceReports,
    TrackBatch,
    ViewerClock,
)
from ground_station.core.agent_vehicles import Telemetry


class DeliveryClass(StrEnum):
    """What a slow or broken link costs."""

    LATEST = "latest"  # only the newest is sent
    DROP_OLDEST = "drop_oldest"  # bounded; the oldest goes first and is counted
    STREAM = "stream"  # as DROP_OLDEST, and history once the link broke: dropped then
    NEVER_LOST = "never_lost"  # on the agent's disk until the station has it on its own


DELIVERY: Mapping[type[Any], DeliveryClass] = MappingProxyType(
    {
        Hello: DeliveryClass.LATEST,
        Heartbeat: DeliveryClass.LATEST,
        SourceReports: DeliveryClass.LATEST,
        TrackBatch: DeliveryClass.STREAM,
        FrameTimes: DeliveryClass.STREAM,
        ViewerClock: DeliveryClass.DROP_OLDEST,
        SessionEnded: DeliveryClass.DROP_OLDEST,
        Telemetry: DeliveryClass.LATEST,
        Facts: DeliveryClass.LATEST,
        Traffic: DeliveryClass.LATEST,
        Goodbye: DeliveryClass.DROP_OLDEST,
        Durable: DeliveryClass.NEVER_LOST,
    }
)


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """One durable message at the station.

    Attributes:
        received_at: by our clock. made_at: by the agent's, as it was sent.
        clock_offset_ms: the agent's clock minus ours, as last measured; None if not yet.
    """

    agent_id: str
    message_id: str
    received_at: datetime
    made_at: datetime
    clock_offset_ms: float | None


class ReceivedMessages(Protocol):
    """The ids of durable messages that were taken: what tells a message that comes again."""

    def known(self, messages: Sequence[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Those of these (agent id, message id) that were taken before."""
        ...

    def add(self, messages: Sequence[ReceivedMessage]) -> None:
        """Conflict if one was taken before; then none is."""
        ...

    def forget_before(self, at: datetime, limit: int) -> int:
        """Drop at most `limit` of those received before; how many were dropped."""
        ...
