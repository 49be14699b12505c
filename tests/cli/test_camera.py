"""`run.py camera`: which camera a name means."""

from __future__ import annotations

import re

import pytest

from ground_station.cli.agent_station import key_of


@pytest.mark.parametrize(
    ("one", "other"),
    [("Север", "Юг"), ("North gate", "north-gate"), ("Gate", "gate"), ("a/b", "a?b")],
)
def test_cameras_of_different_names_have_different_keys(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def test_a_name_keeps_its_key_from_run_to_run() -> None:
    assert key_of("North gate") == "north-gate-cc2e16df"


@pytest.mark.parametrize("name", ["Север", "rtsp://10.0.0.7:554/live", "-", "My film.mp4"])
def test_a_key_is_plain(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{8}", key_of(name))


def test_a_key_is_not_longer_than_the_station_takes() -> None:
    assert len(key_of("x" * 80)) <= 80
    assert key_of("x" * 80) != key_of("x" * 79)
