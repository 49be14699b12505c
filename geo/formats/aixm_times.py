"""When an AIXM airspace is active: its time slice's validity and its timesheets.

Times that are not understood whole are left out and noted: a zone without times is always active.
"""

from __future__ import annotations

from datetime import datetime, time
from xml.etree.ElementTree import Element

from geo.formats.dated import instant
from geo.formats.xml_safe import child, text
from geo.zones.model import Applicability, DailyPeriod, SunEvent

_DAYS = {
    name: number for number, name in enumerate(("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"))
}
_EVENTS = {"SR": SunEvent.SUNRISE, "SS": SunEvent.SUNSET}
_EVERY_DAY = frozenset(range(7))
_MAX_SHEETS = 200


def validity(timeslice: Element) -> tuple[datetime | None, datetime | None]:
    """From when to when a time slice holds; None: open or not said."""
    period = child(timeslice, "validTime", "TimePeriod")
    if period is not None:
        return instant(text(period, "beginPosition")), instant(text(period, "endPosition"))
    return instant(text(timeslice, "validTime", "TimeInstant", "timePosition")), None


def applicability_of(
    timeslice: Element, *, snapshot: bool
) -> tuple[tuple[Applicability, ...], tuple[str, ...]]:
    """When the zone is active, and notes. A snapshot shows one instant: its validity says nothing
    of the zone's."""
    begins, ends = (None, None) if snapshot else validity(timeslice)
    schedule: list[DailyPeriod] = []
    words: list[str] = []
    for activation in timeslice.findall("activation/AirspaceActivation"):
        sheets = activation.findall("timeInterval/Timesheet")
        if not sheets:  # by notice, or all the time: nothing says when it is not active
            return _window(begins, ends), _note_without_times(activation)
        for sheet in sheets[:_MAX_SHEETS]:
            period = _period(sheet)
            if period is None or len(sheets) > _MAX_SHEETS:
                note = (
                    f"its times are not all understood ({_said(sheet)}): it counts as always active"
                )
                return _window(begins, ends), (note,)
            schedule.append(period)
            words.append(_said(sheet))
    if _whole_week(schedule):
        return _window(begins, ends), ()
    published = "; ".join(words)[:500]
    return (Applicability(begins, ends, tuple(schedule), published),), ()


def _window(begins: datetime | None, ends: datetime | None) -> tuple[Applicability, ...]:
    return (Applicability(begins, ends),) if begins or ends else ()


def _whole_week(schedule: list[DailyPeriod]) -> bool:
    """Whether nothing, or a whole day of every day, is said."""
    whole = (each.days for each in schedule if each.begins is None and each.ends is None)
    return not schedule or frozenset().union(*whole) == _EVERY_DAY


def _note_without_times(activation: Element) -> tuple[str, ...]:
    status = text(activation, "status")
    if status in ("", "ACTIVE", "IN_USE"):
        return ()
    return (f"its status is {status[:40]!r} and no times are given: it counts as always active",)


def _period(sheet: Element) -> DailyPeriod | None:
    """A timesheet as a daily period in UTC; None of one that says more than that."""
    plain = (
        text(sheet, "timeReference") in ("UTC", "")
        and text(sheet, "excluded") in ("NO", "")
        and text(sheet, "daylightSavingAdjust") in ("NO", "")
        and not text(sheet, "startTimeRelativeEvent")
        and not text(sheet, "endTimeRelativeEvent")
        and (text(sheet, "startDate") or "01-01") == "01-01"
        and (text(sheet, "endDate") or "31-12") == "31-12"
        and text(sheet, "dayTil") in ("", text(sheet, "day"))
    )
    days = _days(text(sheet, "day"))
    begins, ends = _time(sheet, "start"), _time(sheet, "end")
    if not plain or days is None or begins == "" or ends == "":
        return None
    assert not isinstance(begins, str) or isinstance(begins, SunEvent)
    assert not isinstance(ends, str) or isinstance(ends, SunEvent)
    return DailyPeriod(days, begins, ends)


def _days(day: str) -> frozenset[int] | None:
    if day == "ANY":
        return _EVERY_DAY
    return frozenset({_DAYS[day]}) if day in _DAYS else None


def _time(sheet: Element, which: str) -> time | SunEvent | str | None:
    """A time of the day; None at midnight; "" if it is not said or not understood."""
    event = text(sheet, f"{which}Event")
    if event:
        return _EVENTS.get(event, "")
    said = text(sheet, f"{which}Time")
    if said in ("00:00", "24:00"):
        return None
    try:
        return time.fromisoformat(said) if len(said) == 5 else ""
    except ValueError:
        return ""


def _said(sheet: Element) -> str:
    """A timesheet in its own words."""
    names = (
        *("day", "dayTil", "startTime", "startEvent", "endTime", "endEvent", "startDate"),
        *("endDate", "timeReference", "daylightSavingAdjust", "excluded"),
    )
    return " ".join(filter(None, (text(sheet, name)[:30] for name in names)))
