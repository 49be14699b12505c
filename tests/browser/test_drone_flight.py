"""A pilot in real Chromium flies a simulated drone through the real product."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_udp_port
from tests.stack import ROOT, Stack, started, stop

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(300)]

DRONE, SIGNATURE = "Test drone", "Pilot"
# Near Hammersmith, some 475 m outside of London Heliport's flight restriction zone; the way goes
# straight at it and ends some 180 m before its edge.
HOME = ("51.4905", "-0.2300")
EAST_M, NORTH_M = 208.0, -222.0


@pytest.fixture(scope="module")
def stack(browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = "[airspace]\ntraining = true\n[agents]\ndemo_camera = false\ndemo_drone = false\n"
    with started(tmp_path_factory.mktemp("flight"), settings=settings) as stack:
        port = free_udp_port()
        here = ["--data-folder", str(stack.data_folder), "--port", str(stack.port)]
        simulator = ["simulate", "drone", "--mavlink-port", str(port), "--lat", HOME[0]]
        agent = ["drone", f"udpin://127.0.0.1:{port}", "--name", DRONE, "--simulated", *here]
        with _program(*simulator, "--lon", HOME[1]), _program(*agent, "--camera", "simulated"):
            yield stack


def test_a_pilot_flies_towards_a_zone_and_home(stack: Stack, pictures: Path) -> None:
    found = stack.scenario(
        "drone_flight",
        280,
        drone=DRONE,
        username="pilot",
        east_m=EAST_M,
        north_m=NORTH_M,
        signature=SIGNATURE,
        screenshot_preflight=str(pictures / "drone-preflight.png"),
        screenshot_up=str(pictures / "drone-up.png"),
        screenshot_confirm=str(pictures / "drone-fly-here.png"),
        screenshot_alert=str(pictures / "drone-alert.png"),
        screenshot_landed=str(pictures / "drone-landed.png"),
    )
    assert "London Heliport" in found["said"]
    assert "m above ground" in found["asked"]
    assert "Judged at" in found["asked"]
    assert found["armed"] is False
    assert found["faults"] == []


@contextlib.contextmanager
def _program(*words: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "run.py", *words], cwd=ROOT, stdin=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        stop(process)
