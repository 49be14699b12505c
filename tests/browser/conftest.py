"""What the tests with a real browser share."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.stack import CHROMIUM, ROOT, wait_for


@pytest.fixture(scope="session")
def browser() -> None:
    """Skips, with what to do, where no browser can be driven."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium: apt-get install chromium")
    if not (ROOT / "web" / "node_modules" / "playwright-core").exists() or not shutil.which("node"):
        pytest.skip("no playwright-core: run python3 run.py test once")


@pytest.fixture(scope="session")
def footage() -> None:
    """Skips where the demonstration has nothing to show."""
    if not (ROOT / "var" / "footage" / "demo.ts").exists():
        pytest.skip("no demonstration footage: run python3 run.py once, with a network")


@pytest.fixture
def pictures() -> Path:
    """Where screenshots go."""
    folder = ROOT / "test-artifacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def fake_station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pretended station of web/dev; its address."""
    if not CHROMIUM.exists() or not shutil.which("node"):
        pytest.skip("no Chromium or Node: apt-get install chromium nodejs")
    if not (ROOT / "web" / "node_modules" / "axe-core").exists():
        pytest.skip("no axe-core: run python3 run.py test once")
    if not (ROOT / "web" / "dist" / "index.html").exists():
        pytest.skip("the page is not built: run python3 run.py once")
    port = free_port()
    log = tmp_path_factory.mktemp("fake") / "output.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "web/dev/fake_station.py", "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(lambda: re.search("http://", log.read_text()), "no fake station", 30)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(10)
