"""An operator's papers: who may see and write them, and what is written down of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from geo.airspace.plan import Category, ForcePolicy
from geo.zones import OperatorType
from ground_station.core.airspace import (
    GivenBy,
    OperatorProfile,
    PermissionRequest,
    RequestState,
)
from ground_station.core.audit import Act
from ground_station.core.authority import ROLE_PERMISSIONS, Permission, Principal, Role, Scope
from ground_station.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from ground_station.services.papers import NewPermission, NewRequest, Papers
from ground_station.store import SqlPermissions, permission_repo
from tests.services.world import World

HOUR = timedelta(hours=1)


@pytest.fixture
def papers(world: World) -> Papers:
    return Papers(SqlPermissions(world.database, world.clock), world.audit, world.clock)


def principal(world: World, role: Role, organisation_id: str = "") -> Principal:
    own = organisation_id or world.sources.organisation_id
    return Principal("u1", "sue", "Sue", role, Scope(own, frozenset(), None), "s1", True, None, "")


@pytest.fixture
def pilot(world: World) -> Principal:
    return principal(world, Role.PILOT)


@pytest.fixture
def supervisor(world: World) -> Principal:
    return principal(world, Role.SUPERVISOR)


def clearance(world: World, **changes: object) -> NewPermission:
    """Given by telephone."""
    now = world.clock.now()
    made = NewPermission(
        zone="1U077",
        zone_name="HMP Wormwood Scrubs",
        reference="RFZ 12",
        begins=now,
        ends=now + 2 * HOUR,
        given_by=GivenBy.TELEPHONE,
        granted_by="Duty governor Smith",
        given_at=now,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # of the test's own


def a_request(world: World, **changes: object) -> NewRequest:
    now = world.clock.now()
    made = NewRequest("1U077", "Scrubs", "HMPPS", "by e-mail", "Dear ...", now, now + HOUR)
    return replace(made, **changes)  # type: ignore[arg-type]  # of the test's own


def council(world: World) -> OperatorProfile:
    return OperatorProfile(
        "elsewhere", "Hammersmith & Fulham", OperatorType.COUNCIL, Category.PDRA01
    )


def test_a_permission_in_force_is_the_operators(
    papers: Papers, world: World, pilot: Principal, supervisor: Principal
) -> None:
    own = pilot.scope.organisation_id
    assert papers.operator(own).type is None
    papers.change_profile(supervisor, council(world))
    held = papers.record(pilot, clearance(world))
    operator = papers.operator(own)
    assert (operator.type, operator.category) == (OperatorType.COUNCIL, Category.PDRA01)
    [permission] = operator.permissions
    assert (permission.zone, permission.reference) == ("1U077", "RFZ 12")
    assert permission.document == "telephone: Duty governor Smith"
    world.clock.advance(2 * 3600)
    assert papers.operator(own).permissions == ()
    assert list(papers.permissions(pilot)) == []
    assert list(papers.permissions(pilot, over_too=True)) == [held]


def test_one_withdrawn_counts_no_more(papers: Papers, world: World, pilot: Principal) -> None:
    held = papers.record(pilot, clearance(world))
    papers.withdraw(pilot, held.permission_id)
    assert papers.operator(pilot.scope.organisation_id).permissions == ()
    with pytest.raises(Conflict):
        papers.withdraw(pilot, held.permission_id)
    acts = [one.entry.act for one in world.audit.read()]
    assert acts[:2] == [Act.PERMISSION_WITHDRAWN, Act.PERMISSION_RECORDED]


@pytest.mark.parametrize(
    "changes",
    [
        {"zone": " "},
        {"reference": ""},
        {"granted_by": ""},
        {"reference": "x" * 201},
        {"conditions": "x" * 2001},
        {"ends": timedelta(0)},
        {"ends": -HOUR},
        {"ends": timedelta(days=366 * 6)},
        {"given_at": HOUR},
    ],
    ids=str,
)
def test_a_permission_says_all_that_matters(
    papers: Papers, world: World, pilot: Principal, changes: dict[str, object]
) -> None:
    now = world.clock.now()
    made = {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in changes.items()
    }
    with pytest.raises(InvalidInput):
        papers.record(pilot, clearance(world, **made))
    assert list(papers.permissions(pilot, over_too=True)) == []


def test_one_that_is_over_is_not_recorded(papers: Papers, world: World, pilot: Principal) -> None:
    now = world.clock.now()
    with pytest.raises(InvalidInput, match="over already"):
        papers.record(pilot, clearance(world, begins=now - 2 * HOUR, ends=now - HOUR))


def test_an_answer_on_paper_grants_its_request(
    papers: Papers, world: World, pilot: Principal
) -> None:
    request = papers.ask(pilot, a_request(world))
    assert request.state is RequestState.DRAFTED
    papers.change_request(pilot, request.request_id, RequestState.SENT, "")
    letter = papers.add_document(pilot, "letter\n.pdf", "application/pdf", b"%PDF")
    assert "\n" not in letter.name
    papers.record(
        pilot,
        clearance(
            world,
            given_by=GivenBy.PAPER,
            document_id=letter.document_id,
            request_id=request.request_id,
        ),
    )
    [now] = papers.requests(pilot)
    assert now.state is RequestState.GRANTED
    with pytest.raises(Conflict, match="granted already"):
        papers.change_request(pilot, request.request_id, RequestState.DROPPED, "")
    assert papers.document(pilot, letter.document_id).body == b"%PDF"
    assert world.audit.read(act=Act.DOCUMENT_READ)
    assert papers.document_names(pilot) == {letter.document_id: letter.name}


def test_a_refusal_says_what_they_answered(papers: Papers, world: World, pilot: Principal) -> None:
    request = papers.ask(pilot, a_request(world))
    for state, answer in (
        (RequestState.REFUSED, " "),
        (RequestState.GRANTED, "yes"),
        (RequestState.REFUSED, "x" * 2001),
    ):
        with pytest.raises(InvalidInput):
            papers.change_request(pilot, request.request_id, state, answer)
    kept = papers.change_request(pilot, request.request_id, RequestState.REFUSED, "Not that day")
    assert (kept.state, kept.answer) == (RequestState.REFUSED, "Not that day")
    with pytest.raises(InvalidInput):
        papers.ask(pilot, a_request(world, text=""))
    with pytest.raises(InvalidInput):
        papers.ask(pilot, a_request(world, ends=world.clock.now()))


@pytest.mark.parametrize(
    ("media_type", "body"),
    [("text/html", b"x"), ("", b"x"), ("application/pdf", b""), ("image/png", b"x" * 10_485_761)],
)
def test_documents_are_of_few_types_and_sizes(
    papers: Papers, pilot: Principal, media_type: str, body: bytes
) -> None:
    with pytest.raises(InvalidInput):
        papers.add_document(pilot, "x", media_type, body)


def test_another_organisations_papers_are_not_there(
    papers: Papers, world: World, pilot: Principal
) -> None:
    held = papers.record(pilot, clearance(world))
    request = papers.ask(pilot, a_request(world))
    letter = papers.add_document(pilot, "letter.pdf", "application/pdf", b"%PDF")
    stranger = principal(world, Role.PILOT, "another")
    assert list(papers.permissions(stranger, over_too=True)) == []
    assert list(papers.requests(stranger)) == []
    assert papers.operator("another").permissions == ()
    attempts: tuple[Callable[[], object], ...] = (
        lambda: papers.withdraw(stranger, held.permission_id),
        lambda: papers.change_request(stranger, request.request_id, RequestState.SENT, ""),
        lambda: papers.document(stranger, letter.document_id),
        lambda: papers.record(stranger, clearance(world, document_id=letter.document_id)),
        lambda: papers.record(stranger, clearance(world, request_id=request.request_id)),
    )
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()


@pytest.mark.parametrize("role", list(Role))
def test_who_may_see_and_write(papers: Papers, world: World, role: Role) -> None:
    who = principal(world, role)
    may = ROLE_PERMISSIONS[role]
    seen: tuple[Callable[[], object], ...] = (
        lambda: papers.profile(who),
        lambda: papers.permissions(who),
        lambda: papers.requests(who),
    )
    written: tuple[Callable[[], object], ...] = (
        lambda: papers.record(who, clearance(world)),
        lambda: papers.ask(who, a_request(world)),
        lambda: papers.add_document(who, "x", "text/plain", b"x"),
    )
    attempts = [
        *((one, Permission.SEE_PAPERS) for one in seen),
        *((one, Permission.RECORD_PERMISSIONS) for one in written),
        (lambda: papers.change_profile(who, council(world)), Permission.MANAGE_AIRSPACE),
    ]
    for attempt, needed in attempts:
        if needed in may:
            attempt()
        else:
            with pytest.raises(NotAllowed):
                attempt()


def test_the_profile_is_the_persons_own_organisations(
    papers: Papers, world: World, supervisor: Principal
) -> None:
    police = replace(
        council(world),
        type=OperatorType.MPS,
        category=Category.OUTSIDE,
        force_policy=ForcePolicy("FP 1", 150.0),
    )
    kept = papers.change_profile(supervisor, police)
    assert kept.organisation_id == supervisor.scope.organisation_id  # whatever was said
    assert papers.profile(supervisor) == kept
    assert papers.operator(kept.organisation_id).force_policy == ForcePolicy("FP 1", 150.0)
    [record] = world.audit.read(act=Act.OPERATOR_CHANGED)
    assert record.entry.details["force_policy"] == "FP 1"
    with pytest.raises(InvalidInput):
        papers.change_profile(supervisor, replace(police, name=" "))


def test_requests_say_who_made_them(papers: Papers, world: World, pilot: Principal) -> None:
    made: PermissionRequest = papers.ask(pilot, a_request(world))
    assert (made.made_by, made.made_at) == (pilot.user_id, world.clock.now())


def test_a_request_is_answered_once_and_for_its_own_zone(
    papers: Papers, world: World, pilot: Principal
) -> None:
    request = papers.ask(pilot, a_request(world))
    with pytest.raises(InvalidInput, match="asked for 1U077, not for 1U043A"):
        papers.record(pilot, clearance(world, zone="1U043A", request_id=request.request_id))
    papers.record(pilot, clearance(world, zone="1u 077", request_id=request.request_id))
    with pytest.raises(Conflict, match="granted already"):
        papers.record(pilot, clearance(world, request_id=request.request_id))
    assert len(papers.permissions(pilot)) == 1
    assert papers.requests(pilot, open_only=True) == []


def test_of_two_who_answer_at_once_one_is_told_so(
    papers: Papers, world: World, pilot: Principal
) -> None:
    """Whoever comes second changes nothing, and nothing is on record as done."""
    request = papers.ask(pilot, a_request(world))
    answers: list[object] = []
    together = threading.Barrier(2)

    def answer(state: RequestState) -> None:
        together.wait(5)
        try:
            answers.append(papers.change_request(pilot, request.request_id, state, "no"))
        except Conflict as error:
            answers.append(error)

    threads = [
        threading.Thread(target=answer, args=(state,))
        for state in (RequestState.REFUSED, RequestState.DROPPED)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    [done] = [one for one in answers if isinstance(one, PermissionRequest)]
    [refused] = [one for one in answers if isinstance(one, Conflict)]
    assert papers.requests(pilot) == [done]
    asked = world.audit.read(act=Act.PERMISSION_ASKED)
    assert len(asked) == 2  # drafted, and answered once
    assert done.state.value in str(refused)


def test_no_more_documents_than_are_kept(
    papers: Papers, world: World, pilot: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permission_repo, "MOST_DOCUMENTS", 2)
    for _ in range(2):
        papers.add_document(pilot, "a.txt", "text/plain", b"x")
    with pytest.raises(Conflict, match="2 documents are kept"):
        papers.add_document(pilot, "a.txt", "text/plain", b"x")
