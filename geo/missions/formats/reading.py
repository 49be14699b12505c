"""What every reader of mission files shares: limits, and the checks of what was read.

A reader takes bytes, never a path. It gives a whole mission with notes of everything that it left
out, or raises `FileRefused` with where, why and what to do: half a mission is no mission.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import shapely

from geo.formats.common import plain
from geo.formats.reading import FileRefused
from geo.missions.model import AtEnd, Fence, HeightDatum, Mission, MissionItem, Rally
from geo.missions.motion import leg_between
from geo.missions.refused import MAX_ITEMS
from geo.zones.shapes import in_united_kingdom

MAX_FILE_BYTES = 8 * 1024 * 1024  # a survey of 700 items as QGroundControl writes it has 0.4 MB
MAX_JUMP_M = 20_000.0
MAX_FENCES = 16
MAX_FENCE_CORNERS = 200
MAX_RALLY = 20
MAX_NOTES = 100
_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?", re.ASCII)


class ReadMission(NamedTuple):
    """A mission, and what of the file is not, or otherwise, in it: a sentence each."""

    mission: Mission
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DefaultHeight:
    """What a person says for places that the file gives no height."""

    height_m: float
    datum: HeightDatum = HeightDatum.HOME


@dataclass
class Draft:
    """A mission that is being read. Not thread-safe; one per file."""

    items: list[MissionItem] = field(default_factory=list)
    named: list[str] = field(default_factory=list)  # each item's place in the file
    at_end: AtEnd = AtEnd.RETURN
    name: str = ""
    home: tuple[float, float, float] | None = None
    cruise_mps: float | None = None
    rally: list[Rally] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _notes_left_out: int = 0

    def note(self, words: str) -> None:
        if words in self._notes:
            return
        if len(self._notes) >= MAX_NOTES:
            self._notes_left_out += 1
        else:
            self._notes.append(words)

    def add(self, where: str, lat: float, lon: float, **fields: Any) -> None:
        """One item. Raises FileRefused where it cannot be one, or there are too many."""
        if len(self.items) >= MAX_ITEMS:
            raise FileRefused(
                f"{where}: there are more than {MAX_ITEMS} waypoints, which no vehicle takes. "
                "Split the mission."
            )
        require_place(where, lat, lon)
        try:
            item = MissionItem(lat, lon, **fields)
        except ValueError as error:
            raise FileRefused(f"{where}: {error}") from error
        self.items.append(item)
        self.named.append(where)

    def set_home(self, where: str, lat: float, lon: float, amsl_m: float) -> None:
        require_place(where, lat, lon)
        require_within(f"{where}'s height above the sea", amsl_m, -500, 10_000)
        self.home = (lat, lon, amsl_m)

    def set_cruise(self, where: str, speed_mps: float) -> None:
        require_within(where, speed_mps, 0.1, 40)
        self.cruise_mps = speed_mps

    def add_rally(self, where: str, lat: float, lon: float, height_home_m: float) -> None:
        if len(self.rally) >= MAX_RALLY:
            raise FileRefused(f"{where}: there are more than {MAX_RALLY} rally points.")
        require_place(where, lat, lon)
        require_within(f"{where}'s height above home", height_home_m, 0, 500)
        self.rally.append(Rally(lat, lon, height_home_m))

    def add_fence(self, where: str, ring: Sequence[tuple[float, float]], *, keep_in: bool) -> None:
        if len(self.fences) >= MAX_FENCES:
            raise FileRefused(f"{where}: there are more than {MAX_FENCES} fences.")
        if len(ring) > 3 and ring[0] == ring[-1]:
            ring = ring[:-1]
        if not 3 <= len(ring) <= MAX_FENCE_CORNERS:
            raise FileRefused(
                f"{where} has {len(ring)} corners; a fence has 3 to {MAX_FENCE_CORNERS}."
            )
        for number, (lat, lon) in enumerate(ring, 1):
            require_place(f"{where}, corner {number}", lat, lon)
        if not shapely.Polygon([(lon, lat) for lat, lon in ring]).is_valid:
            raise FileRefused(f"{where} crosses or touches itself. Draw it anew.")
        self.fences.append(Fence(tuple(ring), keep_in))

    def finished(self) -> ReadMission:
        """All of it, checked as a whole. Raises FileRefused."""
        if not self.items:
            raise FileRefused("It has no waypoint: there is nothing to fly.")
        places = [(item.lat, item.lon) for item in self.items]
        if not any(in_united_kingdom(*each) for each in places) and all(
            in_united_kingdom(lon, lat) for lat, lon in places if abs(lon) <= 90
        ):
            raise FileRefused(
                f"{self.named[0]}: latitude {places[0][0]:.5f} and longitude {places[0][1]:.5f} "
                "look swapped: the other way round it lies in the United Kingdom."
            )
        self._require_near(places)
        mission = Mission(
            items=tuple(self.items),
            at_end=self.at_end,
            name=plain(self.name, 200),
            home=self.home,
            cruise_mps=self.cruise_mps,
            rally=tuple(self.rally),
            fences=tuple(self.fences),
        )
        more = self._notes_left_out
        left_out = (f"There are {more} more notes like these.",) if more else ()
        return ReadMission(mission, (*self._notes, *left_out))

    def _require_near(self, places: Sequence[tuple[float, float]]) -> None:
        named = self.named
        if self.home is not None:
            places, named = [self.home[:2], *places], ["home", *named]
        for n in range(1, len(places)):
            far_m = leg_between(places[n - 1], places[n])[0]
            if far_m > MAX_JUMP_M:
                raise FileRefused(
                    f"From {named[n - 1]} to {named[n]} it is {far_m / 1000:.1f} km; at most "
                    f"{MAX_JUMP_M / 1000:g} km are taken. Check the places of both"
                    f"{_swap_hint(places[n - 1], places[n])}."
                )


def _swap_hint(one: tuple[float, float], other: tuple[float, float]) -> str:
    for first, turned in ((one, other), (other, one)):
        if abs(turned[1]) <= 85 and leg_between(first, turned[::-1])[0] < MAX_JUMP_M:
            return "; latitude and longitude of one look swapped"
    return ""


def require_size(data: bytes) -> None:
    """Raises FileRefused for an empty file and one too large to be a mission."""
    if len(data) > MAX_FILE_BYTES:
        raise FileRefused(
            f"It has {len(data) / 1e6:.1f} MB; a mission has at most {MAX_FILE_BYTES / 1e6:.0f}."
        )
    if not data.strip():
        raise FileRefused("It is empty.")


def require_within(what: str, value: float, least: float, most: float) -> None:
    if not (math.isfinite(value) and least <= value <= most):
        raise FileRefused(f"{what} is {value!r}; it must be within {least:g} and {most:g}.")


def require_place(where: str, lat: float, lon: float) -> None:
    """Raises FileRefused for what is no place (nor one nearer than 5 degrees to a pole), and for
    0, 0."""
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 85 and abs(lon) <= 180):
        swapped = " They look swapped." if 85 < abs(lat) <= 180 and abs(lon) <= 85 else ""
        raise FileRefused(f"{where} is no place: latitude {lat!r}, longitude {lon!r}.{swapped}")
    if lat == 0 and lon == 0:
        raise FileRefused(
            f"{where} is at 0, 0, which programs write for an unknown place. Give it one."
        )


def number_of(where: str, text: str, *, comma: bool = False) -> float:
    """A finite decimal number. `comma`: one may stand for the point. Raises FileRefused."""
    text = text.strip()
    if comma and text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        raise FileRefused(f"{where} is {text[:40]!r}, which is no number.")
    value = float(text)
    if not math.isfinite(value):
        raise FileRefused(f"{where} is {text[:40]!r}, which is too large a number.")
    return value


def unlisted(found: Iterable[str], known: Mapping[str, Any] | Iterable[str]) -> list[str]:
    """Those that are not known, each once and short."""
    return sorted({each[:40] for each in found} - set(known))
