"""One publication of a camera: a peer connection from its offer to its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from aiortc import (
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpCodecCapability,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError, OperationError

from ground_station.core.agent_protocol import FrameTime
from ground_station.core.errors import TimedOut, Unavailable
from ground_station.vision.media.aiortc_private import (
    use_ice_host,
    watch_keyframe_requests,
    wire_rtp_timestamp,
)
from ground_station.vision.publishing.capture import Numbered
from ground_station.vision.publishing.encoded import EncodedFrame
from ground_station.vision.publishing.ice_links import LinkedServer
from ground_station.vision.publishing.packet_track import PacketTrack
from ground_station.vision.publishing.whip_client import DELETE_TIMEOUT_S, WhipClient

CONNECT_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 0.7
_DEAD = ("failed", "closed")


class WhipSession:
    """Made for one publication; `run` it once.

    Args:
        profile_idc: the H.264 profile of the pictures, to offer the codec that says so.
        ice_host: the local address to offer.
        on_time: called with the wire timestamp and capture time of each picture sent.
        on_hungry: called when a keyframe is needed.
        ice_servers: what the station named for reaching its node.
    """

    def __init__(
        self,
        whip: WhipClient,
        *,
        profile_idc: int | None,
        ice_host: str,
        on_time: Callable[[FrameTime], None],
        on_hungry: Callable[[], None],
        ice_servers: Sequence[LinkedServer] = (),
    ) -> None:
        self._whip = whip
        self._ice_host = ice_host
        self._on_time = on_time
        self._location = ""
        self._connected = asyncio.Event()
        self._dead = asyncio.Event()
        self.track = PacketTrack(self._sending, on_hungry)
        self._pc = RTCPeerConnection(
            RTCConfiguration(iceServers=[_ice_server(server) for server in ice_servers])
        )
        self._pc.on("connectionstatechange", self._on_state)
        transceiver = self._pc.addTransceiver(self.track, direction="sendonly")
        transceiver.setCodecPreferences(h264_codecs(profile_idc))
        self._sender = transceiver.sender
        watch_keyframe_requests(self._sender, on_hungry)

    @property
    def connected(self) -> bool:
        return self._connected.is_set() and not self._dead.is_set()

    @property
    def was_connected(self) -> bool:
        return self._connected.is_set()

    def end(self) -> None:
        """Make `run` end, as if the connection had broken."""
        self._dead.set()

    def put(self, picture: Numbered) -> None:
        """A picture to send, once connected."""
        self.track.put(picture)

    async def run(self, endpoint: str, on_connected: Callable[[], None]) -> None:
        """Offer, connect and stay; returns never, ends by an error or by being cancelled.

        Raises:
            KestrelError: the station refused, or the connection was not made or broke.
        """
        use_ice_host(self._pc, self._ice_host)
        await self._pc.setLocalDescription(await self._pc.createOffer())
        accepted = await self._whip.post(endpoint, self._pc.localDescription.sdp)
        self._location = accepted.location
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(accepted.sdp, "answer"))
        except (ValueError, OperationError, InvalidStateError) as error:
            raise Unavailable("The vision node's answer to the video offer is unusable.") from error
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await _first_of(self._connected, self._dead)
        except TimeoutError as error:
            raise TimedOut(
                f"No video connection to the vision node within {CONNECT_TIMEOUT_S:g} s.",
                "Check that UDP between this machine and the vision node is not blocked.",
            ) from error
        if self.connected:
            on_connected()
        await self._dead.wait()
        raise Unavailable("The video connection to the vision node broke.")

    async def close(self) -> None:
        """Tell the station and free the ports; bounded in time, raises nothing."""
        self._pc.remove_listener("connectionstatechange", self._on_state)
        self.track.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DELETE_TIMEOUT_S):
                if self._location:
                    await self._whip.delete(self._location)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._pc.close()

    def _sending(self, frame: EncodedFrame) -> None:
        stamp = wire_rtp_timestamp(self._sender, frame.pts_90khz)
        self._on_time(FrameTime(stamp, frame.captured_at, frame.pose))

    def _on_state(self) -> None:
        if self._pc.connectionState == "connected":
            self._connected.set()
        elif self._pc.connectionState in _DEAD:
            self._dead.set()


def _ice_server(server: LinkedServer) -> RTCIceServer:
    return RTCIceServer(server.url, server.username or None, server.credential or None)


def h264_codecs(profile: int | None) -> list[RTCRtpCodecCapability]:
    """H.264 (packetization-mode 1) of this profile, with retransmission; of every profile where
    aiortc knows none such."""
    known = RTCRtpSender.getCapabilities("video").codecs
    h264 = [
        codec
        for codec in known
        if codec.mimeType.lower() == "video/h264" and codec.parameters["packetization-mode"] == "1"
    ]
    wanted = f"{profile:02x}" if profile is not None else ""
    fitting = [codec for codec in h264 if str(codec.parameters["profile-level-id"])[:2] == wanted]
    return (fitting or h264) + [codec for codec in known if codec.mimeType.lower() == "video/rtx"]


async def _first_of(*events: asyncio.Event) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
