"""What the category of a flight asks of it: whose it is, how far it goes, and its aircraft."""

from __future__ import annotations

from geo.airspace.case import POLICE, Case, Findings
from geo.airspace.marks import judge_aircraft
from geo.airspace.people_part import judge_people
from geo.airspace.plan import Category
from geo.airspace.rules import Rule
from geo.airspace.verdict import InformationCode, ReasonCode, Verdict
from geo.airspace.volume_part import legs_outside

OPEN = (Category.OPEN_A1, Category.OPEN_A2, Category.OPEN_A3)


def judge_category(case: Case, found: Findings) -> None:
    """Everything but heights, times and zones."""
    operator = case.plan.operator
    if operator.type is None:
        found.tell(
            InformationCode.NOT_JUDGED,
            "The plan does not say whose flight it is: no exemption of an operator is looked at.",
        )
    if operator.category is None:
        found.tell(
            InformationCode.NOT_JUDGED,
            "The plan does not say its category: only the height limit of them all is judged.",
        )
    _judge_outside(case, found)
    _judge_authorisation(case, found)
    _judge_sight(case, found)
    _judge_range(case, found)
    judge_aircraft(case, found)
    judge_people(case, found)
    if case.plan.position_error_m is None or case.plan.contingency_m is None:
        found.tell(
            InformationCode.NOT_JUDGED,
            "The plan does not say its position error and contingency: what it does not say counts "
            "as 0 m.",
        )
    if case.plan.height_error_m is None:
        found.tell(
            InformationCode.NOT_JUDGED,
            "The plan does not say its height error: it counts as 0 m.",
        )


def _judge_outside(case: Case, found: Findings) -> None:
    operator = case.plan.operator
    if operator.category is not Category.OUTSIDE:
        return
    rule = case.rules["POLICE_OUTSIDE"]
    if operator.type is None:
        found.against(
            Verdict.UNKNOWN,
            ReasonCode.CATEGORY,
            f"Only the police fly outside of Regulation 2019/947, and the plan does not say whose "
            f"flight it is. {rule.law}.",
            law=rule.law,
        )
    elif operator.type not in POLICE:
        found.against(
            Verdict.REFUSED,
            ReasonCode.CATEGORY,
            f"A flight of a {operator.type.value.lower()} is not outside of Regulation 2019/947: "
            f"only police flights are. {rule.law}.",
            law=rule.law,
        )
    elif not case.outside:
        found.tell(
            InformationCode.RULE,
            f"No policy of the force is attached: the limits of 2019/947 are applied. {rule.text}",
        )
    else:
        found.tell(InformationCode.RULE, rule.text)


def _judge_authorisation(case: Case, found: Findings) -> None:
    if case.plan.operator.category is not Category.AUTHORISATION:
        return
    if case.authorisation is None:
        found.tell(
            InformationCode.NOT_JUDGED,
            "The operational authorisation is not recorded, and so not judged: the limit of 120 m "
            "above the ground is applied.",
        )
    else:
        found.tell(
            InformationCode.RULE,
            f"The conditions of the operational authorisation {case.authorisation.reference} "
            "govern; its own words are not judged beyond its dates, height and volume.",
        )


def _judge_sight(case: Case, found: Findings) -> None:
    plan, category = case.plan, case.plan.operator.category
    if plan.bvlos is None:
        found.tell(
            InformationCode.NOT_JUDGED,
            "The plan does not say whether the pilot keeps the drone in sight: that is not judged.",
        )
    if not plan.bvlos:
        return
    if category is Category.AUTHORISATION:
        _judge_beyond_sight(case, found)
        return
    policy = plan.operator.force_policy
    if case.outside and policy is not None:
        if policy.vlos_only:
            law = f"force policy {policy.reference}"
            found.against(
                Verdict.REFUSED,
                ReasonCode.CATEGORY,
                f"It goes beyond the pilot's sight, which the {law} does not allow.",
                law=law,
            )
        return
    rule = case.rules["PDRA01_RANGE" if category is Category.PDRA01 else "VLOS"]
    found.against(
        Verdict.REFUSED,
        ReasonCode.CATEGORY,
        "It goes beyond the pilot's sight, which only an operational authorisation can allow. "
        f"{rule.text} {rule.law}.",
        law=rule.law,
    )


def _judge_beyond_sight(case: Case, found: Findings) -> None:
    held = case.authorisation
    if held is None or not held.bvlos:
        law = "UK Regulation (EU) 2019/947 art 12"
        which = f"authorisation {held.reference} does not allow" if held else "no authorisation"
        found.against(
            Verdict.REFUSED,
            ReasonCode.CATEGORY,
            f"It goes beyond the pilot's sight: {which} that is recorded. {law}.",
            law=law,
        )
        return
    law = f"operational authorisation {held.reference}"
    if held.volume is None:
        found.against(
            Verdict.REFUSED,
            ReasonCode.CATEGORY,
            f"It goes beyond the pilot's sight, and no volume of the {law} is recorded.",
            law=law,
        )
        return
    legs, why = legs_outside(case, held.volume)
    if legs:
        found.against(
            Verdict.REFUSED,
            ReasonCode.CATEGORY,
            f"It goes beyond the pilot's sight outside of the volume of the {law}: {why}.",
            law=law,
            legs=legs,
        )


def _judge_range(case: Case, found: Findings) -> None:
    if case.plan.operator.category is not Category.PDRA01:
        return
    rule: Rule = case.rules["PDRA01_RANGE"]
    range_m = case.plan.vlos_m
    if range_m is None:
        found.tell(
            InformationCode.NOT_JUDGED,
            f"The plan does not say how far from the pilot it goes: {rule.text} {rule.law}.",
        )
    elif not range_m <= (rule.figure or 0.0):
        found.against(
            Verdict.REFUSED,
            ReasonCode.CATEGORY,
            f"It goes {range_m:.0f} m from the pilot. {rule.text} {rule.law}.",
            law=rule.law,
        )
