"""KML written: what map programs show, and what reads back as the same zones or stricter ones."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.formats.boundary import Budget, apart_m, distance_m
from geo.formats.kml import read_kml
from geo.formats.kml_write import write_kml
from geo.zones import (
    Applicability,
    Circle,
    DailyPeriod,
    Datum,
    Gap,
    GeoZone,
    Layer,
    Limit,
    Polygon,
    Restriction,
    ZoneDataset,
)
from geo.zones.training import training_dataset
from tests.geo.formats.kml_text import SQUARE, official

BEGINS, ENDS = datetime(2026, 5, 14, tzinfo=UTC), datetime(2026, 6, 11, tzinfo=UTC)
SURFACE = Limit(0.0, Datum.SURFACE, "SFC")
TOP = Limit(609.6, Datum.AGL, "2000 FT AGL")
HOLE = ((51.52, -0.16), (51.52, -0.14), (51.54, -0.14), (51.54, -0.16))


def zone(*layers: Layer, zone_id: str = "EGR900", **more: object) -> GeoZone:
    made = GeoZone(
        zone_id=zone_id,
        name="A & B <C>",
        kind="restricted",
        restriction=Restriction.PERMISSION,
        layers=layers or (Layer((Polygon(SQUARE),), SURFACE, TOP),),
        authority="Somebody",
        contact="020 7946 0000",
        law="SI 2026/1",
        source="tests",
        designator="EGR900",
        conditions="First.\nSecond: 1 < 2 & 3.",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def dataset(*zones: GeoZone, training: bool = False) -> ZoneDataset:
    return ZoneDataset("Zones", training, BEGINS, ENDS, zones)


def back(*zones: GeoZone) -> tuple[GeoZone, ...]:
    reading = read_kml(write_kml(dataset(*zones)).data)
    assert reading.gaps == ()
    return reading.zones


def same_shape(one: Circle | Polygon, other: Circle | Polygon) -> bool:
    if isinstance(one, Circle) and isinstance(other, Circle):
        moved = distance_m((one.lat, one.lon), (other.lat, other.lon))
        return moved < 0.01 and abs(one.radius_m - other.radius_m) < 0.01
    if isinstance(one, Polygon) and isinstance(other, Polygon):
        return apart_m(one, other, Budget()) < 0.01 and len(one.holes) == len(other.holes)
    return False


def test_a_zone_reads_back_as_itself() -> None:
    original = zone()
    [read] = back(original)
    assert same_shape(read.parts[0], original.parts[0])
    assert replace(read, layers=original.layers, source="tests") == original


def test_validity_and_title_are_in_it() -> None:
    reading = read_kml(write_kml(dataset(zone())).data)
    assert (reading.effective_from, reading.effective_until) == (BEGINS, ENDS)
    assert reading.title == "Zones"


def test_training_is_in_the_title() -> None:
    assert b"TRAINING, NOT FOR OPERATIONAL USE" in write_kml(dataset(zone(), training=True)).data


def test_circles_and_polygons_together_stay_exact() -> None:
    parts: tuple[Circle | Polygon, ...] = (Circle(51.47, -0.18, 3704.0), Polygon(SQUARE))
    [read] = back(zone(Layer(parts, SURFACE, TOP)))
    assert len(read.parts) == 2
    assert all(same_shape(*both) for both in zip(read.parts, parts, strict=True))


def test_holes_stay() -> None:
    [read] = back(zone(Layer((Polygon(SQUARE, (HOLE,)),), SURFACE, TOP)))
    assert same_shape(read.parts[0], Polygon(SQUARE, (HOLE,)))


def test_a_circle_beside_a_hole_is_drawn_round_and_said() -> None:
    circle = Circle(51.47, -0.4, 3704.0)
    original = zone(Layer((Polygon(SQUARE, (HOLE,)), circle), SURFACE, TOP))
    written = write_kml(dataset(original))
    assert any("polygons round them" in note for note in written.notes)
    [read] = read_kml(written.data).zones
    drawn = read.parts[1]
    assert isinstance(drawn, Polygon)
    for before, after in zip(drawn.ring, drawn.ring[1:], strict=False):
        middle = ((before[0] + after[0]) / 2, (before[1] + after[1]) / 2)
        assert distance_m((circle.lat, circle.lon), middle) >= circle.radius_m - 0.01


def test_layers_become_zones_and_that_is_said() -> None:
    high = Limit(1000.0, Datum.AMSL, "1000 m")
    original = zone(
        Layer((Polygon(SQUARE),), SURFACE, TOP), Layer((Polygon(SQUARE),), SURFACE, high)
    )
    written = write_kml(dataset(original))
    assert any("layers" in note for note in written.notes)
    reading = read_kml(written.data)
    assert [each.zone_id for each in reading.zones] == ["EGR900", "EGR900#2"]
    assert reading.zones[1].layers[0].upper.value_m == pytest.approx(1000.0)


def test_times_become_always_and_that_is_said() -> None:
    period = DailyPeriod(frozenset({0}), time(7), time(23))
    timed = zone(applicability=(Applicability(None, None, (period,), "Mon 0700-2300"),))
    written = write_kml(dataset(timed))
    assert any("always is" in note for note in written.notes)
    [read] = read_kml(written.data).zones
    assert read.applicability == ()
    assert "Mon 0700-2300" in read.conditions


def test_gaps_are_said() -> None:
    with_gap = replace(dataset(zone()), gaps=(Gap("airspace 'X'", "it crosses itself"),))
    assert any("airspace 'X'" in note for note in write_kml(with_gap).notes)


@pytest.mark.parametrize("restriction", list(Restriction))
def test_restrictions_and_kinds_stay(restriction: Restriction) -> None:
    for kind in ("aerodrome", "runway", "prison", "danger", "controlled", "incident", "other"):
        [read] = back(zone(restriction=restriction, kind=kind))
        assert (read.restriction, read.kind) == (restriction, kind)


@pytest.mark.parametrize(
    "limit",
    [
        Limit(609.6, Datum.AGL, ""),
        Limit(150.123, Datum.AGL, ""),
        Limit(426.72, Datum.AMSL, "1400 FT ALT"),
        Limit(3048.0, Datum.FLIGHT_LEVEL, "FL100"),
        Limit(math.inf, Datum.AMSL, "UNL"),
    ],
)
def test_limits_stay(limit: Limit) -> None:
    [read] = back(zone(Layer((Polygon(SQUARE),), SURFACE, limit)))
    assert read.layers[0].upper.datum is limit.datum
    assert read.layers[0].upper.value_m == pytest.approx(limit.value_m, abs=0.0011)


@pytest.mark.parametrize("datum", [Datum.HAE, Datum.UNKNOWN])
def test_limits_above_something_else_are_never_lower_read_back(datum: Datum) -> None:
    original = zone(Layer((Polygon(SQUARE),), SURFACE, Limit(100.0, datum, "100 m of something")))
    assert any("100 m of something" in note for note in write_kml(dataset(original)).notes)
    [read] = back(original)
    assert read.layers[0].upper.datum is Datum.UNKNOWN


def test_characters_that_xml_has_not_are_left_out() -> None:
    [read] = back(zone(name="a\x00b\x1bc\ud800d\uffff"))
    assert read.name == "abcd"


def test_the_training_set_reads_back() -> None:
    training = training_dataset(datetime(2026, 6, 1, tzinfo=UTC))
    reading = read_kml(write_kml(training).data)
    assert reading.gaps == ()
    assert not reading.notes
    for read, original in zip(reading.zones, training.zones, strict=True):
        assert read.zone_id == original.zone_id
        assert all(same_shape(*both) for both in zip(read.parts, original.parts, strict=True))


def test_the_official_file_written_reads_back() -> None:
    published = official().zones
    reading = read_kml(write_kml(dataset(*published)).data)
    assert reading.gaps == ()
    for read, original in list(zip(reading.zones, published, strict=True))[::7]:
        assert replace(read, layers=(), source="") == replace(original, layers=(), source="")
        assert same_shape(read.parts[0], original.parts[0])


@settings(max_examples=60, deadline=None)
@given(
    st.floats(50, 58),
    st.floats(-6, 1.5),
    st.floats(5, 50_000),
    st.text(max_size=40),
)
def test_any_circle_and_name(lat: float, lon: float, radius_m: float, name: str) -> None:
    [read] = back(zone(Layer((Circle(lat, lon, radius_m),), SURFACE, TOP), name=name))
    assert same_shape(read.parts[0], Circle(lat, lon, radius_m))
