"""Floods, oversize and malformed bodies: refused in words, and the station goes on."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import socketio
from socketio.exceptions import SocketIOError

from ground_station.agentlink.client import AgentClient
from ground_station.app import issue_agent_token
from ground_station.core.agent_protocol import (
    MESSAGE_EVENT,
    PROTOCOL_VERSION,
    AgentKind,
    Done,
    Envelope,
    Heartbeat,
    Hello,
    encode,
)
from ground_station.core.clock import SystemClock
from tests.faults.station import Person, StationProcess, prepare, running
from tests.stack import wait_for

pytestmark = [pytest.mark.system, pytest.mark.timeout(90)]


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StationProcess]:
    folder = tmp_path_factory.mktemp("floods") / "data"
    prepare(folder)
    with running(folder) as station:
        yield station


@pytest.mark.parametrize("size", [64_001, 1_000_000, 50_000_000])
def test_an_oversize_body_is_refused(station: StationProcess, size: int) -> None:
    with httpx.Client(base_url=station.url, timeout=20) as http:
        try:
            answer = http.post("/api/agents/enrol", content=b"x" * size, headers=JSON)
        except httpx.WriteError:
            pass  # it hung up before all of it had come
        else:
            assert answer.status_code in (400, 413), answer.text
    assert station.answers()


JSON = {"Content-Type": "application/json"}
BODIES = [b"", b"{", b"[" * 15_000, b'{"code": 3}', b"\xff\xfe", b'{"code": "\\ud800"}', b"null"]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_malformed_body_is_refused_in_words(station: StationProcess, body: bytes) -> None:
    answer = httpx.post(f"{station.url}/api/agents/enrol", content=body, headers=JSON)
    assert 400 <= answer.status_code < 500
    assert answer.json()["detail"]


def test_a_flood_of_requests_leaves_room_for_a_person(station: StationProcess) -> None:
    stop = threading.Event()
    statuses: set[int] = set()

    def flood() -> None:
        with httpx.Client(base_url=station.url, timeout=20) as http:
            while not stop.is_set():
                answer = http.post("/api/sign-in", json={"username": "x", "password": "y"})
                statuses.add(answer.status_code)

    threads = [threading.Thread(target=flood) for _ in range(12)]
    for thread in threads:
        thread.start()
    try:
        with station.person() as person:
            for number in range(10):
                assert person.add_source(f"Flood {number}").status_code == 201
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert statuses <= {401, 403, 429}


def test_connections_that_send_nothing_hold_people_up_for_seconds_only(
    station: StationProcess,
) -> None:
    """Each holds a thread for 5 s, then none: 200 of them over 128 threads are two rounds."""
    silent = [socket.create_connection(("127.0.0.1", station.port)) for _ in range(200)]
    try:
        wait_for(station.answers, "they shut everybody out", 30)
    finally:
        for one in silent:
            one.close()


def test_agents_without_a_token_are_refused_and_hung_up_on(station: StationProcess) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", station.port), 10) as one:
            one.sendall(
                b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" + b"\xff" * 5000
            )
            one.recv(4096)
    assert station.answers()


def test_a_page_that_floods_its_socket_is_cut_off_and_others_are_served(
    station: StationProcess,
) -> None:
    with station.person() as person, station.person() as other:
        page = live_page(station, person)
        gone = threading.Event()
        page.on("disconnect", lambda *_: gone.set(), namespace="/live")
        began_s = time.monotonic()
        with contextlib.suppress(SocketIOError):
            for number in range(3000):
                page.emit("watch", {"source_id": "x" * 1000, "n": number}, namespace="/live")
                if number % 300 == 0:
                    assert other.add_source(f"Meanwhile {number}").status_code == 201
        wait_for(gone.is_set, "it was not hung up on", 20)
        page.disconnect()
        assert other.add_source("After").status_code == 201
        assert time.monotonic() - began_s < 60
        again = live_page(station, person)  # a person who did not mean it comes back
        assert again.connected
        again.disconnect()


def live_page(station: StationProcess, person: Person) -> Any:
    page = socketio.Client(reconnection=False)
    cookies = "; ".join(f"{name}={value}" for name, value in person.http.cookies.items())
    page.connect(
        station.url, headers={"Cookie": cookies}, namespaces=["/live"], transports=["websocket"]
    )
    return page


def test_an_agent_that_floods_its_socket_is_cut_off_and_others_are_served(
    station: StationProcess,
) -> None:
    tokens = {
        name: issue_agent_token(station.folder, name=name, kind=AgentKind.CAMERA)
        for name in ("Loud", "Quiet")
    }
    quiet = AgentClient(
        station_url=station.url,
        token=tokens["Quiet"],
        hello=lambda: hello("Quiet"),
        on_command=lambda _command: Done(),
        heartbeat=lambda: Heartbeat(SystemClock().now()),
        clock=SystemClock(),
    )
    quiet.start()
    loud = socketio.Client(reconnection=False)
    gone = threading.Event()
    loud.on("disconnect", lambda *_: gone.set(), namespace="/agents")
    try:
        wait_for(lambda: quiet.connected, "the quiet one was not let in")
        loud.connect(
            station.url,
            auth={"token": tokens["Loud"]},
            namespaces=["/agents"],
            transports=["websocket"],
        )
        with station.person() as person:
            loud.emit(MESSAGE_EVENT, encode(Envelope(0, [hello("Loud")])), namespace="/agents")
            with contextlib.suppress(SocketIOError):
                for number in range(1, 3000):
                    beat = Envelope(number, [Heartbeat(SystemClock().now())])
                    loud.emit(MESSAGE_EVENT, encode(beat), namespace="/agents")
                    if number % 300 == 0:
                        assert person.add_source(f"Beside it {number}").status_code == 201
            wait_for(gone.is_set, "it was not hung up on", 20)
            assert quiet.connected
            agents = {one["name"]: one for one in person.http.get("/api/agents").json()}
            assert agents["Quiet"]["state"] == "connected"
    finally:
        loud.disconnect()
        quiet.stop()


def hello(name: str) -> Hello:
    return Hello(PROTOCOL_VERSION, AgentKind.CAMERA, name, "test")
