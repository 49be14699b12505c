"""Received messages and enrolments, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ground_station.core.agent_protocol import AgentKind
from ground_station.core.delivery import ReceivedMessage
from ground_station.core.errors import Conflict, NotFound
from ground_station.core.ids import new_id
from ground_station.core.registry import Agent
from ground_station.store import (
    Database,
    SqlAgents,
    SqlEnrolments,
    SqlReceivedMessages,
    SqlUsers,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def new_agent(database: Database, name: str = "Gate", hashed: str = "") -> Agent:
    organisation = SqlUsers(database).default_organisation_id()
    return Agent(new_id(), organisation, name, AgentKind.CAMERA, hashed or new_id(), None)


def message(agent: Agent, at: datetime = NOW) -> ReceivedMessage:
    return ReceivedMessage(agent.agent_id, new_id(), at, at + timedelta(days=1), 86_400_000.0)


def test_messages_are_known_once_they_were_added(database: Database) -> None:
    agent = SqlAgents(database).issue(new_agent(database))
    received = SqlReceivedMessages(database)
    messages = [message(agent) for _ in range(450)]
    received.add(messages)
    keys = [(m.agent_id, m.message_id) for m in messages]
    assert received.known([*keys, (agent.agent_id, new_id()), (new_id(), keys[0][1])]) == set(keys)
    assert received.known([]) == frozenset()


def test_one_that_was_taken_before_takes_none_of_them(database: Database) -> None:
    agent = SqlAgents(database).issue(new_agent(database))
    received = SqlReceivedMessages(database)
    first, second = message(agent), message(agent)
    received.add([first])
    with pytest.raises(Conflict):
        received.add([second, first])
    assert received.known([(agent.agent_id, second.message_id)]) == frozenset()


def test_the_oldest_are_forgotten_first(database: Database) -> None:
    agent = SqlAgents(database).issue(new_agent(database))
    received = SqlReceivedMessages(database)
    messages = [message(agent, NOW + timedelta(hours=hour)) for hour in range(5)]
    received.add(messages)
    keys = [(m.agent_id, m.message_id) for m in messages]
    assert received.forget_before(NOW + timedelta(hours=4), 2) == 2
    assert received.known(keys) == set(keys[2:])
    assert received.forget_before(NOW + timedelta(hours=4), 10) == 2
    assert received.forget_before(NOW + timedelta(hours=4), 10) == 0


def test_the_life_of_an_agent(database: Database) -> None:
    agents, enrolments = SqlAgents(database), SqlEnrolments(database)
    wanted = new_agent(database, hashed="nobody")
    kept = enrolments.invite(wanted, "code", NOW, NOW + timedelta(hours=1))
    assert kept.agent_id == wanted.agent_id
    found = enrolments.find_code("code")
    assert found is not None
    assert found.code_expires_at == NOW + timedelta(hours=1)
    enrolments.enrol(kept.agent_id, "code", "first", NOW)
    with pytest.raises(NotFound, match="used"):
        enrolments.enrol(kept.agent_id, "code", "other", NOW)
    assert enrolments.find_code("code") is None

    enrolments.ask_rotation(kept.agent_id, NOW)
    enrolments.set_next_token(kept.agent_id, "second")
    assert agents.by_token_hash("first") is not None
    used = enrolments.use_next_token("second", NOW + timedelta(minutes=1))
    assert used is not None
    assert used.agent_id == kept.agent_id
    assert agents.by_token_hash("first") is None
    assert agents.by_token_hash("second") is not None
    assert enrolments.use_next_token("second", NOW) is None
    [one] = enrolments.all()
    assert one.rotation_asked_at is None
    assert one.token_issued_at == NOW + timedelta(minutes=1)

    enrolments.revoke(kept.agent_id, NOW)
    assert enrolments.shut_out_ids() == {kept.agent_id}
    revoked = agents.by_token_hash("second")
    assert revoked is not None
    assert revoked.revoked_at == NOW
    enrolments.remove(kept.agent_id, NOW)
    assert enrolments.all() == []
    assert enrolments.get(kept.agent_id) is None
    assert enrolments.shut_out_ids() == {kept.agent_id}
    again = enrolments.invite(new_agent(database), "code 2", NOW, NOW)
    assert again.agent_id != kept.agent_id


def test_a_name_with_a_good_token_is_not_given_away(database: Database) -> None:
    agents, enrolments = SqlAgents(database), SqlEnrolments(database)
    agents.issue(new_agent(database))
    with pytest.raises(Conflict):
        enrolments.invite(new_agent(database), "code", NOW, NOW)


def test_no_such_agent(database: Database) -> None:
    enrolments = SqlEnrolments(database)
    for act in (enrolments.revoke, enrolments.remove, enrolments.ask_rotation):
        with pytest.raises(NotFound):
            act(new_id(), NOW)
    assert enrolments.get(new_id()) is None
