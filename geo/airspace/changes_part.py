"""The nearest changes that would make a flight legal, each judged again before it is offered."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from geo.airspace.case import Case
from geo.airspace.detour import way_round
from geo.airspace.heights_part import most_allowed_m
from geo.airspace.judging import judged
from geo.airspace.plan import FlightPlan, PathPoint
from geo.airspace.route import route_of
from geo.airspace.rules import rules_on
from geo.airspace.verdict import Against, Change, Judgement, Reason, ReasonCode, ZoneTouched
from geo.airspace.zones_part import name_of
from geo.zones.activity import windows_between
from geo.zones.model import Datum, Limit

SEARCH = timedelta(days=7)
MOST_ZONES, MOST_EDGES, MOST_DETOURS = 5, 8, 3
_MINUTE = timedelta(minutes=1)
_BELOW_M = 0.1  # a limit is inside its zone
_ABOVE_WORDS = {
    Datum.AGL: "the ground",
    Datum.AMSL: "mean sea level",
    Datum.HAE: "the WGS 84 ellipsoid",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    case: Case
    judgement: Judgement

    def again(self, plan: FlightPlan) -> tuple[Reason, ...]:
        return judged(plan, self.case.against).reasons

    def without(self, plan: FlightPlan, zone_id: str) -> bool:
        """Whether no reason of a zone is left."""
        return all(reason.zone_id != zone_id for reason in self.again(plan))


def nearest_changes(plan: FlightPlan, against: Against, judgement: Judgement) -> tuple[Change, ...]:
    """For each zone that is not satisfied, and for the height; at most a few of each."""
    route = route_of(plan, against.terrain)
    case = Case(plan, against, route, judgement.as_of, rules_on(judgement.as_of.date()))
    asked = _Asked(case, judgement)
    open_zones = [zone for zone in judgement.zones if not zone.satisfied_by][:MOST_ZONES]
    changes = [*_lower_for_rules(asked)]
    for zone in open_zones:
        changes += _lower(asked, zone)
        changes += _at_another_time(asked, zone)
    changes += _detours(asked, open_zones)
    return tuple(changes)


# --- lower ---------------------------------------------------------------------------------------


def _lower_for_rules(asked: _Asked) -> Iterator[Change]:
    wrong = [r for r in asked.judgement.reasons if r.code is ReasonCode.HEIGHT and not r.zone_id]
    if not wrong:
        return
    most = most_allowed_m(asked.case)
    legs = tuple(range(asked.case.route.legs))
    plan = _capped(asked.case, Limit(most.metres, Datum.AGL), legs, spare_m=0.0)
    if plan is None or any(
        reason.code is ReasonCode.HEIGHT and not reason.zone_id for reason in asked.again(plan)
    ):
        return
    error_m = asked.case.plan.height_error_m or 0.0
    ground = _ground(asked.case, legs)
    yield Change(
        "lower",
        f"Stay at or below {most.metres - error_m:g} m above the ground.",
        max_amsl_m=None if ground is None else most.metres - error_m + ground[0],
    )


def _lower(asked: _Asked, touched: ZoneTouched) -> Iterator[Change]:
    limits = [layer.lower for layer in touched.zone.layers]
    if any(limit.datum not in _ABOVE_WORDS for limit in limits):
        return  # it begins at the surface, or nobody knows where
    lowest = min(limits, key=lambda limit: limit.value_m)
    if not 0 < lowest.value_m < math.inf:
        return
    plan = _capped(asked.case, lowest, touched.legs, spare_m=_BELOW_M)
    if plan is None or not asked.without(plan, touched.zone.zone_id):
        return
    height_m = lowest.value_m - (asked.case.plan.height_error_m or 0.0)
    yield Change(
        "lower",
        f"Stay below {height_m:g} m above {_ABOVE_WORDS[lowest.datum]} to pass under "
        f"{name_of(touched.zone)}.",
        touched.zone.zone_id,
        max_amsl_m=height_m if lowest.datum is Datum.AMSL else None,
    )


def _capped(
    case: Case, limit: Limit, legs: tuple[int, ...], *, spare_m: float
) -> FlightPlan | None:
    """The plan nowhere above a limit; None: not known how, or that would be in the ground."""
    shift = _from_to(case, limit.datum, legs)
    if shift is None:
        return None
    highest_m = limit.value_m + shift - (case.plan.height_error_m or 0.0) - spare_m
    ground = _ground(case, legs)
    if case.plan.datum is Datum.AMSL and (ground is None or highest_m <= ground[1]):
        return None
    if case.plan.datum is Datum.AGL and highest_m <= 0:
        return None
    points = tuple(
        replace(point, height_m=min(highest_m, height_m))
        for point in case.plan.path
        if (height_m := case.plan.height_m if point.height_m is None else point.height_m)
        is not None
    )
    return replace(case.plan, path=points) if len(points) == len(case.plan.path) else None


def _from_to(case: Case, datum: Datum, legs: tuple[int, ...]) -> float | None:
    """What to add to a height above `datum` to have it above the plan's, at the least."""
    own = case.plan.datum
    if own is datum:
        return 0.0
    above_sea = _least_above_sea(case, datum, legs, lowest=True)
    own_above_sea = _least_above_sea(case, own, legs, lowest=False)
    if above_sea is None or own_above_sea is None:
        return None
    return above_sea - own_above_sea


def _least_above_sea(
    case: Case, datum: Datum, legs: tuple[int, ...], *, lowest: bool
) -> float | None:
    if datum is Datum.AMSL:
        return 0.0
    if datum is Datum.AGL:
        ground = _ground(case, legs)
        return None if ground is None else ground[0 if lowest else 1]
    point = case.route.points[0]
    separation = case.geoid(point.lat, point.lon) if datum is Datum.HAE else None
    if separation is None:
        return None
    return -separation[0] + (-separation[1] if lowest else separation[1])


def _ground(case: Case, legs: tuple[int, ...]) -> tuple[float, float] | None:
    """The lowest and the highest below some legs."""
    points = case.route.points
    levels = [
        point.ground_amsl_m
        for piece, leg in enumerate(case.route.leg_of)
        if leg in legs
        for point in points[piece : piece + 2]
    ]
    known = [level for level in levels if level is not None]
    return (min(known), max(known)) if known and len(known) == len(levels) else None


# --- later, earlier ------------------------------------------------------------------------------


def _at_another_time(asked: _Asked, touched: ZoneTouched) -> Iterator[Change]:
    starts, ends = asked.case.route.starts, asked.case.route.ends
    if starts is None or ends is None or not touched.zone.applicability:
        return
    windows = windows_between(touched.zone, starts - SEARCH, ends + SEARCH)
    later = sorted(_next_minute(window[1]) for window in windows if window[1] >= starts)
    flight = ends - starts
    earlier = sorted(
        (_minute_before(window[0] - flight) for window in windows if window[0] <= ends),
        reverse=True,
    )
    for kind, word, candidates in (("later", "after", later), ("earlier", "before", earlier)):
        for at in candidates[:MOST_EDGES]:
            if kind == "earlier" and at < asked.case.against.now:
                break
            if asked.without(replace(asked.case.plan, starts=at), touched.zone.zone_id):
                yield Change(
                    kind,
                    _start_words(word, at, name_of(touched.zone)),
                    touched.zone.zone_id,
                    starts=at,
                )
                break


def _start_words(word: str, at: datetime, name: str) -> str:
    by = "at or after" if word == "after" else "at or before"
    return f"Start {by} {at:%H:%M} UTC on {at:%d %B %Y}, when {name} is not active."


def _next_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0) + _MINUTE


def _minute_before(at: datetime) -> datetime:
    floor = at.replace(second=0, microsecond=0)
    return floor if floor < at else floor - _MINUTE


# --- a way round ---------------------------------------------------------------------------------


def _detours(asked: _Asked, zones: list[ZoneTouched]) -> Iterator[Change]:
    plan = asked.case.plan
    if len(plan.path) < 2:
        return
    legs = sorted({leg for zone in zones for leg in zone.legs})
    for leg in legs[:MOST_DETOURS]:
        start, end = (_with_height(plan, each) for each in plan.path[leg : leg + 2])
        obstacles = [zone.zone for zone in zones if leg in zone.legs]
        for _attempt in range(3):
            way = way_round(obstacles, start, end, asked.case.route.points[0].position_error_m)
            if way is None:
                break
            again = judged(
                replace(plan, path=(replace(start, speed_mps=None), *way)), asked.case.against
            )
            in_the_way = [zone.zone for zone in again.zones if not zone.satisfied_by]
            if not in_the_way:
                names = ", ".join(name_of(zone) for zone in obstacles)
                yield Change(
                    "detour",
                    f"Fly leg {leg + 1} around {names}.",
                    obstacles[0].zone_id,
                    path=tuple((point.lat, point.lon) for point in (start, *way)),
                )
                break
            known = {zone.zone_id for zone in obstacles}
            more = [zone for zone in in_the_way if zone.zone_id not in known]
            if not more:
                break
            obstacles += more


def _with_height(plan: FlightPlan, point: PathPoint) -> PathPoint:
    return replace(point, height_m=plan.height_m) if point.height_m is None else point
