"""Facts, other aircraft and the groups a vehicle need not send, over real MAVLink: a script on the
other side that is read and written by pymavlink alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymavlink import mavutil
from pymavlink.dialects.v20 import ardupilotmega as mav

from drone import mavsdk_facts, mavsdk_rates
from drone.mavsdk_link import MavsdkLink
from ground_station.core.agent_facts import FailsafeAct, FailsafeEvent, VehicleFacts
from ground_station.core.agent_vehicles import VehicleLinkState
from tests.drone.flying import Pilot
from tests.ports import free_udp_port

EKF_STREAM, WIND_STREAM = 193, 168
PARAMETERS = {
    "FS_GCS_ENABLE": (1.0, 2),
    "FS_GCS_TIMEOUT": (5.0, 9),
    "FENCE_ENABLE": (0.0, 2),
    "FENCE_ACTION": (1.0, 2),
    "RTL_ALT": (2500.0, 6),
}
MAC = [0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF] + [0] * 14
LEVEL_DOWN_45 = [0.9238795, 0.0, -0.3826834, 0.0]


class Autopilot:
    """A script, no vehicle: beats, answers commands and parameters, and says what it is told to.

    Attributes:
        asked: of each parameter, how often. commands: every command with its first parameter.
        refused: message numbers that it will not send.
    """

    def __init__(self, port: int) -> None:
        self._wire = mavutil.mavlink_connection(
            f"udpout:127.0.0.1:{port}",
            source_system=9,
            source_component=1,
            dialect="ardupilotmega",
        )
        self.parameters = dict(PARAMETERS)
        self.asked: dict[str, int] = {}
        self.commands: list[tuple[int, float]] = []
        self.refused = {WIND_STREAM}
        self.boot_ms = 10_000
        self.ekf_flags = 831
        self.sends_ekf = True
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(5)
        self._wire.close()

    def say(self, message: Any, component: int = 1, system: int = 9) -> None:
        with self._lock:
            sender = mav.MAVLink(None, system, component)
            self._wire.write(message.pack(sender))

    def set(self, name: str, value: float, kind: int = 2) -> None:
        """As another ground station would: it is told to everybody."""
        self.parameters[name] = value, kind
        self._tell_parameter(name)

    def _live(self) -> None:
        tick = 0
        while not self._stop.wait(0.02):
            self.boot_ms += 20
            if tick % 5 == 0:
                self._tell(tick)
            while (heard := self._wire.recv_msg()) is not None:
                self._take(heard)
            tick += 1

    def _tell(self, tick: int) -> None:
        if tick % 50 == 0:
            self.say(mav.MAVLink_heartbeat_message(2, 3, 81, 4, 4, 3))
            self.say(mav.MAVLink_rc_channels_message(self.boot_ms, 8, *[1500] * 18, 127))
        self.say(mav.MAVLink_extended_sys_state_message(0, 1))
        self.say(
            mav.MAVLink_sys_status_message(
                *(65536, 65536, 65536, 0, 12_000, 100, 80), *(0, 0, 0, 0, 0, 0)
            )
        )
        self.say(
            mav.MAVLink_global_position_int_message(
                self.boot_ms, 514958000, -2386000, 25_000, 20_000, 0, 0, 0, 0
            )
        )
        self.say(mav.MAVLink_attitude_message(self.boot_ms, 0.0, 0.0, 1.5707963, 0.0, 0.0, 0.0))
        self.say(
            mav.MAVLink_gps_raw_int_message(
                *(0, 3, 514958000, -2386000, 25_000, 80, 120, 0, 0, 12), *(0, 1500, 2500)
            )
        )
        if self.sends_ekf:
            self.say(
                mav.MAVLink_ekf_status_report_message(self.ekf_flags, 0.1, 0.2, 0.3, 0.4, 0.0, 0.0)
            )

    def _take(self, heard: Any) -> None:
        if heard.get_type() == "PARAM_REQUEST_READ":
            name = heard.param_id
            self.asked[name] = self.asked.get(name, 0) + 1
            if name in self.parameters:
                self._tell_parameter(name)
        if heard.get_type() == "COMMAND_LONG":
            self.commands.append((heard.command, heard.param1))
            no = heard.command == 511 and heard.param1 in self.refused
            self.say(mav.MAVLink_command_ack_message(heard.command, 2 if no else 0))
            if (heard.command, heard.param1) == (512, 148.0):
                hash8, nothing = list(b"1a2b3c4d"), [0] * 8
                self.say(
                    mav.MAVLink_autopilot_version_message(
                        *(0, 0x04070000, 0, 0, 0, hash8, nothing, nothing), *(0, 0, 9)
                    )
                )

    def _tell_parameter(self, name: str) -> None:
        value, kind = self.parameters[name]
        self.say(mav.MAVLink_param_value_message(name.encode(), value, kind, 5, 0xFFFF))


class Field:
    def __init__(self) -> None:
        port = free_udp_port()
        self.pilot = Pilot(lambda: MavsdkLink([f"udpin://127.0.0.1:{port}"]), system_id=9)
        self.autopilot = Autopilot(port)
        self.pilot.until(lambda now: now.link is VehicleLinkState.CONNECTED, "heard")

    def facts(self, true: Callable[[VehicleFacts], object], what: str) -> VehicleFacts:
        ends_s = time.monotonic() + 25
        told: list[VehicleFacts] = []
        while time.monotonic() < ends_s:
            told = self.pilot.loop.call(lambda: list(self.pilot.link.facts()))
            if told and true(told[0]):
                return told[0]
            time.sleep(0.05)
        raise AssertionError(f"not within 25 s: {what}; {told}")

    def close(self) -> None:
        self.pilot.close()
        self.autopilot.close()


@pytest.fixture(scope="module")
def field() -> Iterator[Field]:
    one = Field()
    yield one
    one.close()


def read(facts: VehicleFacts) -> bool:
    return bool(facts.failsafes) and facts.camera is not None and bool(facts.firmware)


def act(facts: VehicleFacts, event: FailsafeEvent) -> FailsafeAct | None:
    return next((rule.act for rule in facts.failsafes if rule.event is event), None)


def seen(field: Field, true: Callable[[], object], what: str, within_s: float = 10.0) -> None:
    ends_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < ends_s, f"not within {within_s} s: {what}"
        time.sleep(0.05)


# --- facts ---------------------------------------------------------------------------------------


def test_facts_are_read_by_themselves(field: Field) -> None:
    facts = field.facts(read, "facts")
    assert facts.system_id == 9
    assert facts.firmware == "ArduCopter 4.7.0 development (1a2b3c4d)"
    assert act(facts, FailsafeEvent.GROUND_STATION_LOST) is FailsafeAct.RETURN_OR_LAND
    assert act(facts, FailsafeEvent.FENCE) is FailsafeAct.NOTHING
    assert facts.return_height_home_m == 25.0
    assert facts.fence_enabled is False
    assert act(facts, FailsafeEvent.REMOTE_LOST) is None
    assert "FS_THR_ENABLE" in facts.problem  # it has no such parameter, and that is said


def test_what_it_has_is_asked_for_once_and_what_it_has_not_three_times(field: Field) -> None:
    field.facts(read, "facts")
    asked = field.autopilot.asked
    seen(
        field,
        lambda: asked.get("FS_THR_ENABLE", 0) == 3 * asked["FS_GCS_ENABLE"],
        "three rounds a reading",
    )


def test_a_changed_parameter_changes_the_facts_at_once(field: Field) -> None:
    field.facts(read, "facts")
    field.autopilot.set("FS_GCS_ENABLE", 5.0)
    field.facts(
        lambda now: act(now, FailsafeEvent.GROUND_STATION_LOST) is FailsafeAct.LAND, "it lands"
    )
    field.autopilot.set("FS_GCS_ENABLE", 42.0)
    field.facts(
        lambda now: act(now, FailsafeEvent.GROUND_STATION_LOST) is FailsafeAct.UNKNOWN, "unknown"
    )
    field.autopilot.set("FS_GCS_ENABLE", 1.0)
    field.facts(
        lambda now: act(now, FailsafeEvent.GROUND_STATION_LOST) is FailsafeAct.RETURN_OR_LAND,
        "as before",
    )


def test_a_camera_and_a_gimbal_are_there_once_heard(field: Field) -> None:
    field.facts(read, "facts")
    field.autopilot.say(mav.MAVLink_heartbeat_message(30, 8, 0, 0, 4, 3), component=100)
    field.autopilot.say(mav.MAVLink_heartbeat_message(26, 8, 0, 0, 4, 3), component=154)
    field.facts(lambda now: now.camera and now.gimbal, "camera and gimbal")


def test_its_own_remote_id_is_known_by_its_module(field: Field) -> None:
    say = field.autopilot.say
    say(mav.MAVLink_open_drone_id_arm_status_message(1, b"missing basic ID"), component=236)
    facts = field.facts(lambda now: now.remote_id is False, "it does not work")
    assert facts.remote_id_problem == "missing basic ID"
    say(mav.MAVLink_open_drone_id_arm_status_message(0, b""), component=236)
    field.facts(lambda now: now.remote_id is True, "it works")


# --- groups that are a vehicle's to have or not --------------------------------------------------


def test_the_estimator_is_told(field: Field) -> None:
    now = field.pilot.until(lambda now: now.ekf, "the estimator")
    assert now.ekf is not None
    assert now.ekf.ok
    assert now.ekf.compass_ratio == pytest.approx(0.4)
    field.autopilot.ekf_flags = 165
    field.pilot.until(lambda now: now.ekf and not now.ekf.ok, "no position")
    field.autopilot.ekf_flags = 831


def test_the_radios_and_the_gps_are_told(field: Field) -> None:
    field.autopilot.say(
        mav.MAVLink_radio_status_message(254, 127, 0, 0, 0, 0, 0), component=68, system=51
    )
    now = field.pilot.until(lambda now: now.radio and now.radio.rc is not None, "the radios")
    assert now.radio is not None
    assert now.radio.rc == pytest.approx(0.5)
    assert now.radio.rc_lost is False
    assert now.gps is not None
    assert (now.gps.hdop, now.gps.horizontal_accuracy_m) == (0.8, 1.5)


def test_the_share_received_is_told(field: Field) -> None:
    now = field.pilot.until(lambda now: now.radio and now.radio.received is not None, "a share")
    assert now.radio is not None
    assert now.radio.received is not None
    assert 0.0 < now.radio.received <= 1.0


def test_a_radio_that_speaks_for_itself_is_this_vehicles(field: Field) -> None:
    def said() -> bool:
        radio = field.pilot.report().radio
        if radio is not None and radio.telemetry is not None:
            return radio.telemetry == pytest.approx(0.5)
        field.autopilot.say(
            mav.MAVLink_radio_status_message(254, 127, 0, 0, 0, 0, 0), component=68, system=51
        )
        return False

    seen(field, said, "its radio")


def test_a_gimbals_yaw_is_turned_to_north(field: Field) -> None:
    field.autopilot.say(
        mav.MAVLink_gimbal_device_attitude_status_message(
            *(0, 0, 1000, 32, LEVEL_DOWN_45, 0.0, 0.0, 0.0, 0)
        ),
        component=154,
    )
    now = field.pilot.until(lambda now: now.gimbal, "the gimbal")
    assert now.gimbal is not None
    assert now.gimbal.pitch_deg == pytest.approx(-45, abs=0.01)
    assert now.gimbal.yaw_deg == pytest.approx(90, abs=0.01)


def test_a_refused_optional_stream_is_no_problem(field: Field) -> None:
    field.facts(read, "facts")
    numbers = {int(param) for command, param in field.autopilot.commands if command == 511}
    assert {EKF_STREAM, WIND_STREAM, 285, 65, 246} <= numbers
    now = field.pilot.report()
    assert now.wind is None
    assert not [text for text in now.problems if "WIND" in text]


def test_an_optional_stream_that_stopped_is_asked_for_again_and_nothing_else_is(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    field.facts(read, "facts")
    field.pilot.until(lambda now: now.ekf, "the estimator")
    monkeypatch.setattr(mavsdk_rates, "OPTIONAL_AGAIN_S", 0.1)
    commands, asked = field.autopilot.commands, dict(field.autopilot.asked)
    before = commands.count((511, float(EKF_STREAM)))
    field.autopilot.sends_ekf = False
    try:
        seen(field, lambda: commands.count((511, float(EKF_STREAM))) > before, "asked again")
    finally:
        field.autopilot.sends_ekf = True
    assert field.autopilot.asked == asked  # no parameter


# --- other aircraft ------------------------------------------------------------------------------


def test_aircraft_and_remote_ids_are_heard(field: Field) -> None:
    say = field.autopilot.say
    say(
        mav.MAVLink_adsb_vehicle_message(
            *(0x400ABC, 514958000, -2386000, 1, 450_000, 9000, 6000, -250),
            *(b"GABCD", 3, 1, 159, 0),
        )
    )
    serial = list(b"1581F5BKD23A0001") + [0] * 4
    # A receiver of its own, which is no vehicle.
    say(mav.MAVLink_heartbeat_message(34, 8, 0, 0, 4, 3), component=236, system=77)
    say(mav.MAVLink_open_drone_id_basic_id_message(0, 0, [0] * 20, 1, 2, serial))

    def heard() -> bool:
        say(
            mav.MAVLink_open_drone_id_location_message(
                *(0, 0, MAC, 2, 9000, 1250, -100, 514958000, -2386000),
                *(-1000.0, 70.0, 1, 25.0, 0, 0, 0, 0, 0.0, 0),
            ),
            component=236,
            system=77,
        )
        traffic = field.pilot.loop.call(field.pilot.link.traffic)
        return len(traffic.remote_ids) == 2 and len(traffic.aircraft) == 1

    seen(field, heard, "all three")
    traffic = field.pilot.loop.call(field.pilot.link.traffic)
    assert traffic.aircraft[0].callsign == "GABCD"
    rows = {one.key: one for one in traffic.remote_ids}
    assert rows["vehicle 9"].own_system_id == 9
    assert rows["aa:bb:cc:dd:ee:ff"].alt_hae_m == 70.0


# --- again ---------------------------------------------------------------------------------------


def test_after_a_restart_all_is_read_again(field: Field) -> None:
    field.facts(read, "facts")
    before = field.autopilot.asked["FS_GCS_ENABLE"]
    restarts = field.pilot.report().rebooted
    field.autopilot.parameters["FS_GCS_ENABLE"] = 0.0, 2  # changed while nobody listened
    field.autopilot.boot_ms = 0
    field.pilot.until(lambda now: now.rebooted > restarts, "a restart")
    field.facts(
        lambda now: act(now, FailsafeEvent.GROUND_STATION_LOST) is FailsafeAct.NOTHING, "read again"
    )
    assert field.autopilot.asked["FS_GCS_ENABLE"] > before
    field.facts(read, "all of it")
    field.autopilot.set("FS_GCS_ENABLE", 1.0)
    field.facts(
        lambda now: act(now, FailsafeEvent.GROUND_STATION_LOST) is FailsafeAct.RETURN_OR_LAND,
        "as before",
    )


def test_parameters_are_not_read_more_often_than_that(field: Field) -> None:
    assert mavsdk_facts.AGAIN_S == 60.0
    field.facts(read, "facts")
    before = dict(field.autopilot.asked)
    time.sleep(1.0)
    assert field.autopilot.asked["FS_GCS_ENABLE"] == before["FS_GCS_ENABLE"]
