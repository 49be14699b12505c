"""Airspace zones."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ground_station.api.schemas.base import Wire


class ZoneView(Wire, frozen=True, kw_only=True):
    """One zone, as the map and its list show it."""

    zone_id: str
    name: str
    kind: str
    restriction: Literal["prohibited", "permission", "conditional", "information"]
    polygons: list[list[list[list[float]]]]  # GeoJSON MultiPolygon coordinates, [lon, lat]
    lower: str  # in words, with what it is above
    upper: str
    authority: str
    contact: str
    law: str
    source: str


class DatasetView(Wire, frozen=True, kw_only=True):
    """Where the zones are from, and how long they hold."""

    name: str
    training: bool  # not for operational use
    effective_from: datetime
    effective_until: datetime
    problem: str  # "" while it may be used
    terrain: str  # "" = the ground is not known


class ZonesView(Wire, frozen=True, kw_only=True):
    """`GET /api/zones`. Without a dataset: null and no zones, and nothing is clear."""

    dataset: DatasetView | None
    zones: list[ZoneView]
