"""Tables of what came of agents, and of how agents were let in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ground_station.store.orm import Base, UtcDateTime


class ReceivedMessageRow(Base):
    """A durable message that was taken, with all that followed from it. Times: ours, its agent's
    as it was sent, and the difference of the clocks then."""

    __tablename__ = "received_messages"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    clock_offset_ms: Mapped[float | None]


class AgentEnrolmentRow(Base):
    """How an agent got its token. One that was given its token by `run.py` itself has no row."""

    __tablename__ = "agent_enrolments"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    enrolled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    token_issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    rotation_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
