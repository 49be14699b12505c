"""What `run.py test` runs, and how it counts."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

import pytest

from ground_station.bootstrap.places import Places, checkout
from ground_station.cli import checks
from ground_station.cli.checks import Check, Counts, all_checks, carry_out, counts_of
from ground_station.core.errors import ConfigError


def test_every_gate_is_there_and_real_processes_come_last() -> None:
    names = [check.name for check in all_checks(checkout())]
    assert names == [
        "ruff format --check",
        "ruff check",
        "mypy",
        "lint-imports",
        "tsc",
        "vitest",
        "web build",
        "SBOM",
        "dependency audit",
        "pytest",
        "pytest-system",
    ]


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

    def take(check: Check, places: Places) -> checks.Outcome:
        ran.append(check)
        return checks.Outcome(check.name, True, 0.0)

    monkeypatch.setattr(checks, "carry_out", take)
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
