"""The station's end of the agent link: Socket.IO namespace `/agents`.

One connection at a time for each agent: a second one from the same address replaces the first (the
agent was restarted), one from another address is refused while the first lives. Each runs on its
own receive thread, so the messages of one agent reach the listener in order and those of two agents
may come at the same time.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime

import flask
from flask_socketio import ConnectionRefusedError as Refuse
from flask_socketio import SocketIO

from ground_station.agentlink.channel import Connection, close_transport, engine_sid_of
from ground_station.agentlink.verdict import HELLO_WITHIN_S, SILENT_FOR_S
from ground_station.core.agent_durable import ClockReading, Durable
from ground_station.core.agent_protocol import (
    HEARTBEAT_LOST_AFTER_S,
    MESSAGE_EVENT,
    NAMESPACE,
    Done,
    Envelope,
    Heartbeat,
    Hello,
    check_hello,
    decode_envelope,
    refused,
)
from ground_station.core.agent_versions import decode_first_envelope
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.errors import ConfigError, Conflict, InvalidInput, KestrelError, TimedOut
from ground_station.core.lifecycle import Worker
from ground_station.core.ports import AgentAuthenticator, AgentIdentity, AgentListener

log = logging.getLogger(__name__)

WATCH_INTERVAL_S = 0.5
REFUSED_STAYS_S = 1.0
ADMISSIONS = 1024


class AgentServer:
    """Lets agents in, hands their messages to the listener and gives it a channel back to each.

    Args:
        socketio: made with `async_handlers=False`: otherwise the library runs each message in a
            thread of its own and their order is lost.
        authenticator: knows whose a token is.
        listener: told about every agent; see `core.ports.AgentListener` for the threads.
        clock: what silence is measured with.

    Raises:
        ConfigError: `socketio` has asynchronous handlers.
    """

    def __init__(
        self,
        socketio: SocketIO,
        authenticator: AgentAuthenticator,
        listener: AgentListener,
        clock: Clock | None = None,
    ) -> None:
        if socketio.server_options.get("async_handlers", True):
            raise ConfigError(
                "AgentServer needs SocketIO(async_handlers=False).",
                "With asynchronous handlers the messages of one agent lose their order.",
            )
        self._socketio = socketio
        self._authenticator = authenticator
        self._listener = listener
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        # One hello or farewell of an agent at a time; its listener may wait for the database, and
        # others must not wait with it.
        self._admissions = tuple(threading.RLock() for _ in range(ADMISSIONS))
        self._by_sid: dict[str, Connection] = {}
        self._by_agent: dict[str, Connection] = {}
        self._gaps = 0
        self._watcher = Worker("agentlink-watch", self._watch)
        self._wake = threading.Event()
        socketio.on_event("connect", self._on_connect, namespace=NAMESPACE)
        socketio.on_event(MESSAGE_EVENT, self._on_message, namespace=NAMESPACE)
        socketio.on_event("disconnect", self._on_disconnect, namespace=NAMESPACE)

    def start(self) -> None:
        """Begin to drop connections that say no hello or have fallen silent."""
        self._watcher.start()

    def stop(self) -> None:
        """Hang up on every agent; they try again by themselves."""
        self._wake.set()
        self._watcher.stop()
        for connection in self._connections():
            connection.close()

    @property
    def sequence_gaps(self) -> int:
        """Envelopes that are known to be missing, over all connections so far."""
        with self._lock:
            return self._gaps

    @property
    def connected_agents(self) -> frozenset[str]:
        """Ids of the agents whose hello was accepted and that have not gone since."""
        with self._lock:
            return frozenset(self._by_agent)

    # --- Socket.IO handlers, on the connection's receive thread ----------------------------------

    def _on_connect(self, auth: object = None) -> None:
        server = self._socketio.server
        token = auth.get("token") if isinstance(auth, dict) else None
        identity = self._authenticator.agent_for_token(token) if isinstance(token, str) else None
        sid = _sid()
        if identity is None:
            self._socketio.start_background_task(self._end_refused, engine_sid_of(server, sid))
            log.warning("agent_refused reason=unknown_token")
            raise Refuse(
                "The station does not know this agent's token.",
                {"code": "not_signed_in", "remedy": "Make a new token on the station."},
            )
        address = str(flask.request.remote_addr or "")
        connection = Connection(server, sid, identity, address, self._clock.monotonic_s())
        with self._lock:
            self._by_sid[sid] = connection

    def _on_message(self, payload: object = None, *_more: object) -> None:
        connection = self._connection(_sid())
        if connection is None or connection.closed:
            return  # a straggler of a connection we have hung up on
        connection.handling = True
        received_at = self._clock.now()
        try:
            connection.count_envelope(self._clock.monotonic_s())
            decode = decode_envelope if connection.greeted else decode_first_envelope
            self._take(connection, decode(payload), received_at)
        except KestrelError as error:
            name = connection.identity.name
            log.warning("agent_dropped agent=%s code=%s reason=%s", name, error.code, error)
            connection.close(refused(error))
        finally:
            connection.heard_at_s = self._clock.monotonic_s()
            connection.handling = False

    def _on_disconnect(self, *_reason: object) -> None:
        with self._lock:
            connection = self._by_sid.pop(_sid(), None)
        if connection is not None:
            self._farewell(connection)

    def _end_refused(self, engine_sid: str) -> None:
        """Only its namespace was refused: left alone, a stranger would hold a thread of ours."""
        self._wake.wait(REFUSED_STAYS_S)  # for the refusal to be read
        close_transport(self._socketio.server, engine_sid)

    # --- what they do ----------------------------------------------------------------------------

    def _take(self, connection: Connection, envelope: Envelope, received_at: datetime) -> None:
        missing = connection.count_gap(envelope.seq)
        if missing:
            with self._lock:
                self._gaps += missing
            log.warning("agent_gap agent=%s missing=%d", connection.identity.name, missing)
        messages = envelope.messages
        if not connection.greeted:
            if not messages or not isinstance(messages[0], Hello):
                raise InvalidInput("The first message of an agent must be its hello.")
            self._welcome(connection, messages[0])
            messages = messages[1:]
        durable: list[Durable] = []
        for message in messages:
            if isinstance(message, Hello):
                raise InvalidInput("An agent says hello only once.")
            if isinstance(message, Durable):
                durable.append(message)
                continue
            if isinstance(message, Heartbeat):
                now = self._clock.now()
                connection.notify(ClockReading(message.sent_at, received_at, now))
            self._listener.agent_message(connection.identity.agent_id, connection, message)
        if durable:
            self._listener.agent_durable(connection.identity.agent_id, connection, durable)

    def _welcome(self, connection: Connection, hello: Hello) -> None:
        check_hello(hello)
        identity = connection.identity
        if hello.kind is not identity.kind:
            raise InvalidInput(
                f"This token is for a {identity.kind} agent, not for a {hello.kind} agent.",
                "Start the agent with the token that was made for it.",
            )
        with self._admission(identity.agent_id):
            self._replace(identity, connection.address)
            self._listener.agent_connected(identity, hello, connection)
            connection.greeted = True
            with self._lock:
                self._by_agent[identity.agent_id] = connection
        connection.tell(Done())
        log.info("agent_connected agent=%s kind=%s", identity.name, identity.kind)

    def _replace(self, identity: AgentIdentity, address: str) -> None:
        """Make room for a new connection; Conflict if the present one is somebody else's."""
        with self._lock:
            former = self._by_agent.get(identity.agent_id)
        if former is not None:
            if former.address != address and self._lives(former):
                self._listener.agent_twice(identity, address)
                log.warning("agent_token_twice agent=%s address=%s", identity.name, address)
                raise Conflict(
                    f"{identity.name} is connected already, from another machine.",
                    "Run one process with each token; if the other is not yours, have the agent "
                    "revoked and enrol it anew.",
                )
            former.close(
                refused(
                    Conflict(
                        f"Another process connected as {identity.name}.",
                        "Run one process with each token.",
                    )
                )
            )
            self._farewell(former)

    def _admission(self, agent_id: str) -> threading.RLock:
        """Its lock; by chance another agent's as well."""
        return self._admissions[hash(agent_id) % ADMISSIONS]

    def _lives(self, connection: Connection) -> bool:
        silent_s = self._clock.monotonic_s() - connection.heard_at_s
        # One whose message is being taken is not silent, however long that takes us.
        heard = connection.handling or silent_s <= HEARTBEAT_LOST_AFTER_S
        return heard and not connection.closed

    def _farewell(self, connection: Connection) -> None:
        """Tell the listener once, and only about connections it knows."""
        connection.abandon()
        agent_id = connection.identity.agent_id
        with self._admission(agent_id):
            if not connection.greeted or connection.mourned:
                return
            connection.mourned = True
            with self._lock:
                if self._by_agent.get(agent_id) is connection:
                    del self._by_agent[agent_id]
            self._listener.agent_disconnected(agent_id, connection)
        log.info("agent_disconnected agent=%s", connection.identity.name)

    def _watch(self) -> None:
        self._wake.wait(WATCH_INTERVAL_S)
        now_s = self._clock.monotonic_s()
        for connection in self._connections():
            name = connection.identity.name
            if connection.handling:
                continue  # of many hosts that come at once, some wait for their hello to be taken
            if not connection.greeted and now_s - connection.opened_at_s > HELLO_WITHIN_S:
                log.warning("agent_dropped agent=%s reason=no_hello", name)
                error = TimedOut(f"No hello came within {HELLO_WITHIN_S:g} s.")
                connection.close(refused(error))
            elif now_s - connection.heard_at_s > SILENT_FOR_S:
                log.warning("agent_dropped agent=%s reason=silent", name)
                connection.close(refused(TimedOut(f"{name} was silent for {SILENT_FOR_S:g} s.")))

    def _connection(self, sid: str) -> Connection | None:
        with self._lock:
            return self._by_sid.get(sid)

    def _connections(self) -> list[Connection]:
        with self._lock:
            return list(self._by_sid.values())


def _sid() -> str:
    return str(flask.request.sid)  # type: ignore[attr-defined]  # set by Flask-SocketIO
