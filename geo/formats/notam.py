"""NOTAM text: one notice or many. The outline is item E's and the heights are items F and G; the Q
line, which has whole miles and minutes, is only used to see what a notice is about and roughly
where.

A notice that replaces or cancels another in the same text takes it away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from geo.formats.boundary import Place, distance_m
from geo.formats.common import (
    Collector,
    Unreadable,
    checked,
    decoded,
    distinct_layers,
    plain,
    require_united_kingdom,
)
from geo.formats.heights import limit_of, unknown
from geo.formats.notam_outline import outline_of, places_in
from geo.formats.notam_text import Notice, Qualifier, notices, qualifier_of
from geo.formats.notam_times import stamp, windows_of
from geo.formats.reading import FileRefused, Format, Reading
from geo.formats.remarks import NOT_SAID, authority_of, contact_of, exempt_of, kind_of
from geo.zones.model import (
    METRES_PER_NAUTICAL_MILE,
    Applicability,
    Circle,
    GeoZone,
    Layer,
    Limit,
    Polygon,
    Restriction,
)
from geo.zones.shapes import bounds_of, box_round

MAX_NOTICES = 20_000
_Q_SPARE_NM = 5.0  # a Q line's centre is a minute and its radius a mile coarse
_LETTERS = {"RT": "R", "RR": "R", "RA": "R", "RM": "R", "RD": "D", "RP": "P", "RO": "R"}
_ENDED = ("CC", "CD", "CN")  # completed, deactivated, cancelled
_LAW = re.compile(r"\b(?:ARTICLE \d{1,3}[A-Z]?|SI \d{1,4}/\d{1,4}|AR-\d{4}-\d{1,5}(?:/\d{1,3})?)")
_MAKES_ONE = re.compile(r"RESTRICTED AREA \(TEMPORARY\)|RESTRICTION OF FLYING|\bRA ?\(T\)")
_NOT_AIRSPACE = "a NOTAM that is about no airspace"


def read_notam(data: bytes) -> Reading:
    """Read a text of NOTAMs.

    Raises:
        FileRefused: it is no text, or has no NOTAM.
    """
    text = decoded(data)
    collector = Collector(Format.NOTAM)
    found = []
    for notice in notices(text):
        collector.count()
        found.append(notice)
        if len(found) > MAX_NOTICES:
            raise FileRefused(f"It has more than {MAX_NOTICES:,} NOTAMs.")
    if not any(notice.items for notice in found):
        raise FileRefused("It has no NOTAM: none of its text has items, A) to G).")
    gone = _gone(found)
    for notice in found:
        _notice(collector, notice, gone)
    return collector.reading()


def _gone(found: Sequence[Notice]) -> dict[str, datetime | None]:
    """When each notice that another one replaces ends; None: at once (it is cancelled)."""
    gone: dict[str, datetime | None] = {}
    for notice in found:
        if notice.kind not in ("R", "C") or not notice.refers:
            continue
        try:
            at = stamp(notice.one_line("B")) if notice.kind == "R" else None
        except ValueError:
            at = None
        gone[notice.refers] = at
    return gone


def _notice(collector: Collector, notice: Notice, gone: dict[str, datetime | None]) -> None:
    label = f"line {notice.line}" + (f" {notice.number!r}" if notice.number else "")
    if notice.kind == "C":
        collector.skip("a NOTAM that only cancels another")
        return
    if notice.number in gone and gone[notice.number] is None:
        collector.skip("a NOTAM that another one in this text replaces or cancels")
        return
    qualifier = qualifier_of(notice)
    why_not = _no_zone(qualifier, notice.one_line("E").upper())
    if why_not:
        collector.skip(why_not)
        return
    notes: list[str] = []
    try:
        zone = _zone(collector, notice, qualifier, notes)
    except Unreadable as why:
        _unread(collector, label, qualifier, why)
        return
    until = gone.get(notice.number)
    if until is not None:
        zone = replace(zone, applicability=_cut(zone.applicability, until))
        if not zone.applicability:
            collector.skip("a NOTAM that another one in this text replaces or cancels")
            return
    collector.zone(zone, notes)


def _no_zone(qualifier: Qualifier | None, text: str) -> str:
    """Why a notice is no zone by what its Q line says it is about; "" if it may be one. Of a Q line
    that is about no airspace, a text that makes a restricted area is stronger."""
    if qualifier is None or qualifier.subject[0] in "WX":
        return ""
    if qualifier.subject[0] not in "RA":
        return "" if _MAKES_ONE.search(text) else _NOT_AIRSPACE
    if qualifier.condition in _ENDED:
        return "a NOTAM that ends a restriction: what it ends is not taken away"
    return ""


def _unread(collector: Collector, label: str, qualifier: Qualifier | None, why: Unreadable) -> None:
    if qualifier is not None and qualifier.subject[0] == "W":
        collector.skip("a warning, which restricts nothing, whose place was not read")
        return
    if qualifier is not None and qualifier.subject[0] == "A" and not why.places:
        collector.skip("a NOTAM that changes published airspace, which is not applied")
        return
    places = [*why.places, *_q_corners(qualifier)]
    sure = why.sure or bool(_q_corners(qualifier))
    collector.refuse(label, Unreadable(str(why), places, sure=sure))


def _q_corners(qualifier: Qualifier | None) -> list[Place]:
    """Of a box round the Q line's circle; none if it says nothing or everywhere."""
    if qualifier is None or qualifier.place is None or qualifier.radius_nm >= 999:
        return []
    lat, lon = qualifier.place
    radius_m = (qualifier.radius_nm + _Q_SPARE_NM) * METRES_PER_NAUTICAL_MILE
    west, south, east, north = box_round(lat, lon, lat, lon, radius_m)
    return [(south, west), (north, east)]


def _zone(
    collector: Collector, notice: Notice, qualifier: Qualifier | None, notes: list[str]
) -> GeoZone:
    text = notice.one_line("E").upper()
    parts = checked_outline(collector, text, qualifier)
    lower, upper = (_limit(notice.one_line(item), upper=item == "G") for item in "FG")
    layers = distinct_layers((Layer(parts, lower, upper),))
    kind, restriction = _asks(qualifier, text)
    words = plain(notice.items.get("E", ""), 20_000)
    return GeoZone(
        zone_id=notice.number or f"NOTAM-line-{notice.line}",
        name=" ".join(words.split("\n")[0].split())[:120],
        kind=kind,
        restriction=restriction,
        layers=layers,
        authority=authority_of(words),
        contact=contact_of(words),
        law="; ".join(dict.fromkeys(_LAW.findall(text))) or NOT_SAID,
        source=f"NOTAM {notice.number}".strip(),
        applicability=windows_of(notice, notes),
        conditions=words,
        exempt=exempt_of(kind, words),
    )


def checked_outline(
    collector: Collector, text: str, qualifier: Qualifier | None
) -> tuple[Circle | Polygon, ...]:
    """Item E's outline. Raises Unreadable, also where the Q line says it is elsewhere."""
    found = outline_of(text, collector.budget)
    if not found:
        raise Unreadable("its text (item E) gives no outline in numbers")
    parts = checked(found)
    require_united_kingdom(parts)
    if _elsewhere(parts, qualifier):
        raise Unreadable(
            "its text (item E) and its Q line name places far from each other",
            places_in(text),
            sure=True,
        )
    return parts


def _elsewhere(parts: Sequence[Circle | Polygon], qualifier: Qualifier | None) -> bool:
    """Whether a part lies wholly outside of the Q line's circle."""
    if qualifier is None or qualifier.place is None or qualifier.radius_nm >= 999:
        return False
    reach_m = (qualifier.radius_nm + _Q_SPARE_NM) * METRES_PER_NAUTICAL_MILE
    lat, lon = qualifier.place
    for part in parts:
        west, south, east, north = bounds_of(part)
        nearest = (min(max(lat, south), north), min(max(lon, west), east))
        if distance_m((lat, lon), nearest) > reach_m:
            return True
    return False


def _limit(words: str, *, upper: bool) -> Limit:
    return limit_of(words, upper=upper) if words else unknown("not said", upper=upper)


def _asks(qualifier: Qualifier | None, text: str) -> tuple[str, Restriction]:
    """(kind, restriction) by what the Q line says it is about, else by the text."""
    subject = qualifier.subject if qualifier else ""
    if subject.startswith("W") and not _MAKES_ONE.search(text):
        return "other", Restriction.INFORMATION
    letter = _LETTERS.get(subject, "")
    kind = kind_of(letter, text[:200], "")
    if subject == "RT" or kind == "controlled" or (not letter and "TEMPORARY" in text):
        kind = "temporary"
    return kind, Restriction.PROHIBITED if letter == "P" else Restriction.PERMISSION


def _cut(periods: tuple[Applicability, ...], until: datetime) -> tuple[Applicability, ...]:
    """The periods up to an instant."""
    found = []
    for each in periods:
        ends = until if each.ends is None else min(each.ends, until)
        if each.begins is None or each.begins < ends:
            found.append(replace(each, ends=ends))
    return tuple(found)
