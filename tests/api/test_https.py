"""HTTPS for real: certificates, WebSockets over TLS, slow clients, plain HTTP on the TLS port."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import socketio

from ground_station.agentlink.client import AgentClient
from ground_station.app import issue_agent_token
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AgentKind,
    Done,
    Heartbeat,
    Hello,
    SourceOffer,
)
from ground_station.core.clock import SystemClock
from ground_station.serving_connections import Deadlines
from tests.api.served import Served, eventually

pytestmark = pytest.mark.system


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Served]:
    station = Served(tmp_path, https=True)
    yield station
    log = station.close()
    assert "Traceback" not in log, log


def connect(station: Served, **versions: ssl.TLSVersion) -> ssl.SSLSocket:
    context = station.verify()
    assert isinstance(context, ssl.SSLContext)
    for name, version in versions.items():
        setattr(context, name, version)
    plain = socket.create_connection(("127.0.0.1", station.port), 15)
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_cookies_are_secure_and_headers_right(secure: Served) -> None:
    browser = secure.sign_in()
    cookies = {cookie.name: cookie for cookie in browser.cookies.jar}
    assert cookies["kestrel_session"].secure
    headers = browser.get("/").headers
    assert "Strict-Transport-Security" not in headers  # not for bare loopback
    assert "Server" not in headers
    assert "publickey-credentials-get=(self)" in headers["Permissions-Policy"]


def test_old_tls_and_strange_authorities_are_refused(secure: Served) -> None:
    with closing(connect(secure)) as connection:
        assert connection.version() == "TLSv1.3"
    two = ssl.TLSVersion.TLSv1_2
    with closing(connect(secure, maximum_version=two)) as connection:
        assert connection.version() == "TLSv1.2"
    strange = httpx.Client(trust_env=False)
    with strange, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        strange.get(f"{secure.url}/health")


def test_plain_http_on_the_tls_port_is_told_so(secure: Served) -> None:
    answer = httpx.get(f"http://127.0.0.1:{secure.port}/", trust_env=False)
    assert answer.status_code == 400
    assert "https://" in answer.text


def test_large_messages_both_ways_and_a_clean_close(secure: Served) -> None:
    """Over 16 KB, one TLS record: the library's own sending would lose the rest."""
    token = issue_agent_token(secure.folder, name="camera", kind=AgentKind.CAMERA)
    clock = SystemClock()
    offers = [SourceOffer(f"gate-{n}", "Park gate " + "x" * 60) for n in range(300)]
    agent = AgentClient(
        station_url=secure.url,
        token=token,
        hello=lambda: Hello(PROTOCOL_VERSION, AgentKind.CAMERA, "camera", "test", offers),
        on_command=lambda _command: Done(),
        heartbeat=lambda: Heartbeat(clock.now()),
        clock=clock,
        ca_file=str(secure.authority),
    )
    agent.start()
    try:
        eventually(lambda: agent.connected)
        events: list[dict[str, list[object]]] = []
        browser = secure.sign_in()
        trust = {"sslopt": {"ca_certs": str(secure.authority)}}
        page = socketio.Client(reconnection=False, websocket_extra_options=trust)
        page.on("snapshot", events.append, namespace="/live")
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        page.connect(
            secure.url,
            namespaces=["/live"],
            transports=["websocket"],
            headers={"Cookie": cookie},
        )
        eventually(lambda: bool(events))
        assert len(events[0]["sources"]) == 300
        began = time.monotonic()
        page.disconnect()
        assert time.monotonic() - began < 3
        assert agent.connected
    finally:
        agent.stop()
    status, seconds = secure.stop()
    assert status == 0
    assert seconds < 4


def test_an_agent_with_the_wrong_authority_says_so_in_a_sentence(
    secure: Served, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token = issue_agent_token(secure.folder, name="camera", kind=AgentKind.CAMERA)
    clock = SystemClock()
    agent = AgentClient(
        station_url=secure.url,
        token=token,
        hello=lambda: Hello(PROTOCOL_VERSION, AgentKind.CAMERA, "camera", "test"),
        on_command=lambda _command: Done(),
        heartbeat=lambda: Heartbeat(clock.now()),
        clock=clock,
    )
    agent.start()
    try:
        eventually(lambda: "certificate" in caplog.text)
    finally:
        agent.stop()
    assert "The certificate of" in caplog.text
    assert "--ca FILE" in caplog.text
    assert not agent.connected


def test_slow_clients_are_cut_off(secure: Served) -> None:
    """One that sends nothing, one stuck in the handshake, one in its headers; others are served."""
    address = ("127.0.0.1", secure.port)
    began = time.monotonic()
    with (
        socket.create_connection(address, 30) as handshake,
        closing(connect(secure)) as headers,
    ):
        handshake.sendall(b"\x16\x03\x01")
        headers.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        assert httpx.get(f"{secure.url}/health", verify=secure.verify()).status_code == 200
        handshake.recv(100)  # an alert, or nothing
        headers.settimeout(30)
        try:
            answer = headers.recv(100)  # an answer or none: but it ends
        except OSError:
            answer = b""
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert time.monotonic() - began < 25


def test_one_address_cannot_take_all_threads(secure: Served) -> None:
    address = ("127.0.0.1", secure.port)
    idle = [socket.create_connection(address, 5) for _ in range(40)]
    try:
        for one in idle:
            one.sendall(b"\x16")
        eventually(lambda: _ended(idle) >= 24, 5)
    finally:
        for one in idle:
            one.close()


def _ended(connections: list[socket.socket]) -> int:
    count = 0
    for one in connections:
        one.setblocking(False)
        try:
            count += one.recv(1) == b""
        except BlockingIOError:
            continue
        except OSError:
            count += 1
    return count


@pytest.mark.parametrize("phase", ["headers", "body"])
def test_what_is_not_read_in_time_is_shut(phase: str) -> None:
    deadlines = Deadlines(2, headers_within_s=0.1, body_within_s=0.1)
    ours, theirs = socket.socketpair()

    class One:
        sock = ours
        client = ("10.0.0.9", 1)

    one = One()
    deadlines.headers_begin(one)
    if phase == "body":
        deadlines.body_begins(one)
    assert deadlines.admits(one)
    deadlines.headers_begin(another := One())
    assert not deadlines.admits(one)
    deadlines.done(another)
    deadlines.start()
    try:
        ours.settimeout(10)
        assert ours.recv(1) == b""  # only reading is over: an answer can still be sent
        ours.sendall(b"x")
        assert theirs.recv(1) == b"x"
        assert deadlines.admits(one)
    finally:
        deadlines.stop()
        ours.close()
        theirs.close()
