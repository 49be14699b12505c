"""The pages that are connected to `/live`, and what each of them watches."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from ground_station.api.live_audience import Audience
from ground_station.core.authority import Principal
from ground_station.core.errors import Throttled

MAX_WATCHES = 32  # of one page
EVENTS_PER_S = 20  # of one page; ours sends some when somebody opens or closes pictures
EVENT_BURST = 200
MIN_CHECKS = 8  # of sign-ins in one turn
CHECKS_SHARE = 40  # so that every page is checked within two seconds more


@dataclass(slots=True)
class LiveClient:
    """One connected page. Changed only under the table's lock.

    Attributes:
        who: the person, as of the last check.
        audience: what it is told; narrower than the person's while a disclosure is not recorded.
        watches: (source id, viewer session id) pairs.
        behind_since_s: since when it reads slower than we send; None while it keeps up.
        allowance: events that it may send at once, as of `allowed_at_s`.
    """

    sid: str
    session_hash: str = field(repr=False)
    who: Principal
    audience: Audience
    checked_at_s: float
    watches: set[tuple[str, str]] = field(default_factory=set)
    needs_snapshot: bool = True
    behind_since_s: float | None = None
    allowance: float = EVENT_BURST
    allowed_at_s: float = float("-inf")


class LiveClients:
    """Thread-safe table of connected pages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: dict[str, LiveClient] = {}

    def __len__(self) -> int:
        with self._lock:
            return len(self._clients)

    def add(
        self, sid: str, session_hash: str, who: Principal, audience: Audience, now_s: float
    ) -> None:
        with self._lock:
            self._clients[sid] = LiveClient(sid, session_hash, who, audience, now_s)

    def remove(self, sid: str) -> None:
        with self._lock:
            self._clients.pop(sid, None)

    def all(self) -> list[LiveClient]:
        with self._lock:
            return list(self._clients.values())

    def session_hash_of(self, sid: str) -> str:
        """The sign-in of a page; "" for one that has gone."""
        with self._lock:
            client = self._clients.get(sid)
            return "" if client is None else client.session_hash

    def of_sign_in(self, session_hash: str) -> list[str]:
        with self._lock:
            return [c.sid for c in self._clients.values() if c.session_hash == session_hash]

    def count_event(self, sid: str, now_s: float) -> None:
        """Throttled if the page sends far more events than ours ever does: hang up on it then."""
        with self._lock:
            client = self._clients.get(sid)
            if client is None:
                return
            more = (now_s - client.allowed_at_s) * EVENTS_PER_S
            client.allowance = min(EVENT_BURST, client.allowance + more) - 1
            client.allowed_at_s = now_s
            if client.allowance < 0:
                raise Throttled(f"The page sends more than {EVENTS_PER_S} events a second.")

    def watch(self, sid: str, source_id: str, viewer_session_id: str) -> None:
        """Throttled if the page watches too many already; nothing for a page that has gone."""
        with self._lock:
            client = self._clients.get(sid)
            if client is None:
                return
            pair = (source_id, viewer_session_id)
            if pair not in client.watches and len(client.watches) >= MAX_WATCHES:
                raise Throttled(
                    f"One page may watch {MAX_WATCHES} pictures.", "Close some of them first."
                )
            client.watches.add(pair)

    def unwatch(self, sid: str, source_id: str, viewer_session_id: str) -> None:
        with self._lock:
            client = self._clients.get(sid)
            if client is not None:
                client.watches.discard((source_id, viewer_session_id))

    def due(self, now_s: float, every_s: float) -> list[LiveClient]:
        """Those not checked for so long, as many as one turn should check."""
        with self._lock:
            found = [c for c in self._clients.values() if now_s - c.checked_at_s >= every_s]
            found.sort(key=lambda client: client.checked_at_s)
            return found[: max(MIN_CHECKS, len(self._clients) // CHECKS_SHARE)]

    def checked(self, sid: str, who: Principal, audience: Audience, now_s: float) -> None:
        """What a check found; a page whose audience is another starts again with a snapshot."""
        with self._lock:
            client = self._clients.get(sid)
            if client is None:
                return
            client.checked_at_s = now_s
            client.who = who
            if client.audience != audience:
                client.audience = audience
                client.needs_snapshot = True

    def audiences(self) -> dict[Audience, list[str]]:
        """The pages that are up to date, by audience; audiences without such a page as well."""
        with self._lock:
            found: dict[Audience, list[str]] = {}
            for client in self._clients.values():
                sids = found.setdefault(client.audience, [])
                if not client.needs_snapshot:
                    sids.append(client.sid)
            return found

    def watching(self, source_id: str) -> list[str]:
        """The pages that watch a source and keep up."""
        with self._lock:
            return [
                c.sid
                for c in self._clients.values()
                if c.behind_since_s is None and any(source == source_id for source, _ in c.watches)
            ]

    def watched_sources(self) -> set[str]:
        with self._lock:
            return {source for c in self._clients.values() for source, _ in c.watches}

    def watchers_of(self, viewer_session_id: str) -> list[str]:
        with self._lock:
            return [
                c.sid
                for c in self._clients.values()
                if any(viewer == viewer_session_id for _, viewer in c.watches)
            ]

    def new(self) -> list[LiveClient]:
        """Those that keep up and still need a snapshot."""
        with self._lock:
            return [
                c for c in self._clients.values() if c.needs_snapshot and c.behind_since_s is None
            ]

    def got_snapshot(self, clients: Iterable[LiveClient]) -> None:
        with self._lock:
            for client in clients:
                client.needs_snapshot = False

    def all_need_snapshots(self) -> None:
        """Something was not sent, and it is not known what."""
        with self._lock:
            for client in self._clients.values():
                client.needs_snapshot = True

    def note_backlog(self, sid: str, packets: int, now_s: float, limit: int) -> float:
        """Record how far a page is behind; for how many seconds it has been."""
        with self._lock:
            client = self._clients.get(sid)
            if client is None:
                return 0.0
            if packets > limit:
                if client.behind_since_s is None:
                    client.behind_since_s = now_s
                client.needs_snapshot = True  # what it misses from here on, a snapshot makes good
            elif packets <= limit // 8:
                client.behind_since_s = None
            return 0.0 if client.behind_since_s is None else now_s - client.behind_since_s
