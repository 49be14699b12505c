"""The station's key: made once, never made anew under what it sealed, and the way out works."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ground_station.app import opened_accounts
from ground_station.core.authority import Role
from ground_station.core.errors import IntegrityError, Unavailable
from ground_station.core.factors import Authenticator
from ground_station.services.sealing import Sealer
from ground_station.store import Database, SqlFactors
from ground_station.store.station_key import KEY_FILE, station_key
from tests.store.conftest import Place

PASSWORD = "correct horse battery staple"


def seal_one(folder: Path, database: Database) -> None:
    """Mary has an authenticator app."""
    with opened_accounts(folder) as accounts:
        mary = accounts.add("mary", "Mary", Role.SUPERVISOR, PASSWORD)
    sealed = Sealer(station_key(folder, database), "second factors").seal("SECRET", mary.user_id)
    SqlFactors(database).put_authenticator(
        Authenticator(mary.user_id, sealed, 0, datetime.now(UTC), None)
    )


@pytest.fixture
def kind() -> str:
    return "sqlite"


def test_it_is_made_once_for_this_user_only(database: Database, place: Place) -> None:
    key = station_key(place.folder, database)
    assert len(key) == 64
    assert station_key(place.folder, database) == key
    assert (place.folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in place.folder.glob("*.partial")] == []


def test_processes_that_start_at_once_have_one_key(database: Database, place: Place) -> None:
    found: list[str] = []
    assert not (place.folder / KEY_FILE).exists()
    threads = [
        threading.Thread(target=lambda: found.append(station_key(place.folder, database)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    "damage", [None, "short", "\N{SNOWMAN}" * 64], ids=["missing", "short", "strange"]
)
def test_nothing_new_takes_the_place_of_a_key_that_is_needed(
    database: Database, place: Place, damage: str | None
) -> None:
    seal_one(place.folder, database)
    file = place.folder / KEY_FILE
    file.unlink()
    if damage is not None:
        file.write_text(damage, encoding="utf-8")
    with pytest.raises(IntegrityError) as refused:
        station_key(place.folder, database)
    assert ("missing" if damage is None else "damaged") in refused.value.message
    assert "backup" in refused.value.remedy
    assert "mary" in refused.value.remedy
    assert file.exists() is (damage is not None)


def test_once_the_factors_are_reset_a_new_one_is_made(database: Database, place: Place) -> None:
    seal_one(place.folder, database)
    (place.folder / KEY_FILE).unlink()
    with opened_accounts(place.folder) as accounts:
        accounts.reset_factors("mary")
    assert not (place.folder / KEY_FILE).exists()
    assert len(station_key(place.folder, database)) == 64


def test_a_damaged_key_that_sealed_nothing_may_be_deleted(database: Database, place: Place) -> None:
    (place.folder / KEY_FILE).write_text("short")
    with pytest.raises(Unavailable, match="damaged") as refused:
        station_key(place.folder, database)
    assert "Delete it" in refused.value.remedy


def test_a_folder_that_takes_no_key_is_named(database: Database, place: Place) -> None:
    nowhere = place.folder / "gone"
    with pytest.raises(Unavailable, match="gone") as refused:
        station_key(nowhere, database)
    assert refused.value.remedy
