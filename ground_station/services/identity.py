"""Who a request comes from, and where people, their sign-ins and their factors are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.authority import Principal, Scope
from ground_station.core.factors import FactorRepository
from ground_station.core.registry import SignIn, SignInRepository, User, UserRepository


@dataclass(frozen=True, slots=True)
class Stores:
    """Where people, their sign-ins and their factors are kept, and what is written down."""

    users: UserRepository
    sign_ins: SignInRepository
    factors: FactorRepository
    audit: AuditLog


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a request comes from."""

    user: User
    sign_in: SignIn
    principal: Principal

    @property
    def session_hash(self) -> str:
        return self.sign_in.session_hash

    @property
    def csrf_token(self) -> str:
        return self.sign_in.csrf_secret

    @property
    def expires_at(self) -> datetime:
        return self.sign_in.expires_at


def own_scope(user: User) -> Scope:
    """A person's own organisation and area, without what others share with it."""
    return Scope(user.organisation_id, area=user.area)


def by_user(
    user: User,
    act: Act,
    *,
    subject: User | None = None,
    purpose: str = "",
    details: dict[str, str] | None = None,
) -> AuditEntry:
    """A record of what a person did, to themselves unless a subject is given."""
    return AuditEntry(
        act=act,
        actor=Actor.USER,
        actor_id=user.user_id,
        organisation_id=user.organisation_id,
        subject_kind="user",
        subject_id=(subject or user).user_id,
        purpose=purpose,
        details=details or {},
    )


def normal_username(username: str) -> str:
    """The form names are kept and compared in."""
    return username.strip().casefold()
