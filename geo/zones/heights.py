"""Whether a height is within a zone's band, each limit in its own datum.

A limit is compared with the aircraft's height above the same datum where that is known, else by
the ground and the geoid. What is not known counts as within, and is said to be unknown.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from geo.zones.model import Datum, Layer, Limit

Interval = tuple[float, float]
Line = tuple[float, float]  # metres now, and their change a second
GeoidModel = Callable[[float, float], tuple[float, float] | None]

# Separation of the geoid from the ellipsoid over Greater London: 46.0 m at Heathrow (UK AIP, AD
# 2.EGLL: 151 ft), 45.5-46.1 m over the box; its error here is the most it can be wrong by.
LONDON_N_M = 46.0
LONDON_N_ERROR_M = 1.0
_LONDON = (51.2, 51.75, -0.70, 0.35)  # south, north, west, east

# How low a flight level can lie over the United Kingdom. The lowest pressure at sea level on record
# is 925.6 hPa there (Ochtertyre, 1884) and 913 hPa over the North Atlantic (the storm of January
# 1993): 900 hPa is taken, where the 1013.25 hPa surface would lie 988 m below the sea by the
# standard atmosphere. What lies between that surface and a level shrinks in cold air by less than a
# quarter (216 K on average for 288 K); below the sea, warm air stretches it by less than a fifth.
LOWEST_PRESSURE_M = 988.0
COLDEST_SHARE, WARMEST_SHARE = 0.75, 1.2


class Vertically(StrEnum):
    """Where an aircraft is against a zone's band."""

    WITHIN = "within"
    BELOW = "below"
    ABOVE = "above"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Heights:
    """An aircraft's height above each datum that it is known of, changing evenly; None: not known
    above that one, though the others may tell it."""

    amsl: Line | None = None
    agl: Line | None = None
    hae: Line | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What heights are turned into each other by.

    Attributes:
        ground: lowest and highest AMSL of what is checked (the same for one place); None: not
            known.
        separation: least and most of the geoid above the ellipsoid there; None: not known.
    """

    ground: Interval | None = None
    separation: Interval | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """By how many metres an aircraft is on the zone's side of one limit; negative: it is not.

    Attributes:
        most_m: what it may be; infinite where the limit is none or not known.
        sure_m: what it surely is; minus infinity where that is not known.
        change_mps: of both.
    """

    most_m: float
    sure_m: float
    change_mps: float = 0.0


UNLIMITED = Room(math.inf, math.inf)
NEVER = Room(-math.inf, -math.inf)
NOT_KNOWN = Room(math.inf, -math.inf)


@dataclass(frozen=True, slots=True)
class Band:
    """Both limits of a layer, as an aircraft is to them."""

    lower: Room
    upper: Room

    def where(self) -> Vertically:
        """Now."""
        if self.upper.most_m < 0:
            return Vertically.ABOVE
        if self.lower.most_m < 0:
            return Vertically.BELOW
        sure = min(self.lower.sure_m, self.upper.sure_m) >= 0
        return Vertically.WITHIN if sure else Vertically.UNKNOWN

    def when(self, most_s: float) -> Interval | None:
        """Between which seconds from now (0 to `most_s`) it is or may be within; None: never."""
        return _while(
            (
                (self.lower.most_m, self.lower.change_mps),
                (self.upper.most_m, self.upper.change_mps),
            ),
            most_s,
        )

    def surely(self, most_s: float) -> Interval | None:
        """Between which seconds it is within whatever is not known; None: never."""
        return _while(
            (
                (self.lower.sure_m, self.lower.change_mps),
                (self.upper.sure_m, self.upper.change_mps),
            ),
            most_s,
        )


def _while(lines: tuple[Line, Line], most_s: float) -> Interval | None:
    first, last = 0.0, most_s
    for room_m, change in lines:
        if room_m == -math.inf:
            return None
        if room_m == math.inf:
            continue
        if change < 0:
            last = min(last, room_m / -change)
        elif change > 0:
            first = max(first, -room_m / change)
        elif room_m < 0:
            return None
    return (first, last) if first <= last else None


def band_of(layer: Layer, heights: Heights, place: Place, error_m: float) -> Band:
    """A layer's band against an aircraft whose height may be wrong by `error_m` either way."""
    return Band(
        _room(layer.lower, heights, place, error_m, -1.0),
        _room(layer.upper, heights, place, error_m, 1.0),
    )


def separation_m(lat: float, lon: float) -> tuple[float, float] | None:
    """How far the geoid lies above the ellipsoid, and that figure's error; None outside London,
    where nothing here knows it."""
    south, north, west, east = _LONDON
    if south <= lat <= north and west <= lon <= east:
        return LONDON_N_M, LONDON_N_ERROR_M
    return None


def lowest_amsl_m(level_m: float) -> float:
    """The lowest that a flight level can lie above mean sea level, whatever the weather.

    Args:
        level_m: above the 1013.25 hPa surface by the standard atmosphere.
    """
    above_m = level_m - LOWEST_PRESSURE_M
    return above_m * (COLDEST_SHARE if above_m > 0 else WARMEST_SHARE)


def _room(limit: Limit, heights: Heights, place: Place, error_m: float, up: float) -> Room:
    """`up`: 1 for an upper limit, -1 for a lower one."""
    if limit.datum is Datum.UNKNOWN:
        return NOT_KNOWN
    if math.isinf(limit.value_m):
        return UNLIMITED if limit.value_m * up > 0 else NEVER
    on_ground = limit.datum in (Datum.AGL, Datum.SURFACE) and limit.value_m <= 0
    if on_ground and up < 0:
        return UNLIMITED  # nothing flies below the ground
    if limit.datum is Datum.FLIGHT_LEVEL:
        return _room_of_level(limit.value_m, heights, place, error_m, up)
    known = _height_above(limit.datum, heights, place)
    if known is None:
        return NOT_KNOWN
    (height_m, change), least_m, most_m = known
    height_m += least_m if up > 0 else most_m  # what leaves the limit furthest out
    room_m = (limit.value_m - height_m) * up + error_m
    return Room(room_m, room_m, -change * up)


def _room_of_level(
    level_m: float, heights: Heights, place: Place, error_m: float, up: float
) -> Room:
    """Of a flight level only how low it can lie is known."""
    known = _height_above(Datum.AMSL, heights, place)
    if known is None:
        return NOT_KNOWN
    (height_m, change), _least_m, most_m = known
    below_m = lowest_amsl_m(level_m) - (height_m + most_m)
    if up > 0:
        return Room(math.inf, below_m - error_m, -change)
    return Room(error_m - below_m, -math.inf, change)


def _height_above(datum: Datum, heights: Heights, place: Place) -> tuple[Line, float, float] | None:
    """The aircraft's height above a datum: a line, and the least and most to add to it."""
    wanted = Datum.AGL if datum is Datum.SURFACE else datum
    lines = {Datum.AMSL: heights.amsl, Datum.AGL: heights.agl, Datum.HAE: heights.hae}
    line = lines[wanted]
    if line is not None:
        return line, 0.0, 0.0
    to = _above_sea(wanted, place)
    if to is None:
        return None
    for known, line in lines.items():
        of = _above_sea(known, place)
        if line is not None and of is not None:
            return line, of[0] - to[1], of[1] - to[0]
    return None


def _above_sea(datum: Datum, place: Place) -> Interval | None:
    """The least and most that a datum's zero lies above mean sea level; None: not known."""
    if datum is Datum.AMSL:
        return 0.0, 0.0
    if datum is Datum.AGL:
        return place.ground
    if place.separation is None:
        return None
    return -place.separation[1], -place.separation[0]
