"""Closest approach of crewed aircraft: by hand-made cases, and against stepping through time."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import traffic
from geo.local_frame import LocalFrame
from geo.traffic import Approach, Level, Mover, approach

HERE = LocalFrame(51.5, -0.1)
OURS = Mover(51.5, -0.1, alt_amsl_m=100.0, speed_mps=0.0, track_deg=0.0, climb_mps=0.0)


def heard(
    east_m: float,
    north_m: float,
    *,
    alt: float | None = 150.0,
    speed: float | None = 50.0,
    track: float | None = 180.0,
    climb: float | None = 0.0,
    age_s: float = 0.0,
    error_m: float = 0.0,
) -> Mover:
    lat, lon = HERE.to_wgs84(east_m, north_m)
    return Mover(lat, lon, age_s, alt, error_m, speed, track, climb)


def test_a_head_on_helicopter_is_met_when_and_where_it_should_be() -> None:
    found = approach(OURS, heard(0, 1_000))
    assert found.level is Level.DESCEND
    assert found.closest_s == pytest.approx(20.0, abs=0.01)
    assert found.closest_m == pytest.approx(0.0, abs=0.5)
    assert found.distance_m == pytest.approx(1_000, abs=0.1)
    assert found.bearing_deg == pytest.approx(0.0, abs=0.01) or found.bearing_deg > 359.9
    assert found.above_m == found.closest_above_m == 50.0
    assert found.within_s == pytest.approx(10.0, abs=0.01)  # 500 m away
    assert found.closing
    assert found.course_known


def test_one_that_flies_away_is_only_to_be_seen() -> None:
    found = approach(OURS, heard(0, 1_000, track=0))
    assert (found.level, found.closing, found.closest_s) == (Level.LOOK, False, 0.0)


def test_one_that_passes_at_600_m_is_no_descent() -> None:
    assert approach(OURS, heard(600, 1_000)).level is Level.LOOK
    assert approach(OURS, heard(490, 1_000)).level is Level.DESCEND


def test_one_that_passes_200_m_over_us_is_no_descent_unless_its_height_may_be_wrong() -> None:
    assert approach(OURS, heard(0, 1_000, alt=300.0)).level is Level.LOOK
    unsure = heard(0, 1_000, alt=300.0, error_m=traffic.PRESSURE_ERROR_M)
    assert approach(OURS, unsure).level is Level.DESCEND


def test_an_unknown_height_counts_as_ours_and_is_told_as_unknown() -> None:
    found = approach(OURS, heard(0, 1_000, alt=None))
    assert (found.level, found.above_m, found.closest_above_m) == (Level.DESCEND, None, None)
    nowhere = dataclasses.replace(OURS, alt_amsl_m=None)
    assert approach(nowhere, heard(0, 1_000, alt=9_000.0)).level is Level.DESCEND


def test_an_airliner_far_overhead_is_nothing() -> None:
    over = heard(0, 1_000, alt=9_000.0, speed=220.0, error_m=traffic.PRESSURE_ERROR_M)
    assert approach(OURS, over).level is Level.NONE


def test_one_that_descends_into_us_is_found_by_its_rate() -> None:
    assert approach(OURS, heard(0, 1_250, alt=400.0, climb=0.0)).level is Level.LOOK
    assert approach(OURS, heard(0, 1_250, alt=400.0, climb=-8.0)).level is Level.DESCEND
    assert approach(OURS, heard(0, 1_250, alt=350.0, climb=None)).level is Level.DESCEND


def test_an_unknown_course_is_straight_at_us() -> None:
    found = approach(OURS, heard(2_000, 0, track=None, speed=60.0))
    assert (found.level, found.course_known) == (Level.DESCEND, False)
    assert approach(OURS, heard(2_000, 0, track=None, speed=None)).level is Level.DESCEND
    assert approach(OURS, heard(8_000, 0, track=None, speed=None)).level is Level.NONE


def test_an_old_place_is_carried_on_and_less_certain() -> None:
    fresh, old = heard(0, 2_500), heard(0, 2_500, age_s=10.0)
    assert approach(OURS, fresh).level is Level.LOOK
    found = approach(OURS, old)
    assert found.level is Level.DESCEND
    assert found.distance_m == pytest.approx(2_000, abs=1.0)


def test_our_own_way_counts_too() -> None:
    ours = dataclasses.replace(OURS, speed_mps=20.0, track_deg=0.0)
    hovering = heard(0, 1_000, speed=0.0, track=None)
    assert approach(ours, hovering).closest_s == pytest.approx(50.0, abs=0.1)
    assert approach(ours, heard(0, 900, speed=0.0, track=None)).level is Level.DESCEND


@pytest.mark.parametrize(
    "bad",
    [
        dataclasses.replace(OURS, lat=math.nan),
        dataclasses.replace(OURS, alt_amsl_m=math.inf),
        dataclasses.replace(OURS, age_s=-1.0),
        dataclasses.replace(OURS, speed_mps=-3.0),
    ],
)
def test_what_is_no_figure_is_refused(bad: Mover) -> None:
    with pytest.raises(ValueError, match=r"figure|negative|anchor"):
        approach(OURS, bad)
    with pytest.raises(ValueError, match=r"figure|negative|anchor"):
        approach(bad, OURS)


def _stepped(ours: Mover, other: Mover) -> Level:
    """The same by stepping through time, a hundredth of a second each."""
    east, north = HERE.from_wgs84(other.lat, other.lon)
    level = Level.NONE
    for step in range(6_001):
        t = step / 100
        at = math.hypot(
            east + t * (other.speed_mps or 0) * math.sin(math.radians(other.track_deg or 0)),
            north + t * (other.speed_mps or 0) * math.cos(math.radians(other.track_deg or 0)),
        )
        up = abs((other.alt_amsl_m or 0) - (ours.alt_amsl_m or 0) + t * (other.climb_mps or 0))
        up -= other.alt_error_m
        if at < 499 and up < 149 and t <= 29.9:
            return Level.DESCEND
        if at < 2_999 and up < 999 and t <= 59.9:
            level = Level.LOOK
    return level


_ORDER = [Level.NONE, Level.LOOK, Level.DESCEND]
_AWAY = st.floats(-9_000, 9_000)
_OTHERS = st.builds(
    heard,
    _AWAY,
    _AWAY,
    alt=st.floats(0, 3_000),
    speed=st.floats(0, 250),
    track=st.floats(0, 359.9),
    climb=st.floats(-20, 20),
    error_m=st.sampled_from([0.0, 60.0, 300.0]),
)


@given(_OTHERS)
def test_no_approach_is_missed_that_stepping_through_time_finds(other: Mover) -> None:
    found, stepped = approach(OURS, other).level, _stepped(OURS, other)
    assert _ORDER.index(found) >= _ORDER.index(stepped)


@given(_OTHERS)
def test_knowing_less_never_makes_it_less_urgent(other: Mover) -> None:
    known = _ORDER.index(approach(OURS, other).level)
    for unknown in ({"alt_amsl_m": None}, {"alt_error_m": 300.0 + other.alt_error_m}):
        assert _ORDER.index(approach(OURS, dataclasses.replace(other, **unknown)).level) >= known


@given(_OTHERS)
def test_nothing_is_nearer_than_the_closest_point(other: Mover) -> None:
    found: Approach = approach(OURS, other)
    assert found.closest_m <= found.distance_m + 1e-6
    assert 0 <= found.bearing_deg < 360
