"""A killed part is shown as lost within three seconds and comes back by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.live_client import Page, signed_in
from tests.stack import ROOT, Stack, started

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(120)]

CAMERA = "Demonstration camera"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not (ROOT / "var" / "footage" / "demo.ts").exists():
        pytest.skip("no demonstration footage: run python3 run.py once, with a network")
    with started(tmp_path_factory.mktemp("faults")) as stack:
        yield stack


@pytest.fixture
def page(stack: Stack) -> Iterator[Page]:
    with signed_in(stack) as page:
        page.wait_condition(CAMERA, "live", 30)
        yield page


@pytest.mark.parametrize("role", ["node", "camera"])
def test_a_killed_part_is_shown_lost_and_returns(stack: Stack, page: Page, role: str) -> None:
    before = page.source_named(CAMERA)
    stack.child(role).kill()
    killed_s = time.monotonic()
    page.wait_condition(CAMERA, "lost", 5)
    assert time.monotonic() - killed_s < 3
    lost = page.source_named(CAMERA)
    assert lost is not None
    assert lost["problem"].endswith(".")
    page.wait_condition(CAMERA, "live", 20)
    back = page.source_named(CAMERA)
    assert before is not None
    assert back is not None
    assert back["source_id"] == before["source_id"]
    assert back["session_id"] != before["session_id"], "a new session; viewers reconnect by this"


def test_the_station_killed_comes_back_with_its_camera(stack: Stack, page: Page) -> None:
    stack.child("station").kill()
    time.sleep(1)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with signed_in(stack) as again:
                again.wait_condition(CAMERA, "live", 20)
                return
        except (OSError, AssertionError, Exception) as error:  # noqa: BLE001 - not up yet
            last = error
            time.sleep(0.5)
    raise AssertionError(f"the station did not come back: {last}")
