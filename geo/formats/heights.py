"""Heights in words, as files of airspace write them, as limits with their datum."""

from __future__ import annotations

import math
import re

from geo.zones.model import METRES_PER_FOOT, Datum, Limit

_METRES = {
    **dict.fromkeys(("FT", "FEET", "F", "'"), METRES_PER_FOOT),
    **dict.fromkeys(("M", "METRES", "METERS", "MTR"), 1.0),
}
_DATUMS = {
    **dict.fromkeys(("AGL", "SFC", "GND", "ASFC"), Datum.AGL),
    **dict.fromkeys(("ALT", "MSL", "AMSL", "ASL"), Datum.AMSL),
    **dict.fromkeys(("HAE", "WGS84"), Datum.HAE),
}
_NUMBER = r"(-?\d{1,7}(?:,\d{3})?(?:\.\d{1,6})?) ?(FT|FEET|F|'|M|METRES|METERS|MTR)?"
_HEIGHT = re.compile(_NUMBER + r" ?(AGL|SFC|GND|ASFC|ALT|MSL|AMSL|ASL|HAE|WGS ?84)")
_OF_UNKNOWN = re.compile(_NUMBER + r"(?: .*)?")  # a number above what nobody here knows
_LEVEL = re.compile(r"(?:FL|FLIGHT LEVEL) ?(\d{1,3})(?: ?STD)?")
_SURFACE = ("SFC", "GND", "SURFACE", "GROUND", "0 FT SFC", "0 FT AGL", "0 FT GND", "0 M AGL")
_UNLIMITED = ("UNL", "UNLTD", "UNLIM", "UNLIMITED", "UNLD")
_NO_TOP_LEVEL = 999  # as AIXM writes "unlimited"
NO_TOP = 99_999  # as files of numbers write it, in feet or metres
_MAX_CHARS = 60


def limit_of(words: str, *, upper: bool, unit_m: float | None = None) -> Limit:
    """One limit of a height band from its words: "2000 FT AGL" (older: SFC), "1400FT AMSL" (ALT,
    MSL), "FL100", "SFC", "UNL".

    Words that name a number and nothing known that it is above give that number with
    `Datum.UNKNOWN`; words that are no height at all give a limit at the outside, with the same.

    Args:
        unit_m: metres of a number without a unit; None: such a number is not known.
    """
    plain = " ".join(words[: _MAX_CHARS + 1].split()).upper()
    if len(plain) > _MAX_CHARS:
        return unknown(words, upper=upper)
    if plain in _SURFACE or (plain == "0FT AGL"):
        return Limit(0.0, Datum.AGL if upper else Datum.SURFACE, words)
    if plain in _UNLIMITED and upper:
        return Limit(math.inf, Datum.AMSL, words)
    if plain == "MSL":
        return Limit(0.0, Datum.AMSL, words)
    level = _LEVEL.fullmatch(plain)
    if level is not None:
        return flight_level(int(level[1]), words, upper=upper)
    return _height(plain, words, upper, unit_m)


def flight_level(level: int, words: str, *, upper: bool) -> Limit:
    """FL 999 as a top is none."""
    if level >= _NO_TOP_LEVEL and upper:
        return Limit(math.inf, Datum.FLIGHT_LEVEL, words)
    return Limit(level * 100 * METRES_PER_FOOT, Datum.FLIGHT_LEVEL, words)


def unknown(words: str, *, upper: bool) -> Limit:
    """Of words that nobody here knows, or of none: at the outside."""
    return Limit(math.inf if upper else 0.0, Datum.UNKNOWN, words)


def above(value_m: float, datum: Datum, words: str, *, upper: bool) -> Limit:
    """A number of metres; as a lower limit at the ground it is the surface."""
    if not upper and value_m <= 0 and datum is Datum.AGL:
        return Limit(0.0, Datum.SURFACE, words)
    return Limit(value_m, datum, words)


def at_the_ground(upper: Limit) -> bool:
    """Whether nothing lies below a top: a number that was lost, more likely than a zone."""
    heights = (Datum.AGL, Datum.SURFACE, Datum.AMSL)
    return upper.datum in heights and upper.value_m <= 0


def crossed(lower: Limit, upper: Limit) -> bool:
    """Whether a band is surely empty, because its top is below its bottom."""
    ground = (Datum.AGL, Datum.SURFACE)
    same = lower.datum == upper.datum or (lower.datum in ground and upper.datum in ground)
    return same and lower.datum is not Datum.UNKNOWN and upper.value_m < lower.value_m


def _height(plain: str, words: str, upper: bool, unit_m: float | None) -> Limit:
    found = _HEIGHT.fullmatch(plain)
    datum = _DATUMS[found[3].replace(" ", "")] if found else Datum.UNKNOWN
    found = found or _OF_UNKNOWN.fullmatch(plain)
    if found is None:
        return unknown(words, upper=upper)
    metres = _METRES[found[2]] if found[2] else unit_m
    if metres is None:
        return unknown(words, upper=upper)
    value_m = float(found[1].replace(",", "")) * metres
    return above(value_m, datum, words, upper=upper)
