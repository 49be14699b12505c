"""One frame for everybody: it reads as what was sent, keeps its order, and nobody waits for it."""

from __future__ import annotations

import json
import socket
import time
from types import SimpleNamespace
from typing import Any

import pytest
import simple_websocket.ws
import socketio
from engineio.async_drivers.threading import SimpleWebSocketWSGI
from wsproto import ConnectionType, WSConnection
from wsproto.connection import Connection
from wsproto.events import TextMessage
from wsproto.extensions import PerMessageDeflate

from ground_station.agentlink.hanging_up import CalmWebSocket
from ground_station.api.shared_frames import (
    COMPRESS_FROM_BYTES,
    Outlet,
    SharedFrames,
    SharedPacket,
    SharedText,
    _Later,
    deflates,
)
from ground_station.core.errors import ConfigError
from tests.api.site import Site

LONG = json.dumps([{"place": [n, -n, "é"]} for n in range(5000)])
MIDDLE = "x" * 1000


def read(frames: bytes, *, compressed: bool) -> str:
    """What a client of wsproto reads."""
    extension = PerMessageDeflate()
    extension.finalize("permessage-deflate; server_no_context_takeover")
    client = Connection(ConnectionType.CLIENT, [extension] if compressed else [])
    client.receive_data(frames)
    parts = [event.data for event in client.events() if isinstance(event, TextMessage)]
    return "".join(parts)


@pytest.mark.parametrize("text", ["4", "42", "x" * 125, "x" * 126, MIDDLE, LONG])
def test_a_frame_reads_as_what_was_sent(text: str) -> None:
    shared = SharedText(text)
    assert read(shared.plain, compressed=False) == text
    assert read(shared.deflated, compressed=True) == text
    assert read(shared.deflated + shared.deflated, compressed=True) == text * 2
    assert (shared.deflated != shared.plain) == (len(text) >= COMPRESS_FROM_BYTES)


def test_a_packet_is_a_socket_io_event_made_once() -> None:
    packet = SharedPacket("/live", "batch", b'{"a":1}')
    assert packet.encode() == '42/live,["batch",{"a":1}]'
    assert packet.encode() is packet.encode()


def pair() -> tuple[socket.socket, socket.socket, Outlet]:
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
    return ours, theirs, Outlet(ours, _Later(), deflates=False)


def test_what_cannot_go_out_at_once_follows_in_order() -> None:
    ours, theirs, outlet = pair()
    sent = [bytes([number]) * 30_000 for number in range(50)]
    for part in sent:
        outlet.put(part)  # nobody reads yet, and nobody waits
    assert outlet.held_bytes > 1_000_000
    theirs.settimeout(10)
    got = bytearray()
    while len(got) < sum(map(len, sent)):
        got += theirs.recv(65_536)
    assert bytes(got) == b"".join(sent)
    end = time.monotonic() + 5
    while outlet.held_bytes and time.monotonic() < end:
        time.sleep(0.01)
    assert outlet.held_bytes == 0
    outlet.put(b"more")
    assert theirs.recv(10) == b"more"
    outlet.close()
    ours.close()
    theirs.close()


def test_a_closed_outlet_takes_nothing_and_forgets_what_it_held() -> None:
    ours, theirs, outlet = pair()
    outlet.put(b"x" * 1_000_000)
    assert outlet.held_bytes
    outlet.close()
    assert outlet.held_bytes == 0
    with pytest.raises(OSError, match="closed"):
        outlet.put(b"more")
    ours.close()
    theirs.close()


def test_an_outlet_whose_peer_has_gone_is_closed() -> None:
    ours, theirs, outlet = pair()
    theirs.close()
    with pytest.raises(OSError, match=r"[Pp]ipe|reset"):
        outlet.put(b"x")
    with pytest.raises(OSError, match="closed"):
        outlet.put(b"x")
    ours.close()


def test_nothing_overtakes_the_connections_own_answer_or_what_is_queued() -> None:
    ours, theirs, outlet = pair()
    seen = [outlet.direct]
    outlet.answered = True
    seen.append(outlet.direct)
    outlet.count_queued(1)
    seen.append(outlet.direct)
    outlet.count_queued(-1)
    seen.append(outlet.direct)
    assert seen == [False, True, False, True]
    ours.close()
    theirs.close()


def handshake(extensions: list[Any], offered: str) -> Any:
    connection = Connection(ConnectionType.SERVER, extensions)
    for extension in extensions:
        extension.accept(offered)
    connection._proto.extensions = [e for e in extensions if e.enabled()]
    return SimpleNamespace(ws=SimpleNamespace(connection=connection))


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        ("permessage-deflate", True),
        ("permessage-deflate; client_max_window_bits", True),
        ("permessage-deflate; server_max_window_bits=10", False),
    ],
)
def test_only_what_our_frames_are_right_for_gets_them_compressed(
    site: Site, offered: str, expected: bool
) -> None:
    del site  # made: the library is set up as it serves
    ours = simple_websocket.ws.PerMessageDeflate()
    assert deflates(handshake([ours], offered)) is expected
    assert deflates(handshake([], offered)) is False
    assert deflates(handshake([PerMessageDeflate()], offered)) is False  # it would remember


def test_the_libraries_keep_their_parts_where_we_look(site: Site) -> None:
    engine = site.api.socketio.server.eio
    assert issubclass(engine._async["websocket"], CalmWebSocket)
    assert callable(site.api.socketio.server._send_eio_packet)
    assert hasattr(WSConnection(ConnectionType.SERVER), "connection")
    assert hasattr(Connection(ConnectionType.SERVER, [])._proto, "extensions")
    other = socketio.Server(async_mode="threading")
    assert other.eio._async["websocket"] is SimpleWebSocketWSGI
    with pytest.raises(ConfigError, match="elsewhere"):
        SharedFrames(other).install()
