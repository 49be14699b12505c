"""The tracker of the frame code detector: the number is the track."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ground_station.core.model import Detections, Track
from ground_station.vision.inference.models.frame_code import CLASS_NAME


class PassThroughTracker:
    """`core.ports.Tracker`: each detection becomes a track whose id is its class_id."""

    def update(
        self, detections: Detections, at_s: float, picture: NDArray[np.uint8] | None = None
    ) -> tuple[Track, ...]:
        return tuple(
            Track(
                track_id=int(number),
                class_name=CLASS_NAME,
                confidence=float(confidence),
                xyxy=(float(box[0]), float(box[1]), float(box[2]), float(box[3])),
                velocity_px_s=(0.0, 0.0),
            )
            for box, confidence, number in zip(
                detections.xyxy, detections.confidence, detections.class_id, strict=True
            )
        )
