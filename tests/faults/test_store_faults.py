"""A disk that is full or read-only, a damaged database, missing keys, a second station."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from ground_station.core.factors import Authenticator
from ground_station.store import SqlFactors, SqlUsers, database_file, open_database
from tests.faults.station import NAME, StationProcess, prepare, running
from tests.stack import wait_for

pytestmark = [pytest.mark.system, pytest.mark.timeout(90)]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared") / "data"
    prepare(folder)
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "data"))


@pytest.fixture
def small_disk(prepared: Path, tmp_path: Path) -> Iterator[Path]:
    """A data folder on a file system of 12 MB; root only."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    options = ["-t", "tmpfs", "-o", "size=12m", "tmpfs", str(mounted)]
    done = subprocess.run(["mount", *options], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("only root can mount a small disk")
    try:
        yield Path(shutil.copytree(prepared, mounted / "data"))
    finally:
        subprocess.run(["umount", "--lazy", str(mounted)], check=True)


def refused_to_start(folder: Path) -> str:
    station = StationProcess(folder)
    station.start()
    try:
        return station.refusal()
    finally:
        station.kill()
        station.said.close()


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    descriptor = os.open(filler, os.O_CREAT | os.O_WRONLY)
    with contextlib.suppress(OSError):
        while True:
            os.write(descriptor, b"\0" * 4096)
    os.close(descriptor)
    return filler


def test_a_full_disk_refuses_what_is_new_keeps_what_was_and_recovers(small_disk: Path) -> None:
    with running(small_disk) as station, station.person() as person:
        assert person.add_source("Before").status_code == 201
        filler = fill(small_disk.parent)
        wait_for(lambda: person.part("disk")["status"] == "failed", "nobody was told")
        part = person.part("disk")
        assert "No space left on device" in part["problem"]
        assert part["remedy"]
        answers = [person.add_source(f"Full {number}") for number in range(40)]
        refused = [answer for answer in answers if answer.status_code != 201]
        assert refused, "it took everything, on a disk that takes nothing"
        assert {answer.status_code for answer in refused} == {503}
        assert refused[0].json()["remedy"]
        kept = [answer.json()["source_id"] for answer in answers if answer.status_code == 201]
        filler.unlink()
        wait_for(lambda: person.part("disk")["status"] != "failed", "it stayed failed")
        assert person.add_source("After").status_code == 201
        station.kill()
        station.start()
        station.wait()
        with station.person() as again:
            for source_id in kept:
                token = again.http.delete(
                    f"/api/sources/{source_id}", headers={"X-CSRF-Token": again.csrf}
                )
                assert token.status_code == 204, "acknowledged, and then gone"


@contextlib.contextmanager
def nothing_written(station: StationProcess) -> Iterator[None]:
    """Its processes can write to no file: what is open fails as on a disk that turned read-only."""
    assert station.process is not None
    main = psutil.Process(station.process.pid)
    pids = [main.pid, *(child.pid for child in main.children(recursive=True))]
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


def test_a_disk_that_stops_taking_writes_while_it_runs(folder: Path) -> None:
    with running(folder) as station, station.person() as person:
        before = person.add_source("Before").json()["source_id"]
        with nothing_written(station):
            wait_for(lambda: person.part("disk")["status"] == "failed", "nobody was told")
            assert "Nothing can be written" in person.part("disk")["problem"]
            assert person.system()["status"] == "degraded"
            for number in range(5):
                refused = person.add_source(f"Refused {number}")
                assert refused.status_code == 503, refused.text
                assert refused.json()["detail"]
                assert refused.json()["remedy"]
        wait_for(lambda: person.part("disk")["status"] != "failed", "it stayed failed")
        assert person.add_source("After").status_code == 201
        gone = person.http.delete(f"/api/sources/{before}", headers={"X-CSRF-Token": person.csrf})
        assert gone.status_code == 204


def test_a_missing_audit_key_is_said_and_people_go_on_working(folder: Path) -> None:
    key = folder / "keys" / "audit.pem"
    key.unlink()
    with running(folder) as station, station.person() as person:
        part = person.part("audit")
        assert part["status"] == "degraded"
        assert "audit.pem is missing" in part["problem"]
        assert "rotate-key --lost" in part["remedy"]
        assert not key.exists(), "a new one in its place would hide that it is gone"
        assert person.add_source("Recorded all the same").status_code == 201


def test_a_missing_station_key_with_second_factors_stops_the_start(folder: Path) -> None:
    with contextlib.closing(open_database(database_file(folder))) as database:
        super_ = SqlUsers(database).by_username(NAME)
        assert super_ is not None
        SqlFactors(database).put_authenticator(
            Authenticator(super_.user_id, "sealed", 0, datetime.now(UTC), None)
        )
    (folder / "station.key").unlink()
    said = refused_to_start(folder)
    assert "station.key is missing" in said
    assert "backup" in said
    assert "Traceback" not in said
    assert not (folder / "station.key").exists()


def test_a_read_only_data_folder_is_named_at_the_start(small_disk: Path) -> None:
    mounted = small_disk.parent
    with running(small_disk) as station, station.person() as person:
        assert person.part("disk")["status"] != "failed"
        station.kill()
    remount = ["mount", "-o", "remount,ro", str(mounted)]
    wait_for(  # its last process may be ending still, with files open for writing
        lambda: subprocess.run(remount, capture_output=True, check=False).returncode == 0,
        "it could not be made read-only",
    )
    said = refused_to_start(small_disk)
    assert "cannot be written: Read-only file system." in said or "cannot be used" in said
    assert "Traceback" not in said


def test_a_truncated_database_is_named_and_left_alone(folder: Path) -> None:
    file = database_file(folder)
    for name in ("-wal", "-shm"):
        Path(f"{file}{name}").unlink(missing_ok=True)
    os.truncate(file, file.stat().st_size // 2)
    before = file.read_bytes()
    said = refused_to_start(folder)
    assert "damaged" in said
    assert "backup" in said
    assert "Traceback" not in said
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_named_and_left_alone(folder: Path) -> None:
    file = database_file(folder)
    for name in ("-wal", "-shm"):
        Path(f"{file}{name}").unlink(missing_ok=True)
    file.write_bytes(b"this is no database " * 500)
    said = refused_to_start(folder)
    assert "damaged" in said
    assert "Traceback" not in said
    assert file.read_bytes().startswith(b"this is no database")


def test_garbage_in_the_write_ahead_log_loses_nothing_that_was_checkpointed(folder: Path) -> None:
    Path(f"{database_file(folder)}-wal").write_bytes(os.urandom(100_000))
    with running(folder) as station, station.person() as person:
        assert person.part("database")["status"] == "ok"


def test_a_damaged_station_key_is_named(folder: Path) -> None:
    key = folder / "station.key"
    key.write_text("short")
    said = refused_to_start(folder)
    assert "station.key is damaged" in said
    assert "Traceback" not in said


def test_two_stations_on_one_data_folder(folder: Path) -> None:
    with running(folder) as station:
        said = refused_to_start(folder)
        assert station.process is not None
        assert f"the process {station.process.pid} holds it" in said
        assert "Traceback" not in said
        assert station.answers()


def test_killed_and_started_again_it_has_all_it_acknowledged(folder: Path) -> None:
    with running(folder) as station:
        for _ in range(3):
            with station.person() as person:
                answers = [person.add_source(f"Camera {number}") for number in range(10)]
                assert station.process is not None
                os.killpg(station.process.pid, signal.SIGKILL)
                station.kill()
                station.start()
                station.wait()
                for answer in answers:
                    path = f"/api/sources/{answer.json()['source_id']}"
                    gone = person.http.delete(path, headers={"X-CSRF-Token": person.csrf})
                    assert gone.status_code == 204
