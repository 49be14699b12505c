"""A drone agent, a served station and a page: telemetry, a command, a link that is lost."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio

from ground_station.agentlink.client import AgentClient
from ground_station.app import issue_agent_token, set_password
from ground_station.core.agent_actions import Hold
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AgentKind,
    Command,
    Done,
    Heartbeat,
    Hello,
    Reply,
)
from ground_station.core.agent_vehicles import Flown, Fly, Telemetry
from ground_station.core.clock import SystemClock
from tests.api.served import Served, eventually
from tests.services.flying import LAT, report
from tests.services.world import PASSWORD

pytestmark = pytest.mark.system
CLOCK = SystemClock()


class Agent:
    """Sends telemetry of one vehicle ten times a second."""

    def __init__(self, url: str, token: str) -> None:
        self.flown: list[Fly] = []
        self.client = AgentClient(
            station_url=url,
            token=token,
            hello=lambda: Hello(PROTOCOL_VERSION, AgentKind.DRONE, "drone", "test", []),
            on_command=self._command,
            heartbeat=lambda: Heartbeat(CLOCK.now()),
            clock=CLOCK,
        )
        self.client.batch_interval_s = 0.05
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self.client.start()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(5)
        self.client.stop()

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            self.client.send(Telemetry([report()]))

    def _command(self, command: Command) -> Reply:
        if not isinstance(command, Fly):
            return Done()
        self.flown.append(command)
        return Flown("Mode changed")


class LivePage:
    """What a page keeps of vehicles."""

    def __init__(self, browser: httpx.Client) -> None:
        self.vehicles: dict[str, dict[str, Any]] = {}
        self.places: dict[int, list[Any]] = {}
        self.links: list[str] = []
        self.socket = socketio.Client(reconnection=False)
        self.socket.on("snapshot", self._take, namespace="/live")
        self.socket.on("batch", self._take, namespace="/live")
        self.socket.on("telemetry", self._move, namespace="/live")
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        self.socket.connect(
            str(browser.base_url),
            namespaces=["/live"],
            transports=["websocket"],
            headers={"Cookie": cookie},
        )

    def link(self) -> str | None:
        return self.links[-1] if self.links else None

    def _take(self, message: dict[str, Any]) -> None:
        for vehicle in message["vehicles"]:
            self.vehicles[vehicle["vehicle_id"]] = vehicle
            self.links.append(vehicle["link"])

    def _move(self, message: dict[str, Any]) -> None:
        for place in message["vehicles"]:
            self.places[place[0]] = place


@contextlib.contextmanager
def running(make: Callable[[], Agent]) -> Iterator[Agent]:
    agent = make()
    agent.start()
    try:
        yield agent
    finally:
        agent.stop()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.close()


def pilot(served: Served) -> httpx.Client:
    set_password(served.folder, "pilot", PASSWORD)
    browser = httpx.Client(base_url=served.url)
    token = browser.get("/api/session").json()["csrf_token"]
    answer = browser.post(
        "/api/sign-in",
        json={"username": "pilot", "password": PASSWORD},
        headers={"X-CSRF-Token": token},
    )
    assert answer.status_code == 200, answer.text
    browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return browser


def test_from_the_agent_to_the_page_and_back(served: Served) -> None:
    token = issue_agent_token(served.folder, name="drone", kind=AgentKind.DRONE)

    def make() -> Agent:
        return Agent(served.url, token)

    with contextlib.closing(pilot(served)) as browser:
        page = LivePage(browser)
        with running(make) as agent:
            eventually(lambda: page.link() == "connected", 10)
            [vehicle] = page.vehicles.values()
            eventually(lambda: vehicle["number"] in page.places)
            place = page.places[vehicle["number"]]
            assert place[3] == LAT
            assert place[2] >= 40  # what the agent said, and what passed since
            answer = browser.post(f"/api/vehicles/{vehicle['vehicle_id']}/hold")
            assert answer.status_code == 200, answer.text
            assert answer.json()["note"] == "Mode changed"
            assert [type(one.action) for one in agent.flown] == [Hold]
            assert agent.flown[0].by == "pilot"
        eventually(lambda: page.link() == "lost", 10)
        refused = browser.post(f"/api/vehicles/{vehicle['vehicle_id']}/hold")
        assert refused.status_code == 503
        with running(make):
            eventually(lambda: page.link() == "connected", 10)  # by itself
        assert len(page.vehicles) == 1
        page.socket.disconnect()
