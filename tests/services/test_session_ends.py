"""Sessions that must end are ended in the end, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ground_station.core.agent_protocol import Done, EndSession, Goodbye, SourceReports
from ground_station.core.clock import ManualClock
from ground_station.core.errors import TimedOut
from ground_station.core.ids import new_id
from ground_station.services.session_ends import SessionEnds
from tests.services.world import OFFER, FakeChannel, World, live


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "var")
    yield made
    made.close()


def test_an_end_that_times_out_is_tried_until_the_node_confirms() -> None:
    clock, channel = ManualClock(), FakeChannel(error=TimedOut("It did not answer."))
    ends = SessionEnds(lambda _node: channel, clock)
    ends.put("node", "session")
    for _ in range(40):
        ends.tell()
        clock.advance(0.5)
    tries = len(channel.commands)
    assert 4 <= tries <= 6, "with pauses of 1, 2, 4, 8 and 10 s"
    channel.error = None
    clock.advance(10)
    ends.tell()
    assert channel.commands == [EndSession("session")] * (tries + 1)
    assert len(ends) == 0
    clock.advance(60)
    ends.tell()
    assert len(channel.commands) == tries + 1


def test_it_is_given_up_when_the_node_is_gone() -> None:
    ends = SessionEnds(lambda _node: None, ManualClock())
    ends.put("node", "session")
    ends.tell()
    assert len(ends) == 0


def test_a_viewer_from_before_the_restart_is_ended_at_once(world: World) -> None:
    node, channel = world.node()
    left_over = new_id()
    _, _, source_id = world.camera()
    world.report((node, channel), live(source_id, new_id()))
    token, _ = world.media.viewer_token(source_id, world.signed_in())
    known = world.media.view(source_id, token, OFFER).session_id
    message = SourceReports([], "nanodet-g-416", "", [left_over, known])
    world.agents.agent_message(node.agent_id, channel, message)
    world.agents.agent_message(node.agent_id, channel, message)
    world.media.ends.tell()
    assert channel.of(EndSession) == [EndSession(left_over)]
    assert world.media.sessions.find(known) is not None


def test_a_viewer_whose_node_lost_its_link_for_a_moment_is_ended_when_it_returns(
    world: World,
) -> None:
    node, channel = world.node()
    _, _, source_id = world.camera()
    world.report((node, channel), live(source_id, new_id()))
    token, _ = world.media.viewer_token(source_id, world.signed_in())
    viewer = world.media.view(source_id, token, OFFER).session_id
    world.agents.agent_disconnected(node.agent_id, channel)
    again = world.connect(node)
    message = SourceReports([], "nanodet-g-416", "", [viewer])
    world.agents.agent_message(node.agent_id, again, message)
    world.media.ends.tell()
    assert again.of(EndSession) == [EndSession(viewer)]


def test_an_agent_that_says_goodbye_or_was_dismissed_is_no_problem(world: World) -> None:
    camera, channel, _ = world.camera()
    world.agents.agent_message(camera.agent_id, channel, Goodbye())
    world.agents.agent_disconnected(camera.agent_id, channel)
    [status] = world.agents.all()
    assert (status.connected, status.left) == (False, True)
    assert status.problem == "camera was stopped."
    again = world.connect(camera)
    [status] = world.agents.all()
    assert (status.connected, status.left) == (True, False)
    world.agents.dismiss(camera.agent_id)
    assert again.closed
    assert world.agents.all() == []


def test_asked_again_while_it_is_told_it_is_told_once_more() -> None:
    clock, channel = ManualClock(), FakeChannel()
    ends = SessionEnds(lambda _node: channel, clock)

    def answer(_command: object) -> Done:
        if len(channel.commands) == 1:
            ends.put("node", "session")
        return Done()

    channel.answer = answer
    ends.put("node", "session")
    ends.tell()
    ends.tell()
    ends.tell()
    assert channel.commands == [EndSession("session")] * 2
