"""`run.py zones ...` on an installation: files offered to it and taken into use, and its zones.

A running station notices within three seconds what is decided here. Every decision is in the audit
log, as made on the command line.
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from datetime import date as day
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.airspace.verdict import Against
from geo.formats.reading import MAX_FILE_BYTES, Reading
from ground_station.cli.options import settings_from
from ground_station.core.airspace import DatasetRecord
from ground_station.core.clock import SystemClock
from ground_station.core.errors import Conflict, InvalidInput
from ground_station.core.settings import Settings
from ground_station.services.airspace import Airspace, station_airspace
from ground_station.services.airspace_library import Imported, command_line
from ground_station.store import database_file

if TYPE_CHECKING:
    from ground_station.app_airspace import AirspaceServices

MOST_LISTED = 200


def offer(arguments: Namespace) -> int:
    """Offer a file to the installation, and with `--use` take it into use.

    Returns:
        0 if every feature was read or it is in use, 1 if some were refused.

    Raises:
        InvalidInput, Unprocessable: it cannot be read. Unavailable: there is no installation.
        Conflict: not in use, since not all that was refused was accepted; it stays offered.
    """
    path: Path = arguments.file
    with _changing(arguments) as services:
        made = services.library.import_file(command_line(), lambda: _bytes(path), path.name)
        record, refused_use = made.record, None
        if arguments.use:
            try:
                record = services.library.use(
                    command_line(), record.dataset_id, arguments.accept_refused
                )
            except Conflict as error:
                refused_use = error
    if arguments.json:
        print(json.dumps(_document(made, record), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        _print_offer(made, record)
    if refused_use is not None:
        raise refused_use
    return 1 if record.refused and not arguments.use else 0


def datasets(arguments: Namespace) -> int:
    """`run.py zones datasets`: what was imported, newest first."""
    with _opened(settings_from(arguments)) as services:
        records = services.library.all_datasets()
    if arguments.json:
        print(json.dumps([_record(one) for one in records], ensure_ascii=False, indent=1))
        return 0
    for one in records:
        print(_line(one))
    if not records:
        print("No file was imported yet.")
    return 0


def use(arguments: Namespace) -> int:
    """`run.py zones use ID`. Raises NotFound, Conflict."""
    with _changing(arguments) as services:
        record = services.library.use(command_line(), arguments.id, arguments.accept_refused)
    print(_line(record))
    return 0


def date(arguments: Namespace) -> int:
    """`run.py zones date ID`. Raises NotFound, Conflict, InvalidInput."""
    begins = None if arguments.begins is None else _midnight(arguments.begins)
    with _changing(arguments) as services:
        record = services.library.date(
            command_line(), arguments.id, begins, _midnight(arguments.until)
        )
    print(_line(record))
    return 0


def discard(arguments: Namespace) -> int:
    """`run.py zones discard ID`. Raises NotFound, Conflict."""
    with _changing(arguments) as services:
        record = services.library.discard(command_line(), arguments.id)
    print(_line(record))
    return 0


def airspace_of(arguments: Namespace) -> Airspace:
    """What the installation's flights are checked against; the training zones with `--training`,
    and what the settings say where there is no installation yet."""
    settings = settings_from(arguments)
    if getattr(arguments, "training_airspace", False) or not _is_installed(settings):
        return station_airspace(settings.airspace, SystemClock())
    with _opened(settings) as services:
        return services.airspace


def against_of(arguments: Namespace) -> Against:
    """What a plan is judged against without a file: see `airspace_of`."""
    airspace, settings = airspace_of(arguments), settings_from(arguments)
    zones = airspace.in_use
    return Against(
        index=None if zones.trouble else zones.index,
        terrain=airspace.terrain,
        now=SystemClock().now(),
        notams_as_of=zones.notams_as_of,
        notams_max_age_h=settings.airspace.notams_max_age_h,
        more=zones.more,
    )


# --- inside --------------------------------------------------------------------------------------


def _is_installed(settings: Settings) -> bool:
    return settings.store.url is not None or database_file(settings.data_folder).is_file()


@contextmanager
def _opened(settings: Settings) -> Iterator[AirspaceServices]:
    from ground_station.app_airspace import opened_airspace

    with opened_airspace(settings) as services:
        yield services


@contextmanager
def _changing(arguments: Namespace) -> Iterator[AirspaceServices]:
    """The store is brought up to date first."""
    from ground_station.app import migrate_store

    settings = settings_from(arguments)
    migrate_store(settings)
    with _opened(settings) as services:
        yield services


def _bytes(path: Path) -> bytes:
    from ground_station.cli.zones_check import file_bytes

    return file_bytes(path, MAX_FILE_BYTES)


def _print_offer(made: Imported, record: DatasetRecord) -> None:
    from ground_station.cli.zones_check import ZoneFile, print_reading

    assert made.reading is not None
    print_reading(ZoneFile(record.file_name, record.sha256, record.size_bytes, made.reading))
    print(_line(record))
    if record.state == "offered":
        accept = f" --accept-refused {record.refused}" if record.refused else ""
        print(f"Take it into use: python3 run.py zones use {record.dataset_id}{accept}")


def _document(made: Imported, record: DatasetRecord) -> dict[str, Any]:
    reading = made.reading
    assert reading is not None
    return {
        **_record(record),
        "refusals": [_refusal(gap.feature, gap.reason) for gap in made.dataset.gaps],
        "refusals_left_out": max(0, record.refused - len(made.dataset.gaps)),
        "skipped": dict(reading.skipped),
        "notes": _notes(reading),
    }


def _refusal(feature: str, reason: str) -> dict[str, str]:
    return {"feature": feature, "reason": reason}


def _notes(reading: Reading) -> dict[str, list[str]]:
    return {zone_id: list(notes) for zone_id, notes in reading.notes.items()}


def _record(one: DatasetRecord) -> dict[str, Any]:
    return {
        "dataset_id": one.dataset_id,
        "kind": one.kind.value,
        "state": one.state.value,
        "title": one.title,
        "file_name": one.file_name,
        "format": one.format,
        "sha256": one.sha256,
        "size_bytes": one.size_bytes,
        "airac": one.airac,
        "effective_from": _instant(one.effective_from),
        "effective_until": _instant(one.effective_until),
        "zones": one.zones,
        "refused": one.refused,
        "imported_at": _instant(one.imported_at),
    }


def _line(one: DatasetRecord) -> str:
    begins, ends = _day(one.effective_from), _day(one.effective_until)
    return (
        f"{one.dataset_id}  {one.state.value.replace('_', ' '):9}  {one.kind.value:5}  "
        f"{one.zones} zones, {one.refused} refused, {begins} to {ends}  {one.title}"
    )


def _midnight(text: str) -> datetime:
    try:
        return datetime.combine(day.fromisoformat(text), time(), UTC)
    except ValueError as error:
        raise InvalidInput(f"{text} is no date.", "Give it as 2026-11-26.") from error


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(at: datetime | None) -> str:
    return "?" if at is None else f"{at.astimezone(UTC):%Y-%m-%d}"
