"""What must hold of every verdict: more zones and larger buffers never make it better, more
permissions never worse."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from geo.airspace.verdict import Judgement, Verdict
from geo.zones import Datum, GeoZone, Limit, Restriction, ZoneIndex
from geo.zones.training import training_dataset
from tests.geo.airspace.cases import BROADWAY, NOON, document, index_of, verdict, zone

ORDER = list(Verdict)
LON, LAT = BROADWAY
places = st.tuples(st.floats(LON - 0.03, LON + 0.03), st.floats(LAT - 0.02, LAT + 0.02))
limits = st.builds(
    Limit,
    st.floats(0, 300),
    st.sampled_from([Datum.AGL, Datum.AMSL, Datum.HAE, Datum.UNKNOWN]),
    st.just("as published"),
)
zones = st.builds(
    zone,
    at=places,
    radius_m=st.floats(10, 3_000),
    lower=st.one_of(st.none(), limits),
    upper=limits,
    restriction=st.sampled_from(list(Restriction)),
    kind=st.sampled_from(["restricted", "controlled", "prison"]),
)


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    named = [{"zone": f"Z{number}", "reference": "R"} for number in range(6)]
    return document(
        BROADWAY,
        path=[list(each) for each in draw(st.lists(places, min_size=1, max_size=4))],
        height_m=draw(st.floats(1, 200)),
        datum=draw(st.sampled_from(["AGL", "AMSL", "HAE", "QNH"])),
        ground_amsl_m=draw(st.sampled_from([None, 0.0, 15.5])),
        type=draw(st.sampled_from(["COUNCIL", "POLICE_MPS", "POLICE_OTHER", "CONTRACTOR"])),
        category=draw(st.sampled_from(["OPEN_A3", "SPECIFIC_PDRA01", "OUTSIDE_2019_947"])),
        permissions=draw(st.lists(st.sampled_from(named), max_size=4)),
    )


def numbered(made: list[GeoZone]) -> list[GeoZone]:
    from dataclasses import replace

    return [replace(each, zone_id=f"Z{number}") for number, each in enumerate(made)]


def rank(judgement: Judgement) -> int:
    return ORDER.index(judgement.verdict)


@settings(max_examples=150, deadline=None)
@given(plans(), st.lists(zones, min_size=1, max_size=5))
def test_adding_a_zone_never_improves_a_verdict(plan: dict[str, Any], made: list[GeoZone]) -> None:
    every = numbered(made)
    fewer = verdict(plan, index_of(*every[:-1]))
    more = verdict(plan, index_of(*every))
    assert rank(more) >= rank(fewer)
    for leg, worse in zip(fewer.leg_verdicts, more.leg_verdicts, strict=True):
        assert ORDER.index(worse) >= ORDER.index(leg)


@settings(max_examples=150, deadline=None)
@given(
    plans(),
    st.lists(zones, max_size=4),
    st.sampled_from(["position_error_m", "contingency_m", "height_error_m"]),
    st.floats(0, 200),
    st.floats(0, 200),
)
def test_growing_a_buffer_never_improves_a_verdict(
    plan: dict[str, Any], made: list[GeoZone], which: str, one: float, other: float
) -> None:
    index = index_of(*numbered(made))
    small = verdict({**plan, which: min(one, other)}, index)
    large = verdict({**plan, which: max(one, other)}, index)
    assert rank(large) >= rank(small)


@settings(max_examples=150, deadline=None)
@given(
    plans(),
    st.lists(zones, max_size=4),
    st.sampled_from(["", " ", "R-2"]),
    st.sampled_from([None, "2026-06-15T10:00:00Z", "2026-06-15T13:00:00Z"]),
)
def test_adding_a_permission_never_worsens_a_verdict(
    plan: dict[str, Any], made: list[GeoZone], reference: str, begins: str | None
) -> None:
    index = index_of(*numbered(made))
    held = {"zone": "z0", "reference": reference, "begins": begins}
    operator = plan["operator"]
    more = {**operator, "permissions": [*operator["permissions"], held]}
    assert rank(verdict({**plan, "operator": more}, index)) <= rank(verdict(plan, index))


@settings(max_examples=100, deadline=None)
@given(plans())
def test_no_role_passes_an_aerodrome_or_a_prison_without_a_permission(plan: dict[str, Any]) -> None:
    index = ZoneIndex(training_dataset(NOON))
    judgement = verdict(plan, index)
    for touched in judgement.zones:
        if touched.zone.kind in ("aerodrome", "prison"):
            assert touched.satisfied_by == ""
            assert rank(judgement) >= ORDER.index(Verdict.PERMISSION_NEEDED)


@settings(max_examples=40, deadline=None)
@given(plans(), st.lists(zones, min_size=1, max_size=3))
def test_what_a_change_offers_does_away_with_its_reason(
    plan: dict[str, Any], made: list[GeoZone]
) -> None:
    index = index_of(*numbered(made))
    for change in verdict(plan, index, changes=True).changes:
        if change.kind == "detour":
            way = [[lon, lat] for lat, lon in change.path]
            again = verdict({**plan, "path": way}, index)
            assert change.zone_id not in {each.zone_id for each in again.reasons}
