"""Audit records and heads, in and out of their tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from sqlalchemy import Table

from ground_station.core.audit import Act, Actor, AuditEntry, AuditHead, AuditRecord
from ground_station.store.orm_audit import AuditHeadRow, AuditRecordRow

RECORDS = cast(Table, AuditRecordRow.__table__)
HEADS = cast(Table, AuditHeadRow.__table__)


def record_columns(record: AuditRecord, details: str) -> dict[str, object]:
    entry = record.entry
    return {
        "seq": record.seq,
        "record_id": record.record_id,
        "recorded_at": record.recorded_at,
        "organisation_id": entry.organisation_id,
        "act": entry.act.value,
        "actor": entry.actor.value,
        "actor_id": entry.actor_id,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "purpose": entry.purpose,
        "details": details,
        "previous_hash": record.previous_hash,
        "hash": record.hash,
    }


def record_of(row: Mapping[str, object]) -> AuditRecord:
    """ValueError if the row holds what no record of this release can hold."""
    known = AuditRecordRow(**row)
    return AuditRecord(
        seq=known.seq,
        record_id=known.record_id,
        recorded_at=known.recorded_at,
        entry=AuditEntry(
            act=Act(known.act),
            actor=Actor(known.actor),
            actor_id=known.actor_id,
            organisation_id=known.organisation_id,
            subject_kind=known.subject_kind,
            subject_id=known.subject_id,
            purpose=known.purpose,
            details=json.loads(known.details),
        ),
        previous_hash=known.previous_hash,
        hash=known.hash,
    )


def head_of(row: Mapping[str, object]) -> AuditHead:
    known = AuditHeadRow(**row)
    return AuditHead(known.seq, known.hash, known.signed_at, known.key_id, known.signature)


def head_columns(head: AuditHead) -> dict[str, object]:
    return {
        "seq": head.seq,
        "hash": head.hash,
        "signed_at": head.signed_at,
        "key_id": head.key_id,
        "signature": head.signature,
    }
