"""The outermost layer, and the transport under Socket.IO."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx
import pytest
import websocket

from ground_station.api.front_door import FrontDoor
from tests.api.served import Served


def test_threads_are_kept_free_for_http() -> None:
    inside, leave = threading.Event(), threading.Event()

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        if environ["PATH_INFO"].startswith("/socket.io/"):
            inside.set()
            leave.wait(10)
        start("200 OK", [])
        return [b"ok"]

    door = FrontDoor(application, ["localhost"], max_sockets=1)
    statuses: list[str] = []

    def call(path: str) -> None:
        environ = {"PATH_INFO": path, "HTTP_HOST": "localhost:1"}
        door(environ, lambda status, _headers: statuses.append(status))  # type: ignore[arg-type]

    holder = threading.Thread(target=call, args=("/socket.io/",))
    holder.start()
    assert inside.wait(5)
    call("/socket.io/")
    call("/health")
    assert statuses == ["503 Service Unavailable", "200 OK"]
    leave.set()
    holder.join(5)
    inside.clear()
    call("/socket.io/")
    assert statuses[-2:] == ["200 OK", "200 OK"]


def test_a_connection_that_fails_gives_its_place_back() -> None:
    def application(_environ: object, _start: object) -> list[bytes]:
        raise RuntimeError("broken")

    door = FrontDoor(application, ["localhost"], max_sockets=1)
    environ = {"PATH_INFO": "/socket.io/", "HTTP_HOST": "localhost"}
    for _ in range(3):
        with pytest.raises(RuntimeError):
            door(environ, lambda *_: None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("brought", "scheme", "host", "sent"),
    [
        (True, "https", "kestrel.lan:8443", True),
        (False, "https", "kestrel.lan:8443", False),  # tablets must fetch the root past a warning
        (True, "http", "kestrel.lan:8443", False),
        (True, "https", "localhost:8443", False),  # would hold for every program's port
    ],
)
def test_hsts_with_a_brought_certificate_only(
    brought: bool, scheme: str, host: str, sent: bool
) -> None:
    def application(_environ: object, start: Any) -> list[bytes]:
        start("200 OK", [])
        return []

    found: dict[str, str] = {}
    door = FrontDoor(application, ["localhost", "kestrel.lan"], 1, strict_transport=brought)
    environ = {"PATH_INFO": "/", "HTTP_HOST": host, "wsgi.url_scheme": scheme}
    door(environ, lambda _status, headers: found.update(headers))  # type: ignore[arg-type]
    assert "X-Frame-Options" in found
    assert ("Strict-Transport-Security" in found) is sent


@pytest.mark.system
def test_a_stranger_that_joins_nothing_is_cut_off(served: Served) -> None:
    url = f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket"
    stranger = websocket.create_connection(url, timeout=15)
    began = time.monotonic()
    try:
        while stranger.recv():
            assert time.monotonic() - began < 12
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        pass
    finally:
        stranger.shutdown()  # type: ignore[no-untyped-call]
    assert 4 < time.monotonic() - began < 12


@pytest.mark.system
def test_a_page_of_another_origin_cannot_open_a_socket(served: Served) -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Origin": "https://evil.example",
    }
    url = f"{served.url}/socket.io/?EIO=4&transport=websocket"
    assert httpx.get(url, headers=headers).status_code == 400
