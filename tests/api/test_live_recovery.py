"""What one failure in a turn of the push costs: a snapshot, and nothing that stays wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from ground_station.api.schemas import Batch, Snapshot
from ground_station.core.authority import Role
from ground_station.core.entities import AlertState
from ground_station.core.errors import Unavailable
from ground_station.core.registry import User
from ground_station.services.names import LastingNames
from ground_station.services.system import Finding
from tests.api.site import Site
from tests.api.test_live import events, streaming, troubled, turn
from tests.api.test_live_scopes import page_of, police, raise_alert
from tests.services.world import PASSWORD


def break_names(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_user_id: str) -> str:
        raise RuntimeError("made for this test")

    monkeypatch.setattr(site.world.alerts, "display_name", fails)


def decide_an_alert(site: Site) -> None:
    raise_alert(site)
    who = site.world.enter("operator").principal
    [alert] = site.world.alerts.recent(who)
    site.world.alerts.decide(who, alert.alert_id, AlertState.ACKNOWLEDGED, "")


def test_what_a_failed_turn_did_not_send_comes_with_snapshots(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, source_id, session_id = streaming(site)
    phone, _ = site.world.sources.add_whip("Phone", None, None, None)
    pages = [site.signed_in().live(), page_of(site, "auditor", Role.AUDITOR)]
    turn(site)
    for page in pages:
        page.get_received("/live")
    decide_an_alert(site)
    site.world.report(node, troubled(source_id, session_id, "The picture is dark."))
    site.world.sources.remove(phone.source_id, lambda _agent: False)
    new, _ = site.world.sources.add_whip("New phone", None, None, None)
    break_names(site, monkeypatch)
    for _ in range(2):  # the second fails at the snapshots
        with pytest.raises(RuntimeError, match="made for this test"):
            turn(site, 0.3)
    monkeypatch.undo()
    turn(site, 0.3)
    for page in pages:
        told = msgspec.convert(events(page, "snapshot")[-1], Snapshot)
        problems = {source.source_id: source.problem for source in told.sources}
        assert problems == {source_id: "The picture is dark.", new.source_id: ""}
    turn(site, 1.0)
    assert [len(events(page, "batch")) for page in pages] == [1, 1]


class Users:
    """One person, in a database that may be away."""

    def __init__(self, user: User) -> None:
        self.user: User | None = user
        self.away = False

    def by_id(self, _user_id: str) -> User | None:
        if self.away:
            raise Unavailable("The database does not answer.")
        return self.user


def test_a_name_that_cannot_be_read_is_the_one_last_read(site: Site) -> None:
    user = site.world.accounts.find("operator")
    assert user is not None
    users: Any = Users(user)
    name = LastingNames(users)
    users.away = True
    assert name(user.user_id) == ""
    users.away = False
    assert name(user.user_id) == "Operator"
    users.user, users.away = replace(user, display_name="New"), True
    assert name(user.user_id) == "Operator"
    users.user, users.away = None, False
    assert name(user.user_id) == ""  # forgotten for good
    users.away = True
    assert name(user.user_id) == ""


@pytest.mark.parametrize("connected", [True, False])
def test_a_dismissed_agent_leaves_open_pages(site: Site, connected: bool) -> None:
    site.world.node()
    camera, channel, _ = site.world.camera()
    if not connected:
        site.world.agents.agent_disconnected(camera.agent_id, channel)
    page = site.signed_in().live()
    turn(site)
    assert len(events(page, "snapshot")[0]["agents"]) == 2
    site.world.agents.dismiss(camera.agent_id)
    turn(site, 0.3)
    [batch] = events(page, "batch")
    agents = msgspec.convert(batch, Batch).agents
    assert agents is not None
    assert [agent.name for agent in agents] == ["node"]
    turn(site, 1.0)
    assert events(page, "batch")[0]["agents"] is None  # as before


def test_the_last_agent_that_goes_is_told_too(site: Site) -> None:
    camera, _, _ = site.world.camera()
    page = site.signed_in().live()
    turn(site)
    page.get_received("/live")
    site.world.agents.dismiss(camera.agent_id)
    turn(site, 0.3)
    assert events(page, "batch")[0]["agents"] == []


def test_what_is_wrong_is_told_in_full_to_the_stations_own_people_only(site: Site) -> None:
    secret = Finding("The clock is wrong at: Camden pole 4.", "Set it by NTP.")
    site.world.system.add("clock", "Clock", lambda: secret)
    site.world.system.look()
    others = page_of(site, "sergeant", Role.AUDITOR, police(site))
    own = page_of(site, "auditor", Role.AUDITOR)
    turn(site)
    told = msgspec.convert(events(others, "snapshot")[0], Snapshot).system
    [clock] = [one for one in told.problems if one.name == "clock"]
    assert (told.status, clock.problem) == ("degraded", "Clock: something is wrong.")
    assert "Camden pole 4" in str(events(own, "snapshot"))
    changed = replace(secret, problem="The clock is wrong at: Camden pole 5.")
    site.world.system.add("clock", "Clock", lambda: changed)
    site.world.system.look()
    turn(site, 0.3)
    assert "Camden" not in str(events(others, "batch"))
    assert "Camden pole 5" in str(events(own, "batch"))


def test_the_page_of_the_system_tells_other_organisations_titles_and_states(site: Site) -> None:
    secret = Finding("The clock is wrong at: Camden pole 4.", "Set it by NTP.")
    site.world.system.add("clock", "Clock", lambda: secret)
    for name, owner, in_full in (("sergeant", police(site), False), ("auditor", None, True)):
        page_of(site, name, Role.AUDITOR, owner)
        browser = site.browser()
        browser.sign_in(name, PASSWORD)
        answer = browser.http.get("/api/system")
        assert answer.status_code == 200
        [clock] = [part for part in answer.get_json()["parts"] if part["name"] == "clock"]
        assert (clock["title"], clock["status"]) == ("Clock", "degraded")
        assert ("Camden" in answer.get_data(as_text=True)) is in_full
