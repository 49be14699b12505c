"""Sends the pages what changed: in batches, never faster than they read.

One thread takes events off the bus, puts them into words once for each audience and sends the same
bytes to all of its pages. A page whose queue grows is left out until it has caught up, then gets a
fresh snapshot; one that does not catch up is cut off.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence

import msgspec

from ground_station.api.live import NAMESPACE
from ground_station.api.live_audience import Audience, admitted, audience_of, may_go_on_watching
from ground_station.api.live_clients import LiveClient, LiveClients
from ground_station.api.live_picture import LivePicture
from ground_station.api.parts import Parts
from ground_station.api.schemas import Batch, Frames, LiveTelemetry, Snapshot, ViewerClock
from ground_station.api.shared_frames import SharedFrames, SharedPacket
from ground_station.api.socket_queues import SocketQueues
from ground_station.api.vehicle_views import Numbers
from ground_station.api.views import analysed_frame
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.errors import KestrelError, TimedOut, Unavailable
from ground_station.core.events import TracksObserved, ViewerClockKnown
from ground_station.core.lifecycle import Worker
from ground_station.core.model import FrameTracks

log = logging.getLogger(__name__)

TURN_S = 0.05  # frames go out every turn
# Changes go out at most so often. Twice as often as before for a twentieth more of the processor
# (one encoding for everybody), and half the wait: p95 134 ms instead of 266 ms, see measurements.
BATCH_S = 0.1
SILENCE_S = 1.0  # and something at least so often
TIMER_SLACK_S = 0.005  # a turn that is so much early is the one that was meant
CHECK_SIGN_INS_S = 2.0
JOIN_WITHIN_S = 5.0
MAX_BACKLOG = 128  # packets; a page is some three to twelve seconds behind by then
CUT_OFF_AFTER_S = 15.0
MAX_FRAMES_HELD = 64  # of one source between two turns


class Pusher:
    """The live namespace's sending side."""

    def __init__(
        self,
        parts: Parts,
        sender: SharedFrames,
        clients: LiveClients,
        queues: SocketQueues,
        vehicle_numbers: Numbers,
    ) -> None:
        self._parts = parts
        self._sender = sender
        self._clients = clients
        self._queues = queues
        self._picture = LivePicture(parts, vehicle_numbers)
        self._observed = parts.bus.subscribe(TracksObserved)
        self._clocks = parts.bus.subscribe(ViewerClockKnown)
        self._batch_at_s = float("-inf")
        self._next_turn_s = float("-inf")
        self._wake = threading.Event()
        self._worker = Worker("live-push", self._step)
        parts.sign_in.on_ended(self.sign_in_ended)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._wake.set()
        self._worker.stop()
        for client in self._clients.all():
            self.hang_up(client.sid)

    def sign_in_ended(self, session_hash: str) -> None:
        """Disconnect the pages of a sign-in that is over."""
        for sid in self._clients.of_sign_in(session_hash):
            self.hang_up(sid)

    def _step(self) -> None:
        now_s = self._parts.clock.monotonic_s()
        self._next_turn_s = max(now_s, self._next_turn_s + TURN_S)  # what a turn takes is in it
        self._wake.wait(self._next_turn_s - now_s)
        if not self._worker.stopping:
            self.turn()

    def turn(self) -> None:
        """One round. Whatever goes wrong in it is raised, and every page gets a snapshot next:
        what was taken off the bus and not sent is in nothing else."""
        try:
            self._turn()
        except Exception:
            self._picture.forget_told()
            self._clients.all_need_snapshots()
            raise

    def _turn(self) -> None:
        """Collect, then send what is due."""
        now_s = self._parts.clock.monotonic_s()
        has_news = self._picture.collect()
        self._watch_backlogs(now_s)
        self._send_clocks()
        self._send_frames(self._watched_frames())
        since_s = now_s - self._batch_at_s + TIMER_SLACK_S
        if since_s >= SILENCE_S or (since_s >= BATCH_S and has_news):
            self._send_batches(now_s)
            self._batch_at_s = now_s
        self._send_telemetry(now_s)
        self._send_snapshots()
        self._picture.vehicles.turn_over()
        self._check_sign_ins(now_s)
        self._queues.sweep(now_s, JOIN_WITHIN_S)

    # --- sending -------------------------------------------------------------------------------

    def _watched_frames(self) -> dict[str, deque[FrameTracks]]:
        watched = self._clients.watched_sources()
        frames: dict[str, deque[FrameTracks]] = {}
        for event in self._observed.take_all(0):
            frame = event.frame
            if frame.source_id in watched:
                held = frames.setdefault(frame.source_id, deque(maxlen=MAX_FRAMES_HELD))
                held.append(frame)
        return frames

    def _send_frames(self, frames: dict[str, deque[FrameTracks]]) -> None:
        for source_id, held in frames.items():
            message = Frames(
                sent_at=self._parts.clock.now(), frames=[analysed_frame(frame) for frame in held]
            )
            self._send("frames", message, self._clients.watching(source_id))

    def _send_clocks(self) -> None:
        for event in self._clocks.take_all(0):
            clock = _clock(event.viewer_session_id, event.rtp_offset)
            self._send("viewer_clock", clock, self._clients.watchers_of(event.viewer_session_id))

    def _send_batches(self, now_s: float) -> None:
        news = self._picture.news(self._parts.clock.now(), now_s)
        audiences = self._clients.audiences()
        self._picture.keep_only(audiences)
        for audience, sids in audiences.items():
            self._send("batch", self._picture.batch(audience, news), sids)

    def _send_telemetry(self, now_s: float) -> None:
        """What moved in this turn, after the batch that may tell of it for the first time; to the
        pages that are up to date. Those that are not get all of it with their snapshot."""
        if not len(self._clients):
            return  # nobody looks: no view is worked out
        views_moved = self._picture.views.collect(now_s)
        if views_moved or self._picture.vehicles.has_telemetry:
            sent_at = self._parts.clock.now()
            sent_s = self._parts.clock.monotonic_s()
            for audience, sids in self._clients.audiences().items():
                message = self._picture.telemetry(audience, sent_at, sent_s)
                if message is not None:
                    self._send("telemetry", message, sids)

    def _send_snapshots(self) -> None:
        by_audience: dict[Audience, list[LiveClient]] = {}
        for client in self._clients.new():
            by_audience.setdefault(client.audience, []).append(client)
        for audience, clients in by_audience.items():
            snapshot = self._picture.snapshot(audience, clients[0].who, self._parts.clock.now())
            sids = [client.sid for client in clients]
            self._send("snapshot", snapshot, sids)
            now_s = self._parts.clock.monotonic_s()
            places = self._picture.telemetry(audience, self._parts.clock.now(), now_s, whole=True)
            if places is not None:
                self._send("telemetry", places, sids)
            self._clients.got_snapshot(clients)
            for client in clients:
                for _source_id, viewer in list(client.watches):  # missed while it was behind
                    offset = self._parts.media.sessions.clock(viewer)
                    if offset is not None:
                        self._send("viewer_clock", _clock(viewer, offset), [client.sid])

    def _send(
        self,
        event: str,
        message: Snapshot | Batch | LiveTelemetry | Frames | ViewerClock,
        sids: Sequence[str],
    ) -> None:
        if sids:
            packet = SharedPacket(NAMESPACE, event, msgspec.json.encode(message))
            self._sender.send(packet, NAMESPACE, sids)

    # --- who may stay, and what they may see ---------------------------------------------------

    def _watch_backlogs(self, now_s: float) -> None:
        for client in self._clients.all():
            packets = self._queues.backlog(client.sid, NAMESPACE)
            behind_s = self._clients.note_backlog(client.sid, packets, now_s, MAX_BACKLOG)
            if behind_s > CUT_OFF_AFTER_S:
                log.warning("live_client_cut_off packets=%d", packets)
                self.hang_up(client.sid)

    def _check_sign_ins(self, now_s: float) -> None:
        """A few pages in each turn: asking the database for all at once would hold up a batch."""
        found: dict[str, Principal | None] = {}
        for client in self._clients.due(now_s, CHECK_SIGN_INS_S):
            try:
                if client.session_hash not in found:
                    found[client.session_hash] = self._standing(client.session_hash)
                self._check(client, found[client.session_hash], now_s)
            except (Unavailable, TimedOut) as error:
                log.warning("sign_in_not_checked reason=%s", error)
                return  # the database is busy or gone: asked again in the next turn
            except KestrelError as error:  # of this one: its account cannot be read
                log.error("live_client_hung_up reason=%s", error)
                self.hang_up(client.sid)

    def _standing(self, session_hash: str) -> Principal | None:
        identity = self._parts.sign_in.identify_hash(session_hash)
        if identity is None:
            return None
        try:
            require(identity.principal, Permission.SEE_MAP)
        except KestrelError:  # e.g. the role now needs a second factor
            return None
        return identity.principal

    def _check(self, client: LiveClient, who: Principal | None, now_s: float) -> None:
        if who is None:
            self.hang_up(client.sid)
            return
        audience = client.audience
        if audience != audience_of(who, self._parts.fleet):
            audience = admitted(who, self._parts.sharing, self._parts.fleet)
        self._clients.checked(client.sid, who, audience, now_s)
        for source_id, viewer in list(client.watches):
            status = self._parts.sources.find(source_id)
            if status is None or not may_go_on_watching(who, status.source, self._parts.sharing):
                self._clients.unwatch(client.sid, source_id, viewer)

    def hang_up(self, sid: str) -> None:
        """End a page's connection; from any thread, never waits for the page."""
        self._clients.remove(sid)
        self._queues.hang_up(sid, NAMESPACE, self._parts.clock.monotonic_s())


def _clock(viewer_session_id: str, rtp_offset: int) -> ViewerClock:
    return ViewerClock(viewer_session_id=viewer_session_id, rtp_offset=rtp_offset)
