"""Cursor-on-Target events over UDP: drones that their own system reports, to be seen only.

Anybody who can reach the port can send anything, so it listens on the one address that is set, and
what it hears is shown as reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import msgspec

from geo.formats.reading import FileRefused
from geo.formats.xml_safe import Broken, child, pieces
from ground_station.core.agent_facts import MAX_REMOTE_IDS, RemoteId
from ground_station.traffic import figures

KEPT_S = 60.0
MAX_DATAGRAM = 16_384
MAX_EVENTS = 20  # in one datagram
_AIR = re.compile(r"a-.-A(-|\Z)")  # an atom, of whichever side, in the air


@dataclass(frozen=True, slots=True)
class _Held:
    drone: RemoteId
    heard_s: float


class CotTable:
    """One thread's. `skipped`: datagrams and events that were none, or of nothing in the air."""

    def __init__(self) -> None:
        self.skipped = 0
        self._held: dict[str, _Held] = {}

    def take(self, datagram: bytes, now_s: float) -> None:
        """Whatever it holds, nothing is raised. The events' own times are of the sender's clock,
        so ages count from here."""
        try:
            events = [piece.element for piece in pieces(datagram[:MAX_DATAGRAM], ("event",))]
        except (FileRefused, Broken):
            self.skipped += 1
            return
        self.skipped += not events
        for event in events[:MAX_EVENTS]:
            drone = None if event is None else _drone(event)
            if drone is None:
                self.skipped += 1
                continue
            if drone.key not in self._held and len(self._held) >= MAX_REMOTE_IDS:
                del self._held[min(self._held, key=lambda one: self._held[one].heard_s)]
            self._held[drone.key] = _Held(drone, now_s)

    def rows(self, now_s: float) -> list[RemoteId]:
        """Newest first; forgets what is too old."""
        self._held = {
            key: held for key, held in self._held.items() if now_s - held.heard_s < KEPT_S
        }
        newest = sorted(self._held.values(), key=lambda held: -held.heard_s)
        return [_aged(held, now_s) for held in newest]


def _aged(held: _Held, now_s: float) -> RemoteId:
    age_ms = max(0, round((now_s - held.heard_s) * 1000))
    return msgspec.structs.replace(held.drone, age_ms=age_ms)


def _drone(event: Element) -> RemoteId | None:
    key = _words(event.get("uid", ""))
    point = child(event, "point")
    if not key or point is None or not _AIR.match(event.get("type", "")):
        return None
    place = figures.place_of(point.get("lat"), point.get("lon"))
    if place is None:
        return None
    hae_m = figures.number_of(point.get("hae"))
    if hae_m is not None and not -500.0 <= hae_m <= 40_000.0:
        hae_m = None
    contact, track = child(event, "detail", "contact"), child(event, "detail", "track")
    speed = None if track is None else figures.number_of(track.get("speed"))
    return RemoteId(
        key=key,
        age_ms=0,
        uas_id="" if contact is None else _words(contact.get("callsign", "")),
        lat=place[0],
        lon=place[1],
        alt_hae_m=hae_m,
        speed_mps=speed if speed is not None and 0.0 <= speed <= 1000.0 else None,
        course_deg=None if track is None else figures.track_deg(track.get("course")),
    )


def _words(text: str) -> str:
    """What of it can be shown: anybody may send anything."""
    plain = "".join(one if one.isprintable() and one.isascii() else " " for one in text)
    return " ".join(plain.split())[:40]
