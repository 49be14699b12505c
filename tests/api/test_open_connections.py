"""Connections that wait for their next request: they take nobody's place."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from ground_station.serving import IDLE_CONNECTIONS
from ground_station.serving_connections import OpenConnections, becomes_socket, client_of
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
