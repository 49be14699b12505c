"""All WHIP and WHEP sessions of one node: one publisher a source, any number of viewers of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

from ground_station.core.agent_protocol import FrameTime, SourceReport
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, KestrelError, NotFound, Unavailable
from ground_station.core.model import Frame
from ground_station.vision.media.aiortc_private import enable_h264_profiles
from ground_station.vision.media.frame_times import UNKNOWN, CapturedAt
from ground_station.vision.media.ice_place import IcePlace
from ground_station.vision.media.publisher import PublisherParts, PublisherSession
from ground_station.vision.media.sdp import check_offer
from ground_station.vision.media.viewer import ViewerSession

log = logging.getLogger(__name__)

MAX_PUBLISHERS = 64
MAX_VIEWERS = 128
CHECK_EVERY_S = 1.0
REPLACED = "A new session of the same source replaced it."
SOURCE_ENDED = "Its source stopped."
CODEC_CHANGED = "Its source changed the video codec."
_MAX_SOURCES_REMEMBERED = 1000


class MediaListener(Protocol):
    """Who hears what happens in sessions. On the loop, but for `frame`."""

    def publisher_started(self, source_id: str, session_id: str, *, analyse: bool) -> None: ...

    def publisher_ended(self, session_id: str) -> None:
        """For whatever reason; its last frame may still be on its way."""
        ...

    def session_ended(self, session_id: str, reason: str) -> None:
        """A publisher's or viewer's session ended and nobody had asked for it."""
        ...

    def viewer_clock(self, viewer_session_id: str, rtp_offset: int) -> None: ...

    def frame(self, frame: Frame) -> None:
        """A picture to analyse, on a decoding thread; must not block."""
        ...

    def changed(self) -> None:
        """A session came or went: reports are due."""
        ...


class MediaSessions:
    """Owns the sessions. Used on the loop only.

    Args:
        ice_host: where media is reached.
        lost_after_s: without a picture for so long, a source is lost.
    """

    def __init__(
        self,
        *,
        ice_host: str | IcePlace,
        lost_after_s: float,
        clock: Clock,
        listener: MediaListener,
    ) -> None:
        enable_h264_profiles()
        self._ice_host = ice_host
        self._clock = clock
        self._listener = listener
        self._parts = PublisherParts(ice_host, lost_after_s, clock, self)
        self._publishers: dict[str, PublisherSession] = {}  # by source
        self._viewers: dict[str, ViewerSession] = {}  # by session
        self._sources_with_pairs: dict[str, None] = {}  # oldest first
        self._closing: set[asyncio.Task[None]] = set()
        self._checker: asyncio.Task[None] | None = None

    # --- commands --------------------------------------------------------------------------------

    async def accept_whip(
        self, source_id: str, session_id: str, sdp: str, *, analyse: bool = True
    ) -> str:
        """Answer a publisher; once answered, it replaces the source's former session.

        Raises:
            InvalidInput, Unprocessable: see `check_offer`.
            Conflict: the session id is in use.
            Unavailable: too many sources, or no address to listen on.
        """
        self._check_new(session_id)
        if source_id not in self._publishers and len(self._publishers) >= MAX_PUBLISHERS:
            raise Unavailable(f"This vision node serves {MAX_PUBLISHERS} sources already.")
        offer = check_offer(sdp, "send")
        publisher = PublisherSession(
            source_id,
            session_id,
            offer,
            self._parts,
            analyse=analyse,
            agent_sends_pairs=source_id in self._sources_with_pairs,
        )
        answer = await _answer_or_close(publisher)
        self._drop_publisher(source_id, REPLACED, told=True)
        self._publishers[source_id] = publisher
        self._listener.publisher_started(source_id, session_id, analyse=analyse)
        self._start_checking()
        self._listener.changed()
        log.info("whip_accepted source=%s session=%s", source_id, session_id)
        return answer

    async def accept_whep(self, source_id: str, session_id: str, sdp: str) -> str:
        """Answer a viewer.

        Raises:
            Unavailable: nobody publishes the source, or too many viewers.
            InvalidInput, Unprocessable: see `check_offer`; or the viewer cannot play the codec.
            Conflict: the session id is in use.
        """
        self._check_new(session_id)
        publisher = self._publishers.get(source_id)
        if publisher is None:
            raise Unavailable("Nobody publishes this source right now.", "Try again shortly.")
        if len(self._viewers) >= MAX_VIEWERS:
            raise Unavailable(f"This vision node serves {MAX_VIEWERS} viewers already.")
        offer = check_offer(sdp, "receive")
        viewer = ViewerSession(
            session_id,
            offer,
            publisher,
            ice_host=self._ice_host,
            clock=self._clock,
            listener=self,
        )
        self._viewers[session_id] = viewer
        try:
            answer = await _answer_or_close(viewer)
        except BaseException:
            self._viewers.pop(session_id, None)
            raise
        if self._viewers.get(session_id) is not viewer:
            raise Unavailable("The source stopped.", "Try again shortly.")
        self._listener.changed()
        return answer

    async def add_candidates(self, session_id: str, sdp_fragment: str) -> None:
        """Raises NotFound, InvalidInput, or Unprocessable for an ICE restart."""
        session = self._publisher_of(session_id) or self._viewers.get(session_id)
        if session is None:
            raise NotFound("This session does not exist; it has ended.")
        await session.add_candidates(sdp_fragment)

    def end(self, session_id: str) -> None:
        """End a session because the station says so; nothing happens if it is gone."""
        publisher = self._publisher_of(session_id)
        if publisher is not None:
            self._drop_publisher(publisher.source_id, SOURCE_ENDED, told=False)
        self._drop_viewer(session_id, "", told=False)

    def relay_frame_times(self, source_id: str, times: Sequence[FrameTime]) -> None:
        """Pairs from the source's agent; forgotten if nobody publishes the source."""
        if not times:
            return
        self._sources_with_pairs[source_id] = None
        while len(self._sources_with_pairs) > _MAX_SOURCES_REMEMBERED:
            self._sources_with_pairs.pop(next(iter(self._sources_with_pairs)))
        publisher = self._publishers.get(source_id)
        if publisher is not None:
            publisher.times.add(times)

    def captured_at(self, session_id: str, rtp_timestamp: int) -> CapturedAt | None:
        """When a frame of a publisher's session was captured; None while that may still be told."""
        publisher = self._publisher_of(session_id)
        return UNKNOWN if publisher is None else publisher.times.captured_at(rtp_timestamp)

    # --- state -----------------------------------------------------------------------------------

    def reports(self) -> list[SourceReport]:
        """One a publisher, without the analysis figures."""
        counts: dict[str, int] = {}
        for viewer in self._viewers.values():
            key = viewer.publisher.session_id
            counts[key] = counts.get(key, 0) + 1
        return [
            publisher.report(counts.get(publisher.session_id, 0))
            for publisher in self._publishers.values()
        ]

    def viewer_sessions(self) -> list[str]:
        """The ids of all viewers' sessions."""
        return list(self._viewers)

    def end_all(self) -> None:
        """End every session without a word: the station has forgotten them."""
        for source_id in list(self._publishers):
            self._drop_publisher(source_id, "", told=False)
        for session_id in list(self._viewers):
            self._drop_viewer(session_id, "", told=False)

    async def close(self) -> None:
        """End everything; within about a second and a half."""
        self.end_all()
        if self._checker is not None:
            self._checker.cancel()
        if self._closing:
            await asyncio.wait(self._closing, timeout=1.5)

    # --- what sessions tell us -------------------------------------------------------------------

    def frame(self, frame: Frame) -> None:
        self._listener.frame(frame)

    def publisher_gone(self, session_id: str, reason: str) -> None:
        publisher = self._publisher_of(session_id)
        if publisher is not None:
            log.info("whip_ended session=%s reason=%s", session_id, reason)
            self._drop_publisher(publisher.source_id, SOURCE_ENDED, told=False)
            self._listener.session_ended(session_id, reason)

    def codec_changed(self, session_id: str) -> None:
        self._drop_viewers_of(session_id, CODEC_CHANGED)

    def viewer_sending(self, session_id: str, rtp_offset: int) -> None:
        self._listener.viewer_clock(session_id, rtp_offset)

    def viewer_gone(self, session_id: str, reason: str) -> None:
        self._drop_viewer(session_id, reason, told=True)

    # --- inside ----------------------------------------------------------------------------------

    def _check_new(self, session_id: str) -> None:
        if session_id in self._viewers or self._publisher_of(session_id) is not None:
            raise Conflict("This session exists already.")

    def _publisher_of(self, session_id: str) -> PublisherSession | None:
        for publisher in self._publishers.values():
            if publisher.session_id == session_id:
                return publisher
        return None

    def _drop_publisher(self, source_id: str, viewers_reason: str, *, told: bool) -> None:
        """`told`: say that the publisher's own session ended, too."""
        publisher = self._publishers.pop(source_id, None)
        if publisher is None:
            return
        self._drop_viewers_of(publisher.session_id, viewers_reason)
        self._close(publisher.close())
        self._listener.publisher_ended(publisher.session_id)
        if told:
            self._listener.session_ended(publisher.session_id, viewers_reason)
        self._listener.changed()

    def _drop_viewers_of(self, publisher_session_id: str, reason: str) -> None:
        for session_id, viewer in list(self._viewers.items()):
            if viewer.publisher.session_id == publisher_session_id:
                self._drop_viewer(session_id, reason, told=bool(reason))

    def _drop_viewer(self, session_id: str, reason: str, *, told: bool) -> None:
        viewer = self._viewers.pop(session_id, None)
        if viewer is None:
            return
        self._close(viewer.close())
        if told:
            self._listener.session_ended(session_id, reason)
        self._listener.changed()

    def _close(self, closing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(closing)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _start_checking(self) -> None:
        if self._checker is None or self._checker.done():
            self._checker = asyncio.get_running_loop().create_task(self._check_sessions())

    async def _check_sessions(self) -> None:
        while self._publishers or self._viewers:
            await asyncio.sleep(CHECK_EVERY_S)
            for publisher in list(self._publishers.values()):
                await publisher.check_alive()
            for viewer in list(self._viewers.values()):
                await viewer.check_alive()


async def _answer_or_close(session: PublisherSession | ViewerSession) -> str:
    try:
        return await session.answer()
    except BaseException as error:
        if not isinstance(error, KestrelError | asyncio.CancelledError):
            log.error("answer_failed session=%s error=%s", session.session_id, type(error).__name__)
        await session.close()
        raise
