"""Real WebRTC for the pretended station: WHEP answers that play the footage."""

from __future__ import annotations

import asyncio
import sys
import threading
import uuid
from fractions import Fraction

import aiortc.rtcrtpsender
import av
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from fake_scene import Footage, index_now, rtp_of, state

OFFSET = 0xFFFF_0000  # the same for every viewer, near the wrap: the page must cope

_random32 = aiortc.rtcrtpsender.random32
aiortc.rtcrtpsender.random32 = lambda: (
    OFFSET if sys._getframe(1).f_code.co_name == "_run_rtp" else _random32()
)


class Looped(VideoStreamTrack):
    """The footage at its own pace, timestamps by frame index."""

    def __init__(self, footage: Footage) -> None:
        super().__init__()
        self.footage = footage
        self.last = index_now()

    async def recv(self) -> av.VideoFrame:
        while state["stopped"] or index_now() <= self.last:  # noqa: ASYNC110 - a clock sets no event
            await asyncio.sleep(0.005)
        self.last = index_now()
        frame = av.VideoFrame.from_ndarray(self.footage.picture(self.last), format="bgr24")
        frame.pts, frame.time_base = rtp_of(self.last), Fraction(1, 90000)
        return frame


class Viewers:
    """Peer connections on a loop of their own."""

    def __init__(self, footage: Footage) -> None:
        self._footage = footage
        self._peers: dict[str, RTCPeerConnection] = {}
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def answer(self, sdp: str) -> tuple[str, str]:
        """(viewer session id, SDP answer)."""
        offer = RTCSessionDescription(sdp, "offer")
        return asyncio.run_coroutine_threadsafe(self._answer(offer), self._loop).result(10)

    async def _answer(self, offer: RTCSessionDescription) -> tuple[str, str]:
        peer = RTCPeerConnection()
        name = str(uuid.uuid4())
        self._peers[name] = peer
        peer.addTrack(Looped(self._footage))
        await peer.setRemoteDescription(offer)
        await peer.setLocalDescription(await peer.createAnswer())
        return name, peer.localDescription.sdp

    def end(self, name: str) -> None:
        """Close a viewer's session, if it is there."""
        if name in self._peers:
            asyncio.run_coroutine_threadsafe(self._peers.pop(name).close(), self._loop)
