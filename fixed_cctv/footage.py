"""Video files: encoded once where they must be, then sent as packets at their own pace, in a loop.

Prepared footage is MPEG-TS: Annex B inside, a timestamp for every picture, parameter sets before
every keyframe. Other H.264 files are sent as they are if a viewer can start within a few seconds
and no picture refers to a later one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer, OutputContainer
from av.video.frame import PictureType
from av.video.stream import VideoStream

from fixed_cctv.prepared import prepared_copy
from ground_station.core.clock import Clock
from ground_station.core.errors import Unavailable, Unprocessable
from ground_station.vision.publishing.address import AddressKind
from ground_station.vision.publishing.encode import TIME_BASE, H264Format, even
from ground_station.vision.publishing.encoded import CLOCK_HZ, EncodedFrame, FrameStream
from ground_station.vision.publishing.media_input import decoded, speaking_of, video_input
from ground_station.vision.publishing.timeline import Playback

Progress = Callable[[str], None]

LONGEST_KEYFRAME_GAP_S = 3.0
LOOKED_AT_S = 30.0  # of a file, to tell whether it can be sent as it is
_SENDABLE_FORMATS = ("yuv420p", "yuvj420p")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a file as Annex B, `media_s` after the file's first."""

    data: bytes
    media_s: float
    keyframe: bool


class LoopingFootage:
    """Implements `Source` over a file that `is_sendable`."""

    def __init__(self, path: Path, clock: Clock, *, loop: bool) -> None:
        self._path = path
        self._clock = clock
        self._loop = loop

    def frames(self, stop: threading.Event) -> FrameStream:
        playback = Playback(self._clock, stop)
        while not stop.is_set():
            length_s = 0.0
            with video_input(str(self._path)) as (container, stream):
                for picture in pictures_of(container, stream):
                    length_s = max(length_s, picture.media_s)
                    due = playback.wait_for(picture.media_s)
                    if due is None:
                        return
                    yield EncodedFrame(picture.data, due[0], due[1], picture.keyframe)
                length_s += float(1 / _rate(stream))  # the last picture is shown as long as any
            if not self._loop:
                return
            playback.begin_loop(length_s)

    def request_keyframe(self) -> None:
        """Nothing: the file has one every few seconds at most."""


class FileSource:
    """Implements `Source` over any video file: prepares it first if it cannot be sent as it is.

    Args:
        cache: folder for the prepared copy, which is there only while it is sent.
        progress: told how the preparation goes.
    """

    def __init__(
        self, path: Path, clock: Clock, *, loop: bool, cache: Path, progress: Progress
    ) -> None:
        self._path = path
        self._clock = clock
        self._loop = loop
        self._cache = cache
        self._progress = progress

    def frames(self, stop: threading.Event) -> FrameStream:
        if is_sendable(self._path):
            yield from self._played(self._path, stop)
            return
        with prepared_copy(self._cache, lambda out: self._prepare(out, stop)) as copy:
            yield from self._played(copy, stop)

    def request_keyframe(self) -> None:
        """Nothing: see `LoopingFootage`."""

    def _played(self, path: Path, stop: threading.Event) -> FrameStream:
        return LoopingFootage(path, self._clock, loop=self._loop).frames(stop)

    def _prepare(self, out: Path, stop: threading.Event) -> None:
        encode_file(self._path, out, self._progress, stop)


def is_sendable(path: Path) -> bool:
    """Whether the file's packets can be sent as they are; KestrelError if it is no video."""
    with video_input(str(path)) as (container, stream):
        context = stream.codec_context
        if context.name != "h264" or context.pix_fmt not in _SENDABLE_FORMATS:
            return False
        if context.has_b_frames:
            return False
        last_s = key_s = None
        for packet in container.demux(stream):
            if packet.pts is None or packet.time_base is None:
                continue
            at_s = float(packet.pts * packet.time_base)
            if last_s is not None and at_s <= last_s:
                return False
            key_s = at_s if packet.is_keyframe else key_s
            if key_s is None or at_s - key_s > LONGEST_KEYFRAME_GAP_S:
                return False
            last_s = at_s
            if stream.start_time is not None and stream.time_base is not None:
                begin_s = float(stream.start_time * stream.time_base)
                if at_s - begin_s > LOOKED_AT_S:
                    break
    return last_s is not None


def pictures_of(container: InputContainer, stream: VideoStream) -> Iterator[Picture]:
    """The file's H.264 pictures as Annex B, timed from 0."""
    to_annex_b = BitStreamFilterContext("h264_mp4toannexb", stream)
    first_s: float | None = None
    for packet in container.demux(stream):
        for part in to_annex_b.filter(packet if packet.size else None):
            if part.pts is None or part.time_base is None:
                raise Unprocessable("The video holds a picture without a time.")
            at_s = float(part.pts * part.time_base)
            first_s = at_s if first_s is None else first_s
            yield Picture(bytes(part), at_s - first_s, part.is_keyframe)
    if first_s is None:
        raise Unprocessable("The video holds no picture.")


def encode_file(
    source: Path, out: Path, progress: Progress, stop: threading.Event | None = None
) -> None:
    """Encode a video once for sending, at its own pace; `out` appears only when it is complete.

    Raises:
        NotFound, Unprocessable: `source` is no video that can be read.
        Unavailable: `out` cannot be written, or `stop` was set.
    """
    partial = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        with video_input(str(source)) as (container, stream), _writing(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            with av.open(str(partial), "w", format="mpegts") as target:
                reporter = _Reporter(source.name, stream, progress, stop)
                _encode_stream(container, stream, target, reporter)
            partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def encode_pictures(
    pictures: Iterable[av.VideoFrame], width: int, height: int, rate: Fraction, out: Path
) -> None:
    """Encode pictures of any format at an even pace, as `encode_file` does; `out` appears only
    when it is complete.

    Raises:
        Unavailable: `out` cannot be written. And what `pictures` raises.
    """
    partial = out.with_name(f"{out.name}.{os.getpid()}.part")
    form = H264Format(even(width), even(height), rate, live=False)
    try:
        with _writing(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            with av.open(str(partial), "w", format="mpegts") as target:
                output = _add_stream(target, form)
                for number, picture in enumerate(pictures):
                    _encode(target, output, form, picture, round(number * CLOCK_HZ / rate))
                target.mux(output.encode(None))
            partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    """Reading has its own translation, further in; what gets here is about the output."""
    try:
        yield
    except OSError as error:
        raise Unavailable(f"Cannot write {out.name}: {error.strerror}.") from error


class _Reporter:
    """Says how far the preparation is, at each tenth."""

    def __init__(
        self, name: str, stream: VideoStream, progress: Progress, stop: threading.Event | None
    ) -> None:
        self._name = name
        self._stop = stop
        self._progress = progress
        self._total = stream.frames
        if not self._total and stream.duration and stream.time_base:
            self._total = int(stream.duration * stream.time_base * _rate(stream))
        self._tenth = -1

    def encoded(self, count: int) -> None:
        if self._stop is not None and self._stop.is_set():
            raise Unavailable("The preparation was stopped.")
        tenth = min(10, 10 * count // self._total) if self._total else 0
        if tenth != self._tenth:
            self._tenth = tenth
            self._progress(f"Preparing {self._name}: {10 * tenth} %")


def _encode_stream(
    container: InputContainer, stream: VideoStream, target: OutputContainer, reporter: _Reporter
) -> None:
    rate = _rate(stream)
    form = H264Format(even(stream.width), even(stream.height), rate, live=False)
    output = _add_stream(target, form)
    pts = -1
    for count, frame in enumerate(_decoded(container, stream)):
        step = round(CLOCK_HZ / rate)
        wanted = round(frame.time * CLOCK_HZ) if frame.time is not None else pts + step
        pts = wanted if wanted > pts else pts + step
        _encode(target, output, form, frame, pts)
        reporter.encoded(count + 1)
    if pts < 0:
        raise Unprocessable("The video holds no picture.")
    target.mux(output.encode(None))


def _add_stream(target: OutputContainer, form: H264Format) -> VideoStream:
    output = target.add_stream("libx264", rate=form.fps, options=form.options())
    assert isinstance(output, VideoStream)
    form.apply(output.codec_context)
    return output


def _encode(
    target: OutputContainer, output: VideoStream, form: H264Format, frame: av.VideoFrame, pts: int
) -> None:
    picture = frame.reformat(form.width, form.height, "yuv420p")
    picture.pts, picture.time_base = pts, TIME_BASE
    picture.pict_type = PictureType.NONE
    target.mux(output.encode(picture))


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
    with speaking_of(str(stream.container.name or ""), AddressKind.FILE):
        yield from decoded(container, stream)


def _rate(stream: VideoStream) -> Fraction:
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    return rate if 0 < rate <= 240 else Fraction(25)
