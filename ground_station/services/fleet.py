"""The vehicles: what their agents report of them, how their links are, and what is found of each.

A vehicle is known by its agent and its MAVLink system id. One that is reported for the first time
is registered by a thread of its own, which may wait for the database; nothing else here does.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ground_station.core.agent_durable import one_line
from ground_station.core.agent_vehicles import (
    VEHICLE_LOST_AFTER_S,
    Telemetry,
    VehicleLinkState,
    VehicleReport,
)
from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.entities import Vehicle, VehicleRepository
from ground_station.core.errors import KestrelError, NotFound
from ground_station.core.fleet import (
    AirspaceFinding,
    AirspaceState,
    Control,
    LiveCheck,
    VehicleChanged,
    VehicleStatus,
)
from ground_station.core.ids import new_id
from ground_station.core.lifecycle import Worker
from ground_station.core.ports import AgentIdentity
from ground_station.services.sources import Sources
from ground_station.services.system import WELL, Finding
from ground_station.services.vehicle_state import VehicleState, free_name

log = logging.getLogger(__name__)

TICK_S = 0.1
CHECK_AGAIN_S = 1.0  # the airspace of a vehicle that sends nothing, whose position grows old
REGISTER_EVERY_S = 1.0
MAX_FLEET = 1000
MAX_WAITING = 256  # to be registered
CHECK_FAILED = "The airspace check failed in the station: look at its log."

Key = tuple[str, int]  # agent id, system id
OnFinding = Callable[[VehicleStatus, AirspaceFinding], None]
OnLost = Callable[[VehicleStatus], None]


class Fleet:
    """Thread-safe; a service of the station. `VehicleChanged` is published on every change, and
    with every report.

    Args:
        airspace: checks every report; what it says is in the status.
        sources: says whose the installation is, for an agent that does not.
    """

    def __init__(
        self,
        *,
        vehicles: VehicleRepository,
        audit: AuditLog,
        bus: Bus,
        clock: Clock,
        airspace: LiveCheck,
        sources: Sources,
    ) -> None:
        self._vehicles = vehicles
        self._audit = audit
        self._bus = bus
        self._clock = clock
        self._airspace = airspace
        self._sources = sources
        self._holder: Callable[[str], Control | None] = lambda _vehicle_id: None
        self._on_finding: list[OnFinding] = []
        self._on_lost: list[OnLost] = []
        self._lock = threading.Lock()
        self._here: set[str] = set()  # ids of agents that are connected
        self._waiting: dict[Key, tuple[AgentIdentity, VehicleReport]] = {}
        self._turned_away = False
        self._check_fails = self._callback_fails = False
        now = clock.now()
        self._by_id = {one.vehicle_id: VehicleState(one, now) for one in vehicles.all()}
        self._by_key = {
            (state.vehicle.agent_id, state.vehicle.system_id): state
            for state in self._by_id.values()
            if state.vehicle.agent_id is not None and state.vehicle.system_id is not None
        }
        self._tick_wake, self._new = threading.Event(), threading.Event()
        self._workers = [
            Worker("fleet-tick", self._tick_step),
            Worker("fleet-register", self._register_step),
        ]

    def start(self) -> None:
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        self._tick_wake.set()
        self._new.set()
        for worker in reversed(self._workers):
            worker.stop()

    # --- joining; before `start` -----------------------------------------------------------------

    def attach_holder(self, holder: Callable[[str], Control | None]) -> None:
        """Who has control of a vehicle id, from memory: it is asked for every status."""
        self._holder = holder

    def on_finding(self, callback: OnFinding) -> None:
        """Call back with every finding of the live check, ten times a second for each vehicle, on
        a transport thread: it must not wait for anything."""
        self._on_finding.append(callback)

    def on_lost(self, callback: OnLost) -> None:
        """Call back once for each loss of the link to a vehicle that flies as far as is known,
        three seconds after its last heartbeat. It must not wait."""
        self._on_lost.append(callback)

    # --- reading ---------------------------------------------------------------------------------

    def all(self) -> list[VehicleStatus]:
        """Every vehicle there is."""
        with self._lock:
            states = list(self._by_id.values())
            return [state.status(self._holder(state.vehicle.vehicle_id)) for state in states]

    def find(self, vehicle_id: str) -> VehicleStatus | None:
        with self._lock:
            state = self._by_id.get(vehicle_id)
            return None if state is None else state.status(self._holder(vehicle_id))

    def get(self, vehicle_id: str) -> VehicleStatus:
        """NotFound if there is no such vehicle."""
        found = self.find(vehicle_id)
        if found is None:
            raise NotFound("There is no such vehicle.")
        return found

    # --- from agents; transport threads ----------------------------------------------------------

    def take(self, identity: AgentIdentity, message: Telemetry) -> None:
        """An agent's word on all its vehicles. Only computes."""
        now_s, now = self._clock.monotonic_s(), self._clock.now()
        seen: set[int] = set()
        for report in message.vehicles:
            if report.system_id in seen:
                continue  # its agent says so itself, in its problems
            seen.add(report.system_id)
            with self._lock:
                state = self._by_key.get((identity.agent_id, report.system_id))
                if state is None:
                    self._wait(identity, report)
            if state is None:
                continue
            finding = self._check(report, 0.0)
            with self._lock:
                state.take(report, finding, now_s, message.at)
                state.look(now_s, now)
                status = state.status(self._holder(state.vehicle.vehicle_id))
            self._tell(status)

    def agent_connected(self, agent_id: str) -> None:
        """Its connection is new: what it said before does not tell how the link is now."""
        with self._lock:
            self._here.add(agent_id)
        self._agent_changed(agent_id, here=True)

    def agent_gone(self, agent_id: str) -> None:
        with self._lock:
            self._here.discard(agent_id)
        self._agent_changed(agent_id, here=False)

    # --- removing --------------------------------------------------------------------------------

    def forget_agents(self, agent_ids: frozenset[str]) -> None:
        """Remove the vehicles of agents that were removed, each with a record.

        Raises:
            Unavailable: one cannot be recorded or removed; it and the rest stay for the next call.
        """
        with self._lock:
            for key in [key for key in self._waiting if key[0] in agent_ids]:
                del self._waiting[key]
            gone = [s.vehicle for s in self._by_id.values() if s.vehicle.agent_id in agent_ids]
        for vehicle in gone:
            with self._audit.together(_entry(Act.VEHICLE_REMOVED, Actor.STATION, None, vehicle)):
                self._vehicles.remove(vehicle.vehicle_id)
            with self._lock:
                self._by_id.pop(vehicle.vehicle_id, None)
                self._turned_away = False
                if vehicle.agent_id is not None and vehicle.system_id is not None:
                    self._by_key.pop((vehicle.agent_id, vehicle.system_id), None)
            self._bus.publish(VehicleChanged(vehicle.vehicle_id))

    # --- the tick --------------------------------------------------------------------------------

    def tick(self) -> None:
        """Find whose link was lost, and look again at the airspace of those that are silent."""
        now_s, now = self._clock.monotonic_s(), self._clock.now()
        with self._lock:
            states = list(self._by_id.values())
        for state in states:
            with self._lock:
                changed = state.look(now_s, now)
                lost = not state.told and state.lost_in_the_air(now_s, VEHICLE_LOST_AFTER_S)
                state.told = state.told or lost
                report, passed_s = state.report, now_s - state.received_s
                old = now_s - state.checked_s >= CHECK_AGAIN_S
            if report is not None and (changed or old):
                self._look_again(state, report, passed_s)
            if changed or lost:
                self._after_look(state, lost)

    def _look_again(self, state: VehicleState, report: VehicleReport, passed_s: float) -> None:
        finding = self._check(report, passed_s)
        with self._lock:
            if state.report is not report:
                return  # a newer one came, and with it a newer finding
            told = state.finding.state is not finding.state
            state.finding, state.checked_s = finding, self._clock.monotonic_s()
            status = state.status(self._holder(state.vehicle.vehicle_id))
        self._tell(status, changed=told)

    def _after_look(self, state: VehicleState, lost: bool) -> None:
        with self._lock:
            status = state.status(self._holder(state.vehicle.vehicle_id))
        vehicle = status.vehicle
        log.log(
            logging.WARNING if status.link is VehicleLinkState.LOST else logging.INFO,
            "vehicle_link vehicle=%s name=%s link=%s in_the_air=%s",
            vehicle.vehicle_id,
            vehicle.name,
            status.link.value,
            lost,
        )
        self._bus.publish(VehicleChanged(vehicle.vehicle_id))
        if lost:
            for callback in self._on_lost:
                self._call(callback, status)

    def _agent_changed(self, agent_id: str, *, here: bool) -> None:
        now_s, now = self._clock.monotonic_s(), self._clock.now()
        with self._lock:
            changed = []
            for state in self._by_id.values():
                if state.vehicle.agent_id == agent_id:
                    state.here, state.fresh = here, False
                    state.look(now_s, now)
                    changed.append(state.vehicle.vehicle_id)
        for vehicle_id in changed:
            self._bus.publish(VehicleChanged(vehicle_id))

    # --- inside ----------------------------------------------------------------------------------

    def _tick_step(self) -> None:
        if not self._tick_wake.wait(TICK_S):
            self.tick()

    def _check(self, report: VehicleReport, passed_s: float) -> AirspaceFinding:
        """What cannot be checked is never clear, whatever the reason."""
        try:
            finding = self._airspace.live(report, passed_s)
        except Exception:
            if not self._check_fails:
                log.exception("airspace_check_failed system_id=%d", report.system_id)
            self._check_fails = True
            return AirspaceFinding(AirspaceState.UNKNOWN, problem=CHECK_FAILED)
        self._check_fails = False
        return finding

    def _tell(self, status: VehicleStatus, *, changed: bool = True) -> None:
        if changed:
            self._bus.publish(VehicleChanged(status.vehicle.vehicle_id))
        for callback in self._on_finding:
            self._call(callback, status, status.finding)

    def _call(self, callback: Callable[..., None], *arguments: object) -> None:
        """Whatever it does, the vehicles go on being followed."""
        try:
            callback(*arguments)
        except Exception:
            if not self._callback_fails:
                log.exception("fleet_callback_failed")
            self._callback_fails = True

    # --- registering -----------------------------------------------------------------------------

    def _wait(self, identity: AgentIdentity, report: VehicleReport) -> None:
        """Under the lock: have it registered soon."""
        key = (identity.agent_id, report.system_id)
        room = len(self._waiting) < MAX_WAITING
        if key in self._waiting or (room and len(self._by_id) < MAX_FLEET):
            self._waiting[key] = (identity, report)
            self._new.set()
            return
        if not self._turned_away:
            log.error("vehicle_not_taken agent=%s system_id=%d", identity.name, report.system_id)
        self._turned_away = True

    def _register_step(self) -> None:
        self._new.wait(REGISTER_EVERY_S)
        if not self._tick_wake.is_set():  # it is over: nothing to wait for again
            self._new.clear()
            self.register_new()

    def register_new(self) -> None:
        """Register what was reported for the first time.

        Raises:
            KestrelError: of the last one that could not be; it stays for the next call.
        """
        with self._lock:
            waiting = dict(self._waiting)
        failed: KestrelError | None = None
        for key, (identity, report) in waiting.items():
            try:
                self._register(identity, report)
            except KestrelError as error:
                failed = error
                continue
            with self._lock:
                self._waiting.pop(key, None)
        if failed is not None:
            raise failed

    def _register(self, identity: AgentIdentity, report: VehicleReport) -> None:
        organisation = identity.organisation_id or self._sources.organisation_id
        taken = {one.name for one in self._vehicles.all(organisation)}
        now = self._clock.now()
        vehicle = Vehicle(
            vehicle_id=new_id(),
            organisation_id=organisation,
            name=free_name(report.name, taken),
            model=one_line(report.airframe)[:200],
            operator_id="",
            system_id=report.system_id,
            agent_id=identity.agent_id,
            created_at=now,
        )
        entry = _entry(Act.VEHICLE_ADDED, Actor.AGENT, identity.agent_id, vehicle)
        with self._audit.together(entry):
            self._vehicles.add(vehicle)
        log.info("vehicle_added vehicle=%s name=%s", vehicle.vehicle_id, vehicle.name)
        with self._lock:
            state = VehicleState(vehicle, now, here=identity.agent_id in self._here)
            self._by_id[vehicle.vehicle_id] = state
            self._by_key[(identity.agent_id, report.system_id)] = state
        self._bus.publish(VehicleChanged(vehicle.vehicle_id))

    def probe(self) -> Finding:
        """For the system page: whether every vehicle that is reported is shown."""
        with self._lock:
            waiting = sorted(identity.name for identity, _report in self._waiting.values())
            turned_away = self._turned_away
        if turned_away:
            return Finding(
                f"More vehicles are reported than the station keeps ({MAX_FLEET}).",
                "Remove agents that are not in use any more.",
            )
        failing = self._workers[1].fails(10.0)
        if waiting and failing:
            return Finding(
                f"A new vehicle of {waiting[0]} cannot be registered, so it is not shown: "
                f"{self._workers[1].last_error}",
                "Look at the disk and the database.",
            )
        return WELL


def _entry(act: Act, actor: Actor, actor_id: str | None, vehicle: Vehicle) -> AuditEntry:
    return AuditEntry(
        act,
        actor,
        actor_id,
        vehicle.organisation_id,
        "vehicle",
        vehicle.vehicle_id,
        details={
            "name": vehicle.name,
            "agent": vehicle.agent_id or "",
            "system_id": vehicle.system_id,
        },
    )
