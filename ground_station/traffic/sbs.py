"""SBS-1 ("BaseStation") lines, port 30003 of dump1090 and readsb: what they say, put together.

Each line brings part of an aircraft. The lines' own times are of the receiver's clock, without a
zone, so the age of everything counts from when it arrived here. Heights are by the barometer.
"""

from __future__ import annotations

from dataclasses import dataclass

from ground_station.core.agent_facts import MAX_AIRCRAFT, Aircraft
from ground_station.traffic import figures

KEPT_S = 60.0
# What a place is told with has to be of its time.
MOVEMENT_KEPT_S = 15.0
MAX_HELD = 1000
_FIELDS = 22
_AIRBORNE_KINDS = frozenset("12345678")


@dataclass(slots=True)
class _Held:
    heard_s: float
    callsign: str = ""
    place: tuple[float, float] | None = None
    placed_s: float = 0.0
    alt_m: float | None = None
    alt_s: float = 0.0
    speed_mps: float | None = None
    track_deg: float | None = None
    climb_mps: float | None = None
    moved_s: float = 0.0
    on_ground: bool = False


class SbsTable:
    """One thread's. `skipped`: lines that were none; `taken`: those that were."""

    def __init__(self) -> None:
        self.skipped = 0
        self.taken = 0
        self._held: dict[str, _Held] = {}

    def take(self, line: bytes, now_s: float) -> None:
        """One line without its end. Whatever it holds, nothing is raised."""
        fields = line.decode("ascii", "replace").strip().split(",")
        if fields[0] != "MSG":
            if fields[0] not in ("", "SEL", "ID", "AIR", "STA", "CLK"):
                self.skipped += 1
            return
        icao = figures.icao_of(fields[4]) if len(fields) == _FIELDS else None
        if icao is None or fields[1] not in _AIRBORNE_KINDS:
            self.skipped += 1
            return
        self.taken += 1
        self._update(self._row(icao, now_s), fields, now_s)

    def _row(self, icao: str, now_s: float) -> _Held:
        held = self._held.get(icao)
        if held is None:
            if len(self._held) >= MAX_HELD:
                del self._held[min(self._held, key=lambda one: self._held[one].heard_s)]
            held = self._held[icao] = _Held(now_s)
        held.heard_s = now_s
        return held

    @staticmethod
    def _update(held: _Held, fields: list[str], now_s: float) -> None:
        held.callsign = figures.callsign_of(fields[10]) or held.callsign
        place = figures.place_of(fields[14], fields[15])
        if place is not None:
            held.place, held.placed_s = place, now_s
        alt_m = figures.height_m(fields[11])
        if alt_m is not None:
            held.alt_m, held.alt_s = alt_m, now_s
        speed, track = figures.speed_mps(fields[12]), figures.track_deg(fields[13])
        climb = figures.climb_mps(fields[16])
        if speed is not None or track is not None or climb is not None:
            held.speed_mps, held.track_deg, held.moved_s = speed, track, now_s
            held.climb_mps = climb if climb is not None else held.climb_mps
        if fields[21] in ("0", "1", "-1"):
            held.on_ground = fields[21] != "0"

    def rows(self, now_s: float) -> list[Aircraft]:
        """Those with a place, newest first; forgets what is too old."""
        self._held = {
            icao: held for icao, held in self._held.items() if now_s - held.heard_s < KEPT_S
        }
        placed = [
            (icao, held)
            for icao, held in self._held.items()
            if held.place is not None and now_s - held.placed_s < KEPT_S
        ]
        placed.sort(key=lambda pair: -pair[1].placed_s)
        return [_aircraft(icao, held, now_s) for icao, held in placed[:MAX_AIRCRAFT]]


def _aircraft(icao: str, held: _Held, now_s: float) -> Aircraft:
    lat, lon = held.place or (0.0, 0.0)
    moves = now_s - held.moved_s < MOVEMENT_KEPT_S
    return Aircraft(
        icao=icao,
        lat=lat,
        lon=lon,
        age_ms=max(0, round((now_s - held.placed_s) * 1000)),
        callsign=held.callsign,
        pressure_alt_m=held.alt_m if now_s - held.alt_s < MOVEMENT_KEPT_S else None,
        track_deg=held.track_deg if moves else None,
        speed_mps=held.speed_mps if moves else None,
        climb_mps=held.climb_mps if moves else None,
        on_ground=held.on_ground,
    )
