"""What goes over the wire to browsers. `web/src/wire/types.ts` is generated from this module.

Times are ISO 8601 UTC strings. Optional values are null, never missing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Condition = Literal["offline", "connecting", "live", "lost"]


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


# --- HTTP ----------------------------------------------------------------------------------------


class Problem(_Wire, frozen=True, kw_only=True):
    """RFC 9457 problem details, media type application/problem+json, for every HTTP error."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    reference: str  # an id to quote; the log has the same


class SignInRequest(_Wire, frozen=True, kw_only=True):
    username: str
    password: str


class Session(_Wire, frozen=True, kw_only=True):
    """`GET /api/session`, and the answer to `POST /api/sign-in`."""

    signed_in: bool
    username: str | None
    display_name: str | None
    role: str | None
    csrf_token: str  # send as X-CSRF-Token with every request that changes something
    expires_at: datetime | None
    software: str
    demo: bool  # the station runs with demonstration footage


class AddSourceRequest(_Wire, frozen=True, kw_only=True):
    """`POST /api/sources`: a source that any WHIP client may publish to."""

    name: str
    lat: float | None = None
    lon: float | None = None
    heading_deg: float | None = None


class SourceAdded(_Wire, frozen=True, kw_only=True):
    """The publish token is shown once and only its hash is kept."""

    source_id: str
    whip_path: str
    publish_token: str


class ViewerToken(_Wire, frozen=True, kw_only=True):
    """`POST /api/sources/<id>/viewer-token`: one WHEP session, within a minute."""

    token: str
    whep_path: str
    expires_at: datetime


# --- Socket.IO namespace /live -------------------------------------------------------------------


class SourceView(_Wire, frozen=True, kw_only=True):
    """A source as the map, the list and the panel show it."""

    source_id: str
    name: str
    kind: str
    origin: Literal["agent", "whip"]
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


class AgentView(_Wire, frozen=True, kw_only=True):
    agent_id: str
    name: str
    kind: str
    connected: bool
    since: datetime
    problem: str


class PlacedTrack(_Wire, frozen=True, kw_only=True):
    """A track's place on the ground, with its 95 % ellipse."""

    source_id: str
    session_id: str
    track_id: int
    class_name: str
    lat: float
    lon: float
    semi_major_m: float
    semi_minor_m: float
    orientation_deg: float
    observed_at: datetime | None


class Snapshot(_Wire, frozen=True, kw_only=True):
    """Event `snapshot`, on connect: everything. Then `batch` at most every 200 ms: what changed."""

    sent_at: datetime
    sources: list[SourceView]
    agents: list[AgentView]
    tracks: list[PlacedTrack]
    detector: str
    detector_problem: str


class Batch(_Wire, frozen=True, kw_only=True):
    """Event `batch`: at least once a second even if empty, so that silence means a lost link."""

    sent_at: datetime
    sources: list[SourceView]
    removed_sources: list[str]
    agents: list[AgentView]
    tracks: list[PlacedTrack]
    detector: str
    detector_problem: str


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


class AnalysedFrame(_Wire, frozen=True, kw_only=True):
    """The boxes of one frame. `rtp_timestamp` is the publisher's, modulo 2^32."""

    source_id: str
    session_id: str
    seq: int
    rtp_timestamp: int
    captured_at: datetime | None
    width: int
    height: int
    tracks: list[BoxedTrack]


class Frames(_Wire, frozen=True, kw_only=True):
    """Event `frames`, only to pages that sent `watch`: frames analysed since the last one."""

    sent_at: datetime
    frames: list[AnalysedFrame]


class ViewerClock(_Wire, frozen=True, kw_only=True):
    """Event `viewer_clock`: the browser's rtpTimestamp = rtp_timestamp + rtp_offset (mod 2^32)."""

    viewer_session_id: str
    rtp_offset: int


class Watch(_Wire, frozen=True, kw_only=True):
    """Browser event `watch` (acknowledged): send me this source's frames and my viewer clock.

    `unwatch` takes the same. `viewer_session_id` is the last path segment of WHEP's Location.
    """

    source_id: str
    viewer_session_id: str
