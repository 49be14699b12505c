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
from collections.abc import Callable
from typing import Any

import engineio
import socketio
from socketio import packet

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
    """

    def __init__(self, on_event: OnEvent, connect_timeout_s: float) -> None:
        super().__init__(reconnection=False, handle_sigint=False, request_timeout=connect_timeout_s)
        self._on_event = on_event
        self._packets = threading.Lock()

    def hang_up(self, timeout_s: float) -> None:
        """Close the socket under the reading thread and wait for the library's threads to end.

        `disconnect` would wait for the peer's goodbye, which a dead peer never says.
        """
        threads = [self.eio.read_loop_task, self.eio.write_loop_task]
        with contextlib.suppress(OSError, AttributeError):  # never opened, or closed already
            self.eio.ws.sock.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            if thread is not None and thread is not threading.current_thread():
                thread.join(timeout_s)
        with contextlib.suppress(OSError, AttributeError):
            self.eio.ws.shutdown()

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
