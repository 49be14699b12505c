"""The height above the surface that the rules and papers of a flight allow."""

from __future__ import annotations

from dataclasses import dataclass

from geo.airspace.case import Case, Findings
from geo.airspace.plan import Category, FlightPlan
from geo.airspace.route import above_ground
from geo.airspace.verdict import InformationCode, ReasonCode, Verdict
from geo.zones.model import Datum

_ROUNDING_M = 1e-6


@dataclass(frozen=True, slots=True)
class Most:
    """The greatest height above the ground, and by what."""

    metres: float
    law: str


def most_allowed_m(case: Case) -> Most:
    """By the regulation, an authorisation, or the policy of a police force."""
    rule = case.rules.get("HEIGHT")
    figure_m = 120.0 if rule is None or rule.figure is None else rule.figure
    law = "UK Regulation (EU) 2019/947 art 4(1)(e)" if rule is None else rule.law
    held, policy = case.authorisation, case.plan.operator.force_policy
    if held is not None and held.max_height_agl_m is not None:
        return Most(held.max_height_agl_m, f"operational authorisation {held.reference}")
    if case.outside and policy is not None:
        return Most(policy.max_height_agl_m, f"force policy {policy.reference}")
    if case.plan.operator.category is Category.PDRA01:
        return Most(figure_m, f"UKPDRA01 (CAP 722H) and {law}")
    return Most(figure_m, law)


def highest_agl_m(case: Case) -> float | None:
    """The most above the ground that the flight may reach; None: not known."""
    heights = [above_ground(point, case.geoid) for point in case.route.points]
    known = [height[1] for height in heights if height is not None]
    if len(known) < len(heights):
        return None
    return max(known) + case.route.points[0].height_error_m


def has_no_height(plan: FlightPlan) -> bool:
    """Whether it leaves out the height of any point."""
    return plan.height_m is None and any(point.height_m is None for point in plan.path)


def judge_heights(case: Case, found: Findings) -> None:
    """Height above the ground, along all of the way."""
    plan = case.plan
    if has_no_height(plan):
        found.against(
            Verdict.UNKNOWN,
            ReasonCode.HEIGHT,
            "The plan says no height: it counts as inside every zone below or above it.",
        )
        return
    if plan.datum in (Datum.UNKNOWN, Datum.FLIGHT_LEVEL):
        found.against(
            Verdict.UNKNOWN,
            ReasonCode.DATUM_UNKNOWN,
            "The plan does not say what its heights are above: say AGL, AMSL or HAE.",
        )
        return
    most = most_allowed_m(case)
    _judge_above_ground(case, most, found)
    found.tell(
        InformationCode.RULE,
        "The closest point of the surface is taken to be the ground below; slopes, and obstacles "
        "that may be flown over with their owner's word, are not looked at.",
    )


def _judge_above_ground(case: Case, most: Most, found: Findings) -> None:
    above: dict[int, float] = {}
    perhaps: set[int] = set()
    unknown: set[int] = set()
    for number, point in enumerate(case.route.points):
        legs = _legs_at(case, number)
        height = above_ground(point, case.geoid)
        if height is None:
            unknown |= legs
            continue
        limit_m = most.metres - point.height_error_m + _ROUNDING_M
        if not height[0] <= limit_m:
            above.update({leg: max(height[0], above.get(leg, height[0])) for leg in legs})
        elif not height[1] <= limit_m:
            perhaps |= legs
    if above:
        error_m = case.route.points[0].height_error_m
        error = f" (and may be wrong by {error_m:g} m)" if error_m else ""
        found.against(
            Verdict.REFUSED,
            ReasonCode.HEIGHT,
            f"{max(above.values()):.1f} m above the ground{error}: above the limit of "
            f"{most.metres:g} m, {most.law}.",
            law=most.law,
            legs=tuple(sorted(above)),
        )
    if perhaps:
        found.against(
            Verdict.UNKNOWN,
            ReasonCode.HEIGHT,
            f"It may be above the limit of {most.metres:g} m above the ground, {most.law}: the "
            "geoid is not known to the metre.",
            law=most.law,
            legs=tuple(sorted(perhaps)),
        )
    if unknown:
        _say_unknown(case, most, tuple(sorted(unknown)), found)


def _say_unknown(case: Case, most: Most, legs: tuple[int, ...], found: Findings) -> None:
    no_ground = any(point.ground_amsl_m is None for point in case.route.points)
    why = "the height of the ground" if no_ground else "the height of the geoid"
    found.against(
        Verdict.UNKNOWN,
        ReasonCode.TERRAIN_UNKNOWN if no_ground else ReasonCode.DATUM_UNKNOWN,
        f"Whether it is within {most.metres:g} m of the surface ({most.law}) is not known: {why} "
        "is not known.",
        law=most.law,
        legs=legs,
    )


def _legs_at(case: Case, number: int) -> set[int]:
    """Of the plan, that a point of the route lies on."""
    leg_of = case.route.leg_of
    return {leg_of[piece] for piece in (number - 1, number) if 0 <= piece < len(leg_of)}
