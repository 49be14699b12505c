"""Which zones a flight touches while they are active, and by what each is satisfied."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from geo.airspace.case import Case, Findings
from geo.airspace.heights_part import has_no_height, highest_agl_m, most_allowed_m
from geo.airspace.permissions import satisfied_by
from geo.airspace.verdict import InformationCode, ReasonCode, Verdict, ZoneTouched
from geo.zones.activity import active_during, activity_words
from geo.zones.model import Datum, GeoZone, Limit, Restriction
from geo.zones.outlines import limit_words
from geo.zones.touches import Stretch, Touch, touched

_ABOVE = {Datum.AGL: "the ground", Datum.AMSL: "mean sea level", Datum.HAE: "the ellipsoid"}
CLASS_FREE_AGL_M = 120.0  # up to there, a class of airspace asks nothing of a drone


@dataclass(frozen=True, slots=True)
class Meeting:
    """A zone while it is active and the flight is in it. `pieces`: of the route."""

    zone: GeoZone
    pieces: tuple[int, ...]
    legs: tuple[int, ...]
    from_s: float | None
    until_s: float | None
    unknown: bool

    def begins(self, case: Case) -> datetime | None:
        starts = case.route.starts
        return starts if starts is None else starts + timedelta(seconds=self.from_s or 0.0)

    def ends(self, case: Case) -> datetime | None:
        starts = case.route.starts
        if starts is None or self.until_s is None:
            return case.route.ends
        return starts + timedelta(seconds=self.until_s)


def judge_zones(case: Case, found: Findings) -> None:
    """Every zone of the dataset and of what lies beside it."""
    for index in (case.against.index, *case.against.more):
        if index is None:
            continue
        for touch in touched(index, case.route.points):
            meeting = _meeting(case, touch)
            if meeting is None:
                found.tell(
                    InformationCode.ZONE,
                    f"{name_of(touch.zone)} is not active then: {activity_words(touch.zone)}.",
                    touch.zone.zone_id,
                )
            else:
                _judge(case, meeting, found)


def name_of(zone: GeoZone) -> str:
    """Its published designator and its name."""
    name = zone.designator or zone.zone_id
    return zone.name if zone.name.startswith(name) else f"{name} {zone.name}".strip()


def limit_of(zone: GeoZone) -> str:
    """Its bands in its own words, with what each height is above."""
    return "; ".join(
        f"{_limit_words(layer.lower)} to {_limit_words(layer.upper)}" for layer in zone.layers
    )


def _limit_words(limit: Limit) -> str:
    above = _ABOVE.get(limit.datum)
    if not limit.as_published or above is None or not 0 < limit.value_m < math.inf:
        return limit_words(limit)
    return f"{limit.as_published} ({limit.value_m:.0f} m above {above})"


def _meeting(case: Case, touch: Touch) -> Meeting | None:
    """None: it is never active while the flight is in it."""
    zone, route = touch.zone, case.route
    stretches = [each for each in touch.stretches if _active(case, zone, each)]
    if not stretches:
        return None
    pieces = tuple(sorted({each.leg for each in stretches}))
    begins = [route.when(each.leg, each.from_part) for each in stretches]
    ends = [route.when(each.leg, each.until_part) for each in stretches]
    return Meeting(
        zone,
        pieces,
        tuple(sorted({route.leg_of[piece] for piece in pieces})),
        min((each for each in begins if each is not None), default=None),
        max((each for each in ends if each is not None), default=None),
        all(each.unknown for each in stretches),
    )


def _active(case: Case, zone: GeoZone, stretch: Stretch) -> bool:
    route = case.route
    if not zone.applicability:
        return True
    if route.starts is None:
        return active_during(zone, None, None)
    begins = route.when(stretch.leg, stretch.from_part)
    ends = route.when(stretch.leg, stretch.until_part)
    if begins is None or ends is None:
        return active_during(zone, route.starts, route.ends)
    return active_during(
        zone, route.starts + timedelta(seconds=begins), route.starts + timedelta(seconds=ends)
    )


def _judge(case: Case, meeting: Meeting, found: Findings) -> None:
    zone = meeting.zone
    if zone.restriction is Restriction.INFORMATION:
        told = f": {zone.message}" if zone.message else ""
        found.tell(InformationCode.ZONE, f"{name_of(zone)}{told}", zone.zone_id)
        return
    if zone.kind == "controlled" and not _asks_of_drones(case):
        found.tell(
            InformationCode.CONTROLLED_AIRSPACE,
            f"{name_of(zone)} is controlled airspace, {limit_of(zone)}: its class asks nothing of "
            f"this flight up to {CLASS_FREE_AGL_M:.0f} m above the ground.",
            zone.zone_id,
        )
        return
    answer = satisfied_by(case, meeting)
    found.zones.append(
        ZoneTouched(
            zone,
            limit_of(zone),
            meeting.legs,
            meeting.from_s,
            meeting.until_s,
            answer.by,
            activity_words(zone),
            meeting.unknown,
        )
    )
    for code, text in answer.shortcomings:
        found.against(
            Verdict.PERMISSION_NEEDED, code, text, zone_id=zone.zone_id, legs=meeting.legs
        )
    if answer.by:
        found.tell(
            InformationCode.EXEMPTION, f"{name_of(zone)}: by {answer.by}.", zone_id=zone.zone_id
        )
    else:
        _unsatisfied(case, meeting, found)


def _asks_of_drones(case: Case) -> bool:
    """Whether the flight goes where a class of airspace binds it: above 120 m over the ground,
    and under rules that let it."""
    if most_allowed_m(case).metres <= CLASS_FREE_AGL_M:
        return False
    highest = highest_agl_m(case)
    return highest is None or highest > CLASS_FREE_AGL_M


def _unsatisfied(case: Case, meeting: Meeting, found: Findings) -> None:
    zone = meeting.zone
    prohibited = zone.restriction is Restriction.PROHIBITED
    asks = "prohibits this flight" if prohibited else _asks(zone)
    weight = Verdict.PERMISSION_NEEDED
    if prohibited:
        weight = Verdict.UNKNOWN if meeting.unknown else Verdict.REFUSED
    found.against(
        weight,
        ReasonCode.ZONE,
        f"{name_of(zone)}, {limit_of(zone)}, active {activity_words(zone)}, {asks}. {zone.law}.",
        zone_id=zone.zone_id,
        law=zone.law,
        legs=meeting.legs,
        from_s=meeting.from_s,
        until_s=meeting.until_s,
    )
    if meeting.unknown:
        code, why = _why_unknown(case, zone)
        found.against(
            Verdict.UNKNOWN,
            code,
            f"Whether the flight is within the heights of {name_of(zone)} is not known: {why}. "
            "It counts as inside.",
            zone_id=zone.zone_id,
            legs=meeting.legs,
        )


def _asks(zone: GeoZone) -> str:
    words = f"needs a permission of {zone.authority}: {zone.contact}"
    return f"{words}. Its conditions: {zone.conditions}" if zone.conditions else words


def _why_unknown(case: Case, zone: GeoZone) -> tuple[ReasonCode, str]:
    """The first that is true of what may be missing."""
    limits = [limit for layer in zone.layers for limit in (layer.lower, layer.upper)]
    datums = {case.plan.datum, *(limit.datum for limit in limits)}
    no_ground = any(point.ground_amsl_m is None for point in case.route.points)
    datum, terrain = ReasonCode.DATUM_UNKNOWN, ReasonCode.TERRAIN_UNKNOWN
    for missing, code, why in (
        (
            case.plan.datum in (Datum.UNKNOWN, Datum.FLIGHT_LEVEL),
            datum,
            "the plan does not say what its heights are above",
        ),
        (Datum.UNKNOWN in datums, datum, "the dataset does not say what a limit is above"),
        (has_no_height(case.plan), ReasonCode.HEIGHT, "the plan says no height"),
        (no_ground, terrain, "the height of the ground is not known"),
        (
            Datum.FLIGHT_LEVEL in datums,
            datum,
            "how high a flight level lies depends on the weather",
        ),
        (Datum.HAE in datums, datum, "the height of the geoid is not known well enough"),
    ):
        if missing:
            return code, why
    return terrain, "the ground between the points is not known well enough"
