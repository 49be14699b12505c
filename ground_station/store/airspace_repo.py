"""Airspace datasets and drawn zones, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError as ConstraintBroken
from sqlalchemy.orm import Session, undefer

from geo.zones.model import ZoneDataset
from ground_station.core.airspace import (
    DatasetKind,
    DatasetRecord,
    DatasetState,
    DrawnZone,
    InUse,
)
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, NotFound
from ground_station.store.engine import Database
from ground_station.store.orm_airspace import AirspaceDatasetRow, DrawnZoneRow
from ground_station.store.zone_form import (
    packed_dataset,
    packed_zone,
    unpacked_dataset,
    unpacked_zone,
)

MOST_DATASETS = 200
MOST_DRAWN = 1000
ENDED_FOR = timedelta(days=1)
NO_DATASET = "There is no such airspace dataset."
NO_DRAWN = "There is no such drawn zone."


class SqlAirspace:
    """`AirspaceRepository` over SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def datasets(self) -> Sequence[DatasetRecord]:
        """See the port."""
        wanted = (
            select(AirspaceDatasetRow)
            .order_by(AirspaceDatasetRow.imported_at.desc(), AirspaceDatasetRow.id.desc())
            .limit(MOST_DATASETS)
        )
        with self._database.read() as session:
            return [_record(row) for row in session.scalars(wanted)]

    def dataset(self, dataset_id: str) -> tuple[DatasetRecord, ZoneDataset] | None:
        """See the port; IntegrityError if its zones cannot be read."""
        return self._one(AirspaceDatasetRow.id == dataset_id)

    def in_use(self, kind: DatasetKind) -> tuple[DatasetRecord, ZoneDataset] | None:
        """See the port; IntegrityError if its zones cannot be read."""
        return self._one(AirspaceDatasetRow.kind_in_use == kind.value)

    def stamp(self) -> InUse:
        """See the port."""
        with self._database.read() as session:
            found = session.execute(
                select(AirspaceDatasetRow.kind, AirspaceDatasetRow.id).where(
                    AirspaceDatasetRow.kind_in_use.is_not(None)
                )
            )
            in_use = {kind: dataset_id for kind, dataset_id in found}
            drawn = tuple(session.scalars(self._standing(DrawnZoneRow.id)))
        return InUse(
            in_use.get(DatasetKind.ZONES.value), in_use.get(DatasetKind.NOTAM.value), drawn
        )

    def offer(self, record: DatasetRecord, dataset: ZoneDataset) -> None:
        """See the port."""
        row = AirspaceDatasetRow(**_dataset_columns(record), zones_form=packed_dataset(dataset))
        with self._database.write() as session:
            session.add(row)

    def take_into_use(self, dataset_id: str, at: datetime, by: str) -> DatasetRecord:
        """See the port."""
        try:
            with self._database.write() as session:
                return _taken(session, dataset_id, at, by)
        except ConstraintBroken as error:
            raise Conflict(
                "Somebody else has just taken another dataset into use.", "Look, then decide again."
            ) from error

    def date(self, dataset_id: str, begins: datetime, ends: datetime) -> DatasetRecord:
        """See the port."""
        with self._database.write() as session:
            row = session.get(AirspaceDatasetRow, dataset_id)
            if row is None:
                raise NotFound(NO_DATASET)
            if row.state != DatasetState.OFFERED or row.zones_form is None:
                raise Conflict(f"This dataset is {row.state.replace('_', ' ')} already.")
            if row.effective_from is not None and row.effective_until is not None:
                raise Conflict("This dataset says when it holds.")
            dataset = unpacked_dataset(row.zones_form)
            row.zones_form = packed_dataset(
                replace(dataset, effective_from=begins, effective_until=ends)
            )
            row.effective_from, row.effective_until = begins, ends
            session.flush()
            return _record(row)

    def discard(self, dataset_id: str, at: datetime, by: str) -> DatasetRecord:
        """See the port."""
        with self._database.write() as session:
            row = session.get(AirspaceDatasetRow, dataset_id)
            if row is None:
                raise NotFound(NO_DATASET)
            if row.state == DatasetState.IN_USE:
                raise Conflict(
                    "This dataset is in use.", "Take another into use first; it then makes way."
                )
            if row.state == DatasetState.DISCARDED:
                raise Conflict("This dataset is discarded already.")
            row.state, row.zones_form = DatasetState.DISCARDED, None
            row.decided_at, row.decided_by = at, by
            session.flush()
            return _record(row)

    def drawn(self) -> Sequence[DrawnZone]:
        """See the port; IntegrityError if one cannot be read."""
        with self._database.read() as session:
            return [_drawn(row) for row in session.scalars(self._standing(DrawnZoneRow))]

    def _standing(self, what: Any) -> Select[Any]:
        """Of the drawn zones that are not withdrawn and have not ended a day ago."""
        return (
            select(what)
            .where(DrawnZoneRow.withdrawn_at.is_(None))
            .where(DrawnZoneRow.ends > self._clock.now() - ENDED_FOR)
            .order_by(DrawnZoneRow.begins, DrawnZoneRow.id)
        )

    def draw(self, zone: DrawnZone) -> None:
        """See the port. Conflict if there are too many; NotFound: no such organisation."""
        if len(self.drawn()) >= MOST_DRAWN:
            raise Conflict(f"{MOST_DRAWN} zones are drawn already.", "Withdraw old ones first.")
        try:
            with self._database.write() as session:
                session.add(DrawnZoneRow(**_drawn_columns(zone)))
        except ConstraintBroken as error:
            raise NotFound("There is no such organisation.") from error

    def withdraw(self, drawn_id: str, at: datetime, by: str) -> DrawnZone:
        """See the port."""
        with self._database.write() as session:
            row = session.get(DrawnZoneRow, drawn_id)
            if row is None:
                raise NotFound(NO_DRAWN)
            if row.withdrawn_at is not None:
                raise Conflict("This zone is withdrawn already.")
            row.withdrawn_at, row.withdrawn_by = at, by
            session.flush()
            return _drawn(row)

    def _one(self, which: object) -> tuple[DatasetRecord, ZoneDataset] | None:
        wanted = (
            select(AirspaceDatasetRow)
            .where(which)  # type: ignore[arg-type]  # a condition on the row
            .options(undefer(AirspaceDatasetRow.zones_form))
        )
        with self._database.read() as session:
            row = session.scalars(wanted).one_or_none()
            if row is None:
                return None
            record, kept = _record(row), row.zones_form
        if kept is None:
            return record, ZoneDataset(
                record.title, False, record.effective_from, record.effective_until, ()
            )
        return record, unpacked_dataset(kept)


def _taken(session: Session, dataset_id: str, at: datetime, by: str) -> DatasetRecord:
    """The one before of its kind is retired."""
    row = session.get(AirspaceDatasetRow, dataset_id)
    if row is None:
        raise NotFound(NO_DATASET)
    if row.state not in (DatasetState.OFFERED, DatasetState.RETIRED):
        raise Conflict(f"This dataset is {row.state.replace('_', ' ')} already.")
    before = session.scalars(
        select(AirspaceDatasetRow).where(AirspaceDatasetRow.kind_in_use == row.kind)
    ).all()
    for other in before:
        other.state, other.kind_in_use = DatasetState.RETIRED, None
    session.flush()  # or two would be in use for an instant
    row.state, row.kind_in_use = DatasetState.IN_USE, row.kind
    row.decided_at, row.decided_by = at, by
    session.flush()
    return _record(row)


def _record(row: AirspaceDatasetRow) -> DatasetRecord:
    return DatasetRecord(
        dataset_id=row.id,
        kind=DatasetKind(row.kind),
        state=DatasetState(row.state),
        title=row.title,
        file_name=row.file_name,
        format=row.format,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        airac=row.airac,
        effective_from=row.effective_from,
        effective_until=row.effective_until,
        zones=row.zones,
        refused=row.refused,
        imported_at=row.imported_at,
        imported_by=row.imported_by,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


def _dataset_columns(record: DatasetRecord) -> dict[str, object]:
    in_use = record.state is DatasetState.IN_USE
    return {
        "id": record.dataset_id,
        "kind": record.kind.value,
        "kind_in_use": record.kind.value if in_use else None,
        "state": record.state.value,
        "title": record.title,
        "file_name": record.file_name,
        "format": record.format,
        "sha256": record.sha256,
        "size_bytes": record.size_bytes,
        "airac": record.airac,
        "effective_from": record.effective_from,
        "effective_until": record.effective_until,
        "zones": record.zones,
        "refused": record.refused,
        "imported_at": record.imported_at,
        "imported_by": record.imported_by,
        "decided_at": record.decided_at,
        "decided_by": record.decided_by,
    }


def _drawn(row: DrawnZoneRow) -> DrawnZone:
    return DrawnZone(
        drawn_id=row.id,
        organisation_id=row.organisation_id,
        zone=unpacked_zone(row.zone_form),
        reason=row.reason,
        drawn_by=row.drawn_by,
        drawn_at=row.drawn_at,
        begins=row.begins,
        ends=row.ends,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
    )


def _drawn_columns(zone: DrawnZone) -> dict[str, object]:
    return {
        "id": zone.drawn_id,
        "organisation_id": zone.organisation_id,
        "zone_form": packed_zone(zone.zone),
        "reason": zone.reason,
        "drawn_by": zone.drawn_by,
        "drawn_at": zone.drawn_at,
        "begins": zone.begins,
        "ends": zone.ends,
        "withdrawn_at": zone.withdrawn_at,
        "withdrawn_by": zone.withdrawn_by,
    }
