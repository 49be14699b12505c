"""The station's own database, in SQLite or PostgreSQL. ORM types never leave it."""

from ground_station.store.airspace_repo import SqlAirspace
from ground_station.store.audit_chain import AuditChain
from ground_station.store.audit_export import export_lines
from ground_station.store.audit_verifier import AuditVerifier
from ground_station.store.audit_verify import ChainCheck, check_all
from ground_station.store.authority_repo import SqlFactors, SqlSignIns, SqlUsers
from ground_station.store.delivery_repo import SqlEnrolments, SqlReceivedMessages
from ground_station.store.engine import (
    Database,
    database_file,
    open_database,
    open_station_database,
)
from ground_station.store.entity_repos import SqlOrganisations, SqlUnits
from ground_station.store.expired_rows import SqlExpiredRows
from ground_station.store.flight_journal import FileJournals
from ground_station.store.open_audit import open_audit
from ground_station.store.operations_repo import (
    SqlFlights,
    SqlMissionPlans,
    SqlPreflights,
    SqlRecords,
)
from ground_station.store.permission_repo import SqlPermissions
from ground_station.store.prepare import migrate_database, prepare_database
from ground_station.store.repos import (
    SqlAgents,
    SqlSources,
)
from ground_station.store.vehicle_repo import SqlControls, SqlVehicles
from ground_station.store.work_repos import SqlAlerts, SqlIncidents

__all__ = [
    "AuditChain",
    "AuditVerifier",
    "ChainCheck",
    "Database",
    "FileJournals",
    "SqlAgents",
    "SqlAirspace",
    "SqlAlerts",
    "SqlControls",
    "SqlEnrolments",
    "SqlExpiredRows",
    "SqlFactors",
    "SqlFlights",
    "SqlIncidents",
    "SqlMissionPlans",
    "SqlOrganisations",
    "SqlPermissions",
    "SqlPreflights",
    "SqlReceivedMessages",
    "SqlRecords",
    "SqlSignIns",
    "SqlSources",
    "SqlUnits",
    "SqlUsers",
    "SqlVehicles",
    "check_all",
    "database_file",
    "export_lines",
    "migrate_database",
    "open_audit",
    "open_database",
    "open_station_database",
    "prepare_database",
]
