"""Terrain following: heights above the ground become heights that an autopilot holds, with so many
points between that the way stays near the height asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geo.local_frame import LocalFrame
from geo.missions.model import HeightDatum, Mission, MissionItem
from geo.missions.refused import MAX_ITEMS, PlanRefused, require
from geo.missions.route import require_places
from geo.terrain import Terrain

_MOST_SAMPLES = 50_000  # of one mission: 500 km, each 10 m
_RING_PARTS = 36


@dataclass(frozen=True, slots=True)
class Followed:
    """A mission without heights above terrain.

    Attributes:
        added: points that were put between. worst_off_m: how far the way is from the height asked
            for, at most, where the ground was looked at. notes: what a person should know.
    """

    mission: Mission
    added: int
    worst_off_m: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sample:
    """On a leg, `along` 0 to 1: the place, and the height above the sea that is asked for."""

    along: float
    lat: float
    lon: float
    amsl_m: float


def follow_terrain(
    mission: Mission,
    terrain: Terrain,
    *,
    to: HeightDatum = HeightDatum.AMSL,
    tolerance_m: float = 3.0,
    step_m: float = 10.0,
    most_items: int = MAX_ITEMS,
) -> Followed:
    """Every TERRAIN item with its height above the sea, or above home for `to` HOME.

    Along a leg between two TERRAIN items the ground is looked at each `step_m`, and points are put
    where the straight way would be more than `tolerance_m` from the height asked for, above or
    below. What the ground does between two looks is not seen. Between a TERRAIN item and one with
    another datum the way is straight. If home is known and the first item is TERRAIN, the way out
    is followed too, at that item's height. The way home at the end is the autopilot's own.

    Raises:
        PlanRefused: the ground is not known somewhere (which place, between which items), too many
            points, `to` HOME without home, or an orbit round which the ground is uneven.
    """
    require("tolerance_m", tolerance_m, 0.5, 100, "m")
    require("step_m", step_m, 1, 200, "m")
    require_places(mission)
    if to is HeightDatum.TERRAIN:
        raise PlanRefused("to", "it is the terrain again.", "Give AMSL or HOME.")
    if to is HeightDatum.HOME and mission.home is None:
        raise PlanRefused("home", "it is not known.", "Place home, or take heights above the sea.")
    return _Following(mission, terrain, to, tolerance_m, step_m, most_items).done()


@dataclass
class _Following:
    mission: Mission
    terrain: Terrain
    to: HeightDatum
    tolerance_m: float
    step_m: float
    most_items: int
    samples: int = 0
    worst_off_m: float = 0.0

    def done(self) -> Followed:
        made: list[MissionItem] = []
        before = self._outset()
        for number, item in enumerate(self.mission.items, 1):
            if item.datum is not HeightDatum.TERRAIN:
                made.append(item)
                before = None
                continue
            if before is not None:
                made += self._between(before, item, number, first=number == 1)
            made.append(self._at(item, number))
            self._require_room(len(made))
            before = item
        added = len(made) - len(self.mission.items)
        mission = replace(self.mission, items=tuple(made))
        return Followed(mission, added, self.worst_off_m, self._notes())

    def _outset(self) -> MissionItem | None:
        """Home, at the first item's height, if the way out can be followed."""
        home, first = self.mission.home, self.mission.items[:1]
        if home is None or not first or first[0].datum is not HeightDatum.TERRAIN:
            return None
        return MissionItem(home[0], home[1], first[0].height_m, HeightDatum.TERRAIN)

    def _at(self, item: MissionItem, number: int) -> MissionItem:
        ground = self._ground(item.lat, item.lon, f"at item {number}")
        if item.orbit_radius_m is not None:
            self._require_even(item, number, ground)
        return replace(item, height_m=self._said(ground + item.height_m), datum=self.to)

    def _between(
        self, start: MissionItem, end: MissionItem, number: int, *, first: bool
    ) -> list[MissionItem]:
        """The points that are put between, and home's own where there are some on the way out."""
        came = "home" if first else f"item {number - 1}"
        samples = self._samples(start, end, f"between {came} and item {number}")
        kept = self._bends(samples)
        points = [
            MissionItem(each.lat, each.lon, self._said(each.amsl_m), self.to)
            for each in (samples[n] for n in kept)
        ]
        if first and points:
            at = samples[0]
            points.insert(0, MissionItem(at.lat, at.lon, self._said(at.amsl_m), self.to))
        return points

    def _samples(self, start: MissionItem, end: MissionItem, where: str) -> list[_Sample]:
        frame = LocalFrame(start.lat, start.lon)
        east, north = frame.from_wgs84(end.lat, end.lon)
        parts = max(1, math.ceil(math.hypot(east, north) / self.step_m))
        self.samples += parts + 1
        if self.samples > _MOST_SAMPLES:
            raise PlanRefused(
                "items",
                f"the way is too long to look at the ground each {self.step_m:g} m.",
                "Give a larger step_m, or a shorter mission.",
            )
        found = []
        for part in range(parts + 1):
            along = part / parts
            lat, lon = frame.to_wgs84(east * along, north * along)
            asked_m = start.height_m + along * (end.height_m - start.height_m)
            found.append(_Sample(along, lat, lon, self._ground(lat, lon, where) + asked_m))
        return found

    def _bends(self, samples: Sequence[_Sample]) -> list[int]:
        """Which samples become points: the worst one, until no other is off by more than the
        tolerance (Ramer, Douglas and Peucker, on heights)."""
        kept: list[int] = []
        todo = [(0, len(samples) - 1)]
        while todo:
            first, last = todo.pop()
            off, worst = max(
                ((_off_m(samples, first, n, last), n) for n in range(first + 1, last)),
                default=(0.0, first),
            )
            if off <= self.tolerance_m:
                self.worst_off_m = max(self.worst_off_m, off)
                continue
            kept.append(worst)
            self._require_room(len(kept))
            todo += [(first, worst), (worst, last)]
        return sorted(kept)

    def _require_even(self, item: MissionItem, number: int, ground_m: float) -> None:
        """An orbit is flown at one height: the ground round it may differ by the tolerance only."""
        frame = LocalFrame(item.lat, item.lon)
        for part in range(_RING_PARTS):
            angle = 2 * math.pi * part / _RING_PARTS
            radius_m = item.orbit_radius_m or 0.0
            lat, lon = frame.to_wgs84(radius_m * math.sin(angle), radius_m * math.cos(angle))
            off = abs(self._ground(lat, lon, f"on the orbit of item {number}") - ground_m)
            if off > self.tolerance_m:
                raise PlanRefused(
                    "items",
                    f"item {number} is an orbit at one height, and the ground differs by "
                    f"{off:.0f} m along it.",
                    "Plan it as an orbit of points, or give a height above home or the sea.",
                )
            self.worst_off_m = max(self.worst_off_m, off)

    def _ground(self, lat: float, lon: float, where: str) -> float:
        ground = self.terrain.ground_amsl_m(lat, lon)
        if ground is None or not math.isfinite(ground):
            raise PlanRefused(
                "items",
                f"{where}, at {lat:.6f}, {lon:.6f}, the height of the ground is not known "
                f"({self.terrain.name}).",
                "Move the way, load terrain for there, or give heights above home or the sea.",
            )
        return ground

    def _said(self, amsl_m: float) -> float:
        if self.to is HeightDatum.AMSL:
            return amsl_m
        assert self.mission.home is not None
        return amsl_m - self.mission.home[2]

    def _require_room(self, count: int) -> None:
        if count > self.most_items:
            raise PlanRefused(
                "items",
                f"following the ground makes more than {self.most_items} items.",
                "Allow a larger tolerance_m, or fly less of it at once.",
            )

    def _notes(self) -> tuple[str, ...]:
        notes = []
        if self.terrain.training:
            notes.append(f"The ground is that of {self.terrain.name}.")
        for number, item in enumerate(self.mission.items[1:], 2):
            before = self.mission.items[number - 2]
            if (before.datum is HeightDatum.TERRAIN) != (item.datum is HeightDatum.TERRAIN):
                notes.append(
                    f"From item {number - 1} to item {number} the way is straight: only one of the "
                    "two is above the ground."
                )
        return tuple(notes)


def _off_m(samples: Sequence[_Sample], first: int, at: int, last: int) -> float:
    """How far the straight way from one sample to another is from the height asked for at a third
    between them."""
    one, other, here = samples[first], samples[last], samples[at]
    part = (here.along - one.along) / (other.along - one.along)
    return abs(one.amsl_m + part * (other.amsl_m - one.amsl_m) - here.amsl_m)
