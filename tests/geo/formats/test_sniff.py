"""Telling a file's format by its content, and reading it."""

from __future__ import annotations

import io
import zipfile

import pytest

from geo.formats.reading import FileRefused, Format
from geo.formats.sniff import read, sniff
from tests.geo.formats.kml_text import SQUARE, kml, placemark
from tests.geo.formats.samples import (
    collection,
    ed269,
    feature,
    plain_feature,
    shared,
    uas_zone,
)

OPENAIR = b"* x\r\nAC R\r\nAN A\r\nAL SFC\r\nAH UNL\r\nV X=51:30:00 N 000:10:00 W\r\nDC 1\r\n"
NOTAM = b"(J1234/26 NOTAMN\nA) EGTT B) 2606280800 C) PERM\nE) WI 1NM RADIUS OF 513000N 0001000W)"
AIXM = b'<?xml version="1.0"?>\n<message:AIXMBasicMessage xmlns:aixm="http://www.aixm.aero/"/>'


def zipped(name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (ed269(uas_zone()), Format.ED269),
        (b"\xef\xbb\xbf\r\n" + ed269(uas_zone()), Format.ED269),
        (collection(feature()), Format.ED318),
        (collection(feature(zoneAuthority=None)), Format.ED318),
        (collection(plain_feature()), Format.GEOJSON),
        (collection(plain_feature(layer="zones", zone="variant")), Format.GEOJSON),
        (collection(plain_feature(text='"zoneAuthority"')), Format.GEOJSON),
        (kml(), Format.KML),
        (AIXM, Format.AIXM),
        (zipped("a.KML", kml()), Format.KML),
        (zipped("a.xml", AIXM), Format.AIXM),
        (zipped("a.zip", zipped("a.xml", AIXM)), Format.AIXM),
        (zipped("a.zip", zipped("a.kmz", zipped("doc.kml", kml()))), Format.KML),
        (OPENAIR, Format.OPENAIR),
        (NOTAM, Format.NOTAM),
        (b"Q) EGTT/QRTCA/IV/BO/W/000/012/5403N00314W004\nE) x", Format.NOTAM),
    ],
    ids=range(16),
)
def test_formats(data: bytes, kind: Format) -> None:
    assert sniff(data, "whatever.bin") is kind


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"hello", "'zones.txt' is not known"),
        (b"<html></html>", "neither KML nor AIXM"),
        (b'{"a": 1}', "no list 'features'"),
        (b"[]", "no list 'features'"),
        (b"\x89PNG\r\n", "not known"),
        (zipped("a.png", b"x"), "no file of a known format"),
        (b"PK\x03\x04", "no file of a known format"),
        (b"x" * (64 * 1024 * 1024 + 1), "at most 67 MB"),
    ],
    ids=range(9),
)
def test_what_is_not_known_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        sniff(data, "zones.txt")


@pytest.mark.parametrize(
    "data",
    [
        b'{"features": []}',
        collection(metadata={"x": "zoneAuthority"}),
        collection(plain_feature({"type": "Point", "coordinates": [0, 51]})),
    ],
    ids=range(3),
)
def test_a_file_of_nothing_makes_nothing_clear(data: bytes) -> None:
    with pytest.raises(FileRefused, match="It has no zones"):
        read(data, "")


def test_a_zipped_json_or_text_is_read() -> None:
    assert read(zipped("zones.json", ed269(uas_zone())), "zones.zip").format is Format.ED269
    assert read(zipped("zones.txt", OPENAIR), "zones.zip").format is Format.OPENAIR


def test_two_zipped_files_are_refused() -> None:
    held = io.BytesIO(zipped("a.txt", OPENAIR))
    with zipfile.ZipFile(held, "a") as archive:
        archive.writestr("b.txt", OPENAIR)
    with pytest.raises(FileRefused, match="one at a time"):
        read(held.getvalue(), "zones.zip")


def test_a_date_in_the_name_counts_where_the_file_says_none() -> None:
    words = "513000N 0001200W - 513000N 0000600W - 513336N 0000600W - 513000N 0001200W"
    data = kml(placemark("EG R999 X", words, rings=(SQUARE,)))
    plain = read(data, "zones.kml")
    assert plain.effective_from is None
    named = read(data, "EG_UAS_FR_DS_AREA1_FULL_20260514.kml")
    assert named.airac == "2026-05-14"
    assert named.effective_until is not None
    assert "its name" in named.notes[""][-1]


@pytest.mark.parametrize(
    ("name", "zones"),
    [
        ("greater_london_zones.json", 54),
        ("greater_london_zones_ed318.json", 54),
        ("eaip_2022-12-29.kmz", 900),
    ],
)
def test_the_published_files(name: str, zones: int) -> None:
    assert len(read(shared(name), name).zones) >= zones
