"""`run.py test`: every gate and every test, in order, with one summary at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from drone.mavsdk_addresses import parse
from ground_station.bootstrap.node import find_node
from ground_station.bootstrap.places import Places, checkout

NO_TESTS_COLLECTED = 5
COULD_NOT_CHECK = 77
SLOW = "browser or system"


@dataclass(frozen=True, slots=True)
class Check:
    """One program to run.

    Attributes:
        folder: relative to the checkout.
        report: the JUnit file it writes, where it is a test run.
        empty_is_fine: finding no test at all is no failure.
        may_be_skipped: exit status 77 means that it could not be checked here, and is said.
    """

    name: str
    argv: tuple[str, ...]
    folder: str = "."
    environment: dict[str, str] = field(default_factory=dict)
    report: Path | None = None
    empty_is_fine: bool = False
    may_be_skipped: bool = False


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


def run(arguments: Namespace) -> int:
    """Run everything, whatever fails on the way; 1 if anything did. With `--autopilot` only the
    contract suite of vehicle links, which flies the vehicle at that address."""
    places = checkout()
    if arguments.autopilot is not None:
        return summed_up([autopilot_check(places, arguments.autopilot)], places)
    return summed_up(all_checks(places), places)


def summed_up(checks: Sequence[Check], places: Places) -> int:
    """Run these, then say how each went and how many tests there were."""
    outcomes = [carry_out(check, places) for check in checks]
    print("\n== Summary ==")
    for outcome in outcomes:
        mark = "FAILED" if not outcome.passed else "skipped" if outcome.skipped else "passed"
        print(f"  {mark}  {outcome.name} ({outcome.seconds:.1f} s){outcome.note}")
    if len(checks) > 1 and shutil.which("chromium") is None:
        print("  skipped  browser tests: Chromium is not installed (apt-get install chromium)")
    counts = sum((counts_of(c.report) for c in checks if c.report), Counts())
    # CI reads this line; the runs' own closing lines are above.
    print(f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped", flush=True)
    return 0 if all(outcome.passed for outcome in outcomes) and counts.passed else 1


def all_checks(places: Places) -> list[Check]:
    """What CI runs: quick gates, the web's, then tests, those with real processes last."""
    tools = places.venv / "bin"
    node = find_node(places)
    npm = node.npm

    def python_tool(name: str, *words: str) -> Check:
        return Check(" ".join((name, *words)), (str(tools / name), *words))

    def web(name: str, script: str) -> Check:
        return Check(name, (*npm, "run", "--silent", script), "web", node.environment)

    def tests(name: str, marks: str, *, empty_is_fine: bool = False) -> Check:
        report = places.var / "test" / f"{name}.xml"
        # A test that fails is run once more, in the open (-rR lists it): on a busy machine packets
        # and processes are late, and one late test among a thousand must not hide the others.
        again = ("--reruns", "1", "-rR")
        argv = (str(tools / "pytest"), "-m", marks, *again, f"--junitxml={report}")
        return Check(name, argv, report=report, empty_is_fine=empty_is_fine)

    def supply_chain(name: str, word: str) -> Check:
        argv = (sys.executable, "-m", "ground_station.cli.supply_chain", word)
        return Check(name, argv, may_be_skipped=True)

    return [
        python_tool("ruff", "format", "--check"),
        python_tool("ruff", "check"),
        python_tool("mypy"),
        python_tool("lint-imports"),
        web("tsc", "check"),
        web("vitest", "test"),
        Check("web build", (sys.executable, str(places.root / "run.py"), "_page")),
        supply_chain("SBOM", "sbom"),
        supply_chain("dependency audit", "audit"),
        tests("pytest", f"not ({SLOW})"),
        tests("pytest-system", SLOW, empty_is_fine=True),
    ]


def autopilot_check(places: Places, address: str) -> Check:
    """It takes off, flies up to 30 m away and 15 m high, and lands, several times.

    Raises:
        ConfigError: that is no address.
    """
    parse(address)
    report = places.var / "test" / "autopilot.xml"
    suite = "tests/drone/test_link_contract.py"
    # In the order they stand in, and no test twice: each flight is a real one.
    argv = (str(places.venv / "bin" / "pytest"), "-v", "-p", "no:randomly", suite)
    return Check(
        f"vehicle link on {address}",
        (*argv, f"--junitxml={report}"),
        environment={"KESTREL_AUTOPILOT": address},
        report=report,
    )


def carry_out(check: Check, places: Places) -> Outcome:
    """Run one check with its output in view."""
    print(f"\n== {check.name} ==", flush=True)
    if check.report is not None:
        check.report.parent.mkdir(parents=True, exist_ok=True)
        check.report.unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(places.root), **check.environment}
    began_s = time.monotonic()
    try:
        status = subprocess.run(  # noqa: S603  our own command lines
            check.argv,
            cwd=places.root / check.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode
    except OSError as error:
        return Outcome(check.name, False, 0.0, f": cannot be started, {error.strerror}")
    seconds = time.monotonic() - began_s
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


def page_is_built(arguments: Namespace) -> int:
    """Set-up has built the page before this runs."""
    del arguments
    return 0
