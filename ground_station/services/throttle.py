"""Slows down whoever guesses passwords, in bounded memory."""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

from ground_station.core.clock import Clock
from ground_station.core.errors import Throttled


@dataclass(slots=True)
class _Tries:
    count: int = 0
    blocked_until_s: float = 0.0
    last_s: float = 0.0
    decayed_s: float = 0.0  # up to when the count has been let decay


class Throttle:
    """Counts failed tries of a key; after `free_tries` each one costs a wait that doubles.

    A try is counted when it begins, so that many at once cannot slip through together.

    Args:
        max_wait_s: no wait is longer; tries beyond the one that costs this are not added up.
        forget_after_s: a key with no try for so long starts afresh.
        decay_every_s: one try is forgotten in each such time; None: none is.
        max_keys: keys remembered; beyond it the key longest unused goes.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        free_tries: int,
        first_wait_s: float = 1.0,
        max_wait_s: float = 300.0,
        forget_after_s: float = 3600.0,
        decay_every_s: float | None = None,
        max_keys: int = 10_000,
    ) -> None:
        self._clock = clock
        self._free_tries = free_tries
        self._first_wait_s = first_wait_s
        self._max_wait_s = max_wait_s
        self._forget_after_s = forget_after_s
        self._decay_every_s = decay_every_s
        self._max_count = free_tries + math.ceil(math.log2(max_wait_s / first_wait_s))
        self._max_keys = max_keys
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def __len__(self) -> int:
        with self._lock:
            return len(self._tries)

    def begin(self, key: str) -> None:
        """Count one try; Throttled (with the wait left) while the key has to wait."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            tries = self._tries.get(key)
            if tries is None or now_s - tries.last_s > self._forget_after_s:
                tries = self._tries[key] = _Tries(decayed_s=now_s)
            self._tries.move_to_end(key)
            while len(self._tries) > self._max_keys:
                self._tries.popitem(last=False)
            wait_s = tries.blocked_until_s - now_s
            if wait_s > 0:
                raise Throttled(
                    "Too many failed tries.", f"Try again in {max(1, round(wait_s))} s.", wait_s
                )
            self._decay(tries, now_s)
            tries.count = min(tries.count + 1, self._max_count)
            tries.last_s = now_s
            over = tries.count - self._free_tries
            if over >= 0:
                wait_s = min(self._max_wait_s, self._first_wait_s * 2.0**over)
                tries.blocked_until_s = now_s + wait_s

    def _decay(self, tries: _Tries, now_s: float) -> None:
        if self._decay_every_s is not None:
            forgotten = math.floor((now_s - tries.decayed_s) / self._decay_every_s)
            tries.count = max(0, tries.count - forgotten)
            tries.decayed_s += forgotten * self._decay_every_s

    def succeeded(self, key: str) -> None:
        """The try was good: forget the key's failures."""
        with self._lock:
            self._tries.pop(key, None)

    def forgive(self, key: str) -> None:
        """The try was good, but the key is shared by many: take back that one try only."""
        with self._lock:
            tries = self._tries.get(key)
            if tries is None:
                return
            tries.count -= 1
            if tries.count < self._free_tries:
                tries.blocked_until_s = 0.0
            if tries.count <= 0:
                del self._tries[key]


def network_of(address: str) -> str:
    """What to count a client's address as: IPv6 by its /64, whose addresses one machine may take
    as it likes; IPv4, and what is no address, as it is."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
