"""What the vehicles of a link hear of other aircraft: one row an aircraft or Remote ID, bounded,
aged out. Filled by MAVSDK's callback thread, read by the event loop; one lock."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from drone import traffic_messages as heard
from drone.remote_id_pack import parts_of
from drone.slots import age_ms
from ground_station.core.agent_facts import (
    MAX_AIRCRAFT,
    MAX_REMOTE_IDS,
    Aircraft,
    RemoteId,
    Traffic,
)

KEPT_S = 60.0  # since it was last heard
# Of several ids of one sender the first of these is told: serial number, registration, the rest.
_ID_ORDER = (1, 2, 3, 4)


@dataclass(slots=True)
class _Sender:
    """One Remote ID's newest parts. `placed_s`: when its place was heard."""

    own_system_id: int | None
    heard_s: float
    placed_s: float | None = None
    ids: dict[int, heard.BasicId] = field(default_factory=dict)
    location: heard.Location | None = None
    operator: heard.OperatorPlace | None = None
    operator_id: str = ""
    description: str = ""

    def uas_id(self) -> str:
        for kind in _ID_ORDER:
            if kind in self.ids:
                return heard.uas_id_of(self.ids[kind])
        return ""

    def ua_type(self) -> str:
        for kind in _ID_ORDER:
            if kind in self.ids and 0 <= self.ids[kind].ua_type < len(heard.UA_TYPES):
                return heard.UA_TYPES[self.ids[kind].ua_type]
        return ""


class TrafficHeard:
    """Of one link."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._aircraft: dict[str, tuple[Aircraft, float]] = {}
        self._senders: dict[str, _Sender] = {}

    # --- MAVSDK's callback thread ----------------------------------------------------------------

    def take(self, message: heard.TrafficMessage, system_id: int, arrived_s: float) -> None:
        """Args:
        system_id: of the vehicle or receiver that passed it on.
        """
        if isinstance(message, heard.AdsbVehicle):
            self._take_aircraft(message, arrived_s)
            return
        parts = parts_of(message) if isinstance(message, heard.MessagePack) else [message]
        key = heard.sender_of(message.id_or_mac)
        own = None if key else system_id
        with self._lock:
            for part in parts:
                self._take_part(key or f"vehicle {system_id}", own, part, arrived_s)

    def _take_aircraft(self, message: heard.AdsbVehicle, arrived_s: float) -> None:
        aircraft = heard.aircraft_of(message)
        if aircraft is None:
            return
        heard_s = arrived_s - aircraft.age_ms / 1000
        with self._lock:
            before = self._aircraft.get(aircraft.icao)
            if before is not None and before[1] > heard_s:
                return  # another receiver has heard it since
            if before is None and len(self._aircraft) >= MAX_AIRCRAFT:
                oldest = min(self._aircraft, key=lambda icao: self._aircraft[icao][1])
                del self._aircraft[oldest]
            self._aircraft[aircraft.icao] = aircraft, heard_s

    def _take_part(
        self, key: str, own: int | None, part: heard.RemoteIdPart, arrived_s: float
    ) -> None:
        sender = self._senders.get(key)
        if sender is None:
            if len(self._senders) >= MAX_REMOTE_IDS:
                del self._senders[min(self._senders, key=self._least_wanted)]
            sender = self._senders[key] = _Sender(own, arrived_s)
        sender.heard_s = arrived_s
        match part:
            case heard.BasicId():
                if part.id_type in _ID_ORDER:
                    sender.ids[part.id_type] = part
            case heard.Location():
                sender.location, sender.placed_s = part, arrived_s
            case heard.OperatorPlace():
                sender.operator = part
            case heard.OperatorId():
                sender.operator_id = heard.words(part.operator_id)
            case heard.SelfId():
                sender.description = heard.words(part.description)

    def _least_wanted(self, key: str) -> tuple[bool, float]:
        """Own ones stay: whoever floods the air with made-up senders must not push them out."""
        sender = self._senders[key]
        return sender.own_system_id is not None, sender.heard_s

    # --- the event loop --------------------------------------------------------------------------

    def now(self, now_s: float) -> Traffic:
        """Newest first; what was not heard for a minute is gone."""
        with self._lock:
            self._forget(now_s)
            aircraft = sorted(self._aircraft.values(), key=lambda pair: -pair[1])
            senders = sorted(self._senders.items(), key=lambda pair: -pair[1].heard_s)
            own = {
                uas_id: sender.own_system_id
                for _key, sender in senders
                if sender.own_system_id is not None and (uas_id := sender.uas_id())
            }
            return Traffic(
                [
                    msgspec.structs.replace(one, age_ms=age_ms(now_s - at_s))
                    for one, at_s in aircraft
                ],
                [_row(key, sender, own, now_s) for key, sender in senders],
            )

    def _forget(self, now_s: float) -> None:
        self._aircraft = {
            icao: pair for icao, pair in self._aircraft.items() if now_s - pair[1] < KEPT_S
        }
        self._senders = {
            key: sender for key, sender in self._senders.items() if now_s - sender.heard_s < KEPT_S
        }


def _row(key: str, sender: _Sender, own: Mapping[str, int], now_s: float) -> RemoteId:
    """As old as its place, where it has one that is not too old to be told."""
    by = sender.operator
    placed_s = sender.placed_s
    if placed_s is not None and now_s - placed_s >= KEPT_S:
        placed_s = None
    at = None if placed_s is None else sender.location
    place = None if at is None else heard.place_of(at.latitude, at.longitude)
    operator = None if by is None else heard.place_of(by.operator_latitude, by.operator_longitude)
    heard_s = sender.heard_s if placed_s is None else placed_s
    known_status = at is not None and 0 <= at.status < len(heard.STATUSES)
    uas_id = sender.uas_id()
    return RemoteId(
        key=key,
        age_ms=age_ms(now_s - heard_s),
        uas_id=uas_id,
        operator_id=sender.operator_id,
        ua_type=sender.ua_type(),
        status=heard.STATUSES[at.status] if at is not None and known_status else "",
        lat=None if place is None else place[0],
        lon=None if place is None else place[1],
        alt_hae_m=None if at is None else heard.height_of(at.altitude_geodetic),
        height_m=None if at is None else heard.height_of(at.height),
        height_over_ground=at is not None and at.height_reference == 1,
        speed_mps=None if at is None else heard.speed_of(at),
        climb_mps=None if at is None else heard.climb_of(at),
        course_deg=None if at is None else heard.direction_of(at),
        operator_lat=None if operator is None else operator[0],
        operator_lon=None if operator is None else operator[1],
        description=sender.description,
        own_system_id=sender.own_system_id or own.get(uas_id),
    )
