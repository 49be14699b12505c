"""One try at a connection to the station, from the agent's side."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from socketio.exceptions import SocketIOError

from ground_station.agentlink.ordered_client import Acknowledge, OrderedClient
from ground_station.agentlink.untrusted import untrusted
from ground_station.agentlink.verdict import (
    HELLO_WITHIN_S,
    VERDICT_EVENT,
    refusal_of_connect,
    refusal_of_verdict,
)
from ground_station.core.agent_durable import NOTICE_EVENT
from ground_station.core.agent_protocol import (
    COMMAND_EVENT,
    MESSAGE_EVENT,
    NAMESPACE,
    Envelope,
    Hello,
    Refused,
    decode_reply,
    encode,
)
from ground_station.core.errors import InvalidInput, KestrelError, TimedOut, Unavailable

CONNECT_TIMEOUT_S = 3.0
STEP_S = 0.05
# Nothing between here and the station's handler is bounded: not the client library's queue, not the
# station's WebSocket buffer. So each envelope is acknowledged, and few may be under way.
ENVELOPES_UNDER_WAY = 8
ACKNOWLEDGED_WITHIN_S = 10.0

OnCommand = Callable[[object, Acknowledge], None]


class Connection:
    """Used once: open, greet, send ..., close. One thread owns it; events come on the reading one.

    Args:
        on_command: gets a command's payload and the way to acknowledge it; must not block.
        on_notice: gets a notice's payload; must not block.
        ca_file: the authority of the station's certificate; "" = those of the system.
    """

    def __init__(
        self, on_command: OnCommand, on_notice: Callable[[object], None], ca_file: str = ""
    ) -> None:
        self._on_command = on_command
        self._on_notice = on_notice
        self._client = OrderedClient(self._on_event, CONNECT_TIMEOUT_S, ca_file)
        self._client.on("connect", self._on_connect, namespace=NAMESPACE)
        self._client.on("connect_error", self._on_connect_error, namespace=NAMESPACE)
        self._client.on("disconnect", self._on_disconnect, namespace=NAMESPACE)
        self._open = threading.Event()
        self._accepted = threading.Event()
        self._ended = threading.Event()
        self._refusal: KestrelError | None = None
        self._under_way: deque[float] = deque()  # when each envelope was sent
        self.next_seq = 0

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    def open(self, url: str, token: str) -> None:
        """Raises Unavailable when the station cannot be reached."""
        try:
            self._client.connect(
                url,
                auth={"token": token},
                transports=["websocket"],
                namespaces=[NAMESPACE],
                wait=False,
            )
        except (SocketIOError, OSError, ValueError) as error:
            refused = untrusted(url, error)
            raise refused or Unavailable(f"Cannot reach the station at {url}.") from error

    def greet(self, hello: Hello, stop: threading.Event) -> None:
        """Say hello as soon as the namespace is open and wait for the station's verdict.

        Raises:
            TimedOut: no verdict in time.
            Unavailable: the connection broke.
            KestrelError: the station refused the token or the hello.
        """
        self._await(self._open, stop)
        self.send(encode(Envelope(self.next_seq, [hello])))
        self._await(self._accepted, stop)

    def send(self, payload: bytes) -> None:
        """Hand one envelope to the library; lost without a word if the connection has ended."""
        self._under_way.append(time.monotonic())
        try:
            self._client.emit(
                MESSAGE_EVENT, payload, namespace=NAMESPACE, callback=self._on_acknowledged
            )
        except SocketIOError:
            self._ended.set()
        self.next_seq += 1

    def clogged(self) -> bool:
        """Whether the station does not keep up; when it has not for long, the connection ends."""
        try:
            oldest_s = self._under_way[0]
        except IndexError:
            return False
        if time.monotonic() - oldest_s > ACKNOWLEDGED_WITHIN_S:
            self._ended.set()
        return len(self._under_way) >= ENVELOPES_UNDER_WAY

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Until `seconds` have passed, the connection has ended, or (soon after) `stop` is set."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not stop.is_set():
            if self._ended.wait(min(left, STEP_S)):
                return

    def raise_refusal(self) -> None:
        """Raise what the station said when it hung up, if it said anything."""
        if self._refusal is not None:
            raise self._refusal

    def close(self) -> None:
        """Wait a moment for what is under way, then hang up and end the library's threads."""
        until = time.monotonic() + 0.2
        while self._under_way and not self.ended and time.monotonic() < until:
            time.sleep(0.01)
        self._client.hang_up(timeout_s=0.3)

    def _await(self, event: threading.Event, stop: threading.Event) -> None:
        until = time.monotonic() + HELLO_WITHIN_S
        while not event.wait(STEP_S):
            self.raise_refusal()
            if self.ended or stop.is_set():
                raise Unavailable("The station closed the connection.")
            if time.monotonic() > until:
                raise TimedOut("The station does not answer.")

    # --- on the reading thread -------------------------------------------------------------------

    def _on_connect(self) -> None:
        self._open.set()

    def _on_connect_error(self, *reason: object) -> None:
        self._refusal = refusal_of_connect(reason[0] if reason else None)

    def _on_disconnect(self, *_reason: object) -> None:
        self._ended.set()

    def _on_acknowledged(self, *_nothing: object) -> None:
        with contextlib.suppress(IndexError):  # a station that acknowledges twice
            self._under_way.popleft()

    def _on_event(self, event: str, arguments: list[Any], acknowledge: Acknowledge | None) -> None:
        payload = arguments[0] if len(arguments) == 1 else None
        if event == COMMAND_EVENT and acknowledge is not None:
            self._on_command(payload, acknowledge)
        elif event == NOTICE_EVENT:
            self._on_notice(payload)
        elif event == VERDICT_EVENT:
            self._on_verdict(payload)

    def _on_verdict(self, payload: object) -> None:
        try:
            verdict = decode_reply(payload)
        except InvalidInput:
            self._refusal = Unavailable("The station does not speak Kestrel's agent protocol.")
            return
        if isinstance(verdict, Refused):
            self._refusal = refusal_of_verdict(verdict)
        else:
            self._accepted.set()
