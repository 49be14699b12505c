"""Crew, airframes, batteries, defects, preflights, flights and mission plans."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    for plain in ("crew_members", "airframes", "batteries", "defects"):
        _records(plain)
    _records(
        "preflights",
        sa.Column("vehicle_id", sa.String(36), nullable=False),
        sa.Column("opened_at", WHEN, nullable=False),
    )
    op.create_index("ix_preflights_vehicle_id", "preflights", ["vehicle_id", "id"])
    op.create_index("ix_preflights_opened_at", "preflights", ["opened_at"])
    _records(
        "flights",
        sa.Column("vehicle_id", sa.String(36), nullable=True),
        sa.Column("began_at", WHEN, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=True),
    )
    op.create_index("ix_flights_began_at", "flights", ["began_at"])
    op.create_index("ix_flights_is_open", "flights", ["is_open"])
    _records(
        "mission_plans",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def _records(table: str, *more: sa.Column[Any]) -> None:
    op.create_table(
        table,
        *more,
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation_id", sa.String(36), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", WHEN, nullable=False),
        sa.Column("changed_by", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=f"fk_{table}_organisation_id_organisations",
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_organisation_id", table, ["organisation_id"])
