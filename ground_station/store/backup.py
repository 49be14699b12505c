"""A backup of a running station, and putting one back.

In it are the database and what the station cannot be without: its keys and certificates, so the
archive is as secret as the station. A restore moves what was there into a folder beside it and
never deletes any of it.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import delete, inspect

from ground_station.core.errors import Conflict, IntegrityError, Unavailable
from ground_station.store.archive import (
    FORM,
    Manifest,
    member_of,
    sync_folder,
    unpack,
    working_folder,
    write_archive,
)
from ground_station.store.engine import (
    DATABASE_NAME,
    Database,
    database_file,
    open_station_database,
)
from ground_station.store.failures import from_sqlite
from ground_station.store.orm import SignInRow
from ground_station.store.postgresql import dump, parse_url, run_client
from ground_station.store.prepare import (
    UNFINISHED,
    copy_sqlite,
    make_data_folder,
    migrations,
    prepare_database,
    revision_of,
)

DUMP_NAME = "kestrel.pgdump"
SETTINGS_NAME = "settings.toml"
# What a station needs beside its database; files and whole folders of the data folder.
KEPT = ("station.key", "first-sign-in.txt", "keys", "certs", "agents")
_DATABASE_FILES = (DATABASE_NAME, f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm")
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. `aside`: where the former files are; None if there were none."""

    manifest: Manifest
    aside: Path | None
    sign_ins_ended: int


# --- backup --------------------------------------------------------------------------------------


def back_up(
    database: Database,
    data_folder: Path,
    target: Path,
    *,
    release: str,
    settings_file: Path | None = None,
) -> Manifest:
    """Write an archive of the station as it is now, while it goes on: every row committed before
    the call is in it.

    Args:
        target: a new file; it appears when it is whole.
        settings_file: kept too, as `settings.toml`.

    Raises:
        Conflict: the target is there already.
        Unavailable: no space, no right to write, no pg_dump, or the database does not answer.
        IntegrityError: the database is damaged; no archive is made.
    """
    with working_folder(target) as folder:
        name = _copy_station(database, data_folder, folder)
        names = [name, *sorted(_files(folder, skip=name))]
        if settings_file is not None:
            shutil.copyfile(settings_file, folder / SETTINGS_NAME)
            names.append(SETTINGS_NAME)
        manifest = Manifest(
            form=FORM,
            what="backup",
            release=release,
            revision=_revision_of_copy(database, folder / name),
            made_at=datetime.now(UTC),
            database="sqlite" if database.url is None else "postgresql",
            organisation_id="",
            files=[member_of(folder, one) for one in names],
        )
        write_archive(folder, manifest, target)
    return manifest


def _copy_station(database: Database, data_folder: Path, folder: Path) -> str:
    """Files and database that belong together: a key that is changed meanwhile is seen."""
    name = DATABASE_NAME if database.url is None else DUMP_NAME
    for _try in range(_TRIES):
        before = _kept(data_folder)
        (folder / name).unlink(missing_ok=True)
        if database.url is None:
            copy_sqlite(database_file(data_folder), folder / name)
        else:
            dump(database.url, folder / name)
        if _kept(data_folder) == before:
            for kept, content in before.items():
                (folder / kept).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                (folder / kept).write_bytes(content)
            if database.url is None:
                check_sqlite(folder / name)
            return name
    raise Unavailable("The station's keys change all the time.", "Try again in a moment.")


def _kept(data_folder: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name in KEPT:
        path = data_folder / name
        if path.is_file():
            found[name] = path.read_bytes()
        elif path.is_dir():
            for inner in _files(path):
                found[f"{name}/{inner}"] = (path / inner).read_bytes()
    return found


def _files(folder: Path, skip: str = "") -> Iterator[str]:
    """Plain files under it, by their path in it; no links."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.is_symlink() and name != skip:
            yield name


def check_sqlite(file: Path) -> None:
    """Let SQLite look through a copy, and leave it one file without a log beside it.

    Raises:
        IntegrityError: it is damaged.
    """
    try:
        with contextlib.closing(sqlite3.connect(file)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")
            said = [row[0] for row in copy.execute("PRAGMA integrity_check(1)")]
            loose = copy.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise from_sqlite(error) from error
    if said != ["ok"] or loose is not None:
        problem = said[0] if said != ["ok"] else f"a row of {loose[0]} points to nothing"
        raise IntegrityError(
            f"The copy of the database is damaged: {problem}.",
            "Restore the last good backup: python3 run.py restore FILE.",
        )


def _revision_of_copy(database: Database, copy: Path) -> str:
    found = _revision_of_file(copy) if database.url is None else revision_of(database)
    if found is None:
        raise IntegrityError(f"{database} is not one of Kestrel.")
    return found


def _revision_of_file(file: Path) -> str | None:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
            row = opened.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise from_sqlite(error) from error
    return None if row is None else str(row[0])


# --- restore -------------------------------------------------------------------------------------


def restore(archive: Path, data_folder: Path, url: SecretStr | None) -> Restored:
    """Put a backup in the place of what is in the data folder, and bring it up to this release.
    Every sign-in ends, since some may have been ended after the backup was made.

    The caller holds the data folder, so that no station runs on it.

    Args:
        url: as in the settings; a backup of PostgreSQL needs an empty database there.

    Raises:
        NotFound, IntegrityError: see `unpack`; or a newer release made it.
        Conflict: it is of the other kind of database, or the PostgreSQL database is not empty.
        Unavailable: the disk is full or cannot be written. In every case the former data stays
            where it is.
    """
    make_data_folder(data_folder)
    staged = data_folder / UNFINISHED
    shutil.rmtree(staged, ignore_errors=True)  # copies out of an archive, of a restore broken off
    try:
        staged.mkdir(mode=0o700)
        manifest = unpack(archive, staged, "backup")
        _check(archive, manifest, staged, url)
        if url is not None:
            _fill_postgres(url, staged / DUMP_NAME)
        aside = _swap(data_folder, staged)
    except OSError as error:
        raise Unavailable(
            f"The backup cannot be put into {data_folder}: {error.strerror}.",
            "Free space on the disk, or make the folder writable; then restore again.",
        ) from error
    except BaseException:
        if not (staged / _MOVED).exists():
            shutil.rmtree(staged, ignore_errors=True)
        raise
    prepare_database(data_folder, url)
    database = open_station_database(data_folder, url)
    try:
        ended = _end_sign_ins(database)
    finally:
        database.close()
    return Restored(manifest, aside, ended)


_MOVED = ".moved"  # in the staging folder: the former files have begun to move


def _check(archive: Path, manifest: Manifest, staged: Path, url: SecretStr | None) -> None:
    kind = "sqlite" if url is None else "postgresql"
    if manifest.database != kind:
        raise Conflict(
            f"{archive} is a backup of {manifest.database}, and this station uses {kind}.",
            "Set store.url to a PostgreSQL database for it, or leave it out for SQLite.",
        )
    _config, script = migrations()
    if manifest.revision not in {one.revision for one in script.walk_revisions()}:
        raise IntegrityError(
            f"{archive} was made by a newer release of Kestrel ({manifest.release}, revision "
            f"{manifest.revision}).",
            "Restore it with that release.",
        )
    name = DATABASE_NAME if url is None else DUMP_NAME
    if name not in {member.name for member in manifest.files}:
        raise IntegrityError(f"{archive} has no database in it.", "Use another backup.")
    if url is None:
        check_sqlite(staged / name)
        if _revision_of_file(staged / name) != manifest.revision:
            raise IntegrityError(f"The database in {archive} is not the one its manifest names.")


def _fill_postgres(url: SecretStr, dumped: Path) -> None:
    """Only into an empty database: what is in another is never touched."""
    database = open_station_database(dumped.parent, url)
    try:
        with database.read() as session:
            names = inspect(session.connection()).get_table_names()
    finally:
        database.close()
    if names:
        raise Conflict(
            f"{database} is not empty, and a restore overwrites nothing.",
            "Make a new database (createdb) and name it in store.url.",
        )
    run_client(
        parse_url(url),
        "pg_restore",
        ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dumped)],
    )


def _swap(data_folder: Path, staged: Path) -> Path | None:
    """Former files aside, staged ones into their place; undone where a move fails. While it is
    going on the staging folder stands there, and no station starts on half of it."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    aside = data_folder / f"before-restore-{stamp}"
    former = [name for name in (*_DATABASE_FILES, *KEPT) if (data_folder / name).exists()]
    staged_names = [one.name for one in staged.iterdir() if one.name != DUMP_NAME]
    (staged / _MOVED).touch(0o600)
    sync_folder(staged)
    if former:
        aside.mkdir(mode=0o700)
    moves = [(data_folder / name, aside / name) for name in former]
    moves += [(staged / name, data_folder / name) for name in staged_names]
    if (data_folder / SETTINGS_NAME).exists() and SETTINGS_NAME in staged_names:
        aside.mkdir(mode=0o700, exist_ok=True)
        moves.insert(0, (data_folder / SETTINGS_NAME, aside / SETTINGS_NAME))
    _move_all(moves, staged)
    for folder in (data_folder, *([aside] if aside.exists() else [])):
        sync_folder(folder)
    shutil.rmtree(staged)
    sync_folder(data_folder)
    return aside if aside.exists() else None


def _move_all(moves: Sequence[tuple[Path, Path]], staged: Path) -> None:
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            source.rename(target)
            done.append((source, target))
    except OSError:
        for source, target in reversed(done):
            target.rename(source)
        (staged / _MOVED).unlink(missing_ok=True)
        raise


def _end_sign_ins(database: Database) -> int:
    with database.write() as session:
        ended = session.execute(delete(SignInRow).returning(SignInRow.session_hash)).all()
    return len(ended)
