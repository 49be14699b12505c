"""Alerts under an agreement: seen by the receiving organisation, recorded, decided about by none
but their owner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ground_station.core.audit import Act
from ground_station.core.authority import Area, Principal, Role
from ground_station.core.entities import AlertState, Severity, Shareable
from ground_station.core.errors import NotFound, Unavailable
from tests.services.test_alerts import raised
from tests.services.test_sharing import Two
from tests.services.world import World

HERE = Area((((-0.3, 51.4), (-0.1, 51.4), (-0.1, 51.6), (-0.3, 51.6), (-0.3, 51.4)),))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    world = World(tmp_path / "var")
    yield Two(world)
    world.close()


def seen(two: Two, who: Principal) -> list[str]:
    return [alert.alert_id for alert in two.world.alerts.recent_with_shared(who)]


def test_only_an_agreement_on_alerts_opens_them_and_its_end_closes_them(two: Two) -> None:
    alert_id = raised(two.world)
    two.agree(Shareable.MAP, Shareable.VIDEO)
    assert seen(two, two.principal(two.police)) == []
    made = two.agree(Shareable.ALERTS)
    assert seen(two, two.principal(two.police)) == [alert_id]
    two.sharing.end(two.dpo(two.council), made.agreement_id)
    assert seen(two, two.principal(two.police)) == []


def test_the_receivers_alerts_are_not_opened_to_the_giver(two: Two) -> None:
    raised(two.world)
    two.agree(Shareable.ALERTS)
    giver = two.principal(two.council)
    assert giver.scope.alerts == frozenset()
    assert len(seen(two, giver)) == 1
    assert two.records(Act.DISCLOSED) == []  # one's own is no disclosure


def test_a_first_look_is_recorded_for_both_and_later_ones_are_not(two: Two) -> None:
    first = raised(two.world)
    made = two.agree(Shareable.ALERTS)
    officer = two.principal(two.police)
    seen(two, officer)
    seen(two, officer)
    for side in (two.council, two.police):
        (one,) = two.sharing.disclosures(two.dpo(side))
        assert (one.what, one.subject_id) == (Shareable.ALERTS, first)
        assert (one.agreement_id, one.user_id) == (made.agreement_id, officer.user_id)
    assert len(two.records(Act.DISCLOSED)) == 2
    two.world.inbox.raise_own("disk_full", Severity.WARNING, "It is full.", "Make room.")
    two.world.inbox.drain()
    assert len(seen(two, officer)) == 2
    assert len(two.records(Act.DISCLOSED)) == 4
    two.world.accounts.add("other", "O", Role.OFFICER, "a long enough password")
    other = two.world.accounts.find("other")
    assert other is not None
    seen(two, replace(officer, user_id=other.user_id))  # somebody else's first look
    assert len(two.records(Act.DISCLOSED)) == 8


def test_a_look_that_cannot_be_recorded_shows_nothing(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised(two.world)
    two.agree(Shareable.ALERTS)

    def refuse(*_entries: object) -> None:
        raise Unavailable("The audit log cannot be written.")

    officer = two.principal(two.police)
    monkeypatch.setattr(two.world.audit, "together", refuse)
    with pytest.raises(Unavailable):
        seen(two, officer)
    monkeypatch.undo()
    assert two.sharing.disclosures(two.dpo(two.police)) == []
    assert len(seen(two, officer)) == 1


def test_an_area_holds_for_shared_alerts_by_their_place(two: Two) -> None:
    raised(two.world, lat=51.5, lon=-0.2)
    two.world.inbox.raise_own("disk_full", Severity.WARNING, "It is full.", "Make room.")
    two.world.inbox.drain()
    two.agree(Shareable.ALERTS)
    officer = two.principal(two.police)
    here = replace(officer, scope=replace(officer.scope, area=HERE))
    [inside] = two.world.alerts.recent_with_shared(here)
    assert inside.lat == 51.5
    assert len(two.records(Act.DISCLOSED)) == 2  # what was not shown is not recorded


def test_another_organisations_alert_is_not_decided_about(two: Two) -> None:
    alert_id = raised(two.world)
    two.agree(Shareable.ALERTS)
    officer = two.principal(two.police, Role.DISPATCHER)
    assert seen(two, officer) == [alert_id]
    with pytest.raises(NotFound):
        two.world.alerts.decide(officer, alert_id, AlertState.RESOLVED, "")
    assert two.records(Act.ALERT_DECIDED) == []
