"""Live synthetic pictures, each with its number drawn in: for benches that must know the frame."""

from __future__ import annotations

import threading
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from ground_station.core.clock import Clock
from ground_station.simulation import frame_code
from ground_station.vision.publishing.address import FrameCodeFormat
from ground_station.vision.publishing.encode import H264Encoder, H264Format
from ground_station.vision.publishing.encoded import EncodedFrame, FrameStream
from ground_station.vision.publishing.timeline import Playback


class FrameCodeSource:
    """Implements `Source`: draws and encodes at the given pace, from number 0 at each opening."""

    def __init__(self, form: FrameCodeFormat, clock: Clock) -> None:
        self._form = form
        self._clock = clock
        self._keyframe_wanted = threading.Event()

    def frames(self, stop: threading.Event) -> FrameStream:
        form = self._form
        encoder = H264Encoder(H264Format(form.width, form.height, Fraction(form.fps)))
        background = _background(form.width, form.height)
        playback = Playback(self._clock, stop)
        number = 0
        while (due := playback.wait_for(number / form.fps)) is not None:
            pts, captured_at = due
            picture = av.VideoFrame.from_ndarray(_draw(background, number), format="bgr24")
            keyframe = self._keyframe_wanted.is_set()
            self._keyframe_wanted.clear()
            for encoded in encoder.encode(picture, pts, keyframe):
                yield EncodedFrame(encoded.data, encoded.pts_90khz, captured_at, encoded.keyframe)
            number += 1

    def request_keyframe(self) -> None:
        self._keyframe_wanted.set()


def _background(width: int, height: int) -> NDArray[np.uint8]:
    """A grey ramp: detail enough to be encoded, still enough to be cheap."""
    ramp = np.linspace(40, 180, width, dtype=np.float32)[None, :, None]
    fade = np.linspace(0.6, 1.0, height, dtype=np.float32)[:, None, None]
    picture: NDArray[np.uint8] = np.repeat(ramp * fade, 3, axis=2).astype(np.uint8)
    return picture


def _draw(background: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    picture = background.copy()
    height, width = picture.shape[:2]
    side = height // 6
    left = (number * 5) % (width - side)
    picture[height // 2 : height // 2 + side, left : left + side] = (60, 190, 240)
    frame_code.draw(picture, number & frame_code.MAX_NUMBER)
    return picture
