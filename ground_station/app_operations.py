"""Joins preflights and the records they are made from, and missions; a part of the composition
root `app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ground_station.core.agent_facts import VehicleFacts as Told
from ground_station.core.audit import AuditLog
from ground_station.core.clock import Clock
from ground_station.core.crew import Airframe, Battery, CrewMember, Defect
from ground_station.services.airspace import Airspace
from ground_station.services.control import Controls
from ground_station.services.crew_history import CrewHistory
from ground_station.services.crew_records import CrewRecords, Repositories
from ground_station.services.demonstration_crew import DemonstrationCrew
from ground_station.services.fleet import Fleet
from ground_station.services.flight_needs import FlightNeeds
from ground_station.services.flights import Flights
from ground_station.services.mission_planning import MissionPlanning
from ground_station.services.missions import KeptMissions
from ground_station.services.preflights import PlanFacts, Preflights
from ground_station.services.vehicle_facts import VehicleFacts
from ground_station.services.verdicts import Verdicts
from ground_station.store import (
    Database,
    SqlFlights,
    SqlMissionPlans,
    SqlPreflights,
    SqlRecords,
    SqlUsers,
)


@dataclass(frozen=True, slots=True)
class Operations:
    """What was joined."""

    crew_records: CrewRecords
    crew_history: CrewHistory
    preflights: Preflights


def join_operations(
    *,
    database: Database,
    audit: AuditLog,
    clock: Clock,
    controls: Controls,
    flights: Flights,
    facts: VehicleFacts,
    verdicts: Verdicts,
) -> Operations:
    """Join them to what they read; `Flights.attach_preflight` has nothing take off without."""
    records = _records(database, audit, clock)
    history = CrewHistory(SqlFlights(database), clock)
    told = _told(facts)
    needs = FlightNeeds(
        flights=flights,
        verdicts=verdicts,
        airframe=lambda one: records.airframes.find(one.organisation_id, one.airframe_id),
        return_height_m=lambda vehicle_id: _return_height_m(told(vehicle_id)),
    )
    preflights = Preflights(
        controls=controls,
        records=records,
        history=history,
        repository=SqlPreflights(database),
        facts=told,
        plan=PlanFacts(flights.held_mission, needs.verdict, needs.needs),
        audit=audit,
        clock=clock,
    )
    return Operations(records, history, preflights)


def demonstration_crew(
    database: Database, audit: AuditLog, clock: Clock, fleet: Fleet
) -> DemonstrationCrew:
    """For a training installation: who flies its simulated drones."""
    users = SqlUsers(database)
    return DemonstrationCrew(
        organisation_id=users.default_organisation_id(),
        users=users.all,
        vehicles=fleet.all,
        repositories=_repositories(database),
        audit=audit,
        clock=clock,
    )


@dataclass(frozen=True, slots=True)
class Missions:
    """What was joined."""

    kept: KeptMissions
    planning: MissionPlanning


def join_missions(
    *,
    database: Database,
    audit: AuditLog,
    clock: Clock,
    controls: Controls,
    facts: VehicleFacts,
    airspace: Airspace,
    verdicts: Verdicts,
) -> Missions:
    """Join the planning of missions with what is known of vehicles, ground and zones."""
    records = _records(database, audit, clock)
    return Missions(
        KeptMissions(SqlMissionPlans(database), audit, clock),
        MissionPlanning(
            controls=controls,
            airframe=records.airframes.of_vehicle,
            facts=_told(facts),
            terrain=lambda: airspace.terrain,
            verdicts=verdicts,
            clock=clock,
        ),
    )


def _records(database: Database, audit: AuditLog, clock: Clock) -> CrewRecords:
    return CrewRecords(_repositories(database), audit, clock)


def _repositories(database: Database) -> Repositories:
    return Repositories(
        crew=SqlRecords(database, CrewMember),
        airframes=SqlRecords(database, Airframe),
        batteries=SqlRecords(database, Battery),
        defects=SqlRecords(database, Defect),
    )


def _told(facts: VehicleFacts) -> Callable[[str], Told | None]:
    """What is known now: what was told long ago is no word on how it is set."""

    def told(vehicle_id: str) -> Told | None:
        known = facts.of(vehicle_id)
        return None if known is None or not known.current else known.told

    return told


def _return_height_m(told: Told | None) -> float | None:
    return None if told is None else told.return_height_home_m
