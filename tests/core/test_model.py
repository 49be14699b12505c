"""Domain types check their shapes and cannot be changed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ground_station.core import events, model
from ground_station.core.model import Detections, GeoObservation, Track


def detections(n: int = 2, columns: int = 4, scores: int | None = None) -> Detections:
    scores = n if scores is None else scores
    return Detections(
        source_id="s",
        seq=0,
        xyxy=np.zeros((n, columns), np.float32),
        confidence=np.zeros(scores, np.float32),
        class_id=np.zeros(scores, np.int64),
    )


@pytest.mark.parametrize("n", [0, 1, 7])
def test_detections_count_themselves(n: int) -> None:
    assert len(detections(n)) == n


@pytest.mark.parametrize(("columns", "scores"), [(3, 2), (5, 2), (4, 1), (4, 3)])
def test_detections_of_the_wrong_shape_are_refused(columns: int, scores: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        detections(2, columns, scores)


def test_an_empty_picture_needs_the_right_shape_too() -> None:
    with pytest.raises(ValueError, match=r"\(N, 4\)"):
        Detections("s", 0, np.zeros(0, np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))


def test_every_domain_type_and_event_is_frozen() -> None:
    kinds = [
        kind
        for module in (model, events)
        for kind in vars(module).values()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind)
    ]
    assert len(kinds) >= 10
    for kind in kinds:
        assert kind.__dataclass_params__.frozen, kind  # type: ignore[attr-defined]


def test_a_track_cannot_be_changed() -> None:
    track = Track(1, "person", 0.9, (0, 0, 1, 1), (0, 0))
    with pytest.raises(dataclasses.FrozenInstanceError):
        track.track_id = 2  # type: ignore[misc]


def test_equal_observations_are_equal() -> None:
    one, two = (GeoObservation("s", "x", 1, "person", 51, 0, 2, 1, 90, None) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
