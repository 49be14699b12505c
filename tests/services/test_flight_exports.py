"""Flights as CSV, GPX and KML: read again by other code, and whatever words are in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.core.flight_log import (
    FlightEntry,
    FlightEvent,
    FlightOrigin,
    FlightRecord,
    FlightSample,
)
from ground_station.services import flight_exports
from ground_station.services.flight_exports import ExportFormat, exported, file_name, stretches

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
RECORD = FlightRecord("id", "org", FlightOrigin.LIVE, None, "Kestrel 1 <& Co>", NOW)
GPX = "{http://www.topografix.com/GPX/1/1}"
KML = "{http://www.opengis.net/kml/2.2}"
GX = "{http://www.google.com/kml/ext/2.2}"


def at(second: float, **more: Any) -> FlightSample:
    place = {"lat": 51.5 + second / 1e5, "lon": -0.2, "alt_amsl_m": 60.0 + second}
    return FlightSample(NOW + timedelta(seconds=second), **(place | more))


def said(words: str, kind: str = "text", **more: Any) -> FlightEvent:
    return FlightEvent(NOW, kind, words, **({"lat": 51.5, "lon": -0.2} | more))


def document(form: ExportFormat, entries: Sequence[FlightEntry]) -> str:
    return "".join(exported(form, RECORD, entries))


def tree(form: ExportFormat, entries: Sequence[FlightEntry]) -> ElementTree.Element:
    return ElementTree.fromstring(document(form, entries))


def rows(entries: Sequence[FlightEntry]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(document(ExportFormat.CSV, entries), newline="")))


def test_csv_has_a_row_for_each_sample_and_event() -> None:
    made = rows([at(0, armed=True, battery=0.5), said("Arming, now"), at(0.2, lat=None)])
    assert made[0]["at"] == "2026-01-01T12:00:00.000Z"
    assert (made[0]["lat"], made[0]["battery"], made[0]["armed"]) == ("51.5", "0.5", "1")
    assert made[0]["event"] == ""
    assert (made[1]["event"], made[1]["words"]) == ("text", "Arming, now")
    assert made[2]["lat"] == ""


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_words_are_a_formula_in_a_spreadsheet(words: str) -> None:
    [row] = rows([said(words)])
    assert row["words"].startswith("'")


def test_a_negative_number_is_a_number() -> None:
    [row] = rows([at(0, down_mps=-1.5)])
    assert row["down_mps"] == "-1.5"
    assert row["lon"] == "-0.2"


def test_gpx_is_a_track_in_segments_by_its_gaps() -> None:
    root = tree(ExportFormat.GPX, [at(0), at(1), said("x"), at(20), at(21, alt_amsl_m=None)])
    assert root.get("version") == "1.1"
    segments = root.findall(f"{GPX}trk/{GPX}trkseg")
    assert [len(one) for one in segments] == [2, 2]
    first = segments[0][0]
    assert (first.get("lat"), first.get("lon")) == ("51.5000000", "-0.2000000")
    assert first.findtext(f"{GPX}ele") == "60.000"
    assert first.findtext(f"{GPX}time") == "2026-01-01T12:00:00.000Z"
    assert segments[1][1].find(f"{GPX}ele") is None
    assert root.findtext(f"{GPX}trk/{GPX}name") == "Kestrel 1 <& Co>, 01 January 2026 12:00 UTC"


def test_kml_has_absolute_heights_and_as_many_times_as_places() -> None:
    entries: list[FlightEntry] = [
        at(0),
        at(1),
        said("Land.", "command"),
        at(2, alt_amsl_m=None),
        at(20),
    ]
    root = tree(ExportFormat.KML, entries)
    tracks = list(root.iter(f"{GX}Track"))
    assert [len(one.findall(f"{KML}when")) for one in tracks] == [2, 1]
    assert [len(one.findall(f"{GX}coord")) for one in tracks] == [2, 1]
    assert {one.findtext(f"{KML}altitudeMode") for one in tracks} == {"absolute"}
    assert tracks[0].findtext(f"{GX}coord") == "-0.2000000 51.5000000 60.000"
    [point] = root.iter(f"{KML}coordinates")
    assert point.text == "-0.2000000,51.5000000"


def test_a_flight_without_any_sample_is_a_whole_document() -> None:
    for form in (ExportFormat.GPX, ExportFormat.KML):
        assert tree(form, []) is not None
    assert rows([]) == []


@given(words=st.text(max_size=40))
def test_whatever_is_said_the_documents_are_well_formed(words: str) -> None:
    entries: list[FlightEntry] = [at(0), said(words, "alert")]
    record = FlightRecord("id", "org", FlightOrigin.LIVE, None, words or "x", NOW)
    for form in (ExportFormat.GPX, ExportFormat.KML):
        ElementTree.fromstring("".join(exported(form, record, entries)))
    name = file_name(record, ExportFormat.CSV)
    assert name.isascii()
    assert not set(name) & set('/\\"\r\n;')


def test_a_long_stretch_goes_on_where_it_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flight_exports, "MOST_POINTS", 3)
    made = [one for one in stretches([at(step) for step in range(7)])]
    assert [len(one.samples) for one in made if not isinstance(one, FlightEvent)] == [3, 3, 3]


def test_a_file_is_named_by_its_vehicle_and_time() -> None:
    assert file_name(RECORD, ExportFormat.GPX) == "kestrel-1-co-20260101T120000Z.gpx"
