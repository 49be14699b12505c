"""What a writer of airspace files gives: the bytes, and what the format had no room for."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from geo.formats.heights import NO_TOP
from geo.formats.times import cycle, is_airac, zulu
from geo.zones.model import Datum, GeoZone, Limit, Restriction, ZoneDataset

TRAINING = "TRAINING, NOT FOR OPERATIONAL USE"
SHORT_ID = 7  # characters of an identifier, in ED-269 and ED-318


@dataclass(frozen=True, slots=True)
class Written:
    """A file.

    Attributes:
        notes: what is in the zones and not, or otherwise, in the file: a sentence each.
    """

    data: bytes
    notes: tuple[str, ...] = ()


def title_of(dataset: ZoneDataset) -> str:
    """Its name; of training data with the words that nobody may miss."""
    named = dataset.name.strip()
    if dataset.training and TRAINING.lower() not in named.lower():
        return f"{TRAINING}: {named}"
    return named


def validity_words(dataset: ZoneDataset) -> str:
    """From when until when, for people to read."""
    begins, ends = dataset.effective_from, dataset.effective_until
    if begins is None and ends is None:
        return "It is not known from when until when this is valid."
    if begins is not None and ends is not None and is_airac(begins.date()):
        airac = begins.date().isoformat()
        if (begins, ends) == cycle(airac):
            return f"AIRAC {airac}: valid for its 28 days, until {zulu(ends)}."
    from_words = f"from {zulu(begins)} " if begins else ""
    return f"Valid {from_words}{f'until {zulu(ends)}' if ends else ''}".strip() + "."


def as_json(found: dict[str, Any]) -> bytes:
    """Compact enough, and readable; never with a number that JSON does not have."""
    return json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"


def gap_notes(dataset: ZoneDataset) -> list[str]:
    """No format can say that a part of a source was not read: its reader would call that clear."""
    return [
        f"not in the file, because it could not be read: {gap.feature} ({gap.reason})"
        for gap in dataset.gaps
    ]


def short_ids(zones: tuple[GeoZone, ...]) -> list[str]:
    """An identifier of at most seven characters for each, unique in the file."""
    taken = {zone.zone_id for zone in zones if len(zone.zone_id) <= SHORT_ID}
    found = []
    for number, zone in enumerate(zones, 1):
        short = zone.zone_id
        if len(short) > SHORT_ID:
            short = zone.zone_id[-SHORT_ID:].strip()
            while not short or short in taken:
                short = f"Z{number:06d}"[:SHORT_ID] if short != f"Z{number:06d}" else f"Y{number}"
            taken.add(short)
        found.append(short)
    return found


def number_of(limit: Limit, *, upper: bool, whole: bool) -> tuple[float, str, str]:
    """(metres, reference, what is lost) of a limit in a format that knows metres above AGL, AMSL
    and (not of `whole` numbers) the ellipsoid.

    A limit above anything else is written at the outside, so that the zone only grows.
    """
    names = {Datum.AGL: "AGL", Datum.SURFACE: "AGL", Datum.AMSL: "AMSL"}
    if not whole:
        names[Datum.HAE] = "WGS84"
    if limit.datum not in names:
        lost = f"its {'upper' if upper else 'lower'} limit {limit.as_published or limit.datum!r}"
        return (NO_TOP, "AMSL", lost) if upper else (0, "AGL", lost)
    if math.isinf(limit.value_m):
        return (NO_TOP, "AMSL", "")
    if not whole:
        return limit.value_m, names[limit.datum], ""
    rounded = math.ceil(limit.value_m - 1e-6) if upper else math.floor(limit.value_m + 1e-6)
    lost = "" if rounded == limit.value_m else f"{limit.value_m:g} m, written as {rounded} m"
    return rounded, names[limit.datum], lost


def purpose_of(zone: GeoZone) -> str:
    """Of its authority."""
    return "INFORMATION" if zone.restriction is Restriction.INFORMATION else "AUTHORIZATION"


REASONS = {
    "aerodrome": "AIR_TRAFFIC",
    "runway": "AIR_TRAFFIC",
    "controlled": "AIR_TRAFFIC",
    "prison": "SENSITIVE",
    "restricted": "SENSITIVE",
    "prohibited": "SENSITIVE",
    "incident": "EMERGENCY",
}


def extended_of(zone: GeoZone, ours: str) -> dict[str, Any]:
    """`extendedProperties` of a zone: everything that the formats have no or too little room for.
    `ours`: the member of it that only this software reads."""
    found = {
        "designator": zone.designator or zone.zone_id,
        "kind": zone.kind,
        "legalBasis": zone.law,
        "source": zone.source,
        ours: {
            "zoneId": zone.zone_id,
            "name": zone.name,
            "kind": zone.kind,
            "authority": zone.authority,
            "contact": zone.contact,
            "conditions": zone.conditions,
            "message": zone.message,
            "limits": [
                {"lower": layer.lower.as_published, "upper": layer.upper.as_published}
                for layer in zone.layers
            ],
        },
    }
    return found
