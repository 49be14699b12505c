"""What the WHIP client makes of every kind of answer, from a real HTTP server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from ground_station.core.errors import (
    InvalidInput,
    KestrelError,
    NotFound,
    NotSignedIn,
    TimedOut,
    Unavailable,
)
from ground_station.vision.publishing import whip_client
from ground_station.vision.publishing.whip_client import Accepted, WhipClient
from tests.ports import free_port

PROBLEM = "application/problem+json"


class Server:
    """Answers every request with the same status, headers and body."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                taken = self.rfile.read(length)
                seen = {name.lower(): value for name, value in self.headers.items()}
                outer.requests.append((self.command, self.path, seen, taken))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.answer()

            def do_DELETE(self) -> None:
                self.answer()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._http.server_port}/whip/abc"
        Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def answering(status: int, headers: dict[str, str], body: bytes) -> Iterator[Server]:
    server = Server(status, headers, body)
    yield server
    server.stop()


def post(endpoint: str) -> Accepted:
    async def go() -> Accepted:
        client = WhipClient(lambda: "the-token")
        try:
            return await client.post(endpoint, "v=0 offer")
        finally:
            await client.aclose()

    return asyncio.run(go())


SDP = {"Content-Type": "application/sdp"}


def test_an_accepted_offer() -> None:
    with answering(201, {**SDP, "Location": "/whip/abc/1"}, b"v=0 answer") as server:
        accepted = post(server.endpoint)
        method, path, headers, body = server.requests[0]
    assert accepted == Accepted("v=0 answer", server.endpoint + "/1")
    assert (method, path, body) == ("POST", "/whip/abc", b"v=0 offer")
    assert headers["authorization"] == "Bearer the-token"
    assert headers["content-type"] == "application/sdp"


def test_a_session_is_deleted_with_the_same_token() -> None:
    async def go(location: str) -> None:
        client = WhipClient(lambda: "the-token")
        await client.delete(location)
        await client.aclose()

    with answering(200, {}, b"") as server:
        asyncio.run(go(server.endpoint + "/1"))
        method, path, headers, _body = server.requests[0]
    assert (method, path) == ("DELETE", "/whip/abc/1")
    assert headers["authorization"] == "Bearer the-token"
    asyncio.run(go(f"http://127.0.0.1:{free_port()}/gone"))  # raises nothing


@pytest.mark.parametrize(
    ("status", "headers", "body", "error", "says"),
    [
        (201, {**SDP}, b"v=0", Unavailable, "names no session"),
        (201, {**SDP, "Location": "http://elsewhere.example/1"}, b"v=0", Unavailable, "another"),
        (201, {**SDP, "Location": "//elsewhere.example/1"}, b"v=0", Unavailable, "another"),
        (201, {"Content-Type": "text/html", "Location": "/1"}, b"<p>", Unavailable, "session desc"),
        (201, {**SDP, "Location": "/1"}, b"x" * 70_000, Unavailable, "session description"),
        (307, {"Location": "/other"}, b"", InvalidInput, "status 307"),
        (404, {}, b"<h1>not found</h1>", InvalidInput, "status 404"),
        (502, {}, b"", Unavailable, "status 502"),
        (
            401,
            {"Content-Type": PROBLEM},
            b'{"code": "not_signed_in", "detail": "Unknown token.", "remedy": "Make one."}',
            NotSignedIn,
            "Unknown token. Make one.",
        ),
        (
            404,
            {"Content-Type": PROBLEM},
            b'{"code": "not_found", "detail": "No such source.", "remedy": "", "status": 404}',
            NotFound,
            "No such source.",
        ),
        (503, {"Content-Type": PROBLEM}, b'{"code": 5, "detail": []}', Unavailable, "status 503"),
    ],
)
def test_every_other_answer_is_one_sentence(
    status: int, headers: dict[str, str], body: bytes, error: type[KestrelError], says: str
) -> None:
    with answering(status, headers, body) as server, pytest.raises(error) as caught:
        post(server.endpoint)
    assert says in str(caught.value)
    assert len(server.requests) == 1  # nothing is sent anywhere else
    assert "the-token" not in str(caught.value)


def test_nobody_there() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        post(f"http://127.0.0.1:{free_port()}/whip/x")


def test_no_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whip_client, "POST_TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(TimedOut):
        post(f"http://127.0.0.1:{mute.getsockname()[1]}/whip/x")
