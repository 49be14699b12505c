"""The simulated aircraft: limits, wind, battery, steering."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drone.simulator.battery import Battery, current_a
from drone.simulator.flight import (
    MAX_AIRSPEED_MPS,
    STAND,
    Demand,
    FlightModel,
    Vector,
    Wind,
)
from drone.simulator.parameters import Parameters
from drone.simulator.steering import Limits, course_deg, fly_to

CALM = (0.0, 0.0, 0.0, 1)
LIMITS = Limits.of(Parameters())


def flying(wind: tuple[float, float, float, int] = CALM) -> FlightModel:
    model = FlightModel(0.0, Wind(*wind))
    climb(model, 30.0)
    return model


def climb(model: FlightModel, height_m: float) -> None:
    here = model.position
    for _ in range(1000):
        model.step(0.05, fly_to(model.position, Vector(here.east, here.north, height_m), LIMITS))


def test_it_flies_to_a_place_and_stops_there_within_its_limits() -> None:
    model, target = flying(), Vector(120.0, -80.0, 45.0)
    fastest = steepest = hardest = 0.0
    for _ in range(1200):
        before = model.velocity
        model.step(0.05, fly_to(model.position, target, LIMITS))
        after = model.velocity
        fastest = max(fastest, math.hypot(after.east, after.north))
        steepest = max(steepest, after.up)
        change = math.hypot(after.east - before.east, after.north - before.north)
        hardest = max(hardest, change / 0.05)
    assert math.dist(model.position, target) < 0.2
    assert math.dist(model.velocity, Vector()) < 0.1
    assert 9.0 < fastest < 10.2
    assert steepest < LIMITS.up + 0.1
    assert hardest < LIMITS.accel + 0.01


def test_it_does_not_shoot_past() -> None:
    model, target = flying(), Vector(200.0, 0.0, 30.0)
    furthest = 0.0
    for _ in range(1200):
        model.step(0.05, fly_to(model.position, target, LIMITS))
        furthest = max(furthest, model.position.east)
    assert furthest < 200.5


def test_climbing_and_descending_have_limits_of_their_own() -> None:
    model = flying()
    rates = []
    for target in (Vector(0, 0, 90.0), Vector(0, 0, 10.0)):
        steps = []
        for _ in range(900):
            model.step(0.05, fly_to(model.position, target, LIMITS))
            steps.append(model.velocity.up)
        rates.append((max(steps), min(steps)))
    assert rates[0][0] == pytest.approx(2.5, abs=0.05)
    assert rates[1][1] == pytest.approx(-1.5, abs=0.05)


def test_it_leans_forward_to_go_and_back_to_stop() -> None:
    model = flying()
    for _ in range(20):
        model.step(0.05, Demand(Vector(0.0, 10.0, 0.0)))
    assert model.pitch_deg < -5
    for _ in range(10):
        model.step(0.05, Demand(Vector(0.0, 0.0, 0.0)))
    assert model.pitch_deg > 5
    assert abs(model.roll_deg) < 0.5


def test_it_leans_right_to_go_right() -> None:
    model = flying()
    for _ in range(20):
        model.step(0.05, Demand(Vector(10.0, 0.0, 0.0)))
    assert model.roll_deg > 5


def test_it_leans_into_the_wind_while_it_stays() -> None:
    model = flying((10.0, 0.0, 0.0, 1))  # from the north, nose to the north
    model.step(0.05, Demand(Vector()))
    assert model.pitch_deg < -2
    assert model.airspeed_mps == pytest.approx(10.0, abs=0.5)


def test_a_headwind_holds_it_back() -> None:
    model = flying((12.0, 0.0, 0.0, 1))
    for _ in range(400):
        model.step(0.05, Demand(Vector(0.0, 19.0, 0.0)))
    assert model.velocity.north == pytest.approx(MAX_AIRSPEED_MPS - 12.0, abs=0.1)


def test_it_falls_when_the_motors_stop_and_says_how_hard_it_hit() -> None:
    model = flying()
    for _ in range(100):
        model.step(0.05, STAND)
    assert model.on_ground
    assert model.touch_down_mps == pytest.approx(math.sqrt(2 * 9.81 * 30), rel=0.05)
    assert model.velocity == Vector()


def test_the_nose_turns_the_short_way_at_its_rate() -> None:
    model = flying()
    model.heading_deg = 350.0
    model.step(0.1, Demand(Vector(), heading_deg=20.0))
    assert model.heading_deg == pytest.approx(356.0)
    for _ in range(10):
        model.step(0.1, Demand(Vector(), heading_deg=20.0))
    assert model.heading_deg == pytest.approx(20.0)


def test_gusts_are_the_same_for_the_same_seed() -> None:
    def gusts(seed: int) -> list[tuple[float, float]]:
        wind = Wind(3.0, 240.0, 1.0, seed)
        return [wind.step(0.1) for _ in range(50)]

    assert gusts(1) == gusts(1)
    assert gusts(1) != gusts(2)


def test_the_wind_blows_away_from_where_it_comes_from() -> None:
    east, north = Wind(5.0, 270.0, 0.0, 1).step(0.1)
    assert (east, north) == pytest.approx((5.0, 0.0))


@given(st.floats(-500, 500), st.floats(-500, 500), st.floats(0, 200))
def test_no_demand_is_above_the_limits(east: float, north: float, up: float) -> None:
    demand = fly_to(Vector(0, 0, 50), Vector(east, north, up), LIMITS)
    assert math.hypot(demand.velocity.east, demand.velocity.north) <= LIMITS.speed + 1e-6
    assert -LIMITS.down - 1e-6 <= demand.velocity.up <= LIMITS.up + 1e-6


def test_courses_are_clockwise_from_north() -> None:
    assert course_deg(Vector(), Vector(10, 0, 0)) == pytest.approx(90)
    assert course_deg(Vector(), Vector(0, -10, 0)) == pytest.approx(180)


def test_the_battery_lasts_about_as_long_as_such_an_aircraft_flies() -> None:
    battery = Battery(6000)
    hover = current_a(flying=True, armed=True, airspeed_mps=0, climb_mps=0)
    seconds = 0
    while not battery.empty:
        battery.draw(hover, 1.0)
        seconds += 1
    assert 20 * 60 < seconds < 30 * 60
    assert battery.remaining == 0


def test_speed_and_climbing_cost_more_than_hovering() -> None:
    def amperes(airspeed: float, climb: float) -> float:
        return current_a(flying=True, armed=True, airspeed_mps=airspeed, climb_mps=climb)

    assert amperes(6, 0) < amperes(0, 0) < amperes(16, 0)
    assert amperes(0, 0) < amperes(0, 2.5)
    assert current_a(flying=False, armed=False, airspeed_mps=0, climb_mps=0) < 1


def test_its_voltage_falls_as_it_empties() -> None:
    volts = []
    battery = Battery(6000)
    for _ in range(50):
        volts.append(battery.voltage_v)
        battery.draw(14.0, 30.0)
    assert volts == sorted(volts, reverse=True)
    assert volts[0] > 15.5
    assert volts[-1] < 14.5
