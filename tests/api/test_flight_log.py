"""The flight log over HTTP: lists, tracks, exports, and who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ground_station.core.authority import Role
from ground_station.core.flight_log import FlightEvent, FlightOrigin, FlightRecord, FlightSample
from ground_station.core.ids import new_id
from ground_station.store import FileJournals, SqlFlights, SqlUsers
from tests.api.site import Site, problem


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
