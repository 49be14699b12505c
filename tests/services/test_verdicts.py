"""The service that judges a flight: by what is in use, for who may ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from geo.airspace.plan import Category, FlightPlan, PathPoint
from geo.airspace.verdict import ReasonCode, Verdict
from geo.zones import Datum, OperatorType
from ground_station.core.airspace import OperatorProfile
from ground_station.core.authority import Principal, Role
from ground_station.core.errors import InvalidInput, NotAllowed, NotFound
from ground_station.core.settings import AirspaceSettings
from ground_station.services.airspace import Airspace, station_airspace
from ground_station.services.papers import Papers
from ground_station.services.verdicts import MAX_POINTS, Verdicts
from ground_station.store import SqlPermissions
from tests.services.test_papers import clearance, principal
from tests.services.world import World

TRAINING = AirspaceSettings(training=True)
STADIUM = PathPoint(51.4817, -0.1910)
PLAN = FlightPlan((STADIUM,), 60.0, Datum.AGL, speed_mps=8.0)


@pytest.fixture
def papers(world: World) -> Papers:
    return Papers(SqlPermissions(world.database, world.clock), world.audit, world.clock)


@pytest.fixture
def airspace(world: World) -> Airspace:
    return station_airspace(TRAINING, world.clock)


@pytest.fixture
def verdicts(world: World, papers: Papers, airspace: Airspace) -> Verdicts:
    return Verdicts(airspace=airspace, papers=papers, settings=TRAINING, clock=world.clock)


@pytest.fixture
def pilot(world: World) -> Principal:
    return principal(world, Role.PILOT)


def test_the_operator_and_the_start_are_filled_in(
    verdicts: Verdicts, papers: Papers, world: World, pilot: Principal
) -> None:
    own = pilot.scope.organisation_id
    profile = OperatorProfile(own, "H&F", OperatorType.COUNCIL, Category.OUTSIDE)
    SqlPermissions(world.database, world.clock).put_profile(profile)
    checked = verdicts.checked(pilot, PLAN)
    assert checked.judgement.as_of == world.clock.now()
    assert checked.operator.name == "H&F"
    assert ReasonCode.CATEGORY in {one.code for one in checked.judgement.reasons}
    told = replace(PLAN, operator=replace(checked.operator, category=Category.OPEN_A1))
    assert verdicts.check(pilot, told).verdict is Verdict.REFUSED  # a plan does not say who flies


def test_a_permission_is_the_organisations_own(
    verdicts: Verdicts, papers: Papers, world: World, pilot: Principal
) -> None:
    later = world.clock.now() + timedelta(hours=6)
    papers.record(pilot, clearance(world, zone="EGR1U043A", ends=later))
    flight = replace(PLAN, starts=world.clock.now() + timedelta(minutes=1))
    assert verdicts.check(pilot, flight).zones[0].satisfied_by
    stranger = principal(world, Role.PILOT, "another")
    assert not verdicts.check(stranger, flight).zones[0].satisfied_by


def test_what_cannot_be_used_allows_nothing(
    verdicts: Verdicts, airspace: Airspace, pilot: Principal
) -> None:
    away = replace(PLAN, path=(PathPoint(51.4958, -0.2386),))
    assert verdicts.check(pilot, away).verdict is Verdict.ALLOWED
    airspace.use(replace(airspace.in_use, trouble="damaged"))
    judgement = verdicts.check(pilot, away)
    assert judgement.verdict is Verdict.UNKNOWN
    assert ReasonCode.DATA_STALE in {one.code for one in judgement.reasons}


@pytest.mark.parametrize("points", [0, MAX_POINTS + 1])
def test_a_plan_has_points_and_not_too_many(
    verdicts: Verdicts, pilot: Principal, points: int
) -> None:
    with pytest.raises(InvalidInput, match="1 to 2000 points"):
        verdicts.check(pilot, replace(PLAN, path=(STADIUM,) * points))


def test_a_place_that_is_none_is_refused_in_words(verdicts: Verdicts, pilot: Principal) -> None:
    with pytest.raises(InvalidInput, match="cannot be judged"):
        verdicts.check(pilot, replace(PLAN, path=(PathPoint(89.0, 0.0),)))


def test_who_may_not_record_permissions_may_not_ask_for_one(
    verdicts: Verdicts, world: World, pilot: Principal
) -> None:
    ends = world.clock.now() + timedelta(hours=1)
    officer = principal(world, Role.OFFICER)
    with pytest.raises(NotAllowed):
        verdicts.ask(officer, "EGR1U043A", PLAN, ends, "Matrice", "search")
    with pytest.raises(NotFound, match="does not touch"):
        verdicts.ask(pilot, "EGR1U077", PLAN, ends, "Matrice", "search")
    past = replace(PLAN, starts=world.clock.now() - timedelta(hours=3))
    with pytest.raises(InvalidInput, match="over already"):
        verdicts.ask(
            pilot, "EGR1U043A", past, world.clock.now() - timedelta(hours=1), "Matrice", "search"
        )
