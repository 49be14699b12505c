"""Airspace zones in three dimensions, each limit with its datum. Pure data, WGS 84."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

METRES_PER_FOOT = 0.3048
METRES_PER_NAUTICAL_MILE = 1852.0


class Datum(StrEnum):
    """What a height is measured from."""

    AMSL = "amsl"  # mean sea level
    AGL = "agl"  # the ground below the aircraft
    HAE = "hae"  # the WGS 84 ellipsoid
    SURFACE = "surface"  # the ground itself: a lower limit of nothing


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
    CONDITIONAL = "conditional"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Circle:
    """All points within `radius_m` of the centre along the ellipsoid's geodesics."""

    lat: float
    lon: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """A ring of (lat, lon), not closed; its edges are geodesics. The boundary is inside."""

    ring: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class GeoZone:
    """One airspace zone: the union of its parts, between two heights.

    Attributes:
        zone_id: stable within a dataset, e.g. the designator "EGR1U043A".
        kind: "aerodrome", "runway", "prison", "restricted", ...
        authority: whom to ask. contact: how. law: the sentence and number.
        source: where its facts are published.
    """

    zone_id: str
    name: str
    kind: str
    restriction: Restriction
    parts: tuple[Circle | Polygon, ...]
    lower: Limit
    upper: Limit
    authority: str
    contact: str
    law: str
    source: str


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
class ZoneDataset:
    """Zones that were published together.

    Attributes:
        training: constructed by us for simulation: not for operational use.
        effective_from, effective_until: outside of it nothing may be called clear.
        covers: the area it is complete for; outside of it nothing may be called clear either.
            None: the whole of where it is used.
    """

    name: str
    training: bool
    effective_from: datetime
    effective_until: datetime
    zones: tuple[GeoZone, ...]
    covers: Area | None = None
