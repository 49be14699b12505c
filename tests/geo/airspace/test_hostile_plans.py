"""Plans that are wrong in a way that must never end in a quiet "allowed"."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from geo.airspace.document import plan_from
from geo.airspace.verdict import Verdict
from tests.geo.airspace.cases import (
    BROADWAY,
    ENDS,
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

AWAY = (-0.3, 51.6)


def test_a_plan_with_latitude_and_longitude_swapped_is_never_clear() -> None:
    lon, lat = BROADWAY
    judgement = verdict(document((lat, lon)), index_of(zone()))
    assert judgement.verdict is Verdict.UNKNOWN
    assert codes(judgement) == {"ZONE"}
    assert "look swapped" in judgement.reasons[0].text


def test_one_swapped_point_of_many_is_seen() -> None:
    path = [list(AWAY), [AWAY[1], AWAY[0]]]
    assert verdict(document(AWAY, path=path), index_of(zone())).verdict is Verdict.UNKNOWN


def test_a_flight_outside_of_the_kingdom_is_judged_near_the_zones_of_its_dataset() -> None:
    bern, near_bern, paris = (7.44, 46.95), (7.60, 46.95), (2.35, 44.9)
    index = index_of(zone(at=bern))
    assert verdict(document(bern), index).verdict is Verdict.PERMISSION_NEEDED
    assert verdict(document(near_bern), index).verdict is Verdict.ALLOWED
    assert verdict(document(paris), index).verdict is Verdict.UNKNOWN


def test_a_dataset_that_does_not_say_what_it_covers_is_said_to() -> None:
    said = told(verdict(document(AWAY), index_of(zone())), "NOT_JUDGED")
    assert "does not say what area it covers" in said
    assert "what area" not in told(verdict(document(BROADWAY), training()), "NOT_JUDGED")


@pytest.mark.parametrize("speed_mps", [5e-324, 1e-300, 1e-9, 1e-5])
def test_a_flight_that_never_ends_is_refused_by_its_speed(speed_mps: float) -> None:
    plan = document(AWAY, path=[list(AWAY), [-0.31, 51.6]], speed_mps=speed_mps)
    with pytest.raises(ValueError, match="speed_mps is so low"):
        verdict(plan, index_of(zone()))


def test_a_dataset_that_ends_during_the_flight_is_out_of_date() -> None:
    path = [list(AWAY), [-0.31, 51.6]]  # 690 m: 87 s

    def judged(starts: datetime) -> Any:
        plan = document(AWAY, path=path, start=starts.isoformat())
        return verdict(plan, index_of(zone()), now=NOON)

    late = judged(ENDS - timedelta(seconds=60))
    assert late.verdict is Verdict.UNKNOWN
    assert codes(late) == {"DATA_STALE"}
    assert "before the flight ends" in late.reasons[0].text
    assert judged(ENDS - timedelta(seconds=120)).verdict is Verdict.ALLOWED


def test_fields_that_are_not_known_are_listed_as_not_judged() -> None:
    plan = document(AWAY, contingncy_m=300, operator={"clas_mark": "UK1"}, people={"near_m": 3})
    said = told(verdict(plan, index_of(zone())), "NOT_JUDGED")
    for field in ("contingncy_m", "operator.clas_mark", "people.near_m"):
        assert field in said


def test_a_permission_with_what_is_not_known_satisfies_nothing() -> None:
    held = {"zone": "Z1", "reference": "R/1"}
    plan = document(BROADWAY, permissions=[{**held, "valid_until": "2025-01-01"}])
    judgement = verdict(plan, index_of(zone()))
    assert judgement.verdict is Verdict.PERMISSION_NEEDED
    assert ids(judgement) == {"Z1"}
    assert any("valid_until" in reason.text for reason in judgement.reasons)
    known = document(BROADWAY, permissions=[held])
    assert verdict(known, index_of(zone())).verdict is Verdict.ALLOWED_EXEMPT


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"path": [{"lon": 0, "lat": 51, "alt": 300}]}, "path[0].alt"),
        ({"operator": {"authorisation": {"until": "2025"}}}, "authorisation.until"),
        (
            {"operator": {"force_policy": {"max_height_agl_m": 200, "until": "2025"}}},
            "force_policy.until",
        ),
    ],
)
def test_what_may_limit_a_paper_or_place_a_point_is_refused(
    more: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValueError, match=field.replace("[", r"\[").replace("]", r"\]")):
        plan_from(document(BROADWAY, **more))
