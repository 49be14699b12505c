"""Chromium for the browser tests: installed where that may be, else the reason is said."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ground_station.bootstrap.chromium import chromium_step
from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.programs import Programs


def ignore(_detail: str) -> None:
    pass


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    found: list[list[str]] = []
    monkeypatch.setattr(Programs, "run", lambda _self, argv, **_more: found.append(list(argv)))
    return found


@pytest.mark.parametrize(
    ("apt", "user", "installed"), [(True, 0, True), (True, 1000, False), (False, 0, False)]
)
def test_it_is_installed_by_root_with_apt_only(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    calls: list[list[str]],
    apt: bool,
    user: int,
    installed: bool,
) -> None:
    here = {"apt-get"} if apt else set()
    monkeypatch.setattr(shutil, "which", lambda name: name if name in here else None)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    step = chromium_step(Programs(tmp_path / "log"))
    assert step.optional
    assert not step.is_done()
    if installed:
        step.run(ignore)
        assert [words[2] for words in calls] == ["update", "-y"]
        assert "chromium" in calls[1]
    else:
        with pytest.raises(SetupError, match="browser tests are skipped") as caught:
            step.run(ignore)
        assert "apt-get install chromium" in caught.value.remedy
        assert calls == []


def test_one_that_is_there_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert chromium_step(Programs(tmp_path / "log")).is_done()
