"""Network cameras and USB devices: H.264 without B-frames passes through, the rest is encoded."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from fractions import Fraction

from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from ground_station.core.clock import Clock
from ground_station.core.errors import Unavailable
from ground_station.vision.publishing.address import public_address
from ground_station.vision.publishing.encode import H264Encoder, H264Format, even
from ground_station.vision.publishing.encoded import (
    EncodedFrame,
    FrameStream,
    has_idr,
    with_parameter_sets,
)
from ground_station.vision.publishing.media_input import decoded, video_input
from ground_station.vision.publishing.timeline import GrowingPts

log = logging.getLogger(__name__)

_SENDABLE_FORMATS = ("yuv420p", "yuvj420p")


class LiveSource:
    """Implements `Source` over an RTSP address or a Video4Linux device.

    `captured_at` is when a picture reached the agent: cameras do not say when they took it.

    Args:
        options: for FFmpeg's demuxer.
    """

    def __init__(self, address: str, clock: Clock, options: dict[str, str] | None = None) -> None:
        self._address = address
        self._clock = clock
        self._options = options
        self._pts = GrowingPts(clock)
        self._keyframe_wanted = threading.Event()
        self._reordered = False  # it was seen to send B-frames

    def frames(self, stop: threading.Event) -> FrameStream:
        self._pts.reopened()
        with video_input(self._address, self._options) as (container, stream):
            if self._can_pass(stream):
                yield from self._passed(container, stream, stop)
            if not stop.is_set() and not self._can_pass(stream):
                yield from self._encoded(container, stream, stop)
        if not stop.is_set():
            raise Unavailable(f"{public_address(self._address)} has stopped sending.")

    def request_keyframe(self) -> None:
        """Only where we encode; a camera's own stream has keyframes when the camera likes."""
        self._keyframe_wanted.set()

    def _can_pass(self, stream: VideoStream) -> bool:
        context = stream.codec_context
        return (
            not self._reordered
            and context.name == "h264"
            and context.pix_fmt in _SENDABLE_FORMATS
            and not context.has_b_frames
        )

    def _passed(
        self, container: InputContainer, stream: VideoStream, stop: threading.Event
    ) -> Iterator[EncodedFrame]:
        extradata = bytes(stream.codec_context.extradata or b"")
        last: int | None = None
        for packet in container.demux(stream):
            if stop.is_set():
                return
            if not packet.size:
                continue
            if packet.pts is not None and last is not None and packet.pts < last:
                log.warning("camera_reorders address=%s", public_address(self._address))
                self._reordered = True
                return
            last = packet.pts if packet.pts is not None else last
            data = bytes(packet)
            keyframe = packet.is_keyframe and has_idr(data)
            if keyframe:
                data = with_parameter_sets(data, extradata)
            pts = self._pts.next(_seconds(packet))
            yield EncodedFrame(data, pts, self._clock.now(), keyframe)

    def _encoded(
        self, container: InputContainer, stream: VideoStream, stop: threading.Event
    ) -> Iterator[EncodedFrame]:
        stream.codec_context.thread_type = "SLICE"  # frame threads would hold pictures back
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        encoder: H264Encoder | None = None
        size = (0, 0)
        for picture in decoded(container, stream):
            captured_at = self._clock.now()
            if stop.is_set():
                return
            if (picture.width, picture.height) != size:
                size = (picture.width, picture.height)
                encoder = H264Encoder(H264Format(even(size[0]), even(size[1]), _sane(rate)))
            assert encoder is not None
            keyframe = self._keyframe_wanted.is_set()
            self._keyframe_wanted.clear()
            for part in encoder.encode(picture, self._pts.next(picture.time), keyframe):
                yield EncodedFrame(part.data, part.pts_90khz, captured_at, part.keyframe)


def _seconds(packet: Packet[VideoStream]) -> float | None:
    if packet.pts is None or packet.time_base is None:
        return None
    return float(packet.pts * packet.time_base)


def _sane(rate: Fraction) -> Fraction:
    """RTSP streams sometimes claim 90000 pictures a second."""
    return rate if 1 <= rate <= 120 else Fraction(25)
