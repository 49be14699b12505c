"""What a source may be called and where it may be."""

from __future__ import annotations

import math
from collections.abc import Callable

from ground_station.core.agent_protocol import Calibration, SourceOffer
from ground_station.core.errors import InvalidInput
from ground_station.core.registry import Source

MAX_NAME_LENGTH = 80
MAX_NOTE_LENGTH = 1000
MAX_PAIRS = 64


def checked_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= MAX_NAME_LENGTH or not cleaned.isprintable():
        raise InvalidInput(f"A source's name has 1 to {MAX_NAME_LENGTH} printable characters.")
    return cleaned


def check_place(source: Source) -> None:
    check_numbers(source.name, source.lat, source.lon, source.heading_deg)


def check_numbers(
    name: str, lat: float | None, lon: float | None, heading_deg: float | None
) -> None:
    if (lat is None) != (lon is None):
        raise InvalidInput(f"{name}: give both latitude and longitude, or neither.")
    if lat is not None and not (math.isfinite(lat) and -90 <= lat <= 90):
        raise InvalidInput(f"{name}: the latitude must be between -90 and 90.")
    if lon is not None and not (math.isfinite(lon) and -180 <= lon <= 180):
        raise InvalidInput(f"{name}: the longitude must be between -180 and 180.")
    if heading_deg is not None and not (math.isfinite(heading_deg) and 0 <= heading_deg <= 360):
        raise InvalidInput(f"{name}: the heading must be between 0 and 360 degrees.")


def check_offer(offer: SourceOffer, check_calibration: Callable[[Calibration], None]) -> None:
    """InvalidInput for an offer out of its bounds; `check_calibration` says it of a calibration."""
    if not offer.key or len(offer.key) > MAX_NAME_LENGTH:
        raise InvalidInput(f"A source's key has 1 to {MAX_NAME_LENGTH} characters.")
    checked_name(offer.name)
    if len(offer.note) > MAX_NOTE_LENGTH:
        raise InvalidInput(f"A source's note has at most {MAX_NOTE_LENGTH} characters.")
    check_numbers(offer.name, offer.lat, offer.lon, offer.heading_deg)
    if offer.calibration is not None:
        if len(offer.calibration.pairs) > MAX_PAIRS:
            raise InvalidInput(f"A calibration has at most {MAX_PAIRS} points.")
        check_calibration(offer.calibration)
