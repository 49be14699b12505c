"""Handing a vehicle over: whoever has control offers it to one named pilot, who accepts it.

Until then nothing changes hands, so a vehicle is never without its pilot. An offer is in memory:
it ends by itself after a minute, with the control of whoever made it, and with the station.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ground_station.core.audit import Act, AuditLog
from ground_station.core.authority import ROLE_PERMISSIONS, Permission, Principal, require
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, InvalidInput
from ground_station.core.fleet import Control, VehicleChanged
from ground_station.core.registry import User
from ground_station.services.audit import by
from ground_station.services.control import Controls

OFFER_LASTS_S: Final = 60.0
MAX_OFFERS: Final = 1000  # as the fleet


@dataclass(frozen=True, slots=True)
class Offer:
    """Of a vehicle to a pilot.

    Attributes:
        control: of whoever offers it; with it the offer ends.
        ends_s: on the station's monotonic clock; `ends_at` is the same instant for people.
    """

    control: Control
    to_user_id: str
    ends_at: datetime
    ends_s: float


class ControlOffers:
    """Thread-safe. Every change is published as `VehicleChanged`.

    Args:
        people: everybody of an organisation, from the database.
    """

    def __init__(
        self,
        *,
        controls: Controls,
        people: Callable[[str], Sequence[User]],
        audit: AuditLog,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._controls = controls
        self._people = people
        self._audit = audit
        self._bus = bus
        self._clock = clock
        self._changes = threading.Lock()
        self._offers: dict[str, Offer] = {}

    def of(self, vehicle_id: str) -> Offer | None:
        """The offer that holds now; from memory, without waiting."""
        offer = self._offers.get(vehicle_id)
        if offer is None or self._clock.monotonic_s() >= offer.ends_s:
            return None
        return offer if self._controls.holder(vehicle_id) == offer.control else None

    def pilots(self, who: Principal, vehicle_id: str) -> list[User]:
        """Whom this vehicle can be offered to: everybody else of its organisation who may fly, and
        whose area it is in where they have one.

        Raises:
            NotAllowed, NotFound.
        """
        require(who, Permission.FLY)
        status = self._controls.reach(who, vehicle_id)
        report = status.report
        place = None if report is None else report.position
        return [
            user
            for user in self._people(who.scope.organisation_id)
            if user.user_id != who.user_id
            and user.disabled_at is None
            and Permission.FLY in ROLE_PERMISSIONS[user.role]
            and (user.area is None or (place is not None and user.area.holds(place.lat, place.lon)))
        ]

    def offer(self, who: Principal, vehicle_id: str, to_user_id: str) -> Offer:
        """Offer the vehicle that one controls; another offer of it ends.

        Raises:
            NotAllowed, NotFound: not theirs to fly. Conflict: they have no control of it.
            InvalidInput: not somebody who could take it.
            Unavailable: it cannot be recorded; nothing is offered.
        """
        require(who, Permission.FLY)
        status = self._controls.reach(who, vehicle_id)
        self._controls.check_holder(who, status)
        if all(one.user_id != to_user_id for one in self.pilots(who, vehicle_id)):
            raise InvalidInput(
                f"Nobody of that id can take {status.vehicle.name}.",
                "Choose a pilot of your organisation whose area it is in.",
            )
        with self._changes:
            control = self._controls.holder(vehicle_id)
            if control is None or control.user_id != who.user_id:
                raise Conflict(f"You have no control of {status.vehicle.name} any more.")
            offer = Offer(
                control,
                to_user_id,
                self._clock.now() + timedelta(seconds=OFFER_LASTS_S),
                self._clock.monotonic_s() + OFFER_LASTS_S,
            )
            self._record(who, vehicle_id, status.vehicle.name, to_user_id, "offered")
            self._offers.pop(vehicle_id, None)
            self._offers[vehicle_id] = offer
            while len(self._offers) > MAX_OFFERS:
                del self._offers[next(iter(self._offers))]
        self._bus.publish(VehicleChanged(vehicle_id))
        return offer

    def withdraw(self, who: Principal, vehicle_id: str) -> None:
        """Take one's own offer back.

        Raises:
            NotAllowed, NotFound; Conflict: there is none of theirs.
        """
        require(who, Permission.FLY)
        status = self._controls.reach(who, vehicle_id)
        with self._changes:
            offer = self.of(vehicle_id)
            if offer is None or offer.control.user_id != who.user_id:
                raise Conflict(f"You have not offered {status.vehicle.name} to anybody.")
            self._record(who, vehicle_id, status.vehicle.name, offer.to_user_id, "taken_back")
            del self._offers[vehicle_id]
        self._bus.publish(VehicleChanged(vehicle_id))

    def accept(self, who: Principal, vehicle_id: str) -> Control:
        """Take the control that one was offered, until it is released or the sign-in ends.

        Raises:
            NotAllowed, NotFound: not theirs to fly.
            Conflict: nobody offers it to them now.
            Unavailable: it cannot be recorded; nothing changed.
        """
        require(who, Permission.FLY)
        status = self._controls.reach(who, vehicle_id)
        with self._changes:
            offer = self.of(vehicle_id)
            if offer is None or offer.to_user_id != who.user_id:
                raise Conflict(
                    f"{status.vehicle.name} is not offered to you, or not any more.",
                    "Ask for it again: an offer holds for a minute.",
                )
            control = self._controls.hand_over(who, vehicle_id, offer.control)
            self._offers.pop(vehicle_id, None)
        return control

    def _record(self, who: Principal, vehicle_id: str, name: str, to: str, what: str) -> None:
        entry = by(who, Act.CONTROL_OFFERED, "vehicle", vehicle_id, name=name, to=to, what=what)
        self._audit.append(entry)
