"""Arithmetic on boxes: fitting a picture into a model's input, and non-maximum suppression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A source picture scaled, aspect kept, into the top left corner of a model's input.

    Attributes:
        fitted_width, fitted_height: the part of the input that the picture covers, pixels.
    """

    source_width: int
    source_height: int
    fitted_width: int
    fitted_height: int

    def to_source(self, xyxy: FloatArray) -> FloatArray:
        """Boxes (N, 4) in input pixels as boxes in source pixels, cut at the picture's edges."""
        across = self.source_width / self.fitted_width
        down = self.source_height / self.fitted_height
        scaled = xyxy * np.array([across, down, across, down], np.float32)
        edges = np.array([self.source_width, self.source_height] * 2, np.float32)
        return np.clip(scaled, np.float32(0), edges).astype(np.float32)


def fit_top_left(source_width: int, source_height: int, width: int, height: int) -> Letterbox:
    """How a picture of one size fits into an input of another, to whole pixels, at least one.

    Raises:
        ValueError: a size is not positive.
    """
    if min(source_width, source_height, width, height) < 1:
        raise ValueError(
            f"cannot fit {source_width}x{source_height} into {width}x{height}: sizes start at 1"
        )
    scale = min(width / source_width, height / source_height)
    return Letterbox(
        source_width,
        source_height,
        min(width, max(1, round(source_width * scale))),
        min(height, max(1, round(source_height * scale))),
    )


def iou_with_all(box: FloatArray, others: FloatArray) -> FloatArray:
    """Intersection over union of one box (4,) with each of (N, 4); 0 where both are empty."""
    width = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    height = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    own = max(float(box[2] - box[0]), 0.0) * max(float(box[3] - box[1]), 0.0)
    sides = np.maximum(others[:, 2:] - others[:, :2], 0)
    union = own + sides[:, 0] * sides[:, 1] - shared
    return np.asarray(shared / np.maximum(union, np.float32(1e-9)), np.float32)


def keep_best(
    xyxy: FloatArray, confidence: FloatArray, class_id: IntArray, iou_over: float
) -> IntArray:
    """Non-maximum suppression within each class: indices of the boxes to keep, surest first.

    A box goes when a surer one of its class overlaps it by more than `iou_over`.
    """
    waiting = np.argsort(-confidence, kind="stable")
    kept: list[int] = []
    while waiting.size:
        best, rest = waiting[0], waiting[1:]
        kept.append(int(best))
        same = (iou_with_all(xyxy[best], xyxy[rest]) > iou_over) & (
            class_id[rest] == class_id[best]
        )
        waiting = rest[~same]
    return np.array(kept, np.int64)
