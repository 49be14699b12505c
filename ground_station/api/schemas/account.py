"""One's own account."""

from __future__ import annotations

from datetime import datetime

from ground_station.api.schemas.base import Wire


class PasskeyView(Wire, frozen=True, kw_only=True):
    passkey_id: str
    name: str
    added_at: datetime
    used_at: datetime | None


class SignInView(Wire, frozen=True, kw_only=True):
    """A device somebody is signed in on."""

    sign_in_id: str
    device: str  # browser and system, from its user agent
    address: str
    signed_in_at: datetime
    seen_at: datetime
    expires_at: datetime
    second_factor: bool
    this_one: bool


class Account(Wire, frozen=True, kw_only=True):
    """`GET /api/account`."""

    username: str
    authenticator: bool
    passkeys: list[PasskeyView]
    recovery_codes_left: int
    sign_ins: list[SignInView]


class PasswordOnly(Wire, frozen=True, kw_only=True):
    """Changes to one's own factors ask for the password again."""

    password: str


class AuthenticatorOffer(Wire, frozen=True, kw_only=True):
    """`POST /api/account/authenticator` (PasswordOnly): confirm with a code to begin using it."""

    secret: str
    uri: str  # otpauth://
    qr_svg: str  # the same as a picture


class ConfirmCode(Wire, frozen=True, kw_only=True):
    """`POST /api/account/authenticator/confirm`; answers RecoveryCodes."""

    code: str


class RecoveryCodes(Wire, frozen=True, kw_only=True):
    """Shown once. `POST /api/account/recovery-codes` (PasswordOnly) makes new ones."""

    codes: list[str]


class PasskeyOptions(Wire, frozen=True, kw_only=True):
    """`POST /api/account/passkeys/begin` (PasswordOnly), `POST /api/sign-in/passkey/begin`: what
    navigator.credentials takes, in WebAuthn's own JSON form."""

    options: dict[str, object]


class NewPasskey(Wire, frozen=True, kw_only=True):
    """`POST /api/account/passkeys`."""

    name: str
    credential: dict[str, object]


class PasskeySignIn(Wire, frozen=True, kw_only=True):
    """`POST /api/sign-in/passkey`."""

    credential: dict[str, object]


class NewPassword(Wire, frozen=True, kw_only=True):
    """`POST /api/account/password`; ends the account's other sign-ins."""

    old_password: str
    new_password: str
