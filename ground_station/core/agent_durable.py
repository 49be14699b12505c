"""What must never be lost, from agents to the station; and the station's notices to agents.

A durable message lies in its agent's outbox until a `Received` names it.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from ground_station.core.agent_wire import (
    AwareTime,
    Latitude,
    Longitude,
    Message,
    MessageId,
    decode_as,
)
from ground_station.core.entities import Severity

NOTICE_EVENT = "notice"  # station -> agent, one Notice, not acknowledged


class AlertRaised(Message, frozen=True):
    """Something that asks for a person. `source_key`: of the agent's own source, if it is about
    one."""

    kind: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
    severity: Severity
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    remedy: Annotated[str, msgspec.Meta(max_length=500)] = ""
    source_key: Annotated[str, msgspec.Meta(max_length=80)] | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None


DurablePayload = AlertRaised  # a union, once there are more


class Durable(Message, frozen=True):
    """What must never be lost: kept in the agent's outbox until the station has acknowledged it.

    Attributes:
        message_id: UUIDv7, made once; the station takes each id once.
        made_at: by the agent's own clock, which may be wrong.
    """

    message_id: MessageId
    made_at: AwareTime
    payload: DurablePayload


class Received(Message, frozen=True):
    """These durable messages are on the station's disk, with all that follows from them: forget
    them. A `problem` says why what else is under way could not be kept; it is sent again later."""

    message_ids: list[MessageId]
    problem: str = ""


class ClockReading(Message, frozen=True):
    """The answer to a heartbeat: its own `sent_at`, and the station's clock when it came and when
    this left."""

    sent_at: AwareTime
    received_at: AwareTime
    replied_at: AwareTime


Notice = Received | ClockReading


_durable_decoder = msgspec.msgpack.Decoder(Durable)
_notice_decoder: msgspec.msgpack.Decoder[Notice] = msgspec.msgpack.Decoder(Notice)


def encode_durable(message: Durable) -> bytes:
    """One durable message as msgpack."""
    return msgspec.msgpack.encode(message)


def encode_notice(notice: Notice) -> bytes:
    """One notice as msgpack."""
    return msgspec.msgpack.encode(notice)


def decode_notice(payload: object) -> Notice:
    """Raises InvalidInput for anything that is not one well-formed notice."""
    return decode_as(_notice_decoder, payload, "a notice")


def decode_durable(payload: object) -> Durable:
    """Raises InvalidInput for anything that is not one well-formed durable message."""
    return decode_as(_durable_decoder, payload, "a durable message")
