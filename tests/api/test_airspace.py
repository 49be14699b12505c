"""Datasets and drawn zones over HTTP: offered, decided about by a person, then checked against."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from ground_station.core.audit import Act
from ground_station.core.authority import Role
from ground_station.core.entities import OrganisationKind
from ground_station.core.ids import new_id
from ground_station.core.registry import token_hash
from tests.api.airspace_files import (
    RING,
    decide,
    imported,
    in_use,
    padded,
    send_file,
    zones_file,
)
from tests.api.site import Browser, Site, problem
from tests.api.test_live_scopes import BY_CLI
from tests.geo.formats.samples import CROSSED, ed269, shared, uas_zone
from tests.services.world import PASSWORD

MB = 2**20
NO_SUCH_ID = "01990000-0000-7000-8000-00000000dead"


def zones(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = browser.http.get("/api/zones").get_json()
    return found


# --- importing -----------------------------------------------------------------------------------


def test_a_file_is_offered_then_used_and_another_takes_its_place(site: Site) -> None:
    browser = site.signed_in()
    body = zones_file(site.world.clock.now())
    offered = imported(browser, body, "EG zones (1).json")
    row = offered["row"]
    assert (row["state"], row["kind"], row["format"]) == ("offered", "zones", "ed318")
    assert (row["zones"], row["refused"], row["size_bytes"]) == (1, 0, len(body))
    assert row["sha256"] == sha256(body).hexdigest()
    assert row["file_name"] == "EG zones (1).json"
    assert row["imported_by"] == "Operator"
    assert (row["decided_at"], row["decided_by"]) == (None, "")
    assert [zone["zone_id"] for zone in offered["zones"]] == ["1U077"]
    assert zones(browser)["dataset"]["training"] is True  # as before
    used = decide(browser, row["dataset_id"], "use").get_json()
    assert (used["state"], used["decided_by"]) == ("in_use", "Operator")
    now = zones(browser)
    assert now["dataset"]["name"] == "AIRAC of the test"
    assert [zone["zone_id"] for zone in now["zones"]] == ["1U077"]
    other = in_use(site, browser)
    states = {
        one["dataset_id"]: one["state"]
        for one in browser.http.get("/api/airspace/datasets").get_json()
    }
    assert states == {row["dataset_id"]: "retired", other["dataset_id"]: "in_use"}
    again = decide(browser, row["dataset_id"], "use")  # back to the one before
    assert again.get_json()["state"] == "in_use"


def test_what_was_imported_can_be_looked_at_later(site: Site) -> None:
    browser = site.signed_in()
    offered = imported(browser, zones_file(site.world.clock.now(), crossed=2))
    later = browser.http.get(f"/api/airspace/datasets/{offered['row']['dataset_id']}").get_json()
    assert later["zones"] == offered["zones"]
    assert later["refused"] == offered["refused"]


def test_of_a_partly_bad_file_the_good_is_used_by_who_has_seen_the_bad(site: Site) -> None:
    browser = site.signed_in()
    offered = imported(browser, zones_file(site.world.clock.now(), crossed=2))
    row = offered["row"]
    assert (row["zones"], row["refused"], offered["refused_left_out"]) == (1, 2, 0)
    for number, one in enumerate(offered["refused"]):
        assert f"BAD{number}" in one["feature"]
        assert "cross" in one["reason"]
        [[south, west, north, east]] = one["areas"]
        assert (south, west, north, east) == pytest.approx((51.48, -0.25, 51.52, -0.2), abs=1e-3)
    for seen in (0, 1, 3):
        found = problem(decide(browser, row["dataset_id"], "use", seen), 409, "conflict")
        assert "2 features" in found["detail"]
    assert decide(browser, row["dataset_id"], "use", 2).status_code == 200
    assert zones(browser)["dataset"]["gaps"] == 2


def test_a_discarded_one_stays_on_record_without_its_zones(site: Site) -> None:
    browser = site.signed_in()
    row = imported(browser, zones_file(site.world.clock.now()))["row"]
    assert decide(browser, row["dataset_id"], "discard").get_json()["state"] == "discarded"
    detail = browser.http.get(f"/api/airspace/datasets/{row['dataset_id']}").get_json()
    assert detail["zones"] == []
    assert detail["row"]["sha256"] == row["sha256"]
    problem(decide(browser, row["dataset_id"], "use"), 409)
    used = in_use(site, browser)
    problem(decide(browser, used["dataset_id"], "discard"), 409)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "1 byte to 64 MB"),
        (b"what is this", "zones.json"),
        (b'{"features": [', "zones.json"),
        (b'{"title": NaN, "features": []}', "zones.json"),
        (b"[" * 100_000, "zones.json"),
        (b"\x00" * 100, "zones.json"),
        (b"PK\x03\x04 not a zip", "zones.json"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><kml>&a;</kml>", "zones.json"),
        (b'{"title": "T", "features": []}', "has no zones|No zone"),
    ],
)
def test_what_cannot_be_read_is_refused_and_changes_nothing(
    site: Site, body: bytes, words: str
) -> None:
    browser = site.signed_in()
    before = in_use(site, browser)
    answer = send_file(browser, body)
    found = problem(answer, 400 if not body else 422)
    assert any(word in found["detail"] for word in words.split("|")), found
    [kept] = browser.http.get("/api/airspace/datasets").get_json()
    assert kept == before
    assert zones(browser)["dataset"]["name"] == "AIRAC of the test"


def test_the_published_zones_of_london_can_be_imported(site: Site) -> None:
    browser = site.signed_in()
    offered = imported(browser, shared("greater_london_zones.json"), "greater_london_zones.json")
    assert (offered["row"]["format"], offered["row"]["zones"]) == ("ed269", 54)
    assert offered["row"]["refused"] == 0
    assert offered["row"]["effective_until"] is None  # it names two cycles
    assert any(note.startswith("it names several AIRAC dates") for note in offered["notes"])
    decide(browser, offered["row"]["dataset_id"], "use")
    assert "does not say when it holds" in zones(browser)["dataset"]["problem"]


def test_a_file_that_cannot_say_when_it_holds_is_dated_by_a_person(site: Site) -> None:
    browser = site.signed_in()
    row = imported(browser, ed269(uas_zone()))["row"]
    assert (row["effective_from"], row["effective_until"]) == (None, None)
    path = f"/api/airspace/datasets/{row['dataset_id']}/date"
    now = site.world.clock.now()
    begins, ends = now - timedelta(days=5), now + timedelta(days=23)
    for wrong in (
        {"effective_until": ends.isoformat()},  # and from when?
        {"effective_from": ends.isoformat(), "effective_until": begins.isoformat()},
        {"effective_from": begins.isoformat(), "effective_until": "2027-01-01T00:00:00Z"},
        {"effective_from": begins.isoformat(), "effective_until": "2026-01-20T00:00:00"},
    ):
        problem(browser.post(path, wrong), 400)
    body = {"effective_from": begins.isoformat(), "effective_until": ends.isoformat()}
    dated = browser.post(path, body)
    assert dated.status_code == 200, dated.text
    assert dated.get_json()["effective_until"] == "2026-01-24T00:00:00Z"
    problem(browser.post(path, body), 409)  # once
    decide(browser, row["dataset_id"], "use")
    assert zones(browser)["dataset"]["problem"] == ""
    record = site.world.audit.read(act=Act.DATASET_DATED)[0].entry
    assert record.details["sha256"] == row["sha256"]
    assert record.details["ends"] == ends.isoformat()
    site.world.clock.advance(24 * 86_400)
    assert "ended on" in zones(site.signed_in())["dataset"]["problem"]


def test_what_the_file_says_of_its_validity_stays(site: Site) -> None:
    browser = site.signed_in()
    now = site.world.clock.now()
    body = {
        "effective_from": (now - timedelta(days=2)).isoformat(),
        "effective_until": (now + timedelta(days=20)).isoformat(),
    }
    row = imported(browser, zones_file(now))["row"]
    problem(browser.post(f"/api/airspace/datasets/{row['dataset_id']}/date", body), 409)
    used = in_use(site, browser)
    problem(browser.post(f"/api/airspace/datasets/{used['dataset_id']}/date", body), 409)
    problem(browser.post(f"/api/airspace/datasets/{new_id()}/date", body), 404)


def test_a_name_from_outside_is_one_line_and_not_long(site: Site) -> None:
    browser = site.signed_in()
    body = zones_file(site.world.clock.now())
    row = imported(browser, body, "a\r\nSet-Cookie: x=1\x00\x1b[31m" + "b" * 900)["row"]
    assert len(row["file_name"]) <= 300
    assert not set(row["file_name"]) & set("\r\n\x00\x1b")
    assert imported(browser, body, " ")["row"]["file_name"] == "unnamed"
    answer = send_file(browser, body, **{"X-File-Name": "%ff%fe"})
    assert answer.status_code == 201


# --- how large it may be -------------------------------------------------------------------------


def test_a_file_may_be_far_larger_than_other_requests(site: Site) -> None:
    browser = site.signed_in()
    body = padded(zones_file(site.world.clock.now()), MB)
    assert imported(browser, body)["row"]["size_bytes"] == MB


def test_one_that_is_too_large_is_refused_in_plain_words(site: Site) -> None:
    browser = site.signed_in()
    found = problem(send_file(browser, bytes(65 * MB)), 413)
    assert found["detail"] == "An airspace file has at most 64 MB."
    assert browser.http.get("/api/airspace/datasets").get_json() == []


def test_other_requests_stay_small(site: Site) -> None:
    browser = site.signed_in()
    huge = {**circle(site), "reason": "x" * 300_000}
    problem(browser.post("/api/airspace/drawn", huge), 413)
    answer = browser.post(f"/api/airspace/datasets/{new_id()}/decide", {"decision": "x" * 20_000})
    problem(answer, 413)


# --- ids and decisions that are none -------------------------------------------------------------


@pytest.mark.parametrize("dataset_id", ["x", "..", "%00", "1' or '1'='1", "ä" * 40, NO_SUCH_ID])
def test_an_id_that_is_none(site: Site, dataset_id: str) -> None:
    browser = site.signed_in()
    for answer in (
        browser.http.get(f"/api/airspace/datasets/{dataset_id}"),
        decide(browser, dataset_id, "use"),
        browser.delete(f"/api/airspace/drawn/{dataset_id}"),
    ):
        assert answer.status_code in (404, 405), answer.text  # ".." is another address
        problem(answer, answer.status_code)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"decision": "keep"},
        {"decision": "use", "accept_refused": "2"},
        {"decision": "use", "accept_refused": 1e400},
        {"decision": "use", "force": True},
        [],
    ],
)
def test_a_decision_that_is_none(site: Site, body: object) -> None:
    browser = site.signed_in()
    row = imported(browser, zones_file(site.world.clock.now()))["row"]
    problem(browser.post(f"/api/airspace/datasets/{row['dataset_id']}/decide", body), 400)


# --- who may -------------------------------------------------------------------------------------


def test_a_guest_organisation_decides_nothing_about_datasets(site: Site) -> None:
    made = site.world.sharing.add_organisation("The police", OrganisationKind.POLICE, BY_CLI)
    site.world.accounts.add(
        "inspector", "Inspector", Role.SUPERVISOR, PASSWORD, organisation_id=made.organisation_id
    )
    row = imported(site.signed_in(), zones_file(site.world.clock.now()))["row"]
    guest = signed_in_as(site, "inspector")
    for answer in (
        send_file(guest, zones_file(site.world.clock.now())),
        decide(guest, row["dataset_id"], "use"),
        decide(guest, row["dataset_id"], "discard"),
    ):
        assert "who runs this station" in problem(answer, 403, "not_allowed")["detail"]


def signed_in_as(site: Site, name: str) -> Browser:
    """A browser of somebody who is there already, with a second factor."""
    browser = site.browser()
    assert browser.sign_in(name, PASSWORD).status_code == 200
    cookie = browser.http.get_cookie("kestrel_session")
    assert cookie is not None
    site.world.sign_ins.set_second_factor(token_hash(cookie.value))
    return browser


def test_without_the_page_s_token_nothing_is_taken(site: Site) -> None:
    browser = site.signed_in()
    browser.csrf = "forged"
    body = zones_file(site.world.clock.now())
    problem(send_file(browser, body), 403)
    problem(browser.post("/api/airspace/drawn", circle(site)), 403)
    assert browser.http.get("/api/airspace/datasets").get_json() == []


def test_each_act_is_on_record_with_who_and_what(site: Site) -> None:
    browser = site.signed_in()
    operator = site.world.accounts.find("operator")
    assert operator is not None
    row = in_use(site, browser, crossed=1)
    other = imported(browser, ed269(uas_zone()), "other.json")["row"]
    decide(browser, other["dataset_id"], "discard")
    for act, subject in (
        (Act.DATASET_IMPORTED, other["dataset_id"]),
        (Act.DATASET_USED, row["dataset_id"]),
        (Act.DATASET_DISCARDED, other["dataset_id"]),
    ):
        record = site.world.audit.read(act=act)[0].entry
        assert record.subject_id == subject
        assert record.actor_id == operator.user_id
    used = site.world.audit.read(act=Act.DATASET_USED)[0].entry.details
    assert used["sha256"] == row["sha256"]
    assert used["refused"] == 1


# --- drawn zones ---------------------------------------------------------------------------------


def circle(site: Site, **more: object) -> dict[str, object]:
    now = site.world.clock.now()
    return {
        "name": "Fire at the depot",
        "reason": "London Fire Brigade asked",
        "kind": "incident",
        "restriction": "permission",
        "begins": now.isoformat(),
        "ends": (now + timedelta(hours=2)).isoformat(),
        "upper_m": 120.0,
        "upper_datum": "agl",
        "centre": [-0.225, 51.5],
        "radius_m": 300.0,
        **more,
    }


def ring(site: Site, **more: object) -> dict[str, object]:
    return circle(site, **{"centre": None, "radius_m": None, "ring": RING[:-1], **more})


@pytest.mark.parametrize("shape", [circle, ring])
def test_a_drawn_zone_stands_beside_the_dataset(site: Site, shape: Any) -> None:
    browser = site.signed_in()
    drawn = browser.post("/api/airspace/drawn", shape(site, contact="020 7000 0000"))
    assert drawn.status_code == 201, drawn.text
    view = drawn.get_json()
    assert view["active"] is True
    assert view["drawn_by"] == "Operator"
    assert view["zone"]["zone_id"].startswith("DRAWN-")
    assert view["zone"]["contact"] == "020 7000 0000"
    assert view["zone"]["law"] == "Drawn by the operator; not an airspace restriction in law"
    assert view["zone"]["upper"] == "394 ft (120 m) above the ground"
    [listed] = site.signed_in(Role.OFFICER).http.get("/api/airspace/drawn").get_json()
    assert listed == view
    [on_map] = [one for one in zones(browser)["zones"] if one["origin"] == "drawn"]
    assert on_map["zone_id"] == view["zone"]["zone_id"]
    assert on_map["windows"] == [[view["begins"], view["ends"]]]
    assert browser.delete(f"/api/airspace/drawn/{view['drawn_id']}").status_code == 204
    assert browser.http.get("/api/airspace/drawn").get_json() == []
    problem(browser.delete(f"/api/airspace/drawn/{view['drawn_id']}"), 404)
    acts = [one.entry.act for one in site.world.audit.read(limit=10)]
    assert Act.ZONE_DRAWN in acts
    assert Act.ZONE_WITHDRAWN in acts


def test_one_that_begins_later_is_known_to_the_page_before(site: Site) -> None:
    """Its windows are told, so that the page shows it at its minute without asking again."""
    browser = site.signed_in()
    begins = site.world.clock.now() + timedelta(minutes=20)
    body = circle(site, begins=begins.isoformat())
    view = browser.post("/api/airspace/drawn", body).get_json()
    assert view["active"] is False
    [on_map] = [one for one in zones(browser)["zones"] if one["origin"] == "drawn"]
    assert on_map["windows"][0][0] == view["begins"]
    assert on_map["always"] is False


def test_one_that_ended_goes_a_day_later(site: Site) -> None:
    browser = site.signed_in()
    browser.post("/api/airspace/drawn", circle(site))
    site.world.clock.advance(3 * 3600)
    browser = site.signed_in()
    [view] = browser.http.get("/api/airspace/drawn").get_json()
    assert view["active"] is False
    site.world.clock.advance(24 * 3600)
    assert site.signed_in().http.get("/api/airspace/drawn").get_json() == []


NAIVE = "2026-01-01T00:00:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 201},
        {"reason": ""},
        {"reason": "x" * 501},
        {"kind": "aerodrome"},
        {"restriction": "u_space"},
        {"begins": NAIVE},
        {"ends": NAIVE},
        {"ends": "2020-01-01T00:00:00Z"},
        {"ends": "2200-01-01T00:00:00Z"},
        {"ends": "tomorrow"},
        {"begins": "0001-01-01T00:00:00+14:00"},
        {"upper_m": "high"},
        {"upper_m": 0.0, "lower_datum": "agl"},
        {"upper_m": -5.0},
        {"lower_m": 200.0, "lower_datum": "agl"},
        {"lower_m": 1e300, "lower_datum": "amsl", "upper_m": 1e301, "upper_datum": "amsl"},
        {"upper_datum": "fl"},
        {"centre": [-0.2]},
        {"centre": [-0.2, 51.5, 3.0]},
        {"centre": [51.5, -0.2, 0, 0]},
        {"centre": [-0.2, 95.0]},
        {"centre": [-500.0, 51.5]},
        {"radius_m": None},
        {"radius_m": 0.0},
        {"radius_m": -1.0},
        {"radius_m": 1e9},
        {"ring": RING},
        {"centre": None, "radius_m": None},
        {"centre": None, "radius_m": None, "ring": CROSSED},
        {"centre": None, "radius_m": None, "ring": RING[:2]},
        {"centre": None, "radius_m": None, "ring": [[0.0, 51.0]] * 5},
        {"centre": None, "radius_m": None, "ring": [[n / 1e4, 51.0] for n in range(501)]},
        {"more": 1},
    ],
)
def test_what_is_no_zone_is_refused(site: Site, wrong: dict[str, object]) -> None:
    browser = site.signed_in()
    found = problem(browser.post("/api/airspace/drawn", circle(site, **wrong)), 400)
    assert found["detail"]
    assert browser.http.get("/api/airspace/drawn").get_json() == []


def test_numbers_that_json_has_no_words_for(site: Site) -> None:
    """Python's own writer says NaN and Infinity."""
    browser = site.signed_in()
    for number in (float("nan"), float("inf"), -float("inf")):
        problem(browser.post("/api/airspace/drawn", circle(site, radius_m=number)), 400)
        problem(browser.post("/api/airspace/drawn", circle(site, upper_m=number)), 400)


def test_another_organisation_sees_which_and_not_who(site: Site) -> None:
    """It concerns their flights too; who of us drew it does not."""
    made = site.world.sharing.add_organisation("The police", OrganisationKind.POLICE, BY_CLI)
    site.world.accounts.add(
        "inspector", "Inspector", Role.SUPERVISOR, PASSWORD, organisation_id=made.organisation_id
    )
    drawn = site.signed_in().post("/api/airspace/drawn", circle(site)).get_json()
    guest = signed_in_as(site, "inspector")
    guest.post("/api/session/purpose", {"purpose": "public_safety"})
    [seen] = guest.http.get("/api/airspace/drawn").get_json()
    assert seen["zone"]["name"] == "Fire at the depot"
    assert seen["drawn_by"] != "Operator"
    problem(guest.delete(f"/api/airspace/drawn/{drawn['drawn_id']}"), 404)
