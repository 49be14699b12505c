"""A lean Socket.IO client for load: many connections in one thread, one namespace each.

It speaks Engine.IO 4 over WebSocket by hand, offers `permessage-deflate` as browsers do, and does
nothing more than the bench needs, so that what is measured is the station and not its callers.
"""

from __future__ import annotations

import asyncio
import base64
import os
import struct
import sys
import time
import zlib
from collections.abc import Callable
from typing import Any, Final

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
FINAL, COMPRESSED = 0x80, 0x40
OPENS_WITHIN_S: Final = 30.0
OFFER: Final = "permessage-deflate; client_max_window_bits"


class LeanSocket(asyncio.Protocol):
    """One connection. All on the event loop's thread.

    Args:
        namespace: the Socket.IO namespace to join, e.g. "/live".
        headers: further request headers (Cookie, Origin).
        auth: JSON text that goes with the joining, "" for none.
        heard: called with what `reader` made of a Socket.IO event, and when it came (epoch ms).
        reader: makes something of an event's text, e.g. '["batch",{...}]'; it may remember.
    """

    def __init__(
        self,
        namespace: str,
        headers: dict[str, str],
        auth: str,
        heard: Callable[[Any, float], None],
        reader: Callable[[str], Any],
    ) -> None:
        self._namespace = namespace
        self._headers = headers
        self._auth = auth
        self._heard = heard
        self._reader = reader
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._upgraded = False
        self._inflate: zlib._Decompress | None = None
        self._fresh_inflate = False
        self._parts = bytearray()
        self._part_flags = 0
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False
        self.compressed = False
        self.bytes_in = 0

    # --- sending -------------------------------------------------------------------------------

    def event(self, name: str, payload: bytes) -> None:
        """Send one event with one binary payload."""
        self._send(
            TEXT, f'451-{self._namespace},["{name}",{{"_placeholder":true,"num":0}}]'.encode()
        )
        self._send(BINARY, payload)

    def close(self) -> None:
        self.closed = True
        if self._transport is not None:
            self._transport.close()

    def _send(self, kind: int, payload: bytes) -> None:
        if self._transport is None or self.closed:
            return
        size = len(payload)
        head = bytes((FINAL | kind,))
        if size < 126:
            head += bytes((0x80 | size,))
        elif size < 65536:
            head += struct.pack("!BH", 0x80 | 126, size)
        else:
            head += struct.pack("!BQ", 0x80 | 127, size)
        # The mask may be any four bytes; with zeros the payload stays as it is.
        self._transport.write(head + b"\0\0\0\0" + payload)

    # --- asyncio.Protocol ----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        host, port = transport.get_extra_info("peername")[:2]
        lines = [
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
            f"Host: {host}:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Extensions: " + OFFER,
            *(f"{name}: {value}" for name, value in self._headers.items()),
        ]
        transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def data_received(self, data: bytes) -> None:
        self.bytes_in += len(data)
        self._buffer += data
        if not self._upgraded and not self._take_answer():
            return
        while self._take_frame():
            pass

    def connection_lost(self, _error: Exception | None) -> None:
        self.closed = True
        if not self.joined.done():
            self.joined.set_exception(ConnectionError("The station closed the connection."))

    # --- inside --------------------------------------------------------------------------------

    def _take_answer(self) -> bool:
        head, separator, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        if not separator:
            return False
        status, *lines = head.decode("latin-1").split("\r\n")
        if " 101 " not in status + " ":
            self.joined.set_exception(ConnectionError(f"The station answered {status}."))
            self.close()
            return False
        named = {n.strip().lower(): v for n, _, v in (line.partition(":") for line in lines)}
        extension = named.get("sec-websocket-extensions", "")
        self.compressed = "permessage-deflate" in extension
        self._fresh_inflate = "server_no_context_takeover" in extension
        self._buffer = bytearray(rest)
        self._upgraded = True
        return True

    def _take_frame(self) -> bool:
        held = self._buffer
        if len(held) < 2:
            return False
        flags, size, start = held[0], held[1] & 0x7F, 2
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(held) < start:
                return False
            size = int.from_bytes(held[2:start], "big")
        if len(held) < start + size:
            return False
        payload = bytes(held[start : start + size])
        del held[: start + size]
        self._frame(flags, payload)
        return True

    def _frame(self, flags: int, payload: bytes) -> None:
        kind = flags & 0x0F
        if kind == CLOSE:
            self.close()
        elif kind == PING:
            self._send(PONG, payload)
        elif kind in (0, TEXT, BINARY):
            if kind:
                self._part_flags = flags
            self._parts += payload
            if flags & FINAL:
                whole, self._parts = bytes(self._parts), bytearray()
                self._message(self._part_flags, whole)

    def _message(self, flags: int, payload: bytes) -> None:
        if flags & COMPRESSED:
            if self._inflate is None or self._fresh_inflate:
                self._inflate = zlib.decompressobj(-15)
            payload = self._inflate.decompress(payload + b"\0\0\xff\xff")
        if flags & 0x0F == TEXT:
            self._packet(payload.decode())

    def _packet(self, text: str) -> None:
        if text.startswith("0"):
            auth = f",{self._auth}" if self._auth else ","
            self._send(TEXT, f"40{self._namespace}{auth}".encode())
        elif text == "2":
            self._send(TEXT, b"3")
        elif text.startswith("40"):
            self.joined.set_result(None)
        elif text.startswith("44"):
            self.joined.set_exception(ConnectionError(f"The station refused: {text[2:200]}"))
            self.close()
        elif text.startswith("42"):
            now_ms = time.time() * 1000
            self._heard(self._reader(text[text.index("[") :]), now_ms)


async def connected(
    host: str,
    port: int,
    namespace: str,
    heard: Callable[[Any, float], None],
    headers: dict[str, str] | None = None,
    auth: str = "",
    reader: Callable[[str], Any] = str,
) -> LeanSocket:
    """A connection that has joined its namespace.

    Raises:
        ConnectionError: the station refused it. TimeoutError: it did not answer in time.
    """
    loop = asyncio.get_running_loop()
    _, lean = await loop.create_connection(
        lambda: LeanSocket(namespace, headers or {}, auth, heard, reader), host, port
    )
    await asyncio.wait_for(lean.joined, OPENS_WITHIN_S)
    return lean


def when_told(stop: asyncio.Event) -> None:
    """Set `stop` when standard input says another line, or ends."""
    loop = asyncio.get_running_loop()

    def told() -> None:
        loop.remove_reader(sys.stdin.fileno())
        stop.set()

    loop.add_reader(sys.stdin.fileno(), told)
