"""Authenticator apps (TOTP, RFC 6238) and recovery codes.

A code is good for its own 30 s and one step on either side, and is taken once. Passkeys are in
`services.passkeys`; both count as a person's second factors.
"""

from __future__ import annotations

import dataclasses
import hmac
import io
import re
from dataclasses import dataclass, field
from typing import Final

import pyotp
import segno

from ground_station.core.authority import NEEDS_SECOND_FACTOR, words
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from ground_station.core.factors import Authenticator, FactorRepository
from ground_station.core.registry import User, token_hash
from ground_station.services.passwords import make_password
from ground_station.services.sealing import Sealer
from ground_station.services.throttle import Throttle

STEP_S: Final = 30
STEPS_AROUND: Final = 1
RECOVERY_CODES: Final = 10
FREE_CODE_TRIES: Final = 5  # of one account, from wherever
MAX_CODE_LENGTH: Final = 64
ISSUER: Final = "Kestrel"
_DIGITS: Final = re.compile(r"[0-9]{6}")


class CodeNeeded(NotSignedIn):
    """The password is right, and this account has a second factor."""

    code = "code_needed"


@dataclass(frozen=True, slots=True)
class Offer:
    """A new authenticator, before its first code. Shown once."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    qr_svg: str = field(repr=False)


class SecondFactors:
    """Thread-safe. The methods that change something are called inside `AuditLog.together`."""

    def __init__(self, repository: FactorRepository, sealer: Sealer, clock: Clock) -> None:
        self._repository = repository
        self._sealer = sealer
        self._clock = clock
        self._tries = Throttle(clock, free_tries=FREE_CODE_TRIES)

    def has(self, user_id: str) -> bool:
        """Whether the account has an authenticator or a passkey."""
        return self.count(user_id) > 0

    def count(self, user_id: str) -> int:
        return int(self.has_authenticator(user_id)) + len(self._repository.passkeys(user_id))

    def has_authenticator(self, user_id: str) -> bool:
        found = self._repository.authenticator(user_id)
        return found is not None and found.confirmed_at is not None

    def recovery_codes_left(self, user_id: str) -> int:
        return self._repository.recovery_codes_left(user_id)

    def begin_try(self, user_id: str) -> None:
        """Count one try of a code; Throttled after too many wrong ones."""
        self._tries.begin(user_id)

    def tried_well(self, user_id: str) -> None:
        self._tries.succeeded(user_id)

    def use(self, user_id: str, code: str) -> None:
        """Take a code of the app or a recovery code; it is used up.

        Raises:
            NotSignedIn: it is wrong, was used before, or is too old.
        """
        good = (
            self._use_totp(user_id, code)
            if is_app_code(code)
            else self._repository.use_recovery_code(user_id, _recovery_hash(user_id, code))
        )
        if not good:
            raise NotSignedIn(
                "The code is wrong or was used already.",
                "Wait for the app's next code, or use a recovery code.",
            )

    def offer(self, user: User) -> Offer:
        """A new authenticator, which counts from its first right code on (`confirm`).

        Raises:
            Conflict: the account has one.
        """
        if self.has_authenticator(user.user_id):
            raise Conflict("An authenticator app is set up already.", "Remove it first.")
        secret = pyotp.random_base32()
        self._repository.put_authenticator(
            Authenticator(
                user.user_id,
                self._sealer.seal(secret, user.user_id),
                last_step=0,
                added_at=self._clock.now(),
                confirmed_at=None,
            )
        )
        uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)
        return Offer(secret, uri, _qr(uri))

    def confirm(self, user_id: str, code: str) -> None:
        """The app's first code: from now on it is asked for.

        Raises:
            NotFound: none was begun. Conflict: it is confirmed already.
            InvalidInput: the code is wrong.
        """
        found = self._repository.authenticator(user_id)
        if found is None:
            raise NotFound("No authenticator app was begun.", "Begin again.")
        if found.confirmed_at is not None:
            raise Conflict("An authenticator app is set up already.")
        step = self._step_of(found, code)
        if step is None:
            raise InvalidInput(
                "The code is wrong.", "Check that the phone's clock is right and try the next code."
            )
        self._repository.put_authenticator(
            dataclasses.replace(found, last_step=step, confirmed_at=self._clock.now())
        )

    def remove_authenticator(self, user: User) -> None:
        """NotFound if there is none, Conflict if the role could not do without."""
        if not self.has_authenticator(user.user_id):
            raise NotFound("There is no authenticator app on this account.")
        self.check_can_lose_one(user)
        self._repository.remove_authenticator(user.user_id)
        self.tidy(user.user_id)

    def check_can_lose_one(self, user: User) -> None:
        """Conflict if this is the last factor of a role that needs one."""
        if user.role in NEEDS_SECOND_FACTOR and self.count(user.user_id) <= 1:
            raise Conflict(
                f"It is the last second factor, and the role {words(user.role)} needs one.",
                "Set up another one first.",
            )

    def tidy(self, user_id: str) -> None:
        """Recovery codes stand in for a factor: without any they go."""
        if not self.has(user_id):
            self._repository.set_recovery_codes(user_id, [])

    def new_recovery_codes(self, user_id: str) -> list[str]:
        """Ten new ones instead of the former ones; Conflict without a second factor."""
        if not self.has(user_id):
            raise Conflict(
                "Recovery codes stand in for a second factor, and there is none.",
                "Set up an authenticator app or a passkey first.",
            )
        codes = [make_password() for _ in range(RECOVERY_CODES)]
        self._repository.set_recovery_codes(user_id, [_recovery_hash(user_id, c) for c in codes])
        return codes

    def remove_all(self, user_id: str) -> None:
        """Whoever runs the machine or the organisation lets somebody begin afresh."""
        self._repository.remove_authenticator(user_id)
        for passkey in self._repository.passkeys(user_id):
            self._repository.remove_passkey(passkey.passkey_id)
        self._repository.set_recovery_codes(user_id, [])

    def _use_totp(self, user_id: str, code: str) -> bool:
        found = self._repository.authenticator(user_id)
        if found is None or found.confirmed_at is None:
            return False
        step = self._step_of(found, code)
        return step is not None and self._repository.use_step(user_id, step)

    def _step_of(self, authenticator: Authenticator, code: str) -> int | None:
        secret = self._sealer.open(authenticator.sealed_secret, authenticator.user_id)
        totp = pyotp.TOTP(secret, interval=STEP_S)
        given = _plain(code).encode()
        now = int(self._clock.now().timestamp()) // STEP_S
        fits = [
            step
            for step in range(now - STEPS_AROUND, now + STEPS_AROUND + 1)
            if hmac.compare_digest(totp.generate_otp(step).encode(), given)
        ]
        return fits[0] if fits else None


def is_app_code(code: str) -> bool:
    """Whether it has the form of an app's code; else it can only be a recovery code."""
    return _DIGITS.fullmatch(_plain(code)) is not None


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code[:MAX_CODE_LENGTH]).lower()


def _recovery_hash(user_id: str, code: str) -> str:
    """The codes hold 95 random bits, so their hash needs no slow function."""
    return token_hash(f"{user_id}\0{_plain(code)}")


def _qr(uri: str) -> str:
    out = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        out, kind="svg", scale=4, border=4, xmldecl=False, light="#fff", dark="#000"
    )
    return out.getvalue().decode()
