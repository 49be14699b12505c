"""Serving the station with gunicorn: one process with threads, because the live state is in it.

gunicorn's arbiter stays in this process and starts the one worker again if it dies. The station is
built and started in the worker, after the fork, so that no thread or database handle crosses it.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import logging
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import wsgi as gunicorn_wsgi
from gunicorn.workers.gthread import ThreadWorker

from ground_station.core.errors import Conflict, Unavailable
from ground_station.services.certificates import Served
from ground_station.serving_closing import Closing
from ground_station.serving_connections import (
    Connection,
    Deadlines,
    OpenConnections,
    becomes_socket,
    client_of,
    drop_when_stuck,
    has_body,
    tls_context,
)

STOP_WITHIN_S = 3  # then the arbiter kills the worker
DRAIN_S = 1  # of which requests in flight may take this much
KEEP_ALIVE_S = 15
IDLE_CONNECTIONS = 256  # of all addresses together
PER_CLIENT = 64  # open ones without WebSockets; a browser keeps six, and an office may be one
MAX_HEADER_LINE = 8190
MAX_HEADERS = 60


class Servable(Protocol):
    """What is served: `wsgi` answers between `start` and `stop`."""

    wsgi: Any

    def start(self) -> None: ...
    def stop(self) -> None: ...


def listen(host: str, port: int) -> socket.socket:
    """A bound, listening socket.

    Raises:
        Conflict: another program has the port.
        Unavailable: this machine has no such address, or the port needs more rights.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                f"Port {port} of {host} is in use by another program.",
                "Stop that program, or choose another port (setting station.port).",
            ) from error
        raise Unavailable(f"Cannot listen on {host} port {port}: {error.strerror}.") from error
    return listener


def serve_forever(
    build: Callable[[], Servable],
    listener: socket.socket,
    threads: int,
    served: Served | None = None,
) -> int:
    """Serve until SIGTERM or SIGINT; the process's exit status.

    Args:
        build: makes the station; called in the worker.
        listener: from `listen`; it is gunicorn's from here on.
        served: the certificate for HTTPS; None = plain HTTP.

    Raises:
        ConfigError: the certificate cannot be used.
    """
    context = None if served is None else tls_context(served)
    try:
        _Application(build, listener.detach(), threads, served, context).run()
    except SystemExit as stop:  # how the arbiter ends
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0


class StationLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's own words through the process's one logging set-up; no log of requests."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in list(self.error_log.handlers):
            self.error_log.removeHandler(handler)
        self.error_log.propagate = True


class StationWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker that takes the station down as soon as it is told to stop: open pages and agents
    hold threads, and would otherwise use up all the time that stopping may take."""

    station: Servable | None = None
    stopping = threading.Lock()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadlines = Deadlines(per_address=max(4, self.cfg.threads // 2))
        self.open = OpenConnections(PER_CLIENT)
        self.closing = Closing()
        self.max_keepalived = self.worker_connections  # `accept` sees to it, for the newest's good

    def init_process(self) -> None:
        self.deadlines.start()
        self.closing.start()
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """As gunicorn's own, with our connections, and none too many of one address. Where there
        is no room, the connection that has waited longest for its next request makes way."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        connection = Connection(self.cfg, client, address, listener.getsockname())
        sender = client_of(connection)
        full = self.open.is_full(sender) and not self._close_longest_idle(sender)
        if full or not self.deadlines.admits(connection):
            client.close()
            return
        many_wait = len(self.keepalived_conns) >= IDLE_CONNECTIONS
        if many_wait or self.nr_conns + 1 >= self.worker_connections:  # then nobody is let in
            self._close_longest_idle()
        drop_when_stuck(client)
        connection.on_close = self.open.discard
        connection.linger = self.closing.take
        self.open.add(connection)
        self.nr_conns += 1
        self.enqueue_req(connection)

    def _close_longest_idle(self, sender: str | None = None) -> bool:
        """Of this client, or of all; those that never said a word first. Whether there was one."""
        for waiting in (self.pending_conns, self.keepalived_conns):
            for connection in waiting:
                if sender is None or client_of(connection) == sender:
                    waiting.remove(connection)
                    self.poller.unregister(connection.sock)
                    self.nr_conns -= 1
                    connection.close()
                    return True
        return False

    def on_client_socket_readable(self, conn: Connection, client: Any) -> None:
        if conn in self.keepalived_conns:  # else closed in this very turn of the loop
            super().on_client_socket_readable(conn, client)

    def on_pending_socket_readable(self, conn: Connection, client: Any) -> None:
        if conn in self.pending_conns:
            super().on_pending_socket_readable(conn, client)

    def handle(self, conn: Connection) -> Any:
        self.deadlines.headers_begin(conn)
        try:
            return super().handle(conn)
        finally:
            self.deadlines.done(conn)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        if has_body(req.headers):
            self.deadlines.body_begins(conn)
        else:
            self.deadlines.done(conn)
        if not becomes_socket(req.headers):
            return super().handle_request(req, conn)
        self.open.discard(conn)
        kept_alive = super().handle_request(req, conn)
        if kept_alive:  # it became none
            self.open.add(conn)
        return kept_alive

    def handle_exit(self, sig: int, frame: object) -> None:
        """SIGTERM."""
        super().handle_exit(sig, frame)
        threading.Thread(target=self.stop_station, name="stop-station", daemon=True).start()

    def handle_quit(self, sig: int, frame: object) -> None:
        """SIGINT or SIGQUIT. A terminal sends the one to all and the arbiter then the other: the
        second must not break into the stopping that the first began."""
        _hear_no_more()
        super().handle_quit(sig, frame)

    def stop_station(self) -> None:
        """Stop it once; whoever comes second waits for the first."""
        with self.stopping:
            station, self.station = self.station, None
            if station is not None:
                station.stop()


class _Application(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(
        self,
        build: Callable[[], Servable],
        listener_fd: int,
        threads: int,
        served: Served | None,
        context: ssl.SSLContext | None,
    ) -> None:
        self._build = build
        self._listener_fd = listener_fd
        self._threads = threads
        self._served = served
        self._context = context
        self._station: Servable | None = None
        _send_no_server_header()
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": f"fd://{self._listener_fd}",
            "workers": 1,
            "worker_class": StationWorker,
            "threads": self._threads,
            "worker_connections": self._threads + IDLE_CONNECTIONS,
            "keepalive": KEEP_ALIVE_S,
            "graceful_timeout": STOP_WITHIN_S,
            "control_socket_disable": True,  # else it listens on a socket in the home directory
            "forwarded_allow_ips": "",  # nobody stands in front of us to be believed
            "forwarder_headers": "",
            "limit_request_line": MAX_HEADER_LINE,
            "limit_request_fields": MAX_HEADERS,
            "limit_request_field_size": MAX_HEADER_LINE,
            "loglevel": "warning",
            "accesslog": None,
            "logger_class": StationLogger,
            "proc_name": "kestrel-station",
            "post_fork": _post_fork,
            "post_worker_init": self._post_worker_init,
            "worker_exit": _worker_exit,
        }
        if self._served is not None:
            settings |= {
                "certfile": str(self._served.certificate),
                "keyfile": str(self._served.private_key),
                "ssl_context": lambda _config, _default: self._context,
                "do_handshake_on_connect": False,
            }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """In the worker: build the station."""
        self._station = self._build()
        return self._station.wsgi

    def _post_worker_init(self, worker: StationWorker) -> None:
        station = self._station
        if station is not None:
            station.start()
            worker.station = station
            _collect_less_garbage()


def _collect_less_garbage() -> None:
    """What is here now stays: leave it out of every later collection, and collect after fifty
    thousand new objects, not seven hundred. Under the load of `bench station` the collector took a
    third of the processor's time, and each full collection held up everything."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _post_fork(_arbiter: object, worker: StationWorker) -> None:
    # This copy of the settings is the worker's: it gives up before the arbiter would kill it.
    worker.cfg.set("graceful_timeout", DRAIN_S)


def _worker_exit(_arbiter: object, worker: StationWorker) -> None:
    """Stop what SIGTERM has not stopped, then go without waiting for threads: one may be inside a
    read from a client that never sends."""
    if not worker.booted:
        return  # the exit status says why, and gunicorn needs it
    _hear_no_more()
    worker.stop_station()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)


def _hear_no_more() -> None:
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _send_no_server_header() -> None:
    """gunicorn has no setting for it."""
    original = gunicorn_wsgi.Response.default_headers
    if getattr(original, "without_server", False):
        return

    def default_headers(response: Any) -> list[str]:
        return [line for line in original(response) if not line.startswith("Server:")]

    default_headers.without_server = True  # type: ignore[attr-defined]
    gunicorn_wsgi.Response.default_headers = default_headers
