"""Connections of the web server: TLS, and an end for clients that are slow on purpose.

A connection holds a thread from its first byte to the end of its answer. So whoever does not get
the handshake and the headers, or the body, across in time is cut off, no address may have many
connections in that state, and one that takes no data is dropped by the kernel. One that waits for
its next request holds no thread, but there is room for so many only: the oldest of these make way.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from gunicorn.workers.gthread import TConn

from ground_station.core.errors import ConfigError
from ground_station.services.certificates import Served
from ground_station.services.throttle import network_of

log = logging.getLogger(__name__)

HEADERS_WITHIN_S = 12.0  # with the TLS handshake before them
BODY_WITHIN_S = 30.0
TAKES_NO_DATA_S = 30.0
LOOK_S = 0.5
TLS_HANDSHAKE = b"\x16"
PLAIN_WORDS = b"This station is reached by HTTPS: write https:// in place of http://.\n"
PLAIN_ANSWER = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: %d\r\nConnection: close\r\nCache-Control: no-store\r\n\r\n%s"
) % (len(PLAIN_WORDS), PLAIN_WORDS)


def tls_context(served: Served) -> ssl.SSLContext:
    """TLS 1.2 and 1.3 with this certificate; ConfigError if it cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")  # of TLS 1.2; forward secrecy, AEAD only
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(served.certificate, served.private_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"The certificate {served.certificate} and its key cannot be used.",
            "See: python3 run.py certs",
        ) from error
    return context


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """One client's connection. `on_close` is called with it when it is closed, and `linger` with
    its socket to close that gracefully, which must not take time here."""

    on_close: Callable[[Connection], None] | None = None
    linger: Callable[[socket.socket], None] | None = None

    def close(self, graceful: bool = False) -> None:
        if self.on_close is not None:
            self.on_close(self)
        if graceful and self.linger is not None:
            self.linger(self.sock)
        else:
            super().close(graceful)

    def init(self) -> None:
        """In the worker's thread, before the first request; ends what is no TLS in a few words."""
        if self.initialized or not self.cfg.is_ssl:
            super().init()
            return
        try:
            self.sock.setblocking(True)
            if self.sock.recv(1, socket.MSG_PEEK) != TLS_HANDSHAKE:
                self.sock.sendall(PLAIN_ANSWER)
                raise StopIteration
            super().init()
        except (ssl.SSLError, OSError) as error:
            # A client that does not know our authority says so like this: nothing of ours to mend.
            reason = getattr(error, "reason", None) or type(error).__name__
            log.info("tls_handshake_failed peer=%s reason=%s", self.client[0], reason)
            raise StopIteration from error


class Deadlines:
    """Cuts connections off that are read from for too long. A service; thread-safe.

    Args:
        per_address: so many connections of one address may be in that state.
    """

    def __init__(
        self,
        per_address: int,
        headers_within_s: float = HEADERS_WITHIN_S,
        body_within_s: float = BODY_WITHIN_S,
    ) -> None:
        self._per_address = per_address
        self._headers_within_s = headers_within_s
        self._body_within_s = body_within_s
        self._lock = threading.Lock()
        self._until_s: dict[Any, float] = {}
        self._reading: Counter[str] = Counter()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def admits(self, connection: Any) -> bool:
        """Whether its address may open one more."""
        with self._lock:
            return self._reading[_address(connection)] < self._per_address

    def headers_begin(self, connection: Any) -> None:
        with self._lock:
            if connection not in self._until_s:
                self._reading[_address(connection)] += 1
            self._until_s[connection] = time.monotonic() + self._headers_within_s

    def body_begins(self, connection: Any) -> None:
        with self._lock:
            if connection in self._until_s:
                self._until_s[connection] = time.monotonic() + self._body_within_s

    def done(self, connection: Any) -> None:
        """All was read, or the connection has ended."""
        with self._lock:
            if self._until_s.pop(connection, None) is not None:
                address = _address(connection)
                self._reading[address] -= 1
                if self._reading[address] <= 0:
                    del self._reading[address]

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            now_s = time.monotonic()
            with self._lock:
                late = [one for one, until_s in self._until_s.items() if until_s < now_s]
            for connection in late:
                self.done(connection)
                log.info("slow_client_cut_off peer=%s", _address(connection))
                try:
                    # Only reading: a body that is complete has its answer sent all the same.
                    socket.socket.shutdown(connection.sock, socket.SHUT_RD)
                except OSError:
                    continue  # it has ended by itself


class OpenConnections:
    """Counts the open connections of each client (see `client_of`). Thread-safe.

    Those of this machine are not counted: a proxy, a tunnel or the demonstration stands for many.

    Args:
        per_client: so many of one client may be open.
    """

    def __init__(self, per_client: int) -> None:
        self._per_client = per_client
        self._lock = threading.Lock()
        self._open: dict[str, set[Any]] = {}

    def is_full(self, client: str) -> bool:
        with self._lock:
            return len(self._open.get(client, ())) >= self._per_client

    def add(self, connection: Any) -> None:
        if _is_this_machine(_address(connection)):
            return
        with self._lock:
            self._open.setdefault(client_of(connection), set()).add(connection)

    def discard(self, connection: Any) -> None:
        client = client_of(connection)
        with self._lock:
            held = self._open.get(client, set())
            held.discard(connection)
            if not held:
                self._open.pop(client, None)


def drop_when_stuck(client: socket.socket) -> None:
    """Have the kernel end it when what we send is not taken or acknowledged for long."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(TAKES_NO_DATA_S * 1000))


def has_body(headers: list[tuple[str, str]]) -> bool:
    """Whether a request with these headers (upper case names, as gunicorn has them) has a body."""
    return any(
        name == "TRANSFER-ENCODING" or (name == "CONTENT-LENGTH" and value.strip() != "0")
        for name, value in headers
    )


def becomes_socket(headers: list[tuple[str, str]]) -> bool:
    """Whether a request asks for a WebSocket, which other limits hold for."""
    asked = [value.strip().lower() for name, value in headers if name == "UPGRADE"]
    return "websocket" in asked


def client_of(connection: Any) -> str:
    """What its connections are counted by: the address, or the IPv6 network that it is in."""
    return network_of(_address(connection))


def _address(connection: Any) -> str:
    """ "" where there is none."""
    client = connection.client
    return str(client[0]) if isinstance(client, tuple) and client else ""


def _is_this_machine(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)
