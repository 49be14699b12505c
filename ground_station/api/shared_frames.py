"""One message to many pages: encoded, compressed and framed once, and written to each as it is.

The library would compress a message anew for every page and wake a thread for each. Here the bytes
of the WebSocket frame are made once; each page's connection has an outlet that writes them without
waiting, and keeps what does not go out at once, in order, for one thread to send on. This is the
only module that uses the inner names of python-engineio, simple-websocket and wsproto for sending.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import select
import socket
import ssl
import struct
import threading
import zlib
from collections import deque
from collections.abc import Iterable
from typing import Any, Final

import simple_websocket.ws
from engineio.packet import MESSAGE, Packet
from wsproto.extensions import PerMessageDeflate

from ground_station.agentlink.hanging_up import CalmWebSocket
from ground_station.core.errors import ConfigError

log = logging.getLogger(__name__)

TEXT_FRAME: Final = 0x81
COMPRESSED: Final = 0x40
COMPRESS_FROM_BYTES: Final = 512
COMPRESSION_LEVEL: Final = 1  # level 6 saves a tenth of the bytes for three times the time
WINDOW_BITS: Final = 15
WAIT_S: Final = 0.5
CONNECT_ANSWER: Final = "40"  # Socket.IO's, as Engine.IO sends it: before it nothing else may go


class SharedText(str):
    """An Engine.IO text packet that knows its own WebSocket frames. Immutable once made."""

    plain: bytes
    deflated: bytes

    def __new__(cls, text: str) -> SharedText:
        made = super().__new__(cls, text)
        payload = text.encode()
        made.plain = _frame(TEXT_FRAME, payload)
        made.deflated = made.plain
        if len(payload) >= COMPRESS_FROM_BYTES:
            deflater = zlib.compressobj(COMPRESSION_LEVEL, zlib.DEFLATED, -WINDOW_BITS)
            body = deflater.compress(payload) + deflater.flush(zlib.Z_SYNC_FLUSH)
            made.deflated = _frame(TEXT_FRAME | COMPRESSED, body[:-4])  # RFC 7692, 7.2.1
        return made


class SharedPacket(Packet):  # type: ignore[misc]  # engineio has no types
    """A Socket.IO event as an Engine.IO packet for any number of connections."""

    def __init__(self, namespace: str, event: str, payload: bytes) -> None:
        super().__init__(MESSAGE, f'2{namespace},["{event}",{payload.decode()}]')
        self._shared: SharedText | None = None

    def encode(self, b64: bool = False) -> SharedText:
        """The same object each time."""
        del b64
        if self._shared is None:
            self._shared = SharedText(str(MESSAGE) + self.data)
        return self._shared


class Outlet:
    """The sending end of one connection: bytes leave in the order they came, and nobody waits."""

    def __init__(self, raw: socket.socket, later: _Later, *, deflates: bool) -> None:
        self._raw = raw
        self._later = later
        self.deflates = deflates
        self._lock = threading.Lock()
        self._held: deque[memoryview] = deque()
        self._held_bytes = 0
        self._closed = False
        self.answered = False  # the connection's own answers are out
        self.queued = 0  # shared packets that went by the library's queue, not yet written

    @property
    def held_bytes(self) -> int:
        return self._held_bytes

    @property
    def direct(self) -> bool:
        """Whether a shared frame may be written now without overtaking anything."""
        return self.answered and self.queued == 0

    def put(self, data: bytes) -> int:
        """Send, now or later; raises OSError if the connection is gone."""
        with self._lock:
            if self._closed:
                raise OSError("The connection is closed.")
            self._held.append(memoryview(data))
            self._held_bytes += len(data)
            if len(self._held) == 1:
                self._write()
        return len(data)

    def write_on(self) -> None:
        """The connection can take more."""
        with self._lock, contextlib.suppress(OSError):
            if not self._closed:
                self._write()

    def close(self) -> None:
        """Nothing is written from here on; before the descriptor is closed."""
        with self._lock:
            if not self._closed:
                self._forget()

    def count_queued(self, difference: int) -> None:
        with self._lock:
            self.queued += difference

    def _forget(self) -> None:
        self._closed = True
        self._held.clear()
        self._held_bytes = 0
        self._later.leave(self._raw.fileno(), self)

    def _write(self) -> None:
        """Under the lock, so that being watched and having something to write go together."""
        try:
            drained = self._drain()
        except OSError:
            self._forget()
            raise
        if drained:
            self._later.leave(self._raw.fileno(), self)
        else:
            self._later.watch(self._raw.fileno(), self)

    def _drain(self) -> bool:
        while self._held:
            part = self._held[0]
            try:
                sent = self._raw.send(part, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            self._held_bytes -= sent
            if sent == len(part):
                self._held.popleft()
            else:
                self._held[0] = part[sent:]
        return True


class _Later:
    """One thread that writes on where a connection could not take all at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._epoll: select.epoll | None = None
        self._outlets: dict[int, Outlet] = {}

    def watch(self, descriptor: int, outlet: Outlet) -> None:
        with self._lock:
            if self._epoll is None:
                self._epoll = select.epoll()
                threading.Thread(target=self._run, name="live-later", daemon=True).start()
            flags = select.EPOLLOUT | select.EPOLLONESHOT
            known = descriptor in self._outlets
            self._outlets[descriptor] = outlet
            if known:
                self._epoll.modify(descriptor, flags)
            else:
                self._epoll.register(descriptor, flags)

    def leave(self, descriptor: int, outlet: Outlet) -> None:
        if descriptor not in self._outlets:
            return  # the usual case, at every message
        with self._lock:
            if self._epoll is not None and self._outlets.get(descriptor) is outlet:
                del self._outlets[descriptor]
                with contextlib.suppress(OSError):
                    self._epoll.unregister(descriptor)

    def _run(self) -> None:
        epoll = self._epoll
        while epoll is not None:
            for descriptor, _event in epoll.poll(WAIT_S):
                with self._lock:
                    outlet = self._outlets.get(descriptor)
                if outlet is not None:
                    outlet.write_on()


class _OutletSocket:
    """Stands where the library keeps its socket: what it sends goes through the outlet."""

    def __init__(self, raw: socket.socket, outlet: Outlet) -> None:
        self._raw = raw
        self._outlet = outlet

    def send(self, data: bytes) -> int:
        return self._outlet.put(data)

    def close(self) -> None:
        self._outlet.close()
        self._raw.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


class SharedFrames:
    """Sends shared packets over one python-socketio server; `install` before it serves."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._later = _Later()
        self._lock = threading.Lock()
        self._outlets: dict[str, Outlet] = {}

    def install(self) -> None:
        """Have the server make its WebSockets with outlets.

        Raises:
            ConfigError: a library keeps something elsewhere than it did.
        """
        engine = self._server.eio
        transports = getattr(engine, "_async", None)
        if not isinstance(transports, dict) or transports.get("websocket") is not CalmWebSocket:
            raise ConfigError(
                "This python-engineio keeps its WebSocket class elsewhere.",
                "Install the pinned release (requirements.lock).",
            )
        _forget_between_messages()
        made = type("_SharingWebSocket", (_SharingWebSocket,), {"frames": self})
        engine._async = {**transports, "websocket": made}

    def send(self, packet: SharedPacket, namespace: str, sids: Iterable[str]) -> None:
        """Send to each of them; those that have gone are left out."""
        shared = packet.encode()
        for sid in sids:
            engine_sid = self._server.manager.eio_sid_from_sid(sid, namespace)
            if engine_sid is None:
                continue
            outlet = self._outlets.get(engine_sid)
            if outlet is not None and outlet.direct:
                with contextlib.suppress(OSError):  # it has just gone: the library will notice
                    outlet.put(shared.deflated if outlet.deflates else shared.plain)
                continue
            if outlet is not None:
                outlet.count_queued(1)
            self._server._send_eio_packet(engine_sid, packet)

    def held_bytes(self, engine_sid: str) -> int:
        """What waits to be written to one connection, beside the library's own queue."""
        outlet = self._outlets.get(engine_sid)
        return 0 if outlet is None else outlet.held_bytes

    def add(self, engine_sid: str, transport: Any) -> Outlet | None:
        """A WebSocket was opened. None: it is encrypted, and its own thread must write to it."""
        ws = transport.ws
        raw = ws.sock
        if isinstance(raw, ssl.SSLSocket):
            return None
        outlet = Outlet(raw, self._later, deflates=deflates(ws))
        ws.sock = _OutletSocket(raw, outlet)
        with self._lock:
            self._outlets[engine_sid] = outlet
        return outlet

    def remove(self, engine_sid: str, outlet: Outlet | None) -> None:
        if outlet is not None:
            with self._lock:
                self._outlets.pop(engine_sid, None)
            outlet.close()


class _SharingWebSocket(CalmWebSocket):
    """engineio's WebSocket, one object a connection."""

    frames: SharedFrames

    def __init__(self, handler: Any, server: Any, **more: Any) -> None:
        super().__init__(handler, server, **more)
        self._engine_sid = str(handler.__self__.sid)
        self._handler = handler
        self._outlet: Outlet | None = None
        self._deflates = False
        self.app = self._serve

    def send(self, message: Any) -> None:
        """From the connection's writer thread."""
        outlet = self._outlet
        if not isinstance(message, SharedText):
            super().send(message)
            if outlet is not None and isinstance(message, str):
                outlet.answered = outlet.answered or message.startswith(CONNECT_ANSWER)
            return
        frame = message.deflated if self._deflates else message.plain
        if outlet is None:
            self.ws.sock.sendall(frame)
            return
        try:
            outlet.put(frame)
        finally:
            outlet.count_queued(-1)

    def _serve(self, transport: Any) -> Any:
        self._deflates = deflates(self.ws)
        self._outlet = self.frames.add(self._engine_sid, self)
        try:
            return self._handler(transport)
        finally:
            self.frames.remove(self._engine_sid, self._outlet)


def deflates(ws: Any) -> bool:
    """Whether a simple-websocket connection agreed to compression that our frames are right for."""
    for extension in ws.ws.connection._proto.extensions:
        if isinstance(extension, PerMessageDeflate):
            return (
                extension.server_no_context_takeover
                and extension.server_max_window_bits == WINDOW_BITS
            )
    return False


def _forget_between_messages() -> None:
    """Agree to compression only without memory between messages: then one compressed frame is right
    for everybody, and a connection keeps no compressor."""
    current = simple_websocket.ws.PerMessageDeflate
    if isinstance(current, functools.partial):
        return
    if current is not PerMessageDeflate:
        raise ConfigError(
            "This simple-websocket makes its compression elsewhere.",
            "Install the pinned release (requirements.lock).",
        )
    simple_websocket.ws.PerMessageDeflate = functools.partial(
        PerMessageDeflate, server_no_context_takeover=True, client_no_context_takeover=True
    )


def _frame(flags: int, payload: bytes) -> bytes:
    """A server's WebSocket frame (RFC 6455, 5.2): whole and not masked."""
    size = len(payload)
    if size < 126:
        return bytes((flags, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", flags, 126, size) + payload
    return struct.pack("!BBQ", flags, 127, size) + payload
