"""NanoDet-g 416: what its two tensors mean."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ground_station.core.errors import ModelPackError, Unavailable
from ground_station.core.model import Detections, Frame
from ground_station.core.ports import DetectorCard
from ground_station.vision.inference.manifest import CORE_PACK, load_model
from ground_station.vision.inference.models.boxes import (
    FloatArray,
    IntArray,
    Letterbox,
    fit_top_left,
    keep_best,
)
from ground_station.vision.inference.models.coco import COCO_CLASSES
from ground_station.vision.inference.sessions.ort import OrtSession

MODEL_ID = "nanodet-g-416"
SIDE = 416
STRIDES = (8, 16, 32)
BINS = 11  # of each side's distance: 0..10 strides
MAX_CANDIDATES = 1000  # a picture of nothing but crowd has a few hundred


def _cells() -> tuple[FloatArray, FloatArray]:
    """Centre (x, y) of each cell, (2, N), and its stride, (N,), in the model's output order."""
    centres, strides = [], []
    for stride in STRIDES:
        steps = (np.arange(SIDE // stride, dtype=np.float32) + np.float32(0.5)) * stride
        down, across = np.meshgrid(steps, steps, indexing="ij")
        centres.append(np.stack([across.ravel(), down.ravel()]))
        strides.append(np.full(len(steps) ** 2, stride, np.float32))
    return np.concatenate(centres, axis=1), np.concatenate(strides)


CENTRES, STRIDE_OF_CELL = _cells()


def decode(
    scores: FloatArray, distances: FloatArray, confidence: float, nms_iou: float
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Boxes in input pixels (xyxy), their confidence and class, surest first.

    Only cells whose best class reaches `confidence` are looked at any further.

    Args:
        scores: (classes, N), 0-1.
        distances: (4 * BINS, N): for left, top, right, bottom the weight of each bin.
    """
    best = scores.max(axis=0)
    cells = np.flatnonzero(best >= confidence)
    if cells.size > MAX_CANDIDATES:
        cells = cells[np.argsort(-best[cells], kind="stable")[:MAX_CANDIDATES]]
    bins = distances[:, cells].reshape(4, BINS, cells.size)
    weights = np.exp(bins - bins.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    steps = np.arange(BINS, dtype=np.float32)[None, :, None]
    sides = (weights * steps).sum(axis=1) * STRIDE_OF_CELL[cells]
    across, down = CENTRES[:, cells]
    xyxy = np.stack(
        [across - sides[0], down - sides[1], across + sides[2], down + sides[3]], axis=1
    ).astype(np.float32)
    class_id = scores[:, cells].argmax(axis=0).astype(np.int64)
    kept = keep_best(xyxy, best[cells], class_id, nms_iou)
    return xyxy[kept], best[cells][kept].astype(np.float32), class_id[kept]


class NanoDet:
    """`core.ports.Detector` on ONNX Runtime.

    Args:
        threads: CPU threads of one inference.
        confidence: detections below this are dropped, 0-1.
        pack: folder with the weights and their manifest.
    """

    def __init__(self, *, threads: int, confidence: float, pack: Path = CORE_PACK) -> None:
        self.card = DetectorCard(MODEL_ID, COCO_CLASSES, SIDE, SIDE)
        self._threads = threads
        self._confidence = confidence
        self._pack = pack
        self._session: OrtSession | None = None
        self._nms_iou = 0.45
        self._input = np.zeros((1, SIDE, SIDE, 3), np.uint8)

    def load(self) -> None:
        model = load_model(self._pack, MODEL_ID)
        if tuple(model.entry.classes) != COCO_CLASSES or model.entry.input.width != SIDE:
            raise ModelPackError(
                f"{model.entry.file} is described with other classes or another input size.",
                "Install the model pack of this release.",
            )
        self._nms_iou = model.entry.thresholds.nms_iou
        session = OrtSession(MODEL_ID, model.content, threads=self._threads)
        session.run(["scores", "distances"], {"picture": self._input})  # warm up
        self._session = session

    def detect(self, frames: Sequence[Frame]) -> Sequence[Detections]:
        if self._session is None:
            raise Unavailable("The detector is not loaded.")
        if not frames:
            return []
        boxes = [
            fit_top_left(frame.pixels.width, frame.pixels.height, SIDE, SIDE) for frame in frames
        ]
        pictures = self._pictures(frames, boxes)
        scores, distances = self._session.run(["scores", "distances"], {"picture": pictures})
        return [
            self._detections(frame, box, scores[index], distances[index])
            for index, (frame, box) in enumerate(zip(frames, boxes, strict=True))
        ]

    def close(self) -> None:
        self._session = None

    def _pictures(self, frames: Sequence[Frame], boxes: Sequence[Letterbox]) -> NDArray[np.uint8]:
        """The model's input, reused from call to call; what the picture leaves free is black."""
        if len(self._input) != len(frames):
            self._input = np.zeros((len(frames), SIDE, SIDE, 3), np.uint8)
        for picture, frame, box in zip(self._input, frames, boxes, strict=True):
            picture[box.fitted_height :] = 0
            picture[:, box.fitted_width :] = 0
            picture[: box.fitted_height, : box.fitted_width] = frame.pixels.to_bgr(
                box.fitted_width, box.fitted_height
            )
        return self._input

    def _detections(
        self, frame: Frame, box: Letterbox, scores: FloatArray, distances: FloatArray
    ) -> Detections:
        xyxy, confidence, class_id = decode(scores, distances, self._confidence, self._nms_iou)
        return Detections(frame.source_id, frame.seq, box.to_source(xyxy), confidence, class_id)
