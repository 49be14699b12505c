"""What children print: kept in files of bounded size, warnings shown in the terminal."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
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
    """A log file that starts anew at a size; the one before is kept as `NAME.1`."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")

    def write(self, line: bytes) -> None:
        if self._file.tell() + len(line) > self._max_bytes:
            self._file.close()
            self._path.replace(self._path.with_name(self._path.name + ".1"))
            self._file = self._path.open("ab")
        self._file.write(line)
        self._file.flush()

    def close(self) -> None:
        self._file.close()


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

    Attributes:
        last_line: the last line that was not blank.
    """

    def __init__(self, name: str, output: BinaryIO, log: Path, show: Callable[[str], None]) -> None:
        self._output = output
        self._log = CappedLog(log)
        self._show = show
        self._interesting = WarningFilter()
        self.last_line = ""
        self._thread = threading.Thread(target=self._run, name=f"log:{name}", daemon=True)
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def _run(self) -> None:
        with self._output:
            while line := self._output.readline(MAX_LINE_BYTES):
                self._log.write(line if line.endswith(b"\n") else line + b"\n")
                text = line.decode("utf-8", "replace").rstrip()
                self.last_line = text or self.last_line
                message = self._interesting(text)
                if message is not None:
                    self._show(message)
        self._log.close()
