"""One installation's data folder, and the lock that keeps a second supervisor out of it.

`kestrel.db` the database · `kestrel.lock` who runs on it now · `first-sign-in.txt` the passwords
made at set-up, until somebody changes them · `log/` what each part printed. In a checkout's own
`var/` set-up keeps its things too: see `ground_station.bootstrap.places`.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ground_station.core.errors import Conflict, Unavailable


@dataclass(frozen=True, slots=True)
class Running:
    """The supervisor that holds a data folder."""

    pid: int
    url: str


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths and lock of one data folder."""

    path: Path

    @property
    def first_sign_in(self) -> Path:
        return self.path / "first-sign-in.txt"

    @property
    def lock_file(self) -> Path:
        return self.path / "kestrel.lock"

    def log(self, name: str) -> Path:
        return self.path / "log" / f"{name}.log"

    def make(self) -> None:
        """Raises Unavailable where it cannot be made or written."""
        try:
            (self.path / "log").mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)
        except OSError as error:
            raise Unavailable(
                f"The data folder {self.path} cannot be used: {error.strerror}.",
                "Choose one that you may write to: --data-folder FOLDER.",
            ) from error

    def keep_first_sign_in(self, username: str, password: str) -> None:
        """Write down a password made at set-up, for this user's eyes only."""
        former = self.first_sign_in_text()
        text = f"user name: {username}\npassword: {password}"
        self._write_first_sign_in(text if former is None else f"{former}\n{text}")

    def first_sign_in_text(self) -> str | None:
        """What `keep_first_sign_in` wrote, while those passwords hold."""
        try:
            return self.first_sign_in.read_text(encoding="utf-8").strip()
        except OSError:
            return None

    def first_sign_ins(self) -> list[tuple[str, str]]:
        """User names and passwords that were written down."""
        lines = (self.first_sign_in_text() or "").split("\n")
        names = [line.removeprefix("user name: ") for line in lines[::2]]
        passwords = [line.removeprefix("password: ") for line in lines[1::2]]
        return list(zip(names, passwords, strict=False))

    def forget_first_sign_in(self, username: str) -> None:
        """The password of this user was changed: what was written down is no longer true."""
        lines = (self.first_sign_in_text() or "").split("\n")
        name = f"user name: {username}"
        if name not in lines:
            return
        at = lines.index(name)
        del lines[at : at + 2]
        if lines:
            self._write_first_sign_in("\n".join(lines))
        else:
            self.first_sign_in.unlink()

    def _write_first_sign_in(self, text: str) -> None:
        partial = self.first_sign_in.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600, exist_ok=False)
        partial.write_text(f"{text}\n", encoding="utf-8")
        partial.replace(self.first_sign_in)

    @contextmanager
    def held(self, url: str) -> Iterator[bool]:
        """Hold the folder for this process. Yields whether the last holder died without a word.

        Raises:
            Conflict: another process holds it; the message says where it runs.
        """
        with self.lock_file.open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise self._already_running() from None
            died = self._said(file.fileno()) is not None
            self._say(file.fileno(), json.dumps({"pid": os.getpid(), "url": url}))
            try:
                yield died
            finally:
                self._say(file.fileno(), "")

    def running(self) -> Running | None:
        """Who holds the folder now."""
        try:
            with self.lock_file.open("r+", encoding="utf-8") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return self._said(file.fileno())
        except OSError:
            return None
        return None

    def _already_running(self) -> Conflict:
        with self.lock_file.open("r", encoding="utf-8") as file:
            holder = self._said(file.fileno())
        where = f" on {holder.url} (pid {holder.pid})" if holder else ""
        stop = f"kill {holder.pid}" if holder else "Ctrl-C"
        return Conflict(
            f"Kestrel already runs{where} with the data folder {self.path}.",
            f"Open it in a browser, or stop it ({stop}); a second one needs a --data-folder and "
            "a --port of its own.",
        )

    @staticmethod
    def _said(descriptor: int) -> Running | None:
        try:
            said = json.loads(os.pread(descriptor, 4096, 0))
            return Running(int(said["pid"]), str(said["url"]))
        except (ValueError, KeyError, TypeError):
            return None

    @staticmethod
    def _say(descriptor: int, text: str) -> None:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)
