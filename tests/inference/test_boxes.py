"""Letterbox, overlap and non-maximum suppression."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.vision.inference.models.boxes import fit_top_left, iou_with_all, keep_best

sizes = st.integers(1, 8000)


@st.composite
def box_lists(draw: st.DrawFn) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    corner, side = st.floats(-50, 500, width=32), st.floats(1, 200, width=32)
    rows = draw(st.lists(st.tuples(corner, corner, side, side), min_size=1, max_size=25))
    return np.array([(x, y, x + w, y + h) for x, y, w, h in rows], np.float32)


@given(sizes, sizes)
def test_the_fitted_picture_lies_inside_and_touches_an_edge(width: int, height: int) -> None:
    fit = fit_top_left(width, height, 416, 416)
    assert 1 <= fit.fitted_width <= 416
    assert 1 <= fit.fitted_height <= 416
    assert 416 in (fit.fitted_width, fit.fitted_height)


@given(st.integers(100, 4000), st.integers(100, 4000), st.floats(0, 1), st.floats(0, 1))
def test_a_point_comes_back_to_where_it_was(w: int, h: int, across: float, down: float) -> None:
    fit = fit_top_left(w, h, 416, 416)
    x, y = across * w, down * h
    in_model = [x * fit.fitted_width / w, y * fit.fitted_height / h] * 2
    back = fit.to_source(np.array([in_model], np.float32))[0]
    assert back == pytest.approx([x, y, x, y], abs=0.01 + 1e-4 * max(w, h))


def test_boxes_are_cut_at_the_pictures_edges() -> None:
    fit = fit_top_left(768, 576, 416, 416)
    back = fit.to_source(np.array([[-20, -3, 500, 500]], np.float32))
    assert back.tolist() == [[0, 0, 768, 576]]


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (-1, 5)])
def test_an_empty_picture_cannot_be_fitted(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="sizes start at 1"):
        fit_top_left(*size, 416, 416)


def test_overlap_of_known_boxes() -> None:
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30], [3, 3, 3, 3]], np.float32)
    assert iou_with_all(others[0], others) == pytest.approx([1, 1 / 3, 0, 0])


@given(box_lists(), st.floats(0.1, 0.9))
def test_suppression_keeps_the_best_and_no_two_that_overlap(
    boxes: np.ndarray[tuple[int, int], np.dtype[np.float32]], iou_over: float
) -> None:
    rng = np.random.default_rng(len(boxes))
    confidence = rng.random(len(boxes)).astype(np.float32)
    classes = rng.integers(0, 3, len(boxes))
    kept = keep_best(boxes, confidence, classes, iou_over)
    assert (np.diff(confidence[kept]) <= 0).all()
    for name in np.unique(classes):
        best = np.flatnonzero(classes == name)[confidence[classes == name].argmax()]
        assert best in kept
        mine = kept[classes[kept] == name]
        for place, index in enumerate(mine):
            assert (iou_with_all(boxes[index], boxes[mine[place + 1 :]]) <= iou_over).all()
        for gone in set(np.flatnonzero(classes == name)) - set(mine):
            surer = mine[confidence[mine] >= confidence[gone]]
            assert (iou_with_all(boxes[gone], boxes[surer]) > iou_over - 1e-5).any()


def test_suppression_leaves_other_classes_alone() -> None:
    boxes = np.array([[0, 0, 10, 10]] * 3, np.float32)
    confidence = np.array([0.5, 0.9, 0.7], np.float32)
    kept = keep_best(boxes, confidence, np.array([0, 0, 1]), 0.5)
    assert kept.tolist() == [1, 2]


def test_nothing_in_nothing_out() -> None:
    empty = np.zeros((0, 4), np.float32)
    assert keep_best(empty, np.zeros(0, np.float32), np.zeros(0, np.int64), 0.5).size == 0
