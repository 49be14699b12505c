"""The bench's browsers: each signs in over HTTP, joins `/live` and stamps what arrives.

Run as a process of its own by `bench_edge`, so that their cost is nobody else's. Standard input:
one JSON line {"port", "accounts": [[name, password], ...], "sign_ins", "pages"}; then "measure"
begins the measurement and a last line (or the end) ends it. Standard output: "ready", and at the
end one JSON line, see `summary`.
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
import time
from datetime import datetime
from typing import Any

import httpx
import msgspec
import numpy as np

from ground_station.api.schemas import SourceTracks
from ground_station.cli.bench_socket import LeanSocket, connected, when_told

NAMESPACE = "/live"
AT_ONCE = 20  # pages that connect together
MAX_LATENCY_MS = 60_000


class _Batch(msgspec.Struct):
    """What is needed of a `schemas.Batch`: a page of the bench need not build the rest."""

    sent_at: datetime
    tracks: list[SourceTracks]


_batch = msgspec.json.Decoder(tuple[str, _Batch])


class Heard:
    """What one event says, worked out once: pages of one scope get the same bytes."""

    def __init__(self, text: str) -> None:
        self.snapshot = text.startswith('["snapshot"')
        self.batch = text.startswith('["batch"')
        self.sent_ms = 0.0
        self.sources: frozenset[int] = frozenset()
        self.places = 0
        self.ages_ms = np.empty(0, dtype=np.int64)
        if self.batch:
            message = _batch.decode(text)[1]
            self.sent_ms = message.sent_at.timestamp() * 1000
            self.sources = frozenset(group.source for group in message.tracks)
            self.places = sum(len(group.places) for group in message.tracks)
            ages = [group.age_ms for group in message.tracks if group.age_ms is not None]
            self.ages_ms = np.asarray(ages, dtype=np.int64)


class Page:
    """One browser: what it has seen since `reset`."""

    def __init__(self) -> None:
        self.socket: LeanSocket | None = None
        self.snapshots = 0
        self.reset()

    def reset(self) -> None:
        """Begin to measure."""
        self.batches = 0
        self.arrivals = np.zeros(MAX_LATENCY_MS + 1, dtype=np.int64)  # by latency in ms
        self.places = 0
        self.last_ms = time.time() * 1000
        self.silent_ms = 0.0
        self.heard_of: set[int] = set()

    def heard(self, what: Heard, now_ms: float) -> None:
        """One event from the station."""
        self.snapshots += what.snapshot
        if not what.batch:
            return
        self.batches += 1
        self.silent_ms = max(self.silent_ms, now_ms - self.last_ms)
        self.last_ms = now_ms
        self.heard_of |= what.sources
        self.places += what.places
        latencies = what.ages_ms + round(now_ms - what.sent_ms)
        np.add.at(self.arrivals, np.clip(latencies, 0, MAX_LATENCY_MS), 1)


def quantile(arrivals: np.ndarray, share: float) -> float | None:
    """The latency in ms that this share of the arrivals did not exceed."""
    total = int(arrivals.sum())
    if not total:
        return None
    return float(np.searchsorted(np.cumsum(arrivals), share * total))


def summary(pages: list[Page]) -> dict[str, Any]:
    """What the pages saw, over all of them."""
    arrivals = np.sum([page.arrivals for page in pages], axis=0)
    return {
        "p50_ms": quantile(arrivals, 0.50),
        "p95_ms": quantile(arrivals, 0.95),
        "p99_ms": quantile(arrivals, 0.99),
        "arrivals": int(arrivals.sum()),
        "places": sum(page.places for page in pages),
        "batches": sum(page.batches for page in pages),
        "silent_ms": round(max((page.silent_ms for page in pages), default=0.0)),
        "cut_off": sum(page.socket is None or page.socket.closed for page in pages),
        "snapshots": sum(page.snapshots for page in pages),
        "sources": min((len(page.heard_of) for page in pages), default=0),
        "bytes": sum(page.socket.bytes_in for page in pages if page.socket is not None),
        "compressed": sum(page.socket is not None and page.socket.compressed for page in pages),
    }


async def sign_in(address: str, name: str, password: str) -> str:
    """A sign-in over HTTP, as the page does it; the Cookie header that carries it."""
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        csrf = (await http.get("/api/session")).json()["csrf_token"]
        answer = await http.post(
            "/api/sign-in",
            json={"username": name, "password": password},
            headers={"X-CSRF-Token": csrf},
        )
        answer.raise_for_status()
        return "; ".join(f"{key}={value}" for key, value in http.cookies.items())


async def _main(config: dict[str, Any]) -> None:
    address = f"http://127.0.0.1:{config['port']}"
    accounts = config["accounts"]
    cookies = [
        await sign_in(address, *accounts[number % len(accounts)])
        for number in range(config["sign_ins"])
    ]
    pages = [Page() for _ in range(config["pages"])]
    reader = functools.lru_cache(maxsize=256)(Heard)

    async def join(number: int) -> None:
        headers = {"Origin": address, "Cookie": cookies[number % len(cookies)]}
        page = pages[number]
        page.socket = await connected(
            "127.0.0.1", config["port"], NAMESPACE, page.heard, headers=headers, reader=reader
        )

    for first in range(0, len(pages), AT_ONCE):
        await asyncio.gather(*(join(n) for n in range(first, min(first + AT_ONCE, len(pages)))))
    print("ready", flush=True)
    await _told()
    for page in pages:
        page.reset()
    before = sum(page.socket.bytes_in for page in pages if page.socket is not None)
    began_s = time.monotonic()
    await _told()
    seconds = time.monotonic() - began_s
    found = summary(pages) | {"seconds": round(seconds, 2)}
    found["bytes"] -= before
    print(json.dumps(found), flush=True)
    for page in pages:
        if page.socket is not None:
            page.socket.close()


async def _told() -> None:
    """Until standard input says the next line."""
    told = asyncio.Event()
    when_told(told)
    await told.wait()
    sys.stdin.readline()


if __name__ == "__main__":
    asyncio.run(_main(json.loads(sys.stdin.readline())))
