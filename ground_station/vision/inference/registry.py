"""Names to factories: the only place that knows which detectors and trackers there are."""

from __future__ import annotations

from collections.abc import Sequence

from ground_station.core.errors import ConfigError
from ground_station.core.ports import Detector, Tracker

NANODET = "nanodet-g-416"
FRAME_CODE = "frame-code"
DETECTORS = (NANODET, FRAME_CODE)
# Detections down to this share of the asked confidence reach the tracker, which lets them continue
# a track but not begin one: measured to break fewer tracks (docs/accuracy.md).
WEAK_SHARE = 0.8


def build_detector(detector_id: str, *, threads: int, confidence: float) -> Detector:
    """A detector that is not loaded yet. It also gives the weak detections its tracker is made for,
    down to WEAK_SHARE of `confidence`.

    Raises:
        ConfigError: there is no such detector; the remedy lists those there are.
    """
    if detector_id == NANODET:
        from ground_station.vision.inference.models.nanodet import NanoDet

        return NanoDet(threads=threads, confidence=WEAK_SHARE * confidence)
    if detector_id == FRAME_CODE:
        from ground_station.vision.inference.models.frame_code import FrameCodeDetector

        return FrameCodeDetector()
    raise _unknown(detector_id)


def build_tracker(
    detector_id: str,
    *,
    analysed_fps: float,
    class_names: Sequence[str],
    confidence: float = 0.5,
) -> Tracker:
    """A tracker for one session of that detector; `confidence` as given to the detector.

    Raises:
        ConfigError: there is no such detector.
    """
    if detector_id == NANODET:
        from ground_station.vision.inference.trackers.bytetrack import ByteTrack

        return ByteTrack(analysed_fps=analysed_fps, class_names=class_names, confidence=confidence)
    if detector_id == FRAME_CODE:
        from ground_station.vision.inference.trackers.passthrough import PassThroughTracker

        return PassThroughTracker()
    raise _unknown(detector_id)


def _unknown(detector_id: str) -> ConfigError:
    return ConfigError(
        f"There is no detector {detector_id!r}.", f"There are: {', '.join(DETECTORS)}."
    )
