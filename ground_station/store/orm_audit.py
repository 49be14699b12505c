"""The audit chain's tables. Their triggers (migration 0005) let rows in and never change or leave.

No foreign keys: a record outlives whatever it speaks of.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ground_station.store.orm import Base, UtcDateTime

# SQLite counts rows in an INTEGER PRIMARY KEY only.
SEQ = BigInteger().with_variant(Integer(), "sqlite")


class AuditRecordRow(Base):
    __tablename__ = "audit_records"

    seq: Mapped[int] = mapped_column(SEQ, primary_key=True, autoincrement=False)
    record_id: Mapped[str] = mapped_column(String(36))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    organisation_id: Mapped[str | None] = mapped_column(Text, index=True)
    act: Mapped[str] = mapped_column(String(64), index=True)
    actor: Mapped[str] = mapped_column(String(32))
    actor_id: Mapped[str | None] = mapped_column(Text, index=True)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text, index=True)
    purpose: Mapped[str] = mapped_column(Text)
    details: Mapped[str] = mapped_column(Text)  # canonical JSON
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Base):
    __tablename__ = "audit_heads"

    seq: Mapped[int] = mapped_column(SEQ, primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    key_id: Mapped[str] = mapped_column(String(32))
    signature: Mapped[str] = mapped_column(String(128))
