"""Zones written: what is read back is what was written, the official schema accepts it, and what a
format has no room for is said and only ever makes a zone larger."""

from __future__ import annotations

import dataclasses
import json
import math
from datetime import UTC, datetime, time
from typing import Any

import pytest

from geo.formats.reading import Format, Reading
from geo.formats.sniff import read
from geo.formats.write import ENDINGS, write
from geo.formats.writing import short_ids
from geo.zones import (
    Applicability,
    Area,
    Circle,
    DailyPeriod,
    Datum,
    Gap,
    GeoZone,
    Layer,
    Limit,
    OperatorType,
    Polygon,
    Restriction,
    SunEvent,
    ZoneDataset,
)
from geo.zones.training import training_dataset
from tests.geo.formats.samples import SHARED, shared

JSONS = pytest.mark.parametrize("kind", [Format.ED269, Format.ED318, Format.GEOJSON], ids=str)
ALL = pytest.mark.parametrize("kind", list(ENDINGS), ids=str)
SQUARE = Polygon(((51.48, -0.25), (51.48, -0.2), (51.52, -0.2), (51.52, -0.25)))
MET = "aircraft in the service of the Chief Officer of Police for the Metropolitan Police District"


def zone(**changed: Any) -> GeoZone:
    """One with whole metres, so that every format can hold it."""
    base = GeoZone(
        zone_id="R157",
        name="HYDE PARK",
        kind="restricted",
        restriction=Restriction.PERMISSION,
        layers=(
            Layer(
                (SQUARE,), Limit(0.0, Datum.SURFACE, "SFC"), Limit(427.0, Datum.AMSL, "1400 FT ALT")
            ),
        ),
        authority="NATS",
        contact="nsf.nats.aero | 01489 000000",
        law="SI 2017/1300",
        source="AIP ENR 5.1",
        designator="EGR157",
        conditions=MET,
        message="Ask first.",
        exempt=frozenset({OperatorType.MPS}),
    )
    return dataclasses.replace(base, **changed)


def dataset(*zones: GeoZone, **changed: Any) -> ZoneDataset:
    return dataclasses.replace(
        ZoneDataset(
            "Ours",
            training=False,
            effective_from=datetime(2026, 5, 14, tzinfo=UTC),
            effective_until=datetime(2026, 6, 11, tzinfo=UTC),
            zones=zones or (zone(),),
        ),
        **changed,
    )


def again(made: ZoneDataset, kind: Format) -> Reading:
    """Written and read back."""
    reading = read(write(made, kind).data, f"file{ENDINGS[kind]}")
    assert reading.format is kind
    assert reading.gaps == ()
    return reading


TIMES = (
    Applicability(
        datetime(2026, 6, 1, 10, tzinfo=UTC),
        datetime(2026, 6, 30, 20, tzinfo=UTC),
        (
            DailyPeriod(frozenset({0, 4}), time(8), None),
            DailyPeriod(frozenset(range(7)), SunEvent.SUNSET, SunEvent.EVENING_TWILIGHT),
            DailyPeriod(frozenset({6})),
        ),
    ),
    Applicability(datetime(2027, 1, 1, tzinfo=UTC), None),
)
HOLE = ((51.49, -0.23), (51.49, -0.22), (51.5, -0.22))


@JSONS
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"applicability": TIMES},
        {"zone_id": "A long id of a zone"},
        {"name": "N" * 300, "message": "m" * 900, "conditions": "c\n" * 500 + "c"},
        {"restriction": Restriction.PROHIBITED, "kind": "prohibited"},
        {"restriction": Restriction.CONDITIONAL, "kind": "controlled", "name": "LONDON CTR"},
        {"restriction": Restriction.INFORMATION, "kind": "other"},
        {"kind": "incident", "designator": ""},
        {"layers": (Layer((Circle(51.5, -0.2, 926.5),), zone().layers[0].lower,
                          Limit(120.0, Datum.AGL, "120 M AGL")),)},
        {"layers": (
            dataclasses.replace(zone().layers[0], parts=(Polygon(SQUARE.ring, (HOLE,)),)),)},
        {"layers": (
            dataclasses.replace(zone().layers[0], parts=(SQUARE, Circle(51.6, -0.2, 500.0))),
            Layer((SQUARE,), Limit(500.0, Datum.AMSL, "500 M AMSL"),
                  Limit(math.inf, Datum.AMSL, "UNL")),
        )},
    ],
    ids=range(11),
)  # fmt: skip
def test_what_is_read_back_is_what_was_written(kind: Format, changed: dict[str, Any]) -> None:
    whole = {"exempt": frozenset(), **changed} if "conditions" in changed else changed
    made = dataset(zone(**whole), zone(zone_id="OTHER"))
    assert again(made, kind).zones == made.zones


@ALL
def test_the_dates_are_read_back_where_the_format_has_them(kind: Format) -> None:
    reading = again(dataset(), kind)
    dates = (reading.effective_from, reading.effective_until)
    if kind is Format.OPENAIR:
        assert dates == (None, None)
    else:
        assert dates == (dataset().effective_from, dataset().effective_until)


@pytest.mark.parametrize("kind", [Format.GEOJSON, Format.ED318], ids=str)
@pytest.mark.parametrize("limit", [Limit(426.72, Datum.AMSL, "1400 FT ALT"),
                                   Limit(99.5, Datum.HAE, "99.5 M WGS84")],
                         ids=range(2))  # fmt: skip
def test_exact_metres_and_the_ellipsoid(kind: Format, limit: Limit) -> None:
    made = dataset(zone(layers=(dataclasses.replace(zone().layers[0], upper=limit),)))
    assert again(made, kind).zones == made.zones


@pytest.mark.parametrize(
    "limit",
    [
        Limit(1981.2, Datum.FLIGHT_LEVEL, "FL65"),
        Limit(120.0, Datum.UNKNOWN, "120 M"),
        Limit(math.inf, Datum.UNKNOWN, "high"),
    ],
    ids=range(3),
)
def test_geojson_holds_every_limit_and_the_others_say_what_they_cannot(limit: Limit) -> None:
    made = dataset(zone(layers=(dataclasses.replace(zone().layers[0], upper=limit),)))
    assert again(made, Format.GEOJSON).zones == made.zones
    assert write(made, Format.GEOJSON).notes == ()
    for kind in (Format.ED269, Format.ED318):
        assert limit.as_published in write(made, kind).notes[0]
        assert math.isinf(again(made, kind).zones[0].layers[0].upper.value_m)


def test_ed269_rounds_limits_outward_and_says_so() -> None:
    layer = Layer(
        (SQUARE,), Limit(30.48, Datum.AMSL, "100 FT ALT"), Limit(426.72, Datum.AMSL, "1400 FT ALT")
    )
    made = dataset(zone(layers=(layer,)))
    (found,) = again(made, Format.ED269).zones[0].layers
    assert (found.lower.value_m, found.upper.value_m) == (30.0, 427.0)
    assert (found.lower.as_published, found.upper.as_published) == ("100 FT ALT", "1400 FT ALT")
    assert any("426.72" in note for note in write(made, Format.ED269).notes)


def test_openair_keeps_shapes_and_heights_and_says_what_it_loses() -> None:
    layer = Layer(
        (Circle(51.47, -0.17945, 3704.0), Polygon(SQUARE.ring, (HOLE,))),
        Limit(0.0, Datum.SURFACE, "SFC"),
        Limit(609.6, Datum.AGL, "2000 FT AGL"),
    )
    made = dataset(zone(layers=(layer,), applicability=TIMES))
    notes = "\n".join(write(made, Format.OPENAIR).notes)
    for words in ("laws", "active", "holes"):
        assert words in notes
    first, second = again(made, Format.OPENAIR).zones
    (circle,), (ring,) = first.parts, second.parts
    assert isinstance(circle, Circle)
    assert circle.radius_m >= 3704.0
    assert circle.radius_m == pytest.approx(3704.0, abs=1e-4)
    assert isinstance(ring, Polygon)
    assert ring.ring == tuple(pytest.approx(place, abs=1e-8) for place in SQUARE.ring)
    assert first.layers[0].upper.value_m == pytest.approx(609.6)
    assert (first.zone_id, first.designator) == ("R157", "EGR157")


@pytest.mark.parametrize(
    ("changed", "kind", "restriction"),
    [
        ({"kind": "controlled", "restriction": Restriction.CONDITIONAL, "name": "X CTR"},
         "controlled", Restriction.CONDITIONAL),
        ({"kind": "prohibited", "restriction": Restriction.PROHIBITED},
         "prohibited", Restriction.PROHIBITED),
        ({"kind": "other", "restriction": Restriction.INFORMATION, "designator": ""},
         "other", Restriction.INFORMATION),
        ({"kind": "other", "restriction": Restriction.CONDITIONAL},
         "restricted", Restriction.PERMISSION),
        ({"kind": "controlled", "restriction": Restriction.PERMISSION},
         "restricted", Restriction.PERMISSION),
    ],
    ids=range(5),
)  # fmt: skip
def test_openair_classes(changed: dict[str, Any], kind: str, restriction: Restriction) -> None:
    found = again(dataset(zone(**changed)), Format.OPENAIR).zones[0]
    assert (found.kind, found.restriction) == (kind, restriction)


@ALL
def test_training_data_say_so_wherever_they_go(kind: Format) -> None:
    made = training_dataset(datetime(2026, 6, 1, tzinfo=UTC))
    data = write(made, kind).data
    assert b"not for operational use" in data.lower()
    reading = again(made, kind)
    assert len(reading.zones) >= len(made.zones)


@JSONS
def test_the_training_zones_come_back(kind: Format) -> None:
    made = training_dataset(datetime(2026, 6, 1, tzinfo=UTC))
    for mine, found in zip(made.zones, again(made, kind).zones, strict=True):
        assert found.zone_id == mine.zone_id
        assert found.parts == mine.parts
        assert (found.kind, found.restriction) == (mine.kind, mine.restriction)
        for one, other in zip(mine.layers, found.layers, strict=True):
            assert 0 <= other.upper.value_m - one.upper.value_m < 1
            assert other.upper.datum is one.upper.datum


@ALL
def test_gaps_are_said_not_to_be_in_the_file(kind: Format) -> None:
    made = dataset(gaps=(Gap("feature 7", "why", (Area(51, -1, 52, 0, "x"),)),))
    assert any("feature 7 (why)" in note for note in write(made, kind).notes)


@pytest.mark.parametrize("kind", [Format.AIXM, Format.NOTAM], ids=str)
def test_formats_without_a_writer_are_refused(kind: Format) -> None:
    with pytest.raises(ValueError, match=f"cannot be written as {kind.value}"):
        write(dataset(), kind)


def test_short_ids_are_unique() -> None:
    made = tuple(
        zone(zone_id=each) for each in ("EGR1U028A", "R1U028A", "XGR1U028A", "Z000003", "       x")
    )
    found = short_ids(made)
    assert len(set(found)) == len(found)
    assert all(0 < len(each) <= 7 for each in found)
    assert found[1] == "R1U028A"


def test_geojson_that_was_changed_by_hand_is_refused() -> None:
    file = json.loads(write(dataset(), Format.GEOJSON).data)
    for corner in file["features"][0]["geometry"]["coordinates"][0][0]:
        corner[1] += 0.0001  # 11 m
    reading = read(json.dumps(file).encode(), "")
    assert "one was changed" in reading.gaps[0].reason
    assert not reading.zones


@pytest.mark.parametrize("name", ["greater_london_zones.json", "greater_london_zones_ed318.json"])
@JSONS
def test_the_published_zones_come_back(name: str, kind: Format) -> None:
    zones = read(shared(name), name).zones
    found = again(dataset(*zones), kind).zones
    if kind is Format.ED269 and "ed318" in name:  # exact feet, which it rounds
        assert [each.parts for each in found] == [each.parts for each in zones]
    else:
        assert found == zones


# --- the official schema -------------------------------------------------------------------------


def schema_errors(data: bytes) -> list[str]:
    """What the official schema says against a file; skips where it is not."""
    shared("ed318_schema/Schema_GeoZones.json")
    jsonschema = pytest.importorskip("jsonschema")
    referencing = pytest.importorskip("referencing")
    folder = SHARED / "ed318_schema"
    resources = [
        (f"./{path.name}", referencing.Resource.from_contents(json.loads(path.read_bytes())))
        for path in folder.glob("Schema_*.json")
    ]
    resources += [(name.removeprefix("./"), resource) for name, resource in resources]
    validator = jsonschema.Draft7Validator(
        json.loads((folder / "Schema_GeoZones.json").read_bytes()),
        registry=referencing.Registry().with_resources(resources),
        format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER,
    )
    found = list(validator.iter_errors(json.loads(data)))
    deepest = [
        max((error, *(error.context or ())), key=lambda each: len(each.path)) for error in found
    ]
    return [f"{each.json_path}: {each.message[-200:]}" for each in deepest]


def test_the_schema_is_applied_at_all() -> None:
    assert schema_errors(shared("ed318_schema/Example_Collection.json")) == []
    assert schema_errors(shared("ed318_schema/InvalidExample_GeoZone_2_Layers.json"))


@pytest.mark.parametrize(
    "made",
    [
        dataset(),
        dataset(zone(applicability=TIMES), zone(zone_id="A long id", name="N" * 300)),
        dataset(zone(name="", authority="", contact="", conditions="", message="m" * 500)),
        dataset(zone(restriction=Restriction.U_SPACE), effective_from=None, effective_until=None),
        dataset(zone(layers=zone().layers * 2 + (
            Layer((Circle(51.5, -0.2, 5.0), Polygon(SQUARE.ring, (HOLE,))),
                  Limit(5.5, Datum.HAE), Limit(1.0, Datum.UNKNOWN)),))),
        training_dataset(datetime(2026, 6, 1, tzinfo=UTC)),
    ],
    ids=range(6),
)  # fmt: skip
def test_the_official_schema_accepts_what_is_written(made: ZoneDataset) -> None:
    assert schema_errors(write(made, Format.ED318).data) == []


def test_it_accepts_the_published_zones_written_again() -> None:
    zones = read(shared("greater_london_zones.json"), "").zones
    assert schema_errors(write(dataset(*zones), Format.ED318).data) == []
