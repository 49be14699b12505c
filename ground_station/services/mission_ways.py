"""The whole way that a planned mission would take, for the verdict: up at home, every leg with its
circles, and what happens at the end. What is not known of it is kept as not known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from geo.airspace.plan import PathPoint
from geo.airspace.verdict import Judgement, Reason, ReasonCode, Verdict
from geo.local_frame import LocalFrame
from geo.missions import AtEnd, HeightDatum, Mission, MissionItem
from geo.missions.motion import amsl_m
from geo.missions.refused import PlanRefused
from geo.missions.terrain import follow_terrain
from geo.terrain import Terrain
from ground_station.core.errors import InvalidInput
from ground_station.services.flight_ways import circle
from ground_station.services.verdicts import MAX_POINTS

Stop = tuple[float, float, float | None]  # (lat, lon, metres above the sea)
_RANK = {one: rank for rank, one in enumerate(Verdict)}  # from best to worst


@dataclass(frozen=True, slots=True)
class Way:
    """A way in legs.

    Attributes:
        path: heights are above the sea; None: not known.
        parts: of each leg (of one point alone: of it), the part of the mission it belongs to: 0 is
            the climb and the way to item 1, n - 1 the way to item n with its circles, n the end.
        unknown: what cannot be said of it, with the parts that it concerns.
    """

    path: tuple[PathPoint, ...]
    parts: tuple[int, ...]
    unknown: tuple[Reason, ...]


def way_of(mission: Mission, terrain: Terrain | None, return_height_m: float) -> Way:
    """Heights above terrain are followed as they would be flown.

    Args:
        return_height_m: above home, at which it flies home where it is lower.

    Raises:
        InvalidInput: it is longer than can be judged.
    """
    walking = _Walking(mission, terrain, return_height_m)
    walking.done()
    if len(walking.stops) > MAX_POINTS:
        raise InvalidInput(
            f"This way has {len(walking.stops)} points; at most {MAX_POINTS} can be judged.",
            "Plan fewer circles or waypoints, or a smoother way above the ground.",
        )
    path = tuple(PathPoint(lat, lon, alt) for lat, lon, alt in walking.stops)
    parts = tuple(walking.parts[1:]) or (0,)
    return Way(path, parts, tuple(walking.unknown))


@dataclass
class _Walking:
    """One way in the making."""

    mission: Mission
    terrain: Terrain | None
    return_height_m: float
    stops: list[Stop] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    unknown: list[Reason] = field(default_factory=list)

    def done(self) -> None:
        home = self.mission.home
        items = self._followed()
        if home is None:
            self._say_no_home()
        else:
            first = self._amsl(items[0][1])
            self._go(0, (*home[:2], home[2]))
            self._go(0, (*home[:2], None if first is None else max(first, home[2])))
        for number, (part, item) in enumerate(items):
            self._to(part, item, items[number + 1][1] if number + 1 < len(items) else None)
        self._end()
        self._say_heights()

    def _followed(self) -> list[tuple[int, MissionItem]]:
        """The items with the part that each belongs to, the ground followed where it can be."""
        planned = self.mission.items
        if not any(item.datum is HeightDatum.TERRAIN for item in planned):
            return list(enumerate(planned))
        why = "The height of the ground is not known here."
        if self.terrain is not None:
            try:
                items = follow_terrain(self.mission, self.terrain, most_items=MAX_POINTS).mission
                return _matched(planned, items.items)
            except PlanRefused as error:
                why = f"{error.message[:1].upper()}{error.message[1:]} {error.remedy}".strip()
        legs = tuple(part for part, item in enumerate(planned) if item.datum is HeightDatum.TERRAIN)
        self.unknown.append(
            Reason(
                ReasonCode.TERRAIN_UNKNOWN,
                f"Heights above the ground cannot be followed. {why}",
                legs=legs,
            )
        )
        return list(enumerate(planned))

    def _amsl(self, item: MissionItem) -> float | None:
        if item.datum is HeightDatum.TERRAIN:  # only where it could not be followed
            return None
        home = self.mission.home
        return amsl_m(item, None if home is None else home[2], None)

    def _to(self, part: int, item: MissionItem, following: MissionItem | None) -> None:
        alt = self._amsl(item)
        if item.orbit_radius_m is None:
            self._go(part, (item.lat, item.lon, alt))
            return
        ring = circle(item.lat, item.lon, item.orbit_radius_m)
        before = self.stops[-1][:2] if self.stops else ring[0]
        round_it = _from_nearest(ring, before)
        if following is not None:  # it leaves towards the next one, from where it is then
            round_it += _from_nearest(ring, (following.lat, following.lon))[:1]
        for lat, lon in round_it:
            self._go(part, (lat, lon, alt))

    def _end(self) -> None:
        """The way home, or down to the ground of the terrain (as low as home where that is not
        known)."""
        lat, lon, alt = self.stops[-1]
        part, home = len(self.mission.items), self.mission.home
        if self.mission.at_end is AtEnd.RETURN and home is not None:
            back = None if alt is None else max(alt, home[2] + self.return_height_m)
            self._go(part, (lat, lon, back))
            self._go(part, (*home[:2], back))
            self._go(part, (*home[:2], home[2]))
        elif self.mission.at_end is AtEnd.LAND:
            ground = None if self.terrain is None else self.terrain.ground_amsl_m(lat, lon)
            if ground is None and home is not None:
                ground = home[2]
            down = None if ground is None or alt is None else min(alt, ground)
            self._go(part, (lat, lon, down))

    def _go(self, part: int, stop: Stop) -> None:
        self.stops.append(stop)
        self.parts.append(part)

    def _say_no_home(self) -> None:
        last = len(self.mission.items)
        self.unknown.append(
            Reason(
                ReasonCode.DATUM_UNKNOWN,
                "Home is not known, and so neither is the climb there nor the way home: place it, "
                "or choose a vehicle that knows its own.",
                legs=(0, last) if self.mission.at_end is AtEnd.RETURN else (0,),
            )
        )

    def _say_heights(self) -> None:
        if self.mission.home is not None:
            return
        legs = tuple(
            part for part, item in enumerate(self.mission.items) if item.datum is HeightDatum.HOME
        )
        if legs:
            self.unknown.append(
                Reason(
                    ReasonCode.DATUM_UNKNOWN,
                    "Heights above home say nothing as long as home is not known.",
                    legs=legs,
                )
            )


def by_parts(judgement: Judgement, way: Way, items: int, *, ends: bool) -> Judgement:
    """The judgement with legs counted as the parts of the mission, and with what is not known of
    the way, which is never allowed.

    Args:
        ends: whether it comes down at the end, so that there is one part more than items.
    """
    verdict = judgement.verdict
    parts = [Verdict.ALLOWED] * (items + ends)
    seen = set()
    for leg, found in zip(way.parts, judgement.leg_verdicts, strict=True):
        parts[leg] = found if leg not in seen else _worse(parts[leg], found)
        seen.add(leg)
    for leg in range(len(parts)):  # what is not on the way at all is not known
        if leg not in seen:
            parts[leg] = Verdict.UNKNOWN
    for reason in way.unknown:
        verdict = _worse(verdict, Verdict.UNKNOWN)
        for leg in reason.legs:
            parts[leg] = _worse(parts[leg], Verdict.UNKNOWN)
    return replace(
        judgement,
        verdict=verdict,
        zones=tuple(replace(one, legs=_as_parts(one.legs, way)) for one in judgement.zones),
        reasons=(
            *way.unknown,
            *(replace(one, legs=_as_parts(one.legs, way)) for one in judgement.reasons),
        ),
        leg_verdicts=tuple(parts),
    )


def _as_parts(legs: Sequence[int], way: Way) -> tuple[int, ...]:
    return tuple(sorted({way.parts[leg] for leg in legs}))


def _worse(one: Verdict, other: Verdict) -> Verdict:
    return max(one, other, key=_RANK.__getitem__)


def _matched(
    planned: Sequence[MissionItem], followed: Sequence[MissionItem]
) -> list[tuple[int, MissionItem]]:
    """Each item of the way above the ground with the part that it leads through."""
    part, found = 0, []
    for item in followed:
        found.append((part, item))
        here = planned[part]
        if (item.lat, item.lon) == (here.lat, here.lon) and part + 1 < len(planned):
            part += 1
    return found


def _from_nearest(
    ring: Sequence[tuple[float, float]], place: tuple[float, float]
) -> list[tuple[float, float]]:
    """Once round a ring, from the corner that is nearest to a place back to it."""
    frame = LocalFrame(*place)
    away = [math.hypot(*frame.from_wgs84(*corner)) for corner in ring]
    first = away.index(min(away))
    return [*ring[first:], *ring[: first + 1]]
