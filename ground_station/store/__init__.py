"""The station's own database: SQLAlchemy and Alembic over SQLite. ORM types never leave it."""

from ground_station.store.audit_chain import AuditChain
from ground_station.store.authority_repo import SqlFactors, SqlSignIns, SqlUsers
from ground_station.store.delivery_repo import SqlEnrolments, SqlReceivedMessages
from ground_station.store.engine import Database, database_file, open_database
from ground_station.store.entity_repos import SqlOrganisations, SqlUnits
from ground_station.store.open_audit import open_audit
from ground_station.store.prepare import prepare_database
from ground_station.store.repos import (
    SqlAgents,
    SqlSources,
)
from ground_station.store.work_repos import SqlAlerts, SqlIncidents, SqlVehicles

__all__ = [
    "AuditChain",
    "Database",
    "SqlAgents",
    "SqlAlerts",
    "SqlEnrolments",
    "SqlFactors",
    "SqlIncidents",
    "SqlOrganisations",
    "SqlReceivedMessages",
    "SqlSignIns",
    "SqlSources",
    "SqlUnits",
    "SqlUsers",
    "SqlVehicles",
    "database_file",
    "open_audit",
    "open_database",
    "prepare_database",
]
