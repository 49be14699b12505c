"""Optional automatic hold: off unless the pilot in control set it for the vehicle they fly.

Once a breach is 10 s ahead, or there, the vehicle is told to hold on the pilot's behalf, through
the same way as if the pilot had pressed it. It ends with that pilot's control.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from ground_station.core.agent_actions import Hold
from ground_station.core.agent_vehicles import FlightMode
from ground_station.core.audit import Act, AuditLog
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.clock import Clock
from ground_station.core.errors import KestrelError
from ground_station.core.fleet import VehicleStatus
from ground_station.core.lifecycle import Worker
from ground_station.services.audit import by
from ground_station.services.conformance import Conformance
from ground_station.services.control import Controls
from ground_station.services.flights import Flights

log = logging.getLogger(__name__)

NOT_AGAIN_S = 30.0
MAX_WAITING = 16
LEAVE_ALONE = frozenset({FlightMode.HOLD, FlightMode.RETURN, FlightMode.LAND})


class AutoHold:
    """Thread-safe; a service of the station."""

    def __init__(
        self,
        *,
        controls: Controls,
        flights: Flights,
        audit: AuditLog,
        changed: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._controls = controls
        self._flights = flights
        self._audit = audit
        self._changed = changed
        self._clock = clock
        self._lock = threading.Lock()
        self._set_by: dict[str, Principal] = {}  # vehicle id → the pilot who wants it
        self._last_s: dict[str, float] = {}
        self._due: queue.Queue[tuple[str, Principal]] = queue.Queue(MAX_WAITING)
        self._worker = Worker("auto-hold", self._turn)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop()

    def set(self, who: Principal, vehicle_id: str, *, on: bool) -> None:
        """Set it for a vehicle that the pilot controls.

        Raises:
            NotAllowed, NotFound; Conflict: somebody else has control.
        """
        require(who, Permission.FLY)
        status = self._controls.reach(who, vehicle_id)
        self._controls.check_holder(who, status)
        self._audit.append(
            by(who, Act.CONFORMANCE_CHANGED, "vehicle", vehicle_id, auto_hold="on" if on else "off")
        )
        with self._lock:
            self._set_by.pop(vehicle_id, None)
            if on:
                self._set_by[vehicle_id] = who
        self._changed(vehicle_id)

    def is_on(self, vehicle_id: str) -> bool:
        """Whether it is set, and by who still has control."""
        return self._pilot(vehicle_id) is not None

    def follow(self, status: VehicleStatus, found: Conformance) -> None:
        """A warning of 10 s or a breach began."""
        vehicle_id = status.vehicle.vehicle_id
        pilot = self._pilot(vehicle_id)
        flight = None if status.report is None else status.report.flight
        if pilot is None or flight is None or not flight.armed or flight.mode in LEAVE_ALONE:
            return
        now_s = self._clock.monotonic_s()
        with self._lock:
            if now_s - self._last_s.get(vehicle_id, float("-inf")) < NOT_AGAIN_S:
                return
            self._last_s[vehicle_id] = now_s
        try:
            self._due.put_nowait((vehicle_id, pilot))
        except queue.Full:
            log.error("auto_hold_not_sent vehicle=%s reason=too_many", vehicle_id)

    def _pilot(self, vehicle_id: str) -> Principal | None:
        with self._lock:
            pilot = self._set_by.get(vehicle_id)
        if pilot is None:
            return None
        control = self._controls.holder(vehicle_id)
        if control is None or control.sign_in_id != pilot.sign_in_id:
            with self._lock:  # it ended with their control
                if self._set_by.get(vehicle_id) is pilot:
                    del self._set_by[vehicle_id]
            return None
        return pilot

    def _turn(self) -> None:
        try:
            vehicle_id, pilot = self._due.get(timeout=0.5)
        except queue.Empty:
            return
        log.warning("auto_hold vehicle=%s for=%s", vehicle_id, pilot.user_id)
        try:
            self._flights.fly(pilot, vehicle_id, Hold())
        except KestrelError as error:
            log.error("auto_hold_failed vehicle=%s problem=%s", vehicle_id, error)
