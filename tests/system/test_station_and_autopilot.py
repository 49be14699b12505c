"""A served station, a drone agent's process and a simulated autopilot: a mission with its fence,
what is held, what a failsafe says and does, and commands in flight, over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from drone.simulator import SimulatedAutopilot, SimulatorSettings
from drone.simulator.faults import FaultKind
from drone.simulator.landed import Result
from drone.simulator.modes import Mode
from drone.simulator.pilot import Pilot
from ground_station.app import issue_agent_token, set_password
from ground_station.core.agent_protocol import AgentKind
from tests.api.served import Served, eventually
from tests.ports import free_udp_port
from tests.services.world import PASSWORD
from tests.stack import ROOT

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

SETTINGS = SimulatorSettings(gps_after_s=0.1, ready_after_s=0.3, remote_control=True)
HOME = (SETTINGS.lat, SETTINGS.lon)
# The agent as `run.py drone` starts it.
AGENT = """
import sys
from pathlib import Path
from drone.agent import DroneSpec, main
from ground_station.core.settings import Settings

spec = DroneSpec("kes", "Kes", (sys.argv[1],))
settings = Settings(data_folder=Path(sys.argv[2]))
main(settings, station_url=sys.argv[3], token=sys.argv[4], drone=spec)
"""
UNCHECKED = [{"zone_id": "unchecked", "reference": "A simulation"}]


class Seen:
    """A pilot's browser, with the one vehicle there is."""

    def __init__(self, served: Served) -> None:
        set_password(served.folder, "pilot", PASSWORD)
        self.http = httpx.Client(base_url=served.url, timeout=60)
        token = self.http.get("/api/session").json()["csrf_token"]
        self.http.headers["X-CSRF-Token"] = token
        answer = self.http.post("/api/sign-in", json={"username": "pilot", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.http.headers["X-CSRF-Token"] = answer.json()["csrf_token"]

    def vehicle(self) -> dict[str, Any]:
        found = self.http.get("/api/vehicles").json()
        return found[0] if found else {}

    def of_it(self, what: str) -> dict[str, Any]:
        answer = self.http.get(f"/api/vehicles/{self.vehicle()['vehicle_id']}/{what}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def have(self, method: str, what: str, body: Any = None) -> dict[str, Any]:
        path = f"/api/vehicles/{self.vehicle()['vehicle_id']}/{what}"
        more = {} if body is None else {"json": body}
        answer = self.http.request(method, path, **more)
        assert answer.status_code in (200, 204), answer.text
        return {} if answer.status_code == 204 else answer.json()


@pytest.fixture
def autopilot() -> Iterator[tuple[SimulatedAutopilot, int]]:
    port = free_udp_port()
    with SimulatedAutopilot(port, SETTINGS) as one:
        yield one, port


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path / "station")
    yield made
    made.close()


@pytest.fixture
def seen(
    served: Served, autopilot: tuple[SimulatedAutopilot, int], tmp_path: Path
) -> Iterator[Seen]:
    token = issue_agent_token(served.folder, name="drone", kind=AgentKind.DRONE)
    address = f"udpin://127.0.0.1:{autopilot[1]}"
    words = [sys.executable, "-c", AGENT, address, str(tmp_path / "agent"), served.url, token]
    (tmp_path / "agent").mkdir()
    with (tmp_path / "agent.log").open("wb") as log:
        agent = subprocess.Popen(words, cwd=ROOT, stdout=log, stderr=log)
    try:
        made = Seen(served)
        eventually(lambda: made.vehicle().get("armable") is True, 60)
        yield made
        made.http.close()
    finally:
        agent.kill()
        agent.wait(10)


def up(pilot: Pilot) -> bool:
    return (
        pilot.set_mode(Mode.GUIDED)
        and pilot.arm(forced=False) is Result.ACCEPTED
        and pilot.take_off(25.0) is Result.ACCEPTED
    )


def test_a_mission_with_its_fence_and_what_it_holds(seen: Seen) -> None:
    seen.have("POST", "control", {})
    lat, lon = HOME
    items = [
        {"lat": lat + 0.001, "lon": lon, "height_m": 40, "speed_mps": 5},
        {"lat": lat + 0.001, "lon": lon + 0.001, "height_m": 40, "speed_mps": 5},
    ]
    body = {"items": items, "fence": True, "permissions": UNCHECKED}
    fence = seen.have("PUT", "mission", body)["fence"]
    assert fence["accepted"], fence["words"]
    rally = {"points": [{"lat": lat + 0.0005, "lon": lon, "height_home_m": 30}]}
    seen.have("PUT", "rally", rally)
    held = seen.of_it("held")
    for what in ("mission", "fence", "rally"):
        assert held[what]["likeness"] == "same", (what, held[what])
    assert len(held["items"]) == 2


def test_a_failsafe_from_before_the_flight_to_its_end(
    seen: Seen, autopilot: tuple[SimulatedAutopilot, int]
) -> None:
    simulator, _port = autopilot
    eventually(lambda: bool(seen.of_it("facts")["current"]), 40)

    def rule() -> dict[str, Any]:
        rules = seen.of_it("facts")["failsafes"]
        found: dict[str, Any] = next(one for one in rules if one["event"] == "remote_lost")
        return found

    eventually(lambda: rule()["act"] != "unknown", 40)
    assert "it returns home" in rule()["words"]
    assert simulator.by_hand(up)
    simulator.wait(lambda truth: truth.height_home_m > 20.0, 40)
    eventually(lambda: seen.vehicle()["landed"] == "in_air")
    simulator.fault(FaultKind.RC_LOSS, for_s=6.0)
    eventually(lambda: [one["event"] for one in going(seen)] == ["remote_lost"], 15)
    eventually(lambda: [one["acts_as_said"] for one in going(seen)] == [True], 15)
    [failsafe] = going(seen)
    assert failsafe["does"] in ("It is returning home.", "It is landing.")
    eventually(lambda: going(seen) == [], 30)
    kinds = [one["kind"] for one in seen.http.get("/api/alerts").json()]
    assert kinds.count("failsafe_remote_lost") == 1


def going(seen: Seen) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = seen.vehicle()["failsafes"]
    return found


def test_it_is_told_more_in_flight(seen: Seen, autopilot: tuple[SimulatedAutopilot, int]) -> None:
    simulator, _port = autopilot
    seen.have("POST", "control", {})
    assert simulator.by_hand(up)
    simulator.wait(lambda truth: truth.height_home_m > 24.0, 40)
    eventually(lambda: seen.vehicle()["landed"] == "in_air")
    lat, lon = HOME
    orbit = {"lat": lat + 0.0005, "lon": lon, "radius_m": 20, "speed_mps": 4}
    seen.have("POST", "orbit", {**orbit, "permissions": UNCHECKED})
    seen.have("POST", "speed", {"speed_mps": 3})
    seen.have("POST", "point-camera", {"lat": lat, "lon": lon})
    height = simulator.truth().height_home_m
    home_amsl_m = seen.vehicle()["home_amsl_m"]
    higher = {"alt_amsl_m": home_amsl_m + height + 8, "permissions": UNCHECKED}
    seen.have("POST", "height", higher)
    simulator.wait(lambda truth: truth.height_home_m > height + 6, 40)
    seen.have("POST", "mission/pause")
    assert simulator.truth().mode in (Mode.BRAKE, Mode.LOITER)
