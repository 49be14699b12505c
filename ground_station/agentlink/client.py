"""An agent's end of the agent link: connects, keeps connected, sends batches, answers commands."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ground_station.agentlink.command_pool import CommandPool
from ground_station.agentlink.connection import Connection
from ground_station.agentlink.ordered_client import Acknowledge
from ground_station.agentlink.outgoing import Outgoing
from ground_station.core.agent_protocol import (
    HEARTBEAT_INTERVAL_S,
    TRACK_BATCH_INTERVAL_S,
    AgentMessage,
    Command,
    Heartbeat,
    Hello,
    Reply,
    decode_command,
    encode,
    refused,
)
from ground_station.core.clock import Clock
from ground_station.core.errors import KestrelError, Unavailable

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 2.0
REFUSED_PAUSE_S = 10.0
STOP_WITHIN_S = 0.8
COMMAND_THREADS = 4
COMMANDS_WAITING = 64


class AgentClient:
    """The link of one agent or node to its station.

    Args:
        station_url: `http(s)://host:port`.
        token: this agent's secret; only ever sent in the connect message.
        hello: called for each connection: who this is and which sources it offers.
        on_command: carries a command out, in a worker thread, several at a time; a KestrelError
            becomes `Refused`.
        heartbeat: called once a second on the link's own thread; must be quick.
        clock: paces batches and heartbeats.
    """

    def __init__(
        self,
        *,
        station_url: str,
        token: str,
        hello: Callable[[], Hello],
        on_command: Callable[[Command], Reply],
        heartbeat: Callable[[], Heartbeat],
        clock: Clock,
    ) -> None:
        self._url = station_url
        self._token = token
        self._hello = hello
        self._on_command = on_command
        self._heartbeat = heartbeat
        self._clock = clock
        self._outgoing = Outgoing()
        self._commands = CommandPool(COMMAND_THREADS, COMMANDS_WAITING)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="agentlink", daemon=True)
        self._connected = False
        self._refusal: KestrelError | None = None
        self._problem = ""

    def start(self) -> None:
        """Connect, and go on doing so until `stop`."""
        self._commands.start()
        self._thread.start()

    def stop(self) -> None:
        """Send what waits, hang up and end the threads; returns within about a second."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_WITHIN_S)
            self._commands.stop(STOP_WITHIN_S / 5)

    @property
    def connected(self) -> bool:
        """Whether the station has accepted this connection's hello."""
        return self._connected

    @property
    def refusal(self) -> KestrelError | None:
        """Why the station does not want this agent; None while it does, or cannot be reached."""
        return self._refusal

    @property
    def dropped(self) -> int:
        """Messages that were never sent."""
        return self._outgoing.dropped

    def send(self, message: AgentMessage) -> None:
        """Put a message into the next batch; from any thread, never blocks.

        While there is no connection SourceReports keep the newest; TrackBatch and FrameTimes are
        dropped, since they are history when a connection comes; control messages wait.
        """
        self._outgoing.put(message)

    # --- the link's own thread -------------------------------------------------------------------

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stop.is_set():
            try:
                self._serve_one_connection()
                pause_s = FIRST_PAUSE_S
            except Unavailable as error:
                self._note(str(error))
            except KestrelError as error:
                self._refusal = error
                self._note(str(error))
                self._stop.wait(REFUSED_PAUSE_S)
                continue
            except Exception:
                log.exception("agentlink_failed station=%s", self._url)
            self._stop.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _serve_one_connection(self) -> None:
        """Returns when a connection that had been accepted has ended.

        Raises:
            Unavailable: the station could not be reached, or did not answer.
            KestrelError: it refused this agent.
        """
        connection = Connection(self._dispatch)
        try:
            connection.open(self._url, self._token)
            connection.greet(self._hello(), self._stop)
            self._outgoing.forget_streams()
            self._refusal, self._problem, self._connected = None, "", True
            log.info("agentlink_connected station=%s", self._url)
            self._send_batches(connection)
            connection.raise_refusal()
            self._note("The connection to the station was lost.")
        finally:
            self._connected = False
            connection.close()

    def _send_batches(self, connection: Connection) -> None:
        next_heartbeat_s = self._clock.monotonic_s()
        while not (connection.ended or self._stop.is_set()):
            messages: list[AgentMessage] = []
            if self._clock.monotonic_s() >= next_heartbeat_s:
                messages.append(self._heartbeat())
                next_heartbeat_s = self._clock.monotonic_s() + HEARTBEAT_INTERVAL_S
            self._flush(connection, messages)
            connection.wait(TRACK_BATCH_INTERVAL_S, self._stop)
        if self._stop.is_set():
            self._flush(connection, [])

    def _flush(self, connection: Connection, first: list[AgentMessage]) -> None:
        """Send what waits, unless the station does not keep up: then let the mailboxes fill."""
        if connection.clogged():
            return
        messages = first + self._outgoing.take()
        for payload in self._outgoing.pack(messages, connection.next_seq):
            connection.send(payload)

    def _note(self, problem: str) -> None:
        """Log a problem when it is new, not at every try."""
        if problem != self._problem and not self._stop.is_set():
            log.warning("agentlink_down station=%s reason=%s", self._url, problem)
        self._problem = problem

    # --- commands --------------------------------------------------------------------------------

    def _dispatch(self, payload: object, acknowledge: Acknowledge) -> None:
        """On the reading thread."""
        if not self._commands.submit(lambda: acknowledge(encode(self._carry_out(payload)))):
            busy = Unavailable(f"More than {COMMANDS_WAITING} commands wait on this agent.")
            acknowledge(encode(refused(busy)))

    def _carry_out(self, payload: object) -> Reply:
        try:
            return self._on_command(decode_command(payload))
        except KestrelError as error:
            return refused(error)
        except Exception as error:
            # A fault of ours must still answer: the station would wait, and its user with it.
            log.exception("agent_command_failed")
            return refused(
                KestrelError(f"The agent failed with {type(error).__name__}; its log says more.")
            )
