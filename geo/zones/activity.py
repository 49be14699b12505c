"""When a zone is active. Instants are aware, UTC; an interval holds both its ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from geo.zones.model import Applicability, Area, DailyPeriod, GeoZone, SunEvent
from geo.zones.shapes import bounds_of
from geo.zones.sun import sun_time

Window = tuple[datetime, datetime]

LONGEST_SEARCH = timedelta(days=400)  # of `windows_between`
_DAY = timedelta(days=1)
_LONGEST_PERIOD = timedelta(days=2)  # a period and its night after
_EVERY_WEEKDAY = timedelta(days=10)  # holds a period of each day of the week whole
_LAST_MINUTE = (23, 59)  # an end in it means midnight
_NOWHERE = Area(0.0, 0.0, 0.0, 0.0, "")  # of periods that do not ask where
_EVENT_WORDS = {
    SunEvent.MORNING_TWILIGHT: "the beginning of civil twilight",
    SunEvent.SUNRISE: "sunrise",
    SunEvent.SUNSET: "sunset",
    SunEvent.EVENING_TWILIGHT: "the end of civil twilight",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def active_during(zone: GeoZone, begins: datetime | None, ends: datetime | None) -> bool:
    """Whether it is active at any instant between two, both included; None: open.

    A zone that does not say when is always active; a period that ends with the sun counts as
    active where the sun does not do that.
    """
    return not zone.applicability or any(
        _applies(each, zone, begins, ends) for each in zone.applicability
    )


def windows_between(
    zone: GeoZone, begins: datetime, ends: datetime, most: int = 100
) -> tuple[Window, ...]:
    """When it is active between two instants, in order and apart from each other; those that reach
    beyond are cut. At most so many, of 400 days after `begins`: what comes later is left out.
    """
    ends = min(ends, begins + LONGEST_SEARCH)
    if begins > ends or most < 1:
        return ()
    if not zone.applicability:
        return ((begins, ends),)
    every = [window for each in zone.applicability for window in _windows(each, zone, begins, ends)]
    joined: list[Window] = []
    for first, last in sorted(every):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined[:most])


def activity_words(zone: GeoZone) -> str:
    """When it is active, for a person: the source's own words where it has some. "always"."""
    if not zone.applicability:
        return "always"
    return "; ".join(each.as_published or _words(each) for each in zone.applicability)


def sun_problems(zone: GeoZone, begins: datetime, ends: datetime) -> tuple[str, ...]:
    """Days on which a zone's period cannot be told because the sun does not rise, set or go down
    far enough there, each as a sentence; the zone counts as active then. At most ten."""
    found: list[str] = []
    place = _area(zone)
    for each in zone.applicability:
        for day in _days(begins, min(ends, begins + LONGEST_SEARCH)):
            for event in _missing(each, place, day):
                words = (
                    f"On {day:%d %B %Y} there is no time of {_EVENT_WORDS[event]} at {zone.name}: "
                    "it counts as active."
                )
                if words not in found:
                    found.append(words)
            if len(found) >= 10:
                return tuple(found)
    return tuple(found)


def _applies(
    one: Applicability, zone: GeoZone, begins: datetime | None, ends: datetime | None
) -> bool:
    first = max((each for each in (begins, one.begins) if each is not None), default=None)
    last = min((each for each in (ends, one.ends) if each is not None), default=None)
    if first is not None and last is not None and first > last:
        return False
    if not one.schedule:
        return True
    if first is None:
        first = (last or datetime(2001, 1, 12, tzinfo=UTC)) - _EVERY_WEEKDAY
    if last is None or last - first > _EVERY_WEEKDAY:
        last = first + _EVERY_WEEKDAY  # schedules come again every week
    return next(_scheduled(one, zone, first, last), None) is not None


def _windows(
    one: Applicability, zone: GeoZone, begins: datetime, ends: datetime
) -> Iterator[Window]:
    first, last = max(begins, one.begins or begins), min(ends, one.ends or ends)
    if first > last:
        return
    if one.schedule:
        yield from _scheduled(one, zone, first, last)
    else:
        yield first, last


def _scheduled(
    one: Applicability, zone: GeoZone, first: datetime, last: datetime
) -> Iterator[Window]:
    """Of the daily periods, cut to what lies between."""
    place = _area(zone) if any(map(_by_the_sun, one.schedule)) else _NOWHERE
    for day in _days(first - _LONGEST_PERIOD, last + _DAY):  # the sun may be earlier at its edge
        for period in one.schedule:
            if period.days and day.weekday() not in period.days:
                continue
            begins, ends = _on(period, place, day)
            if begins <= last and ends >= first:
                yield max(begins, first), min(ends, last)


def _days(first: datetime, last: datetime) -> Iterator[date]:
    day = first.astimezone(UTC).date()
    while day <= last.astimezone(UTC).date():
        yield day
        day += _DAY


def _on(period: DailyPeriod, place: Area, day: date) -> Window:
    """The period that begins on a day. Where the sun leaves an end open, as long as it can be."""
    midnight = datetime.combine(day, time(), UTC)
    if isinstance(period.begins, SunEvent):
        sun = sun_time(period.begins, place, day)
        begins, from_then = (sun.earliest, sun.middle) if sun else (midnight, midnight)
    else:
        begins = from_then = midnight + _since_midnight(period.begins)
    return begins, _end(period.ends, place, day, from_then)


def _end(ends: time | SunEvent | None, place: Area, day: date, from_then: datetime) -> datetime:
    """The first time after the beginning that is its end."""
    midnight = datetime.combine(day, time(), UTC)
    if ends is None or (isinstance(ends, time) and (ends.hour, ends.minute) == _LAST_MINUTE):
        return midnight + _DAY
    if isinstance(ends, time):
        end = midnight + _since_midnight(ends)
        return end if end > from_then else end + _DAY
    for on in (day, day + _DAY):
        sun = sun_time(ends, place, on)
        if sun is None:
            return midnight + 2 * _DAY
        if sun.middle > from_then:
            return sun.latest
    return midnight + 2 * _DAY


def _since_midnight(at: time | None) -> timedelta:
    if at is None:
        return timedelta()
    return timedelta(
        hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    )


def _by_the_sun(period: DailyPeriod) -> bool:
    return isinstance(period.begins, SunEvent) or isinstance(period.ends, SunEvent)


def _area(zone: GeoZone) -> Area:
    """The box round all of it."""
    boxes = [bounds_of(part) for part in zone.parts]
    return Area(
        min(box[1] for box in boxes),
        min(box[0] for box in boxes),
        max(box[3] for box in boxes),
        max(box[2] for box in boxes),
        zone.name,
    )


def _missing(one: Applicability, place: Area, day: date) -> Iterator[SunEvent]:
    for period in one.schedule:
        if period.days and day.weekday() not in period.days:
            continue
        for event in (period.begins, period.ends):
            if isinstance(event, SunEvent) and sun_time(event, place, day) is None:
                yield event


# --- in words ------------------------------------------------------------------------------------


def _words(one: Applicability) -> str:
    span = _span_words(one)
    daily = ", and ".join(map(_period_words, one.schedule))
    return ": ".join(filter(None, (span, daily))) or "always"


def _span_words(one: Applicability) -> str:
    if one.begins is None and one.ends is None:
        return ""
    if one.begins is None:
        return f"until {_instant(one.ends)}"
    if one.ends is None:
        return f"from {_instant(one.begins)}"
    return f"from {_instant(one.begins)} to {_instant(one.ends)}"


def _instant(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%d %B %Y %H:%M} UTC".lstrip("0")


def _period_words(period: DailyPeriod) -> str:
    days = sorted(period.days)
    if not days or len(days) == 7:
        which = "every day"
    elif len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        which = f"{_DAYS[days[0]]} to {_DAYS[days[-1]]}"
    else:
        which = ", ".join(_DAYS[day] for day in days)
    if period.begins is None and period.ends is None:
        return which
    begins, ends = _moment(period.begins), _moment(period.ends)
    zone = "" if isinstance(period.ends, SunEvent) else " UTC"
    return f"{which} {begins} to {ends}{zone}"


def _moment(at: time | SunEvent | None) -> str:
    if isinstance(at, SunEvent):
        return _EVENT_WORDS[at]
    return "midnight" if at is None else f"{at:%H:%M}"
