"""Distances to people. They are judged only where the plan says who is there: people whom nobody
has counted are never "clear"."""

from __future__ import annotations

from geo.airspace.case import Case, Findings
from geo.airspace.marks import mark_of
from geo.airspace.plan import Category, PeopleBelow
from geo.airspace.rules import Rule
from geo.airspace.verdict import InformationCode, ReasonCode, Verdict

_COUNTED = (
    ("nearest_uninvolved_m", "how near uninvolved people are"),
    ("nearest_built_up_m", "how near built-up areas are"),
    ("over_uninvolved", "whether it flies over uninvolved people"),
    ("over_assembly", "whether it flies over an assembly of people"),
    ("nearest_assembly_m", "how near an assembly of people is"),
)


def judge_people(case: Case, found: Findings) -> None:
    """Separations of the category, and assemblies."""
    people = case.plan.people or PeopleBelow()
    missing = [words for name, words in _COUNTED if getattr(people, name) is None]
    if len(missing) == len(_COUNTED):
        found.tell(
            InformationCode.NOT_JUDGED,
            "Nobody has counted the people below: distances to people, built-up areas and "
            "assemblies are not judged.",
        )
    elif missing:
        found.tell(InformationCode.NOT_JUDGED, f"Not judged: {', '.join(missing)}.")
    if people.over_assembly:
        rule = case.rules["ASSEMBLY"]
        _refuse(rule, "It flies over an assembly of people.", found)
    for rule, words, distance_m in _asked(case, people):
        if distance_m is not None and not distance_m >= _with_errors(case, rule):
            _refuse(rule, f"{words} {distance_m:.0f} m from the way.", found)
    _judge_overflight(case, people, found)


def _with_errors(case: Case, rule: Rule) -> float:
    plan = case.plan
    return (rule.figure or 0.0) + (plan.position_error_m or 0.0) + (plan.contingency_m or 0.0)


def _asked(case: Case, people: PeopleBelow) -> list[tuple[Rule, str, float | None]]:
    """(rule with the distance that it asks, who is there, how near)."""
    rules, category = case.rules, case.plan.operator.category
    uninvolved = "Uninvolved people are", people.nearest_uninvolved_m
    if category is Category.OPEN_A2:
        rule = rules["A2_MARKED" if mark_of(case)[-1:] == "2" else "A2_LEGACY"]
        return [] if mark_of(case)[-1:] in ("0", "1") else [(rule, *uninvolved)]
    if category is Category.OPEN_A3:
        built_up = "A built-up area is", people.nearest_built_up_m
        return [(rules["A3_PEOPLE"], *uninvolved), (rules["A3_BUILT_UP"], *built_up)]
    if category is Category.PDRA01:
        assembly = "An assembly of people is", people.nearest_assembly_m
        return [(rules["PDRA01_PEOPLE"], *uninvolved), (rules["PDRA01_ASSEMBLY"], *assembly)]
    return []


def _judge_overflight(case: Case, people: PeopleBelow, found: Findings) -> None:
    if not people.over_uninvolved:
        return
    category, mark = case.plan.operator.category, mark_of(case)
    if category is Category.OPEN_A1 and mark[-1:] == "1":
        rule = case.rules["A1_MARKS"]
        if rule.figure is None:
            _refuse(rule, "It flies over uninvolved people.", found)
        return
    if category is Category.OPEN_A2 and mark[-1:] in ("0", "1"):
        return
    asked = {Category.OPEN_A2: "A2_LEGACY", Category.OPEN_A3: "A3_PEOPLE"}
    if category in asked:
        _refuse(case.rules[asked[category]], "It flies over uninvolved people.", found)
    elif category is Category.PDRA01:
        found.tell(
            InformationCode.RULE,
            "UKPDRA01 (CAP 722H): flying over uninvolved people is brief and kept to the least.",
        )


def _refuse(rule: Rule, words: str, found: Findings) -> None:
    found.against(
        Verdict.REFUSED, ReasonCode.SEPARATION, f"{words} {rule.text} {rule.law}.", law=rule.law
    )
