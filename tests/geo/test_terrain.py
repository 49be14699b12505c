"""The training terrain: right at its known heights, smooth between, nothing outside."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.terrain import SPOTS, Spot, TrainingTerrain

TERRAIN = TrainingTerrain()
lats = st.floats(TERRAIN.SOUTH, TERRAIN.NORTH)
lons = st.floats(TERRAIN.WEST, TERRAIN.EAST)


@pytest.mark.parametrize("spot", SPOTS, ids=lambda spot: spot.name)
def test_it_is_right_where_a_height_is_known(spot: Spot) -> None:
    assert TERRAIN.ground_amsl_m(spot.lat, spot.lon) == pytest.approx(spot.amsl_ft * 0.3048)
    assert spot.source


def test_it_says_that_it_is_for_training() -> None:
    assert TERRAIN.training
    assert "not for operational use" in TERRAIN.name
    assert str(len(SPOTS)) in TERRAIN.name


@given(lats, lons)
def test_between_known_heights_it_is_between_them(lat: float, lon: float) -> None:
    ground = TERRAIN.ground_amsl_m(lat, lon)
    assert ground is not None
    heights = [spot.amsl_ft * 0.3048 for spot in SPOTS]
    assert min(heights) <= ground <= max(heights)


@given(lats, lons, st.floats(-1e-4, 1e-4), st.floats(-1e-4, 1e-4))
def test_ten_metres_on_it_is_nearly_as_high(
    lat: float, lon: float, north: float, east: float
) -> None:
    here, there = TERRAIN.ground_amsl_m(lat, lon), TERRAIN.ground_amsl_m(lat + north, lon + east)
    if here is not None and there is not None:
        assert abs(there - here) < 1.0


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(51.2, -0.2), (51.75, -0.2), (51.5, -0.6), (51.5, 0.2), (math.nan, -0.2), (51.5, math.inf)],
)
def test_outside_it_is_not_known(lat: float, lon: float) -> None:
    assert TERRAIN.ground_amsl_m(lat, lon) is None
