"""RTSP over a real socket with FFmpeg as the camera; missing devices; secrets; timelines."""

from __future__ import annotations

import itertools
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from ground_station.core.clock import ManualClock, SystemClock
from ground_station.core.errors import KestrelError, NotFound, Unavailable
from ground_station.vision.publishing import media_input
from ground_station.vision.publishing.encoded import EncodedFrame, nal_types
from ground_station.vision.publishing.live import LiveSource
from ground_station.vision.publishing.timeline import GrowingPts
from tests.agentlink.station import until
from tests.fixed_cctv.clips import numbers_in
from tests.ports import free_port

ROOT = Path(__file__).parents[2]


LISTEN = {"rtsp_flags": "listen", "listen_timeout": "20"}  # FFmpeg takes what is pushed to it


@contextmanager
def camera_at(address: str, codec: str, b_frames: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """A camera that pushes numbered pictures to whoever listens at `address`."""
    arguments = [address, codec, str(b_frames)]
    command = [sys.executable, "-m", "tests.fixed_cctv.rtsp_camera", *arguments]
    camera = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield camera
    finally:
        camera.kill()
        camera.wait()


def read(source: LiveSource, count: int) -> list[EncodedFrame]:
    frames = source.frames(threading.Event())
    taken = list(itertools.islice(frames, count))
    frames.close()
    return taken


@pytest.mark.parametrize(
    ("codec", "b_frames", "passes"),
    [("libx264", 0, True), ("libx264", 2, False), ("mpeg4", 0, False)],
)
def test_rtsp_arrives_decodable_and_in_order(codec: str, b_frames: int, passes: bool) -> None:
    address = f"rtsp://127.0.0.1:{free_port()}/stream"
    source = LiveSource(address, SystemClock(), LISTEN)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read, source, 30)
        time.sleep(0.3)
        with camera_at(address, codec, b_frames):
            frames = reading.result(30)
    start = next(n for n, frame in enumerate(frames) if frame.keyframe)
    pictures = [frame.data for frame in frames[start:]]
    assert {7, 8, 5} <= set(nal_types(pictures[0]))
    numbers = [number for number in numbers_in(pictures) if number is not None]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) >= 15
    pts = [frame.pts_90khz for frame in frames]
    assert all(later > earlier for earlier, later in itertools.pairwise(pts))
    assert (frames[-1].captured_at - frames[0].captured_at).total_seconds() < 10
    if passes:
        # as the camera sent it: a keyframe every 12 pictures, not one a second
        keys = [n for n, frame in enumerate(frames) if frame.keyframe]
        assert set(itertools.starmap(lambda a, b: b - a, itertools.pairwise(keys))) == {12}


def test_a_camera_that_stops_sending_is_named() -> None:
    address = f"rtsp://127.0.0.1:{free_port()}/stream"
    source = LiveSource(address, SystemClock(), LISTEN)

    came: list[EncodedFrame] = []

    def read_to_the_end() -> None:
        for frame in source.frames(threading.Event()):
            came.append(frame)

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_to_the_end)
        time.sleep(0.3)
        with camera_at(address, "libx264"):
            until(lambda: came)
        error = reading.exception(10)
    assert isinstance(error, Unavailable)
    assert "127.0.0.1" in error.message


def test_a_camera_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_input, "OPEN_TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(Unavailable) as caught:
        read(LiveSource(f"rtsp://127.0.0.1:{mute.getsockname()[1]}/x", SystemClock()), 1)
    assert "does not answer" in caught.value.message
    assert "power" in caught.value.remedy


@pytest.mark.parametrize("address", ["usb:93", "/dev/video93"])
def test_a_missing_device_is_named(address: str) -> None:
    with pytest.raises(NotFound, match="no " + address) as caught:
        read(LiveSource(address, SystemClock()), 1)
    assert "plugged in" in caught.value.remedy


def test_credentials_are_in_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    address = f"rtsp://operator:hunter2-secret@127.0.0.1:{free_port()}/stream1"
    with pytest.raises(Unavailable) as caught:
        read(LiveSource(address, SystemClock()), 1)
    logging.getLogger("test").exception("as somebody might log it", exc_info=caught.value)
    assert "hunter2" not in caplog.text
    assert "operator" not in caplog.text
    assert "/stream1" in caught.value.message
    error: BaseException | None = caught.value
    while isinstance(error, KestrelError):
        assert "hunter2" not in str(error)
        error = error.__cause__


def test_growing_pts_follow_the_camera_and_never_go_back() -> None:
    clock = ManualClock()
    pts = GrowingPts(clock)
    got = []
    for media_s in (5.0, 5.04, 5.08, 5.08, None, 5.0, 5.04):
        got.append(pts.next(media_s))
        clock.advance(0.5)
    steps = [later - earlier for earlier, later in itertools.pairwise(got)]
    # by the camera, by the camera, then by the agent's clock until the camera is of use again
    assert steps == [3600, 3600, 45000, 45000, 45000, 3600]


def test_growing_pts_cross_a_reopened_camera() -> None:
    clock = ManualClock()
    pts = GrowingPts(clock)
    first = pts.next(1000.0)
    pts.reopened()
    clock.advance(7)
    assert pts.next(1000.1) - first == 7 * 90000
