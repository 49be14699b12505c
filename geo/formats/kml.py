"""Reads KML and KMZ: the airspace that NATS publishes, and outlines that other programs draw.

Outlines are taken from the words where those can be followed, heights from the words only
(`docs/formats.md`, "KML and AIXM").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.etree.ElementTree import Element

from geo.formats import dated
from geo.formats.archive import Entry, unpack
from geo.formats.boundary import Budget
from geo.formats.kml_shape import NoShape, Shape, shape_in
from geo.formats.kml_words import Words, words_of
from geo.formats.reading import MAX_FEATURES, FileRefused, Format, Reading
from geo.formats.refusals import Refusals, areas_of, swapped_areas
from geo.formats.remarks import (
    MAX_REMARK_CHARS,
    NOT_SAID,
    authority_of,
    contact_of,
    exempt_of,
    kind_of,
    law_of,
    limit_of,
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
    entries = unpack(data, (".kml",))
    for entry in entries:
        _file(entry, state)
    if not state.zones and not state.refusals.gaps:
        others = ", ".join(f"{count} {what}" for what, count in state.skipped.items())
        raise FileRefused(f"It has no airspace: {others or 'no placemark at all'}.")
    dates = state.dates.settled()
    return Reading(
        format=Format.KML,
        title=" ".join(filter(None, (state.title, dates.problem)))[:500],
        zones=tuple(state.zones),
        gaps=state.refusals.gaps,
        gaps_left_out=state.refusals.left_out,
        skipped=MappingProxyType(dict(state.skipped)),
        notes=MappingProxyType(dict(state.notes)),
        effective_from=dates.begins,
        effective_until=dates.ends,
        airac=dates.airac,
    )


@dataclass
class _State:
    """What was read so far of all files."""

    title: str = ""
    about: str = ""  # what the document says of itself, in short
    zones: list[GeoZone] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refusals: Refusals = field(default_factory=Refusals)
    skipped: Counter[str] = field(default_factory=Counter)
    dates: dated.Dates = field(default_factory=dated.Dates)
    budget: Budget = field(default_factory=Budget)
    placemarks: int = 0

    def unique(self, wanted: str) -> str:
        """An id that no zone before it has; that it is not the published one is noted."""
        self.ids[wanted] += 1
        if self.ids[wanted] == 1:
            return wanted
        made = f"{wanted}#{self.ids[wanted]}"
        self.notes[made] = (f"a zone before it has the same id, {wanted}",)
        return self.unique(made) if made in self.ids else made


def _file(entry: Entry, state: _State) -> None:
    root = root_of(entry.data)
    if root != "kml":
        what = f"{entry.name!r} of it" if entry.name else "It"
        raise FileRefused(f"{what} is no KML: its root is {root[:60]!r}, not 'kml'.")
    state.dates.of_name(entry.name)
    state.title = state.title or entry.name
    try:
        for piece in pieces(entry.data, _WANTED):
            if piece.name == "Placemark":
                _counted(piece, state)
            else:
                _about(piece, state)
    except Broken as error:
        state.refusals.add(
            "the rest of the file", f"It breaks off or is damaged at {error} What follows is lost."
        )


def _about(piece: Piece, state: _State) -> None:
    """What is said of the whole document, and what it has that is not read."""
    if piece.name == "NetworkLink":
        state.refusals.add(
            f"a link, line {piece.line}", "It refers to zones in another place: they are not here."
        )
    elif piece.name == "GroundOverlay":
        state.skipped["a picture on the ground"] += 1
    elif piece.element is None or piece.parent != "Document":
        return
    elif piece.name == "TimeSpan":
        state.dates.of_span(text(piece.element, "begin"), text(piece.element, "end"))
    elif piece.name == "name":
        state.title = text(piece.element)[:200] or state.title
        state.dates.of_words(state.title)
    else:
        state.about = state.about or " ".join(words_of(text(piece.element)).remark.split())[:300]
        state.dates.of_words(state.about)


def _counted(piece: Piece, state: _State) -> None:
    state.placemarks += 1
    if state.placemarks > MAX_FEATURES:
        raise FileRefused(f"It has more than {MAX_FEATURES:,} placemarks.")
    if piece.element is None:
        state.refusals.add(f"placemark {state.placemarks}", f"Line {piece.line}: it is too large.")
        return
    _placemark(piece, piece.element, state)


def _placemark(piece: Piece, element: Element, state: _State) -> None:
    name = " ".join(text(element, "name").split())[:200] or f"placemark {state.placemarks}"
    words = words_of(text(element, "description"))
    try:
        shape = shape_in(element, words.outline, state.budget)
    except NoShape as error:
        areas = areas_of(error.groups, name)
        state.refusals.add(f"placemark {name!r}", f"Line {piece.line}: {error}", areas)
        return
    if shape is None:
        drawn = "a line" if element.find(".//LineString") is not None else "a point"
        state.skipped[f"{drawn} and no outline"] += 1
        return
    areas = swapped_areas(shape.parts, name)
    if areas:
        why = "its latitudes and longitudes look swapped: it would lie in the United Kingdom"
        state.refusals.add(f"placemark {name!r}", f"Line {piece.line}: {why}.", areas)
        return
    zone = _zone(name, words, shape, _Said.of(element, name, piece.trail), state)
    state.zones.append(zone)
    notes = shape.notes + _notes_of_limits(words)
    if notes:
        state.notes[zone.zone_id] = state.notes.get(zone.zone_id, ()) + notes


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


def _zone(name: str, words: Words, shape: Shape, said: _Said, state: _State) -> GeoZone:
    remark = words.remark[:MAX_REMARK_CHARS]
    ours = said.ours
    kind = kind_of(said.letter, said.called, remark, words.airspace_class)
    if ours.get("kind") in _KINDS:
        kind = ours["kind"]
    restriction = restriction_of(said.letter, kind)
    if ours.get("restriction") in tuple(Restriction):
        restriction = Restriction(ours["restriction"])
    zone_id = state.unique(ours.get("id") or said.designator or name)
    lower, upper = limit_of(words.lower, upper=False), limit_of(words.upper, upper=True)
    return GeoZone(
        zone_id=zone_id,
        name=ours.get("name") or said.called,
        kind=kind,
        restriction=restriction,
        layers=(Layer(shape.parts, lower, upper),),
        authority=ours.get("authority") or authority_of(remark),
        contact=ours.get("contact") or contact_of(remark),
        law=ours.get("law") or law_of(kind, remark),
        source=" ".join(filter(None, (ours.get("source") or state.title, state.about)))[:400],
        designator=ours.get("designator") or said.designator.replace(" ", ""),
        conditions=remark,
        exempt=exempt_of(kind, remark),
    )


def _notes_of_limits(words: Words) -> tuple[str, ...]:
    """Of heights that are not said, or not in words known here."""
    notes = []
    for called, said, upper in (("lower", words.lower, False), ("upper", words.upper, True)):
        if limit_of(said, upper=upper).datum is Datum.UNKNOWN:
            what = f"{said[:60]!r}, which is not known here" if said else NOT_SAID
            notes.append(f"its {called} limit is {what}: every height counts as within it")
    return tuple(notes)
