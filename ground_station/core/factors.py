"""What a person signs in with beside a password: authenticator app, passkeys, recovery codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Authenticator:
    """A person's authenticator app (TOTP, RFC 6238).

    Attributes:
        sealed_secret: encrypted with the station's key, see `services.sealing`.
        last_step: the last 30 s step a code was taken of; no code up to it is taken again.
        confirmed_at: None while it was offered but no code of it has come yet.
    """

    user_id: str
    sealed_secret: str = field(repr=False)
    last_step: int
    added_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential. `credential_id` and `public_key` are base64url without padding."""

    passkey_id: str
    user_id: str
    credential_id: str
    public_key: str
    sign_count: int
    name: str
    added_at: datetime
    used_at: datetime | None


class FactorRepository(Protocol):
    """Second factors and recovery codes (by hash)."""

    def authenticator(self, user_id: str) -> Authenticator | None: ...

    def put_authenticator(self, authenticator: Authenticator) -> None:
        """In place of the former one."""
        ...

    def use_step(self, user_id: str, step: int) -> bool:
        """Take a step; False if it or a later one was taken already, by whomever."""
        ...

    def remove_authenticator(self, user_id: str) -> None: ...
    def passkeys(self, user_id: str) -> Sequence[Passkey]: ...
    def passkey(self, credential_id: str) -> Passkey | None: ...

    def add_passkey(self, passkey: Passkey) -> None:
        """Conflict if that credential is known already."""
        ...

    def passkey_used(self, passkey_id: str, sign_count: int, at: datetime) -> bool:
        """Keep its counter; False if the counter had reached that already (and is not always 0)."""
        ...

    def remove_passkey(self, passkey_id: str) -> None: ...
    def recovery_codes_left(self, user_id: str) -> int: ...
    def set_recovery_codes(self, user_id: str, hashes: Sequence[str]) -> None: ...

    def use_recovery_code(self, user_id: str, hashed: str) -> bool:
        """Whether it was one; it is gone now."""
        ...
