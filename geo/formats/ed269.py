"""ED-269 JSON: UAS zones with limits of whole numbers and places as [longitude, latitude]."""

from __future__ import annotations

from typing import Any

from geo.formats import uas_facts
from geo.formats.common import (
    Collector,
    Unreadable,
    checked,
    distinct_layers,
    outline,
    require_united_kingdom,
)
from geo.formats.json_safe import (
    Members,
    features_of,
    listed,
    maybe_members,
    members,
    number,
    parsed,
    position,
    rings,
    text,
)
from geo.formats.reading import Format, Reading
from geo.formats.times import applicability_of
from geo.zones.model import Circle, Layer, Polygon

MAX_VOLUMES = 500  # of one zone


def read_ed269(data: bytes) -> Reading:
    """Read an ED-269 file.

    Raises:
        FileRefused: nothing of it can be read.
    """
    file = parsed(data)
    features = features_of(file)
    collector = Collector(Format.ED269, text(file.get("title"), 200))
    for at, feature in enumerate(features, 1):
        collector.count()
        _feature(collector, feature, at)
    collector.require_any()
    airac, begins, ends = uas_facts.dates_said(
        collector, (collector.title, text(file.get("description"), 2000))
    )
    return collector.reading(airac=airac, effective_from=begins, effective_until=ends)


def _feature(collector: Collector, feature: Any, at: int) -> None:
    label = uas_facts.label_of(maybe_members(feature), at)
    try:
        zone = members(feature, "it")
        notes: list[str] = []
        layers = _layers(collector, zone)
        collector.zone(
            uas_facts.zone_of(
                zone,
                text(zone.get("restriction"), 100),
                layers,
                applicability_of(zone.get("applicability"), notes),
                notes,
            ),
            notes,
        )
    except Unreadable as why:
        collector.refuse(label, why)


def _layers(collector: Collector, zone: Members) -> tuple[Layer, ...]:
    known: list[tuple[float, float]] = []
    volumes = listed(zone.get("geometry"), "its geometry")
    if len(volumes) > MAX_VOLUMES:
        raise Unreadable(f"it has more than {MAX_VOLUMES} volumes")
    try:
        layers = [_layer(collector, members(each, "a volume"), known) for each in volumes]
    except Unreadable as why:
        raise Unreadable(str(why), why.places or known, sure=why.sure) from why
    parts = checked(part for layer in layers for part in layer.parts)
    require_united_kingdom(parts, text(zone.get("country"), 10))
    return distinct_layers(uas_facts.merged(layers))


def _layer(collector: Collector, volume: Members, known: list[tuple[float, float]]) -> Layer:
    unit = text(volume.get("uomDimensions"), 20)
    part = _part(collector, members(volume.get("horizontalProjection"), "its outline"), unit, known)
    lower, upper = (
        uas_facts.limit_from(
            volume.get(f"{which}Limit"),
            text(volume.get(f"{which}VerticalReference"), 20),
            unit,
            upper=which == "upper",
        )
        for which in ("lower", "upper")
    )
    return Layer((part,), lower, upper)


def _part(
    collector: Collector, shape: Members, unit: str, known: list[tuple[float, float]]
) -> Circle | Polygon:
    kind = text(shape.get("type"), 40)
    if kind == "Circle":
        lat, lon = position(shape.get("center"), known, "its centre")
        known.append((lat, lon))
        collector.budget.spend(1)
        metres = uas_facts.UNITS_M.get(unit.upper())
        if metres is None:
            raise Unreadable(f"the unit of its radius is not known: {unit!r}", known)
        return Circle(lat, lon, number(shape.get("radius"), "its radius") * metres)
    if kind == "Polygon":
        found = rings(shape.get("coordinates"), collector.budget, known)
        shell, *holes = (outline(each) for each in found)
        return Polygon(shell, tuple(holes))
    raise Unreadable(f"its outline is neither Circle nor Polygon, but {kind!r}", known)
