"""What NATS writes about a zone in plain words, beside its outline: what kind it is, by what law,
whom to ask and who is let in. Used by the readers of KML and AIXM."""

from __future__ import annotations

import re

from geo.zones.model import OperatorType, Restriction
from geo.zones.training_facts import FRZ_LAW

NOT_SAID = "not said by the source"
MAX_REMARK_CHARS = 20_000

_PRISON = re.compile(r"\b(HMP|HMYOI|YOI|PRISON)\b", re.IGNORECASE)
_RUNWAY = re.compile(r"\bRWY\b", re.IGNORECASE)
_AERODROME = re.compile(r"\b(FRZ|ATZ)\b")
_CONTROLLED = re.compile(r"\b(CTR|CTA|TMA)\b")
_TEMPORARY = re.compile(r"\bR[AP]? ?\(T\)|\bTEMPORARY\b", re.IGNORECASE)
_LETTERS = {"R": "restricted", "P": "prohibited", "D": "danger"}


def kind_of(letter: str, name: str, remark: str, airspace_class: str = "") -> str:
    """A zone's kind as in `GeoZone.kind`. `letter`: the R, P or D of its type, "" if none."""
    head = remark[:200]
    controlled = airspace_class.strip().upper() in ("A", "B", "C", "D", "E")
    for applies, kind in (
        (_PRISON.search(name) or head.startswith("HMP Restricted"), "prison"),
        (_RUNWAY.search(name), "runway"),
        (_AERODROME.search(f"{name} {head}"), "aerodrome"),
        (_TEMPORARY.search(name), "temporary"),
        (letter in _LETTERS, _LETTERS.get(letter, "")),
        (_CONTROLLED.search(name) or controlled, "controlled"),
    ):
        if applies:
            return kind
    return "other"


def restriction_of(letter: str, kind: str) -> Restriction:
    """What it asks: P is prohibited; controlled airspace has conditions; all else a permission
    (danger areas too: whether their danger concerns unmanned flight, nobody here can say)."""
    if letter == "P":
        return Restriction.PROHIBITED
    return Restriction.CONDITIONAL if kind == "controlled" else Restriction.PERMISSION


_LAW = re.compile(r"\bSI \d{1,4}/\d{1,4}\b")
_STOP = r"(?:\.\s|\.$|\n|$)"
_AUTHORITIES = tuple(
    re.compile(pattern + _STOP, re.IGNORECASE)
    for pattern in (
        r"permission has been granted by (?:the )?([^\n]{3,160}?)",
        r"Danger Area Authority: ?([^\n]{2,100}?)",
        r"to be obtained from (?:the )?([^\n]{3,160}?)",
    )
)
_CONTACT = re.compile(
    r"contact:|contact details|@|https?://|www\.|tel:|telephone|\b0\d{2,4}[- ]\d{3}", re.IGNORECASE
)
_MPS = "in the service of the chief officer of police for the metropolitan police district"
_NEVER_EXEMPT = ("aerodrome", "runway", "prison")


def law_of(kind: str, remark: str) -> str:
    """The instruments that the remark names, as it writes them; for an aerodrome's zone the article
    that makes it."""
    found = list(dict.fromkeys(_LAW.findall(remark)))
    if kind in ("aerodrome", "runway"):
        return FRZ_LAW
    return "; ".join(found) or NOT_SAID


def authority_of(remark: str) -> str:
    """Whom the remark says to ask."""
    for pattern in _AUTHORITIES:
        found = pattern.search(remark)
        if found is not None:
            return " ".join(found[1].split())
    return NOT_SAID


def contact_of(remark: str) -> str:
    """The lines of the remark that say how to reach somebody."""
    lines = [line.strip() for line in remark.split("\n") if _CONTACT.search(line)]
    return " | ".join(lines)[:1000] or NOT_SAID


def exempt_of(kind: str, remark: str) -> frozenset[OperatorType]:
    """Whose flights the zone's own words let in; nothing is inferred, and no aerodrome's zone and
    no prison lets anybody in."""
    if kind in _NEVER_EXEMPT or _MPS not in " ".join(remark.split()).lower():
        return frozenset()
    return frozenset({OperatorType.MPS})
