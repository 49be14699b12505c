"""Names to detectors, and the frame code from picture to track."""

from __future__ import annotations

import numpy as np
import pytest

from ground_station.core.errors import ConfigError
from ground_station.simulation import frame_code
from ground_station.vision.inference.registry import DETECTORS, build_detector, build_tracker
from tests.inference.pictures import make_frame


def test_an_unknown_detector_is_refused_with_those_there_are() -> None:
    for build in (
        lambda: build_detector("yolo", threads=1, confidence=0.5),
        lambda: build_tracker("yolo", analysed_fps=10, class_names=()),
    ):
        with pytest.raises(ConfigError, match=r"'yolo'.*nanodet-g-416, frame-code"):
            build()


@pytest.mark.parametrize("detector_id", DETECTORS)
def test_every_known_detector_is_built_with_its_card(detector_id: str) -> None:
    detector = build_detector(detector_id, threads=1, confidence=0.5)
    assert detector.card.model_id == detector_id
    build_tracker(detector_id, analysed_fps=10, class_names=detector.card.class_names)


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (320, 240)])
def test_the_frame_code_comes_out_as_a_track(size: tuple[int, int]) -> None:
    width, height = size
    picture = np.full((height, width, 3), 77, np.uint8)
    frame_code.draw(picture, 987_654)
    detector = build_detector("frame-code", threads=1, confidence=0.5)
    detector.load()
    (found,) = detector.detect([make_frame(picture)])
    (track,) = build_tracker("frame-code", analysed_fps=25, class_names=()).update(found, 0.0)
    assert (track.track_id, track.class_name) == (987_654, "frame code")
    assert list(track.xyxy) == [0, 0, width, frame_code.strip_height_px(height)]
    assert track.velocity_px_s == (0.0, 0.0)
    detector.close()


def test_a_picture_without_a_code_gives_no_track() -> None:
    detector = build_detector("frame-code", threads=1, confidence=0.5)
    (found,) = detector.detect([make_frame(np.full((360, 640, 3), 77, np.uint8))])
    assert len(found) == 0
    assert build_tracker("frame-code", analysed_fps=25, class_names=()).update(found, 0.0) == ()
