"""Reading ED-318: leniently, as real files are; and the two published files of the same zones."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from geo.formats.ed269 import read_ed269
from geo.formats.ed318 import read_ed318
from geo.formats.reading import FileRefused, Format
from geo.zones import Circle, Datum, Polygon, Restriction
from tests.geo.formats.samples import (
    CROSSED,
    RING,
    circle,
    collection,
    feature,
    layered,
    only,
    polygon,
    refused,
    shared,
)


def test_the_plain_case() -> None:
    reading = read_ed318(collection(feature(), name="Zones"))
    zone = only(reading)
    assert (reading.format, reading.title) == (Format.ED318, "Zones")
    assert (zone.zone_id, zone.name, zone.authority) == ("1U077", "HMP SOMEWHERE", "HMPPS")
    assert zone.restriction is Restriction.PERMISSION
    assert zone.layers[0].upper.value_m == pytest.approx(152.4)
    assert zone.layers[0].upper.as_published == "500 FT AMSL"
    assert zone.layers[0].lower.datum is Datum.SURFACE


def test_a_point_with_an_extent_is_an_exact_circle() -> None:
    zone = only(read_ed318(collection(feature(layered(circle())))))
    assert zone.parts == (Circle(51.5, -0.2, 926.0),)


def test_metres_where_no_unit_is_said_and_the_ellipsoid_is_a_datum() -> None:
    geometry = layered(polygon(), upper=120, upperReference="WGS84")
    del geometry["layer"]["uom"]
    upper = only(read_ed318(collection(feature(geometry)))).layers[0].upper
    assert (upper.value_m, upper.datum) == (120.0, Datum.HAE)


def test_several_layers_of_a_collection() -> None:
    geometry = {
        "type": "GeometryCollection",
        "geometries": [
            layered(polygon(), upper=150, upperReference="AGL", uom="m"),
            layered(circle(), lower=150, lowerReference="AGL", upper=99999, uom="m"),
        ],
    }
    low, high = only(read_ed318(collection(feature(geometry)))).layers
    assert low.upper.value_m == 150.0
    assert math.isinf(high.upper.value_m)
    assert isinstance(high.parts[0], Circle)


def test_limits_of_a_collection_hold_for_what_is_in_it() -> None:
    geometry = layered({"type": "GeometryCollection", "geometries": [polygon(), circle()]})
    (layer,) = only(read_ed318(collection(feature(geometry)))).layers
    assert layer.upper.value_m == pytest.approx(152.4)
    assert len(layer.parts) == 2


def test_a_multipolygon_and_a_hole() -> None:
    hole = [[-0.23, 51.49], [-0.22, 51.49], [-0.22, 51.5], [-0.23, 51.49]]
    away = [[lon + 0.1, lat] for lon, lat in RING]
    geometry = layered({"type": "MultiPolygon", "coordinates": [[RING, hole], [away]]})
    first, second = only(read_ed318(collection(feature(geometry)))).parts
    assert isinstance(first, Polygon)
    assert len(first.holes) == 1
    assert isinstance(second, Polygon)


def test_no_layer_is_no_height_that_is_known() -> None:
    zone = only(read_ed318(collection(feature(polygon()))))
    assert zone.layers[0].upper.datum is Datum.UNKNOWN
    assert zone.layers[0].lower.datum is Datum.UNKNOWN


def test_texts_are_strings_or_lists_in_any_language() -> None:
    french_first = [{"text": "Prison", "lang": "fr-FR"}, {"text": "Jail", "lang": "en-GB"}]
    assert only(read_ed318(collection(feature(name=french_first)))).name == "Jail"
    assert only(read_ed318(collection(feature(name="Jail")))).name == "Jail"
    assert only(read_ed318(collection(feature(name=[{"text": "Prison"}])))).name == "Prison"
    said = feature(restrictionConditions=["a", "b"], message="m")
    zone = only(read_ed318(collection(said)))
    assert (zone.conditions, zone.message) == ("a\nb", "m")


def test_the_older_spelling_and_keys_nobody_knows_are_read() -> None:
    odd = feature(type="REQ_AUTHORISATION", something={"a": 1})
    data = collection(odd, metadata={"technicalLimitation": 5}, more=[])
    assert only(read_ed318(data)).restriction is Restriction.PERMISSION


def test_no_limited_applicability_is_always_and_a_given_one_counts() -> None:
    assert only(read_ed318(collection(feature()))).applicability == ()
    limited = [{"startDateTime": "2024-06-28T08:00:00.00Z"}]
    (period,) = only(read_ed318(collection(feature(limitedApplicability=limited)))).applicability
    assert (period.begins, period.ends) == (datetime(2024, 6, 28, 8, tzinfo=UTC), None)


def test_one_feature_without_a_collection_is_read() -> None:
    data = collection(feature()).decode().split('"features": [', 1)[1][:-2].encode()
    assert only(read_ed318(data)).zone_id == "1U077"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"geometry": layered(polygon(CROSSED))}, "cross"),
        ({"geometry": layered({"type": "LineString", "coordinates": RING})}, "no area"),
        ({"geometry": layered({"type": "Point", "coordinates": [-0.2, 51.5]})}, "extent"),
        ({"geometry": {**circle(), "extent": {"subType": "Square", "radius": 5}}}, "no Circle"),
        ({"geometry": layered(polygon(), uom="fathom")}, "unit"),
        ({"geometry": layered(polygon(), upper="high")}, "no number"),
        ({"geometry": {"type": "GeometryCollection", "geometries": []}}, "no outline"),
        ({"type": "WHATEVER"}, "'WHATEVER'"),
        ({"type": None}, "none of"),
        ({"geometry": layered(polygon([[lat, lon] for lon, lat in RING]))}, "swapped"),
    ],
)
def test_features_that_are_refused(changed: dict[str, Any], reason: str) -> None:
    reading = read_ed318(collection(feature(**changed)))
    assert reason in refused(reading)
    assert reading.gaps[0].feature == "feature 1 '1U077'"


def test_collections_in_each_other_without_end_are_refused() -> None:
    geometry: dict[str, Any] = layered(polygon())
    for _ in range(50):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    assert "too deep" in refused(read_ed318(collection(feature(geometry))))


def test_no_geometry_or_properties_is_refused() -> None:
    data = collection({"type": "Feature", "properties": None, "geometry": layered(polygon())}, 5)
    reading = read_ed318(data)
    assert [bool(gap.areas) for gap in reading.gaps] == [True, False]


# --- from when until when ------------------------------------------------------------------------


def dated(**metadata: Any) -> Any:
    return read_ed318(collection(feature(), metadata=metadata))


def test_both_dates_are_taken_as_they_are() -> None:
    reading = dated(validFrom="2026-05-01T00:00:00Z", validTo="2026-06-01")
    assert reading.effective_from == datetime(2026, 5, 1, tzinfo=UTC)
    assert reading.effective_until == datetime(2026, 6, 2, tzinfo=UTC)
    assert reading.airac == ""


def test_a_beginning_on_an_airac_date_gives_the_28_days_and_a_note() -> None:
    reading = dated(validFrom="2026-05-14T00:00:00Z")
    assert reading.airac == "2026-05-14"
    assert reading.effective_until == datetime(2026, 6, 11, tzinfo=UTC)
    assert "28 days" in reading.notes[""][0]


@pytest.mark.parametrize("begins", ["2026-05-15T00:00:00Z", "2026-05-14T06:00:00Z"])
def test_another_beginning_gives_no_end(begins: str) -> None:
    reading = dated(validFrom=begins)
    assert reading.effective_from is not None
    assert reading.effective_until is None


def test_dates_that_are_none_do_not_count_and_are_told() -> None:
    reading = dated(validFrom={"x": 1}, validTo="later")
    assert (reading.effective_from, reading.effective_until) == (None, None)
    assert len(reading.notes[""]) == 2
    turned = dated(validFrom="2026-06-14T00:00:00Z", validTo="2026-05-01T00:00:00Z")
    assert (turned.effective_from, turned.effective_until) == (None, None)


# --- the published files -------------------------------------------------------------------------


def test_the_two_published_files_have_the_same_54_zones() -> None:
    old = read_ed269(shared("greater_london_zones.json"))
    new = read_ed318(shared("greater_london_zones_ed318.json"))
    assert not old.gaps
    assert not new.gaps
    assert len(old.zones) == len(new.zones) == 54
    facts = ("zone_id", "designator", "name", "kind", "restriction", "authority", "contact", "law")
    more = ("source", "applicability", "conditions", "message", "exempt", "parts")
    for one, other in zip(old.zones, new.zones, strict=True):
        for each in (*facts, *more):
            assert getattr(one, each) == getattr(other, each), (one.zone_id, each)
        for mine, theirs in zip(one.layers, other.layers, strict=True):
            assert mine.upper.datum is theirs.upper.datum
            assert mine.upper.as_published == theirs.upper.as_published
            assert 0 <= mine.upper.value_m - theirs.upper.value_m < 1  # whole metres, rounded up
            assert (mine.lower.value_m, mine.lower.datum) == (0.0, Datum.SURFACE)


def test_known_zones_of_the_published_file() -> None:
    zones = {zone.zone_id: zone for zone in read_ed269(shared("greater_london_zones.json")).zones}
    scrubs = zones["1U077"]
    assert (scrubs.designator, scrubs.kind) == ("EGR1U077", "prison")
    assert scrubs.layers[0].upper.as_published == "500 FT ALT"
    assert scrubs.layers[0].upper.value_m == 153.0
    assert "drone.RFZapplication@justice.gov.uk" in scrubs.contact
    (heliport,) = zones["1U043A"].parts
    assert isinstance(heliport, Circle)
    assert heliport.radius_m == 3704.0
    assert {zone_id for zone_id, zone in zones.items() if zone.exempt} == {
        "EGR157",
        "EGR158",
        "EGR159",
    }
    assert {zone_id for zone_id, zone in zones.items() if zone.kind == "controlled"} == {
        zone.zone_id for zone in zones.values() if zone.restriction is Restriction.CONDITIONAL
    }
    assert [(period.begins, period.ends) for period in zones["RATCP24"].applicability] == [
        (datetime(2024, 6, 28, 8, tzinfo=UTC), datetime(2024, 6, 30, 23, tzinfo=UTC)),
        (datetime(2024, 7, 5, 8, tzinfo=UTC), datetime(2024, 7, 7, 23, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("name", "zones"),
    [
        ("Example_Collection.json", 2),
        ("Example_GeoZone_Circle.json", 1),
        ("Example_GeoZone_2_Layers.json", 1),
        ("Example_GeoZone_with_extension.json", 1),
    ],
)
def test_the_examples_of_the_standard(name: str, zones: int) -> None:
    reading = read_ed318(shared(f"ed318_schema/{name}"))
    assert len(reading.zones) == zones
    assert not reading.gaps


def test_a_part_of_a_file_is_no_file() -> None:
    with pytest.raises(FileRefused):
        read_ed318(shared("ed318_schema/PartialExample_TimePeriod.json"))


@pytest.mark.parametrize("at", [100, 5_000, 60_000])
def test_a_truncated_file_is_refused_with_its_line(at: int) -> None:
    with pytest.raises(FileRefused, match=r"line \d+, column \d+"):
        read_ed318(shared("greater_london_zones_ed318.json")[:at])
