"""Reads AIXM 5.1 messages: the airspace that NATS publishes as XML, packed with its SHA-256 or not.

What is read and what is not: `docs/formats.md`, "KML and AIXM".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from xml.etree.ElementTree import Element

from geo.formats.aixm_shape import ROUND, circle_of, positions
from geo.formats.aixm_times import applicability_of, validity
from geo.formats.aixm_volume import layers_of
from geo.formats.archive import Entry, unpack
from geo.formats.boundary import Place
from geo.formats.common import (
    THE_FILE,
    Collector,
    Unreadable,
    distinct_layers,
    plain,
    require_united_kingdom,
)
from geo.formats.dated import Dates
from geo.formats.reading import FileRefused, Format, Reading
from geo.formats.remarks import (
    MAX_REMARK_CHARS,
    authority_of,
    contact_of,
    exempt_of,
    kind_of,
    law_of,
    restriction_of,
)
from geo.formats.xml_safe import Broken, Piece, pieces, root_of, text
from geo.zones.model import GeoZone
from geo.zones.shapes import box_round

_LETTERS = {
    "R": "R",
    "P": "P",
    "D": "D",
    "D_OTHER": "D",
    "W": "D",
    "A": "D",
    "TRA": "R",
    "TSA": "R",
}
_CONTROLLED = ("CTR", "CTR_P", "CTA", "CTA_P", "TMA", "TMA_P", "OCA", "CLASS")
_NO_ZONES = (  # they divide the sky between those who serve it, or are parts of others
    *("FIR", "FIR_P", "UIR", "UIR_P", "NAS", "NAS_P", "SECTOR", "SECTOR_C", "ASR", "AMA", "OTA"),
    *("POLITICAL", "PART", "AWY", "RTECL", "ADV", "ADIZ"),
)
_MOST_REASONS = 50


def read_aixm(data: bytes) -> Reading:
    """The zones of an AIXM 5.1 basic message, or of a ZIP with one.

    Raises:
        FileRefused: nothing of it can be read, with the reason; a SHA-256 beside it does not fit.
    """
    state = _State()
    for entry in unpack(data, (".xml",)):
        _file(entry, state)
    if not state.kept.zones and not state.kept.gaps:
        others = ", ".join(f"{count} {what}" for what, count in state.kept.skipped.items())
        raise FileRefused(f"It has no airspace: {others or 'no feature at all'}.")
    for day in state.snapshots or (state.baselines if len(state.baselines) == 1 else ()):
        state.dates.of_span(day.isoformat(), "")
    dates = state.dates.settled()
    if dates.problem:
        state.kept.note(THE_FILE, dates.problem)
    return state.kept.reading(
        effective_from=dates.begins, effective_until=dates.ends, airac=dates.airac
    )


@dataclass
class _State:
    """What was read so far of all files."""

    kept: Collector = field(default_factory=lambda: Collector(Format.AIXM))
    dates: Dates = field(default_factory=Dates)
    snapshots: set[datetime] = field(default_factory=set)  # the instants they show
    baselines: set[datetime] = field(default_factory=set)  # their beginnings
    airspaces: int = 0

    def skip(self, reason: str) -> None:
        skipped = self.kept.skipped
        few = reason in skipped or len(skipped) < _MOST_REASONS
        self.kept.skip(reason if few else "features of other kinds")


def _file(entry: Entry, state: _State) -> None:
    root = root_of(entry.data)
    called = f"{entry.name!r} of it" if entry.name else "It"
    if root == "AIXM-Snapshot":
        raise FileRefused(f"{called} is AIXM 4.5; AIXM 5.1 is read.")
    if root != "AIXMBasicMessage":
        raise FileRefused(
            f"{called} is no AIXM 5.1 message: its root is {root[:60]!r}, not 'AIXMBasicMessage'."
        )
    state.dates.of_name(entry.name)
    state.kept.title = state.kept.title or entry.name
    if entry.verified:
        state.kept.note(THE_FILE, f"{entry.name} fits the SHA-256 beside it")
    try:
        for piece in pieces(entry.data, ("hasMember", "Airspace")):
            _member(piece, state)
    except Broken as error:
        why = Unreadable(f"it breaks off or is damaged at {error} What follows is lost")
        state.kept.refuse("the rest of the file", why)


def _member(piece: Piece, state: _State) -> None:
    state.kept.count()
    if piece.element is None:
        why = Unreadable(f"line {piece.line}: it is larger than a feature may be")
        state.kept.refuse(f"a feature at line {piece.line}", why)
        return
    features = [piece.element] if piece.name == "Airspace" else list(piece.element)
    for feature in features:
        if feature.tag == "Airspace":
            _airspace(feature, piece.line, state)
        else:
            state.skip(f"{plain(feature.tag, 40)} (no airspace)")


def _airspace(feature: Element, line: int, state: _State) -> None:
    state.airspaces += 1
    slices = feature.findall("timeSlice/AirspaceTimeSlice")
    changes = [each for each in slices if "DELTA" in text(each, "interpretation")]
    whole = list(_newest([each for each in slices if each not in changes]))
    first = (whole or slices or [feature])[0]
    called = text(first, "designator") or text(first, "name") or text(feature, "identifier")
    called = f"airspace {plain(called, 80) or state.airspaces!r}"
    if text(first, "type") in _NO_ZONES:
        state.skip(f"airspace of type {text(first, 'type')} (no zone)")
        return
    for timeslice in whole:
        _kept(timeslice, feature, called, line, bool(changes), state)
    if changes:
        state.skip("a change of an airspace (only snapshots and baselines are read)")
    if not whole:
        why = f"line {line}: it has no snapshot or baseline" + ", only changes" * bool(changes)
        state.kept.refuse(called, Unreadable(why, _places(feature)))


def _newest(slices: list[Element]) -> Iterator[Element]:
    """Of each sequence the last correction, the newest sequence first."""
    by_sequence: dict[int, tuple[int, Element]] = {}
    for timeslice in slices:
        sequence = _count(timeslice, "sequenceNumber")
        correction = _count(timeslice, "correctionNumber")
        if sequence not in by_sequence or correction >= by_sequence[sequence][0]:
            by_sequence[sequence] = (correction, timeslice)
    for sequence in sorted(by_sequence, reverse=True):
        yield by_sequence[sequence][1]


def _count(timeslice: Element, name: str) -> int:
    said = text(timeslice, name)
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _kept(
    timeslice: Element, feature: Element, called: str, line: int, changed: bool, state: _State
) -> None:
    """One time slice as a zone, or as a gap."""
    try:
        runway = _is_runway(text(timeslice, "name"), text(timeslice, "localType"))
        srs, budget = _srs(feature), state.kept.budget
        layers, notes = layers_of(timeslice, srs, budget, runway=runway)
        layers = distinct_layers(layers)
        require_united_kingdom(part for layer in layers for part in layer.parts)
    except Unreadable as error:
        places, sure = error.places, error.sure
        if not places:
            places, sure = tuple(_places(timeslice)), False
        why = Unreadable(f"line {line}: {error}", places, sure=sure, swapped=error.swapped)
        state.kept.refuse(called, why)
        return
    snapshot = text(timeslice, "interpretation") == "SNAPSHOT"
    begins, _ends = validity(timeslice)
    if begins is not None:
        (state.snapshots if snapshot else state.baselines).add(begins)
    times, of_times = applicability_of(timeslice, snapshot=snapshot)
    if changed:
        of_times += ("changes of it in the file were not read",)
    zone = _zone(timeslice, feature, state)
    zone = replace(zone, layers=layers, applicability=times)
    state.kept.zone(zone, (*notes, *of_times))


def _is_runway(name: str, local: str) -> bool:
    """Whether it is a runway's protection zone; prisons' zones have the same local type."""
    kind = kind_of("", name, "")
    return kind == "runway" or (kind == "other" and "RPZ" in (local, *name.split()))


def _zone(timeslice: Element, feature: Element, state: _State) -> GeoZone:
    """All of a zone but its layers and times."""
    designator = plain(text(timeslice, "designator"), 80)
    name = plain(text(timeslice, "name"), 200) or designator
    remark = _remark(timeslice)
    its_type, local = text(timeslice, "type"), text(timeslice, "localType")
    letter = _LETTERS.get(its_type, "")
    airspace_class = text(timeslice, "class", "AirspaceLayerClass", "classification")
    kind = kind_of(letter, f"{name} {local} {its_type}", remark, airspace_class)
    if its_type in _CONTROLLED:
        kind = "controlled"
    zone_id = designator or plain(text(feature, "identifier"), 80) or name
    return GeoZone(
        zone_id=zone_id or f"airspace {state.airspaces}",
        name=name,
        kind=kind,
        restriction=restriction_of(letter, kind),
        layers=(),
        authority=authority_of(remark),
        contact=contact_of(remark),
        law=law_of(kind, remark),
        source=" ".join(filter(None, ("AIXM 5.1", state.kept.title)))[:400],
        designator=designator.replace(" ", ""),
        conditions=remark,
        exempt=exempt_of(kind, remark),
    )


def _remark(timeslice: Element) -> str:
    """Every note of it, each once."""
    notes = (
        text(each) for each in timeslice.iterfind(".//Note/translatedNote/LinguisticNote/note")
    )
    return "\n".join(dict.fromkeys(filter(None, notes)))[:MAX_REMARK_CHARS]


def _srs(feature: Element) -> str:
    """The reference system that stands on a feature itself."""
    return feature.get("srsName") or ""


def _places(element: Element) -> list[Place]:
    """A box round every position in it that can be read, its circles with them: two corners."""
    found: list[Place] = []
    reach_m = 0.0
    for each, srs in _with_srs(element, ""):
        try:
            if each.tag in ("pos", "posList"):
                found += positions(each, srs)
            elif each.tag in ROUND:
                reach_m = max(reach_m, circle_of(each, srs)[1])
        except Unreadable:
            continue
    if not found or not reach_m:
        return found
    north, east = max(lat for lat, _lon in found), max(lon for _lat, lon in found)
    south, west = min(lat for lat, _lon in found), min(lon for _lat, lon in found)
    west, south, east, north = box_round(south, west, north, east, reach_m)
    return [(south, west), (north, east)]


def _with_srs(element: Element, srs: str) -> Iterator[tuple[Element, str]]:
    srs = element.get("srsName") or srs
    yield element, srs
    for each in element:
        yield from _with_srs(each, srs)
