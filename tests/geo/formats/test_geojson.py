"""Reading plain GeoJSON: what is not plainly said is not known, and never allowed by that."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest

from geo.formats.geojson import read_geojson
from geo.formats.reading import FileRefused, Format
from geo.zones import Circle, Datum, Limit, OperatorType, Restriction
from tests.geo.formats.samples import (
    CROSSED,
    RING,
    collection,
    only,
    plain_feature,
    polygon,
    refused,
)


def test_the_plain_case() -> None:
    feature = plain_feature(
        id="Z1",
        name="Event",
        kind="temporary",
        restriction="prohibited",
        lower="SFC",
        upper="400 FT AGL",
        authority="The council",
        contact="020 8000 0000",
        law="SI 1/2",
        source="a letter",
        validFrom="2026-06-01T10:00:00Z",
        validTo="2026-06-01T20:00:00Z",
    )
    reading = read_geojson(collection(feature, title="Mine"))
    zone = only(reading)
    assert (reading.format, reading.title) == (Format.GEOJSON, "Mine")
    assert (zone.zone_id, zone.name, zone.kind) == ("Z1", "Event", "temporary")
    assert zone.restriction is Restriction.PROHIBITED
    assert zone.layers[0].upper.value_m == pytest.approx(121.92)
    assert (zone.authority, zone.contact, zone.law) == ("The council", "020 8000 0000", "SI 1/2")
    assert zone.applicability[0].ends == datetime(2026, 6, 1, 20, tzinfo=UTC)
    assert not reading.notes


def test_heights_as_numbers_need_a_unit_and_a_reference() -> None:
    said = plain_feature(
        upper=100, upperReference="AMSL", lower=0, lowerReference="AGL", uom="m", name="a"
    )
    (layer,) = only(read_geojson(collection(said))).layers
    assert layer.upper == Limit(100.0, Datum.AMSL, "100 M AMSL")
    assert layer.lower.datum is Datum.SURFACE
    bare = only(read_geojson(collection(plain_feature(upper=100, uom="m"))))
    assert (bare.layers[0].upper.value_m, bare.layers[0].upper.datum) == (100.0, Datum.UNKNOWN)


@pytest.mark.parametrize(
    "properties",
    [{}, {"upper": 100}, {"upper": "high"}, {"ceiling": "500"}, {"upper": 5, "uom": 3}],
)
def test_heights_that_are_not_plain_are_unknown_at_the_outside(properties: dict[str, Any]) -> None:
    (layer,) = only(read_geojson(collection(plain_feature(**properties)))).layers
    assert layer.lower == Limit(0.0, Datum.UNKNOWN, "not said")
    assert math.isinf(layer.upper.value_m)
    assert layer.upper.datum is Datum.UNKNOWN


def test_who_says_nothing_asks_for_a_permission() -> None:
    reading = read_geojson(collection(plain_feature(name="A")))
    assert only(reading).restriction is Restriction.PERMISSION
    assert "permission" in reading.notes["A"][0]


@pytest.mark.parametrize("said", ["REQ_AUTHORISATION", "permission", "Req_Authorization"])
def test_restrictions_in_several_words(said: str) -> None:
    reading = read_geojson(collection(plain_feature(restriction=said)))
    assert only(reading).restriction is Restriction.PERMISSION
    assert not reading.notes


def test_ids_from_wherever_they_stand() -> None:
    outside = {**plain_feature(), "id": 7}
    data = collection(plain_feature(identifier="A"), outside, plain_feature(), plain_feature())
    assert [zone.zone_id for zone in read_geojson(data).zones] == [
        "A",
        "7",
        "feature-3",
        "feature-4",
    ]


def test_a_point_is_no_zone_unless_it_has_a_radius() -> None:
    point = {"type": "Point", "coordinates": [-0.2, 51.5]}
    reading = read_geojson(collection(plain_feature(point), plain_feature(point, radius_m=500)))
    assert reading.skipped == {"a Point, which has no area": 1}
    assert only(reading).parts == (Circle(51.5, -0.2, 500.0),)


@pytest.mark.parametrize(
    ("kind", "coordinates"),
    [
        ("Point", [-0.2, 51.5]),
        ("LineString", [[-0.2, 51.5], [-0.21, 51.5]]),
        ("MultiLineString", [[[-0.2, 51.5], [-0.21, 51.5]]]),
    ],
)
def test_what_has_a_zones_limits_and_no_area_is_refused_not_skipped(
    kind: str, coordinates: list[Any]
) -> None:
    shape = {"type": kind, "coordinates": coordinates}
    reading = read_geojson(collection(plain_feature(shape, upper="UNL", radius=500)))
    assert not reading.skipped
    (gap,) = reading.gaps
    assert "how far it reaches is not known" in gap.reason
    assert gap.areas[0].holds(51.5, -0.2)
    assert not gap.areas[0].holds(51.7, -0.2)


def test_the_names_that_ed269_has_are_known() -> None:
    said = plain_feature(
        identifier="A",
        type="PROHIBITED",
        uomDimensions="M",
        upperLimit=100,
        upperVerticalReference="AMSL",
        lowerLimit=0,
        lowerVerticalReference="AGL",
    )
    zone = only(read_geojson(collection(said)))
    assert zone.restriction is Restriction.PROHIBITED
    assert zone.layers[0].upper == Limit(100.0, Datum.AMSL, "100 M AMSL")
    assert zone.layers[0].lower.datum is Datum.SURFACE


def test_a_collection_of_geometries_is_one_zone() -> None:
    away = polygon([[lon + 0.1, lat] for lon, lat in RING])
    both = {"type": "GeometryCollection", "geometries": [polygon(), away]}
    assert len(only(read_geojson(collection(plain_feature(both)))).parts) == 2


def test_only_words_exempt_the_metropolitan_police() -> None:
    words = (
        "any aircraft in the service of the Chief Officer of Police for the Metropolitan Police "
        "District"
    )
    zone = only(read_geojson(collection(plain_feature(name="Park", conditions=words))))
    assert zone.exempt == {OperatorType.MPS}
    sneaky = plain_feature(name="HMP X", conditions=words)
    assert not only(read_geojson(collection(sneaky))).exempt
    named = plain_feature(name="Park", exempt=["POLICE_MPS"])
    assert not only(read_geojson(collection(named))).exempt


def test_a_strict_zone_is_never_called_controlled() -> None:
    strict = plain_feature(name="LONDON CTR", kind="controlled", restriction="PROHIBITED")
    assert only(read_geojson(collection(strict))).kind == "other"
    assert only(read_geojson(collection(plain_feature(name="SHOPPING CTR")))).kind == "other"


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (polygon(CROSSED), "cross"),
        (polygon([[lat, lon] for lon, lat in RING]), "swapped"),
        ({"type": "Polygon", "coordinates": "x"}, "no list of rings"),
        ({"type": "Blob", "coordinates": []}, "no area"),
        ({"type": "MultiPolygon", "coordinates": 5}, "no list"),
        (polygon([[0.0, 51.0], [0.0, 95.0], [1.0, 51.0]]), "no place on the Earth"),
        (polygon([[-0.2, 51.0], [90.0, 51.0], [-0.2, 52.0]]), "km long"),
    ],
)
def test_features_that_are_refused(geometry: Any, reason: str) -> None:
    assert reason in refused(read_geojson(collection(plain_feature(geometry))))


def test_other_reference_systems_are_refused() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    with pytest.raises(FileRefused, match="27700"):
        read_geojson(collection(plain_feature(), crs=crs))
    world = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert only(read_geojson(collection(plain_feature(), crs=world)))


def test_times_of_a_file_that_are_none_refuse_it() -> None:
    with pytest.raises(FileRefused, match="validTo"):
        read_geojson(collection(plain_feature(), validTo="soon"))


def test_our_own_property_must_be_whole() -> None:
    odds: list[Any] = [5, {}, {"layers": []}, {"layers": [{"parts": [{}]}]}]
    for odd in odds:
        feature = plain_feature()
        feature["properties"]["kestrel"] = odd
        assert refused(read_geojson(json.dumps({"features": [feature]}).encode()))


@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_ring_with_one_bad_corner_may_lie_wherever_its_others_do(at: int) -> None:
    corners: list[Any] = [[-1.5, 51.0], [-0.5, 51.0], [-0.5, 52.0], [-1.5, 52.0]]
    corners[at] = [-999, 51.0]
    (gap,) = read_geojson(collection(plain_feature(polygon(corners)))).gaps
    for lat, lon in ((51.5, -1.0), (51.05, -1.45), (51.05, -0.55), (51.95, -1.45)):
        assert any(area.holds(lat, lon) for area in gap.areas)
