"""Reading NOTAMs: item E's outline, F's and G's heights, B, C and D, and what replaces what."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from geo.formats.notam import read_notam
from geo.formats.reading import FileRefused, Format, Reading
from geo.zones import Circle, DailyPeriod, Datum, OperatorType, Polygon, Restriction, SunEvent
from tests.geo.formats.samples import is_circle, only, refused

Q = "EGTT/QRTCA/IV/BO/W/000/012/5130N00010W005"
CIRCLE = "RESTRICTED AREA (TEMPORARY) WI 1NM RADIUS OF 513000N 0001000W"
SQUARE = "513000N 0001200W - 513000N 0000600W - 513336N 0000600W - 513336N 0001200W"


def notam(
    text: str = CIRCLE,
    *,
    head: str = "J1234/26 NOTAMN",
    q: str = Q,
    b: str = "2606280800",
    c: str = "2606302300",
    d: str = "",
    f: str = "SFC",
    g: str = "1200FT AMSL",
) -> str:
    schedule = f"\nD) {d}" if d else ""
    heights = "".join(f" {letter}) {words}" for letter, words in (("F", f), ("G", g)) if words)
    qualifier = f"\nQ) {q}" if q else ""
    return f"({head}{qualifier}\nA) EGTT B) {b} C) {c}{schedule}\nE) {text}\n{heights})"


def read(*texts: str) -> Reading:
    return read_notam("\n\n".join(texts).encode())


def test_the_plain_case() -> None:
    text = (
        "RESTRICTED AREA (TEMPORARY) INSTALLED FOR UAS ONLY\nWI 4NM RADIUS OF 513000N\n0001000W "
        "(SOMEWHERE).\nARTICLE 239. AR-2026-630/03. CONTACT: 01229 123456"
    )
    reading = read(notam(text))
    zone = only(reading)
    assert reading.format is Format.NOTAM
    assert (zone.zone_id, zone.source) == ("J1234/26", "NOTAM J1234/26")
    assert zone.name == "RESTRICTED AREA (TEMPORARY) INSTALLED FOR UAS ONLY"
    assert (zone.kind, zone.restriction) == ("temporary", Restriction.PERMISSION)
    assert zone.law == "ARTICLE 239; AR-2026-630/03"
    assert "01229 123456" in zone.contact
    assert is_circle(zone.parts[0], 51.5, -1 / 6, 7408.0)
    assert zone.layers[0].lower.datum is Datum.SURFACE
    assert zone.layers[0].upper.value_m == pytest.approx(365.76)
    (period,) = zone.applicability
    assert period.begins == datetime(2026, 6, 28, 8, tzinfo=UTC)
    assert period.ends == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert period.schedule == ()


def test_the_q_line_gives_neither_place_nor_heights() -> None:
    zone = only(read(notam(q="EGTT/QRTCA/IV/BO/W/050/060/5129N00009W010", g="")))
    assert is_circle(zone.parts[0], 51.5, -1 / 6, 1852.0)
    assert zone.layers[0].upper.datum is Datum.UNKNOWN


@pytest.mark.parametrize(
    ("words", "radius_m"),
    [
        ("WI 500M RADIUS OF 513000N 0001000W", 500.0),
        ("WITHIN A 2 NM RADIUS CENTRED ON 513000N 0001000W", 3704.0),
        ("WI 2NM OF 513000N 0001000W", 3704.0),
        ("CIRCLE RADIUS 2.5NM CENTRED AT 513000N 0001000W", 4630.0),
        ("AREA OF 2NM RADIUS AROUND POSITION 513000N0001000W", 3704.0),
        ("RADIUS OF 1.5 KM CENTERED ON 513000.0N 0001000.0W", 1500.0),
        ("WI 1NM RADIUS 5130N 00010W", 1852.0),
        ("WI 1000FT RADIUS OF 513000N/0001000W", 304.8),
    ],
)
def test_circles_in_many_words(words: str, radius_m: float) -> None:
    (part,) = only(read(notam(words))).parts
    assert is_circle(part, 51.5, -1 / 6, radius_m)


@pytest.mark.parametrize(
    "words",
    [
        f"AREA BOUNDED BY {SQUARE}",
        f"AREA BOUNDED BY {SQUARE} - 513000N 0001200W",
        f"WI {SQUARE.replace(' - ', '-')}",
        f"BOUNDED BY LINES JOINING: {SQUARE.replace(' - ', ', ')}".replace("LINES", "PTS"),
        f"WI {SQUARE.replace(' - ', ' TO ')} TO 513000N 0001200W",
    ],
)
def test_polygons_in_many_words(words: str) -> None:
    (part,) = only(read(notam(words))).parts
    assert isinstance(part, Polygon)
    assert len(part.ring) == 4
    assert part.ring[0] == (51.5, -0.2)


def test_several_outlines_are_one_zone() -> None:
    zone = only(read(notam(f"AREA A: {SQUARE} AND AREA B: WI 1NM RADIUS OF 513000N 0001000W")))
    assert [type(part) for part in zone.parts] == [Circle, Polygon]
    two = f"{SQUARE} AND {SQUARE.replace('W', 'E')}"
    wide = only(read(notam(two, q="EGTT/QRTCA/IV/BO/W/000/012/5130N00000E020")))
    assert len(wide.parts) == 2


def test_arcs_in_the_words_of_the_aip() -> None:
    words = (
        "513212N 0000911W - 513020N 0000648W THENCE CLOCKWISE BY THE ARC OF A CIRCLE RADIUS "
        "0.55NM CENTRED ON 513000N 0000730W TO 513001N 0000637W - 513212N 0000911W"
    )
    (part,) = only(read(notam(words))).parts
    assert isinstance(part, Polygon)
    assert len(part.ring) > 10


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("RESTRICTED AREA OVER THE PARK", "no outline"),
        ("1NM WEST OF 513000N 0001000W", "no outline"),
        ("513000N 0001000W - 513000N 0000600W", "no outline"),
        (f"{SQUARE} THENCE ALONG THE RIVER TO 513000N 0001200W", "ALONG"),
        ("EITHER SIDE OF LINE 513000N 0001000W - 513000N 0000600W", "EITHER SIDE"),
        (f"{SQUARE} WITH 513000N 0001000W", "between its places"),
        ("WI 1NM RADIUS OF 517000N 0001000W", "minutes"),
        ("WI 1NM RADIUS OF 513000N 0001000W EXC 513000N 0001100W", "no outline"),
        ("WI 300NM RADIUS OF 513000N 0001000W", "radius"),
        (
            "513000N 0001200W - 513336N 0000600W - 513000N 0000600W - 513336N 0001200W",
            "cross",
        ),
        ("WI 1NM RADIUS OF 540000N 0031000W", "far from each other"),
        ("513212N 0000911W THENCE BY AN ARC TO 513001N 0000637W", "words"),
    ],
)
def test_what_is_not_plainly_an_outline_is_a_gap_about_the_q_line(words: str, reason: str) -> None:
    reading = read(notam(words))
    assert reason in refused(reading)
    assert reading.gaps[0].feature == "line 1 'J1234/26'"
    assert reading.gaps[0].areas[0].holds(51.5, -0.17)


def test_without_q_line_and_place_it_may_be_anywhere() -> None:
    reading = read(notam("RESTRICTED AREA OVER THE PARK", q=""))
    assert reading.gaps[0].areas == ()
    everywhere = read(notam("UAS FLIGHT PROHIBITED", q="EGTT/QRPCA/IV/BO/W/000/012/5130N00010W999"))
    assert everywhere.gaps[0].areas == ()


@pytest.mark.parametrize(
    ("subject", "kind", "restriction"),
    [
        ("RTCA", "temporary", Restriction.PERMISSION),
        ("RPCA", "prohibited", Restriction.PROHIBITED),
        ("RDCA", "danger", Restriction.PERMISSION),
        ("RRCA", "restricted", Restriction.PERMISSION),
        ("WULW", "other", Restriction.INFORMATION),
    ],
)
def test_what_the_q_line_is_about(subject: str, kind: str, restriction: Restriction) -> None:
    text = "AREA WI 1NM RADIUS OF 513000N 0001000W"
    zone = only(read(notam(text, q=Q.replace("RTCA", subject))))
    assert (zone.kind, zone.restriction) == (kind, restriction)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("OBCE", "CRANE AT 513000N 0001000W"),
        ("FAAH", "AERODROME HOURS"),
        ("RDCD", "DANGER AREA DEACTIVATED"),
        ("WULW", "UAS WILL FLY SOMEWHERE"),
        ("ACCA", "CTR HOURS CHANGED"),
    ],
)
def test_what_is_no_zone_is_counted(subject: str, text: str) -> None:
    reading = read(notam(text, q=Q.replace("RTCA", subject)))
    assert not reading.zones
    assert not reading.gaps
    assert sum(reading.skipped.values()) == 1


@pytest.mark.parametrize("subject", ["LTCA", "OBCE", "WULW", "STAH"])
def test_a_text_that_makes_a_restricted_area_is_stronger_than_its_q_line(subject: str) -> None:
    zone = only(read(notam(q=Q.replace("RTCA", subject))))
    assert zone.restriction is Restriction.PERMISSION


def test_only_words_exempt_the_metropolitan_police() -> None:
    words = (
        "AREA WI 1NM RADIUS OF 513000N 0001000W. NOT APPLICABLE TO ANY AIRCRAFT IN THE SERVICE OF "
        "THE CHIEF OFFICER OF POLICE FOR THE METROPOLITAN POLICE DISTRICT"
    )
    assert only(read(notam(words))).exempt == {OperatorType.MPS}
    assert not only(read(notam("POLICE EXEMPT. WI 1NM RADIUS OF 513000N 0001000W"))).exempt


def test_an_item_in_brackets_within_the_text_is_text() -> None:
    text = "AREA A) SOMEWHERE B) WI 1NM RADIUS OF 513000N 0001000W"
    assert "B) WI" in only(read(notam(text))).conditions


# --- times ---------------------------------------------------------------------------------------


def times(d: str = "", **more: str) -> tuple[list[tuple[object, ...]], Reading]:
    reading = read(notam(d=d, **more))
    return [
        (each.begins, each.ends, each.schedule) for each in only(reading).applicability
    ], reading


@pytest.mark.parametrize("c", ["PERM", "UFN"])
def test_an_end_that_is_none(c: str) -> None:
    found, _reading = times(c=c)
    assert found[0][1] is None


def test_an_estimated_end_is_no_end_and_told() -> None:
    found, reading = times(c="2606302300 EST")
    assert found[0][1] is None
    assert "estimated" in reading.notes["J1234/26"][0]
    assert times(c="2606302300EST")[0][0][1] is None


@pytest.mark.parametrize(
    ("b", "c"), [("soon", "2606302300"), ("2613280800", "2606302300"), ("2606302300", "2606280800")]
)
def test_ends_that_cannot_be_are_open_and_told(b: str, c: str) -> None:
    found, reading = times(b=b, c=c)
    assert found[0][0] is None
    assert reading.notes["J1234/26"]


def test_the_form_of_a_briefing() -> None:
    found, _reading = times(b="FROM: 26/06/28 08:00", c="TO: 26/06/30 24:00")
    assert found[0][:2] == (
        datetime(2026, 6, 28, 8, tzinfo=UTC),
        datetime(2026, 7, 1, tzinfo=UTC),
    )


WEEKDAYS = frozenset(range(5))


@pytest.mark.parametrize(
    ("d", "schedule"),
    [
        ("DAILY 0800-1800", (DailyPeriod(frozenset(range(7)), time(8), time(18)),)),
        ("0800-1800", (DailyPeriod(frozenset(range(7)), time(8), time(18)),)),
        ("2200-0400", (DailyPeriod(frozenset(range(7)), time(22), time(4)),)),
        ("MON-FRI 0800-1800", (DailyPeriod(WEEKDAYS, time(8), time(18)),)),
        ("SAT-MON 0800-2400", (DailyPeriod(frozenset({5, 6, 0}), time(8), None),)),
        (
            "MON TUE 0800-1000 1200-1400, SUN H24",
            (
                DailyPeriod(frozenset({0, 1}), time(8), time(10)),
                DailyPeriod(frozenset({0, 1}), time(12), time(14)),
                DailyPeriod(frozenset({6})),
            ),
        ),
        ("SR-SS", (DailyPeriod(frozenset(range(7)), SunEvent.SUNRISE, SunEvent.SUNSET),)),
        ("H24", ()),
    ],
)
def test_schedules_of_days(d: str, schedule: tuple[DailyPeriod, ...]) -> None:
    found, reading = times(d)
    assert [each[2] for each in found] == [schedule]
    assert not reading.notes


def test_schedules_of_dates() -> None:
    found, reading = times("28 1000-1200 JUN 29-30 2200-0100")
    assert [each[:2] for each in found] == [
        (datetime(2026, 6, 28, 10, tzinfo=UTC), datetime(2026, 6, 28, 12, tzinfo=UTC)),
        (datetime(2026, 6, 29, 22, tzinfo=UTC), datetime(2026, 6, 30, 1, tzinfo=UTC)),
        (datetime(2026, 6, 30, 22, tzinfo=UTC), datetime(2026, 6, 30, 23, tzinfo=UTC)),
    ]
    assert not reading.notes


@pytest.mark.parametrize(
    "d",
    [
        "ON REQUEST",
        "SR MINUS 30-SS",
        "MON",
        "31-28 0800-1000",
        "31 0800-1000",
        "MON 28 H24",
        "0800-2500",
        "DAILY 0800-1000 EXC SUN",
    ],
)
def test_a_schedule_that_is_not_simple_never_makes_it_inactive(d: str) -> None:
    found, reading = times(d)
    assert found == [
        (datetime(2026, 6, 28, 8, tzinfo=UTC), datetime(2026, 6, 30, 23, tzinfo=UTC), ())
    ]
    assert "all the time" in reading.notes["J1234/26"][0]


# --- one after another ---------------------------------------------------------------------------


def test_a_cancelled_notam_is_gone() -> None:
    cancel = notam("CANCELLED", head="J1300/26 NOTAMC J1234/26")
    reading = read(notam(), notam(head="J1235/26 NOTAMN"), cancel)
    assert [zone.zone_id for zone in reading.zones] == ["J1235/26"]
    assert sum(reading.skipped.values()) == 2


def test_a_replaced_notam_ends_when_the_next_one_begins() -> None:
    later = notam(head="J1300/26 NOTAMR J1234/26", b="2606291200")
    first, second = read(notam(), later).zones
    assert (first.zone_id, second.zone_id) == ("J1234/26", "J1300/26")
    assert first.applicability[0].ends == datetime(2026, 6, 29, 12, tzinfo=UTC)
    at_once = notam(head="J1300/26 NOTAMR J1234/26")
    assert [zone.zone_id for zone in read(notam(), at_once).zones] == ["J1300/26"]


def test_lines_are_counted_over_all_of_them() -> None:
    reading = read(notam(), notam("NOWHERE", head="J1235/26 NOTAMN"))
    assert reading.gaps[0].feature == "line 7 'J1235/26'"


def test_notams_without_heads_are_told_apart_by_their_q_lines() -> None:
    bare = f"Q) {Q}\nA) EGTT B) 2606280800 C) 2606302300\nE) {CIRCLE}\nF) SFC G) UNL\n"
    reading = read(bare, bare)
    assert [zone.zone_id for zone in reading.zones] == ["NOTAM-line-1", "NOTAM-line-7"]


def test_one_text_without_any_head() -> None:
    zone = only(read(f"B) 2606280800 C) PERM\nE) {CIRCLE}\nF) SFC G) 400FT AGL"))
    assert zone.layers[0].upper.value_m == pytest.approx(121.92)


@pytest.mark.parametrize(
    ("data", "reason"), [(b"  ", "empty"), (b"hello", "no NOTAM"), (b"E) \x00", "zero")]
)
def test_files_that_are_refused_whole(data: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        read_notam(data)
