"""Zones as ED-318 GeoJSON that the official schema accepts."""

from __future__ import annotations

from typing import Any

from geo.formats.times import written_applicability, zulu
from geo.formats.uas_facts import OURS
from geo.formats.writing import (
    REASONS,
    Written,
    as_json,
    extended_of,
    gap_notes,
    number_of,
    purpose_of,
    short_ids,
    title_of,
)
from geo.zones.model import Circle, GeoZone, Layer, Polygon, Restriction, ZoneDataset

_ASKS = {
    Restriction.PROHIBITED: "PROHIBITED",
    Restriction.PERMISSION: "REQ_AUTHORIZATION",
    Restriction.CONDITIONAL: "CONDITIONAL",
    Restriction.INFORMATION: "NO_RESTRICTION",
    Restriction.U_SPACE: "USPACE",
}
_TEXT = 200  # characters of a text


def write_ed318(dataset: ZoneDataset) -> Written:
    """Write a dataset."""
    notes = gap_notes(dataset)
    metadata: dict[str, Any] = {
        "provider": _text("Kestrel"),
        "description": _text(title_of(dataset)),
    }
    if dataset.effective_from is not None:
        metadata["validFrom"] = zulu(dataset.effective_from)
    if dataset.effective_until is not None:
        metadata["validTo"] = zulu(dataset.effective_until)
    features = [
        _feature(zone, short, notes)
        for zone, short in zip(dataset.zones, short_ids(dataset.zones), strict=True)
    ]
    found = {
        "type": "FeatureCollection",
        "name": title_of(dataset)[:_TEXT],
        "title": title_of(dataset)[:_TEXT],
        "metadata": metadata,
        "features": features,
    }
    return Written(as_json(found), tuple(notes))


def _text(words: str) -> list[dict[str, str]]:
    return [{"text": words[:_TEXT], "lang": "en-GB"}]


def _feature(zone: GeoZone, short: str, notes: list[str]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "identifier": short,
        "country": "GBR",
        "name": _text(zone.name),
        "type": _ASKS[zone.restriction],
        "variant": "COMMON",
        "region": 0,
        "reason": [REASONS.get(zone.kind, "OTHER")],
        "regulationExemption": "NO",
        "zoneAuthority": [
            {
                "name": _text(zone.authority),
                "contactName": _text(zone.contact),
                "purpose": purpose_of(zone),
            }
        ],
        "extendedProperties": extended_of(zone, OURS),
    }
    if zone.conditions:
        properties["restrictionConditions"] = zone.conditions
    if zone.message:
        properties["message"] = _text(zone.message)
    if zone.applicability:
        properties["limitedApplicability"] = written_applicability(zone.applicability, ed269=False)
    volumes = [_volume(part, layer, zone, notes) for layer in zone.layers for part in layer.parts]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": volumes[0]
        if len(volumes) == 1
        else {"type": "GeometryCollection", "geometries": volumes},
    }


def _volume(
    part: Circle | Polygon, layer: Layer, zone: GeoZone, notes: list[str]
) -> dict[str, Any]:
    written: dict[str, Any] = {"uom": "m"}
    for which, limit in (("lower", layer.lower), ("upper", layer.upper)):
        value, reference, lost = number_of(limit, upper=which == "upper", whole=False)
        written[which] = value
        written[f"{which}Reference"] = reference
        if lost and (said := f"{zone.zone_id}: ED-318 cannot hold {lost}") not in notes[-4:]:
            notes.append(said)
    if isinstance(part, Circle):
        return {
            "type": "Point",
            "coordinates": [part.lon, part.lat],
            "extent": {"subType": "Circle", "radius": part.radius_m},
            "layer": written,
        }
    return {
        "type": "Polygon",
        "coordinates": [
            [[lon, lat] for lat, lon in (*ring, ring[0])] for ring in (part.ring, *part.holes)
        ],
        "layer": written,
    }
