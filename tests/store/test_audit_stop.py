"""The audit log's threads end at once when the station stops, and nothing of the chain is lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.clock import ManualClock
from ground_station.core.errors import KestrelError, Unavailable
from ground_station.core.lifecycle import Worker
from ground_station.store import audit_chain, audit_verifier
from ground_station.store.audit_chain import AuditChain
from ground_station.store.audit_keys import AuditKeys
from ground_station.store.audit_verifier import AuditVerifier
from ground_station.store.audit_verify import check_all
from ground_station.store.engine import Database

LONG_S = 3600.0  # whoever waits for it does not end: `Worker.stop` gives up on it after 3 s


def entry(number: int) -> AuditEntry:
    return AuditEntry(Act.SIGNED_IN, Actor.USER, "u-1", "o-1", "user", "u-1", details={"n": number})


def ended(worker: Worker) -> bool:
    return not worker._thread.is_alive()


def reached(event: threading.Event) -> None:
    assert event.wait(20)


@pytest.fixture
def chain(database: Database, place_folder: Path) -> AuditChain:
    return AuditChain(database, ManualClock(), AuditKeys(place_folder))


@pytest.fixture
def place_folder(tmp_path: Path) -> Path:
    return tmp_path


def test_a_writer_that_waits_for_records_is_woken(
    chain: AuditChain, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_chain, "_TICK_S", LONG_S)
    chain.start()
    chain.append(entry(1))  # the writer runs, and then waits for the next
    chain.stop()
    assert ended(chain._worker)
    found = check_all(database)
    assert found.up_to == found.signed_up_to == 2  # with the chain's own first record


def test_what_was_handed_over_before_is_committed_and_signed(
    chain: AuditChain, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the middle of a batch, with more behind it than one batch takes."""
    monkeypatch.setattr(audit_chain, "_TICK_S", LONG_S)
    monkeypatch.setattr(audit_chain, "MAX_BATCH", 3)
    commit, committing, go_on = chain._commit, threading.Event(), threading.Event()

    def slow(batch: object) -> None:
        committing.set()
        assert go_on.wait(20)
        commit(batch)  # type: ignore[arg-type]

    monkeypatch.setattr(chain, "_commit", slow)
    chain.start()
    told: list[KestrelError | None] = []

    def append(number: int) -> None:
        try:
            chain.append(entry(number))
            told.append(None)
        except KestrelError as error:
            told.append(error)

    writers = [threading.Thread(target=append, args=(n,)) for n in range(10)]
    writers[0].start()
    reached(committing)
    for writer in writers[1:]:
        writer.start()
    while chain._queue.qsize() < 9:
        assert not told
    stopper = threading.Thread(target=chain.stop)
    stopper.start()
    while not chain._stopped:
        pass
    with pytest.raises(Unavailable):
        chain.append(entry(99))
    go_on.set()
    for thread in (*writers, stopper):
        thread.join(20)
    assert told == [None] * 10
    assert ended(chain._worker)
    found = check_all(database)
    assert found.up_to == found.signed_up_to == 11


@pytest.mark.parametrize("more", [True, False])
def test_a_verifier_ends_between_two_slices(
    chain: AuditChain, database: Database, monkeypatch: pytest.MonkeyPatch, *, more: bool
) -> None:
    monkeypatch.setattr(audit_verifier, "PAUSE_S", LONG_S)
    monkeypatch.setattr(audit_verifier, "PAUSE_BEHIND_S", LONG_S)
    looked, looks = threading.Event(), []

    def slice_of(*_given: object) -> bool:
        looks.append(1)
        looked.set()
        return more

    monkeypatch.setattr(audit_verifier, "check_some", slice_of)
    verifier = AuditVerifier(database, chain, ManualClock())
    verifier.start()
    reached(looked)
    verifier.stop()
    assert ended(verifier._worker)
    assert looks == [1]
