"""The vision node: takes WHIP, serves WHEP, decodes, analyses, and reports to the station.

One asyncio loop on the main thread carries all media; each source has a decoding thread, the
detector has one, and the link to the station has its own. `main` joins them.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from typing import Protocol

import msgspec

from ground_station.agentlink.client import AgentClient
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AcceptWhep,
    AcceptWhip,
    AddCandidates,
    AgentKind,
    AgentMessage,
    Command,
    Done,
    EndSession,
    Heartbeat,
    Hello,
    RelayFrameTimes,
    Reply,
    SdpAnswer,
    SessionEnded,
    SourceReport,
    SourceReports,
    TrackBatch,
    ViewerClock,
    WireFrameTracks,
    WireTrack,
)
from ground_station.core.aio import AioBridge
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.errors import ConfigError, Unprocessable
from ground_station.core.model import Frame, FrameTracks
from ground_station.core.settings import NodeSettings, Settings
from ground_station.vision.inference.registry import build_detector, build_tracker
from ground_station.vision.inference.scheduler import AnalysisFigures, InferenceScheduler
from ground_station.vision.media.aiortc_private import RTP_MODULUS
from ground_station.vision.media.held_tracks import HeldTracks
from ground_station.vision.media.ice_place import ice_place
from ground_station.vision.media.sessions import MediaSessions

log = logging.getLogger(__name__)

NODE_NAME = "vision node"
SOFTWARE = "kestrel 0.1.0"
REPORT_EVERY_S = 1.0
LOOK_EVERY_S = 0.1  # how soon a change is reported
STATION_LOST_AFTER_S = 10.0
COMMAND_WITHIN_S = 8.0
STOP_WITHIN_S = 1.6


class StationLink(Protocol):
    """What the node needs of the agent link."""

    @property
    def connected(self) -> bool: ...
    def send(self, message: AgentMessage) -> None: ...


class Analyser(Protocol):
    """What the node needs of the scheduler. Thread-safe; nothing blocks."""

    @property
    def problem(self) -> str: ...
    def add(self, source_id: str, session_id: str) -> None: ...
    def put(self, frame: Frame) -> None: ...
    def remove(self, session_id: str) -> None: ...
    def figures(self, session_id: str) -> AnalysisFigures: ...


class Node:
    """Joins the media sessions to the station and the analyser. Made and used on the loop, but for
    `frame`, `tracks` and `heartbeat`, which any thread may call. `join` comes before all else."""

    _link: StationLink
    _analyser: Analyser

    def __init__(self, settings: NodeSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._sessions = MediaSessions(
            ice_host=ice_place(settings),
            lost_after_s=settings.lost_after_s,
            clock=clock,
            listener=self,
        )
        self._bridge = AioBridge(asyncio.get_running_loop())
        self._held = HeldTracks(self._sessions.captured_at, self._send_tracks, clock)
        self._due = asyncio.Event()
        self._reported: tuple[object, ...] = ()
        self._reported_s = float("-inf")
        self._connected_s = clock.monotonic_s()
        self._figures: dict[str, float] = {}

    def join(self, *, link: StationLink, analyser: Analyser) -> None:
        """Give it the parts that in turn call it."""
        self._link = link
        self._analyser = analyser

    async def run(self, stop: asyncio.Event) -> None:
        """Report until `stop` is set, then end every session."""
        try:
            while not stop.is_set():
                self.look()
                await self._pause(stop)
        finally:
            await self._sessions.close()

    async def carry_out(self, command: Command) -> Reply:
        """Carry one command of the station out. Raises KestrelError when it cannot be done."""
        match command:
            case AcceptWhip(source_id, session_id, sdp, analyse):
                answer = await self._sessions.accept_whip(
                    source_id, session_id, sdp, analyse=analyse
                )
                return SdpAnswer(answer)
            case AcceptWhep(source_id, session_id, sdp):
                return SdpAnswer(await self._sessions.accept_whep(source_id, session_id, sdp))
            case AddCandidates(session_id, sdp_fragment):
                await self._sessions.add_candidates(session_id, sdp_fragment)
            case EndSession(session_id):
                self._sessions.end(session_id)
            case RelayFrameTimes(source_id, times):
                self._sessions.relay_frame_times(source_id, times)
                self._held.release_all()
            case _:
                raise Unprocessable("A vision node publishes no sources.")
        return Done()

    def look(self) -> None:
        """Report if a second has passed or something changed; end all if the station is gone."""
        now_s = self._clock.monotonic_s()
        if self._link.connected:
            self._connected_s = now_s
        elif now_s - self._connected_s > STATION_LOST_AFTER_S:
            self._sessions.end_all()
        message = SourceReports(
            [self._with_figures(report) for report in self._sessions.reports()],
            self._settings.detector,
            self._analyser.problem,
            self._sessions.viewer_sessions(),
        )
        state = _what_matters(message)
        if state == self._reported and now_s - self._reported_s < REPORT_EVERY_S:
            return
        self._reported, self._reported_s = state, now_s
        self._figures = {
            "sources": float(len(message.reports)),
            "viewers": float(sum(report.viewers for report in message.reports)),
        }
        self._link.send(message)

    def heartbeat(self) -> Heartbeat:
        """For the link, on its thread."""
        problem = self._analyser.problem
        return Heartbeat(self._clock.now(), {"": problem} if problem else {}, self._figures)

    def tracks(self, frame: FrameTracks) -> None:
        """For the scheduler, on its thread: send one frame's tracks, when its time is known."""
        self._bridge.post(self._held.add, frame)

    # --- what sessions tell us (MediaListener) ---------------------------------------------------

    def publisher_started(self, source_id: str, session_id: str, *, analyse: bool) -> None:
        if analyse:
            self._analyser.add(source_id, session_id)

    def publisher_ended(self, session_id: str) -> None:
        self._analyser.remove(session_id)
        self._held.forget(session_id)

    def session_ended(self, session_id: str, reason: str) -> None:
        self._link.send(SessionEnded(session_id, reason))

    def viewer_clock(self, viewer_session_id: str, rtp_offset: int) -> None:
        self._link.send(ViewerClock(viewer_session_id, rtp_offset))

    def frame(self, frame: Frame) -> None:
        self._analyser.put(frame)

    def changed(self) -> None:
        self._due.set()

    # --- inside ----------------------------------------------------------------------------------

    def _send_tracks(self, frame: FrameTracks) -> None:
        self._link.send(TrackBatch([_on_the_wire(frame)]))

    async def _pause(self, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self._due.wait())]
        await asyncio.wait(waits, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self._due.clear()

    def _with_figures(self, report: SourceReport) -> SourceReport:
        figures = self._analyser.figures(report.session_id)
        return msgspec.structs.replace(
            report,
            analysed_fps=figures.analysed_fps,
            inference_ms=figures.inference_ms,
            frames_dropped=report.frames_dropped + figures.frames_dropped,
            problem=report.problem or figures.problem,
        )


def main(settings: Settings, *, station_url: str, token: str, ca_file: str = "") -> int:
    """Run a vision node until SIGTERM or SIGINT; 0 then, 2 if the settings cannot be used.

    Args:
        ca_file: the authority (PEM) of the station's certificate; "" = those of the system.
    """
    for library in ("aiortc", "aioice"):  # they log every address and check of every connection
        logging.getLogger(library).setLevel(logging.WARNING)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(_serve(settings.node, station_url, token, ca_file))
    except ConfigError as error:
        log.error("node_not_started %s", error)
        return 2
    finally:
        loop.close()


async def _serve(settings: NodeSettings, station_url: str, token: str, ca_file: str) -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    clock, bridge = SystemClock(), AioBridge(loop)
    node = Node(settings, clock)
    detector = build_detector(
        settings.detector, threads=settings.detector_threads, confidence=settings.confidence
    )
    scheduler = InferenceScheduler(
        detector,
        lambda: build_tracker(
            settings.detector,
            analysed_fps=settings.analysed_fps,
            class_names=detector.card.class_names,
            confidence=settings.confidence,
        ),
        analysed_fps=settings.analysed_fps,
        clock=clock,
        on_tracks=node.tracks,
    )
    client = AgentClient(
        station_url=station_url,
        token=token,
        hello=_hello,
        on_command=lambda command: bridge.call(node.carry_out(command), COMMAND_WITHIN_S),
        heartbeat=node.heartbeat,
        clock=clock,
        ca_file=ca_file,
    )
    node.join(link=client, analyser=scheduler)
    scheduler.start()
    client.start()
    log.info("node_started detector=%s ice=%s", settings.detector, ice_place(settings))
    await node.run(stop)
    await _stop_threads(client.stop, scheduler.stop)
    log.info("node_stopped")
    return 0


async def _stop_threads(*stops: Callable[[], None]) -> None:
    """Run blocking stops beside each other; who takes longer ends with the process."""
    threads = [threading.Thread(target=stop, name="stop", daemon=True) for stop in stops]
    for thread in threads:
        thread.start()
    deadline_s = asyncio.get_running_loop().time() + STOP_WITHIN_S
    while any(thread.is_alive() for thread in threads):
        if asyncio.get_running_loop().time() > deadline_s:
            return
        await asyncio.sleep(0.02)


def _hello() -> Hello:
    return Hello(PROTOCOL_VERSION, AgentKind.NODE, NODE_NAME, SOFTWARE)


def _what_matters(message: SourceReports) -> tuple[object, ...]:
    """What is reported at once when it changes; figures that move all the time are left out."""
    sessions = tuple(
        (
            report.session_id,
            report.condition,
            report.codec,
            report.width,
            report.height,
            report.viewers,
            report.captured_at_from,
            report.problem,
        )
        for report in message.reports
    )
    return (*sessions, message.detector_problem)


def _on_the_wire(frame: FrameTracks) -> WireFrameTracks:
    return WireFrameTracks(
        source_id=frame.source_id,
        session_id=frame.session_id,
        seq=frame.seq,
        rtp_timestamp=frame.rtp_timestamp % RTP_MODULUS,
        captured_at=frame.captured_at,
        captured_at_from=frame.captured_at_from,
        width=frame.width,
        height=frame.height,
        tracks=[
            WireTrack(
                track.track_id,
                track.class_name,
                track.confidence,
                *track.xyxy,
                *track.velocity_px_s,
            )
            for track in frame.tracks
        ],
    )
