"""Hostile KML and AIXM: each file ends in a reading or in a refusal with its sentence, soon and
within little memory, and nothing outside it is read."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.formats import xml_safe
from geo.formats.aixm import read_aixm
from geo.formats.boundary import Budget
from geo.formats.kml import read_kml
from geo.formats.kml_words import MAX_CHARS, words_of
from geo.formats.reading import MAX_FEATURES, MAX_REFUSALS, FileRefused, Reading
from tests.geo.formats.aixm_text import (
    airspace,
    arc,
    circle,
    component,
    message,
    packed,
    points,
    timesheet,
)
from tests.geo.formats.kml_text import FRZ, SQUARE, kml, placemark, polygon, zipped

Reader = Callable[[bytes], Reading]
CIRCLE = "A circle, 2 NM radius, centred at 512812N 0001046W"
GOOD_KML = kml(
    placemark("EG RU172A LONDON HELIPORT", CIRCLE, remark=FRZ),
    placemark("EG R900 SQUARE", "", rings=[SQUARE]),
    head="<description>using data effective 2022-12-29.</description>",
)
GOOD_AIXM = message(
    airspace("EGR1U043A", component(circle((51.47, -0.18), 2)), local="FRZ", note=FRZ),
    airspace("EGR900", component(points(*SQUARE, SQUARE[0])), more=timesheet()),
    airspace("EGR1U028B", component(arc((51.47, -0.18), 2, 10, 30)), name="X RWY 09L"),
)
GOOD: list[tuple[Reader, bytes]] = [(read_kml, GOOD_KML), (read_aixm, GOOD_AIXM)]
BOTH = pytest.mark.parametrize(("read", "good"), GOOD, ids=["kml", "aixm"])
ROOTS: dict[Reader, str] = {read_kml: "kml", read_aixm: "AIXMBasicMessage"}


def outcome(read: Reader, data: bytes) -> str:
    """The refusal's sentence, or "" of a reading."""
    said = ""
    try:
        reading = read(data)
    except FileRefused as refused:
        said = str(refused)
    if said:
        assert len(said) > 20
        assert said.endswith(".")
        return said
    assert reading.zones or reading.gaps
    for gap in reading.gaps:
        assert gap.feature
        assert len(gap.reason) > 10
    return ""


def entities(read: Reader, declared: str, used: str) -> bytes:
    root = ROOTS[read]
    return f"<?xml version='1.0'?><!DOCTYPE x [{declared}]><{root}>{used}</{root}>".encode()


@BOTH
def test_good_files_are_good(read: Reader, good: bytes) -> None:
    assert len(read(good).zones) >= 2
    assert outcome(read, good) == ""


@BOTH
def test_entities_that_expand_without_end(read: Reader, good: bytes) -> None:
    declared = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    said = outcome(read, entities(read, declared, "<name>&a9;</name>"))
    assert "document type" in said
    assert "line 1" in said


@BOTH
@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY x SYSTEM "http://127.0.0.1:1/x">',
        '<!ENTITY % x SYSTEM "http://127.0.0.1:1/x"> %x;',
        "<!ELEMENT name ANY>",
    ],
)
def test_other_files_and_places(read: Reader, good: bytes, declared: str) -> None:
    assert "document type" in outcome(read, entities(read, declared, "<name>&x;</name>"))
    outside = f"<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/a.dtd'><{ROOTS[read]}/>".encode()
    assert "document type" in outcome(read, outside)


@BOTH
def test_an_entity_that_nobody_declared(read: Reader, good: bytes) -> None:
    at = good.index(b"EGR") if b"EGR" in good else good.index(b"EG R")
    data = good[:at] + b"&x;" + good[at:]
    reading_or_refusal = outcome(read, data)
    assert reading_or_refusal == "" or "line" in reading_or_refusal


@BOTH
def test_one_broken_off_at_every_hundredth(read: Reader, good: bytes) -> None:
    whole = {zone.zone_id for zone in read(good).zones}
    for hundredth in range(1, 100):
        part = good[: len(good) * hundredth // 100]
        try:
            reading = read(part)
        except FileRefused:
            continue
        assert {zone.zone_id for zone in reading.zones} <= whole
        assert any(gap.areas == () for gap in reading.gaps), hundredth  # the rest is not known


@BOTH
def test_a_packed_one_broken_off_at_every_hundredth(read: Reader, good: bytes) -> None:
    data = zipped(doc__kml=good) if read is read_kml else packed(good)
    for hundredth in range(1, 100):
        assert outcome(read, data[: len(data) * hundredth // 100])


@BOTH
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"\x00" * 1000,
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"{}",
        b"<",
        b"<html><body>Not found</body></html>",
        "<kml/>".encode("utf-16"),
        b"<?xml version='1.0' encoding='utf-7'?><kml/>",
        b"<?xml version='1.0' encoding='no-such'?><kml/>",
        b"<kml/>",
        b"<AIXMBasicMessage/>",
    ],
)
def test_what_is_none(read: Reader, good: bytes, data: bytes) -> None:
    assert outcome(read, data)


@BOTH
def test_bytes_that_are_no_utf8(read: Reader, good: bytes) -> None:
    at = good.index(b"SQUARE") if b"SQUARE" in good else good.index(b"EGR900")
    data = good[:at] + b"\xff\xc0" + good[at:]
    reading = read(data)
    assert reading.zones
    assert any("line" in gap.reason and gap.areas == () for gap in reading.gaps)


@BOTH
def test_elements_in_each_other_without_end(read: Reader, good: bytes) -> None:
    root = ROOTS[read].encode()
    data = b"<" + root + b">" + b"<a>" * 200_000
    assert "nested" in outcome(read, data)


@BOTH
def test_very_many_elements(read: Reader, good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_safe, "MAX_NODES", 5)
    assert "more than 5" in outcome(read, good)


@BOTH
def test_spaces_by_the_tens_of_megabytes_cost_no_memory(read: Reader, good: bytes) -> None:
    at = good.rindex(b"</")
    data = good[:at] + b" " * 40_000_000 + good[at:]
    tracemalloc.start()
    try:
        assert outcome(read, data) == ""
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_placemark_of_tens_of_megabytes_is_a_gap_and_costs_little() -> None:
    ring = "0.1,51.5 " * 3_000_000
    big = (
        "<Placemark><name>BIG</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )
    data = kml(big, placemark("EG R1 A", CIRCLE))
    tracemalloc.start()
    try:
        reading = read_kml(data)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    [gap] = reading.gaps
    assert "larger than a placemark may be" in gap.reason
    assert gap.areas == ()
    assert len(reading.zones) == 1


def test_a_hundred_megabytes_are_refused_unread() -> None:
    for read in (read_kml, read_aixm):
        assert "at most" in outcome(read, b"<kml>" + b" " * 100_000_000)


@BOTH
def test_bombs(read: Reader, good: bytes) -> None:
    spaces = b" " * 50_000_000
    data = zipped(a__kml=spaces) if read is read_kml else zipped(a__xml=spaces)
    assert "200 times" in outcome(read, data)
    nested = zipped(b__zip=zipped(c__zip=data))
    assert outcome(read, nested)


def test_more_features_than_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    point = "<Placemark><Point/></Placemark>"
    assert "50,000" in outcome(read_kml, kml(point * (MAX_FEATURES + 1)))


def test_refusals_beyond_those_told_leave_everything_open() -> None:
    bad = "<Placemark><name>B</name><Polygon/></Placemark>"
    reading = read_kml(kml(bad * (MAX_REFUSALS + 5)))
    assert len(reading.gaps) <= MAX_REFUSALS + 1
    assert reading.gaps_left_out == 5
    assert any(gap.areas == () for gap in reading.gaps)


def test_arcs_without_end_are_refused() -> None:
    there = (
        "510000N 0000000W thence clockwise by the arc of a circle radius 111272 M centred on "
        "520000N 0000000W to 510000N 0000001E - "
    )
    data = kml(*[placemark(f"EG R{n} X", there * 60) for n in range(150)])
    assert "points" in outcome(read_kml, data)


def test_a_description_too_long_is_no_outline() -> None:
    words = words_of("513000N 0001200W - " * (MAX_CHARS // 10) + "<br/>Upper limit: 500 FT ALT")
    assert words.outline == ""


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["<!--", "<a ", "<", "</", "&", "&#", "&#9", "<br/>", "<![CDATA["]
)
def test_html_that_is_never_closed_takes_no_time(piece: str) -> None:
    """The standard library's HTML parser takes minutes for some of these."""
    words_of(piece * (MAX_CHARS // len(piece)))
    words_of("&#" + "9" * (MAX_CHARS - 10))


def test_the_budget_is_a_file_refused() -> None:
    with pytest.raises(FileRefused, match="points"):
        Budget(10).spend(11)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), which=st.integers(0, 1))
def test_mutations(seed: int, which: int) -> None:
    """Bytes changed, doubled, cut out: nothing but a reading or a refusal comes of it."""
    read, good = GOOD[which]
    chance = random.Random(seed)
    data = bytearray(good)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 60)]
            case _:
                data[at:at] = chance.choice(
                    (b"-", b"9", b"NaN", b"1e999", b" ", b"<", b"&amp;", b"\x00", b"0" * 50)
                )
    outcome(read, bytes(data))


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=300))
def test_any_words(text: str) -> None:
    outcome(read_kml, kml(placemark("EG R1 A", "".join(c for c in text if c.isprintable()))))


def test_numbers_that_are_odd() -> None:
    odd = polygon(((51.5, 1e-300), (51.5, 0.1), (51.6, 0.1)))
    assert outcome(read_kml, kml(f"<Placemark><name>O</name>{odd}</Placemark>")) == ""
    for value in ("1e400", "-1", "0", "NaN", "1_0", "", "٣"):
        data = GOOD_AIXM.replace(b'"[nmi_i]">2<', f'"[nmi_i]">{value}<'.encode(), 1)
        assert read_aixm(data).gaps
