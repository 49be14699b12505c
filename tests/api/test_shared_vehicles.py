"""What other organisations are told of a vehicle: no field that nobody has decided on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from ground_station.api import shared_vehicles as shared
from ground_station.api.schemas import VehicleTelemetry, VehicleView
from ground_station.api.vehicle_views import control_view, vehicle_telemetry, vehicle_view
from ground_station.core.agent_vehicles import MissionReading, StatusLine
from ground_station.core.authority import Role
from ground_station.core.entities import Shareable
from tests.api.site import Site
from tests.api.test_live import turn
from tests.api.test_live_scopes import page_of, police, share
from tests.api.test_live_vehicles import everything
from tests.services.flying import drone, report
from tests.services.world import PASSWORD


def full(site: Site) -> tuple[VehicleView, VehicleTelemetry]:
    """As its own organisation sees it: every field says something."""
    flying = drone(
        site.world,
        report(
            mission=MissionReading(10, 1, 4),
            problems=["Two vehicles speak with system id 1."],
            status_lines=[StatusLine(10, "info", "EKF3 is using GPS")],
        ),
    )
    site.world.accounts.add("pip", "Pip", Role.PILOT, PASSWORD)
    site.world.controls.take(site.world.enter("pip").principal, flying.vehicle_id)
    status = site.world.fleet.get(flying.vehicle_id)
    now, now_s = site.world.clock.now(), site.world.clock.monotonic_s()
    finding = replace(status.finding, problem="No terrain is loaded here.")
    view = vehicle_view(
        replace(status, finding=finding),
        7,
        source_id="its-camera",
        control=control_view(status.control, lambda _: "Pip"),
        now=now,
        now_s=now_s,
    )
    return view, vehicle_telemetry(status, 7, now_s)


@pytest.mark.parametrize(
    ("kind", "told", "withheld"),
    [
        (VehicleView, shared.TOLD, tuple(shared.WITHHELD)),
        (VehicleTelemetry, shared.TOLD_OF_MOTION, shared.WITHHELD_OF_MOTION),
    ],
)
def test_each_field_is_decided_on_once(
    kind: type[msgspec.Struct], told: tuple[str, ...], withheld: tuple[str, ...]
) -> None:
    assert sorted((*told, *withheld)) == sorted(kind.__struct_fields__), (
        f"decide in api/shared_vehicles.py who is told of each field of {kind.__name__}"
    )


def test_what_is_told_is_as_it_is_and_nothing_else_says_anything(site: Site) -> None:
    view, motion = full(site)
    seen, moved = shared.shared_vehicle_view(view), shared.shared_telemetry(motion)
    for name in shared.TOLD:
        assert getattr(seen, name) == getattr(view, name), name
    for name in shared.WITHHELD:
        assert getattr(seen, name) in (None, "unknown", "", [], False), name
    for name in shared.TOLD_OF_MOTION:
        assert getattr(moved, name) == getattr(motion, name), name
    for name in shared.WITHHELD_OF_MOTION:
        assert getattr(moved, name) is None, name


# What an agreement must never tell, written down apart from the lists themselves.
SECRETS = (
    "agent_id system_id autopilot armed mode home_lat home_lon home_amsl_m mission_current"
    " mission_total gps_fix satellites armable control airspace_problem breaches problems"
    " status_texts"
)
MOTION_SECRETS = "height_home_m roll_deg pitch_deg battery_age_ms battery voltage_v battery_minutes"


def test_neither_the_list_nor_the_link_tells_more_than_the_agreement_needs(site: Site) -> None:
    full(site)
    other = police(site)
    share(site, other, Shareable.MAP)
    page = page_of(site, "sergeant", organisation_id=other)
    own = page_of(site, "warden")
    turn(site)
    [snapshot], _, [places] = everything(page)
    [mine], _, [my_places] = everything(own)
    browser = site.browser()
    assert browser.sign_in("sergeant", PASSWORD).status_code == 200
    [listed] = browser.http.get("/api/vehicles").get_json()
    live = msgspec.to_builtins(snapshot.vehicles[0])
    for told in (listed, live):
        assert told["name"] == "Kestrel 1"
        assert [
            name for name in SECRETS.split() if told[name] not in (None, "unknown", "", [], False)
        ] == []
    assert places.vehicles[0].lat == my_places.vehicles[0].lat
    assert says(places.vehicles[0], MOTION_SECRETS) == []
    # The test is worth something only where its own organisation is told of these.
    assert mine.vehicles[0].control is not None
    assert "battery" in says(my_places.vehicles[0], MOTION_SECRETS)


def test_what_moves_later_tells_no_more(site: Site) -> None:
    flying = drone(site.world)
    other = police(site)
    share(site, other, Shareable.MAP)
    page, own = page_of(site, "sergeant", organisation_id=other), page_of(site, "warden")
    turn(site)
    everything(page), everything(own)
    flying.say(report(lat=51.4955))
    turn(site, 0.05)
    _, _, [moved] = everything(page)
    _, _, [mine] = everything(own)
    assert moved.vehicles[0].lat == mine.vehicles[0].lat == 51.4955
    assert says(moved.vehicles[0], MOTION_SECRETS) == []
    assert mine.vehicles[0].battery is not None


def says(words: Any, names: str) -> list[str]:
    return [name for name in names.split() if getattr(words, name) is not None]
