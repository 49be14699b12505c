"""Reads missions drawn as KML or KMZ: our own files whole, others' line or points.

KML's heights: `absolute` is above the sea, `relativeToGround` above the terrain, `clampToGround`
(which is meant where nothing is said) none at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from geo.formats.archive import is_archive, unpack
from geo.formats.common import plain
from geo.formats.reading import FileRefused
from geo.formats.xml_safe import Broken, Piece, pieces, root_of, text
from geo.missions.formats.fields import HEIGHTS, ITEM, MISSION, item_fields, take_mission_texts, yes
from geo.missions.formats.reading import (
    MAX_FILE_BYTES,
    DefaultHeight,
    Draft,
    ReadMission,
    number_of,
    require_size,
)
from geo.missions.model import HeightDatum
from geo.missions.refused import MAX_ITEMS

OURS = "kestrel_"
KIND = "kestrel_kind"  # item, rally, fence, line: what a placemark of ours is
_WANTED = ("Placemark", "ExtendedData", "name", "NetworkLink", "GroundOverlay")
_MODES = {"absolute": HeightDatum.AMSL, "relativeToGround": HeightDatum.TERRAIN}
_SAME_M = 0.02
_MOST_PLACEMARKS = 20_000


@dataclass(frozen=True, slots=True)
class _At:
    """One tuple of coordinates. `height_m`: None where it has no third number."""

    lat: float
    lon: float
    height_m: float | None


@dataclass
class _Found:
    """What the file draws, in its order. `lines`, `points`: with their place in the file, the
    altitude mode ("" if none is said) and their coordinates."""

    draft: Draft = field(default_factory=Draft)
    lines: list[tuple[str, str, list[_At]]] = field(default_factory=list)
    points: list[tuple[str, str, _At]] = field(default_factory=list)
    ours: int = 0
    own_line: list[_At] = field(default_factory=list)
    placemarks: int = 0
    areas: int = 0


def read_kml(data: bytes, default: DefaultHeight | None = None) -> ReadMission:
    """`default`: for places that are clamped to the ground.

    Raises:
        FileRefused: with the line or placemark and the reason.
    """
    require_size(data)
    found = _Found()
    for each in unpack(data, (".kml",)) if is_archive(data) else (None,):
        content = data if each is None else each.data
        if len(content) > MAX_FILE_BYTES:
            raise FileRefused(f"It has more than {MAX_FILE_BYTES / 1e6:.0f} MB unpacked.")
        _file(content, found, default)
    if not found.ours:
        _drawn(found, default)
    elif found.lines or found.points or found.areas:
        found.draft.note("What other programs drew beside our own items is not kept.")
    _compare_line(found)
    return found.draft.finished()


def _file(data: bytes, found: _Found, default: DefaultHeight | None) -> None:
    root = root_of(data)
    if root != "kml":
        raise FileRefused(f"It is no KML: its root is {root[:60]!r}, not 'kml'.")
    try:
        for piece in pieces(data, _WANTED):
            _piece(piece, found, default)
    except Broken as error:
        raise FileRefused(f"It breaks off or is damaged at {error}") from error


def _piece(piece: Piece, found: _Found, default: DefaultHeight | None) -> None:
    if piece.name == "NetworkLink":
        found.draft.note(f"Line {piece.line}: a link to another file is not followed.")
    elif piece.name == "GroundOverlay":
        found.draft.note(f"Line {piece.line}: a picture on the ground is not kept.")
    elif piece.element is None:
        raise FileRefused(f"Line {piece.line}: it is larger than a placemark may be.")
    elif piece.name == "Placemark":
        _placemark(piece, piece.element, found, default)
    elif piece.parent != "Document":
        return
    elif piece.name == "name":
        found.draft.name = plain(text(piece.element), 200)
    else:
        texts = _extended(piece.element)
        take_mission_texts(found.draft, {key: texts[key] for key in MISSION if key in texts})


def _placemark(
    piece: Piece, element: Element, found: _Found, default: DefaultHeight | None
) -> None:
    found.placemarks += 1
    if found.placemarks > _MOST_PLACEMARKS:
        raise FileRefused(f"It has more than {_MOST_PLACEMARKS:,} placemarks.")
    name = plain(" ".join(text(element, "name").split()), 60)
    where = (
        f"placemark {name!r}, line {piece.line}" if name else f"the placemark of line {piece.line}"
    )
    texts = _extended(element)
    kind = texts.get("kind", "")
    if kind:
        found.ours += 1
        if kind == "line":
            found.own_line = _coordinates(element, where)
        else:
            _own(kind, where, element, texts, found.draft)
        return
    found.areas += sum(1 for _ in element.iter("Polygon"))
    for each in element.iter("LineString"):
        found.lines.append((where, _mode(each, where), _coordinates(each, where)))
    for each in element.iter("Point"):
        at = _coordinates(each, where)
        if len(at) != 1:
            raise FileRefused(f"{where}: a point has {len(at)} places.")
        found.points.append((where, _mode(each, where), at[0]))
    if element.find(".//Track") is not None:
        found.draft.note(f"{where}: a recorded track is not a mission and is not kept.")


def _own(kind: str, where: str, element: Element, texts: Mapping[str, str], draft: Draft) -> None:
    """A placemark of our own writer."""
    at = _coordinates(element, where)
    if kind == "fence":
        keep_in = yes(f"{where}, keep_in", texts.get("keep_in", "yes"))
        draft.add_fence(where, [(each.lat, each.lon) for each in at], keep_in=keep_in)
    elif kind == "rally":
        height_m = number_of(f"{where}, height_home_m", texts.get("height_home_m", ""))
        draft.add_rally(where, at[0].lat, at[0].lon, height_m)
    elif kind == "item":
        fields = item_fields(where, {key: texts[key] for key in ITEM if key in texts}, None)
        drawn_m = texts.get("drawn_m", "")
        if at[0].height_m is not None and drawn_m:
            meant_m = number_of(f"{where}, drawn_m", drawn_m)
            if abs(at[0].height_m - meant_m) > _SAME_M:
                raise FileRefused(
                    f"{where}: its height was changed in another program, to {at[0].height_m:g} m, "
                    f"and {_height_name(texts)} was not. Change that instead."
                )
        draft.add(where, at[0].lat, at[0].lon, **fields)
    else:
        draft.note(f"{where}: {kind[:20]!r} is nothing that is known here.")


def _compare_line(found: _Found) -> None:
    """Our own line is only drawn for people to see; whoever moved it moved nothing."""
    drawn = [(each.lat, each.lon) for each in found.own_line]
    if drawn and drawn != [(item.lat, item.lon) for item in found.draft.items]:
        found.draft.note("The line was changed and is not kept: the points are the places.")


def _height_name(texts: Mapping[str, str]) -> str:
    return next((f"{OURS}{name}" for name in HEIGHTS if name in texts), "its height")


def _drawn(found: _Found, default: DefaultHeight | None) -> None:
    """The one line, else the points in their order."""
    draft = found.draft
    if found.areas:
        draft.note(f"Of its {found.areas} drawn areas none is kept: an area is not flown along.")
    if len(found.lines) > 1:
        named = ", ".join(where for where, _, _ in found.lines[:5])
        raise FileRefused(
            f"It draws {len(found.lines)} lines ({named}): which is to be flown is not said. "
            "Keep one of them."
        )
    if found.lines:
        if found.points:
            draft.note(f"Beside its line its {len(found.points)} points are not kept.")
        where, mode, places = found.lines[0]
        named_places = [(f"{where}, place {n}", mode, at) for n, at in enumerate(places, 1)]
    else:
        named_places = found.points
    if not named_places and found.areas:
        raise FileRefused(
            "It draws areas, and no way to fly. Draw a line, or plan a survey of the area here."
        )
    for where, mode, at in named_places:
        height_m, datum = _height(where, mode, at, default)
        draft.add(where, at.lat, at.lon, height_m=height_m, datum=datum)
    draft.note("It does not say what happens at the end: the vehicle returns home.")


def _height(
    where: str, mode: str, at: _At, default: DefaultHeight | None
) -> tuple[float, HeightDatum]:
    datum = _MODES.get(mode)
    if datum is not None and at.height_m is not None:
        return at.height_m, datum
    if default is None:
        raise FileRefused(
            f"{where} has no height with a datum (it is {mode or 'clampToGround'}). Draw it as "
            "absolute or relative to the ground, or say a height for all places that have none."
        )
    return default.height_m, default.datum


def _mode(element: Element, where: str) -> str:
    said = text(element, "altitudeMode")
    if said not in ("", "clampToGround", *_MODES):
        raise FileRefused(f"{where}: its altitudeMode is {said[:40]!r}, which is not flown at.")
    return said


def _coordinates(element: Element, where: str) -> list[_At]:
    found = element if element.find("coordinates") is not None else None
    if found is None:
        found = next(
            (each for each in element.iter() if each.find("coordinates") is not None), None
        )
    words = text(found, "coordinates").split()
    if not words:
        raise FileRefused(f"{where} has no coordinates.")
    if len(words) > MAX_ITEMS:
        raise FileRefused(
            f"{where} has {len(words):,} places; a mission has at most {MAX_ITEMS}. Simplify it."
        )
    return [_tuple(word, f"{where}, place {n}") for n, word in enumerate(words, 1)]


def _tuple(word: str, where: str) -> _At:
    parts = word.split(",")
    if not 2 <= len(parts) <= 3:
        raise FileRefused(f"{where} is {word[:60]!r}, not longitude,latitude,height.")
    lon, lat = number_of(f"{where}, longitude", parts[0]), number_of(f"{where}, latitude", parts[1])
    return _At(lat, lon, number_of(f"{where}, height", parts[2]) if len(parts) == 3 else None)


def _extended(element: Element) -> dict[str, str]:
    """Our own data, without the prefix."""
    data = (
        element.iter("Data")
        if element.tag == "ExtendedData"
        else element.iterfind("ExtendedData/Data")
    )
    return {
        name[len(OURS) :]: text(each, "value")[:500]
        for each in data
        if (name := each.get("name") or "").startswith(OURS)
    }
