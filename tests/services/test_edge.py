"""Edge sources: the agent analyses, and sends tracks only."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from ground_station.core.agent_protocol import (
    AgentKind,
    Heartbeat,
    SourceOffer,
    TrackBatch,
    WireFrameTracks,
    WireTrack,
)
from ground_station.core.errors import InvalidInput, NotAllowed, Unprocessable
from ground_station.core.events import TracksLocated
from ground_station.core.ids import new_id
from ground_station.core.model import CapturedAtFrom, SourceCondition
from ground_station.core.ports import AgentIdentity
from tests.services.world import CALIBRATION, OFFER, FakeChannel, World

SESSION = new_id()


def frame(world: World, source: str, session: str = SESSION, *, seq: int = 0) -> WireFrameTracks:
    track = WireTrack(1, "person", 0.9, 370, 300, 398, 400, 0, 0)
    now = world.clock.now()
    return WireFrameTracks(
        source, session, seq, 0, now, CapturedAtFrom.AGENT, 768, 576, tracks=[track]
    )


def host(world: World, count: int = 2) -> tuple[AgentIdentity, FakeChannel]:
    identity = world.identity("edge host", AgentKind.CAMERA)
    offers = [
        SourceOffer(f"cam-{n}", f"Camera {n}", edge=True, calibration=CALIBRATION)
        for n in range(count)
    ]
    return identity, world.connect(identity, *offers)


def conditions(world: World, agent_id: str) -> dict[str, SourceCondition]:
    return {
        str(status.source.agent_key): status.condition
        for status in world.sources.of_agent(agent_id)
    }


def tick(world: World, seconds: float) -> None:
    world.clock.advance(seconds)
    world.agents.tick()


def test_one_batch_makes_all_sources_live_and_places_their_tracks(world: World) -> None:
    identity, channel = host(world)
    located = world.bus.subscribe(TracksLocated)
    batch = TrackBatch([frame(world, "cam-0"), frame(world, "cam-1")])
    world.agents.agent_message(identity.agent_id, channel, batch)
    assert set(conditions(world, identity.agent_id).values()) == {SourceCondition.LIVE}
    ids = {status.source.source_id for status in world.sources.of_agent(identity.agent_id)}
    got = located.take_all(1.0)
    assert {event.source_id for event in got} == ids
    assert all(len(event.observations) == 1 for event in got)


def test_a_source_is_lost_when_its_frames_stop_and_live_when_they_come_again(world: World) -> None:
    identity, channel = host(world)
    for second in range(6):
        names = ["cam-0", "cam-1"] if second == 0 else ["cam-0"]
        batch = TrackBatch([frame(world, name, seq=second) for name in names])
        world.agents.agent_message(identity.agent_id, channel, batch)
        tick(world, 1.1)
    expected = {"cam-0": SourceCondition.LIVE, "cam-1": SourceCondition.LOST}
    assert conditions(world, identity.agent_id) == expected
    lost = next(
        s for s in world.sources.of_agent(identity.agent_id) if s.source.agent_key == "cam-1"
    )
    assert "no detections" in lost.problem
    batch = TrackBatch([frame(world, "cam-1", seq=9)])
    world.agents.agent_message(identity.agent_id, channel, batch)
    assert conditions(world, identity.agent_id)["cam-1"] is SourceCondition.LIVE


def test_the_agents_loss_and_return(world: World) -> None:
    identity, channel = host(world, 1)
    batch = TrackBatch([frame(world, "cam-0")])
    world.agents.agent_message(identity.agent_id, channel, batch)
    world.agents.agent_disconnected(identity.agent_id, channel)
    assert conditions(world, identity.agent_id) == {"cam-0": SourceCondition.LOST}
    again = world.connect(identity, SourceOffer("cam-0", "Camera 0", edge=True))
    world.agents.agent_message(
        identity.agent_id, again, TrackBatch([frame(world, "cam-0", new_id())])
    )
    [status] = world.sources.of_agent(identity.agent_id)
    assert (status.condition, status.problem) == (SourceCondition.LIVE, "")


def test_an_edge_agent_is_not_told_to_publish(world: World) -> None:
    world.node()
    identity, channel = host(world)
    assert world.sources.without_session(identity.agent_id) == []
    world.agents.tell_to_publish(identity.agent_id)
    assert channel.commands == []


def test_there_is_no_video_of_an_edge_source(world: World) -> None:
    world.node()
    identity, channel = host(world, 1)
    world.agents.agent_message(identity.agent_id, channel, TrackBatch([frame(world, "cam-0")]))
    [status] = world.sources.of_agent(identity.agent_id)
    source_id = status.source.source_id
    token, _expires = world.media.viewer_token(source_id, world.signed_in())
    with pytest.raises(Unprocessable, match="no video"):
        world.media.view(source_id, token, OFFER)


@pytest.mark.parametrize("named", ["key", "id", "unknown"])
def test_tracks_of_what_is_not_its_own_are_refused(world: World, named: str) -> None:
    _other, _channel, other_source = world.camera("other")
    identity, channel = host(world)
    name = {"key": "cam-9", "id": other_source, "unknown": new_id()}[named]
    located = world.bus.subscribe(TracksLocated)
    with pytest.raises(NotAllowed, match="edge source"):
        world.agents.agent_message(
            identity.agent_id, channel, TrackBatch([frame(world, "cam-0"), frame(world, name)])
        )
    assert located.take_all(0) == []  # nothing of the batch


def test_a_camera_with_video_does_not_send_its_own_tracks(world: World) -> None:
    identity, channel, source_id = world.camera()
    with pytest.raises(NotAllowed):
        world.agents.agent_message(
            identity.agent_id, channel, TrackBatch([frame(world, source_id)])
        )


def test_a_session_that_is_no_id_is_refused(world: World) -> None:
    identity, channel = host(world)
    with pytest.raises(InvalidInput, match="session"):
        world.agents.agent_message(
            identity.agent_id, channel, TrackBatch([frame(world, "cam-0", "s")])
        )


def test_capture_times_are_corrected_by_the_measured_offset(world: World) -> None:
    identity, channel = host(world, 1)
    day_ms = 24 * 3600 * 1000.0
    wrong = world.clock.now() + timedelta(days=1)
    world.agents.agent_message(
        identity.agent_id, channel, Heartbeat(wrong, clock_offset_ms=day_ms, round_trip_ms=1.0)
    )
    [agent] = world.agents.all()
    assert agent.problem == "Its clock is 24 h ahead; set it by NTP."
    assert agent.clock_offset_ms == day_ms
    located = world.bus.subscribe(TracksLocated)
    sent = msgspec.structs.replace(frame(world, "cam-0"), captured_at=wrong)
    world.agents.agent_message(identity.agent_id, channel, TrackBatch([sent]))
    [event] = located.take_all(1.0)
    assert event.observed_at == world.clock.now()
