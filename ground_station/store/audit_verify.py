"""Checking the chain in the database: gaps, hashes, links, heads' signatures, changes of key.

tools/verify_audit.py does the same on an export without any code of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select

from ground_station.core.audit import Act, AuditHead, AuditRecord, Detail
from ground_station.core.audit_form import (
    FIRST_PREVIOUS_HASH,
    head_bytes,
    key_id_of,
    record_bytes,
    record_hash,
    rotation_bytes,
)
from ground_station.core.errors import IntegrityError
from ground_station.store.audit_rows import HEADS, RECORDS, head_of, record_of
from ground_station.store.engine import Database

SLICE = 500


class ChainBroken(IntegrityError):
    """The chain is not what was written. `seq`: the first record that is wrong."""

    def __init__(self, seq: int, message: str) -> None:
        super().__init__(
            message, "Keep this database as it is, and compare it with a backup and an export."
        )
        self.seq = seq


@dataclass
class ChainCheck:
    """Walks a chain from its beginning; feed it records in order and heads after their records.

    Attributes:
        up_to: the last record that was checked. signed_up_to: the last head that was.
        notices: what a reader must know though nothing is wrong, e.g. a key that was lost.
    """

    up_to: int = 0
    last_hash: str = FIRST_PREVIOUS_HASH
    signed_up_to: int = 0
    key_id: str = ""
    public_key: str = ""
    notices: list[str] = field(default_factory=list)

    def record(self, row: Mapping[str, object]) -> None:
        """The next record, as it lies in its table (ChainBroken)."""
        seq = int(str(row["seq"]))
        if seq != self.up_to + 1:
            raise ChainBroken(self.up_to + 1, f"Record {self.up_to + 1} is missing.")
        if row["previous_hash"] != self.last_hash:
            raise ChainBroken(seq, f"Record {seq} does not follow from record {self.up_to}.")
        try:
            record = record_of(row)
            covered = record_bytes(
                seq,
                record.record_id,
                record.recorded_at,
                record.entry,
                str(row["details"]),
                record.previous_hash,
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise ChainBroken(seq, f"Record {seq} was changed: {error}.") from error
        if record_hash(covered) != record.hash:
            raise ChainBroken(seq, f"Record {seq} was changed: its hash does not fit.")
        self._key_of(record)
        self.up_to, self.last_hash = seq, record.hash

    def head(self, head: AuditHead) -> None:
        """A head over the record that was checked last (ChainBroken)."""
        seq = head.seq
        if seq != self.up_to or head.hash != self.last_hash:
            raise ChainBroken(seq, f"The signed head over record {seq} names another hash.")
        if head.key_id != self.key_id:
            raise ChainBroken(seq, f"The head over record {seq} is signed with a wrong key.")
        if not _signed(self.public_key, head.signature, head_bytes(head)):
            raise ChainBroken(seq, f"The signature of the head over record {seq} is false.")
        self.signed_up_to = seq

    def _key_of(self, record: AuditRecord) -> None:
        seq, act, details = record.seq, record.entry.act, record.entry.details
        if (act is Act.CHAIN_BEGUN) != (seq == 1):
            raise ChainBroken(seq, f"Record {seq} is not where a chain begins.")
        if act is Act.KEY_ROTATED:
            self._handed_over(record, details)
        if act in (Act.CHAIN_BEGUN, Act.KEY_ROTATED):
            self.public_key, self.key_id = str(details["public_key"]), str(details["key_id"])
            if self.public_key and key_id_of(self.public_key) != self.key_id:
                raise ChainBroken(seq, f"The key that record {seq} names is not that key.")
            if not self.public_key:
                self.notices.append("The chain was begun without a signing key.")

    def _handed_over(self, record: AuditRecord, details: Mapping[str, Detail]) -> None:
        seq = record.seq
        if details.get("lost") is True:
            self.notices.append(
                f"At record {seq} the key was replaced without the former one's signature: it was "
                "declared lost. Ask who did that, and why."
            )
            return
        covered = rotation_bytes(self.key_id, str(details["public_key"]), record.previous_hash)
        if not _signed(self.public_key, str(details.get("signature")), covered):
            raise ChainBroken(seq, f"The change of key in record {seq} is not signed by the old.")


def _signed(public_key: str, signature: str, covered: bytes) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), covered)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_some(database: Database, check: ChainCheck, limit: int = SLICE) -> bool:
    """Check up to `limit` further records; whether there may be more.

    Raises:
        ChainBroken: naming the first record that is wrong.
    """
    with database.read() as session:
        # Heads first: what is signed by now must be there when the records are read.
        signed = session.scalar(select(func.max(HEADS.c.seq))) or 0
        if check.up_to:
            again = select(RECORDS.c.hash).where(RECORDS.c.seq == check.up_to)
            if session.scalar(again) != check.last_hash:
                raise ChainBroken(check.up_to, f"Record {check.up_to} was changed or removed.")
        wanted = select(RECORDS).where(RECORDS.c.seq > check.up_to).order_by(RECORDS.c.seq)
        rows = [dict(row) for row in session.execute(wanted.limit(limit)).mappings()]
        until = int(rows[-1]["seq"]) if rows else check.up_to
        between = HEADS.c.seq.between(check.signed_up_to + 1, until)
        heads = {
            int(row["seq"]): head_of(dict(row))
            for row in session.execute(select(HEADS).where(between)).mappings()
        }
    if check.up_to in heads:  # signed since it was checked
        check.head(heads[check.up_to])
    for row in rows:
        check.record(row)
        if check.up_to in heads:
            check.head(heads[check.up_to])
    if not rows and signed > check.up_to:
        raise ChainBroken(
            check.up_to + 1,
            f"The records after {check.up_to} are missing: a head is signed up to {signed}.",
        )
    if not rows and not check.up_to:
        check.notices = ["There is no record yet."]
    return len(rows) == limit


def check_all(database: Database) -> ChainCheck:
    """Check the whole chain (ChainBroken)."""
    check = ChainCheck()
    while check_some(database, check):
        pass
    check_some(database, check)
    return check
