"""The supervisor over small fake children, in a process of its own, since it owns the signals."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
HOST = """
import json, sys
from pathlib import Path
from ground_station.cli import restarts
from ground_station.cli.child import ChildSpec
from ground_station.cli.process_board import ProcessBoardWriter
from ground_station.cli.supervisor import Supervisor
from ground_station.core.processes import board_file
if sys.argv[3:]:
    restarts.FIRST_DELAY_S = restarts.LONGEST_DELAY_S = 0.05
folder = Path(sys.argv[1])
specs = [ChildSpec(n, n.title(), (sys.executable, "-c", code), env)
         for n, code, env in json.loads(sys.argv[2])]
say = lambda text: print(text, flush=True)
Supervisor(specs, log_for=lambda name: folder / f"{name}.log", say=say, warn=say,
           board=ProcessBoardWriter(board_file(folder), say)).run()
"""
SLEEPS = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
# Starts a grandchild that ignores everything but SIGKILL, and ends when asked to.
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {STUBBORN!r}])
time.sleep(60)
"""


@dataclass
class Host:
    """A running supervisor and what it has said."""

    process: subprocess.Popen[str]
    folder: Path

    def family(self, count: int) -> list[psutil.Process]:
        """Everything it started, once there are so many of them."""
        deadline_s = time.monotonic() + 10
        while time.monotonic() < deadline_s:
            family = psutil.Process(self.process.pid).children(recursive=True)
            if len(family) == count:
                time.sleep(0.3)  # so that a fake child has set its signal handlers
                return family
            time.sleep(0.05)
        raise AssertionError(f"there are {len(family)} processes, not {count}")

    def line(self, word: str) -> str:
        """The next line that it says with this word."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if word in line:
                return line
        raise AssertionError(f"it never said {word}")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")


@contextlib.contextmanager
def supervised(
    folder: Path,
    *children: tuple[str, str],
    env: dict[str, str] | None = None,
    quick: bool = False,
) -> Iterator[Host]:
    """`quick`: restarts follow each other at once."""
    specs = [(name, code, env or {}) for name, code in children]
    process = subprocess.Popen(
        [sys.executable, "-c", HOST, str(folder), json.dumps(specs), *["quick"] * quick],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Host(process, folder)
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            for one in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_stop_ends_children_and_grandchildren(
    tmp_path: Path, number: signal.Signals
) -> None:
    with supervised(tmp_path, ("a", SLEEPS), ("b", PARENT)) as host:
        family = host.family(3)
        host.process.send_signal(number)
        assert host.process.wait(10) == 0
        _gone, alive = psutil.wait_procs(family, timeout=2)
        assert alive == []


def test_children_are_stopped_in_reverse_order(tmp_path: Path) -> None:
    code = (
        "import signal, sys, time; "
        "signal.signal(signal.SIGTERM, lambda *_: (print(time.monotonic(), flush=True), "
        "time.sleep(0.2), sys.exit(0))); time.sleep(60)"
    )
    with supervised(tmp_path, ("a", code), ("b", code), ("c", code)) as host:
        host.family(3)
        host.process.send_signal(signal.SIGINT)
        assert host.process.wait(10) == 0
        a, b, c = (float(host.log(name)) for name in "abc")
        assert c < b < a
        assert b - c >= 0.2


def test_a_stubborn_child_is_killed_within_five_seconds(tmp_path: Path) -> None:
    with supervised(tmp_path, ("a", SLEEPS), ("mule", STUBBORN)) as host:
        family = host.family(2)
        began_s = time.monotonic()
        host.process.send_signal(signal.SIGINT)
        assert host.process.wait(10) == 0
        assert time.monotonic() - began_s < 6
        assert psutil.wait_procs(family, timeout=2)[1] == []
        assert "Killed, since they did not end by themselves: Mule." in host.line("Killed")


def test_a_second_ctrl_c_kills_at_once(tmp_path: Path) -> None:
    with supervised(tmp_path, ("mule", STUBBORN)) as host:
        family = host.family(1)
        host.process.send_signal(signal.SIGINT)
        host.line("Stopping")
        began_s = time.monotonic()
        host.process.send_signal(signal.SIGINT)
        assert host.process.wait(10) == 0
        assert time.monotonic() - began_s < 2
        assert psutil.wait_procs(family, timeout=2)[1] == []


def test_a_child_that_was_killed_is_started_again(tmp_path: Path) -> None:
    with supervised(tmp_path, ("a", SLEEPS), ("b", SLEEPS)) as host:
        first = {one.pid for one in host.family(2)}
        victim = min(first)
        psutil.Process(victim).kill()
        assert "was killed by signal 9; started again in 0.5 s" in host.line("killed")
        second = {one.pid for one in host.family(2)}
        assert len(first & second) == 1


def test_a_child_that_cannot_live_says_why_and_others_go_on(tmp_path: Path) -> None:
    dies = "import sys; print('the disk is full'); sys.exit(3)"
    with supervised(tmp_path, ("a", SLEEPS), ("b", dies)) as host:
        line = host.line("ended by itself")
        assert 'with status 3; started again in 0.5 s. Its last words: "the disk is full"' in line
        assert "started again in 1.0 s" in host.line("ended by itself")
        host.family(1)
        host.process.send_signal(signal.SIGINT)
        assert host.process.wait(10) == 0


def test_warnings_are_shown_and_everything_is_logged(tmp_path: Path) -> None:
    code = (
        "import logging, time; from ground_station.core.log_setup import FORMAT; "
        "logging.basicConfig(format=FORMAT, level=logging.INFO); log = logging.getLogger('x'); "
        "log.info('quiet'); log.warning('loud'); time.sleep(60)"
    )
    with supervised(tmp_path, ("a", code)) as host:
        assert host.line("loud") == "A: loud\n"
        assert "INFO x quiet" in host.log("a")


def test_secrets_reach_their_child_by_environment_and_no_other_process_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KESTREL_CAMERA_ADDRESS", "rtsp://user:inherited-secret@host/")
    code = "import os, time; print(sorted(k for k in os.environ if 'KESTREL' in k)); time.sleep(60)"
    secret = {"KESTREL_AGENT_TOKEN": "very-secret"}
    with supervised(
        tmp_path,
        ("a", "import sys; sys.stdout.reconfigure(line_buffering=True);" + code),
        env=secret,
    ) as host:
        for one in host.family(1):
            assert "very-secret" not in " ".join(one.cmdline())
        assert "['KESTREL_AGENT_TOKEN']" in host.log("a")
