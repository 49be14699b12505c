"""Ports for servers that tests start, safe for test processes that run side by side.

A port that "was free a moment ago" may be gone when the server binds it: taken by the other test
process, or by some connection, which the kernel gives a port of its own from 32768 up. So ports
come from below that, each process of one run has numbers that no other of them has, and none is
given twice.
"""

from __future__ import annotations

import os
import random
import socket

FIRST, END = 20_000, 32_768  # END is where Linux begins with the ports of outgoing connections
TRIES = 1000

# Not the shared generator: pytest-randomly sets that to the same seed in every process.
_random = random.SystemRandom()
_given: set[int] = set()


def ports_of(worker: str, workers: int) -> range:
    """The numbers that belong to one test process: `gw1` of 2, say; all, with no such processes."""
    number = int(worker.removeprefix("gw")) if worker else 0
    return range(FIRST + number, END, max(workers, 1))


def free_port() -> int:
    """A TCP port that is free on loopback, and which no other test of this run is given."""
    return _free(socket.SOCK_STREAM)


def free_udp_port() -> int:
    """The same for UDP."""
    return _free(socket.SOCK_DGRAM)


def _free(kind: socket.SocketKind) -> int:
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    mine = ports_of(os.environ.get("PYTEST_XDIST_WORKER", ""), workers)
    for _ in range(TRIES):
        port = _random.choice(mine)
        if port in _given:
            continue
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
    raise AssertionError(f"no free port between {FIRST} and {END} on loopback")
