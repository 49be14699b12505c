"""How the installation is: each part says what is wrong, what to do, and since when."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from ground_station.core.agent_protocol import AgentKind, Goodbye, Heartbeat
from ground_station.core.clock import ManualClock
from ground_station.core.errors import Unavailable
from ground_station.core.events import SystemChanged
from ground_station.core.lifecycle import Worker
from ground_station.core.processes import ProcessBoard, ProcessState, board_file, write_board
from ground_station.services.system import WELL, Finding, PartState
from ground_station.services.system_probes import ClockWatch, disk_probe, workers_probe
from tests.services.world import World
from tests.stack import wait_for


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "var")
    yield made
    made.close()


def part(world: World, name: str) -> PartState:
    return next(one for one in world.system.look().parts if one.name == name)


def test_a_change_is_published_once_with_its_problem_and_remedy(world: World) -> None:
    events = world.bus.subscribe(SystemChanged)
    world.system.look()
    world.report(world.node())
    world.system.look()
    assert [event.status for event in events.take_all(0)][-1] == "ok"
    began = world.clock.now()
    world.system.add("tank", "Tank", lambda: Finding("It leaks.", "Stop it."))
    world.system.look()
    world.clock.advance(5)
    world.system.look()
    [event] = events.take_all(0)
    assert event.status == "degraded"
    [problem] = event.problems
    assert (problem.name, problem.problem, problem.remedy) == ("tank", "It leaks.", "Stop it.")
    assert problem.since == began
    world.system.add("tank", "Tank", lambda: WELL)
    world.system.look()
    [event] = events.take_all(0)
    assert (event.status, event.problems) == ("ok", ())


def test_a_probe_that_fails_says_so_and_hides_no_other(world: World) -> None:
    def refused() -> Finding:
        raise Unavailable("The tank is gone.", "Buy one.")

    def broken() -> Finding:
        raise ZeroDivisionError

    world.system.add("tank", "Tank", refused)
    world.system.add("pump", "Pump", broken)
    assert part(world, "tank").status == "failed"
    assert part(world, "tank").remedy == "Buy one."
    assert part(world, "pump").problem == "It cannot be looked at: ZeroDivisionError."
    assert part(world, "database").status == "ok"


def test_an_agent_that_was_stopped_or_removed_is_no_problem_and_a_lost_one_is(
    world: World,
) -> None:
    camera, channel, _ = world.camera()
    assert part(world, "agents").status == "ok"
    world.agents.agent_disconnected(camera.agent_id, channel)
    lost = part(world, "agents")
    assert lost.problem == "The connection to camera was lost."
    assert lost.remedy
    channel = world.connect(camera)
    world.agents.agent_message(camera.agent_id, channel, Goodbye())
    world.agents.agent_disconnected(camera.agent_id, channel)
    assert part(world, "agents").status == "ok"
    channel = world.connect(camera)
    world.agents.agent_disconnected(camera.agent_id, channel)
    assert part(world, "agents").status == "degraded"
    world.agents.dismiss(camera.agent_id)
    assert part(world, "agents").status == "ok"


def test_what_an_agent_says_is_wrong_is_its_problem(world: World) -> None:
    camera, channel, _ = world.camera()
    world.agents.agent_message(
        camera.agent_id, channel, Heartbeat(world.clock.now(), {"": "The outbox is full."})
    )
    assert part(world, "agents").problem == "camera: The outbox is full."


def test_a_clock_a_day_wrong_names_the_agent(world: World) -> None:
    camera, channel, _ = world.camera()
    beat = Heartbeat(world.clock.now(), clock_offset_ms=86_400_000.0, round_trip_ms=4.0)
    world.agents.agent_message(camera.agent_id, channel, beat)
    assert part(world, "clock").problem == "The clock is wrong at: camera."
    other = world.identity("other", AgentKind.CAMERA)
    channel = world.connect(other)
    world.agents.agent_message(other.agent_id, channel, beat)
    assert "station's own clock" in part(world, "clock").remedy


def test_our_own_clock_that_was_set_is_said_for_ten_minutes() -> None:
    clock = ManualClock()
    watch = ClockWatch(clock)
    clock.advance(10)
    assert watch.look() == ""
    clock._start -= timedelta(days=1)
    assert watch.look() == "This machine's clock was set back by 86400 s."
    clock.advance(599)
    assert watch.look() != ""
    clock.advance(2)
    assert watch.look() == ""


def test_messages_that_wait_in_an_outbox_are_told(world: World) -> None:
    camera, channel, _ = world.camera()
    beat = Heartbeat(world.clock.now(), figures={"outbox_waiting": 2500.0})
    world.agents.agent_message(camera.agent_id, channel, beat)
    assert "2500 at camera" in part(world, "outbox").problem


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("total", "free", "wrong"),
    [(10**12, 10**11, False), (10**12, 10**10, True), (10**10, 9 * 10**8, True)],
)
def test_a_disk_that_is_nearly_full_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: int, free: int, wrong: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(total, total - free, free))
    finding = disk_probe(tmp_path)
    assert bool(finding.problem) is wrong
    assert finding.failed is False
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_nothing_has_failed(tmp_path: Path) -> None:
    finding = disk_probe(tmp_path / "missing")
    assert finding.failed
    assert finding.problem.startswith("Nothing can be written to the data folder")
    assert finding.remedy


def board(world: World, state: str, *, ended: bool = False) -> None:
    one = ProcessState(
        name="node",
        title="Vision node",
        state=state,  # type: ignore[arg-type]
        pid=1,
        since=world.clock.now(),
        restarts=5,
        last_error="It was killed by signal 9.",
    )
    write_board(
        board_file(world.folder),
        ProcessBoard(written_at=world.clock.now(), supervisor_pid=1, ended=ended, processes=[one]),
    )


def test_a_degraded_process_and_a_supervisor_that_is_gone(world: World) -> None:
    assert part(world, "supervisor").status == "ok"  # none runs it
    board(world, "running")
    assert part(world, "supervisor").status == "ok"
    board(world, "degraded")
    assert "Vision node: It was killed by signal 9." in part(world, "supervisor").problem
    world.clock.advance(10)
    assert part(world, "supervisor").problem.startswith("The supervisor has said nothing since")
    board(world, "stopped", ended=True)
    assert part(world, "supervisor").status == "ok"
    assert world.system.board() is None


def test_a_worker_that_fails_is_seen_and_logged_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = True

    def step() -> None:
        if broken:
            raise ValueError("no water")

    worker = Worker("test-pump", step)
    worker.start()
    try:
        wait_for(lambda: worker.failures >= 3, "it did not fail")
        finding = workers_probe()
        assert "test-pump" in finding.problem
        assert "ValueError: no water" in finding.problem
        broken = False
        recovered = "worker_recovered worker=test-pump"
        wait_for(lambda: recovered in caplog.text, "it did not recover")
    finally:
        worker.stop()
    assert caplog.text.count("worker_failed worker=test-pump") == 1
    assert caplog.text.count(recovered) == 1
    assert "test-pump" not in workers_probe().problem


def test_every_part_has_a_title_and_problems_have_remedies(world: World) -> None:
    state = world.system.look()
    assert {one.name for one in state.parts} >= {"database", "disk", "node", "agents", "clock"}
    assert all(one.title for one in state.parts)
    assert all(one.remedy for one in state.parts if one.status != "ok")
