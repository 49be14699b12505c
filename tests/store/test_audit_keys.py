"""The files of keys are on the disk, and their names too, before anything depends on them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ground_station.store import Database
from ground_station.store.audit_keys import KEY_FILE, NEXT_FILE, AuditKeys
from ground_station.store.station_key import station_key
from tests.store.conftest import Place


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What was brought to the disk, in order."""
    found: list[Path] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        found.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return found


def test_a_first_key_and_its_new_folder(tmp_path: Path, synced: list[Path]) -> None:
    keys = AuditKeys(tmp_path)
    keys.make_first()
    assert synced == [keys.folder / KEY_FILE, keys.folder, tmp_path]


def test_a_next_key_and_its_adoption(tmp_path: Path, synced: list[Path]) -> None:
    keys = AuditKeys(tmp_path)
    keys.make_first()
    synced.clear()
    keys.make_next()
    assert synced[:2] == [keys.folder / NEXT_FILE, keys.folder]
    synced.clear()
    keys.adopt_next()
    assert synced == [keys.folder]


def test_the_station_key(place: Place, database: Database, synced: list[Path]) -> None:
    synced.clear()
    station_key(place.folder, database)
    assert place.folder in synced
