"""The live check and the check of a way: what cannot be checked is never clear."""

from __future__ import annotations

import dataclasses
import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.terrain import TrainingTerrain
from geo.zones import (
    Applicability,
    Circle,
    Datum,
    GeoZone,
    Kinematics,
    Layer,
    Limit,
    Restriction,
    ZoneDataset,
)
from geo.zones.training import training_dataset
from ground_station.core.agent_vehicles import LandedState
from ground_station.core.clock import ManualClock
from ground_station.core.fleet import AirspaceState, LiveCheck, WayCheck
from ground_station.core.settings import AirspaceSettings
from ground_station.services.airspace import (
    NO_GROUND,
    NO_HEIGHT,
    NO_SPEED,
    Airspace,
    station_airspace,
)
from ground_station.services.airspace_in_use import NO_DATASET, NOT_TRAINING
from tests.services.made_up_drone import PARK, STADIUM, report

TRAINING = AirspaceSettings(training=True)
REAL = AirspaceSettings()
S = AirspaceState


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def airspace(clock: ManualClock) -> Airspace:
    return station_airspace(TRAINING, clock)


def zone(*, lower: Limit, upper: Limit, place: tuple[float, float] = PARK) -> GeoZone:
    return GeoZone(
        "Z1",
        "A zone",
        "restricted",
        Restriction.PERMISSION,
        (Layer((Circle(*place, 500.0),), lower, upper),),
        "its authority",
        "its number",
        "a law",
        "a test",
    )


def imported(clock: ManualClock, *zones: GeoZone) -> ZoneDataset:
    """A dataset that is not for training, valid for a day round now."""
    day = timedelta(days=1)
    return ZoneDataset("AIRAC", False, clock.now() - day, clock.now() + day, zones)


def made(clock: ManualClock, dataset: ZoneDataset | None, **more: Any) -> Airspace:
    return Airspace(
        **{"dataset": dataset, "terrain": None, "settings": REAL, "clock": clock, **more}
    )


def test_it_is_the_port_that_fleet_and_flights_ask(airspace: Airspace) -> None:
    live: LiveCheck = airspace
    way: WayCheck = airspace
    assert live
    assert way.terrain is not None


# --- a vehicle now -------------------------------------------------------------------------------


def test_in_the_park_it_is_clear_and_its_height_is_above_the_terrain(airspace: Airspace) -> None:
    found = airspace.live(report(), 0.0)
    assert (found.state, found.breaches, found.problem) == (S.CLEAR, (), "")
    assert found.height_agl_m == pytest.approx(60.0)


def test_over_the_stadium_it_is_inside_the_heliports_zone(airspace: Airspace) -> None:
    found = airspace.live(report(STADIUM), 0.0)
    assert found.state is S.INSIDE
    assert [breach.zone.zone_id for breach in found.breaches] == ["EGR1U043A"]
    assert found.breaches[0].inside
    assert found.problem == ""


def test_flying_towards_a_zone_it_nears_it_thirty_seconds_ahead(airspace: Airspace) -> None:
    """The edge of the heliport's zone is about 1,310 m from the park on the way to its middle."""
    course = math.radians(124.8)
    speed = 60.0
    moves = (speed * math.cos(course), speed * math.sin(course), 0.0)
    found = airspace.live(report(moves=moves), 0.0)
    assert found.state is S.NEARING
    [breach] = found.breaches
    assert not breach.inside
    assert breach.enters_in_s is not None
    assert breach.distance_m / speed == pytest.approx(breach.enters_in_s, abs=0.5)
    away = airspace.live(report(moves=(-moves[0], -moves[1], 0.0)), 0.0)
    assert away.state is S.CLEAR
    slow = airspace.live(report(moves=(moves[0] / 3, moves[1] / 3, 0.0)), 0.0)
    assert slow.state is S.CLEAR


def test_within_a_hundred_metres_of_a_zone_it_nears_it_whatever_its_course(
    airspace: Airspace,
) -> None:
    just_outside = (51.47, -0.179444 - (3_704.0 + 70.0) / 69_440.0)  # due west
    found = airspace.live(report(just_outside), 0.0)
    assert found.state is S.NEARING
    assert found.breaches[0].enters_in_s is None
    assert found.breaches[0].distance_m == pytest.approx(70.0, abs=10.0)


@pytest.mark.parametrize(
    ("changes", "age_s", "words"),
    [
        ({"place": None}, 0.0, "position is not known"),
        ({"age_ms": 3_100}, 0.0, "position is 3 s old"),
        ({}, 7.2, "position is 7 s old"),
        ({"age_ms": 2_000}, 1.5, "4 s old"),
        ({"moves": None}, 0.0, NO_SPEED),
        ({"velocity_age_ms": 4_000}, 0.0, NO_SPEED),
        ({"fix": "no_fix"}, 0.0, "no satellite fix"),
        ({"fix": "no_gps"}, 0.0, "no satellite fix"),
        ({"fix": None}, 0.0, "satellite fix is not known now"),
        ({"fix_age_ms": 4_000}, 0.0, "satellite fix is not known now"),
        ({"relied_on": False}, 0.0, "not to be relied on"),
        ({"fix": "2d"}, 0.0, NO_HEIGHT),
        ({"moves": (9e9, 0.0, 0.0)}, 0.0, "cannot be"),
        ({"place": (53.48, -2.24)}, 0.0, "covers Greater London only"),
    ],
)
def test_what_cannot_be_checked_is_unknown(
    airspace: Airspace, changes: dict[str, Any], age_s: float, words: str
) -> None:
    found = airspace.live(report(**changes), age_s)
    assert found.state is S.UNKNOWN
    assert words in found.problem


def test_a_zone_that_is_found_stands_though_its_speed_is_not_known(airspace: Airspace) -> None:
    found = airspace.live(report(STADIUM, moves=None), 0.0)
    assert found.state is S.INSIDE
    assert found.problem == NO_SPEED


def test_without_a_height_zones_count_as_entered_and_the_word_is_unknown(
    airspace: Airspace,
) -> None:
    found = airspace.live(report(STADIUM, 5_000.0, fix="2d"), 0.0)
    assert found.state is S.UNKNOWN
    assert [(b.zone.zone_id, b.inside, b.vertically) for b in found.breaches] == [
        ("EGR1U043A", True, "unknown")
    ]
    assert airspace.live(report(STADIUM, 5_000.0), 0.0).state is S.CLEAR  # far above it


def test_on_the_ground_nothing_is_entered(airspace: Airspace) -> None:
    found = airspace.live(report(STADIUM, 6.0, landed=LandedState.ON_GROUND), 0.0)
    assert (found.state, found.breaches) == (S.ON_GROUND, ())


@pytest.mark.parametrize(
    "landed", [LandedState.UNKNOWN, LandedState.TAKING_OFF, LandedState.LANDING]
)
def test_what_is_not_surely_on_the_ground_is_checked(
    airspace: Airspace, landed: LandedState
) -> None:
    assert airspace.live(report(STADIUM, landed=landed), 0.0).state is S.INSIDE


def test_an_old_word_on_the_ground_is_none(airspace: Airspace) -> None:
    climbs = report(STADIUM, landed=LandedState.ON_GROUND, moves=(0.0, 0.0, 2.0))
    assert airspace.live(climbs, 0.0).state is S.INSIDE  # its motors are on, and it moves
    old = report(STADIUM, landed=LandedState.ON_GROUND, flight_age_ms=3_500)
    assert airspace.live(old, 0.0).state is S.INSIDE
    assert airspace.live(report(landed=LandedState.ON_GROUND), 5.0).state is S.UNKNOWN


def test_an_aircraft_may_have_moved_since_its_position_was_heard(airspace: Airspace) -> None:
    """70 m outside at 40 m/s along the edge: 2 s later it may be inside."""
    outside = (51.47, -0.179444 - (3_704.0 + 70.0) / 69_440.0)
    along = (40.0, 0.0, 0.0)
    assert airspace.live(report(outside, moves=along), 0.0).state is S.NEARING
    assert airspace.live(report(outside, moves=along), 2.5).state is S.INSIDE


def test_its_height_may_have_changed_since_it_was_heard(airspace: Airspace) -> None:
    """Wormwood Scrubs' zone ends at 152 m; 22 m above it and climbing by 10 m/s."""
    prison, climbing = (51.5168, -0.2407), (0.0, 0.0, 10.0)
    assert airspace.live(report(prison, 175.0, moves=climbing), 0.0).state is S.CLEAR
    assert airspace.live(report(prison, 175.0, moves=climbing), 2.5).state is S.INSIDE


def test_beyond_the_terrain_the_height_above_ground_is_not_known(airspace: Airspace) -> None:
    found = airspace.live(report((51.5, 0.25)), 0.0)
    assert found.height_agl_m is None
    assert (found.state, found.problem) == (S.CLEAR, NO_GROUND)  # no zone there needs the ground


# --- the dataset ---------------------------------------------------------------------------------


def test_without_a_dataset_nothing_is_clear(clock: ManualClock) -> None:
    none = station_airspace(REAL, clock)
    assert none.dataset is None
    assert none.problem() == NO_DATASET
    assert none.live(report(), 0.0).state is S.UNKNOWN
    assert none.live(report(), 0.0).problem == NO_DATASET
    assert none.way([Kinematics(*PARK, 60.0, 5.0)]).state is S.UNKNOWN
    assert none.near(*PARK, 1e6) == ()
    on_ground = none.live(report(landed=LandedState.ON_GROUND), 0.0)
    assert on_ground.state is S.ON_GROUND


def test_a_training_dataset_outside_a_simulation_is_none(clock: ManualClock) -> None:
    wrong = made(clock, training_dataset(clock.now()))
    assert wrong.problem() == NOT_TRAINING
    assert wrong.live(report(), 0.0).problem == NOT_TRAINING


def test_an_imported_dataset_ends_on_its_date(clock: ManualClock) -> None:
    airspace = made(clock, imported(clock), terrain=TrainingTerrain())
    assert airspace.problem() == ""
    assert airspace.live(report(), 0.0).state is S.CLEAR
    clock.advance(86_399.0)
    assert airspace.problem() == ""
    clock.advance(1.0)
    assert "ended on 02 January 2026" in airspace.problem()
    assert airspace.live(report(), 0.0).state is S.UNKNOWN
    assert airspace.way([Kinematics(*PARK, 60.0, 5.0)]).state is S.UNKNOWN


def test_an_imported_dataset_does_not_begin_before_its_date(clock: ManualClock) -> None:
    later = dataclasses.replace(imported(clock), effective_from=clock.now() + timedelta(seconds=1))
    airspace = made(clock, later)
    assert "begins only on 01 January 2026" in airspace.problem()
    clock.advance(1.0)
    assert airspace.problem() == ""


def test_the_training_datasets_validity_rolls(airspace: Airspace, clock: ManualClock) -> None:
    first = airspace.dataset
    clock.advance(6 * 86_400.0)
    assert airspace.dataset is first  # so that pages need not load it again
    for _ in range(10):
        clock.advance(5 * 86_400.0)
        assert airspace.problem() == ""
        dataset = airspace.dataset
        assert dataset is not None
        begins, ends = dataset.effective_from, dataset.effective_until
        assert begins is not None
        assert ends is not None
        assert begins <= clock.now() < ends
    assert airspace.dataset is not first


# --- a flight to be ------------------------------------------------------------------------------


def points(*places: tuple[float, float], alt: float | None = 60.0) -> list[Kinematics]:
    return [Kinematics(*place, alt, None) for place in places]


def test_a_way_names_every_zone_it_touches(airspace: Airspace) -> None:
    assert airspace.way(points(PARK, (51.4990, -0.2300))).state is S.CLEAR
    found = airspace.way(points(PARK, STADIUM))
    assert found.state is S.INSIDE
    assert [breach.zone.zone_id for breach in found.breaches] == ["EGR1U043A"]
    scrubs = airspace.way(points((51.5300, -0.2400), (51.5050, -0.2400)))
    assert [breach.zone.zone_id for breach in scrubs.breaches] == ["EGR1U077"]


def test_a_way_of_unknown_height_is_unknown_and_names_the_zones_below_it(
    airspace: Airspace,
) -> None:
    found = airspace.way([*points(PARK), *points(STADIUM, alt=None)])
    assert found.state is S.UNKNOWN
    assert "height of the flight" in found.problem
    assert [breach.vertically for breach in found.breaches] == ["unknown"]


def test_a_way_that_leaves_what_is_covered_is_unknown(airspace: Airspace) -> None:
    found = airspace.way(points(PARK, (51.75, -0.24)))
    assert found.state is S.UNKNOWN
    assert "Greater London only" in found.problem
    assert airspace.way([]).state is S.UNKNOWN


def test_a_limit_above_ground_follows_the_terrain_along_the_way(clock: ManualClock) -> None:
    """A hill between the ends: a level flight at 100 m is 60 m above it, 100 m above its foot."""

    class Hill:
        name, training = "hill", True

        def ground_amsl_m(self, lat: float, lon: float) -> float:
            return 40.0 if abs(lon - 0.1) < 0.01 else 0.0

    low = zone(lower=Limit(0.0, Datum.SURFACE), upper=Limit(80.0, Datum.AGL), place=(51.5, 0.1))
    flight = points((51.5, 0.05), (51.5, 0.15), alt=100.0)
    assert made(clock, imported(clock, low), terrain=Hill()).way(flight).state is S.INSIDE
    high = points((51.5, 0.05), (51.5, 0.15), alt=130.0)
    assert made(clock, imported(clock, low), terrain=Hill()).way(high).state is S.CLEAR
    unknown = made(clock, imported(clock, low)).way(high)
    assert unknown.state is S.INSIDE
    assert [breach.vertically for breach in unknown.breaches] == ["unknown"]


@given(
    st.floats(51.3, 51.68),
    st.floats(-0.5, 0.14),
    st.floats(0, 1_500),
    st.tuples(*[st.floats(-40, 40)] * 3),
)
def test_clear_means_that_no_zone_is_within_reach(
    lat: float, lon: float, alt: float, moves: tuple[float, float, float]
) -> None:
    airspace = station_airspace(TRAINING, ManualClock())
    found = airspace.live(report((lat, lon), alt, moves=moves), 0.0)
    close = airspace.near(lat, lon, 0.0)
    dataset = airspace.dataset
    assert dataset is not None
    low = [each for each in close if alt <= each.layers[0].upper.value_m]
    if low:
        assert found.state is S.INSIDE
        assert {each.zone_id for each in low} <= {b.zone.zone_id for b in found.breaches}
    else:
        assert found.state in (S.CLEAR, S.NEARING, S.INSIDE)


def test_a_zone_counts_only_while_it_is_active(clock: ManualClock) -> None:
    begins = clock.now() + timedelta(seconds=20)
    timed = dataclasses.replace(
        zone(lower=Limit(0, Datum.SURFACE), upper=Limit(500, Datum.AMSL)),
        applicability=(Applicability(begins, begins + timedelta(minutes=10)),),
    )
    one = made(clock, imported(clock, timed))
    flying = report()
    soon = one.live(flying, 0.0)
    assert soon.state is AirspaceState.NEARING
    assert soon.breaches[0].enters_in_s == 20.0
    assert not soon.breaches[0].inside
    clock.advance(20)
    assert one.live(flying, 0.0).state is AirspaceState.INSIDE
    clock.advance(601)
    assert one.live(flying, 0.0).state is AirspaceState.CLEAR
    assert one.way([Kinematics(*PARK, 60.0, 5.0)]).state is AirspaceState.CLEAR
