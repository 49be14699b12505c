"""An agent's end of the agent link: connects, keeps connected, sends batches, answers commands."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import msgspec

from ground_station.agentlink.clock_offset import ClockOffset
from ground_station.agentlink.command_pool import CommandPool, ThreadEach
from ground_station.agentlink.connection import Connection
from ground_station.agentlink.durable_sender import DurableSender
from ground_station.agentlink.ordered_client import Acknowledge
from ground_station.agentlink.outbox import Outbox
from ground_station.agentlink.outgoing import Outgoing
from ground_station.agentlink.token_file import Tokens
from ground_station.core.agent_durable import ClockReading, DurablePayload, Received, decode_notice
from ground_station.core.agent_protocol import (
    HEARTBEAT_INTERVAL_S,
    TRACK_BATCH_INTERVAL_S,
    AgentMessage,
    Command,
    Done,
    Goodbye,
    Heartbeat,
    Hello,
    Reply,
    RotateToken,
    decode_command,
    encode,
    refused,
)
from ground_station.core.agent_vehicles import Fly, Supersede, is_urgent
from ground_station.core.clock import Clock
from ground_station.core.errors import (
    InvalidInput,
    KestrelError,
    NotSignedIn,
    Unavailable,
    Unprocessable,
)

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 2.0
REFUSED_PAUSE_S = 10.0
STOP_WITHIN_S = 0.8
COMMAND_THREADS = 4
COMMANDS_WAITING = 64
URGENT_AT_ONCE = 64
RECONNECT_AFTER_S = 0.3  # for the reply to be on its way
CLOCK_KNOWN_WITHIN_S = 3.0  # durable messages wait so long for their times to mean something


class AgentClient:
    """The link of one agent or node to its station.

    Args:
        station_url: `http(s)://host:port`.
        token: this agent's secret; only ever sent in the connect message. `Tokens` of a file can
            be rotated by the station.
        hello: called for each connection: who this is and which sources it offers.
        on_command: carries a command out, in a worker thread, several at a time; a KestrelError
            becomes `Refused`. Urgent commands (`is_urgent`) have threads of their own and wait for
            no other.
        heartbeat: called once a second on the link's own thread; must be quick.
        clock: paces batches and heartbeats.
        outbox: keeps what must never be lost; None: this agent has nothing of the sort. It stays
            the caller's to close, after `stop`.
        ca_file: the authority (PEM) that signed the station's certificate; "" = the system's.

    Attributes, to be set before `start`:
        batch_interval_s: how long messages may wait for each other.
        on_order: told of every flight command and `Supersede` as it comes in, in the order that the
            station sent them and before any of them is carried out; on the reading thread, must be
            quick and not raise.
    """

    batch_interval_s: float = TRACK_BATCH_INTERVAL_S

    def __init__(
        self,
        *,
        station_url: str,
        token: str | Tokens,
        hello: Callable[[], Hello],
        on_command: Callable[[Command], Reply],
        heartbeat: Callable[[], Heartbeat],
        clock: Clock,
        outbox: Outbox | None = None,
        ca_file: str = "",
    ) -> None:
        self.on_order: Callable[[Fly | Supersede], None] = lambda order: None
        self._url = station_url
        self._tokens = Tokens([token]) if isinstance(token, str) else token
        self._ca_file = ca_file
        self._outbox = outbox
        self._durable = None if outbox is None else DurableSender(outbox)
        self._offset = ClockOffset(clock)
        self._rotated = threading.Event()
        self._hello = hello
        self._on_command = on_command
        self._heartbeat = heartbeat
        self._clock = clock
        self._outgoing = Outgoing()
        self._commands = CommandPool(COMMAND_THREADS, COMMANDS_WAITING)
        self._urgent = ThreadEach("agentlink-urgent", URGENT_AT_ONCE)
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

    def put(self, payload: DurablePayload) -> str:
        """Keep a message that must reach the station; its id, once it is on the disk. From any
        thread, also while there is no connection. See `Outbox.put` for what it raises."""
        if self._outbox is None:
            raise Unavailable("This agent has no outbox.", "Start it with a folder for one.")
        return self._outbox.put(payload)

    # --- the link's own thread -------------------------------------------------------------------

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stop.is_set():
            try:
                self._serve_one_connection()
                pause_s = FIRST_PAUSE_S
            except Unavailable as error:
                self._note(str(error))
            except NotSignedIn as error:
                if self._tokens.refused():
                    continue  # a rotation was cut short: the former token may be the good one
                self._refusal = error
                self._note(str(error))
                self._stop.wait(REFUSED_PAUSE_S)
                continue
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
        connection = Connection(self._dispatch, self._noticed, self._ca_file)
        try:
            self._rotated.clear()
            # Afresh: a machine that slept has a monotonic clock that stood still.
            self._offset = ClockOffset(self._clock)
            connection.open(self._url, self._tokens.current)
            connection.greet(self._hello(), self._stop)
            self._settle_token()
            self._outgoing.forget_streams()
            if self._durable is not None:
                self._durable.restart()
            self._refusal, self._problem, self._connected = None, "", True
            log.info("agentlink_connected station=%s", self._url)
            self._send_batches(connection)
            connection.raise_refusal()
            self._note("The connection to the station was lost.")
        finally:
            self._connected = False
            connection.close()

    def _send_batches(self, connection: Connection) -> None:
        began_s = next_heartbeat_s = self._clock.monotonic_s()
        while not (connection.ended or self._stop.is_set() or self._rotated.is_set()):
            now_s = self._clock.monotonic_s()
            messages: list[AgentMessage] = []
            if now_s >= next_heartbeat_s:
                messages.append(self._own_heartbeat())
                next_heartbeat_s = now_s + HEARTBEAT_INTERVAL_S
            known = self._offset.measured() is not None
            may_send = known or now_s - began_s > CLOCK_KNOWN_WITHIN_S
            self._flush(connection, messages, durable=may_send)
            connection.wait(self.batch_interval_s, self._stop)
        if self._stop.is_set():
            self._flush(connection, [Goodbye()])

    def _flush(
        self, connection: Connection, first: list[AgentMessage], *, durable: bool = False
    ) -> None:
        """Send what waits, unless the station does not keep up: then let the mailboxes fill."""
        if connection.clogged():
            return
        messages = first + self._outgoing.take()
        if durable and self._durable is not None:
            messages += self._durable.take(self._clock.monotonic_s())
        for payload in self._outgoing.pack(messages, connection.next_seq):
            connection.send(payload)

    def _own_heartbeat(self) -> Heartbeat:
        """The agent's heartbeat, with what the link itself knows."""
        beat = self._heartbeat()
        problems, figures = dict(beat.problems), dict(beat.figures)
        figures["messages_dropped"] = float(self.dropped)
        if self._durable is not None:
            figures["outbox_waiting"] = float(self._durable.waiting)
            if self._durable.problem:
                problems[""] = f"{problems.get('', '')} {self._durable.problem}".strip()
        measured = self._offset.measured()
        self._offset.sent(beat.sent_at)
        return msgspec.structs.replace(
            beat,
            problems=problems,
            figures=figures,
            clock_offset_ms=None if measured is None else measured[0],
            round_trip_ms=None if measured is None else measured[1],
        )

    def _settle_token(self) -> None:
        try:
            self._tokens.accepted()
        except KestrelError as error:  # it is good all the same; the next connection tries again
            log.warning("agent_token_not_settled reason=%s", error)

    def _note(self, problem: str) -> None:
        """Log a problem when it is new, not at every try."""
        if problem != self._problem and not self._stop.is_set():
            log.warning("agentlink_down station=%s reason=%s", self._url, problem)
        self._problem = problem

    # --- notices, on the reading thread ----------------------------------------------------------

    def _noticed(self, payload: object) -> None:
        try:
            notice = decode_notice(payload)
        except InvalidInput as error:
            log.warning("agentlink_notice_ignored reason=%s", error)
            return
        if isinstance(notice, ClockReading):
            self._offset.take(notice)
        elif isinstance(notice, Supersede):
            self.on_order(notice)
        elif isinstance(notice, Received) and self._durable is not None:
            self._durable.received(notice, self._clock.monotonic_s())

    # --- commands --------------------------------------------------------------------------------

    def _dispatch(self, payload: object, acknowledge: Acknowledge) -> None:
        """On the reading thread."""
        try:
            command = decode_command(payload)
        except InvalidInput as error:
            acknowledge(encode(refused(error)))
            return

        if isinstance(command, Fly):
            self.on_order(command)

        def job() -> None:
            acknowledge(encode(self._carry_out(command)))

        lane = self._urgent if is_urgent(command) else self._commands
        if not lane.submit(job):
            busy = Unavailable(f"More than {COMMANDS_WAITING} commands wait on this agent.")
            acknowledge(encode(refused(busy)))

    def _carry_out(self, command: Command) -> Reply:
        try:
            if isinstance(command, RotateToken):
                return self._rotate(command)
            return self._on_command(command)
        except KestrelError as error:
            return refused(error)
        except Exception as error:
            # A fault of ours must still answer: the station would wait, and its user with it.
            log.exception("agent_command_failed")
            return refused(
                KestrelError(f"The agent failed with {type(error).__name__}; its log says more.")
            )

    def _rotate(self, command: RotateToken) -> Reply:
        if not self._tokens.can_rotate:
            raise Unprocessable(
                "This agent gets its token at every start; it keeps none.",
                "Start it again for a new token.",
            )
        self._tokens.rotate(command.token)
        # The next connection uses it, soon: the former one dies with that.
        threading.Timer(RECONNECT_AFTER_S, self._rotated.set).start()
        return Done()
