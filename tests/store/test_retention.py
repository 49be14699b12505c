"""The sweeper on both databases: each kind with days goes when they are over, and no sooner."""

from __future__ import annotations

import importlib
import pkgutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Table, func, insert, select

from ground_station import store
from ground_station.core.audit import Act
from ground_station.core.clock import ManualClock
from ground_station.core.errors import Conflict, Unavailable
from ground_station.core.factors import Authenticator, Passkey
from ground_station.core.ids import new_id
from ground_station.core.retention import STORED_KINDS, TABLE_KINDS, StoredKind, swept_kinds
from ground_station.services import retention
from ground_station.services.passwords import Passwords
from ground_station.services.retention import Sweeper
from ground_station.store import (
    AuditChain,
    Database,
    SqlExpiredRows,
    SqlFactors,
    SqlUsers,
    open_audit,
)
from ground_station.store.orm import Base, UtcDateTime
from tests.store.conftest import Place
from tests.store.test_store import a_user

NOW = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
SWEPT = swept_kinds()


def names(kind: StoredKind) -> str:
    return kind.kind


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def audit(database: Database, place: Place, clock: ManualClock) -> AuditChain:
    return open_audit(database, place.folder, clock)


@pytest.fixture
def sweeper(database: Database, audit: AuditChain, clock: ManualClock) -> Sweeper:
    return Sweeper(SqlExpiredRows(database), audit, clock)


def add(database: Database, kind: StoredKind, at: datetime | None, key: str) -> None:
    """A row of this kind, and one with that key in each table it points to."""
    with database.write() as session:
        table = Base.metadata.tables[kind.table]
        for needed in (*_needed(table), table):
            first = next(iter(needed.primary_key.columns))
            if session.execute(select(first).where(first == key)).first() is None:
                row = {column.name: _value(column, key) for column in needed.columns}
                if needed is table:
                    row[kind.time_column] = at
                session.execute(insert(needed).values(row))


def _needed(table: Table) -> list[Table]:
    wanted = {table}
    while True:
        more = {key.column.table for one in wanted for key in one.foreign_keys} | wanted
        if more == wanted:
            return [one for one in Base.metadata.sorted_tables if one in wanted - {table}]
        wanted = more


def _value(column: Any, key: str) -> object:
    if isinstance(column.type, UtcDateTime):
        return NOW
    if column.name == "is_default":
        return None  # set-up has made the one organisation that is
    values = {int: 1, bool: True, float: 0.5, bytes: b"x"}
    return values.get(column.type.python_type, key)


def count(database: Database, kind: StoredKind) -> int:
    with database.read() as session:
        table = Base.metadata.tables[kind.table]
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("kind", STORED_KINDS, ids=names)
def test_each_kind_says_how_long_and_has_its_tables(kind: StoredKind) -> None:
    assert kind.purpose
    assert kind.kind in TABLE_KINDS.values()
    assert (kind.days is None) == bool(kind.until) == (not kind.table)
    if kind.table:
        assert TABLE_KINDS[kind.table] == kind.kind
        assert kind.time_column in Base.metadata.tables[kind.table].columns


def test_every_table_says_what_it_holds_of_people() -> None:
    """A new table without a line in TABLE_KINDS fails here."""
    for module in pkgutil.iter_modules(store.__path__):
        importlib.import_module(f"ground_station.store.{module.name}")
    assert set(Base.metadata.tables) == set(TABLE_KINDS)
    assert set(TABLE_KINDS.values()) - {""} == {kind.kind for kind in STORED_KINDS}


def test_a_table_that_points_to_a_person_holds_something_of_people() -> None:
    for table in Base.metadata.tables.values():
        if any(key.column.table.name == "users" for key in table.foreign_keys):
            assert TABLE_KINDS[table.name], table.name


@pytest.mark.parametrize("swept", SWEPT, ids=names)
def test_each_kind_is_swept_when_its_days_are_over(
    database: Database, sweeper: Sweeper, audit: AuditChain, swept: StoredKind
) -> None:
    assert swept.days is not None
    limit = NOW - timedelta(days=swept.days)
    add(database, swept, limit - timedelta(seconds=1), "old")
    add(database, swept, limit, "young")
    assert sweeper.sweep()[swept.kind] == 1
    assert count(database, swept) == 1
    assert sweeper.sweep()[swept.kind] == 0
    (record,) = audit.read(act=Act.SWEPT)
    assert record.entry.subject_kind == swept.kind
    assert record.entry.details["rows"] == 1


def test_an_open_incident_stays(database: Database, sweeper: Sweeper) -> None:
    kind = next(one for one in SWEPT if one.kind == "incident")
    add(database, kind, None, "open")
    assert sweeper.sweep()["incident"] == 0
    assert count(database, kind) == 1


def test_it_deletes_in_batches_up_to_a_bound(
    database: Database, sweeper: Sweeper, audit: AuditChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    monkeypatch.setattr(retention, "MAX_BATCHES", 2)
    kind = next(one for one in SWEPT if one.kind == "alert")
    for number in range(5):
        add(database, kind, NOW - timedelta(days=100 + number), str(number))
    assert sweeper.sweep()["alert"] == 4
    assert [record.entry.details["rows"] for record in audit.read(act=Act.SWEPT)] == [2, 2]
    assert sweeper.sweep()["alert"] == 1
    assert count(database, kind) == 0


def test_what_cannot_be_written_down_is_not_deleted(
    database: Database, sweeper: Sweeper, audit: AuditChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = next(one for one in SWEPT if one.kind == "alert")
    add(database, kind, NOW - timedelta(days=100), "old")

    def refuse(*_args: object) -> None:
        raise Unavailable("The audit log is full.")

    monkeypatch.setattr(audit, "append_in", refuse)
    with pytest.raises(Unavailable):
        sweeper.sweep()
    assert count(database, kind) == 1


def test_a_count_that_is_not_true_is_not_written_down(
    database: Database, audit: AuditChain, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = next(one for one in SWEPT if one.kind == "alert")
    add(database, kind, NOW - timedelta(days=100), "old")
    rows = SqlExpiredRows(database)
    monkeypatch.setattr(rows, "count", lambda *_args: 2)
    with pytest.raises(Conflict):
        Sweeper(rows, audit, clock).sweep()
    assert count(database, kind) == 1
    assert audit.read(act=Act.SWEPT) == []


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_was_swept_is_not_in_the_file_any_more(
    database: Database, sweeper: Sweeper, place: Place, kind: str
) -> None:
    alerts = next(one for one in SWEPT if one.kind == "alert")
    add(database, alerts, NOW - timedelta(days=100), "old")
    with database.write() as session:
        session.execute(Base.metadata.tables["alerts"].update().values(text="swept-marker " * 9))
    assert b"swept-marker" in settled(place)
    assert sweeper.sweep()["alert"] == 1
    assert b"swept-marker" not in settled(place)


def settled(place: Place) -> bytes:
    """The file, with all that its log holds put into it."""
    file = place.folder / "kestrel.db"
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.read_bytes()


def test_a_disabled_account_keeps_its_name_only(
    database: Database, sweeper: Sweeper, audit: AuditChain
) -> None:
    users, factors = SqlUsers(database), SqlFactors(database)
    times = {"long": NOW - timedelta(days=31), "lately": NOW - timedelta(days=29), "never": None}
    made = {}
    for name, disabled_at in times.items():
        made[name] = replace(a_user(users, name), disabled_at=disabled_at)
        users.add(made[name])
        factors.set_recovery_codes(made[name].user_id, ["a" * 64])
        key = Passkey(new_id(), made[name].user_id, name, "public", 0, "Phone", NOW, None)
        factors.add_passkey(key)
        factors.put_authenticator(Authenticator(made[name].user_id, "sealed", 0, NOW, NOW))
    assert sweeper.sweep()["account"] == 1
    assert sweeper.sweep()["account"] == 0
    erased = users.by_username("long")
    assert erased == replace(made["long"], password_hash="!")
    assert not quick_passwords().verify("!", "!")
    assert factors.recovery_codes_left(erased.user_id) == 0
    assert factors.passkeys(erased.user_id) == []
    assert factors.authenticator(erased.user_id) is None
    for name in ("lately", "never"):
        assert users.by_username(name) == made[name]
        assert factors.recovery_codes_left(made[name].user_id) == 1
    (record,) = audit.read(act=Act.SWEPT)
    assert (record.entry.subject_kind, record.entry.subject_id) == ("account", erased.user_id)


def quick_passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_it_sweeps_at_its_start(database: Database, sweeper: Sweeper) -> None:
    kind = next(one for one in SWEPT if one.kind == "alert")
    add(database, kind, NOW - timedelta(days=100), "old")
    sweeper._turn()
    assert count(database, kind) == 0


def test_it_sweeps_every_hour(database: Database, sweeper: Sweeper, clock: ManualClock) -> None:
    sweeper._turn()
    kind = next(one for one in SWEPT if one.kind == "alert")
    add(database, kind, NOW - timedelta(days=100), "old")
    sweeper._stopping.set()  # so that a turn that is not due does not wait
    sweeper._turn()
    assert count(database, kind) == 1
    sweeper._stopping.clear()
    clock.advance(retention.EVERY_S)
    sweeper._turn()
    assert count(database, kind) == 0


def test_a_failed_sweep_is_said_once_and_tried_again(
    sweeper: Sweeper,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> dict[str, int]:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(sweeper, "sweep", fail)
    for _turn in range(3):
        sweeper._turn()
        clock.advance(retention.AGAIN_AFTER_S)
    assert [record.message for record in caplog.records] == [
        "sweep_failed problem=The disk is full."
    ]
