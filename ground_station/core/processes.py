"""What the supervisor tells of its processes: one small file, written by it, read by the station.

`<data folder>/run/processes.json`, replaced whole each time, so that a reader never sees half of
it. It holds no command lines and no environment: tokens go there.
"""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

STALE_AFTER_S = 5.0  # it is written every second
MAX_FILE_BYTES = 256_000
MAX_ERROR_LENGTH = 500

ProcessCondition = Literal["running", "restarting", "degraded", "stopped"]


class ProcessState(msgspec.Struct, frozen=True, kw_only=True):
    """One child.

    Attributes:
        since: when its present state began.
        restarts: since the supervisor started.
        last_error: how it last ended, in words; "" if it never did.
        cpu_percent: of one core, over the time since it was last measured.
        memory_bytes: resident, with what it started in turn.
    """

    name: str
    title: str
    state: ProcessCondition
    pid: int | None
    since: datetime
    restarts: int
    last_error: str
    cpu_percent: float | None = None
    memory_bytes: int | None = None


class ProcessBoard(msgspec.Struct, frozen=True, kw_only=True):
    """All children. `ended`: the supervisor stopped because it was told to."""

    written_at: datetime
    supervisor_pid: int
    ended: bool
    processes: list[ProcessState]

    def is_stale(self, now: datetime) -> bool:
        """Whether the supervisor should have written since; a clock set back shows too."""
        return abs((now - self.written_at).total_seconds()) > STALE_AFTER_S


def board_file(data_folder: Path) -> Path:
    return data_folder / "run" / "processes.json"


def write_board(file: Path, board: ProcessBoard) -> None:
    """Replace the file. Raises OSError where it cannot be written."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    descriptor = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(msgspec.json.encode(board))
        partial.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def read_board(file: Path) -> ProcessBoard | None:
    """What it says; None where there is none, or it is not to be understood."""
    try:
        with file.open("rb") as opened:
            return msgspec.json.decode(opened.read(MAX_FILE_BYTES), type=ProcessBoard)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
