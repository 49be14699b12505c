"""Reads KML and KMZ: the airspace that NATS publishes, and outlines that other programs draw.

Outlines are taken from the words where those can be followed, heights from the words only
(`docs/formats.md`, "KML and AIXM").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from geo.formats.archive import Entry, unpack
from geo.formats.common import (
    THE_FILE,
    Collector,
    Unreadable,
    distinct_layers,
    plain,
    require_united_kingdom,
)
from geo.formats.dated import Dates
from geo.formats.heights import limit_of
from geo.formats.kml_shape import shape_in
from geo.formats.kml_words import Words, words_of
from geo.formats.reading import FileRefused, Format, Reading
from geo.formats.remarks import (
    MAX_REMARK_CHARS,
    NOT_SAID,
    authority_of,
    contact_of,
    exempt_of,
    kind_of,
    law_of,
    restriction_of,
)
from geo.formats.xml_safe import Broken, Piece, pieces, root_of, text
from geo.zones.model import Datum, GeoZone, Layer, Restriction

_NAME = re.compile(r"(EG ?([RPD])[0-9U][0-9A-Z]{0,8}(?:\(T\))?)(?:[ -]+(.*))?", re.DOTALL)
_FOLDERS = {"prohibited": "P", "restricted": "R", "danger": "D"}
_WANTED = ("Placemark", "name", "description", "TimeSpan", "NetworkLink", "GroundOverlay")
_KINDS = (
    *("aerodrome", "runway", "prison", "restricted", "prohibited", "danger", "temporary"),
    *("controlled", "incident", "other"),
)
OURS = "kestrel_"  # before the names of data that our own writer adds


def read_kml(data: bytes) -> Reading:
    """The zones of a KML, a KMZ, or a ZIP with either.

    Raises:
        FileRefused: nothing of it can be read, with the reason.
    """
    state = _State()
    for entry in unpack(data, (".kml",)):
        _file(entry, state)
    if not state.kept.zones and not state.kept.gaps:
        others = ", ".join(f"{count} with {what}" for what, count in state.kept.skipped.items())
        raise FileRefused(f"It has no airspace: {others or 'no placemark at all'}.")
    dates = state.dates.settled()
    if dates.problem:
        state.kept.note(THE_FILE, dates.problem)
    return state.kept.reading(
        effective_from=dates.begins, effective_until=dates.ends, airac=dates.airac
    )


@dataclass
class _State:
    """What was read so far of all files."""

    kept: Collector = field(default_factory=lambda: Collector(Format.KML))
    about: str = ""  # what the document says of itself, in short
    dates: Dates = field(default_factory=Dates)
    placemarks: int = 0


def _file(entry: Entry, state: _State) -> None:
    root = root_of(entry.data)
    if root != "kml":
        what = f"{entry.name!r} of it" if entry.name else "It"
        raise FileRefused(f"{what} is no KML: its root is {root[:60]!r}, not 'kml'.")
    state.dates.of_name(entry.name)
    state.kept.title = state.kept.title or entry.name
    try:
        for piece in pieces(entry.data, _WANTED):
            if piece.name == "Placemark":
                _counted(piece, state)
            else:
                _about(piece, state)
    except Broken as error:
        why = Unreadable(f"it breaks off or is damaged at {error} What follows is lost")
        state.kept.refuse("the rest of the file", why)


def _about(piece: Piece, state: _State) -> None:
    """What is said of the whole document, and what it has that is not read."""
    if piece.name == "NetworkLink":
        why = Unreadable("it refers to zones in another place: they are not here")
        state.kept.refuse(f"a link, line {piece.line}", why)
    elif piece.name == "GroundOverlay":
        state.kept.skip("a picture on the ground")
    elif piece.element is None or piece.parent != "Document":
        return
    elif piece.name == "TimeSpan":
        state.dates.of_span(text(piece.element, "begin"), text(piece.element, "end"))
    elif piece.name == "name":
        state.kept.title = plain(text(piece.element), 200) or state.kept.title
        state.dates.of_words(state.kept.title)
    else:
        remark = words_of(text(piece.element)).remark
        state.about = state.about or plain(" ".join(remark.split()), 300)
        state.dates.of_words(state.about)


def _counted(piece: Piece, state: _State) -> None:
    state.kept.count()
    state.placemarks += 1
    called = f"placemark {state.placemarks}"
    try:
        if piece.element is None:
            raise Unreadable("it is larger than a placemark may be")
        name = plain(" ".join(text(piece.element, "name").split()), 200) or called
        called = f"placemark {name!r}"
        _placemark(piece, piece.element, name, state)
    except Unreadable as error:
        why = Unreadable(
            f"line {piece.line}: {error}", error.places, sure=error.sure, swapped=error.swapped
        )
        state.kept.refuse(called, why)


def _placemark(piece: Piece, element: Element, name: str, state: _State) -> None:
    """Keeps it as a zone, or counts it as none. Raises Unreadable."""
    words = words_of(text(element, "description"))
    shape = shape_in(element, words.outline, state.kept.budget)
    if shape is None:
        state.kept.skip(f"{_drawn_without_area(element)} and no outline")
        return
    require_united_kingdom(shape.parts)
    lower, upper = limit_of(words.lower, upper=False), limit_of(words.upper, upper=True)
    layers = distinct_layers([Layer(shape.parts, lower, upper)])
    zone = _zone(name, words, layers, _Said.of(element, name, piece.trail), state)
    state.kept.zone(zone, shape.notes + _notes_of_limits(layers[0]))


def _drawn_without_area(element: Element) -> str:
    """What a placemark draws that is no zone. Raises Unreadable of a closed line: it may be one."""
    line = element.find(".//LineString")
    for each in (*element.iterfind(".//LinearRing"), *element.iterfind(".//LineString")):
        corners = text(each, "coordinates").split()
        if each.tag == "LinearRing" or (len(corners) > 3 and corners[0] == corners[-1]):
            raise Unreadable("it draws a closed line and no polygon, which may be an outline")
    return "a point" if line is None else "a line"


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of a zone beside its words: by its name, its folder, and our own data."""

    designator: str  # "EG D001"; "" if the name begins with none
    letter: str  # R, P or D; "" if nothing says it
    called: str  # the name without the designator
    ours: Mapping[str, str]

    @classmethod
    def of(cls, element: Element, name: str, trail: tuple[str, ...]) -> _Said:
        found = _NAME.fullmatch(name)
        folder = next((_FOLDERS[each.lower()] for each in trail if each.lower() in _FOLDERS), "")
        ours = {
            (data.get("name") or "")[len(OURS) :]: text(data, "value")[:MAX_REMARK_CHARS]
            for data in element.iterfind("ExtendedData/Data")
            if (data.get("name") or "").startswith(OURS)
        }
        if found is None:
            return cls("", folder, name, ours)
        return cls(found[1], found[2], (found[3] or "").strip() or name, ours)


def _zone(
    name: str, words: Words, layers: tuple[Layer, ...], said: _Said, state: _State
) -> GeoZone:
    remark = words.remark[:MAX_REMARK_CHARS]
    ours = said.ours
    kind = kind_of(said.letter, said.called, remark, words.airspace_class)
    if ours.get("kind") in _KINDS:
        kind = ours["kind"]
    restriction = restriction_of(said.letter, kind)
    if ours.get("restriction") in tuple(Restriction):
        restriction = Restriction(ours["restriction"])
    return GeoZone(
        zone_id=ours.get("id") or said.designator or name,
        name=ours.get("name") or said.called,
        kind=kind,
        restriction=restriction,
        layers=layers,
        authority=ours.get("authority") or authority_of(remark),
        contact=ours.get("contact") or contact_of(remark),
        law=ours.get("law") or law_of(kind, remark),
        source=" ".join(filter(None, (ours.get("source") or state.kept.title, state.about)))[:400],
        designator=ours.get("designator") or said.designator.replace(" ", ""),
        conditions=remark,
        exempt=exempt_of(kind, remark),
    )


def _notes_of_limits(layer: Layer) -> tuple[str, ...]:
    """Of heights that are not said, or not in words known here."""
    notes = []
    for called, limit in (("lower", layer.lower), ("upper", layer.upper)):
        if limit.datum is Datum.UNKNOWN:
            said = limit.as_published[:60]
            what = f"{said!r}, which is not known here" if said else NOT_SAID
            notes.append(f"its {called} limit is {what}: every height counts as within it")
    return tuple(notes)
