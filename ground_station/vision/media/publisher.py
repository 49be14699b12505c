"""A WHIP session: one publisher of one source, tapped, relayed and decoded."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from ground_station.core.agent_protocol import SourceReport
from ground_station.core.clock import Clock
from ground_station.core.model import CapturedAtFrom, Frame, SourceCondition
from ground_station.vision.media.aiortc_private import (
    KEYFRAME_REQUEST_INTERVAL_S,
    EncodedTap,
    TappedFrame,
)
from ground_station.vision.media.decode import Decoder
from ground_station.vision.media.encoded import B_FRAMES_PROBLEM, FrameReader
from ground_station.vision.media.frame_times import FrameTimes
from ground_station.vision.media.ice_place import IcePlace
from ground_station.vision.media.peer import CONNECTION_CLOSED, Peer
from ground_station.vision.media.relay import Relay
from ground_station.vision.media.sdp import Offer, with_start_bitrate

_FPS_WINDOW_S = 2.0
NO_PICTURE_PROBLEM = "It is connected but sends no picture."
_NO_PICTURE_AFTER_S = 5.0
# A publisher that lives sends RTCP reports every second or so, also while it has no picture.
SILENT_AFTER_S = 8.0
SILENT = "The publisher has fallen silent."


class PublisherListener(Protocol):
    """Who hears of a publisher."""

    def frame(self, frame: Frame) -> None:
        """A decoded picture, on the decoding thread; must not block."""
        ...

    def publisher_gone(self, session_id: str, reason: str) -> None:
        """The session ended by itself, on the loop."""
        ...

    def codec_changed(self, session_id: str) -> None:
        """The publisher changed its codec: its viewers must negotiate again. On the loop."""
        ...


@dataclass(frozen=True, slots=True)
class PublisherParts:
    """What a publisher's session is made with."""

    ice_host: str | IcePlace
    lost_after_s: float
    clock: Clock
    listener: PublisherListener


class PublisherSession:
    """One publisher from its offer to its end. Used on the loop, but for `_picture`."""

    def __init__(
        self,
        source_id: str,
        session_id: str,
        offer: Offer,
        parts: PublisherParts,
        *,
        analyse: bool,
        agent_sends_pairs: bool,
    ) -> None:
        self.source_id = source_id
        self.session_id = session_id
        self.analyse = analyse
        self.codec = offer.codecs[0]  # until the first frame says which it is
        self.profile = ""
        self.relay = Relay()
        self.times = FrameTimes(parts.clock, agent_sends_pairs=agent_sends_pairs)
        self._parts = parts
        self._clock = parts.clock
        self._started_s = parts.clock.monotonic_s()
        self._reader = FrameReader()
        self._tap: EncodedTap | None = None
        self._arrivals: deque[float] = deque(maxlen=240)
        self._last_picture_s: float | None = None
        self._size = (0, 0)
        self._last_rtp = 0
        self._keyframe_asked_s = float("-inf")
        self._asking: set[asyncio.Task[bool]] = set()
        self._heard = 0  # packets, and when their number last grew
        self._heard_s = self._started_s
        self._peer = Peer(offer, parts.ice_host, self._gone)
        self._decoder = Decoder(
            source_id,
            session_id,
            times=self.times,
            on_frame=self._picture,
            keyframes_only=not analyse,
        )

    async def answer(self) -> str:
        """The answer SDP. Raises InvalidInput or Unavailable; then close this session."""
        answer = await self._peer.answer(self._tap_video)
        self._decoder.start()
        return with_start_bitrate(answer)

    async def add_candidates(self, sdp_fragment: str) -> None:
        await self._peer.add_candidates(sdp_fragment)

    async def check_alive(self) -> None:
        """End it if nothing at all has come for long: its process died. Call about once a second;
        ICE by itself would take 30 s to notice."""
        now_s = self._clock.monotonic_s()
        heard = await self._packets_received() if self._peer.connected else -1
        if heard != self._heard:
            self._heard, self._heard_s = heard, now_s
        elif self._peer.connected and now_s - self._heard_s > SILENT_AFTER_S:
            self._peer.gone(SILENT)

    async def _packets_received(self) -> int:
        for transceiver in self._peer.pc.getTransceivers():
            if transceiver.kind == "video":
                report = await transceiver.receiver.getStats()
                return sum(
                    getattr(entry, "packetsReceived", 0)
                    for entry in report.values()
                    if entry.type == "transport"
                )
        return 0

    async def close(self) -> None:
        """End it and whatever it feeds."""
        self.relay.end()
        self._decoder.signal_stop()
        for task in self._asking:
            task.cancel()
        await self._peer.close()
        await asyncio.get_running_loop().run_in_executor(None, self._decoder.stop)

    def request_keyframe(self) -> None:
        """Ask the publisher for a keyframe, at most once a second."""
        now_s = self._clock.monotonic_s()
        if self._tap is None or now_s - self._keyframe_asked_s < KEYFRAME_REQUEST_INTERVAL_S:
            return
        self._keyframe_asked_s = now_s
        task = asyncio.get_running_loop().create_task(self._tap.request_keyframe())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    def report(self, viewers: int) -> SourceReport:
        """What a person should know of this session now; without the analysis figures."""
        now_s = self._clock.monotonic_s()
        age_s = None if self._last_picture_s is None else now_s - self._last_picture_s
        condition = self._condition(age_s)
        return SourceReport(
            source_id=self.source_id,
            session_id=self.session_id,
            condition=condition,
            codec=self.codec if self._arrivals else "",
            width=self._size[0],
            height=self._size[1],
            received_fps=self._received_fps(now_s),
            last_frame_age_s=age_s,
            frames_dropped=self._reader.dropped + self._decoder.dropped + self.relay.dropped,
            viewers=viewers,
            captured_at_from=self._captured_at_from(),
            problem=self._problem(condition, now_s),
        )

    # --- inside ----------------------------------------------------------------------------------

    def _tap_video(self) -> None:
        for transceiver in self._peer.pc.getTransceivers():
            if transceiver.kind == "video":
                transceiver.direction = "recvonly"
                self._tap = EncodedTap(transceiver.receiver, self._tapped, self._tap_ended)

    def _tapped(self, tapped: TappedFrame) -> None:
        now_s = self._clock.monotonic_s()
        self._arrivals.append(now_s)
        frame = self._reader.read(tapped, now_s)
        if frame is None:
            return
        if frame.codec != self.codec:
            self.codec = frame.codec
            self._parts.listener.codec_changed(self.session_id)
        self.profile = str(tapped.parameters.get("profile-level-id", ""))
        if self._tap is not None:
            self.times.set_sender_report(self._tap.sender_report)
        self.relay.put(frame)
        self._decoder.put(frame)
        if not self.analyse:
            self._last_picture_s = now_s
        if self.relay.needs_keyframe or self._decoder.needs_keyframe:
            self.request_keyframe()

    def _picture(self, frame: Frame) -> None:
        self._size = (frame.pixels.width, frame.pixels.height)
        self._last_rtp = frame.rtp_timestamp
        self._last_picture_s = frame.received_monotonic_s
        if self.analyse:
            self._parts.listener.frame(frame)

    def _tap_ended(self) -> None:
        self._peer.gone(CONNECTION_CLOSED)

    def _gone(self, reason: str) -> None:
        self._parts.listener.publisher_gone(self.session_id, reason)

    def _captured_at_from(self) -> CapturedAtFrom:
        if self._last_picture_s is None:
            return CapturedAtFrom.UNKNOWN
        return self.times.told_by(self._last_rtp)

    def _condition(self, age_s: float | None) -> SourceCondition:
        if age_s is None:
            return SourceCondition.CONNECTING
        if age_s > self._parts.lost_after_s:
            return SourceCondition.LOST
        return SourceCondition.LIVE

    def _received_fps(self, now_s: float) -> float:
        recent = [at for at in self._arrivals if now_s - at <= _FPS_WINDOW_S]
        if len(recent) < 2 or recent[-1] <= recent[0]:
            return 0.0
        return round((len(recent) - 1) / (recent[-1] - recent[0]), 2)

    def _problem(self, condition: SourceCondition, now_s: float) -> str:
        if self._reader.b_frames:
            return B_FRAMES_PROBLEM
        if self._decoder.problem:
            return self._decoder.problem
        waiting = condition is SourceCondition.CONNECTING and self._peer.connected
        if waiting and now_s - self._started_s > _NO_PICTURE_AFTER_S:
            return NO_PICTURE_PROBLEM
        return ""
