"""The bench's browsers: each signs in over HTTP, joins `/live` and stamps what arrives.

Run as a process of its own by `bench_edge`, so that their cost is nobody else's. Standard input:
one JSON line {"port", "accounts": [[name, password], ...], "sign_ins", "pages"}; then "measure"
begins the measurement and a last line (or the end) ends it. Standard output: "ready", and at the
end one JSON line, see `summary`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import httpx
import msgspec
import numpy as np

from ground_station.api.schemas import Batch, Snapshot
from ground_station.cli.bench_socket import LeanSocket, connected, when_told

NAMESPACE = "/live"
AT_ONCE = 20  # pages that connect together

_batch = msgspec.json.Decoder(tuple[str, Batch])
_snapshot = msgspec.json.Decoder(tuple[str, Snapshot])


class Page:
    """One browser: what it has seen since `reset`."""

    def __init__(self) -> None:
        self.socket: LeanSocket | None = None
        self.sources: dict[int, str] = {}
        self.snapshots = 0
        self.reset()

    def reset(self) -> None:
        """Begin to measure."""
        self.batches = 0
        self.latencies_ms: list[float] = []
        self.places = 0
        self.last_ms = time.time() * 1000
        self.silent_ms = 0.0
        self.heard_of: set[int] = set()

    def heard(self, text: str) -> None:
        """One event from the station."""
        now_ms = time.time() * 1000
        if text.startswith('["snapshot"'):
            self.snapshots += 1
            for source in _snapshot.decode(text)[1].sources:
                self.sources[source.number] = source.name
        elif text.startswith('["batch"'):
            message = _batch.decode(text)[1]
            for source in message.sources:
                self.sources[source.number] = source.name
            sent_ms = message.sent_at.timestamp() * 1000
            self.batches += 1
            self.silent_ms = max(self.silent_ms, now_ms - self.last_ms)
            self.last_ms = now_ms
            for group in message.tracks:
                self.heard_of.add(group.source)
                self.places += len(group.places)
                if group.age_ms is not None:
                    self.latencies_ms.append(now_ms - sent_ms + group.age_ms)


def summary(pages: list[Page]) -> dict[str, Any]:
    """What the pages saw, over all of them."""
    seen = np.concatenate([np.asarray(page.latencies_ms) for page in pages] or [np.empty(0)])
    quantiles = np.percentile(seen, [50, 95, 99]).round(1).tolist() if len(seen) else [None] * 3
    return {
        "p50_ms": quantiles[0],
        "p95_ms": quantiles[1],
        "p99_ms": quantiles[2],
        "arrivals": len(seen),
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

    async def join(number: int) -> None:
        headers = {"Origin": address, "Cookie": cookies[number % len(cookies)]}
        page = pages[number]
        page.socket = await connected(
            "127.0.0.1", config["port"], NAMESPACE, page.heard, headers=headers
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
