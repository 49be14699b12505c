"""Enrolment of agents, and what has been received of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "received_messages",
        sa.Column("agent_id", sa.String(36), nullable=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_offset_ms", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_received_messages_agent_id_agents"
        ),
        sa.PrimaryKeyConstraint("agent_id", "message_id", name="pk_received_messages"),
    )
    op.create_index("ix_received_messages_received_at", "received_messages", ["received_at"])
    op.create_table(
        "agent_enrolments",
        sa.Column("agent_id", sa.String(36), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_token_hash", sa.String(64), nullable=True),
        sa.Column("rotation_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_agent_enrolments_agent_id_agents"
        ),
        sa.PrimaryKeyConstraint("agent_id", name="pk_agent_enrolments"),
        sa.UniqueConstraint("code_hash", name="uq_agent_enrolments_code_hash"),
        sa.UniqueConstraint("next_token_hash", name="uq_agent_enrolments_next_token_hash"),
    )
