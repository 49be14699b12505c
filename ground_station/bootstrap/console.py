"""Progress of several steps at once: calm in a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from typing import TextIO

REPEAT_AFTER_S = 20.0  # without a terminal: say that a step still runs no more often than this


class Console:
    """Prints finished steps one a line; in a terminal one more line says what runs now.

    Thread-safe. It writes no colours and no control codes except, in a terminal, to redraw that
    one line.
    """

    def __init__(
        self, out: TextIO, *, monotonic_s: Callable[[], float] = time.monotonic, width: int = 0
    ) -> None:
        self._out = out
        self._live = out.isatty()
        self._monotonic_s = monotonic_s
        self._width = width
        self._lock = threading.Lock()
        self._running: dict[str, str] = {}
        self._said_at_s: dict[str, float] = {}
        self._started_at_s: dict[str, float] = {}

    def say(self, text: str) -> None:
        """One line."""
        with self._lock:
            self._line(text)

    def begin(self, title: str) -> None:
        with self._lock:
            self._running[title] = ""
            self._said_at_s[title] = self._started_at_s[title] = self._monotonic_s()
            if self._live:
                self._redraw()
            else:
                self._line(f"  ... {title}")

    def progress(self, title: str, detail: str) -> None:
        """What a running step does now; dropped without a terminal if it spoke recently."""
        with self._lock:
            if title not in self._running:
                return
            self._running[title] = detail
            if self._live:
                self._redraw()
            elif self._monotonic_s() - self._said_at_s[title] >= REPEAT_AFTER_S:
                self._said_at_s[title] = self._monotonic_s()
                self._line(f"  ... {title}: {detail}")

    def end(self, title: str, note: str) -> None:
        self._finish(title, "ok ", note)

    def fail(self, title: str, note: str) -> None:
        self._finish(title, "-- ", note)

    def close(self) -> None:
        """Wipe the live line."""
        with self._lock:
            self._running.clear()
            if self._live:
                self._out.write("\r\x1b[K")
                self._out.flush()

    def _finish(self, title: str, mark: str, note: str) -> None:
        with self._lock:
            self._running.pop(title, None)
            took_s = self._monotonic_s() - self._started_at_s.get(title, self._monotonic_s())
            self._line(f"  {mark} {title}: {note} ({took_s:.1f} s)")

    def _line(self, text: str) -> None:
        wipe = "\r\x1b[K" if self._live else ""
        self._out.write(f"{wipe}{text}\n")
        self._redraw()
        self._out.flush()

    def _redraw(self) -> None:
        if not self._live or not self._running:
            return
        parts = [
            f"{title}: {detail}" if detail else title for title, detail in self._running.items()
        ]
        width = (self._width or shutil.get_terminal_size().columns) - 1
        text = "  ... " + " | ".join(parts)
        if len(text) > width:
            text = text[: max(width - 3, 0)] + "..."
        self._out.write(f"\r\x1b[K{text}")
        self._out.flush()
