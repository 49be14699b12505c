"""What the core asks of adapters. `app.py` and the process entry points alone join them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ground_station.core.model import Detections, Frame, Track


@dataclass(frozen=True, slots=True)
class DetectorCard:
    """What a detector is, for the pages and `/health`.

    Attributes:
        input_width, input_height: the picture size `Detector.detect` wants; frames are converted
            straight to the size that fits inside it, top left, aspect kept.
    """

    model_id: str
    class_names: tuple[str, ...]
    input_width: int
    input_height: int


class Detector(Protocol):
    """Finds objects. Used by one thread only, the one that called `load`."""

    card: DetectorCard

    def load(self) -> None:
        """Open the weights and run once; ModelPackError when they are not what they should be."""
        ...

    def detect(self, frames: Sequence[Frame]) -> Sequence[Detections]:
        """One `Detections` a frame, in pixels of the source picture."""
        ...

    def close(self) -> None: ...


class Tracker(Protocol):
    """Links one source's detections over time; one instance a session."""

    def update(
        self, detections: Detections, at_s: float, picture: NDArray[np.uint8] | None = None
    ) -> tuple[Track, ...]:
        """Tracks seen in this frame. `at_s`: seconds on the source's own media clock."""
        ...
