"""What is PostgreSQL's own: its URL, its errors in our words, one writer across processes."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from ground_station.core.errors import ConfigError, InvalidInput, Unavailable
from ground_station.core.ids import new_id
from ground_station.store import Database, SqlUsers, prepare_database
from ground_station.store.postgresql import client_connection, parse_url
from tests.postgres import PASSWORD, TEMPLATE, PostgresServer
from tests.store.conftest import Place
from tests.store.test_store import a_user


@pytest.fixture
def kind() -> str:
    return "postgresql"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://u:s3cret@h/d",
        "postgresql://u:s3cret@h",
        "postgresql://u:s3cret@h:x/d",
    ],
)
def test_a_url_of_something_else_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigError, match=r"store\.url") as caught:
        parse_url(SecretStr(url))
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_password_is_in_no_message(postgres: PostgresServer, tmp_path: Path) -> None:
    wrong = postgres.url("postgres", "wr0ng-secret")
    for url in (wrong, SecretStr("postgresql://k:wr0ng-secret@127.0.0.1:1/d")):
        with pytest.raises(Unavailable, match="did not answer") as caught:
            prepare_database(tmp_path, url)
        assert "store.url" in caught.value.remedy
        error: BaseException | None = caught.value
        while error is not None:
            assert "wr0ng-secret" not in f"{error!r} {error}"
            error = error.__cause__ or error.__context__


def test_a_database_that_is_not_there_is_named(postgres: PostgresServer, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match='"absent" does not exist'):
        prepare_database(tmp_path, postgres.url("absent"))


def test_programs_get_the_password_by_the_environment(postgres: PostgresServer) -> None:
    conninfo, environment = client_connection(parse_url(postgres.url("some")))
    assert "dbname=some" in conninfo
    assert PASSWORD not in conninfo
    assert environment["PGPASSWORD"] == PASSWORD
    assert "PGPASSWORD" not in os.environ


def test_what_it_is_called_has_no_password(database: Database) -> None:
    assert "127.0.0.1" in str(database)
    assert PASSWORD not in str(database)


@pytest.mark.parametrize("name", ["x" * 65, "nul\0byte"])
def test_a_value_that_does_not_fit_is_refused(database: Database, name: str) -> None:
    users = SqlUsers(database)
    with pytest.raises(InvalidInput, match="cannot keep this value"):
        users.add(a_user(users, name))
    assert users.count() == 0


def test_reads_cannot_write(database: Database) -> None:
    with pytest.raises(Unavailable, match="does not take writes"), database.read() as session:
        session.execute(text("DELETE FROM users"))


def test_a_read_sees_one_moment(place: Place, database: Database) -> None:
    users = SqlUsers(database)
    count = text("SELECT count(*) FROM users")
    with database.read() as session:
        assert session.scalar(count) == 0
        users.add(a_user(users))
        assert session.scalar(count) == 0


def test_writers_of_two_processes_come_one_after_the_other(
    place: Place, database: Database
) -> None:
    """Another `Database` has a lock of its own, as another process has: the server orders them."""
    order: list[str] = []
    with closing(place.open()) as other:
        inside = threading.Event()

        def second() -> None:
            inside.wait(10)
            with other.write() as session:
                session.execute(text("SELECT 1"))
                order.append("second")

        thread = threading.Thread(target=second)
        thread.start()
        with database.write() as session:
            session.execute(text("SELECT 1"))  # a transaction begins with its first statement
            inside.set()
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            until = time.monotonic() + 4  # the other gives up after 5 s
            while session.scalar(waiting) == 0 and time.monotonic() < until:
                pass
            order.append("first")
        thread.join(10)
    assert order == ["first", "second"]


def test_a_writer_that_waits_too_long_is_told(
    place: Place, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ground_station.store.postgresql._SETTINGS", "-c lock_timeout=50")
    with (
        closing(place.open()) as other,
        database.write() as session,
    ):
        session.execute(text("SELECT 1"))
        with (
            pytest.raises(Unavailable, match="Another process is writing"),
            other.write() as second,
        ):
            second.execute(text("SELECT 1"))


def test_a_server_that_was_restarted_is_found_again(database: Database) -> None:
    users = SqlUsers(database)
    assert users.count() == 0
    with database.read() as session:  # all our connections but this one end under our feet
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert users.count() == 0


def test_a_dump_can_be_read_back(postgres: PostgresServer, tmp_path: Path) -> None:
    from ground_station.store.postgresql import dump

    target = tmp_path / f"{new_id()}.pgdump"
    dump(parse_url(postgres.url(TEMPLATE)), target)
    assert target.stat().st_mode & 0o777 == 0o600
    listed = subprocess.run(["pg_restore", "--list", target], capture_output=True, check=True)
    assert b"TABLE DATA public organisations" in listed.stdout


def test_a_failed_dump_leaves_no_file(postgres: PostgresServer, tmp_path: Path) -> None:
    from ground_station.store.postgresql import dump

    with pytest.raises(Unavailable, match="pg_dump failed") as caught:
        dump(parse_url(postgres.url("postgres", "wr0ng-secret")), tmp_path / "x.pgdump")
    assert "wr0ng-secret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
