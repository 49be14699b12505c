"""Organisations get a kind; agreements, disclosures, units, incidents, vehicles, alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Whoever ran a station before was the one organisation there was: the borough.
    op.add_column(
        "organisations",
        sa.Column("kind", sa.String(16), nullable=False, server_default="council"),
    )
    op.add_column("organisations", sa.Column("is_default", sa.Boolean(), nullable=True))
    op.create_index("ix_organisations_is_default", "organisations", ["is_default"], unique=True)
    organisations = sa.table(
        "organisations", sa.column("id"), sa.column("created_at"), sa.column("is_default")
    )
    by_age = (organisations.c.created_at, organisations.c.id)
    first = sa.select(organisations.c.id).order_by(*by_age).limit(1)
    op.execute(
        sa.update(organisations)
        .where(organisations.c.id == first.scalar_subquery())
        .values(is_default=sa.true())
    )
    _sharing()
    _units()
    _work()
    _alerts()


def _sharing() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("legal_regime", sa.String(32), nullable=False),
        sa.Column("covers", sa.String(200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
        sa.ForeignKeyConstraint(
            ["from_id"], ["organisations.id"], name="fk_agreements_from_id_organisations"
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["organisations.id"], name="fk_agreements_to_id_organisations"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name="fk_agreements_made_by_users"),
    )
    op.create_table(
        "disclosures",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agreement_id", sa.String(), nullable=False),
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(500), nullable=False),
        sa.Column("disclosed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disclosures"),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name="fk_disclosures_agreement_id_agreements"
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["organisations.id"], name="fk_disclosures_from_id_organisations"
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["organisations.id"], name="fk_disclosures_to_id_organisations"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_disclosures_user_id_users"),
    )
    op.create_index("ix_disclosures_from_id", "disclosures", ["from_id", "id"])
    op.create_index("ix_disclosures_to_id", "disclosures", ["to_id", "id"])
    op.create_index("ix_disclosures_user_id", "disclosures", ["user_id", "subject_id"])


def _units() -> None:
    op.create_table(
        "units",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("call_sign", sa.String(64), nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
        sa.UniqueConstraint("organisation_id", "call_sign", name="uq_units_organisation_id"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_units_organisation_id_organisations"
        ),
    )
    op.create_table(
        "unit_members",
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "user_id", name="pk_unit_members"),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name="fk_unit_members_unit_id_units", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_unit_members_user_id_users"),
    )
    op.create_table(
        "unit_positions",
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "observed_at", name="pk_unit_positions"),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name="fk_unit_positions_unit_id_units", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["given_by"], ["users.id"], name="fk_unit_positions_given_by_users"
        ),
    )
    op.create_index("ix_unit_positions_observed_at", "unit_positions", ["observed_at"])


def _work() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name="fk_incidents_organisation_id_organisations",
        ),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name="fk_incidents_opened_by_users"),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name="fk_incidents_closed_by_users"),
    )
    op.create_index("ix_incidents_organisation_id", "incidents", ["organisation_id", "opened_at"])
    op.create_index("ix_incidents_closed_at", "incidents", ["closed_at"])
    op.create_table(
        "vehicles",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vehicles"),
        sa.UniqueConstraint("organisation_id", "name", name="uq_vehicles_organisation_id"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name="fk_vehicles_organisation_id_organisations",
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_vehicles_agent_id_agents"),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("remedy", sa.String(2000), nullable=False),
        sa.Column("source_id", sa.String(36), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name="fk_alerts_organisation_id_organisations",
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_alerts_agent_id_agents"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_alerts_decided_by_users"),
    )
    op.create_index("ix_alerts_organisation_id", "alerts", ["organisation_id", "raised_at"])
    op.create_index("ix_alerts_raised_at", "alerts", ["raised_at"])
