"""Agents and their enrolment."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ground_station.api.schemas.base import Wire


class AgentDetail(Wire, frozen=True, kw_only=True):
    """`GET /api/agents`: every agent that was ever enrolled and not removed."""

    agent_id: str
    name: str
    kind: str
    state: Literal["invited", "connected", "away", "revoked"]
    since: datetime
    problem: str
    address: str
    software: str
    enrolled_at: datetime | None
    token_issued_at: datetime | None
    clock_offset_ms: float | None  # its clock minus ours
    round_trip_ms: float | None
    messages_waiting: int | None  # in its outbox, not yet acknowledged
    messages_dropped: int | None
    sources: int


class InviteAgent(Wire, frozen=True, kw_only=True):
    """`POST /api/agents`."""

    name: str
    kind: Literal["node", "camera", "drone"]


class AgentInvited(Wire, frozen=True, kw_only=True):
    """The code is shown this once, works once, and for so long."""

    agent_id: str
    code: str
    expires_at: datetime


class EnrolAgent(Wire, frozen=True, kw_only=True):
    """`POST /api/agents/enrol`, by the agent itself: no sign-in, only the code."""

    code: str


class AgentEnrolled(Wire, frozen=True, kw_only=True):
    agent_id: str
    name: str
    kind: str
    token: str
