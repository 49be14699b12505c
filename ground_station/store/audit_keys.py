"""The Ed25519 key that signs the chain's heads: `<data>/keys/audit.pem`, made once, readable by
this user only. It is never made again by itself: see `AuditKeys.make`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ground_station.core.audit_form import key_id_of
from ground_station.core.errors import Unavailable
from ground_station.store.archive import sync_folder

KEYS_FOLDER = "keys"
KEY_FILE = "audit.pem"
NEXT_FILE = "audit.next.pem"  # made, but maybe not yet in the chain
REMEDY = (
    "Put the key file back from a backup; if it is lost for good, run "
    "python3 run.py audit rotate-key --lost."
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the name and hex form of its public half."""

    private: Ed25519PrivateKey = field(repr=False)
    public_key: str
    key_id: str

    def sign(self, covered: bytes) -> str:
        """The signature, 128 hex digits."""
        return self.private.sign(covered).hex()


class AuditKeys:
    """The key files of one installation. Holds no state, so that two processes agree."""

    def __init__(self, data_folder: Path) -> None:
        self.folder = data_folder / KEYS_FOLDER

    def load(self, key_id: str) -> SigningKey:
        """The key of that name.

        Raises:
            Unavailable: no file holds it, or the file cannot be read.
        """
        problem = ""
        for name in (KEY_FILE, NEXT_FILE):
            file = self.folder / name
            try:
                key = _read(file)
            except FileNotFoundError:
                problem = problem or f"The audit log's signing key {file} is missing."
            except (OSError, ValueError, UnsupportedAlgorithm):
                problem = problem or f"The audit log's signing key {file} cannot be read."
            else:
                if key.key_id == key_id:
                    if name == NEXT_FILE:  # the chain has it, so the change was carried out
                        self.adopt_next()
                    return key
                if name == KEY_FILE:
                    problem = f"The key {file} is not the one that the audit log names."
        raise Unavailable(problem, REMEDY)

    def make_first(self) -> SigningKey:
        """The key a new chain begins with: the one that is there, or a new one.

        Raises:
            Unavailable: what is there cannot be read, or none can be written.
        """
        file = self.folder / KEY_FILE
        try:
            return _read(file)
        except FileNotFoundError:
            return self._make(KEY_FILE)
        except (OSError, ValueError, UnsupportedAlgorithm) as error:
            raise Unavailable(
                f"The audit log's signing key {file} cannot be read.", REMEDY
            ) from error

    def make_next(self) -> SigningKey:
        """A new key beside the present one; `adopt_next` once the chain names it."""
        (self.folder / NEXT_FILE).unlink(missing_ok=True)
        return self._make(NEXT_FILE)

    def adopt_next(self) -> None:
        """Put the new key in the place of the former one, whose private half is gone then."""
        try:
            (self.folder / NEXT_FILE).replace(self.folder / KEY_FILE)
            sync_folder(self.folder)
        except OSError as error:
            raise Unavailable(
                f"The key folder {self.folder} cannot be written: {error.strerror}."
            ) from error

    def _make(self, name: str) -> SigningKey:
        private = Ed25519PrivateKey.generate()
        text = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            sync_folder(self.folder)  # before the chain names it
            sync_folder(self.folder.parent)
        except OSError as error:
            raise Unavailable(
                f"No key for the audit log can be written to {self.folder}: {error.strerror}.",
                "Make the folder writable and run python3 run.py audit rotate-key --lost.",
            ) from error
        return _key(private)


def _read(file: Path) -> SigningKey:
    loaded = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(loaded, Ed25519PrivateKey):
        raise ValueError("not an Ed25519 key")
    return _key(loaded)


def _key(private: Ed25519PrivateKey) -> SigningKey:
    public = private.public_key().public_bytes_raw().hex()
    return SigningKey(private, public, key_id_of(public))
