"""The station as it is joined: a drone leaves the park, nears the heliport's zone and enters it."""

from __future__ import annotations

import math

import pytest

from ground_station.app_vehicles import Around, Vehicles, join_vehicles
from ground_station.core.agent_vehicles import PositionReading, VelocityReading
from ground_station.core.fleet import AirspaceState
from ground_station.core.settings import AirspaceSettings
from ground_station.services.airspace import Airspace, station_airspace
from ground_station.services.papers import Papers
from ground_station.services.verdicts import Verdicts
from ground_station.store import SqlPermissions
from tests.services.flying import LAT, LON, Drone, drone, report
from tests.services.world import World

TOWARDS = math.radians(124.8)  # the heliport, from Ravenscourt Park
SPEED_MPS = 12.0


@pytest.fixture
def airspace(world: World) -> Airspace:
    return station_airspace(AirspaceSettings(training=True), world.clock)


@pytest.fixture
def joined(world: World, airspace: Airspace) -> Vehicles:
    papers = Papers(SqlPermissions(world.database, world.clock), world.audit, world.clock)
    return join_vehicles(
        airspace,
        papers,
        Verdicts(
            airspace=airspace,
            papers=papers,
            settings=AirspaceSettings(training=True),
            clock=world.clock,
        ),
        Around(
            database=world.database,
            audit=world.audit,
            sources=world.sources,
            poses=world.poses,
            agents=world.agents,
            inbox=world.inbox,
            sign_in=world.sign_in,
            system=world.system,
            people=world.users.all,
            display_name=lambda _user_id: "Somebody",
            bus=world.bus,
            clock=world.clock,
        ),
    )


def fly(kestrel: Drone, metres: float, speed_mps: float = SPEED_MPS) -> None:
    """Its report, so far from the park on the way to the heliport."""
    north, east = math.cos(TOWARDS), math.sin(TOWARDS)
    lat = LAT + metres * north / 111_250.0
    lon = LON + metres * east / 69_400.0
    kestrel.say(
        report(
            position=PositionReading(40, lat, lon, 65.0, 60.0),
            velocity=VelocityReading(40, speed_mps * north, speed_mps * east, 0.0),
        )
    )


def test_it_is_told_of_once_when_it_nears_and_once_when_it_enters(
    world: World, airspace: Airspace, joined: Vehicles
) -> None:
    world.fleet = joined.fleet
    kestrel = drone(world)
    states: list[AirspaceState] = []
    for step in range(1_600):  # 160 s at 12 m/s: 1.9 km
        fly(kestrel, step * SPEED_MPS / 10)
        world.clock.advance(0.1)
        state = joined.fleet.get(kestrel.vehicle_id).finding.state
        if not states or states[-1] is not state:
            states.append(state)
    assert states == [AirspaceState.CLEAR, AirspaceState.NEARING, AirspaceState.INSIDE]
    world.inbox.drain()
    alerts = world.alert_rows.recent(organisation_ids=[world.users.default_organisation_id()])
    assert [alert.kind for alert in reversed(alerts)] == ["airspace_nearing", "airspace_inside"]
    for alert in alerts:
        assert alert.vehicle_id == kestrel.vehicle_id
        assert "Kestrel 1" in alert.text
        assert "London Heliport" in alert.text
    nearing = alerts[-1]
    assert nearing.lat is not None
    assert nearing.lon is not None
    assert not airspace.near(nearing.lat, nearing.lon, 300.0)  # 30 s before: 360 m
    assert airspace.near(nearing.lat, nearing.lon, 400.0)


def test_one_that_falls_silent_on_the_way_is_not_clear(world: World, joined: Vehicles) -> None:
    world.fleet = joined.fleet
    kestrel = drone(world)
    fly(kestrel, 100.0)
    assert joined.fleet.get(kestrel.vehicle_id).finding.state is AirspaceState.CLEAR
    world.clock.advance(4.0)
    joined.fleet.tick()
    finding = joined.fleet.get(kestrel.vehicle_id).finding
    assert finding.state is AirspaceState.UNKNOWN
    assert "4 s old" in finding.problem
