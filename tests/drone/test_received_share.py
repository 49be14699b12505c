"""What share of a vehicle's messages arrives, from the times that it says it made them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drone.received_share import ReceivedShare


def heard(made_ms: list[int], asked_s: float | None = 0.1) -> ReceivedShare:
    share = ReceivedShare()
    share.asked_s = asked_s
    for one in made_ms:
        share.take(one, one / 1000)
    return share


def test_nothing_is_said_before_enough_came_and_where_no_rate_was_granted() -> None:
    assert heard([]).share(0.0) is None
    assert heard(list(range(0, 1000, 100))).share(1.0) is None
    assert heard(list(range(0, 3000, 100)), None).share(3.0) is None


@pytest.mark.parametrize("step_ms", [100, 106, 95])
def test_all_of_it(step_ms: int) -> None:
    """Also at the pace that ArduPilot keeps to, which is not quite what it was asked for."""
    made = list(range(0, 9000, step_ms))
    assert heard(made).share(made[-1] / 1000) == 1.0


def test_every_third_is_missing() -> None:
    made = [n * 106 for n in range(90) if n % 3]
    assert heard(made).share(made[-1] / 1000) == pytest.approx(2 / 3, abs=0.02)


@given(st.floats(0.05, 0.7), st.integers(0, 10_000))
def test_a_random_loss_is_told_within_a_tenth(loss: float, seed: int) -> None:
    chance = random.Random(seed)
    sent = [n * 106 + chance.randint(-5, 5) for n in range(94)]
    came = [one for one in sent if chance.random() > loss]
    if len(came) < 12:
        return
    inner = [one for one in sent if came[0] <= one <= came[-1]]
    share = heard(came).share(came[-1] / 1000)
    assert share == pytest.approx(len(came) / len(inner), abs=0.1)


def test_silence_counts_as_loss() -> None:
    made = list(range(0, 5000, 100))
    share = heard(made)
    assert share.share(4.95) == 1.0
    assert share.share(9.9) == pytest.approx(0.5, abs=0.02)


def test_a_vehicle_that_keeps_to_another_pace_loses_nothing() -> None:
    """Another ground station asked for that."""
    made = list(range(0, 9000, 250))
    assert heard(made).share(made[-1] / 1000) == 1.0


def test_after_a_restart_it_is_counted_anew() -> None:
    share = heard([*range(50_000, 55_000, 100), 0, 100, 200])
    assert share.share(0.2) is None


def test_a_message_that_is_a_little_late_is_no_loss() -> None:
    made = [n * 100 + (40 if n % 7 == 0 else 0) for n in range(80)]
    assert heard(made).share(made[-1] / 1000) == 1.0
