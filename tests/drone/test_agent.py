"""The drone agent and a station of real Socket.IO: telemetry, commands, losing each other."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from drone.agent import DroneSpec
from drone.patrol_marker import MARKER
from ground_station.agentlink import client as client_module
from ground_station.agentlink.client import COMMAND_THREADS, COMMANDS_WAITING
from ground_station.core.agent_actions import Action, Arm, GoTo, Hold, Land, UploadMission
from ground_station.core.agent_facts import Aircraft, Facts, Traffic, VehicleFacts
from ground_station.core.agent_protocol import EndSession, PublishSources, SourceGrant
from ground_station.core.agent_vehicles import Flown, Fly, Supersede, Turn, VehicleLinkState
from ground_station.core.errors import (
    Conflict,
    InvalidInput,
    KestrelError,
    NotFound,
    TimedOut,
    Unavailable,
    Unprocessable,
)
from ground_station.core.ids import new_id
from tests.agentlink.station import until
from tests.drone.given import stamped
from tests.drone.running import PLAIN, Running, far_side
from tests.drone.scripted_link import ScriptedLink, report
from tests.fixed_cctv.far_side import FarSide

Start = Callable[..., Running]


@pytest.fixture
def far() -> Iterator[FarSide]:
    side = far_side()
    yield side
    side.stop()


@pytest.fixture
def start(far: FarSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    monkeypatch.setattr(client_module, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(client_module, "LONGEST_PAUSE_S", 0.1)
    running: list[Running] = []

    def run(link: ScriptedLink | None = None, spec: DroneSpec = PLAIN) -> Running:
        running.append(Running(far, tmp_path / "data", link, spec))
        return running[-1]

    yield run
    for one in running:
        one.stop()


STATION = new_id()


def fly(running: Running, action: Action, system_id: int = 1, *, number: int = 0) -> Fly:
    """As a station gives it that has heard the agent's newest telemetry."""
    at = running.telemetry().at
    assert at is not None
    command = Fly(new_id(), system_id, action, "Pat Pilot")
    return stamped(command, at, Turn(STATION, number))


def test_the_station_hears_of_every_vehicle(far: FarSide, start: Start) -> None:
    running = start(ScriptedLink([report(1), report(2)])).connected()
    assert [r.system_id for r in running.telemetry().vehicles] == [1, 2]
    assert far.station.listener.hellos[0].sources == []
    assert running.last_heartbeat().figures["vehicles"] == 2
    assert running.last_heartbeat().problems == {}


def test_facts_and_other_aircraft_reach_the_station(far: FarSide, start: Start) -> None:
    facts = VehicleFacts(1, firmware="ArduCopter 4.7.0")
    plane = Aircraft("400abc", 51.5, -0.2, 1000)
    start(ScriptedLink(told_facts=[facts], heard=Traffic([plane]))).connected()
    listener = far.station.listener
    until(lambda: listener.of(Facts) and listener.of(Traffic))
    assert listener.of(Facts)[-1] == Facts([facts])
    assert listener.of(Traffic)[-1] == Traffic([plane])


def test_what_is_lost_is_told_of_too(start: Start) -> None:
    link = ScriptedLink()
    running = start(link).connected()
    lost = report(link=VehicleLinkState.LOST, heartbeat_age_ms=5000)
    running.on_loop(lambda: setattr(link, "vehicles", [lost]))
    running.telemetry()
    assert running.telemetry().vehicles == [lost]


def test_an_agent_that_hears_nothing_says_so(start: Start) -> None:
    running = start(ScriptedLink([])).connected()
    until(lambda: "udpin://127.0.0.1:1" in running.last_heartbeat().problems.get("", ""))


def test_commands_reach_the_vehicle_and_are_answered(far: FarSide, start: Start) -> None:
    link = ScriptedLink()
    running = start(link).connected()
    assert far.station.listener.channels[-1].call(fly(running, Arm()), 5) == Flown("done")
    assert link.carried == [(1, Arm())]


def test_a_refusal_comes_back_as_the_error_it_was(far: FarSide, start: Start) -> None:
    async def refuse(_system_id: int, _action: Action) -> str:
        raise Unprocessable("Arm: Need Position Estimate")

    running = start(ScriptedLink(answer=refuse)).connected()
    channel = far.station.listener.channels[-1]
    with pytest.raises(Unprocessable, match="Need Position"):
        channel.call(fly(running, Arm()), 5)
    with pytest.raises(NotFound, match="system id 9"):
        channel.call(fly(running, Hold(), 9), 5)
    with pytest.raises(InvalidInput, match="EndSession"):
        channel.call(EndSession("x"), 5)
    with pytest.raises(NotFound, match="no camera"):
        channel.call(PublishSources("/whip/", [SourceGrant("camera", new_id())]), 5)


def test_a_repeated_command_is_answered_over_a_new_connection_too(
    far: FarSide, start: Start
) -> None:
    link = ScriptedLink()
    running = start(link).connected()
    command = fly(running, Arm())
    assert far.station.listener.channels[-1].call(command, 5) == Flown("done")
    far.station.stop()
    until(lambda: not running.agent.link.connected)
    far.station.start()
    running.connected()
    assert far.station.listener.channels[-1].call(command, 5) == Flown("done")
    assert link.carried == [(1, Arm())]


def test_hold_passes_everything_that_waits(far: FarSide, start: Start) -> None:
    go_on = threading.Event()

    async def slow(_system_id: int, action: Action) -> str:
        if isinstance(action, UploadMission):
            await asyncio.to_thread(go_on.wait, 10)
        return "done"

    running = start(ScriptedLink(answer=slow)).connected()
    channel = far.station.listener.channels[-1]
    room = COMMAND_THREADS + COMMANDS_WAITING + 1
    with ThreadPoolExecutor(room) as pool:
        upload = fly(running, UploadMission([]))
        ones = [msgspec.structs.replace(upload, command_id=new_id()) for _ in range(room)]
        calls = [pool.submit(channel.call, one, 10) for one in ones]
        until(lambda: any(call.done() for call in calls))
        assert isinstance(next(c for c in calls if c.done()).exception(), Unavailable)
        assert channel.call(fly(running, Hold()), 2) == Flown("done")
        go_on.set()


# --- what was overtaken never flies, over the real link ------------------------------------------


class Busy:
    """An agent whose threads for ordinary commands are all taken, by transfers to a second vehicle,
    until it is let go."""

    def __init__(self, far: FarSide, start: Start) -> None:
        self.go_on = threading.Event()

        async def slow(_system_id: int, action: Action) -> str:
            if isinstance(action, UploadMission):
                await asyncio.to_thread(self.go_on.wait, 10)
            return "done"

        self.link = ScriptedLink([report(1), report(2)], answer=slow)
        self.running = start(self.link).connected()
        self.channel = far.station.listener.channels[-1]
        self.pool = ThreadPoolExecutor(COMMAND_THREADS + 2)
        for _ in range(COMMAND_THREADS):
            upload = fly(self.running, UploadMission([]), 2)
            self.pool.submit(self.channel.call, upload, 10)
        until(lambda: len(self.link.carried) == COMMAND_THREADS)

    def moved(self) -> list[Action]:
        return [action for system_id, action in self.link.carried if system_id == 1]

    def let_go(self) -> None:
        self.go_on.set()
        self.pool.shutdown()


@pytest.fixture
def busy(far: FarSide, start: Start) -> Iterator[Busy]:
    one = Busy(far, start)
    yield one
    one.let_go()


@pytest.mark.parametrize("how", ["hold", "take-over"])
def test_what_waits_in_a_busy_agent_never_flies_after_a_later_word(busy: Busy, how: str) -> None:
    go = fly(busy.running, GoTo(51.5, -0.2, 60))
    waiting = busy.pool.submit(busy.channel.call, go, 10)
    commands = busy.running.agent.link._commands
    until(lambda: commands._jobs.qsize() == 1)
    if how == "hold":
        hold = fly(busy.running, Hold(), number=1)
        assert busy.channel.call(hold, 5) == Flown("done")
    else:
        busy.channel.notify(Supersede(1, Turn(STATION, 1)))
        until(lambda: busy.running.agent._flights._orders._newest[1] == 1)
    busy.go_on.set()
    with pytest.raises(Conflict, match="is void"):
        waiting.result(10)
    assert busy.moved() == ([Hold()] if how == "hold" else [])


def test_what_waits_in_a_busy_agent_never_flies_after_its_end(busy: Busy) -> None:
    at = busy.running.telemetry().at
    assert at is not None
    command = Fly(new_id(), 1, GoTo(51.5, -0.2, 60), "Pat Pilot")
    go = stamped(command, at, Turn(STATION, 0), within_s=0.5)
    with pytest.raises(TimedOut):
        busy.channel.call(go, 0.7)
    busy.go_on.set()
    until(lambda: busy.running.agent.link._commands._jobs.qsize() == 0)
    with pytest.raises(Conflict, match="too late"):  # its answer, had anybody waited for it
        busy.channel.call(go, 5)
    assert busy.moved() == []


def test_telemetry_tells_the_agents_time_and_it_goes_on(start: Start) -> None:
    running = start(ScriptedLink()).connected()
    first, later = running.telemetry().at, running.telemetry().at
    assert first is not None
    assert later is not None
    assert first.run == later.run
    assert 0 < later.ms - first.ms < 5000


def test_while_the_station_is_gone_no_vehicle_is_commanded(far: FarSide, start: Start) -> None:
    link = ScriptedLink()
    running = start(link).connected()
    far.station.stop()
    until(lambda: not running.agent.link.connected)
    running.on_loop(lambda: setattr(link, "vehicles", [report(heartbeat_age_ms=77)]))
    far.station.start()
    running.connected()
    assert running.telemetry().vehicles[0].heartbeat_age_ms == 77
    assert (link.carried, link.opened, link.closed) == ([], 1, 0)


def test_an_agent_that_stops_commands_nothing_and_closes_its_link(start: Start) -> None:
    link = ScriptedLink()
    running = start(link).connected()
    assert running.stop() < 3
    assert (link.carried, link.closed) == ([], 1)
    assert running.error is None


def test_one_that_cannot_listen_ends_with_why(start: Start) -> None:
    class Taken(ScriptedLink):
        async def open(self) -> None:
            raise Conflict("Another program listens on port 14550.")

    link = Taken()
    running = start(link)
    until(running.ended)
    assert isinstance(running.error, KestrelError)
    assert "14550" in str(running.error)
    assert link.closed == 1


def test_a_report_that_fails_costs_one_message_not_the_agent(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drone.agent.FAILED_PAUSE_S", 0.0)

    class Failing(ScriptedLink):
        failures = 3

        def reports(self) -> list[object]:  # type: ignore[override]
            if self.failures:
                self.failures -= 1
                raise ZeroDivisionError
            return list(super().reports())

    assert start(Failing()).connected().telemetry().vehicles == [report()]


def test_a_person_ends_the_patrol(
    far: FarSide, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drone.patrol.LOOK_S", 0.01)
    monkeypatch.setattr("drone.patrol.STANDS_S", 0.02)
    link = ScriptedLink()
    running = start(link, dataclasses.replace(PLAIN, patrol=True)).connected()
    until(lambda: len(link.carried) >= 2)
    assert far.station.listener.channels[-1].call(fly(running, Land()), 5) == Flown("done")
    done = len(link.carried)
    assert (tmp_path / "data" / MARKER).exists()
    until(lambda: len(far.station.listener.messages) > 20)
    assert link.carried[done - 1] == (1, Land())
    assert len(link.carried) == done
