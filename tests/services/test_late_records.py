"""Records that could not wait to be written: none is lost without a word."""

from __future__ import annotations

import logging

import pytest

from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.errors import InvalidInput, Unavailable
from ground_station.services.late_records import MAX_WAITING, LateRecords


class FakeLog:
    """An audit log that takes everything, until it is told not to."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []
        self.error: Exception | None = None
        self.spoils: str = ""

    def append(self, *entries: AuditEntry) -> None:
        if self.error is not None:
            raise self.error
        for entry in entries:
            if self.spoils and entry.subject_id == self.spoils:
                raise InvalidInput("It holds a float.")
            self.entries.append(entry)

    def written(self) -> list[str]:
        return [entry.subject_id for entry in self.entries]


def an_entry(number: int) -> AuditEntry:
    return AuditEntry(
        Act.FLIGHT_COMMANDED, Actor.USER, "pip", None, "vehicle", f"{number}", details={"n": number}
    )


@pytest.fixture
def audit() -> FakeLog:
    return FakeLog()


@pytest.fixture
def late(audit: FakeLog) -> LateRecords:
    return LateRecords(audit)  # type: ignore[arg-type]


def test_what_is_put_is_written_in_order(late: LateRecords, audit: FakeLog) -> None:
    late.put(an_entry(1), an_entry(2))
    late.put(an_entry(3))
    assert audit.entries == []
    assert late.write()
    assert audit.written() == ["1", "2", "3"]
    assert not late.probe().problem


def test_a_full_disk_keeps_them_in_memory_and_is_shown(
    late: LateRecords, audit: FakeLog, caplog: pytest.LogCaptureFixture
) -> None:
    audit.error = Unavailable("The disk is full.")
    late.put(an_entry(1), an_entry(2))
    assert not late.write()
    assert not late.write()
    found = late.probe()
    assert found.failed
    assert "yet: 2." in found.problem
    assert "The disk is full" in found.problem
    assert len([one for one in caplog.records if "flight_record_waits" in one.message]) == 1
    audit.error = None
    assert late.write()
    assert audit.written() == ["1", "2"]
    assert not late.probe().problem


def test_beyond_the_bound_the_oldest_goes_into_the_log_and_is_shown_for_good(
    late: LateRecords, audit: FakeLog, caplog: pytest.LogCaptureFixture
) -> None:
    audit.error = Unavailable("The disk is full.")
    late.put(*(an_entry(number) for number in range(MAX_WAITING + 1)))
    assert "flight_record_lost act=flight_commanded actor=pip vehicle=0" in caplog.text
    audit.error = None
    assert late.write()
    assert audit.written() == [str(number) for number in range(1, MAX_WAITING + 1)]
    assert "log: 1." in late.probe().problem
    assert late.probe().failed


def test_one_that_is_never_taken_does_not_stop_the_others(
    late: LateRecords, audit: FakeLog, caplog: pytest.LogCaptureFixture
) -> None:
    audit.spoils = "1"
    late.put(an_entry(1), an_entry(2))
    assert late.write()
    assert audit.written() == ["2"]
    assert "flight_record_lost" in caplog.text
    assert late.probe().failed


def test_its_thread_writes_by_itself(late: LateRecords, audit: FakeLog) -> None:
    late.start()
    late.put(an_entry(1))
    late.stop()
    assert audit.written() == ["1"]


def test_what_the_end_of_the_station_leaves_is_in_its_log(
    late: LateRecords, audit: FakeLog, caplog: pytest.LogCaptureFixture
) -> None:
    audit.error = Unavailable("The disk is full.")
    late.start()
    late.put(an_entry(7))
    with caplog.at_level(logging.CRITICAL):
        late.stop()
    assert "flight_record_lost act=flight_commanded actor=pip vehicle=7" in caplog.text
