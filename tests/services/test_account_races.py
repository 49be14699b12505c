"""Who knows only a password gains nothing from the moments in which an account changes."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest

from ground_station.core.audit import Act
from ground_station.core.authority import Role, SecondFactorNeeded
from ground_station.core.errors import NotSignedIn
from ground_station.services.identity import Identity
from tests.services.world import PASSWORD, World

NEW = "another long password"


def sign_in(world: World, **more: str) -> Identity:
    return world.sign_in.sign_in("anna", PASSWORD, "1.1.1.1", **more)[1]


def set_up(world: World, who: Identity) -> list[str]:
    """An authenticator app, in this sign-in; its recovery codes."""
    account = world.identities.account
    offer = account.begin_authenticator(who, PASSWORD)
    return account.confirm_authenticator(who, pyotp.TOTP(offer.secret).at(world.clock.now()))


@pytest.fixture
def anna(world: World) -> Identity:
    """The owner's sign-in, with the password alone: there is no factor yet."""
    world.accounts.add("anna", "Anna", Role.ADMIN, PASSWORD)
    return sign_in(world)


def test_the_first_factor_ends_the_other_sign_ins(world: World, anna: Identity) -> None:
    thief, told = sign_in(world), list[str]()
    world.sign_in.on_ended(told.append)
    codes = set_up(world, anna)
    assert told == [thief.session_hash]
    assert not world.sign_in.still_signed_in(thief.session_hash)
    assert world.sign_in.still_signed_in(anna.session_hash)
    world.clock.advance(60)
    again = sign_in(world, code=codes[0])  # a further factor ends nobody's
    assert world.sign_in.still_signed_in(again.session_hash)
    assert world.sign_in.still_signed_in(anna.session_hash)


@pytest.mark.parametrize(
    "act",
    [
        lambda account, who: account.new_recovery_codes(who, PASSWORD),
        lambda account, who: account.begin_authenticator(who, PASSWORD),
        lambda account, who: account.remove_authenticator(who, PASSWORD),
        lambda account, who: account.remove_passkey(who, PASSWORD, "0" * 32),
        lambda account, who: account.confirm_authenticator(who, "000000"),
        lambda account, who: account.change_password(who, PASSWORD, NEW),
    ],
)
def test_a_request_under_way_without_the_factor_changes_nothing(
    world: World, anna: Identity, act: Callable[[object, Identity], object]
) -> None:
    """The other sign-in was let in before the factor was set up, and acts after."""
    thief = sign_in(world)
    set_up(world, anna)
    with pytest.raises((SecondFactorNeeded, NotSignedIn)):
        act(world.identities.account, thief)
    assert world.factor_rows.recovery_codes_left(anna.user.user_id) == 10
    assert world.accounts.password_is("anna", PASSWORD)


def test_a_sign_in_without_the_factor_may_not_change_factors(world: World, anna: Identity) -> None:
    """Whatever let it stay, as one of an older release: it has to show the factor first."""
    codes = set_up(world, anna)
    world.clock.advance(60)
    bare = sign_in(world, code=codes[0])
    with world.database.write() as session:
        session.connection().exec_driver_sql("UPDATE sign_in_sessions SET second_factor = 0")
    bare = found(world, bare)
    with pytest.raises(SecondFactorNeeded, match="made without the account's second factor"):
        world.identities.account.new_recovery_codes(bare, PASSWORD)


def found(world: World, who: Identity) -> Identity:
    now = world.sign_in.identify_hash(who.session_hash)
    assert now is not None
    return now


def during_the_check(
    world: World, monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]
) -> None:
    """Have something happen right after the next password was found right."""
    passwords = world.sign_in._passwords
    real = passwords.verify

    def verify(hashed: str | None, password: str) -> bool:
        right = real(hashed, password)
        monkeypatch.setattr(passwords, "verify", real)
        change()
        return right

    monkeypatch.setattr(passwords, "verify", verify)


def test_no_sign_in_with_the_former_password_outlives_its_change(
    world: World, anna: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = world.identities.account
    during_the_check(world, monkeypatch, lambda: account.change_password(anna, PASSWORD, NEW))
    with pytest.raises(NotSignedIn, match="changed in this moment"):
        sign_in(world)
    assert [one.session_hash for one in world.sign_in.of_user(anna.user.user_id)] == [
        anna.session_hash
    ]
    [refused] = world.audit.read(act=Act.SIGN_IN_REFUSED)
    assert refused.entry.details["why"] == "account changed"


def test_none_slips_in_while_the_factor_is_set_up(
    world: World, anna: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = world.identities.account.begin_authenticator(anna, PASSWORD)
    code = pyotp.TOTP(offer.secret).at(world.clock.now())
    real = world.sign_in._factors.has

    def has(user_id: str) -> bool:
        """As asked before the transaction; then the factor is confirmed."""
        before = real(user_id)
        monkeypatch.setattr(world.sign_in._factors, "has", real)
        world.identities.account.confirm_authenticator(anna, code)
        return before

    monkeypatch.setattr(world.sign_in._factors, "has", has)
    with pytest.raises(NotSignedIn, match="changed in this moment"):
        sign_in(world)


def test_none_of_an_account_that_is_disabled_meanwhile(
    world: World, anna: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.accounts.add("second", "Second", Role.ADMIN, PASSWORD)
    during_the_check(world, monkeypatch, lambda: world.accounts.disable("anna"))
    with pytest.raises(NotSignedIn):
        sign_in(world)
    assert world.sign_in.of_user(anna.user.user_id) == []


def test_a_password_change_under_way_does_not_outlive_its_sign_in(
    world: World, anna: Identity
) -> None:
    """The owner ends the thief's sign-in while its request is being worked on."""
    thief = sign_in(world)
    world.identities.account.revoke(anna, thief.sign_in.sign_in_id)
    with pytest.raises(NotSignedIn, match="has ended"):
        world.identities.account.change_password(thief, PASSWORD, NEW)
    assert world.accounts.password_is("anna", PASSWORD)
