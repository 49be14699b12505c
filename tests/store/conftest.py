"""Both databases. A test that asks for `database` runs on SQLite and on PostgreSQL, so a new
repository is covered on both by a test that takes `database` and builds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from ground_station.bootstrap.postgres import server_programs
from ground_station.store import Database, open_station_database, prepare_database
from tests.postgres import TEMPLATE, PostgresServer, running_postgres
from tests.prepared import prepare_copy


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is, or is to be made."""

    folder: Path
    url: SecretStr | None

    def open(self) -> Database:
        return open_station_database(self.folder, self.url)

    def prepare(self) -> Path | None:
        return prepare_database(self.folder, self.url)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server, with a template that has our tables."""
    if server_programs() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with running_postgres() as server:
        template = server.make_database()
        prepare_database(tmp_path_factory.mktemp("template"), template)
        server.rename(template, TEMPLATE)
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture
def bare(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """A place with no tables yet."""
    if kind == "sqlite":
        return Place(tmp_path / "var", None)
    server: PostgresServer = request.getfixturevalue("postgres")
    return Place(tmp_path / "var", server.make_database())


@pytest.fixture
def elsewhere(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """An empty place to restore to."""
    server: PostgresServer | None = None
    if kind == "postgresql":
        server = request.getfixturevalue("postgres")
    return Place(tmp_path / "other", None if server is None else server.make_database())


@pytest.fixture
def place(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """A place with this release's tables and its first organisation."""
    if kind == "sqlite":
        found = Place(tmp_path / "var", None)
        prepare_copy(found.folder)
        return found
    server: PostgresServer = request.getfixturevalue("postgres")
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    return Place(folder, server.make_database(TEMPLATE))


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    opened = place.open()
    yield opened
    opened.close()
