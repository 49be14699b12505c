"""What the description of a NATS placemark says: a table in HTML whose first cell has the outline,
the limits and the class in words, and whose others have remarks."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from geo.formats.boundary import Budget, Place, arc_between, joined, parallel_between
from geo.formats.reading import MAX_RING_POINTS
from geo.zones.model import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE, Circle, Polygon

MAX_CHARS = 200_000  # of one description
_TAG = re.compile(r"<(?:/?([A-Za-z]{1,20})|!)[^<>]{0,1000}>")
_BREAKS = ("br", "p", "tr", "td", "th", "div", "li", "table")
_LONG_REFERENCE = re.compile(r"&#[0-9a-fA-FxX]{9,}")  # of no character
_PLACE = re.compile(
    r"(\d{2})(\d{2})(\d{2}(?:\.\d{1,4})?)([NS])[ ,]?(\d{3})(\d{2})(\d{2}(?:\.\d{1,4})?)([EW])"
)
_METRES = {
    "NM": METRES_PER_NAUTICAL_MILE,
    "KM": 1000.0,
    "M": 1.0,
    "FT": METRES_PER_FOOT,
}
_CIRCLE = re.compile(
    r"a circle,? (?:of )?(\d{1,6}(?:\.\d{1,6})?) ?(NM|KM|M|FT) radius,? cent(?:red|ered) (?:at|on)",
    re.IGNORECASE,
)
_ARC = re.compile(
    r"thence (clockwise|anti-?clockwise|counter-?clockwise) by the arc of a circle,? "
    r"(?:of )?radius (\d{1,6}(?:\.\d{1,6})?) ?(NM|KM|M|FT),? cent(?:red|ered) (?:at|on)",
    re.IGNORECASE,
)
_BEGINS = re.compile(_PLACE.pattern + "|a circle", re.IGNORECASE)
_PARALLEL = re.compile(r"(?:thence )?following the line of latitude to", re.IGNORECASE)
_LIMIT = re.compile(r"\s*(upper|lower) limit:\s*(.*)", re.IGNORECASE)
_CLASS = re.compile(r"\s*class:\s*(.*)", re.IGNORECASE)


class NoWords(ValueError):
    """The outline in words cannot be made a shape: the sentence says why."""


@dataclass(frozen=True, slots=True)
class Words:
    """A description taken apart.

    Attributes:
        outline: the words of the outline, on one line; "" if there are none.
        lower, upper: as written, e.g. "2000 FT SFC"; "" if not said.
        airspace_class: "D"; "" if not said. remark: everything else, lines by "\\n".
    """

    outline: str
    lower: str
    upper: str
    airspace_class: str
    remark: str


def words_of(description: str) -> Words:
    """Takes a description apart. Never raises: what is not there is ""."""
    lines = _lines(description[:MAX_CHARS])
    said = {"upper": "", "lower": ""}
    airspace_class = ""
    first_limit = len(lines)
    rest: list[str] = []
    for number, line in enumerate(lines):
        limit = _LIMIT.fullmatch(line)
        if limit is not None and not said[limit[1].lower()]:
            said[limit[1].lower()] = limit[2].strip()
            first_limit = min(first_limit, number)
            continue
        of_class = _CLASS.fullmatch(line)
        if of_class is not None and not airspace_class:
            airspace_class = of_class[1].strip()
            continue
        rest.append(line if number > first_limit else "")
    outline = lines[:first_limit]
    while outline and not _BEGINS.search(outline[0]):  # a heading
        outline.pop(0)
    if first_limit == len(lines):  # no limits: only what looks like an outline is one
        outline = [line for line in lines if _PLACE.search(line)]
        rest = [line for line in lines if not _PLACE.search(line)]
    return Words(
        # of a description that was cut off, half an outline may be left: better none
        " ".join(" ".join(outline).split()) if len(description) <= MAX_CHARS else "",
        said["lower"],
        said["upper"],
        airspace_class,
        re.sub(r"\n{3,}", "\n\n", "\n".join(rest)).strip(),
    )


def _lines(words: str) -> list[str]:
    """Text or HTML as lines: a new one at each break, cell and paragraph.

    Not by the standard library's parser, whose time grows with the square of tags left open.
    """
    if "<" in words:
        words = _TAG.sub(_without_tag, words.replace("\n", " "))
    words = html.unescape(_LONG_REFERENCE.sub("", words))
    return [" ".join(line.split()) for line in words.split("\n")]


def _without_tag(tag: re.Match[str]) -> str:
    return "\n" if (tag[1] or "").lower() in _BREAKS else ""


def places_in(outline: str) -> list[Place]:
    """Every place that stands in the words and can be one."""
    found = []
    for match in _PLACE.finditer(outline):
        try:
            found.append(_place(match))
        except NoWords:
            continue
    return found


def shape_of(outline: str, budget: Budget, *, as_worded: bool = True) -> Circle | Polygon:
    """The shape that an outline's words make. `as_worded` False: arcs go the shorter way, whatever
    the words say.

    Raises:
        FileRefused: the budget is used up.
        NoWords: they say something that cannot be followed exactly (a coast, a river), or nothing
            that is known here.
    """
    circle = _CIRCLE.match(outline)
    if circle is not None:
        centre = _PLACE.fullmatch(outline[circle.end() :].strip(" .-"))
        if centre is None:
            raise NoWords("its words name a circle without one centre")
        lat, lon = _place(centre)
        return Circle(lat, lon, float(circle[1]) * _METRES[circle[2].upper()])
    ring = _ring(outline, budget, as_worded)
    if len(ring) < 3:
        raise NoWords("its words name fewer than three corners")
    return Polygon(ring)


def _ring(outline: str, budget: Budget, as_worded: bool) -> tuple[Place, ...]:
    found = list(_PLACE.finditer(outline))
    if not found or outline[: found[0].start()].strip(" -"):
        raise NoWords("its words do not begin with a place")
    places = [_place(match) for match in found]
    after = [
        outline[match.end() : (found[n + 1].start() if n + 1 < len(found) else len(outline))]
        for n, match in enumerate(found)
    ]
    corners = [places[0]]
    at = known = 0
    while at + 1 < len(places):
        budget.spend(len(corners) - known)
        known = len(corners)
        if known > MAX_RING_POINTS:
            raise NoWords(f"its words make more than {MAX_RING_POINTS} points")
        between = " ".join(after[at].split()).strip(" -,")
        arc = _ARC.fullmatch(between)
        if arc is not None:
            corners += _along_arc(arc, places, after, at, as_worded)
            at += 2
        else:
            corners += _straight(between, places[at], places[at + 1])
            at += 1
        corners.append(places[at])
    if after[-1].strip(" -.,"):
        raise NoWords(f"its words end with {after[-1].strip()[:60]!r}")
    return joined(corners)


def _along_arc(
    arc: re.Match[str], places: list[Place], after: list[str], at: int, as_worded: bool
) -> list[Place]:
    if at + 2 >= len(places) or after[at + 1].strip(" -,").lower() != "to":
        raise NoWords("its words name an arc without an end")
    clockwise = arc[1].lower() == "clockwise" if as_worded else None
    radius_m = float(arc[2]) * _METRES[arc[3].upper()]
    try:
        return arc_between(
            places[at + 1], radius_m, places[at], places[at + 2], clockwise=clockwise
        )
    except ValueError as error:
        raise NoWords(f"its words cannot be: {error}") from error


def _straight(between: str, start: Place, end: Place) -> list[Place]:
    if not between:
        return []
    if _PARALLEL.fullmatch(between):
        try:
            return parallel_between(start, end)
        except ValueError as error:
            raise NoWords(f"its words cannot be: {error}") from error
    raise NoWords(f"its words follow what no numbers say: {between[:80]!r}")


def _place(match: re.Match[str]) -> Place:
    lat = _degrees(match[1], match[2], match[3], south_or_west=match[4] == "S")
    lon = _degrees(match[5], match[6], match[7], south_or_west=match[8] == "W")
    if abs(lat) > 85 or abs(lon) > 180:
        raise NoWords(f"its words name a place that is none: {match[0]}")
    return lat, lon


def _degrees(degrees: str, minutes: str, seconds: str, *, south_or_west: bool) -> float:
    if int(minutes) > 59 or float(seconds) >= 60:
        raise NoWords("its words name a place with more than 59 minutes or seconds")
    value = int(degrees) + int(minutes) / 60 + float(seconds) / 3600
    return -value if south_or_west else value
