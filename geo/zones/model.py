"""Airspace zones in three dimensions, each limit with its datum. Pure data, WGS 84."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

METRES_PER_FOOT = 0.3048
METRES_PER_NAUTICAL_MILE = 1852.0


class Datum(StrEnum):
    """What a height is measured from."""

    AMSL = "amsl"  # mean sea level
    AGL = "agl"  # the ground below the aircraft
    HAE = "hae"  # the WGS 84 ellipsoid
    SURFACE = "surface"  # the ground itself: a lower limit of nothing
    FLIGHT_LEVEL = "fl"  # the 1013.25 hPa surface: its height depends on the day's pressure
    UNKNOWN = "unknown"  # the source does not say, or in words nobody here knows


@dataclass(frozen=True, slots=True)
class Limit:
    """One end of a zone's height band.

    Attributes:
        value_m: metres above the datum; 0 for SURFACE; infinity for an unlimited top.
        as_published: the source's own words, e.g. "2000 FT above aerodrome level".
    """

    value_m: float
    datum: Datum
    as_published: str = ""

    def __post_init__(self) -> None:
        if math.isnan(self.value_m):
            raise ValueError("A height limit must be a number of metres.")


class Restriction(StrEnum):
    """What a zone asks of whoever would fly in it."""

    PROHIBITED = "prohibited"
    PERMISSION = "permission"  # of its authority
    CONDITIONAL = "conditional"  # under the conditions that it says
    INFORMATION = "information"
    U_SPACE = "u_space"  # with the services of its U-space


@dataclass(frozen=True, slots=True)
class Circle:
    """All points within `radius_m` of the centre along the ellipsoid's geodesics."""

    lat: float
    lon: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """A ring of (lat, lon), not closed; its edges are geodesics. The boundary is inside.

    Attributes:
        holes: rings of the same kind that are cut out of it; their boundary is inside the zone.
    """

    ring: tuple[tuple[float, float], ...]
    holes: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """The union of its parts, between two heights."""

    parts: tuple[Circle | Polygon, ...]
    lower: Limit
    upper: Limit


class SunEvent(StrEnum):
    """A time of the day that the sun sets (ED-318)."""

    MORNING_TWILIGHT = "BMCT"  # beginning of civil twilight
    SUNRISE = "SR"
    SUNSET = "SS"
    EVENING_TWILIGHT = "EECT"  # end of civil twilight


@dataclass(frozen=True, slots=True)
class DailyPeriod:
    """Each of these days, from one time to another, UTC.

    Attributes:
        days: of the week, 0 = Monday as `datetime.weekday`; of the day the period begins on.
        begins, ends: an end at or before the beginning is on the next day; None: midnight, so
            that (None, None) is the whole day.
    """

    days: frozenset[int]
    begins: time | SunEvent | None = None
    ends: time | SunEvent | None = None


@dataclass(frozen=True, slots=True)
class Applicability:
    """When a zone is active: between two instants (None: open), and then in any of the daily
    periods (none: all the time). `as_published`: the source's own words."""

    begins: datetime | None = None
    ends: datetime | None = None
    schedule: tuple[DailyPeriod, ...] = ()
    as_published: str = ""


class OperatorType(StrEnum):
    """Whose flight it is: they stand under different law."""

    MPS = "POLICE_MPS"  # the Metropolitan Police
    POLICE = "POLICE_OTHER"  # any other force
    COUNCIL = "COUNCIL"
    CONTRACTOR = "CONTRACTOR"


@dataclass(frozen=True, slots=True)
class GeoZone:
    """One airspace zone: the union of its layers.

    Attributes:
        zone_id: stable within a dataset, as the dataset has it, e.g. "1U043A".
        kind: "aerodrome", "runway", "prison", "restricted", "prohibited", "danger", "temporary",
            "controlled" (airspace of class A to E), "incident" or "other".
        authority: whom to ask. contact: how. law: the sentence and number.
        source: where its facts are published.
        designator: the published name, e.g. "EGR1U043A"; "" where it is the zone_id.
        applicability: when it is active, any of them; none: always.
        conditions: what the source asks, in its own words. message: what it tells.
        exempt: whose flights its own law lets in, as the source says and `conditions` quotes.
    """

    zone_id: str
    name: str
    kind: str
    restriction: Restriction
    layers: tuple[Layer, ...]
    authority: str
    contact: str
    law: str
    source: str
    designator: str = ""
    applicability: tuple[Applicability, ...] = ()
    conditions: str = ""
    message: str = ""
    exempt: frozenset[OperatorType] = frozenset()

    @property
    def parts(self) -> tuple[Circle | Polygon, ...]:
        """Of all its layers."""
        return tuple(part for layer in self.layers for part in layer.parts)


@dataclass(frozen=True, slots=True)
class Area:
    """Between two latitudes and two longitudes (not across the 180th meridian), in degrees."""

    south: float
    west: float
    north: float
    east: float
    name: str  # as people read it

    def holds(self, lat: float, lon: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lon <= self.east


@dataclass(frozen=True, slots=True)
class Gap:
    """A feature of a source that could not be read as a zone.

    Attributes:
        feature: its name or number in the source. reason: why, with its place in the file.
        areas: where it may lie (of swapped coordinates: both ways); none: it may be anywhere.
    """

    feature: str
    reason: str
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True)
class ZoneDataset:
    """Zones that were published together.

    Attributes:
        training: constructed by us for simulation: not for operational use.
        effective_from, effective_until: outside of it nothing may be called clear; None: the source
            does not say, which counts as outside.
        covers: the area it is complete for; outside of it nothing may be called clear either.
            None: the whole of where it is used.
        gaps: what of the source could not be read: nothing near a gap may be called clear.
    """

    name: str
    training: bool
    effective_from: datetime | None
    effective_until: datetime | None
    zones: tuple[GeoZone, ...]
    covers: Area | None = None
    gaps: tuple[Gap, ...] = ()
