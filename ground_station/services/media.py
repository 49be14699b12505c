"""WHIP and WHEP: who may publish and view, and handing their offers to a vision node."""

from __future__ import annotations

import hmac
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ground_station.core.agent_protocol import (
    AcceptWhep,
    AcceptWhip,
    AddCandidates,
    Command,
    FrameTime,
    FrameTimes,
    RelayFrameTimes,
    SdpAnswer,
)
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.errors import (
    InvalidInput,
    KestrelError,
    NotAllowed,
    NotSignedIn,
    TimedOut,
    Unavailable,
    Unprocessable,
)
from ground_station.core.events import ViewerClockKnown
from ground_station.core.ids import new_id
from ground_station.core.lifecycle import Worker
from ground_station.core.mailbox import DropOldest
from ground_station.core.ports import AgentAuthenticator, AgentChannel
from ground_station.core.registry import Source, SourceOrigin, token_hash
from ground_station.services.agents import Agents
from ground_station.services.media_sessions import (
    Direction,
    MediaSession,
    MediaSessions,
    ViewerTokens,
    no_node,
)
from ground_station.services.poses import Poses
from ground_station.services.session_ends import SessionEnds
from ground_station.services.source_state import SourceStatus
from ground_station.services.sources import Sources

log = logging.getLogger(__name__)

MAX_SDP_LENGTH = 64_000
OFFER_TIMEOUT_S = 8.0
SMALL_TIMEOUT_S = 3.0
RELAY_TIMEOUT_S = 1.0
MAX_TIMES_RELAYED = 600  # of one source in one command
WAITING_TIMES = 512
STRAYS_REMEMBERED = 1024
CHECK_SIGN_INS_S = 5.0  # another process may end a sign-in, and nobody tells of one that runs out


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that a node took."""

    session_id: str
    sdp: str


class Media:
    """Authorises, hands over, and keeps the table of sessions. Thread-safe.

    `publish`, `view`, `trickle` and `end` wait for the node and so belong on request threads;
    the methods the agents service calls never wait.

    Args:
        still_signed_in: whether the sign-in of that hash has not ended or run out.
        may_view: whether that sign-in may still watch what belongs to that organisation.
    """

    def __init__(
        self,
        *,
        sources: Sources,
        agents: Agents,
        authenticator: AgentAuthenticator,
        still_signed_in: Callable[[str], bool],
        may_view: Callable[[str, str], bool],
        poses: Poses,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._sources = sources
        self._agents = agents
        self._authenticator = authenticator
        self._still_signed_in = still_signed_in
        self._may_view = may_view
        self._poses = poses
        self._bus = bus
        self.sessions = MediaSessions()
        self._tokens = ViewerTokens(clock)
        self._times: DropOldest[FrameTimes] = DropOldest(WAITING_TIMES)
        self.ends = SessionEnds(agents.channel, clock)
        self._strays_lock = threading.Lock()
        self._strays: OrderedDict[str, None] = OrderedDict()  # their nodes were told to end them
        self._stopping = threading.Event()
        self._workers = [
            Worker("media-frame-times", self._relay_step),
            Worker("media-sign-ins", self._sign_ins_step),
        ]

    def start(self) -> None:
        self.ends.start()
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        self._stopping.set()
        self._times.close()
        self.ends.stop()
        for worker in self._workers:
            worker.stop()

    # --- for the HTTP endpoints ----------------------------------------------------------------

    def publish(self, source_id: str, token: str, sdp: str) -> Opened:
        """Let a publisher in; its former session of that source, if any, is ended.

        Raises:
            NotSignedIn, NotAllowed: the token is unknown, or may not publish this source.
            NotFound: there is no such source.
            Unavailable, TimedOut: no node, or it did not answer.
            InvalidInput, Unprocessable: the offer cannot be answered; nothing is left of it.
        """
        self._authorise_publisher(self._sources.get(source_id).source, token)
        _check_sdp(sdp)
        node_id, channel = self._node()
        session_id = new_id()
        command = AcceptWhip(source_id=source_id, session_id=session_id, sdp=sdp)
        session = MediaSession(session_id, Direction.WHIP, source_id, node_id, token_hash(token))
        answer = self._open(session, channel, command)
        try:
            former = self._sources.session_began(source_id, session_id, node_id)
        except KestrelError:  # removed meanwhile
            self._drop(session)
            raise
        if former is not None:
            self.sessions.remove(former[1])
            self.ends.put(*former)  # at its own node, which may be another
        log.info("publisher_accepted source=%s session=%s", source_id, session_id)
        return answer

    def check_publisher(self, source_id: str, token: str) -> None:
        """Whether this token may publish; raises NotFound, NotSignedIn or NotAllowed if not."""
        self._authorise_publisher(self._sources.get(source_id).source, token)

    def viewer_token(self, source_id: str, sign_in_hash: str) -> tuple[str, datetime]:
        """A token for one WHEP session of this source; NotFound if there is no such source."""
        self._sources.get(source_id)
        return self._tokens.issue(source_id, sign_in_hash)

    def sign_in_ended(self, sign_in_hash: str) -> None:
        """A sign-in ended: its unused viewer tokens and what it views end too."""
        self._tokens.revoke_of(sign_in_hash)
        for session in self.sessions.remove_of_sign_in(sign_in_hash):
            self.ends.put(session.node_id, session.session_id)

    def check_sign_ins(self) -> None:
        """End what is viewed with sign-ins that ran out, that another process ended, or whose
        account cannot be read: it holds up no other's end."""
        for sign_in_hash in self.sessions.sign_ins():
            try:
                stays = self._still_signed_in(sign_in_hash)
            except (Unavailable, TimedOut) as error:
                log.warning("sign_in_not_checked reason=%s", error)
                return  # the database is busy or gone: asked again at the next check
            except KestrelError as error:
                log.error("sign_in_ended_unreadable reason=%s", error)
                stays = False
            if not stays:
                self.sign_in_ended(sign_in_hash)

    def check_agreements(self) -> None:
        """End what is viewed of another organisation without an agreement in force; to be called
        when one has ended."""
        for session in self.sessions.viewers():
            try:
                owner = self._sources.get(session.source_id).source.organisation_id
                stays = self._may_view(session.sign_in_hash or "", owner)
            except KestrelError as error:
                log.warning("viewer_ended_unchecked reason=%s", error)
                stays = False
            if not stays:
                self.sessions.remove(session.session_id)
                self.ends.put(session.node_id, session.session_id)

    def view(self, source_id: str, token: str, sdp: str) -> Opened:
        """Let a viewer in; the token is used up, whatever comes of it. Raises as `publish`."""
        sign_in_hash = self._tokens.redeem(token, source_id)
        if not self._still_signed_in(sign_in_hash):
            raise NotSignedIn("The sign-in of this viewer token has ended.", "Sign in again.")
        status = self._sources.get(source_id)
        if not self._may_view(sign_in_hash, status.source.organisation_id):
            raise NotAllowed("The agreement under which this was shown is over.")
        _check_sdp(sdp)
        self._node()  # says so if there is none at all
        node_id = self._sources.node_of(source_id)
        channel = None if node_id is None else self._agents.channel(node_id)
        if status.session_id is not None and node_id is None:
            raise Unprocessable(
                f"{status.source.name} sends what it sees as places on the map, and no video.",
                "Its agent analyses the pictures where the camera is.",
            )
        if node_id is None or channel is None:
            raise Unavailable(
                f"{status.source.name} is not publishing now.", "Wait until it is live."
            )
        session_id = new_id()
        command = AcceptWhep(source_id=source_id, session_id=session_id, sdp=sdp)
        session = MediaSession(
            session_id, Direction.WHEP, source_id, node_id, token_hash(token), sign_in_hash
        )
        answer = self._open(session, channel, command)
        if self.sessions.find(session_id) is None:
            # Ended while the node answered: it may have been told to end it before it had it.
            self.ends.put(node_id, session_id)
            raise Unavailable("The session ended before it had begun.", "Ask for the video again.")
        return answer

    def trickle(
        self, direction: Direction, source_id: str, session_id: str, token: str, fragment: str
    ) -> None:
        """Hand a client's late ICE candidates to its node."""
        session = self.sessions.authorised(direction, source_id, session_id, token)
        if not fragment.strip():
            raise InvalidInput("The candidates are empty.")
        self._channel(session).call(AddCandidates(session_id, fragment), SMALL_TIMEOUT_S)

    def end(self, direction: Direction, source_id: str, session_id: str, token: str) -> None:
        """End a session at its client's wish; it is gone even if the node does not answer."""
        session = self.sessions.authorised(direction, source_id, session_id, token)
        self.sessions.remove(session_id)
        if direction is Direction.WHIP:
            self._sources.session_ended(source_id, session_id, "", lost=False)
        self.ends.put(session.node_id, session_id)

    def end_all_of_source(self, removed: SourceStatus) -> None:
        """A source was removed, with this last status: end its publisher and its viewers, and
        forget its poses."""
        self._poses.forget(removed.source.source_id)
        known = self.sessions.remove_of_source(removed.source.source_id)
        ends = {session.session_id: session.node_id for session in known}
        if removed.session_id is not None and removed.node_id is not None:
            # One from before this station was started is in no table of sessions.
            ends.setdefault(removed.session_id, removed.node_id)
        for session_id, node_id in ends.items():
            self.ends.put(node_id, session_id)

    def end_all_of_agent(self, agent_id: str) -> None:
        """An agent was shut out: hang up on it, and end what it publishes."""
        self._agents.dismiss(agent_id)
        for status in self._sources.of_agent(agent_id):
            if status.session_id is None:
                continue
            source_id, session_id = status.source.source_id, status.session_id
            self.sessions.remove(session_id)
            self._sources.session_ended(source_id, session_id, "Its agent was shut out.", lost=True)
            if status.node_id is not None:
                self.ends.put(status.node_id, session_id)

    # --- for the agents service ----------------------------------------------------------------

    def node_lost(self, node_id: str) -> None:
        self.sessions.remove_of_node(node_id)
        with self._strays_lock:
            self._strays.clear()  # a node that comes back with one of them is told again

    def session_ended(self, session_id: str, reason: str) -> None:
        """A session ended by itself, says its node."""
        session = self.sessions.remove(session_id)
        if session is not None and session.direction is Direction.WHIP:
            self._sources.session_ended(session.source_id, session_id, reason[:500], lost=True)

    def stray_sessions(self, node_id: str, session_ids: Sequence[str]) -> None:
        """A node reports sessions of sources that are unknown: it is told once to end each."""
        for session_id in session_ids:
            with self._strays_lock:
                if session_id in self._strays:
                    continue
                self._strays[session_id] = None
                while len(self._strays) > STRAYS_REMEMBERED:
                    self._strays.popitem(last=False)
            self.ends.put(node_id, session_id)

    def viewers_reported(self, node_id: str, session_ids: Sequence[str]) -> None:
        """All viewers' sessions of a node. One that we know nothing of is from before this station
        was started, and so is whoever watches it: it is ended, and its page asks anew."""
        unknown = [one for one in session_ids if self.sessions.find(one) is None]
        self.stray_sessions(node_id, unknown)

    def viewer_clock(self, session_id: str, rtp_offset: int) -> None:
        if self.sessions.set_clock(session_id, rtp_offset):
            self._bus.publish(ViewerClockKnown(session_id, rtp_offset))

    def frame_times(self, agent_id: str, message: FrameTimes) -> None:
        """Keep the poses of an agent's own source and pass on its capture times; the oldest of
        them go if a node is slow."""
        status = self._sources.find(message.source_id)
        if status is not None and status.source.agent_id == agent_id:
            self._poses.take(message.source_id, message.times)
            self._times.put(message)
            if self._sources.find(message.source_id) is None:  # removed meanwhile
                self._poses.forget(message.source_id)

    # --- inside --------------------------------------------------------------------------------

    def _authorise_publisher(self, source: Source, token: str) -> None:
        expected = source.publish_token_hash
        if expected is not None and hmac.compare_digest(expected, token_hash(token)):
            return
        identity = self._authenticator.agent_for_token(token)
        if identity is None:
            raise NotSignedIn(
                "The publish token is not the right one for this source.",
                "Start the agent again."
                if source.origin is SourceOrigin.AGENT
                else "Add the source again for a new token.",
            )
        if source.agent_id != identity.agent_id:
            raise NotAllowed(f"{identity.name} does not offer this source.")

    def _node(self) -> tuple[str, AgentChannel]:
        nodes = self._agents.nodes()
        if not nodes:
            raise no_node()
        return nodes[0]

    def _channel(self, session: MediaSession) -> AgentChannel:
        channel = self._agents.channel(session.node_id)
        if channel is None:
            raise no_node()
        return channel

    def _open(self, session: MediaSession, channel: AgentChannel, command: Command) -> Opened:
        # In the table before the node knows of it, so that a session that ends at once is found.
        self.sessions.add(session)
        try:
            reply = channel.call(command, OFFER_TIMEOUT_S)
        except TimedOut:
            self._drop(session)  # the node may still take it: nothing half-started is left there
            raise
        except KestrelError:
            self.sessions.remove(session.session_id)
            raise
        if not isinstance(reply, SdpAnswer):
            self._drop(session)
            raise Unavailable("The vision node answered without a session description.")
        return Opened(session.session_id, reply.sdp)

    def _drop(self, session: MediaSession) -> None:
        self.sessions.remove(session.session_id)
        if session.direction is Direction.WHIP:  # its node may report it until it has ended it
            self._sources.session_ended(session.source_id, session.session_id, "", lost=False)
        self.ends.put(session.node_id, session.session_id)

    def _sign_ins_step(self) -> None:
        if not self._stopping.wait(CHECK_SIGN_INS_S):
            self.check_sign_ins()

    def _relay_step(self) -> None:
        first = self._times.take(1.0)
        if first is None:
            return
        by_source: dict[str, list[FrameTime]] = {}
        for message in (first, *self._times.drain()):
            by_source.setdefault(message.source_id, []).extend(message.times)
        for source_id, times in by_source.items():
            self._relay(source_id, times[-MAX_TIMES_RELAYED:])

    def _relay(self, source_id: str, times: list[FrameTime]) -> None:
        node_id = self._sources.node_of(source_id)
        channel = None if node_id is None else self._agents.channel(node_id)
        if channel is None:
            return  # nobody holds the source now; its next session brings its own times
        try:
            channel.call(RelayFrameTimes(source_id, times), RELAY_TIMEOUT_S)
        except KestrelError as error:
            log.warning("frame_times_lost source=%s reason=%s", source_id, error)


def _check_sdp(sdp: str) -> None:
    if len(sdp) > MAX_SDP_LENGTH:
        raise InvalidInput(f"The offer is over {MAX_SDP_LENGTH} characters.")
    if not sdp.startswith("v=0"):
        raise InvalidInput("The body is no session description: it does not begin with v=0.")
