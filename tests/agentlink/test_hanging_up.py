"""The server's WebSocket, closed when the other end has gone."""

from __future__ import annotations

from typing import Any

import flask
import pytest
from flask_socketio import SocketIO
from simple_websocket import ConnectionClosed

from ground_station.agentlink.hanging_up import close_calmly
from ground_station.core.errors import ConfigError


class Gone:
    connected = True

    def __init__(self, error: Exception) -> None:
        self._error = error

    def close(self) -> None:
        raise self._error


@pytest.mark.parametrize("error", [ConnectionResetError(), BrokenPipeError(), ConnectionClosed()])
def test_closing_what_is_gone_is_no_error(error: Exception) -> None:
    websocket = transport_of(socketio())(None, None)
    websocket.ws = Gone(error)
    websocket.close()


def test_other_errors_are_not_hidden() -> None:
    websocket = transport_of(socketio())(None, None)
    websocket.ws = Gone(LookupError())
    with pytest.raises(LookupError):
        websocket.close()


def test_the_library_s_own_table_is_left_alone() -> None:
    close_calmly(socketio())
    assert transport_of(SocketIO(flask.Flask(__name__), async_mode="threading")).__name__ == (
        "SimpleWebSocketWSGI"
    )


def test_a_library_built_otherwise_is_refused() -> None:
    other = socketio()
    other.server.eio._async = {}
    with pytest.raises(ConfigError, match="engineio"):
        close_calmly(other)


def socketio() -> Any:
    made = SocketIO(flask.Flask(__name__), async_mode="threading")
    close_calmly(made)
    return made


def transport_of(socketio: Any) -> Any:
    return socketio.server.eio._async["websocket"]
