"""The bench's pilot: signed in as the page does it, with a live link that remembers what it saw."""

from __future__ import annotations

import itertools
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from ground_station.cli.bench_socket import LeanSocket, connected
from ground_station.core.aio import LoopThread
from ground_station.core.errors import TimedOut, Unavailable

NAMESPACE = "/live"
LOOK_S = 0.01
MAX_SEEN = 200_000
POSITION_AGE = 2  # of VehicleTelemetry


@dataclass(frozen=True, slots=True)
class Seen:
    """One vehicle's telemetry as it reached the page.

    Attributes:
        age_ms: of its position when it came: from when the agent heard the autopilot.
    """

    number: int
    at_s: float  # monotonic
    age_ms: float


def signed_in(address: str, username: str, password: str) -> tuple[httpx.Client, str]:
    """A client with that person's sign-in, and what its changes must carry.

    Raises:
        Unavailable: the station refused, with what it said.
    """
    client = httpx.Client(base_url=address, timeout=40)
    csrf = client.get("/api/session").json()["csrf_token"]
    answer = client.post(
        "/api/sign-in",
        json={"username": username, "password": password},
        headers={"X-CSRF-Token": csrf},
    )
    if answer.is_error:
        client.close()
        raise Unavailable(f"The station refused the sign-in: {answer.text[:300]}")
    return client, str(answer.json()["csrf_token"])


class Pilot:
    """Use as a context manager. The live link runs on a thread of its own."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self._address = address
        self._http, self._csrf = signed_in(address, username, password)
        self.seen: deque[Seen] = deque(maxlen=MAX_SEEN)
        self.vehicles: dict[str, dict[str, Any]] = {}
        self._changed: dict[str, list[tuple[float, str]]] = {}  # (monotonic, link) by vehicle
        self._loop = LoopThread("bench-pilot")
        self._socket: LeanSocket | None = None

    def __enter__(self) -> Pilot:
        self._loop.start()
        cookie = "; ".join(f"{key}={value}" for key, value in self._http.cookies.items())
        port = int(self._address.rpartition(":")[2])
        headers = {"Origin": self._address, "Cookie": cookie}
        coming = connected("127.0.0.1", port, NAMESPACE, self._heard, headers, reader=json.loads)
        self._socket = self._loop.bridge.call(coming, 30)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._socket is not None:
            self._loop.bridge.post(self._socket.close)
        self._loop.stop()
        self._http.close()

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Raises Unavailable with what the station said when it refused."""
        answer = self._http.post(path, json=body or {}, headers={"X-CSRF-Token": self._csrf})
        if answer.is_error:
            raise Unavailable(f"The station refused {path}: {answer.text[:300]}")
        return dict(answer.json())

    def wait_vehicle(
        self, fits: Callable[[dict[str, Any]], bool], what: str, seconds: float
    ) -> dict[str, Any]:
        """The first vehicle that fits, as the page has it. Raises TimedOut naming `what`."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            for vehicle in list(self.vehicles.values()):
                if fits(vehicle):
                    return vehicle
            time.sleep(LOOK_S)
        raise TimedOut(f"Waited {seconds:g} s for {what}.")

    def link_became(self, vehicle_id: str, link: str, since_s: float, seconds: float) -> float:
        """When the page heard that a vehicle's link is so, after `since_s` (monotonic)."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            for at_s, seen in list(self._changed.get(vehicle_id, [])):
                if seen == link and at_s >= since_s:
                    return at_s
            time.sleep(LOOK_S)
        raise TimedOut(f"The page did not hear within {seconds:g} s that the link is {link}.")

    # --- on the loop's thread --------------------------------------------------------------------

    def _heard(self, event: Any, now_ms: float) -> None:
        name, message = event
        now_s = time.monotonic()
        if name == "telemetry":
            late_ms = now_ms - datetime.fromisoformat(message["sent_at"]).timestamp() * 1000
            for row in message["vehicles"]:
                if row[POSITION_AGE] is not None:
                    self.seen.append(Seen(row[0], now_s, row[POSITION_AGE] + late_ms))
        elif name in ("batch", "snapshot"):
            for vehicle in message["vehicles"]:
                former = self.vehicles.get(vehicle["vehicle_id"])
                self.vehicles[vehicle["vehicle_id"]] = vehicle
                if former is None or former["link"] != vehicle["link"]:
                    changes = self._changed.setdefault(vehicle["vehicle_id"], [])
                    changes.append((now_s, vehicle["link"]))


def password_of(file: Path, username: str) -> str:
    """A first password, from the file that set-up wrote. Raises Unavailable if it is not there."""
    lines = file.read_text(encoding="utf-8").splitlines()
    wanted = f"user name: {username}"
    for line, after in itertools.pairwise(lines):
        if line == wanted and after.startswith("password: "):
            return after.removeprefix("password: ")
    raise Unavailable(f"{file.name} holds no password of {username}.")
