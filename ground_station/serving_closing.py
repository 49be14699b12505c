"""Ending connections without losing the end of an answer, and without anybody waiting for it.

A socket that is closed while bytes of the client are unread has the kernel throw away what the
client has not taken yet (RFC 9112, 9.6). So our side is closed first and the rest read away.
gunicorn does that in the loop that lets everybody in, where one client that does not hang up would
hold up all.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time

LOOK_S = 0.05
CLOSED_WITHIN_S = 2.0
AT_MOST = 256
MAX_DRAIN_BYTES = 65_536
_CHUNK_BYTES = 4096


class Closing:
    """Sockets that wait for their client to hang up. A service; thread-safe.

    Args:
        within_s: then it is closed all the same.
        at_most: so many may wait; the oldest is closed for one more.
    """

    def __init__(self, within_s: float = CLOSED_WITHIN_S, at_most: int = AT_MOST) -> None:
        self._within_s = within_s
        self._at_most = at_most
        self._lock = threading.Lock()
        self._left: dict[socket.socket, tuple[float, int]] = {}  # until when, bytes to drain
        self._some = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="closing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._some.set()

    def take(self, connection: socket.socket) -> None:
        """Close our side now, and the whole when the client has; returns at once."""
        try:
            connection.shutdown(socket.SHUT_WR)
            connection.setblocking(False)
        except OSError:
            _close(connection)  # the client has gone
            return
        with self._lock:
            self._left[connection] = (time.monotonic() + self._within_s, MAX_DRAIN_BYTES)
            if len(self._left) > self._at_most:
                self._end(next(iter(self._left)))
        self._some.set()

    def _run(self) -> None:
        while self._some.wait() and not self._stop.wait(LOOK_S):
            now_s = time.monotonic()
            with self._lock:  # nothing here waits, and nobody else may close what is being read
                for connection in list(self._left):
                    self._look(connection, now_s)
                if not self._left:
                    self._some.clear()

    def _look(self, connection: socket.socket, now_s: float) -> None:
        until_s, drain = self._left[connection]
        try:
            while drain > 0 and now_s < until_s:
                read = len(connection.recv(_CHUNK_BYTES))
                drain = drain - read if read else 0
        except BlockingIOError:
            self._left[connection] = (until_s, drain)
            return
        except OSError:
            pass  # reset by the client
        self._end(connection)

    def _end(self, connection: socket.socket) -> None:
        del self._left[connection]
        _close(connection)


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.close()
