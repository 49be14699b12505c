"""Small files of our own in the formats that are read, and the published ones where they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geo.formats.reading import Reading
from geo.zones import Circle, GeoZone, Polygon

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "airspace"
RING = [[-0.25, 51.48], [-0.2, 51.48], [-0.2, 51.52], [-0.25, 51.52], [-0.25, 51.48]]
CROSSED = [[-0.25, 51.48], [-0.2, 51.52], [-0.2, 51.48], [-0.25, 51.52], [-0.25, 51.48]]


def shared(name: str) -> bytes:
    """A published file; skips where it is not."""
    path = SHARED / name
    if not path.exists():
        pytest.skip("the shared airspace data are not on this machine")
    return path.read_bytes()


def polygon(ring: list[list[float]] | None = None) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring or RING]}


def volume(**changed: Any) -> dict[str, Any]:
    """An ED-269 volume."""
    return {
        "uomDimensions": "M",
        "lowerLimit": 0,
        "lowerVerticalReference": "AGL",
        "upperLimit": 152,
        "upperVerticalReference": "AMSL",
        "horizontalProjection": polygon(),
        **changed,
    }


def uas_zone(**changed: Any) -> dict[str, Any]:
    """An ED-269 zone; a value of None leaves the member out."""
    zone = {
        "identifier": "1U077",
        "country": "GBR",
        "name": "HMP SOMEWHERE",
        "type": "COMMON",
        "restriction": "REQ_AUTHORISATION",
        "reason": ["SENSITIVE"],
        "applicability": [{"permanent": "YES"}],
        "zoneAuthority": [{"name": "HMPPS", "email": "a@b.example", "purpose": "AUTHORIZATION"}],
        "geometry": [volume()],
        **changed,
    }
    return {key: value for key, value in zone.items() if value is not None}


def ed269(*zones: Any, **top: Any) -> bytes:
    return json.dumps({"title": "T", "features": list(zones), **top}).encode()


def layered(geometry: dict[str, Any], **layer: Any) -> dict[str, Any]:
    limits = {
        "upper": 500,
        "upperReference": "AMSL",
        "lower": 0,
        "lowerReference": "AGL",
        "uom": "ft",
        **layer,
    }
    return {**geometry, "layer": limits}


def circle(radius: float = 926.0) -> dict[str, Any]:
    """An ED-318 circle."""
    return {
        "type": "Point",
        "coordinates": [-0.2, 51.5],
        "extent": {"subType": "Circle", "radius": radius},
    }


def feature(geometry: Any = None, **changed: Any) -> dict[str, Any]:
    """An ED-318 feature; a value of None leaves the property out."""
    properties = {
        "identifier": "1U077",
        "country": "GBR",
        "name": [{"text": "HMP SOMEWHERE", "lang": "en-GB"}],
        "type": "REQ_AUTHORIZATION",
        "variant": "COMMON",
        "zoneAuthority": [
            {"name": [{"text": "HMPPS", "lang": "en-GB"}], "purpose": "AUTHORIZATION"}
        ],
        **changed,
    }
    return {
        "type": "Feature",
        "properties": {key: value for key, value in properties.items() if value is not None},
        "geometry": layered(polygon()) if geometry is None else geometry,
    }


def collection(*features: Any, **top: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **top}).encode()


def plain_feature(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry or polygon()}


def only(reading: Reading) -> GeoZone:
    """The one zone of a reading without gaps."""
    assert not reading.gaps, reading.gaps
    (zone,) = reading.zones
    return zone


def refused(reading: Reading) -> str:
    """Why its one feature is no zone; it has a place, and nothing else was read."""
    assert not reading.zones
    (gap,) = reading.gaps
    return gap.reason


def is_circle(part: Circle | Polygon, lat: float, lon: float, radius_m: float) -> bool:
    """Whether it is that one, to the last digits."""
    return isinstance(part, Circle) and (part.lat, part.lon, part.radius_m) == pytest.approx(
        (lat, lon, radius_m)
    )
