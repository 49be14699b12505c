"""Each role's main path, in real browsers against the real product, from the first sign-in on."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ground_station.agentlink.client import AgentClient
from ground_station.agentlink.outbox import Outbox
from ground_station.core.agent_durable import AlertRaised
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AgentKind,
    Done,
    Heartbeat,
    Hello,
)
from ground_station.core.clock import SystemClock
from ground_station.core.entities import Severity
from tests.stack import Stack, started, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(300)]

ALERT = "The recorder of the Town Hall is on its battery"


@pytest.fixture(scope="module")
def stack(
    browser: None, footage: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    with started(tmp_path_factory.mktemp("people")) as stack:
        yield stack


def test_each_roles_path(stack: Stack, pictures: Path, tmp_path: Path) -> None:
    people = stack.scenario(
        "people",
        150,
        screenshot_purpose=str(pictures / "purpose.png"),
        screenshot_wall=str(pictures / "wall.png"),
        screenshot_person=str(pictures / "person.png"),
    )
    assert people["faults"] == []
    assert people["thrown_out_after_ms"] < 2000

    office = stack.scenario(
        "office",
        120,
        code=people["recovery"][1],
        screenshot=str(pictures / "system.png"),
        screenshot_audit=str(pictures / "audit.png"),
    )
    assert office["faults"] == []
    assert office["processes"] >= 1

    raise_alert(stack, office["code"], tmp_path / "outbox.db")
    alerts = stack.scenario("alerts", 60, text=ALERT, screenshot=str(pictures / "alert.png"))
    assert alerts["faults"] == []


def raise_alert(stack: Stack, code: str, outbox_file: Path) -> None:
    """Enrol an agent with the code that the page showed, and let it say what is wrong."""
    asked = urllib.request.Request(
        f"{stack.address}/api/agents/enrol",
        data=json.dumps({"code": code}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        enrolled = json.load(answer)
    clock = SystemClock()
    outbox = Outbox(outbox_file, clock)
    client = AgentClient(
        station_url=stack.address,
        token=enrolled["token"],
        hello=lambda: Hello(PROTOCOL_VERSION, AgentKind.CAMERA, enrolled["name"], "test"),
        on_command=lambda _command: Done(),
        heartbeat=lambda: Heartbeat(clock.now()),
        clock=clock,
        outbox=outbox,
    )
    client.start()
    try:
        client.put(AlertRaised("camera_power", Severity.WARNING, ALERT))
        wait_for(lambda: outbox.waiting == 0, "the station took no alert")
    finally:
        client.stop()
        outbox.close()
