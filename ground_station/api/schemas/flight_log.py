"""The flight log: sorties as they were flown."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from ground_station.api.schemas.base import Wire


class FlightRowView(Wire, frozen=True, kw_only=True):
    """One flight. `GET /api/flights` (newest first, ?before=). `ended_at`
    null: it goes on. Figures are null where they are not known."""

    record_id: str
    origin: Literal["live", "ardupilot_bin", "mavlink_tlog", "px4_ulog"]
    vehicle_id: str | None
    vehicle_name: str
    simulated: bool
    began_at: datetime
    ended_at: datetime | None
    took_off_at: datetime | None
    landed_at: datetime | None
    pilot: str  # a name; "" where nobody had control
    verdict: str
    mission: bool  # a mission that went through this station was flown
    preflight_id: str | None
    max_height_home_m: float | None
    distance_m: float | None
    minutes: float | None
    battery_used: float | None
    samples: int
    gaps_s: float
    closed_by: str
    sha256: str
    file_name: str
    note: str


class FlightEventView(Wire, frozen=True, kw_only=True):
    at: datetime
    kind: str
    words: str
    severity: str
    lat: float | None
    lon: float | None
    reference: str


class FlightSampleRow(msgspec.Struct, frozen=True, array_like=True):
    """One sample: [ms since the flight began, ...]; null = not known then."""

    ms: int
    lat: float | None
    lon: float | None
    alt_amsl_m: float | None
    height_home_m: float | None
    height_agl_m: float | None
    speed_mps: float | None
    climb_mps: float | None
    heading_deg: float | None
    battery: float | None
    voltage_v: float | None
    satellites: int | None
    wind_mps: float | None
    mode: str
    item: int | None


class FlightTrackView(Wire, frozen=True, kw_only=True):
    """`GET /api/flights/<id>/track` (?from=&to= in ISO): at most 5,000 samples, every `step`-th of
    `of_samples`, and the events. A gap of more than a second is a gap, not a straight line."""

    began_at: datetime
    step: int
    of_samples: int
    samples: list[FlightSampleRow]
    events: list[FlightEventView]
    events_left_out: int


class FlightPlanItem(Wire, frozen=True, kw_only=True):
    """A waypoint as it was sent. `height_m`: above what `datum` says."""

    lat: float
    lon: float
    height_m: float
    datum: str


class VideoSpanView(Wire, frozen=True, kw_only=True):
    """`ended_at` null: it goes on, or nobody saw it end."""

    source_id: str
    words: str
    began_at: datetime
    ended_at: datetime | None


class FlightView(FlightRowView, frozen=True, kw_only=True):
    """`GET /api/flights/<id>`, and what `POST /api/flights/import` answers."""

    airframe_id: str | None
    battery_id: str | None
    mission_sha256: str
    plan: list[FlightPlanItem]
    permissions: dict[str, str]  # references by zone
    videos: list[VideoSpanView]


class ComparedView(Wire, frozen=True, kw_only=True):
    """`key`: whole_s, minutes, max_height_home_m, distance_m, battery_used (0-1). `difference`:
    second minus first."""

    key: str
    first: float | None
    second: float | None
    difference: float | None


class ComparisonView(Wire, frozen=True, kw_only=True):
    """`GET /api/flights/<id>/compare/<other>`. `overlap_s`: how long both were at the same times,
    by their clocks; `apart_m`, `height_apart_m`: between both then, the median; null: not known."""

    figures: list[ComparedView]
    overlap_s: float
    apart_m: float | None
    height_apart_m: float | None


class OccurrenceRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/flights/<id>/occurrence`, answered by the form as text. `at` null: when the log
    says first that something was wrong."""

    what: str
    at: datetime | None = None
    injuries: str = ""
    damage: str = ""
    weather: str = ""
