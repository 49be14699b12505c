"""What a reader of airspace files gives: the zones it read, and what it refused and why.

A reader takes bytes, never a path, and never raises for bad content: it says what it could not
read. Whether a partly bad file is used is for a person to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from geo.zones.model import Area, Gap, GeoZone

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024  # of everything in an archive together
MAX_FEATURES = 50_000
MAX_RING_POINTS = 20_000
MAX_REFUSALS = 2_000  # told one by one; those beyond are counted


class Format(StrEnum):
    """A file format of airspace zones."""

    ED269 = "ed269"
    ED318 = "ed318"
    AIXM = "aixm"
    KML = "kml"  # and KMZ, and a ZIP with one of either
    GEOJSON = "geojson"
    OPENAIR = "openair"
    NOTAM = "notam"


class FileRefused(ValueError):
    """Nothing of a file can be read: the sentence says why and where."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one file.

    Attributes:
        format: what it was read as. title: as the file calls itself; "" if it does not.
        zones: as the file has them; ids are unique. notes: what a person should know of one that
            was read (an id made unique, an arc whose ends do not meet), by zone id; by "" of the
            file itself (two dates that differ).
        gaps: every feature that was refused, with its place in the file ("line 12",
            "feature 7 'EGR157'", "placemark 'EG RU077'") and the reason. gaps_left_out: how many
            more there were.
        skipped: features that are no zones at all (a placemark of a point), counted by reason.
        effective_from, effective_until: as the file or its name says; None if it does not.
        airac: the AIRAC effective date as the file or its name says, "2026-05-14"; "" if not.
        covers: None: the file does not say, or the whole of the United Kingdom.
    """

    format: Format
    title: str
    zones: tuple[GeoZone, ...]
    gaps: tuple[Gap, ...] = ()
    gaps_left_out: int = 0
    skipped: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    airac: str = ""
    covers: Area | None = None
