"""Writes a mission as KML: what map programs draw, and in extended data what they have no room for,
so that `read_kml` gives the same mission back."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from geo.formats.writing import Written
from geo.missions.formats.fields import mission_texts, number, texts_of
from geo.missions.formats.kml import OURS
from geo.missions.model import Fence, HeightDatum, Mission, MissionItem, Rally


def write_kml(mission: Mission) -> Written:
    """Everything exact. Heights above home are drawn above the sea where home is known."""
    notes = []
    flat = mission.home is None and any(i.datum is HeightDatum.HOME for i in mission.items)
    if flat:
        notes.append(
            "Home is not known: heights above home are drawn above the ground below each place."
        )
    drawn = [_drawn(item, mission) for item in mission.items]
    if len({mode for _, mode in drawn}) > 1:
        notes.append("Its heights are above different things: the line between is left out.")
    pairs = zip(mission.items, drawn, strict=True)
    marks = [_item(n, item, *at) for n, (item, at) in enumerate(pairs, 1)]
    if len(mission.items) > 1 and len({mode for _, mode in drawn}) == 1:
        marks.insert(0, _line(mission.items, [height for height, _ in drawn], drawn[0][1]))
    marks += [_rally(n, each) for n, each in enumerate(mission.rally, 1)]
    marks += [_fence(n, each) for n, each in enumerate(mission.fences, 1)]
    texts = mission_texts(mission)
    name = texts.pop("name", "")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2">',
        "<Document>",
        f"<name>{escape(name)}</name>",
        _extended(texts),
        *marks,
        "</Document>",
        "</kml>",
    ]
    return Written(("\n".join(lines) + "\n").encode(), tuple(notes))


def _drawn(item: MissionItem, mission: Mission) -> tuple[float, str]:
    """(height in the coordinates, altitudeMode)."""
    if item.datum is HeightDatum.AMSL:
        return item.height_m, "absolute"
    if item.datum is HeightDatum.HOME and mission.home is not None:
        return mission.home[2] + item.height_m, "absolute"
    return item.height_m, "relativeToGround"


def _item(number_from_1: int, item: MissionItem, height_m: float, mode: str) -> str:
    texts = {"kind": "item", "drawn_m": number(height_m), **texts_of(item)}
    return _placemark(
        str(number_from_1),
        texts,
        f"<Point><altitudeMode>{mode}</altitudeMode><coordinates>"
        f"{number(item.lon)},{number(item.lat)},{number(height_m)}</coordinates></Point>",
    )


def _line(items: tuple[MissionItem, ...], heights: list[float], mode: str) -> str:
    places = " ".join(
        f"{number(item.lon)},{number(item.lat)},{number(height)}"
        for item, height in zip(items, heights, strict=True)
    )
    return _placemark(
        "Way",
        {"kind": "line"},
        f"<LineString><altitudeMode>{mode}</altitudeMode><coordinates>{places}</coordinates>"
        "</LineString>",
    )


def _rally(number_from_1: int, rally: Rally) -> str:
    return _placemark(
        f"Rally {number_from_1}",
        {"kind": "rally", "height_home_m": number(rally.height_home_m)},
        f"<Point><coordinates>{number(rally.lon)},{number(rally.lat)}</coordinates></Point>",
    )


def _fence(number_from_1: int, fence: Fence) -> str:
    ring = " ".join(f"{number(lon)},{number(lat)}" for lat, lon in (*fence.ring, fence.ring[0]))
    return _placemark(
        f"Fence {number_from_1}",
        {"kind": "fence", "keep_in": "yes" if fence.keep_in else "no"},
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>",
    )


def _placemark(name: str, texts: dict[str, str], shape: str) -> str:
    return f"<Placemark><name>{escape(name)}</name>{_extended(texts)}{shape}</Placemark>"


def _extended(texts: dict[str, str]) -> str:
    data = "".join(
        f"<Data name={quoteattr(OURS + key)}><value>{escape(value)}</value></Data>"
        for key, value in texts.items()
    )
    return f"<ExtendedData>{data}</ExtendedData>"
