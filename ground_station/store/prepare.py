"""Making the database, and bringing an older one up to date after a backup."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlalchemy import Connection, inspect, select, text

from ground_station.core.entities import OrganisationKind
from ground_station.core.errors import IntegrityError, NotFound, Unavailable
from ground_station.core.ids import new_id
from ground_station.store.engine import Database, database_file, open_station_database
from ground_station.store.failures import from_sqlite, translated
from ground_station.store.orm import OrganisationRow
from ground_station.store.postgresql import dump

if TYPE_CHECKING:  # a quarter of a second, which a start with nothing to migrate does without
    from alembic.config import Config
    from alembic.script import ScriptDirectory

DEFAULT_ORGANISATION = "Hammersmith & Fulham (demonstration)"
UNFINISHED = "restore.unfinished"  # in the data folder while a restore moves files
_MIGRATIONS = Path(__file__).with_name("migrations")
HEAD_REVISION = "0009"  # of this release's tables; a test compares it with the migrations


def prepare_database(data_folder: Path, url: SecretStr | None = None) -> Path | None:
    """Make the data folder (0700) and the database (0600), and migrate it to this release.

    Args:
        url: of a PostgreSQL database that is there, may be empty, and belongs to its user; None
            for the SQLite file in the data folder.

    Returns:
        The backup made of an older database before it was migrated, or None.

    Raises:
        ConfigError: the URL is none of PostgreSQL.
        Unavailable: the folder, file or server cannot be used; pg_dump is not there to back up.
        IntegrityError: it is no database of ours, or a newer release made it.
    """
    make_data_folder(data_folder)
    _refuse_half_restored(data_folder)
    if url is None:
        _make_file(database_file(data_folder))
    database = open_station_database(data_folder, url)
    try:
        backup = _migrate(database, data_folder)
        _ensure_organisation(database)
    finally:
        database.close()
    return backup


def migrate_database(data_folder: Path, url: SecretStr | None = None) -> Path | None:
    """As `prepare_database`, but for a station that has run before: nothing is made.

    Raises:
        NotFound: it has no database.
    """
    _refuse_half_restored(data_folder)
    missing = NotFound(
        "This station has no database"
        + (f" in {data_folder}." if url is None else " on its PostgreSQL server."),
        "Name the installation (--settings FILE, docs/deploy.md), or start it once before: "
        "python3 run.py up --settings FILE, or python3 run.py for the demonstration.",
    )
    if url is None and not database_file(data_folder).is_file():
        raise missing
    database = open_station_database(data_folder, url)
    try:
        if revision_of(database) is None:
            raise missing
    finally:
        database.close()
    return prepare_database(data_folder, url)


def make_data_folder(data_folder: Path) -> None:
    """Make it, for this user only; Unavailable where that cannot be."""
    try:
        data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        data_folder.chmod(0o700)
    except OSError as error:
        raise _unusable(data_folder, error) from error


def _refuse_half_restored(data_folder: Path) -> None:
    """An empty database must not take the place of one that is waiting to be moved back."""
    if (data_folder / UNFINISHED).exists():
        raise Unavailable(
            f"A restore into {data_folder} was broken off.",
            "Run it again: python3 run.py restore FILE. What was there before is in "
            "before-restore-… in that folder.",
        )


def _make_file(file: Path) -> None:
    try:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        file.chmod(0o600)
    except OSError as error:
        raise _unusable(file.parent, error) from error


def _unusable(data_folder: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"The data folder {data_folder} cannot be used: {error.strerror}.",
        "Give this user a folder it may write to (setting data_folder).",
    )


def migrations() -> tuple[Config, ScriptDirectory]:
    """Alembic's view of `migrations/`."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config, ScriptDirectory.from_config(config)


def revision_of(database: Database) -> str | None:
    """The revision that this database has; None for an empty one or one that is not ours."""
    with database.read() as session:  # translates what a file that is no database raises
        return _revision_of(session.connection(), inspect(session.connection()).get_table_names())


def _revision_of(connection: Connection, tables: list[str]) -> str | None:
    if "alembic_version" not in tables:
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _migrate(database: Database, data_folder: Path) -> Path | None:
    with database.read() as session:  # one moment: another process may be making them just now
        connection = session.connection()
        tables = inspect(connection).get_table_names()
        current = _revision_of(connection, tables)
    if current == HEAD_REVISION:
        return None
    from alembic import command

    config, script = migrations()
    _refuse_strangers(str(database), current, bool(tables), script)
    backup = back_up_before_migrating(database, data_folder, current) if current else None
    # Not through Database.write: Alembic begins and commits its own transaction. On PostgreSQL it
    # holds the writers' lock, so that of two processes one migrates and the other finds it done.
    with (
        translated(),
        database.engine.connect().execution_options(kestrel_write=True) as connection,
    ):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return backup


def _refuse_strangers(
    name: str, current: str | None, has_tables: bool, script: ScriptDirectory
) -> None:
    if current is None and has_tables:
        raise IntegrityError(
            f"{name} is a database, but not one of Kestrel.",
            "Move it away, or choose another data_folder (or store.url).",
        )
    if current is not None and current not in {one.revision for one in script.walk_revisions()}:
        raise IntegrityError(
            f"{name} was made by a newer release of Kestrel (revision {current}).",
            "Run that release, or restore a backup from the data folder.",
        )


def back_up_before_migrating(database: Database, data_folder: Path, revision: str) -> Path:
    """A consistent copy in the data folder; the file."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    stem = f"kestrel-{revision}-{stamp}.backup"
    if database.url is not None:
        target = data_folder / f"{stem}.pgdump"
        dump(database.url, target)
        return target
    target = data_folder / f"{stem}.db"
    copy_sqlite(database_file(data_folder), target)
    return target


def copy_sqlite(file: Path, target: Path) -> None:
    """A consistent copy of a database in use, whatever its write-ahead log holds, on the disk when
    this returns.

    Raises:
        Unavailable, IntegrityError: it cannot be read or written; no file is left.
    """
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise _unusable(target.parent, error) from error
    try:
        with (
            contextlib.closing(sqlite3.connect(file)) as source,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
        with target.open("rb") as written:
            os.fsync(written.fileno())
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error):
            raise from_sqlite(error) from error
        raise


def _ensure_organisation(database: Database) -> None:
    with database.write() as session:
        if session.scalar(select(OrganisationRow.id).limit(1)) is None:
            session.add(
                OrganisationRow(
                    id=new_id(),
                    name=DEFAULT_ORGANISATION,
                    kind=OrganisationKind.COUNCIL.value,
                    created_at=datetime.now(UTC),
                    is_default=True,
                )
            )
