"""Progress in a terminal and in a log file."""

from __future__ import annotations

import io

from ground_station.bootstrap.console import Console
from ground_station.core.clock import ManualClock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_there_are_plain_lines_and_few() -> None:
    clock, out = ManualClock(), io.StringIO()
    console = Console(out, monotonic_s=clock.monotonic_s)
    console.begin("Packages")
    for number in range(50):
        clock.advance(1)
        console.progress("Packages", f"{number} of 50")
    console.end("Packages", "in place")
    console.close()
    assert out.getvalue().splitlines() == [
        "  ... Packages",
        "  ... Packages: 19 of 50",
        "  ... Packages: 39 of 50",
        "  ok  Packages: in place (50.0 s)",
    ]


def test_a_terminal_has_one_live_line_for_all_that_runs_and_it_fits() -> None:
    out = Terminal()
    console = Console(out, monotonic_s=ManualClock().monotonic_s, width=40)
    console.begin("Packages")
    console.begin("Page")
    console.progress("Packages", "fetched 12 of 89 which is a long story")
    last = out.getvalue().split("\r\x1b[K")[-1]
    assert last.startswith("  ... Packages: fetched 12")
    assert len(last) == 39
    assert last.endswith("...")
    console.end("Packages", "in place")
    assert "  ok  Packages: in place (0.0 s)\n" in out.getvalue()
    assert out.getvalue().split("\r\x1b[K")[-1] == "  ... Page"
    console.close()
    assert out.getvalue().endswith("\r\x1b[K")


def test_progress_of_a_step_that_has_ended_is_dropped() -> None:
    out = io.StringIO()
    console = Console(out, monotonic_s=ManualClock().monotonic_s)
    console.begin("Page")
    console.fail("Page", "it broke")
    before = out.getvalue()
    console.progress("Page", "still building")
    assert out.getvalue() == before
