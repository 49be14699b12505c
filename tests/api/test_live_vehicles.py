"""Vehicles on the live link: what pages are told, how old it is, and whom it does not reach."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from ground_station.api import pusher
from ground_station.api.live_vehicles import LiveVehicles
from ground_station.api.schemas import Batch, LiveTelemetry, Snapshot
from ground_station.core.agent_vehicles import (
    LandedState,
    PositionReading,
    StatusLine,
    VehicleLinkState,
)
from ground_station.core.authority import Area, Role
from ground_station.core.entities import Severity, Shareable
from tests.api.site import Site
from tests.api.test_live import events, turn
from tests.api.test_live_scopes import (
    batches_of,
    council,
    page_of,
    police,
    set_area,
    share,
    snapshot_of,
)
from tests.services.flying import LAT, LON, drone, pose, report
from tests.services.world import OFFER, PASSWORD, live

AROUND = ((-0.25, 51.49), (-0.23, 51.49), (-0.23, 51.50), (-0.25, 51.50), (-0.25, 51.49))
OUTSIDE = 51.51  # a latitude north of it


def telemetry_of(page: Any) -> list[LiveTelemetry]:
    return [msgspec.convert(one, LiveTelemetry) for one in events(page, "telemetry")]


def everything(page: Any) -> tuple[list[Snapshot], list[Batch], list[LiveTelemetry]]:
    """What a page got since it was last asked, sorted by kind."""
    kinds: dict[str, Any] = {"snapshot": Snapshot, "batch": Batch, "telemetry": LiveTelemetry}
    found: dict[str, list[Any]] = {kind: [] for kind in kinds}
    for event in page.get_received("/live"):
        if event["name"] in kinds:
            found[event["name"]].append(msgspec.convert(event["args"][0], kinds[event["name"]]))
    return found["snapshot"], found["batch"], found["telemetry"]


def in_area(site: Site, name: str, role: Role = Role.OFFICER) -> Any:
    """The page of somebody whose area is round the park."""
    made = site.world.accounts.add(
        name, name.title(), role, PASSWORD, organisation_id=council(site)
    )
    site.world.users.update(replace(made, area=Area((AROUND,))))
    browser = site.browser()
    assert browser.sign_in(name, PASSWORD).status_code == 200
    return browser.live()


def test_a_snapshot_and_where_it_is_then_only_what_moves(site: Site) -> None:
    flying = drone(site.world)
    page = page_of(site, "warden")
    turn(site)
    [snapshot], _, [places] = everything(page)
    [view] = snapshot.vehicles
    assert (view.vehicle_id, view.name, view.link) == (flying.vehicle_id, "Kestrel 1", "connected")
    [place] = places.vehicles
    assert (place.vehicle, place.lat, place.lon) == (view.number, LAT, LON)
    assert (place.speed_mps, place.climb_mps, place.heading_deg) == (5.0, 1.0, 53.0)
    assert place.course_deg == 53.1
    assert (place.battery, place.battery_minutes) == (0.8, 14.0)
    flying.say(report(lat=LAT + 0.0001))
    turn(site, 0.05)
    _, batches, [moved] = everything(page)
    assert batches == []  # nothing of the view has changed
    assert moved.vehicles[0].lat == pytest.approx(LAT + 0.0001, abs=1e-7)
    turn(site, 0.05)
    assert everything(page) == ([], [], [])


def test_ages_are_of_the_moment_of_sending(site: Site) -> None:
    flying = drone(site.world)
    page = page_of(site, "warden")
    turn(site)
    everything(page)
    flying.say()
    turn(site, 0.03)
    [told] = telemetry_of(page)
    [place] = told.vehicles
    assert (place.position_age_ms, place.heartbeat_age_ms, place.battery_age_ms) == (70, 230, 530)


def test_what_was_heard_once_is_not_told_again_while_it_grows_old(site: Site) -> None:
    flying = drone(site.world)
    page = page_of(site, "warden")
    turn(site)
    flying.say()
    turn(site, 0.0)
    everything(page)
    for tenths in range(1, 21):  # the agent goes on; its autopilot is silent
        site.world.clock.advance(0.1)
        old = report()
        stale = {
            name: msgspec.structs.replace(group, age_ms=group.age_ms + 100 * tenths)
            for name in ("position", "velocity", "attitude", "battery", "gps")
            if (group := getattr(old, name)) is not None
        }
        flying.say(report(heartbeat_age_ms=200 + 100 * tenths, **stale))
        turn(site, 0.0)
    _, batches, moved = everything(page)
    assert moved == []
    assert all(batch.vehicles == [] for batch in batches)


def test_a_lost_link_comes_with_a_batch_and_the_last_place_with_its_age(site: Site) -> None:
    flying = drone(site.world)
    page = page_of(site, "warden")
    turn(site)
    everything(page)
    site.world.clock.advance(2.5)  # 2.7 s after its last heartbeat
    site.world.fleet.tick()
    turn(site, 0.1)
    _, batches, moved = everything(page)
    [view] = [view for batch in batches for view in batch.vehicles]
    assert view.link == "lost"
    assert moved == []
    late = page_of(site, "late")
    turn(site, 60)
    [snapshot], _, [places] = everything(late)
    assert snapshot.vehicles[0].link == "lost"
    [place] = places.vehicles
    assert place.lat == LAT
    assert place.position_age_ms is not None
    assert place.position_age_ms > 62_000
    assert flying.vehicle_id == snapshot.vehicles[0].vehicle_id


def test_a_vehicle_that_comes_is_told_with_its_place(site: Site) -> None:
    page = page_of(site, "warden")
    turn(site)
    everything(page)
    flying = drone(site.world)
    turn(site, 0.1)
    _, [batch], [places] = everything(page)
    assert [view.vehicle_id for view in batch.vehicles] == [flying.vehicle_id]
    assert [place.vehicle for place in places.vehicles] == [batch.vehicles[0].number]


def test_a_removed_vehicle_is_named_to_those_who_had_it(site: Site) -> None:
    flying = drone(site.world)
    page, stranger = page_of(site, "warden"), page_of(site, "s", organisation_id=police(site))
    turn(site)
    everything(page), everything(stranger)
    site.world.fleet.forget_agents(frozenset({flying.identity.agent_id}))
    turn(site, 0.3)
    assert [b.removed_vehicles for b in batches_of(page)] == [[flying.vehicle_id]]
    assert all(b.removed_vehicles == [] for b in batches_of(stranger))


def test_nothing_of_another_organisation_s_vehicles_reaches_a_page(site: Site) -> None:
    flying = drone(site.world)
    page = page_of(site, "sergeant", organisation_id=police(site))
    turn(site)
    flying.say(report(lat=LAT + 0.001))
    flying.posed(1, pose())
    turn(site, 0.1)
    flying.say(report(link=VehicleLinkState.LOST))
    turn(site, 0.1)
    [snapshot], batches, moved = everything(page)
    assert snapshot.vehicles == []
    assert moved == []
    assert all(b.vehicles == [] and b.removed_vehicles == [] for b in batches)


def test_an_agreement_shows_it_without_its_people(site: Site) -> None:
    flying = drone(site.world, report(status_lines=[StatusLine(10, "info", "EKF3 is using GPS")]))
    site.world.accounts.add("pip", "Pip", Role.PILOT, PASSWORD)
    site.world.controls.take(site.world.enter("pip").principal, flying.vehicle_id)
    other = police(site)
    share(site, other, Shareable.MAP)
    page, own = page_of(site, "sergeant", organisation_id=other), page_of(site, "warden")
    turn(site)
    [snapshot], _, [places] = everything(page)
    [view] = snapshot.vehicles
    assert view.control is None
    assert view.status_texts == []
    assert places.vehicles[0].lat == LAT
    [seen] = snapshot_of(own).vehicles
    assert seen.control is not None
    assert seen.control.display_name == "Operator"
    assert [line.text for line in seen.status_texts] == ["EKF3 is using GPS"]


# --- areas ---------------------------------------------------------------------------------------


def test_one_that_leaves_the_area_is_taken_off_at_once_and_comes_back(site: Site) -> None:
    flying = drone(site.world)
    page, everywhere = in_area(site, "ines"), page_of(site, "warden")
    turn(site)
    assert len(snapshot_of(page).vehicles) == 1
    everything(everywhere)
    flying.say(report(lat=OUTSIDE))
    turn(site, 0.05)
    flying.say(report(lat=OUTSIDE + 0.001))
    turn(site, 0.05)
    _, batches, moved = everything(page)
    assert moved == []
    assert [b.removed_vehicles for b in batches] == [[flying.vehicle_id]]
    assert len(telemetry_of(everywhere)) == 2
    flying.say(report())
    turn(site, 0.05)
    flying.say(report())
    turn(site, 0.05)
    _, batches, moved = everything(page)
    assert [[v.vehicle_id for v in b.vehicles] for b in batches] == [[flying.vehicle_id]]
    assert [place.lat for one in moved for place in one.vehicles] == [LAT]


def test_one_that_stopped_right_inside_the_area_is_shown(site: Site) -> None:
    flying = drone(site.world, report(lat=OUTSIDE))
    page = in_area(site, "ines")
    turn(site)
    assert snapshot_of(page).vehicles == []
    flying.say(report())  # and not a word more
    turn(site, 0.05)
    turn(site, 0.05)
    _, [batch], [places] = everything(page)
    assert len(batch.vehicles) == 1
    assert places.vehicles[0].lat == LAT


def test_whoever_flies_it_out_of_their_area_goes_on_seeing_it(site: Site) -> None:
    flying = drone(site.world)
    page = in_area(site, "pip", Role.PILOT)
    other = in_area(site, "ines")
    who = site.world.enter("pip").principal
    site.world.controls.take(who, flying.vehicle_id)
    turn(site, 2.1)
    turn(site, 0.1)  # it was looked at again who they are
    everything(page), everything(other)
    flying.say(report(lat=OUTSIDE))
    turn(site, 0.1)
    turn(site, 0.1)
    _, batches, [moved] = everything(page)
    assert all(batch.removed_vehicles == [] for batch in batches)
    assert moved.vehicles[0].lat == OUTSIDE
    _, batches, none = everything(other)
    assert [b.removed_vehicles for b in batches] == [[flying.vehicle_id]]
    assert none == []
    site.world.controls.release(who, flying.vehicle_id)
    turn(site, 2.1)
    turn(site, 0.1)
    snapshots, *_ = everything(page)
    assert snapshots[-1].vehicles == []


def test_without_a_known_place_it_is_in_nobody_s_area(site: Site) -> None:
    drone(site.world, report(position=None))
    page, everywhere = in_area(site, "ines"), page_of(site, "warden")
    turn(site)
    assert snapshot_of(page).vehicles == []
    [view] = snapshot_of(everywhere).vehicles
    assert view.name == "Kestrel 1"


def test_an_area_that_changes_changes_what_is_told(site: Site) -> None:
    flying = drone(site.world)
    page = page_of(site, "warden")
    turn(site)
    assert len(snapshot_of(page).vehicles) == 1
    set_area(site, "warden", ((0.0, 51.0), (0.1, 51.0), (0.1, 51.1), (0.0, 51.0)))
    turn(site, 2.1)
    everything(page)
    flying.say(report(lat=LAT + 0.001))
    turn(site)
    snapshots, batches, moved = everything(page)
    assert all(one.vehicles == [] for one in snapshots)
    assert all(b.vehicles == [] for b in batches)
    assert moved == []


# --- pages that do not keep up, and turns that fail ----------------------------------------------


def test_a_page_that_is_behind_gets_no_telemetry_until_its_snapshot(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    flying = drone(site.world)
    page = page_of(site, "warden")
    turn(site)
    everything(page)
    behind = pusher.MAX_BACKLOG + 1
    monkeypatch.setattr(site.api.pusher._queues, "backlog", lambda *_: behind)
    flying.say(report(lat=LAT + 0.001))
    turn(site, 0.1)
    flying.say(report(lat=LAT + 0.002))
    turn(site, 0.1)
    assert everything(page) == ([], [], [])
    monkeypatch.setattr(site.api.pusher._queues, "backlog", lambda *_: 0)
    turn(site, 0.1)
    [_snapshot], _, [places] = everything(page)
    assert places.vehicles[0].lat == pytest.approx(LAT + 0.002, abs=1e-7)


def test_after_a_turn_that_failed_every_page_has_it_whole(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    flying = drone(site.world)
    page = page_of(site, "warden")
    turn(site)
    everything(page)

    def fails(*_arguments: object) -> Any:
        raise RuntimeError("a fault of ours")

    flying.say(report(lat=LAT + 0.001))
    with monkeypatch.context() as patched:
        patched.setattr(LiveVehicles, "telemetry", fails)
        with pytest.raises(RuntimeError):
            turn(site, 0.1)
    turn(site, 0.05)
    [snapshot], _, [places] = everything(page)
    assert len(snapshot.vehicles) == 1
    assert places.vehicles[0].lat == pytest.approx(LAT + 0.001, abs=1e-7)


def test_pages_of_one_audience_share_one_message(site: Site) -> None:
    flying = drone(site.world)
    pages = [page_of(site, f"warden{n}") for n in range(3)]
    turn(site)
    for page in pages:
        everything(page)
    sent = []
    send = site.api.pusher._send

    def counted(event: str, message: Any, sids: Any) -> None:
        sent.append((event, len(sids)))
        send(event, message, sids)

    site.api.pusher._send = counted  # type: ignore[method-assign]
    flying.say()
    turn(site, 0.05)
    assert ("telemetry", 3) in sent
    assert [event for event, _ in sent].count("telemetry") == 1


def test_an_alert_names_its_vehicle(site: Site) -> None:
    flying = drone(site.world)
    page = page_of(site, "warden")
    turn(site)
    everything(page)
    site.world.inbox.raise_own(
        kind="zone_nearing",
        severity=Severity.CAUTION,
        text="Kestrel 1 nears the London Heliport zone.",
        remedy="Turn away.",
        vehicle_id=flying.vehicle_id,
        place=(LAT, LON),
    )
    site.world.inbox.drain()
    turn(site, 0.1)
    [alert] = [alert for batch in batches_of(page) for alert in batch.alerts]
    assert (alert.vehicle_id, alert.lat) == (flying.vehicle_id, LAT)
    turn(site, 2.1)
    late = page_of(site, "late")
    turn(site)
    assert [one.vehicle_id for one in snapshot_of(late).alerts] == [flying.vehicle_id]


# --- what seldom changes -------------------------------------------------------------------------


def test_a_sentence_of_the_autopilot_keeps_its_date(site: Site) -> None:
    line = StatusLine(100, "warning", "Battery 1 is low")
    flying = drone(site.world, report(status_lines=[line]))
    page = page_of(site, "warden")
    turn(site)
    [before] = snapshot_of(page).vehicles[0].status_texts
    site.world.clock.advance(0.1)
    flying.say(report(status_lines=[StatusLine(212, "warning", "Battery 1 is low")]))
    turn(site, 0.0)
    turn(site, 0.1)
    assert all(batch.vehicles == [] for batch in batches_of(page))
    site.world.clock.advance(10)
    again = StatusLine(0, "warning", "Battery 1 is low")
    flying.say(report(status_lines=[again, StatusLine(10_300, "warning", "Battery 1 is low")]))
    turn(site, 0.1)
    [view] = [view for batch in batches_of(page) for view in batch.vehicles]
    new, old = view.status_texts
    assert old == before
    assert (new.at - old.at).total_seconds() > 9


def test_landing_is_told_in_the_next_batch(site: Site) -> None:
    flying = drone(site.world)
    page = page_of(site, "warden")
    turn(site)
    everything(page)
    now = report()
    assert now.flight is not None
    landed = msgspec.structs.replace(now.flight, armed=False, landed=LandedState.ON_GROUND)
    flying.say(report(flight=landed))
    turn(site, 0.1)
    [view] = [view for batch in batches_of(page) for view in batch.vehicles]
    assert (view.armed, view.landed) == (False, "on_ground")


def test_control_is_told_in_the_next_batch(site: Site) -> None:
    flying = drone(site.world)
    page = page_of(site, "warden")
    turn(site)
    everything(page)
    site.world.accounts.add("pip", "Pip", Role.PILOT, PASSWORD)
    who = site.world.enter("pip").principal
    site.world.controls.take(who, flying.vehicle_id)
    turn(site, 0.1)
    [view] = [view for batch in batches_of(page) for view in batch.vehicles]
    assert view.control is not None
    assert view.control.user_id == who.user_id
    site.world.controls.release(who, flying.vehicle_id)
    turn(site, 0.1)
    [view] = [view for batch in batches_of(page) for view in batch.vehicles]
    assert view.control is None


def test_standing_still_it_has_no_course(site: Site) -> None:
    velocity = report().velocity
    assert velocity is not None
    drone(site.world, report(velocity=msgspec.structs.replace(velocity, north_mps=0, east_mps=0)))
    page = page_of(site, "warden")
    turn(site)
    _, _, [places] = everything(page)
    assert (places.vehicles[0].speed_mps, places.vehicles[0].course_deg) == (0.0, None)


# --- its camera ----------------------------------------------------------------------------------


def test_where_its_camera_looks_five_times_a_second(site: Site) -> None:
    node = site.world.node()
    flying = drone(site.world)
    source_id = flying.source_id
    opened = site.world.media.publish(source_id, "token of drone agent", OFFER)
    site.world.report(node, live(source_id, opened.session_id))
    page = page_of(site, "warden")
    turn(site)
    [snapshot], *_ = everything(page)
    [source] = snapshot.sources
    assert (source.kind, source.located) == ("drone_camera", False)
    views = []
    for n in range(20):  # a second
        flying.posed(3000 * n, pose(LAT + n * 1e-5))
        turn(site, 0.05)
        views += [view for one in telemetry_of(page) for view in one.views]
    assert 5 <= len(views) <= 6
    assert {view.source for view in views} == {source.number}
    [lon, lat] = views[0].ring[0]
    assert abs(lat - LAT) < 0.01
    assert abs(lon - LON) < 0.01
    assert views[0].age_ms >= 50
    site.world.report(node, live(source_id, opened.session_id))
    turn(site, 0.1)
    assert [s.located for b in batches_of(page) for s in b.sources] == [True]
    late = page_of(site, "late")
    turn(site, 0.05)
    _, _, [whole] = everything(late)
    assert [view.source for view in whole.views] == [source.number]
    site.world.clock.advance(4)
    site.world.report(node, live(source_id, opened.session_id))
    turn(site, 0.1)
    _, batches, moved = everything(page)
    assert [s.located for b in batches for s in b.sources] == [False]
    assert moved == []


def test_a_camera_above_the_horizon_sees_no_ground(site: Site) -> None:
    node = site.world.node()
    flying = drone(site.world)
    opened = site.world.media.publish(flying.source_id, "token of drone agent", OFFER)
    site.world.report(node, live(flying.source_id, opened.session_id))
    page = page_of(site, "warden")
    turn(site)
    everything(page)
    flying.posed(1, pose(pitch_deg=45.0))
    turn(site, 0.05)
    [told] = telemetry_of(page)
    assert told.views[0].ring == []


def test_a_page_without_the_source_is_not_told_where_it_looks(site: Site) -> None:
    node = site.world.node()
    flying = drone(site.world)
    opened = site.world.media.publish(flying.source_id, "token of drone agent", OFFER)
    site.world.report(node, live(flying.source_id, opened.session_id))
    page, own = page_of(site, "s", organisation_id=police(site)), page_of(site, "warden")
    turn(site)
    flying.posed(1, pose())
    turn(site, 0.05)
    assert telemetry_of(page) == []
    assert any(one.views for one in telemetry_of(own))


def test_a_view_is_judged_by_its_own_pose_and_not_by_where_its_source_last_was(site: Site) -> None:
    node = site.world.node()
    flying = drone(site.world)
    opened = site.world.media.publish(flying.source_id, "token of drone agent", OFFER)
    site.world.report(node, live(flying.source_id, opened.session_id))
    site.world.cameras.follow()
    page, everywhere = in_area(site, "ines"), page_of(site, "warden")
    turn(site)
    flying.posed(1, pose())
    turn(site, 0.2)
    [before] = snapshot_of(page).sources
    assert [one.source for told in telemetry_of(everywhere) for one in told.views]
    turn(site, 0.2)
    everything(page), everything(everywhere)
    flying.posed(2, pose(OUTSIDE))  # the source itself follows within a second, and has not yet
    turn(site, 0.2)
    _, batches, moved = everything(page)
    assert all(batch.removed_sources == [] for batch in batches)
    assert moved == []
    _, _, [seen] = everything(everywhere)
    assert seen.views[0].source == before.number
    late = in_area(site, "otto")  # whose snapshot is as recent as the source's last place
    turn(site, 0.05)
    [snapshot], _, whole = everything(late)
    assert [one.source_id for one in snapshot.sources] == [flying.source_id]
    assert [one for told in whole for one in told.views] == []
    flying.posed(3, pose())
    turn(site, 0.2)
    _, _, [back] = everything(page)
    assert back.views[0].source == before.number


def test_its_source_is_where_the_vehicle_is(site: Site) -> None:
    flying = drone(site.world)
    page = in_area(site, "ines")
    site.world.cameras.follow()
    turn(site)
    snapshot = snapshot_of(page)
    assert [(s.lat, s.lon) for s in snapshot.sources] == [(LAT, LON)]
    assert snapshot.vehicles[0].source_id == flying.source_id
    flying.say(report(position=PositionReading(0, OUTSIDE, LON, 65.0)))
    site.world.cameras.follow()
    turn(site, 0.1)
    assert [b.removed_sources for b in batches_of(page)] == [[flying.source_id]]
    moved = site.world.sources.get(flying.source_id).source
    assert (moved.lat, moved.lon) == (OUTSIDE, LON)
