"""Time, distance and battery against sums done by hand; what is not known stays so."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.missions import AtEnd, HeightDatum, Mission, MissionItem
from geo.missions.battery import Battery
from geo.missions.estimate import Estimate, estimate
from geo.missions.motion import Performance, Wind, corner_speeds, leg_seconds
from geo.missions.refused import PlanRefused
from tests.geo.missions.missions import PARK, missions

ABLE = Performance(cruise_mps=10, climb_mps=2, sink_mps=1, accel_mps2=2)
CALM = Wind(0, 0)
HOUR = Battery.of_minutes(1.0, 60, 60)  # and 1.5 times as much when it climbs
HOME = (*PARK.to_wgs84(0, 0), 5.0)


def at(east: float, north: float, height: float = 40, **more: object) -> MissionItem:
    return MissionItem(*PARK.to_wgs84(east, north), height, **more)  # type: ignore[arg-type]


def mission(*items: MissionItem, **more: object) -> Mission:
    return replace(Mission(items, home=HOME), **more)  # type: ignore[arg-type]


class Slope:
    """Ground that rises by 1 m in 10 m to the east of home, at 5 m there."""

    name, training = "a slope", False

    def ground_amsl_m(self, lat: float, lon: float) -> float | None:
        return 5.0 + PARK.from_wgs84(lat, lon)[0] / 10


def test_there_and_back_by_hand() -> None:
    found = estimate(mission(at(1000, 0)), ABLE, battery=HOUR, wind=CALM)
    # up 40 m at 2 m/s; 1000 m at 10 m/s with 5 s to gain and 5 s to lose 10 m/s; the same back;
    # down 40 m at 1 m/s
    assert found.items[0].at_s == pytest.approx(20 + 105, abs=0.01)
    assert found.seconds == pytest.approx(20 + 105 + 105 + 40, abs=0.01)
    assert found.distance_m == pytest.approx(2000, abs=0.01)
    assert found.battery_used == pytest.approx((20 * 1.5 + 105 + 105 + 40) / 3600, abs=1e-5)
    assert found.farthest is not None
    assert found.farthest.seconds == pytest.approx(105 + 40, abs=0.01)
    assert (found.enough, found.cannot) == (True, ())


def test_holding_and_orbits() -> None:
    plain = estimate(mission(at(500, 0)), ABLE, wind=CALM)
    held = estimate(mission(at(500, 0, hold_s=30)), ABLE, wind=CALM)
    assert held.seconds == pytest.approx((plain.seconds or 0) + 30)
    orbit = at(500, 0, orbit_radius_m=100, orbit_turns=2, speed_mps=10)
    turned = estimate(mission(orbit), ABLE, wind=CALM)
    # it meets the circle 100 m before its middle, both ways
    assert turned.distance_m == pytest.approx(800 + 400 * math.pi, abs=0.1)
    assert turned.seconds == pytest.approx(20 + 45 + 40 * math.pi + 45 + 40, abs=0.1)


def test_a_tight_orbit_is_flown_slower() -> None:
    orbit = at(500, 0, orbit_radius_m=8, orbit_turns=1)
    found = estimate(mission(orbit), ABLE, wind=CALM)
    assert found.items[0].leaves_s is not None
    assert found.items[0].at_s is not None
    assert found.items[0].leaves_s - found.items[0].at_s == pytest.approx(2 * math.pi * 8 / 4)


def test_straight_on_costs_nothing_and_a_corner_does() -> None:
    straight = estimate(mission(at(500, 0), at(1000, 0)), ABLE, wind=CALM)
    direct = estimate(mission(at(1000, 0)), ABLE, wind=CALM)
    assert straight.seconds == pytest.approx(direct.seconds, abs=0.01)
    corner = estimate(mission(at(500, 0), at(500, 500)), ABLE, wind=CALM)
    assert corner.items[1].at_s == pytest.approx(20 + 55 + 55, abs=0.01)


def test_a_short_leg_never_reaches_its_speed() -> None:
    assert leg_seconds(2, 10, 0, 0, 2) == pytest.approx(2)
    assert leg_seconds(50, 10, 0, 0, 2) == pytest.approx(10)
    assert leg_seconds(50, 10, 10, 10, 2) == pytest.approx(5)


def test_climbing_on_the_way_takes_as_long_as_the_climb() -> None:
    found = estimate(mission(at(100, 0, 40), at(110, 0, 100)), ABLE, battery=HOUR, wind=CALM)
    first, second = found.items
    assert (second.at_s or 0) - (first.at_s or 0) == pytest.approx(30)
    assert first.battery is not None
    assert second.battery is not None
    assert first.battery - second.battery == pytest.approx(30 * 1.5 / 3600)


@pytest.mark.parametrize(
    ("from_deg", "out", "back"),
    [
        (90, 5.0, 10.0),  # out against it; with it no faster than it is told to fly
        (270, 10.0, 5.0),
        (0, math.sqrt(75), math.sqrt(75)),  # across: it flies at an angle
    ],
)
def test_wind(from_deg: float, out: float, back: float) -> None:
    found = estimate(mission(at(1000, 0)), ABLE, wind=Wind(5, from_deg))
    away, home = 1000 / out + out / 2, 1000 / back + back / 2
    assert found.items[0].at_s == pytest.approx(20 + away, rel=1e-4)
    assert found.seconds == pytest.approx(20 + away + home + 40, rel=1e-4)


def test_a_vehicle_with_speed_to_spare_holds_its_own_against_the_wind() -> None:
    spare = replace(ABLE, most_airspeed_mps=15)
    calm = estimate(mission(at(1000, 0)), spare, wind=CALM)
    assert estimate(mission(at(1000, 0)), spare, wind=Wind(5, 90)).seconds == calm.seconds


def test_a_wind_as_fast_as_the_vehicle_cannot_be_flown_in() -> None:
    found = estimate(mission(at(1000, 0), at(0, 500)), ABLE, battery=HOUR, wind=Wind(10, 45))
    assert found.enough is False
    assert "10 m/s" in found.why
    assert found.seconds is None
    assert found.battery_left is None
    assert any("item 1" in why for why in found.cannot)


def test_the_reserve_at_the_end() -> None:
    short = Battery.of_minutes(0.3, 60, 60)
    found = estimate(mission(at(1000, 0)), ABLE, battery=short, wind=CALM)
    assert found.enough is False
    assert "25 %" in found.why
    assert estimate(mission(at(1000, 0)), ABLE, battery=short, wind=CALM, reserve=0.1).enough


def test_the_way_home_from_the_farthest_item_counts() -> None:
    """A mission that ends in the air far away: what it needs home is not in its own time."""
    away = mission(at(3000, 0), at_end=AtEnd.HOLD)
    small = Battery.of_minutes(1.0, 15, 15)
    found = estimate(away, ABLE, battery=small, wind=CALM)
    assert found.battery_left is not None
    assert found.battery_left > 0.25
    assert found.enough is False
    assert "Home from item 1" in found.why


def test_return_height() -> None:
    low = estimate(mission(at(1000, 0, 20)), ABLE, wind=CALM)
    high = estimate(mission(at(1000, 0, 20)), ABLE, wind=CALM, return_height_m=60)
    assert (high.seconds or 0) - (low.seconds or 0) == pytest.approx(40 / 2 + 40 / 1)
    assert any("height it returns" in words for words in low.assumed)
    assert not any("height it returns" in words for words in high.assumed)


def test_landing_there() -> None:
    found = estimate(mission(at(1000, 0), at_end=AtEnd.LAND), ABLE, wind=CALM)
    assert found.seconds == pytest.approx(20 + 105 + 40, abs=0.01)
    assert any("ground where it lands" in words for words in found.assumed)
    sloped = estimate(mission(at(300, 0), at_end=AtEnd.LAND), ABLE, wind=CALM, terrain=Slope())
    assert sloped.seconds == pytest.approx(20 + 35 + 10, abs=0.05)


def test_heights_above_different_things() -> None:
    amsl = at(500, 0, 85, datum=HeightDatum.AMSL)
    found = estimate(mission(at(0, 0, 40), amsl), ABLE, wind=CALM)
    assert found.items[1].at_s == pytest.approx(20 + 55, abs=0.01)  # climbs 40 m meanwhile
    above = at(500, 0, 40, datum=HeightDatum.TERRAIN)
    known = estimate(mission(at(0, 0, 40), above), ABLE, wind=CALM, terrain=Slope())
    assert known.seconds is not None
    unknown = estimate(mission(at(0, 0, 40), above), ABLE, wind=CALM)
    assert unknown.seconds is None
    assert any("item 2" in words for words in unknown.unknown)


# --- unknown --------------------------------------------------------------------------------------


def test_without_wind_enough_cannot_be_said() -> None:
    found = estimate(mission(at(1000, 0)), ABLE, battery=HOUR)
    assert found.enough is None
    assert "calm" in found.why
    assert found.seconds is not None


def test_not_enough_in_calm_air_is_not_enough() -> None:
    short = Battery.of_minutes(0.2, 60, 60)
    assert estimate(mission(at(1000, 0)), ABLE, battery=short).enough is False


@pytest.mark.parametrize("field", ["cruise_mps", "climb_mps", "sink_mps"])
def test_a_speed_that_is_not_known(field: str) -> None:
    found = estimate(mission(at(1000, 0)), replace(ABLE, **{field: None}), battery=HOUR, wind=CALM)
    assert found.seconds is None
    assert found.battery_left is None
    assert found.enough is None
    assert found.distance_m == pytest.approx(2000, abs=0.01)
    assert found.unknown


def test_a_speed_of_the_mission_serves() -> None:
    able = replace(ABLE, cruise_mps=None)
    assert estimate(mission(at(1000, 0), cruise_mps=10), able, wind=CALM).seconds is not None
    assert estimate(mission(at(1000, 0, speed_mps=10)), able, wind=CALM).seconds is not None


def test_without_home() -> None:
    there = Mission((at(0, 0), at(1000, 0)))
    found = estimate(there, ABLE, battery=HOUR, wind=CALM)
    assert not found.from_home
    assert found.items[1].at_s == pytest.approx(105, abs=0.01)
    assert (found.seconds, found.enough, found.farthest) == (None, None, None)
    assert any("Home" in words for words in found.unknown)


def test_without_a_battery() -> None:
    found = estimate(mission(at(1000, 0)), ABLE, wind=CALM)
    assert (found.battery_used, found.battery_left, found.enough) == (None, None, None)
    assert "battery" in found.why
    empty = estimate(
        mission(at(1000, 0)), ABLE, battery=Battery.of_minutes(None, 60, 60), wind=CALM
    )
    assert empty.battery_used is not None
    assert (empty.battery_left, empty.enough) == (None, None)


def test_acceleration_is_assumed_and_said() -> None:
    found = estimate(mission(at(1000, 0)), replace(ABLE, accel_mps2=None), wind=CALM)
    assert any("1 m/s²" in words for words in found.assumed)


@pytest.mark.parametrize("reserve", [-0.1, 1.0, math.nan])
def test_a_reserve_that_is_none(reserve: float) -> None:
    with pytest.raises(PlanRefused, match="reserve"):
        estimate(mission(at(1, 0)), ABLE, reserve=reserve)


def test_an_empty_mission() -> None:
    with pytest.raises(ValueError, match="without items"):
        estimate(Mission(()), ABLE)


def test_a_pole() -> None:
    with pytest.raises(PlanRefused, match="pole"):
        estimate(Mission((MissionItem(90, 0, 40),)), ABLE)


# --- battery --------------------------------------------------------------------------------------


def test_a_battery_by_its_capacity() -> None:
    found = Battery.of_capacity(0.9, 5000, 15, 18, 24)
    assert found.hover_per_s == pytest.approx(15 / 18_000)
    assert found.cruise_per_s == pytest.approx(18 / 18_000)
    assert found.climb_per_s == pytest.approx(24 / 18_000)
    assert found.assumed == ()


def test_what_is_taken_for_want_of_a_figure_is_said() -> None:
    found = Battery.of_minutes(0.9, 20)
    assert found.cruise_per_s == found.hover_per_s == pytest.approx(1 / 1200)
    assert len(found.assumed) == 2


def test_a_battery_by_what_is_seen_in_flight() -> None:
    found = Battery.of_observed(0.5, 10)
    assert found.cruise_per_s == pytest.approx(0.5 / 600)


@pytest.mark.parametrize("value", [0.0, -5.0, math.nan, math.inf])
def test_batteries_that_are_none(value: float) -> None:
    with pytest.raises(PlanRefused):
        Battery.of_minutes(1, value)
    with pytest.raises(PlanRefused):
        Battery.of_capacity(1, value, 10)
    with pytest.raises(PlanRefused):
        Battery.of_observed(0.5, value)
    with pytest.raises(PlanRefused):
        Wind(value if value else -1, 0)
    with pytest.raises(PlanRefused):
        Performance(climb_mps=value)


# --- any mission ----------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(
    lengths=st.lists(st.floats(0.1, 500), min_size=1, max_size=8),
    speed=st.floats(0.5, 30),
    accel=st.floats(0.2, 5),
    turn=st.floats(0, 180),
)
def test_corner_speeds_can_be_flown(
    lengths: list[float], speed: float, accel: float, turn: float
) -> None:
    count = len(lengths)
    found = corner_speeds(lengths, [speed] * count, [turn] * (count - 1), accel)
    assert found[0] == found[-1] == 0
    for n, length in enumerate(lengths):
        assert abs(found[n + 1] ** 2 - found[n] ** 2) <= 2 * accel * length + 1e-6
        assert leg_seconds(length, speed, found[n], found[n + 1], accel) >= length / speed - 1e-9


def sound(found: Estimate, count: int) -> None:
    assert len(found.items) == count
    times = [each.at_s for each in found.items if each.at_s is not None]
    assert times == sorted(times)
    ways = [each.way_m for each in found.items]
    assert ways == sorted(ways)
    assert found.why
    for value in (found.seconds, found.battery_used, found.battery_left, found.distance_m):
        assert value is None or math.isfinite(value)
    if found.enough:
        assert found.battery_left is not None
        assert found.battery_left >= 0.25
        assert not found.cannot


@settings(max_examples=30, deadline=None)
@given(
    drawn=missions(),
    speed=st.none() | st.floats(1, 20),
    wind=st.none() | st.builds(Wind, st.floats(0, 30), st.floats(-360, 360)),
    full=st.none() | st.floats(0, 1),
    terrain=st.booleans(),
)
def test_any_mission(
    drawn: Mission, speed: float | None, wind: Wind | None, full: float | None, terrain: bool
) -> None:
    able = replace(ABLE, cruise_mps=speed)
    found = estimate(
        drawn,
        able,
        battery=Battery.of_minutes(full, 600),
        wind=wind,
        terrain=Slope() if terrain else None,
    )
    sound(found, len(drawn.items))


@settings(max_examples=30, deadline=None)
@given(speed=st.floats(0, 9.5), from_deg=st.floats(0, 360))
def test_wind_never_makes_it_faster(speed: float, from_deg: float) -> None:
    there = mission(at(500, 0), at(500, 300), at(0, 300))
    calm = estimate(there, ABLE, wind=CALM).seconds
    windy = estimate(there, ABLE, wind=Wind(speed, from_deg)).seconds
    assert calm is not None
    assert windy is not None
    assert windy >= calm - 1e-6
