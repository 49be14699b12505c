"""Frames and detections made in tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ground_station.core.model import CapturedAtFrom, Detections, Frame

PETS = Path(__file__).parents[2].parent / "shared" / "data" / "eval" / "pets09_s2l1"
PictureArray = NDArray[np.uint8]


class ArrayPixels:
    """`core.model.PixelBuffer` over an array."""

    def __init__(self, picture: PictureArray) -> None:
        self._picture = picture
        self.height, self.width = picture.shape[:2]

    def to_bgr(self, width: int, height: int) -> PictureArray:
        return np.asarray(cv2.resize(self._picture, (width, height)), np.uint8)


def make_frame(
    picture: PictureArray | None = None,
    *,
    session_id: str = "session",
    seq: int = 0,
    fps: float = 10.0,
) -> Frame:
    """A frame whose media time is seq / fps."""
    if picture is None:
        picture = np.zeros((36, 64, 3), np.uint8)
    return Frame(
        source_id=f"source of {session_id}",
        session_id=session_id,
        seq=seq,
        rtp_timestamp=round(seq * 90_000 / fps),
        captured_at=None,
        captured_at_from=CapturedAtFrom.UNKNOWN,
        received_monotonic_s=0.0,
        pixels=ArrayPixels(picture),
    )


def make_detections(
    boxes: Sequence[tuple[float, float, float, float]],
    confidence: float = 0.9,
    class_ids: Sequence[int] | None = None,
) -> Detections:
    count = len(boxes)
    return Detections(
        "source",
        0,
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(count, confidence, np.float32),
        np.array(class_ids if class_ids is not None else [0] * count, np.int64),
    )


def wait_until(condition: Callable[[], bool], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "what the test waits for did not happen"
        time.sleep(0.005)
