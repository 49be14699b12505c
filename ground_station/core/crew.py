"""Who flies, with what, and what was found on the ground before: records, and their port.

Everything belongs to one organisation. Times are aware UTC; minutes in the air count from take-off
to landing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from ground_station.core.preflight import CheckState, Weather, WeatherLimits


class CrewRole(StrEnum):
    PILOT = "pilot"  # the remote pilot, who answers for the flight
    OBSERVER = "observer"


@dataclass(frozen=True, slots=True)
class CrewMember:
    """A remote pilot or observer.

    Attributes:
        user_id: the account of this person; None: they have none.
        flyer_id: of the CAA. qualification: "GVC", "A2 CofC", ...; qualified_until: None: no end is
            recorded. medical_until, insured_until: likewise.
        current_until: currency shown otherwise than by the log (a check flight elsewhere).
        minutes_before: flown before these records began; the log adds what was flown since.
        note: anything else. retired: does not fly any more, and is kept for the log.
    """

    record_id: str
    organisation_id: str
    name: str
    roles: tuple[CrewRole, ...]
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


@dataclass(frozen=True, slots=True)
class CameraModel:
    """`hfov_deg`: of the whole picture, at the widest."""

    hfov_deg: float
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Airframe:
    """An aircraft.

    Attributes:
        vehicle_id: which vehicle of the station it is; None: none yet.
        class_mark: "UK2", "C5", ..., "" for a legacy one. mass_kg: at take-off.
        endurance_min: in hover with a full battery, by its manual; None: not known, and then no
            battery can be reckoned. cruise_mps, climb_mps, sink_mps: None: the defaults of the
            estimate. limits: of the weather.
        minutes_before, flights_before: before these records began.
        maintenance_due, maintenance_due_minutes: the next one, by date or by time in the air.
    """

    record_id: str
    organisation_id: str
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
    limits: WeatherLimits = field(default_factory=WeatherLimits)
    camera: CameraModel | None = None
    minutes_before: float = 0.0
    flights_before: int = 0
    maintenance_due: date | None = None
    maintenance_due_minutes: float | None = None
    insured_until: date | None = None
    insurance: str = ""
    note: str = ""
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Battery:
    """`cycles_before`: before these records began. health: 0-1 of its first capacity."""

    record_id: str
    organisation_id: str
    label: str
    capacity_mah: float | None = None
    cells: int | None = None
    cycles_before: int = 0
    most_cycles: int | None = None
    first_used: date | None = None
    health: float | None = None
    note: str = ""
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong with an airframe or a battery (exactly one is named). `grounds`: it must not
    fly before it is put right."""

    record_id: str
    organisation_id: str
    words: str
    found_at: datetime
    found_by: str
    grounds: bool
    airframe_id: str | None = None
    battery_id: str | None = None
    fixed_at: datetime | None = None
    fixed_by: str = ""
    fixed_words: str = ""


@dataclass(frozen=True, slots=True)
class CheckFound:
    """A check of a preflight as it stood when it was signed."""

    key: str
    title: str
    state: CheckState
    words: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Preflight:
    """One preflight of one vehicle, from its opening to the flight that used it.

    Attributes:
        mission_digest: of the mission it was made for; "" for a flight by hand.
        ticks: keys of the pilot's own checks that are ticked, and by whom and when in `ticked`.
        checks: as they stood at the signature. verdict: the airspace's sentence then.
        signed_by: the account. signed_name: as they typed it.
        override_reason: "" unless ticks were skipped in an emergency; never a zone's permission.
        used_at: when something took off by it: it serves one take-off.
        void_reason: "" while it may be used.
    """

    record_id: str
    organisation_id: str
    vehicle_id: str
    opened_at: datetime
    opened_by: str
    mission_digest: str = ""
    pilot_id: str | None = None
    observer_id: str | None = None
    airframe_id: str | None = None
    battery_id: str | None = None
    ticks: tuple[str, ...] = ()
    weather: Weather | None = None
    weather_at: datetime | None = None
    checks: tuple[CheckFound, ...] = ()
    verdict: str = ""
    signed_at: datetime | None = None
    signed_by: str = ""
    signed_name: str = ""
    override_reason: str = ""
    used_at: datetime | None = None
    void_reason: str = ""


class Owned(Protocol):
    """A record of one organisation."""

    @property
    def record_id(self) -> str: ...
    @property
    def organisation_id(self) -> str: ...


Record = TypeVar("Record", bound=Owned)


class RecordRepository(Protocol, Generic[Record]):
    """Records of one kind. Thread-safe; each call is one transaction, or a part of
    `AuditLog.together`."""

    def all(self, organisation_id: str, *, limit: int = 1000) -> Sequence[Record]:
        """Newest first. Raises IntegrityError for one that cannot be read."""
        ...

    def get(self, record_id: str) -> Record | None: ...

    def put(self, record: Record, at: datetime, by: str) -> None:
        """Add it, or replace the one of its id. Raises NotFound: its organisation is not there."""
        ...


class PreflightRepository(RecordRepository[Preflight], Protocol):
    def newest(self, vehicle_id: str) -> Preflight | None:
        """Of this vehicle."""
        ...
