"""Live conformance: each vehicle against the zones and the volume its flight was approved for.

Warned 30 s and 10 s before a breach on the present course, breach when it is there. A worse state
counts at once, a better one after some seconds, so that nothing flaps. Each change of state is
written down. A zone that a recorded permission of the operator satisfies is no breach.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from geo.airspace.corridor import corridor, leaves_in_s
from geo.airspace.plan import Permission as Held
from geo.zones import Breach, GeoZone, Kinematics, ZoneIndex
from ground_station.core.agent_vehicles import VehicleLinkState
from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.entities import Severity
from ground_station.core.errors import KestrelError
from ground_station.core.fleet import (
    AirspaceFinding,
    AirspaceState,
    VehicleChanged,
    VehicleStatus,
)
from ground_station.core.lifecycle import Worker
from ground_station.services.late_records import LateRecords
from ground_station.services.zone_alerts import RaiseAlert

log = logging.getLogger(__name__)

FIRST_S, SECOND_S = 30.0, 10.0
BETTER_AFTER_S = 3.0
HALF_WIDTH_M, CEILING_SPARE_M = 30.0, 10.0
HELD_EVERY_S = 3.0
MAX_VEHICLES = 1000  # as the fleet
LEFT_VOLUME = "conformance_breach"
NO_VOLUME = "No approved volume is known."


class ConformanceState(StrEnum):
    """From best to worst; UNKNOWN is apart."""

    ON_GROUND = "on_ground"
    CONFORMING = "conforming"
    WARNING_30 = "warning_30"
    WARNING_10 = "warning_10"
    BREACH = "breach"
    UNKNOWN = "unknown"


S = ConformanceState
_WORSE = (S.ON_GROUND, S.CONFORMING, S.WARNING_30, S.WARNING_10, S.UNKNOWN, S.BREACH)


@dataclass(frozen=True, slots=True)
class Conformance:
    """Of one vehicle. `seconds`: until the breach, 0 in it; None: none ahead.
    `words`: of what; `volume`: whether an approved volume is known."""

    state: ConformanceState
    seconds: float | None
    words: str
    volume: bool


OnWorse = Callable[[VehicleStatus, Conformance], None]


@dataclass(slots=True)
class _Kept:
    """`better_since`: since when it would be better, on the monotonic clock."""

    now: Conformance
    better_since: float | None = None


class HeldPermissions:
    """The permissions of organisations whose vehicles fly, read every few seconds by a thread of
    its own, since the live check may wait for nothing. A service of the station.

    Args:
        read: the permissions of an organisation, from the database.
    """

    def __init__(self, read: Callable[[str], Sequence[Held]]) -> None:
        self._read = read
        self._known: Mapping[str, tuple[Held, ...]] = {}
        self._wanted: set[str] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._worker = Worker("held-permissions", self._turn)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._stop.set()
        self._worker.stop()

    def reference(self, organisation_id: str, zone: GeoZone, at: datetime) -> str:
        """Of one in force that names the zone and holds at any height; "": there is none. Never
        waits: of an organisation asked for the first time nothing is known yet."""
        with self._lock:
            if len(self._wanted) < MAX_VEHICLES:
                self._wanted.add(organisation_id)
            held = self._known.get(organisation_id, ())
        names = {_key(zone.zone_id), _key(zone.designator)} - {""}
        for one in held:
            begun = one.begins is None or one.begins <= at
            holds = begun and (one.ends is None or at <= one.ends)
            if holds and one.upper_limit_amsl_m is None and _key(one.zone) in names:
                return one.reference.strip()
        return ""

    def know(self, organisation_id: str) -> None:
        """Read those of an organisation now, unless they are known; waits for the database."""
        with self._lock:
            if organisation_id in self._known:
                return
            self._wanted.add(organisation_id)
        self.refresh()

    def refresh(self) -> None:
        """Read them now."""
        with self._lock:
            wanted = sorted(self._wanted)
        known = {one: tuple(self._read(one)) for one in wanted}
        with self._lock:
            self._known = known

    def _turn(self) -> None:
        if not self._stop.wait(HELD_EVERY_S):
            try:
                self.refresh()
            except KestrelError as error:  # nothing is satisfied by what cannot be read
                with self._lock:
                    self._known = {}
                log.warning("held_permissions_not_read problem=%s", error)


def _key(text: str) -> str:
    return "".join(text.split()).upper()


class Conformances:
    """Thread-safe; `follow` is called ten times a second for each vehicle and waits for nothing.

    What it knows is in memory: after a restart of the station no approved volume is known, which
    is said.
    """

    def __init__(
        self,
        *,
        held: HeldPermissions,
        late: LateRecords,
        raise_alert: RaiseAlert,
        kinematics: Callable[[VehicleStatus], Kinematics | None],
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._held = held
        self._late = late
        self._raise = raise_alert
        self._kinematics = kinematics
        self._bus = bus
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._volumes: dict[str, ZoneIndex] = {}
        self._on_worse: list[OnWorse] = []

    def on_worse(self, callback: OnWorse) -> None:
        """Call back when a warning of 10 s or a breach begins; it must not wait."""
        self._on_worse.append(callback)

    def approve(self, vehicle_id: str, points: Sequence[Kinematics]) -> None:
        """The way that a vehicle may fly from now on: a corridor of 30 m to either side, up to 10 m
        above its highest point. A way of which a height is not known approves nothing."""
        heights = [one.alt_amsl_m for one in points]
        known = [one for one in heights if one is not None]
        volume = None
        if points and len(known) == len(heights):
            try:
                volume = corridor(
                    [(one.lat, one.lon) for one in points],
                    HALF_WIDTH_M,
                    max(known) + CEILING_SPARE_M,
                )
            except ValueError as error:
                log.warning("no_approved_volume vehicle=%s problem=%s", vehicle_id, error)
        with self._lock:
            self._volumes.pop(vehicle_id, None)
            if volume is not None and len(self._volumes) < MAX_VEHICLES:
                self._volumes[vehicle_id] = volume

    def forget(self, vehicle_id: str) -> None:
        """No volume is approved any more."""
        with self._lock:
            self._volumes.pop(vehicle_id, None)

    def of(self, vehicle_id: str) -> Conformance | None:
        """None: nothing was heard of it yet."""
        with self._lock:
            kept = self._kept.get(vehicle_id)
        return None if kept is None else kept.now

    def follow(self, status: VehicleStatus, finding: AirspaceFinding) -> None:
        """One finding of the live check."""
        vehicle_id = status.vehicle.vehicle_id
        found = self._judged(status, finding)
        now_s = self._clock.monotonic_s()
        with self._lock:
            kept = self._kept.get(vehicle_id)
            if kept is None:
                if len(self._kept) >= MAX_VEHICLES:
                    return
                before, self._kept[vehicle_id] = None, _Kept(found)
            else:
                before = kept.now
                if not _settled(kept, found, now_s):
                    return
                kept.now = found
        if before is None or before.state is not found.state:
            self._changed(status, before, found)

    # --- inside ----------------------------------------------------------------------------------

    def _judged(self, status: VehicleStatus, finding: AirspaceFinding) -> Conformance:
        with self._lock:
            volume = self._volumes.get(status.vehicle.vehicle_id)
        known = volume is not None
        if finding.state is AirspaceState.ON_GROUND:
            return Conformance(S.ON_GROUND, None, "", known)
        inside = self._zones(status, finding)
        if inside is None or inside[0] > 0:
            problem = finding.problem if finding.state is AirspaceState.UNKNOWN else ""
            if status.link is not VehicleLinkState.CONNECTED:
                problem = problem or "The link to it is lost."
            if problem:
                return Conformance(S.UNKNOWN, None, problem, known)
        soonest = inside
        if volume is not None:
            vehicle = self._kinematics(status)
            if vehicle is None:
                return Conformance(S.UNKNOWN, None, "Where it is is not known.", known)
            left_s = leaves_in_s(volume, vehicle, FIRST_S)
            if left_s is not None and (soonest is None or left_s < soonest[0]):
                soonest = left_s, "its approved volume" if left_s else "outside its approved volume"
        return _worded(soonest, known)

    def _zones(self, status: VehicleStatus, finding: AirspaceFinding) -> tuple[float, str] | None:
        """(seconds until it is in the first zone that is not satisfied, which)."""
        now = self._clock.now()
        owner = status.vehicle.organisation_id
        ahead: list[tuple[float, str]] = []
        for breach in finding.breaches:
            seconds = _seconds(breach)
            if seconds is not None and not self._held.reference(owner, breach.zone, now):
                ahead.append((seconds, breach.zone.name))
        return min(ahead, default=None)

    def _changed(
        self, status: VehicleStatus, before: Conformance | None, found: Conformance
    ) -> None:
        vehicle = status.vehicle
        self._bus.publish(VehicleChanged(vehicle.vehicle_id))
        if before is None and found.state in (S.ON_GROUND, S.CONFORMING):
            return  # heard for the first time, and all is well: nothing changed
        self._late.put(
            AuditEntry(
                Act.CONFORMANCE_CHANGED,
                Actor.STATION,
                organisation_id=vehicle.organisation_id,
                subject_kind="vehicle",
                subject_id=vehicle.vehicle_id,
                details={
                    "was": "" if before is None else before.state.value,
                    "is": found.state.value,
                    "words": found.words,
                },
            )
        )
        if found.state is S.BREACH and "volume" in found.words:
            position = None if status.report is None else status.report.position
            self._raise(
                LEFT_VOLUME,
                Severity.WARNING,
                f"{vehicle.name} is outside its approved volume.",
                "Hold it, and look where it flies.",
                organisation_id=vehicle.organisation_id,
                vehicle_id=vehicle.vehicle_id,
                place=None if position is None else (position.lat, position.lon),
            )
        if found.state in (S.WARNING_10, S.BREACH):
            for callback in self._on_worse:
                callback(status, found)


def _seconds(breach: Breach) -> float | None:
    """Until it is inside; None: not within the look ahead, however near it is."""
    return 0.0 if breach.inside else breach.enters_in_s


def _worded(soonest: tuple[float, str] | None, volume: bool) -> Conformance:
    if soonest is None or soonest[0] > FIRST_S:
        return Conformance(S.CONFORMING, None, "" if volume else NO_VOLUME, volume)
    seconds, what = soonest
    if seconds <= 0:
        where = what if what.startswith("outside") else f"inside {what}"
        return Conformance(S.BREACH, 0.0, f"It is {where}.", volume)
    does = "leaves" if what == "its approved volume" else "enters"
    state = S.WARNING_10 if seconds <= SECOND_S else S.WARNING_30
    return Conformance(state, seconds, f"On its present course it {does} {what}.", volume)


def _settled(kept: _Kept, found: Conformance, now_s: float) -> bool:
    """Whether the new state counts: a worse one or the same at once, a better one after a while."""
    if _WORSE.index(found.state) >= _WORSE.index(kept.now.state):
        kept.better_since = None
        return True
    if kept.better_since is None:
        kept.better_since = now_s
    if now_s - kept.better_since < BETTER_AFTER_S:
        return False
    kept.better_since = None
    return True
