"""How each message of an agent is delivered: one table, which the agents' transport reads."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from ground_station.core.agent_protocol import (
    Durable,
    FrameTimes,
    Heartbeat,
    Hello,
    SessionEnded,
    SourceReports,
    TrackBatch,
    ViewerClock,
)


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
        Durable: DeliveryClass.NEVER_LOST,
    }
)
