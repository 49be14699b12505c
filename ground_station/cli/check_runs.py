"""How `run.py test` carries out its checks: one after another in view, or several side by side."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ground_station.bootstrap.places import Places

NO_TESTS_COLLECTED = 5
COULD_NOT_CHECK = 77
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Check:
    """One program to run.

    Attributes:
        folder: relative to the checkout.
        report: the JUnit file it writes, where it is a test run.
        empty_is_fine: finding no test at all is no failure.
        may_be_skipped: exit status 77 means that it could not be checked here, and is said.
        beside_others: it uses one core and no clock, so it may run while others like it do.
    """

    name: str
    argv: tuple[str, ...]
    folder: str = "."
    environment: dict[str, str] = field(default_factory=dict)
    report: Path | None = None
    empty_is_fine: bool = False
    may_be_skipped: bool = False
    beside_others: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    passed: bool
    seconds: float
    note: str = ""
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Tests of one or more pytest runs."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )


def carry_out_all(checks: Sequence[Check], places: Places, at_once: int) -> list[Outcome]:
    """Every check, whatever fails on the way; outcomes in the order of `checks`.

    Those that may run beside others come first, `at_once` of them at a time.
    """
    together = [check for check in checks if check.beside_others]
    outcomes = side_by_side(together, places, at_once)
    found = {id(check): outcome for check, outcome in zip(together, outcomes, strict=True)}
    for check in checks:
        if not check.beside_others:
            found[id(check)] = carry_out(check, places)
    return [found[id(check)] for check in checks]


def carry_out(check: Check, places: Places) -> Outcome:
    """Run one check with its output in view."""
    _say_name(check)
    if check.report is not None:
        check.report.parent.mkdir(parents=True, exist_ok=True)
        check.report.unlink(missing_ok=True)
    began_s = time.monotonic()
    try:
        status = subprocess.run(  # noqa: S603  our own command lines
            check.argv,
            cwd=places.root / check.folder,
            env=_environment(check, places),
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode
    except OSError as error:
        return _not_started(check, error)
    return _outcome(check, status, time.monotonic() - began_s)


def side_by_side(checks: Sequence[Check], places: Places, at_once: int) -> list[Outcome]:
    """Run these, `at_once` at a time; each one's output is shown whole when it has ended.

    Whatever ends this early, Ctrl-C too, ends the programs that still run.
    """
    waiting = list(checks)
    found: dict[int, Outcome] = {}
    with ExitStack() as open_runs:
        running: list[_Run] = []
        while waiting or running:
            while waiting and len(running) < at_once:
                check = waiting.pop(0)
                try:
                    running.append(open_runs.enter_context(_Run(check, places)))
                except OSError as error:
                    _say_name(check)
                    found[id(check)] = _not_started(check, error)
            for run in [run for run in running if run.has_ended()]:
                running.remove(run)
                found[id(run.check)] = run.told()
            time.sleep(LOOK_EVERY_S if running else 0)
    return [found[id(check)] for check in checks]


class _Run:
    """One check that runs beside others, its output kept in a file meanwhile. OSError where it
    cannot be started."""

    def __init__(self, check: Check, places: Places) -> None:
        self.check = check
        self._began_s = time.monotonic()
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed in __exit__
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own command lines
                check.argv,
                cwd=places.root / check.folder,
                env=_environment(check, places),
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=subprocess.STDOUT,
            )
        except OSError:
            self._said.close()
            raise

    def __enter__(self) -> _Run:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._said.close()

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def told(self) -> Outcome:
        """Once it has ended: its output is printed, and how it went is answered."""
        seconds = time.monotonic() - self._began_s
        _say_name(self.check)
        self._said.seek(0)
        print(self._said.read().decode("utf-8", "replace"), end="", flush=True)
        return _outcome(self.check, self._process.wait(), seconds)


def _say_name(check: Check) -> None:
    print(f"\n== {check.name} ==", flush=True)


def _environment(check: Check, places: Places) -> dict[str, str]:
    """What it runs in: ours, but Python may keep what it compiled, else each of the hundreds of
    processes of the tests would compile everything anew."""
    found = {**os.environ, "PYTHONPATH": str(places.root), **check.environment}
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


def _not_started(check: Check, error: OSError) -> Outcome:
    return Outcome(check.name, False, 0.0, f": cannot be started, {error.strerror}")


def _outcome(check: Check, status: int, seconds: float) -> Outcome:
    if status == NO_TESTS_COLLECTED and check.empty_is_fine:
        return Outcome(check.name, True, seconds, ": there are no such tests")
    if status == COULD_NOT_CHECK and check.may_be_skipped:
        return Outcome(check.name, True, seconds, ": NOT CHECKED, see above", skipped=True)
    return Outcome(check.name, status == 0, seconds)


def counts_of(report: Path) -> Counts:
    """What a JUnit file counts; nothing where the run did not get as far as writing it."""
    try:
        suites: Sequence[ET.Element] = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314  our own file
    except (OSError, ET.ParseError):
        return Counts()
    total = Counts()
    for suite in suites:
        ran, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        total += Counts(max(ran - failed - skipped, 0), failed, skipped)
    return total
