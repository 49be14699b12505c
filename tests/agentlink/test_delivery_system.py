"""Real processes: nothing lost through SIGKILL, and what the command line decides takes hold."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ground_station.agentlink.client import AgentClient
from ground_station.agentlink.outbox import Outbox
from ground_station.agentlink.token_file import Tokens, read_agent_file
from ground_station.app import issue_agent_token
from ground_station.cli.bench_delivery import run_delivery
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
from ground_station.core.errors import Conflict, NotSignedIn
from ground_station.simulation.broken_link import BrokenLink
from tests.api.served import ROOT, Served, eventually

pytestmark = pytest.mark.system


@pytest.mark.parametrize("seed", [1, 5])
def test_nothing_is_lost_or_doubled(tmp_path: Path, seed: int) -> None:
    figures = run_delivery(tmp_path, messages=300, rate_hz=60, seed=seed)
    assert figures.messages >= 300
    assert (figures.lost, figures.doubled, figures.disagree) == (0, 0, 0)
    assert figures.agent_kills + figures.station_kills + figures.link_faults > 0
    assert figures.unsaid <= figures.agent_kills * 4  # one a thread of the agent


@pytest.fixture
def station(tmp_path: Path) -> Served:
    return Served(tmp_path / "station")


def run_py(folder: Path, *words: str) -> str:
    command = [sys.executable, "-P", "-m", "ground_station.cli", *words]
    done = subprocess.run(
        [*command, "--data-folder", str(folder)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def agent(station: Served, token_file: Path) -> AgentClient:
    clock = SystemClock()
    return AgentClient(
        station_url=station.url,
        token=Tokens.of_file(token_file),
        hello=lambda: Hello(PROTOCOL_VERSION, AgentKind.CAMERA, "Gate", "test"),
        on_command=lambda _command: Done(),
        heartbeat=lambda: Heartbeat(clock.now()),
        clock=clock,
    )


class WrongClock(SystemClock):
    """A day ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(days=1)


def plain_agent(
    station: Served, url: str, token: str, clock: SystemClock, outbox: Outbox | None = None
) -> AgentClient:
    client = AgentClient(
        station_url=url,
        token=token,
        hello=lambda: Hello(PROTOCOL_VERSION, AgentKind.CAMERA, "Gate", "test"),
        on_command=lambda _command: Done(),
        heartbeat=lambda: Heartbeat(clock.now()),
        clock=clock,
        outbox=outbox,
    )
    client.start()
    return client


def test_a_stolen_token_and_a_clock_a_day_wrong_at_the_real_station(
    station: Served, tmp_path: Path
) -> None:
    token = issue_agent_token(station.folder, name="Gate", kind=AgentKind.CAMERA)
    outbox = Outbox(tmp_path / "outbox.db", WrongClock())
    owner = plain_agent(station, station.url, token, WrongClock(), outbox)
    elsewhere = BrokenLink(station.port, "127.0.0.2")
    browser = station.sign_in()

    def alerts() -> dict[str, dict[str, str]]:
        return {alert["kind"]: alert for alert in browser.get("/api/alerts").json()}

    try:
        eventually(lambda: owner.connected)
        thief = plain_agent(station, elsewhere.url, token, SystemClock())
        eventually(lambda: isinstance(thief.refusal, Conflict))
        thief.stop()
        assert owner.connected
        eventually(lambda: "agent_token_twice" in alerts())
        assert "127.0.0.2" in alerts()["agent_token_twice"]["text"]
        owner.put(AlertRaised("camera_moved", Severity.CAUTION, "It moved."))
        eventually(lambda: "camera_moved" in alerts())
        raised_at = datetime.fromisoformat(alerts()["camera_moved"]["raised_at"])
        assert abs(raised_at - SystemClock().now()) < timedelta(minutes=5)
    finally:
        owner.stop()
        outbox.close()
        elsewhere.close()
        station.close()


def test_the_command_line_lets_an_agent_in_renews_its_token_and_shuts_it_out(
    station: Served, tmp_path: Path
) -> None:
    here, there = tmp_path / "station", tmp_path / "agent"
    said = run_py(here, "agents", "add", "Gate")
    code = said.split(": ", 1)[1].split()[0]
    said = run_py(there, "agents", "enrol", code, "--station", station.url)
    assert "enrolled as Gate" in said
    [token_file] = (there / "agents").glob("*.json")
    first = read_agent_file(token_file).tokens
    assert first[0] not in said
    client = agent(station, token_file)
    client.start()
    try:
        eventually(lambda: client.connected)
        run_py(here, "agents", "rotate", "Gate")
        eventually(lambda: len(read_agent_file(token_file).tokens) == 1)
        eventually(lambda: read_agent_file(token_file).tokens != first)
        eventually(lambda: len(read_agent_file(token_file).tokens) == 1)
        eventually(lambda: client.connected)
        assert "token of" in run_py(here, "agents", "list")
        run_py(here, "agents", "revoke", "Gate")
        eventually(lambda: isinstance(client.refusal, NotSignedIn))
        assert "revoked" in run_py(here, "agents", "list")
    finally:
        client.stop()
        station.close()
