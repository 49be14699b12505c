"""A backup of a running station, and putting one back.

In it are the database and what the station cannot be without: its keys and certificates, so the
archive is as secret as the station. A restore moves what was there into a folder beside it and
never deletes any of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
from pydantic import SecretStr
from sqlalchemy import delete, inspect

from ground_station.core.audit import Act, Actor, AuditEntry, Detail
from ground_station.core.clock import SystemClock
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
from ground_station.store.open_audit import open_audit
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
    """Put a backup in the place of what is in the data folder, brought up to this release. Every
    sign-in ends, since some may have been ended after the backup was made, and the audit log says
    so: both in one transaction, before anything takes its place.

    The caller holds the data folder, so that no station runs on it. From the first step that
    cannot be taken back until the last one, the guard `UNFINISHED` lets no station start.

    Args:
        url: as in the settings; a backup of PostgreSQL needs an empty database there, or the one
            that a broken-off restore of the same backup has filled.

    Raises:
        NotFound, IntegrityError: see `unpack`; or a newer release made it.
        Conflict: it is of the other kind of database, or the PostgreSQL database is not empty.
        Unavailable: the disk is full or cannot be written. In every case the former data stays
            where it is.
    """
    make_data_folder(data_folder)
    staged = data_folder / STAGED
    try:
        shutil.rmtree(staged, ignore_errors=True)  # copies only, of a restore broken off
        staged.mkdir(mode=0o700)
        manifest = unpack(archive, staged, "backup")
        _check(archive, manifest, staged, url)
        if url is not None:
            _fill_postgres(url, manifest, data_folder, staged)
        ended = _bring_up(archive, manifest, staged, url)
        aside = _swap(data_folder, staged, may_undo=url is None)
    except OSError as error:
        raise Unavailable(
            f"The backup cannot be put into {data_folder}: {error.strerror}.",
            "Free space on the disk, or make the folder writable; then restore again.",
        ) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Restored(manifest, aside, ended)


STAGED = "restore.unpacked"  # in the data folder: copies out of the archive, never the only ones
_FILLED = "filled.json"  # in the guard: the PostgreSQL database that is filled, and from what


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


def _bring_up(archive: Path, manifest: Manifest, staged: Path, url: SecretStr | None) -> int:
    """Migrate the copy, end its sign-ins and write down the restore; how many ended."""
    prepare_database(staged, url)
    database = open_station_database(staged, url)
    try:
        with database.write() as session:
            ended = len(session.execute(delete(SignInRow).returning(SignInRow.session_hash)).all())
            details: dict[str, Detail] = {
                "file": archive.name,
                "made_at": manifest.made_at.isoformat(),
                "release": manifest.release,
                "sign_ins_ended": ended,
            }
            entry = AuditEntry(Act.RESTORED, Actor.COMMAND_LINE, details=details)
            open_audit(database, staged, SystemClock()).append_in(session, entry)
    finally:
        database.close()
    return ended


def _fill_postgres(url: SecretStr, manifest: Manifest, data_folder: Path, staged: Path) -> None:
    """Only into an empty database: what is in another is never touched. The guard notes which one
    is filled with what, so that the same restore can be run again to its end."""
    parsed = parse_url(url)
    filling = {
        "database": parsed.render_as_string(hide_password=True),
        "backup": hashlib.sha256(msgspec.json.encode(manifest)).hexdigest(),
    }
    if not _is_empty(url, staged):
        if _read_filled(data_folder) == filling:
            return
        raise Conflict(
            f"{parsed.database} on {parsed.host or 'this machine'} is not empty, and a restore "
            "overwrites nothing.",
            "Make a new database (createdb) and name it in store.url.",
        )
    was_guarded = (data_folder / UNFINISHED).exists()
    _guard(data_folder, filling)
    try:
        run_client(
            parsed,
            "pg_restore",
            [
                "--no-owner",
                "--no-privileges",
                "--exit-on-error",
                "--single-transaction",
                str(staged / DUMP_NAME),
            ],
        )
    except Unavailable:
        if not was_guarded and _is_empty(url, staged):  # rolled back: nothing has changed
            _unguard(data_folder)
        raise


def _is_empty(url: SecretStr, staged: Path) -> bool:
    database = open_station_database(staged, url)
    try:
        with database.read() as session:
            return not inspect(session.connection()).get_table_names()
    finally:
        database.close()


def _guard(data_folder: Path, filling: dict[str, str] | None = None) -> None:
    """From here on no station starts; on the disk when this returns."""
    guard = data_folder / UNFINISHED
    guard.mkdir(mode=0o700, exist_ok=True)
    if filling is not None:
        beside = guard / f"{_FILLED}.partial"
        with beside.open("wb") as opened:
            opened.write(json.dumps(filling).encode())
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(guard / _FILLED)
    sync_folder(guard)
    sync_folder(data_folder)


def _unguard(data_folder: Path) -> None:
    """At once: a guard is there with its note, or not at all. It goes with the unpacked copies."""
    (data_folder / UNFINISHED).rename(data_folder / STAGED / UNFINISHED)
    sync_folder(data_folder)


def _read_filled(data_folder: Path) -> object:
    try:
        return json.loads((data_folder / UNFINISHED / _FILLED).read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _swap(data_folder: Path, staged: Path, *, may_undo: bool) -> Path | None:
    """Former files aside, staged ones into their place; undone where a move fails.

    Args:
        may_undo: nothing was done before the moves, so that the guard goes too when they are
            undone, unless a former restore had left it.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    aside = data_folder / f"before-restore-{stamp}"
    former = [name for name in (*_DATABASE_FILES, *KEPT) if (data_folder / name).exists()]
    staged_names = [one.name for one in staged.iterdir() if one.name != DUMP_NAME]
    for folder in (staged, *(one for one in staged.rglob("*") if one.is_dir())):
        sync_folder(folder)
    moves = [(data_folder / name, aside / name) for name in former]
    moves += [(staged / name, data_folder / name) for name in staged_names]
    if (data_folder / SETTINGS_NAME).exists() and SETTINGS_NAME in staged_names:
        moves.insert(0, (data_folder / SETTINGS_NAME, aside / SETTINGS_NAME))
    if any(target.parent == aside for _source, target in moves):
        aside.mkdir(mode=0o700)
    may_undo = may_undo and not (data_folder / UNFINISHED).exists()
    _guard(data_folder)
    _move_all(moves, undone=partial(_unguard, data_folder) if may_undo else None)
    for folder in (data_folder, *([aside] if aside.exists() else [])):
        sync_folder(folder)
    _unguard(data_folder)
    return aside if aside.exists() else None


def _move_all(moves: Sequence[tuple[Path, Path]], undone: Callable[[], None] | None) -> None:
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            source.rename(target)
            done.append((source, target))
    except OSError:
        for source, target in reversed(done):
            target.rename(source)
        if undone is not None:
            undone()
        raise
