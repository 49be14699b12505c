"""Frames between tap and viewers: keyframes, timestamps, B-frames, queues that drop."""

from __future__ import annotations

import asyncio

import pytest
from aiortc.rtp import RtpPacket

from ground_station.vision.media.aiortc_private import (
    RTP_MODULUS,
    EncodedTap,
    TappedFrame,
    _WatchedJitterBuffer,
)
from ground_station.vision.media.encoded import EncodedFrame, FrameReader, nal_units
from ground_station.vision.media.gop_queue import GopQueue
from ground_station.vision.media.relay import Relay
from tests.media.peers import Encoder, run

START = b"\0\0\0\1"
SPS, PPS = b"\x67sps", b"\x68pps"
IDR, IDR_SECOND_SLICE, DELTA = b"\x65\x88idr", b"\x65\x08idr", b"\x41\x9adelta"


def tapped(data: bytes, timestamp: int, codec: str = "H264", *, loss: bool = False) -> TappedFrame:
    return TappedFrame(data, codec, {}, timestamp % RTP_MODULUS, loss)


def encoded(number: int, *, keyframe: bool = False, loss: bool = False) -> EncodedFrame:
    return EncodedFrame(b"x", "H264", number, keyframe, loss, 0.0)


def test_nal_units_are_found_with_long_and_short_start_codes() -> None:
    data = START + SPS + b"\0\0\1" + PPS + START + IDR + START + b"\x65more"
    found = [(kind, data[start:end]) for kind, start, end in nal_units(data)]
    assert found == [(7, SPS), (8, PPS), (5, IDR + START + b"\x65more")]
    assert list(nal_units(b"")) == []
    assert list(nal_units(b"\0\0\1")) == []


def test_keyframes_are_known_and_have_their_parameter_sets() -> None:
    reader = FrameReader()
    first = reader.read(tapped(START + SPS + START + PPS + START + IDR, 0), 0.0)
    delta = reader.read(tapped(START + DELTA, 3600), 0.0)
    bare = reader.read(tapped(START + IDR, 7200), 0.0)
    headless = reader.read(tapped(START + IDR_SECOND_SLICE, 10800), 0.0)
    assert first is not None
    assert delta is not None
    assert bare is not None
    assert headless is not None
    assert [each.keyframe for each in (first, delta, bare, headless)] == [True, False, True, False]
    assert bare.data == START + SPS + START + PPS + START + IDR


def test_vp8_keyframes_are_known() -> None:
    reader = FrameReader()
    frames = [
        reader.read(tapped(bytes([first]), at, "VP8"), 0.0) for at, first in enumerate((0, 1))
    ]
    assert [frame.keyframe for frame in frames if frame] == [True, False]


@pytest.mark.parametrize("codec", ["libx264", "libvpx"])
def test_real_encoders_keyframes_are_known(codec: str) -> None:
    encoder, reader = Encoder(codec=codec, gop=10), FrameReader()
    name = "H264" if codec == "libx264" else "VP8"
    for number in range(30):
        (packet,) = encoder.next()
        frame = reader.read(tapped(bytes(packet), number * 3600, name), 0.0)
        assert frame is not None
        assert frame.keyframe == packet.is_keyframe == (number % 10 == 0)


def test_timestamps_grow_across_the_wrap_and_over_a_new_clock() -> None:
    reader = FrameReader()
    wire = [RTP_MODULUS - 3600, 0, 3600, 5_000_000, 1_000]  # the last one: a camera restarted
    frames = [reader.read(tapped(START + DELTA, at), 0.0) for at in wire]
    unwrapped = [frame.rtp_timestamp for frame in frames if frame]
    assert len(unwrapped) == 5
    assert unwrapped == sorted(set(unwrapped))
    assert [at % RTP_MODULUS for at in unwrapped] == wire


def test_b_frames_are_seen_and_stopped_and_forgiven_when_they_end() -> None:
    reader = FrameReader()
    at = 0
    for _ in range(4):  # decoding order: P, then the two B that come before it
        for step in (3, 1, 2):
            reader.read(tapped(START + DELTA, at + step * 3600), 0.0)
        at += 3 * 3600
    assert reader.b_frames
    assert reader.read(tapped(START + DELTA, at + 3600), 0.0) is None
    for number in range(2, 260):
        reader.read(tapped(START + DELTA, at + number * 3600), 0.0)
    assert reader.read(tapped(START + DELTA, at + 300 * 3600), 0.0) is not None


def test_one_late_frame_is_dropped_and_nothing_more() -> None:
    reader = FrameReader()
    got = [reader.read(tapped(START + DELTA, at), 0.0) for at in (0, 7200, 3600, 10800)]
    assert [frame is not None for frame in got] == [True, True, False, True]
    assert reader.dropped == 1
    assert not reader.b_frames


# --- queues --------------------------------------------------------------------------------------


def drain(queue: GopQueue) -> list[int]:
    taken = []
    while (frame := queue.take()) is not None:
        taken.append(frame.rtp_timestamp)
    return taken


def test_a_queue_starts_at_a_keyframe() -> None:
    queue = GopQueue(10)
    for number in range(3):
        queue.put(encoded(number))
    assert queue.needs_keyframe
    queue.put(encoded(3, keyframe=True))
    queue.put(encoded(4))
    assert drain(queue) == [3, 4]
    assert queue.dropped == 0  # nobody missed a picture that never began


def test_a_full_queue_drops_to_the_next_keyframe() -> None:
    queue = GopQueue(4)
    for number in range(12):
        queue.put(encoded(number, keyframe=number % 8 == 0))
    assert drain(queue) == [8, 9, 10, 11]
    assert queue.dropped == 8


def test_a_full_queue_goes_on_at_the_newest_keyframe_it_holds() -> None:
    queue = GopQueue(10)
    for number in range(12):
        queue.put(encoded(number, keyframe=number % 4 == 0))
    assert drain(queue) == [8, 9, 10, 11]
    assert queue.dropped == 8
    assert not queue.needs_keyframe


def test_a_full_queue_takes_a_keyframe_at_once() -> None:
    queue = GopQueue(3)
    for number in range(3):
        queue.put(encoded(number, keyframe=number == 0))
    queue.put(encoded(3, keyframe=True))
    assert drain(queue) == [3]


def test_after_a_loss_a_queue_waits_for_a_keyframe() -> None:
    queue = GopQueue(10)
    queue.put(encoded(0, keyframe=True))
    queue.put(encoded(1, loss=True))
    queue.put(encoded(2))
    queue.put(encoded(3, keyframe=True))
    assert drain(queue) == [0, 3]
    assert queue.dropped == 2


def test_restart_goes_on_at_a_keyframe_that_is_there_already() -> None:
    queue = GopQueue(10)
    for number in range(5):
        queue.put(encoded(number, keyframe=number in (0, 3)))
    queue.take()
    queue.restart()
    assert drain(queue) == [3, 4]
    queue.restart()
    assert queue.needs_keyframe


def test_a_slow_viewer_drops_and_hinders_nobody() -> None:
    async def scenario() -> None:
        relay = Relay()
        quick, slow = relay.attach(), relay.attach()
        got = []
        for number in range(300):
            relay.put(encoded(number, keyframe=number % 50 == 0))
            frame = await quick.take()
            assert frame is not None
            got.append(frame.rtp_timestamp)
        assert got == list(range(300))
        assert quick.dropped == 0
        first = await slow.take()
        assert first is not None
        assert first.keyframe
        assert first.rtp_timestamp >= 240  # fresh, not five seconds old
        assert relay.dropped == slow.dropped > 200
        waiting = asyncio.ensure_future(quick.take())
        await asyncio.sleep(0)
        relay.end()
        assert await waiting is None
        assert await slow.take() is None
        assert await relay.attach().take() is None

    run(scenario())


# --- the jitter buffer ---------------------------------------------------------------------------


def packet(seq: int, timestamp: int, *, marker: int = 0, payload: bytes = b"p") -> RtpPacket:
    made = RtpPacket(payload_type=96, sequence_number=seq, timestamp=timestamp, marker=marker)
    made.ssrc = 7
    made.payload = payload
    made._data = payload  # type: ignore[attr-defined]
    return made


def test_a_frame_is_complete_with_its_marker() -> None:
    buffer = _WatchedJitterBuffer()
    assert buffer.add(packet(1, 0))[1] is None
    _, frame = buffer.add(packet(2, 0, marker=1))
    assert frame is not None
    assert (frame.data, frame.timestamp) == (b"pp", 0)


def test_padding_is_no_frame_and_no_loss() -> None:
    buffer = _WatchedJitterBuffer()
    buffer.add(packet(1, 0, marker=1))
    assert buffer.add(packet(2, 0, payload=b"")) == (False, None)
    _, frame = buffer.add(packet(3, 3600, marker=1))
    assert frame is not None
    assert frame.timestamp == 3600
    assert buffer.losses == 0


def test_a_late_packet_frees_all_that_waited_behind_it() -> None:
    buffer = _WatchedJitterBuffer()
    buffer.add(packet(1, 0, marker=1))
    assert buffer.add(packet(3, 7200, marker=1))[1] is None
    assert buffer.add(packet(4, 10800, marker=1))[1] is None
    _, frame = buffer.add(packet(2, 3600, marker=1))
    assert frame is not None
    more = [buffer.next_complete(), buffer.next_complete(), buffer.next_complete()]
    assert [each.timestamp if each else None for each in (frame, *more)] == [
        3600, 7200, 10800, None,
    ]  # fmt: skip


def test_markers_that_lie_are_not_trusted_for_long() -> None:
    class Receiver:
        def _handle_rtcp_packet(self) -> None: ...

    class Codec:
        name = "H264"
        parameters: dict[str, str] = {}  # noqa: RUF012

    got: list[TappedFrame] = []
    tap = EncodedTap(Receiver(), got.append, lambda: None)  # type: ignore[arg-type]
    seq = 0
    for number in range(4):  # every packet is marked, as some cameras do
        for _ in range(3):
            _, frame = tap._buffer.add(packet(seq, number * 3600, marker=1))
            if frame is not None:
                tap.put((Codec(), frame))  # type: ignore[arg-type]
            seq += 1
    whole = [frame for frame in got if frame.data == b"ppp"]
    assert [frame.rtp_timestamp for frame in whole] == [3600, 7200]
    assert whole[0].after_loss
    assert not whole[1].after_loss
