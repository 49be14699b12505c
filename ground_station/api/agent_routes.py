"""Agents: who may connect, and letting them in or out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body, no_content
from ground_station.api.parts import parts
from ground_station.api.schemas import (
    AgentDetail,
    AgentEnrolled,
    AgentInvited,
    EnrolAgent,
    InviteAgent,
)
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.audit import Actor
from ground_station.core.authority import Permission, require
from ground_station.core.enrolment import Enrolment
from ground_station.services.agent_state import AgentStatus
from ground_station.services.enrolment import By

blueprint = flask.Blueprint("agents", __name__)

State = Literal["invited", "connected", "away", "revoked"]
MAX_CODE_LENGTH = 100


@blueprint.get("/api/agents")
@access(Access.SIGNED_IN, Permission.SEE_SYSTEM)
def agents() -> flask.Response:
    """Every agent of the organisation."""
    who = identity().principal
    if not who.may(Permission.MANAGE_AGENTS):
        require(who, Permission.SEE_SYSTEM)
    else:
        require(who, Permission.MANAGE_AGENTS)
    live = {status.agent_id: status for status in parts().agents.all()}
    sources: dict[str, int] = {}
    for source in parts().sources.all():
        if source.source.agent_id is not None:
            sources[source.source.agent_id] = sources.get(source.source.agent_id, 0) + 1
    found = parts().enrolments.all(who.scope.organisation_id)
    return json_answer(
        [
            _detail(one, live.get(one.agent.agent_id), sources.get(one.agent.agent_id, 0))
            for one in found
        ]
    )


@blueprint.post("/api/agents")
@access(Access.SIGNED_IN, Permission.MANAGE_AGENTS)
def invite() -> flask.Response:
    """A one-time code for a new agent."""
    body = json_body(InviteAgent)
    invited = parts().enrolments.invite(
        identity().principal.scope.organisation_id, body.name, AgentKind(body.kind), _by()
    )
    answer = AgentInvited(
        agent_id=invited.agent_id, code=invited.code, expires_at=invited.expires_at
    )
    return json_answer(answer, 201)


@blueprint.post("/api/agents/enrol")
@access(Access.PUBLIC)
def enrol() -> flask.Response:
    """For the agent itself: trade the code for a token."""
    code = json_body(EnrolAgent).code[:MAX_CODE_LENGTH]
    enrolled = parts().enrolments.enrol(code, flask.request.remote_addr or "")
    answer = AgentEnrolled(
        agent_id=enrolled.agent.agent_id,
        name=enrolled.agent.name,
        kind=enrolled.agent.kind.value,
        token=enrolled.token,
    )
    return json_answer(answer, 201)


@blueprint.post("/api/agents/<agent_id>/revoke")
@access(Access.SIGNED_IN, Permission.MANAGE_AGENTS)
def revoke(agent_id: str) -> flask.Response:
    """Shut an agent out at once."""
    parts().enrolments.revoke(_organisation(), checked_id(agent_id, "agent"), _by())
    parts().warden.soon()
    return no_content()


@blueprint.post("/api/agents/<agent_id>/rotate")
@access(Access.SIGNED_IN, Permission.MANAGE_AGENTS)
def rotate(agent_id: str) -> flask.Response:
    """Give an agent a new token: now, or when it connects."""
    parts().enrolments.rotate(_organisation(), checked_id(agent_id, "agent"), _by())
    parts().warden.soon()
    return no_content()


@blueprint.delete("/api/agents/<agent_id>")
@access(Access.SIGNED_IN, Permission.MANAGE_AGENTS)
def remove(agent_id: str) -> flask.Response:
    """Shut an agent out and forget it, and its sources with it, within about a second."""
    parts().enrolments.remove(_organisation(), checked_id(agent_id, "agent"), _by())
    parts().warden.soon()
    return no_content()


def _by() -> By:
    return By(Actor.USER, identity().principal.user_id)


def _organisation() -> str:
    return identity().principal.scope.organisation_id


def _detail(one: Enrolment, live: AgentStatus | None, sources: int) -> AgentDetail:
    problem = "" if live is None else live.problem
    if one.rotation_asked_at is not None and live is not None and not live.connected:
        problem = f"{problem} It gets its new token when it connects.".strip()
    return AgentDetail(
        agent_id=one.agent.agent_id,
        name=one.agent.name,
        kind=one.agent.kind.value,
        state=_state(one, live),
        since=_since(one, live),
        problem=problem,
        address="" if live is None else live.address,
        software="" if live is None else live.software,
        enrolled_at=one.enrolled_at,
        token_issued_at=one.token_issued_at,
        clock_offset_ms=None if live is None else live.clock_offset_ms,
        round_trip_ms=None if live is None else live.round_trip_ms,
        messages_waiting=None if live is None else live.messages_waiting,
        messages_dropped=None if live is None else live.messages_dropped,
        sources=sources,
    )


def _state(one: Enrolment, live: AgentStatus | None) -> State:
    if one.agent.revoked_at is not None:
        return "revoked"
    if live is not None and live.connected:
        return "connected"
    if one.invited_at is not None and one.enrolled_at is None:
        return "invited"
    return "away"


def _since(one: Enrolment, live: AgentStatus | None) -> datetime:
    if one.agent.revoked_at is not None:
        return one.agent.revoked_at
    if live is not None:
        return live.since
    return one.enrolled_at or one.invited_at or parts().clock.now()
