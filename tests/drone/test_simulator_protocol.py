"""The simulated autopilot on its wire, as MAVLINK.md's flights of an ArduCopter saw it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.items import Cmd
from drone.simulator.landed import Landed
from drone.simulator.modes import Mode
from tests.drone.simulator_rig import CALM, FITTED, HOME, READY_S, Rig, a_rig

ACCEPTED, DENIED, UNSUPPORTED, FAILED = 0, 2, 3, 4
POSITION, ATTITUDE = mav.MAVLINK_MSG_ID_GLOBAL_POSITION_INT, mav.MAVLINK_MSG_ID_ATTITUDE


@pytest.fixture
def rig() -> Iterator[Rig]:
    with a_rig() as made:
        yield made


def armed_bit(rig: Rig) -> bool:
    return bool(rig.last("HEARTBEAT").base_mode & 128)


# --- what comes by itself, and on request --------------------------------------------------------


def test_unasked_only_heartbeats_and_news_come(rig: Rig) -> None:
    rig.fly(6)
    kinds = {message.get_type() for message in rig.heard}
    assert kinds == {"HEARTBEAT", "STATUSTEXT", "GPS_GLOBAL_ORIGIN"}
    assert len(rig.of("HEARTBEAT")) in {5, 6}
    beat = rig.last("HEARTBEAT")
    assert (beat.type, beat.autopilot, beat.custom_mode) == (2, 3, Mode.STABILIZE)
    assert not armed_bit(rig)


def test_rates_are_as_asked_and_bring_the_ekf_report(rig: Rig) -> None:
    assert rig.ask(POSITION, 10.0) == ACCEPTED
    assert rig.ask(ATTITUDE, 5.0) == ACCEPTED
    rig.forget()
    rig.fly(10)
    assert len(rig.of("GLOBAL_POSITION_INT")) in range(98, 102)
    assert len(rig.of("ATTITUDE")) in range(49, 52)
    assert len(rig.of("EKF_STATUS_REPORT")) in range(39, 42)


def test_a_rate_asked_again_replaces_the_one_before(rig: Rig) -> None:
    rig.ask(POSITION, 10.0)
    rig.ask(POSITION, 2.0)
    rig.forget()
    rig.fly(5)
    assert len(rig.of("GLOBAL_POSITION_INT")) in {9, 10, 11}


@pytest.mark.parametrize("number", [331, 141, 140, 375, 115, 99999, float("nan")])
def test_rates_of_what_it_cannot_send_are_denied(rig: Rig, number: float) -> None:
    assert rig.command(Cmd.SET_MESSAGE_INTERVAL, number, 1e6) == DENIED


@pytest.mark.parametrize("interval_us", [0.0, -1.0, float("nan")])
def test_a_rate_can_be_taken_back(rig: Rig, interval_us: float) -> None:
    rig.ask(POSITION, 10.0)
    assert rig.command(Cmd.SET_MESSAGE_INTERVAL, POSITION, interval_us) == ACCEPTED
    rig.forget()
    rig.fly(2)
    assert not rig.of("GLOBAL_POSITION_INT")


def test_a_rate_too_high_is_denied(rig: Rig) -> None:
    assert rig.command(Cmd.SET_MESSAGE_INTERVAL, POSITION, 1.0) == DENIED


def test_one_message_can_be_requested(rig: Rig) -> None:
    rig.fly(READY_S)
    assert rig.command(Cmd.REQUEST_MESSAGE, 148) == ACCEPTED
    assert rig.last("AUTOPILOT_VERSION").flight_sw_version >> 16 == 0x0407
    assert rig.command(Cmd.REQUEST_MESSAGE, 242) == ACCEPTED
    home = rig.last("HOME_POSITION")
    assert (home.latitude, home.longitude, home.altitude) == (514958000, -2386000, 5000)


@pytest.mark.parametrize("number", [259, 262, 270, 280, 99999])
def test_a_message_it_has_not_cannot_be_requested(rig: Rig, number: int) -> None:
    assert rig.command(Cmd.REQUEST_MESSAGE, number) == FAILED


def test_home_is_not_known_before_the_position_is(rig: Rig) -> None:
    assert rig.command(Cmd.REQUEST_MESSAGE, 242) == FAILED


def test_everything_it_offers_can_be_packed() -> None:
    from drone.simulator.messages import ON_REQUEST, STREAMS

    silent = {mav.MAVLINK_MSG_ID_DISTANCE_SENSOR}  # no such sensor, and ArduCopter accepts
    with a_rig(FITTED) as rig:
        rig.airborne()
        for number in STREAMS:
            assert rig.ask(number, 10.0) == ACCEPTED
        rig.forget()
        rig.fly(1)
        assert {message.get_msgId() for message in rig.heard} >= set(STREAMS) - silent
        for number in set(ON_REQUEST) - silent:
            rig.forget()
            assert rig.command(Cmd.REQUEST_MESSAGE, number) == ACCEPTED
            assert any(message.get_msgId() == number for message in rig.heard)


def test_what_is_for_another_system_or_component_is_not_answered(rig: Rig) -> None:
    for target in ((2, 1), (1, 100)):
        rig.send(mav.MAVLink_command_long_message(*target, 400, 0, 1, 0, 0, 0, 0, 0, 0))
        rig.fly(0.2)
    assert not rig.of("COMMAND_ACK")


def test_vehicles_send_at_instants_of_their_own() -> None:
    with a_rig(replace(CALM, phase=0.0)) as one, a_rig(replace(CALM, phase=0.5)) as other:
        due = []
        for rig in (one, other):
            rig.ask(POSITION, 10.0)
            due.append(rig.vehicle.next_s() * 10 % 1)
    assert abs(due[0] - due[1]) == pytest.approx(0.5, abs=0.01)


def test_a_ground_stations_clock_is_answered(rig: Rig) -> None:
    rig.send(mav.MAVLink_timesync_message(0, 42))
    rig.fly(0.1)
    answer = rig.last("TIMESYNC")
    assert answer.ts1 == 42
    assert answer.tc1 > 0


def test_file_transfers_are_refused_at_once(rig: Rig) -> None:
    rig.send(mav.MAVLink_file_transfer_protocol_message(0, 1, 1, [7, 0, 0, 3] + [0] * 247))
    rig.fly(0.1)
    payload = rig.last("FILE_TRANSFER_PROTOCOL").payload
    assert (payload[0], payload[3], payload[5]) == (8, 129, 3)


# --- position and health -------------------------------------------------------------------------


def test_it_cannot_be_armed_before_it_knows_where_it_is() -> None:
    with a_rig(replace(CALM, gps_after_s=2.0, ready_after_s=5.0)) as rig:
        rig.ask(mav.MAVLINK_MSG_ID_SYS_STATUS, 10.0)
        rig.ask(mav.MAVLINK_MSG_ID_GPS_RAW_INT, 10.0)
        rig.fly(1)
        assert rig.last("GPS_RAW_INT").fix_type == 1
        assert not rig.last("SYS_STATUS").onboard_control_sensors_health & 0x10000000
        assert rig.mode(Mode.GUIDED) == FAILED
        assert rig.arm() == FAILED
        assert "Arm: Need Position Estimate" in rig.texts
        assert rig.mode(Mode.BRAKE) == FAILED
        rig.fly(5)
        assert rig.last("GPS_RAW_INT").fix_type == 6
        assert rig.last("SYS_STATUS").onboard_control_sensors_health & 0x10000000
        assert rig.mode(Mode.GUIDED) == ACCEPTED
        assert rig.arm() == ACCEPTED


# --- arming, taking off, landing -----------------------------------------------------------------


@pytest.mark.parametrize("mode", [Mode.RTL, Mode.LAND, Mode.BRAKE])
def test_it_does_not_arm_in_modes_that_fly_by_themselves(rig: Rig, mode: Mode) -> None:
    rig.fly(READY_S)
    assert rig.mode(mode) == ACCEPTED
    assert rig.arm() == FAILED
    assert rig.texts[-1] == f"Arm: {mode.name} mode not armable"
    assert not rig.vehicle.truth().armed


def test_taking_off(rig: Rig) -> None:
    rig.fly(READY_S)
    assert rig.take_off(10.0) == FAILED  # not armed
    rig.mode(Mode.GUIDED)
    assert rig.take_off(10.0) == FAILED
    assert rig.arm() == ACCEPTED
    rig.fly(1)
    assert armed_bit(rig)
    assert rig.take_off(10.0) == ACCEPTED
    rig.ask(mav.MAVLINK_MSG_ID_EXTENDED_SYS_STATE, 10.0)
    rig.fly(3)
    assert rig.last("EXTENDED_SYS_STATE").landed_state == Landed.TAKING_OFF
    rig.fly(20, lambda: rig.vehicle.truth().height_home_m > 9.7)
    rig.fly(2)
    assert rig.last("EXTENDED_SYS_STATE").landed_state == Landed.IN_AIR
    assert rig.vehicle.truth().height_home_m == pytest.approx(10.0, abs=0.1)
    assert rig.take_off(20.0) == FAILED  # it flies


@pytest.mark.parametrize("height", [0.0, -5.0, float("nan"), float("inf"), 3e38])
def test_it_does_not_take_off_to_no_height(rig: Rig, height: float) -> None:
    rig.fly(READY_S)
    rig.mode(Mode.GUIDED)
    rig.arm()
    assert rig.take_off(height) == FAILED


def test_armed_and_left_alone_it_disarms_itself(rig: Rig) -> None:
    rig.fly(READY_S)
    rig.mode(Mode.GUIDED)
    rig.arm()
    rig.fly(9)
    assert rig.vehicle.truth().armed
    rig.fly(2)
    assert not rig.vehicle.truth().armed


def test_it_is_not_disarmed_in_the_air(rig: Rig) -> None:
    rig.airborne()
    assert rig.command(Cmd.ARM_DISARM, 0.0) == FAILED
    assert rig.vehicle.truth().armed


def test_a_forced_disarm_lets_it_fall(rig: Rig) -> None:
    """The wire form of MAVSDK's arm_force; nothing of ours may ever send it."""
    rig.airborne(10.0)
    assert rig.command(Cmd.ARM_DISARM, 0.0, 21196.0) == ACCEPTED
    rig.fly(5)
    truth = rig.vehicle.truth()
    assert truth.height_home_m == 0
    assert truth.touch_down_mps > 10
    assert any("hit the ground" in text for text in rig.texts)


def test_landing_comes_down_slowly_and_disarms(rig: Rig) -> None:
    rig.airborne(15.0)
    rig.ask(mav.MAVLINK_MSG_ID_EXTENDED_SYS_STATE, 10.0)
    assert rig.command(Cmd.LAND) == ACCEPTED
    rig.fly(1)
    assert rig.last("HEARTBEAT").custom_mode == Mode.LAND
    assert rig.last("EXTENDED_SYS_STATE").landed_state == Landed.LANDING
    rig.fly(60, lambda: not rig.vehicle.truth().armed)
    assert 0.2 < rig.vehicle.truth().touch_down_mps < 0.8
    rig.fly(0.3)
    assert rig.last("EXTENDED_SYS_STATE").landed_state == Landed.ON_GROUND


# --- flying to places ----------------------------------------------------------------------------


def test_going_somewhere_is_at_a_height_above_the_sea(rig: Rig) -> None:
    rig.airborne()
    lat, lon = HOME[0] + 0.0005, HOME[1] + 0.0005
    assert rig.go_to(lat, lon, 35.0) == ACCEPTED
    rig.ask(POSITION, 10.0)
    rig.fly(40)
    seen = rig.last("GLOBAL_POSITION_INT")
    assert seen.lat == pytest.approx(lat * 1e7, abs=30)
    assert seen.lon == pytest.approx(lon * 1e7, abs=50)
    assert seen.alt == pytest.approx(35_000, abs=200)
    assert seen.relative_alt == pytest.approx(30_000, abs=200)


def test_a_latitude_that_is_none_is_denied(rig: Rig) -> None:
    rig.airborne()
    assert rig.go_to(95.0, HOME[1], 35.0) == DENIED


@pytest.mark.parametrize("height", [float("nan"), float("inf"), -3e38])
def test_a_height_that_is_none_is_denied(rig: Rig, height: float) -> None:
    rig.airborne()
    assert rig.go_to(*HOME, height) == DENIED
    assert rig.command(Cmd.SET_HOME, 0, 0, 0, 0, *HOME, height) == DENIED


def test_home_can_be_set_and_is_where_it_returns_to(rig: Rig) -> None:
    rig.airborne()
    elsewhere = (HOME[0] + 0.0003, HOME[1])
    assert rig.command(Cmd.SET_HOME, 0, 0, 0, 0, *elsewhere, 5.0) == ACCEPTED
    assert rig.mode(Mode.RTL) == ACCEPTED
    rig.fly(120, lambda: not rig.vehicle.truth().armed)
    truth = rig.vehicle.truth()
    assert (truth.lat, truth.lon) == pytest.approx(elsewhere, abs=1e-5)


def test_going_somewhere_is_accepted_while_it_stands_and_does_nothing(rig: Rig) -> None:
    rig.fly(READY_S)
    assert rig.go_to(HOME[0] + 0.01, HOME[1], 35.0) == ACCEPTED
    rig.fly(5)
    assert rig.vehicle.truth().height_home_m == 0


def test_there_is_no_range_check(rig: Rig) -> None:
    rig.airborne()
    assert rig.go_to(HOME[0] + 4.5, HOME[1], 35.0) == ACCEPTED


def test_a_place_in_a_long_command_is_refused(rig: Rig) -> None:
    rig.airborne()
    assert rig.command(Cmd.REPOSITION, -1, 1, 0, 0, *HOME, 35.0) == 8  # COMMAND_INT only


def test_braking_stops_it_within_ten_metres_and_keeps_its_height(rig: Rig) -> None:
    rig.airborne()
    rig.go_to(HOME[0] + 0.01, HOME[1], 25.0)
    rig.fly(8)
    before = rig.vehicle.truth()
    assert before.velocity_ned[0] > 9
    assert rig.mode(Mode.BRAKE) == ACCEPTED
    rig.fly(5)
    after = rig.vehicle.truth()
    assert rig.last("HEARTBEAT").custom_mode == Mode.BRAKE
    assert math.hypot(*after.velocity_ned) < 0.1
    assert 5 < (after.lat - before.lat) * 111_200 < 12
    assert after.height_home_m == pytest.approx(before.height_home_m, abs=0.5)


def test_a_speed_can_be_asked_for(rig: Rig) -> None:
    rig.airborne()
    rig.go_to(HOME[0] + 0.01, HOME[1], 25.0)
    assert rig.command(Cmd.CHANGE_SPEED, 1.0, 4.0, -1.0) == ACCEPTED
    rig.fly(6)
    assert rig.vehicle.truth().velocity_ned[0] == pytest.approx(4.0, abs=0.1)
    assert rig.command(Cmd.CHANGE_SPEED, 1.0, -1.0) == DENIED


def test_returning_climbs_goes_home_and_lands(rig: Rig) -> None:
    rig.airborne(8.0)
    rig.go_to(HOME[0] + 0.0004, HOME[1], 13.0)
    rig.fly(15)
    assert rig.mode(Mode.RTL) == ACCEPTED
    highest = 0.0

    def landed() -> bool:
        nonlocal highest
        highest = max(highest, rig.vehicle.truth().height_home_m)
        return not rig.vehicle.truth().armed

    rig.fly(120, landed)
    truth = rig.vehicle.truth()
    assert highest == pytest.approx(15.0, abs=0.5)  # RTL_ALT
    assert (truth.lat, truth.lon) == pytest.approx(HOME, abs=1e-5)


def test_another_mode_is_told_at_once(rig: Rig) -> None:
    rig.fly(READY_S)
    rig.forget()
    rig.mode(Mode.GUIDED)
    kinds = [message.get_type() for message in rig.heard]
    assert kinds.index("HEARTBEAT") < kinds.index("COMMAND_ACK")
    assert rig.last("HEARTBEAT").custom_mode == Mode.GUIDED


def test_modes_that_there_are_not_are_refused(rig: Rig) -> None:
    rig.fly(READY_S)
    assert rig.mode(99) == FAILED
    assert rig.command(Cmd.SET_MODE, 0.0, 4.0) == UNSUPPORTED  # not a custom mode
    assert rig.command(Cmd.SET_MODE, 1.0, float("nan")) == DENIED


@pytest.mark.parametrize(
    ("number", "result"),
    [(34, UNSUPPORTED), (2000, UNSUPPORTED), (1000, FAILED), (195, ACCEPTED), (31000, UNSUPPORTED)],
)
def test_commands_it_only_answers(rig: Rig, number: int, result: int) -> None:
    assert rig.command(number) == result


# --- parameters ----------------------------------------------------------------------------------


def read(rig: Rig, name: str) -> None:
    rig.forget()
    rig.send(mav.MAVLink_param_request_read_message(1, 1, name.encode(), -1))
    rig.fly(0.1)


def test_parameters_are_read_and_set(rig: Rig) -> None:
    read(rig, "RTL_ALT")
    value = rig.last("PARAM_VALUE")
    assert (value.param_id, value.param_value, value.param_type) == ("RTL_ALT", 1500.0, 6)
    rig.send(mav.MAVLink_param_set_message(1, 1, b"RTL_ALT", 3000.0, 6))
    rig.fly(0.1)
    assert rig.last("PARAM_VALUE").param_value == 3000.0
    read(rig, "RTL_ALT")
    assert rig.last("PARAM_VALUE").param_value == 3000.0


def test_a_parameter_that_is_none_is_met_with_silence(rig: Rig) -> None:
    read(rig, "NO_SUCH")
    assert not rig.of("PARAM_VALUE")
    rig.send(mav.MAVLink_param_set_message(1, 1, b"NO_SUCH", 3.0, 9))
    rig.fly(3)
    assert not rig.of("PARAM_VALUE")


def test_what_a_parameter_cannot_hold_it_does_not_take(rig: Rig) -> None:
    rig.send(mav.MAVLink_param_set_message(1, 1, b"FENCE_ENABLE", 1000.0, 2))
    rig.fly(0.1)
    assert rig.last("PARAM_VALUE").param_value == 0.0


def test_the_whole_list_comes_with_its_numbers(rig: Rig) -> None:
    rig.send(mav.MAVLink_param_request_list_message(1, 1))
    rig.fly(1)
    values = rig.of("PARAM_VALUE")
    assert [value.param_index for value in values] == list(range(values[0].param_count))
    assert {value.param_type for value in values} == {2, 4, 6, 9}


# --- failsafes -----------------------------------------------------------------------------------


def test_a_lost_ground_station_brings_it_home(rig: Rig) -> None:
    rig.airborne()
    rig.beats = False
    rig.fly(4)
    assert rig.vehicle.truth().mode is Mode.GUIDED
    rig.fly(3)
    assert rig.vehicle.truth().mode is Mode.RTL
    assert "GCS Failsafe" in rig.texts
    rig.fly(90, lambda: not rig.vehicle.truth().armed)


def test_a_ground_station_of_another_id_is_not_missed(rig: Rig) -> None:
    """MAVSDK's own id is 245: then the failsafe never sees the station, and never misses it."""
    rig.beats = False
    rig.fly(READY_S)
    rig.mode(Mode.GUIDED)
    rig.arm()
    rig.take_off(10.0)
    for _ in range(5):
        rig.send(mav.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3), source=(245, 190))
        rig.fly(1)
    rig.fly(15)
    assert rig.vehicle.truth().mode is Mode.GUIDED


def test_the_failsafe_can_be_off_and_its_time_is_a_parameter(rig: Rig) -> None:
    rig.airborne()
    rig.vehicle.pilot.parameters.put("FS_GCS_TIMEOUT", 12.0)
    rig.beats = False
    rig.fly(10)
    assert rig.vehicle.truth().mode is Mode.GUIDED
    rig.vehicle.pilot.parameters.put("FS_GCS_ENABLE", 0)
    rig.fly(10)
    assert rig.vehicle.truth().mode is Mode.GUIDED


def test_a_ground_station_that_comes_back_does_not_end_the_return(rig: Rig) -> None:
    rig.airborne()
    rig.beats = False
    rig.fly(7)
    rig.beats = True
    rig.fly(2)
    assert "GCS Failsafe Cleared" in rig.texts
    assert rig.vehicle.truth().mode is Mode.RTL


def test_a_low_battery_brings_it_home(rig: Rig) -> None:
    rig.airborne()
    rig.vehicle.pilot.battery.used_mah = 4790.0
    rig.fly(10, lambda: rig.vehicle.truth().mode is Mode.RTL)
    assert any(text.startswith("Battery 1 is low") for text in rig.texts)
    assert "Battery Failsafe" in rig.texts
    assert rig.last("HEARTBEAT").system_status in {4, 5}


def test_an_empty_battery_drops_it(rig: Rig) -> None:
    rig.airborne()
    rig.vehicle.pilot.battery.used_mah = 5999.0
    rig.fly(5, lambda: rig.vehicle.truth().height_home_m == 0)
    assert rig.vehicle.truth().touch_down_mps > 5


def test_it_does_not_arm_on_an_empty_battery() -> None:
    with a_rig(replace(CALM, battery_remaining=0.1)) as rig:
        rig.fly(READY_S)
        rig.mode(Mode.GUIDED)
        assert rig.arm() == FAILED
        assert rig.texts[-1] == "Arm: Battery 1 low capacity failsafe"


@pytest.mark.parametrize("swaps", [True, False])
def test_the_battery_is_swapped_at_home_only_where_that_is_asked_for(swaps: bool) -> None:
    with a_rig(replace(CALM, swap_battery=swaps, battery_remaining=0.9)) as rig:
        rig.airborne(5.0)
        rig.command(Cmd.LAND)
        rig.fly(60, lambda: not rig.vehicle.truth().armed)
        rig.fly(8)
        assert (rig.vehicle.truth().battery > 0.99) is swaps
        assert any("battery swapped" in text for text in rig.texts) is swaps


def test_no_battery_is_swapped_away_from_home() -> None:
    with a_rig(replace(CALM, swap_battery=True, battery_remaining=0.9)) as rig:
        rig.airborne(5.0)
        rig.go_to(HOME[0] + 0.0005, HOME[1], 10.0)
        rig.fly(15)
        rig.command(Cmd.LAND)
        rig.fly(60, lambda: not rig.vehicle.truth().armed)
        rig.fly(8)
        assert rig.vehicle.truth().battery < 0.9


def test_it_reboots_on_the_ground_and_not_in_the_air(rig: Rig) -> None:
    rig.airborne(5.0)
    assert rig.command(Cmd.PREFLIGHT_REBOOT, 1.0) == FAILED
    rig.command(Cmd.LAND)
    rig.fly(60, lambda: not rig.vehicle.truth().armed)
    assert rig.command(Cmd.PREFLIGHT_REBOOT, 1.0) == ACCEPTED
    assert rig.vehicle.truth().boots == 2
    assert rig.vehicle.truth().mode is Mode.STABILIZE
