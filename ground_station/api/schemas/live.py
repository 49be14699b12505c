"""Socket.IO namespace /live."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from ground_station.api.schemas.alerts import AlertView
from ground_station.api.schemas.base import Wire
from ground_station.api.schemas.system import SystemSummary
from ground_station.api.schemas.traffic import TrafficView
from ground_station.api.schemas.vehicles import VehicleView

Condition = Literal["offline", "connecting", "live", "lost"]


class SourceView(Wire, frozen=True, kw_only=True):
    """A source as the map, the list and the panel show it."""

    source_id: str
    number: int  # what tracks and figures name it by on the live link, while the station runs
    name: str
    kind: str
    origin: Literal["agent", "whip"]
    organisation_id: str  # whose it is: another's is seen under an agreement
    agent_id: str | None  # who brings it in; null over WHIP
    simulated: bool
    note: str
    condition: Condition
    condition_since: datetime
    problem: str
    lat: float | None
    lon: float | None
    heading_deg: float | None
    footprint: list[list[float]] | None  # ring of [lon, lat]: the ground it sees
    located: bool  # its tracks have places
    codec: str
    width: int
    height: int
    received_fps: float
    analysed_fps: float
    inference_ms: float | None
    last_frame_at: datetime | None
    frames_dropped: int
    viewers: int
    captured_at_from: Literal["agent", "sender_report", "unknown"]
    session_id: str | None  # changes when the publisher starts again; viewers then reconnect


class AgentView(Wire, frozen=True, kw_only=True):
    agent_id: str
    name: str
    kind: str
    connected: bool
    since: datetime
    problem: str


class SourceFigures(msgspec.Struct, frozen=True, array_like=True):
    """The figures of a SourceView that change all the time, every two seconds:
    [source number, received_fps, analysed_fps, inference_ms, age of the last frame in ms,
    frames_dropped, viewers]."""

    source: int
    received_fps: float
    analysed_fps: float
    inference_ms: float | None
    last_frame_age_ms: int | None  # when the batch was sent
    frames_dropped: int
    viewers: int


class TrackPlace(msgspec.Struct, frozen=True, array_like=True):
    """A track's place on the ground with its 95 % ellipse: [track_id, class_name, latitude and
    longitude in millionths of a degree, semi-axes in cm, orientation in degrees from north]."""

    track_id: int
    class_name: str
    lat_e6: int
    lon_e6: int
    semi_major_cm: int
    semi_minor_cm: int
    orientation_deg: int


class SourceTracks(msgspec.Struct, frozen=True, array_like=True):
    """What one source sees now, of its present session: [source number, age in ms when the batch
    was sent (null = unknown), places]."""

    source: int
    age_ms: int | None
    places: list[TrackPlace]


class Snapshot(Wire, frozen=True, kw_only=True):
    """Event `snapshot`, on connect and when what the person may see has changed: everything, in
    place of all that came before. Then `batch` at most every 100 ms: what changed."""

    sent_at: datetime
    sources: list[SourceView]
    agents: list[AgentView]
    tracks: list[SourceTracks]
    vehicles: list[VehicleView]
    alerts: list[AlertView]  # the newest; none without the permission to see alerts
    system: SystemSummary  # without the permission to see the system, its status only
    traffic: TrafficView
    detector: str
    detector_problem: str
    airspace_version: str  # as in a batch


class Batch(Wire, frozen=True, kw_only=True):
    """Event `batch`: at least once a second even if empty, so that silence means a lost link.

    `airspace_version`: of what flights are checked against. When it is other than before, read
    `GET /api/zones` again, and judge again what was judged by the old one.
    """

    sent_at: datetime
    sources: list[SourceView]
    figures: list[SourceFigures]
    removed_sources: list[str]
    agents: list[AgentView] | None  # all there are; null = as before
    tracks: list[SourceTracks]
    vehicles: list[VehicleView]  # those that changed
    removed_vehicles: list[str]
    alerts: list[AlertView]
    shared_alerts: int = 0  # so many of other organisations changed: read them at /api/alerts
    system: SystemSummary | None  # null = as before
    traffic: TrafficView | None = None  # null = as before, and older
    detector: str
    detector_problem: str
    airspace_version: str


class BoxedTrack(msgspec.Struct, frozen=True, array_like=True):
    """[track_id, class_name, confidence, left, top, right, bottom, du_px_s, dv_px_s]."""

    track_id: int
    class_name: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float
    du_px_s: float
    dv_px_s: float


class AnalysedFrame(Wire, frozen=True, kw_only=True):
    """The boxes of one frame. `rtp_timestamp` is the publisher's, modulo 2^32."""

    source_id: str
    session_id: str
    seq: int
    rtp_timestamp: int
    captured_at: datetime | None
    width: int
    height: int
    tracks: list[BoxedTrack]


class Frames(Wire, frozen=True, kw_only=True):
    """Event `frames`, only to pages that sent `watch`: frames analysed since the last one."""

    sent_at: datetime
    frames: list[AnalysedFrame]


class ViewerClock(Wire, frozen=True, kw_only=True):
    """Event `viewer_clock`: the browser's rtpTimestamp = rtp_timestamp + rtp_offset (mod 2^32)."""

    viewer_session_id: str
    rtp_offset: int


class Watch(Wire, frozen=True, kw_only=True):
    """Browser event `watch` (acknowledged): send me this source's frames and my viewer clock.

    `unwatch` takes the same. `viewer_session_id` is the last path segment of WHEP's Location.
    """

    source_id: str
    viewer_session_id: str


class StationTime(Wire, frozen=True, kw_only=True):
    """What the browser event `clock` is acknowledged with, beside `ok`: the station's time."""

    now: datetime
