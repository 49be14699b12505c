"""What must never be lost, from agents to the station; and the station's notices to agents.

A durable message lies in its agent's outbox until a `Received` names it.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from ground_station.core.agent_vehicles import Supersede
from ground_station.core.agent_wire import (
    AwareTime,
    Latitude,
    Longitude,
    Message,
    MessageId,
    decode_as,
)
from ground_station.core.entities import Severity

# A clock that was never set says 1970, and its alerts count. Beyond these years the arithmetic of
# times and the stores have their own bounds, which would be met far from the sender.
FIRST_YEAR, LAST_YEAR = 1970, 2100
_ONE_LINE = r"^[^\x00-\x1f\x7f]*\Z"  # PostgreSQL keeps no NUL, and no text of ours has two lines
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")

NOTICE_EVENT = "notice"  # station -> agent, one Notice, not acknowledged


class AlertRaised(Message, frozen=True):
    """Something that asks for a person. `source_key`: of the agent's own source, if it is about
    one. No text may hold control characters: see `one_line`."""

    kind: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
    severity: Severity
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=_ONE_LINE)]
    remedy: Annotated[str, msgspec.Meta(max_length=500, pattern=_ONE_LINE)] = ""
    source_key: Annotated[str, msgspec.Meta(max_length=80, pattern=_ONE_LINE)] | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None


DurablePayload = AlertRaised  # a union, once there are more


class Durable(Message, frozen=True):
    """What must never be lost: kept in the agent's outbox until the station has acknowledged it.

    Attributes:
        message_id: UUIDv7, made once; the station takes each id once.
        made_at: by the agent's own clock, which may be wrong, in the years 1970 to 2100.

    Raises:
        ValueError: made_at is in another year.
    """

    message_id: MessageId
    made_at: AwareTime
    payload: DurablePayload

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.made_at.year <= LAST_YEAR:
            raise ValueError(
                f"a message is of the years {FIRST_YEAR} to {LAST_YEAR}, not of {self.made_at.year}"
            )


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


Notice = Received | ClockReading | Supersede


_durable_decoder = msgspec.msgpack.Decoder(Durable)
_notice_decoder: msgspec.msgpack.Decoder[Notice] = msgspec.msgpack.Decoder(Notice)


def one_line(text: str) -> str:
    """The text with a space for what is no character of a line."""
    return _CONTROLS.sub(" ", text)


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
