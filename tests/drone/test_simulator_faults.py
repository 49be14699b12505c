"""What goes wrong with a simulated vehicle on request."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.faults import Fault, FaultKind
from drone.simulator.items import Cmd
from drone.simulator.modes import Mode
from tests.drone.simulator_rig import (
    CALM,
    HOME,
    HOME_ITEM,
    READY_S,
    TAKE_OFF_ITEM,
    Rig,
    a_rig,
    item_message,
    waypoint,
)

POSITION, ATTITUDE = mav.MAVLINK_MSG_ID_GLOBAL_POSITION_INT, mav.MAVLINK_MSG_ID_ATTITUDE


@pytest.fixture
def rig() -> Iterator[Rig]:
    with a_rig() as made:
        made.fly(READY_S)
        yield made


def airborne(rig: Rig) -> None:
    rig.airborne()
    rig.ask(POSITION, 10.0)
    rig.ask(ATTITUDE, 10.0)
    rig.fly(1)
    rig.forget()


def test_a_lost_link_is_silent_both_ways_and_the_failsafe_flies_home(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.LINK_LOSS, for_s=8.0)
    rig.send(mav.MAVLink_command_long_message(1, 1, Cmd.LAND, 0, 0, 0, 0, 0, 0, 0, 0))
    rig.fly(7.9)
    assert not rig.heard
    assert rig.vehicle.truth().mode is Mode.RTL
    rig.fly(2)
    assert rig.of("GLOBAL_POSITION_INT"), "rates outlive a lost link"
    assert rig.last("HEARTBEAT").custom_mode == Mode.RTL


def test_a_poor_link_loses_its_share(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.LINK_LOSS, value=0.5)
    rig.fly(20)
    assert 60 < len(rig.of("GLOBAL_POSITION_INT")) < 140


def test_a_frozen_link_computer_says_nothing_and_the_flight_goes_on(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.FROZEN, for_s=20.0)
    rig.fly(19)
    assert not rig.heard
    assert rig.vehicle.truth().mode is Mode.GUIDED


def test_arming_is_refused_with_a_reason(rig: Rig) -> None:
    rig.begin(FaultKind.REFUSE_ARMING, for_s=5.0)
    rig.mode(Mode.GUIDED)
    assert rig.arm() == 4
    assert rig.texts[-1] == "Arm: Compass not healthy"
    rig.fly(5)
    assert rig.arm() == 0


def test_one_command_or_all_that_fly_are_refused(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.REFUSE_COMMAND, value=float(Cmd.LAND))
    assert rig.command(Cmd.LAND) == 4
    assert rig.mode(Mode.BRAKE) == 0
    rig.begin(FaultKind.REFUSE_COMMAND)
    assert rig.mode(Mode.RTL) == 4
    assert rig.go_to(*HOME, 30.0) == 4
    assert rig.ask(POSITION, 5.0) == 0, "what does not fly is not refused"


def test_a_reboot_of_the_telemetry_side_forgets_rates_and_starts_its_clock_again(rig: Rig) -> None:
    airborne(rig)
    rig.fly(1)
    before = rig.last("GLOBAL_POSITION_INT").time_boot_ms
    rig.forget()
    rig.begin(FaultKind.REBOOT)
    rig.fly(4)
    assert rig.of("HEARTBEAT")
    assert not rig.of("GLOBAL_POSITION_INT")
    assert any("ArduCopter" in text for text in rig.texts)
    truth = rig.vehicle.truth()
    assert (truth.armed, truth.mode, truth.boots) == (True, Mode.GUIDED, 2)
    rig.ask(POSITION, 10.0)
    rig.fly(1)
    assert rig.last("GLOBAL_POSITION_INT").time_boot_ms < before


def test_positions_that_are_no_numbers(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.NAN_POSITION, for_s=2.0)
    rig.fly(1)
    assert abs(rig.last("GLOBAL_POSITION_INT").lat) > 900_000_000
    assert math.isnan(rig.last("ATTITUDE").yaw)
    rig.fly(2)
    assert rig.last("GLOBAL_POSITION_INT").lat == pytest.approx(HOME[0] * 1e7, abs=100)


def test_rubbish_between_the_messages_does_not_hide_them(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.RUBBISH, for_s=10.0)
    rig.fly(10)
    assert rig.of("BAD_DATA")
    assert len(rig.of("GLOBAL_POSITION_INT")) > 30
    assert {message.get_srcSystem() for message in rig.of("GLOBAL_POSITION_INT")} == {1}


def test_rubbish_is_the_same_for_the_same_seed() -> None:
    wires = []
    for _ in range(2):
        with a_rig(replace(CALM, seed=7)) as rig:
            rig.begin(FaultKind.RUBBISH)
            rig.fly(3)
            wires.append(rig.raw)
    assert wires[0] == wires[1]


def test_a_second_vehicle_with_the_same_id(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.DUPLICATE_ID, for_s=5.0)
    rig.fly(4)
    places = {round(one.lon * 1e-7, 3) for one in rig.of("GLOBAL_POSITION_INT")[-8:]}
    assert rig.ports == 2
    assert {one.get_srcSystem() for one in rig.heard} == {1}
    assert len(places | {0.0}) >= 2  # its double has no position in the first second
    assert {bool(one.base_mode & 128) for one in rig.of("HEARTBEAT")} == {True, False}
    rig.fly(2)
    rig.forget()
    rig.fly(2)
    assert {bool(one.base_mode & 128) for one in rig.of("HEARTBEAT")} == {True}


def test_without_gps_it_lands_where_it_is(rig: Rig) -> None:
    airborne(rig)
    rig.ask(mav.MAVLINK_MSG_ID_GPS_RAW_INT, 5.0)
    rig.begin(FaultKind.GPS_LOSS)
    rig.fly(2)
    assert rig.last("GPS_RAW_INT").fix_type == 1
    assert rig.vehicle.truth().mode is Mode.GUIDED
    rig.fly(5)
    assert rig.vehicle.truth().mode is Mode.LAND
    assert "EKF Failsafe: changed to LAND Mode" in rig.texts
    assert rig.mode(Mode.RTL) == 4
    told = {(one.lat, one.lon) for one in rig.of("GLOBAL_POSITION_INT")[-10:]}
    assert len(told) == 1, "the last place it knew"
    assert told.pop()[0] == pytest.approx(HOME[0] * 1e7, abs=100)
    rig.fly(60, lambda: not rig.vehicle.truth().armed)


def test_gps_that_comes_back(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.GPS_LOSS, for_s=3.0)
    rig.fly(10)
    assert rig.vehicle.truth().mode is Mode.GUIDED
    assert "EKF3 IMU0 is using GPS" in rig.texts


def test_answers_come_late(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.SLOW, value=1.0)
    rig.send(mav.MAVLink_command_long_message(1, 1, Cmd.LAND, 0, 0, 0, 0, 0, 0, 0, 0))
    rig.fly(0.9)
    assert not rig.of("COMMAND_ACK")
    assert rig.vehicle.truth().mode is Mode.LAND
    rig.fly(0.3)
    assert rig.last("COMMAND_ACK").result == 0


def test_answers_do_not_come(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.NO_ANSWER)
    rig.send(mav.MAVLink_command_long_message(1, 1, Cmd.LAND, 0, 0, 0, 0, 0, 0, 0, 0))
    rig.fly(3)
    assert not rig.of("COMMAND_ACK")
    assert rig.of("GLOBAL_POSITION_INT")


def test_the_battery_drains_faster(rig: Rig) -> None:
    airborne(rig)
    before = rig.vehicle.truth().battery
    rig.begin(FaultKind.BATTERY_DRAIN, for_s=30.0, value=20.0)
    rig.fly(10)
    assert before - rig.vehicle.truth().battery > 0.1


def test_faults_of_the_settings_come_at_their_time() -> None:
    faults = (Fault(FaultKind.FROZEN, at_s=3.0, for_s=2.0),)
    with a_rig(replace(CALM, faults=faults)) as rig:
        rig.fly(3.1)
        rig.forget()
        rig.fly(1.8)
        assert not rig.heard
        rig.fly(2)
        assert rig.of("HEARTBEAT")


def test_clearing_ends_everything(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.LINK_LOSS)
    rig.begin(FaultKind.GPS_LOSS)
    rig.vehicle.clear(None, rig.now_s)
    rig.fly(2)
    assert rig.of("HEARTBEAT")
    assert rig.vehicle.pilot.gps_fix


@pytest.mark.parametrize("data", [b"", b"\xfd", b"\xfd\xff" * 400, bytes(range(256)) * 8])
def test_rubbish_from_the_ground_station_does_not_stop_it(rig: Rig, data: bytes) -> None:
    rig.send_bytes(data)
    rig.fly(20)  # what looks like the head of a message swallows as much as it promised
    assert rig.mode(Mode.GUIDED) == 0


def acks(rig: Rig) -> list[int]:
    return [ack.command for ack in rig.of("COMMAND_ACK")]


def test_a_counted_number_of_acknowledgements_is_lost_and_the_command_is_carried_out(
    rig: Rig,
) -> None:
    rig.vehicle.begin(Fault(FaultKind.LOST_ACK, value=Cmd.SET_MODE, count=2), rig.now_s)
    for mode in (Mode.GUIDED, Mode.LAND, Mode.GUIDED):
        assert acks(rig) == []
        rig.send(mav.MAVLink_command_long_message(1, 1, Cmd.SET_MODE, 0, 1, mode, 0, 0, 0, 0, 0))
        rig.fly(0.1)
        assert rig.vehicle.truth().mode is mode
    assert acks(rig) == [Cmd.SET_MODE]


def test_acknowledgements_of_other_commands_are_not_lost(rig: Rig) -> None:
    rig.vehicle.begin(Fault(FaultKind.LOST_ACK, value=Cmd.SET_MODE), rig.now_s)
    assert rig.ask(POSITION, 1.0) == 0


def test_the_set_mode_message_is_obeyed_and_answered_with_its_own_number(rig: Rig) -> None:
    rig.send(mav.MAVLink_set_mode_message(1, 1, Mode.GUIDED))
    rig.fly(0.1)
    assert rig.vehicle.truth().mode is Mode.GUIDED
    assert acks(rig) == [mav.MAVLINK_MSG_ID_SET_MODE]
    assert list(rig.vehicle.arrivals)[-1] == ("SET_MODE", 1, float(Mode.GUIDED))


def test_a_refused_mode_is_refused_as_a_message_too(rig: Rig) -> None:
    before = rig.vehicle.truth().mode
    rig.begin(FaultKind.REFUSE_COMMAND, value=Cmd.SET_MODE)
    rig.send(mav.MAVLink_set_mode_message(1, 1, Mode.GUIDED))
    rig.fly(0.1)
    assert rig.vehicle.truth().mode is before
    assert rig.last("COMMAND_ACK").result != 0


# --- answers that take their time, uploads that end half-way -------------------------------------


def long_command(rig: Rig, number: int, *params: float) -> None:
    full = [*params, *[0.0] * (7 - len(params))]
    rig.send(mav.MAVLink_command_long_message(1, 1, number, 0, *full))


def test_a_command_that_takes_its_time_says_so_until_it_is_done(rig: Rig) -> None:
    rig.begin(FaultKind.IN_PROGRESS, value=3.0)
    long_command(rig, Cmd.SET_MODE, 1.0, float(Mode.GUIDED))
    rig.fly(2.9)
    assert {ack.result for ack in rig.of("COMMAND_ACK")} == {5}
    assert [ack.progress for ack in rig.of("COMMAND_ACK")] == [0, 33, 67]
    rig.fly(0.5)
    assert rig.last("COMMAND_ACK").result == 0
    assert rig.vehicle.truth().mode is Mode.GUIDED


def test_what_is_refused_after_a_while_is_told_then(rig: Rig) -> None:
    rig.begin(FaultKind.IN_PROGRESS, value=1.0)
    long_command(rig, Cmd.TAKEOFF, 0, 0, 0, 0, 0, 0, 10.0)
    rig.fly(1.2)
    assert [ack.result for ack in rig.of("COMMAND_ACK")] == [5, 4]


def count_and_items(rig: Rig, count: int) -> None:
    """An upload as a ground station makes it, as far as it is asked."""
    rig.forget()
    rig.send(mav.MAVLink_mission_count_message(1, 1, count, 0))
    for _ in range(count):
        rig.fly(0.1)
        asked = rig.of("MISSION_REQUEST")
        if not asked:
            return
        rig.forget()
        item = HOME_ITEM if asked[-1].seq == 0 else waypoint(*HOME, 20.0)
        rig.send(item_message(asked[-1].seq, item))


def test_an_upload_that_is_cut_leaves_the_old_mission(rig: Rig) -> None:
    rig.upload([HOME_ITEM, TAKE_OFF_ITEM])
    rig.begin(FaultKind.UPLOAD_CUT, value=2.0)
    count_and_items(rig, 6)
    rig.fly(2)
    assert not rig.of("MISSION_REQUEST")
    assert not rig.of("MISSION_ACK")
    rig.fly(8)
    assert rig.last("MISSION_ACK").type == 15  # cancelled
    rig.vehicle.clear(FaultKind.UPLOAD_CUT, rig.now_s)
    assert [item.command for item in rig.download()] == [16, 22]


def test_an_item_that_is_refused_ends_the_upload_and_leaves_the_old_mission(rig: Rig) -> None:
    rig.upload([HOME_ITEM, TAKE_OFF_ITEM])
    rig.begin(FaultKind.REFUSE_ITEM, value=3.0)
    count_and_items(rig, 6)
    rig.fly(0.2)
    assert rig.last("MISSION_ACK").type == 3
    assert [item.command for item in rig.download()] == [16, 22]


def test_a_battery_that_drops_is_low_at_once(rig: Rig) -> None:
    airborne(rig)
    rig.begin(FaultKind.BATTERY_DROP)
    rig.fly(1)
    assert rig.vehicle.truth().battery == pytest.approx(0.15, abs=0.01)
    assert rig.vehicle.truth().mode is Mode.RTL


def test_faults_come_at_their_times_from_the_start() -> None:
    faults = (Fault(FaultKind.WIND_GUST, 3.0, 2.0, 12.0), Fault(FaultKind.BATTERY_DROP, 4.0))
    with a_rig(replace(CALM, faults=faults)) as rig:
        rig.fly(2.5)
        assert rig.vehicle.pilot.wind == pytest.approx((0.0, 0.0))
        rig.fly(1.0)
        assert math.hypot(*rig.vehicle.pilot.wind) == pytest.approx(12.0)
        rig.fly(2.0)
        assert rig.vehicle.pilot.wind == pytest.approx((0.0, 0.0))
        assert rig.vehicle.truth().battery < 0.16
