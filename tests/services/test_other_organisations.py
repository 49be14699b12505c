"""What agents of another organisation may and may not do at this station."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ground_station.core.agent_protocol import AgentKind, SourceOffer
from ground_station.core.audit import Actor
from ground_station.core.entities import Organisation, OrganisationKind
from ground_station.core.errors import NotAllowed
from ground_station.core.ids import new_id
from ground_station.core.ports import AgentIdentity
from ground_station.core.registry import Agent, token_hash
from ground_station.services.enrolment import By
from tests.services.world import World

BY = By(Actor.COMMAND_LINE)


@pytest.fixture
def police(world: World) -> str:
    """Another organisation's id."""
    found = Organisation(
        new_id(), "Police", OrganisationKind.POLICE, world.clock.now() + timedelta(days=1)
    )
    world.organisations.add(found)
    return found.organisation_id


def enrolled(world: World, organisation_id: str, name: str = "Police gate") -> AgentIdentity:
    code = world.enrolments.invite(organisation_id, name, AgentKind.CAMERA, BY).code
    found = world.authenticator.agent_for_token(world.enrolments.enrol(code, "10.0.0.1").token)
    assert found is not None
    return found


def test_its_cameras_are_its_own(world: World, police: str) -> None:
    identity = enrolled(world, police)
    world.connect(identity, SourceOffer("cam-1", "Police camera", lat=51.48, lon=-0.21))
    [status] = world.sources.of_agent(identity.agent_id)
    assert status.source.organisation_id == police
    [kept] = world.source_rows.all()
    assert kept.organisation_id == police


def test_it_alone_is_told_that_its_token_was_used_twice(world: World, police: str) -> None:
    identity = enrolled(world, police)
    world.connect(identity)
    world.agents.agent_twice(identity, "10.0.0.9")
    world.inbox.drain()
    assert world.alert_rows.recent(organisation_ids=[world.sources.organisation_id]) == []
    [alert] = world.alert_rows.recent(organisation_ids=[police])
    assert alert.kind == "agent_token_twice"


def test_it_may_not_add_vision_nodes(world: World, police: str) -> None:
    with pytest.raises(NotAllowed, match="vision nodes"):
        world.enrolments.invite(police, "Police node", AgentKind.NODE, BY)
    world.enrolments.invite(world.sources.organisation_id, "Our node", AgentKind.NODE, BY)


def test_a_node_that_it_has_all_the_same_is_not_let_in(world: World, police: str) -> None:
    agent = world.agent_rows.issue(
        Agent(new_id(), police, "Police node", AgentKind.NODE, token_hash("t"), None)
    )
    identity = world.authenticator.agent_for_token("t")
    assert identity is not None
    assert identity.agent_id == agent.agent_id
    with pytest.raises(NotAllowed, match="another organisation"):
        world.connect(identity)
    assert world.agents.nodes() == []
    nobodys = AgentIdentity("n", "Nobody's", AgentKind.NODE)
    with pytest.raises(NotAllowed):
        world.connect(nobodys)
