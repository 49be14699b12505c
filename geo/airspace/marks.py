"""Whether a category lets an aircraft of this mass and class mark fly, and what its pilot needs."""

from __future__ import annotations

from geo.airspace.case import Case, Findings
from geo.airspace.plan import Category
from geo.airspace.rules import Rule
from geo.airspace.verdict import InformationCode, ReasonCode, Verdict

_OPEN = (Category.OPEN_A1, Category.OPEN_A2, Category.OPEN_A3)
_MARKS = {f"{region}{number}" for region in ("UK", "C") for number in range(7)}


def mark_of(case: Case) -> str:
    """The class mark as it counts on the day: "UK1"; "" for none, or one that does not count."""
    mark = "".join(case.plan.operator.class_mark.split()).upper()
    if mark not in _MARKS:
        return ""
    return mark if ("UK_MARKS" if mark.startswith("UK") else "C_MARKS") in case.rules else ""


def judge_aircraft(case: Case, found: Findings) -> None:
    """Mass, class mark and registration."""
    operator = case.plan.operator
    if operator.category not in (*_OPEN, Category.PDRA01):
        return
    if operator.mass_kg is None:
        found.tell(InformationCode.NOT_JUDGED, "The plan does not say the aircraft's mass.")
    elif not operator.mass_kg < (case.rules["MASS"].figure or 0.0):
        _refuse(case.rules["MASS"], f"The aircraft has {operator.mass_kg:g} kg.", found)
    if operator.class_mark and not mark_of(case):
        found.tell(
            InformationCode.RULE,
            f"The class mark {operator.class_mark} does not count on {case.day:%d %B %Y}: the "
            "aircraft is judged as one without.",
        )
    if operator.category is Category.OPEN_A1:
        _judge_over_people(case, found)
    if operator.category is Category.OPEN_A2:
        _judge_near_people(case, found)
    _tell_registration(case, found)


def _judge_over_people(case: Case, found: Findings) -> None:
    mark, mass_kg = mark_of(case), case.plan.operator.mass_kg
    limit_kg = case.rules["A1_MASS"].figure or 0.0
    if mark[-1:] in ("0", "1") or (mass_kg is not None and mass_kg < limit_kg):
        return
    if mark:
        _refuse(case.rules["A1_MASS"], f"Class mark {mark} is none for A1.", found)
    elif mass_kg is not None:
        _refuse(case.rules["A1_MASS"], f"The aircraft has {mass_kg:g} kg.", found)
    else:
        found.tell(
            InformationCode.NOT_JUDGED,
            f"Whether the aircraft may fly in A1 is not judged. {case.rules['A1_MASS'].text}",
        )


def _judge_near_people(case: Case, found: Findings) -> None:
    mark, mass_kg = mark_of(case), case.plan.operator.mass_kg
    limit_kg = case.rules["A2_LEGACY_MASS"].figure or 0.0
    if mark and mark[-1] not in ("0", "1", "2"):
        _refuse(case.rules["A2_MARKED"], f"Class mark {mark} is none for A2.", found)
    elif not mark and mass_kg is not None and not mass_kg < limit_kg:
        _refuse(case.rules["A2_LEGACY_MASS"], f"The aircraft has {mass_kg:g} kg.", found)


def _refuse(rule: Rule, words: str, found: Findings) -> None:
    found.against(
        Verdict.REFUSED, ReasonCode.CATEGORY, f"{words} {rule.text} {rule.law}.", law=rule.law
    )


def _tell_registration(case: Case, found: Findings) -> None:
    operator = case.plan.operator
    for code, held in (("FLYER_ID", operator.flyer_id), ("OPERATOR_ID", operator.operator_id)):
        rule = case.rules.get(code)
        light = operator.mass_kg is not None and operator.mass_kg < ((rule and rule.figure) or 0.0)
        if rule is not None and not held.strip() and not light:
            found.tell(InformationCode.RULE, f"{rule.text} None is recorded. {rule.law}.")
    for code in ("REMOTE_ID_MARKED", "REMOTE_ID_OTHERS"):
        if code in case.rules:
            found.tell(InformationCode.RULE, f"{case.rules[code].text} {case.rules[code].law}.")
