"""`run.py zones export`: zones written in another format."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from geo.formats.ed269_written import write_ed269
from geo.formats.ed318_written import write_ed318
from geo.formats.kml_write import write_kml
from geo.formats.openair_written import write_openair
from geo.formats.writing import Written
from geo.zones import ZoneDataset
from ground_station.cli.zones_check import zone_file
from ground_station.cli.zones_store import airspace_of
from ground_station.core.errors import InvalidInput

_WRITERS: dict[str, Callable[[ZoneDataset], Written]] = {
    "ed269": write_ed269,
    "ed318": write_ed318,
    "kml": write_kml,
    "openair": write_openair,
}


def export(arguments: Namespace) -> int:
    """Write a file, and say on stderr what it had no room for.

    Raises:
        InvalidInput: there are no zones, or the file is already there or cannot be written.
    """
    written = _WRITERS[arguments.format](_dataset(arguments))
    path: Path = arguments.file
    try:
        with path.open("xb") as file:
            file.write(written.data)
    except OSError as error:
        why = error.strerror or "it cannot be written"
        raise InvalidInput(f"{path}: {why}.", "Give the name of a new file.") from error
    print(f"{path}: {arguments.format}, {len(written.data):,} bytes.")
    for note in written.notes:
        print(f"Note: {note}", file=sys.stderr)
    return 0


def _dataset(arguments: Namespace) -> ZoneDataset:
    if arguments.dataset is not None:
        return zone_file(arguments.dataset).dataset
    airspace = airspace_of(arguments)
    if airspace.dataset is None:
        raise InvalidInput(airspace.problem(), "Name a file with --dataset, or --training.")
    return airspace.dataset
