"""What a child does for itself: die with its parent, and keep its token to itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ground_station.cli.children import TOKEN_VARIABLE, take_token
from ground_station.core.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import os, signal, time
from ground_station.cli.children import end_with_parent
end_with_parent({parent}, signal.SIGKILL)
print(os.getpid(), flush=True)
time.sleep(60)
"""
PARENT = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {CHILD.format(parent="os.getppid()")!r}],
    start_new_session=True)
time.sleep(60)
"""


def test_kill_9_of_the_parent_ends_the_child() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        child.wait(5)
    assert not child.is_running()


def test_a_child_whose_parent_is_dead_already_does_not_start() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD.format(parent=1)],
        cwd=ROOT,
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")


def test_a_token_is_taken_out_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "secret")
    assert take_token() == "secret"
    assert TOKEN_VARIABLE not in os.environ
    with pytest.raises(ConfigError, match=TOKEN_VARIABLE):
        take_token()
