"""Which frames are analysed: all of a source at the analysed rate, never more than that rate."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.vision.inference.pacing import Pace


def taken(times_s: list[float], fps: float) -> list[float]:
    pace = Pace(fps)
    return [at_s for at_s in times_s if pace.due(at_s)]


@given(st.lists(st.floats(-0.024, 0.024), min_size=1, max_size=100), st.floats(0, 1e5))
def test_footage_at_the_analysed_rate_is_taken_in_full(jitter: list[float], start: float) -> None:
    times = [start + index / 10 + shift for index, shift in enumerate(jitter)]
    assert taken(times, 10) == times


def test_footage_at_the_analysed_rate_in_rtp_ticks_is_taken_in_full() -> None:
    times = [round(index * 90_000 / 29.97) / 90_000 for index in range(10_000)]
    assert len(taken(times, 29.97)) == 10_000


@given(st.lists(st.floats(0, 0.5), min_size=1, max_size=300), st.floats(1, 30))
def test_never_more_than_the_rate(steps: list[float], fps: float) -> None:
    times = [sum(steps[: index + 1]) for index in range(len(steps))]
    got = taken(times, fps)
    assert len(got) <= (got[-1] - got[0]) * fps + 1.5 + 1e-6


@pytest.mark.parametrize("source_fps", [12, 15, 25, 29.97, 30, 50, 60])
def test_a_faster_source_is_thinned_to_the_rate_evenly(source_fps: float) -> None:
    got = taken([index / source_fps for index in range(round(source_fps * 60))], 10)
    assert len(got) == pytest.approx(600, abs=2)
    gaps = [after - before for before, after in pairwise(got)]
    assert max(gaps) < 0.2
    assert min(gaps) > 0.049


def test_a_slower_source_is_taken_in_full() -> None:
    times = [index / 7 for index in range(700)]
    assert taken(times, 10) == times


def test_after_a_gap_nothing_is_made_up_for() -> None:
    times = [0.0, 0.1, 0.2] + [60 + index / 25 for index in range(250)]
    assert len(taken(times, 10)) == pytest.approx(3 + 100, abs=2)


def test_a_clock_that_starts_again_does_not_stop_analysis() -> None:
    times = [1000 + index / 10 for index in range(20)] + [index / 10 for index in range(20)]
    assert taken(times, 10) == times
