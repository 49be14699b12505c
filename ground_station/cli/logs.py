"""What children print: kept in files of bounded size, warnings shown in the terminal."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 5_000_000
MAX_LINE_BYTES = 16_384
REPEAT_AFTER_S = 30.0
REMEMBERED = 64
# "2026-11-24 05:31:00,123 WARNING ground_station.api.whip the message", and gunicorn's own
# "[2026-11-24 05:31:00 +0000] [812] [WARNING] the message".
WARNING = re.compile(
    r"^(?:\S+ \S+ (?:WARNING|ERROR|CRITICAL) \S+|\[[^]]+\] \[\d+\] \[(?:WARNING|ERROR|CRITICAL)\])"
    r" (?P<message>.+)$"
)
GRAVE = frozenset({"WARNING", "ERROR", "CRITICAL"})


class CappedLog:
    """A log file that starts anew at a size; the one before is kept as `NAME.1`. One thread's.

    After a failure the next `write` opens the file again.

    Raises:
        OSError: it cannot be opened.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO | None = path.open("ab")

    @property
    def path(self) -> Path:
        return self._path

    def write(self, line: bytes) -> None:
        """Write one line through to the system; OSError: it, or a part of it, is lost."""
        try:
            file = self._file_for(len(line))
            file.write(line)
            file.flush()
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close it; what could not be written is given up."""
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.close()

    def _file_for(self, length: int) -> BinaryIO:
        file = self._file or self._path.open("ab")
        self._file = file
        if file.tell() + length <= self._max_bytes:
            return file
        file.close()
        self._path.replace(self._path.with_name(self._path.name + ".1"))
        self._file = file = self._path.open("ab")
        return file


class WarningFilter:
    """Picks the lines a person should see, each no more often than every 30 s."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._shown_at_s: dict[str, float] = {}

    def __call__(self, line: str) -> str | None:
        """The message to show, or None."""
        message = _warning_in(line)
        if message is None:
            return None
        alike = re.sub(r"[0-9a-f-]*\d[0-9a-f-]*", "#", message)
        now_s = self._monotonic_s()
        if now_s - self._shown_at_s.get(alike, -REPEAT_AFTER_S) < REPEAT_AFTER_S:
            return None
        self._shown_at_s.pop(alike, None)
        if len(self._shown_at_s) >= REMEMBERED:
            self._shown_at_s.pop(next(iter(self._shown_at_s)))
        self._shown_at_s[alike] = now_s
        return message


def _warning_in(line: str) -> str | None:
    if line.startswith("{"):
        try:
            entry = json.loads(line)
        except ValueError:
            return None
        grave = isinstance(entry, dict) and entry.get("level") in GRAVE
        return str(entry.get("message", "")) if grave else None
    found = WARNING.match(line)
    return None if found is None else found["message"]


class LogPump:
    """A thread that empties one child's output into its log until the child closes it.

    It goes on reading where the log cannot be written, since a child whose output nobody reads
    stops or dies; how many lines that cost is written down as soon as it can be.

    Attributes:
        last_line: the last line that was not blank.
    """

    def __init__(
        self, name: str, output: BinaryIO, log: CappedLog, show: Callable[[str], None]
    ) -> None:
        self._output = output
        self._log = log
        self._show = show
        self._interesting = WarningFilter()
        self._lost = 0
        self.last_line = ""
        self._thread = threading.Thread(target=self._run, name=f"log:{name}", daemon=True)
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def _run(self) -> None:
        with self._output:
            while line := self._output.readline(MAX_LINE_BYTES):
                self._keep(line if line.endswith(b"\n") else line + b"\n")
                text = line.decode("utf-8", "replace").rstrip()
                self.last_line = text or self.last_line
                message = self._interesting(text)
                if message is not None:
                    self._tell(message)
        self._log.close()

    def _keep(self, line: bytes) -> None:
        try:
            if self._lost:
                self._log.write(
                    b"Lines missing here, which could not be written: %d\n" % self._lost
                )
                self._lost = 0
            self._log.write(line)
        except OSError as error:
            self._lost += 1
            if self._lost == 1:
                reason = error.strerror or type(error).__name__
                self._tell(
                    f"its log {self._log.path} cannot be written: {reason}. "
                    "Lines are lost until it can; is the disk full?"
                )

    def _tell(self, text: str) -> None:
        with suppress(OSError):  # the terminal may be a file on the same full disk
            self._show(text)
