"""Connections that end: nobody waits for a client that does not hang up."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from ground_station.serving_closing import MAX_DRAIN_BYTES, Closing
from tests.api.served import Served

LAST_REQUEST = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    theirs.settimeout(10)
    yield ours, theirs
    ours.close()
    theirs.close()


@pytest.fixture
def closing() -> Iterator[Closing]:
    made = Closing(within_s=60)
    made.start()
    yield made
    made.stop()


def is_closed(one: socket.socket, within_s: float = 10.0) -> bool:
    deadline_s = time.monotonic() + within_s
    while one.fileno() >= 0 and time.monotonic() < deadline_s:
        time.sleep(0.01)
    return one.fileno() < 0


def test_the_end_of_an_answer_arrives_and_then_it_is_closed(
    closing: Closing, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    theirs.sendall(b"not read")
    ours.sendall(b"the answer")
    closing.take(ours)
    assert theirs.recv(100) == b"the answer"
    assert theirs.recv(100) == b""
    assert ours.fileno() >= 0  # it waits for the client
    theirs.close()
    assert is_closed(ours)


def test_one_that_does_not_hang_up_is_closed_in_time(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    made = Closing(within_s=0.1)
    made.start()
    made.take(pair[0])
    assert is_closed(pair[0])
    made.stop()


def test_one_that_goes_on_sending_is_closed(
    closing: Closing, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    closing.take(ours)
    with pytest.raises(OSError, match=r"Broken pipe|reset"):
        theirs.sendall(b"x" * MAX_DRAIN_BYTES * 100)
    assert is_closed(ours)


def test_the_oldest_makes_way() -> None:
    made = Closing(at_most=2)
    with ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(3)]
        for one in [one for both in pairs for one in both]:
            stack.callback(one.close)
        for ours, _theirs in pairs:
            made.take(ours)
        assert [ours.fileno() < 0 for ours, _theirs in pairs] == [True, False, False]


def test_one_that_has_gone_already(pair: tuple[socket.socket, socket.socket]) -> None:
    pair[0].close()
    Closing().take(pair[0])


@pytest.mark.system
def test_clients_that_do_not_hang_up_hold_up_nobody(served: Served) -> None:
    """Thirty of them took the station two seconds each, in which it let nobody in."""
    began_s = time.monotonic()
    with ExitStack() as stack:
        for _ in range(30):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", served.port), 30))
            one.sendall(LAST_REQUEST)
            assert one.recv(4096).startswith(b"HTTP/1.1 200")
    assert time.monotonic() - began_s < 30
