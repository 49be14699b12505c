"""The transport under a Socket.IO connection: how far it is behind, and cutting it off.

The library's queue to each client has no bound, so somebody must look at it. This is the only
module that uses python-socketio's and Engine.IO's inner names.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

# gunicorn and Werkzeug hand their raw socket to the application under these names.
_RAW_SOCKET_KEYS = ("gunicorn.socket", "werkzeug.socket")
GOODBYE_S = 0.2  # enough for a client that reads
LINGER_S = 2.0  # for a polite goodbye to be written before the connection is cut
MAX_LINGERING = 4096
PACKET_BYTES = 16_384


class SocketQueues:
    """Looks under one Socket.IO server.

    Args:
        server: the python-socketio server.
        namespaces: those a connection must join.
        held_bytes: what waits for one Engine.IO connection beside the library's queue.
    """

    def __init__(
        self,
        server: Any,
        namespaces: Sequence[str],
        held_bytes: Callable[[str], int] = lambda _engine_sid: 0,
    ) -> None:
        self._server = server
        self._namespaces = namespaces
        self._held_bytes = held_bytes
        self._lock = threading.Lock()
        self._lingering: list[tuple[float, socket.socket]] = []
        self._first_seen_s: dict[str, float] = {}

    def backlog(self, sid: str, namespace: str) -> int:
        """Packets waiting to be sent to this client; of what waits as bytes, packets of 16 kB."""
        engine_sid = self._engine_sid(sid, namespace)
        transport = self._transport(engine_sid)
        if transport is None or engine_sid is None:
            return 0
        return int(transport.queue.qsize()) + self._held_bytes(engine_sid) // PACKET_BYTES

    def hang_up(self, sid: str, namespace: str, now_s: float) -> None:
        """Say goodbye and cut the connection soon after; never waits for the client."""
        engine_sid = self._engine_sid(sid, namespace)
        self._server.disconnect(sid, namespace=namespace)
        self._cut_off(engine_sid, now_s)

    def sweep(self, now_s: float, join_within_s: float) -> int:
        """Cut off connections that have joined no namespace in time, and those whose goodbye is
        over; how many of the first kind."""
        strangers = []
        engine_sids = list(self._server.environ)
        for engine_sid in engine_sids:
            if self._joined(engine_sid):
                self._first_seen_s.pop(engine_sid, None)
            elif now_s - self._first_seen_s.setdefault(engine_sid, now_s) > join_within_s:
                strangers.append(engine_sid)
        for engine_sid in set(self._first_seen_s) - set(engine_sids) | set(strangers):
            self._first_seen_s.pop(engine_sid, None)
        for engine_sid in strangers:
            self._cut_off(engine_sid, now_s)
        self._cut_lingering(now_s)
        return len(strangers)

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Shut every connection that is still open, after a moment for the goodbyes that others
        have said. To be stopped last: an open connection holds a thread of the server."""
        time.sleep(GOODBYE_S)
        for engine_sid in list(self._server.environ):
            self._cut_off(engine_sid, float("-inf"))
        self._cut_lingering(float("inf"))

    def _joined(self, engine_sid: str) -> bool:
        manager = self._server.manager
        return any(
            manager.sid_from_eio_sid(engine_sid, namespace) is not None
            for namespace in self._namespaces
        )

    def _engine_sid(self, sid: str, namespace: str) -> str | None:
        found: str | None = self._server.manager.eio_sid_from_sid(sid, namespace)
        return found

    def _transport(self, engine_sid: str | None) -> Any:
        return None if engine_sid is None else self._server.eio.sockets.get(engine_sid)

    def _cut_off(self, engine_sid: str | None, now_s: float) -> None:
        if engine_sid is None:
            return
        environ = self._server.environ.get(engine_sid) or {}
        raw = next((environ[key] for key in _RAW_SOCKET_KEYS if key in environ), None)
        # Not eio.disconnect(): it waits until all is written, and a dead client reads nothing.
        transport = self._server.eio.sockets.pop(engine_sid, None)
        if transport is not None:
            transport.receive = _ignore  # else each packet under way would be logged as an error
            transport.close(wait=False)
        if raw is not None:
            with self._lock:
                self._lingering = self._lingering[-MAX_LINGERING:]
                self._lingering.append((now_s + LINGER_S, raw))

    def _cut_lingering(self, now_s: float) -> None:
        with self._lock:
            due = [raw for until_s, raw in self._lingering if until_s <= now_s]
            self._lingering = [item for item in self._lingering if item[0] > now_s]
        for raw in due:
            with contextlib.suppress(OSError):  # closed by itself meanwhile
                raw.shutdown(socket.SHUT_RDWR)


def _ignore(_packet: object) -> None:
    pass
