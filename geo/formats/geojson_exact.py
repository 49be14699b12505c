"""Zones as plain GeoJSON: outlines that any program draws, and beside them, as a property that only
this software reads, the exact zone (circles, limits with datums, times)."""

from __future__ import annotations

import math
from typing import Any

import shapely

from geo.formats.common import Budget, Place, Unreadable, checked, distinct_layers, outline
from geo.formats.json_safe import Members, listed, maybe_members, members, number, rings, text
from geo.formats.remarks import exempt_of
from geo.formats.times import applicability_of, written_applicability, zulu
from geo.formats.uas_facts import KINDS, OURS
from geo.formats.writing import Written, as_json, gap_notes, title_of
from geo.zones.model import (
    Circle,
    Datum,
    GeoZone,
    Layer,
    Limit,
    Polygon,
    Restriction,
    ZoneDataset,
)
from geo.zones.outlines import band_words, limit_words, rings_of
from geo.zones.shapes import planar

_WORDS = ("authority", "contact", "law", "source", "designator", "conditions", "message")
_ROUNDED = 2e-7  # degrees: what drawn places are rounded by, along an outline
_NOTHING = 1e-12  # square degrees


def write_geojson(dataset: ZoneDataset) -> Written:
    """Write a dataset; reading it back gives the same zones."""
    found: dict[str, Any] = {
        "type": "FeatureCollection",
        "title": title_of(dataset),
        "features": [_feature(zone) for zone in dataset.zones],
    }
    if dataset.effective_from is not None:
        found["validFrom"] = zulu(dataset.effective_from)
    if dataset.effective_until is not None:
        found["validTo"] = zulu(dataset.effective_until)
    return Written(as_json(found), tuple(gap_notes(dataset)))


def _feature(zone: GeoZone) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": zone.zone_id,
        "properties": {
            "id": zone.zone_id,
            "name": zone.name,
            "kind": zone.kind,
            "restriction": zone.restriction.value,
            "limits": band_words(zone),
            "lower": limit_words(zone.layers[0].lower),
            "upper": limit_words(zone.layers[0].upper),
            **{each: getattr(zone, each) for each in _WORDS},
            OURS: _exact(zone),
        },
        "geometry": {"type": "MultiPolygon", "coordinates": rings_of(zone.parts)},
    }


def _exact(zone: GeoZone) -> dict[str, Any]:
    return {
        "zoneId": zone.zone_id,
        "name": zone.name,
        "kind": zone.kind,
        "restriction": zone.restriction.value,
        **{each: getattr(zone, each) for each in _WORDS},
        "applicability": [
            {**written, "asPublished": each.as_published}
            for each, written in zip(
                zone.applicability,
                written_applicability(zone.applicability, ed269=False),
                strict=True,
            )
        ],
        "layers": [
            {
                "lower": _limit(layer.lower),
                "upper": _limit(layer.upper),
                "parts": [_part(part) for part in layer.parts],
            }
            for layer in zone.layers
        ],
    }


def _limit(limit: Limit) -> dict[str, Any]:
    value = None if math.isinf(limit.value_m) else limit.value_m
    return {"valueM": value, "datum": limit.datum.value, "asPublished": limit.as_published}


def _part(part: Circle | Polygon) -> dict[str, Any]:
    if isinstance(part, Circle):
        return {"centre": [part.lon, part.lat], "radiusM": part.radius_m}
    found = [[[lon, lat] for lat, lon in ring] for ring in (part.ring, *part.holes)]
    return {"rings": found}


def exact_zone(value: Any, drawn: tuple[Circle | Polygon, ...], budget: Budget) -> GeoZone:
    """The zone of such a property.

    Args:
        drawn: the feature's outlines, which must be those of the zone.

    Raises:
        FileRefused: the file has too many points.
        Unreadable: the property is not whole, or the outline was changed beside it.
    """
    exact = members(value, f"its {OURS!r}")
    layers = distinct_layers(
        _layer(members(each, "a layer"), budget) for each in listed(exact.get("layers"), "layers")
    )
    parts = checked(part for layer in layers for part in layer.parts)
    _require_alike(parts, drawn)
    notes: list[str] = []
    kind, restriction = text(exact.get("kind"), 40), text(exact.get("restriction"), 40)
    periods = applicability_of(exact.get("applicability"), notes)
    if notes or kind not in KINDS or restriction not in list(Restriction):
        raise Unreadable(f"its {OURS!r} has a kind, a restriction or times that are not known")
    zone_id = text(exact.get("zoneId"), 100)
    if not zone_id:
        raise Unreadable(f"its {OURS!r} has no id")
    words = {each: text(exact.get(each), 20_000) for each in _WORDS}
    return GeoZone(
        zone_id=zone_id,
        name=text(exact.get("name"), 400),
        kind=kind,
        restriction=Restriction(restriction),
        layers=layers,
        applicability=periods,
        exempt=exempt_of(kind, words["conditions"]),
        **words,
    )


def _layer(layer: Members, budget: Budget) -> Layer:
    parts = [
        _part_of(members(each, "a part"), budget) for each in listed(layer.get("parts"), "parts")
    ]
    lower = _limit_of(maybe_members(layer.get("lower")), upper=False)
    upper = _limit_of(maybe_members(layer.get("upper")), upper=True)
    return Layer(tuple(parts), lower, upper)


def _limit_of(limit: Members, *, upper: bool) -> Limit:
    datum = text(limit.get("datum"), 20)
    if datum not in list(Datum):
        raise Unreadable(f"a datum of its {OURS!r} is not known: {datum!r}")
    none = math.inf if upper else -math.inf
    value = limit.get("valueM")
    value_m = none if value is None else number(value, "a limit")
    return Limit(value_m, Datum(datum), text(limit.get("asPublished"), 400))


def _part_of(part: Members, budget: Budget) -> Circle | Polygon:
    if "rings" not in part:
        centre = listed(part.get("centre"), "a centre")
        if len(centre) != 2:
            raise Unreadable("a centre is no [longitude, latitude]")
        lon, lat = (number(each, "a centre") for each in centre)
        return Circle(lat, lon, number(part.get("radiusM"), "a radius"))
    known: list[Place] = []
    shell, *holes = (outline(each) for each in rings(part["rings"], budget, known))
    return Polygon(shell, tuple(holes))


def _require_alike(
    parts: tuple[Circle | Polygon, ...], drawn: tuple[Circle | Polygon, ...]
) -> None:
    """Raises Unreadable where the drawn outline is not the exact one's."""
    own = shapely.make_valid(
        shapely.MultiPolygon([(ring[0], ring[1:]) for ring in rings_of(parts)])
    )
    shown = shapely.union_all([planar(part) for part in drawn if isinstance(part, Polygon)])
    if own.symmetric_difference(shown).area > _ROUNDED * own.length + _NOTHING:
        places = [place for part in drawn if isinstance(part, Polygon) for place in part.ring]
        places += [(lat, lon) for polygon in rings_of(parts) for lon, lat in polygon[0]]
        raise Unreadable(
            f"its outline and its {OURS!r} are not the same zone: one was changed",
            places,
            sure=True,
        )
