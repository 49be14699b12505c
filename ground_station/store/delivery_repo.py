"""What came of agents, and how agents were let in, over SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select, tuple_
from sqlalchemy.exc import IntegrityError as ConstraintBroken
from sqlalchemy.orm import Session

from ground_station.core.agent_protocol import AgentKind
from ground_station.core.delivery import ReceivedMessage
from ground_station.core.enrolment import Enrolment
from ground_station.core.errors import Conflict, NotFound
from ground_station.core.registry import Agent
from ground_station.store.engine import Database
from ground_station.store.orm import AgentRow
from ground_station.store.orm_delivery import AgentEnrolmentRow, ReceivedMessageRow

ASKED_AT_ONCE = 200  # values in one statement


class SqlReceivedMessages:
    """`ReceivedMessages` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, messages: Sequence[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        row = ReceivedMessageRow
        with self._database.read() as session:
            for first in range(0, len(messages), ASKED_AT_ONCE):
                part = messages[first : first + ASKED_AT_ONCE]
                query = select(row.agent_id, row.message_id).where(
                    tuple_(row.agent_id, row.message_id).in_(part)
                )
                found.update(
                    (agent_id, message_id) for agent_id, message_id in session.execute(query)
                )
        return frozenset(found)

    def add(self, messages: Sequence[ReceivedMessage]) -> None:
        try:
            with self._database.write() as session:
                session.add_all(
                    ReceivedMessageRow(
                        agent_id=message.agent_id,
                        message_id=message.message_id,
                        received_at=message.received_at,
                        made_at=message.made_at,
                        clock_offset_ms=message.clock_offset_ms,
                    )
                    for message in messages
                )
                session.flush()
        except ConstraintBroken as error:
            raise Conflict("A message was taken before.") from error

    def forget_before(self, at: datetime, limit: int) -> int:
        row = ReceivedMessageRow
        oldest = (
            select(row.agent_id, row.message_id)
            .where(row.received_at < at)
            .order_by(row.received_at)
            .limit(limit)
        )
        with self._database.write() as session:
            pairs = [(agent_id, message_id) for agent_id, message_id in session.execute(oldest)]
            for first in range(0, len(pairs), ASKED_AT_ONCE):
                part = pairs[first : first + ASKED_AT_ONCE]
                session.execute(delete(row).where(tuple_(row.agent_id, row.message_id).in_(part)))
        return len(pairs)


class SqlEnrolments:
    """`EnrolmentRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[Enrolment]:
        with self._database.read() as session:
            query = _present().order_by(AgentRow.name, AgentRow.id)
            return [_enrolment(agent, row) for agent, row in session.execute(query)]

    def shut_out_ids(self) -> frozenset[str]:
        with self._database.read() as session:
            return frozenset(
                session.scalars(select(AgentRow.id).where(AgentRow.revoked_at.is_not(None)))
            )

    def removed_ids(self) -> frozenset[str]:
        query = select(AgentEnrolmentRow.agent_id).where(AgentEnrolmentRow.removed_at.is_not(None))
        with self._database.read() as session:
            return frozenset(session.scalars(query))

    def get(self, agent_id: str) -> Enrolment | None:
        with self._database.read() as session:
            found = session.execute(_present().where(AgentRow.id == agent_id)).first()
            return None if found is None else _enrolment(found[0], found[1])

    def invite(self, agent: Agent, code_hash: str, at: datetime, expires_at: datetime) -> Agent:
        with self._database.write() as session:
            row = session.scalar(
                select(AgentRow).where(
                    AgentRow.organisation_id == agent.organisation_id,
                    AgentRow.kind == agent.kind.value,
                    AgentRow.name == agent.name,
                )
            )
            if row is None:
                row = AgentRow(
                    id=agent.agent_id,
                    organisation_id=agent.organisation_id,
                    name=agent.name,
                    kind=agent.kind.value,
                    token_hash=agent.token_hash,
                )
                session.add(row)
                session.flush()
            enrolment = session.get(AgentEnrolmentRow, row.id)
            if row.id != agent.agent_id and row.revoked_at is None and _has_token(enrolment):
                raise Conflict(
                    f"There is already an agent {agent.name} of this kind.",
                    "Choose another name, or revoke that one first.",
                )
            if enrolment is None:
                enrolment = AgentEnrolmentRow(agent_id=row.id)
                session.add(enrolment)
            row.token_hash = agent.token_hash
            row.revoked_at = None
            enrolment.invited_at = at
            enrolment.code_hash, enrolment.code_expires_at = code_hash, expires_at
            enrolment.enrolled_at = enrolment.token_issued_at = None
            enrolment.next_token_hash = enrolment.rotation_asked_at = None
            return _agent(row)

    def find_code(self, code_hash: str) -> Enrolment | None:
        with self._database.read() as session:
            query = _present().where(AgentEnrolmentRow.code_hash == code_hash)
            found = session.execute(query).first()
            return None if found is None else _enrolment(found[0], found[1])

    def enrol(self, agent_id: str, code_hash: str, token_hash: str, at: datetime) -> None:
        with self._database.write() as session:
            row, enrolment = _both(session, agent_id)
            if enrolment.code_hash != code_hash or row.revoked_at is not None:
                raise NotFound("This code has been used.", "Have a new one made: agents add NAME.")
            enrolment.code_hash = enrolment.code_expires_at = None
            enrolment.enrolled_at = enrolment.token_issued_at = at
            row.token_hash = token_hash

    def revoke(self, agent_id: str, at: datetime) -> None:
        with self._database.write() as session:
            _revoke(session, agent_id, at)

    def remove(self, agent_id: str, at: datetime) -> None:
        with self._database.write() as session:
            row = _revoke(session, agent_id, at)
            _row, enrolment = _both(session, agent_id, at)
            enrolment.removed_at = at
            row.name = f"{row.name[:140]} (removed, {agent_id})"

    def ask_rotation(self, agent_id: str, at: datetime) -> None:
        with self._database.write() as session:
            _row, enrolment = _both(session, agent_id, at)
            enrolment.rotation_asked_at = at

    def set_next_token(self, agent_id: str, token_hash: str) -> None:
        with self._database.write() as session:
            row, enrolment = _both(session, agent_id)
            if row.revoked_at is not None or enrolment.rotation_asked_at is None:
                raise NotFound("No new token is asked for.")  # it was revoked meanwhile
            enrolment.next_token_hash = token_hash

    def use_next_token(self, token_hash: str, at: datetime) -> Agent | None:
        query = select(AgentEnrolmentRow.agent_id).where(
            AgentEnrolmentRow.next_token_hash == token_hash
        )
        with self._database.read() as session:
            if session.scalar(query) is None:
                return None  # a stranger's token must not make anybody wait for the writer
        with self._database.write() as session:
            agent_id = session.scalar(query)
            if agent_id is None:
                return None
            row, enrolment = _both(session, agent_id)
            if row.revoked_at is not None:
                return None
            row.token_hash = token_hash
            enrolment.next_token_hash = enrolment.rotation_asked_at = None
            enrolment.token_issued_at = at
            return _agent(row)


def _present() -> Select[AgentRow, AgentEnrolmentRow]:
    return (
        select(AgentRow, AgentEnrolmentRow)
        .outerjoin(AgentEnrolmentRow, AgentEnrolmentRow.agent_id == AgentRow.id)
        .where(AgentEnrolmentRow.removed_at.is_(None))
    )


def _both(
    session: Session, agent_id: str, make_at: datetime | None = None
) -> tuple[AgentRow, AgentEnrolmentRow]:
    """Its rows; with a time, the second is made if it is not there."""
    row = session.get(AgentRow, agent_id)
    enrolment = session.get(AgentEnrolmentRow, agent_id)
    if row is not None and enrolment is None and make_at is not None:
        enrolment = AgentEnrolmentRow(agent_id=agent_id, invited_at=make_at, enrolled_at=make_at)
        session.add(enrolment)
    if row is None or enrolment is None or enrolment.removed_at is not None:
        raise NotFound("There is no such agent.")
    return row, enrolment


def _revoke(session: Session, agent_id: str, at: datetime) -> AgentRow:
    row, enrolment = _both(session, agent_id, at)
    row.revoked_at = row.revoked_at or at
    enrolment.code_hash = enrolment.code_expires_at = None
    enrolment.next_token_hash = enrolment.rotation_asked_at = None
    return row


def _has_token(enrolment: AgentEnrolmentRow | None) -> bool:
    return enrolment is None or enrolment.enrolled_at is not None


def _agent(row: AgentRow) -> Agent:
    return Agent(
        agent_id=row.id,
        organisation_id=row.organisation_id,
        name=row.name,
        kind=AgentKind(row.kind),
        token_hash=row.token_hash,
        revoked_at=row.revoked_at,
    )


def _enrolment(row: AgentRow, enrolment: AgentEnrolmentRow | None) -> Enrolment:
    if enrolment is None:
        return Enrolment(_agent(row))
    return Enrolment(
        agent=_agent(row),
        invited_at=enrolment.invited_at,
        code_expires_at=enrolment.code_expires_at,
        enrolled_at=enrolment.enrolled_at,
        token_issued_at=enrolment.token_issued_at,
        rotation_asked_at=enrolment.rotation_asked_at,
    )
