"""Airspace zones."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ground_station.api.schemas.base import Wire

ZoneDatum = Literal["amsl", "agl", "hae", "surface", "fl", "unknown"]


class ZoneLayerView(Wire, frozen=True, kw_only=True):
    """A shape between two heights. `lower`, `upper`: in words, with what they are above; the
    numbers beside them only draw and filter (None: unlimited, or not known as a number)."""

    polygons: list[list[list[list[float]]]]  # GeoJSON MultiPolygon coordinates, [lon, lat]
    lower: str
    upper: str
    lower_m: float | None
    upper_m: float | None
    lower_datum: ZoneDatum
    upper_datum: ZoneDatum


class ZoneView(Wire, frozen=True, kw_only=True):
    """One zone, as the map and its list show it.

    `windows`: from yesterday to a week from now, [begins, ends] in UTC, at most sixty (of more, the
    last is drawn out to the end); of a zone that holds `always` none. `applies`: the same in words.
    """

    zone_id: str
    designator: str
    name: str
    kind: str
    restriction: Literal["prohibited", "permission", "conditional", "information", "u_space"]
    polygons: list[list[list[list[float]]]]  # of all its layers together
    lower: str  # in words, with what it is above; of several layers each
    upper: str
    layers: list[ZoneLayerView]
    authority: str
    contact: str
    law: str
    source: str
    conditions: str
    message: str
    origin: Literal["dataset", "notam", "drawn"]
    always: bool
    applies: str
    windows: list[list[datetime]]


class DatasetView(Wire, frozen=True, kw_only=True):
    """Where the zones are from, and how long they hold. `name`: "" if what is stored cannot be
    read: the problem says why."""

    name: str
    training: bool  # not for operational use
    effective_from: datetime | None
    effective_until: datetime | None
    problem: str  # "" while it may be used
    terrain: str  # "" = the ground is not known
    airac: str
    notams_as_of: datetime | None  # null: NOTAMs are not checked
    notams_too_old: bool
    gaps: int  # features that could not be read: nothing near them is clear


class ZonesView(Wire, frozen=True, kw_only=True):
    """`GET /api/zones`. Without a dataset: null and no zones, and nothing is clear."""

    dataset: DatasetView | None
    zones: list[ZoneView]
