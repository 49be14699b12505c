"""Ports that are taken and stations that do not answer."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from ground_station.cli.network import ask_health, require_free_port
from ground_station.core.errors import Conflict, InvalidInput


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_a_taken_port_is_a_sentence_with_another_port(taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    with pytest.raises(Conflict, match=f"Port {port} of 127.0.0.1 is used") as caught:
        require_free_port("127.0.0.1", port)
    assert f"--port {port + 1}" in caught.value.remedy


def test_a_free_port_stays_free(taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    taken.close()
    require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)


def test_a_port_that_comes_free_meanwhile_will_do(taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    timer = threading.Timer(0.3, taken.close)
    timer.start()
    require_free_port("127.0.0.1", port, wait_s=10)
    timer.join()


def test_an_address_of_another_machine_is_a_sentence() -> None:
    with pytest.raises(InvalidInput, match="no address of this machine"):
        require_free_port("192.0.2.1", 8080)


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.server.body  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


@pytest.mark.parametrize(
    ("body", "health"),
    [(b'{"status": "ok"}', {"status": "ok"}), (b"<html>", None), (b"[]", None)],
)
def test_health_is_what_a_station_says(body: bytes, health: dict[str, str] | None) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        server.body = body  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert ask_health("127.0.0.1", server.server_port) == health
        thread.join()


def test_nobody_there_is_no_health(taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    taken.close()
    assert ask_health("127.0.0.1", port) is None
