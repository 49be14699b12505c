"""From what a reader of files gives to a dataset that can be checked exactly."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from datetime import datetime

from geo.formats.reading import Format, Reading
from geo.formats.writing import TRAINING
from geo.zones import (
    Area,
    Datum,
    Gap,
    GeoZone,
    Layer,
    Limit,
    Polygon,
    Restriction,
    ZoneDataset,
    ZoneIndex,
)
from geo.zones.outlines import rings_of
from geo.zones.shapes import bounds_of
from ground_station.core.agent_durable import one_line
from ground_station.core.airspace import DatasetKind, DatasetRecord, DatasetState
from ground_station.core.authority import Principal
from ground_station.core.errors import NotAllowed
from ground_station.core.ids import new_id

MAX_TITLE = 500


def dataset_of(reading: Reading, title: str) -> ZoneDataset:
    """A reading as a dataset. Refusals that were too many to be told are one gap anywhere.

    A file that we wrote out of training zones says so in its title: it stays training data, which
    no station that serves operations may use.
    """
    gaps = reading.gaps
    if reading.gaps_left_out:
        gaps = (*gaps, Gap(f"{reading.gaps_left_out} more features", "they were refused too"))
    return ZoneDataset(
        title,
        TRAINING.lower() in reading.title.lower(),
        reading.effective_from,
        reading.effective_until,
        reading.zones,
        reading.covers,
        gaps,
    )


def first_refusals(reading: Reading) -> str:
    """The first few in a sentence, for a file of which nothing is left."""
    told = "; ".join(f"{gap.feature}: {gap.reason}" for gap in reading.gaps[:3])
    more = len(reading.gaps) + reading.gaps_left_out - 3
    if not told:
        return "It holds no feature that is one."
    return f"Refused were {told}{f' and {more} more' if more > 0 else ''}."


def checked(reading: Reading) -> Reading:
    """With each zone that cannot be checked exactly among what was refused."""
    kept: list[GeoZone] = []
    gaps = list(reading.gaps)
    seen: set[str] = set()
    for zone in reading.zones:
        why_not = why_unusable(zone)
        if zone.zone_id in seen:
            why_not = "another zone of the file has the same id"
        if why_not:
            gaps.append(Gap(f"zone {zone.zone_id} {zone.name}", why_not, _areas(zone)))
        else:
            seen.add(zone.zone_id)
            kept.append(zone)
    return replace(reading, zones=tuple(kept), gaps=tuple(gaps))


def _areas(zone: GeoZone) -> tuple[Area, ...]:
    """Where a zone lies that cannot be checked exactly; none where that is not known either."""
    try:
        boxes = [bounds_of(part) for part in zone.parts]
    except ValueError:
        return ()
    if not boxes or not all(math.isfinite(value) for box in boxes for value in box):
        return ()
    return tuple(Area(south, west, north, east, zone.zone_id) for west, south, east, north in boxes)


def why_unusable(zone: GeoZone) -> str:
    """Why a zone cannot be checked exactly, or ""."""
    try:
        ZoneIndex(ZoneDataset("", False, None, None, (zone,)))
    except ValueError as error:
        return str(error)
    return ""


def why_no_outline(ring: tuple[tuple[float, float], ...]) -> str:
    """Why corners (lat, lon) are no outline that can be checked exactly, or ""."""
    nothing = Limit(0.0, Datum.SURFACE)
    zone = GeoZone(
        "volume",
        "volume",
        "other",
        Restriction.INFORMATION,
        (Layer((Polygon(ring),), nothing, Limit(math.inf, Datum.AMSL)),),
        authority="",
        contact="",
        law="",
        source="",
    )
    return why_unusable(zone)


def check_inside_area(who: Principal, zone: GeoZone) -> None:
    """NotAllowed unless all of a zone's corners are in the person's area."""
    area = who.scope.area
    assert area is not None
    rings = rings_of(zone.parts)
    if not all(area.holds(lat, lon) for polygon in rings for lon, lat in polygon[0]):
        raise NotAllowed("This zone reaches out of your area.", "Ask somebody whose area it is.")


def record_of(
    reading: Reading, body: bytes, name: str, imported_at: datetime, imported_by: str
) -> DatasetRecord:
    """Of a file that is offered. `name`: of the file, one line."""
    kind = DatasetKind.NOTAM if reading.format is Format.NOTAM else DatasetKind.ZONES
    return DatasetRecord(
        dataset_id=new_id(),
        kind=kind,
        state=DatasetState.OFFERED,
        title=one_line(reading.title).strip()[:MAX_TITLE] or name,
        file_name=name,
        format=reading.format.value,
        sha256=hashlib.sha256(body).hexdigest(),
        size_bytes=len(body),
        airac=reading.airac[:32],
        effective_from=reading.effective_from,
        effective_until=reading.effective_until,
        zones=len(reading.zones),
        refused=len(reading.gaps) + reading.gaps_left_out,
        imported_at=imported_at,
        imported_by=imported_by,
    )
