"""Services' types as what goes over the wire."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

import msgspec

from ground_station.api.schemas import (
    AgentView,
    AlertView,
    AnalysedFrame,
    BoxedTrack,
    SourceFigures,
    SourceTracks,
    SourceView,
    TrackPlace,
)
from ground_station.core.entities import Alert
from ground_station.core.errors import InvalidInput
from ground_station.core.events import TracksLocated
from ground_station.core.model import FrameTracks, GeoObservation, SourceCondition
from ground_station.services.agents import AgentStatus
from ground_station.services.geolocate import Geolocator
from ground_station.services.source_state import SourceStatus


def source_view(
    status: SourceStatus, geolocator: Geolocator, number: int, *, poses_come: bool = False
) -> SourceView:
    """A source with the figures of its present (or last) session.

    Args:
        poses_come: it is a moving camera, and where it is and looks is known of each frame now.
    """
    source, report = status.source, status.report
    footprint = _footprint(status, geolocator)
    return SourceView(
        source_id=source.source_id,
        number=number,
        name=source.name,
        kind=source.kind.value,
        origin=source.origin.value,
        organisation_id=source.organisation_id,
        agent_id=source.agent_id,
        simulated=source.simulated,
        note=source.note,
        condition=status.condition.value,
        condition_since=status.condition_since,
        problem=status.problem,
        lat=source.lat,
        lon=source.lon,
        heading_deg=source.heading_deg,
        footprint=footprint,
        located=footprint is not None or (poses_come and status.condition is SourceCondition.LIVE),
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


def alert_view(alert: Alert, display_name: Callable[[str], str]) -> AlertView:
    """One's own organisation's alert, with the name of who decided about it."""
    return AlertView(
        alert_id=alert.alert_id,
        kind=alert.kind,
        severity=alert.severity.value,
        text=alert.text,
        remedy=alert.remedy,
        source_id=alert.source_id,
        agent_id=alert.agent_id,
        vehicle_id=alert.vehicle_id,
        lat=alert.lat,
        lon=alert.lon,
        raised_at=alert.raised_at,
        received_at=alert.received_at,
        state=alert.state.value,
        decided_at=alert.decided_at,
        decided_by=None if alert.decided_by is None else display_name(alert.decided_by),
        reason=alert.reason,
    )


def shared_alert_view(alert: Alert, owner: str) -> AlertView:
    """Another organisation's alert: who decided about it there, and why, stays there."""
    return msgspec.structs.replace(
        alert_view(alert, lambda _user_id: owner), reason="", shared_by=owner
    )


def without_figures(view: SourceView) -> SourceView:
    """The view with the figures blank that `SourceFigures` brings: equal as long as nothing else
    has changed."""
    return msgspec.structs.replace(
        view,
        received_fps=0.0,
        analysed_fps=0.0,
        inference_ms=None,
        last_frame_at=None,
        frames_dropped=0,
        viewers=0,
    )


def source_figures(view: SourceView, sent_at: datetime) -> SourceFigures:
    """The figures of a view, as they change all the time."""
    return SourceFigures(
        view.number,
        round(view.received_fps, 1),
        round(view.analysed_fps, 1),
        None if view.inference_ms is None else round(view.inference_ms, 1),
        _age_ms(view.last_frame_at, sent_at),
        view.frames_dropped,
        view.viewers,
    )


def source_tracks(located: TracksLocated, number: int, sent_at: datetime) -> SourceTracks:
    """What a source sees, as the map shows it."""
    return SourceTracks(
        number,
        _age_ms(located.observed_at, sent_at),
        [track_place(observation) for observation in located.observations],
    )


def track_place(observation: GeoObservation) -> TrackPlace:
    """A dot on the map; places to a decimetre, ellipses to a centimetre."""
    return TrackPlace(
        observation.track_id,
        observation.class_name,
        round(observation.lat * 1e6),
        round(observation.lon * 1e6),
        round(observation.semi_major_m * 100),
        round(observation.semi_minor_m * 100),
        round(observation.orientation_deg) % 180,
    )


def _age_ms(at: datetime | None, now: datetime) -> int | None:
    return None if at is None else round((now - at).total_seconds() * 1000)


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
        return [[round(lon, 6), round(lat, 6)] for lon, lat in geolocator.footprint(calibration)]
    except InvalidInput:  # a stored calibration that today's rules refuse: the camera has no place
        return None


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
