"""Zones as OpenAir. It knows whole feet and classes, and neither times nor holes nor laws: what is
lost only ever makes a zone larger, and is said."""

from __future__ import annotations

import math
import re

from geo.formats.times import zulu
from geo.formats.writing import Written, gap_notes, title_of
from geo.zones.model import (
    METRES_PER_FOOT,
    METRES_PER_NAUTICAL_MILE,
    Circle,
    Datum,
    GeoZone,
    Layer,
    Limit,
    Polygon,
    Restriction,
    ZoneDataset,
)

_CLASSES = {"controlled": "CTR", "danger": "Q", "prohibited": "P"}
_REFERENCES = {Datum.AMSL: "ALT", Datum.AGL: "AGL", Datum.SURFACE: "AGL"}
_LOST = (
    "OpenAir has no place for laws, authorities, conditions and times in a form that is "
    "read back: they are in comments"
)


def write_openair(dataset: ZoneDataset) -> Written:
    """Write a dataset."""
    notes = [_LOST, *gap_notes(dataset)]
    lines = [f"* {_line(title_of(dataset))}"]
    for called, at in (("from", dataset.effective_from), ("until", dataset.effective_until)):
        if at is not None:
            lines.append(f"* valid {called} {zulu(at)}")
    for zone in dataset.zones:
        lines += _zone(zone, notes)
    return Written(("\r\n".join(lines) + "\r\n").encode(), tuple(dict.fromkeys(notes)))


def _zone(zone: GeoZone, notes: list[str]) -> list[str]:
    lines = [""]
    for called, words in (
        ("law", zone.law),
        ("ask", zone.authority),
        ("contact", zone.contact),
        ("conditions", zone.conditions),
        ("message", zone.message),
        ("source", zone.source),
    ):
        if words:
            lines.append(f"* {called}: {_line(words)}")
    if zone.applicability:
        notes.append(f"{zone.zone_id}: when it is active is left out: it is always active there")
    for layer in zone.layers:
        for part in layer.parts:
            lines += _block(zone, layer, part, notes)
    return lines


def _block(zone: GeoZone, layer: Layer, part: Circle | Polygon, notes: list[str]) -> list[str]:
    lines = [
        f"AC {_class(zone, notes)}",
        f"AI {_line(zone.zone_id)}",
        f"AN {_name(zone)}",
        f"AL {_limit(zone, layer.lower, notes, upper=False)}",
        f"AH {_limit(zone, layer.upper, notes, upper=True)}",
    ]
    if isinstance(part, Circle):
        miles = part.radius_m / METRES_PER_NAUTICAL_MILE
        return [*lines, f"V X={place_words(part.lat, part.lon)}", f"DC {_decimals(miles)}"]
    if part.holes:
        notes.append(f"{zone.zone_id}: its holes are left out: the zone is larger there")
    return [*lines, *(f"DP {place_words(lat, lon)}" for lat, lon in part.ring)]


def _class(zone: GeoZone, notes: list[str]) -> str:
    if zone.restriction is Restriction.PROHIBITED:
        return "P"
    if zone.restriction is Restriction.INFORMATION:
        return "G"
    asked = _CLASSES.get(zone.kind, "R")
    if asked == "CTR" and zone.restriction is not Restriction.CONDITIONAL:
        asked = "R"  # it asks more than controlled airspace does
    expected = Restriction.CONDITIONAL if asked == "CTR" else Restriction.PERMISSION
    if zone.restriction is not expected or asked == "P":
        notes.append(f"{zone.zone_id}: that it is {zone.restriction.value} is written as {asked}")
    return asked


def _name(zone: GeoZone) -> str:
    """With the designator before it, where the name does not have it."""
    name = _line(zone.name)
    bare = zone.designator.replace(" ", "").upper()
    if bare.startswith("EG") and bare not in name.replace(" ", "").upper():
        return f"{bare} {name}"
    return name


def _limit(zone: GeoZone, limit: Limit, notes: list[str], *, upper: bool) -> str:
    if limit.datum is Datum.SURFACE:
        return "SFC"
    if math.isinf(limit.value_m) and limit.datum is not Datum.UNKNOWN:
        return "UNLTD"
    if limit.datum is Datum.FLIGHT_LEVEL:
        level = limit.value_m / METRES_PER_FOOT / 100
        return f"FL{(math.ceil if upper else math.floor)(round(level, 6)):03d}"
    if limit.datum not in _REFERENCES:
        notes.append(
            f"{zone.zone_id}: its {'upper' if upper else 'lower'} limit "
            f"({limit.as_published or 'not known'}) is written at the outside"
        )
        return "UNLTD" if upper else "SFC"
    feet = round(limit.value_m / METRES_PER_FOOT, 6)
    whole = math.ceil(feet) if upper else math.floor(feet)
    return f"{whole} FT {_REFERENCES[limit.datum]}"


def place_words(lat: float, lon: float) -> str:
    """ "51:28.200000 N 000:10.766667 W": minutes to two millimetres."""
    return f"{_minutes(lat, 2)} {'S' if lat < 0 else 'N'} " + (
        f"{_minutes(lon, 3)} {'W' if lon < 0 else 'E'}"
    )


def _minutes(degrees: float, width: int) -> str:
    millionths = round(abs(degrees) * 60_000_000)  # of a minute
    whole, rest = divmod(millionths, 60_000_000)
    return f"{whole:0{width}d}:{rest // 1_000_000:02d}.{rest % 1_000_000:06d}"


def _decimals(miles: float) -> str:
    """Rounded up, so that the circle is never smaller."""
    return f"{math.ceil(miles * 1e9 - 1e-3) / 1e9:.9f}".rstrip("0").rstrip(".")


def _line(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()
