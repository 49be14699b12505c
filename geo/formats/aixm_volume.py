"""The layers of an AIXM airspace: its volumes, each with its outline and limits.

Volumes that are joined become layers. One that is taken out of another becomes a hole where it is
exactly that; otherwise it stays in the zone, which is then larger than published, and a note says
so. Outlines that are those of other airspaces, or a width along a line, are refused.
"""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

import shapely

from geo.formats.aixm_surface import Reader
from geo.formats.boundary import Budget, check_shape, flat
from geo.formats.common import Unreadable
from geo.formats.heights import limit_of, unknown
from geo.formats.xml_safe import child, text
from geo.zones.model import Datum, Layer, Limit, Polygon

_REFERENCES = {"SFC": "SFC", "MSL": "MSL", "W84": "HAE"}
_UNITS = {"FT": "FT", "M": "M"}
_WORDS = ("GND", "UNL")
_JOINED = ("BASE", "UNION", "")
_MOST_VOLUMES = 200


def layers_of(
    timeslice: Element, srs: str, budget: Budget, *, runway: bool = False
) -> tuple[tuple[Layer, ...], tuple[str, ...]]:
    """The layers of a time slice, and notes. `runway`: it is a runway's zone.

    Raises:
        FileRefused: the budget is used up.
        Unreadable: with the reason; nothing of the airspace is kept then.
    """
    layers: list[Layer] = []
    notes: list[str] = []
    components = timeslice.findall("geometryComponent/AirspaceGeometryComponent")
    if len(components) > _MOST_VOLUMES:
        raise Unreadable(f"it has more than {_MOST_VOLUMES} volumes")
    for component in sorted(components, key=_sequence):
        volume = child(component, "theAirspaceVolume", "AirspaceVolume")
        if volume is None:
            raise Unreadable("a volume of it is not in the file")
        operation = text(component, "operation").upper()
        if operation in _JOINED or not layers:
            layer, said = _layer(volume, srs, Reader(budget, runway))
            layers.append(layer)
            notes += said
        elif operation == "SUBTR":
            layer, said = _layer(volume, srs, Reader(budget, runway))
            notes += said
            notes += _taken_out(layers, layer)
        else:
            notes.append(f"it is cut by another volume ({operation[:20]}): here it is not")
    if not layers:
        raise Unreadable("it has no volume")
    return tuple(layers), tuple(dict.fromkeys(notes))


def _sequence(component: Element) -> int:
    said = text(component, "operationSequence")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _layer(volume: Element, srs: str, reader: Reader) -> tuple[Layer, list[str]]:
    projection = child(volume, "horizontalProjection")
    if child(volume, "contributorAirspace") is not None:
        raise Unreadable("its outline is that of another airspace, which is not followed")
    if child(volume, "centreline") is not None:
        raise Unreadable("its outline is a width along a line, which is not read")
    if projection is None or not len(projection):
        raise Unreadable("a volume of it has no outline in the file")
    parts = reader.parts(projection[0], srs)
    lower, upper = _limit(volume, "lower"), _limit(volume, "upper")
    notes = list(reader.notes)
    for called, limit in (("lower", lower), ("upper", upper)):
        if limit.datum is Datum.UNKNOWN:
            what = repr(limit.as_published[:60]) if limit.as_published else "not said"
            notes.append(f"its {called} limit is not known here ({what})")
    return Layer(parts, lower, upper), notes


def _limit(volume: Element, which: str) -> Limit:
    """One limit, in words of our own order: value, unit, reference."""
    upper = which == "upper"
    element = child(volume, f"{which}Limit")
    value = text(element)
    uom = "" if element is None else (element.get("uom") or "").upper()
    reference = text(volume, f"{which}LimitReference").upper()
    other = text(volume, "maximumLimit" if upper else "minimumLimit")
    words = " ".join(filter(None, (value, uom, reference)))
    if uom == "FL":
        words = " ".join(filter(None, (f"FL{value}", reference)))
    if other:  # "whichever is higher": it may move
        return unknown(f"{words} or {other}", upper=upper)
    if value in _WORDS:
        return limit_of("SFC" if value == "GND" else value, upper=upper)
    if uom == "FL":
        number = value.split(".")[0] if value.endswith((".0", ".00")) else value
        if reference not in ("STD", "MSL", ""):
            return unknown(words, upper=upper)
        return replace(limit_of(f"FL{number}", upper=upper), as_published=words)
    return _height(value, uom, reference, words, upper)


def _height(value: str, uom: str, reference: str, words: str, upper: bool) -> Limit:
    if uom not in _UNITS:
        return unknown(words, upper=upper)
    if reference == "STD":
        found = limit_of(f"{value} {_UNITS[uom]} MSL", upper=upper)
        if found.datum is Datum.UNKNOWN:
            return unknown(words, upper=upper)
        return Limit(found.value_m, Datum.FLIGHT_LEVEL, words)
    if reference not in _REFERENCES:
        return unknown(words, upper=upper)
    found = limit_of(f"{value} {_UNITS[uom]} {_REFERENCES[reference]}", upper=upper)
    return Limit(found.value_m, found.datum, words)


def _taken_out(layers: list[Layer], taken: Layer) -> list[str]:
    """Cuts a volume out of the layer that it lies in whole, where both have the same heights."""
    for number, layer in enumerate(layers):
        if _heights(layer) != _heights(taken) or len(layer.parts) != 1 or len(taken.parts) != 1:
            continue
        outer, inner = layer.parts[0], taken.parts[0]
        if not isinstance(outer, Polygon) or not isinstance(inner, Polygon) or inner.holes:
            continue
        cut = Polygon(outer.ring, (*outer.holes, inner.ring))
        origin = outer.ring[0]
        if not shapely.contains_properly(flat(outer, origin), flat(inner, origin)):
            continue
        try:
            check_shape(cut)
        except ValueError:
            continue
        layers[number] = Layer((cut,), layer.lower, layer.upper)
        return []
    return ["a volume is taken out of it in the source: here it is not, so that it is larger"]


def _heights(layer: Layer) -> tuple[float, Datum, float, Datum]:
    lower, upper = layer.lower, layer.upper
    return lower.value_m, lower.datum, upper.value_m, upper.datum
