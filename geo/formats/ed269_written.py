"""Zones as ED-269 JSON: whole metres, identifiers of seven characters."""

from __future__ import annotations

from typing import Any

from geo.formats.times import written_applicability
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
    validity_words,
)
from geo.zones.model import Circle, GeoZone, Layer, Polygon, Restriction, ZoneDataset

_ASKS = {
    Restriction.PROHIBITED: "PROHIBITED",
    Restriction.PERMISSION: "REQ_AUTHORISATION",
    Restriction.CONDITIONAL: "CONDITIONAL",
    Restriction.INFORMATION: "NO_RESTRICTION",
    Restriction.U_SPACE: "CONDITIONAL",  # ED-269 has none
}


def write_ed269(dataset: ZoneDataset) -> Written:
    """Write a dataset. The format has no dates of its own: its description names them, of an AIRAC
    cycle so that they are read back."""
    notes = gap_notes(dataset)
    validity = validity_words(dataset)
    features = [
        _feature(zone, short, notes)
        for zone, short in zip(dataset.zones, short_ids(dataset.zones), strict=True)
    ]
    if (dataset.effective_from or dataset.effective_until) and "AIRAC" not in validity:
        notes.append(
            "ED-269 has no dates of validity: the description names them, for people to read"
        )
    found = {
        "title": title_of(dataset),
        "description": validity,
        "features": features,
    }
    return Written(as_json(found), tuple(notes))


def _feature(zone: GeoZone, short: str, notes: list[str]) -> dict[str, Any]:
    if zone.restriction is Restriction.U_SPACE:
        notes.append(f"{zone.zone_id}: ED-269 knows no U-space zone: it is written as CONDITIONAL")
    feature: dict[str, Any] = {
        "identifier": short,
        "country": "GBR",
        "name": zone.name[:200],
        "type": "COMMON",
        "restriction": _ASKS[zone.restriction],
        "restrictionConditions": [zone.conditions[:2000]] if zone.conditions else [],
        "region": 0,
        "reason": [REASONS.get(zone.kind, "OTHER")],
        "regulationExemption": "NO",
        "message": zone.message[:200],
        "applicability": written_applicability(zone.applicability, ed269=True),
        "zoneAuthority": [
            {
                "name": zone.authority[:200],
                "contactName": zone.contact[:200],
                "purpose": purpose_of(zone),
            }
        ],
        "geometry": [
            _volume(part, layer, zone, notes) for layer in zone.layers for part in layer.parts
        ],
        "extendedProperties": extended_of(zone, OURS),
    }
    return feature


def _volume(
    part: Circle | Polygon, layer: Layer, zone: GeoZone, notes: list[str]
) -> dict[str, Any]:
    volume: dict[str, Any] = {"uomDimensions": "M"}
    for which, limit in (("lower", layer.lower), ("upper", layer.upper)):
        value, reference, lost = number_of(limit, upper=which == "upper", whole=True)
        volume[f"{which}Limit"] = int(value)
        volume[f"{which}VerticalReference"] = reference
        if lost and (said := f"{zone.zone_id}: ED-269 cannot hold {lost}") not in notes[-4:]:
            notes.append(said)
    if isinstance(part, Circle):
        volume["horizontalProjection"] = {
            "type": "Circle",
            "center": [part.lon, part.lat],
            "radius": part.radius_m,
        }
    else:
        volume["horizontalProjection"] = {
            "type": "Polygon",
            "coordinates": [
                [[lon, lat] for lat, lon in (*ring, ring[0])] for ring in (part.ring, *part.holes)
            ],
        }
    return volume
