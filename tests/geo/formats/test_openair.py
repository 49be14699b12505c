"""Reading OpenAir: exact circles and arcs, classes, heights, and blocks refused by their line."""

from __future__ import annotations

import itertools
import math

import pytest

from geo.formats.boundary import distance_m
from geo.formats.openair import read_openair
from geo.formats.reading import FileRefused, Format, Reading
from geo.zones import Circle, Datum, Polygon, Restriction
from tests.geo.formats.samples import is_circle, only, refused

CENTRE = (51.47, -10.767 / 60)
HELIPORT = "V X=51:28:12 N 000:10.767 W\nDC 2"
SQUARE = (
    "DP 51:30:00 N 000:12:00 W\nDP 51:30:00 N 000:06:00 W\n"
    "DP 51:33.6 N 000:06:00 W\nDP 51:33.6 N 000:12.0 W"
)


def block(outline: str = SQUARE, *, airspace: str = "R", name: str = "ZONE", more: str = "") -> str:
    return f"AC {airspace}\nAN {name}\nAL SFC\nAH 1400FT ALT\n{more}\n{outline}\n"


def read(*blocks: str) -> Reading:
    return read_openair("\n".join(blocks).encode())


def test_the_plain_case() -> None:
    reading = read("* a comment\n", block(name="EG R157 HYDE PARK"))
    zone = only(reading)
    assert reading.format is Format.OPENAIR
    assert (zone.zone_id, zone.designator) == ("EG R157 HYDE PARK", "EGR157")
    assert (zone.kind, zone.restriction) == ("restricted", Restriction.PERMISSION)
    assert zone.layers[0].lower.datum is Datum.SURFACE
    assert zone.layers[0].upper.value_m == pytest.approx(426.72)
    assert zone.layers[0].upper.datum is Datum.AMSL
    (part,) = zone.parts
    assert isinstance(part, Polygon)
    assert part.ring[0] == (51.5, -0.2)
    assert len(part.ring) == 4


def test_a_circle_is_exact() -> None:
    assert is_circle(only(read(block(HELIPORT))).parts[0], *CENTRE, 3704.0)


@pytest.mark.parametrize(
    ("airspace", "kind", "restriction"),
    [
        ("R", "restricted", Restriction.PERMISSION),
        ("P", "prohibited", Restriction.PROHIBITED),
        ("Q", "danger", Restriction.PERMISSION),
        ("A", "controlled", Restriction.CONDITIONAL),
        ("D", "controlled", Restriction.CONDITIONAL),
        ("CTR", "controlled", Restriction.CONDITIONAL),
        ("G", "other", Restriction.INFORMATION),
        ("F", "other", Restriction.INFORMATION),
        ("W", "other", Restriction.PERMISSION),
        ("GP", "other", Restriction.PERMISSION),
        ("RMZ", "other", Restriction.PERMISSION),
    ],
)
def test_classes(airspace: str, kind: str, restriction: Restriction) -> None:
    zone = only(read(block(airspace=airspace)))
    assert (zone.kind, zone.restriction) == (kind, restriction)


def test_a_class_that_is_not_known_is_told() -> None:
    reading = read(block(airspace="RMZ"))
    assert "'RMZ'" in reading.notes["ZONE"][0]


def test_a_type_makes_it_stricter_and_never_less() -> None:
    zone = only(read(block(airspace="D", more="AY P")))
    assert (zone.kind, zone.restriction) == ("prohibited", Restriction.PROHIBITED)
    assert only(read(block(airspace="R", more="AY CTR"))).restriction is Restriction.PERMISSION
    assert only(read(block(airspace="D", more="AY FRZ"))).restriction is Restriction.PERMISSION


def test_the_zone_of_an_aerodrome_is_no_controlled_airspace_by_its_class() -> None:
    zone = only(read(block(airspace="CTR", name="HEATHROW ATZ")))
    assert (zone.kind, zone.restriction) == ("aerodrome", Restriction.PERMISSION)


@pytest.mark.parametrize(
    ("words", "value_m", "datum"),
    [
        ("FL195", 5943.6, Datum.FLIGHT_LEVEL),
        ("2500 MSL", 762.0, Datum.AMSL),
        ("2500ft AGL", 762.0, Datum.AGL),
        ("2500", 762.0, Datum.UNKNOWN),
        ("2500ft", 762.0, Datum.UNKNOWN),
        ("UNLIM", math.inf, Datum.AMSL),
        ("tall", math.inf, Datum.UNKNOWN),
    ],
)
def test_tops(words: str, value_m: float, datum: Datum) -> None:
    text = block().replace("1400FT ALT", words)
    upper = only(read(text)).layers[0].upper
    assert upper.value_m == pytest.approx(value_m)
    assert upper.datum is datum


def test_heights_that_are_missing_are_not_known() -> None:
    text = block().replace("AH 1400FT ALT\n", "").replace("AL SFC\n", "")
    (layer,) = only(read(text)).layers
    assert (layer.lower.datum, layer.upper.datum) == (Datum.UNKNOWN, Datum.UNKNOWN)
    assert only(read(block().replace("SFC", "0"))).layers[0].lower.datum is Datum.SURFACE


# --- arcs ----------------------------------------------------------------------------------------


def ring_of(outline: str) -> tuple[tuple[float, float], ...]:
    (part,) = only(read(block(outline))).parts
    assert isinstance(part, Polygon)
    return part.ring


@pytest.mark.parametrize(("direction", "north"), [("+", True), ("-", False)])
def test_an_arc_by_angles_goes_the_way_it_is_told(direction: str, north: bool) -> None:
    ring = ring_of(f"V X=51:30:00 N 000:10:00 W\nV D={direction}\nDA 5,270,90")
    assert all((lat >= 51.4999) == north or abs(lat - 51.5) < 1e-3 for lat, _lon in ring)
    centre = (51.5, -1 / 6)
    assert max(abs(distance_m(centre, place) - 9260.0) for place in ring) < 1e-3
    steps = [distance_m(a, b) for a, b in itertools.pairwise(ring)]
    chord_misses_m = 9260.0 - math.sqrt(9260.0**2 - (max(steps) / 2) ** 2)
    assert chord_misses_m <= 0.5


def test_an_arc_between_two_places_and_the_direction_of_the_next_block() -> None:
    arc = (
        "V X=51:30:00 N 000:07:30 W\n{}DB 51:30:33 N 000:07:30 W, 51:30:00 N 000:06:37 W\n"
        "DP 51:31:00 N 000:06:00 W"
    )
    reading = read(block(arc.format("V D=-\n")), block(arc.format(""), name="NEXT"))
    long_way, short_way = (zone.parts[0] for zone in reading.zones)
    assert isinstance(long_way, Polygon)
    assert isinstance(short_way, Polygon)
    assert min(lon for _lat, lon in long_way.ring) < -0.13  # west of the centre
    assert min(lon for _lat, lon in short_way.ring) == pytest.approx(-0.125)


def test_a_whole_turn_is_a_circle() -> None:
    (part,) = only(read(block("V X=51:30:00 N 000:10:00 W\nDA 5,0,360"))).parts
    assert is_circle(part, 51.5, -1 / 6, 9260.0)


def test_a_centre_stands_until_the_next_one() -> None:
    reading = read(block("V X=51:30:00 N 000:10:00 W\nDC 1"), block("DC 2", name="B"))
    assert [zone.parts[0].lat for zone in reading.zones if isinstance(zone.parts[0], Circle)] == [
        51.5,
        51.5,
    ]


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outline", "line", "reason"),
    [
        ("DP here", 6, "'here' is no place"),
        ("DP 51:70:00 N 000:12:00 W", 6, "59 minutes"),
        ("DP 51:30:00 N 190:12:00 W", 6, "no place on the Earth"),
        ("DC 5", 6, "no centre"),
        ("V X=51:30:00 N 000:10:00 W\nDC five", 7, "no number"),
        ("V X=51:30:00 N 000:10:00 W\nDA 5,270", 7, "two angles"),
        ("V X=51:30:00 N 000:10:00 W\nDA 5,90,90", 7, "same angle"),
        ("V X=51:30:00 N 000:10:00 W\nDA 0,0,90", 7, "radius"),
        ("V X=51:30:00 N 000:10:00 W\nDB 51:30:33 N 000:07:30 W", 7, "two places"),
        (
            "V X=51:30:00 N 000:10:00 W\nDB 51:30:33 N 000:07:30 W, 51:40:00 N 000:07:30 W",
            7,
            "off its own circle",
        ),
        ("V W=5\n" + SQUARE, 6, "variable"),
        ("V X=nowhere\nDC 5", 6, "no place"),
        ("DY 51:30:00 N 000:10:00 W", 6, "no line of OpenAir"),
        ("what is this\n" + SQUARE, 6, "no line of OpenAir"),
        (SQUARE + "\nV X=51:30:00 N 000:10:00 W\nDC 5", 11, "another outline"),
    ],
)
def test_a_block_with_a_line_that_is_not_understood_is_refused(
    outline: str, line: int, reason: str
) -> None:
    text = f"AC R\nAN ZONE\nAL SFC\nAH UNL\n\n{outline}\n"
    why = refused(read(text))
    assert why.startswith(f"line {line}: ")
    assert reason in why


def test_the_good_blocks_beside_it_are_read() -> None:
    reading = read(block(), block("DP x", name="BAD"), block(name="LAST"))
    assert [zone.zone_id for zone in reading.zones] == ["ZONE", "LAST"]
    assert "'BAD'" in reading.gaps[0].feature
    assert reading.gaps[0].areas == ()


def test_a_crossed_outline_and_a_swapped_one_are_refused() -> None:
    crossed = SQUARE.split("\n")
    crossed[1], crossed[2] = crossed[2], crossed[1]
    assert "cross" in refused(read(block("\n".join(crossed))))
    swapped = SQUARE.replace("51:", "aa:").replace("000:", "51:").replace("aa:", "000:")
    swapped = swapped.replace("W", "E")
    assert "swapped" in refused(read(block(swapped)))


def test_lines_before_the_first_airspace_and_terrain() -> None:
    reading = read("DP 51:30:00 N 000:12:00 W", "TO A LAKE\nDP 51:30:00 N 000:12:00 W", block())
    assert "before any AC" in reading.gaps[0].reason
    assert reading.skipped == {"terrain, which is no airspace": 1}
    assert len(reading.zones) == 1


def test_an_id_of_its_own_and_times_that_are_not_read() -> None:
    reading = read(block(more="AI 1U077\nAA 2026-06-01T10:00Z/2026-06-01T12:00Z\nSP 0,1,1,1,1"))
    assert only(reading).zone_id == "1U077"
    assert "always active" in reading.notes["1U077"][0]


def test_old_files_with_accents_are_read() -> None:
    assert only(read_openair(block(name="GENÈVE").encode("cp1252"))).name == "GENÈVE"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"* nothing\n", "no line that begins"),
        (b"AC R\x00", "bytes of zero"),
        (b"\n" * 1_000_002 + b"AC R", "lines"),
    ],
)
def test_files_that_are_refused_whole(data: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        read_openair(data)


_CIRCLE = "AC R\nAN A\nAL SFC\nAH 2000FT AGL\nV X=51:30:00 N 000:15:00 W\nDC 1\n"
_SQUARE = (
    "DP 51:31:00 N 000:16:00 W\nDP 51:31:00 N 000:14:00 W\n"
    "DP 51:29:00 N 000:14:00 W\nDP 51:29:00 N 000:16:00 W\n"
)


@pytest.mark.parametrize("cut", ["51:30:00 N 0 W", "51 N 000:15:00 W", "51:30:00 N 000 W"])
def test_a_place_without_minutes_was_cut(cut: str) -> None:
    text = _CIRCLE.replace("51:30:00 N 000:15:00 W", cut)
    assert not read_openair(text.encode()).zones


@pytest.mark.parametrize("top", ["0FT AGL", "000FT AMSL", "-200FT AMSL", "SFC", "GND", "MSL"])
def test_a_top_at_the_ground_is_refused(top: str) -> None:
    (gap,) = read_openair(_CIRCLE.replace("2000FT AGL", top).encode()).gaps
    assert "leaves nothing above the ground" in gap.reason


def test_an_outline_that_was_cut_off_may_lie_some_way_round_its_corners() -> None:
    cut = "AC R\nAN A\nAL SFC\nAH 2000FT AGL\n" + _SQUARE[: _SQUARE.index("DP 51:29")]
    (gap,) = read_openair(cut.encode()).gaps
    assert gap.areas[0].holds(51.45, -0.25)


def test_two_airspaces_whose_ac_line_was_lost_are_no_one_zone() -> None:
    second = _SQUARE.replace("51:", "52:")
    lost = f"AC R\nAN A\nAL SFC\nAH UNL\n{_SQUARE}AN B\nAL SFC\nAH UNL\n{second}"
    reading = read_openair(lost.encode())
    assert not reading.zones
    assert "AN stands in one airspace twice" in reading.gaps[0].reason
    assert reading.gaps[0].areas[0].holds(51.5, -0.25)


def test_an_arc_off_its_circle_may_lie_at_its_ends() -> None:
    ends = "51:31:00 N 000:15:00 W,51:29:00 N 000:15:00 W"
    arc = _CIRCLE.replace("51:30:00 N", "51:50:00 N").replace("DC 1", f"DB {ends}")
    (gap,) = read_openair(arc.encode()).gaps
    assert gap.areas[0].holds(51.5, -0.25)


def test_what_cannot_be_drawn_may_lie_at_its_centre() -> None:
    away = "V X=53:00:00 N 001:00:00 W\nDC 1\n"
    (gap,) = read_openair((_CIRCLE.replace("DC 1", "DC x") + away).encode()).gaps
    assert gap.areas[0].holds(51.5, -0.25)
