"""Writes zones as KML that map programs show and `read_kml` reads back.

Outlines stand in words (places to a ten-thousandth of a second: 3 mm) and are drawn; drawn circles
are polygons round the circle, never inside of it. Heights stand in words: what is drawn lies on the
ground. What KML has no place for stands in extended data whose names begin with `kestrel_`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from geo.formats.kml import OURS
from geo.formats.kml_shape import OUTLINES
from geo.formats.kml_words import MAX_CHARS
from geo.formats.writing import Written, gap_notes, title_of, validity_words
from geo.zones.model import (
    METRES_PER_FOOT,
    Circle,
    Datum,
    GeoZone,
    Layer,
    Limit,
    Polygon,
    ZoneDataset,
)
from geo.zones.shapes import GEOD

_CORNERS = 180
_STYLES = {  # colours as KML has them: alpha, blue, green, red
    "prohibited": "ff0000c8",
    "restricted": "ff2814dc",
    "prison": "ff8c1e8c",
    "aerodrome": "ff0078f0",
    "runway": "ff0078f0",
    "danger": "ff1e8cff",
    "controlled": "ffc87828",
}
_OTHER = "ff787878"
_WORDS = {Datum.AMSL: "ALT", Datum.AGL: "AGL", Datum.SURFACE: "AGL"}


def write_kml(dataset: ZoneDataset) -> Written:
    """A KML document, UTF-8: one placemark for each layer of each zone (those after the first of a
    zone have "#2" and so on behind their ids)."""
    notes = gap_notes(dataset)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2">',
        "<Document>",
        f"<name>{_clean(title_of(dataset))}</name>",
        f"<description>{_clean(validity_words(dataset))}</description>",
    ]
    if dataset.effective_from is not None:
        lines += _span(dataset.effective_from, dataset.effective_until)
    for kind, colour in (*_STYLES.items(), ("other", _OTHER)):
        lines.append(
            f'<Style id="{kind}"><LineStyle><color>{colour}</color><width>2</width></LineStyle>'
            f"<PolyStyle><color>50{colour[2:]}</color></PolyStyle></Style>"
        )
    for zone in dataset.zones:
        notes += _lost(zone)
        for number, layer in enumerate(zone.layers, start=1):
            lines += _placemark(zone, layer, number)
    lines += ["</Document>", "</kml>", ""]
    return Written("\n".join(lines).encode(), tuple(notes))


def _lost(zone: GeoZone) -> list[str]:
    """What of a zone is read back otherwise; always so that it is stricter."""
    notes = []
    if zone.applicability:
        notes.append(f"{zone.zone_id}: when it is active stands in words: read back it always is")
    if len(zone.layers) > 1:
        notes.append(f"{zone.zone_id}: each of its layers is a zone of its own there")
    for layer in zone.layers:
        for limit in (layer.lower, layer.upper):
            if limit.datum in (Datum.HAE, Datum.UNKNOWN):
                said = limit.as_published or limit.datum.value
                notes.append(f"{zone.zone_id}: its limit {said!r} is not known when read back")
        if any(isinstance(part, Circle) for part in layer.parts) and not _outline(layer):
            notes.append(f"{zone.zone_id}: its circles are drawn as polygons round them")
    return notes


def _span(begins: datetime, ends: datetime | None) -> Iterator[str]:
    yield f"<TimeSpan><begin>{_instant(begins)}</begin>"
    if ends is not None:
        yield f"<end>{_instant(ends)}</end>"
    yield "</TimeSpan>"


def _placemark(zone: GeoZone, layer: Layer, number: int) -> Iterator[str]:
    zone_id = zone.zone_id if number == 1 else f"{zone.zone_id}#{number}"
    yield f"<Placemark><name>{_clean(f'{zone_id} {zone.name}')}</name>"
    yield f"<styleUrl>#{zone.kind if zone.kind in _STYLES else 'other'}</styleUrl>"
    yield f"<description>{_clean(_description(zone, layer))}</description>"
    yield "<ExtendedData>"
    for name, value in (
        ("id", zone_id),
        ("name", zone.name),
        ("designator", zone.designator),
        ("kind", zone.kind),
        ("restriction", zone.restriction.value),
        ("authority", zone.authority),
        ("contact", zone.contact),
        ("law", zone.law),
        ("source", zone.source),
    ):
        if value:
            yield f"<Data name={quoteattr(OURS + name)}><value>{_clean(value)}</value></Data>"
    yield "</ExtendedData><MultiGeometry>"
    for part in layer.parts:
        yield from _drawn(part)
    yield "</MultiGeometry></Placemark>"


def _description(zone: GeoZone, layer: Layer) -> str:
    """The table that NATS writes, with our words."""
    cells = [
        escape(_outline(layer)),
        f"Upper limit: {escape(_limit(layer.upper))}",
        f"Lower limit: {escape(_limit(layer.lower))}",
    ]
    times = [f"Times: {each.as_published}" for each in zone.applicability if each.as_published]
    if zone.applicability and not times:
        times = ["Times: not all the time; see the source"]
    remarks = [*times, *zone.conditions.split("\n"), *zone.message.split("\n")]
    said = "<br/>".join(escape(line) for line in remarks)
    return f"<table><tr><td>{'<br/>'.join(cells)}</td><td>{said}</td></tr></table>"


def _outline(layer: Layer) -> str:
    """In words; "" where a part has holes, which words cannot say, and of very long ones."""
    if any(isinstance(part, Polygon) and part.holes for part in layer.parts):
        return ""
    words = OUTLINES.join(_worded(part) for part in layer.parts)
    return words if len(words) < MAX_CHARS // 2 else ""  # the reader takes long ones for no words


def _worded(part: Circle | Polygon) -> str:
    if isinstance(part, Circle):
        centre = _place(part.lat, part.lon)
        return f"A circle, {part.radius_m:.3f} M radius, centred at {centre}"
    return " - ".join(_place(lat, lon) for lat, lon in (*part.ring, part.ring[0]))


def _place(lat: float, lon: float) -> str:
    return f"{_dms(lat, 2)}{'S' if lat < 0 else 'N'} {_dms(lon, 3)}{'W' if lon < 0 else 'E'}"


def _dms(value: float, digits: int) -> str:
    whole = round(abs(value) * 36_000_000)  # ten-thousandths of a second
    seconds, part = divmod(whole, 10_000)
    minutes, seconds = divmod(seconds, 60)
    degrees, minutes = divmod(minutes, 60)
    return f"{degrees:0{digits}d}{minutes:02d}{seconds:02d}.{part:04d}"


def _limit(limit: Limit) -> str:
    """In words that are read back as the same limit."""
    if limit.datum is Datum.SURFACE and limit.value_m == 0:
        return "SFC"
    if math.isinf(limit.value_m):
        return "UNL" if limit.datum is not Datum.UNKNOWN else limit.as_published
    if limit.datum is Datum.FLIGHT_LEVEL:
        return f"FL{limit.value_m / METRES_PER_FOOT / 100:.0f}"
    if limit.datum in _WORDS:
        feet = limit.value_m / METRES_PER_FOOT
        if abs(feet - round(feet)) < 1e-6:
            return f"{feet:.0f} FT {_WORDS[limit.datum]}"
        return f"{limit.value_m:.3f} M {_WORDS[limit.datum]}"
    return limit.as_published or f"{limit.value_m:.1f} M {limit.datum.value}"


def _drawn(part: Circle | Polygon) -> Iterator[str]:
    yield "<Polygon><altitudeMode>clampToGround</altitudeMode><outerBoundaryIs>"
    if isinstance(part, Circle):
        yield _ring(_round(part))
        yield "</outerBoundaryIs></Polygon>"
        return
    yield _ring(part.ring)
    yield "</outerBoundaryIs>"
    for hole in part.holes:
        yield f"<innerBoundaryIs>{_ring(hole)}</innerBoundaryIs>"
    yield "</Polygon>"


def _round(circle: Circle) -> tuple[tuple[float, float], ...]:
    """A polygon whose edges touch the circle."""
    reach_m = circle.radius_m / math.cos(math.pi / _CORNERS)
    corners = []
    for number in range(_CORNERS):
        lon, lat, _back = GEOD.fwd(circle.lon, circle.lat, 360.0 * number / _CORNERS, reach_m)
        corners.append((lat, lon))
    return tuple(corners)


def _ring(ring: tuple[tuple[float, float], ...]) -> str:
    places = " ".join(f"{lon:.9f},{lat:.9f}" for lat, lon in (*ring, ring[0]))
    return f"<LinearRing><coordinates>{places}</coordinates></LinearRing>"


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _clean(text: str) -> str:
    """Escaped, and without the characters that XML cannot have."""
    return escape("".join(c for c in text if _allowed(c)))


def _allowed(c: str) -> bool:
    return c in "\n\t" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
