"""Secrets that must be read again are kept encrypted, under a key derived from the station's own.

Whoever has a copy of the database alone (a backup) cannot make anybody's codes.
"""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ground_station.core.errors import IntegrityError

_NONCE_BYTES = 12


class Sealer:
    """AES-256-GCM; what was sealed for one owner opens for no other.

    Args:
        station_key: the text in station.key.
        use: what the derived key is for; other uses have other keys.
    """

    def __init__(self, station_key: str, use: str) -> None:
        derive = HKDF(SHA256(), 32, salt=None, info=b"kestrel " + use.encode())
        self._cipher = AESGCM(derive.derive(station_key.encode()))

    def seal(self, secret: str, owner: str) -> str:
        """ASCII text that only `open` of the same key, use and owner reads."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, secret.encode(), owner.encode())
        return base64.b64encode(nonce + sealed).decode("ascii")

    def open(self, sealed: str, owner: str) -> str:
        """The secret; IntegrityError if the key is another or the text was changed."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            nonce, rest = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
            return self._cipher.decrypt(nonce, rest, owner.encode()).decode()
        except (ValueError, InvalidTag) as error:
            raise IntegrityError(
                "A stored secret cannot be opened: station.key is not the one it was made with.",
                "Restore station.key from the backup, or reset that person's factors: "
                "python3 run.py users reset-factors NAME",
            ) from error
