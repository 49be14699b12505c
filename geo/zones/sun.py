"""When the sun rises and sets, for zones that follow it.

Sunrise and sunset are those of a level horizon at sea level with the usual refraction (as almanacs
have them); civil twilight begins and ends with the sun's middle 6 degrees below it. Computed by
`astral` (Meeus' formulae, better than a minute between the polar circles).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from astral import Observer
from astral import sun as _sun

from geo.zones.model import Area, SunEvent

SUN_ERROR = timedelta(minutes=2)  # of the formulae, and of almanacs' rounding, either way

_EVENTS: dict[SunEvent, Callable[..., datetime]] = {
    SunEvent.MORNING_TWILIGHT: _sun.dawn,
    SunEvent.SUNRISE: _sun.sunrise,
    SunEvent.SUNSET: _sun.sunset,
    SunEvent.EVENING_TWILIGHT: _sun.dusk,
}


@dataclass(frozen=True, slots=True)
class SunTime:
    """An event of a UTC day over an area: in its middle, and the first and last that it may be
    anywhere in it, with `SUN_ERROR`."""

    middle: datetime
    earliest: datetime
    latest: datetime


def sun_time(event: SunEvent, area: Area, day: date) -> SunTime | None:
    """None: somewhere in the area the sun does not do this on that day (UTC)."""
    middle = _at(event, (area.south + area.north) / 2, (area.west + area.east) / 2, day)
    corners = [
        _at(event, lat, lon, day)
        for lat in (area.south, area.north)
        for lon in (area.west, area.east)
    ]
    known = [each for each in (middle, *corners) if each is not None]
    if middle is None or len(known) < 1 + len(corners):
        return None
    return SunTime(middle, min(known) - SUN_ERROR, max(known) + SUN_ERROR)


@lru_cache(maxsize=20_000)
def _at(event: SunEvent, lat: float, lon: float, day: date) -> datetime | None:
    try:
        return _EVENTS[event](Observer(lat, lon, 0.0), date=day, tzinfo=UTC)
    except ValueError:  # it stays above or below all day
        return None
