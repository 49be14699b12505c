"""`run.py backup`, `run.py restore`, `run.py export`: copies of a station, and putting one back."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ground_station.cli.data_folder import DataFolder
from ground_station.cli.options import settings_from
from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.settings import Settings

if TYPE_CHECKING:
    from ground_station.store import Database


def back_up(arguments: Namespace) -> int:
    """Write an archive of the station, running or not.

    Raises:
        Conflict, Unavailable, IntegrityError: no archive was made; the message says why.
    """
    from ground_station.app import software
    from ground_station.core.clock import SystemClock
    from ground_station.store import open_audit
    from ground_station.store.backup import back_up as make_backup

    settings = settings_from(arguments)
    target: Path = arguments.file
    with _opened(settings) as database:
        entry = AuditEntry(Act.BACKED_UP, Actor.COMMAND_LINE, details={"file": target.name})
        open_audit(database, settings.data_folder, SystemClock()).append(entry)
        manifest = make_backup(
            database,
            settings.data_folder,
            target,
            release=software(),
            settings_file=getattr(arguments, "settings", None),
        )
    size = sum(member.size for member in manifest.files)
    print(f"{target}: {len(manifest.files)} files, {size / 1e6:.1f} MB, {manifest.release}.")
    print("It holds the station's keys: keep it where only you can read it.")
    return 0


def restore(arguments: Namespace) -> int:
    """Put a backup in the place of what is in the data folder, which is kept beside it.

    Raises:
        Conflict: a station runs on the data folder, a command uses it, or the database is of the
            other kind.
        NotFound, IntegrityError, Unavailable: nothing was lost; the message says why.
    """
    from ground_station.store.backup import restore as put_back
    from ground_station.store.station_lock import hold_data_folder, without_commands

    settings = settings_from(arguments)
    folder = DataFolder(settings.data_folder)
    folder.make()
    with (
        folder.held("a restore"),
        hold_data_folder(folder.path),
        without_commands(folder.path),
    ):
        done = put_back(arguments.file, folder.path, settings.store.url)
    print(f"Restored: the station as of {done.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC.")
    if done.aside is not None:
        print(f"What was there before is in {done.aside}.")
    print(
        f"Everybody must sign in again ({done.sign_ins_ended} ended). Accounts and agents that "
        "were shut out after the backup was made are let in again: shut them out once more."
    )
    return 0


def export(arguments: Namespace) -> int:
    """Write everything of one organisation to an archive of JSON lines.

    Raises:
        NotFound: there is no such organisation. Conflict: the file is there already.
        Unavailable: it cannot be written, or the audit log does not take the record.
    """
    from ground_station.app import software
    from ground_station.core.clock import SystemClock
    from ground_station.store import open_audit
    from ground_station.store.export import export_organisation, find_organisation

    settings = settings_from(arguments)
    with _opened(settings) as database:
        organisation_id = find_organisation(database, arguments.organisation)
        entry = AuditEntry(
            Act.EXPORTED,
            Actor.COMMAND_LINE,
            None,
            organisation_id,
            "organisation",
            organisation_id,
            details={"file": arguments.file.name},
        )
        open_audit(database, settings.data_folder, SystemClock()).append(entry)
        manifest = export_organisation(
            database, organisation_id, arguments.file, release=software()
        )
    rows = sum(member.rows or 0 for member in manifest.files)
    print(f"{arguments.file}: {rows} rows of {len(manifest.files)} tables. It holds personal data.")
    return 0


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    from ground_station.store import open_station_database
    from ground_station.store.station_lock import used_by_command

    with used_by_command(settings.data_folder):
        database = open_station_database(settings.data_folder, settings.store.url)
        try:
            yield database
        finally:
            database.close()
