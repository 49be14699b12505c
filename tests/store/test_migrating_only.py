"""A command brings an installation's database up to date, and makes none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ground_station.core.errors import NotFound
from ground_station.store import migrate_database, prepare_database
from tests.postgres import PostgresServer


def test_an_empty_postgresql_database_stays_empty(tmp_path: Path, postgres: PostgresServer) -> None:
    url = postgres.make_database()
    for _ in range(2):  # the second time too: no table was made
        with pytest.raises(NotFound, match="PostgreSQL"):
            migrate_database(tmp_path, url)
    prepare_database(tmp_path, url)
    assert migrate_database(tmp_path, url) is None


def test_a_broken_off_restore_is_named_rather_than_a_missing_database(tmp_path: Path) -> None:
    (tmp_path / "restore.unfinished").touch()
    with pytest.raises(Exception, match="restore"):
        migrate_database(tmp_path)
