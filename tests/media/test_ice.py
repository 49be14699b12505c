"""Where media is reached: port ranges, a NAT's address, and through a TURN server."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection
from aiortc.rtcconfiguration import RTCIceTransportPolicy
from aiortc.sdp import SessionDescription
from pydantic import SecretStr

from ground_station.core.clock import SystemClock
from ground_station.core.errors import ConfigError, Unavailable
from ground_station.core.settings import NodeSettings, TurnSettings, load_settings
from ground_station.services.turn import TurnSignIns
from ground_station.vision.media.aiortc_private import EncodedTap, use_ice_host
from ground_station.vision.media.ice_place import IcePlace, ice_place
from ground_station.vision.media.sessions import MediaSessions
from tests.media.line import SOURCE, Line
from tests.media.peers import HOST, Viewer, run, until
from tests.ports import free_udp_port

SECRET = "shared-with-coturn"
TURNSERVER = shutil.which("turnserver")


def candidates(sdp: str) -> list[tuple[str, int, str]]:
    media = SessionDescription.parse(sdp).media[0]
    return [(one.ip, one.port, one.type) for one in media.ice_candidates]


class PlacedLine(Line):
    """A node at some place."""

    def __init__(self, place: IcePlace) -> None:
        super().__init__()
        self.sessions = MediaSessions(
            ice_host=place, lost_after_s=0.5, clock=SystemClock(), listener=self.listener
        )
        self.answers: list[str] = []

    async def take(self, viewer: Viewer, name: str) -> Viewer:
        self._open.append(viewer)
        self.answers.append(await self.sessions.accept_whep(SOURCE, name, await viewer.offer()))
        await viewer.answered(self.answers[-1])
        return viewer


@contextlib.asynccontextmanager
async def placed(place: IcePlace) -> AsyncIterator[PlacedLine]:
    made = PlacedLine(place)
    try:
        yield made
    finally:
        await made.close()


def test_every_session_keeps_to_the_ports(unused_ports: range) -> None:
    async def scenario() -> None:
        async with placed(IcePlace(HOST, unused_ports)) as line:
            await line.publish()
            for number in range(3):
                viewer = await line.take(Viewer(), f"view-{number}")
                await until(lambda viewer=viewer: len(viewer.frames) > 3)  # type: ignore[misc]
            offered = [one for answer in line.answers for one in candidates(answer)]
            assert len({port for _, port, _ in offered}) == 3
            assert all(host == HOST and port in unused_ports for host, port, _ in offered)

    run(scenario())


def test_no_free_port_is_told_with_the_range() -> None:
    async def scenario(port: int) -> None:
        async with placed(IcePlace(HOST, range(port, port + 1))) as line:
            with pytest.raises(Unavailable, match=f"UDP ports {port} to {port}") as refused:
                await line.publish()
            assert "larger" in refused.value.remedy

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HOST, 0))
        run(scenario(taken.getsockname()[1]))


def test_a_nats_address_is_offered_first_and_ours_too(unused_ports: range) -> None:
    async def scenario() -> None:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        pc.addTransceiver("video", direction="recvonly")
        use_ice_host(pc, IcePlace(HOST, unused_ports, "203.0.113.9"))
        await pc.setLocalDescription(await pc.createOffer())
        first, second = candidates(pc.localDescription.sdp)
        assert first == ("203.0.113.9", second[1], "host")
        assert second[0] == HOST
        await pc.close()

    run(scenario())


def test_a_nat_in_between_does_not_stop_the_pictures() -> None:
    async def scenario() -> None:
        async with placed(IcePlace(HOST, advertised="127.0.0.2")) as line:
            await line.publish()
            viewer = await line.take(Viewer(), "view")
            await until(lambda: len(viewer.frames) > 3)

    run(scenario())


def test_places_from_settings(tmp_path: Path) -> None:
    settings = NodeSettings(ice_port_first=5000, ice_port_last=5009, advertised_host="localhost")
    assert ice_place(settings) == IcePlace("127.0.0.1", range(5000, 5010), "127.0.0.1")
    with pytest.raises(ConfigError, match="no-such-host"):
        ice_place(NodeSettings(advertised_host="no-such-host.invalid"))
    file = tmp_path / "k.toml"
    for text, words in (
        ("[node]\nice_port_first = 5000", "go together"),
        ("[node]\nice_port_first = 5001\nice_port_last = 5000", "below"),
        ('[turn]\nurls = ["turn:x"]', "secret"),
        ('[turn]\nurls = ["http://x"]\nsecret = "s3"', "begins with"),
    ):
        file.write_text(text)
        with pytest.raises(ConfigError, match=words) as refused:
            load_settings(file)
        assert "s3" not in str(refused.value)


class RelayedViewer(Viewer):
    """Reaches the node through the TURN server and in no other way."""

    def __init__(self, server: RTCIceServer) -> None:
        super().__init__()
        self.pc = RTCPeerConnection(
            RTCConfiguration(iceServers=[server], iceTransportPolicy=RTCIceTransportPolicy.RELAY)
        )
        transceiver = self.pc.addTransceiver("video", direction="recvonly")
        self.receiver = transceiver.receiver
        self.tap = EncodedTap(transceiver.receiver, self.frames.append, self._end)


@pytest.mark.skipif(TURNSERVER is None, reason="needs coturn's turnserver (apt install coturn)")
def test_a_viewer_that_can_only_relay_sees_pictures(tmp_path: Path, unused_ports: range) -> None:
    port = free_udp_port()
    settings = TurnSettings(
        urls=(f"turn:{HOST}:{port}?transport=udp",), secret=SecretStr(SECRET), lasts_s=60
    )
    (signed_in,) = TurnSignIns(settings, SystemClock()).make()

    async def scenario() -> None:
        async with turnserver(tmp_path, port), placed(IcePlace(HOST, unused_ports)) as line:
            await line.publish()
            good = RTCIceServer(
                urls=list(signed_in.urls),
                username=signed_in.username,
                credential=signed_in.credential,
            )
            viewer = await line.take(RelayedViewer(good), "relayed")
            assert {kind for _, _, kind in candidates(viewer.pc.localDescription.sdp)} == {"relay"}
            await until(lambda: len(viewer.frames) > 10)
            bad = RTCIceServer(
                urls=list(signed_in.urls), username=signed_in.username, credential="x"
            )
            refused = RelayedViewer(bad)
            assert candidates(await refused.offer()) == []
            await refused.close()

    run(scenario())


@pytest.fixture
def unused_ports() -> range:
    """Ten UDP ports in a row, all free a moment ago."""
    for first in range(41_000, 60_000, 37):
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + 10):
                    probe = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    probe.bind((HOST, port))
            except OSError:
                continue
            return range(first, first + 10)
    raise AssertionError("no free ports")


@contextlib.asynccontextmanager
async def turnserver(folder: Path, port: int) -> AsyncIterator[None]:
    config = folder / "turnserver.conf"
    config.write_text(
        f"listening-ip={HOST}\nlistening-port={port}\nrelay-ip={HOST}\nrealm=kestrel\n"
        f"use-auth-secret\nstatic-auth-secret={SECRET}\nallow-loopback-peers\nno-tls\nno-dtls\n"
        f"no-cli\nfingerprint\nlog-file={folder}/turn.log\nsimple-log\n"
        f"pidfile={folder}/turn.pid\nuserdb={folder}/turn.db\n"
    )
    assert TURNSERVER is not None
    process = await asyncio.create_subprocess_exec(
        TURNSERVER,
        "-c",
        str(config),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await until(lambda: _listens(port))
        yield
    finally:
        process.terminate()
        await process.wait()


def _listens(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return probe.connect_ex((HOST, port)) == 0
