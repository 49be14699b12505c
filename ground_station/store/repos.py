"""Rows in and out, as the frozen types of `core.registry`."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError as ConstraintBroken

from ground_station.core.agent_protocol import AgentKind, Calibration
from ground_station.core.errors import Conflict, IntegrityError, NotFound
from ground_station.core.model import SourceKind
from ground_station.core.registry import Agent, Source, SourceOrigin
from ground_station.store.engine import Database
from ground_station.store.orm import AgentRow, SourceRow
from ground_station.store.orm_delivery import AgentEnrolmentRow


class SqlAgents:
    """`AgentRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_token_hash(self, hashed: str) -> Agent | None:
        with self._database.read() as session:
            row = session.scalar(select(AgentRow).where(AgentRow.token_hash == hashed))
            return None if row is None else _agent(row)

    def issue(self, agent: Agent) -> Agent:
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
                )
                session.add(row)
            else:  # a code that waits would let a second one in
                session.execute(
                    delete(AgentEnrolmentRow).where(AgentEnrolmentRow.agent_id == row.id)
                )
            row.token_hash = agent.token_hash
            row.revoked_at = agent.revoked_at
            return _agent(row)


class SqlSources:
    """`SourceRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[Source]:
        with self._database.read() as session:
            rows = session.scalars(select(SourceRow).order_by(SourceRow.created_at, SourceRow.id))
            return [_source(row) for row in rows]

    def add(self, source: Source) -> None:
        try:
            with self._database.write() as session:
                session.add(SourceRow(**_source_columns(source)))
        except ConstraintBroken as error:
            raise Conflict(f"The source {source.name} cannot be added: it is there.") from error

    def update(self, source: Source) -> None:
        columns = _source_columns(source)
        with self._database.write() as session:
            changed = session.execute(
                update(SourceRow).where(SourceRow.id == source.source_id).values(**columns)
            )
            if isinstance(changed, CursorResult) and changed.rowcount == 0:
                raise NotFound("There is no such source.")

    def remove(self, source_id: str) -> None:
        with self._database.write() as session:
            session.execute(delete(SourceRow).where(SourceRow.id == source_id))


def _agent(row: AgentRow) -> Agent:
    return Agent(
        agent_id=row.id,
        organisation_id=row.organisation_id,
        name=row.name,
        kind=AgentKind(row.kind),
        token_hash=row.token_hash,
        revoked_at=row.revoked_at,
    )


def _source(row: SourceRow) -> Source:
    return Source(
        source_id=row.id,
        organisation_id=row.organisation_id,
        name=row.name,
        kind=SourceKind(row.kind),
        origin=SourceOrigin(row.origin),
        agent_id=row.agent_id,
        agent_key=row.agent_key,
        publish_token_hash=row.publish_token_hash,
        lat=row.lat,
        lon=row.lon,
        heading_deg=row.heading_deg,
        calibration=_calibration(row),
        note=row.note,
        simulated=row.simulated,
        created_at=row.created_at,
    )


def _calibration(row: SourceRow) -> Calibration | None:
    if row.calibration is None:
        return None
    try:
        return msgspec.json.decode(row.calibration, type=Calibration)
    except msgspec.MsgspecError as error:
        raise IntegrityError(
            f"The stored calibration of the source {row.name} cannot be read: {error}."
        ) from error


def _source_columns(source: Source) -> dict[str, object]:
    calibration = source.calibration
    return {
        "id": source.source_id,
        "organisation_id": source.organisation_id,
        "name": source.name,
        "kind": source.kind.value,
        "origin": source.origin.value,
        "agent_id": source.agent_id,
        "agent_key": source.agent_key,
        "publish_token_hash": source.publish_token_hash,
        "lat": source.lat,
        "lon": source.lon,
        "heading_deg": source.heading_deg,
        "calibration": None if calibration is None else msgspec.json.encode(calibration).decode(),
        "note": source.note,
        "simulated": source.simulated,
        "created_at": source.created_at,
    }
