"""Vehicles, and who has control of them, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError as ConstraintBroken

from ground_station.core.entities import Vehicle
from ground_station.core.errors import Conflict, NotFound
from ground_station.core.fleet import Control
from ground_station.store.engine import Database
from ground_station.store.orm_registry import VehicleControlRow, VehicleRow


class SqlVehicles:
    """`VehicleRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, organisation_id: str | None = None) -> Sequence[Vehicle]:
        """By name."""
        wanted = select(VehicleRow).order_by(VehicleRow.name, VehicleRow.id)
        if organisation_id is not None:
            wanted = wanted.where(VehicleRow.organisation_id == organisation_id)
        with self._database.read() as session:
            return [_vehicle(row) for row in session.scalars(wanted)]

    def get(self, vehicle_id: str) -> Vehicle | None:
        with self._database.read() as session:
            row = session.get(VehicleRow, vehicle_id)
            return None if row is None else _vehicle(row)

    def add(self, vehicle: Vehicle) -> None:
        """Conflict if the organisation has a vehicle of that name, or its agent one of that system
        id."""
        try:
            with self._database.write() as session:
                session.add(VehicleRow(**_vehicle_columns(vehicle)))
        except ConstraintBroken as error:
            raise _vehicle_conflict(vehicle) from error

    def update(self, vehicle: Vehicle) -> None:
        """NotFound if it is gone; Conflict as in `add`."""
        changed = update(VehicleRow).where(VehicleRow.id == vehicle.vehicle_id)
        try:
            with self._database.write() as session:
                done = session.execute(changed.values(**_vehicle_columns(vehicle)))
                if isinstance(done, CursorResult) and done.rowcount == 0:
                    raise NotFound("There is no such vehicle.")
        except ConstraintBroken as error:
            raise _vehicle_conflict(vehicle) from error

    def remove(self, vehicle_id: str) -> None:
        """Who has control of it goes with it."""
        with self._database.write() as session:
            session.execute(delete(VehicleRow).where(VehicleRow.id == vehicle_id))


class SqlControls:
    """`ControlRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[Control]:
        with self._database.read() as session:
            rows = session.scalars(select(VehicleControlRow).order_by(VehicleControlRow.vehicle_id))
            return [
                Control(row.vehicle_id, row.user_id, row.sign_in_id, row.taken_at) for row in rows
            ]

    def put(self, control: Control) -> None:
        """See the port. NotFound if the vehicle or the person is not there."""
        try:
            with self._database.write() as session:
                row = session.get(VehicleControlRow, control.vehicle_id)
                if row is None:
                    row = VehicleControlRow(vehicle_id=control.vehicle_id)
                    session.add(row)
                row.user_id, row.sign_in_id = control.user_id, control.sign_in_id
                row.taken_at = control.taken_at
                session.flush()
        except ConstraintBroken as error:
            raise NotFound("There is no such vehicle or person any more.") from error

    def remove(self, vehicle_id: str) -> None:
        with self._database.write() as session:
            session.execute(
                delete(VehicleControlRow).where(VehicleControlRow.vehicle_id == vehicle_id)
            )


def _vehicle(row: VehicleRow) -> Vehicle:
    return Vehicle(
        vehicle_id=row.id,
        organisation_id=row.organisation_id,
        name=row.name,
        model=row.model,
        operator_id=row.operator_id,
        system_id=row.system_id,
        agent_id=row.agent_id,
        created_at=row.created_at,
    )


def _vehicle_columns(vehicle: Vehicle) -> dict[str, object]:
    return {
        "id": vehicle.vehicle_id,
        "organisation_id": vehicle.organisation_id,
        "name": vehicle.name,
        "model": vehicle.model,
        "operator_id": vehicle.operator_id,
        "system_id": vehicle.system_id,
        "agent_id": vehicle.agent_id,
        "created_at": vehicle.created_at,
    }


def _vehicle_conflict(vehicle: Vehicle) -> Conflict:
    return Conflict(
        f"The vehicle {vehicle.name} cannot be kept: the name is taken, its agent is not there, or "
        "has a vehicle of that system id."
    )
