"""A station process of its own on a data folder of its own, and a person who uses it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

from ground_station.app import opened_accounts, prepare_store
from ground_station.core.authority import Role
from ground_station.core.registry import token_hash
from ground_station.store import SqlSignIns, database_file, open_database
from tests.ports import free_port
from tests.stack import ROOT, wait_for

PASSWORD = "correct horse battery staple"
NAME = "super"


def prepare(folder: Path) -> None:
    """A data folder as set-up leaves it, with one supervisor in it."""
    prepare_store(folder)
    with opened_accounts(folder) as accounts:
        accounts.add(NAME, "Supervisor", Role.SUPERVISOR, PASSWORD)


@dataclass
class Person:
    """Signed in, with a second factor."""

    http: httpx.Client
    csrf: str

    def add_source(self, name: str) -> httpx.Response:
        return self.post("/api/sources", {"name": name})

    def post(self, path: str, body: object) -> httpx.Response:
        return self.http.post(path, json=body, headers={"X-CSRF-Token": self.csrf})

    def system(self) -> dict[str, Any]:
        answer = self.http.get("/api/system")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def part(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(p for p in self.system()["parts"] if p["name"] == name)
        return found


@dataclass
class StationProcess:
    """`_station`, as the supervisor starts it."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    said: IO[bytes] = field(default_factory=tempfile.TemporaryFile)  # never on the disk under test

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        argv = [sys.executable, "-P", "-m", "ground_station.cli", "_station"]
        argv += ["--parent", str(os.getpid()), "--port", str(self.port)]
        argv += ["--data-folder", str(self.folder), "--no-demo-camera"]
        self.process = subprocess.Popen(
            argv,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.said,
            start_new_session=True,
        )

    def answers(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(f"the station ended: {self.output()[-2000:]}")
        try:
            return httpx.get(f"{self.url}/health", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def wait(self) -> None:
        wait_for(self.answers, "the station did not answer")

    def kill(self) -> None:
        """All of it, at once."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def output(self) -> str:
        self.said.seek(0)
        return self.said.read().decode("utf-8", "replace")

    def refusal(self) -> str:
        """What it says when it does not start."""
        assert self.process is not None
        assert self.process.wait(30) != 0, "it started"
        return self.output()

    @contextlib.contextmanager
    def person(self) -> Iterator[Person]:
        with httpx.Client(base_url=self.url, timeout=20) as http:
            csrf = http.get("/api/session").json()["csrf_token"]
            person = Person(http, csrf)
            answer = person.post("/api/sign-in", {"username": NAME, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            person.csrf = answer.json()["csrf_token"]
            # As if it was signed in with one.
            with contextlib.closing(open_database(database_file(self.folder))) as database:
                cookie = http.cookies["kestrel_session"]
                SqlSignIns(database).set_second_factor(token_hash(cookie))
            yield person


@contextlib.contextmanager
def running(folder: Path) -> Iterator[StationProcess]:
    """A station that answers; gone at the end."""
    station = StationProcess(folder)
    station.start()
    try:
        station.wait()
        yield station
    finally:
        station.kill()
        station.said.close()
