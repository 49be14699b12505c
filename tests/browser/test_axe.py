"""axe-core finds nothing to complain of, on every screen and state, in three themes and two sizes.

Against the pretended station of web/dev, which can be empty or broken on demand.
"""

from __future__ import annotations

import pytest

from tests.stack import run_scenario

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(1200)]

# What there was when this was written; fewer means that screens were left out.
FEWEST_LOOKS = (222, 300)


def _finds_nothing(station: str, half: int) -> None:
    found = run_scenario("axe", {"address": station, "half": half}, 1180)
    assert found["found"] == []
    assert found["looked"] >= FEWEST_LOOKS[half]


# In classes, so that two test processes share them (--dist loadscope).


class TestTheFirstHalf:
    def test_axe_finds_nothing(self, fake_station: str) -> None:
        _finds_nothing(fake_station, 0)


class TestTheOtherHalf:
    def test_axe_finds_nothing(self, fake_station: str) -> None:
        _finds_nothing(fake_station, 1)
