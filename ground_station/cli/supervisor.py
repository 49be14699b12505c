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
from ground_station.cli.restarts import RestartPolicy

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

    def ask_to_stop(self) -> None:
        if self._child is not None:
            self._child.terminate()

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def has_ended(self) -> bool:
        if self._child is not None and self._child.exit_status() is not None:
            self._child = None
        return self._child is None

    def _start(self, now_s: float) -> None:
        try:
            self._child = Child(self.spec, self._log, self._show)
        except OSError as error:
            self._ended("could not be started", now_s, error.strerror or "")

    def _show(self, warning: str) -> None:
        self._warn(f"{self.spec.title}: {warning}")

    def _ended(self, how: str, now_s: float, last_words: str) -> None:
        restart = self._policy.after_exit(now_s)
        self._due_s = now_s + restart.delay_s
        if restart.degraded:
            text = f"is degraded: it {how}, again; tried every {restart.delay_s:.0f} s from now on"
        else:
            text = f"{how}; started again in {restart.delay_s:.1f} s"
        said = f'. Its last words: "{last_words}"' if last_words else ""
        self._say(f"{self.spec.title} {text}{said}. Its log: {self._log}")


class Supervisor:
    """Runs children until told to stop. Main thread only, since it owns the signals.

    Args:
        log_for: where a child's output goes, by its name.
        say: shows one line to a person.
        warn: shows a warning of a child to a person, or drops it; called from threads of ours,
            and no longer once stopping has begun: then children complain of each other's end.
    """

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        *,
        log_for: Callable[[str], Path],
        say: Callable[[str], None],
        warn: Callable[[str], None],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
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
                    _wait(wake, IDLE_S if not self._stop_requests else 0.0)
                self._stop()
            finally:
                self._kill_all()

    def _pass_on(self, warning: str) -> None:
        if not self._stop_requests:
            self._warn(warning)

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
    return f"ended by itself with status {status}"


def _wait(reader: int, timeout_s: float) -> None:
    ready, _, _ = select.select([reader], [], [], timeout_s)
    if ready:
        os.read(reader, 4096)
