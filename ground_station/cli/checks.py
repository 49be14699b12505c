"""`run.py test`: every gate and every test, with one summary at the end."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence

from drone.mavsdk_addresses import parse
from ground_station.bootstrap.node import find_node
from ground_station.bootstrap.places import Places, checkout
from ground_station.cli.check_runs import Check, Counts, carry_out_all, counts_of

SLOW = "browser or system"
MOST_WORKERS = 8


def run(arguments: Namespace) -> int:
    """Run everything, whatever fails on the way; 1 if anything did. With `--autopilot` only the
    contract suite of vehicle links, which flies the vehicle at that address."""
    places = checkout()
    if arguments.autopilot is not None:
        return summed_up([autopilot_check(places, arguments.autopilot)], places)
    return summed_up(all_checks(places), places)


def workers() -> int:
    """How many programs to run at once: one for each core there is, in reason."""
    return max(1, min(os.cpu_count() or 1, MOST_WORKERS))


def summed_up(checks: Sequence[Check], places: Places) -> int:
    """Run these, then say how each went and how many tests there were."""
    outcomes = carry_out_all(checks, places, workers())
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
    """What CI runs: gates, then tests: on every core, then those with real processes, and at the
    end those that need the machine for themselves."""
    return [*gates(places), *runs_of_tests(places)]


def gates(places: Places) -> list[Check]:
    """What looks at the code without running the product; the one that takes longest first."""
    node = find_node(places)

    def python_tool(name: str, *words: str) -> Check:
        argv = (str(places.venv / "bin" / name), *words)
        return Check(" ".join((name, *words)), argv, beside_others=True)

    def web(name: str, script: str) -> Check:
        argv = (*node.npm, "run", "--silent", script)
        return Check(name, argv, "web", node.environment, beside_others=True)

    def supply_chain(name: str, word: str) -> Check:
        argv = (sys.executable, "-m", "ground_station.cli.supply_chain", word)
        return Check(name, argv, may_be_skipped=True, beside_others=True)

    page = (sys.executable, str(places.root / "run.py"), "_page")
    return [
        python_tool("mypy"),
        python_tool("ruff", "format", "--check"),
        python_tool("ruff", "check"),
        python_tool("lint-imports"),
        web("tsc", "check"),
        web("vitest", "test"),
        Check("web build", page, beside_others=True),
        supply_chain("SBOM", "sbom"),
        supply_chain("dependency audit", "audit"),
    ]


def runs_of_tests(places: Places) -> list[Check]:
    """Every test once. Side by side the tests of a file or of a class stay in one process
    (loadscope), so what they share is made once; what a test needs of the machine its marks say."""

    def tests(name: str, marks: str, processes: int) -> Check:
        report = places.var / "test" / f"{name}.xml"
        # A test that fails is run once more, in the open (-rR lists it): on a busy machine packets
        # and processes are late, and one late test among a thousand must not hide the others.
        again = ("--reruns", "1", "-rR")
        beside = ("-n", str(processes), "--dist", "loadscope") if processes > 1 else ()
        argv = (str(places.venv / "bin" / "pytest"), "-m", marks, *again, *beside)
        return Check(
            name,
            (*argv, f"--junitxml={report}"),
            report=report,
            empty_is_fine=name != "pytest",
        )

    return [
        tests("pytest", f"not ({SLOW})", workers()),
        tests("pytest-system", f"({SLOW}) and not alone", min(workers(), 2)),
        tests("pytest-alone", f"({SLOW}) and alone", 1),
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


def page_is_built(arguments: Namespace) -> int:
    """Set-up has built the page before this runs."""
    del arguments
    return 0
