"""Sends the pages what changed: in batches, never faster than they read.

One thread takes events off the bus and emits. A page whose queue grows is left out until it has
caught up, then gets a fresh snapshot; one that does not catch up is cut off.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import Any

import msgspec

from ground_station.api.live import NAMESPACE, room_of
from ground_station.api.live_clients import LiveClients
from ground_station.api.parts import Parts
from ground_station.api.schemas import Batch, Frames, Snapshot, ViewerClock
from ground_station.api.socket_queues import SocketQueues
from ground_station.api.views import agent_view, analysed_frame, placed_track, source_view
from ground_station.core.errors import KestrelError
from ground_station.core.events import (
    AgentChanged,
    SourceChanged,
    TracksLocated,
    TracksObserved,
    ViewerClockKnown,
)
from ground_station.core.lifecycle import Worker
from ground_station.core.model import FrameTracks

log = logging.getLogger(__name__)

TURN_S = 0.1  # frames go out every turn
BATCH_S = 0.2  # changes go out at most so often
SILENCE_S = 1.0  # and something at least so often
TIMER_SLACK_S = 0.005  # a turn that is so much early is the one that was meant
CHECK_SIGN_INS_S = 5.0
JOIN_WITHIN_S = 5.0
MAX_BACKLOG = 64  # packets; at ten a second a page is some six seconds behind by then
CUT_OFF_AFTER_S = 15.0
MAX_FRAMES_HELD = 64  # of one source between two turns


class Pusher:
    """The live namespace's sending side."""

    def __init__(
        self, parts: Parts, socketio: Any, clients: LiveClients, queues: SocketQueues
    ) -> None:
        self._parts = parts
        self._socketio = socketio
        self._clients = clients
        self._queues = queues
        bus = parts.bus
        self._source_events = bus.subscribe(SourceChanged)
        self._agent_events = bus.subscribe(AgentChanged)
        self._located = bus.subscribe(TracksLocated)
        self._observed = bus.subscribe(TracksObserved)
        self._clocks = bus.subscribe(ViewerClockKnown)
        self._changed: set[str] = set()
        self._agents_changed = False
        self._places: dict[str, TracksLocated] = {}
        self._batch_at_s = float("-inf")
        self._checked_at_s = parts.clock.monotonic_s()
        self._wake = threading.Event()
        self._worker = Worker("live-push", self._step)
        parts.sign_in.on_ended(self.sign_in_ended)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._wake.set()
        self._worker.stop()
        for client in self._clients.all():
            self._hang_up(client.sid)

    def sign_in_ended(self, session_hash: str) -> None:
        """Disconnect the pages of a sign-in that is over."""
        for sid in self._clients.of_sign_in(session_hash):
            self._hang_up(sid)

    def _step(self) -> None:
        self._wake.wait(TURN_S)
        if not self._worker.stopping:
            self.turn()

    def turn(self) -> None:
        """One round: collect, then send what is due."""
        now_s = self._parts.clock.monotonic_s()
        frames = self._collect()
        self._watch_backlogs(now_s)
        self._send_clocks()
        self._send_frames(frames)
        since_s = now_s - self._batch_at_s + TIMER_SLACK_S
        if since_s >= SILENCE_S or (since_s >= BATCH_S and self._has_news()):
            self._send_batch()
            self._batch_at_s = now_s
        self._send_snapshots()
        if now_s - self._checked_at_s >= CHECK_SIGN_INS_S:
            self._checked_at_s = now_s
            self._check_sign_ins()
        self._queues.sweep(now_s, JOIN_WITHIN_S)

    # --- collecting ----------------------------------------------------------------------------

    def _collect(self) -> dict[str, deque[FrameTracks]]:
        self._changed.update(event.source_id for event in self._source_events.take_all(0))
        self._agents_changed |= bool(self._agent_events.take_all(0))
        for located in self._located.take_all(0):
            self._places[located.source_id] = located
        watched = self._clients.watched_sources()
        frames: dict[str, deque[FrameTracks]] = {}
        for event in self._observed.take_all(0):
            frame = event.frame
            if frame.source_id in watched:
                held = frames.setdefault(frame.source_id, deque(maxlen=MAX_FRAMES_HELD))
                held.append(frame)
        return frames

    def _has_news(self) -> bool:
        return bool(self._changed or self._agents_changed or self._places)

    # --- sending -------------------------------------------------------------------------------

    def _send_frames(self, frames: dict[str, deque[FrameTracks]]) -> None:
        behind = self._clients.behind()
        for source_id, held in frames.items():
            message = Frames(
                sent_at=self._parts.clock.now(), frames=[analysed_frame(frame) for frame in held]
            )
            self._emit("frames", message, to=room_of(source_id), skip_sid=behind)

    def _send_clocks(self) -> None:
        for event in self._clocks.take_all(0):
            for sid in self._clients.watchers_of(event.viewer_session_id):
                self._emit("viewer_clock", _clock(event.viewer_session_id, event.rtp_offset), sid)

    def _send_batch(self) -> None:
        sources, removed = [], []
        for source_id in self._changed:
            status = self._parts.sources.find(source_id)
            if status is None:
                removed.append(source_id)
            else:
                sources.append(source_view(status, self._parts.geolocator))
        detector, detector_problem = self._parts.agents.detector()
        agents = self._parts.agents.all() if self._agents_changed else []
        batch = Batch(
            sent_at=self._parts.clock.now(),
            sources=sources,
            removed_sources=removed,
            agents=[agent_view(agent) for agent in agents],
            tracks=self._tracks(),
            detector=detector,
            detector_problem=detector_problem,
        )
        self._changed.clear()
        self._agents_changed = False
        self._places.clear()
        if len(self._clients):
            self._emit("batch", batch, skip_sid=self._clients.without_snapshot())

    def _send_snapshots(self) -> None:
        new = self._clients.take_new()
        if not new:
            return
        detector, detector_problem = self._parts.agents.detector()
        snapshot = Snapshot(
            sent_at=self._parts.clock.now(),
            sources=[source_view(s, self._parts.geolocator) for s in self._parts.sources.all()],
            agents=[agent_view(agent) for agent in self._parts.agents.all()],
            tracks=self._tracks(),
            detector=detector,
            detector_problem=detector_problem,
        )
        for client in new:
            self._emit("snapshot", snapshot, client.sid)
            for _source_id, viewer in list(client.watches):  # it may have missed them while behind
                offset = self._parts.media.sessions.clock(viewer)
                if offset is not None:
                    self._emit("viewer_clock", _clock(viewer, offset), client.sid)

    def _tracks(self) -> list[Any]:
        return [
            placed_track(observation)
            for located in self._places.values()
            for observation in located.observations
        ]

    def _emit(
        self,
        event: str,
        message: Snapshot | Batch | Frames | ViewerClock,
        to: str | None = None,
        skip_sid: list[str] | None = None,
    ) -> None:
        payload = msgspec.to_builtins(message)
        self._socketio.emit(event, payload, to=to, skip_sid=skip_sid, namespace=NAMESPACE)

    # --- who may stay --------------------------------------------------------------------------

    def _watch_backlogs(self, now_s: float) -> None:
        for client in self._clients.all():
            packets = self._queues.backlog(client.sid, NAMESPACE)
            behind_s = self._clients.note_backlog(client.sid, packets, now_s, MAX_BACKLOG)
            if behind_s > CUT_OFF_AFTER_S:
                log.warning("live_client_cut_off packets=%d", packets)
                self._hang_up(client.sid)

    def _check_sign_ins(self) -> None:
        for client in self._clients.all():
            try:
                stays = self._parts.sign_in.still_signed_in(client.session_hash)
            except KestrelError as error:
                log.warning("sign_in_not_checked reason=%s", error)
                return  # the database is busy or gone: asked again at the next check
            if not stays:
                self._hang_up(client.sid)

    def _hang_up(self, sid: str) -> None:
        self._clients.remove(sid)
        self._queues.hang_up(sid, NAMESPACE, self._parts.clock.monotonic_s())


def _clock(viewer_session_id: str, rtp_offset: int) -> ViewerClock:
    return ViewerClock(viewer_session_id=viewer_session_id, rtp_offset=rtp_offset)
