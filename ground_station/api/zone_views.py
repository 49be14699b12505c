"""Zones, verdicts and papers as the page takes them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from geo.airspace.verdict import Judgement
from geo.zones import GeoZone, Layer, Limit, ZoneIndex
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
from ground_station.services.airspace_in_use import ZonesInUse

Origin = Literal["dataset", "notam", "drawn"]
MOST_WINDOWS = 60
BEFORE, AFTER = timedelta(days=1), timedelta(days=8)


def origins(zones: ZonesInUse) -> Sequence[tuple[Origin, ZoneIndex]]:
    """What is checked against, by where it is from."""
    found: tuple[tuple[Origin, ZoneIndex | None], ...] = (
        ("dataset", zones.index),
        ("notam", zones.notams),
        ("drawn", zones.drawn),
    )
    return [(origin, index) for origin, index in found if index is not None]


def zone_view(zone: GeoZone, origin: Origin, now: datetime) -> ZoneView:
    """One zone. `origin`: "dataset", "notam" or "drawn"."""
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
        windows=_windows(zone, now),
    )


def _windows(zone: GeoZone, now: datetime) -> list[list[datetime]]:
    """Of one that has very many windows the last is drawn out to the end: no page ever takes it for
    not active because it was told of too few."""
    if not zone.applicability:
        return []
    until = now + AFTER
    found = windows_between(zone, now - BEFORE, until, MOST_WINDOWS + 1)
    windows = [[begins, ends] for begins, ends in found[:MOST_WINDOWS]]
    if len(found) > MOST_WINDOWS:
        windows[-1][1] = until
    return windows


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
