"""What zones, heights and volumes ask of a flight, leg by leg, and the changes that are offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from geo.airspace.document import plan_from
from geo.airspace.verdict import Against, Verdict, judge
from geo.zones import Circle, Datum, Layer, Limit, Restriction
from geo.zones.model import Applicability, GeoZone
from tests.geo.airspace.cases import (
    BROADWAY,
    NOON,
    codes,
    document,
    ids,
    index_of,
    told,
    training,
    verdict,
    zone,
)


def test_zones_beside_the_dataset_count_too() -> None:
    more = [index_of(zone("D1"))]
    judgement = judge(plan_from(document(BROADWAY)), Against(index_of(), None, NOON, more=more))
    assert ids(judgement) == {"D1"}


@pytest.mark.parametrize(
    ("restriction", "expected"),
    [
        (Restriction.PROHIBITED, Verdict.REFUSED),
        (Restriction.PERMISSION, Verdict.PERMISSION_NEEDED),
        (Restriction.CONDITIONAL, Verdict.PERMISSION_NEEDED),
        (Restriction.U_SPACE, Verdict.PERMISSION_NEEDED),
        (Restriction.INFORMATION, Verdict.ALLOWED),
    ],
)
def test_what_each_kind_of_zone_asks(restriction: Restriction, expected: Verdict) -> None:
    index = index_of(zone("A", restriction=restriction))
    assert verdict(document(BROADWAY), index).verdict is expected
    held = document(BROADWAY, permissions=[{"zone": "a", "reference": "R"}])
    best = Verdict.ALLOWED if expected is Verdict.ALLOWED else Verdict.ALLOWED_EXEMPT
    assert verdict(held, index).verdict is best


def test_controlled_airspace_binds_above_120_m_where_a_flight_may_go_there() -> None:
    index = index_of(zone("CTR", kind="controlled", restriction=Restriction.CONDITIONAL))
    oa = {"authorisation": {"reference": "OA", "max_height_agl_m": 200}}
    for height_m, expected in ((120, Verdict.ALLOWED), (121, Verdict.PERMISSION_NEEDED)):
        plan = document(BROADWAY, category="SPECIFIC_OA", operator=oa, height_m=height_m)
        assert verdict(plan, index).verdict is expected


def test_an_unknown_limit_counts_as_inside_and_is_never_allowed() -> None:
    odd = Limit(0.0, Datum.UNKNOWN, "AS NOTIFIED")
    judgement = verdict(document(BROADWAY), index_of(zone(upper=odd)))
    assert judgement.verdict is Verdict.UNKNOWN
    assert codes(judgement) == {"ZONE", "DATUM_UNKNOWN"}
    assert judgement.zones[0].unknown


def test_a_zone_counts_only_while_the_flight_is_in_it() -> None:
    """1.9 km at 10 m/s: it reaches the circle after about 140 s."""
    path = [[BROADWAY[0] - 0.0276, BROADWAY[1]], list(BROADWAY)]
    for ends_s, active in ((60, False), (150, True)):
        window = Applicability(NOON - timedelta(hours=1), NOON + timedelta(seconds=ends_s))
        index = index_of(zone(applicability=(window,)))
        plan = document(BROADWAY, path=path, speed_mps=10)
        judgement = verdict(plan, index)
        assert (judgement.verdict is Verdict.PERMISSION_NEEDED) == active
        assert bool(told(judgement, "ZONE")) != active
        slow = {**plan, "speed_mps": None}
        assert verdict(slow, index).verdict is Verdict.PERMISSION_NEEDED
    reason = verdict(document(BROADWAY, path=path, speed_mps=10), index_of(zone())).reasons[0]
    assert reason.from_s == pytest.approx(141.6, abs=1.5)
    assert reason.until_s == pytest.approx(191.6, abs=1.5)


def test_each_leg_has_its_own_verdict() -> None:
    lon, lat = BROADWAY
    path = [[lon - 0.03, lat], [lon - 0.02, lat], [lon, lat], [lon, lat + 0.02, 130]]
    judgement = verdict(document(BROADWAY, path=path), index_of(zone()))
    assert [each.value for each in judgement.leg_verdicts] == [
        "ALLOWED",
        "PERMISSION_NEEDED",
        "REFUSED",
    ]
    assert judgement.verdict is Verdict.REFUSED


class _Hill:
    """50 m high in the middle of a leg only."""

    name, training = "a hill", False

    def ground_amsl_m(self, lat: float, lon: float) -> float | None:
        return 50.0 if abs(lon - BROADWAY[0]) < 0.01 else 0.0


class _Pit(_Hill):
    def ground_amsl_m(self, lat: float, lon: float) -> float | None:
        return -50.0 if abs(lon - BROADWAY[0]) < 0.01 else 0.0


class _Half(_Hill):
    def ground_amsl_m(self, lat: float, lon: float) -> float | None:
        return None if abs(lon - BROADWAY[0]) < 0.01 else 0.0


@pytest.mark.parametrize(
    ("terrain", "expected"),
    [(_Hill(), Verdict.ALLOWED), (_Pit(), Verdict.REFUSED), (_Half(), Verdict.UNKNOWN)],
)
def test_the_height_above_ground_is_looked_at_all_along_a_leg(
    terrain: Any, expected: Verdict
) -> None:
    lon, lat = BROADWAY
    path = [[lon - 0.03, lat], [lon + 0.03, lat]]
    plan = document(BROADWAY, path=path, height_m=100, datum="AMSL", ground_amsl_m=None)
    assert verdict(plan, index_of(), terrain=terrain).verdict is expected


def test_the_ground_of_a_way_too_long_to_look_at_is_not_known() -> None:
    path = [[-20.0, 51.0], [60.0, 51.0]]
    plan = document(BROADWAY, path=path, ground_amsl_m=None, datum="AMSL")
    assert "TERRAIN_UNKNOWN" in codes(verdict(plan, index_of(), terrain=_Hill()))


def test_beyond_sight_only_inside_the_volume_of_an_authorisation() -> None:
    lon, lat = BROADWAY
    ring = [[lon - 0.01, lat - 0.01], [lon + 0.01, lat - 0.01], [lon, lat + 0.01]]
    volume = {"ring": ring, "lower_m": 0, "upper_m": 100, "datum": "AGL"}
    held = {"authorisation": {"reference": "OA", "bvlos": True, "volume": volume}}
    common = {"category": "SPECIFIC_OA", "operator": held, "bvlos": True}
    assert verdict(document(BROADWAY, **common), index_of()).verdict is Verdict.ALLOWED
    changed: tuple[dict[str, Any], ...] = (
        {"height_m": 101},
        {"path": [[lon, lat], [lon + 0.02, lat]]},
        {"contingency_m": 2_000},
        {"operator": {"authorisation": {"reference": "OA", "bvlos": True}}},
        {"operator": {"authorisation": {"reference": "OA", "volume": volume}}},
        {"operator": {}},
    )
    for more in changed:
        judgement = verdict(document(BROADWAY, **{**common, **more}), index_of())
        assert judgement.verdict is Verdict.REFUSED, more
        assert codes(judgement) == {"CATEGORY"}


def test_an_authorisation_holds_between_its_dates() -> None:
    for begins, ends, expected in (
        ("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z", Verdict.ALLOWED),
        ("2026-06-16T00:00:00Z", "2026-07-01T00:00:00Z", Verdict.REFUSED),
        ("2026-06-01T00:00:00Z", "2026-06-15T11:00:00Z", Verdict.REFUSED),
    ):
        held = {"authorisation": {"reference": "OA", "begins": begins, "ends": ends}}
        plan = document(BROADWAY, category="SPECIFIC_OA", operator=held)
        judgement = verdict(plan, index_of())
        assert judgement.verdict is expected
        assert codes(judgement) == ({"TIME"} if expected is Verdict.REFUSED else set())


def test_people_whom_nobody_has_counted_are_not_judged_and_said_so() -> None:
    judgement = verdict(document(BROADWAY), training())
    assert "Nobody has counted the people" in told(judgement, "NOT_JUDGED")


def test_what_the_plan_does_not_say_is_listed() -> None:
    judgement = verdict({"path": [list(BROADWAY)], "height_m": 60, "datum": "AGL"}, index_of())
    said = told(judgement, "NOT_JUDGED")
    assert judgement.verdict is Verdict.ALLOWED
    for words in ("whose flight", "category", "start", "sight", "position error", "height error"):
        assert words in said


# --- changes -------------------------------------------------------------------------------------


def test_a_zone_that_begins_above_the_ground_can_be_passed_below() -> None:
    floor = Limit(84.0, Datum.AMSL, "84 M ALT")
    plan = document(BROADWAY, height_m=90)
    found = verdict(plan, index_of(zone(lower=floor)), changes=True).changes
    assert [each.kind for each in found] == ["lower"]
    assert "below 84 m above mean sea level" in found[0].text
    assert found[0].max_amsl_m == 84.0
    assert verdict(document(BROADWAY, height_m=68.4), index_of(zone(lower=floor))).reasons == ()


def test_too_high_says_how_high_it_may_be() -> None:
    found = verdict(document(BROADWAY, height_m=130), index_of(), changes=True).changes
    assert [(each.kind, each.max_amsl_m) for each in found] == [("lower", 135.5)]


def test_before_and_after_a_window() -> None:
    window = Applicability(NOON - timedelta(hours=1), NOON + timedelta(hours=4, minutes=30))
    now = NOON - timedelta(hours=3)
    index = index_of(zone(applicability=(window,)))
    found = verdict(document(BROADWAY), index, now=now, changes=True).changes
    assert {each.kind for each in found} == {"later", "earlier"}
    for each in found:
        assert each.starts is not None
        again = document(BROADWAY, start=each.starts.isoformat())
        assert verdict(again, index, now=now).verdict is Verdict.ALLOWED
    assert next(each.starts for each in found if each.kind == "later") == NOON + timedelta(
        hours=4, minutes=31
    )
    assert not [
        each
        for each in verdict(document(BROADWAY), index, now=NOON, changes=True).changes
        if each.kind == "earlier"
    ]


def test_a_way_round_that_touches_nothing() -> None:
    lon, lat = BROADWAY
    path = [[lon - 0.02, lat], [lon + 0.02, lat]]
    zones = (zone("A"), zone("B", at=(lon, lat + 0.006)))
    found = verdict(document(BROADWAY, path=path), index_of(*zones), changes=True).changes
    assert [each.kind for each in found] == ["detour"]
    way = [[place_lon, place_lat] for place_lat, place_lon in found[0].path]
    assert len(way) > 2
    assert way[0] == path[0]
    assert way[-1] == path[-1]
    judgement = verdict(document(BROADWAY, path=way), index_of(*zones))
    assert judgement.verdict is Verdict.ALLOWED
    inside = document(BROADWAY, path=[list(BROADWAY), path[1]])
    assert verdict(inside, index_of(*zones), changes=True).changes == ()


def test_layers_of_a_zone_are_told_in_their_own_words() -> None:
    one = zone()
    parts = (Circle(BROADWAY[1], BROADWAY[0], 100.0),)
    layers = (*one.layers, Layer(parts, Limit(0.0, Datum.SURFACE), Limit(900.0, Datum.AGL, "X")))
    made: GeoZone = replace(one, layers=layers)
    limit = verdict(document(BROADWAY), index_of(made)).zones[0].limit
    assert limit == (
        "the surface to 600 M ALT (600 m above mean sea level); "
        "the surface to X (900 m above the ground)"
    )
