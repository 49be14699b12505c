"""Missions as the page edits them. Every place is [longitude, latitude] in a list and named in an
item. `GET` needs see_papers, everything else fly, unless it says another permission."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from ground_station.api.schemas.base import Wire

HeightWord = Literal["home", "amsl", "terrain"]
PatternWord = Literal[
    "survey", "corridor", "orbit", "perimeter", "expanding_square", "sector_search"
]


class PlanItem(Wire, frozen=True, kw_only=True):
    """A waypoint, as `geo.missions.MissionItem`; null = as before, or not asked for."""

    lat: float
    lon: float
    height_m: float
    datum: HeightWord = "home"
    speed_mps: float | None = None
    hold_s: float = 0.0
    gimbal_pitch_deg: float | None = None
    heading_deg: float | None = None
    photo: bool = False
    photo_every_m: float | None = None
    orbit_radius_m: float | None = None
    orbit_turns: int | None = None


class PlanRally(Wire, frozen=True, kw_only=True):
    lat: float
    lon: float
    height_home_m: float


class PlanFence(Wire, frozen=True, kw_only=True):
    ring: list[list[float]]
    keep_in: bool = True


class PlanDocument(Wire, frozen=True, kw_only=True):
    """A whole mission. `home`: as planned, for reckoning only; null: the vehicle's."""

    items: list[PlanItem]
    at_end: Literal["return", "land", "hold"] = "return"
    name: str = ""
    home_lat: float | None = None
    home_lon: float | None = None
    home_amsl_m: float | None = None
    cruise_mps: float | None = None
    rally: list[PlanRally] = msgspec.field(default_factory=list)
    fences: list[PlanFence] = msgspec.field(default_factory=list)


class KeptMissionRow(Wire, frozen=True, kw_only=True):
    """`GET /api/missions`: last changed first."""

    record_id: str
    name: str
    version: int
    items: int
    changed_at: datetime
    changed_by: str  # a name


class KeptMissionView(Wire, frozen=True, kw_only=True):
    """`GET /api/missions/<id>`; the answer of saving."""

    record_id: str
    name: str
    version: int
    changed_at: datetime
    changed_by: str
    plan: PlanDocument


class SaveMission(Wire, frozen=True, kw_only=True):
    """`POST /api/missions` keeps a new one, `PUT /api/missions/<id>` changes it: `version` is the
    one that was read, and 409 where somebody else changed it since."""

    name: str
    plan: PlanDocument
    version: int = 0


class ReadMissionView(Wire, frozen=True, kw_only=True):
    """`POST /api/missions/import` (raw body; ?default_height_m=&default_datum= for places without
    a height): what a file holds. Nothing is kept. `notes`: what of it is not in the plan."""

    plan: PlanDocument
    notes: list[str]


class ExportMission(Wire, frozen=True, kw_only=True):
    """`POST /api/missions/export` -> the file, as a download; its notes in the header
    `X-Kestrel-Notes`, percent-encoded, one a line."""

    plan: PlanDocument
    format: Literal["plan", "kml", "gpx", "csv"]


class PatternRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/missions/pattern` -> PatternView. Which fields a kind needs, its
    refusal says; `points` is the polygon (survey, perimeter), the line (corridor), or the middle
    as one point (orbit, searches). `vehicle_id`: whose recorded camera is taken."""

    kind: PatternWord
    points: list[list[float]]
    height_m: float
    datum: HeightWord = "home"
    speed_mps: float | None = None
    vehicle_id: str | None = None
    camera_hfov_deg: float | None = None
    camera_width_px: int | None = None
    camera_height_px: int | None = None
    overlap_front: float = 0.75
    overlap_side: float = 0.65
    angle_deg: float | None = None  # null: the one with the fewest turns
    crosshatch: bool = False
    width_m: float | None = None
    passes: int | None = None
    radius_m: float | None = None
    turns: int = 1
    clockwise: bool = True
    inset_m: float = 0.0
    laps: int = 1
    spacing_m: float | None = None
    legs: int | None = None
    course_deg: float = 0.0
    pitch_deg: float | None = None
    second_sector: bool = False


class PatternView(Wire, frozen=True, kw_only=True):
    """The items. `gsd_m`: of one pixel on the ground, where pictures are taken."""

    items: list[PlanItem]
    notes: list[str]
    gsd_m: float | None = None
    photos: int | None = None
    area_m2: float | None = None


class PlanFor(Wire, frozen=True, kw_only=True):
    """`POST /api/missions/estimate` -> EstimateView; `/check` -> VerdictView; `/follow-terrain` ->
    ReadMissionView with every height above home or the sea.

    `vehicle_id`: its home, battery and recorded performance are taken; null: the plan's own.
    `starts` null: now. Wind null: not known, which is said.
    """

    plan: PlanDocument
    vehicle_id: str | None = None
    starts: datetime | None = None
    wind_mps: float | None = None
    wind_from_deg: float | None = None
    reserve: float = 0.25


class ItemEstimateView(Wire, frozen=True, kw_only=True):
    number: int  # from 1
    at_s: float | None
    way_m: float
    battery: float | None  # what is left then, 0-1; below 0: it would never get there


class EstimateView(Wire, frozen=True, kw_only=True):
    """`enough`: it comes home from everywhere with the reserve; null: cannot be said. `why` says
    which. `cannot`: what makes it impossible. `unknown`, `assumed`: sentences."""

    seconds: float | None
    distance_m: float
    battery_used: float | None
    battery_left: float | None
    farthest_m: float | None
    enough: bool | None
    why: str
    cannot: list[str]
    unknown: list[str]
    assumed: list[str]
    items: list[ItemEstimateView]
