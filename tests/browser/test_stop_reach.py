"""Hold, return and land are within one press and one key with a dialog open and in full screen; and
a link that is slow from the beginning is said to be.

Against the pretended station of web/dev, whose drone flies.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.stack import run_scenario

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(180)]


@pytest.mark.parametrize("size", [[1280, 800], [390, 844]], ids=["desk", "phone"])
def test_what_stops_a_drone_is_always_within_reach(
    fake_station: str, pictures: Path, size: list[int]
) -> None:
    asked = {"address": fake_station, "size": size, "pictures": str(pictures)}
    found = run_scenario("stop_reach", asked, 160)
    assert found["pressed"] == {
        "page": ["hold", "return", "land"],
        "keys dialog": ["hold", "return", "land"],
        "purpose dialog": ["hold", "return", "land"],
        "full screen": ["hold", "return", "land"],
        "dialog over full screen": ["hold", "return", "land"],
        "menu": ["hold", "return", "land"],
    }
    assert found["keys"] == {
        "dialog": ["hold", "return"],
        "in a list of a dialog": ["hold", "return"],
        "while typing": ["hold", "return"],
        "full screen": ["hold", "return"],
    }
    assert found["land_led_to"] == ["dialog", "full screen"]
    assert found["axe"] == []


def test_a_link_that_is_slow_from_the_beginning_is_said_to_be(fake_station: str) -> None:
    found = run_scenario("slow_link", {"address": fake_station}, 60)
    assert re.search(r"\b[5-9] s old", found["said"])
    assert found["faults"] == []
