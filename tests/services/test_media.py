"""WHIP and WHEP: who may, who may not, and that nothing is left half-started."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ground_station.core.agent_protocol import (
    AcceptWhep,
    AcceptWhip,
    AddCandidates,
    AgentKind,
    Command,
    Done,
    EndSession,
    FrameTime,
    FrameTimes,
    RelayFrameTimes,
    SdpAnswer,
    SessionEnded,
    ViewerClock,
)
from ground_station.core.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    TimedOut,
    Unavailable,
    Unprocessable,
)
from ground_station.core.events import ViewerClockKnown
from ground_station.core.ids import new_id
from ground_station.core.model import SourceCondition
from ground_station.services import media, media_sessions
from ground_station.services.media_sessions import Direction, ViewerTokens
from tests.services.world import ANSWER, OFFER, PASSWORD, FakeChannel, World, live


@contextmanager
def running(world: World) -> Iterator[None]:
    world.media.start()
    try:
        yield
    finally:
        world.media.stop()


def eventually(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not true():
        assert time.monotonic() < until, "it did not happen within 5 s"
        time.sleep(0.01)


def whip_source(world: World) -> tuple[str, str]:
    source, token = world.sources.add_whip("Phone", None, None, None)
    return source.source_id, token


def viewing(world: World) -> tuple[str, str]:
    """A live source and a viewer token for it."""
    source_id, token = whip_source(world)
    world.media.publish(source_id, token, OFFER)
    return source_id, world.media.viewer_token(source_id, world.signed_in())[0]


def test_a_publisher_with_the_sources_token(world: World) -> None:
    _, node = world.node()
    source_id, token = whip_source(world)
    opened = world.media.publish(source_id, token, OFFER)
    assert opened.sdp == ANSWER
    [command] = node.commands
    assert command == AcceptWhip(source_id, opened.session_id, OFFER)
    status = world.sources.get(source_id)
    assert (status.condition, status.session_id) == (
        SourceCondition.CONNECTING,
        opened.session_id,
    )


def test_an_agent_publishes_its_own_source_only(world: World) -> None:
    world.node()
    _, _, source_id = world.camera()
    world.identity("other", AgentKind.CAMERA)
    world.media.publish(source_id, "token of camera", OFFER)
    with pytest.raises(NotAllowed):
        world.media.publish(source_id, "token of other", OFFER)
    phone, token = whip_source(world)
    with pytest.raises(NotAllowed):
        world.media.publish(phone, "token of camera", OFFER)
    with pytest.raises(NotSignedIn):
        world.media.publish(source_id, token, OFFER)


def test_wrong_tokens_and_unknown_sources(world: World) -> None:
    _, node = world.node()
    source_id, token = whip_source(world)
    for wrong in ("", "wrong", token + "x", token[:-1]):
        with pytest.raises(NotSignedIn):
            world.media.publish(source_id, wrong, OFFER)
    with pytest.raises(NotFound):
        world.media.publish(new_id(), token, OFFER)
    assert node.commands == []


@pytest.mark.parametrize("sdp", ["", "hello", "V=0", "v=0" + "x" * 64_000])
def test_what_is_no_offer_never_reaches_the_node(world: World, sdp: str) -> None:
    _, node = world.node()
    source_id, token = whip_source(world)
    with pytest.raises(InvalidInput):
        world.media.publish(source_id, token, sdp)
    assert node.commands == []


def test_without_a_node_there_is_a_remedy(world: World) -> None:
    source_id, token = whip_source(world)
    with pytest.raises(Unavailable) as refused:
        world.media.publish(source_id, token, OFFER)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "error", [Unprocessable("No codec."), InvalidInput("Malformed."), Unavailable("Gone.")]
)
def test_what_the_node_refuses_leaves_nothing(world: World, error: Exception) -> None:
    _, node = world.node()
    node.error = error  # type: ignore[assignment]
    source_id, token = whip_source(world)
    with pytest.raises(type(error)):
        world.media.publish(source_id, token, OFFER)
    assert len(world.media.sessions) == 0
    assert world.sources.get(source_id).session_id is None


def test_a_node_that_is_too_slow_is_told_to_end_what_it_may_have_begun(world: World) -> None:
    identity, node = world.node()
    source_id, token = whip_source(world)
    with running(world):
        node.error = TimedOut("No answer within 8 s.")
        with pytest.raises(TimedOut):
            world.media.publish(source_id, token, OFFER)
        eventually(lambda: len(node.of(EndSession)) == 1)
    [accept] = node.of(AcceptWhip)
    assert isinstance(accept, AcceptWhip)
    assert node.of(EndSession) == [EndSession(accept.session_id)]
    assert len(world.media.sessions) == 0
    world.report((identity, node), live(source_id, accept.session_id))
    assert world.sources.get(source_id).session_id is None


def test_an_answer_without_sdp_is_refused_and_ended(world: World) -> None:
    _, node = world.node()
    node.answer = lambda _command: Done()
    source_id, token = whip_source(world)
    with running(world):
        with pytest.raises(Unavailable):
            world.media.publish(source_id, token, OFFER)
        eventually(lambda: len(node.of(EndSession)) == 1)


def test_publishing_again_ends_the_former_session(world: World) -> None:
    _, node = world.node()
    source_id, token = whip_source(world)
    with running(world):
        first = world.media.publish(source_id, token, OFFER)
        second = world.media.publish(source_id, token, OFFER)
        eventually(lambda: node.of(EndSession) == [EndSession(first.session_id)])
    assert world.sources.get(source_id).session_id == second.session_id
    assert len(world.media.sessions) == 1


def test_the_former_session_is_ended_at_its_own_node(world: World) -> None:
    _, first_node = world.node("first")
    second = world.node("second")
    source_id, token = whip_source(world)
    former = new_id()
    world.report(second, live(source_id, former))
    with running(world):
        world.media.publish(source_id, token, OFFER)
        eventually(lambda: second[1].of(EndSession) == [EndSession(former)])
    assert len(first_node.of(AcceptWhip)) == 1
    assert first_node.of(EndSession) == []


def test_a_dead_token_comes_with_the_remedy_that_helps(world: World) -> None:
    world.node()
    _, _, offered = world.camera()
    added, _ = whip_source(world)
    for source_id, remedy in ((offered, "Start the agent again."), (added, "Add the source again")):
        with pytest.raises(NotSignedIn) as refused:
            world.media.publish(source_id, "a dead token", OFFER)
        assert refused.value.remedy.startswith(remedy)


def test_a_source_removed_while_its_offer_is_answered(world: World) -> None:
    _, node = world.node()
    source_id, token = whip_source(world)

    def remove(command: Command) -> Done | SdpAnswer:
        if isinstance(command, AcceptWhip):
            world.sources.remove(source_id, lambda _agent: False)
            return SdpAnswer(ANSWER)
        return Done()

    node.answer = remove
    with running(world):
        with pytest.raises(NotFound):
            world.media.publish(source_id, token, OFFER)
        eventually(lambda: len(node.of(EndSession)) == 1)
    assert len(world.media.sessions) == 0


def test_a_viewer_token_opens_one_session(world: World) -> None:
    _, node = world.node()
    source_id, token = viewing(world)
    opened = world.media.view(source_id, token, OFFER)
    assert node.of(AcceptWhep) == [AcceptWhep(source_id, opened.session_id, OFFER)]
    with pytest.raises(NotSignedIn):
        world.media.view(source_id, token, OFFER)


def test_viewer_tokens_end_after_a_minute_and_with_their_sign_in(world: World) -> None:
    world.node()
    source_id, token = viewing(world)
    world.clock.advance(60)
    with pytest.raises(NotSignedIn):
        world.media.view(source_id, token, OFFER)
    first, second = world.signed_in(), world.signed_in()
    revoked, _ = world.media.viewer_token(source_id, first)
    kept, _ = world.media.viewer_token(source_id, second)
    world.sign_in.sign_out(first)
    with pytest.raises(NotSignedIn, match="unknown"):
        world.media.view(source_id, revoked, OFFER)
    world.media.view(source_id, kept, OFFER)


def test_a_viewer_token_is_refused_when_another_process_ended_its_sign_in(world: World) -> None:
    _, node = world.node()
    source_id, token = viewing(world)
    world.accounts.set_password("operator", PASSWORD + "!")
    with pytest.raises(NotSignedIn, match="sign-in"):
        world.media.view(source_id, token, OFFER)
    assert node.of(AcceptWhep) == []


def test_signing_out_ends_what_is_viewed_with_that_sign_in_only(world: World) -> None:
    _, node = world.node()
    source_id, _ = viewing(world)
    leaves, stays = world.signed_in(), world.signed_in()
    seen = [
        world.media.view(source_id, world.media.viewer_token(source_id, who)[0], OFFER)
        for who in (leaves, stays)
    ]
    with running(world):
        world.sign_in.sign_out(leaves)
        eventually(lambda: len(node.of(EndSession)) > 0)
        time.sleep(0.1)
    assert node.of(EndSession) == [EndSession(seen[0].session_id)]
    assert world.media.sessions.find(seen[1].session_id) is not None


@pytest.mark.parametrize("how", ["expiry", "password"])
def test_what_is_viewed_ends_with_a_sign_in_nobody_signed_out(world: World, how: str) -> None:
    _, node = world.node()
    source_id, token = viewing(world)
    opened = world.media.view(source_id, token, OFFER)
    world.media.check_sign_ins()
    assert world.media.sessions.find(opened.session_id) is not None
    if how == "expiry":
        world.clock.advance(12 * 3600)
    else:
        world.accounts.set_password("operator", PASSWORD + "!")
    world.media.check_sign_ins()
    assert len(world.media.sessions) == 1  # the publisher stays
    with running(world):
        eventually(lambda: node.of(EndSession) == [EndSession(opened.session_id)])


def test_sign_ins_are_checked_all_the_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "CHECK_SIGN_INS_S", 0.02)
    _, node = world.node()
    source_id, token = viewing(world)
    opened = world.media.view(source_id, token, OFFER)
    world.accounts.set_password("operator", PASSWORD + "!")
    with running(world):
        eventually(lambda: node.of(EndSession) == [EndSession(opened.session_id)])


def test_signing_out_while_the_node_answers_leaves_no_video(world: World) -> None:
    _, node = world.node()
    source_id, _ = viewing(world)
    who = world.signed_in()
    token, _ = world.media.viewer_token(source_id, who)

    def sign_out(command: Command) -> Done | SdpAnswer:
        if isinstance(command, AcceptWhep):
            world.sign_in.sign_out(who)
            return SdpAnswer(ANSWER)
        return Done()

    node.answer = sign_out
    with pytest.raises(Unavailable):
        world.media.view(source_id, token, OFFER)
    [accept] = node.of(AcceptWhep)
    assert isinstance(accept, AcceptWhep)
    with running(world):  # told once the node certainly has it
        eventually(lambda: node.of(EndSession) == [EndSession(accept.session_id)])


def test_a_viewer_token_is_for_one_source(world: World) -> None:
    world.node()
    source_id, token = viewing(world)
    other, _ = whip_source(world)
    with pytest.raises(NotAllowed):
        world.media.view(other, token, OFFER)
    with pytest.raises(NotSignedIn):  # and is used up by the attempt
        world.media.view(source_id, token, OFFER)
    with pytest.raises(NotFound):
        world.media.viewer_token(new_id(), world.signed_in())


def test_what_is_not_published_cannot_be_viewed(world: World) -> None:
    world.node()
    source_id, _ = whip_source(world)
    token, _ = world.media.viewer_token(source_id, world.signed_in())
    with pytest.raises(Unavailable, match="Phone is not publishing"):
        world.media.view(source_id, token, OFFER)


def test_viewer_tokens_are_bounded(world: World) -> None:
    tokens = ViewerTokens(world.clock)
    for _ in range(media_sessions.MAX_VIEWER_TOKENS + 10):
        tokens.issue("source", "sign-in")
    assert len(tokens) == media_sessions.MAX_VIEWER_TOKENS


def test_viewers_of_a_source_are_bounded(world: World) -> None:
    world.node()
    source_id, token = viewing(world)
    for _ in range(media_sessions.MAX_VIEWERS_OF_SOURCE):
        world.media.view(source_id, token, OFFER)
        token, _ = world.media.viewer_token(source_id, world.signed_in())
    with pytest.raises(Throttled):
        world.media.view(source_id, token, OFFER)


def test_only_the_token_that_made_a_session_changes_or_ends_it(world: World) -> None:
    _, node = world.node()
    source_id, token = viewing(world)
    opened = world.media.view(source_id, token, OFFER)
    whep = (Direction.WHEP, source_id, opened.session_id)
    with pytest.raises(NotAllowed):
        world.media.trickle(*whep, "another token", "a=candidate:1\r\n")
    with pytest.raises(NotAllowed):
        world.media.end(*whep, "another token")
    with pytest.raises(NotFound):
        world.media.end(Direction.WHIP, source_id, opened.session_id, token)
    with pytest.raises(NotFound):
        world.media.end(Direction.WHEP, new_id(), opened.session_id, token)
    with pytest.raises(InvalidInput):
        world.media.trickle(*whep, token, " \r\n")
    world.media.trickle(*whep, token, "a=candidate:1\r\n")
    assert node.of(AddCandidates) == [AddCandidates(opened.session_id, "a=candidate:1\r\n")]
    with running(world):
        world.media.end(*whep, token)
        eventually(lambda: node.of(EndSession) == [EndSession(opened.session_id)])
    with pytest.raises(NotFound):
        world.media.end(*whep, token)


def test_a_publisher_that_ends_its_session_leaves_its_source_offline(world: World) -> None:
    node = world.node()
    source_id, token = whip_source(world)
    opened = world.media.publish(source_id, token, OFFER)
    world.report(node, live(source_id, opened.session_id))
    world.media.end(Direction.WHIP, source_id, opened.session_id, token)
    assert world.sources.get(source_id).condition is SourceCondition.OFFLINE
    world.report(node, live(source_id, opened.session_id))  # it was on its way
    status = world.sources.get(source_id)
    assert (status.condition, status.session_id) == (SourceCondition.OFFLINE, None)


def test_a_session_that_ends_by_itself(world: World) -> None:
    identity, node = world.node()
    source_id, token = viewing(world)
    viewer = world.media.view(source_id, token, OFFER)
    publisher = world.sources.get(source_id).session_id
    assert publisher is not None
    world.report((identity, node), live(source_id, publisher))
    for session_id in (viewer.session_id, publisher, new_id()):
        world.agents.agent_message(
            identity.agent_id, node, SessionEnded(session_id, "The peer is gone.")
        )
    assert len(world.media.sessions) == 0
    status = world.sources.get(source_id)
    assert (status.condition, status.problem) == (SourceCondition.LOST, "The peer is gone.")


def test_removing_a_source_ends_its_publisher_and_viewers(world: World) -> None:
    _, node = world.node()
    source_id, token = viewing(world)
    world.media.view(source_id, token, OFFER)
    removed = world.sources.remove(source_id, lambda _agent: False)
    with running(world):
        world.media.end_all_of_source(removed)
        eventually(lambda: len(node.of(EndSession)) == 2)
        time.sleep(0.1)
    assert len(node.of(EndSession)) == 2
    assert len(world.media.sessions) == 0


def test_removing_a_source_ends_a_session_from_before_the_station_was_started(
    world: World,
) -> None:
    identity, node = world.node()
    source_id, _ = whip_source(world)
    session = new_id()
    world.report((identity, node), live(source_id, session))  # taken over: in no table
    removed = world.sources.remove(source_id, lambda _agent: False)
    with running(world):
        world.media.end_all_of_source(removed)
        eventually(lambda: node.of(EndSession) == [EndSession(session)])


def test_a_session_of_an_unknown_source_is_ended_once(world: World) -> None:
    identity, node = world.node()
    known, _ = whip_source(world)
    stray = new_id()
    reports = [live(known, new_id()), live(new_id(), stray)]
    with running(world):
        for _ in range(3):
            world.report((identity, node), *reports)
        eventually(lambda: len(node.of(EndSession)) > 0)
        time.sleep(0.1)
    assert node.of(EndSession) == [EndSession(stray)]


def test_strays_are_remembered_in_bounded_memory(world: World) -> None:
    identity, _ = world.node()
    strays = [new_id() for _ in range(media.STRAYS_REMEMBERED + 10)]
    world.media.stray_sessions(identity.agent_id, strays)
    assert list(world.media._strays) == strays[10:]


def test_viewer_clocks_are_kept_for_sessions_we_have(world: World) -> None:
    identity, node = world.node()
    source_id, token = viewing(world)
    opened = world.media.view(source_id, token, OFFER)
    known = world.bus.subscribe(ViewerClockKnown)
    for session_id in (opened.session_id, new_id()):
        world.agents.agent_message(identity.agent_id, node, ViewerClock(session_id, 12345))
    assert known.take_all(0) == [ViewerClockKnown(opened.session_id, 12345)]
    assert world.media.sessions.clock(opened.session_id) == 12345


def test_frame_times_reach_the_node_that_holds_the_source(world: World) -> None:
    _, node = world.node()
    identity, camera, source_id = world.camera()
    world.media.publish(source_id, "token of camera", OFFER)
    times = [FrameTime(90 * n, world.clock.now()) for n in range(3)]
    message = FrameTimes(source_id, times)
    with running(world):
        world.agents.agent_message(identity.agent_id, camera, message)
        eventually(lambda: len(node.of(RelayFrameTimes)) == 1)
    assert node.of(RelayFrameTimes) == [RelayFrameTimes(source_id, times)]


def test_frame_times_of_another_agents_source_go_nowhere(world: World) -> None:
    world.node()
    _, _, source_id = world.camera()
    thief = world.identity("thief", AgentKind.CAMERA)
    channel = world.connect(thief)
    message = FrameTimes(source_id, [FrameTime(1, world.clock.now())])
    world.agents.agent_message(thief.agent_id, channel, message)
    assert len(world.media._times) == 0


def test_a_slow_node_never_holds_up_the_agent_and_memory_stays_bounded(world: World) -> None:
    _, node = world.node()
    identity, camera, source_id = world.camera()
    world.media.publish(source_id, "token of camera", OFFER)
    go_on = threading.Event()

    def slow(_command: Command) -> Done | SdpAnswer:
        go_on.wait(10)
        return Done()

    node.answer = slow
    message = FrameTimes(source_id, [FrameTime(1, world.clock.now())])
    with running(world):
        began = time.monotonic()
        for _ in range(5000):
            world.agents.agent_message(identity.agent_id, camera, message)
        assert time.monotonic() - began < 5
        assert len(world.media._times) <= 512
        go_on.set()
    assert isinstance(node, FakeChannel)
