"""Whether the battery still brings a vehicle home."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.local_frame import LocalFrame
from geo.missions.motion import Wind
from geo.way_home import RESERVE, Flying, HomeState, way_home

HOME = (51.4958, -0.2386)
CALM = Wind(0.0, 0.0)
LEVELS = (0.8, 0.4, 0.2, 0.1)  # the way home takes 0.17, a minute 0.04


def flying(north_m: float = 1000.0, **changes: Any) -> Flying:
    place = LocalFrame(*HOME).to_wgs84(0.0, north_m)
    made = Flying(place, HOME, 60.0, 0.8, 20.0, 60.0, CALM)
    return dataclasses.replace(made, **changes)


def test_the_way_home_takes_its_time() -> None:
    found = way_home(flying())
    assert found.state is HomeState.ENOUGH
    assert found.seconds == pytest.approx(1000 / 5 + 50 / 1.5 + 10 / 0.5, rel=0.001)
    assert found.seconds is not None
    assert found.left == pytest.approx(0.8 - found.seconds * 0.8 / 1200)


def test_a_head_wind_makes_it_longer_and_a_tail_wind_no_shorter() -> None:
    calm = way_home(flying()).seconds
    head = way_home(flying(wind=Wind(8.0, 180.0))).seconds  # home is south, so is the wind
    tail = way_home(flying(wind=Wind(8.0, 0.0))).seconds
    assert calm is not None
    assert head is not None
    assert head == pytest.approx(calm + 1000 / 2 - 1000 / 5)
    assert tail == pytest.approx(calm)


def test_a_wind_as_fast_as_it_flies_keeps_it_from_home() -> None:
    found = way_home(flying(wind=Wind(10.0, 180.0)))
    assert found.state is HomeState.NOT_ENOUGH
    assert "wind" in found.why


def test_it_is_told_to_turn_back_before_the_reserve_is_touched() -> None:
    found = [way_home(flying(battery=left, minutes_left=25.0 * left)) for left in LEVELS]
    assert [one.state for one in found] == [
        HomeState.ENOUGH,
        HomeState.TURN_BACK,
        HomeState.TURN_BACK,
        HomeState.NOT_ENOUGH,
    ]
    assert [one.left is not None and one.left > RESERVE for one in found[:2]] == [True, True]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"battery": None}, "How full"),
        ({"minutes_left": None}, "How long"),
        ({"wind": None}, "wind is not known"),
    ],
)
def test_what_is_not_known_is_not_enough_to_say(changes: dict[str, Any], said: str) -> None:
    found = way_home(flying(**changes))
    assert found.state is HomeState.UNKNOWN
    assert said in found.why


def test_without_the_wind_too_little_is_still_too_little() -> None:
    assert way_home(flying(wind=None, battery=0.1, minutes_left=2.0)).state is HomeState.NOT_ENOUGH


def test_an_empty_battery_is_not_enough() -> None:
    assert way_home(flying(battery=0.0)).state is HomeState.NOT_ENOUGH


def test_where_its_return_height_is_not_known_a_high_one_counts() -> None:
    low, high = (
        way_home(flying(height_m=10.0, return_height_m=15.0)),
        way_home(flying(height_m=10.0, return_height_m=None)),
    )
    assert low.seconds is not None
    assert high.seconds is not None
    assert high.seconds > low.seconds


@given(
    st.floats(0, 9000),
    st.floats(0.01, 1.0),
    st.floats(0.5, 60),
    st.floats(0, 9),
    st.floats(0, 360),
)
def test_more_battery_never_makes_it_worse(
    north_m: float, battery: float, minutes: float, wind: float, from_deg: float
) -> None:
    worse = (HomeState.NOT_ENOUGH, HomeState.TURN_BACK, HomeState.ENOUGH)
    blows = Wind(wind, from_deg)
    less = way_home(flying(north_m, battery=battery * 0.9, minutes_left=minutes * 0.9, wind=blows))
    more = way_home(flying(north_m, battery=battery, minutes_left=minutes, wind=blows))
    assert worse.index(less.state) <= worse.index(more.state)
    if more.state is HomeState.ENOUGH:
        assert more.left is not None
        assert more.left >= RESERVE
