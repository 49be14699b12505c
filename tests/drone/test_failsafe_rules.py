"""What a vehicle does when something fails, read from its parameters; nothing is guessed."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drone import failsafe_rules, failsafe_rules_px4
from drone.simulator.parameters import DEFAULTS
from ground_station.core.agent_facts import FailsafeAct, FailsafeEvent, FailsafeRule

COPTER = {
    "FS_GCS_ENABLE": 1.0,
    "FS_GCS_TIMEOUT": 5.0,
    "FS_THR_ENABLE": 3.0,
    "RC_FS_TIMEOUT": 1.0,
    "FS_OPTIONS": 0.0,
    "BATT_MONITOR": 4.0,
    "BATT_CAPACITY": 5000.0,
    "BATT_FS_LOW_ACT": 2.0,
    "BATT_LOW_VOLT": 14.0,
    "BATT_LOW_MAH": 1000.0,
    "BATT_LOW_TIMER": 10.0,
    "BATT_FS_CRT_ACT": 1.0,
    "BATT_CRT_VOLT": 13.2,
    "BATT_CRT_MAH": 0.0,
    "FENCE_ENABLE": 1.0,
    "FENCE_ACTION": 1.0,
    "FENCE_TYPE": 7.0,
    "FENCE_ALT_MAX": 100.0,
    "FENCE_RADIUS": 300.0,
    "FENCE_TOTAL": 0.0,
    "FS_EKF_ACTION": 1.0,
    "FS_EKF_THRESH": 0.8,
    "RTL_ALT": 1500.0,
    "RALLY_TOTAL": 2.0,
}
PX4 = {
    "NAV_DLL_ACT": 2.0,
    "COM_DL_LOSS_T": 10.0,
    "NAV_RCL_ACT": 2.0,
    "COM_RC_LOSS_T": 0.5,
    "COM_RCL_EXCEPT": 0.0,
    "COM_LOW_BAT_ACT": 3.0,
    "BAT_LOW_THR": 0.15,
    "BAT_CRIT_THR": 0.07,
    "BAT_EMERGEN_THR": 0.05,
    "GF_ACTION": 3.0,
    "GF_MAX_HOR_DIST": 500.0,
    "GF_MAX_VER_DIST": 0.0,
    "COM_POSCTL_NAVL": 0.0,
    "COM_FAIL_ACT_T": 5.0,
    "RTL_RETURN_ALT": 60.0,
    "BAT1_CAPACITY": -1.0,
    "BAT1_N_CELLS": 4.0,
}


def rule(event: FailsafeEvent, **changed: float) -> FailsafeRule:
    found = [r for r in failsafe_rules.facts_of(COPTER | changed).failsafes if r.event is event]
    assert len(found) == 1
    return found[0]


def px4(event: FailsafeEvent, **changed: float) -> FailsafeRule:
    found = [r for r in failsafe_rules_px4.facts_of(PX4 | changed).failsafes if r.event is event]
    assert len(found) == 1
    return found[0]


# --- ArduCopter ----------------------------------------------------------------------------------


def test_all_events_in_their_order() -> None:
    facts = failsafe_rules.facts_of(COPTER)
    assert [r.event for r in facts.failsafes] == list(FailsafeEvent)
    assert facts.missing == ()
    assert (facts.fence_enabled, facts.fence_max_height_m, facts.fence_radius_m) == (
        True,
        100.0,
        300.0,
    )
    assert (facts.return_height_home_m, facts.battery_capacity_mah) == (15.0, 5000.0)
    assert (facts.rally_points, facts.fence_rings) == (2, 0)


@pytest.mark.parametrize(
    ("value", "act"),
    [
        (0, FailsafeAct.NOTHING),
        (1, FailsafeAct.RETURN_OR_LAND),
        (2, FailsafeAct.RETURN_OR_LAND),
        (3, FailsafeAct.RETURN_OR_LAND),
        (4, FailsafeAct.RETURN_OR_LAND),
        (5, FailsafeAct.LAND),
        (6, FailsafeAct.RETURN_OR_LAND),
        (7, FailsafeAct.HOLD),
        (8, FailsafeAct.UNKNOWN),
        (-1, FailsafeAct.UNKNOWN),
        (1.5, FailsafeAct.UNKNOWN),
    ],
)
def test_without_a_ground_station(value: float, act: FailsafeAct) -> None:
    found = rule(FailsafeEvent.GROUND_STATION_LOST, FS_GCS_ENABLE=value)
    assert found.act is act
    assert found.after_s == 5.0
    assert found.read_from == {"FS_GCS_ENABLE": value, "FS_GCS_TIMEOUT": 5.0, "FS_OPTIONS": 0.0}


@pytest.mark.parametrize(
    ("value", "act"),
    [
        (0, FailsafeAct.NOTHING),
        (1, FailsafeAct.RETURN_OR_LAND),
        (3, FailsafeAct.LAND),
        (4, FailsafeAct.RETURN_OR_LAND),
        (7, FailsafeAct.HOLD),
        (9, FailsafeAct.UNKNOWN),
    ],
)
def test_without_the_remote_control(value: float, act: FailsafeAct) -> None:
    assert rule(FailsafeEvent.REMOTE_LOST, FS_THR_ENABLE=value).act is act


def test_options_that_let_it_go_on_are_said() -> None:
    lost = rule(FailsafeEvent.GROUND_STATION_LOST, FS_OPTIONS=2 | 8 | 16)
    assert lost.note == (
        "It goes on as it was while it flies a mission or is flown by hand or lands."
    )
    assert rule(FailsafeEvent.REMOTE_LOST, FS_OPTIONS=2 | 16).note == ""
    assert "guided" in rule(FailsafeEvent.REMOTE_LOST, FS_OPTIONS=4).note
    assert rule(FailsafeEvent.REMOTE_LOST, FS_OPTIONS=4, FS_THR_ENABLE=0).note == ""


def test_a_battery_and_its_thresholds() -> None:
    low = rule(FailsafeEvent.BATTERY_LOW)
    assert (low.act, low.threshold, low.after_s) == (
        FailsafeAct.RETURN_OR_LAND,
        "14 V or 1000 mAh left",
        10.0,
    )
    critical = rule(FailsafeEvent.BATTERY_CRITICAL)
    assert (critical.act, critical.threshold) == (FailsafeAct.LAND, "13.2 V")
    charge = rule(FailsafeEvent.BATTERY_LOW, BATT_LOW_VOLT=0)
    assert (charge.threshold, charge.after_s) == ("1000 mAh left", None)


def test_an_act_without_a_threshold_never_comes() -> None:
    low = rule(FailsafeEvent.BATTERY_LOW, BATT_LOW_VOLT=0, BATT_LOW_MAH=0)
    assert low.act is FailsafeAct.NOTHING
    assert "BATT_LOW_VOLT" in low.note
    unwatched = rule(FailsafeEvent.BATTERY_LOW, BATT_MONITOR=0)
    assert unwatched.act is FailsafeAct.NOTHING


def test_a_threshold_that_was_not_read_is_unknown_and_not_none() -> None:
    told = {name: value for name, value in COPTER.items() if name != "BATT_CRT_VOLT"}
    (critical,) = [
        r
        for r in failsafe_rules.facts_of(told).failsafes
        if r.event is FailsafeEvent.BATTERY_CRITICAL
    ]
    assert critical.act is FailsafeAct.UNKNOWN


def test_a_fence() -> None:
    assert rule(FailsafeEvent.FENCE).act is FailsafeAct.RETURN_OR_LAND
    assert rule(FailsafeEvent.FENCE, FENCE_ACTION=0).act is FailsafeAct.WARN
    assert rule(FailsafeEvent.FENCE, FENCE_ACTION=99).act is FailsafeAct.UNKNOWN
    off = rule(FailsafeEvent.FENCE, FENCE_ENABLE=0)
    assert off.act is FailsafeAct.NOTHING
    facts = failsafe_rules.facts_of(COPTER | {"FENCE_ENABLE": 0.0})
    assert facts.fence_enabled is False


def test_a_fence_that_comes_with_the_take_off() -> None:
    changed = COPTER | {"FENCE_ENABLE": 0.0, "FENCE_AUTOENABLE": 1.0}
    facts = failsafe_rules.facts_of(changed)
    assert facts.fence_enabled is True
    fence = rule(FailsafeEvent.FENCE, FENCE_ENABLE=0, FENCE_AUTOENABLE=1)
    assert fence.act is FailsafeAct.RETURN_OR_LAND
    assert "FENCE_AUTOENABLE" in fence.note


def test_only_the_parts_of_a_fence_that_are_used() -> None:
    facts = failsafe_rules.facts_of(COPTER | {"FENCE_TYPE": 4.0})
    assert (facts.fence_max_height_m, facts.fence_radius_m) == (None, None)
    rings = failsafe_rules.facts_of(COPTER | {"FENCE_TOTAL": 4.0})
    assert rings.fence_rings is None  # corners, not rings


def test_without_a_position() -> None:
    assert rule(FailsafeEvent.POSITION_LOST).act is FailsafeAct.LAND
    assert rule(FailsafeEvent.POSITION_LOST, FS_EKF_ACTION=2).act is FailsafeAct.MANUAL
    assert rule(FailsafeEvent.POSITION_LOST, FS_EKF_ACTION=0).act is FailsafeAct.WARN
    assert rule(FailsafeEvent.POSITION_LOST, FS_EKF_THRESH=0).act is FailsafeAct.NOTHING
    assert rule(FailsafeEvent.POSITION_LOST, FS_EKF_ACTION=4).act is FailsafeAct.UNKNOWN


def test_the_height_of_a_return_by_either_name() -> None:
    told = {"RTL_ALT": 1500.0, "RTL_ALT_M": 30.0}
    assert failsafe_rules.facts_of(told).return_height_home_m == 30.0
    assert failsafe_rules.facts_of({"RTL_ALT": 2500.0}).return_height_home_m == 25.0
    as_it_is = failsafe_rules.facts_of({"RTL_ALT": 0.0})
    assert as_it_is.return_height_home_m is None
    assert "height that it has" in as_it_is.missing[0]


def test_what_was_not_told_is_missing_and_named() -> None:
    facts = failsafe_rules.facts_of({})
    assert facts.failsafes == ()
    assert (facts.fence_enabled, facts.return_height_home_m, facts.rally_points) == (
        None,
        None,
        None,
    )
    for name in ("FS_GCS_ENABLE", "FS_THR_ENABLE", "BATT_FS_LOW_ACT", "FENCE_ENABLE"):
        assert name in facts.missing[-1]


def test_the_simulators_own_parameters_are_understood() -> None:
    told = {name: one.value for name, one in DEFAULTS.items()}
    acts = {r.event: r.act for r in failsafe_rules.facts_of(told).failsafes}
    assert acts[FailsafeEvent.GROUND_STATION_LOST] is FailsafeAct.RETURN_OR_LAND
    assert acts[FailsafeEvent.BATTERY_LOW] is FailsafeAct.RETURN_OR_LAND


# --- PX4 -----------------------------------------------------------------------------------------


def test_px4s_events() -> None:
    facts = failsafe_rules_px4.facts_of(PX4)
    assert [r.event for r in facts.failsafes] == list(FailsafeEvent)
    assert (facts.return_height_home_m, facts.battery_cells) == (60.0, 4)
    assert (facts.fence_radius_m, facts.fence_max_height_m) == (500.0, None)
    assert facts.battery_capacity_mah is None  # -1: not set
    assert facts.missing == ()


@pytest.mark.parametrize(
    ("value", "act"),
    [
        (0, FailsafeAct.NOTHING),
        (1, FailsafeAct.HOLD),
        (2, FailsafeAct.RETURN),
        (3, FailsafeAct.LAND),
        (4, FailsafeAct.UNKNOWN),
        (5, FailsafeAct.TERMINATE),
        (6, FailsafeAct.TERMINATE),
        (7, FailsafeAct.UNKNOWN),
    ],
)
def test_px4_without_a_ground_station(value: float, act: FailsafeAct) -> None:
    assert px4(FailsafeEvent.GROUND_STATION_LOST, NAV_DLL_ACT=value).act is act


def test_px4s_notes() -> None:
    lost = px4(FailsafeEvent.REMOTE_LOST, COM_RCL_EXCEPT=1)
    assert lost.note == "It goes on with a mission. It holds for 5 s first."
    battery = px4(FailsafeEvent.BATTERY_CRITICAL)
    assert battery.threshold == "7 % left"
    assert "emergency" in battery.note
    assert px4(FailsafeEvent.BATTERY_CRITICAL, COM_LOW_BAT_ACT=1).act is FailsafeAct.UNKNOWN
    assert px4(FailsafeEvent.BATTERY_LOW).act is FailsafeAct.WARN
    assert px4(FailsafeEvent.POSITION_LOST).act is FailsafeAct.MANUAL


# --- both ----------------------------------------------------------------------------------------

_VALUES = st.floats(-1e9, 1e9, width=32)


@given(st.dictionaries(st.sampled_from(failsafe_rules.PARAMETERS), _VALUES))
def test_whatever_a_copter_tells_can_be_sent(told: dict[str, float]) -> None:
    for found in failsafe_rules.facts_of(told).failsafes:
        assert msgspec.json.decode(msgspec.json.encode(found), type=FailsafeRule) == found


@given(st.dictionaries(st.sampled_from(failsafe_rules_px4.PARAMETERS), _VALUES))
def test_whatever_a_px4_tells_can_be_sent(told: dict[str, float]) -> None:
    for found in failsafe_rules_px4.facts_of(told).failsafes:
        assert msgspec.json.decode(msgspec.json.encode(found), type=FailsafeRule) == found
