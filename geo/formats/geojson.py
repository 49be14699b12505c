"""Plain GeoJSON of zones, which has no standard for heights: what each feature's properties say is
used where it is plain, and else not known.

Understood are `name` (`title`), an id (`id`, `identifier`, `designator`), `upper` and `lower` as
words ("2000 FT AGL"), or as numbers with `upperReference`, `lowerReference` and `uom`, `kind`,
`restriction`, `authority`, `contact`, `law`, `source`, `conditions`, `message`, `validFrom` and
`validTo`; a point with `radius_m` is a circle. The names that ED-269 has for the same (`type` for
the restriction where it is one, `upperLimit`, `upperVerticalReference`, `uomDimensions`) are known
too. Our own files have also the exact shapes.
"""

from __future__ import annotations

from typing import Any

from geo.formats.common import (
    Collector,
    Place,
    Unreadable,
    checked,
    distinct_layers,
    outline,
    require_united_kingdom,
)
from geo.formats.geojson_exact import exact_zone
from geo.formats.heights import limit_of, unknown
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
from geo.formats.reading import FileRefused, Format, Reading
from geo.formats.remarks import NOT_SAID, exempt_of, kind_of
from geo.formats.times import applicability_of, instant
from geo.formats.uas_facts import KINDS, OURS, RESTRICTIONS, limit_from
from geo.zones.model import Circle, GeoZone, Layer, Limit, Polygon, Restriction

MAX_GEOMETRIES = 500  # of one feature
_MAX_NESTED = 3
_NO_AREA = ("Point", "MultiPoint", "LineString", "MultiLineString")
_WORLD = ("CRS84", "4326")
_UPPER = ("upper", "upperLimit", "upper_limit", "ceiling", "top")
_LOWER = ("lower", "lowerLimit", "lower_limit", "floor", "base", "bottom")
_OF_ZONES = (*_UPPER, *_LOWER, "restriction", "radius", "radius_nm", "radius_km")


def read_geojson(data: bytes) -> Reading:
    """Read a GeoJSON file: a collection of features, or one feature.

    Raises:
        FileRefused: nothing of it can be read, or its places are not WGS 84.
    """
    file = parsed(data)
    named = text(maybe_members(maybe_members(file.get("crs")).get("properties")).get("name"), 100)
    if file.get("crs") is not None and not any(each in named for each in _WORLD):
        raise FileRefused(f"Its places are in {named or 'a system it does not name'}, not WGS 84.")
    features = features_of(file)
    title = text(file.get("title"), 200) or text(file.get("name"), 200)
    collector = Collector(Format.GEOJSON, title)
    for at, feature in enumerate(features, 1):
        collector.count()
        _feature(collector, feature, at)
    collector.require_any()
    begins, ends = (_instant(file, key) for key in ("validFrom", "validTo"))
    return collector.reading(effective_from=begins, effective_until=ends)


def _instant(file: Members, key: str) -> Any:
    said = file.get(key)
    if said is None:
        return None
    try:
        return instant(text(said, 60), end=key == "validTo")
    except (ValueError, OverflowError) as error:
        raise FileRefused(f"Its {key} is no date and time: {text(said, 40)!r}.") from error


def _feature(collector: Collector, feature: Any, at: int) -> None:
    whole = maybe_members(feature)
    properties = maybe_members(whole.get("properties"))
    zone_id = _id(whole, properties)
    name = _said(properties, "name", "title", "NAME", "Name", most=400) or zone_id
    label = f"feature {at} {(zone_id or name)!r}" if zone_id or name else f"feature {at}"
    known: list[Place] = []
    try:
        members(feature, "it")
        geometry = members(whole.get("geometry"), "its geometry")
        shape = text(geometry.get("type"))
        if properties.get("radius_m") is None and shape in _NO_AREA:
            _no_area(collector, shape, geometry, properties)
            return
        parts = checked(_parts(collector, geometry, properties, known, 1))
        require_united_kingdom(parts, text(properties.get("country"), 10))
        if properties.get(OURS) is not None:
            collector.zone(exact_zone(properties[OURS], parts, collector.budget))
            return
        notes: list[str] = []
        collector.zone(
            _zone(zone_id or name or f"feature-{at}", name, parts, properties, notes), notes
        )
    except Unreadable as why:
        sure = why.sure
        collector.refuse(
            label, Unreadable(str(why), why.places or known, sure=sure, swapped=why.swapped)
        )


def _no_area(collector: Collector, shape: str, geometry: Members, properties: Members) -> None:
    """A point or a line: skipped as a mark on a map, unless its properties are those of a zone.

    Raises:
        Unreadable: they are; how far it reaches nobody can say.
    """
    if not any(properties.get(key) is not None for key in _OF_ZONES):
        collector.skip(f"a {shape}, which has no area")
        return
    places: list[Place] = []
    given = geometry.get("coordinates")
    nested = given if shape == "MultiLineString" and isinstance(given, list) else [given]
    for line in nested[:MAX_GEOMETRIES]:
        for each in [line] if shape == "Point" else listed(line, "its places"):
            places.append(position(each, places, "a place of it"))
    raise Unreadable(
        f"it is a {shape} with a zone's properties and without radius_m: how far it reaches is "
        "not known",
        places,
    )


def _id(whole: Members, properties: Members) -> str:
    said = _said(properties, "id", "identifier", "zone_id", "designator", most=100)
    return said or text(whole.get("id"), 100)


def _said(properties: Members, *keys: str, most: int = 2000) -> str:
    return next((found for key in keys if (found := text(properties.get(key), most))), "")


def _zone(
    zone_id: str,
    name: str,
    parts: tuple[Circle | Polygon, ...],
    properties: Members,
    notes: list[str],
) -> GeoZone:
    lower, upper = _limit(properties, upper=False), _limit(properties, upper=True)
    layers = distinct_layers((Layer(parts, lower, upper),))
    conditions = _said(properties, "conditions", "restrictionConditions", most=20_000)
    kind = _said(properties, "kind", most=40).lower()
    if kind not in KINDS:
        kind = kind_of("", name, conditions)
    asked = _said(properties, "restriction", most=40).upper()
    of_type = RESTRICTIONS.get(_said(properties, "type", most=40).upper())
    restriction = RESTRICTIONS.get(asked) or _ours(asked) or (None if asked else of_type)
    if restriction is None:
        restriction = Restriction.PERMISSION
        notes.append("what it asks is not said or not known: it counts as needing a permission")
    if kind == "controlled" and restriction is not Restriction.CONDITIONAL:
        kind = "other"
    designator = _said(properties, "designator", most=100)
    return GeoZone(
        zone_id=zone_id,
        name=name or zone_id,
        kind=kind,
        restriction=restriction,
        layers=layers,
        authority=_said(properties, "authority", most=1000) or NOT_SAID,
        contact=_said(properties, "contact") or NOT_SAID,
        law=_said(properties, "law", "legalBasis", most=1000) or NOT_SAID,
        source=_said(properties, "source", most=1000),
        designator="" if designator == zone_id else designator,
        applicability=applicability_of(_periods(properties), notes),
        conditions=conditions,
        message=_said(properties, "message", "description", most=5000),
        exempt=exempt_of(kind, conditions),
    )


def _ours(asked: str) -> Restriction | None:
    return next((each for each in Restriction if each.value.upper() == asked), None)


def _periods(properties: Members) -> Any:
    if properties.get("applicability") is not None:
        return properties["applicability"]
    begins, ends = properties.get("validFrom"), properties.get("validTo")
    if begins is None and ends is None:
        return None
    return [{"startDateTime": begins, "endDateTime": ends}]


def _limit(properties: Members, *, upper: bool) -> Limit:
    """In words or numbers; what is not said, or in words not known, has an unknown datum."""
    which = "upper" if upper else "lower"
    keys = _UPPER if upper else _LOWER
    value = next((properties[key] for key in keys if properties.get(key) is not None), None)
    if isinstance(value, str):
        return limit_of(text(value, 200), upper=upper)
    if value is None:
        return unknown("not said", upper=upper)
    datum = _said(
        properties,
        f"{which}Reference",
        f"{which}_reference",
        f"{which}Datum",
        f"{which}VerticalReference",
        f"{which}_datum",
        "datum",
        most=20,
    )
    unit = _said(properties, "uom", "uomDimensions", "unit", "units", most=20)
    if not unit or unit.upper() not in ("M", "FT"):
        return unknown(f"{number(value, 'a height'):g} of an unknown unit", upper=upper)
    return limit_from(value, datum, unit, upper=upper)


def _parts(
    collector: Collector, geometry: Members, properties: Members, known: list[Place], depth: int
) -> list[Circle | Polygon]:
    kind = text(geometry.get("type"), 40)
    coordinates = geometry.get("coordinates")
    if kind == "Point":
        lat, lon = position(coordinates, known, "its centre")
        known.append((lat, lon))
        collector.budget.spend(1)
        return [Circle(lat, lon, number(properties.get("radius_m"), "its radius_m"))]
    if kind == "Polygon":
        return [_polygon(collector, coordinates, known)]
    if kind == "MultiPolygon":
        each_of = listed(coordinates, "its polygons")
        if len(each_of) > MAX_GEOMETRIES:
            raise Unreadable(f"it has more than {MAX_GEOMETRIES} polygons", known)
        return [_polygon(collector, each, known) for each in each_of]
    if kind == "GeometryCollection":
        inner = listed(geometry.get("geometries"), "its geometries")
        if depth > _MAX_NESTED or len(inner) > MAX_GEOMETRIES:
            raise Unreadable("its geometries are too many or in each other too deep", known)
        return [
            part
            for each in inner
            for part in _parts(collector, members(each, "a geometry"), properties, known, depth + 1)
        ]
    raise Unreadable(f"its geometry has no area: {kind!r}", known)


def _polygon(collector: Collector, coordinates: Any, known: list[Place]) -> Polygon:
    shell, *holes = (outline(each) for each in rings(coordinates, collector.budget, known))
    return Polygon(shell, tuple(holes))
