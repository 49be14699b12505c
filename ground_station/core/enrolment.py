"""How an agent gets its token, keeps it fresh and loses it: the record and its store's port.

Of codes and tokens only SHA-256 hashes are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ground_station.core.registry import Agent


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An agent with what is known of its token.

    Attributes:
        invited_at: None for an agent that `run.py` gives its token at every start.
        code_expires_at: of the code that waits to be used; None if none does.
        rotation_asked_at: a new token is to be given to it; None once it has been used.
    """

    agent: Agent = field(repr=False)
    invited_at: datetime | None = None
    code_expires_at: datetime | None = None
    enrolled_at: datetime | None = None
    token_issued_at: datetime | None = None
    rotation_asked_at: datetime | None = None


class EnrolmentRepository(Protocol):
    """Agents and how they were let in. An agent that was removed is in none of the answers."""

    def all(self) -> Sequence[Enrolment]: ...
    def shut_out_ids(self) -> frozenset[str]:
        """Agents without a good token or code, those that were removed as well."""
        ...

    def removed_ids(self) -> frozenset[str]:
        """Agents that were removed."""
        ...

    def get(self, agent_id: str) -> Enrolment | None: ...

    def invite(self, agent: Agent, code_hash: str, at: datetime, expires_at: datetime) -> Agent:
        """Add the agent, or let one of the same name and kind, that has no good token, in again;
        the agent as kept (a known one keeps its id). Conflict if it has a good token."""
        ...

    def find_code(self, code_hash: str) -> Enrolment | None:
        """Whose unused code this is, expired or not."""
        ...

    def enrol(self, agent_id: str, code_hash: str, token_hash: str, at: datetime) -> None:
        """Use up the code and let the token in; NotFound if the code was used meanwhile."""
        ...

    def revoke(self, agent_id: str, at: datetime) -> None:
        """No token and no code of it is good any more. NotFound if there is no such agent."""
        ...

    def remove(self, agent_id: str, at: datetime) -> None:
        """Revoke it and free its name. NotFound if there is no such agent."""
        ...

    def ask_rotation(self, agent_id: str, at: datetime) -> None:
        """NotFound if there is no such agent."""
        ...

    def set_next_token(self, agent_id: str, token_hash: str) -> None:
        """Let this token in beside the present one. NotFound unless a rotation is asked for, which
        it no longer is once the agent was revoked."""
        ...

    def use_next_token(self, token_hash: str, at: datetime) -> Agent | None:
        """If it is an agent's next token: from now on its only one."""
        ...
