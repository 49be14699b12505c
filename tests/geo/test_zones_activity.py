"""When zones are active: against a slow look at each minute, and by hand."""

from __future__ import annotations

import dataclasses
import itertools
import math
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.zones import Applicability, Area, Circle, DailyPeriod, GeoZone, SunEvent
from geo.zones.activity import active_during, activity_words, sun_problems, windows_between
from geo.zones.sun import sun_time
from tests.geo.zones_by_other_means import HAMMERSMITH, zone

MONDAY = datetime(2026, 6, 15, tzinfo=UTC)
EVERY_DAY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LONDON = Area(51.49, -0.23, 51.49, -0.23, "London")
TROMSO = (69.65, 18.96)


def active(*when: Applicability, place: tuple[float, float] = HAMMERSMITH) -> GeoZone:
    return dataclasses.replace(zone(Circle(*place, 100.0)), applicability=when)


def daily(
    days: frozenset[int] = EVERY_DAY,
    begins: time | SunEvent | None = None,
    ends: time | SunEvent | None = None,
) -> Applicability:
    return Applicability(schedule=(DailyPeriod(days, begins, ends),))


def at(days: int = 0, hours: int = 0, minutes: int = 0) -> datetime:
    return MONDAY + timedelta(days=days, hours=hours, minutes=minutes)


def now(made: GeoZone, instant: datetime) -> bool:
    return active_during(made, instant, instant)


# --- by hand -------------------------------------------------------------------------------------


def test_a_zone_that_does_not_say_when_is_always_active() -> None:
    made = active()
    assert now(made, MONDAY)
    assert active_during(made, None, None)
    assert windows_between(made, MONDAY, at(3)) == ((MONDAY, at(3)),)
    assert activity_words(made) == "always"


def test_between_two_instants_both_included() -> None:
    made = active(Applicability(at(1), at(1, 8)))
    assert [now(made, t) for t in (at(1) - MINUTE, at(1), at(1, 8), at(1, 8, 1))] == [
        False,
        True,
        True,
        False,
    ]
    assert active_during(made, at(0), at(5))
    assert not active_during(made, at(2), None)
    assert active_during(made, None, at(1))
    assert windows_between(made, at(1, 2), at(9)) == ((at(1, 2), at(1, 8)),)
    assert now(active(Applicability(ends=at(1))), at(-900))
    assert now(active(Applicability(begins=at(1))), at(900))


def test_working_hours_of_working_days() -> None:
    made = active(daily(WEEKDAYS, time(8), time(16, 30)))
    assert now(made, at(0, 8))
    assert now(made, at(4, 16, 30))
    assert not now(made, at(4, 16, 31))
    assert not now(made, at(5, 12))
    assert not active_during(made, at(4, 16, 31), at(7, 7, 59))
    assert active_during(made, at(4, 16, 31), at(7, 8))
    assert [w[0] for w in windows_between(made, at(4), at(9))] == [
        at(4, 8),
        at(7, 8),
        at(8, 8),
    ]
    assert len(windows_between(made, at(0), at(300), most=3)) == 3
    assert activity_words(made) == "Monday to Friday 08:00 to 16:30 UTC"


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    made = active(daily(frozenset({4}), time(22), time(6)))  # Friday's
    assert now(made, at(4, 23))
    assert now(made, at(5, 5, 59))
    assert not now(made, at(5, 6, 1))
    assert not now(made, at(4, 5))
    assert not now(made, at(5, 23))
    assert windows_between(made, at(0), at(7)) == ((at(4, 22), at(5, 6)),)


@pytest.mark.parametrize(
    ("begins", "ends", "length"),
    [
        (None, None, DAY),
        (time(0), time(0), DAY),
        (time(9), time(9), DAY),
        (None, time(6), timedelta(hours=6)),
        (time(18), None, timedelta(hours=6)),
        (time(18), time(23, 59), timedelta(hours=6)),  # the last minute is as good as midnight
        (time(18), time(23, 59, 59), timedelta(hours=6)),
        (time(18), time(0), timedelta(hours=6)),
    ],
)
def test_how_long_a_period_is(begins: time | None, ends: time | None, length: timedelta) -> None:
    [(first, last)] = windows_between(active(daily(frozenset({2}), begins, ends)), at(0), at(6))
    assert last - first == length
    assert (first - at(2)).days == 0


def test_whole_days_that_follow_each_other_are_one_window() -> None:
    assert windows_between(active(daily(WEEKDAYS)), at(-3), at(30), most=2) == (
        (at(-3), at(-2)),
        (at(0), at(5)),
    )


def test_several_periods_and_applicabilities_are_joined() -> None:
    made = active(
        Applicability(at(0), at(0, 4)),
        Applicability(
            at(0),
            at(1),
            (
                DailyPeriod(EVERY_DAY, time(3), time(6)),
                DailyPeriod(EVERY_DAY, time(12), time(13)),
            ),
        ),
    )
    assert windows_between(made, at(-1), at(3)) == (
        (at(0), at(0, 6)),
        (at(0, 12), at(0, 13)),
    )


def test_a_schedule_counts_only_between_its_instants() -> None:
    """A night that begins before the first instant is active from that on."""
    made = active(Applicability(at(1, 2), at(2, 1), (DailyPeriod(EVERY_DAY, time(22), time(4)),)))
    assert windows_between(made, at(-9), at(9)) == (
        (at(1, 2), at(1, 4)),
        (at(1, 22), at(2, 1)),
    )


def test_open_searches_find_a_schedule_whichever_day_it_is_for() -> None:
    for weekday in range(7):
        made = active(daily(frozenset({weekday}), time(3), time(4)))
        assert active_during(made, None, None)
        assert active_during(made, at(0), None)
        assert active_during(made, None, at(0))
        assert active_during(made, at(0), at(5000))
    over = active(Applicability(None, at(0), (DailyPeriod(EVERY_DAY, time(3), time(4)),)))
    assert not active_during(over, at(0, 3), None)


# --- the sun -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "day", "hour", "minute"),
    [  # as almanacs give them for London (UTC)
        (SunEvent.SUNRISE, date(2026, 6, 21), 3, 43),
        (SunEvent.SUNSET, date(2026, 6, 21), 20, 21),
        (SunEvent.SUNRISE, date(2026, 12, 21), 8, 4),
        (SunEvent.SUNSET, date(2026, 12, 21), 15, 53),
        (SunEvent.SUNRISE, date(2026, 3, 20), 6, 4),
        (SunEvent.SUNSET, date(2026, 3, 20), 18, 14),
    ],
)
def test_the_sun_over_london(event: SunEvent, day: date, hour: int, minute: int) -> None:
    sun = sun_time(event, LONDON, day)
    assert sun is not None
    exact = datetime.combine(day, time(hour, minute), UTC)
    assert abs(sun.middle - exact) <= timedelta(minutes=1.5)
    assert sun.earliest < exact < sun.latest


def _sun_height_deg(lat: float, lon: float, instant: datetime) -> float:
    """By the low-precision formulae of the Astronomical Almanac, 0.01 degrees; no refraction."""
    days = (instant - datetime(2000, 1, 1, 12, tzinfo=UTC)) / DAY
    mean_long, anomaly = 280.460 + 0.9856474 * days, math.radians(357.528 + 0.9856003 * days)
    ecliptic = math.radians(mean_long + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
    tilt = math.radians(23.439 - 0.0000004 * days)
    right = math.atan2(math.cos(tilt) * math.sin(ecliptic), math.cos(ecliptic))
    declination = math.asin(math.sin(tilt) * math.sin(ecliptic))
    sidereal = math.radians((280.46062 + 360.98564737 * days + lon) % 360)
    up = math.sin(math.radians(lat)) * math.sin(declination) + math.cos(
        math.radians(lat)
    ) * math.cos(declination) * math.cos(sidereal - right)
    return math.degrees(math.asin(up))


@given(st.sampled_from(SunEvent), st.floats(-55, 55), st.floats(-179, 179), st.integers(0, 3_000))
def test_the_sun_is_at_its_height_then_anywhere(
    event: SunEvent, lat: float, lon: float, day: int
) -> None:
    sun = sun_time(event, Area(lat, lon, lat, lon, ""), date(2024, 1, 1) + day * DAY)
    if sun is None:
        return  # far from Greenwich an event can miss a UTC day
    twilight = event in (SunEvent.MORNING_TWILIGHT, SunEvent.EVENING_TWILIGHT)
    height = -6.0 if twilight else -0.833
    early, late = (_sun_height_deg(lat, lon, each) for each in (sun.earliest, sun.latest))
    rises = event in (SunEvent.MORNING_TWILIGHT, SunEvent.SUNRISE)
    low, high = (early, late) if rises else (late, early)
    assert low < height < high


def test_a_zone_of_the_night() -> None:
    made = active(daily(EVERY_DAY, SunEvent.SUNSET, SunEvent.SUNRISE))
    assert now(made, at(0, 0))
    assert now(made, at(0, 23))
    assert not now(made, at(0, 12))
    [(first, last)] = windows_between(made, at(0, 12), at(1, 12))
    assert first == pytest.approx(at(0, 20, 17), abs=timedelta(minutes=4))
    assert last == pytest.approx(at(1, 3, 43), abs=timedelta(minutes=4))
    assert "sunset to sunrise" in activity_words(made)
    assert sun_problems(made, at(0), at(3)) == ()


def test_where_the_sun_does_not_set_a_night_zone_counts_as_active_and_says_so() -> None:
    made = active(daily(EVERY_DAY, SunEvent.SUNSET, SunEvent.SUNRISE), place=TROMSO)
    assert windows_between(made, at(0), at(4)) == ((at(0), at(4)),)
    [first, *_more] = sun_problems(made, at(0), at(0))
    assert "15 June 2026" in first
    assert "sunset" in first
    assert "counts as active" in first
    day = active(daily(EVERY_DAY, SunEvent.SUNRISE, SunEvent.SUNSET), place=TROMSO)
    assert now(day, datetime(2026, 12, 21, 11, tzinfo=UTC))
    assert now(day, datetime(2026, 12, 21, 23, tzinfo=UTC))


def test_a_zone_from_a_time_to_an_event_that_does_not_come_lasts_through_the_next_day() -> None:
    made = active(daily(frozenset({0}), time(22), SunEvent.SUNRISE), place=TROMSO)
    assert windows_between(made, at(0), at(5)) == ((at(0, 22), at(2)),)


# --- against a slow oracle -----------------------------------------------------------------------

hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
periods = st.builds(
    DailyPeriod,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.none() | hours,
    st.none() | hours,
)
instants = st.none() | st.integers(-200, 200).map(lambda quarters: MONDAY + quarters * 15 * MINUTE)
applicabilities = st.builds(
    Applicability, instants, instants, st.lists(periods, max_size=3).map(tuple)
)


def slowly(made: GeoZone, instant: datetime) -> bool:
    """Written from the words of the model alone: is there a day whose period holds it?"""
    for each in made.applicability:
        if each.begins is not None and instant < each.begins:
            continue
        if each.ends is not None and instant > each.ends:
            continue
        if not each.schedule:
            return True
        for period in each.schedule:
            for back in range(3):
                midnight = datetime(instant.year, instant.month, instant.day, tzinfo=UTC)
                midnight -= back * DAY
                if midnight.weekday() not in period.days:
                    continue
                begin, end = period.begins, period.ends
                assert not isinstance(begin, SunEvent)
                assert not isinstance(end, SunEvent)
                from_minute = 0 if begin is None else begin.hour * 60 + begin.minute
                to_minute = 1440 if end is None else end.hour * 60 + end.minute
                if to_minute <= from_minute:
                    to_minute += 1440
                if from_minute <= (instant - midnight) / MINUTE <= to_minute:
                    return True
    return False


@settings(max_examples=150)
@given(
    st.lists(applicabilities, min_size=1, max_size=3), st.integers(-200, 100), st.integers(0, 96)
)
def test_windows_are_what_a_look_at_each_minute_finds(
    when: list[Applicability], start: int, length: int
) -> None:
    made = active(*when)
    begins = MONDAY + start * 15 * MINUTE
    ends = begins + length * 15 * MINUTE
    windows = windows_between(made, begins, ends, most=1000)
    some = False
    for number in range(length * 15 + 1):
        instant = begins + number * MINUTE
        expected = slowly(made, instant)
        some = some or expected
        assert any(first <= instant <= last for first, last in windows) == expected, instant
    assert active_during(made, begins, ends) == some
    assert all(a[1] < b[0] for a, b in itertools.pairwise(windows))


@given(st.lists(applicabilities, min_size=1, max_size=3), st.integers(-300, 300))
def test_open_searches_agree_with_long_ones(when: list[Applicability], start: int) -> None:
    made = active(*when)
    instant = MONDAY + start * 15 * MINUTE
    far = 40 * DAY
    assert active_during(made, instant, None) == active_during(made, instant, instant + far)
    assert active_during(made, None, instant) == active_during(made, instant - far, instant)


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (Applicability(as_published="HJ"), "HJ"),
        (Applicability(at(0), at(1, 6)), "from 15 June 2026 00:00 UTC to 16 June 2026 06:00 UTC"),
        (Applicability(ends=at(1)), "until 16 June 2026 00:00 UTC"),
        (
            Applicability(at(0), None, (DailyPeriod(frozenset({5, 6})),)),
            "from 15 June 2026 00:00 UTC: Saturday, Sunday",
        ),
        (daily(EVERY_DAY, time(8), None), "every day 08:00 to midnight UTC"),
        (
            daily(EVERY_DAY, SunEvent.MORNING_TWILIGHT, SunEvent.EVENING_TWILIGHT),
            "every day the beginning of civil twilight to the end of civil twilight",
        ),
    ],
)
def test_in_words(when: Applicability, words: str) -> None:
    assert activity_words(active(when)) == words
