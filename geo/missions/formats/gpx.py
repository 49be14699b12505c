"""Missions as GPX 1.1: a route, else a track, else waypoints. `ele` is metres above the sea.

What GPX has no room for is written as extensions, so that `read_gpx` gives the same items back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from geo.formats.common import plain
from geo.formats.reading import FileRefused
from geo.formats.writing import Written
from geo.formats.xml_safe import Broken, Piece, child, pieces, root_of, text
from geo.missions.formats.fields import (
    HEIGHTS,
    ITEM,
    MISSION,
    item_fields,
    mission_texts,
    number,
    take_mission_texts,
    texts_of,
)
from geo.missions.formats.reading import (
    DefaultHeight,
    Draft,
    ReadMission,
    number_of,
    require_size,
    unlisted,
)
from geo.missions.model import HeightDatum, Mission, MissionItem
from geo.missions.refused import MAX_ITEMS

_WANTED = ("rte", "trk", "wpt")
_KNOWN = ("ele", "extensions", "name", "desc", "cmt", "sym", "type", "time", "number", "src")
_CALLED = {"rte": "routes", "trk": "tracks", "wpt": "waypoints"}
_SAME_M = 0.02
_OURS = "https://kestrel.invalid/gpx/mission/1"  # a name, not a place to look at


@dataclass
class _Found:
    routes: list[Piece] = field(default_factory=list)
    tracks: list[Piece] = field(default_factory=list)
    waypoints: list[Piece] = field(default_factory=list)


def read_gpx(data: bytes, default: DefaultHeight | None = None) -> ReadMission:
    """`default`: for places without `ele`.

    Raises:
        FileRefused: with the point and the reason.
    """
    require_size(data)
    if root_of(data) != "gpx":
        raise FileRefused(f"It is no GPX: its root is {root_of(data)[:60]!r}, not 'gpx'.")
    found = _Found()
    try:
        for piece in pieces(data, _WANTED):
            if piece.element is None:
                raise FileRefused(f"Line {piece.line}: it is larger than a mission may be.")
            kept = {"rte": found.routes, "trk": found.tracks, "wpt": found.waypoints}[piece.name]
            kept.append(piece)
            if len(kept) > MAX_ITEMS:
                raise FileRefused(
                    f"It has more than {MAX_ITEMS} {_CALLED[piece.name]}. Split or simplify it."
                )
    except Broken as error:
        raise FileRefused(f"It breaks off or is damaged at {error}") from error
    draft = Draft()
    for where, point in _points(found, draft):
        _point(where, point, draft, default)
    return draft.finished()


def _points(found: _Found, draft: Draft) -> list[tuple[str, Element]]:
    """Of the route, else the track, else the waypoints; the others are noted."""
    ways = found.routes or found.tracks
    if not ways:
        draft.note("It does not say what happens at the end: the vehicle returns home.")
        return [
            (f"waypoint {n}, line {each.line}", each.element)
            for n, each in enumerate(found.waypoints, 1)
            if each.element is not None
        ]
    for others, called in ((found.waypoints, "waypoints"), (found.tracks, "tracks")):
        if others and others is not ways:
            draft.note(f"Beside what is flown, its {len(others)} {called} are not kept.")
    if len(ways) > 1:
        raise FileRefused(
            f"It has {len(ways)} {_CALLED[ways[0].name]}: which is to be flown is not said. "
            "Keep one of them."
        )
    element = ways[0].element
    assert element is not None
    _of_the_whole(element, draft)
    tag = "rtept" if ways[0].name == "rte" else "trkpt"
    points = list(element.iter(tag))
    if len(points) > MAX_ITEMS:
        raise FileRefused(
            f"It has {len(points):,} points; a mission has at most {MAX_ITEMS}. Simplify it."
        )
    if len(list(element.iter("trkseg"))) > 1:
        draft.note("The gaps between the segments of its track are flown straight.")
    return [(f"point {n} ({tag})", each) for n, each in enumerate(points, 1)]


def _of_the_whole(element: Element, draft: Draft) -> None:
    draft.name = plain(text(element, "name"), 200)
    ours = _extensions(element)
    texts = {key: ours[key] for key in MISSION if key in ours}
    take_mission_texts(draft, texts)
    if "at_end" not in texts:
        draft.note("It does not say what happens at the end: the vehicle returns home.")


def _point(where: str, point: Element, draft: Draft, default: DefaultHeight | None) -> None:
    lat = number_of(f"{where}, latitude", point.get("lat") or "")
    lon = number_of(f"{where}, longitude", point.get("lon") or "")
    ours = _extensions(point)
    texts = {key: ours[key] for key in ITEM if key in ours}
    ele = text(point, "ele")
    if not any(name in texts for name in HEIGHTS):
        if ele:
            texts["alt_amsl_m"] = ele
        elif default is None:
            raise FileRefused(
                f"{where} has no elevation (ele), so no height with a datum. Say a height for all "
                "places that have none."
            )
    elif ele and "drawn_m" in ours:
        meant_m, said_m = (number_of(f"{where}, ele", each) for each in (ours["drawn_m"], ele))
        if abs(meant_m - said_m) > _SAME_M:
            raise FileRefused(
                f"{where}: its ele was changed in another program, to {said_m:g} m, and the height "
                "in its extensions was not. Change that instead."
            )
    for name in unlisted((each.tag for each in point), _KNOWN):
        draft.note(f"{name!r} of its points is not kept.")
    draft.add(where, lat, lon, **item_fields(where, texts, default))


def _extensions(element: Element) -> dict[str, str]:
    within = child(element, "extensions")
    return {} if within is None else {each.tag: (each.text or "").strip() for each in within}


def write_gpx(mission: Mission) -> Written:
    """One route. Everything of the items exact; rally points and fences are not in it (noted)."""
    notes = []
    if mission.rally:
        notes.append(f"GPX has no rally points: its {len(mission.rally)} are not in the file.")
    if mission.fences:
        notes.append(f"GPX has no fences: its {len(mission.fences)} are not in the file.")
    if any(_ele_m(item, mission) is None for item in mission.items):
        notes.append(
            "Other programs see no height of places whose height above the sea is not known (above "
            "terrain, or above a home that is not known)."
        )
    texts = mission_texts(mission)
    name = texts.pop("name", "")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<gpx version="1.1" creator="Kestrel" xmlns="http://www.topografix.com/GPX/1/1" '
        f'xmlns:k="{_OURS}">',
        f"<rte><name>{escape(name)}</name>{_extended(texts)}",
        *(_written(item, mission) for item in mission.items),
        "</rte>",
        "</gpx>",
    ]
    return Written(("\n".join(lines) + "\n").encode(), tuple(notes))


def _ele_m(item: MissionItem, mission: Mission) -> float | None:
    if item.datum is HeightDatum.AMSL:
        return item.height_m
    if item.datum is HeightDatum.HOME and mission.home is not None:
        return mission.home[2] + item.height_m
    return None


def _written(item: MissionItem, mission: Mission) -> str:
    texts, ele_m = texts_of(item), _ele_m(item, mission)
    ele = ""
    if ele_m is not None:
        ele = f"<ele>{number(ele_m)}</ele>"
        texts["drawn_m"] = number(ele_m)
    at = f'lat="{number(item.lat)}" lon="{number(item.lon)}"'
    return f"<rtept {at}>{ele}{_extended(texts)}</rtept>"


def _extended(texts: dict[str, str]) -> str:
    inner = "".join(f"<k:{key}>{escape(value)}</k:{key}>" for key, value in texts.items())
    return f"<extensions>{inner}</extensions>"
