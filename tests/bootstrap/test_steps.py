"""The order of set-up steps, what is skipped, and what a failure or Ctrl-C leaves."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ground_station.bootstrap.console import Console
from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.programs import Programs
from ground_station.bootstrap.steps import Report, Step, run_steps

ROOT = Path(__file__).resolve().parents[2]


class Desk:
    """Steps that write down what they did."""

    def __init__(self, tmp_path: Path) -> None:
        self.done: list[str] = []
        self.out = io.StringIO()
        self.programs = Programs(tmp_path / "log")

    def step(
        self,
        name: str,
        *after: str,
        is_done: Callable[[], bool] = lambda: False,
        act: Callable[[], None] = lambda: None,
        optional: bool = False,
    ) -> Step:
        def run(report: Report) -> str:
            report("working")
            act()
            self.done.append(name)
            return "done"

        return Step(name, name.title(), after, is_done, run, optional)

    def run(self, *steps: Step) -> None:
        run_steps(steps, Console(self.out), self.programs)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def fail() -> None:
    raise SetupError("it broke", "mend it", ("last line",))


def test_a_step_waits_for_those_it_comes_after(desk: Desk) -> None:
    desk.run(desk.step("c", "b"), desk.step("b", "a"), desk.step("a"))
    assert desk.done == ["a", "b", "c"]
    assert "ok  C: done" in desk.out.getvalue()


def test_what_is_done_is_not_done_again_and_says_nothing(desk: Desk) -> None:
    desk.run(desk.step("a", is_done=lambda: True), desk.step("b", "a", is_done=lambda: True))
    assert desk.done == []
    assert desk.out.getvalue() == ""


def test_whether_a_step_is_done_is_asked_after_the_steps_before_it(desk: Desk) -> None:
    """A new environment has lost its packages, whatever was true at the start."""
    desk.run(
        desk.step("packages", "venv", is_done=lambda: "venv" not in desk.done), desk.step("venv")
    )
    assert desk.done == ["venv", "packages"]


def test_independent_steps_overlap(desk: Desk) -> None:
    both = threading.Barrier(2, timeout=10)

    def meet() -> None:
        both.wait()

    desk.run(desk.step("a", act=meet), desk.step("b", act=meet))
    assert sorted(desk.done) == ["a", "b"]


def test_a_failure_lets_its_neighbours_finish_but_starts_nothing_new(desk: Desk) -> None:
    failed = threading.Event()

    def break_down() -> None:
        failed.set()
        fail()

    def slow() -> None:
        assert failed.wait(10)
        time.sleep(0.1)

    with pytest.raises(SetupError, match="it broke"):
        desk.run(
            desk.step("bad", act=break_down), desk.step("slow", act=slow), desk.step("next", "slow")
        )
    assert desk.done == ["slow"]
    assert "--  Bad: it broke" in desk.out.getvalue()


def test_an_optional_step_may_fail(desk: Desk) -> None:
    desk.run(desk.step("film", act=fail, optional=True), desk.step("camera", "film"))
    assert desk.done == ["camera"]
    assert "mend it" in desk.out.getvalue()


def test_a_mistake_in_a_step_is_not_hidden(desk: Desk) -> None:
    def blunder() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        desk.run(desk.step("a", act=blunder, optional=True))


SCRIPT = """
import sys
from pathlib import Path
from ground_station.bootstrap.console import Console
from ground_station.bootstrap.programs import Programs
from ground_station.bootstrap.start import _stoppable
from ground_station.bootstrap.steps import Step, run_steps
programs = Programs(Path(sys.argv[1]) / "log")
sleep = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"]
def run(report):
    programs.run(sleep, on_line=lambda line: print(line, flush=True))
    return "done"
try:
    with _stoppable():
        run_steps([Step("s", "S", (), lambda: False, run)], Console(sys.stderr), programs)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_during_set_up_ends_its_programs(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as setup:
        assert setup.stdout is not None
        program = psutil.Process(int(setup.stdout.readline()))
        setup.send_signal(number)
        assert setup.wait(10) == 130
    program.wait(5)
    assert not program.is_running()
