"""Reads a log in a process of its own, and says in a sentence what it came to."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from ground_station.core.errors import Unavailable, Unprocessable
from ground_station.core.flight_lines import entry_of
from ground_station.core.flight_log import FlightEntry, ReadLog
from ground_station.flightlogs.outcome import ENTRIES, OUTCOME, Outcome
from ground_station.flightlogs.refusing import LogRefused, origin_of

MAX_S: Final = 330.0  # a little more than the time that it gives itself
MAX_OUTCOME_BYTES: Final = 1_000_000
PREFIX: Final = "reading-"
LEFT_AFTER_S: Final = 3600.0
REMEDY: Final = "Download it again from the vehicle, or cut it into parts."
_REPOSITORY: Final = Path(__file__).resolve().parents[2]


class IsolatedReader:
    """A `LogReader`. Thread-safe; each call waits for its process.

    Args:
        folder: where it keeps what it reads meanwhile.
    """

    def __init__(self, folder: Path, max_s: float = MAX_S) -> None:
        self._folder = folder
        self._max_s = max_s

    @contextmanager
    def __call__(self, file: Path) -> Iterator[ReadLog]:
        """See the port.

        Raises:
            Unavailable: no room for what is read of it.
        """
        try:
            origin_of(file)
        except LogRefused as refused:
            raise Unprocessable(f"This log is refused. {refused}") from refused
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._clear()
            working = tempfile.TemporaryDirectory(dir=self._folder, prefix=PREFIX)
        except OSError as error:
            raise Unavailable(
                f"There is no room to read a log: {error.strerror}.", "Free space on the disk."
            ) from error
        with working as name:
            folder = Path(name)
            outcome = self._read(file.resolve(), folder)
            yield ReadLog(
                origin=outcome.origin,
                vehicle=outcome.vehicle,
                dated=outcome.dated,
                problems=tuple(outcome.problems),
                entries=_entries(folder / ENTRIES),
            )

    def _clear(self) -> None:
        """Remove what a killed process left."""
        for left in self._folder.glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > LEFT_AFTER_S:
                    shutil.rmtree(left, ignore_errors=True)

    def _read(self, file: Path, folder: Path) -> Outcome:
        words = [sys.executable, "-m", "ground_station.flightlogs", str(file), str(folder)]
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder)}
        try:
            subprocess.run(  # noqa: S603  our own interpreter and module
                words,
                cwd=_REPOSITORY,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self._max_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Unprocessable(
                "This log is refused. It takes too long to read.", REMEDY
            ) from error
        try:
            with (folder / OUTCOME).open("rb") as opened:
                outcome = msgspec.json.decode(opened.read(MAX_OUTCOME_BYTES), type=Outcome)
        except (OSError, msgspec.MsgspecError) as error:
            raise Unprocessable(
                "This log is refused. Its reader ended: it takes more time, memory or room than "
                "it may.",
                REMEDY,
            ) from error
        if outcome.refused:
            raise Unprocessable(f"This log is refused. {outcome.refused}", REMEDY)
        return outcome


def _entries(path: Path) -> Iterator[FlightEntry]:
    with path.open("rb") as opened:
        for line in opened:
            entry = entry_of(line)
            if entry is not None:
                yield entry
