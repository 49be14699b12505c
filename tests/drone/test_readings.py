"""Messages of autopilots as telemetry groups: nothing that cannot be gets through."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drone import readings
from drone.readings import (
    Attitude,
    BatteryStatus,
    ExtendedSysState,
    GlobalPositionInt,
    GpsRawInt,
    Heartbeat,
    HomePosition,
    Nonsense,
    SysStatus,
)
from ground_station.core.agent_vehicles import Autopilot, FlightMode, LandedState

HERE = GlobalPositionInt(1000, 514958000, -2386000, 25_000, 20_000, 300, -400, 50)


def changed(**values: int) -> GlobalPositionInt:
    return msgspec.structs.replace(HERE, **values)


def test_a_position_in_our_units() -> None:
    position = readings.position_of(HERE)

    assert position is not None
    assert [position.lat, position.lon] == pytest.approx([51.4958, -0.2386])
    assert (position.alt_amsl_m, position.height_home_m) == (25.0, 20.0)
    velocity = readings.velocity_of(HERE)
    assert (velocity.north_mps, velocity.east_mps, velocity.down_mps) == (3.0, -4.0, 0.5)


def test_no_position_yet_is_none_and_no_problem() -> None:
    assert readings.position_of(changed(lat=0, lon=0)) is None
    assert readings.home_of(HomePosition(0, 0, 0)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": 2**31 - 1},
        {"lat": -(2**31)},
        {"lon": 1_800_000_001},
        {"alt": 2**31 - 1},
        {"relative_alt": -(2**31)},
    ],
)
def test_a_place_that_cannot_be_is_nonsense(wrong: dict[str, int]) -> None:
    with pytest.raises(Nonsense, match="says"):
        readings.position_of(changed(**wrong))


def test_a_speed_that_cannot_be_is_nonsense() -> None:
    with pytest.raises(Nonsense, match="speed"):
        readings.velocity_of(changed(vx=32767, vy=32767))


@pytest.mark.parametrize("angle", [None, 7.0, -1e9, 1e300])
@pytest.mark.parametrize("place", ["roll", "pitch", "yaw"])
def test_an_attitude_that_is_no_angle_is_nonsense(place: str, angle: float | None) -> None:
    good = Attitude(0, 0.1, -0.1, 3.0)
    with pytest.raises(Nonsense, match="attitude"):
        readings.attitude_of(msgspec.structs.replace(good, **{place: angle}))


@given(st.floats(-math.pi, math.pi))
@example(-1e-18)
def test_headings_are_of_the_compass(yaw: float) -> None:
    assert 0 <= readings.attitude_of(Attitude(0, 0.0, 0.0, yaw)).heading_deg < 360


def test_a_heading_in_degrees() -> None:
    attitude = readings.attitude_of(Attitude(0, 0.0, math.pi / 6, -math.pi / 2))
    assert [attitude.pitch_deg, attitude.heading_deg] == pytest.approx([30, 270])


def test_batteries_say_what_they_do_not_know() -> None:
    assert readings.battery_of(SysStatus(0xFFFF, -1, -1)) is None
    some = readings.battery_of(SysStatus(12_600, -1, 87))
    assert some is not None
    assert (some.remaining, some.voltage_v, some.current_a) == (0.87, 12.6, None)


def test_cells_of_a_battery_are_added_up_and_only_the_first_battery_counts() -> None:
    cells = [4000, 4100, 4200] + [0xFFFF] * 7
    first = readings.battery_of(BatteryStatus(0, cells, 1234, 50))
    assert first is not None
    assert (first.voltage_v, first.current_a) == (12.3, 12.34)
    assert readings.battery_of(BatteryStatus(1, cells, 1234, 50)) is None


@pytest.mark.parametrize("per_cent", [101, -2, 127])
def test_a_charge_that_cannot_be_is_nonsense(per_cent: int) -> None:
    with pytest.raises(Nonsense, match="battery"):
        readings.battery_of(SysStatus(12_000, 100, per_cent))


def test_gps_fixes_by_name() -> None:
    assert readings.gps_of(GpsRawInt(3, 11)).fix == "3d"
    assert readings.gps_of(GpsRawInt(1, 255)).satellites == 0
    with pytest.raises(Nonsense, match="GPS"):
        readings.gps_of(GpsRawInt(99, 1))


COPTER = Heartbeat(2, 3, 81, 0)


@pytest.mark.parametrize(
    ("number", "mode"),
    [
        (0, FlightMode.STABILISED),
        (3, FlightMode.MISSION),
        (4, FlightMode.GUIDED),
        (5, FlightMode.HOLD),
        (6, FlightMode.RETURN),
        (9, FlightMode.LAND),
        (17, FlightMode.HOLD),
        (21, FlightMode.RETURN),
        (27, FlightMode.RETURN),
        (999, FlightMode.UNKNOWN),
    ],
)
def test_arducopters_modes(number: int, mode: FlightMode) -> None:
    assert readings.mode_of(msgspec.structs.replace(COPTER, custom_mode=number)) is mode


def test_the_numbers_of_an_aeroplane_are_not_read_as_a_copters() -> None:
    plane = msgspec.structs.replace(COPTER, type=1, custom_mode=6)
    assert readings.mode_of(plane) is FlightMode.UNKNOWN
    assert not readings.is_copter(plane)


@pytest.mark.parametrize(
    ("main", "sub", "mode"),
    [
        (4, 3, FlightMode.HOLD),
        (4, 4, FlightMode.MISSION),
        (4, 5, FlightMode.RETURN),
        (4, 6, FlightMode.LAND),
        (6, 0, FlightMode.GUIDED),
        (3, 0, FlightMode.POSITION),
        (4, 77, FlightMode.UNKNOWN),
    ],
)
def test_px4s_modes(main: int, sub: int, mode: FlightMode) -> None:
    beat = Heartbeat(2, 12, 0, main << 16 | sub << 24)
    assert readings.mode_of(beat) is mode
    assert readings.autopilot_of(beat) is Autopilot.PX4


def test_armed_is_one_bit() -> None:
    assert not readings.is_armed(COPTER)
    assert readings.is_armed(msgspec.structs.replace(COPTER, base_mode=81 | 128))


def test_landed_states() -> None:
    assert readings.landed_of(ExtendedSysState(2)) is LandedState.IN_AIR
    assert readings.landed_of(ExtendedSysState(0)) is LandedState.UNKNOWN
    assert readings.landed_of(ExtendedSysState(200)) is LandedState.UNKNOWN
