"""Services' types as what goes over the wire."""

from __future__ import annotations

import math

from ground_station.api.schemas import (
    AgentView,
    AnalysedFrame,
    BoxedTrack,
    PlacedTrack,
    SourceView,
)
from ground_station.core.errors import InvalidInput
from ground_station.core.model import FrameTracks, GeoObservation
from ground_station.services.agents import AgentStatus
from ground_station.services.geolocate import Geolocator
from ground_station.services.source_state import SourceStatus


def source_view(status: SourceStatus, geolocator: Geolocator) -> SourceView:
    """A source with the figures of its present (or last) session."""
    source, report = status.source, status.report
    footprint = _footprint(status, geolocator)
    return SourceView(
        source_id=source.source_id,
        name=source.name,
        kind=source.kind.value,
        origin=source.origin.value,
        simulated=source.simulated,
        note=source.note,
        condition=status.condition.value,
        condition_since=status.condition_since,
        problem=status.problem,
        lat=source.lat,
        lon=source.lon,
        heading_deg=source.heading_deg,
        footprint=footprint,
        located=footprint is not None,
        codec=report.codec if report else "",
        width=report.width if report else 0,
        height=report.height if report else 0,
        received_fps=_finite(report.received_fps) if report else 0.0,
        analysed_fps=_finite(report.analysed_fps) if report else 0.0,
        inference_ms=report.inference_ms if report else None,
        last_frame_at=status.last_frame_at,
        frames_dropped=report.frames_dropped if report else 0,
        viewers=report.viewers if report else 0,
        captured_at_from=report.captured_at_from.value if report else "unknown",
        session_id=status.session_id,
    )


def agent_view(agent: AgentStatus) -> AgentView:
    """A node or agent."""
    return AgentView(
        agent_id=agent.agent_id,
        name=agent.name,
        kind=agent.kind.value,
        connected=agent.connected,
        since=agent.since,
        problem=agent.problem,
    )


def placed_track(observation: GeoObservation) -> PlacedTrack:
    """A dot on the map."""
    return PlacedTrack(
        source_id=observation.source_id,
        session_id=observation.session_id,
        track_id=observation.track_id,
        class_name=observation.class_name,
        lat=observation.lat,
        lon=observation.lon,
        semi_major_m=observation.semi_major_m,
        semi_minor_m=observation.semi_minor_m,
        orientation_deg=observation.orientation_deg,
        observed_at=observation.observed_at,
    )


def analysed_frame(frame: FrameTracks) -> AnalysedFrame:
    """The boxes of one frame, its timestamp as RTP carries it."""
    return AnalysedFrame(
        source_id=frame.source_id,
        session_id=frame.session_id,
        seq=frame.seq,
        rtp_timestamp=frame.rtp_timestamp % 2**32,
        captured_at=frame.captured_at,
        width=frame.width,
        height=frame.height,
        tracks=[
            BoxedTrack(
                track.track_id,
                track.class_name,
                track.confidence,
                *track.xyxy,
                *track.velocity_px_s,
            )
            for track in frame.tracks
        ],
    )


def _footprint(status: SourceStatus, geolocator: Geolocator) -> list[list[float]] | None:
    calibration = status.source.calibration
    if calibration is None:
        return None
    try:
        return geolocator.footprint(calibration)
    except InvalidInput:  # a stored calibration that today's rules refuse: the camera has no place
        return None


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
