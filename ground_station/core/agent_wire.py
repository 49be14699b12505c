"""What all messages between agents and the station have in common: bounds, sizes, decoding."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec

from ground_station.core.errors import InvalidInput
from ground_station.core.ids import ID_PATTERN

T = TypeVar("T")

MAX_ENVELOPE_BYTES = 1_000_000

# Checked when a message is decoded. A number that is none (NaN, infinity) or a time without an
# offset would otherwise travel on to browsers and the store, and break things far from its sender.
Finite = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
AwareTime = Annotated[datetime, msgspec.Meta(tz=True)]
MessageId = Annotated[str, msgspec.Meta(pattern=ID_PATTERN)]
WireRtpTimestamp = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """Base of every message: tagged by class name, unknown fields refused."""


def decode_as(decoder: msgspec.msgpack.Decoder[T], payload: object, what: str) -> T:
    """Raises InvalidInput for anything that is not one well-formed message of bounded size."""
    if not isinstance(payload, bytes | bytearray):
        raise InvalidInput(f"What came as {what} is not bytes.")
    if len(payload) > MAX_ENVELOPE_BYTES:
        raise InvalidInput(
            f"What came as {what} has {len(payload)} bytes; {MAX_ENVELOPE_BYTES} are the most."
        )
    try:
        return decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"What came as {what} is malformed: {error}.") from error
