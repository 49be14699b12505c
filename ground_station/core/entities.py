"""The things of the work: organisations and what passes between them, units, incidents, vehicles,
alerts. Each belongs to one organisation, its controller. Ids are UUIDv7; places are WGS 84 degrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class OrganisationKind(StrEnum):
    """Police and council are different operators under different law."""

    COUNCIL = "council"
    POLICE = "police"
    OTHER = "other"


class LegalRegime(StrEnum):
    """The law under which personal data passes between two controllers."""

    UK_GDPR = "uk_gdpr"
    DPA_2018_PART_3 = "dpa_2018_part_3"  # law enforcement processing


class Shareable(StrEnum):
    """What an agreement may open to the other organisation."""

    MAP = "map"
    VIDEO = "video"
    ALERTS = "alerts"


@dataclass(frozen=True, slots=True)
class Organisation:
    organisation_id: str
    name: str
    kind: OrganisationKind
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Agreement:
    """A named agreement under which `from_id` lets `to_id` see some of its things."""

    agreement_id: str
    name: str
    from_id: str
    to_id: str
    legal_regime: LegalRegime
    covers: frozenset[Shareable]
    starts_at: datetime
    ends_at: datetime
    made_by: str  # user id
    ended_at: datetime | None = None  # before its time

    def in_force(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at and self.ended_at is None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One look, by somebody of `to_id`, at something of `from_id`."""

    disclosure_id: str
    agreement_id: str
    from_id: str
    to_id: str
    what: Shareable
    subject_id: str  # e.g. the source watched
    user_id: str
    purpose: str
    disclosed_at: datetime


@dataclass(frozen=True, slots=True)
class Unit:
    """Officers out together, known by their call sign, which is unique in their organisation."""

    unit_id: str
    organisation_id: str
    call_sign: str
    user_ids: tuple[str, ...]
    on_duty: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UnitPosition:
    unit_id: str
    observed_at: datetime
    lat: float
    lon: float
    accuracy_m: float | None  # radius of 95 %
    given_by: str  # user id of the device that said so


class IncidentState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Incident:
    incident_id: str
    organisation_id: str
    title: str
    kind: str
    state: IncidentState
    lat: float | None
    lon: float | None
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A drone of the fleet. `operator_id` is the CAA's; `system_id` MAVLink's, by which its agent
    names it."""

    vehicle_id: str
    organisation_id: str
    name: str
    model: str
    operator_id: str
    system_id: int | None
    agent_id: str | None
    created_at: datetime


class AlertState(StrEnum):
    """Acknowledged is not resolved."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    REJECTED = "rejected"  # it was none


class Severity(StrEnum):
    INFORMATION = "information"
    CAUTION = "caution"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that asks for a person. `alert_id` is made by whoever raised it.

    Attributes:
        kind: e.g. "fly_tipping", "camera_moved", "disk_full".
        source_id, agent_id: None where the station itself raised it.
        raised_at: by the raiser's clock, corrected by its measured offset; received_at: by ours.
    """

    alert_id: str
    organisation_id: str
    kind: str
    severity: Severity
    text: str
    remedy: str
    source_id: str | None
    agent_id: str | None
    lat: float | None
    lon: float | None
    raised_at: datetime
    received_at: datetime
    state: AlertState = AlertState.NEW
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str = ""
    vehicle_id: str | None = None


class OrganisationRepository(Protocol):
    """Organisations, agreements and disclosures."""

    def all(self) -> Sequence[Organisation]: ...
    def get(self, organisation_id: str) -> Organisation | None: ...

    def add(self, organisation: Organisation) -> None:
        """Conflict if the name is taken."""
        ...

    def agreements(self) -> Sequence[Agreement]: ...
    def add_agreement(self, agreement: Agreement) -> None: ...
    def end_agreement(self, agreement_id: str, at: datetime) -> None: ...
    def add_disclosure(self, disclosure: Disclosure) -> None: ...
    def disclosed_to(
        self, user_id: str, what: Shareable, subject_ids: Sequence[str]
    ) -> frozenset[str]:
        """Those of these subjects that were disclosed to this person before."""
        ...

    def disclosures(
        self, organisation_id: str, *, limit: int = 100, before_id: str | None = None
    ) -> Sequence[Disclosure]:
        """Those it made or received, newest first."""
        ...


class UnitRepository(Protocol):
    def all(self, organisation_id: str) -> Sequence[Unit]: ...
    def get(self, unit_id: str) -> Unit | None: ...
    def add(self, unit: Unit) -> None: ...
    def update(self, unit: Unit) -> None: ...
    def add_positions(self, positions: Sequence[UnitPosition]) -> None: ...
    def latest_positions(self, organisation_id: str) -> Sequence[UnitPosition]:
        """One a unit."""
        ...


class IncidentRepository(Protocol):
    def all(self, organisation_id: str, *, open_only: bool = False) -> Sequence[Incident]: ...
    def get(self, incident_id: str) -> Incident | None: ...
    def add(self, incident: Incident) -> None: ...
    def update(self, incident: Incident) -> None: ...


class VehicleRepository(Protocol):
    def all(self, organisation_id: str | None = None) -> Sequence[Vehicle]: ...
    def get(self, vehicle_id: str) -> Vehicle | None: ...
    def add(self, vehicle: Vehicle) -> None: ...
    def update(self, vehicle: Vehicle) -> None: ...
    def remove(self, vehicle_id: str) -> None: ...


class AlertRepository(Protocol):
    def get(self, alert_id: str) -> Alert | None: ...

    def recent(
        self, *, organisation_ids: Sequence[str], limit: int = 200, open_only: bool = False
    ) -> Sequence[Alert]:
        """Newest first."""
        ...

    def add(self, alert: Alert) -> None:
        """Nothing happens if the id is there already."""
        ...

    def decide(
        self, alert_id: str, state: AlertState, at: datetime, user_id: str, reason: str
    ) -> Alert:
        """NotFound if there is no such alert; Conflict if it is resolved or rejected already."""
        ...
