"""The node: commands in, reports, tracks and endings out; and the real process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from ground_station.core.agent_protocol import (
    AcceptWhep,
    AcceptWhip,
    AddCandidates,
    AgentMessage,
    Done,
    EndSession,
    FrameTime,
    PublishSources,
    RelayFrameTimes,
    SdpAnswer,
    SessionEnded,
    SourceReports,
    TrackBatch,
    ViewerClock,
    WireTrack,
)
from ground_station.core.clock import ManualClock, SystemClock
from ground_station.core.errors import NotFound, Unprocessable
from ground_station.core.model import (
    CapturedAtFrom,
    Frame,
    FrameTracks,
    SourceCondition,
    Track,
)
from ground_station.core.settings import NodeSettings
from ground_station.vision.inference.scheduler import AnalysisFigures
from ground_station.vision.media.aiortc_private import RTP_MODULUS
from ground_station.vision.node import REPORT_EVERY_S, STATION_LOST_AFTER_S, Node
from tests.media.peers import Encoder, PacketTrack, Publisher, Viewer, run, until
from tests.ports import free_port

M = TypeVar("M", bound=AgentMessage)
ROOT = Path(__file__).parents[2]


class Link:
    """Stands for the agent link."""

    def __init__(self) -> None:
        self.connected = True
        self.sent: list[AgentMessage] = []

    def send(self, message: AgentMessage) -> None:
        self.sent.append(message)

    def all(self, kind: type[M]) -> list[M]:
        return [message for message in self.sent if isinstance(message, kind)]


class Analyser:
    """Stands for the scheduler."""

    problem = ""

    def __init__(self) -> None:
        self.sessions: dict[str, str] = {}
        self.frames: list[Frame] = []

    def add(self, source_id: str, session_id: str) -> None:
        self.sessions[session_id] = source_id

    def put(self, frame: Frame) -> None:
        self.frames.append(frame)

    def remove(self, session_id: str) -> None:
        self.sessions.pop(session_id, None)

    def figures(self, session_id: str) -> AnalysisFigures:
        return AnalysisFigures(analysed_fps=5.0, inference_ms=12.0, frames_dropped=3)


class Running:
    """A node at work, with its peers."""

    def __init__(self) -> None:
        self.link, self.analyser = Link(), Analyser()
        self.node = Node(NodeSettings(), SystemClock())
        self.node.join(link=self.link, analyser=self.analyser)
        self.peers: list[Publisher | Viewer] = []

    async def publish(self, session_id: str = "p", *, analyse: bool = True) -> Publisher:
        publisher = Publisher(PacketTrack(Encoder()))
        self.peers.append(publisher)
        command = AcceptWhip("s", session_id, await publisher.offer(), analyse)
        reply = await self.node.carry_out(command)
        assert isinstance(reply, SdpAnswer)
        await publisher.answered(reply.sdp)
        return publisher

    async def view(self, session_id: str = "v") -> Viewer:
        viewer = Viewer()
        self.peers.append(viewer)
        reply = await self.node.carry_out(AcceptWhep("s", session_id, await viewer.offer()))
        assert isinstance(reply, SdpAnswer)
        await viewer.answered(reply.sdp)
        return viewer

    def newest(self) -> SourceReports:
        return self.link.all(SourceReports)[-1]

    def condition(self) -> SourceCondition | None:
        reports = self.newest().reports if self.link.all(SourceReports) else []
        return reports[0].condition if reports else None


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    made, stop = Running(), asyncio.Event()
    task = asyncio.ensure_future(made.node.run(stop))
    try:
        yield made
    finally:
        stop.set()
        await asyncio.wait_for(task, 2)
        for peer in made.peers:
            await peer.close()


def test_from_offer_to_frames_reports_and_clock() -> None:
    async def scenario() -> None:
        async with running() as ours:
            await ours.publish()
            assert ours.analyser.sessions == {"p": "s"}
            await until(lambda: ours.condition() is SourceCondition.LIVE)
            viewer = await ours.view()
            await until(lambda: bool(viewer.frames) and bool(ours.analyser.frames))
            (clock,) = ours.link.all(ViewerClock)
            assert clock.viewer_session_id == "v"
            shown = (viewer.frames[0].rtp_timestamp - clock.rtp_offset) % RTP_MODULUS
            frames = ours.analyser.frames
            await until(lambda: shown in {f.rtp_timestamp % RTP_MODULUS for f in frames}, 1)
            await until(lambda: ours.newest().reports[0].viewers == 1, 2)
            report = ours.newest().reports[0]
            assert (report.analysed_fps, report.inference_ms) == (5.0, 12.0)
            assert report.frames_dropped == 3
            assert ours.newest().detector == "nanodet-g-416"
            await ours.node.carry_out(EndSession("v"))
            await until(lambda: ours.newest().reports[0].viewers == 0, 1)
            await ours.node.carry_out(EndSession("p"))
            await ours.node.carry_out(EndSession("p"))
            await until(lambda: ours.newest().reports == [], 1)
            assert ours.analyser.sessions == {}
            assert ours.link.all(SessionEnded) == []

    run(scenario())


def test_reports_come_once_a_second_and_at_once_on_a_change() -> None:
    async def scenario() -> None:
        async with running() as ours:
            await asyncio.sleep(REPORT_EVERY_S * 2.2)
            assert len(ours.link.all(SourceReports)) == 3
            before = asyncio.get_running_loop().time()
            await ours.publish()
            await until(lambda: ours.condition() is SourceCondition.CONNECTING, 0.5)
            await until(lambda: ours.condition() is SourceCondition.LIVE)
            assert asyncio.get_running_loop().time() - before < 2

    run(scenario())


def test_a_source_that_is_not_analysed_is_relayed_all_the_same() -> None:
    async def scenario() -> None:
        async with running() as ours:
            await ours.publish(analyse=False)
            await until(lambda: ours.condition() is SourceCondition.LIVE)
            viewer = await ours.view()
            await until(lambda: len(viewer.frames) > 5)
            await until(lambda: ours.newest().reports[0].width == 320, 2)
            assert ours.analyser.sessions == {}
            assert ours.analyser.frames == []

    run(scenario())


def test_frame_times_and_candidates_reach_their_session() -> None:
    async def scenario() -> None:
        async with running() as ours:
            reply = await ours.node.carry_out(
                RelayFrameTimes("s", [FrameTime(1, datetime.now(UTC))])
            )
            assert reply == Done()
            await ours.publish()
            candidate = "a=mid:0\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n"
            assert await ours.node.carry_out(AddCandidates("p", candidate)) == Done()
            with pytest.raises(NotFound):
                await ours.node.carry_out(AddCandidates("gone", candidate))
            with pytest.raises(Unprocessable):
                await ours.node.carry_out(PublishSources("/whip/", []))

    run(scenario())


def test_tracks_go_out_with_wire_timestamps() -> None:
    async def scenario() -> None:
        async with running() as ours:
            track = Track(7, "person", 0.5, (1.0, 2.0, 3.0, 4.0), (5.0, 6.0))
            ours.node.tracks(
                FrameTracks(
                    "s", "p", 9, RTP_MODULUS + 5, None, CapturedAtFrom.UNKNOWN, 320, 180, (track,)
                )
            )
            await until(lambda: bool(ours.link.all(TrackBatch)), 1)
            ((frame,),) = [batch.frames for batch in ours.link.all(TrackBatch)]
            assert frame.rtp_timestamp == 5
            assert frame.tracks == [WireTrack(7, "person", 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)]

    run(scenario())


def test_without_a_station_sessions_live_on_for_ten_seconds() -> None:
    async def scenario() -> None:
        clock = ManualClock()
        link, analyser = Link(), Analyser()
        node = Node(NodeSettings(), clock)
        node.join(link=link, analyser=analyser)
        publisher = Publisher(PacketTrack(Encoder()))
        await node.carry_out(AcceptWhip("s", "p", await publisher.offer()))
        node.look()
        link.connected = False
        clock.advance(STATION_LOST_AFTER_S - 1)
        node.look()
        assert [report.session_id for report in link.all(SourceReports)[-1].reports] == ["p"]
        clock.advance(2)
        node.look()
        assert link.all(SourceReports)[-1].reports == []
        assert analyser.sessions == {}
        assert link.all(SessionEnded) == []  # the station has forgotten it
        stop = asyncio.Event()
        stop.set()
        await node.run(stop)
        await publisher.close()

    run(scenario())


def test_the_detectors_problem_is_reported_at_once() -> None:
    async def scenario() -> None:
        async with running() as ours:
            await until(lambda: bool(ours.link.sent))
            ours.analyser.problem = "The model file is missing."
            await until(lambda: ours.newest().detector_problem == ours.analyser.problem, 0.5)
            assert ours.node.heartbeat().problems == {"": "The model file is missing."}

    run(scenario())


# --- the process ---------------------------------------------------------------------------------

PROGRAM = """
import logging, sys
logging.basicConfig(level=logging.INFO)
from ground_station.core.settings import load_settings
from ground_station.vision.node import main
settings = load_settings(overrides={"node": {"detector": sys.argv[2]}})
sys.exit(main(settings, station_url=sys.argv[1], token="no-such-token"))
"""


def _start(detector: str) -> subprocess.Popen[str]:
    port = free_port()
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, f"http://127.0.0.1:{port}", detector],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_stops_within_two_seconds(number: signal.Signals) -> None:
    process = _start("frame-code")
    try:
        assert process.stderr is not None
        while "node_started" not in process.stderr.readline():
            assert process.poll() is None
        asked = time.monotonic()
        process.send_signal(number)
        assert process.wait(5) == 0
        assert time.monotonic() - asked < 2.0
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.communicate()


def test_a_detector_that_does_not_exist_ends_the_process_with_a_sentence() -> None:
    process = _start("no-such-detector")
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "no-such-detector" in errors
    assert "Traceback" not in errors
