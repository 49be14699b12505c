"""What people do to their own account: second factors, password, their sign-ins.

Whoever adds or removes a factor types the password again: an unlocked screen is not enough. Nor is
the password, once there is a factor: the sign-in must have been made with one.
"""

from __future__ import annotations

from ground_station.core.audit import Act
from ground_station.core.errors import Conflict, NotFound
from ground_station.core.factors import Passkey
from ground_station.core.registry import SignIn
from ground_station.services.audit import by
from ground_station.services.identity import Identity, Stores
from ground_station.services.passwords import Passwords
from ground_station.services.second_factor import Offer, SecondFactors
from ground_station.services.sign_in import SignInService


class Account:
    """Thread-safe; every method takes who asks, about whose account it is."""

    def __init__(
        self,
        stores: Stores,
        *,
        sign_in: SignInService,
        factors: SecondFactors,
        passwords: Passwords,
    ) -> None:
        self._users = stores.users
        self._sign_ins = stores.sign_ins
        self._factor_rows = stores.factors
        self._audit = stores.audit
        self._sign_in = sign_in
        self._factors = factors
        self._passwords = passwords

    def has_authenticator(self, who: Identity) -> bool:
        return self._factors.has_authenticator(who.user.user_id)

    def has_second_factor(self, who: Identity) -> bool:
        return self._factors.has(who.user.user_id)

    def passkeys(self, who: Identity) -> list[Passkey]:
        return list(self._factor_rows.passkeys(who.user.user_id))

    def recovery_codes_left(self, who: Identity) -> int:
        return self._factors.recovery_codes_left(who.user.user_id)

    def sign_ins(self, who: Identity) -> list[SignIn]:
        return self._sign_in.of_user(who.user.user_id)

    def begin_authenticator(self, who: Identity, password: str) -> Offer:
        """A new authenticator app, which counts once `confirm_authenticator` has its first code.

        Raises:
            NotSignedIn, Throttled, SecondFactorNeeded: see `SignInService`.
            Conflict: there is one already.
        """
        self._sign_in.check_may_change_factors(who, password)
        user = who.user
        entry = by(who.principal, Act.FACTOR_BEGUN, "user", user.user_id, which="authenticator app")
        with self._audit.together(entry):
            self._sign_in.check_may_change(who)
            return self._factors.offer(user)

    def confirm_authenticator(self, who: Identity, code: str) -> list[str]:
        """The app's first code; new recovery codes, to be shown once.

        The account's first factor ends its other sign-ins.

        Raises:
            InvalidInput: the code is wrong. NotFound, Conflict: nothing to confirm. Throttled.
            SecondFactorNeeded: there is a passkey, and this sign-in was made without it.
        """
        user = who.user
        self._factors.begin_try(user.user_id)
        entry = by(who.principal, Act.FACTOR_ADDED, "user", user.user_id, which="authenticator app")
        with self._audit.together(entry):
            gone = self._sign_in.before_factor_added(who)
            self._factors.confirm(user.user_id, code)
            codes = self._factors.new_recovery_codes(user.user_id)
        self._sign_in.tell_ended(gone)
        self._factors.tried_well(user.user_id)
        return codes

    def remove_authenticator(self, who: Identity, password: str) -> None:
        """NotSignedIn, Throttled: the password. SecondFactorNeeded: this sign-in was made without
        it. NotFound; Conflict: the role needs it."""
        self._sign_in.check_may_change_factors(who, password)
        user = who.user
        entry = by(
            who.principal, Act.FACTOR_REMOVED, "user", user.user_id, which="authenticator app"
        )
        with self._audit.together(entry):
            self._sign_in.check_may_change(who)
            self._factors.remove_authenticator(user)

    def remove_passkey(self, who: Identity, password: str, passkey_id: str) -> None:
        """As `remove_authenticator`."""
        self._sign_in.check_may_change_factors(who, password)
        user = who.user
        if all(one.passkey_id != passkey_id for one in self.passkeys(who)):
            raise NotFound("There is no such passkey on this account.")
        entry = by(who.principal, Act.FACTOR_REMOVED, "user", user.user_id, which="passkey")
        with self._audit.together(entry):
            self._sign_in.check_may_change(who)
            self._factors.check_can_lose_one(user)
            self._factor_rows.remove_passkey(passkey_id)
            self._factors.tidy(user.user_id)

    def new_recovery_codes(self, who: Identity, password: str) -> list[str]:
        """Ten new ones; the former ones are void. As `begin_authenticator`."""
        self._sign_in.check_may_change_factors(who, password)
        user = who.user
        entry = by(who.principal, Act.FACTOR_ADDED, "user", user.user_id, which="recovery codes")
        with self._audit.together(entry):
            self._sign_in.check_may_change(who)
            return self._factors.new_recovery_codes(user.user_id)

    def change_password(self, who: Identity, old: str, new: str) -> None:
        """A new password; the account's other sign-ins end.

        Raises:
            NotSignedIn, Throttled: the old one is wrong.
            SecondFactorNeeded: this sign-in was made without the account's factor.
            InvalidInput: the new one is too short or long. Conflict: it is the old one.
        """
        self._sign_in.check_password(who, old)
        if new == old:
            raise Conflict("The new password is the old one.", "Choose another one.")
        hashed = self._passwords.hash(new)
        user_id = who.user.user_id
        with self._audit.together(by(who.principal, Act.PASSWORD_CHANGED, "user", user_id)):
            self._sign_in.check_may_change(who)
            self._users.set_password_hash(user_id, hashed)
            gone = self._sign_ins.remove_of_user(user_id, keep=who.session_hash)
        self._sign_in.tell_ended(gone)

    def revoke(self, who: Identity, sign_in_id: str) -> None:
        """End one of one's own sign-ins, and all it has open. NotFound."""
        user_id = who.user.user_id
        entry = by(who.principal, Act.SIGN_IN_REVOKED, "user", user_id, sign_in=sign_in_id)
        self._sign_in.revoke(entry, user_id, sign_in_id)
