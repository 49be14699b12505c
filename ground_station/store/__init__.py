"""The station's own database: SQLAlchemy and Alembic over SQLite. ORM types never leave it."""

from ground_station.store.audit_chain import AuditChain
from ground_station.store.authority_repo import SqlFactors, SqlSignIns, SqlUsers
from ground_station.store.engine import Database, database_file, open_database
from ground_station.store.open_audit import open_audit
from ground_station.store.prepare import prepare_database
from ground_station.store.repos import (
    SqlAgents,
    SqlSources,
)

__all__ = [
    "AuditChain",
    "Database",
    "SqlAgents",
    "SqlFactors",
    "SqlSignIns",
    "SqlSources",
    "SqlUsers",
    "database_file",
    "open_audit",
    "open_database",
    "prepare_database",
]
