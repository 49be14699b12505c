"""The repositories of `core.entities`, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from ground_station.core.agent_protocol import AgentKind
from ground_station.core.authority import Role
from ground_station.core.entities import (
    Agreement,
    Alert,
    AlertRepository,
    AlertState,
    Disclosure,
    Incident,
    IncidentRepository,
    IncidentState,
    LegalRegime,
    Organisation,
    OrganisationKind,
    OrganisationRepository,
    Severity,
    Shareable,
    Unit,
    UnitPosition,
    UnitRepository,
    Vehicle,
    VehicleRepository,
)
from ground_station.core.errors import Conflict, NotFound
from ground_station.core.ids import new_id
from ground_station.core.registry import Agent, User
from ground_station.store import (
    Database,
    SqlAgents,
    SqlAlerts,
    SqlIncidents,
    SqlOrganisations,
    SqlUnits,
    SqlUsers,
    SqlVehicles,
)

NOW = datetime(2026, 11, 24, 5, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class People:
    """Two organisations, a person in each, an agent of the first."""

    council: str
    police: str
    operator: str
    sergeant: str
    agent: str


@pytest.fixture
def people(database: Database) -> People:
    users = SqlUsers(database)
    council = users.default_organisation_id()
    police = Organisation(new_id(), "Police", OrganisationKind.POLICE, NOW)
    SqlOrganisations(database).add(police)
    ids = []
    for organisation, name in ((council, "operator"), (police.organisation_id, "sergeant")):
        user = User(new_id(), organisation, name, name, Role.OFFICER, "$argon2id$x", NOW)
        users.add(user)
        ids.append(user.user_id)
    agent = Agent(new_id(), council, "gate", AgentKind.CAMERA, "a" * 64, None)
    SqlAgents(database).issue(agent)
    return People(council, police.organisation_id, ids[0], ids[1], agent.agent_id)


def an_agreement(people: People) -> Agreement:
    return Agreement(
        agreement_id=new_id(),
        name="Town centre cameras",
        from_id=people.council,
        to_id=people.police,
        legal_regime=LegalRegime.DPA_2018_PART_3,
        covers=frozenset({Shareable.VIDEO, Shareable.MAP}),
        starts_at=NOW,
        ends_at=NOW + HOUR,
        made_by=people.operator,
    )


def an_alert(people: People, minutes: float = 0, **changes: object) -> Alert:
    alert = Alert(
        alert_id=new_id(),
        organisation_id=people.council,
        kind="fly_tipping",
        severity=Severity.CAUTION,
        text="Fly tipping at the gate",
        remedy="Look at it",
        source_id=new_id(),
        agent_id=people.agent,
        lat=51.48,
        lon=-0.21,
        raised_at=NOW + timedelta(minutes=minutes),
        received_at=NOW + timedelta(minutes=minutes, seconds=1),
    )
    return replace(alert, **changes)  # type: ignore[arg-type]


def an_incident(people: People, minutes: float = 0) -> Incident:
    return Incident(
        incident_id=new_id(),
        organisation_id=people.council,
        title="Fallen tree",
        kind="obstruction",
        state=IncidentState.OPEN,
        lat=51.48,
        lon=None,
        opened_at=NOW + timedelta(minutes=minutes),
        opened_by=people.operator,
        closed_at=None,
        closed_by=None,
        note="",
    )


def test_organisations(database: Database, people: People) -> None:
    organisations: OrganisationRepository = SqlOrganisations(database)
    found = {one.organisation_id: one for one in organisations.all()}
    assert found[people.council].kind is OrganisationKind.COUNCIL
    assert found[people.police] == Organisation(
        people.police, "Police", OrganisationKind.POLICE, NOW
    )
    assert organisations.get(people.police) == found[people.police]
    assert organisations.get(new_id()) is None
    with pytest.raises(Conflict, match="Police"):
        organisations.add(Organisation(new_id(), "Police", OrganisationKind.OTHER, NOW))


def test_agreements(database: Database, people: People) -> None:
    organisations = SqlOrganisations(database)
    agreement = an_agreement(people)
    organisations.add_agreement(agreement)
    assert organisations.agreements() == [agreement]
    organisations.end_agreement(agreement.agreement_id, NOW + HOUR / 2)
    organisations.end_agreement(agreement.agreement_id, NOW + HOUR)  # the first end stays
    (ended,) = organisations.agreements()
    assert ended == replace(agreement, ended_at=NOW + HOUR / 2)
    with pytest.raises(NotFound):
        organisations.end_agreement(new_id(), NOW)
    with pytest.raises(Conflict):
        organisations.add_agreement(replace(agreement, agreement_id=new_id(), to_id=new_id()))


def test_disclosures_come_newest_first_and_by_pages(database: Database, people: People) -> None:
    organisations = SqlOrganisations(database)
    agreement = an_agreement(people)
    organisations.add_agreement(agreement)
    made = [
        Disclosure(
            disclosure_id=new_id(),
            agreement_id=agreement.agreement_id,
            from_id=people.council,
            to_id=people.police,
            what=Shareable.VIDEO,
            subject_id="camera",
            user_id=people.sergeant,
            purpose="public_safety",
            disclosed_at=NOW,
        )
        for _turn in range(3)
    ]
    for one in made:
        organisations.add_disclosure(one)
    newest_first = sorted(made, key=lambda one: one.disclosure_id, reverse=True)
    assert organisations.disclosures(people.police) == newest_first
    page = organisations.disclosures(people.council, limit=2)
    assert page == newest_first[:2]
    rest = organisations.disclosures(people.council, before_id=page[-1].disclosure_id)
    assert rest == newest_first[2:]
    assert organisations.disclosures(new_id()) == []
    with pytest.raises(Conflict):
        organisations.add_disclosure(
            replace(made[0], disclosure_id=new_id(), agreement_id=new_id())
        )


def test_units(database: Database, people: People) -> None:
    units: UnitRepository = SqlUnits(database)
    unit = Unit(new_id(), people.council, "K1", (people.sergeant, people.operator), True, NOW)
    units.add(unit)
    assert units.get(unit.unit_id) == unit  # the members in their order
    assert units.all(people.council) == [unit]
    assert units.all(people.police) == []
    with pytest.raises(Conflict, match="K1"):
        units.add(replace(unit, unit_id=new_id()))
    changed = replace(unit, call_sign="K2", user_ids=(people.operator,), on_duty=False)
    units.update(changed)
    assert units.get(unit.unit_id) == changed
    with pytest.raises(Conflict):
        units.update(replace(changed, user_ids=(new_id(),)))
    assert units.get(unit.unit_id) == changed
    with pytest.raises(NotFound):
        units.update(replace(unit, unit_id=new_id()))


def test_positions_latest_of_each_unit(database: Database, people: People) -> None:
    units = SqlUnits(database)
    first, second, idle = (
        Unit(new_id(), people.council, name, (), True, NOW) for name in ("A", "B", "C")
    )
    for unit in (first, second, idle):
        units.add(unit)

    def at(unit: Unit, minutes: int, lat: float = 51.5) -> UnitPosition:
        observed_at = NOW + timedelta(minutes=minutes)
        return UnitPosition(unit.unit_id, observed_at, lat, -0.2, None, people.operator)

    units.add_positions([at(first, 5), at(first, 1), at(second, 2)])
    units.add_positions([at(first, 5, lat=1.0)])  # sent twice: the first stays
    assert units.latest_positions(people.council) == [at(first, 5), at(second, 2)]
    assert units.latest_positions(people.police) == []
    with pytest.raises(NotFound):
        units.add_positions([replace(at(first, 9), unit_id=new_id())])


def test_incidents(database: Database, people: People) -> None:
    incidents: IncidentRepository = SqlIncidents(database)
    old, new = an_incident(people), an_incident(people, minutes=1)
    incidents.add(old)
    incidents.add(new)
    assert incidents.all(people.council) == [new, old]
    closed = replace(
        new, state=IncidentState.CLOSED, closed_at=NOW + HOUR, closed_by=people.operator
    )
    incidents.update(closed)
    assert incidents.get(new.incident_id) == closed
    assert incidents.all(people.council, open_only=True) == [old]
    assert incidents.all(people.police) == []
    with pytest.raises(Conflict):
        incidents.add(old)
    with pytest.raises(NotFound):
        incidents.update(an_incident(people))
    with pytest.raises(Conflict):
        incidents.update(replace(old, closed_by=new_id()))


def test_vehicles(database: Database, people: People) -> None:
    vehicles: VehicleRepository = SqlVehicles(database)
    kite = Vehicle(new_id(), people.council, "Kite", "X500", "GBR-OP-1", 7, people.agent, NOW)
    vehicles.add(kite)
    assert vehicles.all() == vehicles.all(people.council) == [kite]
    assert vehicles.all(people.police) == []
    with pytest.raises(Conflict, match="Kite"):
        vehicles.add(replace(kite, vehicle_id=new_id()))
    with pytest.raises(Conflict):
        vehicles.update(replace(kite, agent_id=new_id()))
    renamed = replace(kite, name="Hawk", system_id=None, agent_id=None)
    vehicles.update(renamed)
    assert vehicles.get(kite.vehicle_id) == renamed
    vehicles.remove(kite.vehicle_id)
    assert vehicles.get(kite.vehicle_id) is None
    with pytest.raises(NotFound):
        vehicles.update(renamed)


def ids(alerts: Sequence[Alert]) -> list[str]:
    return [one.alert_id for one in alerts]


def test_alerts(database: Database, people: People) -> None:
    alerts: AlertRepository = SqlAlerts(database)
    old, new = an_alert(people), an_alert(people, minutes=1)
    theirs = an_alert(people, minutes=2, organisation_id=people.police, agent_id=None)
    for one in (old, new, theirs):
        alerts.add(one)
    alerts.add(replace(old, text="told twice"))
    assert alerts.get(old.alert_id) == old
    assert alerts.get(new_id()) is None
    own = [people.council]
    assert alerts.recent(organisation_ids=own) == [new, old]
    assert ids(alerts.recent(organisation_ids=[people.council, people.police], limit=2)) == [
        theirs.alert_id,
        new.alert_id,
    ]
    assert alerts.recent(organisation_ids=[]) == []
    with pytest.raises(Conflict):
        alerts.add(an_alert(people, agent_id=new_id()))


def test_alerts_are_decided_once(database: Database, people: People) -> None:
    alerts = SqlAlerts(database)
    alert = an_alert(people)
    alerts.add(alert)
    who, reason = people.operator, "seen"
    alerts.decide(alert.alert_id, AlertState.ACKNOWLEDGED, NOW, who, reason)
    assert alerts.recent(organisation_ids=[people.council], open_only=True)
    decided = alerts.decide(alert.alert_id, AlertState.RESOLVED, NOW + HOUR, who, "cleared")
    assert decided == alerts.get(alert.alert_id)
    assert (decided.state, decided.decided_by, decided.reason) == (
        AlertState.RESOLVED,
        who,
        "cleared",
    )
    assert alerts.recent(organisation_ids=[people.council], open_only=True) == []
    with pytest.raises(Conflict, match="resolved already"):
        alerts.decide(alert.alert_id, AlertState.REJECTED, NOW, who, "")
    with pytest.raises(NotFound):
        alerts.decide(new_id(), AlertState.RESOLVED, NOW, who, "")


def test_an_organisation_added_under_a_wrong_clock_is_not_the_default(database: Database) -> None:
    users, organisations = SqlUsers(database), SqlOrganisations(database)
    own = users.default_organisation_id()
    long_ago = datetime(1970, 1, 1, tzinfo=UTC)
    organisations.add(Organisation(new_id(), "Police", OrganisationKind.POLICE, long_ago))
    organisations.add(Organisation(new_id(), "Fire", OrganisationKind.OTHER, long_ago))
    assert organisations.all()[0].organisation_id != own
    assert users.default_organisation_id() == own
