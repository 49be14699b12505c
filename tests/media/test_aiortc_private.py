"""The adapter over aiortc's private names, against real aiortc on loopback.

Loss is in test_loss.py; B-frames, replaced sessions and the relay's offsets in test_sessions.py.
"""

from __future__ import annotations

import ast
from importlib.metadata import version
from pathlib import Path

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import SessionDescription

from ground_station.core.errors import Unavailable
from ground_station.vision.media.aiortc_private import (
    RTP_MODULUS,
    common_video_codecs,
    enable_h264_profiles,
    timestamp_origin,
    use_ice_host,
    wire_rtp_timestamp,
)
from tests.media.peers import HOST, Encoder, PacketTrack, Publisher, Viewer, run, until

ROOT = Path(__file__).parents[2]
ADAPTER = ROOT / "ground_station/vision/media/aiortc_private.py"


def test_aiortc_is_the_version_whose_source_the_adapter_was_written_from() -> None:
    assert version("aiortc") == "1.16.0"


def test_no_other_file_touches_private_names_where_aiortc_is_used() -> None:
    found = []
    for folder in ("ground_station", "fixed_cctv", "drone"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if path == ADAPTER or "import" not in text or "aio" not in text:
                continue
            tree = ast.parse(text)
            imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
            if not any((node.module or "").split(".")[0] in _LIBRARIES for node in imports):
                continue
            found += [
                f"{path.name}:{node.lineno} {node.attr}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute)
                and node.attr.startswith("_")
                and not node.attr.startswith("__")
                and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
            ]
    assert found == []


_LIBRARIES = ("aiortc", "aioice")


async def _connect(publisher: Publisher, viewer: Viewer) -> None:
    await publisher.pc.setRemoteDescription(RTCSessionDescription(await viewer.offer(), "offer"))
    use_ice_host(publisher.pc, HOST)
    await publisher.pc.setLocalDescription(await publisher.pc.createAnswer())
    await viewer.answered(publisher.pc.localDescription.sdp)


def test_the_other_side_asks_for_a_keyframe_and_hears_sender_reports() -> None:
    async def scenario() -> None:
        publisher, viewer = Publisher(PacketTrack(Encoder(gop=1000), speed=2)), Viewer()
        tap = viewer.tap
        assert tap is not None
        try:
            assert not await tap.request_keyframe()  # nobody to ask yet
            await _connect(publisher, viewer)
            await until(lambda: len(viewer.frames) >= 5)
            before = publisher.track.keyframe_requests
            for _ in range(5):
                assert await tap.request_keyframe()
            await until(lambda: publisher.track.keyframe_requests == before + 1)
            await until(lambda: tap.sender_report is not None, 4)
            report = tap.sender_report
            assert report is not None
            assert report.rtp_timestamp in {timestamp for _, timestamp in publisher.track.sent}
            assert publisher.track.keyframe_requests == before + 1  # five requests, one keyframe
        finally:
            await publisher.close()
            await until(lambda: viewer.ended, 3)
            await viewer.close()

    run(scenario())


def test_candidates_are_on_the_host_asked_for_and_nowhere_else() -> None:
    async def scenario() -> None:
        for host in ("127.0.0.1", "127.0.0.2"):
            pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            pc.addTransceiver("video", direction="recvonly")
            use_ice_host(pc, host)
            use_ice_host(pc, host)  # twice is as good as once
            await pc.setLocalDescription(await pc.createOffer())
            media = SessionDescription.parse(pc.localDescription.sdp).media[0]
            assert [candidate.ip for candidate in media.ice_candidates] == [host]
            await pc.close()

    run(scenario())


def test_main_and_high_profile_are_spoken_once_enabled() -> None:
    enable_h264_profiles()
    enable_h264_profiles()
    offer = """v=0\r
m=video 9 UDP/TLS/RTP/SAVPF 100 101 102\r
a=rtpmap:100 H264/90000\r
a=fmtp:100 packetization-mode=1;profile-level-id=640028\r
a=rtpmap:101 AV1/90000\r
a=rtpmap:102 vp8/90000\r
"""
    codecs = SessionDescription.parse(offer).media[0].rtp.codecs
    assert common_video_codecs(codecs) == ("H264", "VP8")
    assert common_video_codecs(codecs[1:2]) == ()


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
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
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
