"""Agents and nodes: connected, silent, gone, back; and who is told to publish."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from ground_station.core.agent_protocol import (
    HEARTBEAT_LOST_AFTER_S,
    PROTOCOL_VERSION,
    AgentKind,
    Hello,
    PublishSources,
    SourceOffer,
    TrackBatch,
    WireFrameTracks,
    WireTrack,
)
from ground_station.core.errors import InvalidInput, NotAllowed, TimedOut
from ground_station.core.events import AgentChanged, TracksLocated, TracksObserved
from ground_station.core.ids import new_id
from ground_station.core.model import CapturedAtFrom, SourceCondition
from tests.services.world import FakeChannel, World, live

LIVE, LOST = SourceCondition.LIVE, SourceCondition.LOST


def waiting(world: World) -> list[str]:
    """Agents that a worker would tell to publish now; it has then done so."""
    taken = []
    while len(world.agents._to_tell):
        taken.append(world.agents._to_tell.take(0) or "")
        world.agents._waiting.discard(taken[-1])
    return taken


def publish(world: World, source_id: str, node_id: str) -> str:
    session = new_id()
    world.sources.session_began(source_id, session, node_id)
    return session


def test_tokens(world: World) -> None:
    identity = world.identity("camera", AgentKind.CAMERA, "secret")
    assert world.authenticator.agent_for_token("secret") == identity
    for wrong in ("", "Secret", "secret ", "\x00", "s" * 10_000):
        assert world.authenticator.agent_for_token(wrong) is None
    world.identity("camera", AgentKind.CAMERA, "newer secret")
    assert world.authenticator.agent_for_token("secret") is None


def test_a_hello_of_another_kind_or_with_a_bad_offer_is_refused(world: World) -> None:
    identity = world.identity("camera", AgentKind.CAMERA)
    hello = Hello(PROTOCOL_VERSION, AgentKind.NODE, "camera", "test")
    with pytest.raises(NotAllowed):
        world.agents.agent_connected(identity, hello, FakeChannel())
    with pytest.raises(InvalidInput):
        world.connect(identity, SourceOffer("", ""))
    assert not world.agents.is_connected(identity.agent_id)


def test_cameras_are_told_to_publish_when_both_are_there(world: World) -> None:
    _, camera, source_id = world.camera()
    assert camera.commands == []
    world.agents.start()
    try:
        time.sleep(0.1)
        assert camera.commands == []  # nobody could take it
        world.node()
        until = time.monotonic() + 5
        while not camera.commands and time.monotonic() < until:
            time.sleep(0.01)
    finally:
        world.agents.stop()
    [command] = camera.commands
    assert isinstance(command, PublishSources)
    assert command.whip_path == "/whip/"
    assert [grant.source_id for grant in command.sources] == [source_id]


def test_telling_lists_only_what_nobody_publishes(world: World) -> None:
    node = world.node()
    identity, camera, source_id = world.camera()
    world.agents.tell_to_publish(identity.agent_id)
    assert len(camera.of(PublishSources)) == 1
    publish(world, source_id, node[0].agent_id)
    world.agents.tell_to_publish(identity.agent_id)
    assert len(camera.of(PublishSources)) == 1


def test_an_agent_that_does_not_answer_is_reminded_later(world: World) -> None:
    node = world.node()
    identity, camera, _ = world.camera()
    camera.error = TimedOut("No answer within 5 s.")
    assert waiting(world) == [identity.agent_id]
    world.agents.tell_to_publish(identity.agent_id)
    told = []
    for _ in range(40):
        world.clock.advance(1)
        world.beat(identity, camera)
        world.beat(*node)
        world.agents.tick()
        if waiting(world):
            told.append(world.clock.monotonic_s())
            world.agents.tell_to_publish(identity.agent_id)
    assert told[0] == 11  # ten seconds, then twice as many
    assert told[1] == 32
    assert len(told) == 2


def test_a_silent_agent_is_lost_within_three_seconds(world: World) -> None:
    node = world.node()
    identity, camera, source_id = world.camera()
    session = publish(world, source_id, node[0].agent_id)
    world.report(node, live(source_id, session))
    changes = world.bus.subscribe(AgentChanged)
    waited = 0.0
    while world.agents.is_connected(identity.agent_id):
        world.clock.advance(0.25)
        waited += 0.25
        world.beat(*node)
        world.agents.tick()
        assert waited <= 3.0
    assert waited > HEARTBEAT_LOST_AFTER_S
    assert camera.closed
    status = world.sources.get(source_id)
    assert (status.condition, status.problem) == (LOST, "camera stopped answering.")
    [event] = [e for e in changes.take_all(0) if e.agent_id == identity.agent_id]
    assert not event.connected


def test_a_dead_node_takes_its_sessions_with_it(world: World) -> None:
    node = world.node()
    _, _, source_id = world.camera()
    opened = world.media.publish(source_id, "token of camera", "v=0\r\n")
    world.report(node, live(source_id, opened.session_id))
    assert world.agents.detector() == ("nanodet-g-416", "")
    world.agents.agent_disconnected(node[0].agent_id, node[1])
    status = world.sources.get(source_id)
    assert (status.condition, status.session_id) == (LOST, None)
    assert "node" in status.problem
    assert len(world.media.sessions) == 0
    assert "No vision node" in world.agents.detector()[1]
    [gone] = [a for a in world.agents.all() if a.agent_id == node[0].agent_id]
    assert not gone.connected
    assert gone.problem == "The connection to node was lost."


def test_a_node_that_comes_back_makes_the_cameras_publish_again(world: World) -> None:
    node = world.node()
    identity, camera, source_id = world.camera()
    publish(world, source_id, node[0].agent_id)
    world.agents.agent_disconnected(node[0].agent_id, node[1])
    waiting(world)
    world.connect(node[0])
    assert waiting(world) == [identity.agent_id]
    world.agents.tell_to_publish(identity.agent_id)
    assert len(camera.of(PublishSources)) == 1


def test_a_second_connection_replaces_the_first(world: World) -> None:
    node = world.node()
    _, _, source_id = world.camera()
    session = publish(world, source_id, node[0].agent_id)
    second = world.connect(node[0])
    assert world.sources.get(source_id).session_id is None  # a new process has no sessions
    world.agents.agent_disconnected(node[0].agent_id, node[1])  # the first one's farewell
    assert world.agents.nodes() == [(node[0].agent_id, second)]
    world.report(node, live(source_id, session))  # a straggler of the first
    assert world.sources.get(source_id).condition is LOST


def test_nodes_and_cameras_may_not_say_each_others_things(world: World) -> None:
    node = world.node()
    identity, camera, source_id = world.camera()
    session = publish(world, source_id, node[0].agent_id)
    world.report((identity, camera), live(source_id, session))
    assert world.sources.get(source_id).condition is not LIVE


def test_what_agents_say_is_wrong_is_shown(world: World) -> None:
    node = world.node()
    identity, camera, source_id = world.camera()
    message_of = {a.agent_id: a.problem for a in world.agents.all()}
    assert message_of[identity.agent_id] == ""
    world.beat(identity, camera, **{"": "The disk is full.", "cam-1": "No such file."})
    [shown] = [a for a in world.agents.all() if a.agent_id == identity.agent_id]
    assert shown.problem == "The disk is full."
    assert world.sources.get(source_id).problem == "No such file."
    world.report(node, detector_problem="The model file is damaged.")
    assert world.agents.detector() == ("nanodet-g-416", "The model file is damaged.")


def frame(world: World, source_id: str, session: str, *tracks: WireTrack) -> TrackBatch:
    return TrackBatch(
        [
            WireFrameTracks(
                source_id,
                session,
                7,
                2**33 + 5,
                world.clock.now(),
                CapturedAtFrom.AGENT,
                768,
                576,
                list(tracks),
            )
        ]
    )


def test_tracks_go_to_the_bus_and_to_their_places(world: World) -> None:
    node = world.node()
    _, _, source_id = world.camera()
    session = publish(world, source_id, node[0].agent_id)
    observed = world.bus.subscribe(TracksObserved)
    located = world.bus.subscribe(TracksLocated)
    on_ground = WireTrack(1, "person", 0.9, 374, 300, 394, 400, 1.0, 2.0)
    cut_off = WireTrack(2, "person", 0.9, 374, 500, 394, 575, 0, 0)
    in_the_sky = WireTrack(3, "person", 0.9, 374, -90, 394, -80, 0, 0)
    nowhere = WireTrack(4, "person", 0.9, float("nan"), 0, 1, 1, 0, 0)
    batch = frame(world, source_id, session, on_ground, cut_off, in_the_sky, nowhere)
    world.agents.agent_message(node[0].agent_id, node[1], batch)
    [seen] = observed.take_all(0)
    assert [track.track_id for track in seen.frame.tracks] == [1, 2, 3]
    [places] = located.take_all(0)
    [place] = places.observations
    assert place.track_id == 1
    assert 51.4800 < place.lat < 51.4806  # between ten and sixty metres north of the anchor
    assert abs(place.lon + 0.21) < 0.0001
    assert 0 < place.semi_minor_m <= place.semi_major_m < 20
    assert place.observed_at == world.clock.now()


def test_tracks_of_another_session_are_dropped(world: World) -> None:
    node = world.node()
    _, _, source_id = world.camera()
    publish(world, source_id, node[0].agent_id)
    observed = world.bus.subscribe(TracksObserved)
    for batch in (frame(world, source_id, new_id()), frame(world, new_id(), new_id())):
        world.agents.agent_message(node[0].agent_id, node[1], batch)
    assert observed.take_all(0) == []


def test_a_scaled_stream_lands_in_the_same_place(world: World) -> None:
    node = world.node()
    _, _, source_id = world.camera()
    session = publish(world, source_id, node[0].agent_id)
    located = world.bus.subscribe(TracksLocated)
    full = frame(world, source_id, session, WireTrack(1, "person", 0.9, 374, 300, 394, 400, 0, 0))
    world.agents.agent_message(node[0].agent_id, node[1], full)
    [first] = located.take_all(0)
    half = WireFrameTracks(
        source_id,
        session,
        8,
        9,
        None,
        CapturedAtFrom.UNKNOWN,
        384,
        288,
        [WireTrack(1, "person", 0.9, 187, 150, 197, 200, 0, 0)],
    )
    world.agents.agent_message(node[0].agent_id, node[1], TrackBatch([half]))
    [second] = located.take_all(0)
    assert second.observations[0].lat == pytest.approx(first.observations[0].lat, abs=1e-7)
    assert second.observed_at is None


def test_an_agent_shows_since_when(world: World) -> None:
    world.clock.advance(60)
    identity, channel, _ = world.camera()
    world.clock.advance(1)
    world.agents.agent_disconnected(identity.agent_id, channel)
    [status] = world.agents.all()
    assert status.since == world.clock.now()
    world.clock.advance(1)
    world.connect(identity)
    [status] = world.agents.all()
    assert status.connected
    assert status.since - world.clock.now() == timedelta(0)


def test_a_restarted_agent_is_told_at_once_although_its_old_session_still_stands(
    world: World,
) -> None:
    node, _ = world.node()
    identity, channel, source_id = world.camera()
    waiting(world)
    session = publish(world, source_id, node.agent_id)
    world.sources.reported(node.agent_id, [live(source_id, session)])
    world.agents.agent_disconnected(identity.agent_id, channel)
    again = world.connect(identity, SourceOffer("cam-1", "Park gate"))
    world.sources.reported(node.agent_id, [live(source_id, session)])
    assert world.sources.get(source_id).condition is LOST
    assert waiting(world) == [identity.agent_id]
    world.agents.tell_to_publish(identity.agent_id)
    assert isinstance(again.commands[-1], PublishSources)
    newer = publish(world, source_id, node.agent_id)
    world.sources.reported(node.agent_id, [live(source_id, newer)])
    assert world.sources.get(source_id).condition is LIVE


def test_an_agent_whose_link_blinked_keeps_its_session(world: World) -> None:
    node, _ = world.node()
    identity, channel, source_id = world.camera()
    waiting(world)
    session = publish(world, source_id, node.agent_id)
    world.agents.agent_disconnected(identity.agent_id, channel)
    again = world.connect(identity, SourceOffer("cam-1", "Park gate", publishing=True))
    world.sources.reported(node.agent_id, [live(source_id, session)])
    assert world.sources.get(source_id).condition is LIVE
    world.agents.tell_to_publish(identity.agent_id)
    assert again.commands == []
