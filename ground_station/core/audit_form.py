"""The one byte form of an audit record, a head and a key rotation: what is hashed and signed.

Canonical JSON (RFC 8785), SHA-256, times as `2026-11-24T09:30:00.123456Z`. docs/audit.md says the
same in words, and tools/verify_audit.py does it again without any code of ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from json.encoder import encode_basestring

import rfc8785

from ground_station.core.audit import AuditEntry, AuditHead, Detail
from ground_station.core.errors import InvalidInput

FIRST_PREVIOUS_HASH = "0" * 64
MAX_DETAILS_BYTES = 16_000
MAX_TEXT = 400  # characters of a purpose, a kind, an id
MAX_WHOLE = 2**53 - 1  # what every JSON reader keeps exactly
MAX_DEPTH = 8
_HEAD = "kestrel-audit-head-1"
_ROTATION = "kestrel-audit-rotation-1"


def canonical(value: Detail) -> str:
    """Canonical JSON of a value without floats.

    Raises:
        InvalidInput: it holds a float, a number beyond 2^53, or half a character.
    """
    _check(value, 0)
    return rfc8785.dumps(value).decode("utf-8")


def details_text(entry: AuditEntry) -> str:
    """The canonical details of an entry, after checking all of it (InvalidInput)."""
    texts = (entry.actor_id, entry.organisation_id, entry.subject_kind, entry.subject_id)
    for text in (*texts, entry.purpose):
        if text is not None:
            _check_text(text)
            if len(text) > MAX_TEXT or "\0" in text:
                raise InvalidInput(f"An audit record's text is too long or no text: {text[:40]!r}.")
    details = canonical(dict(entry.details))
    if len(details.encode()) > MAX_DETAILS_BYTES:
        raise InvalidInput(f"The details of an audit record are over {MAX_DETAILS_BYTES} bytes.")
    return details


def time_text(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def record_bytes(
    seq: int,
    record_id: str,
    recorded_at: datetime,
    entry: AuditEntry,
    details: str,
    previous_hash: str,
) -> bytes:
    """What a record's hash covers: its canonical JSON without the hash. `details` is canonical
    already, so the object is put together in the order of its names instead of walked again."""
    return (
        f'{{"act":{_string(entry.act.value)},"actor":{_string(entry.actor.value)},'
        f'"actor_id":{_string(entry.actor_id)},"details":{details},'
        f'"organisation_id":{_string(entry.organisation_id)},"previous_hash":"{previous_hash}",'
        f'"purpose":{_string(entry.purpose)},"record_id":"{record_id}",'
        f'"recorded_at":"{time_text(recorded_at)}","seq":{seq},'
        f'"subject_id":{_string(entry.subject_id)},"subject_kind":{_string(entry.subject_kind)}}}'
    ).encode()


def record_hash(covered: bytes) -> str:
    return hashlib.sha256(covered).hexdigest()


def head_bytes(head: AuditHead) -> bytes:
    """What a head's signature covers."""
    return canonical(
        {
            "what": _HEAD,
            "seq": head.seq,
            "hash": head.hash,
            "signed_at": time_text(head.signed_at),
            "key_id": head.key_id,
        }
    ).encode()


def rotation_bytes(old_key_id: str, new_public_key: str, previous_hash: str) -> bytes:
    """What the old key signs when it hands over to the new one, at this place in the chain."""
    return canonical(
        {
            "what": _ROTATION,
            "old_key_id": old_key_id,
            "new_public_key": new_public_key,
            "previous_hash": previous_hash,
        }
    ).encode()


def key_id_of(public_key: str) -> str:
    """The name of an Ed25519 public key (64 hex digits)."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:32]


def _string(text: str | None) -> str:
    """A text as RFC 8785 writes it, which is how json's own encoder does it too (tested against
    rfc8785), at a twentieth of the time: there are seven in each record."""
    return "null" if text is None else encode_basestring(text)


def _check(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise InvalidInput("The details of an audit record are nested too deeply.")
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _check_text(name)
            _check(inner, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner, depth + 1)
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > MAX_WHOLE:
            raise InvalidInput("An audit record holds a number beyond 2^53.")
    elif value is not None and not isinstance(value, bool):
        _check_text(value)


def _check_text(value: object) -> None:
    if not isinstance(value, str):
        raise InvalidInput(f"An audit record may not hold a {type(value).__name__}.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("An audit record holds half a character.") from error
