"""Trouble is logged when it begins and when it is over, and remembered in between."""

from __future__ import annotations

import logging

import pytest

from ground_station.core.clock import ManualClock
from ground_station.core.trouble import Trouble


def test_it_is_logged_once_on_failure_and_once_on_recovery(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = ManualClock()
    trouble = Trouble("disk", clock)
    assert trouble.tell("") is True  # the first word is news, but no line in the log
    began = clock.now()
    for _ in range(100):
        trouble.tell("The disk is full.", "Make room.")
        clock.advance(1)
    trouble.tell("")
    trouble.tell("")
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [
        "trouble_began part=disk problem=The disk is full.",
        "trouble_over part=disk lasted_s=100.0",
    ]
    assert trouble.standing.problem == ""
    assert trouble.standing.last_problem == "The disk is full."
    assert (trouble.standing.since or began) > began


def test_it_began_when_the_first_of_several_problems_came() -> None:
    clock = ManualClock()
    trouble = Trouble("disk", clock)
    trouble.tell("It is nearly full.")
    began = clock.now()
    clock.advance(10)
    assert trouble.tell("It is full.") is True
    assert trouble.tell("It is full.") is False
    assert trouble.standing.since == began
    assert trouble.standing.count == 3


def levels(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(r.getMessage().split()[0], r.levelname) for r in caplog.records]


def test_what_passes_while_things_come_up_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = ManualClock()
    trouble = Trouble("node", clock, coming_up_s=15.0)
    trouble.tell("No node is connected.")
    clock.advance(5)
    trouble.tell("")
    clock.advance(20)
    trouble.tell("No node is connected.")
    trouble.tell("")
    assert levels(caplog) == [
        ("trouble_began", "INFO"),
        ("trouble_over", "INFO"),
        ("trouble_began", "WARNING"),
        ("trouble_over", "WARNING"),
    ]


def test_what_lasts_longer_than_a_start_is_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = ManualClock()
    trouble = Trouble("node", clock, coming_up_s=15.0)
    for _ in range(20):
        trouble.tell("No node is connected.")
        clock.advance(1)
    trouble.tell("")
    assert levels(caplog) == [
        ("trouble_began", "INFO"),
        ("trouble_lasts", "WARNING"),
        ("trouble_over", "WARNING"),
    ]
