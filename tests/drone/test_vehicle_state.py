"""What is known of one vehicle, how old it is, and what is wrong with it."""

from __future__ import annotations

import math

import msgspec
import pytest

from drone import condition, gimbal_angles, readings
from drone.readings import (
    Attitude,
    ExtendedSysState,
    GlobalPositionInt,
    Heartbeat,
    HomePosition,
    MissionAck,
    MissionCurrent,
    StatusText,
    SysStatus,
)
from drone.vehicle_state import VehicleState
from ground_station.core.agent_protocol import AgentMessage
from ground_station.core.agent_vehicles import (
    FlightMode,
    HealthReading,
    LandedState,
    Telemetry,
    VehicleLinkState,
    VehicleReport,
)

BEAT = Heartbeat(2, 3, 81 | 128, 4)
T0 = 1000.0


@pytest.fixture
def state() -> VehicleState:
    return VehicleState(7, "Kes", simulated=False)


def place(boot_ms: int, lat: int = 514958000, alt: int = 25_000) -> GlobalPositionInt:
    return GlobalPositionInt(boot_ms, lat, -2386000, alt, alt - 5_000, 100, 0, 0)


def turn(boot_ms: int, yaw: float | None = 0.5) -> Attitude:
    return Attitude(boot_ms, 0.0, 0.0, yaw)


def test_before_anything_was_heard(state: VehicleState) -> None:
    now = state.report(T0)

    assert now.link is VehicleLinkState.NEVER
    assert (now.flight, now.position, now.mission, now.heartbeat_age_ms) == (None, None, None, None)


def test_each_group_has_its_own_age(state: VehicleState) -> None:
    state.take(BEAT, T0)
    state.take(place(5000), T0 + 0.5)

    now = state.report(T0 + 1.0)

    assert now.heartbeat_age_ms == 1000
    assert now.position is not None
    assert now.position.age_ms == 500
    assert now.flight is not None
    assert (now.flight.armed, now.flight.mode) == (True, FlightMode.GUIDED)


def test_lost_three_seconds_after_the_last_heartbeat(state: VehicleState) -> None:
    state.take(BEAT, T0)
    state.take(place(5000), T0 + 3.0)  # positions are no heartbeat

    assert state.report(T0 + 2.99).link is VehicleLinkState.CONNECTED
    assert state.report(T0 + 3.0).link is VehicleLinkState.LOST


def test_the_heartbeat_of_what_is_no_autopilot_is_none(state: VehicleState) -> None:
    state.take(msgspec.structs.replace(BEAT, autopilot=8), T0)
    assert state.report(T0).link is VehicleLinkState.NEVER


@pytest.mark.parametrize("wrong", [place(5100, lat=2**31 - 1), place(5100, alt=2**31 - 1)])
def test_nonsense_leaves_the_old_value_with_its_old_age(
    state: VehicleState, wrong: GlobalPositionInt
) -> None:
    state.take(place(5000), T0)
    state.take(wrong, T0 + 2)

    now = state.report(T0 + 2)

    assert now.position is not None
    assert (now.position.age_ms, now.position.alt_amsl_m) == (2000, 25.0)
    assert now.velocity is not None
    assert now.velocity.age_ms == 2000
    assert any("Kes says" in problem for problem in now.problems)
    assert state.report(T0 + 13).problems == []


def test_an_attitude_that_is_no_number_keeps_the_old_one(state: VehicleState) -> None:
    state.take(turn(5000), T0)
    state.take(turn(5100, yaw=None), T0 + 1)

    attitude = state.report(T0 + 1).attitude
    assert attitude is not None
    assert attitude.age_ms == 1000
    assert math.isfinite(attitude.heading_deg)


def test_what_cannot_be_read_at_all_is_a_problem(state: VehicleState) -> None:
    state.malformed("ATTITUDE", T0)
    assert state.report(T0).problems == ["Kes sends ATTITUDE messages that cannot be read."]


def test_problems_and_texts_are_bounded(state: VehicleState) -> None:
    for number in range(50):
        state.say(f"key {number}", "x" * 1000)
        state.take(StatusText(6, f"text {number} " + "y" * 200), T0 + number)

    now = state.report(T0 + 50)

    assert len(now.problems) == 8
    assert max(map(len, now.problems)) <= 300
    assert [line.text[:7] for line in now.status_lines[:2]] == ["text 49", "text 48"]
    assert len(now.status_lines) == 8


def test_a_standing_problem_goes_when_it_is_taken_back(state: VehicleState) -> None:
    state.say("rates", "It refuses.")
    assert state.report(T0).problems == ["It refuses."]
    state.say("rates", "")
    assert state.report(T0).problems == []


def test_a_landed_state_that_does_not_come_any_more_is_unknown(state: VehicleState) -> None:
    state.take(ExtendedSysState(1), T0)
    for second in range(6):
        state.take(BEAT, T0 + second)

    assert state.now(T0 + 2).in_air is False
    assert state.now(T0 + 5).in_air is None
    flight = state.report(T0 + 5).flight
    assert flight is not None
    assert flight.landed is LandedState.UNKNOWN


def test_the_last_landed_state_stays_once_the_link_is_lost(state: VehicleState) -> None:
    state.take(BEAT, T0)
    state.take(ExtendedSysState(2), T0)

    flight = state.report(T0 + 60).flight
    assert flight is not None
    assert (flight.landed, flight.age_ms) == (LandedState.IN_AIR, 60_000)
    assert state.now(T0 + 60).in_air is None  # but nothing is decided by it


def test_what_was_acknowledged_holds_until_the_next_heartbeat(state: VehicleState) -> None:
    state.take(msgspec.structs.replace(BEAT, base_mode=81, custom_mode=9), T0)
    state.acknowledged(armed=True, custom_mode=4)

    now = state.now(T0 + 0.1)
    assert (now.armed, now.mode) == (True, FlightMode.GUIDED)
    assert state.report(T0 + 0.5).heartbeat_age_ms == 500

    state.take(msgspec.structs.replace(BEAT, base_mode=81, custom_mode=9), T0 + 1)
    assert state.now(T0 + 1).armed is False


def digest(state: VehicleState, at_s: float = T0) -> str | None:
    mission = state.report(at_s).mission
    return None if mission is None else mission.digest


def heard(state: VehicleState) -> None:
    """A vehicle whose mission of two items was read back, and is the upload of that digest."""
    state.take(BEAT, T0)
    state.take(MissionCurrent(1, 2, 77), T0)
    state.holds_mission([2, 3], digest="a" * 64, total=2)
    assert digest(state) == "a" * 64


@pytest.mark.parametrize(
    "message",
    [
        MissionCurrent(1, 3, 77),
        MissionCurrent(0, 0, 0),
        MissionAck(0),
        StatusText(6, "Flight plan received"),
    ],
)
def test_whatever_speaks_for_another_mission_takes_its_digest(
    state: VehicleState, message: readings.Heard
) -> None:
    heard(state)
    state.take(MissionCurrent(1, 2, 77), T0)
    assert digest(state) == "a" * 64
    state.take(message, T0 + 0.1)
    assert not digest(state)
    state.take(MissionCurrent(1, 2, 77), T0 + 0.2)  # what came meanwhile is not known
    assert not digest(state)
    state.holds_mission([2, 3], digest="a" * 64, total=2)  # read again, and the same
    assert digest(state) == "a" * 64


def test_another_mission_id_takes_its_digest(state: VehicleState) -> None:
    heard(state)
    state.take(MissionCurrent(1, 2, 77), T0)
    state.take(MissionCurrent(2, 2, 78), T0)
    assert digest(state) == ""


@pytest.mark.parametrize(
    "message",
    [
        MissionCurrent(2, 2, 77),
        MissionCurrent(2, readings.UNKNOWN_TOTAL, 77),
        MissionAck(0, mission_type=1),
        StatusText(6, "Fence received"),
    ],
)
def test_progress_and_fences_leave_it(state: VehicleState, message: readings.Heard) -> None:
    heard(state)
    state.take(message, T0)
    assert digest(state) == "a" * 64


def test_a_link_that_was_lost_and_a_restart_take_it(state: VehicleState) -> None:
    heard(state)
    state.take(BEAT, T0 + 1)
    assert digest(state, T0 + 1) == "a" * 64
    state.take(BEAT, T0 + 4.5)
    assert digest(state, T0 + 4.5) == ""
    state.holds_mission([2, 3], digest="a" * 64, total=2)
    state.take(place(900_000), T0 + 5)
    assert digest(state, T0 + 5) == "a" * 64
    state.take(place(400), T0 + 8)  # up for less than it was silent
    assert digest(state, T0 + 8) == ""


def test_missions_are_told_in_waypoints(state: VehicleState) -> None:
    state.take(MissionCurrent(0, 6), T0)
    assert state.report(T0).mission is None  # which items are waypoints is not known

    state.holds_mission([3, 4, 6])
    told = []
    for seq in range(8):
        state.take(MissionCurrent(seq, 7), T0)
        mission = state.report(T0).mission
        assert mission is not None
        told.append((mission.current, mission.total))
    assert told == [(0, 3), (1, 3), (1, 3), (1, 3), (2, 3), (3, 3), (3, 3), (3, 3)]

    state.holds_mission([])
    mission = state.report(T0).mission
    assert mission is not None
    assert (mission.current, mission.total) == (0, 0)


def test_a_restart_is_counted_once(state: VehicleState) -> None:
    for tick in range(50):
        state.take(place(60_000 + tick * 100), T0 + tick * 0.1)
        state.take(turn(60_000 + tick * 100), T0 + tick * 0.1)
    for tick in range(50):
        state.take(place(1_000 + tick * 100), T0 + 8 + tick * 0.1)
        state.take(turn(1_000 + tick * 100), T0 + 8 + tick * 0.1)

    now = state.report(T0 + 13)
    assert now.rebooted == 1
    assert now.problems == []
    assert state.pose_at(T0 + 12.95) is not None


@pytest.mark.parametrize("later_s", [0.0, 0.3, 1.0, 5.0])
def test_a_restart_is_one_however_late_the_other_streams_come_back(
    state: VehicleState, later_s: float
) -> None:
    for tick in range(50):
        state.take(place(60_000 + tick * 100), T0 + tick * 0.1)
        state.take(turn(60_000 + tick * 100), T0 + tick * 0.1)
    for tick in range(100):
        state.take(place(1_000 + tick * 100), T0 + 8 + tick * 0.1)
        if tick * 0.1 >= later_s:
            state.take(turn(1_000 + tick * 100), T0 + 8 + tick * 0.1)

    assert state.report(T0 + 19).rebooted == 1
    assert state.report(T0 + 19).problems == []


def test_a_restart_right_after_the_first_start_is_one(state: VehicleState) -> None:
    for tick in range(20):
        state.take(place(500 + tick * 100), T0 + tick * 0.1)  # up for 2.4 s
    for tick in range(40):
        state.take(place(5_000 + tick * 100), T0 + 8 + tick * 0.1)  # off for a second, up for 5
        state.take(turn(5_000 + tick * 100), T0 + 8 + tick * 0.1)

    assert state.report(T0 + 12).rebooted == 1


def test_a_silence_is_no_restart(state: VehicleState) -> None:
    state.take(place(60_000), T0)
    state.take(place(90_000), T0 + 30)  # out of reach
    state.take(place(90_100), T0 + 60)  # stopped: its time stood still
    for tick in range(40):
        state.take(place(90_200 + tick * 100), T0 + 60.1 + tick * 0.1)

    assert state.report(T0 + 65).rebooted == 0


def test_two_vehicles_that_booted_at_nearly_the_same_time_are_two(state: VehicleState) -> None:
    for tick in range(30):
        for boot_ms, after_s in ((60_000, 0.0), (59_700, 0.01)):
            state.take(place(boot_ms + tick * 100), T0 + tick * 0.1 + after_s)
            state.take(turn(boot_ms + tick * 100), T0 + tick * 0.1 + after_s)

    assert "Two vehicles" in state.report(T0 + 3).problems[0]


def test_two_vehicles_with_one_number_are_a_problem_and_no_restart(state: VehicleState) -> None:
    for tick in range(30):
        state.take(place(60_000 + tick * 100), T0 + tick * 0.1)
        state.take(place(9_000 + tick * 100), T0 + tick * 0.1 + 0.03)

    now = state.report(T0 + 3)
    assert now.rebooted == 0
    assert "Two vehicles say that they are number 7" in now.problems[0]
    assert state.report(T0 + 30).problems == []


def test_twice_the_heartbeats_are_a_problem(state: VehicleState) -> None:
    for tick in range(100):
        state.take(place(tick * 100), T0 + tick * 0.1)
        if tick % 5 == 0:
            state.take(BEAT, T0 + tick * 0.1)

    assert "Number 7 is heard twice" in state.report(T0 + 10).problems[0]


def test_one_vehicle_in_fast_time_is_one(state: VehicleState) -> None:
    for tick in range(200):
        state.take(place(tick * 400), T0 + tick * 0.1)
        if tick % 3 == 0:
            state.take(BEAT, T0 + tick * 0.1)

    assert state.report(T0 + 20).problems == []


def test_every_report_goes_over_the_wire(state: VehicleState) -> None:
    state.take(BEAT, T0)
    state.take(place(5000), T0)
    state.take(turn(5000), T0)
    state.take(SysStatus(12_600, 100, 90), T0)
    state.take(readings.GpsRawInt(3, 10), T0)
    state.take(HomePosition(514958000, -2386000, 5000), T0)
    state.take(MissionCurrent(1, 2), T0)
    state.take(StatusText(4, "a\x00b\x1b[31m"), T0)
    state.take_health(HealthReading(0, True, True, True), T0)
    state.holds_mission([1])

    report = state.report(T0 + 1)
    wire = msgspec.msgpack.encode(Telemetry([report]))

    decoded = msgspec.msgpack.decode(wire, type=AgentMessage)
    assert isinstance(decoded, Telemetry)
    assert decoded.vehicles == [report]
    assert isinstance(decoded.vehicles[0], VehicleReport)
    assert decoded.vehicles[0].status_lines[0].text == "ab[31m"


# --- groups that a vehicle need not send ---------------------------------------------------------


def test_optional_groups_have_ages_of_their_own(state: VehicleState) -> None:
    state.take(condition.EkfStatusReport(831, 0.1, 0.1, 0.1, 0.1), T0)
    state.take(condition.Wind(180.0, 5.0), T0 + 1)
    state.take(SysStatus(12_000, 100, 80, 65536, 65536, 0), T0 + 2)

    now = state.report(T0 + 3)

    assert now.ekf is not None
    assert now.wind is not None
    assert now.radio is not None
    assert (now.ekf.age_ms, now.wind.age_ms, now.radio.age_ms) == (3000, 2000, 1000)
    assert now.radio.rc_lost is True
    assert now.gimbal is None
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(now), type=VehicleReport) == now


def test_a_wind_that_cannot_be_leaves_the_old_one_and_is_said(state: VehicleState) -> None:
    state.take(condition.Wind(180.0, 5.0), T0)
    state.take(condition.Wind(180.0, -5.0), T0 + 1)

    now = state.report(T0 + 2)

    assert now.wind is not None
    assert (now.wind.speed_mps, now.wind.age_ms) == (5.0, 2000)
    assert any("wind" in problem for problem in now.problems)


def test_a_gimbal_is_turned_with_a_heading_of_now_and_with_no_old_one(state: VehicleState) -> None:
    ahead = gimbal_angles.GimbalAttitude(32, [1.0, 0.0, 0.0, 0.0])
    state.take(turn(5000, math.pi / 2), T0)
    state.take(ahead, T0 + 0.5)
    assert (told := state.report(T0 + 0.5).gimbal) is not None
    assert told.yaw_deg == pytest.approx(90)

    state.take(ahead, T0 + 5)

    assert (old := state.report(T0 + 5).gimbal) is not None
    assert old.age_ms == 4500  # the heading is too old to turn the newer one by


def test_the_share_received_is_of_the_attitudes_that_were_granted(state: VehicleState) -> None:
    for number in range(51):
        if number % 3:
            state.take(turn(number * 100), T0 + number / 10)
    assert state.report(T0 + 5).radio is None

    state.attitude_asked(0.1)

    assert (told := state.report(T0 + 5).radio) is not None
    assert told.received == pytest.approx(2 / 3, abs=0.03)
    state.attitude_asked(None)
    assert state.report(T0 + 5).radio is None
