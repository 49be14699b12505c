"""One agent's connection as the station holds it: the way back to that agent."""

from __future__ import annotations

import threading
from typing import Any

from ground_station.agentlink.verdict import VERDICT_EVENT
from ground_station.core.agent_durable import NOTICE_EVENT, Notice, encode_notice
from ground_station.core.agent_facts import Held
from ground_station.core.agent_protocol import (
    COMMAND_EVENT,
    NAMESPACE,
    Command,
    Done,
    Refused,
    Reply,
    SdpAnswer,
    decode_reply,
    encode,
    raise_if_refused,
)
from ground_station.core.agent_vehicles import Flown
from ground_station.core.errors import InvalidInput, Throttled, TimedOut, Unavailable
from ground_station.core.ports import AgentIdentity

ENVELOPES_PER_S = 50  # ours send ten, and one more for each megabyte that waits
ENVELOPE_BURST = 500  # what lies in the path's buffers may come at once after a pause


def engine_sid_of(server: Any, sid: str) -> str:
    """The Engine.IO connection under a Socket.IO connection of the agents' namespace."""
    return str(server.manager.eio_sid_from_sid(sid, NAMESPACE))


def close_transport(server: Any, engine_sid: str) -> None:
    """Close an Engine.IO connection without waiting.

    `eio.disconnect` waits until the queue is written, and a dead peer's never is.
    """
    transport = server.eio.sockets.pop(engine_sid, None)
    if transport is not None:
        transport.close(wait=False)


def _ignore(_packet: object) -> None:
    pass


class _Pending:
    """A command that waits for its acknowledgement."""

    def __init__(self) -> None:
        self.settled = threading.Event()
        self.payload: tuple[object, ...] | None = None

    def acknowledge(self, *payload: object) -> None:
        self.payload = payload
        self.settled.set()


class Connection:
    """Implements `core.ports.AgentChannel`; made by `AgentServer` on the receive thread.

    Args:
        server: the python-socketio server.
        sid: the connection's Socket.IO id.
        address: where the agent connects from.
        opened_at_s: monotonic time of the connect.
    """

    def __init__(
        self, server: Any, sid: str, identity: AgentIdentity, address: str, opened_at_s: float
    ) -> None:
        self.identity = identity
        self.address = address
        self.opened_at_s = opened_at_s
        self.heard_at_s = opened_at_s
        self.handling = False  # a message of it is with the listener right now
        self.greeted = False  # its hello was accepted
        self.mourned = False  # the listener was told that it went
        self._server = server
        self._sid = sid
        self._engine_sid = engine_sid_of(server, sid)
        self._receive_thread = threading.get_ident()
        self._next_seq = 0
        self._allowance = float(ENVELOPE_BURST)
        self._allowed_at_s = opened_at_s
        self._lock = threading.Lock()
        self._send_lock = threading.Lock()  # a binary event is two packets that must stay together
        self._closed = False
        self._pending: set[_Pending] = set()

    @property
    def closed(self) -> bool:
        return self._closed

    def count_gap(self, seq: int) -> int:
        """How many envelopes are missing before this one. Receive thread only.

        Raises:
            InvalidInput: `seq` went backwards.
        """
        if seq < self._next_seq:
            raise InvalidInput(f"Envelope {seq} came after envelope {self._next_seq - 1}.")
        missing, self._next_seq = seq - self._next_seq, seq + 1
        return missing

    def count_envelope(self, now_s: float) -> None:
        """Receive thread only.

        Raises:
            Throttled: it sends far more envelopes than any agent of ours.
        """
        passed_s = now_s - self._allowed_at_s
        self._allowed_at_s = now_s
        self._allowance = min(ENVELOPE_BURST, self._allowance + passed_s * ENVELOPES_PER_S) - 1
        if self._allowance < 0:
            raise Throttled(
                f"{self.identity.name} sends more than {ENVELOPES_PER_S} envelopes a second.",
                "Send one batch an interval.",
            )

    def call(self, command: Command, timeout_s: float) -> Done | SdpAnswer | Flown | Held:
        """Send a command and wait for its reply; see `core.ports.AgentChannel`."""
        if threading.get_ident() == self._receive_thread:
            raise RuntimeError("AgentChannel.call was called on the agent's own receive thread")
        pending = _Pending()
        with self._lock:
            if self._closed:
                raise self._gone()
            self._pending.add(pending)
        try:
            self._emit(COMMAND_EVENT, encode(command), pending.acknowledge)
            if not pending.settled.wait(timeout_s):
                raise TimedOut(f"{self.identity.name} did not answer within {timeout_s:g} s.")
        finally:
            with self._lock:
                self._pending.discard(pending)
        if pending.payload is None:
            raise self._gone()
        return raise_if_refused(self._reply(pending.payload))

    def tell(self, verdict: Reply) -> None:
        """Send the station's verdict on this connection."""
        self._emit(VERDICT_EVENT, encode(verdict))

    def notify(self, notice: Notice) -> None:
        """Send a notice; see `core.ports.AgentChannel`."""
        if not self._closed:
            self._emit(NOTICE_EVENT, encode_notice(notice))

    def close(self, reason: Refused | None = None) -> None:
        """Say why (if given) and hang up; never waits for the peer."""
        if not self.abandon():
            return
        if reason is not None:
            self.tell(reason)
        # In its own thread: hanging up runs the disconnect handler, and so the listener, which the
        # caller of `close` may be in the middle of.
        self._server.start_background_task(self._hang_up)

    def abandon(self) -> bool:
        """Fail every command in flight; False if that had been done before."""
        with self._lock:
            if self._closed:
                return False
            self._closed = True
            pending = list(self._pending)
        for command in pending:
            command.settled.set()
        return True

    def _hang_up(self) -> None:
        transport = self._server.eio.sockets.get(self._engine_sid)
        if transport is not None:
            # What is still under way belongs to no connection any more: the library would log each
            # such packet as an error.
            transport.receive = _ignore
        self._server.disconnect(self._sid, namespace=NAMESPACE)
        close_transport(self._server, self._engine_sid)

    def _emit(self, event: str, payload: bytes, callback: Any = None) -> None:
        with self._send_lock:
            self._server.emit(event, payload, to=self._sid, namespace=NAMESPACE, callback=callback)

    def _reply(self, payload: tuple[object, ...]) -> Reply:
        try:
            return decode_reply(payload[0] if len(payload) == 1 else None)
        except InvalidInput as error:
            raise Unavailable(f"{self.identity.name} answered with no valid reply.") from error

    def _gone(self) -> Unavailable:
        return Unavailable(f"{self.identity.name} is not connected any more.")
