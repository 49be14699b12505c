"""The surfaces of AIXM 5.1: rings of edges, and which way round their arcs go.

Nothing in a file says that reliably. The shorter way is right for runways' zones, which are cut by
their aerodrome's circle; of other outlines in the United Kingdom every fortieth has an arc of more
than half a turn. So each arc is also tried the longer way, and the zone is wherever an outline
that does not cross itself would have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import shapely

from geo.formats.aixm_shape import (
    ROUND,
    Edge,
    assembled,
    edge_of,
    lines_of,
    places_in,
    segments_of,
    whole_circle,
)
from geo.formats.boundary import Budget, Place, arc_points, check_shape, flat, joined
from geo.formats.common import Unreadable
from geo.formats.xml_safe import child
from geo.zones.model import Circle, Polygon

_MOST_TURNED = 8  # arcs of one ring that are tried the longer way
_TOUCH_M = 0.5  # one outline covers another if it does so but for this

Part = Circle | Polygon


@dataclass
class Reader:
    """Reads the surfaces of one airspace.

    Attributes:
        runway: it is a runway's zone: its arcs go the shorter way.
        notes: what a person should know of how it was read.
    """

    budget: Budget
    runway: bool = False
    notes: list[str] = field(default_factory=list)

    def parts(self, surface: Element, srs: str) -> tuple[Part, ...]:
        """Every patch of a surface. `srs`: the reference system that stands above it.

        Raises:
            FileRefused: the budget is used up.
            Unreadable: anything in it that cannot be followed exactly, or is not sound.
        """
        srs = surface.get("srsName") or srs
        patches = surface.findall("patches/PolygonPatch")
        if not patches:
            raise Unreadable("its surface has no patch")
        if not srs and not any(each.get("srsName") for each in surface.iter()):
            self.notes.append("it names no reference system: latitude first is assumed")
        return tuple(part for patch in patches for part in self._patch(patch, srs))

    def _patch(self, patch: Element, srs: str) -> list[Part]:
        srs = patch.get("srsName") or srs
        exterior = child(patch, "exterior")
        if exterior is None:
            raise Unreadable("a patch of it has no exterior")
        outers = _covering(self._candidates(exterior, srs))
        if len(outers) > 1:
            self.notes.append("an arc of it may go either way round: it counts where either would")
        holes = [self._hole(each, srs) for each in patch.findall("interior")]
        cut = tuple(hole for hole in holes if hole)
        if cut and len(outers) == 1:
            outers = [Polygon(_as_ring(outers[0]), cut)]
        elif len(cut) < len(holes) or cut:
            self.notes.append("a hole of it is not certain: here it has none")
        for part in outers:
            try:
                check_shape(part)
            except ValueError as error:
                raise Unreadable(str(error)) from error
        return outers

    def _hole(self, interior: Element, srs: str) -> tuple[Place, ...]:
        """The hole that is surely one, whichever way its arcs go; nothing if there is none."""
        candidates = self._candidates(interior, srs)
        for one in candidates:
            if all(_covers(other, one) for other in candidates if other is not one):
                return _as_ring(one)
        return ()

    def _candidates(self, boundary: Element, srs: str) -> list[Part]:
        """The outlines that a ring may be: by the shorter way first, even if that is not sound and
        no other is."""
        linear = child(boundary, "LinearRing")
        if linear is not None:
            corners = places_in(linear, linear.get("srsName") or srs, self.budget)
            corners = lines_of([*corners, corners[0]])
            self.budget.spend(len(corners))
            return [Polygon(joined(corners))]
        ring = child(boundary, "Ring")
        if ring is None:
            raise Unreadable("a boundary of it is no ring")
        segments = list(segments_of(ring, ring.get("srsName") or srs))
        if len(segments) == 1 and segments[0][0].tag in ROUND:
            circle = whole_circle(*segments[0])
            if circle is not None:
                return [circle]
        return self._turned(segments)

    def _turned(self, segments: list[tuple[Element, str]]) -> list[Part]:
        edges = [edge_of(each, srs, self.budget) for each, srs in segments]
        shorter = Polygon(assembled(edges, self.budget))
        arcs = [number for number, edge in enumerate(edges) if edge.centre is not None]
        if not arcs or len(arcs) > _MOST_TURNED or (self.runway and _is_sound(shorter)):
            return [shorter]
        found: list[Part] = [shorter] if _is_sound(shorter) else []
        for number in arcs:
            element, srs = segments[number]
            turned: list[Edge] = list(edges)
            turned[number] = edge_of(element, srs, self.budget, longer=True)
            other = Polygon(assembled(turned, self.budget))
            if _is_sound(other):
                found.append(other)
        return found or [shorter]


def _covering(candidates: Sequence[Part]) -> list[Part]:
    """Those that no other covers: together they cover all."""
    kept: list[Part] = []
    for one in candidates:
        if any(_covers(other, one) for other in kept):
            continue
        kept = [other for other in kept if not _covers(one, other)]
        kept.append(one)
    return kept


def _covers(one: Part, other: Part) -> bool:
    """Whether one lies over all of the other; only of polygons that share a corner or so."""
    if isinstance(one, Circle) or isinstance(other, Circle):
        return one == other
    origin = one.ring[0]
    return bool(shapely.covers(flat(one, origin).buffer(_TOUCH_M), flat(other, origin)))


def _as_ring(part: Part) -> tuple[Place, ...]:
    if isinstance(part, Polygon):
        return part.ring
    return tuple(arc_points((part.lat, part.lon), part.radius_m, 0.0, 359.5, clockwise=True))


def _is_sound(part: Part) -> bool:
    try:
        check_shape(part)
    except ValueError:
        return False
    return True
