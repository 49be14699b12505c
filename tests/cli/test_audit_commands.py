"""`run.py audit` and `run.py organisations` over a real data folder."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import pytest

from ground_station.bootstrap.commands import parse
from ground_station.cli import audit, organisations
from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.clock import SystemClock
from ground_station.core.errors import Conflict, Unavailable
from ground_station.store import database_file, open_audit, open_database, prepare_database
from tools import verify_audit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "var"
    prepare_database(data)
    database = open_database(database_file(data))
    chain = open_audit(database, data, SystemClock())
    chain.append(AuditEntry(Act.STATION_STARTED, Actor.STATION))
    chain.sign()
    database.close()
    return data


def words(folder: Path, *given: str) -> Namespace:
    return parse(["--data-folder", str(folder), *given])


def test_a_chain_is_verified_exported_and_its_key_changed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.rotate_key(words(folder, "audit", "rotate-key")) == 0
    target = tmp_path / "export.jsonl"
    assert audit.export(words(folder, "audit", "export", str(target))) == 0
    assert target.stat().st_mode & 0o777 == 0o600
    capsys.readouterr()
    assert audit.verify(words(folder, "audit", "verify", "--json")) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["whole"], said["records"], said["signed_up_to"]) == (True, 4, 3)
    assert verify_audit.main([str(target), "--head", said["end"]]) == 0
    with pytest.raises(Conflict):
        audit.export(words(folder, "audit", "export", str(target)))


def test_a_broken_chain_is_status_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = open_database(database_file(folder))
    with database.write() as session:
        session.connection().exec_driver_sql("DROP TRIGGER audit_records_no_update")
        session.connection().exec_driver_sql("UPDATE audit_records SET purpose = 'x' WHERE seq = 2")
    database.close()
    assert audit.verify(words(folder, "audit", "verify")) == 1
    assert capsys.readouterr().out.startswith("WRONG: Record 2 was changed")
    assert audit.verify(words(folder, "audit", "verify", "--json")) == 1
    assert json.loads(capsys.readouterr().out)["seq"] == 2


def test_a_lost_key_takes_an_explicit_word(folder: Path) -> None:
    (folder / "keys" / "audit.pem").unlink()
    with pytest.raises(Unavailable, match="missing"):
        audit.rotate_key(words(folder, "audit", "rotate-key"))
    assert audit.rotate_key(words(folder, "audit", "rotate-key", "--lost")) == 0


def test_organisations(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add = words(folder, "organisations", "add", "The police", "--kind", "police")
    assert organisations.add(add) == 0
    with pytest.raises(Conflict):
        organisations.add(add)
    capsys.readouterr()
    assert organisations.show(words(folder, "organisations", "list")) == 0
    assert "police  The police" in capsys.readouterr().out
