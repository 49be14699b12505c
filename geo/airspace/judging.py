"""Puts the parts of a verdict together."""

from __future__ import annotations

from geo.airspace.case import Case, Findings
from geo.airspace.category_part import judge_category
from geo.airspace.data_part import judge_data
from geo.airspace.heights_part import judge_heights
from geo.airspace.plan import FlightPlan
from geo.airspace.route import route_of
from geo.airspace.rules import FIRST_DAY, rules_on
from geo.airspace.times_part import judge_times
from geo.airspace.verdict import Against, InformationCode, Judgement
from geo.airspace.zones_part import judge_zones


def judged(plan: FlightPlan, against: Against) -> Judgement:
    """The verdict without changes. The rules are those of the day that the dataset is asserted to
    be valid on, else of the start, else of now.

    Raises:
        ValueError: a place or a number that cannot be checked, by its name.
    """
    day = against.as_of or plan.starts or against.now
    route = route_of(plan, against.terrain)
    case = Case(plan, against, route, day, rules_on(day.date()))
    found = Findings()
    if day.date() < FIRST_DAY:
        found.tell(
            InformationCode.NOT_JUDGED,
            f"The rules before {FIRST_DAY:%d %B %Y} are not known here: those of that day are "
            "applied.",
        )
    if plan.not_read:
        names = ", ".join(plan.not_read)
        found.tell(InformationCode.NOT_JUDGED, f"Not known here, and so not judged: {names}.")
    for part in (judge_zones, judge_heights, judge_times, judge_category, judge_data):
        part(case, found)
    return Judgement(
        found.verdict(),
        tuple(found.zones),
        tuple(reason for _weight, reason in found.reasons),
        tuple(found.information),
        (),
        tuple(found.verdict(leg) for leg in range(route.legs)),
        day,
    )
