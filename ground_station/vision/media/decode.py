"""Decoding: one thread a source, a bounded queue before it, fresh frames out of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Protocol

import av
from av.codec.context import Flags
from av.error import FFmpegError

from ground_station.core.lifecycle import Worker
from ground_station.core.model import Frame
from ground_station.vision.media.encoded import RTP_TIME_BASE, EncodedFrame
from ground_station.vision.media.frame_times import UNKNOWN, CapturedAt
from ground_station.vision.media.gop_queue import GopQueue
from ground_station.vision.media.pixels import VideoFramePixels

log = logging.getLogger(__name__)

QUEUE_FRAMES = 60
DAMAGED_PROBLEM = "The camera's video is damaged and cannot be decoded."
_DECODERS = {"H264": "h264", "VP8": "vp8"}
_DAMAGED_AFTER = 5  # failures in a row without one picture between


class CaptureTimes(Protocol):
    """Who knows when a frame was captured."""

    def captured_at(self, rtp_timestamp: int) -> CapturedAt | None:
        """None while nobody can know yet."""
        ...


class Decoder:
    """Turns one session's encoded frames into `Frame`s on its own thread.

    Args:
        on_frame: called on the decoding thread with each picture, in order.
        keyframes_only: decode keyframes only, enough to know the picture's size.
    """

    def __init__(
        self,
        source_id: str,
        session_id: str,
        *,
        times: CaptureTimes,
        on_frame: Callable[[Frame], None],
        keyframes_only: bool = False,
    ) -> None:
        self._source_id = source_id
        self._session_id = session_id
        self._times = times
        self._on_frame = on_frame
        self._keyframes_only = keyframes_only
        self._ready = threading.Condition()
        self._queue = GopQueue(QUEUE_FRAMES)
        self._context: Any = None
        self._codec = ""
        self._seq = 0
        self._failures_in_a_row = 0
        self.failures = 0
        self._stopping = False
        self._worker = Worker(f"decode-{session_id[-6:]}", self._step)

    @property
    def dropped(self) -> int:
        """Encoded frames that were not decoded: the thread was behind, or they were damaged."""
        with self._ready:
            return self._queue.dropped

    @property
    def needs_keyframe(self) -> bool:
        """It can go on only at a keyframe."""
        with self._ready:
            return self._queue.needs_keyframe

    @property
    def problem(self) -> str:
        """ "" or one sentence."""
        return DAMAGED_PROBLEM if self._failures_in_a_row >= _DAMAGED_AFTER else ""

    def start(self) -> None:
        self._worker.start()

    def signal_stop(self) -> None:
        """Tell the thread to end, without waiting for it."""
        with self._ready:
            self._stopping = True
            self._ready.notify_all()

    def stop(self, timeout_s: float = 1.0) -> None:
        """End the thread; frames that are queued are forgotten."""
        self.signal_stop()
        self._worker.stop(timeout_s)

    def put(self, frame: EncodedFrame) -> None:
        """Hand a frame over; never blocks."""
        if self._keyframes_only and not frame.keyframe:
            return
        with self._ready:
            self._queue.put(frame)
            self._ready.notify_all()

    def _step(self) -> None:
        with self._ready:
            self._ready.wait_for(lambda: len(self._queue) > 0 or self._stopping, 0.5)
            encoded = None if self._stopping else self._queue.take()
        if encoded is None:
            return
        for picture in self._decode(encoded):
            self._failures_in_a_row = 0
            self._emit(encoded, picture)

    def _decode(self, encoded: EncodedFrame) -> list[av.VideoFrame]:
        if self._context is None or encoded.codec != self._codec:
            self._open(encoded.codec)
        packet: Any = av.Packet(encoded.data)
        packet.pts = packet.dts = encoded.rtp_timestamp
        packet.time_base = RTP_TIME_BASE
        try:
            pictures: list[av.VideoFrame] = self._context.decode(packet)
        except FFmpegError as error:
            self._failed(str(error))
            return []
        if any(getattr(picture, "is_corrupt", False) for picture in pictures):
            self._failed("a damaged picture")
            return []
        if not pictures:
            self._failures_in_a_row += 1
        return pictures

    def _failed(self, reason: str) -> None:
        self.failures += 1
        self._failures_in_a_row += 1
        if self._failures_in_a_row == 1:
            log.warning("decode_failed session=%s reason=%s", self._session_id, reason)
        self._context = None
        with self._ready:
            self._queue.dropped += 1
            self._queue.restart()

    def _open(self, codec: str) -> None:
        context: Any = av.CodecContext.create(_DECODERS[codec], "r")
        context.thread_count = 1
        context.flags |= Flags.low_delay
        self._context, self._codec = context, codec

    def _emit(self, encoded: EncodedFrame, picture: av.VideoFrame) -> None:
        # The decoder may give out an earlier picture than it took in: go by the picture's own pts.
        rtp_timestamp = encoded.rtp_timestamp if picture.pts is None else picture.pts
        captured = self._times.captured_at(rtp_timestamp) or UNKNOWN
        frame = Frame(
            source_id=self._source_id,
            session_id=self._session_id,
            seq=self._seq,
            rtp_timestamp=rtp_timestamp,
            captured_at=captured.at,
            captured_at_from=captured.source,
            received_monotonic_s=encoded.received_monotonic_s,
            pixels=VideoFramePixels(picture),
        )
        self._seq += 1
        self._on_frame(frame)
