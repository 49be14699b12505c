"""Tables of `core.airspace`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ground_station.store.orm import Base, UtcDateTime

ORGANISATION = "organisations.id"
DOCUMENT = "documents.id"


class AirspaceDatasetRow(Base):
    """`kind_in_use`: the kind while it is in use, else null, so that unique holds it to one of each
    kind. `zones_form`: see `zone_form`; null once it is discarded. Who imported it may be nobody
    of the station's: the command line."""

    __tablename__ = "airspace_datasets"
    __table_args__ = (
        Index("ix_airspace_datasets_kind_in_use", "kind_in_use", unique=True),
        Index("ix_airspace_datasets_imported_at", "imported_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    kind_in_use: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(500))
    file_name: Mapped[str] = mapped_column(String(300))
    format: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int]
    airac: Mapped[str] = mapped_column(String(32))
    effective_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    effective_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    zones: Mapped[int]
    refused: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    imported_by: Mapped[str] = mapped_column(String(36))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(36))
    zones_form: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class DrawnZoneRow(Base):
    __tablename__ = "drawn_zones"
    __table_args__ = (Index("ix_drawn_zones_ends", "ends"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    zone_form: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(String(500))
    drawn_by: Mapped[str] = mapped_column(String(36))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begins: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str] = mapped_column(String(36))


class OperatorProfileRow(Base):
    """`force_policy`, `authorisation`: JSON, or null."""

    __tablename__ = "operator_profiles"

    organisation_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(32))
    category: Mapped[str] = mapped_column(String(32))
    operator_id: Mapped[str] = mapped_column(String(64))
    flyer_id: Mapped[str] = mapped_column(String(64))
    class_mark: Mapped[str] = mapped_column(String(16))
    mass_kg: Mapped[float | None]
    insurance: Mapped[str] = mapped_column(String(200))
    force_policy: Mapped[str | None] = mapped_column(Text)
    authorisation: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(36))


class DocumentRow(Base):
    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    name: Mapped[str] = mapped_column(String(300))
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[str] = mapped_column(String(36))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class PermissionRequestRow(Base):
    __tablename__ = "permission_requests"
    __table_args__ = (Index("ix_permission_requests_organisation_id", "organisation_id", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    state: Mapped[str] = mapped_column(String(16))
    zone: Mapped[str] = mapped_column(String(200))
    zone_name: Mapped[str] = mapped_column(String(300))
    authority: Mapped[str] = mapped_column(String(500))
    contact: Mapped[str] = mapped_column(String(1000))
    text: Mapped[str] = mapped_column(Text)
    begins: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    made_by: Mapped[str] = mapped_column(String(36))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(String(2000))


class AirspacePermissionRow(Base):
    """What it names may be swept before it: then it names nothing."""

    __tablename__ = "airspace_permissions"
    __table_args__ = (Index("ix_airspace_permissions_organisation_id", "organisation_id", "ends"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(ORGANISATION))
    zone: Mapped[str] = mapped_column(String(200))
    zone_name: Mapped[str] = mapped_column(String(300))
    reference: Mapped[str] = mapped_column(String(200))
    begins: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by: Mapped[str] = mapped_column(String(16))
    granted_by: Mapped[str] = mapped_column(String(300))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    conditions: Mapped[str] = mapped_column(String(2000))
    upper_limit_amsl_m: Mapped[float | None]
    document_id: Mapped[str | None] = mapped_column(ForeignKey(DOCUMENT, ondelete="SET NULL"))
    request_id: Mapped[str | None] = mapped_column(
        ForeignKey("permission_requests.id", ondelete="SET NULL")
    )
    recorded_by: Mapped[str] = mapped_column(String(36))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str] = mapped_column(String(36))
