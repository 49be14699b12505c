"""An agent's process that is killed in flight and stays away: the autopilot's own failsafe brings
the vehicle home. What is looked at is the simulator's truth, not what anybody says of it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyproj import Geod

from drone.simulator import SimulatedAutopilot, SimulatorSettings, Truth
from drone.simulator.landed import Landed, Result
from drone.simulator.modes import Mode
from drone.simulator.pilot import Pilot
from tests.ports import free_udp_port
from tests.stack import ROOT

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]

SETTINGS = SimulatorSettings(speedup=8.0, gps_after_s=0.1, ready_after_s=0.3)
HOME = (SETTINGS.lat, SETTINGS.lon)
FAILSAFE_S = 5.0  # FS_GCS_TIMEOUT; real time, as heartbeats are
# The agent as `run.py drone` starts it, with a station that is not there.
AGENT = """
import sys
from pathlib import Path
from drone.agent import DroneSpec, main
from ground_station.core.settings import Settings

spec = DroneSpec("kes", "Kes", (sys.argv[1],))
settings = Settings(data_folder=Path(sys.argv[2]))
main(settings, station_url="http://127.0.0.1:1", token="t", drone=spec)
"""


@pytest.fixture
def port() -> int:
    return free_udp_port()


@pytest.fixture
def vehicle(port: int) -> Iterator[SimulatedAutopilot]:
    with SimulatedAutopilot(port, SETTINGS) as one:
        yield one


@pytest.fixture
def agent(port: int, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    address = f"udpin://127.0.0.1:{port}"
    words = [sys.executable, "-c", AGENT, address, str(tmp_path)]
    with (tmp_path / "agent.log").open("wb") as log:
        process = subprocess.Popen(words, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def away_m(truth: Truth) -> float:
    return float(Geod(ellps="WGS84").inv(truth.lon, truth.lat, HOME[1], HOME[0])[2])


def up(pilot: Pilot) -> bool:
    """Armed and climbing."""
    return (
        pilot.set_mode(Mode.GUIDED)
        and pilot.arm(forced=False) is Result.ACCEPTED
        and pilot.take_off(25.0) is Result.ACCEPTED
    )


def test_it_flies_home_and_lands_while_the_agent_stays_away(
    vehicle: SimulatedAutopilot, agent: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    ends_s = time.monotonic() + 30
    while not vehicle.rates.get(33):  # the agent has heard it and asks for its position
        assert time.monotonic() < ends_s, (tmp_path / "agent.log").read_text()
        time.sleep(0.05)
    assert vehicle.by_hand(up)
    vehicle.wait(lambda truth: truth.height_home_m > 24.0, 20)
    assert vehicle.by_hand(lambda pilot: pilot.go_to(HOME[0] + 0.004, HOME[1], 25.0)) == 0
    vehicle.wait(lambda truth: away_m(truth) > 400, 30)
    time.sleep(FAILSAFE_S + 1.0)  # with the agent there the failsafe does nothing
    assert vehicle.truth().mode is Mode.GUIDED
    assert agent.poll() is None

    agent.kill()
    agent.wait(10)
    vehicle.wait(lambda truth: truth.mode is Mode.RTL, FAILSAFE_S + 5.0)
    home = vehicle.wait(lambda truth: not truth.armed, 40)

    assert home.landed is Landed.ON_GROUND
    assert away_m(home) < 3.0
    assert abs(home.height_home_m) < 0.5
    assert abs(home.touch_down_mps) < 2.0
    assert "GCS Failsafe" in vehicle.texts
    assert "GCS Failsafe Cleared" not in vehicle.texts
