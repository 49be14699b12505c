"""What the flight log is told by other threads: it waits in bounded mailboxes for the log's own.

Reports come ten times a second for each vehicle, on transport threads; five are enough.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ground_station.core.agent_actions import StartMission, TakeOff
from ground_station.core.agent_vehicles import VehicleLinkState
from ground_station.core.clock import Clock
from ground_station.core.fleet import AirspaceFinding, VehicleStatus
from ground_station.core.flight_log import FlightEvent
from ground_station.core.mailbox import DropOldest
from ground_station.services.flight_figures import EVERY_S
from ground_station.services.flight_records import Flight, commanded
from ground_station.services.flight_rows import Asked
from ground_station.services.flight_samples import is_armed

MAX_SAMPLES: Final = 5000  # that wait: 20 s of 50 vehicles
MAX_EVENTS: Final = 2000
MAX_VEHICLES: Final = 1000  # as the fleet


@dataclass(frozen=True, slots=True)
class Heard:
    number: int
    status: VehicleStatus
    finding: AirspaceFinding
    at: datetime
    passed_s: float


@dataclass(frozen=True, slots=True)
class Happened:
    """`asked`: it is a command that takes a vehicle off."""

    number: int
    vehicle_id: str
    event: FlightEvent
    asked: Asked | None = None
    permissions: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Pace:
    """Of one vehicle on the transport threads: when its next sample is due."""

    due_s: float = float("-inf")
    told: tuple[bool | None, VehicleLinkState] | None = None


class FlightIntake:
    """Thread-safe; nothing here waits.

    Args:
        follows: whether a vehicle is on a flight, as far as the log knows.
    """

    def __init__(self, *, follows: Callable[[str], bool], clock: Clock) -> None:
        self._follows = follows
        self._clock = clock
        self._numbers = itertools.count()
        self._heard: DropOldest[Heard] = DropOldest(MAX_SAMPLES)
        self._happened: DropOldest[Happened] = DropOldest(MAX_EVENTS)
        self._pace: dict[str, _Pace] = {}

    @property
    def dropped(self) -> int:
        """Samples and events that found no room."""
        return self._heard.dropped + self._happened.dropped

    def drain(self) -> list[Heard | Happened]:
        """What waits, in the order in which it came."""
        came: list[Heard | Happened] = [*self._heard.drain(), *self._happened.drain()]
        came.sort(key=lambda one: one.number)
        return came

    def follow(self, status: VehicleStatus, finding: AirspaceFinding) -> None:
        """For `Fleet.on_finding`."""
        report, vehicle_id = status.report, status.vehicle.vehicle_id
        if report is None:
            return
        now_s = self._clock.monotonic_s()
        passed_s = max(0.0, now_s - status.received_s)
        armed = is_armed(report, passed_s)
        if not armed and not self._follows(vehicle_id):
            return
        pace = self._pace.get(vehicle_id)
        if pace is None:
            if len(self._pace) >= MAX_VEHICLES:
                self._pace.clear()
            pace = self._pace.setdefault(vehicle_id, _Pace())
        told = (armed, status.link)
        if told == pace.told and now_s < pace.due_s - EVERY_S / 4:
            return
        pace.told, pace.due_s = told, max(pace.due_s + EVERY_S, now_s + EVERY_S / 2)
        at = self._clock.now()
        self._heard.put(Heard(next(self._numbers), status, finding, at, passed_s))

    def commanded(self, flight: Flight) -> None:
        """For `FlightSender.on_sending`."""
        details = commanded(flight, flight.permissions).details
        said = ", ".join(
            f"{name} {value}"
            for name, value in details.items()
            if name not in ("command", "action", "name", "points")
        )
        who = flight.who.display_name or flight.who.username
        words = f"{who}: {flight.word.replace('_', ' ')}" + (f" ({said})" if said else "")
        takes_off = isinstance(flight.action, TakeOff | StartMission)
        asked = Asked(flight.who, flight.status) if takes_off else None
        permissions = tuple(sorted(flight.permissions.items()))
        self._note(flight, "command", words, "info", asked, permissions)

    def answered(self, flight: Flight, result: str, words: str) -> None:
        """For `FlightSender.on_answered`."""
        done = result == "done"
        said = f"{flight.word.replace('_', ' ')}: {'done' if done else result}. {words}".strip()
        self._note(flight, "answer", said, "info" if done else "warning")

    def note(
        self, vehicle_id: str, kind: str, words: str, severity: str = "info", reference: str = ""
    ) -> None:
        """Anything else that happened to a vehicle; not kept where it is not on a flight."""
        event = FlightEvent(self._clock.now(), kind, words, severity, reference=reference)
        self._happened.put(Happened(next(self._numbers), vehicle_id, event))

    def _note(
        self,
        flight: Flight,
        kind: str,
        words: str,
        severity: str,
        asked: Asked | None = None,
        permissions: tuple[tuple[str, str], ...] = (),
    ) -> None:
        event = FlightEvent(self._clock.now(), kind, words, severity, reference=flight.command_id)
        vehicle_id = flight.status.vehicle.vehicle_id
        self._happened.put(Happened(next(self._numbers), vehicle_id, event, asked, permissions))
