"""Backup under writes, restore, and every way an archive can be wrong; on both databases."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ground_station.core.errors import Conflict, IntegrityError, NotFound, Unavailable
from ground_station.core.ids import new_id
from ground_station.core.registry import SignIn
from ground_station.store import Database, SqlSignIns, SqlUsers, backup, prepare_database
from ground_station.store.archive import MANIFEST, unpack
from ground_station.store.backup import STAGED, back_up, restore
from ground_station.store.prepare import UNFINISHED
from tests.postgres import PostgresServer
from tests.store.conftest import Place
from tests.store.test_store import NOW, a_user

RELEASE = "Kestrel test"


def make_keys(folder: Path) -> None:
    (folder / "keys").mkdir(exist_ok=True)
    (folder / "keys" / "audit.pem").write_text("audit key")
    (folder / "station.key").write_text("k" * 64)
    (folder / "log").mkdir(exist_ok=True)
    (folder / "log" / "station.log").write_text("not in a backup")


def make_archive(place: Place, database: Database, target: Path) -> Path:
    """Of a station with one user, who is signed in."""
    make_keys(place.folder)
    users = SqlUsers(database)
    user = a_user(users)
    users.add(user)
    sign_in = SignIn("1" * 64, user.user_id, "secret", NOW, new_id(), NOW, NOW)
    SqlSignIns(database).add(sign_in)
    back_up(database, place.folder, target, release=RELEASE)
    return target


@pytest.fixture
def archive(place: Place, database: Database, tmp_path: Path) -> Path:
    return make_archive(place, database, tmp_path / "kestrel.backup")


def test_a_backup_is_private_and_names_what_is_in_it(archive: Path, tmp_path: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    into = tmp_path / "out"
    into.mkdir()
    manifest = unpack(archive, into, "backup")
    names = {member.name for member in manifest.files}
    assert names - {"kestrel.db", "kestrel.pgdump"} == {"station.key", "keys/audit.pem"}
    assert manifest.release == RELEASE
    assert (into / "keys" / "audit.pem").read_text() == "audit key"
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_a_restore_gives_everything_back_but_the_sign_ins(
    archive: Path, elsewhere: Place, database: Database
) -> None:
    done = restore(archive, elsewhere.folder, elsewhere.url)
    assert (done.aside, done.sign_ins_ended) == (None, 1)
    with closing(elsewhere.open()) as other:
        assert SqlUsers(other).by_username("operator") == SqlUsers(database).by_username("operator")
        assert SqlSignIns(other).by_hash("1" * 64) is None
    assert (elsewhere.folder / "keys" / "audit.pem").read_text() == "audit key"
    assert (elsewhere.folder / "station.key").stat().st_mode & 0o777 == 0o600
    assert not (elsewhere.folder / UNFINISHED).exists()


def test_the_settings_file_goes_with_it(
    place: Place, database: Database, elsewhere: Place, tmp_path: Path
) -> None:
    settings = tmp_path / "mine.toml"
    settings.write_text("[station]\nport = 9000\n")
    target = tmp_path / "b"
    back_up(database, place.folder, target, release=RELEASE, settings_file=settings)
    restore(target, elsewhere.folder, elsewhere.url)
    assert (elsewhere.folder / "settings.toml").read_text() == settings.read_text()


def test_nothing_is_overwritten_by_a_backup(
    place: Place, database: Database, tmp_path: Path
) -> None:
    target = tmp_path / "there"
    target.write_text("mine")
    with pytest.raises(Conflict, match="there already"):
        back_up(database, place.folder, target, release=RELEASE)
    assert target.read_text() == "mine"
    with pytest.raises(Unavailable, match="cannot be written"):
        back_up(database, place.folder, tmp_path / "absent" / "b", release=RELEASE)


def test_every_row_acknowledged_before_it_began_is_in_it(
    place: Place, database: Database, elsewhere: Place, tmp_path: Path
) -> None:
    """Writers go on the whole time."""
    users = SqlUsers(database)
    acknowledged: list[str] = []
    stop = threading.Event()

    def write(number: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            users.add(a_user(users, f"user-{number}-{turn}"))
            acknowledged.append(f"user-{number}-{turn}")

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    try:
        while len(acknowledged) < 30:
            pass
        before = list(acknowledged)
        back_up(database, place.folder, tmp_path / "b", release=RELEASE)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    restore(tmp_path / "b", elsewhere.folder, elsewhere.url)
    with closing(elsewhere.open()) as other:
        kept = SqlUsers(other)
        assert [name for name in before if kept.by_username(name) is None] == []


def test_a_key_that_changes_meanwhile_is_seen(
    place: Place, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keys(place.folder)
    name = "copy_sqlite" if place.url is None else "dump"
    real: Callable[..., None] = getattr(backup, name)
    turns: list[int] = []

    def rotate_meanwhile(*arguments: object) -> None:
        real(*arguments)
        turns.append(1)
        if len(turns) == 1:
            (place.folder / "keys" / "audit.pem").write_text("new key")

    monkeypatch.setattr(backup, name, rotate_meanwhile)
    back_up(database, place.folder, tmp_path / "b", release=RELEASE)
    assert len(turns) == 2
    (tmp_path / "out").mkdir()
    unpack(tmp_path / "b", tmp_path / "out", "backup")
    assert (tmp_path / "out" / "keys" / "audit.pem").read_text() == "new key"


# --- archives that are wrong ---------------------------------------------------------------------


def repacked(archive: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]) -> Path:
    with tarfile.open(archive) as packed:
        members = [(one, packed.extractfile(one).read()) for one in packed]  # type: ignore[union-attr]
    change(members)
    target = archive.with_name("changed")
    with tarfile.open(target, "w") as packed:
        for info, content in members:
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return target


def change_manifest(**values: object) -> Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        info, content = members[0]
        members[0] = (info, json.dumps(json.loads(content) | values).encode())

    return change


def flip_a_byte(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    info, content = members[1]
    members[1] = (info, content[:-1] + bytes([content[-1] ^ 1]))


def add_a_stranger(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members.append((tarfile.TarInfo("../../outside"), b"bad"))


def make_a_link(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    info = tarfile.TarInfo(members[-1][0].name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    members[-1] = (info, b"")


def forget_one(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members.pop()


def manifest_last(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members.append(members.pop(0))


def name_outside(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    info, content = members[0]
    found = json.loads(content)
    found["files"][-1]["name"] = "../station.key"
    members[0] = (info, json.dumps(found).encode())
    members[-1][0].name = "../station.key"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (flip_a_byte, "not as its manifest says"),
        (add_a_stranger, "not as its manifest says"),
        (make_a_link, "not as its manifest says"),
        (forget_one, "is missing in it"),
        (manifest_last, "does not begin with a manifest"),
        (name_outside, "names a file outside"),
        (change_manifest(revision="9999"), "newer release"),
        (change_manifest(form=2), "form 2"),
        (change_manifest(what="export"), "no backup"),
        (change_manifest(made_at="yesterday"), "manifest cannot be read"),
        (change_manifest(revision="0001"), "manifest names|"),
    ],
    ids=lambda one: getattr(one, "__name__", str(one)),
)
@pytest.mark.parametrize("kind", ["sqlite"])
def test_an_archive_that_is_wrong_changes_nothing(
    archive: Path,
    tmp_path: Path,
    kind: str,
    change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None],
    said: str,
) -> None:
    there = tmp_path / "there"
    prepare_database(there)
    make_keys(there)
    before = (there / "kestrel.db").read_bytes()
    with pytest.raises(IntegrityError, match=said):
        restore(repacked(archive, change), there, None)
    assert (there / "kestrel.db").read_bytes() == before
    assert not (there / UNFINISHED).exists()
    assert list(there.glob("before-restore-*")) == []
    assert not (tmp_path / "outside").exists()
    assert not (there / MANIFEST).exists()


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.99])
def test_a_half_written_archive_is_refused(
    archive: Path, tmp_path: Path, kind: str, share: float
) -> None:
    half = tmp_path / "half"
    content = archive.read_bytes().rstrip(b"\0")
    half.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(IntegrityError, match="not a whole archive"):
        restore(half, tmp_path / "new", None)
    assert not (tmp_path / "new" / "kestrel.db").exists()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_an_archive_that_is_not_there(tmp_path: Path, kind: str) -> None:
    with pytest.raises(NotFound, match="no file"):
        restore(tmp_path / "absent", tmp_path / "new", None)


# --- what was there before -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_former_data_is_kept_aside(archive: Path, tmp_path: Path, kind: str) -> None:
    there = Place(tmp_path / "there", None)
    there.prepare()
    make_keys(there.folder)
    (there.folder / "keys" / "audit.pem").write_text("former key")
    with closing(there.open()) as former:
        users = SqlUsers(former)
        users.add(a_user(users, "former"))
    done = restore(archive, there.folder, None)
    assert done.aside is not None
    assert done.aside.parent == there.folder
    assert (done.aside / "keys" / "audit.pem").read_text() == "former key"
    with closing(Place(done.aside, None).open()) as former:
        assert SqlUsers(former).by_username("former") is not None
    with closing(there.open()) as now:
        assert SqlUsers(now).by_username("former") is None
        assert SqlUsers(now).by_username("operator") is not None


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_move_that_fails_is_undone(
    archive: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Place(tmp_path / "there", None)
    there.prepare()
    make_keys(there.folder)
    before = (there.folder / "kestrel.db").read_bytes()
    real = Path.rename

    def fail_late(self: Path, target: Path) -> Path:
        if self.parent.name == STAGED and self.name == "station.key":
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fail_late)
    with pytest.raises(Unavailable, match="No space left"):
        restore(archive, there.folder, None)
    monkeypatch.undo()
    assert (there.folder / "kestrel.db").read_bytes() == before
    assert (there.folder / "keys" / "audit.pem").exists()
    assert restore(archive, there.folder, None).aside is not None


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_restore_killed_half_way_lets_no_station_start(
    archive: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Place(tmp_path / "there", None)
    there.prepare()

    def die(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backup, "_move_all", die)
    with pytest.raises(KeyboardInterrupt):
        restore(archive, there.folder, None)
    monkeypatch.undo()
    with pytest.raises(Unavailable, match="broken off"):
        there.prepare()
    restore(archive, there.folder, None)
    with closing(there.open()) as now:
        assert SqlUsers(now).count() == 1


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_database_with_something_in_it_is_never_overwritten(
    archive: Path, place: Place, database: Database, kind: str
) -> None:
    with pytest.raises(Conflict, match="not empty"):
        restore(archive, place.folder, place.url)
    assert SqlUsers(database).count() == 1


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_two_databases_are_not_mixed_up(
    archive: Path, tmp_path: Path, kind: str, postgres: PostgresServer
) -> None:
    with pytest.raises(Conflict, match="uses postgresql"):
        restore(archive, tmp_path / "new", postgres.make_database())


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_damaged_database_makes_no_backup(
    place: Place, database: Database, tmp_path: Path, kind: str
) -> None:
    database.close()
    file = place.folder / "kestrel.db"
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    for at in range(8192, len(content), 4096):
        content[at : at + 64] = os.urandom(64)
    file.write_bytes(content)
    with pytest.raises(IntegrityError, match="damaged"):
        back_up(database, place.folder, tmp_path / "b", release=RELEASE)
    assert not (tmp_path / "b").exists()
