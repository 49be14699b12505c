"""The station's composition root: the only place that joins its adapters to their ports."""

from __future__ import annotations

import logging
import os
import signal
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from ground_station.agentlink.server import AgentServer
from ground_station.api.factory import create_api
from ground_station.api.parts import Parts
from ground_station.app_airspace import join_airspace
from ground_station.app_commands import (
    ensure_first_users,
    exported_audit,
    issue_agent_token,
    migrate_store,
    opened_accounts,
    opened_audit,
    opened_enrolments,
    opened_sharing,
    opened_store,
    prepare_store,
    set_password,
    verify_audit,
)
from ground_station.app_flight_log import flight_imports, flight_reports, join_flight_log
from ground_station.app_operations import demonstration_crew, join_missions, join_operations
from ground_station.app_traffic import join_traffic
from ground_station.app_vehicles import Around, join_vehicles
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.lifecycle import Service, ServiceGroup
from ground_station.core.settings import Settings
from ground_station.services.addresses import (
    certificate_probe,
    prepare_certificates,
    served_files,
    trusted_hosts,
)
from ground_station.services.agent_removal import AgentRemoval
from ground_station.services.agents import Agents
from ground_station.services.alert_desk import Alerts
from ground_station.services.alerts import AlertInbox, inbox_probe
from ground_station.services.audit import StartRecord
from ground_station.services.audit_reading import AuditReading, audit_probe
from ground_station.services.enrolment import EnrolledAuthenticator, Enrolments, Warden
from ground_station.services.geolocate import Geolocator
from ground_station.services.identities import join_identities
from ground_station.services.identity import Stores
from ground_station.services.media import Media
from ground_station.services.names import LastingNames, station_names
from ground_station.services.passwords import Passwords
from ground_station.services.poses import Poses
from ground_station.services.retention import Sweeper
from ground_station.services.sharing import Sharing, viewing
from ground_station.services.sources import Sources
from ground_station.services.system import SystemHealth
from ground_station.services.system_probes import add_station_probes
from ground_station.services.tracks import TrackIntake
from ground_station.services.turn import TurnSignIns
from ground_station.store import (
    AuditVerifier,
    Database,
    SqlAgents,
    SqlAlerts,
    SqlEnrolments,
    SqlExpiredRows,
    SqlFactors,
    SqlOrganisations,
    SqlReceivedMessages,
    SqlSignIns,
    SqlSources,
    SqlUsers,
    open_audit,
    open_station_database,
)
from ground_station.store.station_key import station_key
from ground_station.store.station_lock import DatabaseHold, hold_data_folder

__all__ = [
    "Station",
    "build_station",
    "ensure_first_users",
    "exported_audit",
    "issue_agent_token",
    "migrate_store",
    "opened_accounts",
    "opened_audit",
    "opened_enrolments",
    "opened_sharing",
    "prepare_store",
    "serve",
    "set_password",
    "software",
    "verify_audit",
]

log = logging.getLogger(__name__)

REPOSITORY = Path(__file__).resolve().parents[1]
WEB_DIST = REPOSITORY / "web" / "dist"
# So many threads never hold an open page or agent: a quarter, within these bounds.
THREADS_FOR_HTTP = (4, 64)


class Station:
    """The station's web side and services; `start` makes threads, so call it after any fork.

    Attributes:
        wsgi: the WSGI callable.
    """

    def __init__(self, wsgi: Any, services: list[Service], database: Database) -> None:
        self.wsgi = wsgi
        self._group = ServiceGroup(services)
        self._database = database

    def start(self) -> None:
        self._group.start()

    def stop(self) -> None:
        """Stop everything, hang up on every page and agent, close the database."""
        self._group.stop()
        self._database.close()


def build_station(
    settings: Settings, clock: Clock | None = None, *, web_dist: Path = WEB_DIST
) -> Station:
    """Join everything over an existing database (see `prepare_store`); starts nothing.

    Raises:
        ConfigError: a route or event does not say who may use it.
        Unavailable: there is no database.
    """
    clock = clock or SystemClock()
    database = open_station_database(settings.data_folder, settings.store.url)
    try:
        return _join(settings, clock, database, web_dist)
    except BaseException:
        database.close()
        raise


def _join(settings: Settings, clock: Clock, database: Database, web_dist: Path) -> Station:
    users, sign_ins = SqlUsers(database), SqlSignIns(database)
    enrolled = SqlEnrolments(database)
    authenticator = EnrolledAuthenticator(SqlAgents(database), enrolled, clock)
    audit = open_audit(database, settings.data_folder, clock)
    organisations = SqlOrganisations(database)
    sharing = Sharing(organisations, audit, clock)
    key = station_key(settings.data_folder, database)
    bus, geolocator = Bus(), Geolocator()
    sources = Sources(
        repository=SqlSources(database),
        organisation_id=users.default_organisation_id(),
        check_calibration=geolocator.check,
        bus=bus,
        clock=clock,
    )
    poses = Poses(clock)
    tracks = TrackIntake(sources=sources, geolocator=geolocator, poses=poses, bus=bus)
    agents = Agents(sources=sources, tracks=tracks, bus=bus, clock=clock)
    identities = join_identities(
        Stores(users, sign_ins, SqlFactors(database), audit),
        station_key=key,
        passwords=Passwords(),
        clock=clock,
        session_hours=settings.station.session_hours,
        scope_of=sharing.scope_of,
    )
    sign_in = identities.sign_in
    media = Media(
        sources=sources,
        agents=agents,
        authenticator=authenticator,
        still_signed_in=sign_in.may_still_watch,
        may_view=viewing(sign_in.identify_hash, sharing),
        poses=poses,
        bus=bus,
        clock=clock,
    )
    agents.attach(media)
    sign_in.on_ended(media.sign_in_ended)
    sharing.on_ended(lambda _: media.check_agreements())
    display_name = LastingNames(users)
    alert_rows = SqlAlerts(database)
    inbox = AlertInbox(
        received=SqlReceivedMessages(database),
        alerts=alert_rows,
        audit=audit,
        sources=sources,
        organisation_id=users.default_organisation_id(),
        bus=bus,
        clock=clock,
    )
    agents.attach_inbox(inbox)
    system = SystemHealth(data_folder=settings.data_folder, bus=bus, clock=clock)
    add_station_probes(
        system,
        agents=agents,
        check_database=database.check,
        data_folder=settings.data_folder,
        clock=clock,
    )
    airspace = join_airspace(settings.airspace, database, audit, clock, bus)
    system.add("airspace", "Airspace", airspace.library.probe)
    vehicles = join_vehicles(
        airspace.airspace,
        airspace.papers,
        airspace.verdicts,
        Around(
            database=database,
            audit=audit,
            sources=sources,
            poses=poses,
            agents=agents,
            inbox=inbox,
            sign_in=sign_in,
            system=system,
            display_name=display_name,
            people=users.all,
            bus=bus,
            clock=clock,
        ),
    )
    operations = join_operations(
        database=database,
        audit=audit,
        clock=clock,
        controls=vehicles.controls,
        flights=vehicles.flights,
        facts=vehicles.desk.facts,
        verdicts=airspace.verdicts,
    )
    vehicles.flights.attach_preflight(operations.preflights)
    receivers = join_traffic(settings.traffic, vehicles.traffic, system, clock)
    logs = join_flight_log(
        database=database,
        data_folder=settings.data_folder,
        vehicles=vehicles,
        operations=operations,
        sources=sources,
        audit=audit,
        bus=bus,
        clock=clock,
    )
    system.add("flight_log", "Flight log", logs.log.probe)
    missions = join_missions(
        database=database,
        audit=audit,
        clock=clock,
        controls=vehicles.controls,
        facts=vehicles.desk.facts,
        airspace=airspace.airspace,
        verdicts=airspace.verdicts,
    )
    warden = Warden(
        repository=enrolled,
        channel=agents.channel,
        connected=agents.admitted,
        shut_out=media.end_all_of_agent,
        forget=AgentRemoval(
            sources=sources,
            media=media,
            fleet=vehicles.fleet,
            facts=vehicles.desk.facts,
            audit=audit,
        ).forget,
        clock=clock,
    )
    system.add("alert_inbox", "Alert inbox", lambda: inbox_probe(inbox))
    system.add("audit", "Audit log", lambda: audit_probe(audit))
    parts = Parts(
        audit=audit,
        audit_reading=AuditReading(audit),
        sharing=sharing,
        names=lambda: station_names(users, sources, enrolled, organisations, vehicles.fleet),
        sign_in=sign_in,
        identities=identities,
        organisation=organisations.get,
        sources=sources,
        agents=agents,
        alerts=Alerts(
            alerts=alert_rows,
            audit=audit,
            sharing=sharing,
            display_name=display_name,
            bus=bus,
            clock=clock,
        ),
        enrolments=Enrolments(
            repository=enrolled,
            own_organisation_id=sources.organisation_id,
            audit=audit,
            clock=clock,
        ),
        warden=warden,
        media=media,
        system=system,
        geolocator=geolocator,
        poses=poses,
        fleet=vehicles.fleet,
        airspace=airspace.airspace,
        library=airspace.library,
        papers=airspace.papers,
        verdicts=airspace.verdicts,
        packs=airspace.packs,
        controls=vehicles.controls,
        desk=vehicles.desk,
        flights=vehicles.flights,
        preflights=operations.preflights,
        crew_records=operations.crew_records,
        crew_history=operations.crew_history,
        flight_reading=logs.reading,
        flight_reports=flight_reports(
            logs.reading,
            database=database,
            operations=operations,
            papers=airspace.papers,
            display_name=display_name,
            audit=audit,
            clock=clock,
        ),
        flight_imports=flight_imports(database, settings.data_folder, audit, clock),
        missions=missions.kept,
        planning=missions.planning,
        cameras=vehicles.cameras,
        conformances=vehicles.conformances,
        auto_hold=vehicles.auto_hold,
        traffic=vehicles.traffic,
        bus=bus,
        clock=clock,
        secret_key=key,
        check_database=database.check,
        web_dist=web_dist,
        software=software(),
        demo=settings.agents.demo_camera,
        trusted_hosts=trusted_hosts(settings.station),
        metrics_token=settings.station.metrics_token,
        ice_servers=TurnSignIns(settings.turn, clock).make,
        max_sockets=_max_sockets(settings.station.threads),
        commands_at_once=max(2, _threads_for_http(settings.station.threads) // 4),
    )
    served = served_files(settings)
    if served is not None:
        file, own = served.certificate, settings.station.certificate is None
        system.add(
            "certificate", "Certificate", lambda: certificate_probe(file, clock.now()), 600.0
        )
        parts = replace(parts, certificate=file, root_certificate=served.authority if own else None)
    api = create_api(parts)
    agent_server = AgentServer(api.socketio, authenticator, agents, clock)
    api.seal()
    training = settings.airspace.training
    services: list[Service] = [
        DatabaseHold(database, _give_up),
        audit,
        StartRecord(audit, software()),
        AuditVerifier(database, audit, clock),
        Sweeper(SqlExpiredRows(database), audit, clock),
        sharing,
        api.connections,
        media,
        inbox,
        airspace.library,
        *vehicles.services,
        *logs.services,
        *([demonstration_crew(database, audit, clock, vehicles.fleet)] if training else []),
        receivers,
        agents,
        warden,
        agent_server,
        api.pusher,
        system,
    ]
    return Station(api.app, services, database)


def _max_sockets(threads: int) -> int:
    """Of the station's threads, how many may hold an open page or agent."""
    return threads - _threads_for_http(threads)


def _threads_for_http(threads: int) -> int:
    least, most = THREADS_FOR_HTTP
    return min(most, max(least, threads // 4))


def serve(settings: Settings) -> int:
    """Serve the station until SIGTERM or SIGINT; the exit status.

    Raises:
        Conflict, Unavailable, IntegrityError: before anything is started.
    """
    from ground_station.serving import listen, serve_forever

    with hold_data_folder(settings.data_folder):
        prepare_store(settings)
        with opened_store(settings) as database:
            station_key(settings.data_folder, database)
        served = prepare_certificates(settings, SystemClock().now())
        listener = listen(settings.station.host, settings.station.port)
        return serve_forever(
            lambda: build_station(settings), listener, settings.station.threads, served
        )


def _give_up(why: str) -> None:
    """Another station has our database: two of them would spoil it, so this one ends."""
    log.critical("station_gives_up reason=%s", why)
    os.kill(os.getpid(), signal.SIGTERM)


def software() -> str:
    """Name and version, as `pyproject.toml` says."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    return f"Kestrel {project['project']['version']}"
