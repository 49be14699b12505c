"""The file in which the supervisor tells of its processes."""

from __future__ import annotations

import os
import signal
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ground_station.cli.process_board import ProcessBoardWriter
from ground_station.core.clock import ManualClock
from ground_station.core.processes import ProcessBoard, ProcessState, board_file, read_board
from tests.cli.test_supervisor import SLEEPS, supervised
from tests.stack import wait_for

START = datetime(2026, 1, 1, tzinfo=UTC)


def state(pid: int | None = None, restarts: int = 0) -> ProcessState:
    return ProcessState(
        name="a", title="A", state="running", pid=pid, since=START, restarts=restarts, last_error=""
    )


def test_it_is_written_every_second_and_at_once_when_something_changes(tmp_path: Path) -> None:
    clock, file = ManualClock(START), board_file(tmp_path)
    writer = ProcessBoardWriter(file, pytest.fail, clock)
    writer.update([state()])
    clock.advance(0.5)
    writer.update([state()])
    written = read_board(file)
    assert written is not None
    assert written.written_at == START
    writer.update([state(restarts=1)])
    changed = read_board(file)
    assert changed is not None
    assert changed.written_at == START + timedelta(seconds=0.5)
    clock.advance(1)
    writer.update([state(restarts=1)])
    again = read_board(file)
    assert again is not None
    assert again.written_at == clock.now()
    assert not again.is_stale(clock.now())
    assert again.is_stale(clock.now() + timedelta(seconds=6))
    assert again.is_stale(clock.now() - timedelta(days=1))


def test_only_its_owner_may_read_it_and_it_measures(tmp_path: Path) -> None:
    file = board_file(tmp_path)
    ProcessBoardWriter(file, pytest.fail).update([state(pid=os.getpid())])
    board = read_board(file)
    assert board is not None
    assert (board.processes[0].memory_bytes or 0) > 1_000_000
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_disk_that_takes_nothing_is_said_once(tmp_path: Path) -> None:
    clock, said = ManualClock(START), list[str]()
    blocked = tmp_path / "run"
    blocked.write_text("a file where the folder should be")
    writer = ProcessBoardWriter(board_file(tmp_path), said.append, clock)
    for _ in range(5):
        writer.update([state()])
        clock.advance(1)
    assert len(said) == 1
    assert said[0].endswith(".")
    blocked.unlink()
    writer.update([state()])
    assert said[1:] == ["The process list is written again."]


@pytest.mark.parametrize("text", ["", "{", '{"written_at": 3}', "\x00" * 10])
def test_a_file_that_says_nothing_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "processes.json"
    file.write_text(text)
    assert read_board(file) is None
    assert read_board(tmp_path / "missing") is None


def test_a_crash_loop_is_degraded_with_its_last_words_and_the_rest_runs(tmp_path: Path) -> None:
    dies = "print('the disk is full'); raise SystemExit(3)"
    with supervised(tmp_path, ("good", SLEEPS), ("bad", dies), quick=True) as host:
        file = board_file(tmp_path)

        def degraded() -> ProcessBoard | None:
            board = read_board(file)
            return board if board and board.processes[1].state == "degraded" else None

        board: ProcessBoard = wait_for(degraded, "it was never degraded")
        good, bad = board.processes
        assert (good.state, good.restarts, good.last_error) == ("running", 0, "")
        assert bad.restarts == 5
        assert bad.pid is None
        assert bad.last_error == (
            'It ended by itself with status 3. Its last words: "the disk is full".'
        )
        host.process.send_signal(signal.SIGINT)
        assert host.process.wait(10) == 0
        ended = read_board(file)
        assert ended is not None
        assert ended.ended
        assert {one.state for one in ended.processes} == {"stopped"}


def test_a_clean_exit_of_its_own_is_started_again_and_said(tmp_path: Path) -> None:
    with supervised(tmp_path, ("a", "pass")) as host:
        assert "ended by itself, without an error; started again" in host.line("ended")
