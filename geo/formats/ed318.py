"""ED-318: UAS zones as GeoJSON with layers. Read leniently, as real files are; `ed318_written`
writes what the official schema demands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from geo.formats import uas_facts
from geo.formats.common import (
    THE_FILE,
    Collector,
    Place,
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
from geo.formats.times import AIRAC_DAYS, applicability_of, instant, is_airac
from geo.zones.model import Circle, Layer, Polygon

MAX_GEOMETRIES = 500  # of one zone
_MAX_NESTED = 3  # collections in each other


def read_ed318(data: bytes) -> Reading:
    """Read an ED-318 file.

    Raises:
        FileRefused: nothing of it can be read.
    """
    file = parsed(data)
    features = features_of(file)
    title = text(file.get("title"), 200) or text(file.get("name"), 200)
    collector = Collector(Format.ED318, title)
    for at, feature in enumerate(features, 1):
        collector.count()
        _feature(collector, feature, at)
    collector.require_any()
    metadata = maybe_members(file.get("metadata"))
    airac, begins, ends = _dates(collector, metadata)
    return collector.reading(airac=airac, effective_from=begins, effective_until=ends)


def _dates(collector: Collector, metadata: Members) -> tuple[str, datetime | None, datetime | None]:
    begins = _instant(collector, metadata, "validFrom")
    ends = _instant(collector, metadata, "validTo")
    if begins is None and ends is None:
        texts = (collector.title, text(metadata.get("description"), 2000))
        return uas_facts.dates_said(collector, texts)
    if begins is not None and ends is not None and ends <= begins:
        collector.note(THE_FILE, "its validTo is not after its validFrom: neither counts")
        return "", None, None
    if begins is None or not is_airac(begins.date()) or begins != instant(f"{begins:%Y-%m-%d}"):
        return "", begins, ends
    if ends is None:
        ends = begins + timedelta(days=AIRAC_DAYS)
        collector.note(
            THE_FILE,
            "it has no validTo: it begins with an AIRAC cycle, and counts as valid for its 28 days",
        )
    return f"{begins:%Y-%m-%d}", begins, ends


def _instant(collector: Collector, metadata: Members, key: str) -> datetime | None:
    said = metadata.get(key)
    if said is None:
        return None
    try:
        return instant(text(said, 60), end=key == "validTo")
    except (ValueError, OverflowError):
        collector.note(THE_FILE, f"its {key} is no date and time: it does not count")
        return None


def _feature(collector: Collector, feature: Any, at: int) -> None:
    properties = maybe_members(maybe_members(feature).get("properties"))
    label = uas_facts.label_of(properties, at)
    try:
        whole = members(feature, "it")
        known: list[Place] = []
        layers = _layers(collector, whole.get("geometry"), properties, known)
        notes: list[str] = []
        try:
            facts = members(whole.get("properties"), "its properties")
        except Unreadable as why:
            raise Unreadable(str(why), known) from why
        periods = applicability_of(facts.get("limitedApplicability"), notes)
        zone = uas_facts.zone_of(facts, text(facts.get("type"), 100), layers, periods, notes)
        collector.zone(zone, notes)
    except Unreadable as why:
        collector.refuse(label, why)


def _layers(
    collector: Collector, geometry: Any, properties: Members, known: list[Place]
) -> tuple[Layer, ...]:
    try:
        layers = _of_geometry(collector, geometry, {}, known, 1)
    except Unreadable as why:
        raise Unreadable(str(why), why.places or known, sure=why.sure) from why
    if len(layers) > MAX_GEOMETRIES:
        raise Unreadable(f"it has more than {MAX_GEOMETRIES} geometries", known)
    parts = checked(part for layer in layers for part in layer.parts)
    require_united_kingdom(parts, text(properties.get("country"), 10))
    return distinct_layers(uas_facts.merged(layers))


def _of_geometry(
    collector: Collector, value: Any, outer: Members, known: list[Place], depth: int
) -> list[Layer]:
    """The layers of a geometry; `outer`: the limits of what it is in, for one that has none."""
    geometry = members(value, "its geometry")
    limits = maybe_members(geometry.get("layer")) or outer
    kind = text(geometry.get("type"), 40)
    if kind == "GeometryCollection":
        if depth > _MAX_NESTED:
            raise Unreadable("its geometries are in each other too deep", known)
        inner = listed(geometry.get("geometries"), "its geometries")
        if len(inner) > MAX_GEOMETRIES:
            raise Unreadable(f"it has more than {MAX_GEOMETRIES} geometries", known)
        return [
            layer
            for each in inner
            for layer in _of_geometry(collector, each, limits, known, depth + 1)
        ]
    return [_layer(_parts(collector, kind, geometry, known), limits)]


def _layer(parts: tuple[Circle | Polygon, ...], limits: Members) -> Layer:
    unit = text(limits.get("uom"), 20) or "m"
    lower, upper = (
        uas_facts.limit_from(
            limits.get(which),
            text(limits.get(f"{which}Reference"), 20),
            unit,
            upper=which == "upper",
        )
        for which in ("lower", "upper")
    )
    return Layer(parts, lower, upper)


def _parts(
    collector: Collector, kind: str, geometry: Members, known: list[Place]
) -> tuple[Circle | Polygon, ...]:
    coordinates = geometry.get("coordinates")
    if kind == "Point":
        lat, lon = position(coordinates, known, "its centre")
        known.append((lat, lon))
        collector.budget.spend(1)
        extent = members(geometry.get("extent"), "the extent of its point")
        if text(extent.get("subType"), 40) != "Circle":
            raise Unreadable("the extent of its point is no Circle", known)
        return (Circle(lat, lon, number(extent.get("radius"), "its radius")),)
    if kind == "Polygon":
        return (_polygon(rings(coordinates, collector.budget, known)),)
    if kind == "MultiPolygon":
        each_of = listed(coordinates, "its polygons")
        if len(each_of) > MAX_GEOMETRIES:
            raise Unreadable(f"it has more than {MAX_GEOMETRIES} polygons", known)
        return tuple(_polygon(rings(each, collector.budget, known)) for each in each_of)
    raise Unreadable(f"its geometry has no area: {kind!r}", known)


def _polygon(found: list[list[Place]]) -> Polygon:
    shell, *holes = (outline(each) for each in found)
    return Polygon(shell, tuple(holes))
