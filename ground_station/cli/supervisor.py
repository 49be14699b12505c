"""Starts the parts of an installation as processes, keeps them running, and ends them all."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ground_station.cli.child import Child, ChildSpec
from ground_station.cli.process_board import ProcessBoardWriter
from ground_station.cli.restarts import WINDOW_S, RestartPolicy
from ground_station.core.clock import SystemClock
from ground_station.core.processes import MAX_ERROR_LENGTH, ProcessCondition, ProcessState

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
IDLE_S = 1.0  # a child's end, or a signal to us, wakes the loop at once
STOP_POLL_S = 0.02
STOP_HEAD_START_S = 1.0  # how long one child may take before the next one is told
STOP_WITHIN_S = 4.5  # then whatever still runs is killed


class Unit:
    """One child and its restarts."""

    def __init__(
        self,
        spec: ChildSpec,
        log: Path,
        say: Callable[[str], None],
        warn: Callable[[str], None],
    ) -> None:
        self.spec = spec
        self._log = log
        self._say = say
        self._warn = warn
        self._policy = RestartPolicy()
        self._child: Child | None = None
        self._due_s = 0.0
        self._degraded = False
        self._started_s = 0.0
        self._clock = SystemClock()
        self._state: ProcessCondition = "restarting"
        self._since = self._clock.now()
        self._restarts = -1  # the first start is none
        self._last_error = ""

    def state(self) -> ProcessState:
        """What is told of it."""
        return ProcessState(
            name=self.spec.name,
            title=self.spec.title,
            state=self._state,
            pid=None if self._child is None else self._child.pid,
            since=self._since,
            restarts=max(0, self._restarts),
            last_error=self._last_error,
        )

    def tick(self, now_s: float) -> None:
        """Start it where it is time, and notice that it ended."""
        if self._child is None:
            if now_s >= self._due_s:
                self._start(now_s)
            return
        status = self._child.exit_status()
        if status is not None:
            words = self._child.last_words if status > 0 else ""
            self._child = None
            self._ended(describe_status(status), now_s, words)
        elif self._degraded and now_s - self._started_s > WINDOW_S:
            self._recovered()

    def ask_to_stop(self) -> None:
        if self._child is not None:
            self._child.terminate()

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def has_ended(self) -> bool:
        if self._child is not None and self._child.exit_status() is not None:
            self._child = None
        if self._child is None:
            self._become("stopped")
        return self._child is None

    def _start(self, now_s: float) -> None:
        self._restarts += 1
        self._started_s = now_s
        try:
            self._child = Child(self.spec, self._log, self._show)
        except OSError as error:
            self._ended("could not be started", now_s, error.strerror or "")
        else:
            self._become("degraded" if self._degraded else "running")

    def _become(self, state: ProcessCondition) -> None:
        if state != self._state:
            self._state, self._since = state, self._clock.now()

    def _recovered(self) -> None:
        self._degraded = False
        self._become("running")
        self._say(f"{self.spec.title} has run for a minute: it is well again.")

    def _show(self, warning: str) -> None:
        self._warn(f"{self.spec.title}: {warning}")

    def _ended(self, how: str, now_s: float, last_words: str) -> None:
        restart = self._policy.after_exit(now_s)
        self._due_s = now_s + restart.delay_s
        said = f'. Its last words: "{last_words}"' if last_words else ""
        self._last_error = f"It {how}{said}."[:MAX_ERROR_LENGTH]
        again = restart.degraded and self._degraded
        # Degraded until it has held out for a minute, not until the minute's window has room.
        self._degraded = self._degraded or restart.degraded
        self._become("degraded" if self._degraded else "restarting")
        if again:
            return  # said once; the log and the page have the rest
        if restart.degraded:
            text = (
                f"is degraded: it {how}, too often in a minute; tried again in "
                f"{restart.delay_s:.0f} s, and about every 30 s from then on"
            )
        else:
            text = f"{how}; started again in {restart.delay_s:.1f} s"
        self._say(f"{self.spec.title} {text}{said}. Its log: {self._log}")


class Supervisor:
    """Runs children until told to stop. Main thread only, since it owns the signals.

    Args:
        log_for: where a child's output goes, by its name.
        say: shows one line to a person.
        warn: shows a warning of a child to a person, or drops it; called from threads of ours,
            and no longer once stopping has begun: then children complain of each other's end.
        board: tells the station of our processes.
    """

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        *,
        log_for: Callable[[str], Path],
        say: Callable[[str], None],
        warn: Callable[[str], None],
        monotonic_s: Callable[[], float] = time.monotonic,
        board: ProcessBoardWriter | None = None,
    ) -> None:
        self._board = board
        self._units = [Unit(spec, log_for(spec.name), say, self._pass_on) for spec in specs]
        self._say = say
        self._warn = warn
        self._monotonic_s = monotonic_s
        self._stop_requests = 0

    def run(self) -> None:
        """Start all in order; return when all have ended after SIGINT, SIGTERM or SIGHUP."""
        with self._signals() as wake:
            try:
                while not self._stop_requests:
                    for unit in self._units:
                        unit.tick(self._monotonic_s())
                    self._tell()
                    _wait(wake, IDLE_S if not self._stop_requests else 0.0)
                self._stop()
            finally:
                self._kill_all()

    def _pass_on(self, warning: str) -> None:
        if not self._stop_requests:
            self._warn(warning)

    def _tell(self, *, ended: bool = False) -> None:
        if self._board is not None:
            self._board.update([unit.state() for unit in self._units], ended=ended)

    def _stop(self) -> None:
        started_s = self._monotonic_s()
        self._say("Stopping.")
        for number, unit in enumerate(reversed(self._units)):
            unit.ask_to_stop()
            self._until((number + 1) * STOP_HEAD_START_S + started_s, [unit])
        self._until(started_s + STOP_WITHIN_S, self._units)
        late = [unit.spec.title for unit in self._units if not unit.has_ended()]
        if late and self._stop_requests == 1:
            self._say(f"Killed, since they did not end by themselves: {', '.join(late)}.")
        self._kill_all()
        self._tell(ended=True)
        self._say(f"Kestrel has stopped ({self._monotonic_s() - started_s:.1f} s).")

    def _until(self, deadline_s: float, units: Sequence[Unit]) -> None:
        """Until these have ended, time is up, or a second request says at once."""
        while not all([unit.has_ended() for unit in units]):
            if self._monotonic_s() >= deadline_s or self._stop_requests > 1:
                return
            time.sleep(STOP_POLL_S)

    def _kill_all(self) -> None:
        for unit in self._units:
            unit.kill()
        while not all([unit.has_ended() for unit in self._units]):
            time.sleep(STOP_POLL_S)

    @contextmanager
    def _signals(self) -> Iterator[int]:
        """Count requests to stop, and make the loop wake for them and for children's ends."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self._stop_requests += 1

        def look(_number: int, _frame: FrameType | None) -> None:
            pass

        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        before = {number: signal.signal(number, stop) for number in STOP_SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, look)
        before_wake = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        try:
            yield reader
        finally:
            signal.set_wakeup_fd(before_wake)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(reader)
            os.close(writer)


def describe_status(status: int) -> str:
    """An exit status in words."""
    if status < 0:
        return f"was killed by signal {-status}"
    if status == 0:
        return "ended by itself, without an error"
    return f"ended by itself with status {status}"


def _wait(reader: int, timeout_s: float) -> None:
    ready, _, _ = select.select([reader], [], [], timeout_s)
    if ready:
        os.read(reader, 4096)
