"""python-socketio's threaded client, made safe for binary events. All its private names are here.

As it comes, the client runs every incoming packet in a thread of its own, although a binary event
is two packets (its text and its bytes) that must be put together in order, and it sends the two
packets of an outgoing binary event or acknowledgement without a lock. Either can mix two messages.
Here packets are taken one after another on the reading thread and sent under a lock; the tests of
this package would fail if a new release changed the names overridden.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import engineio
import socketio
import websocket
from socketio import packet

STEP_S = 0.02

Acknowledge = Callable[[bytes], None]
# event name, its arguments, how to acknowledge it; called on the reading thread: must not block
OnEvent = Callable[[str, list[Any], Acknowledge | None], None]


class _SequentialEngine(engineio.Client):  # type: ignore[misc]  # untyped vendor class
    def _trigger_event(self, event: str, *args: Any, **kwargs: Any) -> Any:
        kwargs["run_async"] = False
        return super()._trigger_event(event, *args, **kwargs)


class OrderedClient(socketio.Client):  # type: ignore[misc]  # untyped vendor class
    """One connection, used once: a new one is made for every try.

    Args:
        on_event: gets every event but the library's own (connect, connect_error, disconnect).
        connect_timeout_s: for the TCP connect and each step of the handshake.
        ca_file: the authority (PEM) that an HTTPS station's certificate must be of; "" = the
            system's. There is no way to leave the check out.
    """

    def __init__(self, on_event: OnEvent, connect_timeout_s: float, ca_file: str = "") -> None:
        options: dict[str, Any] = {"class_": self._make_websocket}
        if ca_file:
            options["sslopt"] = {"ca_certs": ca_file}
        super().__init__(
            reconnection=False,
            handle_sigint=False,
            request_timeout=connect_timeout_s,
            websocket_extra_options=options,
        )
        self._websocket: websocket.WebSocket | None = None
        self._on_event = on_event
        self._packets = threading.Lock()

    def hang_up(self, timeout_s: float) -> None:
        """Close the socket under the reading thread and wait for the library's threads to end.

        `disconnect` would wait for the peer's goodbye, which a dead peer never says.
        """
        if self._websocket is not None and self._websocket.sock is not None:
            with contextlib.suppress(OSError):  # the peer was quicker
                self._websocket.sock.shutdown(socket.SHUT_RDWR)
        until = time.monotonic() + timeout_s
        for thread in (self.eio.write_loop_task, self.eio.read_loop_task):
            while thread is not None and thread.is_alive() and time.monotonic() < until:
                # The end mark for the writing thread: when the station hangs up first, the library
                # throws its own away and the thread would wait on for a minute.
                self.eio.queue.put(None)
                thread.join(STEP_S)
        if self._websocket is not None:
            self._websocket.shutdown()  # type: ignore[no-untyped-call]

    def _make_websocket(self, **options: Any) -> websocket.WebSocket:
        # Kept here: after a failed handshake the library forgets it without closing it.
        self._websocket = websocket.WebSocket(**options)
        return self._websocket

    def _engineio_client_class(self) -> type[_SequentialEngine]:
        return _SequentialEngine

    def _send_packet(self, pkt: Any) -> None:
        with self._packets:
            super()._send_packet(pkt)

    def _handle_event(self, namespace: str | None, id: int | None, data: list[Any]) -> None:
        acknowledge = None if id is None else functools.partial(self._acknowledge, namespace, id)
        self._on_event(str(data[0]), data[1:], acknowledge)

    def _handle_disconnect(self, namespace: str | None) -> None:
        # Only tell: the library would wait for the reading thread to end, on the reading thread.
        self._trigger_event("disconnect", namespace or "/", self.reason.SERVER_DISCONNECT)

    def _acknowledge(self, namespace: str | None, number: int, payload: bytes) -> None:
        self._send_packet(
            self.packet_class(packet.ACK, namespace=namespace, id=number, data=[payload])
        )
