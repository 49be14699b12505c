"""Fixtures of the receivers' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ground_station.traffic import receivers as module
from tests.services.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "var")
    yield made
    made.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything comes sooner than it does outside tests."""
    for name, value in (
        ("READ_S", 0.02),
        ("TELL_EVERY_S", 0.05),
        ("FIRST_PAUSE_S", 0.05),
        ("LONGEST_PAUSE_S", 0.1),
    ):
        monkeypatch.setattr(module, name, value)
