"""A hello of any version, read just well enough to say which side is to be updated."""

from __future__ import annotations

import msgspec

from ground_station.core.agent_protocol import Envelope, check_version, decode_envelope
from ground_station.core.errors import InvalidInput

MAX_NAME_LENGTH = 80


class _AnyHello(msgspec.Struct):
    """What a hello of every version has; whatever else is in it is passed over."""

    type: str
    protocol: int
    name: str


class _AnyEnvelope(msgspec.Struct):
    messages: list[msgspec.Raw]


_envelope_decoder = msgspec.msgpack.Decoder(_AnyEnvelope)
_hello_decoder = msgspec.msgpack.Decoder(_AnyHello)


def decode_first_envelope(payload: object) -> Envelope:
    """The envelope with an agent's hello.

    Raises:
        InvalidInput: it is malformed; for a hello of another version, with both versions.
    """
    try:
        return decode_envelope(payload)
    except InvalidInput:
        hello = _any_hello(payload)
        if hello is not None:
            check_version(hello.name[:MAX_NAME_LENGTH], hello.protocol)
        raise


def _any_hello(payload: object) -> _AnyHello | None:
    if not isinstance(payload, bytes | bytearray):
        return None
    try:
        messages = _envelope_decoder.decode(payload).messages
        hello = _hello_decoder.decode(messages[0]) if messages else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return hello if hello is not None and hello.type == "Hello" else None
