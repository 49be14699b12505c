"""The only file that touches private names of aiortc (pinned to 1.16.0) and aioice. ADR 0003.

What it gives, to the vision node and to camera agents:

- `EncodedTap`: encoded frames of a receiver, with their RTP timestamps, before any decoding; it
  asks the publisher for keyframes and keeps its last RTCP sender report.
- `timestamp_origin` / `wire_rtp_timestamp`: which RTP timestamp a sender puts on the wire.
- `watch_keyframe_requests`: a callback when the other side asks a sender for a keyframe.
- `use_ice_host`: host candidates on one address, of chosen ports, with a NAT's address.
- `enable_h264_profiles`: main and high H.264 in offers and answers, not only baseline.

RTP timestamps: aiortc adds one random number, drawn when a sender starts, to every timestamp it
sends (RFC 3550 section 5.1 wants that). So `wire = (pts_90khz + origin) mod 2^32`, with `pts_90khz`
the `pts` of the av.Packet or frame that the track gave, in units of 1/90000 s. The origin belongs
to one sender, never changes while it lives, and is known from the first call of the track's `recv`
on: before any packet has been sent.

Everything here runs on the event loop's thread.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aioice.ice import StunProtocol
from aioice.turn import UDP_SOCKET_BUFFER_SIZE
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender
from aiortc.codecs import CODECS
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtcpeerconnection import find_common_codecs
from aiortc.rtcrtpparameters import RTCRtcpFeedback, RTCRtpCodecParameters
from aiortc.rtp import RtcpSrPacket, RtpPacket

from ground_station.core.errors import Unavailable
from ground_station.vision.media.ice_place import IcePlace

RTP_MODULUS = 1 << 32
KEYFRAME_REQUEST_INTERVAL_S = 1.0
STALL_S = 0.6  # a lost packet that is not sent again holds the picture up no longer than this
RELAY_WITHIN_S = 2
_VIDEO_CAPACITY = 512  # packets; a power of two, and more than the largest keyframe has
_MORE_H264_PROFILES = ("4d001f", "64001f", "640c1f")  # main, high, constrained high


# --- a sender's timestamps -----------------------------------------------------------------------


def timestamp_origin(sender: RTCRtpSender) -> int | None:
    """What `sender` adds to every timestamp (0..2^32-1), or None before it has begun to send.

    Known from the first `recv` of its track on; also from inside that `recv`.
    """
    private = cast(Any, sender)
    known: int | None = getattr(private, "_kestrel_timestamp_origin", None)
    if known is not None:
        return known
    task = private._RTCRtpSender__rtp_task
    frame = task.get_coro().cr_frame if task is not None else None
    if frame is None:
        return None
    origin: int | None = frame.f_locals.get("timestamp_origin")
    private._kestrel_timestamp_origin = origin
    return origin


def wire_rtp_timestamp(sender: RTCRtpSender, pts_90khz: int) -> int:
    """The RTP timestamp (0..2^32-1) on the wire of the packet that had this `pts`.

    Args:
        sender: the sender whose track yields packets or frames; it must have begun to send, that
            is, its track's `recv` has been called at least once (being inside it is enough).
        pts_90khz: the packet's `pts`; its time base must be 1/90000.

    Raises:
        Unavailable: the sender has not begun to send.
    """
    origin = timestamp_origin(sender)
    if origin is None:
        raise Unavailable("The video sender has not begun to send yet.")
    return (pts_90khz + origin) % RTP_MODULUS


def watch_keyframe_requests(
    sender: RTCRtpSender,
    on_request: Callable[[], None],
    *,
    min_interval_s: float = KEYFRAME_REQUEST_INTERVAL_S,
) -> None:
    """Call `on_request` (on the loop) when the other side asks for a keyframe (PLI or FIR).

    Requests that come within `min_interval_s` of one that was passed on are dropped: the keyframe
    that answers the first one answers them too.
    """
    last_s = float("-inf")

    def requested() -> None:
        nonlocal last_s
        now_s = time.monotonic()
        if now_s - last_s >= min_interval_s:
            last_s = now_s
            on_request()

    private = cast(Any, sender)
    private._send_keyframe = requested


# --- a receiver's encoded frames -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TappedFrame:
    """One encoded frame as it came.

    Attributes:
        codec: "H264" (data is Annex B) or "VP8".
        parameters: the negotiated fmtp parameters of its payload type.
        rtp_timestamp: as on the wire, 0..2^32-1.
        after_loss: something before it was lost for good; what refers to it is damaged.
    """

    data: bytes
    codec: str
    parameters: dict[str, Any]
    rtp_timestamp: int
    after_loss: bool


@dataclass(frozen=True, slots=True)
class SenderReport:
    """The publisher's word for which wall time an RTP timestamp had (RFC 3550 section 6.4.1)."""

    ntp_timestamp: int  # 32.32 fixed point seconds since 1900
    rtp_timestamp: int


class EncodedTap:
    """Takes encoded frames out of a receiver so that aiortc itself never decodes.

    Make it in the `track` event, so before the connection is up. aiortc's decoder thread ends at
    once; the receiver's track is of no further use.

    Args:
        on_frame: called on the loop with each complete frame, in decoding order.
        on_end: called on the loop once, when the publisher said goodbye or the transport closed.
    """

    def __init__(
        self,
        receiver: RTCRtpReceiver,
        on_frame: Callable[[TappedFrame], None],
        on_end: Callable[[], None],
    ) -> None:
        self._receiver = cast(Any, receiver)
        self._on_frame = on_frame
        self._on_end = on_end
        self._ended = False
        self._last_timestamp: int | None = None
        self._buffer = _WatchedJitterBuffer()
        self.sender_report: SenderReport | None = None
        self._handle_rtcp = self._receiver._handle_rtcp_packet
        self._receiver._RTCRtpReceiver__decoder_queue = self
        self._receiver._RTCRtpReceiver__timestamp_mapper = _WireTimestamps()
        self._receiver._RTCRtpReceiver__jitter_buffer = self._buffer
        self._receiver._handle_rtcp_packet = self._rtcp

    @property
    def packets_skipped(self) -> int:
        """How often lost packets were given up."""
        return self._buffer.losses

    @property
    def ssrc(self) -> int | None:
        """Of the video stream, once a packet came."""
        return self._buffer.ssrc

    async def request_keyframe(self) -> bool:
        """Send one PLI; False while no packet has come, so there is nobody to ask."""
        if self._buffer.ssrc is None:
            return False
        await self._receiver._send_rtcp_pli(self._buffer.ssrc)
        return True

    # aiortc sees this object as its decoder queue.

    def get(self) -> None:
        """For aiortc's decoder thread: None tells it to end."""
        return

    def put(self, item: tuple[RTCRtpCodecParameters, JitterFrame] | None) -> None:
        """For aiortc: a frame, or None at the end."""
        if item is None:
            if not self._ended:
                self._ended = True
                self._on_end()
            return
        codec, first = item
        self._pass_on(codec, first)
        while (more := self._buffer.next_complete()) is not None:
            self._pass_on(codec, more)

    def _pass_on(self, codec: RTCRtpCodecParameters, frame: JitterFrame) -> None:
        if frame.timestamp == self._last_timestamp:  # the second part of one picture
            self._buffer.trust_markers = False
            self._buffer.after_loss = True
            return
        self._last_timestamp = frame.timestamp
        after_loss, self._buffer.after_loss = self._buffer.after_loss, False
        self._on_frame(
            TappedFrame(
                frame.data, codec.name.upper(), codec.parameters, frame.timestamp, after_loss
            )
        )

    async def _rtcp(self, packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket) and packet.ssrc == self._buffer.ssrc:
            info = packet.sender_info
            if info.ntp_timestamp:  # zero: nothing was sent yet
                self.sender_report = SenderReport(info.ntp_timestamp, info.rtp_timestamp)
        await self._handle_rtcp(packet)


class _WireTimestamps:
    """Stands for aiortc's TimestampMapper, which rebases and jumps 2^32 on a backward step."""

    def map(self, timestamp: int) -> int:
        return timestamp


class _WatchedJitterBuffer(JitterBuffer):
    """aiortc's buffer, quicker and with a memory of what was lost.

    aiortc's own gives a frame out only when the next one has begun (100 ms late at 10 fps), one a
    packet, and waits for a lost packet until 512 more have come: five seconds of standing picture
    at 1 Mb/s. This one takes the marker bit for the end of a frame (RFC 6184 section 5.1), gives
    out all that is complete, and gives a packet up that has not come after `STALL_S`.
    """

    def __init__(self) -> None:
        super().__init__(capacity=_VIDEO_CAPACITY, is_video=True)
        self.ssrc: int | None = None
        self.trust_markers = True
        self.after_loss = False
        self.losses = 0
        self._progress_s = time.monotonic()

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        self.ssrc = packet.ssrc
        lost, frame = super().add(packet)
        now_s = time.monotonic()
        if frame is None and not lost and now_s - self._progress_s > STALL_S:
            lost = self._skip_hole(packet.sequence_number)
            self._progress_s = now_s
        if frame is not None:
            self._progress_s = now_s
        if lost:
            self.after_loss = True
            self.losses += 1
        return lost, frame

    def next_complete(self) -> JitterFrame | None:
        """The next frame of which every packet is here, taken out; None when there is none."""
        while (first := self._held(0)) is not None and not first.payload:
            self.remove(1)  # padding: it carries the timestamp of the frame before it
        packets: list[RtpPacket] = []
        while (packet := self._held(len(packets))) is not None:
            if packets and packet.timestamp != packets[0].timestamp:
                return self._take(packets)
            packets.append(packet)
            if packet.marker and self.trust_markers:
                return self._take(packets)
        return None

    def _held(self, offset: int) -> RtpPacket | None:
        """The packet so far behind the first one expected, if it has come."""
        if self._origin is None or offset >= self._capacity:
            return None
        return self._packets[(self._origin + offset) % self._capacity]

    def _remove_frame(self, sequence_number: int) -> JitterFrame | None:
        return self.next_complete()

    def _take(self, packets: list[RtpPacket]) -> JitterFrame:
        self.remove(len(packets))
        data = b"".join(cast(Any, packet)._data for packet in packets)
        return JitterFrame(data=data, timestamp=packets[0].timestamp)

    def _skip_hole(self, newest: int) -> bool:
        """Drop everything up to and with the frame after the first hole; False without a hole."""
        span = ((newest - (self._origin or 0)) & 0xFFFF) + 1
        if self._origin is None or span > self._capacity:
            return False
        held = [self._held(offset) is not None for offset in range(span)]
        if all(held):
            return False
        after_hole = held.index(True, held.index(False))
        self.smart_remove(after_hole + 1)
        return True


# --- peer connections ----------------------------------------------------------------------------


def use_ice_host(pc: RTCPeerConnection, place: str | IcePlace) -> None:
    """Offer host candidates at one place only (127.0.0.1 is otherwise left out by aioice).

    Call it after the transports exist (a transceiver was added or an offer set) and before
    `setLocalDescription`, which gathers.

    Args:
        place: an address, or an address with its ports and the NAT before it. No candidate is
            offered where no port can be bound.
    """
    if isinstance(place, str):
        place = IcePlace(place)
    private = cast(Any, pc)
    for transport in private._RTCPeerConnection__iceTransports:
        connection = transport._connection
        if "get_component_candidates" not in vars(connection):
            connection.get_component_candidates = _only_at(place, connection)


def _only_at(place: IcePlace, connection: Any) -> Callable[..., Any]:
    gather = connection.get_component_candidates

    async def get_component_candidates(
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109  aioice's own
    ) -> list[Candidate]:
        timeout = min(timeout, RELAY_WITHIN_S)  # a TURN server that is down holds nobody up
        if not addresses:  # only relayed ones are wanted
            relayed: list[Candidate] = await gather(component, [], timeout)
            return relayed
        if not place.ports and not place.advertised:
            found: list[Candidate] = await gather(component, [place.host], timeout)
            return found
        own = await _bind(place, connection, component)
        others: list[Candidate] = await gather(component, [], timeout)
        return own + others

    return get_component_candidates


async def _bind(place: IcePlace, connection: Any, component: int) -> list[Candidate]:
    """As aioice does it, but on a port of the range; [] when none is free."""
    loop = asyncio.get_running_loop()
    ports = list(place.ports) or [0]
    random.shuffle(ports)  # a port just given back may still get its former peer's packets
    for port in ports:
        try:
            transport, protocol = await loop.create_datagram_endpoint(
                lambda: StunProtocol(connection), local_addr=(place.host, port)
            )
        except OSError:
            continue
        bound = transport.get_extra_info("sockname")
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, UDP_SOCKET_BUFFER_SIZE
        )
        protocol.local_candidate = _host_candidate(component, bound[0], bound[1], 65535)
        connection._protocols.append(protocol)
        candidates = [protocol.local_candidate]
        if place.advertised and place.advertised != bound[0]:
            nat = _host_candidate(component, place.advertised, bound[1], 65535)
            protocol.local_candidate.priority = candidate_priority(component, "host", 65534)
            candidates.insert(0, nat)
        return candidates
    return []


def _host_candidate(component: int, host: str, port: int, preference: int) -> Candidate:
    return Candidate(
        foundation=candidate_foundation("host", "udp", host),
        component=component,
        transport="udp",
        priority=candidate_priority(component, "host", preference),
        host=host,
        port=port,
        type="host",
    )


def enable_h264_profiles() -> None:
    """Let every peer connection of this process speak main and high profile H.264.

    aiortc knows the two baseline profiles only and forwards the others just as well; B-frames,
    which those profiles permit, are refused elsewhere. Does nothing the second time.
    """
    video = CODECS["video"]
    known = {codec.parameters.get("profile-level-id") for codec in video}
    payload_type = max(codec.payloadType or 0 for codec in video) + 1
    for profile in _MORE_H264_PROFILES:
        if profile in known:
            continue
        video.append(_h264(profile, payload_type))
        video.append(
            RTCRtpCodecParameters(
                mimeType="video/rtx",
                clockRate=90000,
                payloadType=payload_type + 1,
                parameters={"apt": payload_type},
            )
        )
        payload_type += 2


def _h264(profile_level_id: str, payload_type: int) -> RTCRtpCodecParameters:
    return RTCRtpCodecParameters(
        mimeType="video/H264",
        clockRate=90000,
        payloadType=payload_type,
        rtcpFeedback=[
            RTCRtcpFeedback(type="nack"),
            RTCRtcpFeedback(type="nack", parameter="pli"),
            RTCRtcpFeedback(type="goog-remb"),
        ],
        parameters={
            "level-asymmetry-allowed": "1",
            "packetization-mode": "1",
            "profile-level-id": profile_level_id,
        },
    )


def common_video_codecs(offered: list[RTCRtpCodecParameters]) -> tuple[str, ...]:
    """Names ("H264", "VP8") of the offered codecs that aiortc speaks, in the offer's order."""
    enable_h264_profiles()
    common = find_common_codecs(CODECS["video"], offered)
    names = [codec.name.upper() for codec in common if codec.name.lower() != "rtx"]
    return tuple(dict.fromkeys(names))
