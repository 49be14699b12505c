"""What receivers say, in our units; what cannot be is not known. Pure."""

from __future__ import annotations

import math
import re

FOOT_M = 0.3048
KNOT_MPS = 1852.0 / 3600.0
FPM_MPS = FOOT_M / 60.0
_ICAO = re.compile(r"[0-9a-f]{6}\Z")
_LOWEST_M, _HIGHEST_M = -500.0, 40_000.0
_MAX_MPS = 1_000.0


def icao_of(text: object) -> str | None:
    """The 24-bit address in lower case; None for what is none, as an anonymous one ("~...")."""
    if not isinstance(text, str):
        return None
    lower = text.strip().lower()
    return lower if _ICAO.match(lower) and lower != "000000" else None


def callsign_of(text: object) -> str:
    """What can be shown of it: anybody may send anything."""
    if not isinstance(text, str):
        return ""
    return "".join(one for one in text if one.isascii() and one.isalnum())[:16]


def number_of(value: object) -> float | None:
    """A finite number, also out of a short text; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and (len(value) > 32 or not value.isascii() or "_" in value):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _scaled(value: object, factor: float, lowest: float, highest: float) -> float | None:
    number = number_of(value)
    if number is None or not lowest <= number * factor <= highest:
        return None
    return number * factor


def height_m(feet: object) -> float | None:
    return _scaled(feet, FOOT_M, _LOWEST_M, _HIGHEST_M)


def speed_mps(knots: object) -> float | None:
    return _scaled(knots, KNOT_MPS, 0.0, _MAX_MPS)


def climb_mps(feet_a_minute: object) -> float | None:
    return _scaled(feet_a_minute, FPM_MPS, -_MAX_MPS, _MAX_MPS)


def track_deg(degrees: object) -> float | None:
    found = _scaled(degrees, 1.0, 0.0, 360.0)
    return None if found is None else found % 360.0


def place_of(lat: object, lon: object) -> tuple[float, float] | None:
    """(lat, lon); None without, and at nought and nought, which means that there is none."""
    north, east = _scaled(lat, 1.0, -90.0, 90.0), _scaled(lon, 1.0, -180.0, 180.0)
    if north is None or east is None or (north == 0.0 and east == 0.0):
        return None
    return north, east
