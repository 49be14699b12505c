"""Joins what a station knows and does of vehicles; a part of the composition root `app`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ground_station.core.audit import AuditLog
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.fleet import VehicleChanged
from ground_station.core.lifecycle import Service
from ground_station.core.registry import User
from ground_station.services.agents import Agents
from ground_station.services.air_traffic import AirTraffic
from ground_station.services.airspace import Airspace
from ground_station.services.alerts import AlertInbox
from ground_station.services.auto_hold import AutoHold
from ground_station.services.conformance import Conformances, HeldPermissions
from ground_station.services.control import Controls, over_with_sign_in
from ground_station.services.fleet import Fleet
from ground_station.services.flight_aids import AirspaceAids
from ground_station.services.flights import Flights
from ground_station.services.late_records import LateRecords
from ground_station.services.papers import Papers
from ground_station.services.poses import Poses
from ground_station.services.sign_in import SignInService
from ground_station.services.sources import Sources
from ground_station.services.system import SystemHealth
from ground_station.services.vehicle_alerts import link_alerts
from ground_station.services.vehicle_cameras import VehicleCameras
from ground_station.services.vehicle_desk import DeskParts, VehicleDesk, join_desk
from ground_station.services.vehicle_facts import VehicleFacts
from ground_station.services.verdicts import Verdicts
from ground_station.services.zone_alerts import follow_findings
from ground_station.store import Database, SqlControls, SqlVehicles


@dataclass(frozen=True, slots=True)
class Around:
    """What the vehicles' services work with."""

    database: Database
    audit: AuditLog
    sources: Sources
    poses: Poses
    agents: Agents
    inbox: AlertInbox
    sign_in: SignInService
    system: SystemHealth
    display_name: Callable[[str], str]
    people: Callable[[str], Sequence[User]]
    bus: Bus
    clock: Clock


@dataclass(frozen=True, slots=True)
class Vehicles:
    """The vehicles' services. `services`: in the order in which they start, before the agents."""

    fleet: Fleet
    controls: Controls
    flights: Flights
    cameras: VehicleCameras
    conformances: Conformances
    auto_hold: AutoHold
    desk: VehicleDesk
    traffic: AirTraffic
    services: tuple[Service, ...]


def join_vehicles(
    airspace: Airspace, papers: Papers, verdicts: Verdicts, around: Around
) -> Vehicles:
    """Join them to each other and to what is around them; starts nothing."""
    audit, bus, clock = around.audit, around.bus, around.clock
    fleet = Fleet(
        vehicles=SqlVehicles(around.database),
        audit=audit,
        bus=bus,
        clock=clock,
        airspace=airspace,
        sources=around.sources,
    )
    controls = Controls(
        repository=SqlControls(around.database),
        fleet=fleet,
        audit=audit,
        why_over=over_with_sign_in(around.sign_in),
        display_name=around.display_name,
        bus=bus,
        clock=clock,
    )
    fleet.attach_holder(controls.holder)
    facts = VehicleFacts(find=fleet.find, clock=clock)
    fleet.on_lost(link_alerts(around.inbox.raise_own, facts.rule))
    follow_findings(fleet, airspace, around.inbox.raise_own, clock)
    around.agents.attach_fleet(fleet)
    around.sign_in.on_ended(controls.sign_in_ended)
    late = LateRecords(audit)
    held = HeldPermissions(lambda organisation: papers.operator(organisation).permissions)
    conformances = Conformances(
        held=held,
        late=late,
        raise_alert=around.inbox.raise_own,
        kinematics=lambda status: airspace.kinematics(
            status, clock.monotonic_s() - status.received_s
        ),
        bus=bus,
        clock=clock,
    )
    fleet.on_finding(conformances.follow)
    flights = Flights(
        controls=controls,
        channel=around.agents.channel,
        airspace=airspace,
        audit=audit,
        late=late,
        clock=clock,
        airspace_aids=AirspaceAids(held, conformances, verdicts.why_refused, facts.return_height_m),
    )
    auto_hold = AutoHold(
        controls=controls,
        flights=flights,
        audit=audit,
        changed=lambda vehicle_id: bus.publish(VehicleChanged(vehicle_id)),
        clock=clock,
    )
    conformances.on_worse(auto_hold.follow)
    cameras = VehicleCameras(
        fleet=fleet, sources=around.sources, poses=around.poses, bus=bus, clock=clock
    )
    desk = join_desk(
        DeskParts(
            fleet=fleet,
            agents=around.agents,
            controls=controls,
            flights=flights,
            airspace=airspace,
            people=around.people,
            raise_alert=around.inbox.raise_own,
            audit=audit,
            late=late,
            bus=bus,
            clock=clock,
        ),
        facts,
    )
    traffic = AirTraffic(
        fleet=fleet,
        raise_alert=around.inbox.raise_own,
        own_organisation_id=around.sources.organisation_id,
        clock=clock,
    )
    around.agents.drones.traffic = traffic
    around.system.add("fleet", "Vehicles", fleet.probe)
    around.system.add("flight_records", "Flight records", late.probe)
    services = (late, held, fleet, controls, auto_hold, cameras, traffic)
    return Vehicles(
        fleet, controls, flights, cameras, conformances, auto_hold, desk, traffic, services
    )
