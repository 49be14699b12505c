"""Deleting what is too old, in any table that `core.retention` names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, CursorResult, Select, Table, delete, func, select, tuple_, update

from ground_station.core.retention import StoredKind
from ground_station.store.engine import Database
from ground_station.store.orm import Base, SignInRow, UserRow
from ground_station.store.orm_authority import AuthenticatorRow, PasskeyRow, RecoveryCodeRow

NO_PASSWORD = "!"  # noqa: S105  no hash of any password


class SqlExpiredRows:
    """`ExpiredRows` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, kind: StoredKind, before: datetime, limit: int) -> int:
        oldest = _oldest(kind, before, limit).subquery()
        with self._database.read() as session:
            return session.scalar(select(func.count()).select_from(oldest)) or 0

    def delete(self, kind: StoredKind, before: datetime, limit: int) -> int:
        table, _time = _of(kind)
        key = tuple_(*table.primary_key.columns)
        wanted = delete(table).where(key.in_(_oldest(kind, before, limit)))
        with self._database.write() as session:
            done = session.execute(wanted)
            return done.rowcount if isinstance(done, CursorResult) else 0

    def disabled_accounts(self, before: datetime, limit: int) -> Sequence[str]:
        wanted = (
            select(UserRow.id)
            .where(UserRow.disabled_at < before, UserRow.password_hash != NO_PASSWORD)
            .order_by(UserRow.id)
            .limit(limit)
        )
        with self._database.read() as session:
            return session.scalars(wanted).all()

    def erase_accounts(self, user_ids: Sequence[str]) -> None:
        with self._database.write() as session:
            for table in (AuthenticatorRow, PasskeyRow, RecoveryCodeRow, SignInRow):
                session.execute(delete(table).where(table.user_id.in_(user_ids)))
            session.execute(
                update(UserRow).where(UserRow.id.in_(user_ids)).values(password_hash=NO_PASSWORD)
            )


def _of(kind: StoredKind) -> tuple[Table, Column[Any]]:
    table = Base.metadata.tables[kind.table]
    return table, table.columns[kind.time_column]


def _oldest(kind: StoredKind, before: datetime, limit: int) -> Select[Any]:
    table, time = _of(kind)
    keys = table.primary_key.columns
    return select(*keys).where(time < before).order_by(time, *keys).limit(limit)
