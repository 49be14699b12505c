"""Who flies a vehicle, the vehicle an alert is about, and one vehicle for each system id of an
agent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("vehicle_id", sa.String(36), nullable=True))
    # Nothing before this release made two of one; were there some, the newest keeps the agent.
    op.execute(
        "UPDATE vehicles SET agent_id = NULL WHERE EXISTS (SELECT 1 FROM vehicles AS other "
        "WHERE other.agent_id = vehicles.agent_id AND other.system_id = vehicles.system_id "
        "AND other.id > vehicles.id)"
    )
    op.create_index("ix_vehicles_agent_id", "vehicles", ["agent_id", "system_id"], unique=True)
    op.create_table(
        "vehicle_controls",
        sa.Column("vehicle_id", sa.String(36), nullable=False),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("sign_in_id", sa.String(36), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vehicle_id"],
            ["vehicles.id"],
            name="fk_vehicle_controls_vehicle_id_vehicles",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_vehicle_controls_user_id_users"
        ),
        sa.PrimaryKeyConstraint("vehicle_id", name="pk_vehicle_controls"),
    )
