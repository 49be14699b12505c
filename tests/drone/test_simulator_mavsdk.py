"""The real MAVSDK flies the simulated autopilot and sees what it saw of an ArduCopter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_udp_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """One flight for all tests of this module."""
    port = free_udp_port()
    done = subprocess.run(
        [sys.executable, "-m", "tests.drone.mavsdk_flight", str(port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_it_is_taken_for_a_healthy_ardupilot_multicopter(seen: dict[str, Any]) -> None:
    assert seen["system"][:2] == [1, 2]
    assert seen["healthy"]


def test_the_same_rates_are_refused(seen: dict[str, Any]) -> None:
    assert seen["rates_refused"] == [
        [name, "COMMAND_DENIED"]
        for name in (
            "ground_truth",
            "actuator_control_target",
            "actuator_output_status",
            "odometry",
            "altitude",
        )
    ]


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("land on the ground", "ok"),
        ("arm in LAND", "FAILED"),
        ("guided", 0),
        ("takeoff disarmed", "FAILED"),
        ("arm", "ok"),
        ("takeoff", "ok"),
        ("takeoff in the air", "FAILED"),
        ("disarm in the air", "FAILED"),
        ("orbit", "UNSUPPORTED"),
        ("goto nowhere", "COMMAND_DENIED"),
        ("goto", "ok"),
        ("goto far", "ok"),
        ("hold", "ok"),
        ("rtl", "ok"),
        ("arm after RTL", "FAILED"),
        ("mission empty", "NO_MISSION_AVAILABLE"),
        ("mission gap", "INVALID_SEQUENCE"),
        ("mission lat 95", "INVALID_ARGUMENT"),
        ("mission cmd 9999", "UNSUPPORTED"),
        ("mission 800", "TOO_MANY_MISSION_ITEMS"),
        ("mission", "ok"),
        ("mission down", "ok"),
        ("current 99", "INVALID_ARGUMENT"),
        ("arm for mission", "ok"),
        ("start", "ok"),
        ("pause", "ok"),
        ("finished when paused", False),
        ("resume", "ok"),
        ("finished", True),
        ("clear", "ok"),
        ("left", 1),
        ("fence", "ok"),
        ("fence down", "ok"),
        ("fence shapes", [1, 1]),
        ("fence corners", 4),
        ("fence clear", "ok"),
        ("goto outside", "FAILED"),
        ("param set", "ok"),
        ("param of another type", "WRONG_TYPE"),
        ("param unknown", "TIMEOUT"),
        ("rtl alt", 1500),
    ],
)
def test_calls_are_answered_as_by_an_ardupilot(
    seen: dict[str, Any], call: str, answer: object
) -> None:
    assert seen[call] == answer


def test_modes_and_states_read_as_mavsdk_names_them(seen: dict[str, Any]) -> None:
    assert seen["armed"] is True
    assert [seen[name] for name in ("mode", "mode held", "mode home")] == [
        "OFFBOARD",
        "HOLD",
        "RETURN_TO_LAUNCH",
    ]
    assert seen["landed"] == "ON_GROUND"


def test_heights_are_above_the_sea_and_above_home(seen: dict[str, Any]) -> None:
    assert seen["heights"] == pytest.approx([25.0, 20.0], abs=0.3)


def test_the_reason_for_a_refusal_is_in_the_texts(seen: dict[str, Any]) -> None:
    assert "Arm: BRAKE mode not armable" in seen["texts"]  # arm() sends BRAKE first
    assert "Guided: destination outside fence" in seen["texts"]


def test_a_mission_comes_back_with_home_first(seen: dict[str, Any]) -> None:
    commands = [one[0] for one in seen["mission items"]]
    frames = [one[1] for one in seen["mission items"]]
    assert commands == [16, 22, 16, 178, 16, 20]
    assert frames == [0, 3, 3, 3, 3, 0]
    assert seen["mission items"][0][2:] == [514958000, -2386000, 5.0]


def test_progress_counts_home_and_ends_as_on_an_ardupilot(seen: dict[str, Any]) -> None:
    flown = [current for current, total in seen["progress"] if total == 6]
    assert flown[0] == 0
    assert flown[-2:] == [6, 0]
    assert {1, 2, 4, 5} <= set(flown)


def test_parameters_come_as_a_whole(seen: dict[str, Any]) -> None:
    from drone.simulator.parameters import DEFAULTS

    assert sum(seen["params"]) == len(DEFAULTS)
