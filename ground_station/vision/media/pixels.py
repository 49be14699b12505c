"""Decoded pictures whose pixels are converted only when somebody asks, and only once resized."""

from __future__ import annotations

import threading

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

_own = threading.local()


class VideoFramePixels:
    """`core.model.PixelBuffer` over a decoded av.VideoFrame."""

    def __init__(self, frame: av.VideoFrame) -> None:
        self._frame = frame

    @property
    def width(self) -> int:
        return int(self._frame.width)

    @property
    def height(self) -> int:
        return int(self._frame.height)

    def to_bgr(self, width: int, height: int) -> NDArray[np.uint8]:
        """(height, width, 3) BGR, C-contiguous, converted straight to this size. Any thread."""
        picture = _reformatter().reformat(
            self._frame, width=width, height=height, format="bgr24", interpolation="BILINEAR"
        )
        return np.ascontiguousarray(picture.to_ndarray(), dtype=np.uint8)


def _reformatter() -> VideoReformatter:
    """One a thread. PyAV keeps one on each frame otherwise, and two threads that convert the same
    frame then share a libswscale context: that was a SIGSEGV (shared WEB_AND_VIDEO.md)."""
    reformatter: VideoReformatter | None = getattr(_own, "reformatter", None)
    if reformatter is None:
        reformatter = _own.reformatter = VideoReformatter()
    return reformatter
