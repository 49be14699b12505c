"""Vehicles, who has control of them, and alerts about them, on both databases."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from ground_station.core.agent_protocol import AgentKind
from ground_station.core.authority import Role
from ground_station.core.entities import Alert, Severity, Vehicle, VehicleRepository
from ground_station.core.errors import Conflict, NotFound
from ground_station.core.fleet import Control, ControlRepository
from ground_station.core.ids import new_id
from ground_station.core.registry import Agent, User
from ground_station.store import (
    Database,
    SqlAgents,
    SqlAlerts,
    SqlControls,
    SqlUsers,
    SqlVehicles,
)
from ground_station.store.orm import Base
from tests.store.conftest import Place
from tests.store.test_migrations import make_at

NOW = datetime(2026, 11, 24, 12, 30, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class There:
    """What vehicles belong to."""

    organisation: str
    agent: str
    pilot: str
    other: str

    def vehicle(self, name: str = "Kestrel 1", system_id: int | None = 1) -> Vehicle:
        return Vehicle(
            vehicle_id=new_id(),
            organisation_id=self.organisation,
            name=name,
            model="quadrotor",
            operator_id="",
            system_id=system_id,
            agent_id=self.agent,
            created_at=NOW,
        )


@pytest.fixture
def there(database: Database) -> There:
    users = SqlUsers(database)
    own = users.default_organisation_id()
    people = [User(new_id(), own, name, name, Role.PILOT, "$x", NOW) for name in ("pip", "quin")]
    for user in people:
        users.add(user)
    agent = Agent(new_id(), own, "drone", AgentKind.DRONE, "d" * 64, None)
    SqlAgents(database).issue(agent)
    return There(own, agent.agent_id, people[0].user_id, people[1].user_id)


# --- vehicles ----------------------------------------------------------------------------------


def test_an_agent_has_one_vehicle_of_a_system_id(database: Database, there: There) -> None:
    vehicles: VehicleRepository = SqlVehicles(database)
    first = there.vehicle()
    vehicles.add(first)
    with pytest.raises(Conflict, match="that system id"):
        vehicles.add(there.vehicle("Kestrel 2"))
    second = there.vehicle("Kestrel 2", system_id=2)
    vehicles.add(second)
    with pytest.raises(Conflict, match="that system id"):
        vehicles.update(replace(second, system_id=1))
    other = Agent(new_id(), there.organisation, "other", AgentKind.DRONE, "e" * 64, None)
    SqlAgents(database).issue(other)
    vehicles.add(replace(there.vehicle("Kestrel 3"), agent_id=other.agent_id))
    assert [one.name for one in vehicles.all()] == ["Kestrel 1", "Kestrel 2", "Kestrel 3"]


def test_vehicles_without_an_agent_do_not_clash(database: Database, there: There) -> None:
    vehicles = SqlVehicles(database)
    vehicles.add(replace(there.vehicle("One"), agent_id=None))
    vehicles.add(replace(there.vehicle("Two"), agent_id=None))
    vehicles.add(there.vehicle("Three", system_id=None))
    vehicles.add(there.vehicle("Four", system_id=None))
    assert len(vehicles.all()) == 4


# --- control -----------------------------------------------------------------------------------


def test_control_is_kept_one_a_vehicle(database: Database, there: There) -> None:
    controls: ControlRepository = SqlControls(database)
    vehicle = there.vehicle()
    SqlVehicles(database).add(vehicle)
    assert controls.all() == []
    first = Control(vehicle.vehicle_id, there.pilot, new_id(), NOW)
    controls.put(first)
    assert controls.all() == [first]
    second = Control(vehicle.vehicle_id, there.other, new_id(), NOW + timedelta(minutes=1))
    controls.put(second)
    assert controls.all() == [second]
    controls.remove(vehicle.vehicle_id)
    controls.remove(vehicle.vehicle_id)
    assert controls.all() == []


def test_control_is_of_a_vehicle_and_a_person_that_are_there(
    database: Database, there: There
) -> None:
    controls = SqlControls(database)
    vehicle = there.vehicle()
    SqlVehicles(database).add(vehicle)
    with pytest.raises(NotFound):
        controls.put(Control(new_id(), there.pilot, new_id(), NOW))
    with pytest.raises(NotFound):
        controls.put(Control(vehicle.vehicle_id, new_id(), new_id(), NOW))
    assert controls.all() == []


def test_control_goes_with_its_vehicle(database: Database, there: There) -> None:
    vehicle = there.vehicle()
    SqlVehicles(database).add(vehicle)
    SqlControls(database).put(Control(vehicle.vehicle_id, there.pilot, new_id(), NOW))
    SqlVehicles(database).remove(vehicle.vehicle_id)
    assert SqlControls(database).all() == []


# --- alerts ------------------------------------------------------------------------------------


def test_an_alert_keeps_its_vehicle_even_when_that_is_gone(
    database: Database, there: There
) -> None:
    vehicle = there.vehicle()
    SqlVehicles(database).add(vehicle)
    alert = Alert(
        alert_id=new_id(),
        organisation_id=there.organisation,
        kind="vehicle_link_lost",
        severity=Severity.WARNING,
        text="The link was lost",
        remedy="",
        source_id=None,
        agent_id=None,
        lat=51.4958,
        lon=-0.2386,
        raised_at=NOW,
        received_at=NOW,
        vehicle_id=vehicle.vehicle_id,
    )
    SqlAlerts(database).add(alert)
    SqlVehicles(database).remove(vehicle.vehicle_id)
    assert SqlAlerts(database).get(alert.alert_id) == alert


# --- the migration -----------------------------------------------------------------------------


def test_of_two_vehicles_that_were_one_the_newest_keeps_its_agent(bare: Place) -> None:
    make_at(bare, "0006")
    with closing(bare.open()) as database, database.write() as session:
        _old_rows(session)
    bare.prepare()
    with closing(bare.open()) as database:
        kept = {one.vehicle_id: one.agent_id for one in SqlVehicles(database).all()}
    assert kept == {"v1": None, "v2": None, "v3": "a", "v4": "a"}


def _old_rows(session: Session) -> None:
    tables = Base.metadata.tables
    session.execute(
        insert(tables["organisations"]).values(
            id="o", name="Council", kind="council", created_at=NOW, is_default=True
        )
    )
    session.execute(
        insert(tables["agents"]).values(
            id="a", organisation_id="o", name="drone", kind="drone", token_hash="t"
        )
    )
    for vehicle_id, system_id in (("v1", 1), ("v2", 1), ("v3", 1), ("v4", 2)):
        session.execute(
            insert(tables["vehicles"]).values(
                id=vehicle_id,
                organisation_id="o",
                name=vehicle_id,
                model="",
                operator_id="",
                system_id=system_id,
                agent_id="a",
                created_at=NOW,
            )
        )
