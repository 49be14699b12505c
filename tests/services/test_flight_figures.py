"""What follows of samples: take-off and landing, distance, height, gaps, battery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ground_station.core.flight_log import FlightEvent, FlightSample
from ground_station.services.flight_figures import Figures, figures_of

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(second: float, **more: Any) -> FlightSample:
    return FlightSample(NOW + timedelta(seconds=second), **({"armed": True} | more))


def climb(*heights: float, every_s: float = 0.2) -> list[FlightSample]:
    return [at(step * every_s, height_home_m=height) for step, height in enumerate(heights)]


def test_without_a_word_on_it_the_height_says_whether_it_flies() -> None:
    made = figures_of(climb(0, 0.4, 1, 2, 30, 20, 1, 0.4, 0.1))
    assert made.took_off_at == NOW + timedelta(seconds=0.6)
    assert made.landed_at == NOW + timedelta(seconds=1.4)
    assert made.minutes == pytest.approx(0.8 / 60)
    assert made.max_height_home_m == 30


def test_the_autopilots_word_goes_before_the_height() -> None:
    said = FlightEvent(NOW, "mode", "It took off.", reference="took_off")
    made = figures_of([said, *climb(0, 0, 0.1)])
    assert made.took_off_at == NOW
    assert made.landed_at is None
    assert made.minutes == pytest.approx(0.4 / 60)


def test_nothing_that_is_not_known_is_made_up() -> None:
    made = figures_of([at(0), at(0.2)])
    assert (made.minutes, made.distance_m, made.max_height_home_m) == (None, None, None)
    assert made.battery_used is None
    assert Figures().minutes is None


def test_never_armed_never_flew() -> None:
    """A vehicle that is carried up a hill with its motors off."""
    made = figures_of([at(step, height_home_m=step, armed=False) for step in range(20)])
    assert made.took_off_at is None


def test_disarming_in_the_air_is_the_end_of_it() -> None:
    made = figures_of([*climb(0, 5, 10), at(0.6, height_home_m=10, armed=False)])
    assert made.landed_at == NOW + timedelta(seconds=0.6)


def test_two_hops_count_together() -> None:
    made = figures_of(climb(0, 5, 5, 0, 0, 5, 5, 0))
    assert made.minutes == pytest.approx(2 * 0.4 / 60)
    assert made.took_off_at == NOW + timedelta(seconds=0.2)
    assert made.landed_at == NOW + timedelta(seconds=1.4)


def test_the_noise_of_a_receiver_is_no_distance() -> None:
    still = [at(step / 5, lat=51.5 + (step % 2) * 3e-6, lon=-0.2) for step in range(500)]
    assert figures_of(still).distance_m == 0
    moves = [at(step / 5, lat=51.5 + step * 1e-5, lon=-0.2) for step in range(101)]
    assert figures_of(moves).distance_m == pytest.approx(111.26, abs=0.5)


def test_gaps_are_what_is_missing() -> None:
    made = figures_of([at(0), at(0.2), at(5.2), at(5.4)])
    assert made.gaps_s == pytest.approx(4.8)
    assert figures_of([at(0), at(0.9), at(1.8)]).gaps_s == 0


def test_battery_used_is_never_less_than_nothing() -> None:
    assert figures_of([at(0, battery=0.9), at(1, battery=0.65)]).battery_used == pytest.approx(0.25)
    assert figures_of([at(0, battery=0.5), at(1, battery=0.9)]).battery_used == 0


def test_below_home_counts_as_below() -> None:
    assert figures_of(climb(-3, -2, -5)).max_height_home_m == -2
