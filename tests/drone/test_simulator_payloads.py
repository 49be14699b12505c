"""The simulated mount, camera, relays and servos on their wire."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.items import Cmd
from drone.simulator.modes import Mode
from tests.drone.simulator_rig import CALM, FITTED, HOME, READY_S, Rig, a_rig

ACCEPTED, DENIED, UNSUPPORTED, FAILED = 0, 2, 3, 4
ATTITUDE = mav.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS
NAN = float("nan")
YAW_LOCK = 16


@pytest.fixture
def rig() -> Iterator[Rig]:
    with a_rig(FITTED) as made:
        made.fly(READY_S)
        yield made


@pytest.fixture
def bare() -> Iterator[Rig]:
    with a_rig() as made:
        made.fly(READY_S)
        yield made


def pitch_yaw(rig: Rig, pitch: float, yaw: float, flags: float = 0.0, device: float = 0.0) -> int:
    params = (pitch, yaw, NAN, NAN, flags, 0.0, device)
    return rig.command(Cmd.GIMBAL_MANAGER_PITCHYAW, *params)


def angles(q: Any) -> tuple[float, float]:
    """Pitch and yaw of a quaternion, degrees."""
    w, x, y, z = q
    pitch = math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x))))
    yaw = math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return math.degrees(pitch), math.degrees(yaw)


def pointing(rig: Rig) -> tuple[float, float]:
    return angles(rig.last("GIMBAL_DEVICE_ATTITUDE_STATUS").q)


# --- the mount ------------------------------------------------------------------------------------


def test_without_a_mount_it_is_refused_but_for_places(bare: Rig) -> None:
    assert pitch_yaw(bare, -30.0, 0.0) == FAILED
    assert bare.command(Cmd.MOUNT_CONTROL, -30.0, 0, 0, 0, 0, 0, 2.0) == FAILED
    assert bare.command(Cmd.GIMBAL_MANAGER_CONFIGURE, -2.0) == FAILED
    assert bare.command(Cmd.REQUEST_MESSAGE, 280) == FAILED
    assert bare.ask(ATTITUDE, 10.0) == ACCEPTED
    bare.fly(1)
    assert not bare.of("GIMBAL_DEVICE_ATTITUDE_STATUS")


def test_its_attitude_comes_only_once_its_rate_was_asked_for(rig: Rig) -> None:
    rig.fly(2)
    assert not rig.of("GIMBAL_DEVICE_ATTITUDE_STATUS")
    assert rig.ask(ATTITUDE, 10.0) == ACCEPTED
    rig.forget()
    rig.fly(2)
    assert len(rig.of("GIMBAL_DEVICE_ATTITUDE_STATUS")) in {19, 20, 21}
    assert rig.last("GIMBAL_DEVICE_ATTITUDE_STATUS").gimbal_device_id == 1


def test_it_tells_its_limits(rig: Rig) -> None:
    assert rig.command(Cmd.REQUEST_MESSAGE, 280) == ACCEPTED
    told = rig.last("GIMBAL_MANAGER_INFORMATION")
    assert math.degrees(told.pitch_min) == pytest.approx(-90, abs=0.01)
    assert math.degrees(told.pitch_max) == pytest.approx(20, abs=0.01)
    assert told.gimbal_device_id == 1


def test_it_turns_at_its_own_speed_and_stops_at_its_limits(rig: Rig) -> None:
    rig.ask(ATTITUDE, 20.0)
    assert pitch_yaw(rig, -45.0, 10.0) == ACCEPTED
    rig.fly(0.4)
    assert -30 < pointing(rig)[0] < -10  # on its way
    rig.fly(1)
    assert pointing(rig) == pytest.approx((-45.0, 10.0), abs=0.1)
    assert pitch_yaw(rig, 60.0, 0.0) == ACCEPTED
    rig.fly(3)
    assert pointing(rig)[0] == pytest.approx(20.0, abs=0.1)


def test_locked_to_north_it_stays_while_the_nose_turns(rig: Rig) -> None:
    rig.airborne()
    rig.ask(ATTITUDE, 20.0)
    assert pitch_yaw(rig, -30.0, 20.0, YAW_LOCK) == ACCEPTED
    assert rig.command(Cmd.CONDITION_YAW, 90.0, 0, 1, 0) == ACCEPTED
    rig.fly(5)
    assert rig.vehicle.truth().heading_deg == pytest.approx(90.0, abs=1)
    assert pointing(rig)[1] == pytest.approx(-70.0, abs=1)  # from the nose
    assert rig.last("GIMBAL_DEVICE_ATTITUDE_STATUS").flags & (YAW_LOCK | 32) == YAW_LOCK | 32


def test_rates_turn_it_until_told_otherwise(rig: Rig) -> None:
    rig.ask(ATTITUDE, 20.0)
    params = (NAN, NAN, -5.0, 0.0, 0.0, 0.0, 0.0)
    assert rig.command(Cmd.GIMBAL_MANAGER_PITCHYAW, *params) == ACCEPTED
    rig.fly(4)
    assert pointing(rig)[0] == pytest.approx(-20.0, abs=1)
    assert pitch_yaw(rig, NAN, 5.0) == FAILED  # half an order is none


@pytest.mark.parametrize(("device", "result"), [(0.0, ACCEPTED), (1.0, ACCEPTED), (3.0, FAILED)])
def test_another_mount_is_not_there(rig: Rig, device: float, result: int) -> None:
    assert pitch_yaw(rig, 0.0, 0.0, device=device) == result


def test_it_keeps_looking_at_a_place_while_the_vehicle_flies_by(rig: Rig) -> None:
    rig.airborne(30.0)
    rig.ask(ATTITUDE, 20.0)
    place = (HOME[0] + 0.0005, HOME[1])
    nan = NAN
    rig.send(
        mav.MAVLink_command_int_message(
            *(1, 1, 0, Cmd.SET_ROI_LOCATION, 0, 0, nan, nan, nan, nan),
            *(round(place[0] * 1e7), round(place[1] * 1e7), 5.0),
        )
    )
    rig.fly(0.1)
    assert rig.last("COMMAND_ACK").result == ACCEPTED
    rig.go_to(HOME[0] + 0.0005, HOME[1] + 0.0008, 35.0)
    rig.fly(25)
    truth = rig.vehicle.truth()
    pitch, yaw = pointing(rig)
    assert truth.lon == pytest.approx(HOME[1] + 0.0008, abs=1e-5)
    assert (truth.heading_deg + yaw) % 360 == pytest.approx(270, abs=1)  # west of it
    assert pitch == pytest.approx(-math.degrees(math.atan2(30.0, 55.5)), abs=1)
    assert rig.command(Cmd.SET_ROI_NONE) == ACCEPTED
    rig.go_to(*HOME, 35.0)
    rig.fly(20)
    assert pointing(rig)[0] == pytest.approx(pitch, abs=1)  # it stays as it was


def test_without_a_mount_the_nose_looks_at_the_place(bare: Rig) -> None:
    bare.airborne()
    assert bare.command(Cmd.SET_ROI_LOCATION, 0, 0, 0, 0, HOME[0], HOME[1] - 0.001, 0) == ACCEPTED
    bare.fly(5)
    assert bare.vehicle.truth().heading_deg == pytest.approx(270, abs=2)


@pytest.mark.parametrize("place", [(95.0, 0.0, 0.0), (0.0, 190.0, 0.0), (51.0, 0.0, NAN)])
def test_a_place_that_is_none_is_denied(rig: Rig, place: tuple[float, float, float]) -> None:
    assert rig.command(Cmd.SET_ROI_LOCATION, 0, 0, 0, 0, *place) == DENIED


def test_the_older_mount_command_turns_it_too(rig: Rig) -> None:
    rig.ask(ATTITUDE, 20.0)
    assert rig.command(Cmd.MOUNT_CONTROL, -25.0, 0, 40.0, 0, 0, 0, 2.0) == ACCEPTED
    rig.fly(2)
    assert pointing(rig) == pytest.approx((-25.0, 40.0), abs=0.1)
    assert rig.command(Cmd.MOUNT_CONTROL, 0, 0, 0, 0, 0, 0, 1.0) == ACCEPTED  # neutral
    rig.fly(2)
    assert pointing(rig) == pytest.approx((0.0, 0.0), abs=0.1)
    assert rig.command(Cmd.MOUNT_CONTROL, 0, 0, 0, 0, 0, 0, 99.0) == FAILED


def test_control_of_it_is_told(rig: Rig) -> None:
    rig.forget()
    assert rig.command(Cmd.GIMBAL_MANAGER_CONFIGURE, -2.0, 0) == ACCEPTED
    told = rig.last("GIMBAL_MANAGER_STATUS")
    assert (told.primary_control_sysid, told.primary_control_compid) == (255, 190)
    assert rig.command(Cmd.GIMBAL_MANAGER_CONFIGURE, -3.0, 0) == ACCEPTED
    assert rig.last("GIMBAL_MANAGER_STATUS").primary_control_sysid == 0


def test_a_mount_that_is_set_up_is_there_after_a_reboot(bare: Rig) -> None:
    bare.put("MNT1_TYPE", 1)
    assert pitch_yaw(bare, -30.0, 0.0) == FAILED
    assert bare.command(Cmd.PREFLIGHT_REBOOT, 1.0) == ACCEPTED
    bare.fly(3)
    assert pitch_yaw(bare, -30.0, 0.0) == ACCEPTED


# --- the camera -----------------------------------------------------------------------------------


def test_without_a_camera_its_commands_are_refused(bare: Rig) -> None:
    assert bare.command(Cmd.IMAGE_START_CAPTURE, 0, 0, 1) == UNSUPPORTED
    assert bare.command(Cmd.VIDEO_START_CAPTURE) == FAILED
    assert bare.command(Cmd.SET_CAMERA_ZOOM, 2, 50.0) == FAILED
    assert bare.command(Cmd.DIGICAM_CONTROL, 0, 0, 0, 0, 1) == UNSUPPORTED
    assert bare.command(Cmd.REQUEST_MESSAGE, 259) == FAILED
    bare.fly(1)
    assert not bare.of("CAMERA_IMAGE_CAPTURED")


def test_a_picture_is_told_with_its_place_and_where_it_looked(rig: Rig) -> None:
    rig.airborne(20.0)
    pitch_yaw(rig, -90.0, 0.0)
    rig.fly(2)
    rig.forget()
    assert rig.command(Cmd.IMAGE_START_CAPTURE, 0, 0, 1) == ACCEPTED
    rig.fly(0.3)
    [told] = rig.of("CAMERA_IMAGE_CAPTURED")
    assert (told.image_index, told.capture_result) == (1, 1)
    assert (told.lat, told.lon) == (
        pytest.approx(514958000, abs=20),
        pytest.approx(-2386000, abs=20),
    )
    assert told.relative_alt == pytest.approx(20_000, abs=300)
    assert angles(told.q)[0] == pytest.approx(-90, abs=0.5)
    [feedback] = rig.of("CAMERA_FEEDBACK")
    assert feedback.img_idx == 1


def test_a_series_ends_by_itself_or_when_told(rig: Rig) -> None:
    assert rig.command(Cmd.IMAGE_START_CAPTURE, 0, 1.0, 3) == ACCEPTED
    rig.fly(6)
    assert len(rig.of("CAMERA_IMAGE_CAPTURED")) == 3
    rig.command(Cmd.IMAGE_START_CAPTURE, 0, 0.5, 0)
    rig.fly(3)
    assert rig.command(Cmd.IMAGE_STOP_CAPTURE) == ACCEPTED
    count = len(rig.of("CAMERA_IMAGE_CAPTURED"))
    assert count in {9, 10}
    rig.fly(3)
    assert len(rig.of("CAMERA_IMAGE_CAPTURED")) == count


def test_pictures_by_distance(rig: Rig) -> None:
    rig.airborne(20.0)
    assert rig.command(Cmd.SET_CAM_TRIGG_DIST, 10.0, 0, 1) == ACCEPTED
    rig.go_to(HOME[0] + 0.0006, HOME[1], 25.0)  # 67 m
    rig.fly(20)
    assert len(rig.of("CAMERA_IMAGE_CAPTURED")) in {7, 8}
    assert rig.command(Cmd.SET_CAM_TRIGG_DIST, 0.0) == ACCEPTED


def test_recording_zoom_and_storage(rig: Rig) -> None:
    assert rig.command(Cmd.VIDEO_START_CAPTURE) == ACCEPTED
    rig.command(Cmd.SET_CAMERA_ZOOM, 2, 60.0)
    rig.fly(5)
    for number in (259, 260, 261, 262):
        assert rig.command(Cmd.REQUEST_MESSAGE, number) == ACCEPTED
    status = rig.last("CAMERA_CAPTURE_STATUS")
    assert status.video_status == 1
    assert status.recording_time_ms == pytest.approx(5000, abs=500)
    assert rig.last("CAMERA_SETTINGS").zoomLevel == 60.0
    assert rig.last("STORAGE_INFORMATION").used_capacity > 10
    assert rig.last("CAMERA_INFORMATION").flags & 1
    assert rig.command(Cmd.VIDEO_STOP_CAPTURE) == ACCEPTED
    rig.command(Cmd.REQUEST_MESSAGE, 262)
    assert rig.last("CAMERA_CAPTURE_STATUS").video_status == 0


def test_a_plain_trigger_is_as_an_arducopter_was_seen_with_one() -> None:
    with a_rig(replace(CALM, parameters={"CAM1_TYPE": 1})) as rig:
        rig.fly(READY_S)
        assert rig.command(Cmd.IMAGE_START_CAPTURE, 0, 0, 1) == ACCEPTED
        assert rig.command(Cmd.SET_CAMERA_ZOOM, 2, 60.0) == ACCEPTED
        assert rig.command(Cmd.VIDEO_START_CAPTURE) == FAILED
        assert rig.command(Cmd.REQUEST_MESSAGE, 259) == ACCEPTED
        assert rig.command(Cmd.REQUEST_MESSAGE, 260) == FAILED
        assert rig.command(Cmd.REQUEST_MESSAGE, 261) == FAILED
        assert rig.last("CAMERA_INFORMATION").flags == 2


# --- relays and servos ----------------------------------------------------------------------------


def test_relays_that_are_set_up_are_switched(rig: Rig) -> None:
    rig.ask(mav.MAVLINK_MSG_ID_RELAY_STATUS, 10.0)
    assert rig.command(Cmd.SET_RELAY, 0, 1) == ACCEPTED
    rig.fly(0.2)
    assert (rig.last("RELAY_STATUS").on, rig.last("RELAY_STATUS").present) == (1, 1)
    assert rig.command(Cmd.SET_RELAY, 1, 1) == FAILED  # not set up
    assert rig.command(Cmd.SET_RELAY, 9, 1) == FAILED
    assert rig.command(Cmd.SET_RELAY, 0, 0) == ACCEPTED
    rig.fly(0.2)
    assert rig.last("RELAY_STATUS").on == 0


def test_servos_are_set_but_never_the_motors(rig: Rig) -> None:
    rig.ask(mav.MAVLINK_MSG_ID_SERVO_OUTPUT_RAW, 10.0)
    assert rig.command(Cmd.SET_SERVO, 9, 1700) == ACCEPTED
    rig.fly(0.2)
    assert rig.last("SERVO_OUTPUT_RAW").servo9_raw == 1700
    assert rig.command(Cmd.SET_SERVO, 1, 1700) == FAILED
    assert rig.texts[-1] == "ServoRelayEvent: Channel 1 is already in use"
    assert rig.command(Cmd.SET_SERVO, 9, 9000) == FAILED
    assert rig.command(Cmd.SET_SERVO, NAN, 1700) == DENIED


def test_none_of_it_changes_what_it_flies(rig: Rig) -> None:
    rig.airborne()
    pitch_yaw(rig, -45.0, 90.0)
    rig.command(Cmd.IMAGE_START_CAPTURE, 0, 0, 1)
    rig.command(Cmd.SET_RELAY, 0, 1)
    rig.fly(3)
    truth = rig.vehicle.truth()
    assert truth.mode is Mode.GUIDED
    assert math.hypot(*truth.velocity_ned) < 0.1
