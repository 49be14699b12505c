"""Plans as JSON: what is taken, and what is refused by the field's name."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.airspace.document import answer, plan_from
from geo.airspace.plan import Category, OperatorType
from geo.zones import Datum
from tests.geo.airspace.cases import BROADWAY, STAMFORD_BRIDGE, document, training, verdict


def test_the_plan_of_the_issue_is_read() -> None:
    plan = plan_from(document(BROADWAY, permissions=[{"zone": "1U077", "reference": "A"}]))
    assert (plan.path[0].lon, plan.path[0].lat) == BROADWAY
    assert plan.datum is Datum.AGL
    assert plan.operator.type is OperatorType.COUNCIL
    assert plan.operator.category is Category.OPEN_A3
    assert plan.operator.permissions[0].zone == "1U077"
    assert plan.starts is not None
    assert plan.starts.isoformat() == "2026-06-15T12:00:00+00:00"


def test_points_may_have_a_height_and_a_speed_of_their_own() -> None:
    path: list[Any] = [[0, 51], [0, 51.1, 70], {"lon": 0, "lat": 51.2, "speed_mps": 3}]
    points = plan_from({"path": path}).path
    assert [point.height_m for point in points] == [None, 70.0, None]
    assert points[2].speed_mps == 3.0


def test_times_with_another_zone_are_turned_and_words_of_datums_are_known() -> None:
    plan = plan_from(document(BROADWAY, start="2026-06-15T13:00:00+01:00", datum="amsl"))
    assert plan.starts is not None
    assert plan.starts.hour == 12
    assert plan.datum is Datum.AMSL
    assert plan_from(document(BROADWAY, datum="feet")).datum is Datum.UNKNOWN


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"path": []}, "path"),
        ({"path": None}, "path"),
        ({"path": "line"}, "path"),
        ({"path": [[0]]}, "path[0]"),
        ({"path": [[0, 51], [200, 51]]}, "path[1].lon"),
        ({"path": [[0, 91]]}, "path[0].lat"),
        ({"path": [[0, "51"]]}, "path[0].lat"),
        ({"path": [[0, math.nan]]}, "path[0].lat"),
        ({"path": [[True, 51]]}, "path[0].lon"),
        ({"path": [[0, 51]] * 2_001}, "2000 points"),
        ({"height_m": "60"}, "height_m"),
        ({"height_m": math.inf}, "height_m"),
        ({"height_m": 10**400}, "height_m"),
        ({"datum": 3}, "datum"),
        ({"start": "2026-06-15T12:00:00"}, "start"),
        ({"start": "noon"}, "start"),
        ({"start": 7}, "start"),
        ({"start": "0001-01-01T00:00:00Z"}, "start"),
        ({"speed_mps": 0}, "speed_mps"),
        ({"speed_mps": -1}, "speed_mps"),
        ({"position_error_m": -1}, "position_error_m"),
        ({"bvlos": "no"}, "bvlos"),
        ({"people": []}, "people"),
        ({"type": "POLICE"}, "operator.type"),
        ({"category": "A3"}, "operator.category"),
        ({"permissions": {}}, "operator.permissions"),
        ({"permissions": ["1U077"]}, "operator.permissions[0]"),
        ({"permissions": [{"zone": 7, "reference": "R"}]}, "operator.permissions[0].zone"),
        ({"operator": {"mass_kg": "2"}}, "operator.mass_kg"),
        ({"operator": {"force_policy": {}}}, "operator.force_policy.max_height_agl_m"),
        ({"operator": {"authorisation": {"volume": {"ring": []}}}}, "volume.ring"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(more: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=field.replace("[", r"\[").replace("]", r"\]")):
        plan_from(document(BROADWAY, **more))


@pytest.mark.parametrize("document", [None, [], "plan", 3])
def test_what_is_no_object_is_no_plan(document: object) -> None:
    with pytest.raises(ValueError, match="the plan must be an object"):
        plan_from(document)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(document(BROADWAY))), json_values))
def test_anything_else_is_judged_or_refused_by_a_sentence(more: dict[str, Any]) -> None:
    try:
        plan = {**document(BROADWAY), **more}
        made = answer(verdict(plan, training(), changes=True))
    except ValueError:
        return
    assert json.loads(json.dumps(made, allow_nan=False)) == made


def test_the_answer_has_the_verdict_first_and_all_that_a_person_needs() -> None:
    made = answer(verdict(document(STAMFORD_BRIDGE), training(), changes=True))
    assert next(iter(made)) == "verdict"
    assert made["verdict"] == "PERMISSION_NEEDED"
    zone = made["zones"][0]
    assert zone["id"] == "EGR1U043A"
    assert zone["name"].startswith("London Heliport")
    assert "aerodrome's level of 18 ft" in zone["limit"]
    assert "94A" in zone["law"]
    assert "020-7228 0181" in zone["contact"]
    assert made["reasons"][0]["code"] == "ZONE"
    assert made["reasons"][0]["zone"] == "EGR1U043A"
    assert {each["code"] for each in made["information"]} >= {"NOTAM_NOT_CHECKED", "NOT_JUDGED"}
    assert made["rules_of"] == "2026-06-15"
