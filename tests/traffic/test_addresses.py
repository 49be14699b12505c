"""Addresses of receivers."""

from __future__ import annotations

import pytest

from ground_station.core.clock import SystemClock
from ground_station.core.errors import ConfigError
from ground_station.traffic import Address, parse_address, receivers_of


def test_both_kinds_with_their_usual_ports() -> None:
    assert parse_address("sbs://roof.local") == Address("sbs", "roof.local", 30003)
    assert parse_address("sbs://10.0.0.2:30004/").port == 30004
    found = parse_address("json+http://roof:8080/data/aircraft.json")
    assert (found.host, found.port) == ("roof", 8080)
    assert found.url == "http://roof:8080/data/aircraft.json"
    assert parse_address("json+https://roof/a.json").port == 443
    assert parse_address("cot+udp://127.0.0.1") == Address("cot+udp", "127.0.0.1", 8087)
    assert found.name == "JSON receiver roof:8080"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "roof:30003",
        "http://roof/aircraft.json",
        "sbs://",
        "sbs://roof:99999",
        "sbs://roof:30003/path",
        "sbs://[::1",
        "json+http://someone:hush@roof/aircraft.json",
        "json+http://roof/aircraft.json?key=hush",
        "file:///etc/passwd",
    ],
)
def test_what_is_none_is_refused_without_repeating_a_secret(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_address(text)
    assert "hush" not in str(caught.value)
    assert "traffic.receivers" in caught.value.remedy


def test_none_twice_and_not_too_many() -> None:
    class Ears:
        def heard(self, *_: object) -> None:
            raise AssertionError("nothing is started")

        reported = heard

    heard = Ears()
    with pytest.raises(ConfigError, match="twice"):
        receivers_of(["sbs://roof", "sbs://roof:30003"], heard, SystemClock())
    with pytest.raises(ConfigError, match="more than 16"):
        receivers_of([f"sbs://roof{n}" for n in range(17)], heard, SystemClock())
    assert receivers_of([], heard, SystemClock()).states() == []
