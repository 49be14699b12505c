"""What a machine can check before a take-off: nothing that is not known, or old, passes."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from ground_station.core.agent_facts import VehicleFacts
from ground_station.core.agent_vehicles import (
    BatteryReading,
    EkfReading,
    FlightMode,
    FlightReading,
    GpsReading,
    HealthReading,
    LandedState,
    PositionReading,
    StatusLine,
    VehicleLinkState,
    VehicleReport,
)
from ground_station.core.preflight import (
    CheckState,
    Given,
    MachineCheck,
    PlanNeeds,
    VerdictFresh,
    Weather,
    WeatherLimits,
    machine_checks,
    why_not,
)

REPORT = VehicleReport(
    system_id=1,
    name="Drone 1",
    link=VehicleLinkState.CONNECTED,
    heartbeat_age_ms=300,
    flight=FlightReading(300, False, FlightMode.GUIDED, LandedState.ON_GROUND),
    position=PositionReading(100, 51.5, -0.24, 5.0, 0.0),
    battery=BatteryReading(500, 0.95),
    gps=GpsReading(200, "3d", 11, horizontal_accuracy_m=0.9),
    health=HealthReading(200, True, True, True),
    ekf=EkfReading(200, True, 0.1, 0.1, 0.2, 0.1),
)
FACTS = VehicleFacts(system_id=1, fence_enabled=True, fence_rings=1, remote_id=True)
NEEDS = PlanNeeds(0.4, 0.25, top_home_m=60, reach_m=250, fence=True)
READY = Given(
    REPORT,
    0.2,
    FACTS,
    NEEDS,
    VerdictFresh(True, "Allowed.", 20),
    Weather(60, wind_mps=4, gust_mps=7, visibility_m=5000, precipitation=False, temperature_c=8),
    WeatherLimits(10, 14, 1000, False, -10, 40),
)


def made(given: Given) -> dict[str, MachineCheck]:
    return {check.key: check for check in machine_checks(given)}


def with_report(**changes: object) -> Given:
    return replace(READY, report=msgspec.structs.replace(REPORT, **changes))


def test_all_well_passes_everything() -> None:
    checks = machine_checks(READY)
    assert [check.state for check in checks] == [CheckState.PASSED] * 9
    assert why_not(checks) == ""


def test_a_vehicle_that_was_never_heard_passes_nothing_of_its_own() -> None:
    checks = made(replace(READY, report=None, facts=None))
    for key in ("link", "gps", "ekf", "armable", "battery", "geofence"):
        assert checks[key].state is CheckState.UNKNOWN
        assert checks[key].stops


def test_nothing_old_passes() -> None:
    checks = made(replace(READY, passed_s=6.0))
    assert checks["link"].state is CheckState.FAILED
    for key in ("gps", "ekf", "armable", "battery"):
        assert checks[key].state is CheckState.UNKNOWN


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("link", with_report(link=VehicleLinkState.LOST), "last heartbeat"),
        ("gps", with_report(gps=GpsReading(0, "2d", 12)), "Fix 2d"),
        ("gps", with_report(gps=GpsReading(0, "3d", 5)), "5 satellites"),
        ("gps", with_report(health=HealthReading(0, True, True, False)), "home"),
        ("ekf", with_report(ekf=EkfReading(0, True, 0.1, 0.1, 0.1, 0.9)), "compass 0.90"),
        ("ekf", with_report(ekf=EkfReading(0, False)), "its flags"),
        (
            "armable",
            with_report(
                health=HealthReading(0, False, True, True),
                status_lines=[StatusLine(10, "critical", "PreArm: Compass not calibrated")],
            ),
            "Compass not calibrated",
        ),
        ("battery", with_report(battery=BatteryReading(0, 0.64)), "64% left; the plan needs 40%"),
        ("geofence", replace(READY, facts=VehicleFacts(1, fence_enabled=False)), "none"),
        (
            "geofence",
            replace(READY, facts=msgspec.structs.replace(FACTS, fence_radius_m=200.0)),
            "ends 200 m from home",
        ),
        (
            "geofence",
            replace(READY, facts=msgspec.structs.replace(FACTS, fence_max_height_m=50.0)),
            "ends 50 m above home",
        ),
        ("verdict", replace(READY, verdict=VerdictFresh(False, "Refused: X.", 1)), "Refused: X."),
        (
            "weather",
            replace(READY, weather=Weather(0, wind_mps=11, precipitation=True)),
            "Wind 11 m/s, at most 10. It rains",
        ),
    ],
)
def test_what_speaks_against_it_fails_and_says_so(key: str, given: Given, words: str) -> None:
    check = made(given)[key]
    assert check.state is CheckState.FAILED
    assert words in check.words
    assert words in why_not(machine_checks(given))


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("ekf", with_report(ekf=None, health=HealthReading(0, False, True, True))),
        ("armable", with_report(health=None)),
        ("battery", with_report(battery=BatteryReading(0, None, 12.4))),
        ("battery", replace(READY, needs=None)),
        ("battery", replace(READY, needs=replace(NEEDS, battery_fraction=None))),
        ("geofence", replace(READY, facts=None)),
        ("verdict", replace(READY, verdict=None)),
        ("verdict", replace(READY, verdict=VerdictFresh(True, "Allowed.", 301))),
        ("weather", replace(READY, weather=None)),
        ("weather", replace(READY, weather=Weather(3601, wind_mps=1))),
        ("weather", replace(READY, limits=None)),
        ("weather", replace(READY, weather=Weather(0, gust_mps=2))),
    ],
)
def test_what_is_not_known_blocks(key: str, given: Given) -> None:
    check = made(given)[key]
    assert check.state is CheckState.UNKNOWN
    assert check.stops


def test_an_estimator_that_is_silent_is_left_to_the_autopilots_own_checks() -> None:
    assert made(with_report(ekf=None))["ekf"].state is CheckState.PASSED


def test_remote_id_is_told_and_does_not_block() -> None:
    unknown = made(replace(READY, facts=VehicleFacts(1, fence_enabled=True, fence_rings=1)))
    assert (unknown["remote_id"].state, unknown["remote_id"].stops) == (CheckState.UNKNOWN, False)
    failed = msgspec.structs.replace(FACTS, remote_id=False, remote_id_problem="no operator id")
    assert made(replace(READY, facts=failed))["remote_id"].words == "no operator id"


def test_how_many_rings_it_has_need_not_be_told() -> None:
    told = msgspec.structs.replace(FACTS, fence_rings=None)
    assert made(replace(READY, facts=told))["geofence"].state is CheckState.PASSED
    none = msgspec.structs.replace(FACTS, fence_rings=0)
    assert made(replace(READY, facts=none))["geofence"].state is CheckState.FAILED


def test_no_fence_is_well_where_the_plan_asks_for_none() -> None:
    given = replace(READY, facts=VehicleFacts(1, fence_enabled=False))
    check = made(replace(given, needs=replace(NEEDS, fence=False)))["geofence"]
    assert check.state is CheckState.PASSED


def test_weather_that_need_not_be_typed_in_still_stops_where_it_was() -> None:
    assert not made(replace(READY, weather=None, weather_required=False))["weather"].stops
    windy = replace(READY, weather=Weather(0, wind_mps=30), weather_required=False)
    assert made(windy)["weather"].stops
