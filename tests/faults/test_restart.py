"""`kill -9` of the station under its supervisor: back by itself, with all it acknowledged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ground_station.cli.bench_restart import measure_restart
from ground_station.core.processes import board_file, read_board
from tests.faults.station import Person, StationProcess, prepare
from tests.stack import started, wait_for

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]


def test_it_comes_back_with_everything_and_the_page_can_say_so(tmp_path: Path) -> None:
    prepare(tmp_path / "data")
    (tmp_path / "data" / "first-sign-in.txt").write_text("user name: super\n")
    with started(tmp_path, "--no-demo-camera") as stack:
        station = StationProcess(stack.data_folder, stack.port)
        with station.person() as person:
            restart = measure_restart(
                supervisor_pid=stack.process.pid,
                host="127.0.0.1",
                port=stack.port,
                acknowledge=lambda: add_sources(person),
                present=lambda: sources_in(stack.data_folder),
            )
            assert restart.missing == ()
            # The 8 s are for `bench station` to judge, on a machine that does nothing else.
            print(json.dumps({"restart_s": round(restart.away_s, 2)}))
            board = wait_for(lambda: read_board(board_file(stack.data_folder)), "no board")
            [process] = [one for one in board.processes if one.name == "station"]
            assert process.restarts == 1
            assert process.last_error == "It was killed by signal 9."
            [seen] = [one for one in person.system()["processes"] if one["name"] == "station"]
            assert seen["state"] == "running"
            assert seen["restarts"] == 1
            assert seen["pid"] != os.getpid()
        station.said.close()


def add_sources(person: Person) -> list[str]:
    answers = [person.add_source(f"Camera {number}") for number in range(20)]
    return [answer.json()["source_id"] for answer in answers if answer.status_code == 201]


def sources_in(folder: Path) -> list[str]:
    from ground_station.store import SqlSources, database_file, open_database

    database = open_database(database_file(folder))
    try:
        return [source.source_id for source in SqlSources(database).all()]
    finally:
        database.close()
