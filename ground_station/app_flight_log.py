"""Joins the flight log to what it follows; a part of the composition root `app`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ground_station.app_commands import opened_store
from ground_station.app_operations import Operations
from ground_station.app_vehicles import Vehicles
from ground_station.core.agent_actions import UploadMission
from ground_station.core.audit import AuditLog
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.fleet import VehicleStatus
from ground_station.core.flight_log import FlightJournals, FlightRepository
from ground_station.core.lifecycle import Service
from ground_station.core.model import SourceCondition
from ground_station.core.settings import Settings
from ground_station.flightlogs import IsolatedReader
from ground_station.services.flight_imports import FlightImports
from ground_station.services.flight_keeping import FlightKeeping
from ground_station.services.flight_log import FlightLog
from ground_station.services.flight_reading import FlightReading
from ground_station.services.flight_recording import Around
from ground_station.services.flight_reports import FlightReports
from ground_station.services.flight_rows import FlightRows, Papers
from ground_station.services.papers import Papers as OperatorPapers
from ground_station.services.sources import Sources
from ground_station.store import (
    Database,
    FileJournals,
    SqlFlights,
    SqlPreflights,
    SqlUsers,
    open_audit,
)
from ground_station.store.export import find_organisation
from ground_station.store.flight_journal import FOLDER


@dataclass(frozen=True, slots=True)
class FlightLogs:
    """What was joined. `services`: in the order in which they start, before the agents."""

    log: FlightLog
    reading: FlightReading
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class OpenedFlights:
    """The flight log without a station. `organisation_id`: the installation's own.
    `find_organisation`: the id of a name or id; NotFound names those there are."""

    flights: FlightRepository
    journals: FlightJournals
    imports: FlightImports
    organisation_id: str
    find_organisation: Callable[[str], str]
    audit: AuditLog


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


def flight_reports(
    reading: FlightReading,
    *,
    database: Database,
    operations: Operations,
    papers: OperatorPapers,
    display_name: Callable[[str], str],
    audit: AuditLog,
    clock: Clock,
) -> FlightReports:
    """What people are handed of it."""
    return FlightReports(
        reading=reading,
        preflights=SqlPreflights(database),
        records=operations.crew_records,
        history=operations.crew_history,
        papers=papers,
        display_name=display_name,
        audit=audit,
        clock=clock,
    )


def flight_imports(
    database: Database, data_folder: Path, audit: AuditLog, clock: Clock
) -> FlightImports:
    """Logs that are brought; read beside the journals, in a process of its own."""
    return FlightImports(
        flights=SqlFlights(database),
        journals=FileJournals(data_folder),
        read=IsolatedReader(data_folder / FOLDER),
        folder=data_folder / FOLDER,
        audit=audit,
        clock=clock,
    )


@contextmanager
def opened_flights(settings: Settings) -> Iterator[OpenedFlights]:
    """For one command, over an installation's database."""
    with opened_store(settings) as database:
        clock = SystemClock()
        audit = open_audit(database, settings.data_folder, clock)
        yield OpenedFlights(
            flights=SqlFlights(database),
            journals=FileJournals(settings.data_folder),
            imports=flight_imports(database, settings.data_folder, audit, clock),
            organisation_id=SqlUsers(database).default_organisation_id(),
            find_organisation=lambda wanted: find_organisation(database, wanted),
            audit=audit,
        )


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
        if found is None or found.condition is not SourceCondition.LIVE:
            return None  # a camera without pictures is no evidence
        return found.source.source_id, found.source.name

    return Around(conformance, failsafes, video)
