"""The outermost WSGI layer: what holds for every answer, also those that Flask never sees."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from ground_station.api.errors import PROBLEM_TYPE, make_problem, new_reference
from ground_station.api.tls_socket import TlsSocket

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# No inline script anywhere. MapLibre draws pictures from blobs and data URLs; its worker is one of
# our files. It and Preact set styles through the object model, which CSP leaves alone.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS: tuple[tuple[str, str], ...] = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "accelerometer=(), autoplay=(self), camera=(), display-capture=(), fullscreen=(self), "
        "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self), serial=(), usb=()",
    ),
)
# Only where a name stands for this station alone: a browser would keep to it for every port. And
# only with a certificate that was brought: after it no tablet may accept the warning that comes
# before our own root is installed.
TRANSPORT_SECURITY = ("Strict-Transport-Security", "max-age=31536000")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
RAW_SOCKET = "gunicorn.socket"
SOCKET_PATH = "/socket.io/"


class FrontDoor:
    """Answers only to names that are ours, adds the security headers to every answer, and keeps
    threads free for HTTP: an open Socket.IO connection holds one as long as it lasts.

    Args:
        trusted_hosts: values of the Host header, without port, that are answered. A page of a
            foreign name that resolves to this machine (DNS rebinding) gets nothing.
        max_sockets: Socket.IO connections at once.
        strict_transport: tell browsers to open this name over good HTTPS only (HSTS).
        count: told of each answer: method, status, seconds until it began.
    """

    def __init__(
        self,
        application: WSGIApplication,
        trusted_hosts: Iterable[str],
        max_sockets: int,
        count: Callable[[str, int, float], None] = lambda _method, _status, _seconds: None,
        *,
        strict_transport: bool = False,
    ) -> None:
        self._strict_transport = strict_transport
        self._count = count
        self._application = application
        self._trusted = frozenset(host.lower() for host in trusted_hosts)
        self._max_sockets = max_sockets
        self._lock = threading.Lock()
        self._sockets = 0

    @property
    def sockets(self) -> int:
        """Socket.IO connections that are open now."""
        return self._sockets

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host = _host(environ)
        ours = SECURITY_HEADERS
        secure = environ.get("wsgi.url_scheme") == "https"
        if self._strict_transport and secure and host not in LOOPBACK:
            ours = (*ours, TRANSPORT_SECURITY)

        began_s, method = time.monotonic(), str(environ.get("REQUEST_METHOD", ""))

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self._count(method, int(status[:3]), time.monotonic() - began_s)
            named = {name.lower() for name, _ in headers}
            added = [pair for pair in ours if pair[0].lower() not in named]
            return start_response(status, headers + added, *more)

        if host not in self._trusted:
            return _refuse(
                start,
                400,
                "This station does not answer to that name.",
                "Open it at the address it printed when it started.",
            )
        if not environ.get("PATH_INFO", "").startswith(SOCKET_PATH):
            return self._application(environ, start)
        return self._socket(environ, start)

    def _socket(self, environ: WSGIEnvironment, start: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            full = self._sockets >= self._max_sockets
            self._sockets += not full
        if full:
            return _refuse(
                start,
                503,
                "This station has as many open pages and agents as it can hold.",
                "Close some, or raise the setting station.threads.",
            )
        raw = environ.get(RAW_SOCKET)
        if isinstance(raw, ssl.SSLSocket) and "HTTP_UPGRADE" in environ:
            environ[RAW_SOCKET] = TlsSocket(raw)
        try:
            return self._application(environ, start)
        finally:
            with self._lock:
                self._sockets -= 1


def _host(environ: WSGIEnvironment) -> str:
    host = str(environ.get("HTTP_HOST", "")).lower()
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdigit() else host


def _refuse(start: Callable[..., Any], status: int, detail: str, remedy: str) -> Iterable[bytes]:
    code = "unavailable" if status == 503 else "invalid_input"
    problem = make_problem(status, detail, code, remedy, new_reference())
    body = msgspec.json.encode(problem)
    start(
        f"{status} {problem.title}",
        [
            ("Content-Type", PROBLEM_TYPE),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ],
    )
    return [body]
