"""Everything of one organisation as JSON lines, a file a table, without a secret in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import msgspec
from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from ground_station.core.errors import NotFound
from ground_station.store import (
    orm_airspace,
    orm_audit,
    orm_authority,
    orm_delivery,
    orm_operations,
    orm_registry,
)
from ground_station.store.archive import (
    FORM,
    Manifest,
    Member,
    member_of,
    working_folder,
    write_archive,
)
from ground_station.store.engine import Database
from ground_station.store.orm import Base, OrganisationRow
from ground_station.store.prepare import HEAD_REVISION

ROWS_AT_ONCE = 500
# Whoever has one of these could come in by it, or guess at it.
SECRET_COLUMNS = frozenset(
    {
        ("users", "password_hash"),
        ("sign_in_sessions", "session_hash"),
        ("sign_in_sessions", "csrf_secret"),
        ("authenticators", "sealed_secret"),
        ("authenticators", "last_step"),
        ("passkeys", "credential_id"),
        ("passkeys", "public_key"),
        ("agents", "token_hash"),
        ("agent_enrolments", "code_hash"),
        ("agent_enrolments", "next_token_hash"),
        ("sources", "publish_token_hash"),
    }
)
# recovery_codes are nothing but hashes; heads are signatures over the chain of everybody.
NOT_EXPORTED = frozenset({"recovery_codes", "audit_heads", "airspace_datasets"})

Owned = Callable[[Table, str], ColumnElement[bool]]


def _own(column: str) -> Owned:
    return lambda table, organisation: table.columns[column] == organisation


def _of(column: str, owner: str) -> Owned:
    """Rows that point to a row of another table that is the organisation's."""

    def owned(table: Table, organisation: str) -> ColumnElement[bool]:
        other = Base.metadata.tables[owner]
        return table.columns[column].in_(
            select(other.columns["id"]).where(other.columns["organisation_id"] == organisation)
        )

    return owned


def _either_side(table: Table, organisation: str) -> ColumnElement[bool]:
    return or_(table.columns["from_id"] == organisation, table.columns["to_id"] == organisation)


OWNED: Mapping[str, Owned] = MappingProxyType(
    {
        "organisations": _own("id"),
        "users": _own("organisation_id"),
        "sign_in_sessions": _of("user_id", "users"),
        "authenticators": _of("user_id", "users"),
        "passkeys": _of("user_id", "users"),
        "agents": _own("organisation_id"),
        "agent_enrolments": _of("agent_id", "agents"),
        "received_messages": _of("agent_id", "agents"),
        "sources": _own("organisation_id"),
        "vehicles": _own("organisation_id"),
        "vehicle_controls": _of("vehicle_id", "vehicles"),
        "units": _own("organisation_id"),
        "unit_members": _of("unit_id", "units"),
        "unit_positions": _of("unit_id", "units"),
        "incidents": _own("organisation_id"),
        "alerts": _own("organisation_id"),
        "agreements": _either_side,
        "disclosures": _either_side,
        "drawn_zones": _own("organisation_id"),
        "operator_profiles": _own("organisation_id"),
        "documents": _own("organisation_id"),
        "permission_requests": _own("organisation_id"),
        "airspace_permissions": _own("organisation_id"),
        "crew_members": _own("organisation_id"),
        "airframes": _own("organisation_id"),
        "batteries": _own("organisation_id"),
        "defects": _own("organisation_id"),
        "preflights": _own("organisation_id"),
        "flights": _own("organisation_id"),
        "mission_plans": _own("organisation_id"),
        "audit_records": _own("organisation_id"),
    }
)
# The modules above define the tables; this also keeps them imported.
_MODELS = (orm_airspace, orm_audit, orm_authority, orm_delivery, orm_operations, orm_registry)


def find_organisation(database: Database, wanted: str) -> str:
    """Its id, by id or name.

    Raises:
        NotFound: there is none; the message names those there are.
    """
    with database.read() as session:
        rows = session.scalars(select(OrganisationRow)).all()
        found = [row.id for row in rows if wanted in (row.id, row.name)]
        names = ", ".join(sorted(row.name for row in rows))
    if not found:
        raise NotFound(f"There is no organisation {wanted}.", f"There are: {names}.")
    return found[0]


def export_organisation(
    database: Database, organisation_id: str, target: Path, *, release: str
) -> Manifest:
    """Write the archive: what one moment of the database held of this organisation.

    Args:
        target: a new file; it appears when it is whole.

    Raises:
        Conflict: the target is there already.
        Unavailable: no space, no right to write, or the database does not answer.
    """
    with working_folder(target) as folder:
        files: list[Member] = []
        with database.read() as session:
            for table in Base.metadata.sorted_tables:
                if table.name not in NOT_EXPORTED:
                    files.append(_write_table(session, table, organisation_id, folder))
        manifest = Manifest(
            form=FORM,
            what="export",
            release=release,
            revision=HEAD_REVISION,
            made_at=datetime.now(UTC),
            database="",
            organisation_id=organisation_id,
            files=files,
        )
        write_archive(folder, manifest, target)
    return manifest


def _write_table(session: Session, table: Table, organisation_id: str, folder: Path) -> Member:
    columns = [one for one in table.columns if (table.name, one.name) not in SECRET_COLUMNS]
    wanted = (
        select(*columns)
        .where(OWNED[table.name](table, organisation_id))
        .order_by(*table.primary_key.columns)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    name = f"{table.name}.jsonl"
    rows = 0
    descriptor = os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        for row in session.execute(wanted).mappings():
            opened.write(msgspec.json.encode(dict(row)) + b"\n")
            rows += 1
    return member_of(folder, name, rows)
