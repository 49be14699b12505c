"""Everything about people and their sign-ins, joined over its stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ground_station.core.authority import Scope
from ground_station.core.clock import Clock
from ground_station.core.registry import User
from ground_station.services.account import Account
from ground_station.services.accounts import Accounts
from ground_station.services.identity import Stores, own_scope
from ground_station.services.passkeys import Passkeys
from ground_station.services.passwords import Passwords
from ground_station.services.people import People
from ground_station.services.sealing import Sealer
from ground_station.services.second_factor import SecondFactors
from ground_station.services.sign_in import SignInService


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
    factors = SecondFactors(stores.factors, Sealer(station_key, "second factors"), clock)
    sign_in = SignInService(
        stores,
        factors=factors,
        passwords=passwords,
        clock=clock,
        session_hours=session_hours,
        scope_of=scope_of,
    )
    return Identities(
        sign_in=sign_in,
        account=Account(stores, sign_in=sign_in, factors=factors, passwords=passwords),
        passkeys=Passkeys(stores, sign_in=sign_in, clock=clock),
        people=People(stores, sign_in=sign_in, factors=factors, passwords=passwords, clock=clock),
        factors=factors,
        accounts=Accounts(stores, factors=factors, passwords=passwords, clock=clock),
    )
