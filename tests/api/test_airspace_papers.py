"""Who an organisation flies as, what it may, what it asked for and the letters that show it."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote

import pytest

from geo.airspace.plan import Category
from geo.zones import OperatorType
from ground_station.core.audit import Act
from ground_station.core.authority import Role
from ground_station.core.entities import OrganisationKind
from ground_station.core.ids import new_id
from ground_station.services.papers import NewRequest
from tests.api.site import Browser, Site, problem
from tests.api.test_airspace import signed_in_as
from tests.api.test_live_scopes import BY_CLI
from tests.services.world import PASSWORD

PDF = b"%PDF-1.7 a letter"
PROFILE = {
    "name": "Hammersmith & Fulham",
    "type": "COUNCIL",
    "category": "SPECIFIC_OA",
    "operator_id": "GBR-OP-1A2B3C4D5E6F",
    "flyer_id": "GBR-RP-9876543210AB",
    "class_mark": "UK2",
    "mass_kg": 3.77,
    "insurance": "Policy 7",
    "authorisation_reference": "UAS 12345",
    "authorisation_begins": "2026-01-01T00:00:00Z",
    "authorisation_ends": "2027-01-01T00:00:00Z",
    "authorisation_max_height_agl_m": 120.0,
    "authorisation_bvlos": True,
    "authorisation_ring": [[-0.25, 51.48], [-0.2, 51.48], [-0.2, 51.52]],
    "authorisation_lower_m": 0.0,
    "authorisation_upper_m": 120.0,
    "authorisation_datum": "agl",
}


def clearance(site: Site, **more: object) -> dict[str, object]:
    """By telephone."""
    now = site.world.clock.now()
    return {
        "zone": "EGR1U077",
        "reference": "RFZ 12",
        "begins": now.isoformat(),
        "ends": (now + timedelta(hours=2)).isoformat(),
        "given_by": "telephone",
        "granted_by": "Duty governor Smith",
        "given_at": now.isoformat(),
        **more,
    }


def send_document(
    browser: Browser, body: bytes = PDF, name: str = "letter.pdf", kind: str = "application/pdf"
) -> Any:
    headers = {"X-CSRF-Token": browser.csrf, "X-File-Name": quote(name), "Content-Type": kind}
    return browser.http.post("/api/airspace/documents", data=body, headers=headers)


# --- the operator --------------------------------------------------------------------------------


def test_a_profile_is_entered_and_read(site: Site) -> None:
    browser = site.signed_in()
    assert browser.http.get("/api/airspace/operator").get_json() is None
    answer = browser.send("PUT", "/api/airspace/operator", PROFILE)
    assert answer.status_code == 200, answer.text
    view = answer.get_json()
    assert {key: view[key] for key in PROFILE} == PROFILE
    assert view["changed_by"] == "Operator"
    pilot = site.signed_in(Role.PILOT)
    assert pilot.http.get("/api/airspace/operator").get_json() == view
    operator = site.parts.papers.operator(site.world.sources.organisation_id)
    assert (operator.type, operator.category) == (OperatorType.COUNCIL, Category.AUTHORISATION)
    assert operator.authorisation is not None
    assert operator.authorisation.volume is not None
    assert operator.authorisation.volume.ring[0] == (51.48, -0.25)
    record = site.world.audit.read(act=Act.OPERATOR_CHANGED)[0].entry
    assert record.details["authorisation"] == "UAS 12345"


def test_it_is_replaced_as_a_whole(site: Site) -> None:
    browser = site.signed_in()
    browser.send("PUT", "/api/airspace/operator", PROFILE)
    bare = {"name": "H&F", "type": "COUNCIL", "category": "OPEN_A3"}
    view = browser.send("PUT", "/api/airspace/operator", bare).get_json()
    assert view["authorisation_reference"] == ""
    assert view["authorisation_ring"] == []
    assert view["operator_id"] == ""


def test_a_force_policy_is_a_police_forces(site: Site) -> None:
    browser = site.signed_in()
    police = {
        "name": "The Met",
        "type": "POLICE_MPS",
        "category": "OUTSIDE_2019_947",
        "force_policy_reference": "FP 12",
        "force_policy_max_height_agl_m": 150.0,
    }
    view = browser.send("PUT", "/api/airspace/operator", police).get_json()
    assert view["force_policy_max_height_agl_m"] == 150.0
    council = {**police, "type": "COUNCIL", "category": "OPEN_A3"}
    found = problem(browser.send("PUT", "/api/airspace/operator", council), 400)
    assert "Only a police force" in found["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 201},
        {"type": "ROYAL"},
        {"category": "OPEN_A4"},
        {"category": "OUTSIDE_2019_947"},  # of a council
        {"class_mark": "UK9"},
        {"class_mark": "none"},
        {"mass_kg": -1.0},
        {"mass_kg": 1e6},
        {"operator_id": "x" * 65},
        {"authorisation_begins": "2026-01-01T00:00:00"},
        {"authorisation_begins": "2027-06-01T00:00:00Z"},
        {"authorisation_ends": "9999-12-31T23:59:59-14:00"},
        {"authorisation_max_height_agl_m": -5.0},
        {"authorisation_upper_m": 0.0},
        {"authorisation_upper_m": None},
        {"authorisation_ring": [[0.0, 51.0], [0.1, 51.0]]},
        {"authorisation_ring": [[0.0, 51.0, 1.0]] * 4},
        {"authorisation_ring": [[0.0, 99.0], [0.1, 51.0], [0.0, 51.2]]},
        {"authorisation_ring": [[0.0, 51.0]] * 501},
        {"authorisation_datum": "qnh"},
        {"authorisation_datum": "unknown"},
        {"authorisation_ring": [[0.0, 51.0], [0.1, 51.1], [0.1, 51.0], [0.0, 51.1]]},
        {"force_policy_reference": "FP 1", "force_policy_max_height_agl_m": 100.0},
        {"more": True},
    ],
)
def test_what_is_no_profile(site: Site, wrong: dict[str, object]) -> None:
    browser = site.signed_in()
    answer = browser.send("PUT", "/api/airspace/operator", {**PROFILE, **wrong})
    problem(answer, 400)
    assert browser.http.get("/api/airspace/operator").get_json() is None


# --- permissions ---------------------------------------------------------------------------------


def test_a_telephone_clearance_is_typed_in_with_name_and_time(site: Site) -> None:
    pilot = site.signed_in(Role.PILOT)
    answer = pilot.post("/api/airspace/permissions", clearance(site))
    assert answer.status_code == 201, answer.text
    made = answer.get_json()
    assert made["zone_name"] == "HMP Wormwood Scrubs"
    assert (made["state"], made["document_id"], made["document_name"]) == ("in_force", None, "")
    assert (made["granted_by"], made["recorded_by"]) == ("Duty governor Smith", "Pilot")
    assert pilot.http.get("/api/airspace/permissions").get_json() == [made]
    record = site.world.audit.read(act=Act.PERMISSION_RECORDED)[0].entry
    assert record.details["granted_by"] == "Duty governor Smith"


@pytest.mark.parametrize("zone", ["egr1u077", "EGR 1U077", " EGR1U077 "])
def test_a_zone_is_known_by_its_id_whatever_its_case(site: Site, zone: str) -> None:
    made = site.signed_in(Role.PILOT).post("/api/airspace/permissions", clearance(site, zone=zone))
    assert made.get_json()["zone_name"] == "HMP Wormwood Scrubs"


def test_it_runs_out_or_is_withdrawn_and_then_counts_no_more(site: Site) -> None:
    pilot = site.signed_in(Role.PILOT)
    coming = clearance(
        site,
        begins=(site.world.clock.now() + timedelta(hours=1)).isoformat(),
        reference="coming",
    )
    kept = [
        pilot.post("/api/airspace/permissions", body).get_json()
        for body in (clearance(site), clearance(site, reference="withdrawn"), coming)
    ]
    assert [one["state"] for one in kept] == ["in_force", "in_force", "coming"]
    path = f"/api/airspace/permissions/{kept[1]['permission_id']}"
    assert pilot.delete(path).status_code == 204
    problem(pilot.delete(path), 409)
    held = pilot.http.get("/api/airspace/permissions").get_json()
    assert {one["reference"] for one in held} == {"RFZ 12", "coming"}
    everything = pilot.http.get("/api/airspace/permissions?over=1").get_json()
    assert {one["reference"]: one["state"] for one in everything}["withdrawn"] == "withdrawn"
    own = site.world.sources.organisation_id
    assert len(site.parts.papers.operator(own).permissions) == 2
    site.world.clock.advance(3 * 3600)
    assert site.parts.papers.operator(own).permissions == ()
    pilot = site.signed_in(Role.PILOT)
    assert pilot.http.get("/api/airspace/permissions").get_json() == []
    everything = pilot.http.get("/api/airspace/permissions?over=1").get_json()
    assert sorted(one["state"] for one in everything) == ["over", "over", "withdrawn"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": " "},
        {"zone": "x" * 201},
        {"reference": ""},
        {"granted_by": " "},
        {"given_by": "pigeon"},
        {"begins": "2026-01-01T00:00:00"},
        {"ends": "2025-01-01T00:00:00Z"},
        {"ends": "2099-01-01T00:00:00Z"},
        {"given_at": "2030-01-01T00:00:00Z"},
        {"given_at": "0001-01-01T00:00:00+14:00"},
        {"conditions": "x" * 2001},
        {"upper_limit_amsl_m": 1e9},
        {"begins": "2020-01-01T00:00:00Z", "ends": "2020-01-02T00:00:00Z"},
    ],
)
def test_what_is_no_permission(site: Site, wrong: dict[str, object]) -> None:
    pilot = site.signed_in(Role.PILOT)
    problem(pilot.post("/api/airspace/permissions", clearance(site, **wrong)), 400)
    assert pilot.http.get("/api/airspace/permissions").get_json() == []


@pytest.mark.parametrize("field", ["document_id", "request_id"])
@pytest.mark.parametrize("value", ["x", "../..", "", "new"])
def test_what_it_names_must_be_there(site: Site, field: str, value: str) -> None:
    pilot = site.signed_in(Role.PILOT)
    named = clearance(site, **{field: new_id() if value == "new" else value})
    problem(pilot.post("/api/airspace/permissions", named), 404)


# --- documents -----------------------------------------------------------------------------------


def test_a_letter_is_kept_as_it_came_and_only_ever_downloaded(site: Site) -> None:
    pilot = site.signed_in(Role.PILOT)
    added = send_document(pilot).get_json()
    assert added["sha256"] == sha256(PDF).hexdigest()
    body = clearance(site, given_by="paper", document_id=added["document_id"])
    made = pilot.post("/api/airspace/permissions", body).get_json()
    assert (made["document_id"], made["document_name"]) == (added["document_id"], "letter.pdf")
    answer = pilot.http.get(f"/api/airspace/documents/{added['document_id']}")
    assert answer.data == PDF
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''letter.pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert site.world.audit.read(act=Act.DOCUMENT_READ)[0].entry.subject_id == added["document_id"]


@pytest.mark.parametrize(
    "name", ['a"; filename=b.html', "a\r\nSet-Cookie: x=1", "../../etc/passwd", "Ä" * 400, "\x00"]
)
def test_its_name_breaks_no_header(site: Site, name: str) -> None:
    pilot = site.signed_in(Role.PILOT)
    added = send_document(pilot, name=name).get_json()
    answer = pilot.http.get(f"/api/airspace/documents/{added['document_id']}")
    disposition = answer.headers["Content-Disposition"]
    prefix = "attachment; filename*=UTF-8''"
    assert disposition.startswith(prefix)
    assert unquote(disposition.removeprefix(prefix)) == added["name"]
    assert not set(disposition.removeprefix(prefix)) & set("\"\\/;\r\n\x00' ")
    assert "Set-Cookie" not in answer.headers
    assert 1 <= len(added["name"]) <= 300


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "", "application/javascript"])
def test_what_is_no_letter_is_not_taken(site: Site, kind: str) -> None:
    found = problem(send_document(site.signed_in(Role.PILOT), kind=kind), 400)
    assert "application/pdf" in found["remedy"]


def test_letters_of_ten_megabytes_and_no_more(site: Site) -> None:
    pilot = site.signed_in(Role.PILOT)
    assert send_document(pilot, bytes(10 * 2**20)).status_code == 201
    found = problem(send_document(pilot, bytes(10 * 2**20 + 1)), 413)
    assert found["detail"] == "A document has at most 10 MB."
    problem(send_document(pilot, b""), 400)


# --- requests ------------------------------------------------------------------------------------


def a_request(site: Site, zone: str = "EGR1U077") -> str:
    """Of the pilot's organisation; its id."""
    site.signed_in(Role.PILOT)
    account = site.world.accounts.find("pilot")
    assert account is not None
    now = site.world.clock.now()
    new = NewRequest(
        zone, "Scrubs", "HMPPS", "by e-mail", "Dear ...", now, now + timedelta(hours=1)
    )
    who = site.world.sign_in.identify(cookie_of(site)).principal  # type: ignore[union-attr]
    return site.parts.papers.ask(who, new).request_id


def cookie_of(site: Site) -> str:
    cookie = site.signed_in(Role.PILOT).http.get_cookie("kestrel_session")
    assert cookie is not None
    return cookie.value


def test_a_request_is_sent_and_granted_by_the_permission(site: Site) -> None:
    request_id = a_request(site)
    pilot = site.signed_in(Role.PILOT)
    sent = pilot.post(f"/api/airspace/requests/{request_id}", {"state": "sent"})
    assert sent.get_json()["state"] == "sent"
    body = clearance(site, given_by="email", request_id=request_id)
    made = pilot.post("/api/airspace/permissions", body)
    assert made.get_json()["request_id"] == request_id
    [request] = pilot.http.get("/api/airspace/requests").get_json()
    assert (request["state"], request["made_by"]) == ("granted", "Pilot")
    problem(pilot.post(f"/api/airspace/requests/{request_id}", {"state": "dropped"}), 409)
    problem(pilot.post("/api/airspace/permissions", body), 409)


def test_a_refusal_says_what_was_answered(site: Site) -> None:
    request_id = a_request(site)
    pilot = site.signed_in(Role.PILOT)
    path = f"/api/airspace/requests/{request_id}"
    problem(pilot.post(path, {"state": "refused"}), 400)
    problem(pilot.post(path, {"state": "granted"}), 400)
    problem(pilot.post(path, {"state": "refused", "answer": "x" * 2001}), 400)
    refused = pilot.post(path, {"state": "refused", "answer": "Not that day."})
    assert (refused.get_json()["state"], refused.get_json()["answer"]) == (
        "refused",
        "Not that day.",
    )
    problem(pilot.post(f"/api/airspace/requests/{new_id()}", {"state": "sent"}), 404)
    problem(pilot.post("/api/airspace/requests/x", {"state": "sent"}), 404)


def test_a_permission_for_another_zone_answers_no_request(site: Site) -> None:
    request_id = a_request(site, "EGR1U043A")
    pilot = site.signed_in(Role.PILOT)
    body = clearance(site, request_id=request_id)
    found = problem(pilot.post("/api/airspace/permissions", body), 400)
    assert "asked for EGR1U043A" in found["detail"]


# --- another organisation ------------------------------------------------------------------------


def test_another_organisation_sees_and_touches_nothing(site: Site) -> None:
    request_id = a_request(site)
    pilot = site.signed_in(Role.PILOT)
    site.signed_in().send("PUT", "/api/airspace/operator", PROFILE)
    document = send_document(pilot).get_json()["document_id"]
    held = pilot.post("/api/airspace/permissions", clearance(site)).get_json()["permission_id"]
    made = site.world.sharing.add_organisation("The police", OrganisationKind.POLICE, BY_CLI)
    site.world.accounts.add(
        "inspector", "Inspector", Role.SUPERVISOR, PASSWORD, organisation_id=made.organisation_id
    )
    guest = signed_in_as(site, "inspector")
    guest.post("/api/session/purpose", {"purpose": "public_safety"})
    assert guest.http.get("/api/airspace/operator").get_json() is None
    for address in ("permissions?over=1", "requests"):
        assert guest.http.get(f"/api/airspace/{address}").get_json() == []
    problem(guest.http.get(f"/api/airspace/documents/{document}"), 404)
    problem(guest.delete(f"/api/airspace/permissions/{held}"), 404)
    problem(guest.post(f"/api/airspace/requests/{request_id}", {"state": "sent"}), 404)
    for named in ({"document_id": document}, {"request_id": request_id}):
        problem(guest.post("/api/airspace/permissions", clearance(site, **named)), 404)
    assert pilot.http.get("/api/airspace/permissions").get_json()[0]["state"] == "in_force"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PILOT, Role.SUPERVISOR}))
def test_who_may_only_read_writes_nothing(site: Site, role: Role) -> None:
    person = site.signed_in(role)
    problem(person.post("/api/airspace/permissions", clearance(site)), 403)
    problem(send_document(person), 403)
