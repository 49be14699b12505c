"""`aircraft.json` of dump1090 and readsb: one file with everything that is heard."""

from __future__ import annotations

from typing import Any

import msgspec

from ground_station.core.agent_facts import MAX_AIRCRAFT, Aircraft
from ground_station.traffic import figures

KEPT_S = 60.0
_CATEGORIES = {
    "A1": "light aeroplane",
    "A2": "aeroplane",
    "A3": "airliner",
    "A4": "airliner",
    "A5": "airliner",
    "A6": "fast aeroplane",
    "A7": "helicopter",
    "B1": "glider",
    "B2": "balloon or airship",
    "B3": "parachutist",
    "B4": "ultralight",
    "B6": "uncrewed aircraft",
}
_SURFACE = frozenset(("C1", "C2", "C3", "C4", "C5"))


class NotAircraftJson(ValueError):
    """A body that is none."""


class AircraftJson:
    """One thread's.

    Attributes:
        skipped: rows that were none, of all bodies. old_s: for how long the receiver has not
            written the file anew, though it can be read.
    """

    def __init__(self) -> None:
        self.skipped = 0
        self.old_s = 0.0
        self._written: float | None = None
        self._written_s = 0.0

    def take(self, body: bytes, now_s: float) -> list[Aircraft]:
        """Those with a place, newest first.

        The ages in the file are as of when it was written. A receiver that stopped leaves its file
        behind: everything in it then grows older with each look.

        Raises:
            NotAircraftJson: what it is not.
        """
        told = _decoded(body)
        written = figures.number_of(told.get("now"))
        if written is None:
            raise NotAircraftJson("it does not say when it was written")
        if written != self._written:
            self._written, self._written_s = written, now_s
        self.old_s = now_s - self._written_s
        found = []
        for row in told["aircraft"]:
            if not isinstance(row, dict):
                self.skipped += 1
                continue
            if "lat" not in row:  # heard, but not where
                continue
            aircraft = _aircraft(row, self.old_s)
            if aircraft is None:
                self.skipped += 1
            elif aircraft.age_ms < KEPT_S * 1000:
                found.append(aircraft)
        found.sort(key=lambda one: one.age_ms)
        return found[:MAX_AIRCRAFT]


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotAircraftJson("it is no JSON") from error
    if not isinstance(told, dict) or not isinstance(told.get("aircraft"), list):
        raise NotAircraftJson("it has no list of aircraft")
    return told


def _aircraft(row: dict[str, Any], old_s: float) -> Aircraft | None:
    icao = figures.icao_of(row.get("hex"))
    place = figures.place_of(row.get("lat"), row.get("lon"))
    seen_s = figures.number_of(row.get("seen_pos"))
    if icao is None or place is None or seen_s is None or not 0 <= seen_s < 86_400:
        return None
    category = row.get("category")
    kind = category if isinstance(category, str) else ""
    climb = row.get("geom_rate", row.get("baro_rate", row.get("vert_rate")))
    return Aircraft(
        icao=icao,
        lat=place[0],
        lon=place[1],
        age_ms=round((seen_s + old_s) * 1000),
        callsign=figures.callsign_of(row.get("flight")),
        alt_amsl_m=figures.height_m(row.get("alt_geom")),
        pressure_alt_m=figures.height_m(row.get("alt_baro", row.get("altitude"))),
        track_deg=figures.track_deg(row.get("track")),
        speed_mps=figures.speed_mps(row.get("gs", row.get("speed"))),
        climb_mps=figures.climb_mps(climb),
        on_ground=row.get("alt_baro", row.get("altitude")) == "ground" or kind in _SURFACE,
        category=_CATEGORIES.get(kind, ""),
    )
