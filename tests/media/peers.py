"""Real publishers and viewers for tests: aiortc on loopback, H.264 made by x264 through PyAV."""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from numpy.typing import NDArray

from ground_station.vision.media.aiortc_private import (
    EncodedTap,
    TappedFrame,
    use_ice_host,
    watch_keyframe_requests,
    wire_rtp_timestamp,
)

TIME_BASE = fractions.Fraction(1, 90000)
HOST = "127.0.0.1"
Draw = Callable[[NDArray[np.uint8], int], None]


def moving_square(picture: NDArray[np.uint8], number: int) -> None:
    """Something for the encoder to do."""
    picture[:] = (40, 90, 60)
    x = (number * 7) % max(1, picture.shape[1] - 40)
    picture[40:80, x : x + 40] = (250, 250, 250)


class Encoder:
    """Pictures to H.264 or VP8 packets whose pts are in 1/90000 s."""

    def __init__(
        self,
        *,
        width: int = 320,
        height: int = 180,
        fps: int = 25,
        codec: str = "libx264",
        gop: int = 25,
        b_frames: int = 0,
        draw: Draw = moving_square,
    ) -> None:
        self.fps = fps
        self.number = 0
        self.keyframe_wanted = False
        self._draw = draw
        self._picture = np.zeros((height, width, 3), np.uint8)
        context: Any = av.CodecContext.create(codec, "w")
        context.width, context.height = width, height
        context.pix_fmt = "yuv420p"
        context.time_base = TIME_BASE
        context.framerate = fractions.Fraction(fps, 1)
        context.bit_rate = 800_000
        context.gop_size = gop
        context.options = _options(codec, b_frames)
        context.max_b_frames = b_frames
        self._context = context

    def next(self) -> list[Any]:
        self._draw(self._picture, self.number)
        frame = av.VideoFrame.from_ndarray(self._picture, format="bgr24")
        frame.pts = self.number * 90000 // self.fps
        frame.time_base = TIME_BASE
        if self.keyframe_wanted:
            frame.pict_type = av.video.frame.PictureType.I
            self.keyframe_wanted = False
        self.number += 1
        return list(self._context.encode(frame))


def _options(codec: str, b_frames: int) -> dict[str, str]:
    if codec != "libx264":
        return {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    options = {"preset": "veryfast", "x264-params": "scenecut=0"}
    if not b_frames:
        options["tune"] = "zerolatency"
    return options


class PacketTrack(MediaStreamTrack):
    """Sends an encoder's packets at its pace and notes the wire timestamp of each."""

    kind = "video"

    def __init__(self, encoder: Encoder, *, speed: float = 1.0) -> None:
        super().__init__()
        self.encoder = encoder
        self.sender: RTCRtpSender | None = None
        self.paused = False
        self.sent: list[tuple[int, int]] = []  # (frame number, wire RTP timestamp)
        self.keyframe_requests = 0
        self.answers_keyframe_requests = True
        self._interval_s = 1 / (encoder.fps * speed)
        self._packets: list[Any] = []
        self._due_s: float | None = None

    def keyframe_requested(self) -> None:
        self.keyframe_requests += 1
        if self.answers_keyframe_requests:
            self.encoder.keyframe_wanted = True

    async def recv(self) -> Any:
        loop = asyncio.get_running_loop()
        self._due_s = (self._due_s or loop.time()) + self._interval_s
        await asyncio.sleep(max(0.0, self._due_s - loop.time()))
        while self.paused:
            await asyncio.sleep(0.01)
            self._due_s = loop.time()
        while not self._packets:
            self._packets = self.encoder.next()
        packet = self._packets.pop(0)
        packet.time_base = TIME_BASE
        assert self.sender is not None
        assert packet.pts is not None
        number = round(packet.pts * self.encoder.fps / 90000)
        self.sent.append((number, wire_rtp_timestamp(self.sender, packet.pts)))
        return packet


@dataclass
class Publisher:
    """A WHIP client without HTTP."""

    track: PacketTrack
    with_audio: bool = False
    pc: RTCPeerConnection = field(init=False)

    def __post_init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        if self.with_audio:
            self.pc.addTransceiver("audio", direction="sendonly")
        transceiver = self.pc.addTransceiver(self.track, direction="sendonly")
        mime = "video/VP8" if "vp" in self.track.encoder._context.name else "video/H264"
        codecs = RTCRtpSender.getCapabilities("video").codecs
        transceiver.setCodecPreferences([c for c in codecs if c.mimeType in (mime, "video/rtx")])
        self.track.sender = transceiver.sender
        watch_keyframe_requests(transceiver.sender, self.track.keyframe_requested)

    async def offer(self) -> str:
        use_ice_host(self.pc, HOST)
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return self.pc.localDescription.sdp

    async def answered(self, sdp: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def close(self) -> None:
        await self.pc.close()


class Viewer:
    """A WHEP client without HTTP; keeps encoded frames, or decodes with aiortc when asked."""

    def __init__(self, *, decode: bool = False, codecs: tuple[str, ...] = ()) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.frames: list[TappedFrame] = []
        self.ended = False
        self.tap: EncodedTap | None = None
        transceiver = self.pc.addTransceiver("video", direction="recvonly")
        if codecs:
            known = RTCRtpSender.getCapabilities("video").codecs
            transceiver.setCodecPreferences([c for c in known if c.mimeType in codecs])
        self.receiver = transceiver.receiver
        if not decode:
            self.tap = EncodedTap(transceiver.receiver, self.frames.append, self._end)

    def _end(self) -> None:
        self.ended = True

    async def offer(self) -> str:
        use_ice_host(self.pc, HOST)
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return self.pc.localDescription.sdp

    async def answered(self, sdp: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def close(self) -> None:
        await self.pc.close()


async def until(condition: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Wait for a condition; AssertionError when it does not come true."""
    deadline_s = asyncio.get_running_loop().time() + timeout_s
    while not condition():
        assert asyncio.get_running_loop().time() < deadline_s, "not within the time"
        await asyncio.sleep(0.01)


def run(test: Awaitable[None]) -> None:
    """Run one async test on a fresh loop."""

    async def main() -> None:
        await test

    asyncio.run(main())


class LossyLink:
    """Stands between a publisher and the network: drops RTP datagrams, leaves RTCP and DTLS alone.

    Args:
        drop: decides by the sequence number of a video packet.
        retransmissions: whether RTX packets get through.
    """

    def __init__(
        self, publisher: Publisher, drop: Callable[[int], bool], *, retransmissions: bool
    ) -> None:
        assert publisher.track.sender is not None
        transport = publisher.track.sender.transport.transport
        self.dropped = 0
        self._ssrc = publisher.track.sender._ssrc
        self._drop = drop
        self._retransmissions = retransmissions
        self._send = transport._send
        transport._send = self._maybe_send

    async def _maybe_send(self, data: bytes) -> None:
        is_rtp = 127 < data[0] < 192 and not 192 <= data[1] <= 208
        if is_rtp:
            ssrc = int.from_bytes(data[8:12], "big")
            lost = (
                self._drop(int.from_bytes(data[2:4], "big"))
                if ssrc == self._ssrc
                else not self._retransmissions
            )
            if lost:
                self.dropped += 1
                return
        await self._send(data)
