"""Other aircraft over HTTP and on the live link: who is told of which, and how often."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ground_station.api.schemas import TrafficView
from ground_station.core.agent_facts import Aircraft, RemoteId, Traffic
from ground_station.core.authority import Role
from ground_station.core.entities import Shareable
from tests.api.site import Site
from tests.api.test_live import turn
from tests.api.test_live_scopes import (
    batches_of,
    council,
    page_of,
    police,
    set_area,
    share,
    snapshot_of,
)
from tests.services.flying import LAT, LON, Drone, drone
from tests.services.world import PASSWORD

KM = 0.009
AROUND = ((-0.25, 51.49), (-0.23, 51.49), (-0.23, 51.50), (-0.25, 51.50), (-0.25, 51.49))


def helicopter(**changes: Any) -> Aircraft:
    figures: dict[str, Any] = {
        "icao": "400abc",
        "lat": LAT + KM,
        "lon": LON,
        "age_ms": 400,
        "callsign": "GXXXX",
        "pressure_alt_m": 185.0,
        "track_deg": 180.0,
        "speed_mps": 50.0,
        "climb_mps": 0.0,
    }
    return Aircraft(**(figures | changes))


def neighbour() -> RemoteId:
    return RemoteId(
        "aa:bb",
        1200,
        uas_id="X1",
        operator_id="GBR-OP",
        lat=LAT,
        lon=LON,
        operator_lat=LAT + 3 * KM,
        operator_lon=LON,
    )


@pytest.fixture
def flying(site: Site) -> Drone:
    return drone(site.world)


def hear(site: Site, flying: Drone, *aircraft: Aircraft) -> None:
    site.world.traffic.heard("roof", aircraft)
    site.world.traffic.take(flying.identity, Traffic([], [neighbour()]))
    site.world.traffic.tick()


def asked(browser: Any) -> TrafficView:
    answer = browser.http.get("/api/traffic")
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.data, type=TrafficView)


def test_what_is_heard_with_age_height_source_and_how_near_it_comes(
    site: Site, flying: Drone
) -> None:
    hear(site, flying, helicopter())
    site.world.clock.advance(2.0)
    view = asked(site.signed_in())
    [aircraft] = view.aircraft
    assert (aircraft.callsign, aircraft.source, aircraft.age_ms) == ("GXXXX", "roof", 2400)
    assert (aircraft.alt_amsl_m, aircraft.alt_from, aircraft.alt_error_m) == (
        185,
        "barometer",
        300,
    )
    [met] = aircraft.approaches
    assert (met.vehicle_id, met.level, met.above_m) == (flying.vehicle_id, "descend", 120)
    assert met.distance_m == pytest.approx(980, abs=15)  # carried on for 0.4 s
    [remote] = view.remote_ids
    assert (remote.uas_id, remote.operator_id, remote.vehicle_id) == ("X1", "GBR-OP", None)
    assert remote.operator_lat == pytest.approx(LAT + 3 * KM)
    assert view.stale_after_ms == 5000


def test_without_signing_in_nothing_is_told(site: Site) -> None:
    assert site.browser().http.get("/api/traffic").status_code == 401


def test_an_area_hides_what_is_outside_but_not_what_comes_near_a_vehicle_in_it(
    site: Site, flying: Drone
) -> None:
    near = helicopter(lat=LAT + 2 * KM)  # outside the area, on its way to the drone
    far = helicopter(icao="400def", lat=LAT + 40 * KM)
    inside = helicopter(icao="400fff", lat=LAT + 0.001, on_ground=True)
    hear(site, flying, near, far, inside)
    site.world.accounts.add("warden", "W", Role.OFFICER, PASSWORD, organisation_id=council(site))
    set_area(site, "warden", AROUND)
    browser = site.browser()
    assert browser.sign_in("warden", PASSWORD).status_code == 200
    view = asked(browser)
    assert {one.icao for one in view.aircraft} == {"400abc", "400fff"}
    [remote] = view.remote_ids
    assert remote.operator_lat is None  # outside


def test_another_organisation_sees_aircraft_but_no_remote_ids_and_no_vehicles(
    site: Site, flying: Drone
) -> None:
    hear(site, flying, helicopter())
    site.world.accounts.add("pc", "P", Role.OFFICER, PASSWORD, organisation_id=police(site))
    browser = site.browser()
    assert browser.sign_in("pc", PASSWORD).status_code == 200
    view = asked(browser)
    assert [one.icao for one in view.aircraft] == ["400abc"]
    assert view.aircraft[0].approaches == []
    assert view.remote_ids == []


def test_an_agreement_opens_remote_ids_without_their_operators(site: Site, flying: Drone) -> None:
    hear(site, flying, helicopter())
    force = police(site)
    share(site, force, Shareable.MAP)
    site.world.accounts.add("pc", "P", Role.OFFICER, PASSWORD, organisation_id=force)
    browser = site.browser()
    assert browser.sign_in("pc", PASSWORD).status_code == 200
    [remote] = asked(browser).remote_ids
    assert (remote.uas_id, remote.operator_id, remote.operator_lat) == ("X1", "", None)


def test_pages_get_it_with_the_snapshot_and_then_once_a_look(site: Site, flying: Drone) -> None:
    hear(site, flying, helicopter())
    page = page_of(site, "warden")
    turn(site)
    assert [one.icao for one in snapshot_of(page).traffic.aircraft] == ["400abc"]
    turn(site)
    turn(site)
    assert all(batch.traffic is None for batch in batches_of(page))
    hear(site, flying, helicopter(lat=LAT + 2 * KM))
    turn(site)
    turn(site)
    [told] = [batch.traffic for batch in batches_of(page) if batch.traffic is not None]
    assert told.aircraft[0].lat == pytest.approx(LAT + 2 * KM)


def test_pages_are_told_when_there_is_none_any_more(site: Site, flying: Drone) -> None:
    hear(site, flying, helicopter())
    page = page_of(site, "warden")
    turn(site)
    batches_of(page)
    site.world.clock.advance(61.0)
    site.world.traffic.tick()
    turn(site)
    told = [batch.traffic for batch in batches_of(page) if batch.traffic is not None]
    assert [(one.aircraft, one.remote_ids) for one in told] == [([], [])]
