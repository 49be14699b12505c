"""Airspace datasets, drawn zones, permissions and their papers, on both databases."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import delete, update

from geo.airspace.plan import Authorisation, Category, ForcePolicy, Volume4D
from geo.zones.model import (
    Applicability,
    Area,
    Circle,
    DailyPeriod,
    Datum,
    Gap,
    GeoZone,
    Layer,
    Limit,
    OperatorType,
    Polygon,
    Restriction,
    SunEvent,
    ZoneDataset,
)
from geo.zones.training import training_dataset
from ground_station.core.airspace import (
    AirspaceRepository,
    DatasetKind,
    DatasetRecord,
    DatasetState,
    Document,
    DrawnZone,
    GivenBy,
    OperatorProfile,
    PermissionRepository,
    PermissionRequest,
    RecordedPermission,
    RequestState,
)
from ground_station.core.clock import ManualClock
from ground_station.core.errors import Conflict, IntegrityError, NotFound
from ground_station.core.ids import new_id
from ground_station.store import Database, SqlAirspace, SqlPermissions, SqlUsers
from ground_station.store.orm_airspace import AirspaceDatasetRow, DocumentRow

NOW = datetime(2026, 11, 24, 12, 30, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = GeoZone(
    zone_id="1U999",
    name="Everything at once",
    kind="prison",
    restriction=Restriction.CONDITIONAL,
    layers=(
        Layer(
            (
                Circle(51.5, -0.2, 400.0),
                Polygon(
                    ((51.5, -0.3), (51.6, -0.3), (51.6, -0.2)),
                    (((51.55, -0.28), (51.58, -0.28), (51.58, -0.25)),),
                ),
            ),
            Limit(0.0, Datum.SURFACE, "SFC"),
            Limit(152.4, Datum.AMSL, "500 FT ALT"),
        ),
        Layer(
            (Circle(51.5, -0.2, 100.0),),
            Limit(3048.0, Datum.FLIGHT_LEVEL),
            Limit(math.inf, Datum.HAE),
        ),
    ),
    authority="HMPPS",
    contact="by e-mail",
    law="SI 2023/1101",
    source="made up",
    designator="EGR1U999",
    applicability=(
        Applicability(NOW, NOW + DAY),
        Applicability(
            schedule=(
                DailyPeriod(frozenset({0, 4}), time(8, 30), time(2)),
                DailyPeriod(frozenset(range(7)), SunEvent.SUNSET, None),
            ),
            as_published="FRI MON 0830-0200, SS-2359",
        ),
    ),
    conditions="in the service of ...",
    message="ask first",
    exempt=frozenset({OperatorType.MPS}),
)


def a_dataset(*zones: GeoZone) -> ZoneDataset:
    gap = Gap("feature 7", "its ring crosses itself", (Area(51.0, -1.0, 52.0, 0.0, "feature 7"),))
    return ZoneDataset("Made up", False, NOW - DAY, None, zones, None, (gap, Gap("8", "no shape")))


def a_record(
    kind: DatasetKind = DatasetKind.ZONES, after: timedelta = timedelta()
) -> DatasetRecord:
    return DatasetRecord(
        dataset_id=new_id(),
        kind=kind,
        state=DatasetState.OFFERED,
        title="Made up",
        file_name="zones.json",
        format="ed269",
        sha256="a" * 64,
        size_bytes=12,
        airac="2026-11-26",
        effective_from=NOW - DAY,
        effective_until=None,
        zones=1,
        refused=2,
        imported_at=NOW + after,
        imported_by="",
    )


@pytest.fixture
def airspace(database: Database) -> AirspaceRepository:
    return SqlAirspace(database, ManualClock(NOW))


@pytest.fixture
def papers(database: Database) -> PermissionRepository:
    return SqlPermissions(database, ManualClock(NOW))


@pytest.fixture
def own(database: Database) -> str:
    return SqlUsers(database).default_organisation_id()


# --- datasets ----------------------------------------------------------------------------------


def test_a_dataset_comes_back_as_it_went_in(airspace: AirspaceRepository) -> None:
    record, dataset = a_record(), a_dataset(ZONE, *training_dataset(NOW).zones)
    airspace.offer(record, dataset)
    assert airspace.dataset(record.dataset_id) == (record, dataset)
    assert airspace.dataset("x") is None
    assert airspace.in_use(DatasetKind.ZONES) is None  # offered is not used


def test_one_of_each_kind_is_in_use(airspace: AirspaceRepository) -> None:
    first, second = a_record(), a_record(after=DAY)
    notams = a_record(DatasetKind.NOTAM, after=2 * DAY)
    for record in (first, second, notams):
        airspace.offer(record, a_dataset(ZONE))
    airspace.take_into_use(first.dataset_id, NOW, "somebody")
    airspace.take_into_use(notams.dataset_id, NOW, "somebody")
    used = airspace.take_into_use(second.dataset_id, NOW + DAY, "another")
    assert (used.state, used.decided_by, used.decided_at) == (
        DatasetState.IN_USE,
        "another",
        NOW + DAY,
    )
    states = {one.dataset_id: one.state for one in airspace.datasets()}
    assert list(states) == [notams.dataset_id, second.dataset_id, first.dataset_id]
    assert states[first.dataset_id] is DatasetState.RETIRED
    found = airspace.in_use(DatasetKind.ZONES)
    assert found is not None
    assert found[0].dataset_id == second.dataset_id
    airspace.take_into_use(first.dataset_id, NOW + DAY, "another")  # back again
    with pytest.raises(Conflict, match="in use already"):
        airspace.take_into_use(first.dataset_id, NOW, "somebody")
    with pytest.raises(NotFound):
        airspace.take_into_use("x", NOW, "somebody")


def test_what_is_in_use_is_not_discarded(airspace: AirspaceRepository) -> None:
    record = a_record()
    airspace.offer(record, a_dataset(ZONE))
    airspace.take_into_use(record.dataset_id, NOW, "somebody")
    with pytest.raises(Conflict, match="in use"):
        airspace.discard(record.dataset_id, NOW, "somebody")
    other = a_record()
    airspace.offer(other, a_dataset(ZONE))
    assert airspace.discard(other.dataset_id, NOW, "x").state is DatasetState.DISCARDED
    found = airspace.dataset(other.dataset_id)
    assert found is not None
    assert found[1].zones == ()
    with pytest.raises(Conflict, match="discarded already"):
        airspace.take_into_use(other.dataset_id, NOW, "somebody")
    with pytest.raises(NotFound):
        airspace.discard("x", NOW, "somebody")


@pytest.mark.parametrize("kept", [b"", b"\x80", b"rubbish", b"\xc1"])
def test_damaged_zones_are_not_used(
    airspace: AirspaceRepository, database: Database, kept: bytes
) -> None:
    record = a_record()
    airspace.offer(record, a_dataset(ZONE))
    with database.write() as session:
        session.execute(update(AirspaceDatasetRow).values(zones_form=kept))
    with pytest.raises(IntegrityError, match="cannot be read"):
        airspace.dataset(record.dataset_id)


# --- drawn zones -------------------------------------------------------------------------------


def test_drawn_zones_hold_until_withdrawn_or_long_over(
    airspace: AirspaceRepository, own: str
) -> None:
    drawn = DrawnZone(new_id(), own, ZONE, "a fire", "somebody", NOW, NOW, NOW + DAY)
    old = replace(drawn, drawn_id=new_id(), ends=NOW - 2 * DAY)
    airspace.draw(drawn)
    airspace.draw(old)
    assert airspace.drawn() == [drawn]
    withdrawn = airspace.withdraw(drawn.drawn_id, NOW, "another")
    assert (withdrawn.withdrawn_at, withdrawn.withdrawn_by) == (NOW, "another")
    assert airspace.drawn() == []
    with pytest.raises(Conflict):
        airspace.withdraw(drawn.drawn_id, NOW, "another")
    with pytest.raises(NotFound):
        airspace.withdraw("x", NOW, "another")
    with pytest.raises(NotFound):
        airspace.draw(replace(drawn, drawn_id=new_id(), organisation_id="nobody"))


# --- the operator and its papers ---------------------------------------------------------------


def test_the_operators_profile_is_replaced_as_a_whole(
    papers: PermissionRepository, own: str
) -> None:
    assert papers.profile(own) is None
    volume = Volume4D(((51.5, -0.2), (51.6, -0.2), (51.6, -0.1)), 0.0, 120.0, Datum.AGL)
    first = OperatorProfile(
        own,
        "Hammersmith & Fulham",
        OperatorType.COUNCIL,
        Category.AUTHORISATION,
        authorisation=Authorisation("OA 1", NOW, NOW + DAY, 120.0, True, volume),
        changed_at=NOW,
    )
    papers.put_profile(first)
    assert papers.profile(own) == first
    second = OperatorProfile(
        own, "MPS", OperatorType.MPS, Category.OUTSIDE, force_policy=ForcePolicy("FP 1", 150.0)
    )
    papers.put_profile(second)
    assert papers.profile(own) == second
    with pytest.raises(NotFound):
        papers.put_profile(replace(second, organisation_id="nobody"))


def a_permission(own: str) -> RecordedPermission:
    return RecordedPermission(
        permission_id=new_id(),
        organisation_id=own,
        zone="1U077",
        zone_name="HMP Wormwood Scrubs",
        reference="RFZ 12",
        begins=NOW - DAY,
        ends=NOW + DAY,
        given_by=GivenBy.TELEPHONE,
        granted_by="Duty governor",
        given_at=NOW,
        conditions="",
        upper_limit_amsl_m=100.5,
        document_id=None,
        request_id=None,
        recorded_by="somebody",
        recorded_at=NOW,
    )


def test_permissions_in_force_are_those_neither_withdrawn_nor_over(
    papers: PermissionRepository, own: str
) -> None:
    held = a_permission(own)
    over = replace(held, permission_id=new_id(), ends=NOW - timedelta(seconds=1))
    papers.add_permission(held)
    papers.add_permission(over)
    assert papers.permissions(own) == [held]
    assert papers.permission(held.permission_id) == held
    assert len(papers.permissions(own, over_too=True)) == 2
    assert papers.permissions("another") == []
    papers.withdraw_permission(held.permission_id, NOW, "another")
    assert papers.permissions(own) == []
    with pytest.raises(Conflict):
        papers.withdraw_permission(held.permission_id, NOW, "another")
    with pytest.raises(NotFound):
        papers.withdraw_permission("x", NOW, "another")
    with pytest.raises(NotFound):
        papers.add_permission(replace(held, permission_id=new_id(), document_id="none"))


def test_requests_and_documents(papers: PermissionRepository, own: str, database: Database) -> None:
    request = PermissionRequest(
        request_id=new_id(),
        organisation_id=own,
        state=RequestState.DRAFTED,
        zone="1U077",
        zone_name="HMP Wormwood Scrubs",
        authority="HMPPS",
        contact="an address",
        text="Dear ...",
        begins=NOW,
        ends=NOW + DAY,
        made_by="somebody",
        made_at=NOW,
        changed_at=NOW,
    )
    papers.put_request(request)
    sent = replace(request, state=RequestState.SENT, changed_at=NOW + DAY)
    papers.put_request(sent)
    assert papers.requests(own) == [sent]
    assert papers.request(request.request_id) == sent
    document = Document(
        new_id(), own, "letter.pdf", "application/pdf", "b" * 64, "somebody", NOW, b"%PDF\x00\xff"
    )
    papers.add_document(document)
    assert papers.document(document.document_id) == document
    assert papers.document("x") is None
    held = replace(
        a_permission(own), document_id=document.document_id, request_id=request.request_id
    )
    papers.add_permission(held)
    with database.write() as session:  # as the sweeper does
        session.execute(delete(DocumentRow))
    assert papers.permissions(own) == [replace(held, document_id=None)]
