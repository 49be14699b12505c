"""The audit log of an installation, put together."""

from __future__ import annotations

from pathlib import Path

from ground_station.core.clock import Clock
from ground_station.store.audit_chain import AuditChain
from ground_station.store.audit_keys import AuditKeys
from ground_station.store.engine import Database


def open_audit(database: Database, data_folder: Path, clock: Clock) -> AuditChain:
    """The chain in this database, signed with the key in this data folder; starts nothing."""
    return AuditChain(database, clock, AuditKeys(data_folder))
