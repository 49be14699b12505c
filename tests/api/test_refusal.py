"""Refusal by default: every route and every socket event, found by walking what is registered."""

from __future__ import annotations

from typing import Any

import flask
import pytest
from flask_socketio import SocketIO

from ground_station.api.auth import Access, access, access_of, check_declarations, permission_of
from ground_station.core.errors import ConfigError
from tests.api.authority_table import BEARER, OWN, ROLES
from tests.api.site import Site, problem
from tests.api.test_authority_walk import path_of

CHANGES = [one for one in OWN | frozenset(ROLES) if one[0] != "GET"]


def test_bearer_routes_refuse_a_signed_in_person_without_a_token(site: Site) -> None:
    person = site.signed_in()
    for method, rule in BEARER:
        for header in ("", "Basic abc", "Bearer", "Bearer ", "Bearer " + "x" * 513):
            answer = person.http.open(
                path_of(rule), method=method, headers={"Authorization": header}
            )
            problem(answer, 401, "not_signed_in")
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_change_without_the_csrf_token_is_refused(site: Site) -> None:
    person = site.signed_in()
    for token in ("", "wrong", person.csrf[:-1], person.csrf + "x", "é"):
        person.http.get("/api/session")
        for method, rule in CHANGES:
            answer = person.http.open(
                path_of(rule),
                method=method,
                json={"name": "Phone"},
                headers={"X-CSRF-Token": token.encode().decode("latin-1")},
            )
            problem(answer, 403, "not_allowed")
    assert site.world.sources.all() == []
    assert person.session()["signed_in"]


def test_a_change_asked_for_by_another_sites_page_is_refused(site: Site) -> None:
    person = site.signed_in()
    for site_header in ("cross-site", "same-site"):
        answer = person.http.post(
            "/api/sources",
            json={"name": "Phone"},
            headers={"X-CSRF-Token": person.csrf, "Sec-Fetch-Site": site_header},
        )
        problem(answer, 403)
    assert person.post("/api/sources", {"name": "Phone"}).status_code == 201


def test_another_persons_csrf_token_is_refused(site: Site) -> None:
    one, two = site.signed_in(), site.signed_in()
    one.csrf = two.csrf
    problem(one.post("/api/sources", {"name": "Phone"}), 403)


def test_every_socket_event_says_who_may_send_it(site: Site) -> None:
    for event, handler in site.api.socketio.server.handlers["/live"].items():
        assert access_of(handler) is Access.SIGNED_IN
        assert permission_of(handler) is not None or event == "disconnect"


def test_a_route_for_signed_in_people_without_a_permission_stops_the_start(
    bare: tuple[flask.Flask, Any],
) -> None:
    app, socketio = bare

    @app.get("/anybody")
    @access(Access.SIGNED_IN)
    def anybody() -> str:
        return ""

    with pytest.raises(ConfigError, match=r"/anybody \(anybody\)"):
        check_declarations(app, socketio)


@pytest.fixture
def bare() -> tuple[flask.Flask, Any]:
    app = flask.Flask("bare", static_folder=None)
    return app, SocketIO(app, async_mode="threading")


def test_a_route_that_says_nothing_stops_the_start(bare: tuple[flask.Flask, Any]) -> None:
    app, socketio = bare
    app.add_url_rule("/secret", "secret", lambda: "secret")
    with pytest.raises(ConfigError, match=r"/secret \(secret\)"):
        check_declarations(app, socketio)


def test_an_event_that_says_nothing_stops_the_start(bare: tuple[flask.Flask, Any]) -> None:
    app, socketio = bare
    socketio.on_event("leak", lambda: None, namespace="/live")
    with pytest.raises(ConfigError, match="/live leak"):
        check_declarations(app, socketio)
    check_declarations(app, socketio, other_namespaces=["/live"])


def test_a_declaration_is_seen_through_decorators() -> None:
    from functools import wraps

    @access(Access.SIGNED_IN)
    def view() -> str:
        return ""

    @wraps(view)
    def wrapped() -> str:
        return view()

    assert access_of(wrapped) is Access.SIGNED_IN
    assert access_of(lambda: None) is None
    assert access_of(None) is None
