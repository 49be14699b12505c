"""When a NOTAM is active: items B and C, and item D where it is simple. What is not understood of
them never makes it inactive: it is then active all the time between B and C, and a note says so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from geo.formats.notam_text import Notice
from geo.formats.times import EVERY_DAY
from geo.zones.model import Applicability, DailyPeriod, SunEvent

_MOST = 200  # windows of one schedule
_OPEN = ("PERM", "UFN", "")
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_TIME = r"(?:\d{4}|SR|SS)"
_TIMES = re.compile(rf"({_TIME})-({_TIME})")
_EVENTS = {"SR": SunEvent.SUNRISE, "SS": SunEvent.SUNSET}
_STAMP = re.compile(r"(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})")
_WHOLE_DAY = (None, None)
_NOISE = ("AND", "DAILY", "DLY", "EVERY", "DAY", "BTN", "EACH")

Moment = time | SunEvent | None


class _NotSimple(ValueError):
    """Item D says more than is read here."""


def stamp(words: str) -> datetime | None:
    """An instant in UTC of YYMMDDHHMM ("2606280800"; "FROM: 26/06/28 08:00" too); None: open.

    Raises:
        ValueError: it is none.
    """
    plain = words.upper().replace("FROM:", "").replace("TO:", "").strip()
    bare = re.sub(r"\b(?:EST|UTC)\b", "", plain)
    digits = re.sub(r"[\s/:.\-]", "", re.sub(r"(?<=\d)EST$", "", bare.strip()))
    if digits in _OPEN:
        return None
    found = _STAMP.fullmatch(digits)
    if found is None:
        raise ValueError(f"{words[:40]!r} is no date and time")
    year, month, day, hour, minute = (int(each) for each in found.groups())
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(f"{words[:40]!r} is no date and time")
    begins = datetime(2000 + year, month, day, tzinfo=UTC)
    return begins + timedelta(hours=hour, minutes=minute)


def windows_of(notice: Notice, notes: list[str]) -> tuple[Applicability, ...]:
    """When it is active. `notes` grows by what was not understood."""
    begins, ends = _ends(notice, notes)
    said = "; ".join(
        f"{item}) {notice.one_line(item)[:200]}" for item in "BCD" if notice.one_line(item)
    )
    schedule = notice.one_line("D").upper()
    if not schedule:
        return (Applicability(begins, ends, (), said),)
    try:
        return _schedule(schedule, begins, ends, said)
    except ValueError:
        notes.append(
            f"its times {schedule[:80]!r} were not understood: it counts as active all the time "
            "between its beginning and its end"
        )
        return (Applicability(begins, ends, (), said),)


def _ends(notice: Notice, notes: list[str]) -> tuple[datetime | None, datetime | None]:
    found: dict[str, datetime | None] = {"B": None, "C": None}
    for item, called in (("B", "beginning"), ("C", "end")):
        words = notice.one_line(item)
        if not words:
            notes.append(f"its {called} (item {item}) is missing: it counts as open")
            continue
        try:
            found[item] = stamp(words)
        except ValueError:
            notes.append(f"its {called} {words[:40]!r} was not understood: it counts as open")
    begins, ends = found["B"], found["C"]
    if "EST" in notice.one_line("C").upper():
        notes.append("its end is only estimated: it counts until another NOTAM ends it")
        ends = None
    if begins is not None and ends is not None and ends <= begins:
        notes.append("it ends before it begins: it counts as open at both")
        return None, None
    return begins, ends


@dataclass
class _Group:
    """What stands before some times, and those."""

    days: set[int] = field(default_factory=set)  # of the week
    dates: list[datetime] = field(default_factory=list)
    times: list[tuple[Moment, Moment]] = field(default_factory=list)


def _schedule(
    words: str, begins: datetime | None, ends: datetime | None, said: str
) -> tuple[Applicability, ...]:
    groups = _groups(words, begins)
    if not all(group.times for group in groups):
        raise _NotSimple
    if any(group.dates for group in groups):
        if any(group.days or not group.dates for group in groups):
            raise _NotSimple
        return _dated(groups, begins, ends, said)
    daily = [
        DailyPeriod(frozenset(group.days) or EVERY_DAY, first, last)
        for group in groups
        for first, last in group.times
    ]
    if len(daily) > _MOST:
        raise _NotSimple
    whole = DailyPeriod(EVERY_DAY)
    return (Applicability(begins, ends, () if whole in daily else tuple(daily), said),)


def _groups(words: str, begins: datetime | None) -> list[_Group]:
    month = begins.replace(day=1, hour=0, minute=0) if begins else None
    groups: list[_Group] = []
    for word in re.split(r"[\s,;/:]+", words):
        if not word or word in _NOISE:
            continue
        times = _times(word)
        if times is not None:
            if not groups:
                groups.append(_Group())
            groups[-1].times.append(times)
            continue
        if not groups or groups[-1].times:
            groups.append(_Group())
        if word in _MONTHS:
            month = _month(word, begins)
        else:
            _select(groups[-1], word, month)
    if not groups:
        raise _NotSimple
    return groups


def _times(word: str) -> tuple[Moment, Moment] | None:
    if word == "H24":
        return _WHOLE_DAY
    found = _TIMES.fullmatch(word)
    return (_moment(found[1]), _moment(found[2])) if found else None


def _moment(word: str) -> Moment:
    if word in _EVENTS:
        return _EVENTS[word]
    hours, minutes = int(word[:2]), int(word[2:])
    if (hours, minutes) in ((0, 0), (24, 0)):
        return None
    return time(hours, minutes)


def _month(word: str, begins: datetime | None) -> datetime:
    if begins is None:
        raise _NotSimple
    number = _MONTHS.index(word) + 1
    year = begins.year + (1 if number < begins.month else 0)
    return datetime(year, number, 1, tzinfo=UTC)


def _select(group: _Group, word: str, month: datetime | None) -> None:
    first, _dash, last = word.partition("-")
    last = last or first
    if first in _DAYS and last in _DAYS:
        start, end = _DAYS.index(first), _DAYS.index(last)
        group.days |= {(start + step) % 7 for step in range((end - start) % 7 + 1)}
        return
    if month is None or not re.fullmatch(r"\d{1,2}", first) or not re.fullmatch(r"\d{1,2}", last):
        raise _NotSimple
    if int(last) < int(first):
        raise _NotSimple
    group.dates += [month.replace(day=day) for day in range(int(first), int(last) + 1)]


def _dated(
    groups: list[_Group], begins: datetime | None, ends: datetime | None, said: str
) -> tuple[Applicability, ...]:
    found = []
    for group in groups:
        for day in group.dates:
            for first, last in group.times:
                if isinstance(first, SunEvent) or isinstance(last, SunEvent):
                    raise _NotSimple
                start = day + _since_midnight(first)
                end = day + _since_midnight(last)
                if end <= start:
                    end += timedelta(days=1)
                start = max(start, begins) if begins else start
                end = min(end, ends) if ends else end
                if start < end:
                    found.append(Applicability(start, end, (), said))
    if not found or len(found) > _MOST:
        raise _NotSimple
    return tuple(found)


def _since_midnight(at: time | None) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute) if at else timedelta(0)
