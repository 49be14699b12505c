"""Signing in: right and wrong, slowed down, bounded, ended."""

from __future__ import annotations

import math
import threading
import time

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError
from hypothesis import given
from hypothesis import strategies as st

from ground_station.core.authority import Role
from ground_station.core.clock import ManualClock
from ground_station.core.errors import Conflict, InvalidInput, NotFound, NotSignedIn, Throttled
from ground_station.services.passwords import Passwords, make_password
from ground_station.services.sign_in_tries import FREE_TRIES, FREE_TRIES_OF_MANY
from ground_station.services.throttle import Throttle, network_of
from tests.services.world import PASSWORD, World


def test_a_right_password_signs_in(world: World) -> None:
    world.add_operator()
    session_id, who = world.sign_in.sign_in("  Operator ", PASSWORD, "1.2.3.4")
    assert who.user.username == "operator"
    assert world.sign_in.identify(session_id) == who
    assert session_id not in repr(who)
    assert world.sign_in.identify("something else") is None
    assert world.sign_in.identify("") is None


@pytest.mark.parametrize(
    ("name", "password"),
    [("operator", "wrong"), ("nobody", PASSWORD), ("", ""), ("o" * 9999, "x" * 99999)],
)
def test_anything_else_does_not_and_does_not_say_why(
    world: World, name: str, password: str
) -> None:
    world.add_operator()
    with pytest.raises(NotSignedIn, match="The name or the password is wrong"):
        world.sign_in.sign_in(name, password, "1.2.3.4")


def test_a_sign_in_ends(world: World) -> None:
    world.add_operator()
    session_id, who = world.sign_in.sign_in("operator", PASSWORD, "1.2.3.4")
    world.clock.advance(12 * 3600 - 1)
    assert world.sign_in.still_signed_in(who.session_hash)
    world.clock.advance(1)
    assert world.sign_in.identify(session_id) is None
    assert not world.sign_in.still_signed_in(who.session_hash)


def test_signing_out_ends_it_at_once_and_is_told(world: World) -> None:
    world.add_operator()
    told: list[str] = []
    world.sign_in.on_ended(told.append)
    session_id, who = world.sign_in.sign_in("operator", PASSWORD, "1.2.3.4")
    world.sign_in.sign_out(who.session_hash)
    assert world.sign_in.identify(session_id) is None
    assert told == [who.session_hash]


def test_a_new_password_ends_the_old_sign_ins(world: World) -> None:
    world.add_operator()
    session_id, _ = world.sign_in.sign_in("operator", PASSWORD, "1.2.3.4")
    world.accounts.set_password("Operator", "a better password")
    assert world.sign_in.identify(session_id) is None
    with pytest.raises(NotSignedIn):
        world.sign_in.sign_in("operator", PASSWORD, "1.2.3.4")
    world.sign_in.sign_in("operator", "a better password", "1.2.3.4")


def test_accounts_refuse_what_they_must(world: World) -> None:
    assert not world.accounts.any()
    world.add_operator()
    assert world.accounts.any()
    with pytest.raises(Conflict):
        world.accounts.add("OPERATOR", "Other", Role.ADMIN, PASSWORD)
    with pytest.raises(NotFound):
        world.accounts.set_password("nobody", PASSWORD)
    with pytest.raises(InvalidInput):
        world.accounts.set_password("operator", "short")


def test_guessing_is_slowed_down_even_for_the_right_password(world: World) -> None:
    world.add_operator()
    for _ in range(FREE_TRIES):
        with pytest.raises(NotSignedIn):
            world.sign_in.sign_in("operator", "wrong", "1.2.3.4")
    with pytest.raises(Throttled) as refused:
        world.sign_in.sign_in("operator", PASSWORD, "1.2.3.4")
    assert 0 < refused.value.retry_after_s <= 1
    world.sign_in.sign_in("operator", PASSWORD, "5.6.7.8")  # another address is not held up
    world.clock.advance(1.1)
    world.sign_in.sign_in("operator", PASSWORD, "1.2.3.4")
    with pytest.raises(NotSignedIn):  # and the count began afresh
        world.sign_in.sign_in("operator", "wrong", "1.2.3.4")


def test_many_names_from_one_address_are_slowed_down(world: World) -> None:
    for number in range(FREE_TRIES_OF_MANY):
        with pytest.raises(NotSignedIn):
            world.sign_in.sign_in(f"user-{number}", "wrong", "1.2.3.4")
    with pytest.raises(Throttled):
        world.sign_in.sign_in("yet-another", "wrong", "1.2.3.4")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("::ffff:1.2.3.4", "1.2.3.4", True),
        ("1.2.3.4", "1.2.3.5", False),
        ("", "unknown", False),
    ],
)
def test_addresses_count_by_who_has_them(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


def test_a_whole_ipv6_network_guesses_as_slowly_as_one_address(world: World) -> None:
    world.add_operator()
    let_through = 0
    for number in range(300):
        try:
            world.sign_in.sign_in("operator", "wrong", f"2001:db8::{number:x}")
        except NotSignedIn:
            let_through += 1
        except Throttled:
            pass
    assert let_through == FREE_TRIES


def test_one_name_is_guessed_slowly_from_everywhere_and_stays_usable(world: World) -> None:
    world.add_operator()
    let_through, waits = 0, [0.0]
    for number in range(300):
        try:
            world.sign_in.sign_in("operator", "wrong", f"2001:db8:0:{number:x}::1")
        except NotSignedIn:
            let_through += 1
        except Throttled as refused:
            waits.append(refused.retry_after_s)
    assert let_through == FREE_TRIES_OF_MANY
    assert max(waits) <= 10
    world.accounts.add("other", "Other", Role.OFFICER, PASSWORD)
    world.sign_in.sign_in("other", PASSWORD, "1.2.3.4")  # other names are not held up
    world.clock.advance(10.01)
    world.sign_in.sign_in("operator", PASSWORD, "1.2.3.4")


def guess(world: World, tries: int, name: str | None = None) -> list[float]:
    """Wrong passwords, each as soon as it is let through, of ever new names unless one is given;
    how long each refusal said to wait."""
    waits = []
    for number in range(tries):
        try:
            world.sign_in.sign_in(name or f"user-{number}", "wrong", "127.0.0.1")
        except NotSignedIn:
            continue
        except Throttled as refused:
            waits.append(refused.retry_after_s)
            world.clock.advance(refused.retry_after_s)
    return waits


def test_who_shares_an_address_with_a_guesser_waits_10_s_at_most(world: World) -> None:
    world.add_operator()
    assert 8 < max(guess(world, 400)) <= 10
    world.clock.advance(10.01)
    assert guess(world, 1) == []
    with pytest.raises(Throttled) as refused:
        world.sign_in.sign_in("operator", PASSWORD, "127.0.0.1")
    assert refused.value.retry_after_s <= 10
    world.clock.advance(10.01)
    world.sign_in.sign_in("operator", PASSWORD, "127.0.0.1")


def test_the_tries_of_an_address_are_forgotten_one_a_minute(world: World) -> None:
    assert guess(world, FREE_TRIES_OF_MANY) == []
    world.clock.advance(10 * 60)
    assert guess(world, 10) == []
    assert len(guess(world, 1)) == 1


def test_the_wait_of_one_name_still_grows_to_minutes(world: World) -> None:
    assert max(guess(world, 40, "operator")) == pytest.approx(300)


def test_an_office_that_shares_an_address_is_not(world: World) -> None:
    world.add_operator()
    for _ in range(FREE_TRIES_OF_MANY * 2):
        world.sign_in.sign_in("operator", PASSWORD, "1.2.3.4")


def test_the_wait_doubles_up_to_its_limit_and_is_forgotten() -> None:
    clock = ManualClock()
    throttle = Throttle(clock, free_tries=1, first_wait_s=1, max_wait_s=8, forget_after_s=100)
    waits = []
    throttle.begin("key")
    for _ in range(6):
        with pytest.raises(Throttled) as refused:
            throttle.begin("key")
        waits.append(math.ceil(refused.value.retry_after_s))
        clock.advance(refused.value.retry_after_s)
        throttle.begin("key")
    assert waits == [1, 2, 4, 8, 8, 8]
    clock.advance(101)
    throttle.begin("key")
    with pytest.raises(Throttled) as refused:
        throttle.begin("key")
    assert refused.value.retry_after_s == 1


def test_the_throttle_is_bounded() -> None:
    throttle = Throttle(ManualClock(), free_tries=1, max_keys=100)
    for number in range(1000):
        throttle.begin(f"key-{number}")
    assert len(throttle) == 100


def test_tries_at_the_same_time_do_not_slip_through() -> None:
    throttle = Throttle(ManualClock(), free_tries=3)
    through = []

    def attempt() -> None:
        try:
            throttle.begin("key")
        except Throttled:
            return
        through.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(through) == 3


def test_an_unknown_name_takes_the_same_work() -> None:
    """Real argon2id parameters: without the constant work this would be thousands of times less."""
    passwords = Passwords()
    known = passwords.hash(PASSWORD)

    def seconds(password_hash: str | None) -> float:
        began = time.perf_counter()
        assert not passwords.verify(password_hash, "wrong password")
        return time.perf_counter() - began

    with_user = min(seconds(known) for _ in range(3))
    without = min(seconds(None) for _ in range(3))
    assert without > with_user / 3


def test_nobodys_hash_is_checked_with_the_work_of_a_real_one() -> None:
    hasher = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)
    passwords = Passwords(hasher)
    real = extract_parameters(passwords.hash(PASSWORD))
    assert extract_parameters(passwords._nobody) == real
    with pytest.raises(VerifyMismatchError):  # it is a hash, and not refused before the work
        hasher.verify(passwords._nobody, PASSWORD)


def test_hashes_are_argon2id_and_damage_is_a_wrong_password() -> None:
    passwords = Passwords()
    assert passwords.hash(PASSWORD).startswith("$argon2id$")
    assert not passwords.verify("not a hash", PASSWORD)


def test_made_passwords_hold_80_bits_and_differ() -> None:
    made = {make_password() for _ in range(100)}
    assert len(made) == 100
    letters = {letter for password in made for letter in password if letter != "-"}
    length = len(next(iter(made)).replace("-", ""))
    assert length * math.log2(len(letters)) >= 80
    assert not letters & set("0o1li")


@given(st.text(max_size=300))
def test_any_text_is_only_a_wrong_password(text: str) -> None:
    from tests.services.world import quick_passwords

    passwords = quick_passwords()
    assert not passwords.verify(None, text)
