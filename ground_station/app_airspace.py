"""Joins what a station knows of airspace; a part of the composition root `app`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from geo.formats import sniff
from geo.zones.training import training_dataset
from ground_station.app_commands import opened_store
from ground_station.core.audit import AuditLog
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.settings import AirspaceSettings, Settings
from ground_station.services.airspace import Airspace, station_airspace
from ground_station.services.airspace_library import AirspaceLibrary
from ground_station.services.application_pack import ApplicationPacks
from ground_station.services.demonstration_operator import enter_demonstration_operator
from ground_station.services.papers import Papers
from ground_station.services.verdicts import Verdicts
from ground_station.store import Database, SqlAirspace, SqlPermissions, SqlUsers, open_audit
from ground_station.terrain import GeoTiffTerrain


@dataclass(frozen=True, slots=True)
class AirspaceServices:
    """`library` is a service: it takes what is stored into use when it starts."""

    airspace: Airspace
    library: AirspaceLibrary
    papers: Papers
    verdicts: Verdicts
    packs: ApplicationPacks


def join_airspace(
    settings: AirspaceSettings, database: Database, audit: AuditLog, clock: Clock, bus: Bus
) -> AirspaceServices:
    """Join them; starts nothing.

    Raises:
        ConfigError: the terrain of the settings cannot be read.
        Unavailable: what reads it is not installed.
    """
    terrain = None if settings.terrain is None else GeoTiffTerrain(settings.terrain)
    airspace = station_airspace(settings, clock, terrain)
    papers = Papers(SqlPermissions(database, clock), audit, clock)
    library = AirspaceLibrary(
        repository=SqlAirspace(database, clock),
        organisation_id=SqlUsers(database).default_organisation_id(),
        airspace=airspace,
        read=sniff.read,
        training=(lambda: training_dataset(clock.now())) if settings.training else None,
        audit=audit,
        bus=bus,
        clock=clock,
    )
    verdicts = Verdicts(airspace=airspace, papers=papers, settings=settings, clock=clock)
    packs = ApplicationPacks(verdicts, papers, clock)
    return AirspaceServices(airspace, library, papers, verdicts, packs)


@contextmanager
def opened_airspace(settings: Settings) -> Iterator[AirspaceServices]:
    """For one command, over an installation's database; what is stored is in use."""
    with opened_store(settings) as database:
        clock = SystemClock()
        audit = open_audit(database, settings.data_folder, clock)
        services = join_airspace(settings.airspace, database, audit, clock, Bus())
        services.library.refresh()
        yield services


def prepare_demonstration(settings: Settings) -> None:
    """Enter who the demonstration flies as, unless an operator is entered."""
    with opened_store(settings) as database:
        clock = SystemClock()
        enter_demonstration_operator(
            SqlPermissions(database, clock),
            SqlUsers(database).default_organisation_id(),
            open_audit(database, settings.data_folder, clock),
            clock,
        )
