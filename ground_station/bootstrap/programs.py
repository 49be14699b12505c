"""Runs other programs for set-up: output to the log, progress by line, all of them stoppable."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ground_station.bootstrap.errors import SetupStopped

TAIL_LINES = 12
STOP_GRACE_S = 3.0


class ProgramFailed(Exception):
    """A program could not be started or ended with an error.

    Attributes:
        tail: the last lines it printed, oldest first.
    """

    def __init__(self, message: str, tail: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.tail = tail


class Programs:
    """Starts programs and remembers which ones run, so that `stop_all` leaves none.

    Args:
        log_path: everything they print is added here.
        held_files: open file descriptors handed on to every program. The set-up lock goes here: if
            this process is killed outright, the lock lasts as long as the orphan does.
    """

    def __init__(self, log_path: Path, held_files: Sequence[int] = ()) -> None:
        self._log_path = log_path
        self._held_files = tuple(held_files)
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopping = False

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        on_line: Callable[[str], None] | None = None,
    ) -> None:
        """Run to the end.

        Raises:
            ProgramFailed: it is missing or its exit status is not 0.
            SetupStopped: `stop_all` was called meanwhile.
        """
        process = self._start(argv, cwd, env)
        try:
            tail = self._follow(process, argv, on_line)
            code = process.wait()
        finally:
            with self._lock:
                self._running.discard(process)
        if self._stopping:
            raise SetupStopped
        if code != 0:
            raise ProgramFailed(f"{Path(argv[0]).name} ended with status {code}", tail)

    def stop_all(self) -> None:
        """End every running program and whatever it started; no other starts afterwards."""
        with self._lock:
            self._stopping = True
            running = list(self._running)
        for process in running:
            _signal_group(process, signal.SIGTERM)
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_GRACE_S)
            _signal_group(process, signal.SIGKILL)

    def _start(
        self, argv: Sequence[str], cwd: Path | None, env: Mapping[str, str] | None
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopping:
                raise SetupStopped
            try:
                process = subprocess.Popen(
                    list(argv),
                    cwd=cwd,
                    env={**os.environ, **(env or {})},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=self._held_files,
                )
            except OSError as error:
                raise ProgramFailed(f"cannot start {argv[0]}: {error.strerror}") from error
            self._running.add(process)
            return process

    def _follow(
        self,
        process: subprocess.Popen[bytes],
        argv: Sequence[str],
        on_line: Callable[[str], None] | None,
    ) -> tuple[str, ...]:
        tail: deque[str] = deque(maxlen=TAIL_LINES)
        assert process.stdout is not None
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        with process.stdout, self._log_path.open("a", encoding="utf-8") as log:
            log.write("$ " + " ".join(argv) + "\n")
            for raw in process.stdout:
                line = raw.decode("utf-8", "replace").rstrip()
                log.write(line + "\n")
                log.flush()
                if line:
                    tail.append(line)
                if on_line is not None:
                    on_line(line)
        return tuple(tail)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
