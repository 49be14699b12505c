"""The demonstration's drone while parts of it are killed or stopped: its own failsafe flies it, the
page says what is known, and everything comes back without anybody."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from drone.patrol_marker import MARKER
from drone.simulator.faults import FaultKind
from drone.simulator.host import SimulatedAutopilot
from drone.simulator.settings import SimulatorSettings
from tests.live_client import Page, signed_in
from tests.stack import ROOT, Stack, started, wait_for

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(180)]

CAMERA = "Demonstration drone camera"
OTHER = 7  # the system id of a second vehicle
FLOWN_BY_ITSELF = {"mission", "return", "land"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not (ROOT / "var" / "footage" / "demo.ts").exists():
        pytest.skip("no demonstration footage: run python3 run.py once, with a network")
    with started(tmp_path_factory.mktemp("drone")) as stack:
        yield stack


@pytest.fixture
def page(stack: Stack) -> Iterator[Page]:
    with signed_in(stack) as page:
        wait_for(lambda: flies(page), "the drone is not on its patrol", 60)
        page.wait_condition(CAMERA, "live", 40)
        yield page


def drone(page: Page, system_id: int = 1) -> dict[str, Any]:
    return next((v for v in list(page.vehicles.values()) if v["system_id"] == system_id), {})


def flies(page: Page) -> bool:
    return drone(page).get("link") == "connected" and drone(page)["landed"] == "in_air"


def wait_link(page: Page, link: str, timeout_s: float) -> None:
    wait_for(lambda: drone(page)["link"] == link, f"the link did not become {link}", timeout_s)


def test_the_agent_killed(stack: Stack, page: Page) -> None:
    stack.child("drone").kill()
    killed_s = time.monotonic()
    wait_link(page, "lost", 5)
    assert time.monotonic() - killed_s < 3
    assert drone(page)["problems"], "what is shown is said to be what was known last"
    assert drone(page)["landed"] == "in_air"
    wait_link(page, "connected", 30)
    wait_for(lambda: drone(page)["mode"] in FLOWN_BY_ITSELF, "something else flies it", 10)
    page.wait_condition(CAMERA, "live", 40)


def test_the_autopilot_silent(stack: Stack, page: Page) -> None:
    simulator = stack.child("simulator")
    simulator.send_signal(signal.SIGSTOP)
    try:
        stopped_s = time.monotonic()
        wait_link(page, "lost", 5)
        assert time.monotonic() - stopped_s < 3.5
        page.wait_condition(CAMERA, "offline", 10)
        source = page.source_named(CAMERA)
        assert source is not None
        wait_for(lambda: "lost" in page.sources[source["source_id"]]["problem"], "no reason", 10)
    finally:
        simulator.send_signal(signal.SIGCONT)
    wait_link(page, "connected", 15)
    page.wait_condition(CAMERA, "live", 30)


def test_the_node_killed(stack: Stack, page: Page) -> None:
    stack.child("node").kill()
    page.wait_condition(CAMERA, "lost", 5)
    page.wait_condition(CAMERA, "live", 30)
    assert drone(page)["link"] == "connected"


def test_the_station_killed(stack: Stack, page: Page) -> None:
    stack.child("station").kill()
    wait_for(lambda: not _answers(stack), "the station was not killed", 5)
    wait_for(lambda: _answers(stack), "the station did not come back", 30)
    with signed_in(stack) as again:
        wait_for(lambda: drone(again).get("link") == "connected", "no drone", 20)
        wait_for(lambda: drone(again)["mode"] in FLOWN_BY_ITSELF, "something else flies it", 10)
        again.wait_condition(CAMERA, "live", 40)


def test_the_station_killed_leaves_the_pilot_in_control(stack: Stack, page: Page) -> None:
    path = f"/api/vehicles/{drone(page)['vehicle_id']}"
    with signed_in(stack, "pilot") as pilot:
        taken = pilot.post(f"{path}/control")
        assert taken.status_code == 200, taken.text
        stack.child("station").kill()
        wait_for(lambda: not _answers(stack), "the station was not killed", 5)
        wait_for(lambda: _answers(stack), "the station did not come back", 30)
        with signed_in(stack) as again:
            wait_for(lambda: drone(again).get("link") == "connected", "no drone", 20)
            assert drone(again)["control"]["user_id"] == taken.json()["user_id"]
        # Only whoever has control can give it up; the sign-in of before the kill still does.
        released = pilot.http.delete(f"{path}/control", headers={"X-CSRF-Token": pilot.csrf})
        assert released.status_code == 204, released.text


def test_what_is_wrong_with_a_vehicle_is_said_at_the_page(stack: Stack, page: Page) -> None:
    """A second aircraft at the same agent, with one fault after another."""
    words = stack.child("simulator").cmdline()
    port = int(words[words.index("--mavlink-port") + 1])

    def problems() -> str:
        return " ".join(drone(page, OTHER).get("problems", [])).lower()

    with SimulatedAutopilot(port, SimulatorSettings(system_id=OTHER)) as other:
        wait_for(lambda: drone(page, OTHER).get("armable"), "the other one is not there", 20)
        assert problems() == ""
        other.fault(FaultKind.NAN_POSITION)
        wait_for(lambda: "number" in problems(), "positions that are no numbers: not said", 10)
        other.clear()
        wait_for(lambda: problems() == "", "it is said although it is over", 20)
        other.fault(FaultKind.DUPLICATE_ID)
        wait_for(lambda: "two vehicles" in problems(), "two of one system id: not said", 20)
        other.clear()
        with signed_in(stack, "pilot") as pilot:
            path = f"/api/vehicles/{drone(page, OTHER)['vehicle_id']}"
            assert pilot.post(f"{path}/control").status_code == 200
            sign_preflight(pilot, path)
            other.fault(FaultKind.REFUSE_ARMING)
            refused = wait_for(lambda: _refused(pilot, f"{path}/arm"), "it was not refused", 20)
            assert "Arm:" in refused, "in the autopilot's own words"
    wait_for(lambda: drone(page, OTHER)["link"] == "lost", "it is gone and not said to be", 5)
    assert drone(page)["link"] == "connected"


def sign_preflight(pilot: Page, path: str) -> None:
    """As the page does it: nothing is armed without."""

    def sent(method: str, where: str, body: dict[str, object]) -> httpx.Response:
        headers = {"X-CSRF-Token": pilot.csrf}
        return pilot.http.request(method, f"{path}/preflight{where}", json=body, headers=headers)

    def battery() -> str:
        found = pilot.http.get("/api/crew").json()["batteries"]
        return str(found[0]["record_id"]) if found else ""

    chosen = wait_for(battery, "nobody made up a battery", 10)
    opened = sent("POST", "", {"battery_id": chosen})
    assert opened.status_code == 201, opened.text
    for tick in opened.json()["ticks"]:
        assert sent("PUT", "/ticks", {"key": tick["key"], "done": True}).status_code == 200
    assert sent("PUT", "/weather", {"wind_mps": 3}).status_code == 200
    wait_for(
        lambda: sent("POST", "/sign", {"name": "Pilot"}).status_code == 200,
        f"it cannot be signed: {pilot.http.get(f'{path}/preflight').json()['missing']}",
        40,
    )


def _refused(pilot: Page, path: str) -> str:
    """The autopilot's answer to a command; "" while something else is in the way."""
    answer = pilot.post(path)
    assert answer.status_code != 200
    said = str(answer.json()["detail"])
    return said if "Arm:" in said else ""


def test_a_person_ends_the_patrol_and_the_simulator_is_killed(stack: Stack, page: Page) -> None:
    """It begins anew at home, and stays there: the patrol is over until the next start."""
    marker = stack.data_folder / MARKER
    assert not marker.exists()
    with httpx.Client(base_url=stack.address, timeout=10) as http:
        csrf = http.get("/api/session").json()["csrf_token"]
        body = {"username": "pilot", "password": stack.password_of("pilot")}
        signed = http.post("/api/sign-in", json=body, headers={"X-CSRF-Token": csrf}).json()
        held = http.post(
            f"/api/vehicles/{drone(page)['vehicle_id']}/hold",
            json={},
            headers={"X-CSRF-Token": signed["csrf_token"]},
        )
    assert held.status_code == 200, held.text
    wait_for(lambda: drone(page)["mode"] == "hold", "it does not hold", 10)
    wait_for(marker.exists, "it is not remembered", 5)
    stack.child("simulator").kill()
    wait_for(lambda: _stands(page), "it did not begin anew", 20)
    time.sleep(4)  # the patrol would set out after three
    assert _stands(page)
    marker.unlink()  # as a new start of run.py does
    stack.child("drone").kill()
    wait_for(lambda: drone(page)["mode"] == "mission" and flies(page), "no new patrol", 60)


def _stands(page: Page) -> bool:
    return drone(page)["landed"] == "on_ground" and drone(page)["armed"] is False


def _answers(stack: Stack) -> bool:
    try:
        return httpx.get(f"{stack.address}/health", timeout=1).status_code < 600
    except httpx.HTTPError:
        return False
