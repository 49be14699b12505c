"""A training installation's made-up crew: for simulated vehicles, never over a person's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ground_station.core.authority import Role
from ground_station.core.crew import Airframe, Battery, CrewMember, Defect
from ground_station.core.ids import new_id
from ground_station.services.crew_records import Repositories
from ground_station.services.demonstration_crew import MADE_UP, DemonstrationCrew
from ground_station.store import SqlRecords, SqlUsers
from tests.services.flying import drone, report
from tests.services.world import PASSWORD, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "var")
    yield world
    world.close()


def made(world: World) -> tuple[DemonstrationCrew, Repositories, str]:
    kept = Repositories(
        SqlRecords(world.database, CrewMember),
        SqlRecords(world.database, Airframe),
        SqlRecords(world.database, Battery),
        SqlRecords(world.database, Defect),
    )
    users = SqlUsers(world.database)
    own = users.default_organisation_id()
    crew = DemonstrationCrew(
        organisation_id=own,
        users=users.all,
        vehicles=world.fleet.all,
        repositories=kept,
        audit=world.audit,
        clock=world.clock,
    )
    return crew, kept, own


def test_pilots_simulated_vehicles_and_a_battery_are_entered_once(world: World) -> None:
    world.accounts.add("pip", "Pip", Role.PILOT, PASSWORD)
    world.accounts.add("olga", "Olga", Role.OFFICER, PASSWORD)
    flying = drone(world)
    crew, kept, own = made(world)
    crew.look()
    crew.look()
    [member], [craft], [battery] = (
        kept.crew.all(own),
        kept.airframes.all(own),
        kept.batteries.all(own),
    )
    assert (member.name, craft.vehicle_id) == ("Pip", flying.vehicle_id)
    assert {member.note, craft.note, battery.note} == {MADE_UP}
    made(world)[0].look()  # the station was started again
    assert len(kept.airframes.all(own)) == len(kept.batteries.all(own)) == 1


def test_a_real_vehicle_and_what_a_person_entered_are_left_alone(world: World) -> None:
    drone(world, report(simulated=False))
    crew, kept, own = made(world)
    [status] = world.fleet.all()
    mine = Airframe(new_id(), own, "Ours", status.vehicle.vehicle_id)
    crew.look()
    assert not kept.airframes.all(own)
    kept.airframes.put(mine, world.clock.now(), "somebody")
    kept.batteries.put(Battery(new_id(), own, "Ours"), world.clock.now(), "somebody")
    crew.look()
    assert kept.airframes.all(own) == [replace(mine)]
    assert [one.label for one in kept.batteries.all(own)] == ["Ours"]
