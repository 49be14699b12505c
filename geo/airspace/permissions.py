"""By which exemption or recorded permission a zone is satisfied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from geo.airspace.case import Case
from geo.airspace.plan import Permission
from geo.airspace.route import above_sea
from geo.airspace.verdict import ReasonCode
from geo.zones.model import GeoZone

if TYPE_CHECKING:
    from geo.airspace.zones_part import Meeting

Shortcoming = tuple[ReasonCode, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """`by`: a reference, or the words of a law; "" if by nothing. `shortcomings`: of permissions
    that are held for the zone and do not cover the flight."""

    by: str
    shortcomings: tuple[Shortcoming, ...] = ()


def satisfied_by(case: Case, meeting: Meeting) -> Answer:
    """One exemption or permission that covers all of the flight in the zone."""
    zone = meeting.zone
    if case.plan.operator.type in zone.exempt:
        words = " ".join(zone.conditions.split())[:200]
        return Answer(f"{zone.law}: {words}" if words else zone.law)
    shortcomings: list[Shortcoming] = []
    for permission in case.plan.operator.permissions:
        if not is_for(permission, zone):
            continue
        short = _shortcoming(case, meeting, permission)
        if short is None:
            return Answer(permission.reference.strip())
        shortcomings.append(short)
    return Answer("", tuple(shortcomings))


def is_for(permission: Permission, zone: GeoZone) -> bool:
    """Whether it names the zone, by its id or its designator."""
    named = _key(permission.zone)
    return bool(named) and named in {_key(zone.zone_id), _key(zone.designator)}


def _key(name: str) -> str:
    return "".join(name.split()).upper()


def _shortcoming(case: Case, meeting: Meeting, permission: Permission) -> Shortcoming | None:
    held = f"The permission {permission.reference.strip()!r} for {meeting.zone.name}"
    if not permission.reference.strip():
        return ReasonCode.ZONE, f"A permission for {meeting.zone.name} has no reference."
    if permission.not_read:
        names = ", ".join(permission.not_read)
        return ReasonCode.ZONE, f"{held} has what is not known here, and may limit it: {names}."
    begins, ends = meeting.begins(case), meeting.ends(case)
    if permission.begins is not None and (begins is None or begins < permission.begins):
        since = f"holds only from {_words(permission.begins)}"
        return ReasonCode.TIME, f"{held} {since}{_when(begins, 'the flight is there from')}."
    if permission.ends is not None and (ends is None or ends > permission.ends):
        until = f"holds only until {_words(permission.ends)}"
        speed = ", since no speed is said" if case.route.seconds is None else ""
        return ReasonCode.TIME, f"{held} {until}{_when(ends, 'the flight is there until')}{speed}."
    return _too_high(case, meeting, permission, held)


def _when(at: datetime | None, what: str) -> str:
    return ", and the plan says no start" if at is None else f"; {what} {_words(at)}"


def _words(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %B %Y %H:%M:%S} UTC"


def _too_high(
    case: Case, meeting: Meeting, permission: Permission, held: str
) -> Shortcoming | None:
    limit_m = permission.upper_limit_amsl_m
    if limit_m is None:
        return None
    up_to = f"{held} holds up to {limit_m:g} m above sea level"
    points = case.route.points
    for piece in meeting.pieces:
        for point in points[piece : piece + 2]:
            height = above_sea(point, case.geoid)
            if height is None:
                return ReasonCode.TERRAIN_UNKNOWN, f"{up_to}: how high the flight is is not known."
            if not height[1] + point.height_error_m <= limit_m:
                highest_m = height[1] + point.height_error_m
                return ReasonCode.HEIGHT, f"{up_to}: the flight reaches {highest_m:.1f} m."
    return None
