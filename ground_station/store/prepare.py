"""Making the database, and bringing an older one up to date after a backup."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select

from ground_station.core.errors import IntegrityError, Unavailable
from ground_station.core.ids import new_id
from ground_station.store.engine import Database, database_file, open_database
from ground_station.store.orm import OrganisationRow

DEFAULT_ORGANISATION = "Hammersmith & Fulham (demonstration)"
_MIGRATIONS = Path(__file__).with_name("migrations")


def prepare_database(data_folder: Path) -> Path | None:
    """Make the data folder (0700) and the database (0600), and migrate it to this release.

    Returns:
        The backup made of an older database before it was migrated, or None.

    Raises:
        Unavailable: the folder or file cannot be written.
        IntegrityError: the file is no database of ours, or a newer release made it.
    """
    file = database_file(data_folder)
    try:
        data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        data_folder.chmod(0o700)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        file.chmod(0o600)
    except OSError as error:
        raise Unavailable(
            f"The data folder {data_folder} cannot be used: {error.strerror}.",
            "Give this user a folder it may write to (setting data_folder).",
        ) from error
    database = open_database(file)
    try:
        backup = _migrate(database, file)
        _ensure_organisation(database)
    finally:
        database.close()
    return backup


def _migrate(database: Database, file: Path) -> Path | None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    head = script.get_current_head()
    with database.read() as session:  # translates what a file that is no database raises
        current = MigrationContext.configure(session.connection()).get_current_revision()
        has_tables = bool(
            session.connection().exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
        )
    if current == head:
        return None
    if current is None and has_tables:
        raise IntegrityError(
            f"{file} is a database, but not one of Kestrel.",
            "Move it away, or choose another data_folder.",
        )
    if current is not None and current not in {one.revision for one in script.walk_revisions()}:
        raise IntegrityError(
            f"{file} was made by a newer release of Kestrel (revision {current}).",
            "Run that release, or restore a backup from the data folder.",
        )
    backup = _back_up(file, current) if current is not None else None
    # Not through Database.write: Alembic begins and commits its own transaction.
    with database.engine.connect().execution_options(kestrel_write=True) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return backup


def _back_up(file: Path, revision: str) -> Path:
    """A consistent copy, whatever the write-ahead log holds."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = file.with_name(f"{file.stem}-{revision}-{stamp}.backup.db")
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with (
        contextlib.closing(sqlite3.connect(file)) as source,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
    return target


def _ensure_organisation(database: Database) -> None:
    with database.write() as session:
        if session.scalar(select(OrganisationRow.id).limit(1)) is None:
            session.add(
                OrganisationRow(
                    id=new_id(), name=DEFAULT_ORGANISATION, created_at=datetime.now(UTC)
                )
            )
