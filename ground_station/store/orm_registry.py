"""Tables of `core.entities`: agreements, units, incidents, vehicles, alerts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ground_station.store.orm import Base, UtcDateTime

ORGANISATION = "organisations.id"
USER = "users.id"
AGENT = "agents.id"


class AgreementRow(Base):
    __tablename__ = "agreements"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    from_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    to_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    legal_regime: Mapped[str] = mapped_column(String(32))
    covers: Mapped[str] = mapped_column(String(200))  # words in order, separated by spaces
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(ForeignKey(USER))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DisclosureRow(Base):
    """`subject_id` has no foreign key: what was disclosed may be removed, the record stays."""

    __tablename__ = "disclosures"
    __table_args__ = (
        Index("ix_disclosures_from_id", "from_id", "id"),
        Index("ix_disclosures_to_id", "to_id", "id"),
        Index("ix_disclosures_user_id", "user_id", "subject_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"))
    from_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    to_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    what: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[str] = mapped_column(ForeignKey(USER))
    purpose: Mapped[str] = mapped_column(String(500))
    disclosed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UnitRow(Base):
    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("organisation_id", "call_sign"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    call_sign: Mapped[str] = mapped_column(String(64))
    on_duty: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UnitMemberRow(Base):
    """`place` keeps the order in which the members were given."""

    __tablename__ = "unit_members"

    unit_id: Mapped[str] = mapped_column(
        ForeignKey("units.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(ForeignKey(USER), primary_key=True)
    place: Mapped[int]


class UnitPositionRow(Base):
    __tablename__ = "unit_positions"

    unit_id: Mapped[str] = mapped_column(
        ForeignKey("units.id", ondelete="CASCADE"), primary_key=True
    )
    observed_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True, index=True)
    lat: Mapped[float]
    lon: Mapped[float]
    accuracy_m: Mapped[float | None]
    given_by: Mapped[str] = mapped_column(ForeignKey(USER))


class IncidentRow(Base):
    __tablename__ = "incidents"
    __table_args__ = (Index("ix_incidents_organisation_id", "organisation_id", "opened_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(ForeignKey(USER))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    closed_by: Mapped[str | None] = mapped_column(ForeignKey(USER))
    note: Mapped[str] = mapped_column(String(4000))


class VehicleRow(Base):
    __tablename__ = "vehicles"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        Index("ix_vehicles_agent_id", "agent_id", "system_id", unique=True),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    name: Mapped[str] = mapped_column(String(200))
    model: Mapped[str] = mapped_column(String(200))
    operator_id: Mapped[str] = mapped_column(String(64))
    system_id: Mapped[int | None]
    agent_id: Mapped[str | None] = mapped_column(ForeignKey(AGENT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VehicleControlRow(Base):
    """`sign_in_id` has no foreign key: the station ends a control by itself, with a record."""

    __tablename__ = "vehicle_controls"

    vehicle_id: Mapped[str] = mapped_column(
        ForeignKey("vehicles.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(ForeignKey(USER))
    sign_in_id: Mapped[str] = mapped_column(String(36))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AlertRow(Base):
    """`source_id` and `vehicle_id` have no foreign keys: a source or vehicle may be removed, its
    alerts stay their days."""

    __tablename__ = "alerts"
    __table_args__ = (Index("ix_alerts_organisation_id", "organisation_id", "raised_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    kind: Mapped[str] = mapped_column(String(64))
    severity: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(2000))
    remedy: Mapped[str] = mapped_column(String(2000))
    source_id: Mapped[str | None] = mapped_column(String(36))
    agent_id: Mapped[str | None] = mapped_column(ForeignKey(AGENT))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey(USER))
    reason: Mapped[str] = mapped_column(String(2000))
    vehicle_id: Mapped[str | None] = mapped_column(String(36))
