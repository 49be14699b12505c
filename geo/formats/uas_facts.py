"""What ED-269 and ED-318 say of a zone beside its shape and times: both say the same in slightly
different words. `extendedProperties` may hold anything; what is known of it is used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from geo.formats.common import THE_FILE, Collector, Place, Unreadable
from geo.formats.heights import NO_TOP, above, limit_of, unknown
from geo.formats.json_safe import Members, maybe_members, number, text
from geo.formats.remarks import NOT_SAID, exempt_of, kind_of, law_of
from geo.formats.times import airac_dates, cycle
from geo.zones.model import (
    METRES_PER_FOOT,
    Applicability,
    Datum,
    GeoZone,
    Layer,
    Limit,
    Restriction,
)
from geo.zones.shapes import bounds_of

OURS = "kestrel"  # the member of extendedProperties with what the formats have no room for
RESTRICTIONS = {
    "PROHIBITED": Restriction.PROHIBITED,
    "REQ_AUTHORISATION": Restriction.PERMISSION,
    "REQ_AUTHORIZATION": Restriction.PERMISSION,
    "CONDITIONAL": Restriction.CONDITIONAL,
    "NO_RESTRICTION": Restriction.INFORMATION,
    "USPACE": Restriction.U_SPACE,
    "U_SPACE": Restriction.U_SPACE,
}
DATUMS = {
    "AGL": Datum.AGL,
    "AMSL": Datum.AMSL,
    "WGS84": Datum.HAE,
    "HAE": Datum.HAE,
}
UNITS_M = {"M": 1.0, "FT": METRES_PER_FOOT}
KINDS = frozenset(("aerodrome", "runway", "prison", "restricted", "prohibited", "danger"))
KINDS |= {"temporary", "controlled", "incident", "other"}
_KINDS_SAID = {
    "FRZ": "aerodrome",
    "FRZ_ATZ": "aerodrome",
    "ATZ": "aerodrome",
    "FRZ_RPZ": "runway",
    "RPZ": "runway",
    "RESTRICTED_AREA": "restricted",
    "NPAS_BASE": "restricted",
    "NATIONAL_SECURITY": "restricted",
    "PROHIBITED_AREA": "prohibited",
    "DANGER_AREA": "danger",
    "RA_T": "temporary",
    **dict.fromkeys(("CTR", "CTA", "TMA"), "controlled"),
}
_SAME_M = 1.0  # limits are whole metres, rounded up
_LETTER = re.compile(r"EG ?([RPD])(?=\d)", re.IGNORECASE)
_CLASSED = re.compile(r"\bCONTROL (ZONE|AREA)\b|\bCLASS [A-E]\b", re.IGNORECASE)  # in a name
_NOT_STRICT = (Restriction.CONDITIONAL, Restriction.INFORMATION)


def label_of(facts: Members, at: int) -> str:
    """How a feature is named to people: "feature 7 'EGR157'"."""
    name = text(facts.get("identifier"), 60) or text(facts.get("name"), 60)
    return f"feature {at} {name!r}" if name else f"feature {at}"


def zone_of(
    facts: Members,
    restriction_said: str,
    layers: tuple[Layer, ...],
    applicability: tuple[Applicability, ...],
    notes: list[str],
) -> GeoZone:
    """The zone of a feature's members. `notes` grows by what a person should know.

    Raises:
        Unreadable: it has no identifier, or its restriction is none of the known ones.
    """
    restriction = RESTRICTIONS.get(restriction_said.strip().upper())
    corners = _corners(layers)
    if restriction is None:
        raise Unreadable(
            f"what it asks is not known: {restriction_said[:40]!r} is none of "
            f"{', '.join(RESTRICTIONS)}",
            corners,
        )
    extended = maybe_members(facts.get("extendedProperties"))
    ours = maybe_members(extended.get(OURS))
    zone_id = text(ours.get("zoneId"), 100) or text(facts.get("identifier"), 100)
    if not zone_id:
        raise Unreadable("it has no identifier", corners)
    designator = text(extended.get("designator"), 100)
    name = text(ours.get("name"), 400) or text(facts.get("name"), 400) or designator or zone_id
    remark = _lines(text(extended.get("publishedRemark"), 20_000))
    conditions = _conditions(text(facts.get("restrictionConditions"), 20_000), remark)
    kind = _kind(extended, ours, f"{designator or zone_id}", name, remark, facts, restriction)
    authority, contact = _authorities(facts.get("zoneAuthority"))
    said = text(ours.get("conditions"), 20_000) or conditions
    return GeoZone(
        zone_id=zone_id,
        name=name,
        kind=kind,
        restriction=restriction,
        layers=_worded(layers, extended, ours, notes),
        authority=text(ours.get("authority"), 1000) or authority,
        contact=text(ours.get("contact"), 2000) or contact,
        law=text(extended.get("legalBasis"), 1000) or law_of(kind, f"{remark}\n{conditions}"),
        source=text(extended.get("source"), 1000),
        designator="" if designator == zone_id else designator,
        applicability=applicability,
        conditions=said,
        message=text(ours.get("message"), 5000) or text(facts.get("message"), 5000),
        exempt=exempt_of(kind, said),
    )


def _corners(layers: tuple[Layer, ...]) -> list[Place]:
    parts = [part for layer in layers for part in layer.parts]
    boxes = (bounds_of(part) for part in parts)
    return [corner for w, s, e, n in boxes for corner in ((s, w), (n, e))]


def _lines(remark: str) -> str:
    return "\n".join(each.strip() for each in remark.split(" | ")).strip()


def _conditions(said: str, remark: str) -> str:
    """The longer words, which the shorter ones were cut out of, and both where they differ."""
    short = " ".join(said.removeprefix("Permitted: ").split())
    if not remark or short in " ".join(remark.split()):
        return remark or said
    return f"{said}\n{remark}".strip()


def _kind(
    extended: Members,
    ours: Members,
    designator: str,
    name: str,
    remark: str,
    facts: Members,
    restriction: Restriction,
) -> str:
    said = text(ours.get("kind"), 40).lower()
    word = text(extended.get("kind"), 40).upper()
    letter = _LETTER.match(designator)
    kind = said if said in KINDS else _KINDS_SAID.get(word, "")
    if not kind and word.lower() in KINDS:
        kind = word.lower()
    if not kind:
        kind = kind_of(letter[1].upper() if letter else "", name, remark)
        of_traffic = "AIR_TRAFFIC" in text(facts.get("reason")).upper()
        if kind == "controlled" and not of_traffic:
            kind = "other"
        elif kind == "other" and of_traffic and _CLASSED.search(name):
            kind = "controlled"
    if kind == "controlled" and restriction not in _NOT_STRICT:
        return "restricted"  # it asks more than controlled airspace does, and so it is more
    return kind


def _authorities(value: object) -> tuple[str, str]:
    """(whom to ask, how), of each of them that may be asked."""
    names: list[str] = []
    contacts: list[str] = []
    for each in (value if isinstance(value, list) else [value])[:20]:
        authority = maybe_members(each)
        names.append(text(authority.get("name"), 400) or text(authority.get("service"), 400))
        contacts += [
            text(authority.get(key), 400)
            for key in ("contactName", "email", "phone", "siteURL", "siteUrl")
        ]
        before = text(authority.get("intervalBefore"), 40)
        contacts.append(f"ask {before} before (ISO 8601)" if before else "")
    return (
        "; ".join(dict.fromkeys(filter(None, names))) or NOT_SAID,
        " | ".join(dict.fromkeys(filter(None, contacts))) or NOT_SAID,
    )


def limit_from(value: object, datum_said: str, unit: str, *, upper: bool) -> Limit:
    """One limit of numbers: a value in metres ("M") or feet ("FT") above what its reference says.

    Raises:
        Unreadable: the value is no number, or its unit is not known.
    """
    if value is None:
        return unknown("not said", upper=upper)
    metres = UNITS_M.get(unit.upper())
    if metres is None:
        raise Unreadable(f"the unit of its heights is not known: {unit[:20]!r}")
    height = number(value, "a height")
    words = f"{height:g} {unit.upper()} {datum_said}".strip()
    if upper and height >= NO_TOP:
        return Limit(float("inf"), Datum.AMSL, words)
    return above(height * metres, DATUMS.get(datum_said.upper(), Datum.UNKNOWN), words, upper=upper)


def _worded(
    layers: tuple[Layer, ...], extended: Members, ours: Members, notes: list[str]
) -> tuple[Layer, ...]:
    """The layers with the source's own words of their limits, where those mean the same."""
    kept = ours.get("limits")
    if isinstance(kept, list) and len(kept) == len(layers):
        return tuple(
            replace(
                layer,
                lower=_named(layer.lower, maybe_members(words).get("lower"), False, []),
                upper=_named(layer.upper, maybe_members(words).get("upper"), True, []),
            )
            for layer, words in zip(layers, kept, strict=True)
        )
    if len(layers) != 1:
        return layers
    words = extended.get("publishedUpper")
    if words is None:
        exact = maybe_members(extended.get("upperExact"))
        words = " ".join(
            filter(None, (text(exact.get(key), 20) for key in ("value", "uom", "reference")))
        )
    lower = _named(layers[0].lower, extended.get("publishedLower"), False, notes)
    return (replace(layers[0], lower=lower, upper=_named(layers[0].upper, words, True, notes)),)


def _named(limit: Limit, words: object, upper: bool, notes: list[str]) -> Limit:
    """A limit with these words, where they mean it; the limit itself never changes."""
    said = text(words, 200)
    if not said:
        return limit
    meant = limit_of(said, upper=upper)
    same = meant.datum is limit.datum or {meant.datum, limit.datum} == {Datum.AGL, Datum.SURFACE}
    close = meant.value_m == limit.value_m or abs(meant.value_m - limit.value_m) <= _SAME_M
    if meant.datum is Datum.UNKNOWN or (same and close):
        return replace(limit, as_published=said)
    notes.append(
        f"its words say {said!r} and its numbers {limit.as_published!r}: the numbers count"
    )
    return limit


def merged(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Layers that follow each other with the same limits, as one."""
    found: list[Layer] = []
    for layer in layers:
        if found and (found[-1].lower, found[-1].upper) == (layer.lower, layer.upper):
            found[-1] = replace(layer, parts=(*found[-1].parts, *layer.parts))
        else:
            found.append(layer)
    return tuple(found)


def dates_said(
    collector: Collector, texts: Iterable[str]
) -> tuple[str, datetime | None, datetime | None]:
    """(AIRAC date, from, until) as the file's words and its zones' sources name them, where all
    that name one name the same; else nothing, and a note."""
    said = set().union(*(airac_dates(each) for each in texts))
    said |= set().union(*(airac_dates(zone.source) for zone in collector.zones))
    if len(said) > 1:
        collector.note(
            THE_FILE,
            f"it names several AIRAC dates ({', '.join(sorted(said))}): from when until when it is "
            "valid is not known",
        )
    if len(said) != 1:
        return "", None, None
    airac = said.pop()
    begins, ends = cycle(airac)
    collector.note(THE_FILE, f"valid for the 28 days from AIRAC {airac}, which its own words name")
    return airac, begins, ends
