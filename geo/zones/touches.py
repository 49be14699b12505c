"""Which zones a flight through some points touches, on which legs, and from where to where."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from geo.zones.check import (
    Breach,
    Kinematics,
    ZoneIndex,
    heights_between,
    place_of,
    points_between,
)
from geo.zones.heights import Interval, Vertically, band_of
from geo.zones.model import GeoZone
from geo.zones.shapes import BOUNDARY_M, GEOD, Ahead

LONGEST_LEG_M = 10_000.0  # longer ones are checked in pieces
MOST_PIECES = 1000  # of one leg: nothing of ours flies further


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a leg is in one layer of a zone, from its beginning to its end.

    Attributes:
        leg: its number, 0 from point 0 to point 1; of a single point: 0.
        layer: number in the zone's `layers`.
        from_part, until_part: of the leg's length (of a leg without length: of its time), 0 to 1.
        unknown: no moment of it is surely in the layer: it counts only because a height, the
            ground, the geoid or a limit is not known.
    """

    leg: int
    layer: int
    from_part: float
    until_part: float
    unknown: bool


@dataclass(frozen=True, slots=True)
class Touch:
    """A zone that a flight touches. `stretches`: at least one, in the order of the way."""

    zone: GeoZone
    stretches: tuple[Stretch, ...]

    @property
    def legs(self) -> tuple[int, ...]:
        """Their numbers, each once, in order."""
        return tuple(sorted({stretch.leg for stretch in self.stretches}))

    @property
    def unknown(self) -> bool:
        """It counts as touched only because something is not known."""
        return all(stretch.unknown for stretch in self.stretches)


def touched(index: ZoneIndex, points: Sequence[Kinematics]) -> tuple[Touch, ...]:
    """Every zone that a flight through these points touches, in the order of the way; whether the
    zone is active then is not asked here (`activity`).

    Legs are geodesics; each height that both ends know changes evenly along a leg. The ground of a
    leg lies between that of its ends: give points where it changes. The zones are grown by the
    larger position error of a leg's ends; speeds are not looked at. Legs of more than 10,000 km
    are cut into pieces too long to be exact to the centimetre.
    """
    found: dict[str, tuple[GeoZone, list[Stretch]]] = {}
    for zone, stretch in _stretches(index, points):
        found.setdefault(zone.zone_id, (zone, []))[1].append(stretch)
    return tuple(Touch(zone, _joined(stretches)) for zone, stretches in found.values())


def check_path(index: ZoneIndex, points: Sequence[Kinematics]) -> tuple[Breach, ...]:
    """What `touched` finds, zone by zone: "within" if any moment surely is, else "unknown"."""
    return tuple(
        Breach(
            touch.zone,
            True,
            None,
            0.0,
            (Vertically.UNKNOWN if touch.unknown else Vertically.WITHIN).value,
        )
        for touch in touched(index, points)
    )


def _stretches(index: ZoneIndex, points: Sequence[Kinematics]) -> Iterator[tuple[GeoZone, Stretch]]:
    for leg, (start, end) in enumerate(_legs(points)):
        pieces = [start, *points_between(start, end, every_m=LONGEST_LEG_M, most=MOST_PIECES), end]
        count = len(pieces) - 1
        for number, (first, last) in enumerate(itertools.pairwise(pieces)):
            for unit, begins, ends, unknown in sorted(_of_piece(index, first, last), key=_order):
                yield (
                    index.units[unit][0],
                    Stretch(
                        leg,
                        index.layer_of[unit],
                        (number + begins) / count,
                        (number + ends) / count,
                        unknown,
                    ),
                )


def _legs(points: Sequence[Kinematics]) -> list[tuple[Kinematics, Kinematics]]:
    return [(points[0], points[0])] if len(points) == 1 else list(itertools.pairwise(points))


def _order(found: tuple[int, float, float, bool]) -> tuple[float, int]:
    return found[1], found[0]


def _of_piece(
    index: ZoneIndex, start: Kinematics, end: Kinematics
) -> Iterator[tuple[int, float, float, bool]]:
    """(the unit's number, from, until, whether unknown) of a geodesic of at most 10 km."""
    course_deg, _back, length_m = GEOD.inv(start.lon, start.lat, end.lon, end.lat)
    ahead = Ahead(start.lat, start.lon, course_deg, length_m)
    grown_m = max(start.position_error_m, end.position_error_m) + BOUNDARY_M
    error_m = max(start.height_error_m, end.height_error_m)
    heights, place = heights_between(start, end), place_of(index, start, end)
    for number in index.candidates(ahead, grown_m):
        band = band_of(index.units[number][1], heights, place, error_m)
        times, sure = band.when(1.0), band.surely(1.0)
        if times is None:
            continue
        for seen in index.seen(number, ahead):
            for begins, ends in seen.inside(grown_m, length_m):
                whole = (begins / length_m, ends / length_m) if length_m > 0 else (0.0, 1.0)
                stretch = _common(whole, times)
                if stretch is not None:
                    known = sure is not None and _common(stretch, sure) is not None
                    yield number, *stretch, not known


def _common(one: Interval, other: Interval) -> Interval | None:
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if low <= high else None


def _joined(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    """Overlapping ones of the same leg and layer as one."""
    joined: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda s: (s.leg, s.layer, s.from_part)):
        last = joined[-1] if joined else None
        if (
            last is not None
            and (last.leg, last.layer) == (stretch.leg, stretch.layer)
            and stretch.from_part <= last.until_part + 1e-12
        ):
            joined[-1] = Stretch(
                last.leg,
                last.layer,
                last.from_part,
                max(last.until_part, stretch.until_part),
                last.unknown and stretch.unknown,
            )
        else:
            joined.append(stretch)
    return tuple(sorted(joined, key=lambda s: (s.leg, s.from_part, s.layer)))
