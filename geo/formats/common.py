"""What every reader of airspace files shares: a collector of zones and gaps within limits, unique
ids, places that are checked, and boxes round what could not be read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from geo.formats.boundary import Budget, Place, joined
from geo.formats.heights import at_the_ground, crossed
from geo.formats.reading import (
    MAX_FEATURES,
    MAX_FILE_BYTES,
    MAX_REFUSALS,
    MAX_RING_POINTS,
    FileRefused,
    Format,
    Reading,
)
from geo.zones.model import Area, Circle, Gap, GeoZone, Layer, Polygon
from geo.zones.shapes import GEOD, bounds_of, box_round, check_part, in_united_kingdom

__all__ = ["Budget", "Collector", "Place", "Unreadable", "areas_round", "checked", "decoded"]
__all__ += ["distinct_layers", "outline", "plain", "require_size", "require_united_kingdom"]

THE_FILE = ""  # the key of `Reading.notes` for what concerns the file as a whole
MAX_NOTES_EACH = 20
_EXACT_M = 50.0  # geodesic edges leave the box of their corners by less
# Where some of its coordinates could not be read it may reach further: by this, and by as much
# again as lies between those that could.
_UNSURE_M = 10_000.0
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ISLES = ("GBR", "GB", "IMN", "GGY", "JEY", "UK", "")


class Unreadable(ValueError):
    """One feature cannot be read: the sentence says why.

    Attributes:
        places: what of its coordinates could be read, (lat, lon). sure: all of them could.
        swapped: each may also be meant the other way round.
    """

    def __init__(
        self, why: str, places: Iterable[Place] = (), *, sure: bool = False, swapped: bool = False
    ) -> None:
        super().__init__(why)
        self.places = tuple(places)
        self.sure = sure
        self.swapped = swapped


@dataclass
class Collector:
    """What a reader has read so far. Not thread-safe; one per file."""

    format: Format
    title: str = ""
    budget: Budget = field(default_factory=Budget)
    zones: list[GeoZone] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    gaps_left_out: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)
    _features: int = 0

    def count(self) -> None:
        """One more feature. Raises FileRefused when there are too many."""
        self._features += 1
        if self._features > MAX_FEATURES:
            raise FileRefused(f"It has more than {MAX_FEATURES:,} features.")

    def zone(self, zone: GeoZone, notes: Iterable[str] = ()) -> None:
        """Keep a zone; an id that was there before is made unique, and a note says so."""
        said = list(notes)
        zone_id, number = zone.zone_id, self._numbers.get(zone.zone_id, 1)
        while zone_id.upper() in self._taken:
            number += 1
            self._numbers[zone.zone_id] = number  # of many, each is not counted from the first
            zone_id = f"{zone.zone_id}-{number}"
        if zone_id != zone.zone_id:
            said.append(f"the file has the id {zone.zone_id!r} more than once")
            zone = replace(zone, zone_id=zone_id)
        self._taken.add(zone_id.upper())
        self.zones.append(zone)
        for each in said:
            self.note(zone_id, each)

    def note(self, zone_id: str, words: str) -> None:
        """Something a person should know of a zone, or (`THE_FILE`) of the file."""
        kept = self.notes.setdefault(zone_id, [])
        if words not in kept and len(kept) < MAX_NOTES_EACH:
            kept.append(words)

    def refuse(self, feature: str, why: Unreadable) -> None:
        """A feature that is no zone, with the places it may lie at."""
        if len(self.gaps) >= MAX_REFUSALS:
            self.gaps_left_out += 1
            last = self.gaps[-1]  # what is not listed may be anywhere
            self.gaps[-1] = replace(last, areas=())
            return
        areas = areas_round(why.places, feature, sure=why.sure)
        if why.swapped:
            turned = tuple((lon, lat) for lat, lon in why.places)
            areas += areas_round(turned, f"{feature}, turned round", sure=why.sure)
        self.gaps.append(Gap(feature, str(why), areas))

    def skip(self, reason: str) -> None:
        """A feature that is no zone at all."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def require_any(self) -> None:
        """Raises FileRefused for a dataset of nothing: all of the country would be clear by it."""
        if not self.zones and not self.gaps:
            left = ", ".join(f"{count} of {reason}" for reason, count in self.skipped.items())
            raise FileRefused("It has no zones" + (f" ({left})." if left else "."))

    def reading(self, **more: Any) -> Reading:
        """All of it. `more`: the dates, AIRAC and area of `Reading`."""
        return Reading(
            format=self.format,
            title=self.title,
            zones=tuple(self.zones),
            gaps=tuple(self.gaps),
            gaps_left_out=self.gaps_left_out,
            skipped=MappingProxyType(dict(self.skipped)),
            notes=MappingProxyType({key: tuple(kept) for key, kept in self.notes.items()}),
            **more,
        )


def require_size(data: bytes) -> None:
    """Raises FileRefused for a file too large to be read."""
    if len(data) > MAX_FILE_BYTES:
        raise FileRefused(
            f"It has {len(data) / 1e6:.0f} MB; at most {MAX_FILE_BYTES / 1e6:.0f} MB are read."
        )
    if not data.strip():
        raise FileRefused("It is empty.")


def decoded(data: bytes) -> str:
    """The text of a text file: UTF-8, or (names with accents in older files) Windows-1252.

    Raises:
        FileRefused: too large, empty, or no text.
    """
    require_size(data)
    if b"\x00" in data:
        raise FileRefused(
            "It is no text: it has bytes of zero, at the first of them byte "
            f"{data.index(0) + 1}. Save it as UTF-8."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def plain(words: str, most: int) -> str:
    """Words without control characters and what no file can hold, at most so many of them."""
    sound = words[:most].encode("utf-8", "replace").decode("utf-8")  # JSON may hold half characters
    return _CONTROL.sub(" ", sound).strip()


def outline(places: Sequence[Place]) -> tuple[Place, ...]:
    """A ring's corners, not closed, without repeated ones.

    Raises:
        Unreadable: too many of them, or fewer than three that differ.
    """
    if len(places) > MAX_RING_POINTS:
        raise Unreadable(
            f"a ring has {len(places):,} corners; at most {MAX_RING_POINTS:,} are read",
            places,
            sure=True,
        )
    ring = joined(places)
    if len(ring) < 3:
        raise Unreadable("a ring has fewer than three different corners", places)
    return ring


def checked(parts: Iterable[Circle | Polygon]) -> tuple[Circle | Polygon, ...]:
    """The parts, each of a shape that can be checked exactly.

    Raises:
        Unreadable: one is not; its places are those of all of them.
    """
    parts = tuple(parts)
    if not parts:
        raise Unreadable("it has no outline")
    for part in parts:
        try:
            check_part(part)
        except ValueError as error:
            raise Unreadable(_lower(str(error)), _corners(parts), sure=True) from error
    return parts


def require_united_kingdom(parts: Iterable[Circle | Polygon], country: str = "") -> None:
    """Raises Unreadable for outlines that lie outside the United Kingdom as read and inside when
    latitude and longitude change places. `country`: of the zone, as an ISO code; others pass."""
    if country.strip().upper() not in _ISLES:
        return
    places = [place for part in parts for place in _own(part)]
    if places and all(
        not in_united_kingdom(lat, lon) and in_united_kingdom(lon, lat) for lat, lon in places
    ):
        lat, lon = places[0]
        raise Unreadable(
            f"latitude and longitude look swapped: {lat:.5f} north, {lon:.5f} east is far from the "
            "United Kingdom, and the other way round it is inside",
            places,
            sure=True,
            swapped=True,
        )


def distinct_layers(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """The layers, none of which is empty because it ends below where it begins.

    Raises:
        Unreadable: one is, or there is none.
    """
    kept = tuple(layers)
    corners = _corners([part for layer in kept for part in layer.parts])
    if not kept:
        raise Unreadable("it has no layer")
    for layer in kept:
        if at_the_ground(layer.upper):
            words = layer.upper.as_published or f"{layer.upper.value_m:g} m"
            raise Unreadable(f"its upper limit ({words}) leaves nothing above the ground", corners)
        if crossed(layer.lower, layer.upper):
            raise Unreadable(
                f"its upper limit ({layer.upper.as_published or layer.upper.value_m}) is below its "
                f"lower limit ({layer.lower.as_published or layer.lower.value_m})",
                corners,
                sure=True,
            )
    return kept


def areas_round(places: Sequence[Place], name: str, *, sure: bool) -> tuple[Area, ...]:
    """A box round places, larger where not all of a feature's places are `sure`; none without
    places on the Earth."""
    found = [
        (lat, lon)
        for lat, lon in places
        if math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    ]
    if not found:
        return ()
    lats, lons = [lat for lat, _lon in found], [lon for _lat, lon in found]
    margin_m = _EXACT_M if sure else _UNSURE_M + _across_m(lats, lons)
    west, south, east, north = box_round(min(lats), min(lons), max(lats), max(lons), margin_m)
    return (Area(max(south, -90.0), max(west, -180.0), min(north, 90.0), min(east, 180.0), name),)


def _across_m(lats: Sequence[float], lons: Sequence[float]) -> float:
    """Of a box, corner to corner: what is missing of an outline is hardly further from the rest."""
    return float(GEOD.inv(min(lons), min(lats), max(lons), max(lats))[2])


def _own(part: Circle | Polygon) -> tuple[Place, ...]:
    return ((part.lat, part.lon),) if isinstance(part, Circle) else part.ring


def _corners(parts: Iterable[Circle | Polygon]) -> list[Place]:
    """Between which all of them lie."""
    found: list[Place] = []
    for part in parts:
        if isinstance(part, Circle) and 0 < part.radius_m < 1e6 and abs(part.lat) <= 85:
            west, south, east, north = bounds_of(part)
            found += [(south, west), (north, east)]
        else:
            found += _own(part)
    return found


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
