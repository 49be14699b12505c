"""Log files of bounded size, and which lines a person sees."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ground_station.cli.logs import CappedLog, LogPump, WarningFilter
from ground_station.core.clock import ManualClock


def test_a_log_never_grows_past_its_size_and_keeps_the_one_before(tmp_path: Path) -> None:
    log = CappedLog(tmp_path / "log" / "a.log", max_bytes=100)
    for number in range(100):
        log.write(b"line %04d\n" % number)
    log.close()
    now = (tmp_path / "log" / "a.log").read_text()
    before = (tmp_path / "log" / "a.log.1").read_text()
    assert len(now) <= 100
    assert len(before) == 100
    assert (before + now).split()[-1] == "0099"
    assert sorted(path.name for path in (tmp_path / "log").iterdir()) == ["a.log", "a.log.1"]


def test_a_restart_goes_on_in_the_same_file(tmp_path: Path) -> None:
    for word in (b"one\n", b"two\n"):
        log = CappedLog(tmp_path / "a.log")
        log.write(word)
        log.close()
    assert (tmp_path / "a.log").read_text() == "one\ntwo\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2026-11-24 05:31:00,123 WARNING ground_station.x it is late", "it is late"),
        ("2026-11-24 05:31:00,123 ERROR x it broke", "it broke"),
        ("[2026-11-24 05:31:00 +0000] [812] [ERROR] Worker was killed", "Worker was killed"),
        ("2026-11-24 05:31:00,123 INFO x all is well", None),
        ("Traceback (most recent call last):", None),
        ("a WARNING inside a sentence", None),
        ("", None),
    ],
)  # fmt: skip
def test_warnings_are_picked_out(line: str, message: str | None) -> None:
    assert WarningFilter()(line) == message


def test_alike_warnings_are_shown_twice_a_minute_at_most() -> None:
    clock = ManualClock()
    pick = WarningFilter(clock.monotonic_s)
    prefix = "2026-11-24 05:31:00,123 WARNING x "
    assert pick(prefix + "frame 1 of 9f-3a2 dropped") is not None
    assert pick(prefix + "frame 2 of 77-abc1 dropped") is None
    assert pick(prefix + "the disk is full") is not None
    clock.advance(30)
    assert pick(prefix + "frame 3 of 9f-3a2 dropped") is not None


def test_the_memory_of_shown_warnings_is_bounded() -> None:
    pick = WarningFilter(ManualClock().monotonic_s)
    for one in range(26 * 26):
        word = chr(ord("g") + one % 20) + chr(ord("g") + one // 20 % 20) + "z" * (one // 400)
        pick(f"2026-11-24 05:31:00,123 WARNING x {word}")
    assert len(pick._shown_at_s) <= 64


def test_a_full_disk_costs_lines_but_neither_the_log_nor_the_child(tmp_path: Path) -> None:
    """The log is a link that leads to a full disk first, and then to one with room."""
    log = tmp_path / "a.log"
    log.symlink_to("/dev/full")
    shown: list[str] = []
    reader, writer = os.pipe()
    told = os.fdopen(writer, "wb", buffering=0)

    def show(text: str) -> None:
        shown.append(text)
        log.unlink()
        log.symlink_to(tmp_path / "roomy.log")
        raise OSError(28, "the terminal is a file on that disk")

    pump = LogPump("a", os.fdopen(reader, "rb"), CappedLog(log), show)
    told.write(b"lost\n")
    told.write(b"kept\n")  # would be SIGPIPE to a child whose reader had died
    told.close()
    pump.join(10)
    assert pump.last_line == "kept"
    assert (tmp_path / "roomy.log").read_text() == (
        "Lines missing here, which could not be written: 1\nkept\n"
    )
    assert len(shown) == 1
    assert "cannot be written: No space left on device" in shown[0]


def test_a_log_that_could_not_be_turned_over_is_written_again_later(tmp_path: Path) -> None:
    log = CappedLog(tmp_path / "a.log", max_bytes=10)
    log.write(b"one\n")
    (tmp_path / "a.log.1" / "x").mkdir(parents=True)  # nothing can be renamed to it
    with pytest.raises(OSError, match=r"a\.log"):
        log.write(b"too long for it\n")
    (tmp_path / "a.log.1" / "x").rmdir()
    (tmp_path / "a.log.1").rmdir()
    log.write(b"two, afterwards\n")
    log.close()
    assert (tmp_path / "a.log.1").read_text() == "one\n"
    assert (tmp_path / "a.log").read_text() == "two, afterwards\n"
