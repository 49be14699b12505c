"""ByteTrack of the library `trackers`. The only importer of it and of `supervision`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import supervision
from numpy.typing import NDArray
from trackers import ByteTrackTracker

from ground_station.core.model import Detections, Track

LOST_FOR_S = 1.5  # a track that was not seen for so long has ended
START_MARGIN = 0.1  # a track begins with a detection so much surer than the confidence asked for
MINIMUM_IOU = 0.1
CONFIRM_FRAMES = 2
VELOCITY_SMOOTHING_S = 0.5  # time constant


@dataclass(slots=True)
class _Motion:
    """What we keep of a track between frames."""

    track_id: int
    seen_at_s: float
    centre: tuple[float, float]
    velocity_px_s: tuple[float, float] = (0.0, 0.0)

    def move(self, centre: tuple[float, float], at_s: float) -> None:
        """Follow the box centre; the velocity is smoothed, and starts with the first step."""
        step_s = at_s - self.seen_at_s
        if step_s <= 0:
            return
        weight = 1 - math.exp(-step_s / VELOCITY_SMOOTHING_S)
        if self.velocity_px_s == (0.0, 0.0):
            weight = max(weight, 0.5)
        self.velocity_px_s = (
            self._mixed(0, centre, step_s, weight),
            self._mixed(1, centre, step_s, weight),
        )
        self.centre, self.seen_at_s = centre, at_s

    def _mixed(self, axis: int, centre: tuple[float, float], step_s: float, weight: float) -> float:
        measured = (centre[axis] - self.centre[axis]) / step_s
        return self.velocity_px_s[axis] + weight * (measured - self.velocity_px_s[axis])


class ByteTrack:
    """`core.ports.Tracker`: detections are linked within their class only.

    A track is given from its second frame on, only in frames where it was detected, with that
    detection's own box. Ids count from 1 and are never used again.

    Args:
        analysed_fps: frames a second this tracker will see, nominally.
        class_names: the detector's vocabulary.
        confidence: detections below it may continue a track that nothing surer continues, and
            never begin one.
    """

    def __init__(
        self, *, analysed_fps: float, class_names: Sequence[str], confidence: float = 0.5
    ) -> None:
        self._fps = analysed_fps
        self._confidence = confidence
        self._class_names = tuple(class_names)
        self._by_class: dict[int, ByteTrackTracker] = {}
        self._motions: dict[tuple[int, int], _Motion] = {}
        self._last_id = 0
        self._now_s = -math.inf
        self._shift_s = 0.0

    def update(
        self, detections: Detections, at_s: float, picture: NDArray[np.uint8] | None = None
    ) -> tuple[Track, ...]:
        now_s = self._growing(at_s)
        for class_id in np.unique(detections.class_id):
            if int(class_id) not in self._by_class:
                self._by_class[int(class_id)] = self._make_tracker()
        tracks = [
            track
            for class_id, tracker in self._by_class.items()
            for track in self._update_class(class_id, tracker, detections, now_s)
        ]
        self._forget(now_s)
        return tuple(sorted(tracks, key=lambda track: track.track_id))

    def _make_tracker(self) -> ByteTrackTracker:
        return ByteTrackTracker(
            lost_track_buffer=round(LOST_FOR_S * 30),  # the library counts in frames of 1/30 s
            frame_rate=self._fps,
            track_activation_threshold=min(self._confidence + START_MARGIN, 0.95),
            minimum_consecutive_frames=CONFIRM_FRAMES,
            minimum_iou_threshold=MINIMUM_IOU,
            high_conf_det_threshold=self._confidence,
        )

    def _growing(self, at_s: float) -> float:
        """The library refuses time that stands still or runs back, as when a publisher starts
        again: such a frame counts as one interval later."""
        now_s = at_s + self._shift_s
        if now_s <= self._now_s:
            self._shift_s += self._now_s - now_s + 1 / self._fps
            now_s = at_s + self._shift_s
        self._now_s = now_s
        return now_s

    def _update_class(
        self, class_id: int, tracker: ByteTrackTracker, detections: Detections, now_s: float
    ) -> list[Track]:
        mine = detections.class_id == class_id
        linked = tracker.update(
            supervision.Detections(
                xyxy=detections.xyxy[mine], confidence=detections.confidence[mine]
            ),
            timestamp=now_s,
        )
        return [
            self._track(class_id, int(their_id), box, float(confidence), now_s)
            for box, confidence, their_id in zip(
                linked.xyxy, self._confidences(linked), linked.tracker_id, strict=True
            )
            if their_id >= 0
        ]

    @staticmethod
    def _confidences(linked: supervision.Detections) -> NDArray[np.float32]:
        if linked.confidence is None:  # only when nothing came in
            return np.zeros(len(linked.xyxy), np.float32)
        return np.asarray(linked.confidence, np.float32)

    def _track(
        self,
        class_id: int,
        their_id: int,
        box: NDArray[np.float32],
        confidence: float,
        now_s: float,
    ) -> Track:
        left, top, right, bottom = (float(edge) for edge in box)
        centre = ((left + right) / 2, (top + bottom) / 2)
        motion = self._motions.get((class_id, their_id))
        if motion is None:
            self._last_id += 1
            motion = _Motion(self._last_id, now_s, centre)
            self._motions[class_id, their_id] = motion
        motion.move(centre, now_s)
        return Track(
            track_id=motion.track_id,
            class_name=self._class_names[class_id],
            confidence=confidence,
            xyxy=(left, top, right, bottom),
            velocity_px_s=motion.velocity_px_s,
        )

    def _forget(self, now_s: float) -> None:
        """Drop what the library can no longer come back to; its own ids are never used again."""
        ended = now_s - 2 * LOST_FOR_S - 1 / self._fps
        for key in [key for key, motion in self._motions.items() if motion.seen_at_s < ended]:
            del self._motions[key]
