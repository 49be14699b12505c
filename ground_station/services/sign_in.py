"""Signing in and out, and who a request's session belongs to."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ground_station.core.authority import Principal, Purpose, Role, Scope
from ground_station.core.clock import Clock
from ground_station.core.errors import NotFound, NotSignedIn
from ground_station.core.ids import new_id
from ground_station.core.registry import (
    SignIn,
    SignInRepository,
    User,
    UserRepository,
    token_hash,
)
from ground_station.services.passwords import MAX_PASSWORD_LENGTH, Passwords
from ground_station.services.throttle import Throttle

log = logging.getLogger(__name__)

MAX_USERNAME_LENGTH = 64
FREE_TRIES = 5  # of one name from one address
FREE_TRIES_OF_ADDRESS = 30  # whatever the names: one office may share an address
# On loopback and behind a proxy everybody has one address: whoever guesses there may slow the
# others down, but not shut them out.
MAX_WAIT_OF_ADDRESS_S = 10.0
ADDRESS_DECAYS_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a request comes from."""

    user: User
    session_hash: str = field(repr=False)
    csrf_token: str = field(repr=False)
    expires_at: datetime

    @property
    def principal(self) -> Principal:
        """Who it is, as every decision sees them."""
        user = self.user
        return Principal(
            user_id=user.user_id,
            username=user.username,
            display_name=user.display_name,
            role=user.role,
            scope=Scope(user.organisation_id),
            sign_in_id=self.session_hash[:16],
            second_factor=True,
            purpose=Purpose.PUBLIC_SAFETY,
            purpose_note="",
        )


class SignInService:
    """Sign-ins with an end, kept by the hash of their id.

    Args:
        session_hours: how long a sign-in lasts, whatever is done with it.
    """

    def __init__(
        self,
        *,
        users: UserRepository,
        sign_ins: SignInRepository,
        passwords: Passwords,
        clock: Clock,
        session_hours: float,
    ) -> None:
        self._users = users
        self._sign_ins = sign_ins
        self._passwords = passwords
        self._clock = clock
        self._lasts = timedelta(hours=session_hours)
        self._by_name = Throttle(clock, free_tries=FREE_TRIES)
        self._by_address = Throttle(
            clock,
            free_tries=FREE_TRIES_OF_ADDRESS,
            max_wait_s=MAX_WAIT_OF_ADDRESS_S,
            decay_every_s=ADDRESS_DECAYS_EVERY_S,
        )
        self._on_ended: list[Callable[[str], None]] = []

    def on_ended(self, callback: Callable[[str], None]) -> None:
        """Call back with a sign-in's hash when it is ended by its person."""
        self._on_ended.append(callback)

    def sign_in(self, username: str, password: str, address: str) -> tuple[str, Identity]:
        """A new session id (for the cookie only) and who it stands for.

        Raises:
            NotSignedIn: the name or the password is wrong; which of them is not said.
            Throttled: too many failed tries.
        """
        name = normal_username(username)
        key = f"{address}\n{name[:MAX_USERNAME_LENGTH]}"
        self._by_name.begin(key)
        self._by_address.begin(address)
        user = self._users.by_username(name) if len(name) <= MAX_USERNAME_LENGTH else None
        known_hash = None if user is None else user.password_hash
        right = self._passwords.verify(known_hash, password[: MAX_PASSWORD_LENGTH + 1])
        if user is None or not right:
            log.warning("sign_in_refused address=%s", address)
            raise NotSignedIn("The name or the password is wrong.", "Check both and try again.")
        self._by_name.succeeded(key)
        self._by_address.forgive(address)
        now = self._clock.now()
        self._sign_ins.remove_expired(now)
        session_id = secrets.token_urlsafe(32)
        sign_in = SignIn(
            session_hash=token_hash(session_id),
            user_id=user.user_id,
            csrf_secret=secrets.token_urlsafe(32),
            expires_at=now + self._lasts,
        )
        self._sign_ins.add(sign_in)
        log.info("signed_in user=%s address=%s", user.username, address)
        return session_id, _identity(user, sign_in)

    def identify(self, session_id: str) -> Identity | None:
        """Who the session belongs to; None if it is unknown or over."""
        return self._identify(token_hash(session_id)) if session_id else None

    def still_signed_in(self, session_hash: str) -> bool:
        """Whether a sign-in has not been ended, removed or run out since."""
        return self._identify(session_hash) is not None

    def sign_out(self, session_hash: str) -> None:
        """End a sign-in; nothing happens if it is over already."""
        self._sign_ins.remove(session_hash)
        for callback in self._on_ended:
            callback(session_hash)

    def _identify(self, session_hash: str) -> Identity | None:
        sign_in = self._sign_ins.by_hash(session_hash)
        if sign_in is None or sign_in.expires_at <= self._clock.now():
            return None
        user = self._users.by_id(sign_in.user_id)
        return None if user is None else _identity(user, sign_in)


class Accounts:
    """What the command line does with people's accounts."""

    def __init__(
        self,
        users: UserRepository,
        sign_ins: SignInRepository,
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._users = users
        self._sign_ins = sign_ins
        self._passwords = passwords
        self._clock = clock

    def any(self) -> bool:
        """Whether anybody can sign in."""
        return self._users.count() > 0

    def add(self, username: str, display_name: str, role: Role, password: str) -> User:
        """A new person; Conflict if the name is taken, InvalidInput for a bad password."""
        user = User(
            user_id=new_id(),
            organisation_id=self._users.default_organisation_id(),
            username=normal_username(username),
            display_name=display_name,
            role=role,
            password_hash=self._passwords.hash(password),
            created_at=self._clock.now(),
        )
        self._users.add(user)
        return user

    def set_password(self, username: str, password: str) -> None:
        """Change a password and end that person's sign-ins.

        Raises:
            NotFound: there is no such person.
            InvalidInput: the password is too short or too long.
        """
        user = self._users.by_username(normal_username(username))
        if user is None:
            raise NotFound(f"There is no user {username}.")
        self._users.set_password_hash(user.user_id, self._passwords.hash(password))
        self._sign_ins.remove_of_user(user.user_id)


def normal_username(username: str) -> str:
    """The form names are kept and compared in."""
    return username.strip().casefold()


def _identity(user: User, sign_in: SignIn) -> Identity:
    return Identity(user, sign_in.session_hash, sign_in.csrf_secret, sign_in.expires_at)
