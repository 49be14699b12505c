"""Journals go with their records, and get them back where a station was killed too early."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from ground_station.core.flight_log import FlightOrigin, FlightRecord, FlightSample
from ground_station.core.ids import new_id
from ground_station.services.flight_keeping import KEPT, FlightKeeping
from ground_station.services.flight_rows import FlightRows, Papers
from ground_station.store import SqlFlights
from ground_station.store.flight_journal import FileJournals
from tests.services.world import World


class Kept:
    """One journal, and the means to look after it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.flights, self.journals = SqlFlights(world.database), FileJournals(world.folder)
        self.rows = FlightRows(
            flights=self.flights, papers=Papers(), audit=world.audit, clock=world.clock
        )
        self.keeping = FlightKeeping(
            flights=self.flights, journals=self.journals, rows=self.rows, clock=world.clock
        )
        self.record = FlightRecord(
            new_id(),
            world.sources.organisation_id,
            FlightOrigin.LIVE,
            None,
            "Kestrel 1",
            world.clock.now(),
        )
        journal = self.journals.begin(self.record)
        for second in range(5):
            at = world.clock.now() + timedelta(seconds=second)
            journal.append(FlightSample(at, height_home_m=second * 1.0, armed=True))
        journal.close()
        self.aged(timedelta(0))

    def aged(self, age: timedelta) -> None:
        written = (self.world.clock.now() - age).timestamp()
        path = self.world.folder / "flights" / f"{self.record.record_id}.jsonl"
        os.utime(path, (written, written))


@pytest.fixture
def kept(world: World) -> Kept:
    return Kept(world)


def test_one_without_a_record_gets_it_back(kept: Kept) -> None:
    kept.aged(timedelta(minutes=16))
    assert kept.keeping.sweep() == (0, 1)
    kept.rows.write()
    found = kept.flights.get(kept.record.record_id)
    assert found is not None
    assert found.closed_by == "restart"
    assert found.samples == 5
    assert found.max_height_home_m == 4
    assert kept.keeping.sweep() == (0, 0)


def test_one_that_may_be_written_just_now_is_left(kept: Kept) -> None:
    kept.aged(timedelta(minutes=14))
    assert kept.keeping.sweep() == (0, 0)


def test_one_whose_record_was_swept_goes_after_it(kept: Kept) -> None:
    kept.aged(KEPT + timedelta(days=1))
    assert kept.keeping.sweep() == (1, 0)
    assert kept.journals.ids() == []


def test_one_with_its_record_stays_however_old(kept: Kept) -> None:
    kept.flights.put(kept.record, kept.world.clock.now(), "station")
    kept.aged(KEPT + timedelta(days=1))
    assert kept.keeping.sweep() == (0, 0)
    assert kept.journals.ids() == [kept.record.record_id]


def test_a_file_that_says_nothing_of_itself_is_left(kept: Kept) -> None:
    path = kept.world.folder / "flights" / f"{new_id()}.jsonl"
    path.write_bytes(b"nonsense\n")
    written = (kept.world.clock.now() - timedelta(hours=1)).timestamp()
    os.utime(path, (written, written))
    assert kept.keeping.sweep() == (0, 0)
    assert path.exists()
