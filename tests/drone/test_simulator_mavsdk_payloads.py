"""The real MAVSDK finds the simulated mount and camera, and moves them as it did real ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_udp_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(90)]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.drone.mavsdk_payloads", str(free_udp_port())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=80,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_mount_appears_only_once_its_attitude_was_asked_for(seen: dict[str, Any]) -> None:
    assert (seen["before asked"], seen["gimbals"]) == (0, 1)


def test_the_mount_does_what_mavsdk_tells_it(seen: dict[str, Any]) -> None:
    assert [seen[name] for name in ("take", "angles", "place", "release")] == ["ok"] * 4
    assert seen["pointed"] == pytest.approx([-45.0, 10.0], abs=0.2)
    assert seen["attitude"] == pytest.approx([-45.0, 10.0], abs=0.5)
    assert seen["at the place"] == pytest.approx(90.0, abs=1.5)


def test_the_camera_is_the_autopilots_and_does_what_it_is_told(seen: dict[str, Any]) -> None:
    assert seen["cameras"] == [1]
    assert [seen[name] for name in ("photo", "zoom", "video", "video off")] == ["ok"] * 4
    assert (seen["count"], seen["zoomed"]) == (1, 40.0)
