"""NanoDet: the arithmetic of its outputs, and the shipped weights on real pictures."""

from __future__ import annotations

import time
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.core.errors import Unavailable
from ground_station.core.model import Frame
from ground_station.vision.inference.models.boxes import iou_with_all
from ground_station.vision.inference.models.coco import COCO_CLASSES
from ground_station.vision.inference.models.nanodet import BINS, NanoDet, decode
from tests.inference.pictures import PETS, PictureArray, make_frame

CELLS = 52 * 52 + 26 * 26 + 13 * 13


def one_cell(
    cell: int, class_id: int, sides: tuple[int, int, int, int]
) -> tuple[
    np.ndarray[tuple[int, int], np.dtype[np.float32]],
    np.ndarray[tuple[int, int], np.dtype[np.float32]],
]:
    scores = np.full((80, CELLS), 0.01, np.float32)
    scores[class_id, cell] = 0.8
    distances = np.zeros((4 * BINS, CELLS), np.float32)
    for side, bin_of_side in enumerate(sides):
        distances[side * BINS + bin_of_side, cell] = 40  # all weight on one bin
    return scores, distances


@given(
    st.sampled_from([(8, 0, 52), (16, 52 * 52, 26), (32, 52 * 52 + 26 * 26, 13)]),
    st.integers(0, 12),
    st.integers(0, 12),
    st.integers(0, 79),
    st.tuples(*[st.integers(0, 10)] * 4),
)
def test_a_cell_becomes_the_box_it_means(
    level: tuple[int, int, int], column: int, row: int, class_id: int, sides: tuple[int, ...]
) -> None:
    stride, first, columns = level
    left, top, right, bottom = sides
    scores, distances = one_cell(
        first + row * columns + column, class_id, (left, top, right, bottom)
    )
    xyxy, confidence, classes = decode(scores, distances, 0.5, 0.6)
    x, y = (column + 0.5) * stride, (row + 0.5) * stride
    expected = [x - left * stride, y - top * stride, x + right * stride, y + bottom * stride]
    assert xyxy[0] == pytest.approx(expected, abs=1e-2)
    assert confidence.tolist() == pytest.approx([0.8])
    assert classes.tolist() == [class_id]


def test_equal_weight_on_all_bins_is_five_strides() -> None:
    scores, distances = one_cell(0, 0, (0, 0, 0, 0))
    distances[:] = 3
    xyxy, _, _ = decode(scores, distances, 0.5, 0.6)
    assert xyxy[0] == pytest.approx([4 - 40, 4 - 40, 4 + 40, 4 + 40])


def test_below_the_confidence_there_is_nothing() -> None:
    scores, distances = one_cell(7, 3, (1, 1, 1, 1))
    xyxy, confidence, classes = decode(scores, distances, 0.81, 0.6)
    assert xyxy.shape == (0, 4)
    assert confidence.shape == classes.shape == (0,)


def test_a_picture_that_is_all_crowd_stays_bounded_and_quick() -> None:
    rng = np.random.default_rng(1)
    scores = rng.random((80, CELLS), np.float32)
    distances = rng.random((4 * BINS, CELLS), np.float32)
    began = time.perf_counter()
    xyxy, confidence, _ = decode(scores, distances, 0.1, 0.6)
    assert time.perf_counter() - began < 2
    assert 0 < len(xyxy) <= 1000
    assert (np.diff(confidence) <= 0).all()


@pytest.fixture(scope="module")
def detector() -> NanoDet:
    nanodet = NanoDet(threads=1, confidence=0.5)
    nanodet.load()
    return nanodet


def test_the_card_names_the_classes() -> None:
    card = NanoDet(threads=1, confidence=0.5).card
    assert (card.input_width, card.input_height) == (416, 416)
    assert len(set(card.class_names)) == 80
    assert [card.class_names[i] for i in (0, 1, 2, 3, 5, 7)] == [
        *("person", "bicycle", "car", "motorcycle", "bus", "truck")
    ]


def test_an_empty_scene_has_nothing_in_it(detector: NanoDet) -> None:
    (found,) = detector.detect([make_frame(np.full((360, 640, 3), 110, np.uint8))])
    assert len(found) == 0
    assert detector.detect([]) == []


def test_before_loading_it_says_so() -> None:
    with pytest.raises(Unavailable, match="not loaded"):
        NanoDet(threads=1, confidence=0.5).detect([make_frame()])


def test_after_closing_it_says_so() -> None:
    nanodet = NanoDet(threads=1, confidence=0.5)
    nanodet.load()
    nanodet.close()
    with pytest.raises(Unavailable):
        nanodet.detect([make_frame()])


def pets_picture(number: int) -> PictureArray:
    """Frame `number`, from 1."""
    video = PETS / "vtest.avi"
    if not video.exists():
        pytest.skip("the shared PETS footage is not here")
    with av.open(str(video)) as container:
        for index, picture in enumerate(container.decode(video=0), start=1):
            if index == number:
                return np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
    raise AssertionError("the footage is too short")


def people_in_truth(number: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rows = np.loadtxt(PETS / "gt_frames_0001-0400.txt", delimiter=",", usecols=range(6))
    mine = rows[rows[:, 0] == number]
    return np.concatenate([mine[:, 2:4], mine[:, 2:4] + mine[:, 4:6]], 1).astype(np.float32)


@pytest.mark.parametrize("number", [1, 101, 201, 301])
def test_people_of_real_footage_are_found_where_they_are(detector: NanoDet, number: int) -> None:
    frame = make_frame(pets_picture(number))
    (found,) = detector.detect([frame])
    people = found.xyxy[found.class_id == COCO_CLASSES.index("person")]
    truth = people_in_truth(number)
    hits = sum(bool((iou_with_all(box, people) >= 0.5).any()) for box in truth)
    assert hits >= 0.7 * len(truth)
    assert len(people) <= len(truth) + 2
    assert ((found.confidence >= 0.5) & (found.confidence <= 1)).all()


def test_what_is_beside_the_picture_does_not_matter(detector: NanoDet) -> None:
    """The input is reused: a wide picture after a tall one must not see its remains."""
    wide = make_frame(pets_picture(1))
    (alone,) = detector.detect([wide])
    bright: Frame = make_frame(np.full((800, 400, 3), 255, np.uint8))
    detector.detect([bright])
    (again,) = detector.detect([wide])
    assert np.array_equal(alone.xyxy, again.xyxy)


def test_two_frames_at_once_are_the_same_as_one_by_one(detector: NanoDet) -> None:
    frames = [make_frame(pets_picture(1), seq=1), make_frame(pets_picture(101), seq=2)]
    together = detector.detect(frames)
    for frame, found in zip(frames, together, strict=True):
        (alone,) = detector.detect([frame])
        assert found.seq == frame.seq
        assert found.xyxy == pytest.approx(alone.xyxy, abs=0.05)


def test_idle_threads_cost_no_cpu() -> None:
    nanodet = NanoDet(threads=2, confidence=0.5)
    nanodet.load()
    idle_cpu_s = 0.0
    for _ in range(5):
        nanodet.detect([make_frame()])
        before = time.process_time()
        time.sleep(0.1)
        idle_cpu_s += time.process_time() - before
    assert idle_cpu_s < 0.05  # threads that spin: 0.13 s


def test_the_shipped_file_is_of_the_size_a_clone_can_bear() -> None:
    pack = Path(__file__).parents[2] / "ground_station/vision/inference/packs/core"
    assert sum(file.stat().st_size for file in pack.iterdir()) < 15_000_000
