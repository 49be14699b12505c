"""What the time of a flight asks of it: light at night, and the validity of its papers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from astral import Observer
from astral import sun as _sun

from geo.airspace.case import Case, Findings
from geo.airspace.verdict import InformationCode, ReasonCode, Verdict

SUN_SETS_AT_DEG = -0.833  # the sun's middle, with refraction and its radius
_STEP = timedelta(minutes=30)
_MOST_LOOKS = 50


def judge_times(case: Case, found: Findings) -> None:
    """Night, and the dates of an authorisation."""
    if case.route.starts is None:
        found.tell(
            InformationCode.NOT_JUDGED,
            "The plan says no start: night, and the age of the dataset at the start, are not "
            "judged, and every zone counts that is ever active.",
        )
    elif case.route.seconds is None:
        found.tell(
            InformationCode.NOT_JUDGED,
            "The plan says no speed: when each leg is flown is not judged, and every zone counts "
            "that is active within 24 hours of the start.",
        )
    _judge_authorisation(case, found)
    _judge_night(case, found)


def is_night(lat: float, lon: float, at: datetime) -> bool:
    """Whether the sun is below the horizon."""
    return bool(_sun.elevation(Observer(lat, lon), at.astimezone(UTC)) < SUN_SETS_AT_DEG)


def _judge_authorisation(case: Case, found: Findings) -> None:
    held, starts = case.authorisation, case.route.starts
    if held is None or (held.begins is None and held.ends is None):
        return
    if starts is None:
        found.tell(
            InformationCode.NOT_JUDGED,
            f"Whether the operational authorisation {held.reference} holds then is not judged.",
        )
        return
    ends = starts if case.route.seconds is None or case.route.ends is None else case.route.ends
    if (held.begins is not None and starts < held.begins) or (
        held.ends is not None and ends > held.ends
    ):
        span = f"from {_day(held.begins)} until {_day(held.ends)}"
        found.against(
            Verdict.REFUSED,
            ReasonCode.TIME,
            f"The operational authorisation {held.reference} holds {span} only.",
            law=f"operational authorisation {held.reference}",
        )


def _day(at: datetime | None) -> str:
    return "no said day" if at is None else f"{at.astimezone(UTC):%d %B %Y %H:%M} UTC"


def _judge_night(case: Case, found: Findings) -> None:
    rule, starts = case.rules.get("NIGHT_LIGHT"), case.route.starts
    if rule is None or starts is None or not _at_night(case, starts):
        return
    words = f"It is night on this flight: a green flashing light is needed. {rule.law}."
    if case.outside:
        found.tell(
            InformationCode.RULE,
            f"It is night on this flight. {rule.law} does not bind it; the force's policy does.",
        )
    elif case.plan.green_light is False:
        found.against(Verdict.REFUSED, ReasonCode.TIME, words, law=rule.law)
    elif case.plan.green_light is None:
        found.tell(InformationCode.RULE, f"{words} The plan does not say that it has one.")


def _at_night(case: Case, starts: datetime) -> bool:
    first, last = case.route.points[0], case.route.points[-1]
    if is_night(first.lat, first.lon, starts):
        return True
    if case.route.seconds is None or case.route.ends is None:
        return False
    at, looks = starts, 0
    while (at := at + _STEP) < case.route.ends and looks < _MOST_LOOKS:
        looks += 1
        if is_night(first.lat, first.lon, at):
            return True
    return is_night(last.lat, last.lon, case.route.ends)
