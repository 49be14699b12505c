"""A station that consists of the agent link only: real Flask-SocketIO behind a real web server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import flask
from flask_socketio import SocketIO
from werkzeug.serving import WSGIRequestHandler, make_server

from ground_station.agentlink.client import AgentClient
from ground_station.agentlink.hanging_up import close_calmly
from ground_station.agentlink.server import AgentServer
from ground_station.agentlink.token_file import Tokens as ClientTokens
from ground_station.core.agent_durable import Durable, Received
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AgentKind,
    AgentMessage,
    Command,
    Done,
    Heartbeat,
    Hello,
    Reply,
)
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.errors import KestrelError
from ground_station.core.ports import AgentChannel, AgentIdentity
from tests.ports import free_port

NODE = AgentIdentity("node-1", "Vision node 1", AgentKind.NODE)
CAMERA = AgentIdentity("camera-1", "Camera agent 1", AgentKind.CAMERA)
TOKENS = {"node-token": NODE, "camera-token": CAMERA}


class Tokens:
    """Implements AgentAuthenticator."""

    def __init__(self) -> None:
        self.known = dict(TOKENS)

    def agent_for_token(self, token: str) -> AgentIdentity | None:
        return self.known.get(token)


@dataclass
class Recorder:
    """Implements AgentListener: keeps what it is told."""

    refuse_with: KestrelError | None = None
    on_message: Callable[[AgentChannel, AgentMessage], None] | None = None
    hellos: list[Hello] = field(default_factory=list)
    channels: list[AgentChannel] = field(default_factory=list)
    messages: list[AgentMessage] = field(default_factory=list)
    gone: list[AgentChannel] = field(default_factory=list)
    durable: list[list[Durable]] = field(default_factory=list)
    twice: list[tuple[AgentIdentity, str]] = field(default_factory=list)
    acknowledge: bool = True

    def agent_connected(self, identity: AgentIdentity, hello: Hello, channel: AgentChannel) -> None:
        if self.refuse_with is not None:
            raise self.refuse_with
        self.hellos.append(hello)
        self.channels.append(channel)

    def agent_message(self, agent_id: str, channel: AgentChannel, message: AgentMessage) -> None:
        self.messages.append(message)
        if self.on_message is not None:
            self.on_message(channel, message)

    def agent_durable(
        self, agent_id: str, channel: AgentChannel, messages: Sequence[Durable]
    ) -> None:
        self.durable.append(list(messages))
        if self.acknowledge:
            channel.notify(Received([message.message_id for message in messages]))

    def agent_twice(self, identity: AgentIdentity, address: str) -> None:
        self.twice.append((identity, address))

    def agent_disconnected(self, agent_id: str, channel: AgentChannel) -> None:
        self.gone.append(channel)

    def of(self, kind: type[AgentMessage]) -> list[AgentMessage]:
        return [message for message in self.messages if isinstance(message, kind)]


class _Quiet(WSGIRequestHandler):
    disable_nagle_algorithm = True  # as gunicorn does; or each command waits 40 ms for an ACK

    def log(self, type: str, message: str, *args: object) -> None:
        pass


class Station:
    """Listens on 127.0.0.1 from `start` to `stop`; can be started again on the same port."""

    def __init__(
        self, clock: Clock | None = None, routes: Callable[[flask.Flask], None] | None = None
    ) -> None:
        self._routes = routes
        self.listener = Recorder()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._clock = clock or SystemClock()
        self.tokens = Tokens()

    def start(self) -> Station:
        app = flask.Flask(__name__)
        if self._routes is not None:
            self._routes(app)
        socketio = SocketIO(app, async_mode="threading", async_handlers=False)
        close_calmly(socketio)
        self.agents = AgentServer(socketio, self.tokens, self.listener, clock=self._clock)
        self.agents.start()
        self._http = make_server("127.0.0.1", self.port, app, threaded=True, request_handler=_Quiet)
        self._http.daemon_threads = True  # type: ignore[attr-defined]
        self._socketio = socketio
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)
        self.agents.stop()
        self._socketio.server.shutdown()


def until(condition: Callable[[], object], timeout_s: float = 15.0) -> None:
    """Wait for something to become true; fail the test if it does not."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def hello_of(identity: AgentIdentity, protocol: int = PROTOCOL_VERSION) -> Hello:
    return Hello(protocol=protocol, kind=identity.kind, name=identity.name, software="test")


def client_of(
    station: Station,
    token: str | ClientTokens = "node-token",
    identity: AgentIdentity = NODE,
    on_command: Callable[[Command], Reply] = lambda command: Done(),
    protocol: int = PROTOCOL_VERSION,
    *,
    clock: Clock | None = None,
    **more: Any,
) -> AgentClient:
    clock = clock or SystemClock()
    return AgentClient(
        station_url=more.pop("url", station.url),
        token=token,
        hello=lambda: hello_of(identity, protocol),
        on_command=on_command,
        heartbeat=lambda: Heartbeat(sent_at=clock.now()),
        clock=clock,
        **more,
    )
