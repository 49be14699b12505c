"""A flight log over the services' world, whose turns a test makes itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ground_station.core.agent_vehicles import (
    FlightMode,
    FlightReading,
    LandedState,
    PositionReading,
    VehicleReport,
)
from ground_station.core.flight_log import (
    FlightEntry,
    FlightEvent,
    FlightJournals,
    FlightRecord,
    FlightSample,
)
from ground_station.services.flight_log import FlightLog
from ground_station.services.flight_recording import Around
from ground_station.services.flight_rows import FlightRows, Papers
from ground_station.store import SqlFlights
from ground_station.store.flight_journal import FileJournals
from tests.services.flying import LAT, LON, Drone, report
from tests.services.world import World


def state(
    armed: bool,
    height_m: float = 0.0,
    mode: FlightMode = FlightMode.GUIDED,
    landed: LandedState | None = None,
    **changes: Any,
) -> VehicleReport:
    """A report of a vehicle at a height, by which it flies or stands unless `landed` says."""
    up = LandedState.IN_AIR if height_m > 0 else LandedState.ON_GROUND
    flight = FlightReading(100, armed=armed, mode=mode, landed=landed or up)
    place = PositionReading(40, LAT, LON + height_m / 1e5, 5.0 + height_m, height_m)
    return report(flight=flight, **({"position": place} | changes))


class Logbook:
    """The log, its records and its journals."""

    def __init__(
        self,
        world: World,
        *,
        journals: FlightJournals | None = None,
        around: Around | None = None,
        papers: Papers | None = None,
        connect: bool = True,
    ) -> None:
        self.world = world
        self.flights = SqlFlights(world.database)
        self.journals = journals or FileJournals(world.folder)
        self.rows = FlightRows(
            flights=self.flights,
            papers=papers or Papers(),
            audit=world.audit,
            clock=world.clock,
        )
        self.log = FlightLog(
            flights=self.flights,
            journals=self.journals,
            rows=self.rows,
            around=around or Around(),
            find=world.fleet.find,
            held=self._held,
            bus=world.bus,
            clock=world.clock,
        )
        self.log.take_up()
        if connect:
            world.fleet.on_finding(self.log.intake.follow)
            world.flights.sender.on_sending(self.log.intake.commanded)
            world.flights.sender.on_answered(self.log.intake.answered)

    def _held(self, status: Any) -> Any:
        mission = self.world.flights.held_mission(status)
        known = self.world.flights.uploaded(status.vehicle.vehicle_id)
        return None if mission is None else (mission, known.permissions)

    def settle(self, seconds: float = 1.0) -> None:
        """Time passes, the log takes what came, and the records are in the database."""
        self.world.clock.advance(seconds)
        self.log.turn()
        assert self.rows.write()

    def fly(self, drone: Drone, *reports: VehicleReport, every_s: float = 0.1) -> None:
        """Say these one after the other, and take them."""
        for one in reports:
            self.world.clock.advance(every_s)
            drone.say(one)
            self.log.turn()

    @property
    def record(self) -> FlightRecord:
        [found] = self.records
        return found

    @property
    def records(self) -> Sequence[FlightRecord]:
        return self.flights.all(self.world.sources.organisation_id)

    def entries(self, record: FlightRecord | None = None) -> list[FlightEntry]:
        return list(self.journals.read((record or self.record).record_id))

    def samples(self) -> list[FlightSample]:
        return [one for one in self.entries() if isinstance(one, FlightSample)]

    def events(self, kind: str = "") -> list[FlightEvent]:
        return [
            one for one in self.entries() if isinstance(one, FlightEvent) and kind in ("", one.kind)
        ]
