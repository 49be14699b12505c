"""The adapter over aiortc's private names, against real aiortc on loopback."""

from __future__ import annotations

import asyncio

import pytest
from aiortc import RTCPeerConnection

from ground_station.core.errors import Unavailable
from ground_station.vision.media.aiortc_private import (
    RTP_MODULUS,
    timestamp_origin,
    wire_rtp_timestamp,
)
from tests.media.peers import Encoder, PacketTrack, Publisher, Viewer, run, until


async def _connect(publisher: Publisher, viewer: Viewer) -> None:
    await viewer.answered(await _answer(publisher, await viewer.offer()))


async def _answer(publisher: Publisher, offer: str) -> str:
    from aiortc import RTCSessionDescription

    from ground_station.vision.media.aiortc_private import use_ice_host

    await publisher.pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    use_ice_host(publisher.pc, "127.0.0.1")
    await publisher.pc.setLocalDescription(await publisher.pc.createAnswer())
    return publisher.pc.localDescription.sdp


def test_the_wire_timestamps_told_are_those_received() -> None:
    async def scenario() -> None:
        publisher, viewer = Publisher(PacketTrack(Encoder(), speed=4)), Viewer()
        try:
            await _connect(publisher, viewer)
            await until(lambda: len(viewer.frames) >= 30)
            told = [timestamp for _, timestamp in publisher.track.sent]
            received = [frame.rtp_timestamp for frame in viewer.frames]
            assert received == told[: len(received)]
        finally:
            await viewer.close()
            await publisher.close()

    run(scenario())


def test_no_wire_timestamp_before_sending() -> None:
    async def scenario() -> None:
        pc = RTCPeerConnection()
        sender = pc.addTransceiver("video", direction="sendonly").sender
        assert timestamp_origin(sender) is None
        with pytest.raises(Unavailable):
            wire_rtp_timestamp(sender, 0)
        await pc.close()

    run(scenario())


def test_two_senders_have_their_own_origins_and_a_restart_a_new_one() -> None:
    async def once() -> int:
        publisher, viewer = Publisher(PacketTrack(Encoder(), speed=4)), Viewer()
        await _connect(publisher, viewer)
        await until(lambda: bool(viewer.frames))
        assert publisher.track.sender is not None
        origin = timestamp_origin(publisher.track.sender)
        await viewer.close()
        await publisher.close()
        assert timestamp_origin(publisher.track.sender) == origin  # known after the end, too
        assert origin is not None
        assert 0 <= origin < RTP_MODULUS
        return origin

    async def scenario() -> None:
        assert len({await once(), await once(), await once()}) == 3

    run(scenario())
    assert asyncio  # the loop above is closed by run
