"""Decoding on its own thread: fresh, in order, and not to be killed by bad data."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from ground_station.core.model import Frame
from ground_station.simulation import frame_code
from ground_station.vision.media.aiortc_private import TappedFrame
from ground_station.vision.media.decode import QUEUE_FRAMES, Decoder
from ground_station.vision.media.encoded import EncodedFrame, FrameReader
from ground_station.vision.media.frame_times import UNKNOWN, CapturedAt
from ground_station.vision.media.pixels import VideoFramePixels
from tests.media.line import numbered, read_number
from tests.media.peers import Encoder


class NoTimes:
    """Nobody knows; can be made slow."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()

    def captured_at(self, rtp_timestamp: int) -> CapturedAt | None:
        self.gate.wait(5)
        return UNKNOWN


@contextmanager
def decoding(
    times: NoTimes | None = None, **options: bool
) -> Iterator[tuple[Decoder, list[Frame]]]:
    frames: list[Frame] = []
    decoder = Decoder("s", "session", times=times or NoTimes(), on_frame=frames.append, **options)
    decoder.start()
    try:
        yield decoder, frames
    finally:
        decoder.stop()


def stream(count: int, *, codec: str = "libx264", gop: int = 10) -> list[EncodedFrame]:
    encoder, reader = (
        Encoder(width=320, height=180, codec=codec, gop=gop, draw=numbered),
        FrameReader(),
    )
    name = "H264" if codec == "libx264" else "VP8"
    frames = []
    for number in range(count):
        (packet,) = encoder.next()
        frame = reader.read(TappedFrame(bytes(packet), name, {}, number * 3600, False), 0.0)
        assert frame is not None
        frames.append(frame)
    return frames


def wait_for(frames: list[Frame], count: int) -> None:
    deadline_s = time.monotonic() + 5
    while len(frames) < count:
        assert time.monotonic() < deadline_s, f"only {len(frames)} of {count} frames"
        time.sleep(0.005)


@pytest.mark.parametrize("codec", ["libx264", "libvpx"])
def test_one_packet_in_one_picture_out(codec: str) -> None:
    with decoding() as (decoder, frames):
        for number, frame in enumerate(stream(25, codec=codec)):
            decoder.put(frame)
            wait_for(frames, number + 1)  # it holds nothing back
        assert [read_number(frame) for frame in frames] == list(range(25))
        assert [frame.rtp_timestamp for frame in frames] == [n * 3600 for n in range(25)]


def test_damaged_data_does_not_end_decoding() -> None:
    rng = random.Random(1)
    with decoding() as (decoder, frames):
        for frame in stream(60):
            data = bytearray(frame.data)
            if 12 <= frame.rtp_timestamp // 3600 < 18:
                for _ in range(40):
                    data[rng.randrange(5, len(data))] = rng.randrange(256)
            if frame.rtp_timestamp // 3600 == 31:
                data = bytearray(b"\0\0\0\1\x41")
            decoder.put(
                EncodedFrame(bytes(data), "H264", frame.rtp_timestamp, frame.keyframe, False, 0.0)
            )
            time.sleep(0.002)
        wait_for(frames, 30)
        deadline_s = time.monotonic() + 5
        while frames[-1].rtp_timestamp != 59 * 3600:
            assert time.monotonic() < deadline_s
            time.sleep(0.005)
        assert [read_number(frame) for frame in frames[-9:]] == list(range(51, 60))
        assert decoder.problem == ""


def test_rubbish_is_a_problem_with_a_sentence_until_pictures_come() -> None:
    with decoding() as (decoder, frames):
        for number in range(10):
            decoder.put(
                EncodedFrame(b"\0\0\0\1\x65\x88" + bytes(50), "H264", number, True, False, 0)
            )
            time.sleep(0.01)
        deadline_s = time.monotonic() + 5
        while not decoder.problem:
            assert time.monotonic() < deadline_s
            time.sleep(0.005)
        for frame in stream(5):
            decoder.put(frame)
        wait_for(frames, 5)
        assert decoder.problem == ""


def test_behind_it_drops_to_a_keyframe_and_counts() -> None:
    times = NoTimes()
    with decoding(times) as (decoder, frames):
        times.gate.clear()
        sent = stream(QUEUE_FRAMES * 2 + 5)
        for frame in sent:
            decoder.put(frame)
        times.gate.set()
        deadline_s = time.monotonic() + 5
        while not frames or frames[-1].rtp_timestamp != sent[-1].rtp_timestamp:
            assert time.monotonic() < deadline_s
            time.sleep(0.005)
        numbers = [read_number(frame) for frame in frames]
        assert numbers == [frame.rtp_timestamp // 3600 for frame in frames]
        assert decoder.dropped == len(sent) - len(frames) > 0


def test_keyframes_only_tells_the_size() -> None:
    with decoding(keyframes_only=True) as (decoder, frames):
        for frame in stream(25):
            decoder.put(frame)
        wait_for(frames, 3)
        assert [frame.rtp_timestamp // 3600 for frame in frames] == [0, 10, 20]
        assert (frames[0].pixels.width, frames[0].pixels.height) == (320, 180)


def test_stop_is_quick_and_ends_the_thread() -> None:
    before = set(threading.enumerate())
    decoder = Decoder("s", "session", times=NoTimes(), on_frame=lambda _: None)
    decoder.start()
    started = time.monotonic()
    decoder.stop()
    assert time.monotonic() - started < 0.5
    assert set(threading.enumerate()) <= before


def test_pixels_are_converted_straight_to_the_size_asked_for() -> None:
    with decoding() as (decoder, frames):
        decoder.put(stream(1)[0])
        wait_for(frames, 1)
        pixels = frames[0].pixels
        small = pixels.to_bgr(163, 97)  # odd on purpose
        assert small.shape == (97, 163, 3)
        assert small.dtype == np.uint8
        assert small.flags.c_contiguous
        assert frame_code.read(small) == 0
        assert abs(int(small[-1, -1, 0]) - 90) < 4


def test_many_threads_convert_the_same_picture_at_once() -> None:
    """This crashed inside libswscale with PyAV's own reformatter (a SIGSEGV ends the test run)."""
    with decoding() as (decoder, frames):
        decoder.put(stream(1)[0])
        wait_for(frames, 1)
        pixels = frames[0].pixels
        assert isinstance(pixels, VideoFramePixels)
        wrong: list[int] = []

        def convert(size: int) -> None:
            for _ in range(60):
                if frame_code.read(pixels.to_bgr(size, size * 9 // 16)) != 0:
                    wrong.append(size)

        threads = [threading.Thread(target=convert, args=(200 + 20 * n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
