"""An agent's token on its own disk, and its change without a moment in which none is good.

The file holds the newest token first and, until the newest has been used, the former one: whatever
step a crash comes at, one of them is good at the station.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

import msgspec

from ground_station.core.errors import IntegrityError, Unavailable

MAX_FILE_BYTES = 10_000


class AgentFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an enrolled agent keeps. Secret: never shown, never logged."""

    station_url: str
    agent_id: str
    name: str
    kind: str
    tokens: list[str]  # newest first
    ca_file: str = ""

    def __repr__(self) -> str:
        return f"AgentFile({self.name!r}, {self.kind!r}, {self.station_url!r})"


def read_agent_file(path: Path) -> AgentFile:
    """Raises Unavailable if there is none, IntegrityError if it is damaged."""
    try:
        with path.open("rb") as opened:
            content = opened.read(MAX_FILE_BYTES)
    except FileNotFoundError as error:
        raise Unavailable(
            f"There is no token file {path}.",
            "Enrol this machine first: python3 run.py agents enrol --station URL",
        ) from error
    except OSError as error:
        raise Unavailable(f"The token file {path} cannot be read: {error.strerror}.") from error
    try:
        found = msgspec.json.decode(content, type=AgentFile)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        found = None
    if found is None or not found.tokens:
        # Not `from error`: its text might hold a part of a token.
        raise IntegrityError(
            f"The token file {path} is damaged.",
            "Have a new code made (agents add NAME) and enrol this machine again.",
        )
    return found


def write_agent_file(path: Path, content: AgentFile) -> None:
    """Put it in place whole, readable by this user only; on the disk when this returns.

    Raises:
        Unavailable: the disk does not take it; the former file is untouched.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(msgspec.json.encode(content))
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise Unavailable(f"The token file {path} cannot be written: {error.strerror}.") from error


class Tokens:
    """The tokens an agent may connect with. Thread-safe.

    Args:
        file: where they are kept; None: a token that lives as long as the process.
    """

    def __init__(self, tokens: list[str], file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._tokens = list(tokens)
        self._chosen = 0

    @classmethod
    def of_file(cls, path: Path) -> Tokens:
        """Raises as `read_agent_file`."""
        return cls(read_agent_file(path).tokens, path)

    @property
    def can_rotate(self) -> bool:
        return self._file is not None

    @property
    def current(self) -> str:
        """The one to use now."""
        with self._lock:
            return self._tokens[self._chosen]

    def refused(self) -> bool:
        """The station does not know the present one: try the next. False: that was the last."""
        with self._lock:
            self._chosen = (self._chosen + 1) % len(self._tokens)
            return self._chosen != 0

    def accepted(self) -> None:
        """The station took the present one: any other is dead or was never known there."""
        with self._lock:
            if len(self._tokens) > 1:
                self._keep([self._tokens[self._chosen]])

    def rotate(self, token: str) -> None:
        """Keep a new token before the one in use. Raises Unavailable, with nothing changed."""
        with self._lock:
            self._keep([token, self._tokens[self._chosen]])

    def _keep(self, tokens: list[str]) -> None:
        if self._file is not None:
            former = read_agent_file(self._file)
            write_agent_file(self._file, msgspec.structs.replace(former, tokens=tokens))
        self._tokens, self._chosen = tokens, 0
