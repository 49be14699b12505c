"""Airspace datasets, drawn zones, operators, permissions, requests and their documents."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    _datasets()
    _operators()
    _permissions()


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _when(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, WHEN, nullable=nullable)


def _organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"],
        ["organisations.id"],
        name=f"fk_{table}_organisation_id_organisations",
    )


def _datasets() -> None:
    op.create_table(
        "airspace_datasets",
        _text("id", 36),
        _text("kind", 16),
        _text("kind_in_use", 16, nullable=True),
        _text("state", 16),
        _text("title", 500),
        _text("file_name", 300),
        _text("format", 32),
        _text("sha256", 64),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        _text("airac", 32),
        _when("effective_from", nullable=True),
        _when("effective_until", nullable=True),
        sa.Column("zones", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        _when("imported_at"),
        _text("imported_by", 36),
        _when("decided_at", nullable=True),
        _text("decided_by", 36),
        sa.Column("zones_form", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_airspace_datasets"),
    )
    op.create_index(
        "ix_airspace_datasets_kind_in_use", "airspace_datasets", ["kind_in_use"], unique=True
    )
    op.create_index("ix_airspace_datasets_imported_at", "airspace_datasets", ["imported_at"])
    op.create_table(
        "drawn_zones",
        _text("id", 36),
        _text("organisation_id", 36),
        sa.Column("zone_form", sa.LargeBinary(), nullable=False),
        _text("reason", 500),
        _text("drawn_by", 36),
        _when("drawn_at"),
        _when("begins"),
        _when("ends"),
        _when("withdrawn_at", nullable=True),
        _text("withdrawn_by", 36),
        _organisation("drawn_zones"),
        sa.PrimaryKeyConstraint("id", name="pk_drawn_zones"),
    )
    op.create_index("ix_drawn_zones_ends", "drawn_zones", ["ends"])


def _operators() -> None:
    op.create_table(
        "operator_profiles",
        _text("organisation_id", 36),
        _text("name", 200),
        _text("type", 32),
        _text("category", 32),
        _text("operator_id", 64),
        _text("flyer_id", 64),
        _text("class_mark", 16),
        sa.Column("mass_kg", sa.Double(), nullable=True),
        _text("insurance", 200),
        sa.Column("force_policy", sa.Text(), nullable=True),
        sa.Column("authorisation", sa.Text(), nullable=True),
        _when("changed_at", nullable=True),
        _text("changed_by", 36),
        _organisation("operator_profiles"),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_operator_profiles"),
    )
    op.create_table(
        "documents",
        _text("id", 36),
        _text("organisation_id", 36),
        _text("name", 300),
        _text("media_type", 100),
        _text("sha256", 64),
        _text("added_by", 36),
        _when("added_at"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _organisation("documents"),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    op.create_index("ix_documents_added_at", "documents", ["added_at"])


def _permissions() -> None:
    op.create_table(
        "permission_requests",
        _text("id", 36),
        _text("organisation_id", 36),
        _text("state", 16),
        _text("zone", 200),
        _text("zone_name", 300),
        _text("authority", 500),
        _text("contact", 1000),
        sa.Column("text", sa.Text(), nullable=False),
        _when("begins"),
        _when("ends"),
        _text("made_by", 36),
        _when("made_at"),
        _when("changed_at"),
        _text("answer", 2000),
        _organisation("permission_requests"),
        sa.PrimaryKeyConstraint("id", name="pk_permission_requests"),
    )
    op.create_index(
        "ix_permission_requests_organisation_id", "permission_requests", ["organisation_id", "id"]
    )
    op.create_index("ix_permission_requests_ends", "permission_requests", ["ends"])
    op.create_table(
        "airspace_permissions",
        _text("id", 36),
        _text("organisation_id", 36),
        _text("zone", 200),
        _text("zone_name", 300),
        _text("reference", 200),
        _when("begins"),
        _when("ends"),
        _text("given_by", 16),
        _text("granted_by", 300),
        _when("given_at"),
        _text("conditions", 2000),
        sa.Column("upper_limit_amsl_m", sa.Double(), nullable=True),
        _text("document_id", 36, nullable=True),
        _text("request_id", 36, nullable=True),
        _text("recorded_by", 36),
        _when("recorded_at"),
        _when("withdrawn_at", nullable=True),
        _text("withdrawn_by", 36),
        _organisation("airspace_permissions"),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_airspace_permissions_document_id_documents",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["permission_requests.id"],
            name="fk_airspace_permissions_request_id_permission_requests",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_airspace_permissions"),
    )
    op.create_index(
        "ix_airspace_permissions_organisation_id",
        "airspace_permissions",
        ["organisation_id", "ends"],
    )
