"""A SQLite database with this release's tables, copied from one that was migrated once."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from ground_station.store import database_file, prepare_database


def prepare_copy(folder: Path) -> None:
    """What `prepare_database` does with an empty folder, without the migrations' time. Every copy
    has the same first organisation."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = database_file(folder)
    file.touch(mode=0o600)
    file.write_bytes(_template())


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare_database(folder)
        assert [one.name for one in folder.iterdir()] == [database_file(folder).name]  # no log
        return database_file(folder).read_bytes()
