"""Encoded pictures on their way from a capture thread to the peer connection, and H.264 facts."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ground_station.core.agent_vehicles import CameraPose

CLOCK_HZ = 90_000  # of RTP video timestamps
_NAL_SPS = 7
_NAL_IDR = 5


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One picture as H.264 Annex B; a keyframe carries its parameter sets.

    Attributes:
        pts_90khz: presentation time in 1/90000 s; within one source it only grows.
        captured_at: aware UTC; for a live camera when its picture reached the agent, for footage
            when it was due.
    """

    data: bytes
    pts_90khz: int
    captured_at: datetime
    keyframe: bool
    pose: CameraPose | None = None  # of a camera that moves, when the picture was captured


FrameStream = Generator[EncodedFrame, None, None]


class Source(Protocol):
    """A camera that can be opened. Used by one capture thread."""

    def frames(self, stop: threading.Event) -> FrameStream:
        """Pictures at their own pace, until `stop` is set or the source ends.

        Closing the generator releases the device. It may be called again after an end or error.

        Raises:
            KestrelError: it cannot be opened or read, in one sentence without credentials.
        """
        ...

    def request_keyframe(self) -> None:
        """From any thread: make the next picture a keyframe, where the source encodes itself."""
        ...


def nal_types(data: bytes) -> list[int]:
    """The NAL unit types in an Annex B picture, in order."""
    types = []
    at = data.find(b"\x00\x00\x01")
    while at != -1 and at + 3 < len(data):
        types.append(data[at + 3] & 0x1F)
        at = data.find(b"\x00\x00\x01", at + 3)
    return types


def profile_idc(keyframe: bytes) -> int | None:
    """The H.264 profile number (66 baseline, 77 main, 100 high) in a keyframe's parameter set."""
    at = keyframe.find(b"\x00\x00\x01")
    while at != -1 and at + 4 < len(keyframe):
        if keyframe[at + 3] & 0x1F == _NAL_SPS:
            return keyframe[at + 4]
        at = keyframe.find(b"\x00\x00\x01", at + 3)
    return None


def with_parameter_sets(data: bytes, extradata: bytes) -> bytes:
    """A keyframe with its parameter sets before it, wherever the sender put them.

    RTSP cameras may send them in the session description only, MPEG-TS and files repeat them.
    """
    if _NAL_SPS in nal_types(data) or not extradata.startswith(
        (b"\x00\x00\x01", b"\x00\x00\x00\x01")
    ):
        return data
    return extradata + data


def has_idr(data: bytes) -> bool:
    """Whether a decoder can start at this picture."""
    return _NAL_IDR in nal_types(data)
