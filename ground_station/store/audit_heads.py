"""Signing the chain: heads, and changing the key. Always inside a write transaction, so that what
is signed is what is committed and two processes never disagree about the key in force.
"""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ground_station.core.audit import Act, AuditHead
from ground_station.core.audit_form import head_bytes
from ground_station.core.clock import Clock
from ground_station.core.errors import Unavailable
from ground_station.store.audit_keys import REMEDY, AuditKeys
from ground_station.store.audit_rows import HEADS, RECORDS, head_columns

KEY_ACTS = (Act.CHAIN_BEGUN.value, Act.KEY_ROTATED.value)


def last_record(session: Session) -> tuple[int, str] | None:
    """Sequence number and hash of the newest record."""
    newest = select(RECORDS.c.seq, RECORDS.c.hash).order_by(RECORDS.c.seq.desc()).limit(1)
    row = session.execute(newest).first()
    return None if row is None else (row.seq, row.hash)


def last_head_seq(session: Session) -> int:
    return session.scalar(select(HEADS.c.seq).order_by(HEADS.c.seq.desc()).limit(1)) or 0


def key_in_force(session: Session) -> str:
    """The id of the key that the chain names last; Unavailable if it was begun without one."""
    details = session.scalar(
        select(RECORDS.c.details)
        .where(RECORDS.c.act.in_(KEY_ACTS))
        .order_by(RECORDS.c.seq.desc())
        .limit(1)
    )
    key_id = "" if details is None else str(json.loads(details).get("key_id", ""))
    if not key_id:
        raise Unavailable("The audit log was begun without a signing key.", REMEDY)
    return key_id


def sign_head(session: Session, keys: AuditKeys, clock: Clock) -> AuditHead | None:
    """Sign the chain as it stands, unless its newest record is signed already.

    Raises:
        Unavailable: the key in force is not there.
    """
    last = last_record(session)
    if last is None or last_head_seq(session) >= last[0]:
        return None
    key = keys.load(key_in_force(session))
    unsigned = AuditHead(last[0], last[1], clock.now(), key.key_id, "")
    head = replace(unsigned, signature=key.sign(head_bytes(unsigned)))
    session.execute(insert(HEADS), [head_columns(head)])
    return head
