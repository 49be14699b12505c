"""Real Chromium against the real processes: the main path, a foreign WHIP client, killed parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Stack, started

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(180)]

CAMERA = "Demonstration camera"


@pytest.fixture(scope="module")
def stack(
    browser: None, footage: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    with started(tmp_path_factory.mktemp("browser")) as stack:
        yield stack


def test_main_path(stack: Stack, pictures: Path) -> None:
    found = stack.scenario(
        "main_path",
        150,
        source=CAMERA,
        screenshot=str(pictures / "screenshot.png"),
        screenshot_locked=str(pictures / "locked.png"),
        screenshot_phone=str(pictures / "phone.png"),
    )
    assert found["faults"] == []
    assert found["errors"] == []
    assert found["thumb"] == []
    assert found["stats"]["framesDecoded"] >= 40


def test_a_browser_publishes_its_camera_over_whip_and_is_seen(stack: Stack, pictures: Path) -> None:
    found = stack.scenario("publish_whip", 120, screenshot=str(pictures / "browser-camera.png"))
    assert found["status"] == 201
    assert found["video"]["width"] > 0
    assert found["faults"] == []


@pytest.mark.parametrize("role", ["node", "camera"])
def test_a_killed_part_is_shown_lost_and_its_picture_returns(
    stack: Stack, pictures: Path, role: str
) -> None:
    found = stack.scenario(
        "killed_part",
        120,
        source=CAMERA,
        pid=stack.child(role).pid,
        screenshot=str(pictures / f"lost-{role}.png"),
    )
    assert found["lost_after_s"] <= 3
