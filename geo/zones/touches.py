"""Which zones a flight through some points touches, on which legs, and from where to where."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from geo.zones.check import (
    Breach,
    Kinematics,
    ZoneIndex,
    heights_between,
    place_of,
    points_between,
)
from geo.zones.heights import Interval, Vertically, band_of
from geo.zones.model import GeoZone, Layer
from geo.zones.shapes import BOUNDARY_M
from geo.zones.ways import inside

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


@dataclass(frozen=True, slots=True)
class _Piece:
    """Of a leg: its number, the share of it that comes before, and its own share."""

    leg: int
    before: float
    share: float
    start: Kinematics
    end: Kinematics


def _stretches(index: ZoneIndex, points: Sequence[Kinematics]) -> Iterator[tuple[GeoZone, Stretch]]:
    """In the order of the way."""
    pieces = list(_pieces(points))
    if not pieces:
        return
    ways = np.array([(p.start.lat, p.start.lon, p.end.lat, p.end.lon) for p in pieces])
    errors = [max(p.start.position_error_m, p.end.position_error_m) for p in pieces]
    found = inside(index, ways, np.array(errors) + BOUNDARY_M)
    known: dict[tuple[int, int], tuple[Interval | None, Interval | None]] = {}  # by way and limits
    touching: list[tuple[int, float, int, float, bool]] = []  # in the order that they are told in
    for way, outline, begins, ends in found:
        unit = index.unit_of[outline]
        which = way, index.limits_of[unit]
        if which not in known:
            known[which] = _in_band(index, index.units[unit][1], pieces[way])
        may, sure = known[which]
        stretch = None if may is None else _common((begins, ends), may)
        if stretch is not None:
            unknown = sure is None or _common(stretch, sure) is None
            touching.append((way, stretch[0], unit, stretch[1], unknown))
    for way, begins, unit, ends, unknown in sorted(touching):
        piece = pieces[way]
        stretch_of = Stretch(
            piece.leg,
            index.layer_of[unit],
            piece.before + begins * piece.share,
            piece.before + ends * piece.share,
            unknown,
        )
        yield index.units[unit][0], stretch_of


def _pieces(points: Sequence[Kinematics]) -> Iterator[_Piece]:
    legs = [(points[0], points[0])] if len(points) == 1 else itertools.pairwise(points)
    for leg, (start, end) in enumerate(legs):
        between = points_between(start, end, every_m=LONGEST_LEG_M, most=MOST_PIECES)
        share = 1.0 / (len(between) + 1)
        for number, (first, last) in enumerate(itertools.pairwise([start, *between, end])):
            yield _Piece(leg, number * share, share, first, last)


def _in_band(
    index: ZoneIndex, layer: Layer, piece: _Piece
) -> tuple[Interval | None, Interval | None]:
    """Between which shares of the piece it may be, and surely is, within a layer's heights."""
    band = band_of(
        layer,
        heights_between(piece.start, piece.end),
        place_of(index, piece.start, piece.end),
        max(piece.start.height_error_m, piece.end.height_error_m),
    )
    return band.when(1.0), band.surely(1.0)


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
