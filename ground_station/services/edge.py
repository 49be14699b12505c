"""Sources whose agent analyses the pictures itself and sends tracks only.

Twenty cameras on one host are one connection and one batch an interval. A source is live while its
frames come, also frames with nobody in them; after `SILENT_FOR_S` without one it is lost.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from ground_station.core.agent_protocol import (
    SourceGrant,
    SourceOffer,
    SourceReport,
    TrackBatch,
    WireFrameTracks,
)
from ground_station.core.clock import Clock
from ground_station.core.errors import InvalidInput, NotAllowed
from ground_station.core.ids import is_id
from ground_station.core.model import CapturedAtFrom, SourceCondition
from ground_station.services.sources import Sources
from ground_station.services.tracks import TrackIntake

SILENT_FOR_S = 3.0
REPORT_EVERY_S = 1.0
CORRECTED_FROM_MS = 100.0  # smaller differences of clocks are within what a picture takes anyway
SILENT = "Its agent sends no detections of it any more."


@dataclass(slots=True)
class _Edge:
    """One edge source of a connected agent."""

    source_id: str
    session_id: str = ""
    heard_s: float = 0.0
    frames: int = 0  # since the last report
    width: int = 0
    height: int = 0
    stamped: CapturedAtFrom = CapturedAtFrom.UNKNOWN


class EdgeIntake:
    """Thread-safe; `take` is called on the agents' transport threads and only computes."""

    def __init__(self, *, sources: Sources, tracks: TrackIntake, clock: Clock) -> None:
        self._sources = sources
        self._tracks = tracks
        self._clock = clock
        self._lock = threading.Lock()
        self._agents: dict[str, dict[str, _Edge]] = {}  # by agent id, then by key and by source id
        self._reported_s = clock.monotonic_s()

    def agent_connected(
        self, agent_id: str, offers: Sequence[SourceOffer], grants: Sequence[SourceGrant]
    ) -> None:
        """Know what a connected agent may send tracks of."""
        edge_keys = {offer.key for offer in offers if offer.edge}
        known: dict[str, _Edge] = {}
        for grant in grants:
            if grant.key in edge_keys:
                edge = _Edge(grant.source_id)
                known[grant.key] = known[grant.source_id] = edge
        with self._lock:
            former = self._agents.pop(agent_id, {})
            if known:
                self._agents[agent_id] = known
        self._end(former, "Its agent connected again.")

    def agent_gone(self, agent_id: str, problem: str) -> None:
        """Its edge sources are lost with it."""
        with self._lock:
            former = self._agents.pop(agent_id, {})
        self._end(former, problem)

    def take(self, agent_id: str, batch: TrackBatch, clock_offset_ms: float | None) -> None:
        """Pass on the tracks of an agent's own edge sources.

        Args:
            clock_offset_ms: the agent's clock minus ours; capture times are corrected by it.

        Raises:
            NotAllowed: a frame is of a source the agent does not offer as an edge source. Nothing
                of the batch is taken.
            InvalidInput: a session id is none.
        """
        now_s = self._clock.monotonic_s()
        begun: list[SourceReport] = []
        frames: list[WireFrameTracks] = []
        with self._lock:
            known = self._agents.get(agent_id, {})
            edges = [_of(known, frame) for frame in batch.frames]
            for edge, frame in zip(edges, batch.frames, strict=True):
                edge.heard_s = now_s
                edge.frames += 1
                edge.width, edge.height = frame.width, frame.height
                edge.stamped = frame.captured_at_from
                if edge.session_id != frame.session_id:
                    edge.session_id = frame.session_id
                    begun.append(_report(edge, 0.0, 0.0))
                frames.append(_ours(frame, edge.source_id, clock_offset_ms))
        if begun:
            self._sources.took_edge(begun)
        self._tracks.take(TrackBatch(frames))

    def tick(self) -> None:
        """Once a second: report what comes, and find what fell silent."""
        now_s = self._clock.monotonic_s()
        passed_s = now_s - self._reported_s
        if passed_s < REPORT_EVERY_S:
            return
        self._reported_s = now_s
        reports: list[SourceReport] = []
        silent: list[tuple[str, str]] = []
        with self._lock:
            for known in self._agents.values():
                for edge in _each(known):
                    if not edge.session_id:
                        continue
                    age_s = now_s - edge.heard_s
                    if age_s > SILENT_FOR_S:
                        silent.append((edge.source_id, edge.session_id))
                        edge.session_id = ""
                    else:
                        reports.append(_report(edge, edge.frames / passed_s, age_s))
                    edge.frames = 0
        if reports:
            self._sources.took_edge(reports)
        for source_id, session_id in silent:
            self._sources.session_ended(source_id, session_id, SILENT, lost=True)

    def _end(self, known: dict[str, _Edge], problem: str) -> None:
        for edge in _each(known):
            if edge.session_id:
                self._sources.session_ended(edge.source_id, edge.session_id, problem, lost=True)


def _each(known: dict[str, _Edge]) -> list[_Edge]:
    """Each edge source once: it is known by its key and by its id."""
    return list({edge.source_id: edge for edge in known.values()}.values())


def _of(known: dict[str, _Edge], frame: WireFrameTracks) -> _Edge:
    edge = known.get(frame.source_id)
    if edge is None:
        raise NotAllowed(
            f"The agent sent tracks of {frame.source_id[:80]!r}, which it does not offer as an "
            "edge source.",
            "Offer it in the hello with edge = true, or leave its tracks to the vision node.",
        )
    if not is_id(frame.session_id):
        raise InvalidInput("The session id of an edge source's tracks must be a UUIDv7.")
    return edge


def _ours(frame: WireFrameTracks, source_id: str, offset_ms: float | None) -> WireFrameTracks:
    """The frame with the station's id of its source and, if clocks differ, its time by ours."""
    captured_at = frame.captured_at
    if captured_at is not None and offset_ms is not None and abs(offset_ms) > CORRECTED_FROM_MS:
        try:
            captured_at -= timedelta(milliseconds=offset_ms)
        except OverflowError as error:
            raise InvalidInput("A capture time is out of range.") from error
    return msgspec.structs.replace(frame, source_id=source_id, captured_at=captured_at)


def _report(edge: _Edge, fps: float, age_s: float) -> SourceReport:
    return SourceReport(
        source_id=edge.source_id,
        session_id=edge.session_id,
        condition=SourceCondition.LIVE,
        width=edge.width,
        height=edge.height,
        analysed_fps=fps,
        last_frame_age_s=age_s,
        captured_at_from=edge.stamped,
    )
