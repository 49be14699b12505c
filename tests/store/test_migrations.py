"""Migrations on both databases: they make what the models say, and lose nothing on the way."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, Table, insert, inspect, select, text

from ground_station.core.errors import IntegrityError, Unavailable
from ground_station.store import Database, SqlOrganisations, database_file, orm, prepare
from tests.store.conftest import Place

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
REVISIONS = sorted(one.revision for one in prepare.migrations()[1].walk_revisions())
EARLIER = REVISIONS[:-1]


def test_the_revision_that_a_start_looks_for_is_the_newest() -> None:
    assert REVISIONS[-1] == prepare.HEAD_REVISION


def test_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, orm.Base.metadata) == []


def make_at(place: Place, revision: str) -> None:
    """A database as the release of that revision left it."""
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.url is None:
        database_file(place.folder).touch(mode=0o600)
    config, _script = prepare.migrations()
    with (
        closing(place.open()) as database,
        database.engine.connect().execution_options(kestrel_write=True) as connection,
    ):
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def fill(database: Database) -> dict[str, list[dict[str, Any]]]:
    """A row in every table, whatever its columns are; what is there then."""
    metadata = MetaData()
    with database.write() as session:
        metadata.reflect(session.connection())
        for table in metadata.sorted_tables:
            if table.name != "alembic_version":
                session.execute(insert(table).values(a_row(table)))
    return rows(database)


def a_row(table: Table) -> dict[str, Any]:
    """Foreign keys hold, since every id is the same."""
    return {column.name: a_value(column.type.python_type, column.name) for column in table.columns}


def a_value(kind: type, name: str) -> object:
    if kind is str:
        return {"role": "officer", "kind": "police"}.get(name, "one")
    return {int: 1, bool: True, float: 0.5, datetime: NOW}.get(kind, b"1")


def rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    metadata = MetaData()
    with database.read() as session:
        metadata.reflect(session.connection())
        return {
            table.name: [dict(row) for row in session.execute(select(table)).mappings()]
            for table in metadata.sorted_tables
            if table.name != "alembic_version"
        }


@pytest.mark.parametrize("revision", EARLIER)
def test_upgrade_drill_keeps_every_row_and_makes_a_backup(bare: Place, revision: str) -> None:
    make_at(bare, revision)
    with closing(bare.open()) as database:
        before = fill(database)
    backup = bare.prepare()
    assert backup is not None
    assert backup.parent == bare.folder
    assert f"-{revision}-" in backup.name
    assert backup.stat().st_mode & 0o777 == 0o600
    with closing(bare.open()) as database:
        assert prepare.revision_of(database) == prepare.HEAD_REVISION
        after = rows(database)
        assert [one.name for one in SqlOrganisations(database).all()] == ["one"]
    if revision < "0004":  # which ends every sign-in: they did not say which device they were
        del before["sign_in_sessions"]
    for table, kept in before.items():
        assert len(after[table]) == len(kept), table
        for old, new in zip(kept, after[table], strict=True):
            assert {name: new[name] for name in old if name in new} == {
                name: value for name, value in old.items() if name in new
            }


def test_preparing_twice_changes_nothing(bare: Place) -> None:
    assert bare.prepare() is None
    with closing(bare.open()) as database:
        before = rows(database)
    assert bare.prepare() is None
    with closing(bare.open()) as database:
        assert rows(database) == before
    assert list(bare.folder.glob("*.backup.*")) == []


def test_a_newer_database_is_refused_and_left_alone(place: Place) -> None:
    with closing(place.open()) as database:
        with database.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        before = rows(database)
    with pytest.raises(IntegrityError, match="newer release"):
        place.prepare()
    with closing(place.open()) as database:
        assert rows(database) == before


def test_another_programs_database_is_refused(bare: Place) -> None:
    bare.folder.mkdir(mode=0o700)
    if bare.url is None:
        database_file(bare.folder).touch()
    with closing(bare.open()) as database:
        with database.write() as session:
            session.execute(text("CREATE TABLE theirs (id INTEGER)"))
        with pytest.raises(IntegrityError, match="not one of Kestrel"):
            bare.prepare()
        with database.read() as session:
            assert inspect(session.connection()).get_table_names() == ["theirs"]


def test_a_failed_migration_leaves_the_former_database(
    bare: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it is one transaction."""
    make_at(bare, EARLIER[-1])
    with closing(bare.open()) as database:
        before = fill(database)

    def break_off(config: Any, target: str) -> None:
        config.attributes["connection"].execute(text(f"CREATE TABLE half_{target} (id INTEGER)"))
        raise RuntimeError("stop")

    monkeypatch.setattr(command, "upgrade", break_off)
    with pytest.raises(RuntimeError, match="stop"):
        bare.prepare()
    with closing(bare.open()) as database:
        assert rows(database) == before
        assert prepare.revision_of(database) == EARLIER[-1]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=False)
def test_without_pg_dump_nothing_is_migrated(
    bare: Place, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_at(bare, EARLIER[-1])
    monkeypatch.setattr("ground_station.store.postgresql.which", lambda _name: None)
    with pytest.raises(Unavailable, match="pg_dump is not installed") as caught:
        bare.prepare()
    assert "apt-get install" in caught.value.remedy
    with closing(bare.open()) as database:
        assert prepare.revision_of(database) == EARLIER[-1]
    assert list(bare.folder.glob("*.backup.*")) == []


def test_files_of_the_folder_are_private(place: Place) -> None:
    def modes(folder: Path) -> set[int]:
        return {one.stat().st_mode & 0o777 for one in folder.iterdir() if one.suffix == ".db"}

    assert place.folder.stat().st_mode & 0o777 == 0o700
    assert modes(place.folder) <= {0o600}


def test_processes_that_start_at_once_make_one_database(bare: Place, tmp_path: Path) -> None:
    program = (
        "import os, sys, time; from pathlib import Path; from pydantic import SecretStr\n"
        "from ground_station.store import prepare_database\n"
        "url = os.environ.get('URL')\n"
        "go = Path(sys.argv[2])\n"
        "Path(f'{go}-{os.getpid()}').touch()\n"
        "while not go.exists(): time.sleep(0.001)\n"
        "prepare_database(Path(sys.argv[1]), None if url is None else SecretStr(url))\n"
    )
    url = {} if bare.url is None else {"URL": bare.url.get_secret_value()}
    go = tmp_path / "go"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(bare.folder), str(go)],
            cwd=ROOT,
            env=os.environ | url,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _process in range(3)
    ]
    while len(list(tmp_path.glob("go-*"))) < len(running):
        assert all(process.poll() is None for process in running)
        time.sleep(0.02)
    go.touch()
    for process in running:
        _out, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
    with closing(bare.open()) as database:
        assert len(SqlOrganisations(database).all()) == 1
        assert prepare.revision_of(database) == prepare.HEAD_REVISION
