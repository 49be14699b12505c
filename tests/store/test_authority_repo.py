"""People, sign-ins and second factors, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ground_station.core.authority import Area, Purpose, Role
from ground_station.core.errors import Conflict, NotFound
from ground_station.core.factors import Authenticator, FactorRepository, Passkey
from ground_station.core.ids import new_id
from ground_station.core.registry import SignIn, SignInRepository, User, UserRepository
from ground_station.store import Database, SqlFactors, SqlSignIns, SqlUsers

NOW = datetime(2026, 11, 24, 5, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
AREA = Area((((-0.25, 51.4), (-0.15, 51.4), (-0.15, 51.5), (-0.25, 51.4)),))


@pytest.fixture
def user(database: Database) -> User:
    users = SqlUsers(database)
    made = User(
        new_id(), users.default_organisation_id(), "operator", "O", Role.OFFICER, "$argon2id$", NOW
    )
    users.add(made)
    return made


def a_sign_in(user: User, letter: str = "1", hours: float = 1) -> SignIn:
    return SignIn(
        session_hash=letter * 64,
        user_id=user.user_id,
        csrf_secret="secret",
        expires_at=NOW + HOUR * hours,
        sign_in_id=new_id(),
        signed_in_at=NOW + HOUR * hours,
        seen_at=NOW,
        device="Firefox on Linux",
        address="192.0.2.1",
    )


def test_a_person_is_changed(database: Database, user: User) -> None:
    users: UserRepository = SqlUsers(database)
    changed = replace(user, role=Role.SUPERVISOR, area=AREA, disabled_at=NOW, display_name="P")
    users.update(changed)
    assert users.by_id(user.user_id) == changed
    assert users.all(user.organisation_id) == [changed]
    assert users.all(new_id()) == []
    users.set_password_hash(user.user_id, "$new", must_change=True)
    found = users.by_id(user.user_id)
    assert found == replace(changed, password_hash="$new", must_change_password=True)
    with pytest.raises(NotFound):
        users.update(replace(user, user_id=new_id()))


def test_sign_ins_of_a_person(database: Database, user: User) -> None:
    sign_ins: SignInRepository = SqlSignIns(database)
    old, new = a_sign_in(user, "1", 1), a_sign_in(user, "2", 2)
    sign_ins.add(old)
    sign_ins.add(new)
    assert sign_ins.of_user(user.user_id) == [new, old]
    sign_ins.set_seen(new.session_hash, NOW + HOUR)
    sign_ins.set_second_factor(new.session_hash)
    sign_ins.set_purpose(new.session_hash, Purpose.FLY_TIPPING, "at the gate", NOW)
    assert sign_ins.by_hash(new.session_hash) == replace(
        new,
        seen_at=NOW + HOUR,
        second_factor=True,
        purpose=Purpose.FLY_TIPPING,
        purpose_note="at the gate",
        purpose_at=NOW,
    )
    assert list(sign_ins.remove_of_user(user.user_id, keep=new.session_hash)) == [old.session_hash]
    assert sign_ins.by_hash(old.session_hash) is None
    assert sign_ins.remove_expired(NOW + 2 * HOUR) == 1
    assert sign_ins.of_user(user.user_id) == []


def test_a_step_of_an_authenticator_is_taken_once(database: Database, user: User) -> None:
    factors: FactorRepository = SqlFactors(database)
    assert factors.authenticator(user.user_id) is None
    assert not factors.use_step(user.user_id, 1)
    offered = Authenticator(user.user_id, "sealed", 2**40, NOW, None)  # beyond 32 bits
    factors.put_authenticator(offered)
    assert factors.authenticator(user.user_id) == offered
    confirmed = replace(offered, sealed_secret="other", confirmed_at=NOW, last_step=5)
    factors.put_authenticator(confirmed)
    assert factors.authenticator(user.user_id) == confirmed
    assert [factors.use_step(user.user_id, step) for step in (6, 6, 5, 7)] == [
        True,
        False,
        False,
        True,
    ]
    factors.remove_authenticator(user.user_id)
    assert factors.authenticator(user.user_id) is None


def test_passkeys(database: Database, user: User) -> None:
    factors = SqlFactors(database)
    key = Passkey(new_id(), user.user_id, "credential", "public", 0, "Phone", NOW, None)
    factors.add_passkey(key)
    assert factors.passkeys(user.user_id) == [key]
    assert factors.passkey("credential") == key
    assert factors.passkey("absent") is None
    with pytest.raises(Conflict):
        factors.add_passkey(replace(key, passkey_id=new_id()))
    assert factors.passkey_used(key.passkey_id, 0, NOW)  # one that never counts
    assert factors.passkey_used(key.passkey_id, 3, NOW + HOUR)
    assert not factors.passkey_used(key.passkey_id, 3, NOW)  # a copy of it
    assert not factors.passkey_used(key.passkey_id, 0, NOW)
    assert factors.passkey("credential") == replace(key, sign_count=3, used_at=NOW + HOUR)
    factors.remove_passkey(key.passkey_id)
    assert factors.passkeys(user.user_id) == []


def test_a_recovery_code_works_once(database: Database, user: User) -> None:
    factors = SqlFactors(database)
    factors.set_recovery_codes(user.user_id, ["a" * 64, "b" * 64])
    assert factors.recovery_codes_left(user.user_id) == 2
    assert not factors.use_recovery_code(new_id(), "a" * 64)
    assert factors.use_recovery_code(user.user_id, "a" * 64)
    assert not factors.use_recovery_code(user.user_id, "a" * 64)
    factors.set_recovery_codes(user.user_id, ["c" * 64])
    assert not factors.use_recovery_code(user.user_id, "b" * 64)
    assert factors.recovery_codes_left(user.user_id) == 1
