"""GET /api/zones: the zones to draw, whether they may be used, and 304 to who has them."""

from __future__ import annotations

import dataclasses
import threading
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo.zones import Applicability, Circle
from geo.zones.activity import active_during
from geo.zones.model import DailyPeriod
from geo.zones.training import training_dataset
from ground_station.api import zone_routes
from ground_station.api.factory import create_api
from ground_station.api.zone_views import zone_view
from ground_station.core.authority import Role
from ground_station.core.settings import AirspaceSettings, Settings
from ground_station.services.airspace import Airspace, station_airspace
from tests.api.site import Browser, Site, problem
from tests.geo.zones_by_other_means import vincenty_m


def read(browser: Browser) -> dict[str, Any]:
    answer = browser.http.get("/api/zones")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def with_airspace(site: Site, airspace: Airspace) -> Site:
    """The same site over another airspace."""
    site.parts = dataclasses.replace(site.parts, airspace=airspace)
    site.api = create_api(site.parts)
    site.api.seal()
    return site


def test_the_dataset_says_where_it_is_from_and_that_it_is_for_training(site: Site) -> None:
    dataset = read(site.signed_in())["dataset"]
    assert dataset["training"] is True
    assert "training, not for operational use" in dataset["name"]
    assert "not for operational use" in dataset["terrain"]
    assert dataset["problem"] == ""
    assert dataset["effective_from"] < dataset["effective_until"]


def test_each_zone_is_a_shape_with_words(site: Site) -> None:
    zones = {zone["zone_id"]: zone for zone in read(site.signed_in())["zones"]}
    heliport = zones["EGR1U043A"]
    assert heliport["lower"] == "the surface"
    assert heliport["upper"] == (
        "2,018 ft (615 m) above sea level: 2,000 ft above the aerodrome's level of 18 ft"
    )
    assert heliport["restriction"] == "permission"
    assert "020-7228 0181" in heliport["contact"]
    assert "94A" in heliport["law"]
    assert "NATS" in heliport["source"]
    for zone in zones.values():
        for rings in zone["polygons"]:
            shape = shapely.Polygon(rings[0], rings[1:])
            assert shape.is_valid
            assert shape.exterior.is_ccw
            assert -0.8 < shape.centroid.x < 0.3  # lon before lat
            assert 51.2 < shape.centroid.y < 51.8


def test_a_circles_corners_are_many_and_lie_on_it(site: Site) -> None:
    [heliport] = [
        zone for zone in read(site.signed_in())["zones"] if zone["zone_id"] == "EGR1U043A"
    ]
    [made] = [z for z in training_dataset(site.world.clock.now()).zones if z.zone_id == "EGR1U043A"]
    circle = made.parts[0]
    assert isinstance(circle, Circle)
    [[ring]] = heliport["polygons"]
    assert len(ring) > 128
    for lon, lat in ring:
        assert vincenty_m(lat, lon, circle.lat, circle.lon) == pytest.approx(3_704.0, abs=0.01)


def test_who_has_them_is_told_so_and_no_more(site: Site) -> None:
    browser = site.signed_in(Role.PILOT)
    first = browser.http.get("/api/zones")
    assert first.headers["Cache-Control"] == "private, no-cache"
    etag = first.headers["ETag"]
    again = browser.http.get("/api/zones", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    site.world.clock.advance(3600.0)
    assert browser.http.get("/api/zones", headers={"If-None-Match": etag}).status_code == 304
    other = browser.http.get("/api/zones", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200
    assert other.data == first.data


def test_a_dataset_that_is_renewed_is_sent_again(site: Site) -> None:
    site.world.clock.advance(0.0)
    etag = site.signed_in().http.get("/api/zones").headers["ETag"]
    site.world.clock.advance(10 * 86_400.0)
    browser = site.signed_in()
    answer = browser.http.get("/api/zones", headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert answer.get_json()["dataset"]["problem"] == ""


def test_a_dataset_that_ended_is_shown_with_its_problem(site: Site) -> None:
    clock = site.world.clock
    ended = dataclasses.replace(
        training_dataset(clock.now()), name="AIRAC", training=False, effective_until=clock.now()
    )
    airspace = Airspace(dataset=ended, terrain=None, settings=AirspaceSettings(), clock=clock)
    view = read(with_airspace(site, airspace).signed_in())
    assert "ended on 01 January 2026" in view["dataset"]["problem"]
    assert view["dataset"]["terrain"] == ""
    assert len(view["zones"]) == len(ended.zones)


def test_without_a_dataset_there_is_null_and_nothing(site: Site) -> None:
    none = station_airspace(AirspaceSettings(), site.world.clock)
    assert read(with_airspace(site, none).signed_in()) == {"dataset": None, "zones": []}


def test_pages_that_ask_at_once_are_answered_from_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[datetime] = []
    real = zone_routes.zones_view

    def slow(airspace: Airspace, problem: str, now: datetime) -> Any:
        made.append(now)
        return real(airspace, problem, now)

    monkeypatch.setattr(zone_routes, "zones_view", slow)
    browsers = [site.signed_in() for _ in range(4)]
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda one=one: answers.append(one.http.get("/api/zones").data))
        for one in browsers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(made) == 1
    assert len(answers) == 4
    assert len(set(answers)) == 1


def test_notams_that_grow_too_old_are_told_at_once(site: Site) -> None:
    """Not only with the next hour."""
    now = site.world.clock.now()
    young = dataclasses.replace(
        site.parts.airspace.in_use, notams_as_of=now - timedelta(hours=23, minutes=58)
    )
    site.parts.airspace.use(young)
    browser = site.signed_in()
    assert read(browser)["dataset"]["notams_too_old"] is False
    site.world.clock.advance(180.0)
    assert read(browser)["dataset"]["notams_too_old"] is True


def test_zones_that_cannot_be_read_back_are_told_with_the_reason(site: Site) -> None:
    """Not as if none had been imported."""
    none = station_airspace(AirspaceSettings(), site.world.clock)
    none.use(dataclasses.replace(none.in_use, trouble="The stored airspace zones are damaged."))
    view = read(with_airspace(site, none).signed_in())
    assert view["dataset"]["problem"] == "The stored airspace zones are damaged."
    assert view["dataset"]["name"] == ""


def test_who_is_not_signed_in_sees_none(site: Site) -> None:
    problem(site.browser().http.get("/api/zones"), 401)


def test_settings_are_for_training_only_where_they_say_so(tmp_path: Path) -> None:
    assert Settings(data_folder=tmp_path).airspace.training is False


def test_of_very_many_windows_the_last_is_drawn_out() -> None:
    """A page must never take a zone for not active because it was told of too few."""
    every_day = frozenset(range(7))
    hours = tuple(DailyPeriod(every_day, time(h, 0), time(h, 30)) for h in range(24))
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    zone = dataclasses.replace(
        training_dataset(now).zones[0], applicability=(Applicability(schedule=hours),)
    )
    windows = zone_view(zone, "dataset", now).windows
    assert len(windows) == 60
    assert windows[-1][1] == now + timedelta(days=8)
    for minutes in range(0, 8 * 1440, 10):
        at = now + timedelta(minutes=minutes)
        if active_during(zone, at, at):
            assert any(begins <= at <= ends for begins, ends in windows), at
