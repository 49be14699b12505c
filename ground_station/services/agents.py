"""Which nodes and agents are connected, what they say, and telling cameras to publish."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime

from ground_station.core.agent_durable import Durable
from ground_station.core.agent_protocol import (
    HEARTBEAT_LOST_AFTER_S,
    AgentKind,
    AgentMessage,
    FrameTimes,
    Goodbye,
    Heartbeat,
    Hello,
    PublishSources,
    SessionEnded,
    SourceReports,
    TrackBatch,
    ViewerClock,
)
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.errors import KestrelError, NotAllowed
from ground_station.core.events import AgentChanged
from ground_station.core.lifecycle import Worker
from ground_station.core.mailbox import DropOldest
from ground_station.core.model import SourceKind
from ground_station.core.ports import AgentChannel, AgentIdentity
from ground_station.services.agent_intakes import (
    DroneIntakes,
    DurableIntake,
    FleetIntake,
    MediaEnds,
)
from ground_station.services.agent_state import (
    FIRST_RETRY_S,
    AgentStatus,
    ConnectedAgent,
    check_node,
)
from ground_station.services.edge import EdgeIntake
from ground_station.services.sources import Sources
from ground_station.services.tracks import TrackIntake

log = logging.getLogger(__name__)

WHIP_PATH = "/whip/"
TICK_S = 0.25
PUBLISH_TIMEOUT_S = 5.0
PUBLISH_WORKERS = 4
MAX_RETRY_S = 120.0
UNPUBLISHED_FOR_S = 5.0  # an agent publishes again by itself; only then is it reminded
MAX_REMEMBERED = 1000  # agents that have gone, for the page


__all__ = ["AgentStatus", "Agents", "MediaEnds"]


class Agents:
    """The station's `AgentListener`. Messages are handled on their transport thread, quickly;
    commands to agents go out from workers of its own.

    Attributes:
        drones: what drone agents say is handed on to these; joined before `start`.
    """

    def __init__(self, *, sources: Sources, tracks: TrackIntake, bus: Bus, clock: Clock) -> None:
        self._sources = sources
        self._tracks = tracks
        self._bus = bus
        self._clock = clock
        self._edge = EdgeIntake(sources=sources, tracks=tracks, clock=clock)
        self._media: MediaEnds | None = None
        self._inbox: DurableIntake | None = None
        self.drones = DroneIntakes()
        self._lock = threading.RLock()
        self._connected: dict[str, ConnectedAgent] = {}
        self._gone: dict[str, AgentStatus] = {}
        self._to_tell: DropOldest[str] = DropOldest(65_536)
        self._waiting: set[str] = set()  # what is in that queue: nobody is told twice over
        self._wake = threading.Event()
        self._workers = [Worker("agents-tick", self._tick_step)] + [
            Worker(f"agents-tell-{n}", self._tell_step) for n in range(PUBLISH_WORKERS)
        ]

    def attach(self, media: MediaEnds) -> None:
        """Join the media service; before `start`, once."""
        self._media = media

    def attach_inbox(self, inbox: DurableIntake) -> None:
        """Join the inbox of durable messages; before `start`, once."""
        self._inbox = inbox

    def attach_fleet(self, fleet: FleetIntake) -> None:
        """Join the fleet; before `start`, once."""
        self.drones.fleet = fleet

    def start(self) -> None:
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        self._wake.set()
        self._to_tell.close()
        for worker in self._workers:
            worker.stop()

    # --- reading -------------------------------------------------------------------------------

    def all(self) -> list[AgentStatus]:
        """Connected ones, and those that have gone since the station was started."""
        with self._lock:
            now_here = [c.status() for c in self._connected.values()]
            return now_here + list(self._gone.values())

    def admitted(self) -> dict[str, datetime | None]:
        """Connected agents, and when each showed its token."""
        with self._lock:
            return {key: c.identity.admitted_at for key, c in self._connected.items()}

    def is_connected(self, agent_id: str) -> bool:
        with self._lock:
            return agent_id in self._connected

    def nodes(self) -> list[tuple[str, AgentChannel]]:
        """Connected vision nodes, the one connected longest first."""
        with self._lock:
            return [
                (agent_id, c.channel)
                for agent_id, c in self._connected.items()
                if c.identity.kind is AgentKind.NODE
            ]

    def channel(self, agent_id: str) -> AgentChannel | None:
        with self._lock:
            connected = self._connected.get(agent_id)
            return None if connected is None else connected.channel

    def detector(self) -> tuple[str, str]:
        """What detects, and why it does not ("" if it does)."""
        with self._lock:
            for connected in self._connected.values():
                if connected.identity.kind is AgentKind.NODE:
                    return connected.detector, connected.detector_problem
        return "", "No vision node is connected, so nothing is detected."

    # --- AgentListener -------------------------------------------------------------------------

    def agent_connected(self, identity: AgentIdentity, hello: Hello, channel: AgentChannel) -> None:
        """Take a checked hello; a KestrelError refuses it."""
        if identity.kind is not hello.kind:
            raise NotAllowed(f"{identity.name} is no {hello.kind} agent.")
        check_node(identity, self._sources.organisation_id)
        if identity.kind is not AgentKind.NODE:
            kind = SourceKind.DRONE_CAMERA
            if identity.kind is AgentKind.CAMERA:
                kind = SourceKind.FIXED_CAMERA
            grants = self._sources.offered(identity, kind, hello.sources)
            self._edge.agent_connected(identity.agent_id, hello.sources, grants)
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        with self._lock:
            former = self._connected.pop(identity.agent_id, None)
            self._connected[identity.agent_id] = ConnectedAgent(
                identity, channel, now, now_s, software=hello.software[:80]
            )
            self._gone.pop(identity.agent_id, None)
        if former is not None and identity.kind is AgentKind.NODE:
            self._forget_node(former.identity)
        self.drones.agent_connected(identity)
        self._announce(identity, connected=True)
        if identity.kind is AgentKind.NODE:
            self._tell_all()
        else:
            self._tell_soon(identity.agent_id)

    def agent_message(self, agent_id: str, channel: AgentChannel, message: AgentMessage) -> None:
        """One message; a straggler of a connection that was replaced is dropped."""
        connected = self._heard(agent_id, channel)
        if connected is None:
            return
        match message:
            case Heartbeat():
                self._heartbeat(connected, message)
            case Goodbye():
                connected.leaves = True
            case _ if connected.identity.kind is AgentKind.NODE:
                self._of_node(connected, message)
            case _:
                self._of_agent(connected, message)

    def agent_durable(
        self, agent_id: str, channel: AgentChannel, messages: Sequence[Durable]
    ) -> None:
        """Hand them to the inbox, which acknowledges them once they are kept."""
        connected = self._heard(agent_id, channel)
        if connected is None:
            return
        if self._inbox is None:
            log.warning("durable_messages_not_taken agent=%s", connected.identity.name)
            return
        self._inbox.take(connected.identity, channel, messages, connected.clock_offset_ms)

    def agent_twice(self, identity: AgentIdentity, address: str) -> None:
        """Show it with the agent, and raise an alert."""
        with self._lock:
            connected = self._connected.get(identity.agent_id)
            if connected is not None:
                connected.seen_twice(address, self._clock.monotonic_s())
        self._announce(identity, connected=connected is not None)
        if self._inbox is not None:
            self._inbox.token_seen_twice(identity, address)

    def agent_disconnected(self, agent_id: str, channel: AgentChannel) -> None:
        self._lose(agent_id, channel, "The connection to {name} was lost.")

    def dismiss(self, agent_id: str) -> None:
        """It was revoked or removed: hang up on it; that it is gone is nobody's trouble."""
        with self._lock:
            connected = self._connected.get(agent_id)
            if connected is not None:
                connected.leaves = True
            gone = self._gone.pop(agent_id, None)
        if connected is not None:
            self._lose(agent_id, connected.channel, "{name} may not connect any more.")
            connected.channel.close()
            with self._lock:
                gone = self._gone.pop(agent_id, None)
        if gone is not None:  # it is on pages
            now = self._clock.now()
            self._bus.publish(AgentChanged(agent_id, gone.name, connected=False, changed_at=now))

    # --- inside --------------------------------------------------------------------------------

    def _heard(self, agent_id: str, channel: AgentChannel) -> ConnectedAgent | None:
        """The agent that a message came of, over its present connection."""
        with self._lock:
            connected = self._connected.get(agent_id)
            if connected is None or connected.channel is not channel:
                return None
            connected.heard_at_s = self._clock.monotonic_s()
            return connected

    def _of_node(self, connected: ConnectedAgent, message: AgentMessage) -> None:
        match message:
            case SourceReports():
                self._reports(connected, message)
            case TrackBatch():
                self._tracks.take(message)
            case ViewerClock() if self._media is not None:
                self._media.viewer_clock(message.viewer_session_id, message.rtp_offset)
            case SessionEnded() if self._media is not None:
                self._media.session_ended(message.session_id, message.reason)
            case _:
                _ignored(connected, message)

    def _of_agent(self, connected: ConnectedAgent, message: AgentMessage) -> None:
        identity = connected.identity
        match message:
            case TrackBatch():
                self._edge.take(identity.agent_id, message, connected.clock_offset_ms)
            case FrameTimes() if self._media is not None:
                self._media.frame_times(identity.agent_id, message)
            case _ if not self.drones.take(identity, message):
                _ignored(connected, message)

    def _heartbeat(self, connected: ConnectedAgent, message: Heartbeat) -> None:
        if connected.take_heartbeat(message, self._clock.monotonic_s()):
            self._announce(connected.identity, connected=True)
        if connected.identity.kind is not AgentKind.NODE:
            self._sources.agent_problems(connected.identity.agent_id, message.problems)

    def _reports(self, connected: ConnectedAgent, message: SourceReports) -> None:
        changed = message.detector_problem != connected.detector_problem
        connected.detector = message.detector[:80]
        connected.detector_problem = message.detector_problem[:500]
        node_id = connected.identity.agent_id
        strays = self._sources.reported(node_id, message.reports)
        if self._media is not None:
            self._media.stray_sessions(node_id, strays)
            self._media.viewers_reported(node_id, message.viewer_sessions)
        if changed:
            self._announce(connected.identity, connected=True)

    def _lose(self, agent_id: str, channel: AgentChannel, sentence: str) -> None:
        with self._lock:
            connected = self._connected.get(agent_id)
            if connected is None or connected.channel is not channel:
                return
            del self._connected[agent_id]
            identity = connected.identity
            leaves = connected.leaves
            problem = ("{name} was stopped." if leaves else sentence).format(name=identity.name)
            while len(self._gone) >= MAX_REMEMBERED:
                del self._gone[next(iter(self._gone))]
            self._gone[agent_id] = connected.gone(self._clock.now(), problem)
        log.log(
            logging.INFO if leaves else logging.WARNING,
            "agent_lost agent=%s kind=%s of_itself=%s",
            identity.name,
            identity.kind,
            leaves,
        )
        if identity.kind is AgentKind.NODE:
            self._forget_node(identity)
        else:
            self._edge.agent_gone(agent_id, problem)
            self._sources.agent_lost(agent_id, problem)
            self.drones.agent_gone(identity)
        self._announce(identity, connected=False)

    def _forget_node(self, identity: AgentIdentity) -> None:
        """Its sessions are gone with it, whether it died or came back afresh."""
        self._sources.node_lost(
            identity.agent_id, f"The vision node {identity.name} stopped, and the picture with it."
        )
        if self._media is not None:
            self._media.node_lost(identity.agent_id)

    def _announce(self, identity: AgentIdentity, *, connected: bool) -> None:
        self._bus.publish(
            AgentChanged(identity.agent_id, identity.name, connected, self._clock.now())
        )

    def _tell_all(self) -> None:
        with self._lock:
            for agent_id, connected in self._connected.items():
                if connected.identity.kind is not AgentKind.NODE:
                    connected.retry_after_s = FIRST_RETRY_S
                    self._tell_soon(agent_id)

    def _tick_step(self) -> None:
        self._wake.wait(TICK_S)
        self.tick()

    def tick(self) -> None:
        """Find who fell silent, and remind agents whose sources nobody publishes."""
        self._edge.tick()
        now_s = self._clock.monotonic_s()
        with self._lock:
            silent = [
                (agent_id, c.channel)
                for agent_id, c in self._connected.items()
                if now_s - c.heard_at_s > HEARTBEAT_LOST_AFTER_S
            ]
            has_node = any(c.identity.kind is AgentKind.NODE for c in self._connected.values())
            due = [
                agent_id
                for agent_id, c in self._connected.items()
                if has_node
                and c.identity.kind is not AgentKind.NODE
                and now_s - c.told_at_s > c.retry_after_s
            ]
        for agent_id, channel in silent:
            self._lose(agent_id, channel, "{name} stopped answering.")
            channel.close()
        for agent_id in due:
            if self._sources.without_session(agent_id, UNPUBLISHED_FOR_S):
                self._tell_soon(agent_id)

    def _tell_step(self) -> None:
        agent_id = self._to_tell.take(1.0)
        if agent_id is not None:
            with self._lock:
                self._waiting.discard(agent_id)
            self.tell_to_publish(agent_id)

    def _tell_soon(self, agent_id: str) -> None:
        with self._lock:
            if agent_id not in self._waiting:
                self._waiting.add(agent_id)
                self._to_tell.put(agent_id)

    def tell_to_publish(self, agent_id: str) -> None:
        """Send an agent the list of its sources that nobody publishes. Waits for its answer."""
        grants = self._sources.without_session(agent_id)
        with self._lock:
            connected = self._connected.get(agent_id)
            if connected is None or not grants or not self.nodes():
                return
            now_s = self._clock.monotonic_s()
            if connected.told_at_s > float("-inf"):
                connected.retry_after_s = min(connected.retry_after_s * 2, MAX_RETRY_S)
            connected.told_at_s = now_s
        try:
            connected.channel.call(PublishSources(WHIP_PATH, grants), PUBLISH_TIMEOUT_S)
        except KestrelError as error:
            log.warning("publish_refused agent=%s reason=%s", connected.identity.name, error)


def _ignored(connected: ConnectedAgent, message: AgentMessage) -> None:
    log.warning(
        "agent_message_ignored agent=%s message=%s",
        connected.identity.name,
        type(message).__name__,
    )
