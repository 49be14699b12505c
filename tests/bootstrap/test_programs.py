"""Programs that set-up runs: their output, their failures, and that none outlives a stop."""

from __future__ import annotations

import fcntl
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from ground_station.bootstrap.errors import SetupStopped
from ground_station.bootstrap.programs import ProgramFailed, Programs


def has_ended(pid: int) -> bool:
    """Within a few seconds; a zombie that nobody reaps has ended too."""
    deadline_s = time.monotonic() + 5
    while time.monotonic() < deadline_s:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def python(code: str, *words: str) -> list[str]:
    return [sys.executable, "-I", "-c", code, *words]


def test_lines_reach_the_log_and_the_caller(tmp_path: Path) -> None:
    lines: list[str] = []
    programs = Programs(tmp_path / "log" / "setup.log")
    programs.run(python("print('one'); print('two')"), on_line=lines.append)
    assert lines == ["one", "two"]
    assert "one\ntwo\n" in (tmp_path / "log" / "setup.log").read_text()


def test_a_failure_carries_the_last_lines(tmp_path: Path) -> None:
    code = "import sys; [print(i) for i in range(50)]; sys.exit(3)"
    with pytest.raises(ProgramFailed, match="status 3") as caught:
        Programs(tmp_path / "log").run(python(code))
    assert caught.value.tail[-1] == "49"
    assert len(caught.value.tail) == 12


def test_a_missing_program_is_a_failure_too(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="no-such-program"):
        Programs(tmp_path / "log").run(["no-such-program"])


def test_stopping_ends_a_program_and_what_it_started(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time; "
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(child.pid, flush=True); time.sleep(60)"
    )
    programs = Programs(tmp_path / "log")
    seen: list[str] = []
    ended: list[BaseException] = []

    def work() -> None:
        try:
            programs.run(python(code), on_line=seen.append)
        except SetupStopped as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while not seen:
        time.sleep(0.02)
    programs.stop_all()
    thread.join(10)
    assert [type(error) for error in ended] == [SetupStopped]
    assert has_ended(int(seen[0]))
    with pytest.raises(SetupStopped):
        programs.run(python("pass"))


def test_an_orphan_keeps_the_setup_lock(tmp_path: Path) -> None:
    """Killed outright, a set-up leaves pip running: the next one must wait for it."""
    with (tmp_path / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        programs = Programs(tmp_path / "log", (lock.fileno(),))
        started = threading.Event()
        code = "print('up', flush=True); import time; time.sleep(60)"

        def work() -> None:
            with suppress(SetupStopped):
                programs.run(python(code), on_line=lambda _line: started.set())

        thread = threading.Thread(target=work)
        thread.start()
        assert started.wait(10)
    with (tmp_path / "lock").open("a") as again:
        with pytest.raises(BlockingIOError):
            fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
        programs.stop_all()
        thread.join(10)
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
