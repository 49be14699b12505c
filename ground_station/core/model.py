"""Frozen domain types. Pixels are (u right, v down) from the top left; places are WGS 84."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]


class CapturedAtFrom(StrEnum):
    """Who said when a frame was captured. An unknown time is flagged, never guessed."""

    AGENT = "agent"  # the agent sent (RTP timestamp, captured_at) pairs
    SENDER_REPORT = "sender_report"  # RTCP sender reports of a third-party client
    UNKNOWN = "unknown"


class SourceKind(StrEnum):
    """What carries a source."""

    FIXED_CAMERA = "fixed_camera"
    DRONE_CAMERA = "drone_camera"


class SourceCondition(StrEnum):
    """What a person may believe about a source's picture right now."""

    OFFLINE = "offline"  # nobody publishes it
    CONNECTING = "connecting"  # a session exists, no picture yet
    LIVE = "live"
    LOST = "lost"  # it was live and its pictures stopped, or its node or agent died


class PixelBuffer(Protocol):
    """A picture whose pixels are converted only when somebody asks."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    def to_bgr(self, width: int, height: int) -> NDArray[np.uint8]:
        """The picture resized to (height, width, 3), BGR, uint8, C-contiguous. Read-only use."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture.

    Attributes:
        source_id: UUIDv7 of the source.
        seq: counts decoded frames of this session from 0.
        rtp_timestamp: the publisher's RTP timestamp (90 kHz), unwrapped to a growing integer.
        captured_at: aware UTC time of capture, or None where nobody told us.
        received_monotonic_s: this process's monotonic clock when the last packet arrived.
    """

    source_id: str
    session_id: str
    seq: int
    rtp_timestamp: int
    captured_at: datetime | None
    captured_at_from: CapturedAtFrom
    received_monotonic_s: float
    pixels: PixelBuffer


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """What a detector saw in one frame, as a struct of arrays.

    Attributes:
        xyxy: (N, 4) float32, pixels of the source picture: left, top, right, bottom.
        confidence: (N,) float32, 0-1.
        class_id: (N,) int64, index into the detector's class list.
    """

    source_id: str
    seq: int
    xyxy: FloatArray
    confidence: FloatArray
    class_id: IntArray

    def __post_init__(self) -> None:
        n = len(self.xyxy)
        if self.xyxy.shape != (n, 4):
            raise ValueError(f"xyxy must be (N, 4), got {self.xyxy.shape}")
        if self.confidence.shape != (n,) or self.class_id.shape != (n,):
            raise ValueError(
                f"confidence and class_id must be ({n},), got "
                f"{self.confidence.shape} and {self.class_id.shape}"
            )

    def __len__(self) -> int:
        return len(self.xyxy)


@dataclass(frozen=True, slots=True)
class Track:
    """One object followed by one camera, as it stood in one frame.

    Attributes:
        track_id: unique within the session; never reused.
        class_name: the class vocabulary's word ("person", "car", ...).
        xyxy: left, top, right, bottom in pixels of the source picture.
        velocity_px_s: (du/dt, dv/dt) of the box centre, for predicted drawing.
        confidence: 0-1, of the last detection.
    """

    track_id: int
    class_name: str
    confidence: float
    xyxy: tuple[float, float, float, float]
    velocity_px_s: tuple[float, float]


@dataclass(frozen=True, slots=True)
class FrameTracks:
    """The tracks of one analysed frame."""

    source_id: str
    session_id: str
    seq: int
    rtp_timestamp: int
    captured_at: datetime | None
    captured_at_from: CapturedAtFrom
    width: int
    height: int
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class GeoObservation:
    """Where on the ground one track stood, with its doubt (95 % ellipse).

    Attributes:
        orientation_deg: of the major axis, clockwise from true north, 0-180.
    """

    source_id: str
    session_id: str
    track_id: int
    class_name: str
    lat: float
    lon: float
    semi_major_m: float
    semi_minor_m: float
    orientation_deg: float
    observed_at: datetime | None
