"""What the verdict refuses of a flight that is about to be commanded, over the training zones."""

from __future__ import annotations

from dataclasses import replace

from geo.airspace.plan import Category
from geo.zones import Kinematics, OperatorType, Restriction, ZoneDataset, ZoneIndex
from geo.zones.training import training_dataset
from ground_station.core.airspace import OperatorProfile
from ground_station.core.authority import Principal, Role, Scope
from ground_station.core.settings import AirspaceSettings
from ground_station.services.airspace import Airspace, station_airspace
from ground_station.services.airspace_in_use import ZonesInUse
from ground_station.services.verdicts import Verdicts
from tests.services.flying import LAT, LON
from tests.services.world import World

TRAINING = AirspaceSettings(training=True)
SCRUBS = (51.5168, -0.2407)


def principal(world: World) -> Principal:
    own = world.sources.organisation_id
    scope = Scope(own, frozenset(), None)
    return Principal("u1", "sue", "Sue", Role.SUPERVISOR, scope, "s1", True, None, "")


def verdicts(world: World, airspace: Airspace) -> Verdicts:
    return Verdicts(airspace=airspace, papers=world.papers, settings=TRAINING, clock=world.clock)


def way(lat: float = LAT, lon: float = LON) -> list[Kinematics]:
    return [Kinematics(lat, lon, 60.0, None), Kinematics(lat + 0.001, lon, 60.0, None)]


def test_a_zone_that_asks_for_permission_refuses_nothing(world: World) -> None:
    judged = verdicts(world, station_airspace(TRAINING, world.clock))
    who = principal(world)
    assert judged.why_refused(who, way(), {}) == ""
    assert judged.why_refused(who, way(*SCRUBS), {}) == ""


def test_a_prohibited_zone_refuses_unless_an_exemption_is_given(world: World) -> None:
    airspace = station_airspace(TRAINING, world.clock)
    training = training_dataset(world.clock.now())
    zones = tuple(replace(one, restriction=Restriction.PROHIBITED) for one in training.zones)
    dataset = ZoneDataset("T", True, training.effective_from, training.effective_until, zones)
    airspace.use(ZonesInUse(ZoneIndex(dataset)))
    judged, who = verdicts(world, airspace), principal(world)
    assert "Scrubs" in judged.why_refused(who, way(*SCRUBS), {})
    assert judged.why_refused(who, way(*SCRUBS), {"EGR1U077": "CAA 12"}) == ""


def test_a_council_is_not_outside_of_the_regulation(world: World) -> None:
    who = principal(world)
    world.papers.change_profile(
        who, OperatorProfile("", "H&F", OperatorType.COUNCIL, Category.OUTSIDE)
    )
    judged = verdicts(world, station_airspace(TRAINING, world.clock))
    assert "2019/947" in judged.why_refused(who, way(), {})
