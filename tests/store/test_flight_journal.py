"""Journals of flights on the disk: what is flushed stays, what is torn is left out."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.core.errors import NotFound
from ground_station.core.flight_log import (
    FlightEntry,
    FlightEvent,
    FlightOrigin,
    FlightRecord,
    FlightSample,
)
from ground_station.core.ids import new_id
from ground_station.store import flight_journal
from ground_station.store.flight_journal import FileJournals

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def record() -> FlightRecord:
    return FlightRecord(new_id(), new_id(), FlightOrigin.LIVE, None, "Kestrel 1", NOW)


def sample(second: float, **more: Any) -> FlightSample:
    return FlightSample(NOW + timedelta(seconds=second), lat=51.5, lon=-0.2, **more)


EVENT = FlightEvent(NOW, "text", "Arming „motors“\n", "notice", 51.5, None, "ref")


def file_of(folder: Path, one: FlightRecord) -> Path:
    return folder / "flights" / f"{one.record_id}.jsonl"


def test_what_was_appended_is_read_again_in_order(tmp_path: Path) -> None:
    journals, one = FileJournals(tmp_path), record()
    journal = journals.begin(one)
    entries: list[FlightEntry] = [
        sample(0, armed=True, mode="guided"),
        EVENT,
        sample(0.2, battery=0.5, item=3),
    ]
    for entry in entries:
        journal.append(entry)
    journal.flush()
    assert list(journals.read(one.record_id)) == entries
    assert journals.head(one.record_id) == one
    assert journals.ids() == [one.record_id]
    digest = journal.close()
    assert digest == hashlib.sha256(file_of(tmp_path, one).read_bytes()).hexdigest()
    assert file_of(tmp_path, one).stat().st_mode & 0o077 == 0


def test_it_can_be_gone_on_with(tmp_path: Path) -> None:
    journals, one = FileJournals(tmp_path), record()
    for second in range(3):
        journal = journals.begin(one)
        journal.append(sample(second))
        journal.close()
    assert len(list(journals.read(one.record_id))) == 3


@given(cut=st.integers(1, 400))
def test_however_it_was_cut_what_came_before_is_read(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    journals, one = FileJournals(folder), record()
    journal = journals.begin(one)
    entries = [sample(second) for second in range(5)]
    for entry in entries:
        journal.append(entry)
    journal.close()
    path = file_of(folder, one)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    left = list(journals.read(one.record_id))
    assert left == entries[: len(left)]
    again = journals.begin(one)
    again.append(EVENT)
    again.close()
    after = list(journals.read(one.record_id))
    assert after[-1] == EVENT
    assert after[:-1] in (left, entries[: len(left) + 1])  # a line cut of its end only is whole


def test_a_disk_that_takes_a_part_tears_one_line_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journals, one = FileJournals(tmp_path), record()
    journal = journals.begin(one)
    journal.append(sample(0))
    journal.flush()
    real = os.write
    room = [30]

    def small(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        done = real(file, data[: room[0]])
        room[0] -= done
        return done

    monkeypatch.setattr(os, "write", small)
    journal.append(sample(1))
    with pytest.raises(OSError, match="No space"):
        journal.flush()
    monkeypatch.setattr(os, "write", real)
    journal.append(sample(2))
    journal.flush()
    assert list(journals.read(one.record_id)) == [sample(0), sample(2)]


def test_a_file_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flight_journal, "MAX_FILE_BYTES", 2000)
    journals, one = FileJournals(tmp_path), record()
    journal = journals.begin(one)

    def fill() -> None:
        for second in range(100):
            journal.append(sample(second))
            journal.flush()

    with pytest.raises(OSError, match="reached"):
        fill()
    assert file_of(tmp_path, one).stat().st_size <= 2000


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"{}",
        b"nonsense",
        b'["s", 1]',
        b'["x", 1, 2]',
        b'["h", 1, {}]',
        b"\xff\xfe",
        b"[1e999]",
    ],
)
def test_lines_that_are_none_are_left_out(tmp_path: Path, line: bytes) -> None:
    journals, one = FileJournals(tmp_path), record()
    journals.begin(one).close()
    with file_of(tmp_path, one).open("ab") as opened:
        opened.write(line + b"\n")
    journal = journals.begin(one)
    journal.append(EVENT)
    journal.close()
    assert list(journals.read(one.record_id)) == [EVENT]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    journals = FileJournals(tmp_path)
    assert journals.ids() == []
    assert journals.head(new_id()) is None
    assert journals.written_at(new_id()) is None
    journals.remove(new_id())
    with pytest.raises(NotFound):
        list(journals.read(new_id()))
    with pytest.raises(NotFound):
        list(journals.read("../../etc/passwd"))


def test_a_removed_one_is_gone(tmp_path: Path) -> None:
    journals, one = FileJournals(tmp_path), record()
    journals.begin(one).close()
    assert journals.written_at(one.record_id) is not None
    journals.remove(one.record_id)
    assert journals.ids() == []


def test_a_file_of_before_a_field_was_added_is_read(tmp_path: Path) -> None:
    journals, one = FileJournals(tmp_path), record()
    journals.begin(one).close()
    with file_of(tmp_path, one).open("ab") as opened:
        opened.write(b'["s","2026-01-01T12:00:00Z",51.5,-0.2]\n')
    assert list(journals.read(one.record_id)) == [sample(0)]


def test_the_fields_stand_in_the_order_that_files_have_them(tmp_path: Path) -> None:
    """The lines have no names: a field that is moved would be read as another."""
    names = [one.name for one in dataclasses.fields(FlightSample)]
    assert " ".join(names) == (
        "at lat lon alt_amsl_m height_home_m height_agl_m north_mps east_mps down_mps roll_deg "
        "pitch_deg heading_deg battery voltage_v current_a satellites mode armed item wind_mps "
        "wind_from_deg gimbal_pitch_deg gimbal_yaw_deg link_ok"
    )
    events = [one.name for one in dataclasses.fields(FlightEvent)]
    assert " ".join(events) == "at kind words severity lat lon reference"
