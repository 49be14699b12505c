"""What the tests with a real browser share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.stack import CHROMIUM, ROOT


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
