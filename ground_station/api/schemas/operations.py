"""Vehicles in flight: failsafes, what they carry and hold, and what more they may be told."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from ground_station.api.schemas.base import Wire
from ground_station.api.schemas.vehicles import FenceRing, MissionPoint, ZonePermission

FailsafeWord = Literal[
    "ground_station_lost",
    "remote_lost",
    "battery_low",
    "battery_critical",
    "fence",
    "position_lost",
]
LikenessWord = Literal["same", "differs", "foreign", "not_uploaded", "unknown"]


class FailsafeRuleView(Wire, frozen=True, kw_only=True):
    """What a vehicle does when something fails. `words` says all of it; `act` "unknown": it could
    not be read."""

    event: FailsafeWord
    act: str
    words: str
    after_s: float | None
    threshold: str
    read_from: dict[str, float]  # its parameters


class PayloadView(Wire, frozen=True, kw_only=True):
    """What it carries, and what `POST /api/vehicles/<id>/payloads/<key>` may have it do."""

    key: str
    kind: str
    name: str
    acts: list[str]
    has_level: bool
    takes_text: bool


class FactsView(Wire, frozen=True, kw_only=True):
    """`GET /api/vehicles/<id>/facts`: what of a vehicle changes seldom. null = not known.
    `current` false: told long ago or never, so it may be set otherwise by now."""

    received_at: datetime | None
    age_s: float | None
    current: bool
    failsafes: list[FailsafeRuleView]  # one for each event
    return_height_home_m: float | None
    fence_enabled: bool | None
    fence_rings: int | None
    fence_max_height_m: float | None
    fence_radius_m: float | None
    rally_points: int | None
    battery_capacity_mah: float | None
    battery_cells: int | None
    camera: bool | None
    gimbal: bool | None
    remote_id: bool | None
    remote_id_problem: str
    payloads: list[PayloadView]
    firmware: str
    problem: str


class RallyPlace(Wire, frozen=True, kw_only=True):
    lat: float
    lon: float
    height_home_m: float


class RallyRequest(Wire, frozen=True, kw_only=True):
    """`PUT /api/vehicles/<id>/rally`: replaces what the vehicle holds; [] clears it."""

    points: list[RallyPlace]


class Compared(Wire, frozen=True, kw_only=True):
    """What is on board against what went through this station last; a sentence a difference."""

    likeness: LikenessWord
    differences: list[str]


class HeldView(Wire, frozen=True, kw_only=True):
    """`GET /api/vehicles/<id>/held`: what the vehicle itself says it holds, read off it now."""

    mission: Compared
    fence: Compared
    rally: Compared
    items: list[MissionPoint]
    return_at_end: bool
    land_at_end: bool
    foreign: list[str]  # items that are not in our terms
    rings: list[FenceRing]
    points: list[RallyPlace]
    problem: str


class OfferControl(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/control/offer` -> ControlOfferView."""

    user_id: str


class PilotView(Wire, frozen=True, kw_only=True):
    """`GET /api/vehicles/<id>/control/pilots`: whom it can be offered to."""

    user_id: str
    display_name: str


class OrbitRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/orbit`. `alt_amsl_m` null = at its present height."""

    lat: float
    lon: float
    radius_m: float
    speed_mps: float
    alt_amsl_m: float | None = None
    clockwise: bool = True
    permissions: list[ZonePermission] = msgspec.field(default_factory=list)


class SpeedRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/speed`: over the ground, from now on."""

    speed_mps: float


class HeightRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/height`: climb or sink where it is."""

    alt_amsl_m: float
    permissions: list[ZonePermission] = msgspec.field(default_factory=list)


class ResumeRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/mission/resume`, from the item it had reached."""

    permissions: list[ZonePermission] = msgspec.field(default_factory=list)


class SkipRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/mission/skip`: on to this waypoint, the first being 1."""

    item: int
    permissions: list[ZonePermission] = msgspec.field(default_factory=list)


class PointRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/point-camera`. `alt_amsl_m` null = the ground there, by the terrain
    in use or as high as home."""

    lat: float
    lon: float
    alt_amsl_m: float | None = None


class GimbalRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/gimbal`: pitch up positive, yaw from nose or north."""

    pitch_deg: float
    yaw_deg: float = 0.0
    north_locked: bool = False


class VideoRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/video`: the camera's own recording on board."""

    on: bool


class ZoomRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/zoom`: 0 the widest, 1 the closest."""

    range_fraction: float


class PayloadRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/payloads/<key>`; what `act` may be, `FactsView.payloads` says."""

    act: str
    level: float | None = None
    text: str = ""
