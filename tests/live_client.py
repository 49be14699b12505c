"""A signed-in page without a browser: what a page receives over `/live`, for system tests."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import socketio

from tests.stack import USERNAME, Stack, wait_for


@dataclass
class Page:
    """The page's state, kept by the events; guarded by the order in which one client delivers."""

    http: httpx.Client
    csrf: str
    socket: Any
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: list[dict[str, Any]] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    vehicles: dict[str, dict[str, Any]] = field(default_factory=dict)
    telemetry: dict[int, list[Any]] = field(default_factory=dict)  # the last by vehicle number
    heard: threading.Event = field(default_factory=threading.Event)

    def source_named(self, name: str) -> dict[str, Any] | None:
        return next((s for s in list(self.sources.values()) if s["name"] == name), None)

    def condition(self, name: str) -> str | None:
        source = self.source_named(name)
        return None if source is None else str(source["condition"])

    def wait_condition(self, name: str, condition: str, timeout_s: float = 20.0) -> None:
        wait_for(
            lambda: self.condition(name) == condition,
            f"{name} did not become {condition}, it is {self.condition(name)}",
            timeout_s,
        )

    def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return self.http.post(path, json=body or {}, headers={"X-CSRF-Token": self.csrf})

    def take(self, update: dict[str, Any]) -> None:
        for source in update["sources"]:
            self.sources[source["source_id"]] = source
        for vehicle in update["vehicles"]:
            self.vehicles[vehicle["vehicle_id"]] = vehicle
        for gone in update.get("removed_vehicles", []):
            self.vehicles.pop(gone, None)
        for gone in update.get("removed_sources", []):
            self.sources.pop(gone, None)
        if update["agents"] is not None:  # all there are
            self.agents = {agent["agent_id"]: agent for agent in update["agents"]}
        by_number = {source["number"]: source for source in self.sources.values()}
        for figures in update.get("figures", []):
            source = by_number[figures[0]]
            source["received_fps"], source["analysed_fps"], source["inference_ms"] = figures[1:4]
            source["frames_dropped"], source["viewers"] = figures[5:7]
        for number, age_ms, places in update["tracks"]:
            source = by_number[number]
            self.places.extend(_place(source, age_ms, place) for place in places)
        self.heard.set()

    def take_telemetry(self, update: dict[str, Any]) -> None:
        for vehicle in update["vehicles"]:
            self.telemetry[vehicle[0]] = vehicle


def _place(source: dict[str, Any], age_ms: int | None, place: list[Any]) -> dict[str, Any]:
    """A `TrackPlace` in full, as the page unpacks it."""
    return {
        "source_id": source["source_id"],
        "session_id": source["session_id"],
        "age_ms": age_ms,
        "track_id": place[0],
        "class_name": place[1],
        "lat": place[2] / 1e6,
        "lon": place[3] / 1e6,
        "semi_major_m": place[4] / 100,
        "semi_minor_m": place[5] / 100,
        "orientation_deg": place[6],
    }


@contextlib.contextmanager
def signed_in(stack: Stack, username: str = USERNAME) -> Iterator[Page]:
    """Sign in over HTTP, say what for, and join `/live` with the same cookies."""
    with httpx.Client(base_url=stack.address, timeout=10) as http:
        csrf = http.get("/api/session").json()["csrf_token"]
        answer = http.post(
            "/api/sign-in",
            json={"username": username, "password": stack.password_of(username)},
            headers={"X-CSRF-Token": csrf},
        )
        assert answer.status_code == 200, answer.text
        page_csrf = answer.json()["csrf_token"]
        said = http.post(
            "/api/session/purpose",
            json={"purpose": "public_safety", "note": "system test"},
            headers={"X-CSRF-Token": page_csrf},
        )
        assert said.status_code == 200, said.text
        socket = socketio.Client(reconnection=False)
        page = Page(http, page_csrf, socket)
        socket.on("snapshot", page.take, namespace="/live")
        socket.on("batch", page.take, namespace="/live")
        socket.on("telemetry", page.take_telemetry, namespace="/live")
        socket.on("frames", lambda m: page.frames.extend(m["frames"]), namespace="/live")
        cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        socket.connect(
            stack.address,
            headers={"Cookie": cookies},  # websocket-client adds the Origin
            namespaces=["/live"],
            transports=["websocket"],
        )
        try:
            assert page.heard.wait(10), "no snapshot came"
            yield page
        finally:
            socket.disconnect()
