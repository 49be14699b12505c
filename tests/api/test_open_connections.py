"""Connections that wait for their next request: they take nobody's place."""

from __future__ import annotations

import selectors
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.workers.gthread import ThreadWorker

from ground_station import serving_connections
from ground_station.serving import IDLE_CONNECTIONS, StationWorker
from ground_station.serving_connections import (
    Connection,
    Deadlines,
    OpenConnections,
    becomes_socket,
    client_of,
)
from tests.api.served import Served

REQUEST = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class One:
    def __init__(self, address: str) -> None:
        self.client = (address, 1)


def test_the_open_ones_of_each_client_are_counted_to_their_end() -> None:
    table = OpenConnections(2)
    first, second = One("10.0.0.9"), One("10.0.0.9")
    table.add(first)
    table.add(first)  # counted once
    assert not table.is_full(client_of(first))
    table.add(second)
    assert table.is_full("10.0.0.9")
    assert not table.is_full("10.0.0.8")
    table.discard(first)
    table.discard(first)
    assert not table.is_full("10.0.0.9")
    table.discard(second)
    assert table._open == {}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_not_counted(address: str) -> None:
    table = OpenConnections(1)
    table.add(One(address))
    assert not table.is_full(client_of(One(address)))


def test_an_ipv6_network_is_one_client() -> None:
    table = OpenConnections(1)
    table.add(One("2001:db8::1"))
    assert table.is_full(client_of(One("2001:db8::2")))
    assert not table.is_full(client_of(One("2001:db8:0:1::2")))


def test_only_websockets_are_left_out() -> None:
    assert becomes_socket([("UPGRADE", "WebSocket")])
    assert not becomes_socket([("UPGRADE", "h2c"), ("HOST", "websocket")])


def asks(open_ones: ExitStack, port: int) -> tuple[socket.socket, bytes]:
    one = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), 10))
    return one, ask_again(one)


def ask_again(one: socket.socket) -> bytes:
    one.sendall(REQUEST)
    answer = b""
    while not answer.endswith(b"}"):
        more = one.recv(4096)
        assert more, "it was closed"
        answer += more
    return answer


@pytest.fixture
def many() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class Worker(StationWorker):
    """Of the worker, what concerns accepting; nothing is handled."""

    def __init__(self, per_client: int) -> None:
        self.cfg = SimpleNamespace(is_ssl=False)
        self.worker_connections = self.max_keepalived = 99
        self.closing: Any = SimpleNamespace(take=lambda *_: None)
        self.deadlines = Deadlines(99)
        self.open = OpenConnections(per_client)
        self.poller = selectors.DefaultSelector()
        self.keepalived_conns: deque[Connection] = deque()
        self.pending_conns: deque[Connection] = deque()
        self.nr_conns = 0
        self.queued: list[Connection] = []

    def enqueue_req(self, conn: Connection) -> None:
        self.queued.append(conn)

    def now_idle(self, conn: Connection) -> None:
        self.queued.remove(conn)
        self.keepalived_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ)


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch, many: ExitStack) -> socket.socket:
    """One whose clients are of another machine, as far as the worker can tell."""
    monkeypatch.setattr(serving_connections, "_is_this_machine", lambda _address: False)
    return many.enter_context(socket.create_server(("127.0.0.1", 0)))


def comes(worker: Worker, listener: socket.socket, many: ExitStack) -> socket.socket:
    client = many.enter_context(socket.create_connection(listener.getsockname(), 10))
    worker.accept(listener)
    return client


def test_one_client_too_many_takes_the_place_of_its_own_idle_one_or_none(
    listener: socket.socket, many: ExitStack
) -> None:
    worker = Worker(per_client=2)
    first = comes(worker, listener, many)
    comes(worker, listener, many)
    refused = comes(worker, listener, many)
    assert refused.recv(1) == b""  # both are at work
    assert worker.nr_conns == 2
    oldest = worker.queued[0]
    sock = oldest.sock
    worker.now_idle(oldest)
    comes(worker, listener, many)
    assert first.recv(1) == b""
    assert (worker.nr_conns, len(worker.queued), len(worker.keepalived_conns)) == (2, 2, 0)
    worker.on_client_socket_readable(oldest, sock)  # the loop had seen it readable before
    worker.on_pending_socket_readable(oldest, sock)
    assert len(worker.queued) == 2
    for one in worker.queued:
        one.close()
    assert not worker.open.is_full("127.0.0.1")


@pytest.mark.parametrize("kept_alive", [True, False])
def test_an_open_websocket_is_not_counted(
    listener: socket.socket, many: ExitStack, monkeypatch: pytest.MonkeyPatch, kept_alive: bool
) -> None:
    worker = Worker(per_client=1)
    comes(worker, listener, many)
    during: list[bool] = []

    def answer(_worker: object, _request: object, _connection: object) -> bool:
        during.append(worker.open.is_full("127.0.0.1"))
        return kept_alive

    monkeypatch.setattr(ThreadWorker, "handle_request", answer)
    [one] = worker.queued
    plain, upgrade = ([("UPGRADE", value)] for value in ("h2c", "websocket"))
    for headers in (plain, upgrade):
        worker.handle_request(SimpleNamespace(headers=headers), one)
    assert during == [True, False]
    assert worker.open.is_full("127.0.0.1") is kept_alive  # a refused upgrade counts again
    one.close()


@pytest.mark.system
def test_however_many_wait_the_next_is_served_and_the_oldest_makes_way(
    served: Served, many: ExitStack
) -> None:
    kept: list[Any] = []
    for _ in range(IDLE_CONNECTIONS + 40):  # with 16 threads, more than there is room for
        one, answer = asks(many, served.port)
        assert answer.startswith(b"HTTP/1.1 200")
        kept.append(one)
    assert kept[0].recv(1) == b""
    assert ask_again(kept[-1]).startswith(b"HTTP/1.1 200")
