"""NOTAM text taken apart: the notices in a text, and the items of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_CHARS = 200_000  # of one notice; of a longer one no item is read
_SERIES = r"[A-Z]\d{4}/\d{2}"
_HEAD = re.compile(rf"\(?({_SERIES}) NOTAM([NRC])(?: ({_SERIES}))?")
_BARE = re.compile(rf"^[ \t]*\(?({_SERIES})[ \t]*$", re.MULTILINE)
_QUALIFIER = re.compile(r"^[ \t]*Q\)", re.MULTILINE)
_ITEM = re.compile(r"(?:(?<=\s)|^)([QABCDEFG])\)[ \t]?")
_ORDER = "QABCDEFG"
_Q_LINE = re.compile(
    r"([A-Z]{4})/Q([A-Z]{2})([A-Z]{2})/[^/]{0,4}/[^/]{0,4}/[^/]{0,4}/(\d{3})/(\d{3})/?"
    r"(?:(\d{2})(\d{2})([NS])(\d{3})(\d{2})([EW])(\d{3}))?"
)


@dataclass(frozen=True, slots=True)
class Qualifier:
    """The Q line: only good for saying roughly where and about what.

    Attributes:
        subject, condition: two letters each, "RT" and "CA". place: to a minute. radius_nm: whole
            miles; 999: everywhere.
    """

    subject: str
    condition: str
    place: tuple[float, float] | None
    radius_nm: int


@dataclass
class Notice:
    """One NOTAM.

    Attributes:
        line: where it begins in the text. number: "J1234/26"; "" if it does not say.
        kind: "N", "R", "C"; "" if it does not say. refers: the number of the one it replaces or
            cancels. items: their text, by letter.
    """

    line: int
    number: str = ""
    kind: str = ""
    refers: str = ""
    items: dict[str, str] = field(default_factory=dict)

    def one_line(self, item: str) -> str:
        return " ".join(self.items.get(item, "").split())


def notices(text: str) -> Iterator[Notice]:
    """Every NOTAM of a text, in its order."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = _starts(text)
    line = counted = 0
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(text)
        piece = text[start:end]
        line += text.count("\n", counted, start)
        counted = start
        notice = Notice(line + 1)
        head = _HEAD.search(piece[:200])
        bare = _BARE.search(piece[:200])
        if head is not None:
            notice.number, notice.kind, notice.refers = head[1], head[2], head[3] or ""
        elif bare is not None:
            notice.number = bare[1]
        if len(piece) <= MAX_CHARS:
            notice.items = _items(piece[head.end() :] if head else piece)
        yield notice


def _starts(text: str) -> list[int]:
    heads = [match.start() for match in _HEAD.finditer(text)]
    if heads:
        return heads
    bare = [match.start() for match in _BARE.finditer(text)]
    qualifiers = [match.start() for match in _QUALIFIER.finditer(text)]
    if len(bare) >= len(qualifiers) and bare:
        return bare
    if qualifiers:
        return qualifiers
    return [0] if text.strip() else []


def _items(piece: str) -> dict[str, str]:
    """Items in their order: "A)" within E is text. F and G are the last of them."""
    found = list(_ITEM.finditer(piece))
    marks: list[re.Match[str]] = []
    at = 0
    for match in found:
        position = _ORDER.index(match[1])
        if position >= at and not (marks and marks[-1][1] == "E" and match[1] not in "FG"):
            marks.append(match)
            at = position + 1
    items: dict[str, str] = {}
    for number, match in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(piece)
        items[match[1]] = piece[match.end() : end].strip()
    last = marks[-1][1] if marks else ""
    if items.get(last, "").endswith(")"):
        items[last] = items[last][:-1].rstrip() if _unbalanced(items[last]) else items[last]
    return items


def _unbalanced(text: str) -> bool:
    return text.count(")") > text.count("(")


def qualifier_of(notice: Notice) -> Qualifier | None:
    """Its Q line; None: it has none that can be read."""
    found = _Q_LINE.match(notice.one_line("Q").replace(" ", ""))
    if found is None:
        return None
    place = None
    if found[6] is not None:
        lat = int(found[6]) + int(found[7]) / 60
        lon = int(found[9]) + int(found[10]) / 60
        if lat <= 90 and lon <= 180 and int(found[7]) < 60 and int(found[10]) < 60:
            place = (-lat if found[8] == "S" else lat, -lon if found[11] == "W" else lon)
    return Qualifier(found[2], found[3], place, int(found[12] or 999))
