"""What the station keeps of itself: people, sign-ins, agents, sources, and their stores' ports.

Secrets never come this far: only SHA-256 hashes of random tokens (hex) and argon2id hashes of
passwords are kept, and their `repr` is left out so that no log line can hold them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ground_station.core.agent_protocol import AgentKind, Calibration
from ground_station.core.authority import Area, Purpose, Role
from ground_station.core.model import SourceKind


def token_hash(token: str) -> str:
    """SHA-256 (hex) of a random token. Our tokens hold 256 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class SourceOrigin(StrEnum):
    """Who publishes a source."""

    AGENT = "agent"  # a camera or drone agent of ours offers it
    WHIP = "whip"  # any WHIP client with its publish token


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in. `username` is lower case and unique.

    Attributes:
        area: where their permissions hold; None = everywhere.
        must_change_password: somebody else set it; nothing works before it is changed.
    """

    user_id: str
    organisation_id: str
    username: str
    display_name: str
    role: Role
    password_hash: str = field(repr=False)
    created_at: datetime
    area: Area | None = None
    disabled_at: datetime | None = None
    must_change_password: bool = False


@dataclass(frozen=True, slots=True)
class SignIn:
    """One browser's sign-in. The session id itself lives only in that browser's cookie.

    Attributes:
        sign_in_id: names it in lists and the audit log; opens nothing.
        device: browser and system, from its user agent.
        second_factor: it was made with one, or one was set up in it.
        purpose, purpose_at: what personal data is looked at for, and since when.
    """

    session_hash: str = field(repr=False)
    user_id: str
    csrf_secret: str = field(repr=False)
    expires_at: datetime
    sign_in_id: str
    signed_in_at: datetime
    seen_at: datetime
    device: str = ""
    address: str = ""
    second_factor: bool = False
    purpose: Purpose | None = None
    purpose_note: str = ""
    purpose_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """A node, camera agent or drone agent that holds a token."""

    agent_id: str
    organisation_id: str
    name: str
    kind: AgentKind
    token_hash: str = field(repr=False)
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Source:
    """A camera, whoever carries it.

    Attributes:
        agent_id, agent_key: who offers it and that agent's own name for it; None for WHIP.
        publish_token_hash: of the token a WHIP client must send; None for an agent's source.
        heading_deg: of the optical axis, clockwise from true north.
    """

    source_id: str
    organisation_id: str
    name: str
    kind: SourceKind
    origin: SourceOrigin
    agent_id: str | None
    agent_key: str | None
    publish_token_hash: str | None = field(repr=False)
    lat: float | None
    lon: float | None
    heading_deg: float | None
    calibration: Calibration | None = field(repr=False)
    note: str
    simulated: bool
    created_at: datetime


class UserRepository(Protocol):
    """People."""

    def default_organisation_id(self) -> str: ...
    def count(self) -> int: ...
    def by_username(self, username: str) -> User | None: ...
    def by_id(self, user_id: str) -> User | None: ...

    def add(self, user: User) -> None:
        """Conflict if the username is taken."""
        ...

    def all(self, organisation_id: str) -> Sequence[User]:
        """By name."""
        ...

    def set_password_hash(
        self, user_id: str, password_hash: str, *, must_change: bool = False
    ) -> None:
        """NotFound if there is no such user."""
        ...

    def update(self, user: User) -> None:
        """Display name, role, area and `disabled_at`; NotFound if there is no such user."""
        ...


class SignInRepository(Protocol):
    """Sign-ins that have not ended."""

    def add(self, sign_in: SignIn) -> None: ...
    def by_hash(self, session_hash: str) -> SignIn | None: ...
    def of_user(self, user_id: str) -> Sequence[SignIn]:
        """Newest first; those that ran out may be among them."""
        ...

    def set_seen(self, session_hash: str, at: datetime) -> None: ...
    def set_second_factor(self, session_hash: str) -> None: ...
    def set_purpose(self, session_hash: str, purpose: Purpose, note: str, at: datetime) -> None: ...
    def remove(self, session_hash: str) -> None: ...

    def remove_of_user(self, user_id: str, *, keep: str = "") -> Sequence[str]:
        """All but the one of the hash `keep`; the hashes of those removed."""
        ...

    def remove_expired(self, now: datetime) -> int:
        """How many were removed."""
        ...


class AgentRepository(Protocol):
    """Agents and the hashes of their tokens."""

    def by_token_hash(self, hashed: str) -> Agent | None: ...

    def issue(self, agent: Agent) -> Agent:
        """Add the agent, or give an agent of the same name and kind this token instead of its
        former one; the agent as kept (a known agent keeps its id)."""
        ...


class SourceRepository(Protocol):
    """The source registry."""

    def all(self) -> Sequence[Source]: ...

    def add(self, source: Source) -> None:
        """Conflict if that agent has a source of that key already."""
        ...

    def update(self, source: Source) -> None:
        """NotFound if it is gone."""
        ...

    def remove(self, source_id: str) -> None: ...
