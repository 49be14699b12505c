"""Reading ED-269: what real files do, and every refusal with its feature and reason."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime, time
from typing import Any

import pytest

from geo.formats.ed269 import read_ed269
from geo.formats.reading import FileRefused, Format
from geo.zones import (
    Circle,
    DailyPeriod,
    Datum,
    Limit,
    OperatorType,
    Polygon,
    Restriction,
    SunEvent,
)
from tests.geo.formats.samples import (
    CROSSED,
    RING,
    ed269,
    is_circle,
    only,
    polygon,
    refused,
    uas_zone,
    volume,
)

MET = (
    "Flight permitted by: | any aircraft in the service of the Chief Officer of Police for the "
    "Metropolitan Police District;"
)


def test_the_plain_case() -> None:
    reading = read_ed269(ed269(uas_zone()))
    zone = only(reading)
    assert reading.format is Format.ED269
    assert reading.title == "T"
    assert (zone.zone_id, zone.name, zone.kind) == ("1U077", "HMP SOMEWHERE", "prison")
    assert zone.restriction is Restriction.PERMISSION
    assert (zone.authority, zone.contact) == ("HMPPS", "a@b.example")
    assert zone.applicability == ()
    (layer,) = zone.layers
    assert layer.lower.datum is Datum.SURFACE
    assert (layer.upper.value_m, layer.upper.datum) == (152.0, Datum.AMSL)
    assert layer.upper.as_published == "152 M AMSL"
    assert layer.parts == (Polygon(tuple((lat, lon) for lon, lat in RING[:-1])),)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("PROHIBITED", Restriction.PROHIBITED),
        ("REQ_AUTHORISATION", Restriction.PERMISSION),
        ("REQ_AUTHORIZATION", Restriction.PERMISSION),
        ("CONDITIONAL", Restriction.CONDITIONAL),
        ("NO_RESTRICTION", Restriction.INFORMATION),
        ("USPACE", Restriction.U_SPACE),
    ],
)
def test_what_it_asks(said: str, meant: Restriction) -> None:
    assert only(read_ed269(ed269(uas_zone(restriction=said)))).restriction is meant


def test_what_asks_nothing_known_is_refused_with_its_place() -> None:
    reading = read_ed269(ed269(uas_zone(restriction="ASK_NICELY")))
    assert "'ASK_NICELY'" in refused(reading)
    assert reading.gaps[0].feature == "feature 1 '1U077'"
    assert reading.gaps[0].areas[0].holds(51.5, -0.22)


def test_a_circle_is_exact_and_longitude_comes_first() -> None:
    projection = {"type": "Circle", "center": [-0.1794, 51.47], "radius": 3704}
    zone = only(read_ed269(ed269(uas_zone(geometry=[volume(horizontalProjection=projection)]))))
    assert zone.parts == (Circle(51.47, -0.1794, 3704.0),)


def test_feet_apply_to_limits_and_radius() -> None:
    projection = {"type": "Circle", "center": [-0.1794, 51.47], "radius": 1000}
    feet = volume(uomDimensions="FT", upperLimit=500, horizontalProjection=projection)
    zone = only(read_ed269(ed269(uas_zone(geometry=[feet]))))
    assert zone.layers[0].upper.value_m == pytest.approx(152.4)
    assert is_circle(zone.parts[0], 51.47, -0.1794, 304.8)


def test_several_layers_keep_their_limits_and_equal_ones_are_joined() -> None:
    other = polygon([[lon + 0.1, lat] for lon, lat in RING])
    zone = only(
        read_ed269(
            ed269(
                uas_zone(
                    geometry=[
                        volume(),
                        volume(horizontalProjection=other),
                        volume(lowerLimit=200, lowerVerticalReference="AMSL", upperLimit=900),
                    ]
                )
            )
        )
    )
    assert [len(layer.parts) for layer in zone.layers] == [2, 1]
    assert zone.layers[1].lower == Limit(200.0, Datum.AMSL, "200 M AMSL")


def test_99999_is_unlimited() -> None:
    zone = only(read_ed269(ed269(uas_zone(geometry=[volume(upperLimit=99999)]))))
    assert math.isinf(zone.layers[0].upper.value_m)


@pytest.mark.parametrize(
    "changed",
    [{"upperVerticalReference": "QFE"}, {"upperVerticalReference": None}, {"upperLimit": None}],
)
def test_a_limit_above_what_is_not_known_has_no_datum(changed: dict[str, Any]) -> None:
    zone = only(read_ed269(ed269(uas_zone(geometry=[volume(**changed)]))))
    assert zone.layers[0].upper.datum is Datum.UNKNOWN


def test_a_long_identifier_is_kept_and_a_repeated_one_made_unique() -> None:
    reading = read_ed269(
        ed269(uas_zone(identifier="LF-R-12345"), uas_zone(identifier="LF-R-12345"))
    )
    assert [zone.zone_id for zone in reading.zones] == ["LF-R-12345", "LF-R-12345-2"]
    assert "more than once" in reading.notes["LF-R-12345-2"][0]


def test_extended_properties_of_any_kind_break_nothing() -> None:
    for odd in (None, 5, "text", [1], {"designator": 5, "kind": [], "upperExact": "no"}):
        zone = uas_zone()
        zone["extendedProperties"] = odd
        assert only(read_ed269(ed269(zone))).zone_id == "1U077"


def test_extended_properties_give_designator_law_and_the_published_words() -> None:
    more = {
        "designator": "EGR1U077",
        "kind": "PRISON",
        "legalBasis": "SI 2023/1101",
        "publishedUpper": "500 FT ALT",
        "source": "AIP",
    }
    zone = only(
        read_ed269(ed269(uas_zone(geometry=[volume(upperLimit=153)], extendedProperties=more)))
    )
    assert (zone.designator, zone.law, zone.source) == ("EGR1U077", "SI 2023/1101", "AIP")
    assert zone.layers[0].upper == Limit(153.0, Datum.AMSL, "500 FT ALT")


def test_the_exact_limit_in_feet_gives_the_words_only() -> None:
    exact = {"upperExact": {"value": 1400, "uom": "FT", "reference": "AMSL"}}
    near = uas_zone(geometry=[volume(upperLimit=427)], extendedProperties=exact)
    assert only(read_ed269(ed269(near))).layers[0].upper == Limit(427.0, Datum.AMSL, "1400 FT AMSL")


@pytest.mark.parametrize("words", ["900 FT ALT", "500 FT AGL", "UNL"])
def test_words_that_say_otherwise_do_not_count_and_are_told(words: str) -> None:
    zone = uas_zone(extendedProperties={"publishedUpper": words})
    reading = read_ed269(ed269(zone))
    assert only(reading).layers[0].upper == Limit(152.0, Datum.AMSL, "152 M AMSL")
    assert words in reading.notes["1U077"][0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("FRZ_ATZ", "aerodrome"),
        ("FRZ_RPZ", "runway"),
        ("PRISON", "prison"),
        ("RESTRICTED_AREA", "restricted"),
        ("RA_T", "temporary"),
        ("NATIONAL_SECURITY", "restricted"),
    ],
)
def test_kinds(kind: str, expected: str) -> None:
    zone = uas_zone(name="X", extendedProperties={"kind": kind})
    assert only(read_ed269(ed269(zone))).kind == expected


def test_controlled_airspace_is_so_only_where_it_asks_no_more() -> None:
    controlled = uas_zone(
        name="LONDON CTR", restriction="CONDITIONAL", extendedProperties={"kind": "CTR"}
    )
    assert only(read_ed269(ed269(controlled))).kind == "controlled"
    strict = uas_zone(
        name="LONDON CTR", restriction="PROHIBITED", extendedProperties={"kind": "CTR"}
    )
    assert only(read_ed269(ed269(strict))).kind != "controlled"
    shop = uas_zone(name="SHOPPING CTR", restriction="CONDITIONAL")
    assert only(read_ed269(ed269(shop))).kind != "controlled"


def test_only_the_zones_own_words_exempt_the_metropolitan_police() -> None:
    park = uas_zone(name="HYDE PARK", extendedProperties={"publishedRemark": MET})
    zone = only(read_ed269(ed269(park)))
    assert zone.exempt == {OperatorType.MPS}
    assert "Chief Officer of Police" in zone.conditions
    assert not only(read_ed269(ed269(uas_zone(extendedProperties={"publishedRemark": MET})))).exempt
    label = uas_zone(name="HYDE PARK", extendedProperties={"exemptOperators": ["MPS"]})
    assert not only(read_ed269(ed269(label))).exempt


@pytest.mark.parametrize("at", ["08:00:00.00Z", "08:00Z", "08:00:00Z", "08:00", "08:00+00:00"])
def test_times_of_the_day_in_every_spelling(at: str) -> None:
    schedule = [{"day": ["MON", "TUE"], "startTime": at, "endTime": "00:00Z"}]
    zone = uas_zone(applicability=[{"permanent": "YES", "schedule": schedule}])
    (period,) = only(read_ed269(ed269(zone))).applicability
    assert period.schedule == (DailyPeriod(frozenset({0, 1}), time(8), None),)


def test_instants_and_any_day_and_events_of_the_sun() -> None:
    applicability = [
        {
            "permanent": "NO",
            "startDateTime": "2024-06-28T08:00:00.00Z",
            "endDateTime": "2024-06-30T23:00:00+01:00",
            "schedule": [{"day": ["ANY"], "startEvent": "SR", "endEvent": "SS"}],
        }
    ]
    (period,) = only(read_ed269(ed269(uas_zone(applicability=applicability)))).applicability
    assert period.begins == datetime(2024, 6, 28, 8, tzinfo=UTC)
    assert period.ends == datetime(2024, 6, 30, 22, tzinfo=UTC)
    assert period.schedule[0] == DailyPeriod(frozenset(range(7)), SunEvent.SUNRISE, SunEvent.SUNSET)


@pytest.mark.parametrize(
    "applicability",
    [
        "sometimes",
        [5],
        [{"permanent": "NO", "startDateTime": "soon"}],
        [{"startDateTime": "2024-06-30T08:00Z", "endDateTime": "2024-06-28T08:00Z"}],
        [{"schedule": [{"day": ["FRITAG"], "startTime": "08:00Z"}]}],
        [{"schedule": [{"day": ["MON"], "startTime": "08:00+01:00"}]}],
        [{"schedule": [{"day": ["MON"], "startTime": "25:00Z"}]}],
        [{"schedule": [{"day": ["MON"], "startTime": "08:00Z", "startEvent": "SR"}]}],
        [{"schedule": [{"day": ["MON"], "startEvent": "NOON"}]}],
        [{"schedule": [{"day": []}]}],
        [{"startDateTime": "9999-12-31"}, {"endDateTime": "9999-12-31"}],
    ],
)
def test_times_that_are_not_understood_never_make_a_zone_inactive(applicability: Any) -> None:
    reading = read_ed269(ed269(uas_zone(applicability=applicability)))
    if only(reading).applicability == ():
        assert "always active" in reading.notes["1U077"][0]
    else:
        assert all(each.begins for each in only(reading).applicability)


# --- what is refused -----------------------------------------------------------------------------


def test_swapped_latitude_and_longitude_are_refused_with_both_places() -> None:
    turned = polygon([[lat, lon] for lon, lat in RING])
    reading = read_ed269(ed269(uas_zone(geometry=[volume(horizontalProjection=turned)])))
    assert "swapped" in refused(reading)
    assert [area.holds(51.5, -0.22) for area in reading.gaps[0].areas] == [False, True]
    assert [area.holds(-0.22, 51.5) for area in reading.gaps[0].areas] == [True, False]


def test_a_zone_of_another_country_may_lie_there() -> None:
    turned = polygon([[lat, lon] for lon, lat in RING])
    zone = uas_zone(country="SYC", geometry=[volume(horizontalProjection=turned)])
    assert only(read_ed269(ed269(zone)))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"geometry": None}, "its geometry is missing"),
        ({"geometry": []}, "no outline"),
        ({"geometry": "here"}, "no list"),
        ({"geometry": [volume(horizontalProjection=polygon(CROSSED))]}, "cross"),
        ({"geometry": [volume(horizontalProjection=polygon(RING[:2]))]}, "three different"),
        ({"geometry": [volume(horizontalProjection={"type": "Ellipse"})]}, "'Ellipse'"),
        ({"geometry": [volume(uomDimensions="FURLONG")]}, "unit"),
        ({"geometry": [volume(upperLimit="152")]}, "no number"),
        ({"geometry": [volume(upperLimit=True)]}, "no number"),
        ({"geometry": [volume(upperLimit=10**400)]}, "too large"),
        ({"geometry": [volume(lowerLimit=300, lowerVerticalReference="AMSL")]}, "below"),
        ({"identifier": None, "name": None}, "no identifier"),
    ],
)
def test_features_that_are_refused(changed: dict[str, Any], reason: str) -> None:
    assert reason in refused(read_ed269(ed269(uas_zone(**changed))))


@pytest.mark.parametrize(
    ("circle", "reason"),
    [
        ({"center": [-0.2, 51.5], "radius": 0}, "radius"),
        ({"center": [-0.2, 51.5], "radius": 1e9}, "radius"),
        ({"center": [-0.2, 51.5]}, "radius is missing"),
        ({"center": [-0.2], "radius": 5}, "centre"),
        ({"center": [-0.2, 95], "radius": 5}, "no place on the Earth"),
    ],
)
def test_circles_that_are_refused(circle: dict[str, Any], reason: str) -> None:
    projection = {"type": "Circle", **circle}
    zone = uas_zone(geometry=[volume(horizontalProjection=projection)])
    assert reason in refused(read_ed269(ed269(zone)))


def test_a_feature_with_a_key_twice_is_refused_and_the_others_are_read() -> None:
    text = ed269(uas_zone(), uas_zone(identifier="B")).decode()
    doubled = text.replace('"identifier": "1U077"', '"identifier": "1U077", "identifier": "X"')
    reading = read_ed269(doubled.encode())
    assert [zone.zone_id for zone in reading.zones] == ["B"]
    assert "key twice" in reading.gaps[0].reason


def test_a_gap_of_a_partly_readable_ring_reaches_further_than_what_was_read() -> None:
    ring: list[Any] = [*RING[:3], ["x", 51.52]]
    reading = read_ed269(ed269(uas_zone(geometry=[volume(horizontalProjection=polygon(ring))])))
    assert "longitude" in refused(reading)
    assert reading.gaps[0].areas[0].holds(51.56, -0.22)


def test_a_feature_without_any_place_is_a_gap_that_may_be_anywhere() -> None:
    reading = read_ed269(ed269("no feature", uas_zone()))
    assert reading.gaps[0].areas == ()
    assert len(reading.zones) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"{}", "'features'"),
        (b"[]", "no object"),
        (b'{"features": 5}', "'features'"),
        (b'{"features": [1, 2', "line 1, column 19"),
        (b'{"features":\n[NaN]}', "NaN"),
        (b'{"features": [-Infinity]}', "-Infinity"),
        (b'{"features": [' + b"9" * 5000 + b"]}", "number"),
        (b'{"features": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too deep"),
        (b'{"features": [' + b"0," * 2_000_001 + b"0]}", "values"),
        (b'{"features": [], "features": [1]}', "key twice"),
        ('{"features": []}'.encode("utf-16"), "UTF-8"),
        (b'{"features": ["\xff"]}', "UTF-8 at byte"),
        (b" " * (64 * 1024 * 1024 + 1), "67 MB"),
    ],
    ids=range(14),
)
def test_files_that_are_refused_whole(data: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=re.escape(reason)):
        read_ed269(data)


def test_too_many_refusals_are_counted_and_may_be_anywhere() -> None:
    reading = read_ed269(ed269(*[0] * 2_050))
    assert (len(reading.gaps), reading.gaps_left_out) == (2_000, 50)
    assert reading.gaps[-1].areas == ()


def test_lone_surrogates_do_not_reach_what_is_stored() -> None:
    data = ed269(uas_zone(name="A\ud800B"))
    only(read_ed269(data)).name.encode()


# --- from when until when ------------------------------------------------------------------------


def test_an_airac_date_that_everything_agrees_on_gives_the_28_days() -> None:
    zone = uas_zone(extendedProperties={"source": "AIP, AIRAC effective 2026-05-14"})
    reading = read_ed269(ed269(zone, uas_zone(), description="Source cycle AIRAC 2026-05-14."))
    assert reading.airac == "2026-05-14"
    assert reading.effective_from == datetime(2026, 5, 14, tzinfo=UTC)
    assert reading.effective_until == datetime(2026, 6, 11, tzinfo=UTC)


def test_dates_that_differ_give_none_and_a_note() -> None:
    zone = uas_zone(extendedProperties={"source": "AIRAC 2026-07-09"})
    reading = read_ed269(ed269(zone, description="AIRAC 2026-05-14"))
    assert (reading.airac, reading.effective_from, reading.effective_until) == ("", None, None)
    assert "2026-05-14, 2026-07-09" in reading.notes[""][0]


def test_a_date_that_begins_no_cycle_is_no_airac_date() -> None:
    reading = read_ed269(ed269(uas_zone(), description="AIRAC 2026-05-15"))
    assert reading.airac == ""


def test_a_byte_order_mark_is_no_harm() -> None:
    assert only(read_ed269(b"\xef\xbb\xbf" + ed269(uas_zone())))


def test_no_key_of_a_zone_is_needed_beyond_what_says_where_and_what() -> None:
    bare = {
        "identifier": "A",
        "restriction": "PROHIBITED",
        "geometry": [{"uomDimensions": "M", "horizontalProjection": polygon()}],
    }
    zone = only(read_ed269(json.dumps({"features": [bare]}).encode()))
    assert zone.layers[0].upper.datum is Datum.UNKNOWN
    assert zone.layers[0].lower.datum is Datum.UNKNOWN


@pytest.mark.parametrize(
    ("name", "reason", "restriction", "controlled"),
    [
        ("London Control Zone", "AIR_TRAFFIC", "CONDITIONAL", True),
        ("LONDON (Class D)", "AIR_TRAFFIC", "CONDITIONAL", True),
        ("LONDON (Class D)", "AIR_TRAFFIC", "REQ_AUTHORISATION", False),
        ("LONDON (Class D)", "SENSITIVE", "CONDITIONAL", False),
        ("Works in class D", "PRIVACY", "CONDITIONAL", False),
        ("EALING FRZ in Class D", "AIR_TRAFFIC", "CONDITIONAL", False),
        ("Class room", "AIR_TRAFFIC", "CONDITIONAL", False),
    ],
)
def test_controlled_airspace_by_its_class_in_its_name(
    name: str, reason: str, restriction: str, controlled: bool
) -> None:
    zone = uas_zone(name=name, reason=[reason], restriction=restriction)
    assert (only(read_ed269(ed269(zone))).kind == "controlled") is controlled
