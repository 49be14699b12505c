"""The flight log over HTTP: lists, tracks, exports, and who may see them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from ground_station.api import flight_log_routes
from ground_station.core.agent_actions import UploadMission, WireMissionItem
from ground_station.core.audit import Act
from ground_station.core.authority import Role
from ground_station.core.entities import Organisation, OrganisationKind
from ground_station.core.flight_log import FlightEvent, FlightOrigin, FlightRecord, FlightSample
from ground_station.core.ids import new_id
from ground_station.services import flight_imports
from ground_station.store import FileJournals, SqlFlights, SqlUsers
from tests.api.site import Browser, Site, problem
from tests.flightlogs.made import bin_log, tlog, ulog


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.close()


def flown(site: Site, folder: Path, minutes: int = 0, samples: int = 20) -> FlightRecord:
    """A flight with its journal on the disk."""
    world = site.world
    own = SqlUsers(world.database).default_organisation_id()
    began = world.clock.now() + timedelta(minutes=minutes)
    record = FlightRecord(
        new_id(), own, FlightOrigin.LIVE, new_id(), "Drone 1", began, ended_at=began
    )
    journal = FileJournals(folder / "var").begin(record)
    for number in range(samples):
        at = began + timedelta(seconds=number / 5)
        lon = -0.24 + number * 1e-5
        journal.append(FlightSample(at, 51.5, lon, 25.0, 20.0, north_mps=3, east_mps=4))
        if number % 1000 == 0:
            journal.flush()
    journal.append(FlightEvent(began, "mode", "Mission", "info"))
    journal.close()
    SqlFlights(world.database).put(record, began, "station")
    return record


def test_flights_are_listed_newest_first(site: Site, tmp_path: Path) -> None:
    first, second = flown(site, tmp_path), flown(site, tmp_path, 5)
    pilot = site.signed_in(Role.PILOT)
    found = pilot.http.get("/api/flights").get_json()
    assert [one["record_id"] for one in found] == [second.record_id, first.record_id]
    before = second.began_at.isoformat().replace("+00:00", "Z")
    older = pilot.http.get(f"/api/flights?before={before}").get_json()
    assert [one["record_id"] for one in older] == [first.record_id]
    problem(pilot.http.get("/api/flights?before=yesterday"), 400)
    problem(pilot.http.get("/api/flights?before=2026-11-24T12:00:00"), 400)


def test_a_track_has_its_samples_and_events(site: Site, tmp_path: Path) -> None:
    record = flown(site, tmp_path)
    pilot = site.signed_in(Role.PILOT)
    found = pilot.http.get(f"/api/flights/{record.record_id}/track").get_json()
    assert (len(found["samples"]), found["step"], found["of_samples"]) == (20, 1, 20)
    assert found["samples"][1][:3] == [200, 51.5, -0.23999]
    assert found["samples"][0][6] == 5.0  # over the ground
    assert [one["words"] for one in found["events"]] == ["Mission"]
    since = (record.began_at + timedelta(seconds=2)).isoformat().replace("+00:00", "Z")
    part = pilot.http.get(f"/api/flights/{record.record_id}/track?from={since}").get_json()
    assert (part["of_samples"], part["events"]) == (10, [])


def test_a_long_flight_is_thinned_out_evenly(site: Site, tmp_path: Path) -> None:
    record = flown(site, tmp_path, samples=10_001)
    pilot = site.signed_in(Role.PILOT)
    found = pilot.http.get(f"/api/flights/{record.record_id}/track").get_json()
    assert (found["step"], found["of_samples"]) == (3, 10_001)
    assert len(found["samples"]) == 3334
    assert found["samples"][-1][0] == 9999 * 200


@pytest.mark.parametrize(("form", "begins"), [("csv", "at"), ("gpx", "<?xml"), ("kml", "<?xml")])
def test_it_is_exported(site: Site, tmp_path: Path, form: str, begins: str) -> None:
    record = flown(site, tmp_path)
    pilot = site.signed_in(Role.PILOT)
    answer = pilot.http.get(f"/api/flights/{record.record_id}/export?format={form}")
    assert answer.status_code == 200
    assert answer.text.startswith(begins)
    assert f'.{form}"' in answer.headers["Content-Disposition"]
    problem(pilot.http.get(f"/api/flights/{record.record_id}/export?format=exe"), 400)


def test_one_that_is_not_there_or_whose_samples_are_gone_says_so(
    site: Site, tmp_path: Path
) -> None:
    pilot = site.signed_in(Role.PILOT)
    problem(pilot.http.get(f"/api/flights/{new_id()}"), 404)
    record = flown(site, tmp_path)
    next((tmp_path / "var" / "flights").glob(f"{record.record_id}*")).unlink()
    problem(pilot.http.get(f"/api/flights/{record.record_id}/track"), 404)
    assert pilot.http.get(f"/api/flights/{record.record_id}").status_code == 200


# --- imports, comparison, reports ----------------------------------------------------------------


def bring(browser: Browser, data: bytes, name: str = "log.bin") -> Any:
    headers = {
        "X-CSRF-Token": browser.csrf,
        "Content-Type": "application/octet-stream",
        "X-File-Name": quote(name),
    }
    return browser.http.post("/api/flights/import", data=data, headers=headers)


def test_a_log_is_imported_and_can_be_replayed(site: Site) -> None:
    pilot = site.signed_in(Role.PILOT)
    answer = bring(pilot, bin_log(), "Flug über Park.bin")
    assert answer.status_code == 201, answer.text
    made = answer.get_json()
    assert made["origin"] == "ardupilot_bin"
    assert made["vehicle_name"] == "ArduCopter V4.5.0 (abc)"
    assert made["file_name"] == "Flug über Park.bin"
    assert made["closed_by"] == "import"
    assert made["max_height_home_m"] == pytest.approx(10, abs=0.3)
    track = pilot.http.get(f"/api/flights/{made['record_id']}/track").get_json()
    assert len(track["samples"]) == made["samples"]
    [entry] = [one.entry for one in site.world.audit.read() if one.entry.act is Act.FLIGHT_IMPORTED]
    assert entry.subject_id == made["record_id"]
    assert entry.details["file_sha256"] == hashlib.sha256(bin_log()).hexdigest()


def test_the_same_log_is_not_there_twice(site: Site) -> None:
    pilot = site.signed_in(Role.PILOT)
    assert bring(pilot, tlog()).status_code == 201
    problem(bring(pilot, tlog()), 409)
    assert len(pilot.http.get("/api/flights").get_json()) == 1


def test_what_is_no_log_is_refused_and_leaves_nothing(site: Site, tmp_path: Path) -> None:
    pilot = site.signed_in(Role.PILOT)
    found = problem(bring(pilot, b"PK something else"), 422)
    assert "no log that can be read" in found["detail"]
    problem(bring(pilot, b""), 411)  # Flask's client says no length of nothing
    assert not list((tmp_path / "var" / "flights").iterdir())
    assert pilot.http.get("/api/flights").get_json() == []


def test_a_log_that_is_too_large_is_not_even_read(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight_log_routes, "MAX_LOG_BYTES", 100)
    problem(bring(site.signed_in(Role.PILOT), tlog()), 413)


def test_without_room_for_it_a_log_is_not_taken(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight_imports, "LEFT_FREE_BYTES", 2**60)
    found = problem(bring(site.signed_in(Role.PILOT), tlog()), 503)
    assert "are free" in found["detail"]


def test_only_who_flies_or_supervises_brings_logs(site: Site) -> None:
    for role in (Role.AUDITOR, Role.OFFICER, Role.DISPATCHER):
        problem(bring(site.signed_in(role), tlog()), 403)


def test_two_flights_are_compared(site: Site, tmp_path: Path) -> None:
    pilot = site.signed_in(Role.PILOT)
    first = bring(pilot, bin_log()).get_json()["record_id"]
    second = bring(pilot, ulog(), "log.ulg").get_json()["record_id"]
    found = pilot.http.get(f"/api/flights/{first}/compare/{second}").get_json()
    figures = {one["key"]: one for one in found["figures"]}
    assert set(figures) == {
        "whole_s", "minutes", "max_height_home_m", "distance_m", "battery_used",
    }  # fmt: skip
    assert figures["max_height_home_m"]["first"] == pytest.approx(10, abs=0.3)
    assert figures["max_height_home_m"]["difference"] == pytest.approx(0, abs=0.3)
    assert found["overlap_s"] > 15  # both began at the same second
    assert found["apart_m"] < 2
    problem(pilot.http.get(f"/api/flights/{first}/compare/{new_id()}"), 404)


def test_an_occurrence_report_is_filled_in_and_written_down(site: Site) -> None:
    pilot = site.signed_in(Role.PILOT)
    flight = bring(pilot, bin_log()).get_json()["record_id"]
    asked = {"what": "It came down\nby itself.", "injuries": "None."}
    answer = pilot.post(f"/api/flights/{flight}/occurrence", asked)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].endswith('-report.txt"')
    assert "Failsafe: battery: error 1." in answer.text
    assert "It came down" in answer.text
    assert "by itself." in answer.text
    assert "Injuries: None." in answer.text
    assert "Reported by: Pilot" in answer.text
    assert "Damage to the aircraft and to others: NOT KNOWN" in answer.text
    forms = [
        one.entry.details["form"]
        for one in site.world.audit.read()
        if one.entry.act is Act.EXPORTED
    ]
    assert forms == ["occurrence report"]
    problem(pilot.post(f"/api/flights/{flight}/occurrence", {"what": "x" * 5000}), 400)
    no_zone = {"what": "x", "at": "2026-01-01T12:00:00"}
    problem(pilot.post(f"/api/flights/{flight}/occurrence", no_zone), 400)
    problem(site.signed_in(Role.AUDITOR).post(f"/api/flights/{flight}/occurrence", asked), 403)


def test_another_organisations_flight_is_not_there(site: Site, tmp_path: Path) -> None:
    world = site.world
    other = Organisation(new_id(), "Other", OrganisationKind.POLICE, world.clock.now())
    world.organisations.add(other)
    record = dataclasses.replace(flown(site, tmp_path), record_id=new_id())
    record = dataclasses.replace(record, organisation_id=other.organisation_id)
    FileJournals(tmp_path / "var").begin(record).close()
    SqlFlights(world.database).put(record, world.clock.now(), "station")
    pilot, path = site.signed_in(Role.PILOT), f"/api/flights/{record.record_id}"
    for one in ("", "/track", "/export?format=csv", f"/compare/{record.record_id}"):
        problem(pilot.http.get(path + one), 404)
    problem(pilot.post(f"{path}/occurrence", {"what": "x"}), 404)


def test_one_flight_says_by_what_it_was_flown(site: Site, tmp_path: Path) -> None:
    record = flown(site, tmp_path)
    plan = UploadMission([WireMissionItem(51.5, -0.2, 40.0)])
    record = dataclasses.replace(
        record,
        plan=msgspec.json.encode(plan).decode(),
        mission_digest="d" * 64,
        permissions=(("EGD1", "REF 7"),),
    )
    SqlFlights(site.world.database).put(record, record.began_at, "station")
    journal = FileJournals(tmp_path / "var").begin(record)
    for second, word in ((1, "began"), (9, "ended"), (20, "began")):
        at = record.began_at + timedelta(seconds=second)
        words = f"Video of Roof camera {word}."
        journal.append(FlightEvent(at, "video", words, reference="source-1"))
    journal.close()
    found = site.signed_in(Role.PILOT).http.get(f"/api/flights/{record.record_id}").get_json()
    assert found["plan"] == [{"lat": 51.5, "lon": -0.2, "height_m": 40.0, "datum": "home"}]
    assert found["permissions"] == {"EGD1": "REF 7"}
    assert [one["ended_at"] is None for one in found["videos"]] == [False, True]
    assert {one["source_id"] for one in found["videos"]} == {"source-1"}
