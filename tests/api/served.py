"""A station in processes of its own, and what talks to it."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import socketio

from ground_station.app import ensure_first_users, prepare_store
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from ground_station.app import serve
from ground_station.core.settings import load_settings
from tests.ports import free_port
station = {"port": int(sys.argv[2]), "threads": 16, "https": sys.argv[3:] == ["https"]}
sys.exit(serve(load_settings(overrides={"data_folder": Path(sys.argv[1]), "station": station})))
"""


def eventually(true: Callable[[], bool], within_s: float = 20.0) -> None:
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until, f"it did not happen within {within_s:g} s"
        time.sleep(0.02)


class Served:
    """A station in its own processes."""

    def __init__(self, folder: Path, *, https: bool = False) -> None:
        self.folder = folder
        self.authority = folder / "certs" / "root.pem" if https else None
        self.log = ""
        self._open = ExitStack()
        self.port = free_port()
        self.url = f"{'https' if https else 'http'}://127.0.0.1:{self.port}"
        prepare_store(folder)
        self.password = ensure_first_users(folder)[0].password
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder), str(self.port), *["https"][: int(https)]],
            cwd=ROOT,
            env=os.environ | {"HOME": str(folder), "XDG_RUNTIME_DIR": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        eventually(self._answers, 20)

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the station ended by itself"
        try:
            return httpx.get(f"{self.url}/health", verify=self.verify()).status_code == 200
        except (httpx.TransportError, FileNotFoundError):
            return False

    def verify(self) -> ssl.SSLContext | bool:
        """How its certificate is checked; as strictly as Python 3.13 does."""
        if self.authority is None:
            return True
        context = ssl.create_default_context(cafile=self.authority)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    def sign_in(self) -> httpx.Client:
        browser = self._open.enter_context(httpx.Client(base_url=self.url, verify=self.verify()))
        token = browser.get("/api/session").json()["csrf_token"]
        answer = browser.post(
            "/api/sign-in",
            json={"username": "operator", "password": self.password},
            headers={"X-CSRF-Token": token},
        )
        assert answer.status_code == 200, answer.text
        browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return browser

    def stop(self, how: int = signal.SIGTERM) -> tuple[int, float]:
        """Exit status and seconds taken."""
        began = time.monotonic()
        self.process.send_signal(how)
        status = self.process.wait(10)
        return status, time.monotonic() - began

    def close(self) -> str:
        """Stop it if it runs; all it wrote to its log."""
        self._open.close()
        if self.process.poll() is None:
            self.stop()
        stdout = self.process.stdout
        if stdout is not None and not stdout.closed:
            with stdout:
                self.log = stdout.read()
        return self.log


class Page:
    """A browser's live connection."""

    def __init__(self, browser: httpx.Client) -> None:
        self.events: list[tuple[str, Any]] = []
        self.client = socketio.Client(reconnection=False)
        for name in ("snapshot", "batch", "frames"):
            self.client.on(name, self._taker(name), namespace="/live")
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        self.client.connect(
            str(browser.base_url),
            namespaces=["/live"],
            transports=["websocket"],
            headers={"Cookie": cookie},
        )

    def _taker(self, name: str) -> Callable[[Any], None]:
        return lambda message: self.events.append((name, message))

    def conditions(self) -> list[str]:
        """The conditions of sources, in the order they were told."""
        return [
            source["condition"]
            for _, message in self.events
            for source in message.get("sources", [])
        ]
