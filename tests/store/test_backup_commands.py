"""`run.py backup`, `restore`, `export` as they are typed, on both databases; and beside a writer
in another process, as a station is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from werkzeug.test import Client

from ground_station.app import (
    build_station,
    ensure_first_users,
    opened_accounts,
    opened_audit,
    prepare_store,
    verify_audit,
)
from ground_station.cli.main import main
from ground_station.core.audit import Act
from ground_station.core.clock import SystemClock
from ground_station.core.errors import Conflict
from ground_station.core.settings import (
    AgentSettings,
    Settings,
    StationSettings,
    StoreSettings,
)
from ground_station.services.passwords import Passwords
from ground_station.store import Database, SqlUsers, open_audit
from ground_station.store.archive import unpack
from ground_station.store.station_lock import hold_data_folder, without_commands
from tests.postgres import PostgresServer
from tests.store.conftest import Place
from tests.store.test_store import a_user

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "KESTREL_STORE__URL"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run a command at a place."""

    def run_at(place: Place, *words: str | Path) -> int:
        if place.url is None:
            monkeypatch.delenv(VARIABLE, raising=False)
        else:
            monkeypatch.setenv(VARIABLE, place.url.get_secret_value())
        return main([*map(str, words), "--data-folder", str(place.folder)])

    return run_at


@pytest.fixture
def empty(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    if kind == "sqlite":
        return Place(tmp_path / "empty", None)
    server: PostgresServer = request.getfixturevalue("postgres")
    return Place(tmp_path / "empty", server.make_database())


def acts(place: Place) -> list[Act]:
    with closing(place.open()) as database:
        records = open_audit(database, place.folder, SystemClock()).read()
        return [record.entry.act for record in records]


def test_there_and_back(
    place: Place,
    database: Database,
    empty: Place,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    users = SqlUsers(database)
    users.add(a_user(users))
    target = tmp_path / "station.kestrel"
    assert run(place, "backup", target) == 0
    assert "keep it where only you can read it" in capsys.readouterr().out
    assert acts(place)[0] is Act.BACKED_UP
    assert run(empty, "restore", target) == 0
    assert "Everybody must sign in again" in capsys.readouterr().out
    assert acts(empty)[:2] == [Act.RESTORED, Act.BACKED_UP]
    with closing(empty.open()) as other:
        assert SqlUsers(other).by_username("operator") is not None


def test_a_station_runs_on_what_was_restored(
    place: Place, empty: Place, run: Callable[..., int], tmp_path: Path
) -> None:
    """A running one is backed up; another starts on the copy, knows its people, and goes on with
    the same chain, signed with the same key."""
    page = tmp_path / "page"
    page.mkdir()
    passwords = {one.username: one.password for one in ensure_first_users(settings_at(place))}
    station = build_station(settings_at(place), web_dist=page)
    station.start()
    try:
        assert run(place, "backup", tmp_path / "b") == 0
    finally:
        station.stop()
    assert run(empty, "restore", tmp_path / "b") == 0
    restored = build_station(settings_at(empty), web_dist=page)
    restored.start()
    try:
        with opened_audit(settings_at(empty)) as audit:
            audit.sign()
            assert audit.state().problem == ""
        answer = Client(restored.wsgi).get("/health", base_url="http://127.0.0.1:8080")
        assert answer.status_code == 200, answer.text
    finally:
        restored.stop()
    assert verify_audit(settings_at(empty)).signed_up_to > 0
    with closing(empty.open()) as database:
        operator = SqlUsers(database).by_username("operator")
    assert operator is not None
    assert Passwords().verify(operator.password_hash, passwords["operator"])


def settings_at(place: Place) -> Settings:
    return Settings(
        data_folder=place.folder,
        store=StoreSettings(url=place.url),
        station=StationSettings(https=False),
        agents=AgentSettings(demo_camera=False),
    )


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_running_station_is_not_restored_over(
    place: Place,
    kind: str,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "b"
    assert run(place, "backup", target) == 0
    before = (place.folder / "kestrel.db").read_bytes()
    with hold_data_folder(place.folder):
        assert run(place, "restore", target) == 2
    assert "already runs" in capsys.readouterr().err
    assert (place.folder / "kestrel.db").read_bytes() == before
    assert run(place, "restore", target) == 0


@pytest.mark.parametrize("kind", ["sqlite"])
def test_no_command_writes_into_what_a_restore_is_moving_away(
    place: Place,
    kind: str,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "b"
    assert run(place, "backup", target) == 0
    with opened_accounts(place.folder), pytest.raises(Conflict), without_commands(place.folder):
        pass
    with opened_accounts(place.folder):
        assert run(place, "restore", target) == 2
    assert "Another command is using" in capsys.readouterr().err
    with without_commands(place.folder):
        for words in (("backup", tmp_path / "c"), ("export", "Any", tmp_path / "d")):
            assert run(place, *words) == 2
            assert "being restored" in capsys.readouterr().err
        with pytest.raises(Conflict), opened_accounts(place.folder):
            pass
        with pytest.raises(Conflict):
            prepare_store(place.folder)
    assert run(place, "restore", target) == 0


def test_an_export_is_written_down(
    place: Place,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = "Hammersmith & Fulham (demonstration)"
    assert run(place, "export", name, tmp_path / "x") == 0
    assert acts(place)[0] is Act.EXPORTED
    out = tmp_path / "out"
    out.mkdir()
    manifest = unpack(tmp_path / "x", out, "export")
    assert {one.name: one.rows for one in manifest.files}["organisations.jsonl"] == 1
    assert '"exported"' in (out / "audit_records.jsonl").read_text()
    assert run(place, "export", "Absent", tmp_path / "y") == 2
    assert "There is no organisation Absent" in capsys.readouterr().err


@pytest.mark.system
@pytest.mark.parametrize("kind", ["sqlite"])
def test_beside_a_process_that_writes_all_the_time(
    place: Place, empty: Place, kind: str, run: Callable[..., int], tmp_path: Path
) -> None:
    """Whatever that process was told is done, before the backup began, is restored."""
    program = (
        "import sys; from pathlib import Path\n"
        "from ground_station.store import SqlUsers, database_file, open_database\n"
        "from tests.store.test_store import a_user\n"
        "users = SqlUsers(open_database(database_file(Path(sys.argv[1]))))\n"
        "for number in range(1_000_000):\n"
        "    users.add(a_user(users, f'user-{number}'))\n"
        "    print(number, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(place.folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        for turn in range(3):
            for _line in range(50):
                acknowledged = int(writer.stdout.readline())
            assert run(place, "backup", tmp_path / f"b{turn}") == 0
            assert writer.poll() is None
            assert run(empty, "restore", tmp_path / f"b{turn}") == 0
            with closing(empty.open()) as restored:
                users = SqlUsers(restored)
                names = [f"user-{number}" for number in range(acknowledged + 1)]
                assert [name for name in names if users.by_username(name) is None] == []
        writer.kill()
    assert len(list(empty.folder.glob("before-restore-*"))) == 2
