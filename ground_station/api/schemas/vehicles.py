"""Vehicles: what the page is told of them, and what it may have them do."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from ground_station.api.schemas.base import Wire

LinkState = Literal["never", "connected", "lost"]
AirspaceWord = Literal["on_ground", "clear", "nearing", "inside", "unknown"]


ConformanceWord = (
    Literal["on_ground", "conforming", "warning_30", "warning_10", "breach", "unknown"] | None
)


WayHomeWord = Literal["enough", "turn_back", "not_enough", "unknown"] | None


class AutoHoldRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/auto-hold`: by who has control; it ends with their control."""

    on: bool


class ControlView(Wire, frozen=True, kw_only=True):
    """Who flies a vehicle."""

    user_id: str
    display_name: str
    taken_at: datetime


class ControlOfferView(Wire, frozen=True, kw_only=True):
    """Control of a vehicle, offered to a pilot; `POST /api/vehicles/<id>/control/accept` takes it
    while it holds."""

    to_user_id: str
    to_name: str
    ends_at: datetime


class FailsafeView(Wire, frozen=True, kw_only=True):
    """A failsafe that goes on in flight."""

    event: str
    words: str  # what it said it would do
    told_by: str  # the vehicle's own sentence; "" where its readings say it
    since: datetime
    does: str
    acts_as_said: bool | None  # null: not known, or too early to tell


class BreachView(Wire, frozen=True, kw_only=True):
    """A zone that a vehicle, or a way, is inside of or nears. See `ZoneView` for the zone."""

    zone_id: str
    zone_name: str
    restriction: str
    inside: bool
    vertically: Literal["within", "below", "above", "unknown"]
    authority: str
    contact: str
    law: str


class StatusText(Wire, frozen=True, kw_only=True):
    """A sentence of the autopilot's own."""

    at: datetime
    severity: str
    text: str


class VehicleView(Wire, frozen=True, kw_only=True):
    """A vehicle: what of it seldom changes. `GET /api/vehicles`; in the live snapshot, and in a
    batch when it changed. What moves comes as `VehicleTelemetry`."""

    vehicle_id: str
    number: int  # what telemetry names it by on the live link, while the station runs
    name: str
    organisation_id: str
    agent_id: str | None
    source_id: str | None  # its camera
    system_id: int | None
    autopilot: str
    airframe: str
    simulated: bool
    link: LinkState
    link_since: datetime
    armed: bool | None
    mode: str  # "unknown" where it is not known
    landed: str
    home_lat: float | None
    home_lon: float | None
    home_amsl_m: float | None
    mission_current: int | None
    mission_total: int | None
    gps_fix: str
    satellites: int | None
    armable: bool | None
    control: ControlView | None
    offer: ControlOfferView | None
    failsafes: list[FailsafeView]
    way_home: WayHomeWord  # whether its battery brings it home; null: it does not fly
    way_home_words: str
    airspace: AirspaceWord
    airspace_problem: str
    breaches: list[BreachView]
    conformance: ConformanceWord  # to zones and to its approved volume; null: nothing heard yet
    conformance_s: int | None  # whole seconds until the breach, 0 in it
    conformance_words: str
    approved_volume: bool  # whether one is known
    auto_hold: bool  # it is told to hold by itself before a breach
    problems: list[str]
    status_texts: list[StatusText]  # newest first


class VehicleTelemetry(msgspec.Struct, frozen=True, array_like=True):
    """Where one vehicle is and how it moves: [vehicle number, ...]. null = not known. Ages are in
    ms, when the message was sent; the page adds what passes afterwards."""

    vehicle: int
    heartbeat_age_ms: int | None  # of the autopilot, as far as the station knows
    position_age_ms: int | None
    lat: float | None
    lon: float | None
    alt_amsl_m: float | None
    height_home_m: float | None
    height_agl_m: float | None  # above the ground of the terrain in use
    velocity_age_ms: int | None
    speed_mps: float | None  # over the ground
    course_deg: float | None  # of the way over the ground
    climb_mps: float | None
    attitude_age_ms: int | None
    heading_deg: float | None
    roll_deg: float | None
    pitch_deg: float | None
    battery_age_ms: int | None
    battery: float | None  # 0-1
    voltage_v: float | None
    battery_minutes: float | None
    wind_age_ms: int | None
    wind_mps: float | None
    wind_from_deg: float | None
    ekf_age_ms: int | None
    ekf_ok: bool | None  # attitude, velocity and place are good, as its estimator says
    ekf_ratio: float | None  # the worst of its innovations over their gates; from 1 on it rejects
    radio_age_ms: int | None
    rc_lost: bool | None
    rc: float | None  # of the remote control, 0-1
    radio: float | None  # of the telemetry radio, 0-1
    received: float | None  # share of its messages that arrive at its agent
    gimbal_age_ms: int | None
    gimbal_pitch_deg: float | None
    gimbal_yaw_deg: float | None  # from true north
    gps_age_ms: int | None
    hdop: float | None
    gps_accuracy_m: float | None  # horizontal, as the receiver says
    gps_height_accuracy_m: float | None


class ViewFootprint(msgspec.Struct, frozen=True, array_like=True):
    """The ground that a moving camera sees: [source number, age of its pose in ms, ring of
    [lon, lat]]; an empty ring: it looks above the horizon, or its pose is not known."""

    source: int
    age_ms: int
    ring: list[list[float]]


class LiveTelemetry(Wire, frozen=True, kw_only=True):
    """Event `telemetry`, up to twenty times a second: vehicles and views that moved."""

    sent_at: datetime
    vehicles: list[VehicleTelemetry]
    views: list[ViewFootprint]


class TakeControl(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/control` -> ControlView. Where somebody else has it, 409 unless
    `take_over` with a reason; that person is told."""

    take_over: bool = False
    reason: str = ""


class ZonePermission(Wire, frozen=True, kw_only=True):
    """A permission of a zone's authority, as the pilot was given it; recorded with the command."""

    zone_id: str
    reference: str


class TakeOffRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/take-off`."""

    height_home_m: float
    permissions: list[ZonePermission] = msgspec.field(default_factory=list)


class GoToRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/go-to`, and `/go-to/check` which only answers `GoToCheck`.
    `alt_amsl_m` null = at its present height. 409 names each zone that needs a permission."""

    lat: float
    lon: float
    alt_amsl_m: float | None = None
    speed_mps: float | None = None
    permissions: list[ZonePermission] = msgspec.field(default_factory=list)


class GoToCheck(Wire, frozen=True, kw_only=True):
    """What a flight there would be, before anybody confirms it."""

    distance_m: float
    seconds: float | None  # at its usual speed; null = not known
    alt_amsl_m: float
    height_agl_m: float | None  # at the end
    airspace: AirspaceWord
    airspace_problem: str
    breaches: list[BreachView]  # each needs a permission
    why_not: str  # "" where the station would send it


class MissionPoint(Wire, frozen=True, kw_only=True):
    """A waypoint and what is done there; each field as in `WireMissionItem`."""

    lat: float
    lon: float
    height_m: float
    datum: Literal["home", "amsl"] = "home"
    speed_mps: float | None = None
    hold_s: float = 0.0
    gimbal_pitch_deg: float | None = None
    heading_deg: float | None = None
    photo: bool = False
    photo_every_m: float | None = None
    orbit_radius_m: float | None = None
    orbit_turns: int | None = None


class MissionRequest(Wire, frozen=True, kw_only=True):
    """`PUT /api/vehicles/<id>/mission`: replaces what the vehicle holds; [] clears it."""

    items: list[MissionPoint]
    return_at_end: bool = True
    land_at_end: bool = False
    fence: bool = False  # the way that is approved becomes its geofence
    permissions: list[ZonePermission] = msgspec.field(default_factory=list)


class FenceRing(Wire, frozen=True, kw_only=True):
    points: list[list[float]]  # [lon, lat]
    keep_in: bool = True


class FenceRequest(Wire, frozen=True, kw_only=True):
    """`PUT /api/vehicles/<id>/geofence`: what the autopilot enforces; [] clears it."""

    rings: list[FenceRing]


class FenceAnswer(Wire, frozen=True, kw_only=True):
    """What became of the fence of a mission. `accepted` false: it was not set, as `words` say; the
    mission is on board all the same."""

    accepted: bool
    rings: int
    kept_out: list[str]  # names of zones
    words: str


class CommandAnswer(Wire, frozen=True, kw_only=True):
    """The autopilot acknowledged: of every POST and PUT to a vehicle that has it do something. A
    refusal is a Problem in the autopilot's own words."""

    command_id: str
    note: str
    took_ms: int


class MissionAnswer(Wire, frozen=True, kw_only=True):
    """As `CommandAnswer`, of a mission. `fence` null: none was asked for."""

    command_id: str
    note: str
    took_ms: int
    fence: FenceAnswer | None
