"""What a vehicle told of itself beside telemetry, as facts."""

from __future__ import annotations

import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drone.facts_known import REMOTE_ID_KNOWN_S, FactsKnown, Kind
from drone.facts_messages import (
    AutopilotVersion,
    Beat,
    CameraInformation,
    FactsMessage,
    GimbalSpeaks,
    ParamValue,
    RemoteIdArmStatus,
    firmware_of,
    value_of,
)
from ground_station.core.agent_facts import FailsafeAct, FailsafeEvent, VehicleFacts
from ground_station.core.agent_vehicles import Autopilot

COPTER = Kind(Autopilot.ARDUPILOT, True)
PX4 = Kind(Autopilot.PX4, True)
INT32, REAL32 = 6, 9


def facts(
    *told: tuple[FactsMessage, int], kind: Kind = COPTER, now_s: float = 100.0
) -> VehicleFacts:
    known = FactsKnown()
    known.say("")
    for message, component in told:
        known.take(message, component, 100.0)
    return known.facts(1, kind, now_s)


def as_bytes(value: int) -> float:
    """A whole number in a float's place, as PX4 sends it."""
    return float(struct.unpack("<f", struct.pack("<i", value))[0])


# --- parameters ----------------------------------------------------------------------------------


def test_ardupilots_whole_numbers_are_floats_and_px4s_are_bytes() -> None:
    assert value_of(ParamValue("X", 3.0, INT32), Autopilot.ARDUPILOT) == 3.0
    assert value_of(ParamValue("X", as_bytes(3), INT32), Autopilot.PX4) == 3.0
    assert value_of(ParamValue("X", 0.07, REAL32), Autopilot.PX4) == 0.07


@given(st.integers(0, 2**31 - 1))
def test_px4s_whole_numbers_come_back_or_are_unknown(value: int) -> None:
    held = as_bytes(value)
    through_json = msgspec.json.decode(msgspec.json.encode(held), type=float | None)
    told = value_of(ParamValue("X", through_json, INT32), Autopilot.PX4)
    assert told in (value, None)  # bytes that are no float are lost on the way


@pytest.mark.parametrize(
    ("message", "autopilot"),
    [
        (ParamValue("X", None, REAL32), Autopilot.ARDUPILOT),
        (ParamValue("X", 2.5, INT32), Autopilot.ARDUPILOT),
        (ParamValue("X", 2.0, 10), Autopilot.ARDUPILOT),  # a double
        (ParamValue("X", 2.0, INT32), Autopilot.OTHER),
        (ParamValue("X", 1e300, INT32), Autopilot.PX4),
    ],
)
def test_a_value_that_cannot_be_read_is_none(message: ParamValue, autopilot: Autopilot) -> None:
    assert value_of(message, autopilot) is None


def test_rules_are_made_of_what_was_told() -> None:
    told = facts((ParamValue("FS_GCS_ENABLE", 5.0, 2), 1), (ParamValue("RTL_ALT", 2000.0, 6), 1))
    assert [(r.event, r.act) for r in told.failsafes] == [
        (FailsafeEvent.GROUND_STATION_LOST, FailsafeAct.LAND)
    ]
    assert told.return_height_home_m == 20.0
    assert "FS_THR_ENABLE" in told.problem


def test_a_parameter_of_another_component_is_not_the_vehicles() -> None:
    assert facts((ParamValue("FS_GCS_ENABLE", 5.0, 2), 154)).failsafes == []


def test_px4_has_its_own_rules() -> None:
    told = facts((ParamValue("NAV_DLL_ACT", as_bytes(2), INT32), 1), kind=PX4)
    assert [r.act for r in told.failsafes] == [FailsafeAct.RETURN]


@pytest.mark.parametrize("kind", [Kind(Autopilot.ARDUPILOT, False), Kind(Autopilot.OTHER, True)])
def test_of_another_kind_of_vehicle_nothing_is_guessed(kind: Kind) -> None:
    told = facts((ParamValue("FS_GCS_ENABLE", 1.0, 2), 1), kind=kind)
    assert told.failsafes == []
    assert "not known here" in told.problem
    assert kind.parameters == ()


def test_before_it_was_asked_that_is_said() -> None:
    assert "not been read" in FactsKnown().facts(1, COPTER, 0.0).problem


def test_after_a_restart_all_is_unknown_again() -> None:
    known = FactsKnown()
    known.say("")
    known.take(ParamValue("FS_GCS_ENABLE", 5.0, 2), 1, 1.0)
    known.take(CameraInformation(), 100, 1.0)
    known.looked_for_payloads()
    known.forget()
    told = known.facts(1, COPTER, 2.0)
    assert (told.failsafes, told.camera, told.gimbal) == ([], None, None)
    assert "not been read" in told.problem


def test_what_it_no_longer_tells_is_dropped() -> None:
    known = FactsKnown()
    known.take(ParamValue("FS_GCS_ENABLE", 5.0, 2), 1, 1.0)
    known.take(ParamValue("RTL_ALT", 2000.0, 6), 1, 500.0)
    assert known.told_since(400.0) == {"RTL_ALT"}
    known.drop_before(300.0, {"FS_GCS_ENABLE", "RTL_ALT"})
    assert known.told_since(0.0) == {"RTL_ALT"}


# --- firmware ------------------------------------------------------------------------------------


def test_firmware_in_words() -> None:
    dev = AutopilotVersion(0x04070000, list(b"1a2b3c4d"))
    assert firmware_of(dev, Autopilot.ARDUPILOT, True) == "ArduCopter 4.7.0 development (1a2b3c4d)"
    assert firmware_of(dev, Autopilot.ARDUPILOT, False).startswith("ArduPilot 4.7.0")
    released = AutopilotVersion(0x010E03FF, [0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0])
    assert firmware_of(released, Autopilot.PX4, True) == "PX4 1.14.3 (0000000012345678)"
    assert firmware_of(AutopilotVersion(0, [0] * 8), Autopilot.PX4, True) == ""
    strange = AutopilotVersion(0x04070001, [255] * 8)
    assert firmware_of(strange, Autopilot.ARDUPILOT, True) == "ArduCopter 4.7.0 kind 1"


# --- what it carries -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", [(CameraInformation(), 1), (Beat(30), 100), (Beat(18), 101)], ids=str
)
def test_a_camera_is_there_when_it_was_heard(said: tuple[FactsMessage, int]) -> None:
    assert facts(said).camera is True
    assert facts(said).gimbal is None


@pytest.mark.parametrize("said", [(GimbalSpeaks(), 1), (Beat(26), 154), (Beat(26), 1 + 1)], ids=str)
def test_a_gimbal_is_there_when_it_was_heard(said: tuple[FactsMessage, int]) -> None:
    assert facts(said).gimbal is True


def test_none_is_there_once_it_was_looked_for() -> None:
    known = FactsKnown()
    known.take(Beat(2), 1, 1.0)
    known.looked_for_payloads()
    told = known.facts(1, COPTER, 2.0)
    assert (told.camera, told.gimbal) == (False, False)


# --- its own Remote ID ---------------------------------------------------------------------------


def test_its_own_remote_id() -> None:
    assert facts().remote_id is None
    assert facts((RemoteIdArmStatus(0, ""), 236)).remote_id is True
    broken = facts((RemoteIdArmStatus(1, "missing operator location\0"), 236))
    assert (broken.remote_id, broken.remote_id_problem) == (False, "missing operator location")
    assert facts((RemoteIdArmStatus(1, ""), 236)).remote_id_problem


def test_a_remote_id_module_that_fell_silent_is_not_known_to_work() -> None:
    told = facts((RemoteIdArmStatus(0, ""), 236), now_s=100.0 + REMOTE_ID_KNOWN_S + 0.1)
    assert told.remote_id is None
    assert "not heard" in told.remote_id_problem


# --- whether it is a simulation ------------------------------------------------------------------


def test_a_simulation_is_known_by_a_parameter_that_only_one_has() -> None:
    assert facts((ParamValue("SIM_SPEEDUP", 1.0, REAL32), 1)).simulator is True
    assert facts((ParamValue("FS_GCS_ENABLE", 1.0, 2), 1)).simulator is False
    assert FactsKnown().facts(1, COPTER, 0.0).simulator is None  # it was not read yet
    assert facts((ParamValue("SIM_SPEEDUP", 1.0, REAL32), 1), kind=PX4).simulator is None


def test_facts_are_made_anew_when_something_changed_and_only_then() -> None:
    known = FactsKnown()
    known.say("")
    known.take(RemoteIdArmStatus(0, ""), 236, 1.0)
    first = known.facts(1, COPTER, 1.0)
    known.take(Beat(2), 1, 2.0)
    known.take(RemoteIdArmStatus(0, ""), 236, 2.0)
    assert known.facts(1, COPTER, 2.0) is first
    assert known.facts(1, COPTER, 2.0 + REMOTE_ID_KNOWN_S + 1).remote_id is None
    assert known.facts(1, PX4, 2.0) != first
    known.take(Beat(30), 100, 3.0)
    assert known.facts(1, COPTER, 3.0).camera is True
