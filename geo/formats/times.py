"""Instants, times of the day and schedules as ED-269 and ED-318 write them, and AIRAC dates.

What cannot be understood of when a zone is active never makes it inactive: it then counts as
active, and a note says so.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from geo.formats.common import Unreadable
from geo.formats.json_safe import listed, members, text
from geo.zones.model import Applicability, DailyPeriod, SunEvent

AIRAC_DAYS = 28
_AN_AIRAC_DATE = date(2026, 5, 14)
MAX_PERIODS = 200
EVERY_DAY = frozenset(range(7))
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_INSTANT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)? ?"
    r"(Z|z|[+-]\d{2}:?\d{2})?"
)
_TIME = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)? ?(?:Z|z|[+-]00:?00)?")
_AIRAC = re.compile(r"\bAIRAC(?: effective)?(?: date)?:? ?(\d{4}-\d{2}-\d{2})", re.IGNORECASE)


def instant(words: str, *, end: bool = False) -> datetime:
    """An instant in UTC, of ISO 8601 with or without seconds, fractions and zone (without: UTC). A
    date alone is its beginning, or as an `end` the end of that day.

    Raises:
        ValueError: it is none.
    """
    found = _INSTANT.fullmatch(words.strip())
    if found is None:
        raise ValueError(f"{words[:40]!r} is no date and time")
    year, month, day = (int(each) for each in found.groups()[:3])
    if found[4] is None:
        return datetime(year, month, day, tzinfo=UTC) + timedelta(days=1 if end else 0)
    hours, minutes, seconds = int(found[4]), int(found[5]), int(found[6] or 0)
    if hours > 24 or minutes > 59 or seconds > 59 or (hours == 24 and minutes + seconds > 0):
        raise ValueError(f"{words[:40]!r} is no date and time")
    local = datetime(year, month, day, tzinfo=UTC) + timedelta(
        hours=hours, minutes=minutes, seconds=seconds
    )
    return local - _offset(found[7] or "Z")


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta(0)
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -ahead if zone[0] == "-" else ahead


def time_of_day(words: str) -> time | None:
    """UTC; None: midnight, of "00:00Z" and of "24:00Z". Raises ValueError: it is none."""
    found = _TIME.fullmatch(words.strip())
    if found is None:
        raise ValueError(f"{words[:40]!r} is no time in UTC")
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    if hours == 24 and minutes + seconds == 0:
        return None
    at = time(hours, minutes, seconds)
    return None if at == time(0) else at


def applicability_of(value: Any, notes: list[str]) -> tuple[Applicability, ...]:
    """Of ED-269's `applicability` and ED-318's `limitedApplicability`; () is always.

    Args:
        notes: grows by what could not be understood; the zone then counts as always active.
    """
    if value is None or value == []:
        return ()
    try:
        periods = listed(value, "when it is active")
        if len(periods) > MAX_PERIODS:
            raise Unreadable(f"it has more than {MAX_PERIODS} periods")
        found = tuple(_period(each) for each in periods)
    except (ValueError, OverflowError) as error:  # an Unreadable is one
        notes.append(f"when it is active was not understood ({error}): it counts as always active")
        return ()
    always = [each for each in found if not (each.begins or each.ends or each.schedule)]
    if always:
        return tuple(each for each in always if each.as_published)[:1]
    return found


def _period(value: Any) -> Applicability:
    period = members(value, "a period")
    permanent = text(period.get("permanent")).upper() == "YES"
    begins = ends = None
    if not permanent:
        begins = _instant(period, "startDateTime")
        ends = _instant(period, "endDateTime", end=True)
        if begins is not None and ends is not None and ends <= begins:
            raise Unreadable("a period ends before it begins")
    schedule = period.get("schedule")
    daily = [_daily(each) for each in listed(schedule, "a schedule")] if schedule else []
    if len(daily) > MAX_PERIODS:
        raise Unreadable(f"a schedule has more than {MAX_PERIODS} times")
    words = text(period.get("asPublished"), 400)  # of our own files only
    return Applicability(begins, ends, tuple(daily), words)


def _instant(period: dict[str, Any], key: str, *, end: bool = False) -> datetime | None:
    if period.get(key) is None:
        return None
    return instant(_words(period[key], key), end=end)


def _words(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise Unreadable(f"{what} is no text")
    return value


def _daily(value: Any) -> DailyPeriod:
    daily = members(value, "a schedule's time")
    days: set[int] = set()
    for each in listed(daily.get("day"), "a schedule's day"):
        day = _words(each, "a schedule's day").strip().upper()
        if day == "ANY":
            days |= EVERY_DAY
        elif day in _DAYS:
            days.add(_DAYS.index(day))
        else:
            raise Unreadable(f"{day[:20]!r} is no day of the week")
    if not days:
        raise Unreadable("a schedule names no day")
    return DailyPeriod(frozenset(days), _moment(daily, "start"), _moment(daily, "end"))


def _moment(daily: dict[str, Any], which: str) -> time | SunEvent | None:
    at, event = daily.get(f"{which}Time"), daily.get(f"{which}Event")
    if at is not None and event is not None:
        raise Unreadable(f"a schedule has both {which}Time and {which}Event")
    if event is not None:
        return SunEvent(_words(event, f"{which}Event").strip().upper())
    return None if at is None else time_of_day(_words(at, f"{which}Time"))


def written_applicability(zone_periods: tuple[Applicability, ...], *, ed269: bool) -> list[Any]:
    """As ED-269 (`ed269`) or ED-318 has it."""
    if not zone_periods:
        return [{"permanent": "YES"}] if ed269 else []
    found = []
    for each in zone_periods:
        period: dict[str, Any] = {}
        if ed269:
            open_ended = each.begins is None and each.ends is None
            period["permanent"] = "YES" if open_ended else "NO"
        if each.begins is not None:
            period["startDateTime"] = zulu(each.begins)
        if each.ends is not None:
            period["endDateTime"] = zulu(each.ends)
        if each.schedule:
            period["schedule"] = [_written_daily(daily) for daily in each.schedule]
        found.append(period)
    return found


def _written_daily(daily: DailyPeriod) -> dict[str, Any]:
    days = ["ANY"] if daily.days == EVERY_DAY else [_DAYS[day] for day in sorted(daily.days)]
    found: dict[str, Any] = {"day": days}
    for which, moment in (("start", daily.begins), ("end", daily.ends)):
        if isinstance(moment, SunEvent):
            found[f"{which}Event"] = moment.value
        else:
            found[f"{which}Time"] = f"{(moment or time(0)).isoformat('seconds')}Z"
    return found


def zulu(at: datetime) -> str:
    """In UTC, to the second: "2026-05-14T00:00:00Z"."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_airac(day: date) -> bool:
    """Whether a cycle begins on it."""
    return (day - _AN_AIRAC_DATE).days % AIRAC_DAYS == 0


def airac_dates(words: str) -> set[str]:
    """Every "AIRAC 2026-05-14" in some words that is the beginning of a cycle."""
    found = set()
    for each in _AIRAC.findall(words):
        try:
            day = date.fromisoformat(each)
        except ValueError:
            continue
        if is_airac(day):
            found.add(each)
    return found


def cycle(airac: str) -> tuple[datetime, datetime]:
    """From when until when an AIRAC cycle is valid."""
    begins = instant(airac)
    return begins, begins + timedelta(days=AIRAC_DAYS)
