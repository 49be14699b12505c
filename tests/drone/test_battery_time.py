"""How long a battery lasts, from whole per cents."""

from __future__ import annotations

import pytest

from drone.battery_time import BatteryTime


def drained(per_s: float, seconds: int, start: float = 0.9) -> BatteryTime:
    battery = BatteryTime()
    for second in range(seconds):
        battery.take(round(start - per_s * second, 2), float(second))
    return battery


def test_a_steady_drain() -> None:
    # 1 % in 10 s; after 200 s there are 70 %.
    assert drained(0.001, 200).minutes_left(200.0) == pytest.approx(0.7 / 0.001 / 60, rel=0.05)


def test_nothing_is_said_before_two_full_steps() -> None:
    assert drained(0.001, 15).minutes_left(15.0) is None
    assert BatteryTime().minutes_left(0.0) is None


def test_another_battery_begins_anew() -> None:
    battery = drained(0.001, 200)
    battery.take(1.0, 201.0)
    assert battery.minutes_left(201.0) is None


def test_a_drain_that_ended_tells_nothing() -> None:
    assert drained(0.001, 100).minutes_left(1000.0) is None


def test_unknown_values_are_left_out() -> None:
    battery = BatteryTime()
    battery.take(None, 0.0)
    assert battery.minutes_left(1.0) is None


def test_the_lately_counts_and_it_is_bounded() -> None:
    battery = BatteryTime()
    for second in range(0, 4000):
        battery.take(round(max(0.99 - second * 0.0001, 0.0), 2), float(second))
    slow = battery.minutes_left(4000.0)
    assert slow == pytest.approx(0.59 / 0.0001 / 60, rel=0.1)
