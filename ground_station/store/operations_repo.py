"""Crew, airframes, batteries, defects, preflights, flights and mission plans, in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError as ConstraintBroken

from ground_station.core.crew import Airframe, Battery, CrewMember, Defect, Preflight, Record
from ground_station.core.errors import Conflict, IntegrityError, NotFound
from ground_station.core.flight_log import FlightRecord
from ground_station.core.mission_plans import KeptMission, MissionLine
from ground_station.store.engine import Database
from ground_station.store.orm_operations import (
    AirframeRow,
    BatteryRow,
    CrewMemberRow,
    DefectRow,
    FlightRow,
    MissionPlanRow,
    PreflightRow,
    RecordRow,
)

_Body = TypeVar("_Body")
_ROWS: Mapping[type, type[RecordRow]] = MappingProxyType(
    {
        CrewMember: CrewMemberRow,
        Airframe: AirframeRow,
        Battery: BatteryRow,
        Defect: DefectRow,
        Preflight: PreflightRow,
    }
)
NO_ORGANISATION = "There is no such organisation."


class _Waypoints(msgspec.Struct):
    items: list[msgspec.Raw]


class _Counted(msgspec.Struct):
    """Of a kept mission only how many waypoints it has: a whole list is read at once."""

    mission: _Waypoints


def _read(body: str, kind: type[_Body], record_id: str) -> _Body:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError) as error:
        raise IntegrityError(
            f"The {kind.__name__.strip('_')} {record_id} cannot be read from the database.",
            "Restore it from a backup.",
        ) from error


def _written(record: Any) -> str:
    return msgspec.json.encode(record).decode()


class SqlRecords(Generic[Record]):
    """`RecordRepository` of one kind over SQL."""

    def __init__(
        self,
        database: Database,
        kind: type[Record],
        columns: Callable[[Record], Mapping[str, Any]] = lambda record: {},
    ) -> None:
        self._database = database
        self._kind: type[Record] = kind
        self._row = _ROWS[kind]
        self._columns: Callable[[Record], Mapping[str, Any]] = columns

    def all(self, organisation_id: str, *, limit: int = 1000) -> Sequence[Record]:
        """See the port."""
        wanted = (
            select(self._row)
            .where(self._row.organisation_id == organisation_id)
            .order_by(self._row.id.desc())
            .limit(limit)
        )
        with self._database.read() as session:
            return [_read(row.body, self._kind, row.id) for row in session.scalars(wanted)]

    def get(self, record_id: str) -> Record | None:
        """See the port."""
        with self._database.read() as session:
            row = session.get(self._row, record_id)
            return None if row is None else _read(row.body, self._kind, row.id)

    def put(self, record: Record, at: datetime, by: str) -> None:
        """See the port."""
        row = self._row(
            id=record.record_id,
            organisation_id=record.organisation_id,
            body=_written(record),
            changed_at=at,
            changed_by=by,
            **self._columns(record),
        )
        try:
            with self._database.write() as session:
                session.merge(row)
        except ConstraintBroken as error:
            raise NotFound(NO_ORGANISATION) from error


class SqlPreflights(SqlRecords[Preflight]):
    """`PreflightRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        super().__init__(
            database,
            Preflight,
            lambda record: {"vehicle_id": record.vehicle_id, "opened_at": record.opened_at},
        )

    def newest(self, vehicle_id: str) -> Preflight | None:
        """See the port."""
        wanted = (
            select(PreflightRow)
            .where(PreflightRow.vehicle_id == vehicle_id)
            .order_by(PreflightRow.opened_at.desc(), PreflightRow.id.desc())
            .limit(1)
        )
        with self._database.read() as session:
            row = session.scalars(wanted).first()
            return None if row is None else _read(row.body, Preflight, row.id)


class SqlFlights:
    """`FlightRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(
        self, organisation_id: str, *, before: datetime | None = None, limit: int = 100
    ) -> Sequence[FlightRecord]:
        """See the port."""
        wanted = select(FlightRow).where(FlightRow.organisation_id == organisation_id)
        if before is not None:
            wanted = wanted.where(FlightRow.began_at < before)
        wanted = wanted.order_by(FlightRow.began_at.desc(), FlightRow.id.desc()).limit(limit)
        with self._database.read() as session:
            return [_read(row.body, FlightRecord, row.id) for row in session.scalars(wanted)]

    def get(self, record_id: str) -> FlightRecord | None:
        """See the port."""
        with self._database.read() as session:
            row = session.get(FlightRow, record_id)
            return None if row is None else _read(row.body, FlightRecord, row.id)

    def put(self, record: FlightRecord, at: datetime, by: str) -> None:
        """See the port; NotFound: no such organisation."""
        row = FlightRow(
            id=record.record_id,
            organisation_id=record.organisation_id,
            vehicle_id=record.vehicle_id,
            began_at=record.began_at,
            is_open=True if record.ended_at is None else None,
            body=_written(record),
            changed_at=at,
            changed_by=by,
        )
        try:
            with self._database.write() as session:
                session.merge(row)
        except ConstraintBroken as error:
            raise NotFound(NO_ORGANISATION) from error

    def open_ones(self) -> Sequence[FlightRecord]:
        """See the port."""
        wanted = select(FlightRow).where(FlightRow.is_open.is_(True)).order_by(FlightRow.id)
        with self._database.read() as session:
            return [_read(row.body, FlightRecord, row.id) for row in session.scalars(wanted)]


class SqlMissionPlans:
    """`MissionRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, organisation_id: str, *, limit: int = 500) -> Sequence[KeptMission]:
        """See the port."""
        wanted = (
            select(MissionPlanRow)
            .where(MissionPlanRow.organisation_id == organisation_id)
            .order_by(MissionPlanRow.changed_at.desc(), MissionPlanRow.id.desc())
            .limit(limit)
        )
        with self._database.read() as session:
            return [_read(row.body, KeptMission, row.id) for row in session.scalars(wanted)]

    def lines(self, organisation_id: str, *, limit: int = 500) -> Sequence[MissionLine]:
        """See the port."""
        wanted = (
            select(MissionPlanRow)
            .where(MissionPlanRow.organisation_id == organisation_id)
            .order_by(MissionPlanRow.changed_at.desc(), MissionPlanRow.id.desc())
            .limit(limit)
        )
        with self._database.read() as session:
            return [
                MissionLine(
                    row.id,
                    row.name,
                    row.version,
                    len(_read(row.body, _Counted, row.id).mission.items),
                    row.changed_at,
                    row.changed_by,
                )
                for row in session.scalars(wanted)
            ]

    def get(self, record_id: str) -> KeptMission | None:
        """See the port."""
        with self._database.read() as session:
            row = session.get(MissionPlanRow, record_id)
            return None if row is None else _read(row.body, KeptMission, row.id)

    def put(self, kept: KeptMission) -> None:
        """See the port; NotFound: no such organisation."""
        try:
            with self._database.write() as session:
                row = session.get(MissionPlanRow, kept.record_id)
                held = 0 if row is None else row.version
                if kept.version != held + 1:
                    raise Conflict(
                        f"“{kept.name}” was changed by somebody else meanwhile.",
                        "Open it again, or save yours under another name.",
                    )
                session.merge(
                    MissionPlanRow(
                        id=kept.record_id,
                        organisation_id=kept.organisation_id,
                        name=kept.name,
                        version=kept.version,
                        body=_written(kept),
                        changed_at=kept.changed_at,
                        changed_by=kept.changed_by,
                    )
                )
        except ConstraintBroken as error:
            raise NotFound(NO_ORGANISATION) from error

    def remove(self, record_id: str) -> None:
        """See the port; NotFound where it is gone already."""
        with self._database.write() as session:
            row = session.get(MissionPlanRow, record_id)
            if row is None:
                raise NotFound("There is no such mission.")
            session.delete(row)
