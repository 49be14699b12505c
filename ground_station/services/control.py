"""Who flies a vehicle. One person at a time has control of it, for as long as their sign-in lasts.

It is kept in the database, so that a station that was killed comes back with the same pilots. To
hold, return or land nobody needs it: see `services.flights`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from ground_station.core.agent_durable import one_line
from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.entities import Vehicle
from ground_station.core.errors import Conflict, InvalidInput, KestrelError, NotFound
from ground_station.core.fleet import Control, ControlRepository, VehicleChanged, VehicleStatus
from ground_station.core.lifecycle import Worker
from ground_station.services.audit import by
from ground_station.services.fleet import Fleet
from ground_station.services.sign_in import SignInService
from ground_station.services.vehicle_state import place_of

log = logging.getLogger(__name__)

CHECK_EVERY_S = 2.0  # a sign-in may run out, or be ended by another process
MAX_REASON = 500
NO_VEHICLE = "There is no such vehicle."
WhyOver = Callable[[Control], str]


class Controls:
    """Thread-safe; a service of the station. Every change is published as `VehicleChanged`.

    Args:
        why_over: why a control does not hold any more; "" while it does.
        display_name: of a user id.
    """

    def __init__(
        self,
        *,
        repository: ControlRepository,
        fleet: Fleet,
        audit: AuditLog,
        why_over: WhyOver,
        display_name: Callable[[str], str],
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._fleet = fleet
        self._audit = audit
        self._why_over = why_over
        self._display_name = display_name
        self._bus = bus
        self._clock = clock
        # Of whoever changes one: held while the database is waited for, never inside its writes.
        self._changes = threading.Lock()
        self._held = {control.vehicle_id: control for control in repository.all()}
        self._on_change: list[Callable[[Vehicle], None]] = []
        self._wake = threading.Event()
        self._worker = Worker("vehicle-controls", self._step)

    def on_change(self, callback: Callable[[Vehicle], None]) -> None:
        """Call this with each vehicle whose control changed, right after `holder` says so and
        before that is answered; on the thread of the change: it must be quick. To be set before
        `start`."""
        self._on_change.append(callback)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._wake.set()
        self._worker.stop()

    # --- reading ---------------------------------------------------------------------------------

    def holder(self, vehicle_id: str) -> Control | None:
        """Who has control; from memory, without waiting."""
        return self._held.get(vehicle_id)

    def reach(self, who: Principal, vehicle_id: str) -> VehicleStatus:
        """A vehicle that this person may have to do with: of their own organisation, and in their
        area or under their control (whoever flies it out of the area must be able to bring it
        back).

        Raises:
            NotFound: anything else, whether it is there or not.
        """
        status = self._fleet.find(vehicle_id)
        if status is None or status.vehicle.organisation_id != who.scope.organisation_id:
            raise NotFound(NO_VEHICLE)
        mine = status.control is not None and status.control.user_id == who.user_id
        if not mine and not who.scope.holds(status.vehicle.organisation_id, *place_of(status)):
            raise NotFound(NO_VEHICLE)
        return status

    def check_holder(self, who: Principal, status: VehicleStatus) -> None:
        """Conflict, naming who has control, unless it is this person."""
        held = self._held.get(status.vehicle.vehicle_id)
        if held is None:
            raise Conflict(
                f"Nobody has control of {status.vehicle.name}.", "Take control of it first."
            )
        if held.user_id != who.user_id:
            raise Conflict(
                f"{self._name(held)} has control of {status.vehicle.name}.",
                "Ask them to release it, or take over with a reason.",
            )

    # --- changing --------------------------------------------------------------------------------

    def take(
        self, who: Principal, vehicle_id: str, *, take_over: bool = False, reason: str = ""
    ) -> Control:
        """Give this person control, until they release it or their sign-in ends.

        Raises:
            NotAllowed, NotFound: not theirs to fly.
            Conflict: somebody else has it, and they do not take over.
            InvalidInput: they take over without saying why.
            Unavailable: it cannot be recorded; nothing changed.
        """
        require(who, Permission.FLY)
        status = self.reach(who, vehicle_id)
        why = one_line(reason).strip()
        if len(why) > MAX_REASON:
            raise InvalidInput(f"A reason has at most {MAX_REASON} characters.")
        with self._changes:
            held = self._held.get(vehicle_id)
            other = held if held is not None and held.user_id != who.user_id else None
            if held is not None and other is None and held.sign_in_id == who.sign_in_id:
                return held
            self._check_may_take(status, other, take_over, why)
            control = Control(vehicle_id, who.user_id, who.sign_in_id, self._clock.now())
            details = {"name": status.vehicle.name, "sign_in": who.sign_in_id}
            if other is not None:
                details |= {"taken_from": other.user_id, "reason": why}
            with self._audit.together(by(who, Act.CONTROL_TAKEN, "vehicle", vehicle_id, **details)):
                self._repository.put(control)
            self._held[vehicle_id] = control
            self._changed(status.vehicle)
        self._bus.publish(VehicleChanged(vehicle_id))
        return control

    def _check_may_take(
        self, status: VehicleStatus, other: Control | None, take_over: bool, why: str
    ) -> None:
        if other is None:
            return
        if not take_over:
            raise Conflict(
                f"{self._name(other)} has control of {status.vehicle.name}.",
                "Ask them to release it, or take over with a reason.",
            )
        if not why:
            raise InvalidInput(
                f"Say why you take {status.vehicle.name} over from {self._name(other)}."
            )

    def hand_over(self, who: Principal, vehicle_id: str, offered: Control) -> Control:
        """Give this person the control that whoever has it offered them.

        Raises:
            NotAllowed, NotFound: not theirs to fly.
            Conflict: whoever offered it has it no more.
            Unavailable: it cannot be recorded; nothing changed.
        """
        require(who, Permission.FLY)
        status = self.reach(who, vehicle_id)
        with self._changes:
            if self._held.get(vehicle_id) != offered:
                raise Conflict(
                    f"Whoever offered you {status.vehicle.name} has no control of it any more."
                )
            control = Control(vehicle_id, who.user_id, who.sign_in_id, self._clock.now())
            entry = by(
                who,
                Act.CONTROL_TAKEN,
                "vehicle",
                vehicle_id,
                name=status.vehicle.name,
                sign_in=who.sign_in_id,
                handed_over_by=offered.user_id,
            )
            with self._audit.together(entry):
                self._repository.put(control)
            self._held[vehicle_id] = control
            self._changed(status.vehicle)
        self._bus.publish(VehicleChanged(vehicle_id))
        return control

    def release(self, who: Principal, vehicle_id: str) -> None:
        """Give one's own control up.

        Raises:
            NotFound: there is no such vehicle for this person.
            Conflict: they do not have control.
            Unavailable: it cannot be recorded; they still have it.
        """
        status = self.reach(who, vehicle_id)
        with self._changes:
            self.check_holder(who, status)
            entry = by(who, Act.CONTROL_RELEASED, "vehicle", vehicle_id, name=status.vehicle.name)
            self._remove(status.vehicle, entry)
        self._bus.publish(VehicleChanged(vehicle_id))

    def sign_in_ended(self, _session_hash: str) -> None:
        """A sign-in has ended: so does the control it had. What cannot be written now is tried
        again every two seconds."""
        with suppress(KestrelError):
            self.check()

    def check(self) -> None:
        """End the control of everybody whose sign-in has ended or who may not fly any more.

        Raises:
            KestrelError: of the last that could not be looked up or recorded; it stays.
        """
        failed: KestrelError | None = None
        for control in list(self._held.values()):
            try:
                gone = self._fleet.find(control.vehicle_id) is None
                why = "the vehicle was removed" if gone else self._why_over(control)
                if why:
                    self._end(control, why)
            except KestrelError as error:
                failed = error
        if failed is not None:
            raise failed

    # --- inside ----------------------------------------------------------------------------------

    def _end(self, control: Control, why: str) -> None:
        vehicle_id = control.vehicle_id
        status = self._fleet.find(vehicle_id)
        with self._changes:
            if self._held.get(vehicle_id) != control:
                return  # somebody took it meanwhile
            if status is None:  # the vehicle was removed, and its control with it
                self._held.pop(vehicle_id, None)
                return
            entry = AuditEntry(
                Act.CONTROL_RELEASED,
                Actor.STATION,
                None,
                status.vehicle.organisation_id,
                "vehicle",
                vehicle_id,
                details={"name": status.vehicle.name, "user": control.user_id, "why": why},
            )
            self._remove(status.vehicle, entry)
        log.info("vehicle_control_ended vehicle=%s why=%s", vehicle_id, why)
        self._bus.publish(VehicleChanged(vehicle_id))

    def _remove(self, vehicle: Vehicle, entry: AuditEntry) -> None:
        with self._audit.together(entry):
            self._repository.remove(vehicle.vehicle_id)
        self._held.pop(vehicle.vehicle_id, None)
        self._changed(vehicle)

    def _changed(self, vehicle: Vehicle) -> None:
        """It is changed and recorded by now: nothing that goes wrong here may say otherwise."""
        for callback in self._on_change:
            try:
                callback(vehicle)
            except Exception:
                log.exception("control_change_not_told vehicle=%s", vehicle.vehicle_id)

    def _name(self, control: Control) -> str:
        return self._display_name(control.user_id) or "Somebody else"

    def _step(self) -> None:
        if not self._wake.wait(CHECK_EVERY_S):
            self.check()


def over_with_sign_in(sign_in: SignInService) -> WhyOver:
    """A control lasts as long as its sign-in, and as its person may fly."""

    def why_over(control: Control) -> str:
        of_user = sign_in.of_user(control.user_id)
        found = next((one for one in of_user if one.sign_in_id == control.sign_in_id), None)
        who = None if found is None else sign_in.identify_hash(found.session_hash)
        if who is None:
            return "the sign-in ended"
        return "" if who.principal.may(Permission.FLY) else "may not fly any more"

    return why_over
