"""Whether a height is within a zone's band, each limit in its own datum.

What is not known counts as within, and is said to be unknown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from geo.zones.model import Datum, Layer, Limit

# Separation of the geoid from the ellipsoid over Greater London: 46.0 m at Heathrow (UK AIP, AD
# 2.EGLL: 151 ft), 45.5-46.1 m over the box; its error here is the most it can be wrong by.
LONDON_N_M = 46.0
LONDON_N_ERROR_M = 1.0
_LONDON = (51.2, 51.75, -0.65, 0.35)  # south, north, west, east


class Vertically(StrEnum):
    """Where an aircraft is against a zone's band."""

    WITHIN = "within"
    BELOW = "below"
    ABOVE = "above"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """What a limit is worked out for.

    Attributes:
        ground_low_m, ground_high_m: AMSL; the lowest and highest ground of what is checked (the
            same for one place); None: not known.
    """

    lat: float
    lon: float
    ground_low_m: float | None
    ground_high_m: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """A zone's heights above mean sea level, at the outside of what their datums leave open.

    Attributes:
        low_m, high_m: None: not known there.
    """

    low_m: float | None
    high_m: float | None

    def where(self, alt_amsl_m: float | None, error_m: float) -> Vertically:
        """Of a height that may be wrong by `error_m` either way."""
        if self.low_m == -math.inf and self.high_m == math.inf:
            return Vertically.WITHIN
        if alt_amsl_m is None:
            return Vertically.UNKNOWN
        if self.high_m is not None and alt_amsl_m - error_m > self.high_m:
            return Vertically.ABOVE
        if self.low_m is not None and alt_amsl_m + error_m < self.low_m:
            return Vertically.BELOW
        return Vertically.UNKNOWN if None in (self.low_m, self.high_m) else Vertically.WITHIN

    def when(
        self, alt_amsl_m: float | None, climb_mps: float, error_m: float, most_s: float
    ) -> tuple[float, float] | None:
        """Between which seconds (0 to `most_s`) of a steady climb it is or may be within; None:
        never."""
        if alt_amsl_m is None:
            return 0.0, most_s
        first, last = 0.0, most_s
        # seconds at which height * sign <= limit * sign + error
        for limit_m, sign in ((self.high_m, 1.0), (self.low_m, -1.0)):
            if limit_m is None or math.isinf(limit_m):
                if limit_m is not None and limit_m * sign < 0:
                    return None
                continue
            room_m, speed = (limit_m - alt_amsl_m) * sign + error_m, climb_mps * sign
            if speed > 0:
                last = min(last, room_m / speed)
            elif speed < 0:
                first = max(first, room_m / speed)
            elif room_m < 0:
                return None
        return (first, last) if first <= last else None


def band_of(layer: Layer, place: Place) -> Band:
    """A layer's band at a place."""
    return Band(
        _amsl(layer.lower, place, place.ground_low_m, -1.0),
        _amsl(layer.upper, place, place.ground_high_m, 1.0),
    )


def separation_m(lat: float, lon: float) -> tuple[float, float] | None:
    """How far the geoid lies above the ellipsoid, and that figure's error; None outside London,
    where nothing here knows it."""
    south, north, west, east = _LONDON
    if south <= lat <= north and west <= lon <= east:
        return LONDON_N_M, LONDON_N_ERROR_M
    return None


def _amsl(limit: Limit, place: Place, ground_m: float | None, outward: float) -> float | None:
    """A limit above mean sea level; None where that is not known. `outward`: -1 for a lower limit,
    1 for an upper: its error goes to the zone's side."""
    if math.isinf(limit.value_m):
        return limit.value_m
    if limit.datum is Datum.AMSL:
        return limit.value_m
    if limit.datum is Datum.SURFACE and outward < 0:
        return -math.inf  # nothing flies below the ground
    if limit.datum in (Datum.AGL, Datum.SURFACE):
        return None if ground_m is None else ground_m + limit.value_m
    separation = separation_m(place.lat, place.lon)
    if separation is None:
        return None
    return limit.value_m - separation[0] + outward * separation[1]
