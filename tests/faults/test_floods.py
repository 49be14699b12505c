"""Floods, oversize and malformed bodies: refused in words, and the station goes on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.faults.station import StationProcess, prepare, running
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
