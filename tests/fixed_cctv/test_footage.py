"""Files: what they are encoded to, what is sent as it is, and the pace and times of a loop."""

from __future__ import annotations

import fcntl
import itertools
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fixed_cctv.footage import FileSource, LoopingFootage, encode_file, is_sendable
from fixed_cctv.prepared import LEFT_BEHIND_AFTER_S, prepared_copy
from ground_station.core.clock import ManualClock
from ground_station.core.errors import KestrelError, NotFound, Unavailable, Unprocessable
from ground_station.vision.publishing.encode import H264Encoder, H264Format
from ground_station.vision.publishing.encoded import (
    EncodedFrame,
    nal_types,
    profile_idc,
    with_parameter_sets,
)
from tests.fixed_cctv.clips import numbers_in, picture, write_clip
from tests.fixed_cctv.ticking import WaitingMovesTime

START = datetime(2026, 1, 1, tzinfo=UTC)


def quiet(sentence: str) -> None:
    """Progress that nobody reads."""


def touch(path: Path) -> None:
    path.write_bytes(b"x")


def play(path: Path, count: int, *, loop: bool = True) -> tuple[list[EncodedFrame], ManualClock]:
    clock = ManualClock()
    stop = WaitingMovesTime(clock)
    frames = LoopingFootage(path, clock, loop=loop).frames(stop)
    taken = list(itertools.islice(frames, count))
    frames.close()
    return taken, clock


def test_the_live_encoder_gives_each_picture_at_once_and_without_b_frames() -> None:
    encoder = H264Encoder(H264Format(320, 192, Fraction(25)))
    pictures: list[bytes] = []
    for number in range(60):
        frame = av.VideoFrame.from_ndarray(picture(number), format="bgr24")
        parts = encoder.encode(frame, number * 3600, keyframe=number == 37)
        assert [part.pts_90khz for part in parts] == [number * 3600]
        assert parts[0].keyframe == (number in (0, 25, 37))  # the next would be 37 + 25
        if parts[0].keyframe:
            assert {7, 8, 5} <= set(nal_types(parts[0].data))
            assert profile_idc(parts[0].data) == 66
        pictures.append(parts[0].data)
    assert numbers_in(pictures) == list(range(60))


def test_prepared_footage_has_no_b_frames_a_keyframe_a_second_and_its_own_pace(
    tmp_path: Path,
) -> None:
    source = write_clip(tmp_path / "in.avi", count=35, codec="mpeg4")
    out = tmp_path / "out.ts"
    said: list[str] = []
    encode_file(source, out, said.append)
    assert said[0].startswith("Preparing in.avi: 0 %")
    assert said[-1].endswith("100 %")
    assert is_sendable(out)
    with av.open(str(out)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    times = [packet.pts for packet in packets]
    assert all(packet.pts == packet.dts for packet in packets)  # nothing is reordered
    assert np.diff([t for t in times if t is not None]).tolist() == [9000] * 34
    keyframes = [n for n, packet in enumerate(packets) if packet.is_keyframe]
    assert keyframes == [0, 10, 20, 30]
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_prepared_footage_shows_the_same_pictures(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "in.mkv", count=25, b_frames=2)
    encode_file(source, tmp_path / "out.ts", quiet)
    frames, _clock = play(tmp_path / "out.ts", 25)
    assert numbers_in([frame.data for frame in frames]) == list(range(25))


@pytest.mark.parametrize(
    ("name", "arguments", "sendable"),
    [
        ("plain.mp4", {}, True),
        ("plain.mkv", {}, True),
        ("plain.ts", {}, True),
        ("b_frames.mp4", {"b_frames": 2, "count": 30}, False),
        ("long_gop.mp4", {"gop": 400, "count": 60}, False),
        ("mpeg4.mp4", {"codec": "mpeg4"}, False),
    ],
)
def test_which_files_are_sent_as_they_are(
    tmp_path: Path, name: str, arguments: dict[str, object], sendable: bool
) -> None:
    path = write_clip(tmp_path / name, **arguments)  # type: ignore[arg-type]
    assert is_sendable(path) is sendable


@pytest.mark.parametrize("suffix", ["mp4", "ts", "mkv"])
def test_a_loop_keeps_its_pace_and_its_times_growing(tmp_path: Path, suffix: str) -> None:
    path = write_clip(tmp_path / f"clip.{suffix}", count=10, fps=10)
    frames, clock = play(path, 35)
    assert numbers_in([frame.data for frame in frames]) == [n % 10 for n in range(35)]
    pts = [frame.pts_90khz for frame in frames]
    assert np.abs(np.diff(pts) - 9000).max() <= 100  # Matroska's clock counts milliseconds
    assert clock.monotonic_s() == pytest.approx(3.4, abs=0.01)
    for frame in frames:
        # captured_at is when the picture was due at the agent
        due = START + timedelta(seconds=frame.pts_90khz / 90000)
        assert abs((frame.captured_at - due).total_seconds()) < 0.001
    assert [n for n, frame in enumerate(frames) if frame.keyframe] == [0, 10, 20, 30]
    assert all(data.startswith(b"\x00\x00") for data in (frame.data for frame in frames))


def test_without_loop_the_footage_ends(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", count=7)
    frames, _clock = play(path, 100, loop=False)
    assert len(frames) == 7


def test_what_was_missed_is_not_caught_up_in_a_burst(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", count=10)
    clock = ManualClock()
    frames = LoopingFootage(path, clock, loop=True).frames(WaitingMovesTime(clock))
    first = list(itertools.islice(frames, 3))
    clock.advance(30)  # the machine slept
    rest = list(itertools.islice(frames, 3))
    frames.close()
    assert rest[0].pts_90khz - first[-1].pts_90khz == pytest.approx(30 * 90000, abs=9000)
    assert rest[1].pts_90khz - rest[0].pts_90khz == pytest.approx(9000, abs=10)
    assert rest[0].captured_at == clock.now() - timedelta(seconds=0.2)


def test_stop_ends_a_wait(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", count=10, fps=1)
    clock = ManualClock()
    stop = WaitingMovesTime(clock)
    frames = LoopingFootage(path, clock, loop=True).frames(stop)
    next(frames)
    stop.set()
    assert list(frames) == []


def test_a_prepared_copy_is_there_only_while_it_is_sent(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "in.avi", count=12, codec="mpeg4")
    cache = tmp_path / "cache"
    clock = ManualClock()
    file = FileSource(source, clock, loop=True, cache=cache, progress=quiet)
    frames = file.frames(WaitingMovesTime(clock))
    taken = list(itertools.islice(frames, 30))  # through its loop twice
    assert numbers_in([frame.data for frame in taken]) == [n % 12 for n in range(30)]
    assert len(list(cache.iterdir())) == 1
    frames.close()
    assert list(cache.iterdir()) == []
    assert source.exists()


def test_a_file_that_is_sent_as_it_is_is_kept(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", count=7)
    clock = ManualClock()
    file = FileSource(path, clock, loop=False, cache=tmp_path / "cache", progress=quiet)
    assert len(list(file.frames(WaitingMovesTime(clock)))) == 7
    assert [entry.name for entry in tmp_path.iterdir()] == ["clip.mp4"]


def test_only_old_copies_of_crashed_agents_are_removed(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (cache / "source").mkdir(parents=True)
    crashed, of_now, running = f"{'a' * 24}.ts", f"{'b' * 24}.ts", f"{'c' * 24}.ts"
    half_made = f"{'d' * 24}.ts.123.part"
    for name in (crashed, of_now, running, half_made, "demo.ts", "demo.ts.json", "mine.ts"):
        (cache / name).write_bytes(b"x")
        if name != of_now:
            long_ago_s = time.time() - LEFT_BEHIND_AFTER_S - 60
            os.utime(cache / name, (long_ago_s, long_ago_s))
    with (cache / running).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        with prepared_copy(cache, touch) as copy:
            assert copy.exists()
            os.utime(copy, (long_ago_s, long_ago_s))
            with prepared_copy(cache, touch):
                assert copy.exists()  # sent for longer than a day, and by someone else
    left = {path.name for path in cache.iterdir()}
    assert left == {of_now, running, "source", "demo.ts", "demo.ts.json", "mine.ts"}


def test_preparation_can_be_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "in.avi", count=12, codec="mpeg4")
    stop = threading.Event()
    stop.set()
    with pytest.raises(Unavailable, match="stopped"):
        encode_file(source, tmp_path / "out" / "x.ts", quiet, stop)
    assert list((tmp_path / "out").iterdir()) == []


def test_odd_sizes_are_made_even(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "in.mkv", codec="ffv1", size=(321, 193))
    encode_file(source, tmp_path / "out.ts", quiet)
    with av.open(str(tmp_path / "out.ts")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (320, 192)


def test_files_that_are_no_video(tmp_path: Path) -> None:
    junk = tmp_path / "junk.mp4"
    junk.write_bytes(b"this is no video" * 500)
    empty = tmp_path / "empty.mp4"
    empty.write_bytes(b"")
    sound = tmp_path / "sound.wav"
    with av.open(str(sound), "w") as target:
        stream = target.add_stream("pcm_s16le", rate=8000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        silence.sample_rate = 8000
        target.mux(stream.encode(silence))
    cases: list[tuple[Path, type[KestrelError], str]] = [
        (tmp_path / "missing.mp4", NotFound, "There is no missing.mp4."),
        (junk, Unprocessable, "junk.mp4"),
        (empty, Unprocessable, "empty.mp4"),
        (sound, Unprocessable, "sound.wav holds no video."),
    ]
    for path, error, sentence in cases:
        with pytest.raises(error) as caught:
            encode_file(path, tmp_path / "out.ts", quiet)
        assert sentence in caught.value.message
        assert str(tmp_path) not in str(caught.value)
        assert caught.value.remedy
        assert not (tmp_path / "out.ts").exists()
        clock = ManualClock()
        source = FileSource(path, clock, loop=True, cache=tmp_path / "c", progress=quiet)
        with pytest.raises(error):
            next(source.frames(WaitingMovesTime(clock)))


def test_a_file_cut_off_in_the_middle_is_played_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.ts", count=30)
    cut = tmp_path / "cut.ts"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    encode_file(cut, tmp_path / "out.ts", quiet)
    assert is_sendable(tmp_path / "out.ts")


def test_parameter_sets_are_put_before_a_keyframe_that_lacks_them() -> None:
    sets = b"\x00\x00\x00\x01\x67\x42\x00\x1f\x00\x00\x00\x01\x68\xce"
    bare = b"\x00\x00\x00\x01\x65\x88\x84"
    assert with_parameter_sets(bare, sets) == sets + bare
    assert with_parameter_sets(sets + bare, sets) == sets + bare
    assert with_parameter_sets(bare, b"\x01\x42avcC") == bare
    assert profile_idc(sets + bare) == 0x42
    assert profile_idc(bare) is None
    assert nal_types(sets + bare) == [7, 8, 5]
