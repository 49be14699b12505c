"""Joins the flight log to what it follows; a part of the composition root `app`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ground_station.app_operations import Operations
from ground_station.app_vehicles import Vehicles
from ground_station.core.agent_actions import UploadMission
from ground_station.core.audit import AuditLog
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.fleet import VehicleStatus
from ground_station.core.lifecycle import Service
from ground_station.services.flight_keeping import FlightKeeping
from ground_station.services.flight_log import FlightLog
from ground_station.services.flight_reading import FlightReading
from ground_station.services.flight_recording import Around
from ground_station.services.flight_rows import FlightRows, Papers
from ground_station.services.sources import Sources
from ground_station.store import Database, FileJournals, SqlFlights, SqlPreflights


@dataclass(frozen=True, slots=True)
class FlightLogs:
    """What was joined. `services`: in the order in which they start, before the agents."""

    log: FlightLog
    reading: FlightReading
    services: tuple[Service, ...]


def join_flight_log(
    *,
    database: Database,
    data_folder: Path,
    vehicles: Vehicles,
    operations: Operations,
    sources: Sources,
    audit: AuditLog,
    bus: Bus,
    clock: Clock,
) -> FlightLogs:
    """Every sortie is recorded from here on."""
    flights, journals = SqlFlights(database), FileJournals(data_folder)
    airframes, preflights = operations.crew_records.airframes, SqlPreflights(database)

    def airframe(organisation_id: str, vehicle_id: str) -> str | None:
        found = airframes.of_vehicle(organisation_id, vehicle_id)
        return None if found is None else found.record_id

    rows = FlightRows(
        flights=flights,
        papers=Papers(preflight=preflights.newest, airframe=airframe),
        audit=audit,
        clock=clock,
    )
    log = FlightLog(
        flights=flights,
        journals=journals,
        rows=rows,
        around=_around(vehicles, sources),
        find=vehicles.fleet.find,
        held=lambda status: _held(vehicles, status),
        bus=bus,
        clock=clock,
    )
    vehicles.fleet.on_finding(log.intake.follow)
    vehicles.flights.sender.on_sending(log.intake.commanded)
    vehicles.flights.sender.on_answered(log.intake.answered)
    keeping = FlightKeeping(flights=flights, journals=journals, rows=rows, clock=clock)
    return FlightLogs(log, FlightReading(flights, journals, log.now), (log, keeping))


def _held(
    vehicles: Vehicles, status: VehicleStatus
) -> tuple[UploadMission, Mapping[str, str]] | None:
    mission = vehicles.flights.held_mission(status)
    if mission is None:
        return None
    return mission, vehicles.flights.uploaded(status.vehicle.vehicle_id).permissions


def _around(vehicles: Vehicles, sources: Sources) -> Around:
    """What else is known of a vehicle at that moment; all of it from memory."""

    def conformance(vehicle_id: str) -> tuple[str, str] | None:
        found = vehicles.conformances.of(vehicle_id)
        return None if found is None else (found.state.value, found.words)

    def failsafes(status: VehicleStatus) -> dict[str, str]:
        return {
            one.event.value: " ".join(filter(None, (one.told_by, one.does)))
            for one in vehicles.desk.failsafes.of(status)
        }

    def video(status: VehicleStatus) -> tuple[str, str] | None:
        source_id = vehicles.cameras.source_of(status)
        found = None if source_id is None else sources.find(source_id)
        return None if found is None else (found.source.source_id, found.source.name)

    return Around(conformance, failsafes, video)
