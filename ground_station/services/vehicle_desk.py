"""What else a station knows and does of vehicles, joined: facts, offers of control, fences, what is
held on board, failsafes and the way home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ground_station.core.audit import AuditLog
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.fleet import WayCheck
from ground_station.core.registry import User
from ground_station.services.agents import Agents
from ground_station.services.asked_modes import AskedModes
from ground_station.services.control import Controls
from ground_station.services.control_offers import ControlOffers
from ground_station.services.failsafes import Failsafes
from ground_station.services.fleet import Fleet
from ground_station.services.flights import Flights
from ground_station.services.held import HeldReader
from ground_station.services.home_watch import HomeWatch
from ground_station.services.late_records import LateRecords
from ground_station.services.mission_fences import MissionFences
from ground_station.services.vehicle_facts import VehicleFacts
from ground_station.services.zone_alerts import RaiseAlert


@dataclass(frozen=True, slots=True)
class VehicleDesk:
    """All of them; none is a service that has to be started."""

    facts: VehicleFacts
    offers: ControlOffers
    fences: MissionFences
    held: HeldReader
    failsafes: Failsafes
    home: HomeWatch


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What they work with. `people`: everybody of an organisation."""

    fleet: Fleet
    agents: Agents
    controls: Controls
    flights: Flights
    airspace: WayCheck
    people: Callable[[str], Sequence[User]]
    raise_alert: RaiseAlert
    audit: AuditLog
    late: LateRecords
    bus: Bus
    clock: Clock


def join_desk(parts: DeskParts, facts: VehicleFacts) -> VehicleDesk:
    """Join them to what they follow; before anything is started, once."""
    asked = AskedModes(parts.clock)
    parts.flights.sender.on_sending(asked.sending)
    failsafes = Failsafes(
        rule=facts.rule,
        asked=asked,
        raise_alert=parts.raise_alert,
        late=parts.late,
        clock=parts.clock,
    )
    home = HomeWatch(facts=facts.current, raise_alert=parts.raise_alert, clock=parts.clock)
    parts.fleet.on_finding(failsafes.follow)
    parts.fleet.on_finding(home.follow)
    parts.agents.drones.facts = facts
    return VehicleDesk(
        facts=facts,
        offers=ControlOffers(
            controls=parts.controls,
            people=parts.people,
            audit=parts.audit,
            bus=parts.bus,
            clock=parts.clock,
        ),
        fences=MissionFences(
            flights=parts.flights, controls=parts.controls, airspace=parts.airspace
        ),
        held=HeldReader(controls=parts.controls, flights=parts.flights),
        failsafes=failsafes,
        home=home,
    )
