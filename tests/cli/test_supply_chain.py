"""What the advisory services' answers mean, and when a bill of materials is complete."""

from __future__ import annotations

from typing import Any

import pytest

from ground_station.bootstrap.places import checkout
from ground_station.cli.supply_chain import (
    BAD,
    GOOD,
    NOT_CHECKED,
    compare,
    judge_python,
    judge_web,
    make_sbom,
    python_packages,
    web_packages,
)

CLEAN = {"name": "a", "version": "1", "vulns": []}
SKIPPED = {"name": "b", "skip_reason": "not found"}
KNOWN = {"name": "c", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (None, NOT_CHECKED),
        ({}, NOT_CHECKED),
        ({"dependencies": []}, NOT_CHECKED),
        ({"dependencies": [CLEAN]}, GOOD),
        ({"dependencies": [CLEAN, SKIPPED]}, NOT_CHECKED),
        ({"dependencies": [SKIPPED, KNOWN]}, BAD),
    ],
)
def test_python_advisories(answer: Any, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge_python("x.lock", answer) == status
    assert ("NOT CHECKED" in capsys.readouterr().out) == (status == NOT_CHECKED)


def totals(number: int, **more: object) -> dict[str, Any]:
    return {"metadata": {"vulnerabilities": {"total": number}}, **more}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (None, NOT_CHECKED),
        ({"message": "405 Method Not Allowed - POST somewhere"}, NOT_CHECKED),
        (totals(0), GOOD),
        (totals(1, vulnerabilities={"x": {"severity": "high", "range": "<2"}}), BAD),
    ],
)
def test_web_advisories(answer: Any, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge_web(answer) == status
    said = capsys.readouterr().out
    assert ("NOT CHECKED" in said) == (status == NOT_CHECKED)
    assert "somewhere" not in said  # no registry's host


def test_what_a_lock_pins() -> None:
    lock = "a_b==1.0 ; python_version > '3' \\\n    --hash=sha256:0\nc[x]==2\n# d==3\n"
    assert python_packages(lock) == {("a-b", "1.0"), ("c", "2")}
    web = {
        "packages": {
            "": {"version": "0"},
            "node_modules/@s/x": {"version": "1"},
            "node_modules/y/node_modules/z": {"version": "2"},
        }
    }
    assert web_packages(web) == {("@s/x", "1"), ("z", "2")}


def test_a_bill_that_leaves_something_out_is_refused() -> None:
    document = {"bomFormat": "CycloneDX", "components": [{"name": "A_b", "version": "1"}]}
    assert compare(document, {("a-b", "1")}) == ""
    assert "missing" in compare(document, {("a-b", "1"), ("c", "2")})
    assert "no lock file" in compare(document, set())
    assert "no bill" in compare(None, set())


@pytest.mark.system
def test_the_bill_of_this_checkout_is_complete() -> None:
    assert make_sbom(checkout()) == GOOD
