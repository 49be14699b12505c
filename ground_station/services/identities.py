"""Everything about people and their sign-ins, joined over its stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ground_station.core.audit import AuditLog
from ground_station.core.authority import Scope
from ground_station.core.clock import Clock
from ground_station.core.factors import FactorRepository
from ground_station.core.registry import SignInRepository, User, UserRepository
from ground_station.services.account import Account
from ground_station.services.accounts import Accounts
from ground_station.services.passkeys import Passkeys
from ground_station.services.passwords import Passwords
from ground_station.services.people import People
from ground_station.services.sealing import Sealer
from ground_station.services.second_factor import SecondFactors
from ground_station.services.sign_in import SignInService, own_scope


@dataclass(frozen=True, slots=True)
class Stores:
    """Where people, their sign-ins and their factors are kept, and what is written down."""

    users: UserRepository
    sign_ins: SignInRepository
    factors: FactorRepository
    audit: AuditLog


@dataclass(frozen=True, slots=True)
class Identities:
    """The services about people.

    Attributes:
        accounts: for the command line only.
    """

    sign_in: SignInService
    account: Account
    passkeys: Passkeys
    people: People
    factors: SecondFactors
    accounts: Accounts


def join_identities(
    stores: Stores,
    *,
    station_key: str,
    passwords: Passwords,
    clock: Clock,
    session_hours: float,
    scope_of: Callable[[User], Scope] = own_scope,
) -> Identities:
    """Join them; starts nothing. Arguments as in `SignInService` and `Sealer`."""
    users, sign_ins, rows, audit = stores.users, stores.sign_ins, stores.factors, stores.audit
    factors = SecondFactors(rows, Sealer(station_key, "second factors"), clock)
    sign_in = SignInService(
        users=users,
        sign_ins=sign_ins,
        factors=factors,
        passwords=passwords,
        audit=audit,
        clock=clock,
        session_hours=session_hours,
        scope_of=scope_of,
    )
    return Identities(
        sign_in=sign_in,
        account=Account(
            users=users,
            sign_ins=sign_ins,
            sign_in=sign_in,
            factors=factors,
            factor_rows=rows,
            passwords=passwords,
            audit=audit,
        ),
        passkeys=Passkeys(
            users=users,
            factor_rows=rows,
            factors=factors,
            sign_in=sign_in,
            audit=audit,
            clock=clock,
        ),
        people=People(
            users=users,
            sign_ins=sign_ins,
            sign_in=sign_in,
            factors=factors,
            factor_rows=rows,
            passwords=passwords,
            audit=audit,
            clock=clock,
        ),
        factors=factors,
        accounts=Accounts(
            users=users,
            sign_ins=sign_ins,
            factors=factors,
            passwords=passwords,
            audit=audit,
            clock=clock,
        ),
    )
