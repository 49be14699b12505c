"""Crew, airframes, batteries, defects, preflights, flights and mission plans, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from geo.missions import AtEnd, Fence, HeightDatum, Mission, MissionItem, Rally
from ground_station.core.crew import (
    Airframe,
    Battery,
    CameraModel,
    CheckFound,
    CrewMember,
    CrewRole,
    Defect,
    Preflight,
)
from ground_station.core.errors import Conflict, IntegrityError, NotFound
from ground_station.core.flight_log import FlightOrigin, FlightRecord
from ground_station.core.ids import new_id
from ground_station.core.mission_plans import KeptMission
from ground_station.core.preflight import CheckState, Weather, WeatherLimits
from ground_station.store import (
    Database,
    SqlFlights,
    SqlMissionPlans,
    SqlPreflights,
    SqlRecords,
    SqlUsers,
)
from ground_station.store.orm_operations import CrewMemberRow

NOW = datetime(2026, 11, 24, 20, 30, 0, 123456, tzinfo=UTC)
BY = "somebody"


@pytest.fixture
def own(database: Database) -> str:
    return SqlUsers(database).default_organisation_id()


def records(own: str) -> list[CrewMember | Airframe | Battery | Defect]:
    return [
        CrewMember(
            new_id(),
            own,
            "Ada Pilot",
            (CrewRole.PILOT, CrewRole.OBSERVER),
            user_id=new_id(),
            flyer_id="GBR-RP-ABC123",
            qualification="GVC",
            qualified_until=date(2027, 5, 31),
            minutes_before=1234.5,
        ),
        Airframe(
            new_id(),
            own,
            "Drone 1",
            limits=WeatherLimits(max_wind_mps=10, rain=False),
            camera=CameraModel(70.0, 4000, 3000),
            maintenance_due=date(2027, 1, 1),
        ),
        Battery(new_id(), own, "B-07", 5200, 4, 31, 200, date(2026, 2, 1), 0.93),
        Defect(new_id(), own, "Cracked arm", NOW, BY, True, airframe_id=new_id()),
    ]


@pytest.mark.parametrize("number", range(4))
def test_a_record_comes_back_as_it_was_and_can_be_changed(
    database: Database, own: str, number: int
) -> None:
    record = records(own)[number]
    repository: SqlRecords[Any] = SqlRecords(database, type(record))
    repository.put(record, NOW, BY)
    assert repository.get(record.record_id) == record
    field = "words" if isinstance(record, Defect) else "note"
    changed = replace(record, **{field: "mended"})  # type: ignore[arg-type]
    repository.put(changed, NOW, BY)
    assert list(repository.all(own)) == [changed]
    assert repository.get(new_id()) is None
    assert not repository.all(new_id())


def test_the_newest_record_is_first(database: Database, own: str) -> None:
    repository = SqlRecords(database, Battery)
    for label in "abc":
        repository.put(Battery(new_id(), own, label), NOW, BY)
    assert [one.label for one in repository.all(own)] == ["c", "b", "a"]
    assert [one.label for one in repository.all(own, limit=2)] == ["c", "b"]


def test_a_record_of_an_organisation_that_is_not_there_is_refused(database: Database) -> None:
    with pytest.raises(NotFound, match="no such organisation"):
        SqlRecords(database, Battery).put(Battery(new_id(), new_id(), "x"), NOW, BY)


def test_a_damaged_record_is_told_by_its_id(database: Database, own: str) -> None:
    member = records(own)[0]
    assert isinstance(member, CrewMember)
    repository = SqlRecords(database, CrewMember)
    repository.put(member, NOW, BY)
    with database.write() as session:
        session.execute(update(CrewMemberRow).values(body='{"record_id": 1}'))
    with pytest.raises(IntegrityError, match=member.record_id):
        repository.get(member.record_id)


def preflight(own: str, vehicle_id: str, minutes: int) -> Preflight:
    return Preflight(
        new_id(),
        own,
        vehicle_id,
        NOW + timedelta(minutes=minutes),
        BY,
        ticks=("propellers", "area"),
        weather=Weather(0, wind_mps=4.5),
        weather_at=NOW,
        checks=(CheckFound("gps", "Position", CheckState.PASSED, "3D", True),),
    )


def test_the_newest_preflight_is_that_of_the_vehicle(database: Database, own: str) -> None:
    repository, vehicle_id = SqlPreflights(database), new_id()
    first, second = (preflight(own, vehicle_id, minutes) for minutes in (0, 5))
    for one in (second, first, preflight(own, new_id(), 9)):
        repository.put(one, NOW, BY)
    assert repository.newest(vehicle_id) == second
    assert repository.newest(new_id()) is None
    signed = replace(second, signed_at=NOW, signed_by=BY, signed_name="Ada")
    repository.put(signed, NOW, BY)
    assert repository.newest(vehicle_id) == signed


def flight(own: str, minutes: int) -> FlightRecord:
    began = NOW + timedelta(minutes=minutes)
    return FlightRecord(new_id(), own, FlightOrigin.LIVE, new_id(), "Drone 1", began)


def test_flights_by_their_beginning_and_those_without_an_end(database: Database, own: str) -> None:
    repository = SqlFlights(database)
    old = replace(
        flight(own, 0), ended_at=NOW + timedelta(minutes=3), permissions=(("EGR157", "ref"),)
    )
    now = flight(own, 10)
    for one in (now, old):
        repository.put(one, NOW, BY)
    assert list(repository.all(own)) == [now, old]
    assert list(repository.all(own, before=now.began_at)) == [old]
    assert list(repository.open_ones()) == [now]
    repository.put(replace(now, ended_at=NOW, sha256="0" * 64), NOW, BY)
    assert not repository.open_ones()
    assert repository.get(old.record_id) == old


MISSION = Mission(
    items=(
        MissionItem(51.5, -0.24, 40.0, speed_mps=5.0, photo_every_m=12.5),
        MissionItem(51.501, -0.24, 60.0, HeightDatum.AMSL, orbit_radius_m=30.0, orbit_turns=2),
    ),
    at_end=AtEnd.LAND,
    home=(51.5, -0.24, 5.0),
    rally=(Rally(51.5, -0.241, 30.0),),
    fences=(Fence(((51.4, -0.3), (51.6, -0.3), (51.6, -0.1))),),
)


def kept(own: str, version: int = 1) -> KeptMission:
    return KeptMission(new_id(), own, "Park round", MISSION, version, BY, NOW, BY)


def test_a_mission_is_kept_whole_and_changed_one_version_at_a_time(
    database: Database, own: str
) -> None:
    repository, first = SqlMissionPlans(database), kept(own)
    repository.put(first)
    assert repository.get(first.record_id) == first
    second = replace(first, version=2, name="Park round, higher")
    repository.put(second)
    with pytest.raises(Conflict, match="changed by somebody else"):
        repository.put(replace(first, version=2))
    assert list(repository.all(own)) == [second]
    repository.remove(first.record_id)
    with pytest.raises(NotFound):
        repository.remove(first.record_id)
    with pytest.raises(Conflict):
        repository.put(kept(own, version=7))
