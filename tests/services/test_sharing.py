"""Two organisations: what an agreement opens, what is recorded of it; its end closes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ground_station.core.audit import Act, Actor, AuditEntry, AuditRecord
from ground_station.core.authority import Area, Principal, Purpose, PurposeNeeded, Role, Scope
from ground_station.core.entities import Agreement, LegalRegime, OrganisationKind, Shareable
from ground_station.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from ground_station.core.ids import new_id
from ground_station.core.registry import Source
from ground_station.services.sharing import NewAgreement
from tests.services.world import OFFER, World

BY_CLI = AuditEntry(Act.ORGANISATION_ADDED, Actor.COMMAND_LINE)


class Two:
    """The council, which has a camera, and the police."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sharing = world.sharing
        world.add_operator()
        self.council = world.users.default_organisation_id()
        police = self.sharing.add_organisation("The police", OrganisationKind.POLICE, BY_CLI)
        self.police = police.organisation_id
        self.user = world.users.by_username("operator")
        self.source: Source = world.sources.add_whip("High Street", 51.5, -0.2, None)[0]

    def principal(self, organisation_id: str, role: Role = Role.OFFICER) -> Principal:
        assert self.user is not None
        scope = self.sharing.scope_of(replace(self.user, organisation_id=organisation_id))
        return Principal(
            user_id=self.user.user_id,
            username="x",
            display_name="X",
            role=role,
            scope=scope,
            sign_in_id="s",
            second_factor=True,
            purpose=Purpose.PUBLIC_SAFETY,
            purpose_note="",
        )

    def dpo(self, organisation_id: str) -> Principal:
        return self.principal(organisation_id, Role.DATA_PROTECTION_OFFICER)

    def new(self, *covers: Shareable, to_id: str = "", days: float = 1) -> NewAgreement:
        now = self.world.clock.now()
        return NewAgreement(
            name="Town centre",
            to_id=to_id or self.police,
            legal_regime=LegalRegime.DPA_2018_PART_3,
            covers=frozenset(covers),
            starts_at=now,
            ends_at=now + timedelta(days=days),
        )

    def agree(self, *covers: Shareable) -> Agreement:
        return self.sharing.make(self.dpo(self.council), self.new(*covers))

    def records(self, act: Act) -> list[AuditRecord]:
        return list(self.world.audit.read(act=act))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    world = World(tmp_path / "var")
    yield Two(world)
    world.close()


def test_without_an_agreement_nothing_of_another_is_seen(two: Two) -> None:
    officer = two.principal(two.police)
    assert officer.scope == Scope(two.police)
    with pytest.raises(NotFound):
        two.sharing.watch(officer, two.source)
    with pytest.raises(NotAllowed):
        two.sharing.disclose(officer, Shareable.VIDEO, two.source.source_id, two.council)
    assert two.records(Act.VIDEO_WATCHED) == []


def test_ones_own_is_watched_with_its_purpose_recorded(two: Two) -> None:
    two.sharing.watch(two.principal(two.council), two.source)
    (record,) = two.records(Act.VIDEO_WATCHED)
    assert (record.entry.purpose, record.entry.organisation_id) == ("public_safety", two.council)
    assert two.records(Act.DISCLOSED) == []


def test_the_map_alone_does_not_open_video(two: Two) -> None:
    made = two.agree(Shareable.MAP)
    officer = two.principal(two.police)
    assert officer.scope.shared == {(two.council, made.agreement_id)}
    assert not two.sharing.may(officer, Shareable.VIDEO, two.council)
    with pytest.raises(NotAllowed):
        two.sharing.watch(officer, two.source)


def test_each_look_is_a_disclosure_that_both_controllers_see(two: Two) -> None:
    made = two.agree(Shareable.MAP, Shareable.VIDEO)
    two.sharing.watch(two.principal(two.police), two.source)
    for side in (two.council, two.police):
        (one,) = two.sharing.disclosures(two.dpo(side))
        assert (one.from_id, one.to_id, one.subject_id) == (
            two.council,
            two.police,
            two.source.source_id,
        )
        assert (one.agreement_id, one.purpose) == (made.agreement_id, "public_safety")
    owners = [record.entry.organisation_id for record in two.records(Act.DISCLOSED)]
    assert sorted(str(one) for one in owners) == sorted([two.council, two.police])
    (watched,) = two.records(Act.VIDEO_WATCHED)
    assert watched.entry.organisation_id == two.council


def test_it_goes_one_way_only(two: Two) -> None:
    two.agree(Shareable.MAP, Shareable.VIDEO)
    assert not two.sharing.may(two.principal(two.council), Shareable.VIDEO, two.police)


def test_a_look_that_cannot_be_recorded_is_refused(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.agree(Shareable.MAP, Shareable.VIDEO)
    officer = two.principal(two.police)

    def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(two.world.audit, "append_in", full)
    with pytest.raises(Unavailable):
        two.sharing.watch(officer, two.source)
    assert two.sharing.disclosures(two.dpo(two.council)) == []


def test_an_agreement_that_ends_closes_what_it_opened(two: Two) -> None:
    over: list[str] = []
    two.sharing.on_ended(lambda agreement: over.append(agreement.agreement_id))
    made = two.agree(Shareable.MAP, Shareable.VIDEO)
    two.sharing.check()
    two.sharing.end(two.dpo(two.police), made.agreement_id)  # either side may
    assert over == [made.agreement_id]
    assert two.principal(two.police).scope.shared == frozenset()
    with pytest.raises(Conflict):
        two.sharing.end(two.dpo(two.council), made.agreement_id)
    assert len(two.records(Act.AGREEMENT_ENDED)) == 2


def test_one_that_runs_out_does_too(two: Two) -> None:
    over: list[str] = []
    two.sharing.on_ended(lambda agreement: over.append(agreement.agreement_id))
    made = two.agree(Shareable.VIDEO)
    two.sharing.check()
    two.world.clock.advance(24 * 3600 - 1)
    two.sharing.check()
    assert over == []
    two.world.clock.advance(1)
    two.sharing.check()
    assert over == [made.agreement_id]


def test_an_area_holds_for_what_is_shared_too(two: Two) -> None:
    two.agree(Shareable.MAP, Shareable.VIDEO)
    officer = two.principal(two.police)
    elsewhere = Area((((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)),))
    inside = Area((((-1.0, 51.0), (1.0, 51.0), (1.0, 52.0), (-1.0, 52.0)),))
    for area, seen in ((elsewhere, False), (inside, True)):
        bounded = replace(officer, scope=replace(officer.scope, area=area))
        if seen:
            two.sharing.watch(bounded, two.source)
        else:
            with pytest.raises(NotFound):
                two.sharing.watch(bounded, two.source)


def test_a_purpose_is_asked_for(two: Two) -> None:
    with pytest.raises(PurposeNeeded):
        two.sharing.watch(replace(two.principal(two.council), purpose=None), two.source)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMIN, Role.AUDITOR, Role.SUPERVISOR])
def test_only_the_data_protection_officer_makes_agreements(two: Two, role: Role) -> None:
    with pytest.raises(NotAllowed):
        two.sharing.make(two.principal(two.council, role), two.new(Shareable.MAP))


def test_agreements_that_make_no_sense(two: Two) -> None:
    dpo = two.dpo(two.council)
    for new, error in (
        (two.new(), InvalidInput),
        (two.new(Shareable.MAP, to_id=two.council), InvalidInput),
        (two.new(Shareable.MAP, to_id=new_id()), NotFound),
        (two.new(Shareable.MAP, days=-1), InvalidInput),
        (replace(two.new(Shareable.MAP), name=" "), InvalidInput),
    ):
        with pytest.raises(error):
            two.sharing.make(dpo, new)
    assert two.sharing.agreements(dpo) == []


def test_an_organisation_that_is_no_party_sees_nothing(two: Two) -> None:
    two.agree(Shareable.MAP, Shareable.VIDEO)
    two.sharing.watch(two.principal(two.police), two.source)
    third = two.sharing.add_organisation("Third", OrganisationKind.OTHER, BY_CLI).organisation_id
    assert two.sharing.agreements(two.dpo(third)) == []
    assert two.sharing.disclosures(two.dpo(third)) == []
    with pytest.raises(NotFound):
        two.sharing.end(
            two.dpo(third), two.sharing.agreements(two.dpo(two.council))[0].agreement_id
        )


def theirs(two: Two) -> tuple[str, Agreement]:
    """A live source of the police, which an agreement opens to the council's operator."""
    source, publish_token = two.world.sources.add_whip(
        "Theirs", None, None, None, organisation_id=two.police
    )
    two.world.media.publish(source.source_id, publish_token, OFFER)
    made = two.sharing.make(two.dpo(two.police), two.new(Shareable.VIDEO, to_id=two.council))
    two.sharing.check()
    return source.source_id, made


def test_viewers_end_when_the_agreement_does(two: Two) -> None:
    two.world.node()
    source_id, made = theirs(two)
    own, own_token = two.world.sources.add_whip("Ours", None, None, None)
    two.world.media.publish(own.source_id, own_token, OFFER)
    who = two.world.signed_in()
    seen = []
    for one in (source_id, own.source_id):
        token, _ = two.world.media.viewer_token(one, who)
        seen.append(two.world.media.view(one, token, OFFER).session_id)
    two.sharing.check()
    assert [one.session_id for one in two.world.media.sessions.viewers()] == seen
    two.sharing.end(two.dpo(two.police), made.agreement_id)
    assert [one.session_id for one in two.world.media.sessions.viewers()] == seen[1:]


def test_a_viewer_token_is_no_way_round_an_agreement_that_ended(two: Two) -> None:
    two.world.node()
    source_id, made = theirs(two)
    token, _ = two.world.media.viewer_token(source_id, two.world.signed_in())
    two.sharing.end(two.dpo(two.police), made.agreement_id)
    with pytest.raises(NotAllowed):
        two.world.media.view(source_id, token, OFFER)
