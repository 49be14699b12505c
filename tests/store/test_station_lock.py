"""Two stations never share a store."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from ground_station.core.errors import Conflict, Unavailable
from ground_station.store import open_station_database, prepare_database
from ground_station.store.station_lock import (
    DatabaseHold,
    hold_data_folder,
    own_name,
    used_by_command,
    without_commands,
)
from tests.postgres import PASSWORD, TEMPLATE, PostgresServer


def test_a_second_one_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with (
        hold_data_folder(tmp_path),
        pytest.raises(Conflict) as refused,
        hold_data_folder(tmp_path),
    ):
        pass
    assert f"the process {os.getpid()} holds it" in refused.value.message
    assert refused.value.remedy
    with hold_data_folder(tmp_path):
        pass


def test_it_is_free_when_its_holder_was_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; "
        "from ground_station.store.station_lock import hold_data_folder\n"
        "with hold_data_folder(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Conflict, match=f"process {holder.pid}"), hold_data_folder(tmp_path):
            pass
        holder.kill()
    with hold_data_folder(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file in the way")
    with pytest.raises(Unavailable, match="cannot be written"), hold_data_folder(tmp_path):
        pass


def test_commands_run_beside_each_other_and_beside_the_station_but_not_beside_a_restore(
    tmp_path: Path,
) -> None:
    with (
        hold_data_folder(tmp_path),
        used_by_command(tmp_path),
        used_by_command(tmp_path),
        pytest.raises(Conflict, match="Another command"),
        without_commands(tmp_path),
    ):
        pass
    with without_commands(tmp_path):
        with pytest.raises(Conflict, match="being restored") as refused, used_by_command(tmp_path):
            pass
        assert refused.value.remedy
    with used_by_command(tmp_path):
        pass


def test_a_command_makes_no_folder_for_its_lock(tmp_path: Path) -> None:
    with used_by_command(tmp_path / "typo"):
        pass
    assert not (tmp_path / "typo").exists()


def test_on_postgresql_the_second_station_is_refused_by_name(postgres: PostgresServer) -> None:
    url = postgres.make_database(TEMPLATE)
    taken: list[str] = []
    with (
        closing(open_station_database(Path("/nowhere"), url)) as first,
        closing(open_station_database(Path("/nowhere"), url)) as second,
    ):
        one, two = DatabaseHold(first, taken.append), DatabaseHold(second, taken.append)
        one.start()
        try:
            with pytest.raises(Conflict) as refused:
                two.take(0.0)
            assert own_name() in refused.value.message
            assert PASSWORD not in str(refused.value)
        finally:
            one.stop()
        two.take(2.0)
        two.stop()
    assert taken == []


def test_a_station_whose_link_broke_takes_its_database_again_or_says_who_has_it(
    postgres: PostgresServer,
) -> None:
    url = postgres.make_database(TEMPLATE)
    taken: list[str] = []
    with (
        closing(open_station_database(Path("/nowhere"), url)) as first,
        closing(open_station_database(Path("/nowhere"), url)) as second,
    ):
        one, two = DatabaseHold(first, taken.append), DatabaseHold(second, taken.append)
        one.take(0.0)
        end_sessions(postgres, url)
        one.look()
        assert taken == []
        with pytest.raises(Conflict):
            two.take(0.0)
        end_sessions(postgres, url)
        two.take(2.0)
        one.look()
        assert len(taken) == 1
        assert "holds it" in taken[0]
        one.stop()
        two.stop()


def end_sessions(postgres: PostgresServer, url: SecretStr) -> None:
    """As a server that restarts does."""
    name = url.get_secret_value().rsplit("/", 1)[1]
    with closing(psycopg.connect(postgres.url("postgres").get_secret_value())) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


def test_on_sqlite_the_data_folder_is_enough(tmp_path: Path) -> None:
    prepare_database(tmp_path)
    with closing(open_station_database(tmp_path, None)) as database:
        hold = DatabaseHold(database, pytest.fail)
        hold.start()
        hold.stop()
