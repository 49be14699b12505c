"""A restore that is broken off at each step, and what a second attempt finds: no station starts on
half of it, nothing is lost, and no ended sign-in is good again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL

from ground_station.core.audit import Act
from ground_station.core.clock import SystemClock
from ground_station.core.errors import (
    Conflict,
    IntegrityError,
    KestrelError,
    NotFound,
    Unavailable,
)
from ground_station.store import Database, SqlSignIns, SqlUsers, backup, open_audit
from ground_station.store.backup import STAGED, restore
from ground_station.store.postgresql import run_client
from ground_station.store.prepare import UNFINISHED
from tests.postgres import PostgresServer
from tests.store.conftest import Place
from tests.store.test_backup import make_archive
from tests.store.test_store import a_user


class PowerCut(BaseException):
    """Nothing of the program runs after it."""


@pytest.fixture
def archive(place: Place, database: Database, tmp_path: Path) -> Path:
    return make_archive(place, database, tmp_path / "kestrel.backup")


@pytest.fixture
def there(tmp_path: Path) -> Place:
    """A station on SQLite, with somebody in it whom the archive does not have."""
    found = Place(tmp_path / "there", None)
    found.prepare()
    with closing(found.open()) as former:
        users = SqlUsers(former)
        users.add(a_user(users, "former"))
    return found


def names(place: Place) -> list[str]:
    with closing(place.open()) as opened:
        users = SqlUsers(opened)
        return [one for one in ("former", "operator") if users.by_username(one) is not None]


def cut_while_moving(archive: Path, place: Place, after: int) -> None:
    """The power goes after so many moves."""
    real = Path.rename
    left = [after]

    def rename(self: Path, target: Path) -> Path:
        if place.folder in self.parents:
            left[0] -= 1
            if left[0] < 0:
                raise PowerCut
        return real(self, target)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "rename", rename)
        with pytest.raises(PowerCut):
            restore(archive, place.folder, place.url)


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_second_attempt_that_fails_leaves_the_guard(
    archive: Path, there: Place, kind: str, after: int
) -> None:
    cut_while_moving(archive, there, after)
    wrong = archive.with_name("wrong")
    wrong.write_bytes(archive.read_bytes()[:5000])
    attempts: list[tuple[Path, type[KestrelError]]] = [
        (archive.with_name("mistyped"), NotFound),
        (wrong, IntegrityError),
    ]
    for file, error in attempts:
        with pytest.raises(error):
            restore(file, there.folder, None)
        with pytest.raises(Unavailable, match="broken off"):
            there.prepare()
    restore(archive, there.folder, None)
    there.prepare()
    assert names(there) == ["operator"]
    kept = [one for one in there.folder.glob("before-restore-*/kestrel.db")]
    assert any(names(Place(one.parent, None)) == ["former"] for one in kept)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_second_attempt_whose_moves_are_undone_leaves_the_guard(
    archive: Path, there: Place, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_while_moving(archive, there, 1)
    real = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.parent.name == STAGED and self.name == "station.key":
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(Unavailable, match="No space left"):
        restore(archive, there.folder, None)
    monkeypatch.undo()
    with pytest.raises(Unavailable, match="broken off"):
        there.prepare()
    restore(archive, there.folder, None)
    assert names(there) == ["operator"]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_moves_that_cannot_be_undone_leave_the_guard(
    archive: Path, there: Place, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.rename
    moved: list[Path] = []

    def fail_after_one(self: Path, target: Path) -> Path:
        if moved:
            raise OSError(5, "Input/output error")
        moved.append(target)
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fail_after_one)
    with pytest.raises(Unavailable, match="Input/output"):
        restore(archive, there.folder, None)
    monkeypatch.undo()
    with pytest.raises(Unavailable, match="broken off"):
        there.prepare()
    assert names(Place(moved[0].parent, None)) == ["former"]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_takes_the_place_has_no_sign_in_and_is_written_down(
    archive: Path, there: Place, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However soon after the swap the power goes."""

    def cut(*_arguments: object) -> None:
        raise PowerCut

    monkeypatch.setattr(backup, "_unguard", cut)
    with pytest.raises(PowerCut):
        restore(archive, there.folder, None)
    monkeypatch.undo()
    check_restored(there, Act.RESTORED)
    assert (there.folder / UNFINISHED).exists()


def check_restored(place: Place, *acts: Act) -> None:
    with closing(place.open()) as now:
        assert SqlSignIns(now).by_hash("1" * 64) is None
        records = open_audit(now, place.folder, SystemClock()).read(limit=len(acts))
        assert [one.entry.act for one in records] == list(acts)
        assert records[-1].entry.details["sign_ins_ended"] == 1


def refuse(*_arguments: object) -> None:
    raise Unavailable("The audit log takes nothing.")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_restore_that_cannot_be_written_down_changes_nothing(
    archive: Path, there: Place, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {one.name for one in there.folder.iterdir()}
    monkeypatch.setattr(backup, "open_audit", refuse)
    with pytest.raises(Unavailable, match="takes nothing"):
        restore(archive, there.folder, None)
    assert {one.name for one in there.folder.iterdir()} == before
    there.prepare()
    assert names(there) == ["former"]


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("step", ["_bring_up", "open_audit", "_swap", "_move_all"])
def test_a_filled_database_is_finished_by_the_same_restore_only(
    archive: Path,
    elsewhere: Place,
    database: Database,
    place: Place,
    kind: str,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = archive.with_name("another")
    backup.back_up(database, place.folder, other, release="another")
    monkeypatch.setattr(backup, step, lambda *_one, **_two: refuse())
    with pytest.raises(Unavailable, match="takes nothing"):
        restore(archive, elsewhere.folder, elsewhere.url)
    monkeypatch.undo()
    with pytest.raises(Unavailable, match="broken off"):
        elsewhere.prepare()
    with pytest.raises(Conflict, match="not empty"):
        restore(other, elsewhere.folder, elsewhere.url)
    with pytest.raises(Conflict, match="not empty"):
        restore(archive, elsewhere.folder, place.url)
    with pytest.raises(Unavailable, match="broken off"):
        elsewhere.prepare()
    restore(archive, elsewhere.folder, elsewhere.url)
    elsewhere.prepare()
    written = step in ("_swap", "_move_all")  # before it failed; each attempt is
    check_restored(elsewhere, *[Act.RESTORED] * (2 if written else 1))


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_broken_off_restore_may_go_to_a_new_database(
    archive: Path,
    elsewhere: Place,
    kind: str,
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backup, "_bring_up", refuse)
    with pytest.raises(Unavailable):
        restore(archive, elsewhere.folder, elsewhere.url)
    monkeypatch.undo()
    fresh = Place(elsewhere.folder, postgres.make_database())
    restore(archive, fresh.folder, fresh.url)
    fresh.prepare()
    check_restored(fresh, Act.RESTORED)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_database_that_could_not_be_filled_is_as_before(
    archive: Path, elsewhere: Place, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_a_wrong_option(url: URL, program: str, arguments: list[str]) -> None:
        run_client(url, program, ["--jobs=2", *arguments])

    monkeypatch.setattr(backup, "run_client", with_a_wrong_option)
    with pytest.raises(Unavailable, match="pg_restore failed"):
        restore(archive, elsewhere.folder, elsewhere.url)
    monkeypatch.undo()
    assert not (elsewhere.folder / UNFINISHED).exists()
    restore(archive, elsewhere.folder, elsewhere.url)
    check_restored(elsewhere, Act.RESTORED)
