"""A TLS connection that one thread reads from while another writes to it.

OpenSSL lets only one thread at a time use a connection, and Python 3.11 does not see to that; a
reader that waits inside OpenSSL would hold writers up for ever. And `send` of a TLS socket may take
16 KB and leave the rest, which the WebSocket library does not expect. Here nobody waits inside
OpenSSL, each call has it alone, and `send` sends all.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time

SEND_WITHIN_S = 20.0
LOOK_S = 1.0  # how soon a waiting thread notices that the connection was closed under it


class TlsSocket:
    """Stands for the `ssl.SSLSocket` it is given, which nobody else may read or write any more.

    Args:
        send_within_s: a peer that takes no data for so long loses the connection.
    """

    def __init__(self, connection: ssl.SSLSocket, send_within_s: float = SEND_WITHIN_S) -> None:
        self._socket = connection
        self._send_within_s = send_within_s
        self._openssl = threading.Lock()
        self._message = threading.Lock()
        connection.setblocking(False)

    def fileno(self) -> int:
        return self._socket.fileno()

    def recv(self, size: int) -> bytes:
        """Some bytes, b"" at the end; waits for them. Raises OSError."""
        while True:
            with self._openssl:
                try:
                    return self._socket.recv(size)
                except ssl.SSLWantReadError:
                    events = select.POLLIN
                except ssl.SSLWantWriteError:
                    events = select.POLLOUT
                except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                    return b""
            self._wait(events, LOOK_S)

    def send(self, data: bytes | memoryview, flags: int = 0) -> int:
        """Send all of it, one message after the other. Raises OSError.

        Args:
            flags: with MSG_DONTWAIT what fits is sent, and BlockingIOError raised if nothing does;
                then the same data must be given again.
        """
        if flags & socket.MSG_DONTWAIT:
            return self._send_some(data)
        until_s = time.monotonic() + self._send_within_s
        rest = memoryview(data)
        with self._message:
            while rest:
                with self._openssl:
                    try:
                        rest = rest[self._socket.send(rest) :]
                        continue
                    except ssl.SSLWantWriteError:
                        events = select.POLLOUT
                    except ssl.SSLWantReadError:
                        events = select.POLLIN
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    self.shutdown(socket.SHUT_RDWR)
                    raise TimeoutError("the peer takes no data")
                self._wait(events, min(left_s, LOOK_S))
        return len(data)

    def sendall(self, data: bytes) -> None:
        self.send(data)

    def _send_some(self, data: bytes | memoryview) -> int:
        with self._openssl:
            try:
                return self._socket.send(data)
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError) as error:
                raise BlockingIOError("nothing can be sent now") from error

    def shutdown(self, how: int) -> None:
        """Of the TCP connection, at once and from any thread."""
        # Not SSLSocket's own: it would have the reading thread go on without encryption.
        socket.socket.shutdown(self._socket, how)

    def close(self) -> None:
        self._socket.close()

    def _wait(self, events: int, seconds: float) -> None:
        descriptor = self._socket.fileno()
        if descriptor < 0:
            raise ConnectionAbortedError("the connection was closed")
        poll = select.poll()
        poll.register(descriptor, events)
        poll.poll(seconds * 1000)
