"""Zones, verdicts and papers as the page takes them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from geo.airspace.verdict import Judgement
from geo.zones import GeoZone, Layer, Limit
from geo.zones.activity import activity_words, windows_between
from geo.zones.outlines import limit_words, rings_of
from ground_station.api.schemas import (
    ChangeView,
    DatasetWords,
    InformationView,
    ReasonView,
    TouchedView,
    VerdictView,
    ZoneLayerView,
    ZoneView,
)

Origin = Literal["dataset", "notam", "drawn"]
MOST_WINDOWS = 60
BEFORE, AFTER = timedelta(days=1), timedelta(days=8)


def zone_view(zone: GeoZone, origin: Origin, now: datetime) -> ZoneView:
    """One zone. `origin`: "dataset", "notam" or "drawn"."""
    windows: Sequence[tuple[datetime, datetime]] = ()
    if zone.applicability:
        windows = windows_between(zone, now - BEFORE, now + AFTER, MOST_WINDOWS)
    return ZoneView(
        zone_id=zone.zone_id,
        designator=zone.designator,
        name=zone.name,
        kind=zone.kind,
        restriction=zone.restriction.value,
        polygons=rings_of(zone.parts),
        lower="; ".join(limit_words(layer.lower) for layer in zone.layers),
        upper="; ".join(limit_words(layer.upper) for layer in zone.layers),
        layers=[_layer_view(layer) for layer in zone.layers],
        authority=zone.authority,
        contact=zone.contact,
        law=zone.law,
        source=zone.source,
        conditions=zone.conditions,
        message=zone.message,
        origin=origin,
        always=not zone.applicability,
        applies=activity_words(zone),
        windows=[[begins, ends] for begins, ends in windows],
    )


def _layer_view(layer: Layer) -> ZoneLayerView:
    return ZoneLayerView(
        polygons=rings_of(layer.parts),
        lower=limit_words(layer.lower),
        upper=limit_words(layer.upper),
        lower_m=_number(layer.lower),
        upper_m=_number(layer.upper),
        lower_datum=layer.lower.datum.value,
        upper_datum=layer.upper.datum.value,
    )


def _number(limit: Limit) -> float | None:
    return limit.value_m if math.isfinite(limit.value_m) else None


def verdict_view(
    judgement: Judgement,
    *,
    dataset: DatasetWords,
    ground_amsl_m: float | None,
    operator: str,
    origins: Mapping[str, Origin],
    asked: Mapping[str, str],
    now: datetime,
) -> VerdictView:
    """A verdict.

    Args:
        origins: by zone id, where it is from. asked: by zone id, the request not yet answered.
    """
    return VerdictView(
        verdict=judgement.verdict.value,
        zones=[
            TouchedView(
                zone=zone_view(one.zone, origins.get(one.zone.zone_id, "dataset"), now),
                limit=one.limit,
                legs=list(one.legs),
                from_s=one.from_s,
                until_s=one.until_s,
                satisfied_by=one.satisfied_by,
                window=one.window,
                unknown=one.unknown,
                request_id=asked.get(one.zone.zone_id),
            )
            for one in judgement.zones
        ],
        reasons=[
            ReasonView(
                code=one.code.value,
                text=one.text,
                zone_id=one.zone_id,
                law=one.law,
                legs=list(one.legs),
                from_s=one.from_s,
                until_s=one.until_s,
            )
            for one in judgement.reasons
        ],
        information=[
            InformationView(code=one.code.value, text=one.text, zone_id=one.zone_id)
            for one in judgement.information
        ],
        changes=[
            ChangeView(
                kind=one.kind,
                text=one.text,
                zone_id=one.zone_id,
                max_amsl_m=one.max_amsl_m,
                starts=one.starts,
                path=_lonlat(one.path),
            )
            for one in judgement.changes
        ],
        leg_verdicts=[one.value for one in judgement.leg_verdicts],
        as_of=judgement.as_of,
        ground_amsl_m=ground_amsl_m,
        dataset=dataset,
        operator=operator,
    )


def _lonlat(path: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [[lon, lat] for lat, lon in path]
