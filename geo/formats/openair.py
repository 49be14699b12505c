"""OpenAir: blocks of two-letter lines, each from an AC line to the next. Outlines of points, arcs
and circles; no ids, no times, and a class instead of what is asked.

A block with one line that is not understood is refused as a whole: without that line it would be
another zone.
"""

from __future__ import annotations

import re

from geo.formats.common import (
    Collector,
    Unreadable,
    checked,
    decoded,
    distinct_layers,
    outline,
    plain,
    require_united_kingdom,
)
from geo.formats.heights import above, limit_of, unknown
from geo.formats.openair_outline import Block, Pen, Trouble, places_in
from geo.formats.reading import FileRefused, Format, Reading
from geo.formats.remarks import NOT_SAID, kind_of
from geo.zones.model import METRES_PER_FOOT, Datum, GeoZone, Layer, Limit, Polygon, Restriction

MAX_LINES = 1_000_000
_LINE = re.compile(r"([A-Za-z]{2}|[Vv])(?:[ \t=]+|$)(.*)")
_DRAWING = ("SP", "SB", "AT")  # how to draw it, and where to write its name
_SAID = ("AN", "AL", "AH", "AY", "AI", "AF", "AG", "AX", "AA")
_ONCE = ("AN", "AL", "AH", "AI")
_OUTLINE = ("V", "DP", "DA", "DB", "DC")
_TERRAIN = ("TO", "TC")
_LETTERS = {"R": "R", "P": "P", "Q": "D", "RESTRICTED": "R", "PROHIBITED": "P", "DANGER": "D"}
_CONTROLLED = ("A", "B", "C", "D", "E", "CTR", "CTA", "TMA")
_FREE = ("F", "G", "UNC", "UNCLASSIFIED")
_ZERO = re.compile(r"0 ?(FT|F|M)?", re.IGNORECASE)
_DESIGNATOR = re.compile(r"\bEG ?([RPD]) ?(\d?U?\d{2,3}[A-Z]?)\b")


def read_openair(data: bytes) -> Reading:
    """Read an OpenAir file.

    Raises:
        FileRefused: it is no text, or has no AC line.
    """
    words = decoded(data)
    if words.count("\n") > MAX_LINES:
        raise FileRefused(f"It has more than {MAX_LINES:,} lines.")
    lines = words.split("\n")
    collector = Collector(Format.OPENAIR)
    reader = _Reader(collector)
    for number, line in enumerate(lines, 1):
        reader.line(number, line.strip())
    reader.end()
    if not collector.zones and not collector.gaps:
        raise FileRefused("It has no line that begins an airspace (AC).")
    return collector.reading()


class _Reader:
    """Goes through the lines."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._pen = Pen(collector.budget)
        self._block: Block | None = None
        self._terrain = False

    def line(self, number: int, line: str) -> None:
        if not line or line.startswith(("*", "#")):
            return
        found = _LINE.match(line)
        command = found[1].upper() if found else ""
        value = found[2].strip() if found else ""
        if command == "AC":
            self.end()
            self._collector.count()
            self._terrain = False
            self._block = Block(number, value.split("*")[0].strip().upper())
            self._pen.begin()
        elif command in _TERRAIN:
            self.end()
            self._terrain = True
            self._collector.skip("terrain, which is no airspace")
        elif self._terrain or command in _DRAWING:
            return
        else:
            self._in_block(number, command, value, line)

    def _in_block(self, number: int, command: str, value: str, line: str) -> None:
        if self._block is None:
            self._collector.count()
            self._block = Block(number, "")
            self._block.fail(number, "comes before any AC line")
        block = self._block
        try:
            if command in _OUTLINE:
                self._pen.draw(block, command, value.split("*", maxsplit=1)[0].strip())
            elif command in _SAID:
                self._say(block, command, plain(value, 400))
            elif command.startswith("A"):
                block.notes.append(f"its line {number} ({command}) is not used")
            else:
                raise Trouble(f"{line[:40]!r} is no line of OpenAir that is read here")
        except Trouble as trouble:
            block.fail(number, str(trouble))
            if self._pen.centre is not None:
                block.hints.append(self._pen.centre)
            block.hints += places_in(value)

    def _say(self, block: Block, command: str, value: str) -> None:
        """Raises Trouble: it said another thing before, as where an AC line was lost."""
        if block.said.setdefault(command, value) != value and command in _ONCE:
            raise Trouble(f"{command} stands in one airspace twice")

    def end(self) -> None:
        """Of a block."""
        block, self._block = self._block, None
        if block is None:
            return
        name = block.said.get("AN", "")
        label = f"line {block.first} {name[:80]!r}" if name else f"line {block.first}"
        try:
            self._collector.zone(_zone(block), block.notes)
        except Unreadable as why:
            self._collector.refuse(label, why)


def _zone(block: Block) -> GeoZone:
    known = block.places()
    if block.trouble:
        raise Unreadable(block.trouble, known)
    try:
        parts = checked(block.circles or (Polygon(outline(block.corners)),))
        require_united_kingdom(parts)
        lower, upper = (_limit(block.said.get(key), upper=key == "AH") for key in ("AL", "AH"))
        layers = distinct_layers((Layer(parts, lower, upper),))
    except Unreadable as why:
        said = f"line {block.first}: {why}"
        raise Unreadable(said, why.places or known, sure=why.sure, swapped=why.swapped) from why
    name = block.said.get("AN", "")
    found = _DESIGNATOR.search(name.upper())
    zone_id = block.said.get("AI") or name or f"line-{block.first}"
    if "AA" in block.said:
        block.notes.append("its times (AA) are not read: it counts as always active")
    kind, restriction = _asks(block, name)
    return GeoZone(
        zone_id=zone_id,
        name=name or zone_id,
        kind=kind,
        restriction=restriction,
        layers=layers,
        authority=block.said.get("AG") or NOT_SAID,
        contact=f"{block.said['AF']} MHz" if block.said.get("AF") else NOT_SAID,
        law=NOT_SAID,
        source="",
        designator=f"EG{found[1]}{found[2]}" if found else "",
        conditions=f"class {block.airspace_class}" if block.airspace_class else "",
    )


def _asks(block: Block, name: str) -> tuple[str, Restriction]:
    """(kind, restriction) by class, type and name: the strictest of what they mean."""
    tokens = [each for each in (block.said.get("AY", "").upper(), block.airspace_class) if each]
    letter = next((_LETTERS[each] for each in tokens if each in _LETTERS), "")
    known = all(each in (*_LETTERS, *_CONTROLLED, *_FREE) for each in tokens) and bool(tokens)
    controlled = known and any(each in _CONTROLLED for each in tokens)
    kind = kind_of(letter, name, "", "D" if controlled else "")
    if kind == "controlled" and not controlled:
        kind = "other"
    if letter == "P":
        return kind, Restriction.PROHIBITED
    if kind == "controlled":
        return kind, Restriction.CONDITIONAL
    if known and not letter and kind == "other":
        return kind, Restriction.INFORMATION
    if not known:
        block.notes.append(
            f"what its class {' '.join(tokens)[:40]!r} asks of a drone is not known: it counts as "
            "needing a permission"
        )
    return kind, Restriction.PERMISSION


def _limit(words: str | None, *, upper: bool) -> Limit:
    if words is None:
        return unknown("not said", upper=upper)
    found = limit_of(words, upper=upper, unit_m=METRES_PER_FOOT)
    if not upper and found.datum is Datum.UNKNOWN and _ZERO.fullmatch(words):
        return above(0.0, Datum.AGL, words, upper=False)  # nothing flies below any zero here
    return found
