"""What is heard of other aircraft, by drone agents and receivers: merged, aged and watched.

Each feed replaces only what itself told, so one that makes things up pushes nothing of another's
out. Of what several feeds tell, the newest counts. Whether a crewed aircraft comes near a vehicle
of ours is looked at every second; that alerts people and never commands a vehicle.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from ground_station.core.agent_facts import (
    MAX_AIRCRAFT,
    MAX_REMOTE_IDS,
    Aircraft,
    RemoteId,
    Traffic,
)
from ground_station.core.clock import Clock
from ground_station.core.fleet import VehicleStatus
from ground_station.core.lifecycle import Worker
from ground_station.core.ports import AgentIdentity
from ground_station.services.traffic_conflicts import (
    Conflicts,
    HeardAircraft,
    Meeting,
    Unchecked,
)
from ground_station.services.zone_alerts import RaiseAlert

EVERY_S: Final = 1.0
DROPPED_AFTER_S: Final = 60.0
STALE_AFTER_S: Final = 5.0
MAX_FEEDS: Final = 200


@dataclass(frozen=True, slots=True)
class HeardRemoteId:
    """A Remote ID, or a drone that its own system reports.

    Attributes:
        heard_s: when its place (without one: anything of it) was heard, on our monotonic clock.
        owner_id: the organisation whose agent or receiver heard it: operators are people.
        vehicle_id: of the vehicle of ours that it is; None: it is none that we know.
        reported: no broadcast: its own system said so (Cursor-on-Target); it is not controlled.
    """

    remote_id: RemoteId
    heard_s: float
    source: str
    owner_id: str
    vehicle_id: str | None = None
    reported: bool = False


@dataclass(frozen=True, slots=True)
class TrafficPicture:
    """What is known at `at_s`, on our monotonic clock. A new one is made when anything changed.

    Attributes:
        meetings: how they stand to our vehicles, by ICAO address; only what is at least to look at.
        unchecked: the flying vehicles that cannot be checked against them.
    """

    at_s: float = 0.0
    aircraft: tuple[HeardAircraft, ...] = ()
    remote_ids: tuple[HeardRemoteId, ...] = ()
    meetings: Mapping[str, tuple[Meeting, ...]] = field(default_factory=dict)
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.aircraft or self.remote_ids or self.unchecked)


class Fleet(Protocol):
    """As `services.fleet.Fleet`."""

    def all(self) -> Sequence[VehicleStatus]: ...


@dataclass(frozen=True, slots=True)
class _Feed:
    """What one agent or receiver told last."""

    aircraft: tuple[HeardAircraft, ...] = ()
    remote_ids: tuple[HeardRemoteId, ...] = ()
    agent_id: str | None = None
    newest_s: float = 0.0


class AirTraffic:
    """Thread-safe; `take`, `heard` and `reported` never wait. A service with one thread.

    Args:
        own_organisation_id: whose the station's receivers are.
    """

    def __init__(
        self,
        *,
        fleet: Fleet,
        raise_alert: RaiseAlert,
        own_organisation_id: str,
        clock: Clock,
    ) -> None:
        self._fleet = fleet
        self._own = own_organisation_id
        self._clock = clock
        self._conflicts = Conflicts(raise_alert)
        self._lock = threading.Lock()
        self._feeds: dict[str, _Feed] = {}
        self._picture = TrafficPicture()
        self._wake = threading.Event()
        self._worker = Worker("air-traffic", self._step)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._wake.set()
        self._worker.stop()

    @property
    def picture(self) -> TrafficPicture:
        """As of the last second; the same object until something is new."""
        return self._picture

    # --- feeds ---------------------------------------------------------------------------------

    def take(self, identity: AgentIdentity, message: Traffic) -> None:
        """What a drone agent hears, in place of what it told before."""
        now_s = self._clock.monotonic_s()
        owner = identity.organisation_id or self._own
        aircraft = _aged(message.aircraft, now_s, identity.name)
        remote_ids = tuple(
            HeardRemoteId(one, now_s - one.age_ms / 1000, identity.name, owner)
            for one in message.remote_ids[:MAX_REMOTE_IDS]
        )
        self._put(f"agent {identity.agent_id}", aircraft, remote_ids, identity.agent_id)

    def agent_gone(self, agent_id: str) -> None:
        """What it told stays until it is too old, and is shown as old."""

    def heard(self, receiver: str, aircraft: Sequence[Aircraft]) -> None:
        """What a receiver of the station hears, in place of what it told before.

        Args:
            receiver: its name, as people read it.
        """
        self._put(f"receiver {receiver}", _aged(aircraft, self._clock.monotonic_s(), receiver), ())

    def reported(self, receiver: str, drones: Sequence[RemoteId]) -> None:
        """Drones that do not speak MAVLink, as their own system reports them; replaces likewise."""
        now_s, owner = self._clock.monotonic_s(), self._own
        told = tuple(
            HeardRemoteId(one, now_s - one.age_ms / 1000, receiver, owner, reported=True)
            for one in drones[:MAX_REMOTE_IDS]
        )
        self._put(f"receiver {receiver}", (), told)

    def _put(
        self,
        key: str,
        aircraft: tuple[HeardAircraft, ...],
        remote_ids: tuple[HeardRemoteId, ...],
        agent_id: str | None = None,
    ) -> None:
        feed = _Feed(aircraft, remote_ids, agent_id, self._clock.monotonic_s())
        with self._lock:
            if key not in self._feeds and len(self._feeds) >= MAX_FEEDS:
                del self._feeds[min(self._feeds, key=lambda one: self._feeds[one].newest_s)]
            self._feeds[key] = feed

    # --- every second --------------------------------------------------------------------------

    def _step(self) -> None:
        self._wake.wait(EVERY_S)
        if not self._worker.stopping:
            self.tick()

    def tick(self) -> None:
        """Merge, forget what is old, look for conflicts, and raise what is due."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            self._feeds = {
                key: feed
                for key, feed in self._feeds.items()
                if now_s - feed.newest_s < DROPPED_AFTER_S
            }
            feeds = list(self._feeds.values())
        vehicles = self._fleet.all()
        aircraft = _merged_aircraft(feeds, now_s)
        found = self._conflicts.look(vehicles, aircraft, now_s)
        made = TrafficPicture(
            at_s=now_s,
            aircraft=aircraft,
            remote_ids=_merged_remote_ids(feeds, vehicles, now_s),
            meetings=found.meetings,
            unchecked=found.unchecked if aircraft else (),
        )
        if not (made.empty and self._picture.empty):
            self._picture = made


def _aged(aircraft: Sequence[Aircraft], now_s: float, source: str) -> tuple[HeardAircraft, ...]:
    return tuple(
        HeardAircraft(one, now_s - one.age_ms / 1000, source) for one in aircraft[:MAX_AIRCRAFT]
    )


def _merged_aircraft(feeds: Sequence[_Feed], now_s: float) -> tuple[HeardAircraft, ...]:
    """One an ICAO address, newest first. A callsign or kind that only an older one told is kept."""
    by_icao: dict[str, HeardAircraft] = {}
    told = (one for feed in feeds for one in feed.aircraft if _is_kept(one.heard_s, now_s))
    for one in sorted(told, key=lambda heard: heard.heard_s):
        before = by_icao.get(one.aircraft.icao)
        by_icao[one.aircraft.icao] = one if before is None else _with_names(one, before.aircraft)
    return tuple(sorted(by_icao.values(), key=lambda heard: -heard.heard_s))


def _with_names(new: HeardAircraft, old: Aircraft) -> HeardAircraft:
    aircraft = msgspec.structs.replace(
        new.aircraft,
        callsign=new.aircraft.callsign or old.callsign,
        category=new.aircraft.category or old.category,
    )
    return dataclasses.replace(new, aircraft=aircraft)


def _merged_remote_ids(
    feeds: Sequence[_Feed], vehicles: Sequence[VehicleStatus], now_s: float
) -> tuple[HeardRemoteId, ...]:
    """One a sender and organisation, newest first. A vehicle of ours is known by what its own
    agent says; an id alone proves nothing, for anybody can send it."""
    ours = {(one.vehicle.agent_id, one.vehicle.system_id): one.vehicle for one in vehicles}
    by_key: dict[tuple[str, str], HeardRemoteId] = {}
    for feed in feeds:
        for told in feed.remote_ids:
            if not _is_kept(told.heard_s, now_s):
                continue
            system_id = told.remote_id.own_system_id
            vehicle = None if system_id is None else ours.get((feed.agent_id, system_id))
            vehicle_id = None if vehicle is None else vehicle.vehicle_id
            one = dataclasses.replace(told, vehicle_id=vehicle_id)
            key = one.owner_id, _sender(feed, one)
            before = by_key.get(key)
            if before is None or before.heard_s < one.heard_s:
                by_key[key] = one
    return tuple(sorted(by_key.values(), key=lambda heard: -heard.heard_s))


def _sender(feed: _Feed, one: HeardRemoteId) -> str:
    """What is the same for every receiver that hears it. The key of a vehicle's own messages is
    only known within its agent."""
    if one.vehicle_id is not None:
        return f"vehicle {one.vehicle_id}"
    if one.remote_id.own_system_id is not None:
        return f"{feed.agent_id} {one.remote_id.key}"
    return f"reported {one.source} {one.remote_id.key}" if one.reported else one.remote_id.key


def _is_kept(heard_s: float, now_s: float) -> bool:
    return now_s - heard_s < DROPPED_AFTER_S
