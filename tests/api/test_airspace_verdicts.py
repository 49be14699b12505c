"""Verdicts over HTTP: by the zones, terrain, operator and permissions that the station has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ground_station.core.authority import Role
from tests.api.airspace_files import in_use, send_file
from tests.api.site import Browser, Site, problem
from tests.api.test_airspace import circle
from tests.api.test_airspace_papers import clearance

PARK = {"lat": 51.4958, "lon": -0.2386}  # in no zone
FULHAM = {"lat": 51.4743, "lon": -0.2213}  # in the heliport's
SCRUBS = {"lat": 51.5169, "lon": -0.2403}  # over the prison
COUNCIL = {"name": "Hammersmith & Fulham", "type": "COUNCIL", "category": "SPECIFIC_PDRA01"}


def plan(*places: dict[str, float], **more: object) -> dict[str, object]:
    return {
        "path": list(places),
        "height_m": 60.0,
        "datum": "AGL",
        "speed_mps": 8.0,
        "bvlos": False,
        **more,
    }


def judged(browser: Browser, body: dict[str, object]) -> dict[str, Any]:
    answer = browser.post("/api/airspace/check", body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def with_profile(site: Site) -> Browser:
    """A pilot of an organisation that has said who it flies as."""
    answer = site.signed_in().send("PUT", "/api/airspace/operator", COUNCIL)
    assert answer.status_code == 200, answer.text
    return site.signed_in(Role.PILOT)


def codes(verdict: dict[str, Any], part: str = "information") -> set[str]:
    return {one["code"] for one in verdict[part]}


# --- by what it is judged ------------------------------------------------------------------------


def test_outside_of_every_zone(site: Site) -> None:
    verdict = judged(with_profile(site), plan(PARK))
    assert verdict["zones"] == []
    assert "ZONE" not in codes(verdict, "reasons")
    assert verdict["dataset"]["training"] is True
    assert verdict["dataset"]["problem"] == ""
    assert "TRAINING_DATA" in codes(verdict)
    assert verdict["operator"] == "Hammersmith & Fulham (COUNCIL, SPECIFIC_PDRA01)"
    assert verdict["ground_amsl_m"] is not None


def test_in_a_zone_until_its_permission_is_on_record(site: Site) -> None:
    pilot = with_profile(site)
    verdict = judged(pilot, plan(FULHAM))
    [touched] = verdict["zones"]
    assert verdict["verdict"] in ("PERMISSION_NEEDED", "REFUSED")
    assert touched["zone"]["zone_id"] == "EGR1U043A"
    assert touched["zone"]["origin"] == "dataset"
    assert "020-7228 0181" in touched["zone"]["contact"]
    assert (touched["satisfied_by"], touched["request_id"]) == ("", None)
    assert any(one["zone_id"] == "EGR1U043A" for one in verdict["reasons"])
    pilot.post("/api/airspace/permissions", clearance(site, zone="egr1u043a", reference="HELI 7"))
    again = judged(pilot, plan(FULHAM))
    [touched] = again["zones"]
    assert "HELI 7" in touched["satisfied_by"]
    assert not any(one["code"] == "ZONE" for one in again["reasons"])


def test_a_permission_that_is_withdrawn_counts_no_more(site: Site) -> None:
    pilot = with_profile(site)
    body = clearance(site, zone="EGR1U043A")
    held = pilot.post("/api/airspace/permissions", body).get_json()["permission_id"]
    assert judged(pilot, plan(FULHAM))["zones"][0]["satisfied_by"]
    pilot.delete(f"/api/airspace/permissions/{held}")
    assert not judged(pilot, plan(FULHAM))["zones"][0]["satisfied_by"]


def test_a_drawn_zone_counts_at_its_time(site: Site) -> None:
    pilot = with_profile(site)
    begins = site.world.clock.now() + timedelta(minutes=20)
    body = circle(
        site,
        centre=[PARK["lon"], PARK["lat"]],
        begins=begins.isoformat(),
        restriction="prohibited",
    )
    assert site.signed_in().post("/api/airspace/drawn", body).status_code == 201
    later = (begins + timedelta(minutes=5)).isoformat()
    verdict = judged(pilot, plan(PARK, starts=later))
    assert verdict["verdict"] == "REFUSED"
    assert [one["zone"]["origin"] for one in verdict["zones"]] == ["drawn"]
    ended = (begins + timedelta(hours=3)).isoformat()
    assert "ZONE" not in codes(judged(pilot, plan(PARK, starts=ended)), "reasons")


def test_without_notams_every_verdict_says_so(site: Site) -> None:
    pilot = with_profile(site)
    for place in (PARK, FULHAM):
        verdict = judged(pilot, plan(place))
        assert "NOTAM_NOT_CHECKED" in codes(verdict)
        assert verdict["dataset"]["notams"] == ""


def test_with_young_notams_it_does_not_and_with_old_ones_again(site: Site) -> None:
    browser = site.signed_in()
    row = notams(site, browser)
    assert row["kind"] == "notam"
    answer = browser.post(
        f"/api/airspace/datasets/{row['dataset_id']}/decide",
        {"decision": "use", "accept_refused": row["refused"]},
    )
    assert answer.status_code == 200, answer.text
    verdict = judged(browser, plan(PARK))
    assert "NOTAM_NOT_CHECKED" not in codes(verdict)
    assert verdict["dataset"]["notams"] == "NOTAMs imported 01 January 2026 00:00 UTC"
    assert browser.http.get("/api/zones").get_json()["dataset"]["notams_too_old"] is False
    site.world.clock.advance(25 * 3600)
    browser = site.signed_in()
    assert "NOTAM_NOT_CHECKED" in codes(judged(browser, plan(PARK)))
    assert browser.http.get("/api/zones").get_json()["dataset"]["notams_too_old"] is True


NOTAM = (
    b"H4418/25 NOTAMN\n"
    b"Q) EGTT/QRTCA/IV/BO/W/000/012/5403N00314W004\n"
    b"A) EGTT B) 2512250600 C) 2601102200\n"
    b"E) RESTRICTED AREA (TEMPORARY) INSTALLED FOR UAS ONLY WI 4NM RADIUS OF 540301N 0031407W. "
    b"ARTICLE 239. AR-2026-630/03\n"
    b"F) SFC G) 1200FT AMSL\n"
)


def notams(site: Site, browser: Browser) -> dict[str, Any]:
    answer = send_file(browser, NOTAM, "notams.txt")
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.get_json()["row"]
    return row


def test_a_dataset_past_its_date_allows_nothing_and_the_page_is_told(site: Site) -> None:
    pilot = with_profile(site)
    in_use(site, days_old=27.0)
    site.world.clock.advance(2 * 86_400)
    pilot = site.signed_in(Role.PILOT)
    verdict = judged(pilot, plan(PARK))
    assert verdict["verdict"] == "UNKNOWN"
    assert "DATA_STALE" in codes(verdict, "reasons")
    assert "ended on" in verdict["dataset"]["problem"]
    assert (
        pilot.http.get("/api/zones").get_json()["dataset"]["problem"]
        == (verdict["dataset"]["problem"])
    )
    problems = site.parts.library.probe()
    assert "ended on" in problems.problem
    assert "Import" in problems.remedy


def test_without_a_profile_it_is_not_judged_who_flies(site: Site) -> None:
    verdict = judged(site.signed_in(Role.PILOT), plan(PARK))
    assert verdict["operator"] == ""
    assert "NOT_JUDGED" in codes(verdict)
    assert verdict["verdict"] not in ("ALLOWED_EXEMPT",)


def test_each_leg_has_its_verdict(site: Site) -> None:
    verdict = judged(with_profile(site), plan(PARK, FULHAM, PARK))
    assert len(verdict["leg_verdicts"]) == 2
    [touched] = verdict["zones"]
    assert touched["legs"] == [0, 1]
    assert 0 < touched["from_s"] < touched["until_s"]


def test_what_may_be_done_here(site: Site) -> None:
    pilot = with_profile(site)
    answer = pilot.post("/api/airspace/here", {**SCRUBS, "height_m": 60.0, "datum": "AGL"})
    assert answer.status_code == 200, answer.text
    [touched] = answer.get_json()["zones"]
    assert touched["zone"]["name"] == "HMP Wormwood Scrubs"
    assert "2023/1101" in touched["zone"]["law"]


# --- requests from a verdict ---------------------------------------------------------------------


def asked(pilot: Browser, site: Site, **more: object) -> Any:
    ends = (site.world.clock.now() + timedelta(hours=2)).isoformat()
    return pilot.post(
        "/api/airspace/requests",
        {
            "zone_id": "EGR1U043A",
            "plan": plan(FULHAM),
            "ends": ends,
            "aircraft": "Matrice 30T",
            "purpose": "missing person",
            **more,
        },
    )


def test_a_permission_is_asked_for_from_the_verdict(site: Site) -> None:
    pilot = with_profile(site)
    answer = asked(pilot, site)
    assert answer.status_code == 201, answer.text
    request = answer.get_json()
    assert request["state"] == "drafted"
    assert request["authority"].startswith("London Heliport air traffic control")
    assert "Asked by: Pilot" in request["text"]
    assert "Operator: Hammersmith & Fulham" in request["text"]
    assert "  51.474300, -0.221300" in request["text"]
    assert judged(pilot, plan(FULHAM))["zones"][0]["request_id"] == request["request_id"]
    refused = {"state": "refused", "answer": "no"}
    pilot.post(f"/api/airspace/requests/{request['request_id']}", refused)
    assert judged(pilot, plan(FULHAM))["zones"][0]["request_id"] is None


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"zone_id": "EGR1U077"}, 404),
        ({"zone_id": ""}, 404),
        ({"aircraft": " "}, 400),
        ({"aircraft": "x" * 301}, 400),
        ({"purpose": ""}, 400),
        ({"ends": "2020-01-01T00:00:00Z"}, 400),
        ({"ends": "2030-01-01T00:00:00Z"}, 400),
        ({"ends": "2026-01-01T01:00:00"}, 400),
        ({"plan": plan()}, 400),
    ],
)
def test_what_is_no_request(site: Site, wrong: dict[str, object], status: int) -> None:
    pilot = with_profile(site)
    problem(asked(pilot, site, **wrong), status)
    assert pilot.http.get("/api/airspace/requests").get_json() == []


def test_who_may_not_see_papers_is_not_told_of_requests(site: Site) -> None:
    pilot = with_profile(site)
    asked(pilot, site)
    officer = site.signed_in(Role.OFFICER)
    assert judged(officer, plan(FULHAM))["zones"][0]["request_id"] is None


# --- plans that are none -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": []},
        {"path": [{**PARK, "lat": 91.0}]},
        {"path": [{**PARK, "lon": -181.0}]},
        {"path": [{"lat": 51.5}]},
        {"path": [{**PARK, "speed_mps": -1.0}]},
        {"path": [{**PARK, "speed_mps": 0.0}, FULHAM]},
        {"path": [{**PARK, "height_m": 1e300}]},
        {"path": [PARK] * 2001},
        {"height_m": 1e12},
        {"height_m": "high"},
        {"datum": "QNH"},
        {"speed_mps": 0.0},
        {"speed_mps": -3.0},
        {"speed_mps": 1e9},
        {"contingency_m": -1.0},
        {"contingency_m": 1e9},
        {"starts": "2026-01-01T00:00:00"},
        {"starts": "0001-01-01T00:00:00+14:00"},
        {"starts": "9999-12-31T23:59:59Z"},
        {"starts": "soon"},
        {"operator": "POLICE_MPS"},
    ],
)
def test_what_is_no_plan(site: Site, wrong: dict[str, object]) -> None:
    pilot = site.signed_in(Role.PILOT)
    problem(pilot.post("/api/airspace/check", {**plan(PARK, FULHAM), **wrong}), 400)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_are_none(site: Site, number: float) -> None:
    pilot = site.signed_in(Role.PILOT)
    problem(pilot.post("/api/airspace/check", plan(PARK, height_m=number)), 400)
    here = {"lat": number, "lon": 0.0, "height_m": 1.0, "datum": "AGL"}
    problem(pilot.post("/api/airspace/here", here), 400)


def test_a_large_plan_is_judged_and_a_huge_body_refused(site: Site) -> None:
    pilot = site.signed_in(Role.PILOT)
    path = [
        {"lat": 51.49 + 0.00001 * (n % 100), "lon": -0.24 + 0.00001 * n, "height_m": 60.5}
        for n in range(2000)
    ]
    verdict = judged(pilot, plan(*path))
    assert len(verdict["leg_verdicts"]) == 1999
    body = {**plan(PARK), "path": [PARK] * 20_000}
    problem(pilot.post("/api/airspace/check", body), 413)
