"""The whole product as a person starts it, for system and browser tests. Real processes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path(os.environ.get("TEST_CHROMIUM", "/usr/bin/chromium"))
USERNAME = "operator"


def wait_for(probe: Callable[[], Any], what: str, timeout_s: float = 20.0) -> Any:
    """Poll until `probe` gives something truthy; AssertionError naming `what` after the time."""
    end = time.monotonic() + timeout_s
    while True:
        value = probe()
        if value:
            return value
        assert time.monotonic() < end, f"{what} (waited {timeout_s:g} s)"
        time.sleep(0.05)


@dataclass(frozen=True)
class Stack:
    """One running installation."""

    process: subprocess.Popen[bytes]
    port: int
    data_folder: Path
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        """The operator's."""
        return self.password_of(USERNAME)

    def password_of(self, username: str) -> str:
        """The password made at set-up for `operator` or `admin`."""
        text = (self.data_folder / "first-sign-in.txt").read_text(encoding="utf-8")
        found = re.search(rf"^user name: {username}\npassword: (\S+)$", text, re.MULTILINE)
        assert found is not None, f"the sign-in file holds no password of {username}"
        return found.group(1)

    def child(self, role: str) -> psutil.Process:
        """The process of one role (station, node, camera), the parent-most where it has several."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if f"_{role}" in process.cmdline():
                    return process
        raise AssertionError(f"no process plays the role {role}")

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def scenario(
        self, name: str, timeout_s: float = 90.0, *, username: str = USERNAME, **options: Any
    ) -> dict[str, Any]:
        """Run tests/browser/<name>.mjs against this installation; its printed JSON."""
        password = self.password_of(username)
        options |= {"address": self.address, "username": username, "password": password}
        options["admin_password"] = self.password_of("admin")
        return run_scenario(name, options, timeout_s)


def run_scenario(name: str, options: dict[str, Any], timeout_s: float) -> dict[str, Any]:
    node = shutil.which("node")
    assert node is not None, "Node is needed for browser scenarios"
    done = subprocess.run(
        [node, str(ROOT / "tests" / "browser" / f"{name}.mjs"), json.dumps(options)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@contextlib.contextmanager
def started(
    folder: Path, *arguments: str, settings: str = "", env: dict[str, str] | None = None
) -> Iterator[Stack]:
    """Start `run.py` with its data in `folder`/data, wait until it serves, and end it after."""
    port = free_port()
    settings_file = folder / "settings.toml"
    settings_file.write_text(settings, encoding="utf-8")
    log = folder / "output.txt"
    command = [sys.executable, "run.py", "--port", str(port), "--settings", str(settings_file)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--data-folder", str(folder / "data"), *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | (env or {}),
        )
    stack = Stack(process, port, folder / "data", log)
    try:
        wait_for(
            lambda: process.poll() is not None or answers(stack),
            f"the station did not answer:\n{stack.output()}",
        )
        assert process.poll() is None, stack.output()
        yield stack
    finally:
        stop(process)


def answers(stack: Stack) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", stack.port), 0.5):
        return (stack.data_folder / "first-sign-in.txt").exists()
    return False


def stop(process: subprocess.Popen[bytes]) -> float:
    """Ctrl-C; returns the seconds it took to end."""
    began = time.monotonic()
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
            raise
    return time.monotonic() - began
