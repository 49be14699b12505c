"""The edges of AIXM 5.1 outlines: straight lines, arcs and circles of GML, and their positions.

Positions are latitude first (EPSG:4326) unless a CRS84 is named. An arc is turned so that it begins
where the edge before it ends: published directions are not to be relied on.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from geo.formats.boundary import (
    MISS_M,
    Budget,
    Place,
    arc_points,
    distance_m,
    joined,
    line_between,
    trimmed,
)
from geo.formats.common import Unreadable
from geo.formats.reading import MAX_RING_POINTS
from geo.formats.xml_safe import child, text
from geo.zones.model import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE, Circle
from geo.zones.shapes import MAX_RADIUS_M

_METRES = {
    "[nmi_i]": METRES_PER_NAUTICAL_MILE,
    "NM": METRES_PER_NAUTICAL_MILE,
    "km": 1000.0,
    "KM": 1000.0,
    "m": 1.0,
    "M": 1.0,
    "[ft_i]": METRES_PER_FOOT,
    "FT": METRES_PER_FOOT,
}
_GEODESICS = ("GeodesicString", "Geodesic")
_LINES = ("LineStringSegment", "LineString")
ROUND = ("ArcByCenterPoint", "CircleByCenterPoint")


@dataclass(frozen=True, slots=True)
class Edge:
    """One segment: its points in order; of an arc also its circle."""

    points: tuple[Place, ...]
    centre: Place | None = None
    radius_m: float = 0.0


def segments_of(ring: Element, srs: str) -> Iterator[tuple[Element, str]]:
    """Each segment of each curve of a ring, in order, with its reference system."""
    for member in ring.findall("curveMember"):
        if member.get("href"):
            raise Unreadable("an edge of it follows a line that is kept in another place")
        for curve in member:
            if curve.tag in _LINES:
                yield curve, curve.get("srsName") or srs
                continue
            segments = child(curve, "segments")
            if curve.tag != "Curve" or segments is None:
                raise Unreadable(f"an edge of it is of a kind that is not read, {curve.tag[:40]!r}")
            for segment in segments:
                yield segment, segment.get("srsName") or curve.get("srsName") or srs


def whole_circle(segment: Element, srs: str) -> Circle | None:
    """A whole circle; None of an arc that is only a part of one."""
    if segment.tag == "ArcByCenterPoint":
        sweep = _number(segment, "endAngle") - _number(segment, "startAngle")
        if sweep == 0 or sweep % 360.0 != 0:
            return None
    centre, radius_m = circle_of(segment, srs)
    return Circle(centre[0], centre[1], radius_m)


def edge_of(segment: Element, srs: str, budget: Budget, *, longer: bool = False) -> Edge:
    if segment.tag in _GEODESICS:
        return Edge(tuple(places_in(segment, srs, budget)))
    if segment.tag in _LINES:
        return Edge(tuple(lines_of(places_in(segment, srs, budget))))
    if segment.tag != "ArcByCenterPoint":
        raise Unreadable(f"an edge of it is of a kind that is not read, {segment.tag[:40]!r}")
    centre, radius_m = circle_of(segment, srs)
    first, last = _number(segment, "startAngle"), _number(segment, "endAngle")
    try:
        clockwise = (last - first) % 360.0 > 180.0 if longer else None
        points = arc_points(centre, radius_m, first, last, clockwise=clockwise)
    except ValueError as error:
        raise Unreadable(str(error)) from error
    budget.spend(len(points))
    return Edge(tuple(points), centre, radius_m)


def assembled(edges: list[Edge], budget: Budget) -> tuple[Place, ...]:
    """One ring of edges that follow each other."""
    edges = [edge for edge in edges if edge.points]
    if not edges:
        raise Unreadable("a ring of it has no edges")
    for number, edge in enumerate(edges):
        if edge.centre is not None and len(edges) > 1:
            edges[number] = _turned(edge, edges, number)
    corners: list[Place] = []
    for number, edge in enumerate(edges):
        before, after = edges[number - 1].points[-1], edges[(number + 1) % len(edges)].points[0]
        if len(edges) > 1 or edge.centre is not None:
            _check_met(before, edge.points[0])
        points = list(edge.points)
        if edge.centre is not None:
            points = trimmed(points, edge.centre, edge.radius_m, before, after)
        corners += points
        if len(corners) > MAX_RING_POINTS:
            raise Unreadable(f"a ring of it has more than {MAX_RING_POINTS} points")
    budget.spend(len(corners))
    return joined(corners)


def _turned(arc: Edge, edges: list[Edge], number: int) -> Edge:
    """The arc, or the arc the other way round, whichever meets its neighbours better. Those before
    it are turned already, but for the first's."""
    starts, ends = arc.points[0], arc.points[-1]
    before, after = edges[number - 1], edges[(number + 1) % len(edges)]
    if number > 0 or before.centre is None:
        as_is = distance_m(before.points[-1], starts)
        other = distance_m(before.points[-1], ends)
    else:
        next_ends = (
            after.points[:1] if after.centre is None else (after.points[0], after.points[-1])
        )
        as_is = min(distance_m(ends, each) for each in next_ends)
        other = min(distance_m(starts, each) for each in next_ends)
    return Edge(arc.points[::-1], arc.centre, arc.radius_m) if other < as_is else arc


def _check_met(before: Place, begins: Place) -> None:
    apart = distance_m(before, begins)
    if apart > MISS_M and apart != 0:
        raise Unreadable(f"an edge of it begins {apart:.0f} m from where the one before it ends")


def lines_of(corners: Sequence[Place]) -> list[Place]:
    """With points along lines that are straight in latitude and longitude."""
    points: list[Place] = list(corners[:1])
    for start, end in itertools.pairwise(corners):
        points += [*line_between(start, end), end]
        if len(points) > MAX_RING_POINTS:
            raise Unreadable(f"a ring of it has more than {MAX_RING_POINTS} points")
    return points


def circle_of(segment: Element, srs: str) -> tuple[Place, float]:
    """The centre and radius of an arc or a circle."""
    places = places_in(segment, srs, Budget())
    if len(places) != 1:
        raise Unreadable("an arc or circle of it has not one centre")
    radius = child(segment, "radius")
    uom = "" if radius is None else (radius.get("uom") or "")
    if uom not in _METRES:
        raise Unreadable(f"a radius of it is in a unit that is not known here, {uom[:20]!r}")
    radius_m = _number(segment, "radius") * _METRES[uom]
    if not 0 < radius_m <= MAX_RADIUS_M:
        raise Unreadable(f"a radius of it must be above 0 and at most {MAX_RADIUS_M:.0f} m")
    return places[0], radius_m


def _number(segment: Element, name: str) -> float:
    said = text(segment, name)
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in said:
        raise Unreadable(f"a {name} of it is no number: {said[:40]!r}")
    return value


def places_in(element: Element, srs: str, budget: Budget) -> list[Place]:
    """Every position in an element, in order: `pos`, `posList`, or points with a `pos`."""
    found = list(_positions_in(element, element.get("srsName") or srs))
    budget.spend(len(found))
    if not found:
        raise Unreadable("an edge of it has no positions")
    if len(found) > MAX_RING_POINTS:
        raise Unreadable(
            f"a ring of it has {len(found)} corners; at most {MAX_RING_POINTS} are read"
        )
    return found


def _positions_in(element: Element, srs: str) -> Iterator[Place]:
    for each in element:
        if each.get("href"):
            raise Unreadable("a corner of it is a point that is kept in another place")
        inner = each.get("srsName") or srs
        if each.tag in ("pos", "posList", "coordinates"):
            yield from positions(each, inner)
        elif each.tag in ("pointProperty", "pointRep", "Point", "ElevatedPoint"):
            yield from _positions_in(each, inner)


def positions(element: Element, srs: str) -> list[Place]:
    """(lat, lon) of a `pos` or `posList`.

    Raises:
        Unreadable: another reference system than WGS 84, or numbers that are no places.
    """
    if element.tag not in ("pos", "posList"):
        raise Unreadable(
            f"its positions are written in a way that is not read, {element.tag[:40]!r}"
        )
    latitude_first = _latitude_first(srs)
    said = text(element).split()
    dimension = 3 if element.get("srsDimension") == "3" else 2
    if not said or len(said) % dimension:
        raise Unreadable("a list of its positions is not whole")
    try:
        values = [float(each) for each in said]
    except ValueError:
        raise Unreadable(f"a position of it is no numbers: {' '.join(said)[:60]!r}") from None
    places = []
    for at in range(0, len(values), dimension):
        lat, lon = values[at : at + 2] if latitude_first else reversed(values[at : at + 2])
        if not (abs(lat) <= 90 and abs(lon) <= 180):  # a NaN fails too
            raise Unreadable(f"a position of it is no place on the Earth: ({lat}, {lon})")
        places.append((lat, lon))
    return places


def _latitude_first(srs: str) -> bool:
    name = srs.strip().upper()
    if not name or name.endswith((":4326", "/4326", "#4326")):
        return True
    if name.endswith("CRS84"):
        return False
    raise Unreadable(f"its positions are in a reference system that is not read, {srs[:60]!r}")
