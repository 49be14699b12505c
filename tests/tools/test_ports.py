"""Ports that tests hand out: never one twice, and none of another test process."""

from __future__ import annotations

import socket

from tests.ports import FIRST, free_port, free_udp_port, ports_of


def test_processes_of_one_run_share_no_port() -> None:
    one, other = set(ports_of("gw0", 2)), set(ports_of("gw1", 2))
    assert one.isdisjoint(other)
    assert one | other == set(ports_of("", 0))
    assert min(one | other) == FIRST


def test_none_is_given_twice_and_each_can_be_bound() -> None:
    given = [give() for give in (free_port, free_udp_port) for _ in range(20)]
    assert len(set(given)) == len(given)
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", given[0]))
        udp.bind(("127.0.0.1", given[-1]))
