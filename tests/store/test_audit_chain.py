"""The audit chain over SQLite: order, durability of what was promised, and that it only grows."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import threading
from pathlib import Path

import pytest
import rfc8785
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from ground_station.core.audit import Act, Actor, AuditEntry, AuditRecord
from ground_station.core.audit_form import details_text, record_bytes
from ground_station.core.clock import ManualClock, SystemClock
from ground_station.core.errors import InvalidInput, KestrelError, Unavailable
from ground_station.store import audit_chain
from ground_station.store.audit_chain import AuditChain
from ground_station.store.audit_keys import AuditKeys
from ground_station.store.audit_verify import check_all
from ground_station.store.engine import Database, open_station_database
from ground_station.store.orm import OrganisationRow
from tests.store.conftest import Place


@pytest.fixture
def folder(place: Place) -> Path:
    return place.folder


@pytest.fixture
def chain(database: Database, folder: Path) -> AuditChain:
    return AuditChain(database, ManualClock(), AuditKeys(folder))


def entry(number: int = 0) -> AuditEntry:
    return AuditEntry(
        Act.SIGNED_IN,
        Actor.USER,
        actor_id="u-1",
        organisation_id="o-1",
        subject_kind="user",
        subject_id="u-1",
        purpose="fly_tipping",
        details={"number": number, "words": "Größe \u2028 \U0001f6a8", "list": [None, True, "x"]},
    )


def whole(chain: AuditChain) -> list[AuditRecord]:
    return list(reversed(chain.read(limit=100_000)))


def check_links(records: list[AuditRecord]) -> None:
    assert [one.seq for one in records] == list(range(1, len(records) + 1))
    previous = "0" * 64
    for one in records:
        assert one.previous_hash == previous
        covered = record_bytes(
            one.seq,
            one.record_id,
            one.recorded_at,
            one.entry,
            details_text(one.entry),
            one.previous_hash,
        )
        assert hashlib.sha256(covered).hexdigest() == one.hash
        assert rfc8785.dumps(json.loads(covered)) == covered  # it is canonical as a whole
        previous = one.hash


def test_the_first_record_begins_the_chain_and_names_the_key(
    chain: AuditChain, folder: Path
) -> None:
    chain.append(entry())
    records = whole(chain)
    assert [one.entry.act for one in records] == [Act.CHAIN_BEGUN, Act.SIGNED_IN]
    check_links(records)
    assert records[1].entry == entry()
    key_file = folder / "keys" / "audit.pem"
    assert key_file.stat().st_mode & 0o777 == 0o600
    key = AuditKeys(folder).load(str(records[0].entry.details["key_id"]))
    assert key.public_key == records[0].entry.details["public_key"]


def test_many_threads_make_one_chain(chain: AuditChain) -> None:
    chain.start()

    def append() -> None:
        for number in range(20):
            chain.append(entry(number))

    threads = [threading.Thread(target=append) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(whole(chain)) == 1 + 16 * 20
    chain.stop()
    check_links(whole(chain))
    with pytest.raises(Unavailable, match="closed"):
        chain.append(entry())


def test_effect_and_record_are_one_transaction(chain: AuditChain, database: Database) -> None:
    def names() -> list[str]:
        with database.read() as session:
            return list(session.scalars(text("SELECT name FROM organisations ORDER BY name")))

    def add(name: str) -> None:
        with database.write() as session:
            session.add(OrganisationRow(id=name, name=name, created_at=SystemClock().now()))

    before = names()
    bad = AuditEntry(Act.SWEPT, Actor.USER, details={"f": 0.5})  # type: ignore[dict-item]
    with pytest.raises(InvalidInput), chain.together(bad):
        add("never")
    with pytest.raises(ZeroDivisionError), chain.together(entry()):
        add(str(1 // len(whole(chain))))
    assert names() == before
    assert whole(chain) == []
    with chain.together(entry()):
        add("kept")
        chain.append(entry(2))  # joins, instead of waiting for itself
    assert "kept" in names()
    assert [one.entry.details.get("number") for one in whole(chain)[1:]] == [2, 0]


ATTACKS = {
    "both": [
        "UPDATE {} SET hash = 'x'",
        "UPDATE {} SET hash = hash WHERE seq = 2",
        "DELETE FROM {}",
        "DELETE FROM {} WHERE seq = 2",
        "INSERT INTO {0} SELECT * FROM {0} WHERE seq = 2 "
        "ON CONFLICT (seq) DO UPDATE SET hash = 'x'",
    ],
    "sqlite": [
        "INSERT OR REPLACE INTO {0} SELECT * FROM {0} WHERE seq = 2",
        "REPLACE INTO {0} SELECT * FROM {0} WHERE seq = 2",
        "UPDATE OR REPLACE {} SET seq = 9",
    ],
    "postgresql": ["TRUNCATE {}", "TRUNCATE {} CASCADE"],
}


@pytest.mark.parametrize("table", ["audit_records", "audit_heads"])
def test_nothing_changes_or_leaves(
    chain: AuditChain, database: Database, kind: str, table: str
) -> None:
    chain.append(entry())
    chain.sign()

    def rows() -> list[tuple[object, ...]]:
        with database.read() as session:
            return [tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))]

    before = rows()
    assert before
    for attack in (*ATTACKS["both"], *ATTACKS[kind]):
        statement = attack.format(table)
        with pytest.raises((DatabaseError, KestrelError), match=r"only grows"):
            attempt(database, statement)
        assert rows() == before, attack


def attempt(database: Database, statement: str) -> None:
    with database.write() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    "details",
    [{"x": 0.5}, {"x": 2**53}, {"x": "\ud800"}, {"x": b"1"}, {"x": "y" * 20_000}, {1: "x"}],
)
def test_what_has_no_canonical_form_is_refused(chain: AuditChain, details: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        chain.append(AuditEntry(Act.SWEPT, Actor.STATION, details=details))
    assert whole(chain) == []


def test_nothing_more_is_taken_when_too_much_waits(
    chain: AuditChain, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_chain, "COMMIT_TIMEOUT_S", 0.05)
    chain._queue.maxsize = 1
    chain.start()
    refused = []
    with database._writer:  # the disk is busy with somebody else

        def append() -> None:
            try:
                chain.append(entry())
            except Unavailable as error:
                refused.append(error.message)

        threads = [threading.Thread(target=append) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert any("nothing more is taken" in message for message in refused)
    chain.stop()
    check_links(whole(chain))


def append_many(folder: str, url: str | None, count: int, served: bool) -> None:
    """In a process of its own."""
    database = open_station_database(Path(folder), None if url is None else SecretStr(url))
    chain = AuditChain(database, SystemClock(), AuditKeys(Path(folder)))
    if served:
        chain.start()
    for number in range(count):
        chain.append(entry(number))
    if served:
        chain.stop()
    database.close()


def test_two_processes_make_one_chain(chain: AuditChain, place: Place) -> None:
    spawn = multiprocessing.get_context("spawn")
    url = None if place.url is None else place.url.get_secret_value()
    both = [
        spawn.Process(target=append_many, args=(str(place.folder), url, 60, served))
        for served in (True, False)
    ]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    records = whole(chain)
    assert len(records) == 121
    check_links(records)
    assert check_all(chain._database).up_to == 121
