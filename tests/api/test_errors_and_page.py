"""Errors as problem details, the page with its caching, health, headers."""

from __future__ import annotations

import logging
import shutil
from typing import Any

import flask
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ground_station.api.auth import Access, access
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.authority import Role
from ground_station.core.errors import ERRORS_BY_CODE, KestrelError
from ground_station.core.ids import new_id
from tests.api.site import INDEX, Site, problem


def test_what_is_not_there(site: Site) -> None:
    person = site.signed_in()
    problem(person.http.get("/api/nothing"), 404)
    problem(person.http.get("/missing.html"), 404)
    problem(person.http.get("/assets/missing.js"), 404)
    problem(person.http.get("/assets/../index.html"), 404)
    problem(person.http.get("/%2e%2e/var/kestrel.db"), 404)
    problem(person.http.get("/.env"), 404)
    problem(person.delete(f"/api/sources/{new_id()}"), 404, "not_found")
    problem(person.delete("/api/sources/not-an-id"), 404, "not_found")
    problem(person.post(f"/api/sources/{new_id()}/viewer-token"), 404, "not_found")


def test_wrong_methods_say_which_are_right(site: Site) -> None:
    answer = site.browser().http.put("/health")
    problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}
    problem(site.browser().http.get(f"/whip/{new_id()}"), 405)


def test_bodies_that_are_too_large_or_of_another_kind(site: Site) -> None:
    person = site.signed_in()
    problem(person.post("/api/sources", {"name": "x" * 20_000}), 413)
    problem(person.post("/api/sources", {"name": "x" * 100_000}), 413)
    headers = {"X-CSRF-Token": person.csrf}
    problem(person.http.post("/api/sources", data="name=Phone", headers=headers), 415)
    answer = person.http.post("/api/sources", data={"name": "Phone"}, headers=headers)
    problem(answer, 415)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('{"name": 5}', "$.name"),
        ("{}", "name"),
        ('{"name": "a", "nmae": "b"}', "nmae"),
        ('{"name": "a", "lat": "x"}', "$.lat"),
        ("[]", "object"),
        ("", ""),
        ("{", ""),
        ("[" * 10_000, ""),
        ('{"name": "a", "lat": 1e999, "lon": 0}', ""),
        ('{"name": "a", "lat": 95, "lon": 0}', "latitude"),
        ('{"name": ""}', "name"),
    ],
)
def test_malformed_json_is_named(site: Site, body: str, named: str) -> None:
    person = site.signed_in()
    answer = person.http.post(
        "/api/sources",
        data=body,
        content_type="application/json",
        headers={"X-CSRF-Token": person.csrf},
    )
    assert named in problem(answer, 400, "invalid_input")["detail"]
    assert site.world.sources.all() == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=json_values
    | st.fixed_dictionaries(
        {"name": json_values}, optional={"lat": json_values, "lon": json_values}
    ),
    path=st.sampled_from(["/api/sources", "/api/sign-in"]),
)
def test_no_json_makes_anything_worse_than_a_4xx(site: Site, body: object, path: str) -> None:
    person = site.signed_in()
    answer = person.post(path, body)
    assert answer.status_code in (201, 400, 401, 409, 429), answer.text
    if answer.status_code != 201:
        problem(answer, answer.status_code)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=200))
def test_no_bytes_make_anything_worse_than_a_4xx(site: Site, body: bytes) -> None:
    person = site.signed_in()
    headers = {"X-CSRF-Token": person.csrf}
    for content_type in ("application/json", "application/sdp"):
        answer = person.http.post(
            "/api/sources", data=body, content_type=content_type, headers=headers
        )
        assert answer.status_code in (400, 415)
    source, token = site.world.sources.add_whip("Phone", None, None, None)
    answer = person.http.post(
        f"/whip/{source.source_id}",
        data=body,
        content_type="application/sdp",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code in (400, 503)
    site.world.sources.remove(source.source_id, lambda _agent: False)


def test_an_unexpected_fault_tells_only_its_reference(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(site.world.sources, "add_whip", broken)
    with caplog.at_level(logging.ERROR):
        answer = site.signed_in().post("/api/sources", {"name": "Phone"})
    found = problem(answer, 500, "unexpected")
    assert "42" not in answer.text
    assert "RuntimeError" not in answer.text
    [record] = [r for r in caplog.records if found["reference"] in r.getMessage()]
    assert record.exc_info is not None
    assert "the secret is 42" in str(record.exc_info[1])


@pytest.mark.parametrize("kind", [*ERRORS_BY_CODE.values(), KestrelError])
def test_every_error_of_ours_has_its_status(site: Site, kind: type[KestrelError]) -> None:
    @access(Access.PUBLIC)
    def fail() -> str:
        raise kind("What went wrong.", "What to do.")

    site.api.app.add_url_rule("/test/fail", "fail", fail)
    answer = site.browser().http.get("/test/fail")
    found = problem(answer, answer.status_code, kind.code)
    assert (found["detail"], found["remedy"]) == ("What went wrong.", "What to do.")
    wanted = {
        "invalid_input": 400,
        "config": 400,
        "not_signed_in": 401,
        "not_allowed": 403,
        "not_found": 404,
        "conflict": 409,
        "unprocessable": 422,
        "throttled": 429,
        "unavailable": 503,
        "timed_out": 504,
    }
    assert answer.status_code == wanted.get(kind.code, 500)


def test_the_page_and_how_long_it_is_kept(site: Site) -> None:
    http = site.browser().http
    index = http.get("/")
    assert index.text == INDEX
    assert index.content_type.startswith("text/html")
    assert index.headers["Cache-Control"] == "no-cache"
    again = http.get("/", headers={"If-None-Match": index.headers["ETag"]})
    assert again.status_code == 304
    asset = http.get("/assets/index-abc123.js")
    assert "immutable" in asset.headers["Cache-Control"]
    assert "max-age=31536000" in asset.headers["Cache-Control"]
    part = http.get("/assets/index-abc123.js", headers={"Range": "bytes=0-5"})
    assert (part.status_code, part.text) == (206, "export")
    problem(http.get("/assets/index-abc123.js", headers={"Range": "bytes=999999-"}), 416)
    assert http.get("/components.html").status_code == 200
    assert http.get("/basemap.json").content_type == "application/json"
    assert http.get("/api/session").headers["Cache-Control"] == "no-store"


def test_a_page_that_was_not_built_says_how_to_build_it(site: Site) -> None:
    shutil.rmtree(site.parts.web_dist)
    found = problem(site.browser().http.get("/"), 503, "unavailable")
    assert "npm run build" in found["remedy"]


def test_security_headers_are_on_everything(site: Site) -> None:
    http = site.browser().http
    answers: list[Any] = [
        http.get("/"),
        http.get("/assets/index-abc123.js"),
        http.get("/nothing"),
        http.get("/health"),
        http.post("/api/sources", json={}),
        http.get("/socket.io/?EIO=4&transport=polling"),
        http.get("/", headers={"Host": "evil.example"}),
    ]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.nip.io"])
def test_other_names_are_not_answered(site: Site, host: str) -> None:
    answer = site.browser().http.get("/api/session", headers={"Host": host})
    problem(answer, 400, "invalid_input")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "LOCALHOST:1"])
def test_our_own_names_are(site: Site, host: str) -> None:
    answer = site.browser().http.get("/api/session", headers={"Host": host})
    assert answer.status_code == 200


def test_health_is_one_word_whoever_asks(site: Site) -> None:
    people = [site.browser(), site.signed_in(), site.signed_in(Role.ADMIN, second_factor=False)]
    for person in people:
        assert person.http.get("/health").get_json() == {"status": "degraded"}
    node = site.world.node()
    site.world.report(node)
    for person in people:  # no agent is named to anybody, neither one's own nor another's
        assert person.http.get("/health").get_json() == {"status": "ok"}


def test_the_system_page_says_why(site: Site) -> None:
    person = site.signed_in()

    def part(name: str) -> dict[str, Any]:
        system = person.http.get("/api/system").get_json()
        found: dict[str, Any] = next(one for one in system["parts"] if one["name"] == name)
        return found

    assert part("node")["status"] == "failed"
    assert part("node")["problem"] == "No vision node is connected."
    assert part("database")["status"] == "ok"
    node = site.world.node()
    identity = site.world.identity("camera", AgentKind.CAMERA)
    channel = site.world.connect(identity)
    site.world.agents.agent_disconnected(identity.agent_id, channel)
    assert part("agents")["problem"] == "The connection to camera was lost."
    site.world.report(node, detector_problem="The model file is damaged.")
    assert part("detector")["problem"] == "The model file is damaged."


def test_health_answers_even_without_its_database(site: Site) -> None:
    person = site.signed_in()
    site.world.database.close()
    (site.world.folder / "kestrel.db").write_bytes(b"damaged" * 1000)
    for name in ("kestrel.db-wal", "kestrel.db-shm"):
        (site.world.folder / name).unlink(missing_ok=True)
    assert person.http.get("/health").get_json() == {"status": "degraded"}
    problem(person.post("/api/sources", {"name": "Phone"}), 500, "integrity")


def test_flask_is_not_asked_to_keep_sessions(site: Site) -> None:
    with site.api.app.test_request_context("/"):
        assert not flask.session
