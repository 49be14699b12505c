"""A WHEP session: one viewer of one publisher's session, fed with its packets as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from aiortc import MediaStreamTrack, RTCRtpSender
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpparameters import RTCRtpCodecCapability

from ground_station.core.clock import Clock
from ground_station.core.errors import Unprocessable
from ground_station.vision.media.aiortc_private import timestamp_origin, watch_keyframe_requests
from ground_station.vision.media.ice_place import IcePlace
from ground_station.vision.media.peer import Peer
from ground_station.vision.media.publisher import PublisherSession
from ground_station.vision.media.relay import Relay, ViewerFeed
from ground_station.vision.media.sdp import Offer

# A browser reports on what it receives about once a second (RTCP). One that is silent for so long
# while we send to it is gone, long before ICE notices (about 30 s). Looked at once a second.
SILENT_AFTER_S = 4.0
SILENT = "It stopped answering."


class ViewerListener(Protocol):
    """Who hears of a viewer; on the loop."""

    def viewer_sending(self, session_id: str, rtp_offset: int) -> None:
        """Sending begins: the viewer's RTP timestamp = the publisher's + rtp_offset (mod 2^32)."""
        ...

    def viewer_gone(self, session_id: str, reason: str) -> None:
        """The session ended by itself."""
        ...


class ForwardTrack(MediaStreamTrack):
    """Gives aiortc's sender a feed's packets; attaches to the relay when sending begins."""

    kind = "video"

    def __init__(self, relay: Relay, on_sending: Callable[[], None]) -> None:
        super().__init__()
        self._relay = relay
        self._on_sending = on_sending
        self.feed: ViewerFeed | None = None

    async def recv(self) -> Any:
        if self.feed is None:
            self.feed = self._relay.attach()
            self._on_sending()
        frame = await self.feed.take()
        if frame is None:
            self.stop()
            raise MediaStreamError
        return frame.packet()

    def detach(self) -> None:
        if self.feed is not None:
            self._relay.detach(self.feed)


class ViewerSession:
    """One viewer from its offer to its end. Used on the loop."""

    def __init__(
        self,
        session_id: str,
        offer: Offer,
        publisher: PublisherSession,
        *,
        ice_host: str | IcePlace,
        clock: Clock,
        listener: ViewerListener,
    ) -> None:
        if publisher.codec not in offer.codecs:
            raise Unprocessable(
                f"This viewer cannot play {publisher.codec}, which the camera sends.",
                "Use a browser that can, or set the camera to VP8 or H.264.",
            )
        self.session_id = session_id
        self.publisher = publisher
        self._listener = listener
        self._clock = clock
        self._checked_s = 0.0
        self._silent_s = 0.0
        self._packets_heard = 0
        self._frames_sent = 0
        self._peer = Peer(offer, ice_host, self._gone)
        self._track = ForwardTrack(publisher.relay, self._sending)
        transceiver = self._peer.pc.addTransceiver(self._track, direction="sendonly")
        transceiver.setCodecPreferences(_preferences(publisher.codec, publisher.profile))
        self._sender = transceiver.sender
        watch_keyframe_requests(self._sender, publisher.request_keyframe, min_interval_s=0.0)

    @property
    def dropped(self) -> int:
        return self._track.feed.dropped if self._track.feed is not None else 0

    async def answer(self) -> str:
        """The answer SDP. Raises InvalidInput or Unavailable; then close this session."""
        return await self._peer.answer(lambda: None)

    async def add_candidates(self, sdp_fragment: str) -> None:
        await self._peer.add_candidates(sdp_fragment)

    async def close(self) -> None:
        self._track.detach()
        await self._peer.close()

    async def check_alive(self) -> None:
        """End it if the viewer has been silent although we sent to it; call about once a second."""
        feed = self._track.feed
        if feed is None or not self._peer.connected:
            return
        now_s, heard, sent = self._clock.monotonic_s(), await self._packets_received(), feed.sent
        if heard != self._packets_heard:
            self._silent_s = 0.0
        elif sent != self._frames_sent:  # otherwise silence means nothing: the source has stopped
            self._silent_s += now_s - self._checked_s
        self._checked_s, self._packets_heard, self._frames_sent = now_s, heard, sent
        if self._silent_s > SILENT_AFTER_S:
            self._peer.gone(SILENT)

    async def _packets_received(self) -> int:
        report = await self._sender.getStats()
        return sum(
            getattr(entry, "packetsReceived", 0)
            for entry in report.values()
            if entry.type == "transport"
        )

    def _sending(self) -> None:
        self._checked_s = self._clock.monotonic_s()
        origin = timestamp_origin(self._sender)
        if origin is not None:  # always, inside recv
            self._listener.viewer_sending(self.session_id, origin)
        self.publisher.request_keyframe()

    def _gone(self, reason: str) -> None:
        self._listener.viewer_gone(self.session_id, reason)


def _preferences(codec: str, profile: str) -> list[RTCRtpCodecCapability]:
    """The source's codec only, its own profile first, and retransmission."""
    known = RTCRtpSender.getCapabilities("video").codecs
    same = [each for each in known if each.mimeType.lower() == f"video/{codec.lower()}"]
    same.sort(key=lambda each: str(each.parameters.get("profile-level-id", "")) != profile)
    return same + [each for each in known if each.mimeType.lower() == "video/rtx"]
