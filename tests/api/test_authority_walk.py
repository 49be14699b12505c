"""Every endpoint and method, every socket event × every role, against a table written by hand.

A route or event that is not in `authority_table` fails here. Each is also tried by a stranger, by
a role that needs a second factor without one, without a purpose, with a password that must be
changed, for things of another organisation and outside the person's area.
"""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest

from ground_station.core.authority import Area, Role
from ground_station.core.entities import Alert, Organisation, OrganisationKind, Severity
from ground_station.core.ids import new_id
from ground_station.core.registry import Source
from ground_station.store import SqlOrganisations
from tests.api.authority_table import (
    BEARER,
    EVENTS,
    EVENTS_NEED_PURPOSE,
    EVERYTHING,
    NEEDS_PURPOSE,
    OWN,
    PUBLIC,
    ROLES,
    VISITOR,
    WITH_SECOND_FACTOR,
)
from tests.api.site import Browser, Site, problem
from tests.services.world import PASSWORD

ENDS_THE_SESSION = ("POST", "/api/sign-out")
FAR_AWAY = Area((((-0.30, 51.40), (-0.29, 51.40), (-0.29, 51.41), (-0.30, 51.41)),))


def path_of(rule: str, **ids: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids.get(found[1], new_id()), rule)


def routes(site: Site) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in site.api.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }


def test_every_route_and_event_is_in_the_table(site: Site) -> None:
    found = routes(site)
    assert found - EVERYTHING == set(), "say in tests/api/authority_table.py who may use these"
    assert EVERYTHING - found == set(), "these are in the table, but not in the product"
    handlers = site.api.socketio.server.handlers
    assert set(handlers) == {"/live"}
    assert set(handlers["/live"]) == set(EVENTS)
    assert site.api.socketio.server.namespace_handlers.keys() <= {"/agents"}


def test_each_row_is_in_one_group_only() -> None:
    groups = (PUBLIC, VISITOR, OWN, BEARER, frozenset(ROLES))
    assert sum(len(group) for group in groups) == len(EVERYTHING)


@pytest.mark.parametrize("role", list(Role))
def test_what_each_role_may_use(site: Site, role: Role) -> None:
    person = site.signed_in(role)
    for (method, rule), roles in ROLES.items():
        answer = person.send(method, path_of(rule), {})
        if role in roles:
            assert answer.status_code not in (401, 403, 405, 500), (method, rule, answer.text)
        else:
            found = problem(answer, 403, "not_allowed")
            assert "These roles may" in found["remedy"], (method, rule)


@pytest.mark.parametrize("role", list(Role))
def test_one_s_own_account_is_open_to_every_role(site: Site, role: Role) -> None:
    person = site.signed_in(role, second_factor=False)
    for method, rule in sorted(OWN - {ENDS_THE_SESSION}):
        answer = person.send(method, path_of(rule), {})
        assert answer.status_code not in (401, 403, 405, 500), (method, rule, answer.text)
    assert person.send(*ENDS_THE_SESSION).status_code == 204


def test_a_stranger_gets_nowhere(site: Site) -> None:
    stranger = site.browser()
    stranger.session()
    for method, rule in sorted(frozenset(ROLES) | OWN | BEARER):
        problem(stranger.send(method, path_of(rule), {}), 401, "not_signed_in")
    stranger.csrf = ""
    for method, rule in sorted(VISITOR):
        problem(stranger.send(method, path_of(rule), {}), 403, "not_allowed")
    assert not stranger.live().is_connected("/live")


@pytest.mark.parametrize("role", list(Role))
def test_without_a_second_factor(site: Site, role: Role) -> None:
    """The roles that need one may use nothing but their own account."""
    person = site.signed_in(role, second_factor=False)
    assert person.session()["second_factor_needed"] is (role in WITH_SECOND_FACTOR)
    for (method, rule), roles in ROLES.items():
        answer = person.send(method, path_of(rule), {})
        if role in WITH_SECOND_FACTOR:
            problem(answer, 403, "second_factor_needed")
        elif role in roles:
            assert answer.status_code not in (401, 403), (method, rule, answer.text)
    assert person.live().is_connected("/live") is (role not in WITH_SECOND_FACTOR)


@pytest.mark.parametrize("role", list(Role))
def test_without_a_purpose(site: Site, role: Role) -> None:
    site.world.accounts.add("newcomer", "Newcomer", role, PASSWORD)
    person = entered(site, "newcomer", purpose="")
    for (method, rule), roles in ROLES.items():
        if role not in roles:
            continue
        answer = person.send(method, path_of(rule), {})
        if (method, rule) in NEEDS_PURPOSE:
            problem(answer, 403, "purpose_needed")
        else:
            assert answer.status_code not in (401, 403), (method, rule, answer.text)


def test_a_password_made_by_somebody_else_opens_only_the_account(site: Site) -> None:
    site.world.accounts.add("new", "New", Role.OFFICER, PASSWORD, must_change=True)
    person = entered(site, "new")
    assert person.session()["must_change_password"]
    for method, rule in ROLES:
        problem(person.send(method, path_of(rule), {}), 403, "password_change_needed")
    assert not person.live().is_connected("/live")
    change = {"old_password": PASSWORD, "new_password": "my very own words"}
    assert person.post("/api/account/password", change).status_code == 204
    assert not person.session()["must_change_password"]
    assert person.live().is_connected("/live")


@pytest.mark.parametrize("role", list(Role))
def test_every_socket_event_with_every_role(site: Site, role: Role) -> None:
    _, _, source_id = site.world.camera()
    page = site.signed_in(role).live()
    assert page.is_connected("/live") is (role in EVENTS["connect"])
    payload = {"source_id": source_id, "viewer_session_id": new_id()}
    for event in ("watch", "unwatch", "clock"):
        answer = page.emit(event, payload, namespace="/live", callback=True)
        assert answer["ok"] is (role in EVENTS[event]), (event, answer)
        if not answer["ok"]:
            assert answer["code"] == "not_allowed"
    page.disconnect(namespace="/live")


@pytest.mark.parametrize("role", list(Role))
def test_every_socket_event_without_a_purpose(site: Site, role: Role) -> None:
    _, _, source_id = site.world.camera()
    site.world.accounts.add("newcomer", "Newcomer", role, PASSWORD)
    page = entered(site, "newcomer", purpose="").live()
    payload = {"source_id": source_id, "viewer_session_id": new_id()}
    for event in ("watch", "unwatch", "clock"):
        answer = page.emit(event, payload, namespace="/live", callback=True)
        wanted = role in EVENTS[event]
        assert answer["ok"] is (wanted and event not in EVENTS_NEED_PURPOSE), (event, answer)
        if wanted and not answer["ok"]:
            assert answer["code"] == "purpose_needed"


# --- other organisations, and outside the area ---------------------------------------------------


def entered(site: Site, username: str, purpose: str = "public_safety") -> Browser:
    """A browser of somebody who has signed in as if with a second factor."""
    browser = site.browser()
    answer = browser.sign_in(username, PASSWORD)
    assert answer.status_code == 200, answer.text
    who = site.world.sign_in.identify(_cookie(browser))
    assert who is not None
    site.world.sign_ins.set_second_factor(who.session_hash)
    if purpose:
        site.world.sign_in.set_purpose(who, purpose, "")
    return browser


def _cookie(browser: Browser) -> str:
    cookie = browser.http.get_cookie("kestrel_session")
    assert cookie is not None
    return cookie.value


def other_organisation(site: Site) -> str:
    later = site.world.clock.now() + timedelta(days=36500)  # the first one stays the default
    found = Organisation(new_id(), "Police", OrganisationKind.POLICE, later)
    SqlOrganisations(site.world.database).add(found)
    return found.organisation_id


def of_other(site: Site, role: Role) -> Browser:
    """Somebody of another organisation, in their own right."""
    name = f"other-{role.value}"
    site.world.accounts.add(name, "Other", role, PASSWORD, organisation_id=other_organisation(site))
    return entered(site, name)


def somewhere_else(site: Site, role: Role) -> Browser:
    """Somebody of the same organisation with an area in which nothing lies."""
    user = site.world.accounts.add("outside", "Outside", role, PASSWORD)
    site.world.users.update(dataclasses.replace(user, area=FAR_AWAY))
    return entered(site, "outside")


def watching(site: Site, person: Browser, source_id: str) -> Any:
    payload = {"source_id": source_id, "viewer_session_id": new_id()}
    return person.live().emit("watch", payload, namespace="/live", callback=True)


@pytest.mark.parametrize("kind", [of_other, somewhere_else])
def test_sources_of_others_and_outside_the_area_are_not_there(site: Site, kind: Any) -> None:
    _, _, source_id = site.world.camera()
    person = kind(site, Role.SUPERVISOR)
    problem(person.post(f"/api/sources/{source_id}/viewer-token"), 404, "not_found")
    problem(person.delete(f"/api/sources/{source_id}"), 404, "not_found")
    assert watching(site, person, source_id)["code"] == "not_found"
    assert [s.source.source_id for s in site.world.sources.all()] == [source_id]
    inside = site.signed_in()
    assert inside.post(f"/api/sources/{source_id}/viewer-token").status_code == 201


def test_a_source_is_added_only_in_one_s_own_area(site: Site) -> None:
    person = somewhere_else(site, Role.SUPERVISOR)
    problem(person.post("/api/sources", {"name": "Gate", "lat": 51.48, "lon": -0.21}), 403)
    problem(person.post("/api/sources", {"name": "Gate"}), 403)
    added = person.post("/api/sources", {"name": "Gate", "lat": 51.405, "lon": -0.295})
    assert added.status_code == 201
    assert isinstance(site.world.sources.get(added.get_json()["source_id"]).source, Source)


def test_people_of_another_organisation_are_not_there(site: Site) -> None:
    admin = of_other(site, Role.ADMIN)
    operator = site.world.accounts.find("operator")
    assert operator is not None
    listed = admin.http.get("/api/people").get_json()
    assert [person["username"] for person in listed] == ["other-admin"]
    [sign_in] = [site.signed_in().http.get("/api/account").get_json()["sign_ins"][0]]
    ids = {"user_id": operator.user_id, "sign_in_id": sign_in["sign_in_id"]}
    change = {"display_name": "X", "role": "officer", "area": None, "disabled": True}
    for (method, rule), body in (
        (("PUT", "/api/people/<user_id>"), change),
        (("POST", "/api/people/<user_id>/reset"), ...),
        (("GET", "/api/people/<user_id>/sign-ins"), ...),
        (("DELETE", "/api/people/<user_id>/sign-ins/<sign_in_id>"), ...),
    ):
        problem(admin.send(method, path_of(rule, **ids), body), 404, "not_found")
    assert site.world.accounts.find("operator") == operator


def test_alerts_of_others_and_outside_the_area_are_not_there(site: Site) -> None:
    world = site.world
    now = world.clock.now()
    alert = Alert(
        alert_id=new_id(),
        organisation_id=world.users.default_organisation_id(),
        kind="camera_moved",
        severity=Severity.CAUTION,
        text="The camera has moved.",
        remedy="Look at it.",
        source_id=None,
        agent_id=None,
        lat=51.48,
        lon=-0.21,
        raised_at=now,
        received_at=now,
    )
    world.alert_rows.add(alert)
    decision = f"/api/alerts/{alert.alert_id}/decision"
    for person in (of_other(site, Role.DISPATCHER), somewhere_else(site, Role.DISPATCHER)):
        assert person.http.get("/api/alerts").get_json() == []
        problem(person.post(decision, {"state": "acknowledged"}), 404, "not_found")
    inside = site.signed_in(Role.DISPATCHER)
    assert [one["alert_id"] for one in inside.http.get("/api/alerts").get_json()] == [
        alert.alert_id
    ]
    assert inside.post(decision, {"state": "acknowledged"}).status_code == 200


def test_agents_of_another_organisation_are_not_there(site: Site) -> None:
    invited = site.signed_in(Role.ADMIN).post("/api/agents", {"name": "gate", "kind": "camera"})
    agent_id = invited.get_json()["agent_id"]
    other = of_other(site, Role.ADMIN)
    assert other.http.get("/api/agents").get_json() == []
    for method, path in (("POST", "/revoke"), ("POST", "/rotate"), ("DELETE", "")):
        problem(other.send(method, f"/api/agents/{agent_id}{path}"), 404, "not_found")
