"""Disks and files that fail under the SQLite store: said clearly, and what was acknowledged is
still there. The whole product under faults: tests/faults."""

from __future__ import annotations

import errno
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ground_station.core.errors import IntegrityError, KestrelError, Unavailable
from ground_station.store import (
    Database,
    SqlUsers,
    database_file,
    open_database,
    prepare_database,
)
from ground_station.store.backup import back_up
from tests.store.conftest import Place
from tests.store.test_store import a_user

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def kind() -> str:
    return "sqlite"


def _run(argv: list[str]) -> int:
    return subprocess.run(argv, capture_output=True, check=False).returncode


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB; only root can make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or _run(mount) != 0:
        pytest.skip("a small disk needs root and the right to mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """This process can write no file beyond that many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, former)


def fill(database: Database) -> tuple[list[str], KestrelError]:
    """Add people until it fails; who was acknowledged, and the error."""
    users = SqlUsers(database)
    acknowledged: list[str] = []
    while True:
        name = f"user-{len(acknowledged)}"
        try:
            users.add(a_user(users, name))
        except KestrelError as error:
            return acknowledged, error
        acknowledged.append(name)
        assert len(acknowledged) < 50_000, "the disk never filled up"


def lost(database: Database, names: list[str]) -> list[str]:
    users = SqlUsers(database)
    return [name for name in names if users.by_username(name) is None]


def test_a_full_disk_refuses_new_work_and_keeps_the_old(small_disk: Path) -> None:
    folder = small_disk / "var"
    prepare_database(folder)
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\0" * 1_000_000)
    with closing(open_database(database_file(folder))) as database:
        acknowledged, error = fill(database)
        assert isinstance(error, Unavailable)
        assert "full" in error.message
        assert "Free space" in error.remedy
        assert acknowledged
        assert lost(database, acknowledged) == []  # still readable
        ballast.unlink()
        users = SqlUsers(database)
        users.add(a_user(users, "after"))  # and writable, once there is space
    with closing(open_database(database_file(folder))) as database:
        assert lost(database, [*acknowledged, "after"]) == []


def test_a_file_that_cannot_grow(place: Place) -> None:
    with closing(place.open()) as database:
        users = SqlUsers(database)
        users.add(a_user(users, "before"))
        size = max(one.stat().st_size for one in place.folder.glob("kestrel.db*"))
        with files_no_longer_than(size + 100_000):
            acknowledged, error = fill(database)
        assert isinstance(error, Unavailable)
        assert error.remedy
        assert lost(database, ["before", *acknowledged]) == []
        users.add(a_user(users, "after"))


def test_a_backup_onto_a_full_disk_leaves_nothing(
    place: Place, database: Database, small_disk: Path
) -> None:
    (small_disk / "ballast").write_bytes(b"\0" * 2_900_000)
    with pytest.raises(Unavailable):
        back_up(database, place.folder, small_disk / "b", release="test")
    assert [one.name for one in small_disk.iterdir()] == ["ballast"]


def test_no_database_is_made_on_a_full_disk(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space"):
        ballast.write_bytes(b"\0" * 4_000_000)
    with pytest.raises(Unavailable) as caught:
        prepare_database(small_disk / "var")
    assert caught.value.remedy
    ballast.unlink()
    prepare_database(small_disk / "var")  # what was begun is no hindrance


def test_a_disk_that_becomes_read_only(small_disk: Path) -> None:
    folder = small_disk / "var"
    prepare_database(folder)
    with closing(open_database(database_file(folder))) as database:
        users = SqlUsers(database)
        users.add(a_user(users, "before"))
        remount = ["mount", "-o", "remount,{}", str(small_disk)]
        database.engine.dispose()  # or the disk is busy
        subprocess.run([word.format("ro") for word in remount], check=True)
        with pytest.raises(Unavailable) as caught:
            users.add(a_user(users, "refused"))
        assert caught.value.remedy
        with pytest.raises(Unavailable, match="cannot be used"):
            prepare_database(folder)
        database.engine.dispose()
        subprocess.run([word.format("rw") for word in remount], check=True)
        users.add(a_user(users, "after"))
        assert lost(database, ["before", "after"]) == []


def test_files_without_the_right_to_write(place: Place) -> None:
    assert as_somebody_else(place.folder).startswith("Unavailable The data folder")
    place.prepare()


def as_somebody_else(folder: Path) -> str:
    """What `prepare_database` says to a user who may read the folder and not write it."""
    for one in (folder, *folder.iterdir()):
        one.chmod(0o555)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            prepare_database(folder)
        except (KestrelError, OSError) as error:
            os.write(writing, f"{type(error).__name__} {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, encoding="utf-8") as said:
        found = said.read()
    for one in (folder, *folder.iterdir()):
        one.chmod(0o700)
    return found


def damage(file: Path, first: int) -> None:
    """Every page from that byte on, as a disk that lost its mind leaves it."""
    content = bytearray(file.read_bytes())
    for at in range(first, len(content), 4096):
        content[at : at + 200] = os.urandom(min(200, len(content) - at))
    file.write_bytes(content)


def settle(folder: Path) -> Path:
    """All in one file, as after a clean end."""
    file = database_file(folder)
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def test_damaged_pages_are_named_with_the_remedy(place: Place) -> None:
    damage(settle(place.folder), 4096)
    with (
        closing(place.open()) as database,
        pytest.raises(IntegrityError, match="damaged") as caught,
    ):
        SqlUsers(database).count()
    assert "restore" in caught.value.remedy


def look_at_everything(place: Place) -> None:
    place.prepare()
    with closing(place.open()) as database:
        SqlUsers(database).count()


def test_half_a_database_is_refused_and_left_alone(place: Place) -> None:
    file = settle(place.folder)
    half = file.read_bytes()[: file.stat().st_size // 2 + 100]
    file.write_bytes(half)
    with pytest.raises(IntegrityError, match="damaged"):
        look_at_everything(place)
    assert file.read_bytes()[4096:] == half[4096:]


def test_a_half_written_log_costs_only_what_was_not_acknowledged(
    place: Place, tmp_path: Path
) -> None:
    """As a crash leaves it: the last transaction torn off in the middle."""
    copy = tmp_path / "copy"
    copy.mkdir(mode=0o700)
    with closing(place.open()) as database:
        users = SqlUsers(database)
        for number in range(20):
            users.add(a_user(users, f"user-{number}"))
        for one in place.folder.glob("kestrel.db*"):
            (copy / one.name).write_bytes(one.read_bytes())
    log = copy / "kestrel.db-wal"
    assert log.stat().st_size > 0
    with log.open("ab") as opened:
        opened.write(os.urandom(5000))
    (copy / "kestrel.db-shm").unlink()
    prepare_database(copy)
    with closing(open_database(database_file(copy))) as database:
        assert lost(database, [f"user-{number}" for number in range(20)]) == []


def test_what_was_acknowledged_outlives_a_killed_process(place: Place) -> None:
    """`synchronous = FULL` is what a power cut asks for; a kill can at least be tried."""
    program = (
        "import sys; from pathlib import Path\n"
        "from ground_station.store import SqlUsers, database_file, open_database\n"
        "from tests.store.test_store import a_user\n"
        "users = SqlUsers(open_database(database_file(Path(sys.argv[1]))))\n"
        "number = 0\n"
        "while True:\n"
        "    users.add(a_user(users, f'user-{number}'))\n"
        "    print(f'user-{number}', flush=True)\n"
        "    number += 1\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(place.folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline().strip() for _turn in range(200)]
        writer.kill()
        acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
    with closing(place.open()) as database:
        assert lost(database, acknowledged) == []


def test_every_connection_waits_for_the_disk(database: Database) -> None:
    with database.read() as session:
        assert session.connection().exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert session.connection().exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "No space left"), (errno.EROFS, "Read-only file system")]
)
def test_a_folder_that_takes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    """Where a small disk cannot be mounted, this much is tried all the same."""

    def fail(*_args: object, **_more: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(Unavailable, match=said):
        prepare_database(tmp_path / "var")
