"""What the simulated autopilot does by itself, by ArduCopter's parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.faults import FaultKind
from drone.simulator.items import Cmd
from drone.simulator.modes import Mode
from tests.drone.simulator_rig import CALM, FITTED, HOME, READY_S, Rig, a_rig

ACCEPTED, FAILED = 0, 4
BATTERY_MAH = 6000.0


@pytest.fixture
def rig() -> Iterator[Rig]:
    with a_rig() as made:
        made.fly(READY_S)
        yield made


def leave(rig: Rig, mah: float) -> None:
    rig.vehicle.pilot.battery.used_mah = BATTERY_MAH - mah


def mode(rig: Rig) -> Mode:
    return rig.vehicle.truth().mode


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("enable", "does"),
    [
        (0, Mode.GUIDED),
        (1, Mode.RTL),
        (3, Mode.RTL),
        (4, Mode.LAND),
        (5, Mode.LAND),
        (7, Mode.BRAKE),
    ],
)
def test_without_a_ground_station(rig: Rig, enable: int, does: Mode) -> None:
    rig.put("FS_GCS_ENABLE", enable)
    rig.airborne()
    rig.beats = False
    rig.fly(7)
    assert mode(rig) is does
    assert ("GCS Failsafe" in rig.texts) is (enable != 0)


def test_a_mission_goes_on_where_the_options_say_so(rig: Rig) -> None:
    from tests.drone.simulator_rig import HOME_ITEM, RETURN_ITEM, TAKE_OFF_ITEM, waypoint

    rig.put("FS_OPTIONS", 2)
    far = waypoint(HOME[0] + 0.002, HOME[1], 15.0)
    rig.upload([HOME_ITEM, TAKE_OFF_ITEM, far, RETURN_ITEM])
    rig.mode(Mode.GUIDED)
    rig.arm()
    rig.mode(Mode.AUTO)
    rig.command(Cmd.MISSION_START)
    rig.fly(15, lambda: rig.vehicle.truth().mission_item == 2)
    rig.beats = False
    rig.fly(7)
    assert mode(rig) is Mode.AUTO
    assert "GCS Failsafe - Continuing Auto Mode" in rig.texts


@pytest.mark.parametrize(("enable", "does"), [(0, Mode.GUIDED), (1, Mode.RTL), (3, Mode.LAND)])
def test_without_the_remote_control(enable: int, does: Mode) -> None:
    with a_rig(FITTED) as rig:
        rig.put("FS_THR_ENABLE", enable)
        rig.airborne()
        rig.ask(mav.MAVLINK_MSG_ID_RC_CHANNELS, 5.0)
        rig.ask(mav.MAVLINK_MSG_ID_SYS_STATUS, 5.0)
        rig.fly(1)
        assert rig.last("RC_CHANNELS").rssi > 200
        rig.begin(FaultKind.RC_LOSS, for_s=3.0)
        rig.fly(2)
        assert mode(rig) is does
        assert rig.last("RC_CHANNELS").rssi == 0
        status = rig.last("SYS_STATUS")
        assert status.onboard_control_sensors_present & 0x10000
        assert not status.onboard_control_sensors_health & 0x10000
        rig.fly(2)
        assert ("Radio Failsafe Cleared" in rig.texts) is (enable != 0)


def test_who_has_no_remote_control_does_not_miss_it(rig: Rig) -> None:
    rig.airborne()
    rig.ask(mav.MAVLINK_MSG_ID_RC_CHANNELS, 5.0)
    rig.begin(FaultKind.RC_LOSS)
    rig.fly(5)
    assert mode(rig) is Mode.GUIDED
    assert (rig.last("RC_CHANNELS").chancount, rig.last("RC_CHANNELS").rssi) == (0, 255)


# --- battery --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "does"),
    [(0, Mode.GUIDED), (1, Mode.LAND), (2, Mode.RTL), (4, Mode.LAND), (7, Mode.BRAKE)],
)
def test_a_low_battery_does_what_its_action_says(rig: Rig, action: int, does: Mode) -> None:
    rig.put("BATT_FS_LOW_ACT", action)
    rig.airborne()
    leave(rig, 1199.0)
    rig.fly(1)
    assert any(text.startswith("Battery 1 is low") for text in rig.texts)
    assert mode(rig) is does


def test_low_brings_it_home_and_critical_down(rig: Rig) -> None:
    rig.put("BATT_CRT_MAH", 600.0)
    rig.put("BATT_FS_CRT_ACT", 1)
    rig.airborne()
    rig.go_to(HOME[0] + 0.002, HOME[1], 25.0)
    rig.fly(10)
    rig.begin(FaultKind.BATTERY_DROP, value=0.19)
    rig.fly(1)
    assert mode(rig) is Mode.RTL
    rig.begin(FaultKind.BATTERY_DROP, value=0.09)
    rig.fly(1)
    assert mode(rig) is Mode.LAND
    assert any(text.startswith("Battery 1 is critical") for text in rig.texts)


def test_a_gentler_action_does_not_end_a_landing(rig: Rig) -> None:
    rig.put("BATT_FS_LOW_ACT", 1)
    rig.put("BATT_CRT_MAH", 600.0)
    rig.put("BATT_FS_CRT_ACT", 2)
    rig.airborne()
    leave(rig, 1100.0)
    rig.fly(1)
    leave(rig, 500.0)
    rig.fly(1)
    assert mode(rig) is Mode.LAND


def test_terminating_is_what_it_says(rig: Rig) -> None:
    rig.put("BATT_FS_LOW_ACT", 5)
    rig.airborne(10.0)
    leave(rig, 1100.0)
    rig.fly(5)
    assert rig.vehicle.truth().touch_down_mps > 5


def test_a_voltage_has_to_be_low_for_a_while(rig: Rig) -> None:
    rig.put("BATT_LOW_MAH", 0.0)
    rig.put("BATT_LOW_TIMER", 4)
    rig.airborne()
    rig.put("BATT_LOW_VOLT", rig.vehicle.pilot.battery.voltage_v + 0.5)
    rig.fly(3)
    assert mode(rig) is Mode.GUIDED
    rig.fly(2)
    assert mode(rig) is Mode.RTL


def test_it_counts_with_the_capacity_it_was_told(rig: Rig) -> None:
    rig.ask(mav.MAVLINK_MSG_ID_SYS_STATUS, 5.0)
    leave(rig, 3000.0)
    rig.put("BATT_CAPACITY", 4000)
    rig.fly(1)
    assert rig.last("SYS_STATUS").battery_remaining == pytest.approx(25, abs=1)
    rig.mode(Mode.GUIDED)
    assert rig.arm() == FAILED  # 1000 of 4000 are left, and 1200 are low
    assert rig.texts[-1] == "Arm: Battery 1 low capacity failsafe"


def test_a_battery_that_is_not_watched_is_not_told(rig: Rig) -> None:
    rig.put("BATT_MONITOR", 0)
    rig.airborne()
    rig.ask(mav.MAVLINK_MSG_ID_SYS_STATUS, 5.0)
    rig.ask(mav.MAVLINK_MSG_ID_BATTERY_STATUS, 5.0)
    leave(rig, 500.0)
    rig.fly(2)
    assert rig.last("SYS_STATUS").battery_remaining == -1
    assert not rig.of("BATTERY_STATUS")
    assert mode(rig) is Mode.GUIDED


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BATT_ARM_MAH", 7000, "below minimum arming capacity"),
        ("BATT_ARM_VOLT", 20.0, "below minimum arming voltage"),
        ("BATT_CRT_MAH", 1300.0, "capacity failsafe critical >= low"),
    ],
)
def test_it_does_not_arm_with_such_a_battery(rig: Rig, name: str, value: float, words: str) -> None:
    rig.put(name, value)
    rig.mode(Mode.GUIDED)
    assert rig.arm() == FAILED
    assert rig.texts[-1] == f"Arm: Battery 1 {words}"


# --- position -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "does"), [(0, Mode.GUIDED), (1, Mode.LAND), (2, Mode.ALT_HOLD), (3, Mode.LAND)]
)
def test_without_a_position(rig: Rig, action: int, does: Mode) -> None:
    rig.put("FS_EKF_ACTION", action)
    rig.airborne()
    rig.begin(FaultKind.GPS_LOSS)
    rig.fly(7)
    assert mode(rig) is does
    assert "EKF variance" in rig.texts
    assert (f"EKF Failsafe: changed to {does.name} Mode" in rig.texts) is (action != 0)


def test_the_estimator_gets_worse_before_it_gives_up(rig: Rig) -> None:
    rig.airborne()
    rig.ask(mav.MAVLINK_MSG_ID_EKF_STATUS_REPORT, 5.0)
    rig.fly(1)
    before = rig.last("EKF_STATUS_REPORT")
    rig.begin(FaultKind.GPS_LOSS, for_s=8.0)
    rig.fly(4)
    during = rig.last("EKF_STATUS_REPORT")
    assert before.pos_horiz_variance < 0.1 < during.pos_horiz_variance
    assert before.flags & 16
    assert not during.flags & 16
    rig.fly(2)
    assert rig.last("EKF_STATUS_REPORT").flags & 128
    rig.fly(4)
    assert "EKF Failsafe Cleared" in rig.texts
    assert mode(rig) is Mode.LAND  # it does not go back by itself


def test_lost_and_held_by_nothing_it_goes_with_the_wind() -> None:
    with a_rig(replace(CALM, wind_mps=8.0, wind_from_deg=270.0)) as rig:
        rig.put("FS_EKF_ACTION", 2)
        rig.airborne()
        before = rig.vehicle.truth().lon
        rig.begin(FaultKind.GPS_LOSS)
        rig.fly(20)
        moved_m = (rig.vehicle.truth().lon - before) * 69_300
        assert 30 < moved_m < 70
        assert rig.vehicle.truth().height_home_m == pytest.approx(20.0, abs=1)


# --- wind -----------------------------------------------------------------------------------------


def test_wind_is_told_and_a_gust_too(rig: Rig) -> None:
    rig.airborne()
    rig.ask(mav.MAVLINK_MSG_ID_WIND, 5.0)
    rig.begin(FaultKind.WIND_GUST, for_s=3.0, value=9.0)
    rig.fly(1)
    assert rig.last("WIND").speed == pytest.approx(9.0, abs=0.1)
    assert rig.last("WIND").direction == pytest.approx(240.0, abs=1)
    rig.fly(4)
    assert rig.last("WIND").speed < 0.1


def test_a_storm_carries_it_off_and_costs_battery(rig: Rig) -> None:
    rig.airborne()
    calm_a = rig.vehicle.pilot.battery.current_a
    rig.begin(FaultKind.WIND_GUST, value=15.0)
    rig.fly(5)
    assert rig.vehicle.pilot.battery.current_a > calm_a + 3
    before = rig.vehicle.truth()
    rig.begin(FaultKind.WIND_GUST, value=28.0)
    rig.fly(5)
    after = rig.vehicle.truth()
    assert (after.lon - before.lon) * 69_300 > 15  # 8 m/s more than it can fly, to the north-east


# --- fence ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "does"), [(0, Mode.GUIDED), (1, Mode.RTL), (2, Mode.LAND), (4, Mode.BRAKE)]
)
def test_at_the_fence(rig: Rig, action: int, does: Mode) -> None:
    rig.airborne()
    rig.go_to(HOME[0] + 0.002, HOME[1], 25.0)
    rig.put("FENCE_ACTION", action)
    rig.put("FENCE_TYPE", 2)
    rig.put("FENCE_RADIUS", 60.0)
    rig.put("FENCE_ENABLE", 1)
    rig.ask(mav.MAVLINK_MSG_ID_FENCE_STATUS, 5.0)
    rig.fly(15, lambda: rig.vehicle.pilot.fencing.breaches == 1)
    rig.fly(0.5)
    assert mode(rig) is does
    assert rig.last("FENCE_STATUS").breach_type == 3


def test_a_fence_that_switches_itself_on(rig: Rig) -> None:
    rig.put("FENCE_AUTOENABLE", 3)
    assert rig.vehicle.pilot.parameters["FENCE_ENABLE"] == 0
    rig.airborne(5.0)
    assert rig.vehicle.pilot.parameters["FENCE_ENABLE"] == 1


# --- Remote ID ------------------------------------------------------------------------------------


def test_remote_id_that_is_enforced_keeps_it_on_the_ground() -> None:
    with a_rig(FITTED) as rig:
        rig.put("DID_ENABLE", 1)
        rig.put("DID_OPTIONS", 1)
        rig.begin(FaultKind.REMOTE_ID_LOSS, for_s=5.0)
        rig.fly(READY_S)
        rig.mode(Mode.GUIDED)
        assert rig.arm() == FAILED
        assert rig.texts[-1].startswith("Arm: OpenDroneID: ")
        assert rig.last("OPEN_DRONE_ID_ARM_STATUS").status == 1
        rig.fly(5)
        assert rig.last("OPEN_DRONE_ID_ARM_STATUS").status == 0
        assert rig.arm() == ACCEPTED
