"""A server WebSocket whose other end may be gone when it is closed.

python-engineio's writer thread closes the socket outside of its own `try`: a client that reset the
connection a moment earlier then ends the thread with a traceback, though nothing was left to do.
"""

from __future__ import annotations

import contextlib
from typing import Any

from engineio.async_drivers.threading import SimpleWebSocketWSGI
from simple_websocket import ConnectionClosed

from ground_station.core.errors import ConfigError


class CalmWebSocket(SimpleWebSocketWSGI):  # type: ignore[misc]  # engineio has no types
    """engineio's WebSocket, that may be closed by either end first."""

    def close(self) -> None:
        """Close it, also when the other end was first."""
        with contextlib.suppress(OSError, ConnectionClosed):
            super().close()


def close_calmly(socketio: Any) -> None:
    """Make this Flask-SocketIO server's WebSockets close without an error when nobody is there.

    Raises:
        ConfigError: the library no longer keeps its transports where we put ours.
    """
    engine = socketio.server.eio
    transports = getattr(engine, "_async", None)
    if not isinstance(transports, dict) or transports.get("websocket") not in (
        SimpleWebSocketWSGI,
        CalmWebSocket,
    ):
        raise ConfigError(
            "This python-engineio keeps its WebSocket class elsewhere.",
            "Install the pinned release (requirements.lock).",
        )
    engine._async = {**transports, "websocket": CalmWebSocket}
