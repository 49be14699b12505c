"""Signing in and out, and who a request's session belongs to."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.authority import (
    NEEDS_SECOND_FACTOR,
    Permission,
    Principal,
    Purpose,
    Scope,
    SecondFactorNeeded,
    require,
)
from ground_station.core.clock import Clock
from ground_station.core.errors import InvalidInput, KestrelError, NotFound, NotSignedIn
from ground_station.core.ids import new_id
from ground_station.core.registry import SignIn, User, token_hash
from ground_station.services.identity import Identity, Stores, by_user, normal_username, own_scope
from ground_station.services.passwords import MAX_PASSWORD_LENGTH, Passwords
from ground_station.services.second_factor import CodeNeeded, SecondFactors, is_app_code
from ground_station.services.sign_in_tries import FREE_TRIES, MAX_USERNAME_LENGTH, SignInTries
from ground_station.services.throttle import Throttle

log = logging.getLogger(__name__)

PURPOSE_LASTS: Final = timedelta(hours=8)  # a shift; then it is asked again
IDLE_ENDS_AFTER: Final = timedelta(hours=2)  # of the roles that need a second factor
SEEN_EVERY: Final = timedelta(minutes=1)
MAX_NOTE_LENGTH = 200
MAX_SIGN_INS = 100  # of one person; a further one ends the oldest


class AccountChanged(NotSignedIn):
    """Password, factors or standing changed while the proof was checked."""


class SignInService:
    """Sign-ins with an end, kept by the hash of their id.

    Args:
        session_hours: how long a sign-in lasts, whatever is done with it.
        scope_of: what a person may see, with the agreements in force now.
    """

    def __init__(
        self,
        stores: Stores,
        *,
        factors: SecondFactors,
        passwords: Passwords,
        clock: Clock,
        session_hours: float,
        scope_of: Callable[[User], Scope] = own_scope,
    ) -> None:
        self._users = stores.users
        self._sign_ins = stores.sign_ins
        self._audit = stores.audit
        self._factors = factors
        self._passwords = passwords
        self._clock = clock
        self._lasts = timedelta(hours=session_hours)
        self._scope_of = scope_of
        self._tries = SignInTries(clock)
        self._by_person = Throttle(clock, free_tries=FREE_TRIES)
        self._on_ended: list[Callable[[str], None]] = []

    def on_ended(self, callback: Callable[[str], None]) -> None:
        """Call back with a sign-in's hash when it is ended, by its person or by somebody else."""
        self._on_ended.append(callback)

    # --- signing in ----------------------------------------------------------------------------

    def sign_in(
        self,
        username: str,
        password: str,
        address: str,
        *,
        code: str | None = None,
        device: str = "",
    ) -> tuple[str, Identity]:
        """A new session id (for the cookie only) and who it stands for.

        Raises:
            CodeNeeded: the password is right; a code of the second factor must come with it.
            NotSignedIn: the name, the password or the code is wrong; which of the first two is
                not said.
            Throttled: too many failed tries.
        """
        name = normal_username(username)
        self._tries.begin(name, address)
        user = self._users.by_username(name) if len(name) <= MAX_USERNAME_LENGTH else None
        known_hash = None if user is None else user.password_hash
        right = self._passwords.verify(known_hash, password[: MAX_PASSWORD_LENGTH + 1])
        if user is None or not right or user.disabled_at is not None:
            self.refused(user, address, "password")
            raise NotSignedIn("The name or the password is wrong.", "Check both and try again.")
        needs_code = self._factors.has(user.user_id)
        if needs_code and not code:
            self._tries.password_right(name, address)
            raise CodeNeeded(
                "This account has a second factor.", "Type the code of your authenticator app."
            )
        entered = self._with_code(user, address, device, code if needs_code else None)
        self._tries.succeeded(name, address)
        return entered

    def begin_try_from(self, address: str) -> None:
        """Count a passkey's try from an address; Throttled after too many failed ones."""
        self._tries.begin_from(address)

    def forgive_try_from(self, address: str) -> None:
        self._tries.forgive_from(address)

    def enter(
        self,
        user: User,
        address: str,
        device: str,
        how: str,
        *,
        second_factor: bool,
        before: Callable[[], None] = lambda: None,
    ) -> tuple[str, Identity]:
        """Begin a sign-in of somebody whose proof was checked.

        Args:
            how: for the audit log.
            before: uses the proof up, in the same transaction; the sign-in fails if it raises.

        Raises:
            AccountChanged: the account is not what it was when the proof was checked.
        """
        session_id = secrets.token_urlsafe(32)
        sign_in = self._new_sign_in(user, session_id, address, device, second_factor)
        now = sign_in.signed_in_at
        acts = [Act.SIGNED_IN, *([Act.RECOVERY_USED] if how == "recovery code" else [])]
        details = {"how": how, "address": address, "device": device, "sign_in": sign_in.sign_in_id}
        with self._audit.together(*(by_user(user, act, details=details) for act in acts)):
            user = self._unchanged(user, second_factor)
            before()
            self._sign_ins.remove_expired(now)
            oldest = list(self._sign_ins.of_user(user.user_id))[MAX_SIGN_INS - 1 :]
            for former in oldest:
                self._sign_ins.remove(former.session_hash)
            self._sign_ins.add(sign_in)
        self.tell_ended([former.session_hash for former in oldest])
        log.info("signed_in user=%s address=%s how=%s", user.username, address, how)
        return session_id, self._identity(user, sign_in)

    def refused(self, user: User | None, address: str, why: str) -> None:
        """Write a refused try down; what was typed is not, it may be a password."""
        log.warning("sign_in_refused address=%s why=%s", address, why)
        self._audit.append(
            AuditEntry(
                act=Act.SIGN_IN_REFUSED,
                actor=Actor.UNKNOWN,
                organisation_id=None if user is None else user.organisation_id,
                subject_kind="" if user is None else "user",
                subject_id="" if user is None else user.user_id,
                details={"address": address, "why": why},
            )
        )

    # --- who is it -----------------------------------------------------------------------------

    def identify(self, session_id: str) -> Identity | None:
        """Who the session belongs to; None if it is unknown or over. Counts as its use."""
        return self._identify(token_hash(session_id), used=True) if session_id else None

    def identify_hash(self, session_hash: str) -> Identity | None:
        """As `identify`, by its hash and without counting as its use."""
        return self._identify(session_hash, used=False)

    def still_signed_in(self, session_hash: str) -> bool:
        """Whether a sign-in has not been ended, removed or run out since."""
        return self.identify_hash(session_hash) is not None

    def may_still_watch(self, session_hash: str) -> bool:
        """Whether it is still signed in and may watch video: its purpose may have lapsed."""
        found = self.identify_hash(session_hash)
        if found is None:
            return False
        try:
            require(found.principal, Permission.WATCH_VIDEO)
        except KestrelError:
            return False
        return True

    def check_password(self, who: Identity, password: str) -> None:
        """The password again, before something that opens doors; NotSignedIn, Throttled."""
        self._by_person.begin(who.user.user_id)
        if not self._passwords.verify(who.user.password_hash, password[: MAX_PASSWORD_LENGTH + 1]):
            raise NotSignedIn("The password is wrong.", "Type your own password.")
        self._by_person.succeeded(who.user.user_id)

    # --- changing and ending -------------------------------------------------------------------

    def set_purpose(self, who: Identity, purpose: str, note: str) -> Identity:
        """What this sign-in looks at personal data for, for the next eight hours.

        Raises:
            InvalidInput: no such purpose, or too long a note.
        """
        if purpose not in {one.value for one in Purpose}:
            raise InvalidInput(
                "There is no such purpose.", "One of: " + ", ".join(p.value for p in Purpose) + "."
            )
        note = " ".join(note.split())
        if len(note) > MAX_NOTE_LENGTH or not note.isprintable():
            raise InvalidInput(f"A note is plain text of at most {MAX_NOTE_LENGTH} characters.")
        with self._audit.together(
            by_user(who.user, Act.PURPOSE_SET, purpose=purpose, details={"note": note})
        ):
            self._sign_ins.set_purpose(who.session_hash, Purpose(purpose), note, self._clock.now())
        return self._again(who)

    def check_may_change_factors(self, who: Identity, password: str) -> None:
        """Before a second factor is added, removed or replaced.

        Raises:
            NotSignedIn, Throttled: the password.
            SecondFactorNeeded: the account has a factor that this sign-in was made without.
        """
        self.check_password(who, password)
        self.check_may_change(who)

    def before_factor_added(self, who: Identity) -> Sequence[str]:
        """In the transaction that adds a factor: this sign-in counts as made with it.

        With the first factor the account's other sign-ins end, as they were made without: hand
        the hashes returned to `tell_ended` after the commit.

        Raises:
            SecondFactorNeeded, NotSignedIn: as `check_may_change`.
        """
        self.check_may_change(who)
        user_id, gone = who.user.user_id, list[str]()
        if not self._factors.has(user_id):
            gone.extend(self._sign_ins.remove_of_user(user_id, keep=who.session_hash))
        self._sign_ins.set_second_factor(who.session_hash)
        return gone

    def check_may_change(self, who: Identity) -> None:
        """Whether this sign-in may change its account, in the transaction that does.

        Raises:
            NotSignedIn: it has ended since the request began.
            SecondFactorNeeded: the account has a factor that this sign-in was made without.
        """
        if self._sign_ins.by_hash(who.session_hash) is None:
            raise NotSignedIn("This sign-in has ended.", "Sign in again.")
        if self._factors.has(who.user.user_id) and not who.principal.second_factor:
            raise SecondFactorNeeded(
                "This sign-in was made without the account's second factor.",
                "Sign out, and sign in again with it.",
            )

    def sign_out(self, session_hash: str) -> None:
        """End one's own sign-in; nothing happens if it is over already."""
        who = self.identify_hash(session_hash)
        if who is not None:
            details = {"sign_in": who.sign_in.sign_in_id}
            with self._audit.together(by_user(who.user, Act.SIGNED_OUT, details=details)):
                self._sign_ins.remove(session_hash)
        self.tell_ended([session_hash])

    def of_user(self, user_id: str) -> list[SignIn]:
        """A person's sign-ins that have not run out, newest first."""
        now = self._clock.now()
        return [one for one in self._sign_ins.of_user(user_id) if one.expires_at > now]

    def revoke(self, by: AuditEntry, user_id: str, sign_in_id: str) -> None:
        """End one sign-in of a person; NotFound if they have none of that id.

        Args:
            by: what to write down.
        """
        found = next((s for s in self.of_user(user_id) if s.sign_in_id == sign_in_id), None)
        if found is None:
            raise NotFound("There is no such sign-in.", "It may have ended already.")
        with self._audit.together(by):
            self._sign_ins.remove(found.session_hash)
        self.tell_ended([found.session_hash])

    def tell_ended(self, session_hashes: Sequence[str]) -> None:
        """Hang up on what these sign-ins have open; they were removed from the store."""
        for session_hash in session_hashes:
            for callback in self._on_ended:
                callback(session_hash)

    # --- inside --------------------------------------------------------------------------------

    def _unchanged(self, user: User, second_factor: bool) -> User:
        """The account now, inside the transaction: the proof took its time to be checked."""
        found = self._users.by_id(user.user_id)
        if (
            found is None
            or found.disabled_at is not None
            or found.password_hash != user.password_hash
            or (not second_factor and self._factors.has(user.user_id))
        ):
            raise AccountChanged("The account was changed in this moment.", "Sign in again.")
        return found

    def _with_code(
        self, user: User, address: str, device: str, code: str | None
    ) -> tuple[str, Identity]:
        if code is None:
            try:
                return self.enter(user, address, device, "password", second_factor=False)
            except AccountChanged:
                self.refused(user, address, "account changed")
                raise
        self._factors.begin_try(user.user_id)
        how = "authenticator app" if is_app_code(code) else "recovery code"
        try:
            entered = self.enter(
                user,
                address,
                device,
                how,
                second_factor=True,
                before=lambda: self._factors.use(user.user_id, code),
            )
        except NotSignedIn as error:
            changed = isinstance(error, AccountChanged)
            self.refused(user, address, "account changed" if changed else "code")
            raise
        self._factors.tried_well(user.user_id)
        return entered

    def _new_sign_in(
        self, user: User, session_id: str, address: str, device: str, second_factor: bool
    ) -> SignIn:
        now = self._clock.now()
        return SignIn(
            session_hash=token_hash(session_id),
            user_id=user.user_id,
            csrf_secret=secrets.token_urlsafe(32),
            expires_at=now + self._lasts,
            sign_in_id=new_id(),
            signed_in_at=now,
            seen_at=now,
            device=device,
            address=address[:64],
            second_factor=second_factor,
        )

    def _again(self, who: Identity) -> Identity:
        found = self.identify_hash(who.session_hash)
        if found is None:
            raise NotSignedIn("This sign-in has ended.", "Sign in again.")
        return found

    def _identify(self, session_hash: str, *, used: bool) -> Identity | None:
        sign_in = self._sign_ins.by_hash(session_hash)
        now = self._clock.now()
        if sign_in is None or sign_in.expires_at <= now:
            return None
        user = self._users.by_id(sign_in.user_id)
        if user is None or user.disabled_at is not None:
            return None
        idle = now - sign_in.seen_at
        if user.role in NEEDS_SECOND_FACTOR and idle >= IDLE_ENDS_AFTER:
            return None
        if used and idle >= SEEN_EVERY:
            self._seen(sign_in, now)
        return self._identity(user, sign_in)

    def _seen(self, sign_in: SignIn, now: datetime) -> None:
        try:
            self._sign_ins.set_seen(sign_in.session_hash, now)
        except KestrelError as error:  # a full disk must not sign people out
            log.warning("sign_in_seen_not_kept reason=%s", error)

    def _identity(self, user: User, sign_in: SignIn) -> Identity:
        at = sign_in.purpose_at
        holds = at is not None and self._clock.now() - at < PURPOSE_LASTS
        principal = Principal(
            user_id=user.user_id,
            username=user.username,
            display_name=user.display_name,
            role=user.role,
            scope=self._scope_of(user),
            sign_in_id=sign_in.sign_in_id,
            second_factor=sign_in.second_factor,
            purpose=sign_in.purpose if holds else None,
            purpose_note=sign_in.purpose_note if holds else "",
            must_change_password=user.must_change_password,
        )
        return Identity(user, sign_in, principal)
