"""Preflights, and the records of crew, aircraft and batteries."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from ground_station.api.schemas.base import Wire

CheckWord = Literal["passed", "failed", "unknown"]


class WeatherView(Wire, frozen=True, kw_only=True):
    """As somebody saw and measured it at the place; null: not looked at."""

    wind_mps: float | None = None
    gust_mps: float | None = None
    visibility_m: float | None = None
    precipitation: bool | None = None
    temperature_c: float | None = None


class CheckView(Wire, frozen=True, kw_only=True):
    """A check that a machine made, or what the records say. `blocks`: a take-off waits for it."""

    key: str
    title: str
    state: CheckWord
    words: str
    blocks: bool


class TickView(Wire, frozen=True, kw_only=True):
    """What no machine can see: the pilot looks, and ticks it."""

    key: str
    words: str
    done: bool


class PreflightView(Wire, frozen=True, kw_only=True):
    """`GET /api/vehicles/<id>/preflight`, null if there was none; and the answer of every change.

    `missing`: what keeps it from being signed. `good_for_s`: how long its signature still holds;
    null: it is not signed, was used, or does not hold.
    """

    record_id: str
    opened_at: datetime
    mission: bool  # made for the mission that the vehicle held
    pilot_id: str | None
    observer_id: str | None
    airframe_id: str | None
    battery_id: str | None
    weather: WeatherView | None
    weather_at: datetime | None
    checks: list[CheckView]
    ticks: list[TickView]
    missing: list[str]
    signed_at: datetime | None
    signed_name: str
    override_reason: str
    used_at: datetime | None
    good_for_s: int | None


class ChooseCrew(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/preflight` opens one, `PUT .../preflight/crew` changes it. null: the
    pilot of one's own account, the aircraft of that vehicle; no observer, no battery."""

    pilot_id: str | None = None
    observer_id: str | None = None
    airframe_id: str | None = None
    battery_id: str | None = None


class TickRequest(Wire, frozen=True, kw_only=True):
    """`PUT /api/vehicles/<id>/preflight/ticks`."""

    key: str
    done: bool


class SignRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/vehicles/<id>/preflight/sign`: `name` is one's own, typed. With a `reason` the
    pilot's own checks are skipped, for an emergency; it is recorded."""

    name: str
    reason: str = ""


class CrewView(Wire, frozen=True, kw_only=True):
    """A pilot or observer. `PUT /api/crew`: with a `record_id` of "" a new one."""

    record_id: str
    name: str
    roles: list[Literal["pilot", "observer"]]
    user_id: str | None = None
    flyer_id: str = ""
    qualification: str = ""
    qualified_until: date | None = None
    medical_until: date | None = None
    insured_until: date | None = None
    current_until: date | None = None
    minutes_before: float = 0.0
    note: str = ""
    retired: bool = False
    minutes: float | None = None  # in the air in all; not taken from a request
    last_flight_at: datetime | None = None  # likewise


class AirframeView(Wire, frozen=True, kw_only=True):
    """An aircraft. `PUT /api/airframes`: as `CrewView`."""

    record_id: str
    name: str
    vehicle_id: str | None = None
    maker_model: str = ""
    serial: str = ""
    class_mark: str = ""
    mass_kg: float | None = None
    remote_id_serial: str = ""
    remote_id_required: bool = True
    endurance_min: float | None = None
    cruise_mps: float | None = None
    climb_mps: float | None = None
    sink_mps: float | None = None
    max_wind_mps: float | None = None
    max_gust_mps: float | None = None
    min_visibility_m: float | None = None
    rain: bool | None = None
    min_temperature_c: float | None = None
    max_temperature_c: float | None = None
    camera_hfov_deg: float | None = None
    camera_width_px: int | None = None
    camera_height_px: int | None = None
    minutes_before: float = 0.0
    flights_before: int = 0
    maintenance_due: date | None = None
    maintenance_due_minutes: float | None = None
    insured_until: date | None = None
    insurance: str = ""
    note: str = ""
    retired: bool = False
    minutes: float | None = None  # in the air in all; not taken from a request


class BatteryView(Wire, frozen=True, kw_only=True):
    """A battery. `PUT /api/batteries`: as `CrewView`."""

    record_id: str
    label: str
    capacity_mah: float | None = None
    cells: int | None = None
    cycles_before: int = 0
    most_cycles: int | None = None
    first_used: date | None = None
    health: float | None = None
    note: str = ""
    retired: bool = False
    cycles: int | None = None  # in all; not taken from a request


class DefectView(Wire, frozen=True, kw_only=True):
    record_id: str
    words: str
    grounds: bool
    airframe_id: str | None
    battery_id: str | None
    found_at: datetime
    found_by: str
    fixed_at: datetime | None
    fixed_by: str
    fixed_words: str


class ReportDefect(Wire, frozen=True, kw_only=True):
    """`POST /api/defects`: of one aircraft, or of one battery."""

    words: str
    grounds: bool
    airframe_id: str | None = None
    battery_id: str | None = None


class FixDefect(Wire, frozen=True, kw_only=True):
    """`POST /api/defects/<id>/fixed`: how it was put right."""

    words: str


class OperationsRecords(Wire, frozen=True, kw_only=True):
    """`GET /api/crew`: all records of one's organisation."""

    crew: list[CrewView]
    airframes: list[AirframeView]
    batteries: list[BatteryView]
    defects: list[DefectView] = msgspec.field(default_factory=list)  # open ones
