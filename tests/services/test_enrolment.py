"""Codes, tokens, rotation and revocation, over the real database."""

from __future__ import annotations

import threading

import pytest

from ground_station.core.agent_protocol import (
    AgentKind,
    Command,
    Done,
    EndSession,
    RotateToken,
)
from ground_station.core.audit import Act, Actor
from ground_station.core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotSignedIn,
    Throttled,
    TimedOut,
    Unavailable,
    Unprocessable,
)
from ground_station.core.ids import new_id
from ground_station.core.model import SourceCondition
from ground_station.core.registry import token_hash
from ground_station.services.enrolment import (
    ROTATE_AGAIN_AFTER_S,
    By,
    EnrolledAuthenticator,
    code_hash,
    make_code,
)
from tests.agentlink.station import until
from tests.services.world import FakeChannel, World, live

BY = By(Actor.COMMAND_LINE)


def organisation(world: World) -> str:
    return world.users.default_organisation_id()


def authenticator(world: World) -> EnrolledAuthenticator:
    return EnrolledAuthenticator(world.agent_rows, world.enrolment_rows, world.clock)


def invite(world: World, name: str = "Gate", kind: AgentKind = AgentKind.CAMERA) -> str:
    return world.enrolments.invite(organisation(world), name, kind, BY).code


def enrol(world: World, name: str = "Gate") -> tuple[str, str]:
    """An agent's id and token."""
    enrolled = world.enrolments.enrol(invite(world, name), "10.0.0.1")
    return enrolled.agent.agent_id, enrolled.token


# --- codes ---------------------------------------------------------------------------------------


def test_a_code_has_a_hundred_bits_and_is_read_however_it_is_typed() -> None:
    codes = {make_code() for _ in range(200)}
    assert len(codes) == 200
    code = codes.pop()
    assert len(code.replace("-", "")) == 20
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert code_hash(typed) == code_hash(code)
    assert code_hash(codes.pop()) != code_hash(code)


def test_a_code_is_traded_for_a_token_once(world: World) -> None:
    code = invite(world)
    enrolled = world.enrolments.enrol(code, "10.0.0.1")
    identity = authenticator(world).agent_for_token(enrolled.token)
    assert identity is not None
    assert (identity.name, identity.kind) == ("Gate", AgentKind.CAMERA)
    assert identity.organisation_id == organisation(world)
    with pytest.raises(NotSignedIn, match="used up"):
        world.enrolments.enrol(code, "10.0.0.2")
    acts = [r.entry.act for r in world.audit.read(subject_id=identity.agent_id)]
    assert acts == [Act.AGENT_ENROLLED, Act.AGENT_INVITED]


def test_only_hashes_are_kept_and_shown(world: World) -> None:
    invited = world.enrolments.invite(organisation(world), "Gate", AgentKind.CAMERA, BY)
    enrolled = world.enrolments.enrol(invited.code, "10.0.0.1")
    world.database.close()
    stored = b"".join(p.read_bytes() for p in world.folder.glob("kestrel.db*"))
    for secret in (invited.code, invited.code.replace("-", ""), enrolled.token):
        assert secret.encode() not in stored
        assert secret not in repr(invited) + repr(enrolled)


def test_a_code_lives_an_hour(world: World) -> None:
    code = invite(world)
    world.clock.advance(3600)
    with pytest.raises(NotSignedIn, match="older than an hour"):
        world.enrolments.enrol(code, "10.0.0.1")
    assert world.enrolments.enrol(invite(world), "10.0.0.1").token  # invited again


def test_guessing_is_slowed_down_by_address(world: World) -> None:
    code = invite(world)
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            world.enrolments.enrol(make_code(), "10.0.0.66")
    with pytest.raises(Throttled):
        world.enrolments.enrol(code, "10.0.0.66")
    assert world.enrolments.enrol(code, "10.0.0.1").token


def test_a_whole_ipv6_network_guesses_as_slowly_as_one_address(world: World) -> None:
    for number in range(5):
        with pytest.raises(NotSignedIn):
            world.enrolments.enrol(make_code(), f"2001:db8::{number}")
    with pytest.raises(Throttled):
        world.enrolments.enrol(make_code(), "2001:db8::66")


def test_an_invited_agent_has_no_token_yet(world: World) -> None:
    invite(world)
    [one] = world.enrolments.all(organisation(world))
    assert (one.enrolled_at, one.token_issued_at) == (None, None)
    assert authenticator(world).agent_for_token("") is None


def test_a_name_with_a_good_token_is_taken(world: World) -> None:
    agent_id, _token = enrol(world)
    with pytest.raises(Conflict, match="already an agent Gate"):
        invite(world)
    world.enrolments.revoke(organisation(world), agent_id, BY)
    again = world.enrolments.enrol(invite(world), "10.0.0.1")
    assert again.agent.agent_id == agent_id  # the same agent, let in anew


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b", "\u202eevil"])
def test_names(world: World, name: str) -> None:
    with pytest.raises(InvalidInput):
        invite(world, name)


def test_an_act_that_cannot_be_audited_is_not_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_entries: object) -> None:
        raise Unavailable("No.")

    monkeypatch.setattr(world.audit, "together", refuse)
    with pytest.raises(Unavailable):
        invite(world)
    assert world.enrolments.all(organisation(world)) == []


# --- revoking ------------------------------------------------------------------------------------


def test_a_revoked_agent_is_out_at_once_with_what_it_publishes(world: World) -> None:
    node_id, node_channel = world.node()
    identity, channel, source_id = world.camera()
    world.sources.session_began(source_id, "session", node_id.agent_id)
    world.report((node_id, node_channel), live(source_id, "session"))
    world.enrolments.revoke(organisation(world), identity.agent_id, BY)
    world.warden.look()
    assert channel.closed
    status = world.sources.get(source_id)
    assert status.session_id is None
    assert status.condition is SourceCondition.LOST
    assert "shut out" in status.problem
    assert world.media.ends is not None
    assert len(world.media.ends) == 1
    assert authenticator(world).agent_for_token(f"token of {identity.name}") is None
    assert node_channel.of(EndSession) == [] or len(node_channel.of(EndSession)) == 1


@pytest.mark.parametrize("enrolled_again", [True, False])
def test_an_agent_invited_again_at_once_is_out_as_well(world: World, enrolled_again: bool) -> None:
    agent_id, old = enrol(world)
    thief = connected(world, old)
    world.warden.look()
    assert world.agents.is_connected(agent_id)
    world.clock.advance(0.2)
    world.enrolments.revoke(organisation(world), agent_id, BY)
    code = invite(world)
    if enrolled_again:
        world.enrolments.enrol(code, "10.0.0.1")
    world.warden.look()  # finds nobody revoked
    assert thief.closed
    assert not world.agents.is_connected(agent_id)
    if not enrolled_again:
        new = world.enrolments.enrol(code, "10.0.0.1").token
        channel = connected(world, new)
        world.warden.look()
        assert not channel.closed


def test_what_run_py_gives_a_token_waits_for_no_code(world: World) -> None:
    code = invite(world)
    identity = world.identity("Gate", AgentKind.CAMERA)
    channel = world.connect(identity)
    world.warden.look()
    assert not channel.closed
    with pytest.raises(NotSignedIn):
        world.enrolments.enrol(code, "10.0.0.1")


def test_a_removed_agent_is_off_the_list_and_its_name_is_free(world: World) -> None:
    agent_id, token = enrol(world)
    world.enrolments.remove(organisation(world), agent_id, BY)
    assert world.enrolments.all(organisation(world)) == []
    assert authenticator(world).agent_for_token(token) is None
    with pytest.raises(NotFound):
        world.enrolments.revoke(organisation(world), agent_id, BY)
    other_id, _token = enrol(world)
    assert other_id != agent_id


def test_another_organisations_agents_are_not_there(world: World) -> None:
    agent_id, _token = enrol(world)
    for act in (world.enrolments.revoke, world.enrolments.remove, world.enrolments.rotate):
        with pytest.raises(NotFound):
            act(new_id(), agent_id, BY)
    assert world.enrolments.all(new_id()) == []


# --- rotating ------------------------------------------------------------------------------------


def connected(world: World, token: str) -> FakeChannel:
    identity = authenticator(world).agent_for_token(token)
    assert identity is not None
    return world.connect(identity)


def look(world: World) -> None:
    world.warden.look()
    world.warden.rotate_waiting()


def sent_token(channel: FakeChannel) -> str:
    command = channel.of(RotateToken)[-1]
    assert isinstance(command, RotateToken)
    return command.token


def test_both_tokens_are_good_until_the_new_one_is_used(world: World) -> None:
    agent_id, old = enrol(world)
    channel = connected(world, old)
    channel.answer = lambda _command: Done()
    world.enrolments.rotate(organisation(world), agent_id, BY)
    look(world)
    new = sent_token(channel)
    known = authenticator(world)
    assert known.agent_for_token(old) is not None
    assert known.agent_for_token(new) is not None  # used: the old one dies
    assert known.agent_for_token(old) is None
    assert known.agent_for_token(new) is not None
    [one] = world.enrolments.all(organisation(world))
    assert one.rotation_asked_at is None


@pytest.mark.parametrize("agent_stored_it", [True, False])
def test_a_crash_at_any_step_leaves_one_good_token(world: World, agent_stored_it: bool) -> None:
    agent_id, old = enrol(world)
    channel = connected(world, old)

    def die(_command: Command) -> Done:
        raise TimedOut("It was killed.")

    channel.answer = die
    world.enrolments.rotate(organisation(world), agent_id, BY)
    look(world)
    look(world)  # not again at once
    assert len(channel.of(RotateToken)) == 1
    if agent_stored_it:
        assert authenticator(world).agent_for_token(sent_token(channel)) is not None
        return
    again = connected(world, old)
    world.clock.advance(ROTATE_AGAIN_AFTER_S)
    look(world)
    first, second = sent_token(channel), sent_token(again)
    known = authenticator(world)
    assert first != second
    assert known.agent_for_token(first) is None  # replaced; the agent falls back to its former one
    assert known.agent_for_token(old) is not None
    assert known.agent_for_token(second) is not None


def test_an_agent_that_is_away_gets_its_token_when_it_comes(world: World) -> None:
    agent_id, old = enrol(world)
    world.enrolments.rotate(organisation(world), agent_id, BY)
    look(world)
    channel = connected(world, old)
    look(world)
    assert sent_token(channel)


def test_agents_that_do_not_answer_do_not_delay_the_end_of_another(world: World) -> None:
    slow_id, slow_token = enrol(world, "Slow")
    slow = connected(world, slow_token)
    gone_id, gone_token = enrol(world, "Gone")
    gone = connected(world, gone_token)
    asked, answer = threading.Event(), threading.Event()

    def hang(_command: Command) -> Done:
        asked.set()
        answer.wait(10.0)
        raise TimedOut("It did not answer.")

    slow.answer = hang
    world.enrolments.rotate(organisation(world), slow_id, BY)
    world.warden.start()
    try:
        assert asked.wait(10.0)
        world.enrolments.revoke(organisation(world), gone_id, BY)
        world.warden.soon()
        until(lambda: gone.closed)
        assert not slow.closed
    finally:
        answer.set()
        world.warden.stop()


def test_a_new_token_is_not_given_to_who_was_revoked_meanwhile(world: World) -> None:
    agent_id, old = enrol(world)
    channel = connected(world, old)
    world.enrolments.rotate(organisation(world), agent_id, BY)
    world.warden.look()
    world.enrolments.revoke(organisation(world), agent_id, BY)
    invite(world)
    world.warden.rotate_waiting()  # its connection is not cut yet
    assert channel.of(RotateToken) == []
    with pytest.raises(NotFound):
        world.enrolment_rows.set_next_token(agent_id, token_hash("next"))


def test_what_run_py_starts_keeps_no_token_to_rotate(world: World) -> None:
    identity = world.identity("Demonstration camera", AgentKind.CAMERA)
    with pytest.raises(Unprocessable, match="at each start"):
        world.enrolments.rotate(organisation(world), identity.agent_id, BY)


def test_a_revoked_agent_cannot_come_in_with_its_next_token(world: World) -> None:
    agent_id, _old = enrol(world)
    world.enrolment_rows.ask_rotation(agent_id, world.clock.now())
    world.enrolment_rows.set_next_token(agent_id, token_hash("next"))
    world.enrolments.revoke(organisation(world), agent_id, BY)
    assert authenticator(world).agent_for_token("next") is None


def test_by_name(world: World) -> None:
    enrol(world)
    assert world.enrolments.named(organisation(world), "Gate").agent.name == "Gate"
    with pytest.raises(NotFound):
        world.enrolments.named(organisation(world), "Other")
    world.enrolments.invite(organisation(world), "Gate", AgentKind.NODE, BY)
    with pytest.raises(Unprocessable):
        world.enrolments.named(organisation(world), "Gate")
