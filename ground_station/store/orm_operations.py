"""Tables of `core.crew`, `core.flight_log` and `core.mission_plans`.

What is looked for has a column; the whole record is in `body`, as JSON that is checked when it is
read: these records grow by a field now and then, and nobody searches inside them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ground_station.store.orm import Base, UtcDateTime

ORGANISATION = "organisations.id"


class RecordRow(Base):
    """What they have in common."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION), index=True)
    body: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(36))


class CrewMemberRow(RecordRow):
    __tablename__ = "crew_members"


class AirframeRow(RecordRow):
    __tablename__ = "airframes"


class BatteryRow(RecordRow):
    __tablename__ = "batteries"


class DefectRow(RecordRow):
    __tablename__ = "defects"


class PreflightRow(RecordRow):
    """`vehicle_id` has no foreign key: a vehicle may be removed, what was signed stays."""

    __tablename__ = "preflights"
    __table_args__ = (Index("ix_preflights_vehicle_id", "vehicle_id", "id"),)

    vehicle_id: Mapped[str] = mapped_column(String(36))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class FlightRow(RecordRow):
    """`vehicle_id` as in `PreflightRow`; null for one that was imported. `is_open`: true while it
    is recorded, else null."""

    __tablename__ = "flights"
    __table_args__ = (Index("ix_flights_is_open", "is_open"),)

    vehicle_id: Mapped[str | None] = mapped_column(String(36))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    is_open: Mapped[bool | None]


class MissionPlanRow(RecordRow):
    __tablename__ = "mission_plans"

    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
