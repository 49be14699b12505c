"""The export of one organisation: all of it, nothing of another, no secret; on both databases."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, insert

from ground_station.core.errors import Conflict, NotFound
from ground_station.store import Database, export
from ground_station.store.archive import unpack
from ground_station.store.export import (
    NOT_EXPORTED,
    OWNED,
    SECRET_COLUMNS,
    export_organisation,
    find_organisation,
)
from ground_station.store.orm import Base, UtcDateTime
from tests.store.conftest import Place
from tests.store.test_store import NOW

SUSPICIOUS = ("hash", "secret", "token", "key", "code", "password", "credential")
# Of the chain, which is for everybody to check; the camera's own name at its agent; two moments
# and a flag.
HARMLESS = {
    ("audit_records", "hash"),
    ("audit_records", "previous_hash"),
    ("sources", "agent_key"),
    ("users", "must_change_password"),
    ("agent_enrolments", "code_expires_at"),
    ("agent_enrolments", "token_issued_at"),
}


def test_every_table_says_whose_its_rows_are() -> None:
    assert set(OWNED) | NOT_EXPORTED == set(Base.metadata.tables)


def test_no_column_that_sounds_like_a_secret_is_exported() -> None:
    """A new one fails here until somebody decides."""
    exported = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        if table.name not in NOT_EXPORTED
        for column in table.columns
        if any(word in column.name for word in SUSPICIOUS)
    }
    assert exported - SECRET_COLUMNS == HARMLESS
    for table, column in SECRET_COLUMNS:
        assert column in Base.metadata.tables[table].columns


def fill(database: Database, prefix: str) -> None:
    """One row in every table, all of them of the organisation `<prefix>-organisations`."""
    with database.write() as session:
        for table in Base.metadata.sorted_tables:
            row = {column.name: _value(column, prefix) for column in table.columns}
            if table.name == "audit_heads":
                continue
            if table.name == "organisations":
                row["is_default"] = None  # set-up has made the one that is
            if table.name == "audit_records":
                row |= {"seq": ord(prefix), "organisation_id": f"{prefix}-organisations"}
            session.execute(insert(table).values(row))


def _value(column: Column[Any], prefix: str) -> object:
    if isinstance(column.type, UtcDateTime):
        return NOW
    for key in column.foreign_keys:
        return f"{prefix}-{key.column.table.name}"
    if (column.table.name, column.name) in SECRET_COLUMNS and column.type.python_type is str:
        return f"{prefix}-SECRET-{column.name}"
    if column.name == "id":
        return f"{prefix}-{column.table.name}"
    if column.type.python_type is bytes:
        return f"{prefix}-{column.name}".encode()
    return {int: 1, bool: True, float: 0.5}.get(column.type.python_type, f"{prefix}-{column.name}")


def test_it_holds_all_of_one_organisation_and_nothing_of_another(
    database: Database, tmp_path: Path
) -> None:
    fill(database, "a")
    fill(database, "b")
    target = tmp_path / "a.tar"
    manifest = export_organisation(database, "a-organisations", target, release="test")
    assert target.stat().st_mode & 0o777 == 0o600
    assert manifest.organisation_id == "a-organisations"
    out = tmp_path / "out"
    out.mkdir()
    unpack(target, out, "export")
    for table in OWNED:
        lines = (out / f"{table}.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(lines) == 1, table
        assert "SECRET" not in lines[0]
        row = json.loads(lines[0])
        assert not any(str(value).startswith("b-") for value in row.values()), row
    assert {member.rows for member in manifest.files} == {1}
    unit = json.loads((out / "units.jsonl").read_text())
    assert datetime.fromisoformat(unit["created_at"]) == NOW


def test_an_agreement_is_of_both_sides(database: Database, tmp_path: Path) -> None:
    fill(database, "a")
    fill(database, "b")
    with database.write() as session:
        agreements = Base.metadata.tables["agreements"]
        session.execute(
            agreements.update()
            .where(agreements.c.id == "b-agreements")
            .values(to_id="a-organisations")
        )
    manifest = export_organisation(database, "a-organisations", tmp_path / "x", release="test")
    assert {one.name: one.rows for one in manifest.files}["agreements.jsonl"] == 2


def test_an_organisation_is_found_by_name_or_id(place: Place, database: Database) -> None:
    fill(database, "a")
    assert find_organisation(database, "a-name") == "a-organisations"
    assert find_organisation(database, "a-organisations") == "a-organisations"
    with pytest.raises(NotFound, match="no organisation") as caught:
        find_organisation(database, "absent")
    assert "a-name" in caught.value.remedy


def test_nothing_is_overwritten(database: Database, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    with pytest.raises(Conflict, match="there already"):
        export_organisation(database, "any", tmp_path / "x", release="test")


def test_many_rows_come_in_parts(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 2)
    fill(database, "a")
    vehicles = Base.metadata.tables["vehicles"]
    with database.write() as session:
        for number in range(5):
            row = {one.name: _value(one, "a") for one in vehicles.columns}
            row |= {"id": f"v{number}", "name": f"v{number}", "system_id": 10 + number}
            session.execute(insert(vehicles).values(row))
    manifest = export_organisation(database, "a-organisations", tmp_path / "x", release="test")
    assert {one.name: one.rows for one in manifest.files}["vehicles.jsonl"] == 6
