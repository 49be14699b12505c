"""Password hashes (argon2id) and passwords made for an installation."""

from __future__ import annotations

import base64
import secrets
import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ground_station.core.errors import InvalidInput, Throttled

MIN_PASSWORD_LENGTH: Final = 10
MAX_PASSWORD_LENGTH: Final = 256
HASHES_AT_ONCE: Final = 2  # each takes 64 MiB for its time: 128 threads at once would take 8 GiB
WAIT_FOR_HASH_S: Final = 5.0

# No vowels, so no words; no letters or figures that look alike.
_ALPHABET: Final = "bcdfghjkmnpqrstvwxz23456789"
_GROUPS, _GROUP_LENGTH = 5, 4  # 27^20: 95 bits


class Passwords:
    """Hashes and verifies, a bounded number at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()  # argon2id, RFC 9106's low-memory profile
        self._slots = threading.BoundedSemaphore(HASHES_AT_ONCE)
        self._nobody = _nobodys_hash(self._hasher)

    def hash(self, password: str) -> str:
        """An argon2id hash with its own salt; InvalidInput for a password we would not take."""
        if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
            raise InvalidInput(
                f"A password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters."
            )
        return self._hasher.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right. None (no such user) takes the same work, and is False.

        Raises:
            Throttled: too many people are signing in at this moment.
        """
        if not self._slots.acquire(timeout=WAIT_FOR_HASH_S):
            raise Throttled("Too many people are signing in.", "Try again in a few seconds.", 5.0)
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._slots.release()
        return password_hash is not None


def _nobodys_hash(hasher: PasswordHasher) -> str:
    """A hash of no password, as dear to check as a real one; random, so that it costs nothing when
    the station starts."""

    def part(size: int) -> str:
        return base64.b64encode(secrets.token_bytes(size)).decode("ascii").rstrip("=")

    work = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${work}${part(hasher.salt_len)}${part(hasher.hash_len)}"


def make_password() -> str:
    """A random password of 95 bits that can be read out and typed: `xxxx-xxxx-xxxx-xxxx-xxxx`."""
    return "-".join(
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
    )
