"""Alembic's entry point: runs the migrations on the connection that `prepare_database` opened."""

from __future__ import annotations

from alembic import context

from ground_station.store.orm import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter most things in place
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
