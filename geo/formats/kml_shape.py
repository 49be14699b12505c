"""The horizontal shape of a placemark: out of its words where they can be followed, checked against
what it draws, and out of the drawing otherwise.

A NATS placemark draws a body: its outline at the top, again at the bottom, and a wall for each
edge. In plan the two are one ring and a wall is nothing. Heights in a KML are never used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from geo.formats.boundary import Budget, Place, apart_m, check_shape, distance_m, joined
from geo.formats.common import Unreadable
from geo.formats.kml_words import NoWords, places_in, shape_of
from geo.formats.reading import MAX_RING_POINTS
from geo.formats.xml_safe import child, text
from geo.zones.model import METRES_PER_NAUTICAL_MILE, Circle, Polygon
from geo.zones.shapes import bounds_of

AGREE_M = 60.0  # words and drawing are one outline; published ones differ by up to 53 m
REFUSED_M = 2.0 * METRES_PER_NAUTICAL_MILE  # one of them must be wrong
OUTLINES = " AND ALSO "  # between several outlines in words; our own writing
_DEGREES = r"([-+]?\d{1,3}(?:\.\d{0,20})?(?:[eE]-?\d{1,2})?)"
_TUPLE = re.compile(rf"{_DEGREES},{_DEGREES}(?:,\S{{0,40}})?")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a placemark covers, and what a person should know of how that was read."""

    parts: tuple[Circle | Polygon, ...]
    notes: tuple[str, ...]


def shape_in(placemark: Element, outline: str, budget: Budget) -> Shape | None:
    """The shape of a placemark whose words of outline are `outline`; None: it has no outline at
    all (it is a point or a line).

    Raises:
        FileRefused: the budget is used up.
        Unreadable: with the reason.
    """
    drawn = _drawn(placemark, budget)
    worded, why = _worded(outline, drawn, budget)
    if not drawn and not worded:
        if not outline and placemark.find(".//Polygon") is None:
            return None
        raise Unreadable(f"it draws no outline with an area, and {why}", places_in(outline))
    for part in drawn or worded:
        try:
            check_shape(part)
        except ValueError as error:
            known = [place for each in drawn or worded for place in _extremes(each)]
            raise Unreadable(str(error), known, sure=True) from error
    if not worded:
        return Shape(drawn, (f"{why}: the drawn outline is used",) if outline else ())
    if not drawn:
        return Shape(worded, ("it draws no outline: its words alone are used",))
    return _compared(worded, drawn, budget)


def _compared(
    worded: tuple[Circle | Polygon, ...], drawn: tuple[Polygon, ...], budget: Budget
) -> Shape:
    """Of words and drawing that are each sound."""
    if len(worded) != len(drawn):
        note = f"its words make {len(worded)} outlines and it draws {len(drawn)}: it counts in all"
        return Shape((*worded, *drawn), (note,))
    apart = max(_differ_m(one, other, budget) for one, other in zip(worded, drawn, strict=True))
    if apart <= AGREE_M:
        return Shape(worded, ())
    if apart > REFUSED_M:
        raise Unreadable(
            f"its outline in words and the one it draws differ by {apart / 1000:.1f} km",
            [place for part in (*drawn, *worded) for place in _extremes(part)],
            sure=True,
        )
    return Shape(
        (*worded, *drawn),
        (f"its words and its drawn outline differ by {apart:.0f} m: it counts where either is",),
    )


def _extremes(part: Circle | Polygon) -> list[Place]:
    """Two corners of a box round it; only the ring's own corners where it may cross itself."""
    if isinstance(part, Polygon):
        return list(part.ring)
    west, south, east, north = bounds_of(part)
    return [(south, west), (north, east)]


def _worded(
    outline: str, drawn: tuple[Polygon, ...], budget: Budget
) -> tuple[tuple[Circle | Polygon, ...], str]:
    """The shapes that the words make, none where they make none that is sound, and then why."""
    if not outline:
        return (), "it has no outline in words"
    try:
        shapes = [shape_of(each.strip(), budget) for each in outline.split(OUTLINES)]
    except NoWords as error:
        return (), str(error)
    if len(shapes) == 1 and len(drawn) == 1:
        shapes = [_turned(shapes[0], outline, drawn[0], budget)]
    if drawn and not all(_sound(shape) for shape in shapes):
        return (), "its words make an outline that crosses itself or cannot be"
    return tuple(shapes), ""


def _turned(
    shape: Circle | Polygon, outline: str, drawn: Polygon, budget: Budget
) -> Circle | Polygon:
    """The shape with its arcs the shorter way, where only so it is the outline that is drawn."""
    if isinstance(shape, Circle) or "arc of a circle" not in outline.lower():
        return shape
    if _sound(shape) and _differ_m(shape, drawn, budget) <= AGREE_M:
        return shape
    try:
        other = shape_of(outline, budget, as_worded=False)
    except NoWords:
        return shape
    return other if _sound(other) and _differ_m(other, drawn, budget) <= AGREE_M else shape


def _sound(part: Circle | Polygon) -> bool:
    try:
        check_shape(part)
    except ValueError:
        return False
    return True


def _differ_m(worded: Circle | Polygon, drawn: Polygon, budget: Budget) -> float:
    if isinstance(worded, Polygon):
        return apart_m(worded, drawn, budget)
    centre = (worded.lat, worded.lon)
    return max(abs(distance_m(centre, corner) - worded.radius_m) for corner in drawn.ring)


def _drawn(placemark: Element, budget: Budget) -> tuple[Polygon, ...]:
    """Every different ring with an area, in plan."""
    found: dict[frozenset[Place], Polygon] = {}
    for element in placemark.iter("Polygon"):
        outer = child(element, "outerBoundaryIs", "LinearRing", "coordinates")
        if outer is None:
            raise Unreadable("a polygon of it has no outer ring")
        ring = joined(_coordinates(outer, budget))
        if _wall(ring):
            continue
        inner = element.findall("innerBoundaryIs/LinearRing/coordinates")
        holes = [joined(_coordinates(each, budget)) for each in inner]
        key = frozenset((*ring, *(place for hole in holes for place in hole)))
        kept = tuple(hole for hole in holes if not _wall(hole))
        found.setdefault(key, Polygon(ring, kept))
    return tuple(found.values())


def _wall(ring: tuple[Place, ...]) -> bool:
    """Whether it has no area in plan because it has only two different corners."""
    return len(set(ring)) < 3


def _coordinates(element: Element, budget: Budget) -> list[Place]:
    """(lat, lon) of "lon,lat[,height]" with space between; the heights are not looked at."""
    tuples = text(element).split()
    budget.spend(len(tuples))
    if len(tuples) > MAX_RING_POINTS:
        raise Unreadable(
            f"a ring of it has {len(tuples):,} corners; at most {MAX_RING_POINTS:,} are read"
        )
    places: list[Place] = []
    strange = ""
    for each in tuples:
        found = _TUPLE.fullmatch(each)
        lon, lat = (float(found[1]), float(found[2])) if found else (999.0, 999.0)
        if abs(lat) > 90 or abs(lon) > 180:
            strange = strange or each
        else:
            places.append((lat, lon))
    if strange:
        raise Unreadable(f"{strange[:40]!r} is no place on the Earth", places)
    return places
