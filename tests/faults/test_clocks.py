"""An agent whose clock is a day wrong, through the real station: seen, named, and set right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ground_station.agentlink.client import AgentClient
from ground_station.agentlink.outbox import Outbox
from ground_station.app import issue_agent_token
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
from tests.faults.station import prepare, running
from tests.stack import wait_for

pytestmark = [pytest.mark.system, pytest.mark.timeout(90)]


class WrongClock(SystemClock):
    """Some days from the right time."""

    def __init__(self, days: int) -> None:
        self._wrong_by = timedelta(days=days)

    def now(self) -> datetime:
        return super().now() + self._wrong_by


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_a_day_wrong_is_named_and_its_alerts_have_the_right_time(
    tmp_path: Path, days: int
) -> None:
    folder, clock = tmp_path / "data", WrongClock(days)
    prepare(folder)
    outbox = Outbox(tmp_path / "outbox.db", clock)
    with running(folder) as station, station.person() as person:
        agent = AgentClient(
            station_url=station.url,
            token=issue_agent_token(folder, name="Gate", kind=AgentKind.CAMERA),
            hello=lambda: Hello(PROTOCOL_VERSION, AgentKind.CAMERA, "Gate", "test"),
            on_command=lambda _command: Done(),
            heartbeat=lambda: Heartbeat(clock.now()),
            clock=clock,
            outbox=outbox,
        )
        assert person.part("clock")["status"] == "ok"
        agent.start()
        try:
            wait_for(lambda: person.part("clock")["status"] == "degraded", "nobody was told")
            assert "Gate" in person.part("clock")["problem"]
            assert person.part("clock")["remedy"]
            assert person.system()["status"] == "degraded"
            [gate] = [one for one in person.http.get("/api/agents").json() if one["name"] == "Gate"]
            assert gate["clock_offset_ms"] == pytest.approx(days * 86_400_000, abs=5_000)
            assert "clock" in gate["problem"]
            agent.put(AlertRaised("camera_moved", Severity.CAUTION, "It moved."))
            [alert] = wait_for(
                lambda: [
                    one
                    for one in person.http.get("/api/alerts").json()
                    if one["kind"] == "camera_moved"
                ],
                "no alert came",
            )
            raised_at = datetime.fromisoformat(alert["raised_at"])
            assert abs(raised_at - datetime.now(UTC)) < timedelta(minutes=2)
        finally:
            agent.stop()
            outbox.close()
