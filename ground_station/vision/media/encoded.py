"""Encoded frames on their way through the node: what they are, and what is refused of them."""

from __future__ import annotations

import fractions
from collections.abc import Iterator
from dataclasses import dataclass, field

import av

from ground_station.vision.media.aiortc_private import RTP_MODULUS, TappedFrame

RTP_TIME_BASE = fractions.Fraction(1, 90000)
_LATE_TICKS = 10 * 90000  # a step back of less than this is a late frame, of more a new clock
_B_FRAMES_AFTER = 3  # late frames
_B_FRAMES_OVER_AFTER = 250  # frames in order

_NAL_IDR = 5
_NAL_SPS = 7
_NAL_PPS = 8
_SLICES = range(1, 6)

B_FRAMES_PROBLEM = (
    "The camera sends B-frames, which live video cannot carry: "
    "set its encoder to no B-frames (baseline profile or zero latency)."
)


@dataclass(eq=False, slots=True)
class EncodedFrame:
    """One encoded picture. Nobody changes it once it is made.

    Attributes:
        data: H.264 as Annex B, or one VP8 frame.
        codec: "H264" or "VP8".
        rtp_timestamp: the publisher's (90 kHz), unwrapped to a growing integer.
        keyframe: decoding may start here; H.264 then has its parameter sets in `data`.
        after_loss: what it may refer to was lost; only a keyframe mends that.
    """

    data: bytes
    codec: str
    rtp_timestamp: int
    keyframe: bool
    after_loss: bool
    received_monotonic_s: float
    _packet: object = field(default=None, repr=False)

    def packet(self) -> object:
        """As an av.Packet in time base 1/90000, made once and shared by all viewers."""
        if self._packet is None:
            packet = av.Packet(self.data)
            packet.pts = packet.dts = self.rtp_timestamp
            packet.time_base = RTP_TIME_BASE
            self._packet = packet
        return self._packet


class FrameReader:
    """Makes `EncodedFrame`s of what a tap gives: unwraps timestamps, finds keyframes, keeps H.264
    parameter sets, drops late frames and sees B-frames. One a publisher's session."""

    def __init__(self) -> None:
        self.dropped = 0
        self.b_frames = False
        self._last: int | None = None
        self._late = 0
        self._in_order = 0
        self._sps = b""
        self._pps = b""

    def read(self, tapped: TappedFrame, received_monotonic_s: float) -> EncodedFrame | None:
        """None for a frame that must not go on: empty, late, or of a stream with B-frames."""
        if not tapped.data:
            return None
        timestamp = self._unwrap(tapped.rtp_timestamp)
        if timestamp is None or self.b_frames:
            self.dropped += 1
            return None
        data, keyframe = tapped.data, False
        if tapped.codec == "H264":
            data, keyframe = self._read_h264(data)
        else:
            keyframe = not data[0] & 1  # RFC 6386 section 9.1
        return EncodedFrame(
            data, tapped.codec, timestamp, keyframe, tapped.after_loss, received_monotonic_s
        )

    def _unwrap(self, wire: int) -> int | None:
        if self._last is None:
            self._last = wire
            return wire
        forward = (wire - self._last) % RTP_MODULUS
        if forward == 0 or RTP_MODULUS - forward < _LATE_TICKS:
            self._in_order = 0
            self._late += 1
            self.b_frames = self.b_frames or self._late >= _B_FRAMES_AFTER
            return None
        self._last += forward
        self._in_order += 1
        if self._in_order >= _B_FRAMES_OVER_AFTER:
            self._late = 0
            self.b_frames = False
        return self._last

    def _read_h264(self, data: bytes) -> tuple[bytes, bool]:
        has_parameters = False
        for kind, start, end in nal_units(data):
            if kind == _NAL_SPS:
                self._sps = data[start:end]
            elif kind == _NAL_PPS:
                self._pps = data[start:end]
                has_parameters = True
            elif kind in _SLICES:
                # first_mb_in_slice is 0: the picture is there from its first macroblock on
                keyframe = kind == _NAL_IDR and end - start > 1 and bool(data[start + 1] & 0x80)
                if keyframe and not has_parameters:
                    data = self._parameters() + data
                return data, keyframe
        return data, False

    def _parameters(self) -> bytes:
        if not self._sps or not self._pps:
            return b""
        return b"\0\0\0\1" + self._sps + b"\0\0\0\1" + self._pps


def nal_units(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(type, start, end) of each NAL unit of an Annex B buffer, start code left out.

    Looks for each unit's end only when the next one is asked for; a slice's end is the buffer's.
    """
    at = data.find(b"\0\0\1")
    while at != -1 and at + 3 < len(data):
        start = at + 3
        kind = data[start] & 0x1F
        at = -1 if kind in _SLICES else data.find(b"\0\0\1", start)
        end = len(data) if at == -1 else at
        while at != -1 and end > start and data[end - 1] == 0:
            end -= 1
        yield kind, start, end
