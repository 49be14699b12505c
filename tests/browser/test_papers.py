"""What flights are checked against and an operator's papers, in a real browser, at two sizes.

Against the pretended station of web/dev, which reads files with the product's own readers.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stack import run_scenario

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(180)]


@pytest.mark.parametrize(
    ("name", "size"), [("desk", [1280, 800]), ("phone", [390, 844])], ids=["desk", "phone"]
)
def test_import_draw_ask_and_record(
    fake_station: str, pictures: Path, name: str, size: list[int]
) -> None:
    asked = {"address": fake_station, "size": size, "pictures": str(pictures / f"papers-{name}")}
    assert run_scenario("papers", asked, 160)["faults"] == []
