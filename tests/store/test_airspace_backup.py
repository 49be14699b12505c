"""A restored station has its datasets, drawn zones and papers; on both databases."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from geo.airspace.plan import Category
from geo.zones.model import OperatorType
from ground_station.core.airspace import (
    DatasetKind,
    Document,
    DrawnZone,
    InUse,
    OperatorProfile,
)
from ground_station.core.clock import ManualClock
from ground_station.core.errors import Conflict
from ground_station.core.ids import new_id
from ground_station.store import Database, SqlAirspace, SqlPermissions, SqlUsers
from ground_station.store.backup import restore
from tests.store.conftest import Place
from tests.store.test_airspace import DAY, ZONE, a_dataset, a_permission, a_record
from tests.store.test_backup import make_archive
from tests.store.test_store import NOW


def test_all_of_it_comes_back(
    place: Place, database: Database, elsewhere: Place, tmp_path: Path
) -> None:
    airspace = SqlAirspace(database, ManualClock(NOW))
    papers = SqlPermissions(database, ManualClock(NOW))
    own = SqlUsers(database).default_organisation_id()
    for kind in DatasetKind:
        record = a_record(kind)
        airspace.offer(record, a_dataset(ZONE))
        airspace.take_into_use(record.dataset_id, NOW, "")
    airspace.draw(DrawnZone(new_id(), own, ZONE, "a fire", "somebody", NOW, NOW, NOW + DAY))
    papers.put_profile(OperatorProfile(own, "H&F", OperatorType.COUNCIL, Category.PDRA01))
    letter = Document(new_id(), own, "a.pdf", "application/pdf", "b" * 64, "x", NOW, b"%PDF\x00")
    papers.add_document(letter)
    papers.add_permission(replace(a_permission(own), document_id=letter.document_id))
    archive = make_archive(place, database, tmp_path / "kestrel.backup")
    restore(archive, elsewhere.folder, elsewhere.url)
    with closing(elsewhere.open()) as other:
        there = SqlAirspace(other, ManualClock(NOW))
        for kind in DatasetKind:
            assert there.in_use(kind) == airspace.in_use(kind)
            assert there.in_use(kind) is not None
        assert there.drawn() == airspace.drawn() != []
        kept = SqlPermissions(other, ManualClock(NOW))
        assert kept.profile(own) == papers.profile(own) is not None
        assert kept.permissions(own) == papers.permissions(own) != []
        assert kept.document(letter.document_id) == letter


def test_the_stamp_says_what_is_in_use_without_reading_it(database: Database) -> None:
    airspace = SqlAirspace(database, ManualClock(NOW))
    own = SqlUsers(database).default_organisation_id()
    assert airspace.stamp() == InUse(None, None, ())
    ids = {}
    for kind in DatasetKind:
        record = a_record(kind)
        ids[kind] = record.dataset_id
        airspace.offer(record, a_dataset(ZONE))
        airspace.take_into_use(record.dataset_id, NOW, "")
    drawn = DrawnZone(new_id(), own, ZONE, "a fire", "somebody", NOW, NOW, NOW + DAY)
    airspace.draw(drawn)
    found = InUse(ids[DatasetKind.ZONES], ids[DatasetKind.NOTAM], (drawn.drawn_id,))
    assert airspace.stamp() == found
    airspace.withdraw(drawn.drawn_id, NOW, "another")
    assert airspace.stamp() == replace(found, drawn=())


def test_what_was_discarded_is_not_discarded_again(database: Database) -> None:
    """Who did it, and when, stays as it was."""
    airspace = SqlAirspace(database, ManualClock(NOW))
    record = a_record()
    airspace.offer(record, a_dataset(ZONE))
    first = airspace.discard(record.dataset_id, NOW, "somebody")
    with pytest.raises(Conflict):
        airspace.discard(record.dataset_id, NOW + DAY, "another")
    found = airspace.dataset(record.dataset_id)
    assert found is not None
    assert found[0] == first


def test_documents_are_named_without_being_read(database: Database) -> None:
    papers = SqlPermissions(database, ManualClock(NOW))
    own = SqlUsers(database).default_organisation_id()
    letter = Document(new_id(), own, "a.pdf", "application/pdf", "b" * 64, "x", NOW, b"%PDF")
    papers.add_document(letter)
    assert papers.document_names(own) == {letter.document_id: "a.pdf"}
    assert papers.document_names("another") == {}
