"""axe-core finds nothing to complain of, on every screen and state, in three themes and two sizes.

Against the pretended station of web/dev, which can be empty or broken on demand.
"""

from __future__ import annotations

import pytest

from tests.stack import run_scenario

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(1200)]

FEWEST_LOOKS = 522  # what there was when this was written; fewer means that screens were left out


def test_axe_finds_nothing(fake_station: str) -> None:
    found = run_scenario("axe", {"address": fake_station}, 1180)
    assert found["found"] == []
    assert found["looked"] >= FEWEST_LOOKS
