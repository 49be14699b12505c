"""Keeps the file that tells the station of our processes; used on the supervisor's thread only."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import psutil

from ground_station.core.clock import Clock, SystemClock
from ground_station.core.processes import ProcessBoard, ProcessState, write_board
from ground_station.core.trouble import Trouble

WRITE_EVERY_S = 1.0
MEASURE_EVERY_S = 3.0  # it looks through all processes of the machine


class ProcessBoardWriter:
    """Writes at once when a state changes, and every second besides.

    Args:
        say: told once when the file cannot be written, and once when it can again.
    """

    def __init__(self, file: Path, say: Callable[[str], None], clock: Clock | None = None) -> None:
        self._file = file
        self._say = say
        self._clock = clock or SystemClock()
        self._trouble = Trouble("process_board", self._clock)
        self._meter = Meter()
        self._written: list[ProcessState] = []
        self._written_s = float("-inf")

    def update(self, states: Sequence[ProcessState], *, ended: bool = False) -> None:
        """Write if it is time; a disk that is full stops nobody."""
        now_s = self._clock.monotonic_s()
        changed = list(states) != self._written
        if not (changed or ended or now_s - self._written_s >= WRITE_EVERY_S):
            return
        self._written, self._written_s = list(states), now_s
        board = ProcessBoard(
            written_at=self._clock.now(),
            supervisor_pid=os.getpid(),
            ended=ended,
            processes=[self._meter.measured(state) for state in states],
        )
        try:
            write_board(self._file, board)
            problem = ""
        except OSError as error:
            problem = f"The process list {self._file} cannot be written: {error.strerror}."
        had = self._trouble.standing.problem
        if self._trouble.tell(problem) and (problem or had):
            self._say(problem or "The process list is written again.")


class Meter:
    """CPU and memory of a process and of what it started."""

    def __init__(self) -> None:
        self._at_s: dict[str, float] = {}
        self._figures: dict[str, tuple[int, float, float | None, int]] = {}

    def measured(self, state: ProcessState) -> ProcessState:
        """The state with its figures; None where it does not run or just started."""
        if state.pid is None:
            self._figures.pop(state.name, None)
            return state
        now_s = time.monotonic()
        held = self._figures.get(state.name)
        if held is None or held[0] != state.pid or now_s - self._at_s[state.name] > MEASURE_EVERY_S:
            self._measure(state.name, state.pid, now_s)
            held = self._figures.get(state.name)
        if held is None:
            return state
        return msgspec.structs.replace(state, cpu_percent=held[2], memory_bytes=held[3])

    def _measure(self, name: str, pid: int, now_s: float) -> None:
        cpu_s, memory_bytes = 0.0, 0
        try:
            parent = psutil.Process(pid)
            family = [parent, *parent.children(recursive=True)]
        except psutil.Error:
            self._figures.pop(name, None)
            return
        for process in family:
            try:
                times = process.cpu_times()
                memory_bytes += process.memory_info().rss
            except psutil.Error:
                continue
            cpu_s += times.user + times.system
        held = self._figures.get(name)
        percent = None
        if held is not None and held[0] == pid:
            spent_s = max(0.0, cpu_s - held[1])  # a worker that ended took its time with it
            percent = round(100 * spent_s / max(0.1, now_s - self._at_s[name]), 1)
        self._figures[name] = (pid, cpu_s, percent, memory_bytes)
        self._at_s[name] = now_s
