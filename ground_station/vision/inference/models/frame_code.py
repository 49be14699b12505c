"""A "detector" that reads the number drawn into simulated pictures. For benches and tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ground_station.core.model import Detections, Frame
from ground_station.core.ports import DetectorCard
from ground_station.simulation import frame_code
from ground_station.vision.inference.models.boxes import fit_top_left

MODEL_ID = "frame-code"
CLASS_NAME = "frame code"


class FrameCodeDetector:
    """`core.ports.Detector`: one detection over the strip, whose class_id is the number."""

    def __init__(self) -> None:
        self.card = DetectorCard(MODEL_ID, (CLASS_NAME,), 640, 360)

    def load(self) -> None:
        """There is nothing to load."""

    def detect(self, frames: Sequence[Frame]) -> Sequence[Detections]:
        return [self._read(frame) for frame in frames]

    def close(self) -> None:
        """There is nothing to close."""

    def _read(self, frame: Frame) -> Detections:
        width, height = frame.pixels.width, frame.pixels.height
        fit = fit_top_left(width, height, self.card.input_width, self.card.input_height)
        size = min((width, height), (fit.fitted_width, fit.fitted_height))
        number = frame_code.read(frame.pixels.to_bgr(*size))
        found = [] if number is None else [number]
        strip = [0, 0, width, frame_code.strip_height_px(height)]
        return Detections(
            frame.source_id,
            frame.seq,
            np.array([strip] * len(found), np.float32).reshape(-1, 4),
            np.ones(len(found), np.float32),
            np.array(found, np.int64),
        )
