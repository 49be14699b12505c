"""What `run.py test` runs, and how it counts."""

from __future__ import annotations

import itertools
import sys
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from _pytest.mark.expression import Expression

from ground_station.bootstrap.places import Places, checkout
from ground_station.cli import check_runs, checks
from ground_station.cli.check_runs import (
    Check,
    Counts,
    Outcome,
    carry_out,
    counts_of,
    side_by_side,
)
from ground_station.cli.checks import all_checks
from ground_station.core.errors import ConfigError


def test_every_gate_is_there_and_what_needs_the_machine_for_itself_comes_last() -> None:
    names = [check.name for check in all_checks(checkout())]
    assert names == [
        "mypy",
        "ruff format --check",
        "ruff check",
        "lint-imports",
        "tsc",
        "vitest",
        "web build",
        "SBOM",
        "dependency audit",
        "pytest",
        "pytest-system",
        "pytest-alone",
    ]


def test_every_test_is_in_just_one_run() -> None:
    runs = [check.argv for check in all_checks(checkout()) if check.report]
    marks = [Expression.compile(argv[argv.index("-m") + 1]) for argv in runs]
    for slow, alone in itertools.product((False, True), repeat=2):
        has = {"system": slow, "browser": slow, "alone": alone}

        def matches(name: str, /, **_more: object) -> bool:
            return has[name]  # noqa: B023  used at once

        chosen = [one.evaluate(matches) for one in marks]
        assert chosen.count(True) == 1


def python(code: str, **more: bool) -> Check:
    return Check("x", (sys.executable, "-c", code), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("check", "passed"),
    [
        (python("pass"), True),
        (python("raise SystemExit(1)"), False),
        (python("raise SystemExit(5)"), False),
        (python("raise SystemExit(5)", empty_is_fine=True), True),
        (Check("x", ("no-such-program",)), False),
        (python("import ground_station.core"), True),
        (python("import sys; sys.exit(sys.stdin.read() != '')"), True),
    ],
)
def test_a_check_passes_by_its_exit_status(check: Check, passed: bool) -> None:
    assert carry_out(check, checkout()).passed is passed


def test_what_could_not_be_checked_is_said_and_never_called_passed() -> None:
    outcome = carry_out(python("raise SystemExit(77)", may_be_skipped=True), checkout())
    assert (outcome.passed, outcome.skipped) == (True, True)
    assert "NOT CHECKED" in outcome.note
    assert not carry_out(python("raise SystemExit(77)"), checkout()).passed


def test_side_by_side_they_run_at_once_and_each_says_its_own(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each waits for the file the other writes: one after the other they would not end."""
    meet = (
        "import pathlib, sys, time\n"
        "mine, other = map(pathlib.Path, sys.argv[1:3])\n"
        "print(mine.name, 'begins', flush=True); mine.touch()\n"
        "while not other.exists(): time.sleep(0.01)\n"
        "print(mine.name, 'ends'); sys.exit(mine.name == 'b')\n"
    )
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    found = side_by_side(
        [
            Check("first", (sys.executable, "-c", meet, a, b)),
            Check("second", (sys.executable, "-c", meet, b, a)),
            Check("third", ("no-such-program",)),
        ],
        Places(tmp_path),
        at_once=2,
    )
    assert [(one.name, one.passed) for one in found] == [
        ("first", True),
        ("second", False),
        ("third", False),
    ]
    assert "cannot be started" in found[2].note
    said = capfd.readouterr().out
    for part in ("== first ==\na begins\na ends\n", "== second ==\nb begins\nb ends\n"):
        assert part in said


def test_never_more_at_once_than_asked(tmp_path: Path) -> None:
    alone = (
        "import pathlib, sys, time\n"
        "held = pathlib.Path(sys.argv[1])\n"
        "held.touch(exist_ok=False); time.sleep(0.05); held.unlink()\n"
    )
    one = Check("x", (sys.executable, "-c", alone, str(tmp_path / "held")))
    found = side_by_side([one, replace(one), replace(one)], Places(tmp_path), at_once=1)
    assert [outcome.passed for outcome in found] == [True, True, True]


def test_what_still_runs_is_ended_when_it_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", broken_off)
    before = {process.pid for process in psutil.Process().children()}
    with pytest.raises(KeyboardInterrupt):
        side_by_side([python("import time; time.sleep(60)")], Places(tmp_path), at_once=2)
    assert {process.pid for process in psutil.Process().children()} <= before


def test_an_old_report_is_not_counted_for_a_run_that_wrote_none(tmp_path: Path) -> None:
    report = tmp_path / "x.xml"
    report.write_text('<testsuites><testsuite tests="3"/></testsuites>')
    carry_out(Check("x", (sys.executable, "-c", "pass"), report=report), Places(tmp_path))
    assert counts_of(report) == Counts()


def test_counts_add_up(tmp_path: Path) -> None:
    report = tmp_path / "x.xml"
    report.write_text(
        '<testsuites><testsuite tests="10" failures="2" errors="1" skipped="3"/></testsuites>'
    )
    assert counts_of(report) + Counts(1, 0, 0) == Counts(5, 3, 3)
    report.write_text("<broken")
    assert counts_of(report) == Counts()


@pytest.mark.parametrize("failing", [0, 1])
def test_all_checks_run_and_one_failure_fails_the_whole(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failing: int,
) -> None:
    report = tmp_path / "x.xml"
    xml = '<testsuites><testsuite tests="2"/></testsuites>'
    write = f"open({str(report)!r}, 'w').write({xml!r})"
    found = [
        python(f"raise SystemExit({failing})"),
        Check("t", (sys.executable, "-c", write), report=report),
    ]
    monkeypatch.setattr(checks, "all_checks", lambda _places: found)
    assert checks.run(Namespace(autopilot=None)) == failing
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "2 passed, 0 failed, 0 skipped"
    assert any(line.startswith("  FAILED  x") for line in said) is bool(failing)


def test_with_an_autopilots_address_only_its_suite_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Check] = []

    def take(check: Check, places: Places) -> Outcome:
        ran.append(check)
        return Outcome(check.name, True, 0.0)

    monkeypatch.setattr(check_runs, "carry_out", take)
    monkeypatch.setattr(checks, "checkout", lambda: Places(tmp_path))
    report = tmp_path / "var" / "test" / "autopilot.xml"
    report.parent.mkdir(parents=True)
    report.write_text('<testsuites><testsuite tests="16"/></testsuites>')

    assert checks.run(Namespace(autopilot="udpin://127.0.0.1:14550")) == 0

    (only,) = ran
    assert "tests/drone/test_link_contract.py" in only.argv
    assert only.environment == {"KESTREL_AUTOPILOT": "udpin://127.0.0.1:14550"}


def test_what_is_no_address_of_an_autopilot_is_said_before_anything_runs() -> None:
    with pytest.raises(ConfigError, match="14550"):
        checks.run(Namespace(autopilot="127.0.0.1:14550"))
