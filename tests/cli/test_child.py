"""One child of the supervisor: nothing of it is left when it could not be started as a whole."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil
import pytest

from ground_station.cli.child import Child, ChildSpec


def sleeper() -> ChildSpec:
    return ChildSpec("x", "X", (sys.executable, "-c", "import time; time.sleep(60)"))


def test_a_log_that_cannot_be_opened_leaves_nothing_running(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.mkdir()
    before = set(psutil.Process().children())
    with pytest.raises(IsADirectoryError):
        Child(sleeper(), log, print)
    assert set(psutil.Process().children()) == before


def test_a_program_that_is_not_there_leaves_no_open_log(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    with pytest.raises(FileNotFoundError):
        Child(ChildSpec("x", "X", ("/nowhere/at-all",)), log, print)
    held = [str(link.readlink()) for link in links()]
    assert str(log) not in held


def test_a_child_runs_and_its_words_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    child = Child(ChildSpec("x", "X", (sys.executable, "-c", "print('well')")), log, print)
    deadline_s = time.monotonic() + 10
    while (status := child.exit_status()) is None and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert status == 0
    assert log.read_text() == "well\n"


def links() -> list[Path]:
    """What this process has open, less what ends while one looks."""
    return [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
