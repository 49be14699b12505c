"""What may I do here, a plan and its verdict, and airspace data that goes out of date: by mouse and
by keyboard, against the pretended station of web/dev, whose verdicts are the product's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stack import run_scenario

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(180)]


def test_verdicts_on_the_map(fake_station: str, pictures: Path) -> None:
    found = run_scenario("airspace", {"address": fake_station, "pictures": str(pictures)}, 150)
    assert found["faults"] == []
