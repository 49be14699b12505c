"""WHIP and WHEP over HTTP, with a node made of plain code."""

from __future__ import annotations

from typing import Any

import pytest

from ground_station.core.agent_protocol import AcceptWhip, AddCandidates, AgentKind, EndSession
from ground_station.core.errors import InvalidInput, TimedOut, Unprocessable
from ground_station.core.ids import new_id
from tests.api.site import Browser, Site, problem
from tests.services.world import ANSWER, OFFER, FakeChannel

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
CANDIDATES = (
    "a=ice-ufrag:abcd\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=candidate:1 1 udp 1 1 1 typ host\r\n"
)


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} | {k.replace("_", "-"): v for k, v in more.items()}


def post(browser: Browser, path: str, token: str, sdp: str = OFFER) -> Any:
    return browser.http.post(path, data=sdp, content_type=SDP, headers=bearer(token))


@pytest.fixture
def node(site: Site) -> FakeChannel:
    return site.world.node()[1]


def added(person: Browser) -> tuple[str, str]:
    """A new WHIP source: its path and publish token."""
    answer = person.post("/api/sources", {"name": "Phone", "lat": 51.5, "lon": -0.2})
    assert answer.status_code == 201
    body = answer.get_json()
    assert body["whip_path"] == f"/whip/{body['source_id']}"
    return body["whip_path"], body["publish_token"]


def test_a_client_publishes_trickles_and_ends(site: Site, node: FakeChannel) -> None:
    person = site.signed_in()
    path, token = added(person)
    client = site.browser()
    answer = post(client, path, token)
    assert answer.status_code == 201
    assert answer.content_type == SDP
    assert answer.text == ANSWER
    location = answer.headers["Location"]
    session_id = location.rsplit("/", 1)[1]
    assert location == f"{path}/{session_id}"
    assert answer.headers["ETag"] == f'"{session_id}"'
    [command] = node.of(AcceptWhip)
    assert isinstance(command, AcceptWhip)
    assert command.session_id == session_id
    for extra in ({}, {"If_Match": f'"{session_id}"'}):
        patched = client.http.patch(
            location, data=CANDIDATES, content_type=FRAGMENT, headers=bearer(token, **extra)
        )
        assert patched.status_code == 204
        assert patched.data == b""
    assert node.of(AddCandidates) == [AddCandidates(session_id, CANDIDATES)] * 2
    site.world.media.start()
    try:
        assert client.http.delete(location, headers=bearer(token)).status_code == 200
    finally:
        site.world.media.stop()
        site.world.media.ends.tell()
    assert node.of(EndSession) == [EndSession(session_id)]
    problem(client.http.delete(location, headers=bearer(token)), 404)


def test_an_agent_publishes_with_its_own_token(site: Site, node: FakeChannel) -> None:
    _, _, source_id = site.world.camera()
    answer = post(site.browser(), f"/whip/{source_id}", "token of camera")
    assert answer.status_code == 201


def test_who_may_not_publish(site: Site, node: FakeChannel) -> None:
    path, token = added(site.signed_in())
    client = site.browser()
    problem(post(client, path, "wrong"), 401, "not_signed_in")
    problem(client.http.post(path, data=OFFER, content_type=SDP), 401, "not_signed_in")
    problem(post(client, f"/whip/{new_id()}", token), 404, "not_found")
    problem(post(client, "/whip/not-an-id", token), 404, "not_found")
    site.world.identity("other", AgentKind.CAMERA)
    problem(post(client, path, "token of other"), 403, "not_allowed")
    assert node.commands == []


def test_offers_that_are_none(site: Site, node: FakeChannel) -> None:
    path, token = added(site.signed_in())
    client = site.browser()
    problem(post(client, path, token, "hello"), 400, "invalid_input")
    problem(post(client, path, token, "v=0" + "x" * 70_000), 413)
    answer = client.http.post(path, json={}, headers=bearer(token))
    problem(answer, 415)
    answer = client.http.post(path, data=b"v=0\xff", content_type=SDP, headers=bearer(token))
    problem(answer, 400)
    assert node.commands == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput("The offer has no video.", "Send one video track."), 400),
        (Unprocessable("The offer has no codec we speak.", "Offer H.264 or VP8."), 422),
        (TimedOut("No answer within 8 s."), 504),
    ],
)
def test_what_the_node_refuses_is_passed_on(
    site: Site, node: FakeChannel, error: Any, status: int
) -> None:
    path, token = added(site.signed_in())
    node.error = error
    found = problem(post(site.browser(), path, token), status, error.code)
    assert (found["detail"], found["remedy"]) == (error.message, error.remedy)
    assert len(site.world.media.sessions) == 0
    node.error = None
    assert post(site.browser(), path, token).status_code == 201


def test_without_a_node(site: Site) -> None:
    path, token = added(site.signed_in())
    assert problem(post(site.browser(), path, token), 503, "unavailable")["remedy"]


def test_ice_restart_and_other_patches_are_refused(site: Site, node: FakeChannel) -> None:
    path, token = added(site.signed_in())
    client = site.browser()
    location = post(client, path, token).headers["Location"]

    def patch(body: str = CANDIDATES, kind: str = FRAGMENT, **headers: str) -> Any:
        return client.http.patch(
            location, data=body, content_type=kind, headers=bearer(token, **headers)
        )

    problem(patch(If_Match="*"), 422, "unprocessable")
    problem(patch(If_Match='"another"'), 412)
    problem(patch(kind=SDP), 415)
    problem(patch(body=""), 400)
    wrong = client.http.patch(
        location, data=CANDIDATES, content_type=FRAGMENT, headers=bearer("wrong")
    )
    problem(wrong, 403)
    problem(client.http.delete(location, headers=bearer("wrong")), 403)
    problem(client.http.delete(f"{path}/{new_id()}", headers=bearer(token)), 404)
    assert node.of(AddCandidates) == []


def test_pages_of_other_origins_may_publish(site: Site, node: FakeChannel) -> None:
    path, token = added(site.signed_in())
    client = site.browser()
    options = client.http.options(path, headers={"Origin": "https://elsewhere.example"})
    assert options.status_code == 204
    assert options.headers["Accept-Post"] == SDP
    assert options.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in options.headers["Access-Control-Allow-Headers"]
    assert "POST" in options.headers["Access-Control-Allow-Methods"]
    answer = post(client, path, token)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Location" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    session = client.http.options(answer.headers["Location"])
    assert "DELETE" in session.headers["Access-Control-Allow-Methods"]
    refused = post(client, path, "wrong")
    assert refused.headers["Access-Control-Allow-Origin"] == "*"


def test_nothing_else_may_be_read_by_other_origins(site: Site) -> None:
    http = site.browser().http
    for path in ("/", "/api/session", "/health", f"/whep/{new_id()}"):
        answer = http.get(path, headers={"Origin": "https://elsewhere.example"})
        assert "Access-Control-Allow-Origin" not in answer.headers
    problem(http.options(f"/whep/{new_id()}"), 405)


def test_a_person_views(site: Site, node: FakeChannel) -> None:
    person = site.signed_in()
    path, token = added(person)
    post(site.browser(), path, token)
    source_id = path.rsplit("/", 1)[1]
    answer = person.post(f"/api/sources/{source_id}/viewer-token")
    assert answer.status_code == 201
    viewer = answer.get_json()
    assert viewer["whep_path"] == f"/whep/{source_id}"
    assert viewer["expires_at"] == "2026-01-01T00:01:00Z"
    opened = post(person, viewer["whep_path"], viewer["token"])
    assert opened.status_code == 201
    location = opened.headers["Location"]
    assert location.startswith(f"/whep/{source_id}/")
    problem(post(person, viewer["whep_path"], viewer["token"]), 401)
    problem(post(person, viewer["whep_path"], token), 401)
    problem(person.http.delete(location, headers=bearer(token)), 403)
    patched = person.http.patch(
        location, data=CANDIDATES, content_type=FRAGMENT, headers=bearer(viewer["token"])
    )
    assert patched.status_code == 204
    ended = person.http.delete(location, headers=bearer(viewer["token"]))
    assert ended.status_code == 200


def test_signing_out_takes_unused_viewer_tokens_along(site: Site, node: FakeChannel) -> None:
    person = site.signed_in()
    path, token = added(person)
    post(site.browser(), path, token)
    source_id = path.rsplit("/", 1)[1]
    viewer = person.post(f"/api/sources/{source_id}/viewer-token").get_json()
    person.post("/api/sign-out")
    problem(post(person, viewer["whep_path"], viewer["token"]), 401)


def test_removing_a_source(site: Site, node: FakeChannel) -> None:
    person = site.signed_in()
    path, token = added(person)
    location = post(site.browser(), path, token).headers["Location"]
    source_id = path.rsplit("/", 1)[1]
    assert person.delete(f"/api/sources/{source_id}").status_code == 204
    problem(site.browser().http.delete(location, headers=bearer(token)), 404)
    problem(post(site.browser(), path, token), 404)
    _, _, offered = site.world.camera()
    problem(person.delete(f"/api/sources/{offered}"), 409, "conflict")
