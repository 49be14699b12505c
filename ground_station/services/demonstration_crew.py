"""Crew, aircraft and a battery for a training installation, so that its simulated drones can be
flown: made up, and named so. Only where the training zones are in use, and only for vehicles that
are simulated; what a person has entered is left alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.authority import Role
from ground_station.core.clock import Clock
from ground_station.core.crew import Airframe, Battery, CameraModel, CrewMember, CrewRole
from ground_station.core.fleet import VehicleStatus
from ground_station.core.ids import new_id
from ground_station.core.lifecycle import Worker
from ground_station.core.preflight import WeatherLimits
from ground_station.core.registry import User
from ground_station.services.crew_records import Repositories

LOOK_S: Final = 1.0
YEAR: Final = timedelta(days=365)
MADE_UP: Final = "Made up for the demonstration"
BY: Final = "demonstration"


class DemonstrationCrew:
    """A service of the station.

    Args:
        users: of an organisation.
    """

    def __init__(
        self,
        *,
        organisation_id: str,
        users: Callable[[str], Sequence[User]],
        vehicles: Callable[[], Sequence[VehicleStatus]],
        repositories: Repositories,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._own = organisation_id
        self._users = users
        self._vehicles = vehicles
        self._kept = repositories
        self._audit = audit
        self._clock = clock
        self._seen: set[str] = set()
        self._wake = threading.Event()
        self._worker = Worker("demonstration-crew", self._step)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._wake.set()
        self._worker.stop()

    def _step(self) -> None:
        self.look()
        self._wake.wait(LOOK_S)

    def look(self) -> None:
        """Enter who and what is not entered yet."""
        for user in self._users(self._own):
            if user.role is Role.PILOT and user.user_id not in self._seen:
                self._pilot(user)
                self._seen.add(user.user_id)
        for status in self._vehicles():
            vehicle, report = status.vehicle, status.report
            if vehicle.vehicle_id in self._seen or vehicle.organisation_id != self._own:
                continue
            if report is not None and report.simulated:
                self._aircraft(vehicle.vehicle_id, vehicle.name)
                self._seen.add(vehicle.vehicle_id)

    def _pilot(self, user: User) -> None:
        if any(one.user_id == user.user_id for one in self._kept.crew.all(self._own)):
            return
        member = CrewMember(
            new_id(),
            self._own,
            user.display_name,
            (CrewRole.PILOT, CrewRole.OBSERVER),
            user_id=user.user_id,
            qualification="None: demonstration",
            current_until=(self._clock.now() + YEAR).date(),
            note=MADE_UP,
        )
        with self._audit.together(self._entry(Act.CREW_CHANGED, "crew_member", member.record_id)):
            self._kept.crew.put(member, self._clock.now(), BY)

    def _aircraft(self, vehicle_id: str, name: str) -> None:
        if not any(one.vehicle_id == vehicle_id for one in self._kept.airframes.all(self._own)):
            craft = Airframe(
                new_id(),
                self._own,
                name,
                vehicle_id,
                maker_model="Simulated quadrotor",
                remote_id_required=False,
                endurance_min=25.0,
                cruise_mps=8.0,
                climb_mps=2.5,
                sink_mps=1.5,
                limits=WeatherLimits(max_wind_mps=10.0, max_gust_mps=14.0, rain=False),
                camera=CameraModel(70.0, 640, 360),
                insured_until=(self._clock.now() + YEAR).date(),
                insurance=MADE_UP,
                note=MADE_UP,
            )
            entry = self._entry(Act.AIRFRAME_CHANGED, "aircraft", craft.record_id)
            with self._audit.together(entry):
                self._kept.airframes.put(craft, self._clock.now(), BY)
        if not self._kept.batteries.all(self._own):
            battery = Battery(new_id(), self._own, "Demonstration battery", 6000.0, 4, note=MADE_UP)
            with self._audit.together(
                self._entry(Act.BATTERY_CHANGED, "battery", battery.record_id)
            ):
                self._kept.batteries.put(battery, self._clock.now(), BY)

    def _entry(self, act: Act, kind: str, record_id: str) -> AuditEntry:
        return AuditEntry(
            act,
            Actor.STATION,
            organisation_id=self._own,
            subject_kind=kind,
            subject_id=record_id,
            details={"why": "the demonstration"},
        )
