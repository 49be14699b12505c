"""The dated table of rules, and whether the dataset may be relied on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from geo.airspace.document import plan_from
from geo.airspace.rules import FIRST_DAY, RULES, rules_as_of
from geo.airspace.verdict import Against, Verdict, judge
from geo.zones import Area, Gap, ZoneIndex
from tests.geo.airspace.cases import (
    BEGINS,
    BROADWAY,
    ENDS,
    NOON,
    codes,
    document,
    index_of,
    told,
    training,
    verdict,
    zone,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code} {rule.since}")
def test_each_rule_has_a_law_dates_and_a_sentence(rule: Any) -> None:
    assert any(word in rule.law for word in ("2019/947", "2018/1139", "UKPDRA01"))
    assert rule.text.endswith(".")
    assert rule.until is None or rule.since <= rule.until
    assert rule.figure is None or rule.figure > 0


def test_of_each_code_one_rule_holds_on_any_day() -> None:
    for day in {rule.since for rule in RULES} | {rule.until for rule in RULES if rule.until}:
        holding = [rule.code for rule in RULES if rule.holds(day)]
        assert len(holding) == len(set(holding)), day


def test_what_changed_on_1_january_2026() -> None:
    before, after = rules_as_of(date(2025, 12, 31)), rules_as_of(date(2026, 1, 1))
    changed = {code for code in {*before, *after} if before.get(code) != after.get(code)}
    assert changed == {
        "SUBCATEGORIES",
        "A1_MARKS",
        "FLYER_ID",
        "OPERATOR_ID",
        "NIGHT_LIGHT",
        "UK_MARKS",
        "REMOTE_ID_MARKED",
    }
    assert "C_MARKS" in rules_as_of(date(2027, 12, 31))
    assert "C_MARKS" not in rules_as_of(date(2028, 1, 1))
    assert before["FLYER_ID"].figure == 0.25
    assert after["FLYER_ID"].figure == 0.1


NIGHT = {"start": "2026-06-15T23:00:00Z", "green_light": False}
OVER = {
    "category": "OPEN_A1",
    "operator": {"class_mark": "UK1", "mass_kg": 0.8},
    "people": {"over_uninvolved": True},
}


@pytest.mark.parametrize(
    ("more", "before", "after"),
    [
        (NIGHT, {"verdict": "ALLOWED"}, {"verdict": "REFUSED", "code": "TIME"}),
        (OVER, {"verdict": "REFUSED", "code": "CATEGORY"}, {"verdict": "ALLOWED"}),
    ],
    ids=["a green light at night", "UK1 over people"],
)
def test_a_verdict_is_by_the_rules_of_its_day(
    more: dict[str, Any], before: dict[str, str], after: dict[str, str]
) -> None:
    for day, expected in (
        (datetime(2025, 12, 31, tzinfo=UTC), before),
        (datetime(2026, 1, 2, tzinfo=UTC), after),
    ):
        judgement = verdict(document(BROADWAY, **more), training(), as_of=day)
        assert judgement.verdict.value == expected["verdict"]
        assert (
            codes(judgement) == {expected["code"]} if "code" in expected else not codes(judgement)
        )
        assert judgement.as_of == day


def test_a_day_before_the_table_is_judged_by_its_first_and_says_so() -> None:
    judgement = verdict(document(BROADWAY), training(), as_of=datetime(2019, 1, 1, tzinfo=UTC))
    assert judgement.verdict is Verdict.ALLOWED
    assert f"{FIRST_DAY:%d %B %Y}" in told(judgement, "NOT_JUDGED")


# --- data ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "start", "stale"),
    [
        (NOON, NOON, False),
        (BEGINS, NOON, False),
        (BEGINS - timedelta(seconds=1), NOON, True),
        (ENDS - timedelta(seconds=1), NOON, False),
        (ENDS, NOON, True),
        (NOON, ENDS, True),
        (NOON, BEGINS - timedelta(days=1), True),
    ],
)
def test_the_age_is_judged_for_now_and_for_the_start(
    now: datetime, start: datetime, stale: bool
) -> None:
    plan = document(BROADWAY, start=start.isoformat(), green_light=True)
    judgement = verdict(plan, index_of(), now=now)
    assert ("DATA_STALE" in codes(judgement)) == stale
    assert judgement.verdict is (Verdict.UNKNOWN if stale else Verdict.ALLOWED)
    asserted = verdict(plan, index_of(), now=now, as_of=NOON)
    assert asserted.verdict is Verdict.ALLOWED
    assert told(asserted, "AS_OF_OVERRIDE")


def test_a_dataset_without_dates_and_none_at_all_are_stale() -> None:
    undated = ZoneIndex(replace(index_of().dataset, effective_until=None))
    for index in (undated, None):
        judgement = verdict(document(BROADWAY), index)
        assert judgement.verdict is Verdict.UNKNOWN
        assert codes(judgement) == {"DATA_STALE"}


def test_what_speaks_against_it_outweighs_an_old_dataset_which_outweighs_a_permission() -> None:
    late = ENDS + timedelta(days=1)
    free, needed = index_of(), index_of(zone())
    assert verdict(document(BROADWAY), needed, now=late).verdict is Verdict.UNKNOWN
    assert codes(verdict(document(BROADWAY), needed, now=late)) == {"DATA_STALE", "ZONE"}
    high = document(BROADWAY, height_m=130)
    assert verdict(high, free, now=late).verdict is Verdict.REFUSED
    assert codes(verdict(high, free, now=late)) == {"DATA_STALE", "HEIGHT"}


def test_the_training_dataset_says_so_always() -> None:
    judgement = verdict(document(BROADWAY), training())
    assert "training, not for operational use" in told(judgement, "TRAINING_DATA")


def test_outside_of_what_the_dataset_covers_nothing_is_known() -> None:
    judgement = verdict(document((0.5, 51.5)), training())
    assert judgement.verdict is Verdict.UNKNOWN
    assert codes(judgement) == {"ZONE"}
    assert "covers Greater London only" in judgement.reasons[0].text


HERE = Area(51.49, -0.23, 51.50, -0.22, "here")
AWAY = Area(52.49, -0.23, 52.50, -0.22, "away")


@pytest.mark.parametrize(
    ("areas", "unknown"), [((HERE,), True), ((AWAY,), False), ((AWAY, HERE), True), ((), True)]
)
def test_near_what_could_not_be_read_nothing_is_known(
    areas: tuple[Area, ...], unknown: bool
) -> None:
    judgement = verdict(
        document(BROADWAY), index_of(gaps=(Gap("feature 7", "it crosses itself", areas),))
    )
    assert judgement.verdict is (Verdict.UNKNOWN if unknown else Verdict.ALLOWED)
    said = judgement.reasons[0].text if unknown else told(judgement, "NOT_READ")
    assert "feature 7" in said


def test_notams_are_said_to_be_unchecked_unless_they_are_young() -> None:
    plan = plan_from(document(BROADWAY))
    for age_h, said in ((None, True), (23.0, False), (25.0, True)):
        read = None if age_h is None else NOON - timedelta(hours=age_h)
        judgement = judge(plan, Against(index_of(), None, NOON, notams_as_of=read))
        assert bool(told(judgement, "NOTAM_NOT_CHECKED")) == said


def test_the_documents_have_each_rule_with_its_dates() -> None:
    text = (Path(__file__).parents[3] / "docs" / "airspace.md").read_text()
    for rule in RULES:
        row = f"| {rule.code} | {rule.since} | {rule.until or ''} | {rule.law} | {rule.text} |"
        assert row in text
