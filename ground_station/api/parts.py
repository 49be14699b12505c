"""What the web side is handed by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import flask
from pydantic import SecretStr

from ground_station.core.audit import AuditLog
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.entities import Organisation
from ground_station.services.agents import Agents
from ground_station.services.air_traffic import AirTraffic
from ground_station.services.airspace import Airspace
from ground_station.services.airspace_library import AirspaceLibrary
from ground_station.services.alert_desk import Alerts
from ground_station.services.application_pack import ApplicationPacks
from ground_station.services.audit_reading import AuditReading
from ground_station.services.auto_hold import AutoHold
from ground_station.services.conformance import Conformances
from ground_station.services.control import Controls
from ground_station.services.crew_history import CrewHistory
from ground_station.services.crew_records import CrewRecords
from ground_station.services.enrolment import Enrolments, Warden
from ground_station.services.fleet import Fleet
from ground_station.services.flight_imports import FlightImports
from ground_station.services.flight_reading import FlightReading
from ground_station.services.flight_reports import FlightReports
from ground_station.services.flights import Flights
from ground_station.services.geolocate import Geolocator
from ground_station.services.identities import Identities
from ground_station.services.media import Media
from ground_station.services.mission_planning import MissionPlanning
from ground_station.services.missions import KeptMissions
from ground_station.services.names import Names
from ground_station.services.papers import Papers
from ground_station.services.poses import Poses
from ground_station.services.preflights import Preflights
from ground_station.services.sharing import Sharing
from ground_station.services.sign_in import SignInService
from ground_station.services.sources import Sources
from ground_station.services.system import SystemHealth
from ground_station.services.turn import IceServer
from ground_station.services.vehicle_cameras import VehicleCameras
from ground_station.services.vehicle_desk import VehicleDesk
from ground_station.services.verdicts import Verdicts

_KEY = "kestrel"
LIVE_CLIENTS = "kestrel_live_clients"
METRICS = "kestrel_metrics"
COMMAND_GATE = "kestrel_command_gate"
VEHICLE_NUMBERS = "kestrel_vehicle_numbers"


@dataclass(frozen=True, slots=True)
class Parts:
    """Services and facts that routes and socket handlers use.

    Attributes:
        names: fresh look-ups of what things are called, for one answer.
        secret_key: signs the cookie of a page that is not signed in yet.
        check_database: raises KestrelError if the database does not answer.
        web_dist: the built page.
        software: name and version, shown on the page.
        demo: the station runs with demonstration footage.
        trusted_hosts: the values of the Host header that are answered.
        max_sockets: Socket.IO connections held at once; the threads left over serve HTTP.
        commands_at_once: so many commands to vehicles may hold one of those threads; hold, return
            and land are not counted.
        certificate: what is served (PEM); root_certificate: our own authority, if it is of that.
        ice_servers: TURN and STUN servers with a sign-in for one session.
    """

    audit: AuditLog
    audit_reading: AuditReading
    sharing: Sharing
    names: Callable[[], Names]
    sign_in: SignInService
    identities: Identities
    organisation: Callable[[str], Organisation | None]
    sources: Sources
    agents: Agents
    alerts: Alerts
    enrolments: Enrolments
    warden: Warden
    media: Media
    system: SystemHealth
    geolocator: Geolocator
    poses: Poses
    fleet: Fleet
    airspace: Airspace
    library: AirspaceLibrary
    papers: Papers
    verdicts: Verdicts
    packs: ApplicationPacks
    controls: Controls
    desk: VehicleDesk
    flights: Flights
    preflights: Preflights
    crew_records: CrewRecords
    crew_history: CrewHistory
    flight_reading: FlightReading
    flight_reports: FlightReports
    flight_imports: FlightImports
    missions: KeptMissions
    planning: MissionPlanning
    cameras: VehicleCameras
    conformances: Conformances
    auto_hold: AutoHold
    traffic: AirTraffic
    bus: Bus
    clock: Clock
    secret_key: str = field(repr=False)
    check_database: Callable[[], None]
    web_dist: Path
    software: str
    demo: bool
    trusted_hosts: tuple[str, ...]
    max_sockets: int
    commands_at_once: int = 2
    certificate: Path | None = None
    root_certificate: Path | None = None
    metrics_token: SecretStr | None = None
    ice_servers: Callable[[], tuple[IceServer, ...]] = tuple


def attach(app: flask.Flask, parts: Parts) -> None:
    """Make the parts known to the application's handlers."""
    app.extensions[_KEY] = parts


def parts() -> Parts:
    """The parts of the application that serves this request or event."""
    return cast(Parts, flask.current_app.extensions[_KEY])
