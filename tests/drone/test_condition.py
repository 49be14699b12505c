"""Estimator, wind, radios and gimbal as telemetry: nothing that cannot be gets through."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drone import condition, gimbal_angles
from drone.condition import (
    EkfStatusReport,
    EstimatorStatus,
    RadioStatus,
    RcChannels,
    Wind,
    WindCov,
)
from drone.condition_state import OLDER_LEFT_OUT_S, ConditionState
from drone.gimbal_angles import GimbalAttitude, MountOrientation, MountStatus, gimbal_of
from drone.readings import GpsRawInt, Nonsense, SysStatus, gps_of
from ground_station.core.agent_vehicles import EkfReading, GimbalReading

GOOD = 831  # what ArduPilot sends in flight
RC = 65536


# --- estimator -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "ok"),
    [
        (GOOD, True),
        (GOOD & ~16, False),  # no place over ground
        (GOOD & ~1, False),
        (GOOD | 128, False),  # it takes itself to stand still
        (GOOD | 1024, False),
        (GOOD | 32768, False),
        (GOOD | 64, True),  # height over ground besides
        (0, False),
    ],
)
def test_ardupilots_estimator_is_well_when_its_flags_say_so(flags: int, ok: bool) -> None:
    reading = condition.ekf_of(EkfStatusReport(flags, 0.1, 0.2, 0.3, 0.4))
    assert reading == EkfReading(0, ok, 0.1, 0.2, 0.3, 0.4)


@pytest.mark.parametrize("flags", [GOOD | 1024, GOOD | 2048, GOOD | 128, 0])
def test_px4s_estimator_says_its_own_faults(flags: int) -> None:
    assert condition.ekf_of(EstimatorStatus(GOOD, 0.1, 0.2, 0.3, 0.4)).ok
    assert not condition.ekf_of(EstimatorStatus(flags, 0.1, 0.2, 0.3, 0.4)).ok


def test_a_ratio_that_is_no_number_is_unknown() -> None:
    assert condition.ekf_of(EkfStatusReport(GOOD, None, 0.2, None, 0.4)).velocity_ratio is None


@pytest.mark.parametrize("ratio", [-0.1, 1e9])
def test_a_ratio_that_cannot_be_is_nonsense(ratio: float) -> None:
    with pytest.raises(Nonsense, match="innovation"):
        condition.ekf_of(EkfStatusReport(GOOD, 0.1, ratio, 0.1, 0.1))


# --- wind ----------------------------------------------------------------------------------------


def test_ardupilots_wind_is_where_it_comes_from() -> None:
    wind = condition.wind_of(Wind(-90.0, 7.5))
    assert wind is not None
    assert (wind.speed_mps, wind.from_deg) == (7.5, 270.0)


@pytest.mark.parametrize(
    ("north", "east", "come_from"), [(3, 0, 180), (0, 3, 270), (-3, 0, 0), (0, -3, 90)]
)
def test_px4s_wind_is_how_the_air_moves(north: float, east: float, come_from: float) -> None:
    wind = condition.wind_of(WindCov(north, east))
    assert wind is not None
    assert wind.speed_mps == pytest.approx(3)
    assert wind.from_deg == pytest.approx(come_from)


@given(st.floats(-100, 100), st.floats(-100, 100))
def test_both_ways_to_say_a_wind_agree(north: float, east: float) -> None:
    moving = condition.wind_of(WindCov(north, east))
    assert moving is not None
    said = condition.wind_of(Wind(moving.from_deg, moving.speed_mps))
    assert said == moving
    assert 0 <= moving.from_deg < 360


@pytest.mark.parametrize(
    "unknown", [WindCov(None, 1.0), WindCov(1.0, None), Wind(None, 1.0), Wind(1.0, None)]
)
def test_a_wind_that_is_not_known_is_none(unknown: Wind | WindCov) -> None:
    assert condition.wind_of(unknown) is None


@pytest.mark.parametrize("wrong", [Wind(0, -1), Wind(0, 500), Wind(1e6, 5), WindCov(300, 0)])
def test_a_wind_that_cannot_be_is_nonsense(wrong: Wind | WindCov) -> None:
    with pytest.raises(Nonsense, match="wind"):
        condition.wind_of(wrong)


# --- radios --------------------------------------------------------------------------------------


def test_the_remote_control_of_a_vehicle() -> None:
    assert condition.rc_of(RcChannels(8, 127)) == pytest.approx(0.5)
    assert condition.rc_of(RcChannels(8, 255)) is None
    assert condition.rc_of(RcChannels(0, 200)) is None  # there is none


@pytest.mark.parametrize(
    ("present", "enabled", "health", "lost"),
    [(RC, RC, RC, False), (RC, RC, 0, True), (0, RC, 0, None), (RC, 0, 0, None), (1, 1, 1, None)],
)
def test_whether_the_remote_control_is_lost(
    present: int, enabled: int, health: int, lost: bool | None
) -> None:
    status = SysStatus(12_000, 100, 80, present, enabled, health)
    assert condition.rc_lost_of(status) is lost


def test_a_telemetry_radio_is_as_good_as_its_weaker_way() -> None:
    assert condition.telemetry_of(RadioStatus(254, 127)) == pytest.approx(0.5)
    assert condition.telemetry_of(RadioStatus(254, 255)) == 1.0
    assert condition.telemetry_of(RadioStatus(255, 255)) is None
    with pytest.raises(Nonsense, match="strength"):
        condition.telemetry_of(RadioStatus(300, 1))


def test_the_radio_group_is_as_old_as_its_oldest_word() -> None:
    state = ConditionState()
    assert state.radio(100.0) is None
    state.take(RcChannels(8, 254), 100.0)
    state.take_rc_lost(False, 102.0)
    told = state.radio(103.0)
    assert told is not None
    assert (told.age_ms, told.rc, told.rc_lost, told.telemetry) == (3000, 1.0, False, None)


def test_a_radios_word_that_is_much_older_than_the_others_is_left_out() -> None:
    state = ConditionState()
    state.take(RadioStatus(254, 254), 100.0)
    state.take_rc_lost(True, 100.0 + OLDER_LEFT_OUT_S + 1)
    told = state.radio(110.0)
    assert told is not None
    assert (told.telemetry, told.rc_lost) == (None, True)
    # While all are as old, what was last said stays, with its age.
    state = ConditionState()
    state.take(RadioStatus(254, 254), 100.0)
    told = state.radio(200.0)
    assert told is not None
    assert (told.telemetry, told.age_ms) == (1.0, 100_000)


# --- GPS -----------------------------------------------------------------------------------------


def test_how_good_a_gps_says_it_is() -> None:
    told = gps_of(GpsRawInt(3, 12, 80, 1500, 2500))
    assert (told.hdop, told.horizontal_accuracy_m, told.vertical_accuracy_m) == (0.8, 1.5, 2.5)


@pytest.mark.parametrize("eph", [9999, 65535])
def test_a_gps_that_does_not_say_how_good_it_is(eph: int) -> None:
    told = gps_of(GpsRawInt(1, 0, eph, 0, 2**32 - 1))
    assert (told.hdop, told.horizontal_accuracy_m, told.vertical_accuracy_m) == (None, None, None)


# --- gimbal --------------------------------------------------------------------------------------


def quaternion(pitch_deg: float, roll_deg: float, yaw_deg: float) -> list[float | None]:
    """By pymavlink's own mathematics."""
    from pymavlink.quaternion import Quaternion

    angles = [math.radians(angle) for angle in (roll_deg, pitch_deg, yaw_deg)]
    return [float(part) for part in Quaternion(angles).q]


def apart(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


@given(st.floats(-89, 89), st.floats(-60, 60), st.floats(-180, 180))
def test_angles_of_a_quaternion(pitch: float, roll: float, yaw: float) -> None:
    told = gimbal_of(GimbalAttitude(64, quaternion(pitch, roll, yaw)), None)
    assert told is not None
    assert told.pitch_deg == pytest.approx(pitch, abs=1e-3)
    assert told.roll_deg == pytest.approx(roll, abs=1e-2)
    assert apart(told.yaw_deg, yaw) < 1e-2
    assert 0 <= told.yaw_deg < 360


@pytest.mark.parametrize("pitch", [-90.0, 90.0])
@pytest.mark.parametrize("yaw", [0.0, 30.0, -120.0])
def test_straight_down_the_yaw_is_where_the_upper_edge_points(pitch: float, yaw: float) -> None:
    told = gimbal_of(GimbalAttitude(64, quaternion(pitch, 0.0, yaw)), None)
    assert told is not None
    assert told.pitch_deg == pytest.approx(pitch, abs=0.1)
    assert told.roll_deg == 0.0
    assert apart(told.yaw_deg, yaw) < 1e-3


@pytest.mark.parametrize(
    ("flags", "yaw"),
    [
        (32, 110.0),  # from the vehicle
        (64, 20.0),  # from north
        (64 | 16, 20.0),
        (32 | 16, 110.0),  # the newer flag counts
        (0, 110.0),
        (16, 20.0),  # the older flag, where there is no newer one
    ],
)
def test_flags_say_what_a_gimbals_yaw_counts_from(flags: int, yaw: float) -> None:
    told = gimbal_of(GimbalAttitude(flags, quaternion(-45, 0, 20)), 90.0)
    assert told is not None
    assert told.yaw_deg == pytest.approx(yaw, abs=1e-3)


def test_a_yaw_from_a_vehicle_whose_heading_is_not_known_is_not_told() -> None:
    attitude = quaternion(-45, 0, 20)
    assert gimbal_of(GimbalAttitude(32, attitude), None) is None
    assert gimbal_of(MountStatus(-4500, 0, 1000), None) is None
    assert gimbal_of(GimbalAttitude(64, attitude), None) is not None


def test_the_older_messages_of_a_mount() -> None:
    assert gimbal_of(MountStatus(-4500, 100, 1000), 355.0) == GimbalReading(0, -45.0, 1.0, 5.0)
    assert gimbal_of(MountOrientation(1.0, -45.0, 10.0), 0.0) == GimbalReading(0, -45, 1, 10)
    assert gimbal_of(MountOrientation(1.0, None, 10.0), 0.0) is None


@pytest.mark.parametrize("q", [[0.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
def test_a_quaternion_that_is_no_turn_is_nonsense(q: list[float | None]) -> None:
    with pytest.raises(Nonsense, match="gimbal"):
        gimbal_of(GimbalAttitude(64, q), None)


def test_a_gimbal_that_does_not_know_its_attitude_says_none() -> None:
    assert gimbal_of(GimbalAttitude(64, [None, 0.0, 0.0, 0.0]), None) is None


def test_only_the_first_gimbal_counts() -> None:
    assert gimbal_of(GimbalAttitude(64, quaternion(0, 0, 0), 2), None) is None
    assert gimbal_of(GimbalAttitude(64, quaternion(0, 0, 0), 1), None) is not None


def test_angles_that_cannot_be_are_nonsense() -> None:
    with pytest.raises(Nonsense, match="gimbal"):
        gimbal_of(MountStatus(2**31 - 1, 0, 0), 0.0)


def test_a_gimbal_that_speaks_the_newer_protocol_is_not_also_heard_in_the_older() -> None:
    state = ConditionState()
    state.take_gimbal(MountStatus(-1000, 0, 0), 0.0, 100.0)
    state.take_gimbal(GimbalAttitude(64, quaternion(-45, 0, 0)), 0.0, 101.0)
    state.take_gimbal(MountStatus(-1000, 0, 0), 0.0, 101.5)
    assert state.gimbal.reading is not None
    assert state.gimbal.reading.pitch_deg == pytest.approx(-45, abs=1e-3)
    state.take_gimbal(MountStatus(-1000, 0, 0), 0.0, 110.0)
    assert state.gimbal.reading.pitch_deg == -10.0


def test_every_message_has_its_name() -> None:
    kinds = {**condition.MESSAGES, **gimbal_angles.MESSAGES}
    assert len(set(kinds.values())) == len(kinds)
