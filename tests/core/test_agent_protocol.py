"""The agent protocol: what is sent arrives the same, and nothing else gets in."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.core import agent_protocol as protocol
from ground_station.core.agent_durable import (
    AlertRaised,
    Durable,
    Notice,
    decode_durable,
    decode_notice,
    encode_durable,
    encode_notice,
)
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AgentKind,
    Calibration,
    Done,
    Envelope,
    FrameTime,
    FrameTimes,
    GroundPair,
    Heartbeat,
    Hello,
    Refused,
    SdpAnswer,
    SourceOffer,
    TrackBatch,
    WireFrameTracks,
    WireTrack,
    check_hello,
    decode_command,
    decode_envelope,
    decode_reply,
    encode,
    raise_if_refused,
    refused,
)
from ground_station.core.agent_versions import decode_first_envelope
from ground_station.core.agent_wire import MAX_ENVELOPE_BYTES
from ground_station.core.delivery import DELIVERY
from ground_station.core.entities import Severity
from ground_station.core.errors import (
    ERRORS_BY_CODE,
    Conflict,
    InvalidInput,
    KestrelError,
    Unavailable,
)
from ground_station.core.ids import is_id, new_id
from ground_station.core.model import CapturedAtFrom
from tests.core.messages import commands, envelopes, notices, replies

AT = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
DECODERS: list[Callable[[object], Any]] = [
    decode_envelope,
    decode_command,
    decode_reply,
    decode_notice,
    decode_durable,
    decode_first_envelope,
]


def track(**changes: Any) -> WireTrack:
    values: dict[str, Any] = {
        "track_id": 1,
        "class_name": "person",
        "confidence": 0.5,
        "left": 1.0,
        "top": 2.0,
        "right": 3.0,
        "bottom": 4.0,
        "du_px_s": 5.0,
        "dv_px_s": 6.0,
    }
    return WireTrack(**{**values, **changes})


def frame(**changes: Any) -> WireFrameTracks:
    values: dict[str, Any] = {
        "source_id": "s",
        "session_id": "x",
        "seq": 1,
        "rtp_timestamp": 2**40,
        "captured_at": AT,
        "captured_at_from": CapturedAtFrom.AGENT,
        "width": 768,
        "height": 576,
        "tracks": [track()],
    }
    return WireFrameTracks(**{**values, **changes})


def offer(**changes: Any) -> SourceOffer:
    calibration = Calibration(768, 576, 51.5, -0.2, [GroundPair(1, 2, 3, 4)], 3.0, 0.1)
    values: dict[str, Any] = {"key": "k", "name": "n", "lat": 51.5, "lon": -0.2}
    return SourceOffer(**{"calibration": calibration, **values, **changes})


def hello(**changes: Any) -> Hello:
    values: dict[str, Any] = {
        "protocol": PROTOCOL_VERSION,
        "kind": AgentKind.CAMERA,
        "name": "camera",
        "software": "kestrel 0.1.0",
        "sources": [offer()],
    }
    return Hello(**{**values, **changes})


# --- round trips ---------------------------------------------------------------------------------


@given(envelopes)
def test_an_envelope_arrives_as_it_was_sent(envelope: Envelope) -> None:
    assert decode_envelope(encode(envelope)) == envelope


@given(commands)
def test_a_command_arrives_as_it_was_sent(command: protocol.Command) -> None:
    assert decode_command(encode(command)) == command


@given(replies)
def test_a_reply_arrives_as_it_was_sent(reply: protocol.Reply) -> None:
    assert decode_reply(encode(reply)) == reply


@given(notices)
def test_a_notice_arrives_as_it_was_sent(notice: Notice) -> None:
    assert decode_notice(encode_notice(notice)) == notice


def test_each_message_has_its_delivery_class() -> None:
    assert set(DELIVERY) == set(protocol.AgentMessage.__args__)


def test_times_keep_their_microseconds_and_their_instant() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    sent = Envelope(0, [Heartbeat(AT), Heartbeat(elsewhere)])
    got = decode_envelope(encode(sent)).messages
    assert [message.sent_at for message in got if isinstance(message, Heartbeat)] == [AT, AT]


def test_a_bytearray_is_as_good_as_bytes() -> None:
    assert decode_envelope(bytearray(encode(Envelope(0, [])))) == Envelope(0, [])


def test_every_message_has_its_own_tag() -> None:
    for union in (
        protocol.AgentMessage,
        protocol.Command,
        protocol.Reply,
        Notice,
    ):
        kinds = union.__args__
        tags = [kind.__struct_config__.tag for kind in kinds]
        assert tags == [kind.__name__ for kind in kinds]


def test_a_track_costs_little_on_the_wire() -> None:
    one = len(encode(Envelope(0, [TrackBatch([frame(tracks=[track()] * 1)])])))
    eleven = len(encode(Envelope(0, [TrackBatch([frame(tracks=[track()] * 11)])])))
    assert (eleven - one) / 10 < 100


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize(
    "payload", [None, "text", 5, [], {}, object(), memoryview(b"\x80")], ids=lambda p: str(type(p))
)
def test_what_is_not_bytes_is_refused(decode: Callable[[object], Any], payload: object) -> None:
    with pytest.raises(InvalidInput, match="not bytes"):
        decode(payload)


@pytest.mark.parametrize("decode", DECODERS)
def test_what_is_too_large_is_refused_unread(decode: Callable[[object], Any]) -> None:
    with pytest.raises(InvalidInput, match=str(MAX_ENVELOPE_BYTES)):
        decode(b"\x00" * (MAX_ENVELOPE_BYTES + 1))


NASTY = {
    "nothing": b"",
    "a number": b"\x00",
    "an array that claims 4 GiB": b"\xdd\xff\xff\xff\xff",
    "a map that claims 4 GiB": b"\xdf\xff\xff\xff\xff",
    "a string that claims 4 GiB": b"\xdb\xff\xff\xff\xff",
    "a list of messages that claims 2 GiB": b"\x82\xa3seq\x00\xa8messages\xdd\x7f\xff\xff\xff",
    "deep arrays": b"\x91" * 500_000,
    "deep maps": b"\x81" * 500_000,
    "deep arrays for a message": b"\x82\xa3seq\x00\xa8messages\x91" + b"\x91" * 400_000,
    "a key that is no UTF-8": b"\x81\xa3\xff\xfe\xfd\x00",
    "a text that is no UTF-8": b"\x81\xa4type\xa4\xff\xff\xff\xff",
    "two messages in one": encode(Done()) * 2,
}


@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize("name", NASTY)
def test_nasty_bytes_are_refused(decode: Callable[[object], Any], name: str) -> None:
    with pytest.raises(InvalidInput, match="malformed"):
        decode(NASTY[name])


@pytest.mark.parametrize("decode", DECODERS)
@given(payload=st.binary(max_size=200))
def test_random_bytes_never_do_more_than_be_refused(
    decode: Callable[[object], Any], payload: bytes
) -> None:
    try:
        decode(payload)
    except InvalidInput as error:
        assert error.message.endswith(".")  # noqa: PT017  either way is right


def _mutated(rng: random.Random, seed: bytes) -> bytes:
    changed = bytearray(seed)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed))
        kind = rng.random()
        if kind < 0.5:
            changed[at] = rng.randrange(256)
        elif kind < 0.75 and len(changed) > 1:
            del changed[at]
        else:
            changed[at:at] = rng.randbytes(rng.randint(1, 9))
    return bytes(changed)


@pytest.mark.parametrize("decode", DECODERS)
@given(payload=st.binary(max_size=2000))
def test_noise_is_never_more_than_refused(decode: Callable[[object], Any], payload: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        decode(payload)


@pytest.mark.parametrize(
    "made_at", ["0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "2101-01-01T00:00:00Z"]
)
def test_a_durable_message_of_an_impossible_time_is_refused(made_at: str) -> None:
    alert = AlertRaised("camera_moved", Severity.CAUTION, "It moved.")
    raw = msgspec.msgpack.decode(encode_durable(Durable(new_id(), AT, alert)))
    assert decode_durable(msgspec.msgpack.encode(raw)).payload == alert
    raw["made_at"] = made_at
    with pytest.raises(InvalidInput, match="years 1970 to 2100"):
        decode_durable(msgspec.msgpack.encode(raw))
    envelope = msgspec.msgpack.decode(encode(Envelope(3, [Heartbeat(AT)])))
    envelope["messages"] = [raw]
    with pytest.raises(InvalidInput, match="years 1970 to 2100"):
        decode_envelope(msgspec.msgpack.encode(envelope))


def test_damaged_durable_messages_are_refused_or_whole() -> None:
    rng = random.Random(7)
    alert = AlertRaised("camera_moved", Severity.CAUTION, "It moved.", "Look.", "k", 51.5, -0.2)
    good = encode_durable(Durable(new_id(), AT, alert))
    for _ in range(10_000):
        with contextlib.suppress(InvalidInput):
            message = decode_durable(_mutated(rng, good))
            assert is_id(message.message_id)
            assert decode_durable(encode_durable(message)) == message


def test_damaged_messages_never_do_more_than_be_refused() -> None:
    rng = random.Random(2026)
    good = encode(Envelope(3, [hello(), Heartbeat(AT, {"k": "p"}, {"f": 1.0})]))
    tracks = encode(Envelope(4, [TrackBatch([frame()]), FrameTimes("s", [FrameTime(1, AT)])]))
    refusals = 0
    for _ in range(20_000):
        try:
            envelope = decode_envelope(_mutated(rng, rng.choice([good, tracks])))
        except InvalidInput:
            refusals += 1
        else:
            assert decode_envelope(encode(envelope)) == envelope
    assert refusals > 5_000


NAN, INF = float("nan"), float("inf")
BAD_MESSAGES: dict[str, protocol.AgentMessage] = {
    "track not a number": TrackBatch([frame(tracks=[track(left=NAN)])]),
    "track infinite": TrackBatch([frame(tracks=[track(dv_px_s=-INF)])]),
    "confidence not a number": TrackBatch([frame(tracks=[track(confidence=NAN)])]),
    "frame time naive": TrackBatch([frame(captured_at=AT.replace(tzinfo=None))]),
    "heartbeat naive": Heartbeat(AT.replace(tzinfo=None)),
    "figure not a number": Heartbeat(AT, {}, {"cpu": NAN}),
    "latitude 91": hello(sources=[offer(lat=91.0)]),
    "longitude -181": hello(sources=[offer(lon=-181.0)]),
    "latitude not a number": hello(sources=[offer(lat=NAN)]),
    "heading infinite": hello(sources=[offer(heading_deg=INF)]),
    "anchor off the globe": hello(
        sources=[offer(calibration=Calibration(1, 1, 95.0, 0.0, [], 1.0, 0.0))]
    ),
    "calibration point not a number": hello(
        sources=[
            offer(calibration=Calibration(1, 1, 51.0, 0.0, [GroundPair(NAN, 0, 0, 0)], 1.0, 0.0))
        ]
    ),
    "RTP timestamp of 33 bits": FrameTimes("s", [FrameTime(2**32, AT)]),
    "RTP timestamp below 0": FrameTimes("s", [FrameTime(-1, AT)]),
    "capture time naive": FrameTimes("s", [FrameTime(1, AT.replace(tzinfo=None))]),
}


@pytest.mark.parametrize("name", BAD_MESSAGES)
def test_numbers_that_are_none_and_times_without_a_zone_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="malformed"):
        decode_envelope(encode(Envelope(0, [BAD_MESSAGES[name]])))


@pytest.mark.parametrize(
    "content",
    [
        {"seq": 0},
        {"messages": []},
        {"seq": "0", "messages": []},
        {"seq": 0, "messages": [], "extra": 1},
        {"seq": 0, "messages": [{"type": "Nonsense"}]},
        {"seq": 0, "messages": [{"type": "AcceptWhip", "sdp": ""}]},  # a command is no message
        {"seq": 0, "messages": [{"type": "SessionEnded", "session_id": "x"}]},
        {
            "seq": 0,
            "messages": [{"type": "SessionEnded", "session_id": "x", "reason": "", "more": 1}],
        },
        {"seq": 0, "messages": [{"session_id": "x", "reason": ""}]},
    ],
)
def test_the_wrong_shape_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="malformed"):
        decode_envelope(msgspec.msgpack.encode(content))


# --- replies and hello ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(ERRORS_BY_CODE))
def test_a_refusal_is_the_same_error_on_the_other_side(code: str) -> None:
    error = ERRORS_BY_CODE[code]("It cannot be done.", "Do another thing.")
    reply = decode_reply(encode(refused(error)))
    with pytest.raises(KestrelError) as raised:
        raise_if_refused(reply)
    assert type(raised.value) is type(error)
    assert (raised.value.message, raised.value.remedy) == (error.message, error.remedy)


def test_a_refusal_with_a_code_from_the_future_is_still_an_error() -> None:
    with pytest.raises(KestrelError, match="New trouble"):
        raise_if_refused(Refused("unheard_of", "New trouble."))


@pytest.mark.parametrize("reply", [Done(), SdpAnswer("v=0")])
def test_what_is_no_refusal_passes(reply: Done | SdpAnswer) -> None:
    assert raise_if_refused(reply) is reply


def test_subclasses_keep_their_own_code() -> None:
    assert refused(Conflict("Clash.")).code == "conflict"
    assert refused(Unavailable("Away.")).code == "unavailable"


def test_the_same_version_may_join() -> None:
    check_hello(hello())


@pytest.mark.parametrize("version", [0, 1, 4, 6, -1])
def test_another_version_is_told_both_versions(version: int) -> None:
    with pytest.raises(InvalidInput, match=rf"protocol {version}.*speaks 5.*same release"):
        check_hello(hello(protocol=version))


class OfferOfVersion1(msgspec.Struct, forbid_unknown_fields=True):
    """As it was: what it does not know it refuses."""

    key: str
    name: str
    publishing: bool = False
    simulated: bool = False
    note: str = ""
    lat: float | None = None
    lon: float | None = None
    heading_deg: float | None = None
    calibration: Calibration | None = None


class HelloOfVersion1(msgspec.Struct, forbid_unknown_fields=True, tag="Hello"):
    protocol: int
    kind: AgentKind
    name: str
    software: str
    sources: list[OfferOfVersion1]


class EnvelopeOfVersion1(msgspec.Struct, forbid_unknown_fields=True):
    seq: int
    messages: list[HelloOfVersion1]


def test_a_station_of_version_1_understands_our_hello_well_enough_to_refuse_it() -> None:
    payload = encode(Envelope(0, [hello()]))
    [read] = msgspec.msgpack.decode(payload, type=EnvelopeOfVersion1).messages
    assert read.protocol == PROTOCOL_VERSION  # which it compares with its own


def test_an_agent_of_version_1_is_told_which_side_to_update() -> None:
    old = HelloOfVersion1(1, AgentKind.CAMERA, "Gate", "kestrel", [OfferOfVersion1("k", "n")])
    payload = msgspec.msgpack.encode(EnvelopeOfVersion1(0, [old]))
    [read] = decode_first_envelope(payload).messages
    assert isinstance(read, Hello)
    with pytest.raises(InvalidInput, match=r"Gate speaks agent protocol 1.*update Gate"):
        check_hello(read)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "Hello", "protocol": 6, "name": "Gate", "kind": "submarine", "new": [1]},
        {"type": "Hello", "protocol": 1, "name": "Gate"},
    ],
)
def test_a_hello_we_cannot_read_is_still_told_its_version(message: dict[str, object]) -> None:
    payload = msgspec.msgpack.encode({"seq": 0, "messages": [message]})
    with pytest.raises(InvalidInput, match="Gate speaks agent protocol"):
        decode_first_envelope(payload)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "Hello", "protocol": 5, "name": "Gate", "new": 1},  # ours, but malformed
        {"type": "Hello", "protocol": "5", "name": "Gate"},
        {"type": "Heartbeat", "protocol": 5, "name": "Gate"},
        [],
    ],
)
def test_what_is_no_hello_of_another_version_is_malformed(message: object) -> None:
    payload = msgspec.msgpack.encode({"seq": 0, "messages": [message]})
    with pytest.raises(InvalidInput, match="malformed"):
        decode_first_envelope(payload)


def test_lost_is_noticed_within_three_seconds() -> None:
    assert protocol.HEARTBEAT_INTERVAL_S * 2 < protocol.HEARTBEAT_LOST_AFTER_S < 3
