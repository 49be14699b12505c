"""Reading KML: words first, what is drawn to check them, and every refusal with its reason."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, datetime

import pytest

from geo.formats.boundary import Budget, apart_m, distance_m
from geo.formats.kml import read_kml
from geo.formats.reading import FileRefused, Format, Reading
from geo.zones import Circle, Datum, GeoZone, Limit, OperatorType, Polygon, Restriction, ZoneIndex
from geo.zones.model import ZoneDataset
from geo.zones.shapes import GEOD
from geo.zones.training import training_dataset
from tests.geo.formats.kml_text import (
    FRZ,
    SQUARE,
    as_polygon,
    kml,
    linear,
    official,
    placemark,
    polygon,
    zipped,
)

HELIPORT = "A circle, 2 NM radius, centred at 512812N 0001046W"
SQUARE_WORDS = (
    "513000N 0001200W - 513000N 0000600W - 513336N 0000600W - 513336N 0001200W - 513000N 0001200W"
)
HYDE_PARK_ARC = (
    "513208N 0001038W thence clockwise by the arc of a circle radius 0.55 NM centred on "
    "513151N 0000952W to - 513212N 0000911W - 513020N 0000648W - 513208N 0001038W"
)


def round_ring(lat: float, lon: float, radius_m: float, n: int = 60) -> list[tuple[float, float]]:
    ends = [GEOD.fwd(lon, lat, 360.0 * k / n, radius_m) for k in range(n)]
    return [(end[1], end[0]) for end in ends]


def one(data: bytes) -> GeoZone:
    reading = read_kml(data)
    assert reading.gaps == ()
    [zone] = reading.zones
    return zone


def notes_of(reading: Reading) -> str:
    return " | ".join(note for notes in reading.notes.values() for note in notes)


def test_a_circle_in_words_is_that_circle_exactly() -> None:
    ring = round_ring(51.47, -10 / 60 - 46 / 3600, 3704)
    part = one(kml(placemark(words=HELIPORT, rings=[ring]))).parts[0]
    assert part == Circle(51 + 28 / 60 + 12 / 3600, -(10 / 60 + 46 / 3600), 3704.0)


def test_an_arc_in_words_lies_on_its_circle() -> None:
    zone = one(kml(placemark(words=HYDE_PARK_ARC)))
    centre = (51 + 31 / 60 + 51 / 3600, -(9 / 60 + 52 / 3600))
    ring = as_polygon(zone.parts[0]).ring
    on = [p for p in ring if abs(distance_m(centre, p) - 0.55 * 1852) < 0.001]
    assert len(on) > 20
    for before, after in itertools.pairwise(on):
        middle = ((before[0] + after[0]) / 2, (before[1] + after[1]) / 2)
        assert 0.55 * 1852 - distance_m(centre, middle) <= 0.1


def test_arcs_that_the_words_turn_wrongly_are_turned_as_drawn() -> None:
    right = one(kml(placemark(words=HYDE_PARK_ARC))).parts[0]
    wrong = HYDE_PARK_ARC.replace("clockwise", "anti-clockwise")
    zone = one(kml(placemark(words=wrong, rings=[as_polygon(right).ring])))
    assert apart_m(as_polygon(zone.parts[0]), as_polygon(right), Budget()) < 0.01


def test_a_line_of_latitude_is_no_geodesic() -> None:
    words = (
        "503400N 0024500W following the line of latitude to - 503400N 0030500W - "
        "504106N 0030544W - 503400N 0024500W"
    )
    ring = as_polygon(one(kml(placemark(words=words))).parts[0]).ring
    on = [lat for lat, lon in ring if lat < 50.5667]
    assert len(on) > 5
    assert max(on) - min(on) < 1e-12


def test_small_differences_between_words_and_drawing_are_the_words() -> None:
    moved = [(lat + 20 / 111_000, lon) for lat, lon in SQUARE]
    reading = read_kml(kml(placemark(words=SQUARE_WORDS, rings=[moved])))
    [part] = reading.zones[0].parts
    assert as_polygon(part).ring[0] == (51.5, -0.2)
    assert not reading.notes


def test_words_and_drawing_that_differ_both_count() -> None:
    moved = [(lat + 500 / 111_000, lon) for lat, lon in SQUARE]
    reading = read_kml(kml(placemark(words=SQUARE_WORDS, rings=[moved])))
    assert len(reading.zones[0].parts) == 2
    assert "differ by 501 m" in notes_of(reading) or "differ by 500 m" in notes_of(reading)


def test_words_and_drawing_far_apart_are_refused_with_both_places() -> None:
    moved = [(lat + 0.5, lon) for lat, lon in SQUARE]
    [gap] = read_kml(kml(placemark("EG R900 X", SQUARE_WORDS, rings=[moved]))).gaps
    assert "EG R900 X" in gap.feature
    assert "differ by 55" in gap.reason
    assert any(area.holds(51.53, -0.15) for area in gap.areas)
    assert any(area.holds(52.03, -0.15) for area in gap.areas)


@pytest.mark.parametrize("way", ["then along the coastline to", "then along the river to"])
def test_what_no_numbers_say_is_taken_from_the_drawing(way: str) -> None:
    words = SQUARE_WORDS.replace("513000N 0000600W -", f"513000N 0000600W - {way}")
    reading = read_kml(kml(placemark(words=words, rings=[SQUARE])))
    assert reading.zones[0].parts == (Polygon(SQUARE),)
    assert way in notes_of(reading)
    assert "drawn outline is used" in notes_of(reading)


def test_unknown_words_without_a_drawing_are_refused() -> None:
    words = SQUARE_WORDS.replace("513000N 0000600W -", "513000N 0000600W then by the moon to")
    [gap] = read_kml(kml(placemark(words=words))).gaps
    assert "by the moon" in gap.reason
    assert gap.areas[0].holds(51.53, -0.15)


def test_words_that_cross_themselves_are_not_used() -> None:
    crossed = (
        "513000N 0001200W - 513336N 0000600W - 513000N 0000600W - 513336N 0001200W - "
        "513000N 0001200W"
    )
    reading = read_kml(kml(placemark(words=crossed, rings=[SQUARE])))
    assert reading.zones[0].parts == (Polygon(SQUARE),)
    assert "crosses itself" in notes_of(reading)


def test_a_drawing_that_crosses_itself_is_refused_where_it_lies() -> None:
    bow = (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3])
    good = placemark("EG R901 GOOD", SQUARE_WORDS)
    reading = read_kml(kml(placemark("EG R900 BOW", "", rings=[bow]), good))
    [gap] = reading.gaps
    assert "EG R900 BOW" in gap.feature
    assert "cross" in gap.reason
    assert gap.reason.startswith("line 4:")
    assert gap.areas[0].holds(51.53, -0.15)
    assert not gap.areas[0].holds(51.60, -0.15)
    assert [zone.zone_id for zone in reading.zones] == ["EG R901"]


def test_swapped_coordinates_are_refused_with_both_places() -> None:
    turned = [(lon, lat) for lat, lon in SQUARE]
    [gap] = read_kml(kml(placemark("Camp", "", rings=[turned]))).gaps
    assert "swapped" in gap.reason
    assert any(area.holds(51.53, -0.15) for area in gap.areas)
    assert any(area.holds(-0.15, 51.53) for area in gap.areas)


def test_a_body_of_top_bottom_and_walls_is_one_outline_without_heights() -> None:
    top = polygon(SQUARE, 609.6)
    walls = "".join(
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{a[1]},{a[0]},0 {b[1]},{b[0]},0 "
        f"{b[1]},{b[0]},609.6 {a[1]},{a[0]},609.6 {a[1]},{a[0]},0</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon>"
        for a, b in zip(SQUARE, (*SQUARE[1:], SQUARE[0]), strict=True)
    )
    body = f"<Placemark><name>A</name><MultiGeometry>{top}{polygon(SQUARE)}{walls}</MultiGeometry>"
    zone = one(kml(body + "</Placemark>"))
    assert zone.parts == (Polygon(SQUARE),)
    assert zone.layers[0].upper.datum is Datum.UNKNOWN
    assert zone.layers[0].upper.value_m == math.inf


def test_holes_are_kept_and_bad_holes_refused() -> None:
    hole = ((51.52, -0.16), (51.52, -0.14), (51.54, -0.14), (51.54, -0.16))
    inside = f"<Placemark><name>A</name>{polygon(SQUARE, holes=[hole])}</Placemark>"
    assert one(kml(inside)).parts == (Polygon(SQUARE, (hole,)),)
    away = [(lat + 1, lon) for lat, lon in hole]
    outside = f"<Placemark><name>A</name>{polygon(SQUARE, holes=[away])}</Placemark>"
    assert "hole" in read_kml(kml(outside)).gaps[0].reason


@pytest.mark.parametrize(
    ("words", "value_m", "datum"),
    [
        ("2000 FT SFC", 609.6, Datum.AGL),
        ("2000 FT AGL", 609.6, Datum.AGL),
        ("1400 FT MSL", 426.72, Datum.AMSL),
        ("500 FT ALT", 152.4, Datum.AMSL),
        ("FL660", 20116.8, Datum.FLIGHT_LEVEL),
        ("UNL", math.inf, Datum.AMSL),
        ("as notified", math.inf, Datum.UNKNOWN),
        ("", math.inf, Datum.UNKNOWN),
    ],
)
def test_limits_are_the_words(words: str, value_m: float, datum: Datum) -> None:
    reading = read_kml(kml(placemark(words=HELIPORT, upper=words)))
    limit = reading.zones[0].layers[0].upper
    assert limit.value_m == pytest.approx(value_m)
    assert limit.datum is datum
    assert limit.as_published == words
    assert ("limit is" in notes_of(reading)) == (datum is Datum.UNKNOWN)


@pytest.mark.parametrize(
    "description",
    [
        f"{HELIPORT}\nUpper limit: 2000 FT AGL\nLower limit: SFC",
        f"<b>LONDON HELIPORT</b><br/>{HELIPORT}<br>Upper limit:\n2000 FT AGL<br>Lower limit: SFC",
        f"<p>{HELIPORT}</p><p>Lower limit: SFC</p><p>Upper limit: 2000 FT AGL</p>",
    ],
)
def test_other_ways_to_write_the_table(description: str) -> None:
    inside = f"<description><![CDATA[{description}]]></description>"
    zone = one(kml(f"<Placemark><name>X</name>{inside}</Placemark>"))
    assert zone.parts == (Circle(51 + 28 / 60 + 12 / 3600, -(10 / 60 + 46 / 3600), 3704.0),)
    assert zone.layers[0].upper == Limit(609.6, Datum.AGL, "2000 FT AGL")
    assert zone.layers[0].lower.datum is Datum.SURFACE


def test_limits_in_a_remark_are_no_limits() -> None:
    remark = "Activity: X.<br/>Upper Limit: ALT 12000 0600-1800.<br/>Contact: Tel: 01980-1"
    zone = one(kml(placemark("EG D128 EVERLEIGH", HELIPORT, upper="50000 FT MSL", remark=remark)))
    assert zone.layers[0].upper.as_published == "50000 FT MSL"
    assert "ALT 12000 0600-1800" in zone.conditions


def test_a_band_upside_down_is_refused() -> None:
    [gap] = read_kml(kml(placemark(words=HELIPORT, lower="3000 FT MSL", upper="2000 FT MSL"))).gaps
    assert "below its" in gap.reason


@pytest.mark.parametrize(
    ("name", "remark", "kind", "restriction"),
    [
        ("EG RU172A LONDON HELIPORT", FRZ, "aerodrome", Restriction.PERMISSION),
        ("EG RU128B LONDON HEATHROW RWY 09L", FRZ, "runway", Restriction.PERMISSION),
        ("EG R1U077 HMP WORMWOOD SCRUBS", "", "prison", Restriction.PERMISSION),
        ("EG P813 DOUNREAY", "", "prohibited", Restriction.PROHIBITED),
        ("EG D012 LYME BAY NORTH", "", "danger", Restriction.PERMISSION),
        ("EG R157 HYDE PARK", "", "restricted", Restriction.PERMISSION),
        ("LONDON CTR", "", "controlled", Restriction.CONDITIONAL),
        ("Garden party", "", "other", Restriction.PERMISSION),
    ],
)
def test_kinds(name: str, remark: str, kind: str, restriction: Restriction) -> None:
    zone = one(kml(placemark(name, HELIPORT, remark=remark)))
    assert (zone.kind, zone.restriction) == (kind, restriction)


def test_a_folder_says_the_kind_where_the_name_does_not() -> None:
    inside = f"<Folder><name>Prohibited</name>{placemark('X', HELIPORT)}</Folder>"
    assert one(kml(inside)).restriction is Restriction.PROHIBITED


def test_ids_names_and_designators() -> None:
    zone = one(kml(placemark("EG R1U043A LONDON HELIPORT", HELIPORT, remark=FRZ)))
    assert (zone.zone_id, zone.designator, zone.name) == (
        "EG R1U043A",
        "EGR1U043A",
        "LONDON HELIPORT",
    )
    assert zone.authority == "heliport operator"
    assert "94A" in zone.law
    assert "AD 3.2" in zone.contact


def test_the_same_id_twice_is_told() -> None:
    reading = read_kml(kml(placemark("EG R1 A", HELIPORT), placemark("EG R1 A", SQUARE_WORDS)))
    assert len({zone.zone_id for zone in reading.zones}) == 2
    assert "more than once" in notes_of(reading)


MPS_WORDS = (
    "Flight permitted by:<br/>any aircraft in the service of the Chief Officer of Police for the "
    "Metropolitan Police District;"
)


def test_only_the_zones_own_words_exempt_and_never_an_aerodrome_or_prison() -> None:
    assert one(kml(placemark("EG R157 HYDE PARK", HELIPORT, remark=MPS_WORDS))).exempt == {
        OperatorType.MPS
    }
    for name in ("EG RU1 X RWY 09", "EG R1U1 HMP X", "EG R2 FRZ"):
        assert not one(kml(placemark(name, HELIPORT, remark=MPS_WORDS))).exempt
    npas = "any aircraft operating for or on behalf of National Police Air Service"
    assert not one(kml(placemark("EG R156 WINDSOR", HELIPORT, remark=npas))).exempt


def test_points_and_lines_are_counted_and_alone_refused() -> None:
    point = "<Placemark><name>VOR</name><Point><coordinates>0,51</coordinates></Point></Placemark>"
    line = (
        "<Placemark><name>L</name><LineString><coordinates>0,51 1,51</coordinates></LineString>"
        "</Placemark>"
    )
    reading = read_kml(kml(point, line, point, placemark(words=HELIPORT)))
    assert dict(reading.skipped) == {"a point and no outline": 2, "a line and no outline": 1}
    with pytest.raises(FileRefused, match="2 with a point"):
        read_kml(kml(point, point))


def test_a_closed_line_may_be_an_outline_and_is_refused() -> None:
    closed = "<LineString><coordinates>0,51 1,51 1,52 0,51</coordinates></LineString>"
    for drawn in (closed, linear(SQUARE)):
        [gap] = read_kml(kml(f"<Placemark><name>C</name>{drawn}</Placemark>")).gaps
        assert "closed line" in gap.reason
        assert gap.areas == ()


def test_an_outline_without_an_area_is_refused() -> None:
    flat = "<Placemark><name>F</name>" + polygon(((51.5, 0.0), (51.5, 0.1))) + "</Placemark>"
    assert "no outline with an area" in read_kml(kml(flat)).gaps[0].reason


def test_links_leave_everything_open() -> None:
    link = "<NetworkLink><Link><href>http://example.invalid/a.kml</href></Link></NetworkLink>"
    [gap] = read_kml(kml(link, placemark(words=HELIPORT))).gaps
    assert gap.areas == ()


@pytest.mark.parametrize("bad", ["0,91 1,51 2,52", "0,51 nan,51 2,52", "0,51 1 2,52", "1_0,51 1,2"])
def test_bad_coordinates_are_named(bad: str) -> None:
    ring = linear(SQUARE)
    body = (
        f"<Placemark><name>B</name><Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{bad}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )
    [gap] = read_kml(kml(body)).gaps
    assert "no place on the Earth" in gap.reason


def test_tiny_numbers_near_greenwich_are_numbers() -> None:
    ring = ((51.47, -5e-05), (51.47, 0.1), (51.5, 0.1))
    [part] = one(kml(f"<Placemark><name>G</name>{polygon(ring)}</Placemark>")).parts
    assert as_polygon(part).ring == ring


def test_dates_by_name_words_and_span() -> None:
    body = kml(placemark(words=HELIPORT))
    begins = datetime(2026, 5, 14, tzinfo=UTC)
    named = zipped(EG_UAS_FR_DS_AREA1_FULL_20260514__kml=body)
    for data in (
        zipped(a__kmz=named),
        kml(
            placemark(words=HELIPORT), head="<description>data effective 2026-05-14.</description>"
        ),
    ):
        reading = read_kml(data)
        assert reading.effective_from == begins
        assert reading.effective_until == datetime(2026, 6, 11, tzinfo=UTC)
        assert reading.airac == "2026-05-14"
    span = "<TimeSpan><begin>2026-05-02T00:00:00Z</begin><end>2026-05-09</end></TimeSpan>"
    reading = read_kml(kml(placemark(words=HELIPORT), head=span))
    assert reading.effective_until == datetime(2026, 5, 9, tzinfo=UTC)
    assert reading.airac == ""
    assert read_kml(body).effective_from is None


def test_dates_that_disagree_are_no_dates() -> None:
    body = kml(placemark(words=HELIPORT), head="<description>effective 2026-04-16.</description>")
    reading = read_kml(zipped(EG_20260514__kml=body))
    assert reading.effective_from is None
    assert "2026-04-16, 2026-05-14" in notes_of(reading)


def test_a_file_that_breaks_off_keeps_what_was_whole_and_leaves_a_gap() -> None:
    data = kml(placemark("EG R1 A", HELIPORT), placemark("EG R2 B", SQUARE_WORDS))
    reading = read_kml(data[: data.index(b"EG R2")])
    assert [zone.zone_id for zone in reading.zones] == ["EG R1"]
    [gap] = reading.gaps
    assert gap.areas == ()
    assert "line 5" in gap.reason


def test_another_root_is_named() -> None:
    with pytest.raises(FileRefused, match="'gpx'"):
        read_kml(b"<gpx></gpx>")


def test_the_official_file_is_read_whole() -> None:
    reading = official()
    assert reading.format is Format.KML
    assert len(reading.zones) == 924
    assert reading.gaps == ()
    assert reading.airac == "2022-12-29"
    assert reading.effective_until == datetime(2023, 1, 26, tzinfo=UTC)
    assert sum(isinstance(zone.parts[0], Circle) for zone in reading.zones) == 202
    assert set(reading.notes) == {"EG D012", "EG D031", "EG D138D", "EG D401", "EG D710", "EG D802"}
    assert {zone.zone_id for zone in reading.zones if zone.exempt} == {
        "EG R157",
        "EG R158",
        "EG R159",
    }
    assert sum(zone.restriction is Restriction.PROHIBITED for zone in reading.zones) == 2
    ZoneIndex(ZoneDataset("UK", False, None, None, reading.zones))


def test_the_official_outlines_are_those_of_the_training_set() -> None:
    published = {zone.designator: zone for zone in official().zones}
    training = {zone.zone_id: zone for zone in training_dataset(datetime.now(UTC)).zones}
    for name in ("EGR157", "EGR158", "EGR159"):
        pair = (as_polygon(published[name].parts[0]), as_polygon(training[name].parts[0]))
        apart = apart_m(*pair, Budget())
        assert apart < 20, name  # its arcs are joined to their corners differently
    assert published["EGR156"].parts[0] == training["EGR156"].parts[0]
