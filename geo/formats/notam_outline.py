"""The outline that item E of a NOTAM gives: circles and polygons of places in degrees, minutes and
seconds. Every place in the text must be part of one, or nothing of it is used."""

from __future__ import annotations

import re
from collections.abc import Sequence

from geo.formats.boundary import Budget, Place
from geo.formats.common import Unreadable, outline
from geo.formats.kml_words import NoWords, shape_of
from geo.zones.model import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE, Circle, Polygon

MAX_CHARS = 50_000  # of item E
_MOST_PLACES = 2_000
_PLACE_TEXT = r"\d{4}(?:\d{2}(?:\.\d{1,4})?)?[NS] ?[,/]? ?\d{5}(?:\d{2}(?:\.\d{1,4})?)?[EW]"
_PLACE = re.compile(
    r"\b(\d{2})(\d{2})(\d{2}(?:\.\d{1,4})?)?([NS]) ?[,/]? ?"
    r"(\d{3})(\d{2})(\d{2}(?:\.\d{1,4})?)?([EW])"
)
_NUMBER = r"(\d{1,5}(?:\.\d{1,4})?) ?(NM|KM|M|FT)\b"
_CENTRED = r"(?:,? ?CENT(?:RED|ERED|RE|ER))?(?: (?:ON|AT|OF|AROUND|FROM))*"
_POINT = r"(?: (?:POSITION|POINT|PSN))?:? "
_CIRCLES = tuple(
    re.compile(pattern + _POINT + rf"(?P<place>{_PLACE_TEXT})")
    for pattern in (
        rf"{_NUMBER},? RAD(?:IUS)?{_CENTRED}",
        rf"\b(?:WI|WITHIN)(?: A)? {_NUMBER} (?:OF|AROUND|FROM)",
        rf"\bRAD(?:IUS)?(?: OF)? {_NUMBER}{_CENTRED}",
    )
)
_METRES = {"NM": METRES_PER_NAUTICAL_MILE, "KM": 1000.0, "M": 1.0, "FT": METRES_PER_FOOT}
_JOIN = re.compile(r"[\s,;-]*(?:(?:TO|THENCE|THEN)[\s,;-]*)*")
_FOLLOWS = re.compile(r"\b(?:ALONG|FOLLOW\w*|COAST\w*|RIVER|BORDER|EITHER SIDE|CORRIDOR|LINE)\b")
_ANOTHER = re.compile(r"\b(?:AND|ALSO|AREA|AREAS|OR|SECTOR|PART)\b")
_GONE = "\x1f"  # where a circle stood


def places_in(text: str) -> list[Place]:
    """(lat, lon) of every place in it that can be one."""
    found = []
    for match in _PLACE.finditer(text[:MAX_CHARS]):
        try:
            found.append(_place(match))
        except Unreadable:
            continue
    return found


def outline_of(text: str, budget: Budget) -> tuple[Circle | Polygon, ...]:
    """The parts that it gives; none if it names no place at all.

    Args:
        text: of item E, on one line, in capitals.

    Raises:
        FileRefused: the budget is used up.
        Unreadable: it names places that are not plainly an outline.
    """
    known = places_in(text)
    if len(text) > MAX_CHARS or len(known) > _MOST_PLACES:
        raise Unreadable("its text is too long", known)
    if not _PLACE.search(text):
        return ()
    budget.spend(len(known))
    if re.search(r"\bARC\b", text):
        return (_with_arcs(text, known, budget),)
    rest, circles = _circles(text)
    polygons = _polygons(rest, known)
    return (*circles, *polygons)


def _with_arcs(text: str, known: Sequence[Place], budget: Budget) -> Circle | Polygon:
    matches = list(_PLACE.finditer(text))
    words = text[matches[0].start() : matches[-1].end()]
    try:
        return shape_of(words, budget)
    except NoWords as why:
        raise Unreadable(str(why), known) from why


def _circles(text: str) -> tuple[str, list[Circle]]:
    """(the text without them, the circles)."""
    found: list[Circle] = []
    for pattern in _CIRCLES:
        for match in pattern.finditer(text):
            place = _PLACE.match(match["place"])
            if place is not None:
                lat, lon = _place(place)
                found.append(Circle(lat, lon, float(match[1]) * _METRES[match[2]]))
        text = pattern.sub(f" {_GONE} ", text)
    return text, found


def _polygons(text: str, known: Sequence[Place]) -> list[Polygon]:
    """Of the places that are left, in runs with nothing but dashes between."""
    if _PLACE.search(text) and (words := _FOLLOWS.search(text)):
        raise Unreadable(f"its outline follows what no numbers say ({words[0]})", known)
    runs: list[list[Place]] = []
    end = 0
    for match in _PLACE.finditer(text):
        between = text[end : match.start()]
        if not runs or not _JOIN.fullmatch(between):
            if runs and not _ANOTHER.search(between):
                raise Unreadable("between its places stands what is not read here", known)
            runs.append([])
        runs[-1].append(_place(match))
        end = match.end()
    for run in runs:
        if len(run) < 3:
            raise Unreadable("it names places that are no outline", known)
    return [Polygon(outline(run)) for run in runs]


def _place(match: re.Match[str]) -> Place:
    lat = _degrees(match[1], match[2], match[3])
    lon = _degrees(match[5], match[6], match[7])
    if lat > 90 or lon > 180:
        raise Unreadable(f"{match[0]!r} is no place on the Earth")
    return (-lat if match[4] == "S" else lat), (-lon if match[8] == "W" else lon)


def _degrees(degrees: str, minutes: str, seconds: str | None) -> float:
    if int(minutes) > 59 or float(seconds or 0) >= 60:
        raise Unreadable("a place has more than 59 minutes or seconds")
    return int(degrees) + int(minutes) / 60 + float(seconds or 0) / 3600
