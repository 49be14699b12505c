"""Poses of moving cameras: kept by frame, never an old one, and what is located by them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from geo.camera import Pose, pixel_of
from geo.local_frame import LocalFrame
from ground_station.core.agent_protocol import (
    FrameTime,
    FrameTimes,
    TrackBatch,
    WireFrameTracks,
    WireTrack,
)
from ground_station.core.agent_vehicles import CameraPose
from ground_station.core.clock import ManualClock
from ground_station.core.events import TracksLocated, TracksObserved
from ground_station.core.model import CapturedAtFrom, FrameTracks, Track
from ground_station.services import poses as module
from ground_station.services.pose_locate import footprint, locate
from ground_station.services.poses import Poses
from tests.services.flying import LAT, LON, drone, pose, report
from tests.services.world import OFFER, World, live

WIDTH, HEIGHT = 1280, 720


def times(clock: ManualClock, *stamped: tuple[int, CameraPose | None]) -> list[FrameTime]:
    return [FrameTime(rtp, clock.now(), of) for rtp, of in stamped]


# --- keeping -------------------------------------------------------------------------------------


def test_the_pose_of_exactly_that_frame() -> None:
    clock = ManualClock()
    kept = Poses(clock)
    first, second = pose(), pose(LAT + 0.001)
    kept.take("a", times(clock, (3000, first), (6000, second)))
    assert kept.at("a", 3000) is first
    assert kept.at("a", 6000) is second
    assert kept.at("a", 2**32 + 6000) is second  # as the tracks carry it, unwrapped
    assert kept.at("a", 4500) is None  # not the neighbour's
    assert kept.at("b", 3000) is None
    newest = kept.newest("a")
    assert newest == (second, clock.now())


def test_a_removed_source_leaves_no_pose_behind(world: World) -> None:
    flying = drone(world)
    source_id = flying.source_id
    flying.posed(3000, pose())
    assert [one for one, _ in world.poses.all()] == [source_id]
    removed = world.sources.remove(source_id, lambda _agent_id: False)
    world.media.end_all_of_source(removed)
    assert world.poses.all() == []
    assert world.poses.latest(source_id) is None


def test_poses_that_come_while_their_source_is_removed_do_not_stay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    flying = drone(world)
    source_id, take = flying.source_id, world.poses.take

    def removed_in_between(*given: Any) -> None:
        removed = world.sources.remove(source_id, lambda _agent_id: False)
        world.media.end_all_of_source(removed)
        take(*given)

    monkeypatch.setattr(world.poses, "take", removed_in_between)
    world.media.frame_times(
        flying.identity.agent_id, FrameTimes(source_id, times(world.clock, (3000, pose())))
    )
    assert world.poses.all() == []


def test_an_old_pose_is_of_another_frame() -> None:
    clock = ManualClock()
    kept = Poses(clock)
    kept.take("a", times(clock, (3000, pose())))
    clock.advance(module.FRESH_S + 0.1)
    assert kept.at("a", 3000) is not None
    assert not kept.are_coming("a")
    clock.advance(module.POSE_HOLDS_S)
    assert kept.at("a", 3000) is None
    assert kept.newest("a") is not None  # where it was known last


def test_frames_without_a_pose_are_passed_over() -> None:
    clock = ManualClock()
    kept = Poses(clock)
    kept.take("a", times(clock, (3000, None)))
    assert kept.newest("a") is None
    assert not kept.are_coming("a")
    kept.take("a", times(clock, (6000, pose()), (9000, None)))
    assert kept.at("a", 9000) is None
    assert kept.are_coming("a")


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_POSES", 4)
    monkeypatch.setattr(module, "MAX_SOURCES", 2)
    clock = ManualClock()
    kept = Poses(clock)
    for n in range(10):
        kept.take("a", times(clock, (n, pose())))
    assert [n for n in range(10) if kept.at("a", n)] == [6, 7, 8, 9]
    kept.take("b", times(clock, (1, pose())))
    kept.take("a", times(clock, (11, pose())))
    kept.take("c", times(clock, (1, pose())))
    assert [name for name, _ in kept.all()] == ["a", "c"]  # b was heard of longest ago


# --- locating ------------------------------------------------------------------------------------


def seen(of: CameraPose, east_m: float, north_m: float, name: str, high_m: float) -> Any:
    """The box in which that camera would see an upright thing there, and its true place."""
    lat, lon = LocalFrame(of.lat, of.lon).to_wgs84(east_m, north_m)
    camera = Pose(
        of.lat,
        of.lon,
        of.alt_amsl_m,
        of.ground_amsl_m,
        of.yaw_deg,
        of.pitch_deg,
        of.roll_deg,
        of.hfov_deg,
    )
    corners = []
    for de, dn in ((-0.25, -0.25), (-0.25, 0.25), (0.25, -0.25), (0.25, 0.25)):
        at = LocalFrame(of.lat, of.lon).to_wgs84(east_m + de, north_m + dn)
        for up in (0.0, high_m):
            corner = pixel_of(camera, WIDTH, HEIGHT, *at, up)
            assert corner is not None
            corners.append(corner)
    left, top = (min(c[n] for c in corners) for n in (0, 1))
    right, bottom = (max(c[n] for c in corners) for n in (0, 1))
    return Track(1, name, 0.9, (left, top, right, bottom), (0.0, 0.0)), (lat, lon)


def frame(*tracks: Track, rtp: int = 3000) -> FrameTracks:
    return FrameTracks("a", "s", 1, rtp, None, CapturedAtFrom.UNKNOWN, WIDTH, HEIGHT, tuple(tracks))


@pytest.mark.parametrize("pitch_deg", [-90.0, -75.0, -60.0, -45.0, -30.0, -15.0])
@pytest.mark.parametrize("across_m", [-12.0, 0.0, 12.0])
def test_a_person_is_where_they_stand(pitch_deg: float, across_m: float) -> None:
    height_m = 60.0
    ahead_m = height_m / math.tan(math.radians(-pitch_deg)) + 8.0
    of = pose(pitch_deg=pitch_deg, hfov_deg=60.0)
    track, (lat, lon) = seen(of, across_m, ahead_m, "person", 1.7)
    [found] = locate(frame(track), of)
    east, north = LocalFrame(lat, lon).from_wgs84(found.lat, found.lon)
    # Seen flat, half a metre of feet is many metres of ground per pixel: well inside the ellipse.
    assert math.hypot(east, north) < max(0.35, 0.02 * ahead_m), (east, north)
    assert found.semi_major_m > 4.0  # position, attitude and ground are known only so well
    assert found.semi_major_m >= found.semi_minor_m > 0


def test_the_ellipse_grows_with_distance_and_points_along_the_view() -> None:
    of = pose(pitch_deg=-25.0)
    near, _ = seen(of, 0.0, 100.0, "person", 1.7)
    far, _ = seen(of, 0.0, 220.0, "person", 1.7)
    one, other = locate(frame(near, far), of)
    assert other.semi_major_m > 2 * one.semi_major_m
    assert min(other.orientation_deg, 180 - other.orientation_deg) < 15  # north, as it looks


def test_how_high_a_thing_is_is_part_of_the_doubt() -> None:
    of = pose(pitch_deg=-35.0)
    track, _ = seen(of, 0.0, 85.0, "person", 1.7)
    unknown = Track(2, "thing", 0.9, track.xyxy, (0.0, 0.0))
    person, thing = locate(frame(track, unknown), of)
    assert thing.semi_major_m > person.semi_major_m


def test_boxes_that_go_on_outside_the_picture_have_no_place() -> None:
    cut = [
        (600.0, 600.0, 640.0, float(HEIGHT)),
        (0.0, 300.0, 40.0, 380.0),
        (WIDTH - 40.0, 300.0, float(WIDTH), 380.0),
        (600.0, 0.0, 640.0, 60.0),
    ]
    tracks = [Track(n, "person", 0.9, box, (0.0, 0.0)) for n, box in enumerate(cut)]
    assert locate(frame(*tracks), pose()) == ()


def test_what_stands_at_the_horizon_has_no_place() -> None:
    of = pose(pitch_deg=0.0)
    track = Track(1, "person", 0.9, (600.0, 300.0, 620.0, HEIGHT / 2 + 2), (0.0, 0.0))
    assert locate(frame(track), of) == ()


def test_a_camera_under_the_ground_it_assumes_sees_nothing() -> None:
    of = pose(alt_amsl_m=2.0, ground_amsl_m=5.0)
    track, _ = seen(pose(), 0.0, 35.0, "person", 1.7)
    assert locate(frame(track), of) == ()
    assert footprint(of, WIDTH, HEIGHT) == []


# --- from the node to the bus --------------------------------------------------------------------


def streaming(world: World) -> Any:
    node = world.node()
    flying = drone(world)
    opened = world.media.publish(flying.source_id, "token of drone agent", OFFER)
    world.report(node, live(flying.source_id, opened.session_id))
    return node, flying, opened.session_id


def tracked(world: World, node: Any, source_id: str, session_id: str, rtp: int) -> None:
    track, _ = seen(pose(), 0.0, 35.0, "person", 1.7)
    left, top, right, bottom = track.xyxy
    box = WireTrack(4, "person", 0.9, left, top, right, bottom, 0.0, 0.0)
    wire = WireFrameTracks(
        source_id,
        session_id,
        1,
        2**32 + rtp,
        world.clock.now(),
        CapturedAtFrom.AGENT,
        WIDTH,
        HEIGHT,
        [box],
    )
    world.agents.agent_message(node[0].agent_id, node[1], TrackBatch([wire]))


def test_tracks_of_a_frame_are_located_by_its_own_pose(world: World) -> None:
    located, observed = world.bus.subscribe(TracksLocated), world.bus.subscribe(TracksObserved)
    node, flying, session_id = streaming(world)
    flying.posed(3000, pose())
    flying.posed(6000, pose(LAT + 0.01))  # the newest is not the one
    tracked(world, node, flying.source_id, session_id, 3000)
    [event] = located.take_all(0)
    [person] = event.observations
    east, north = LocalFrame(LAT, LON).from_wgs84(person.lat, person.lon)
    assert abs(east) < 0.5
    assert abs(north - 35.0) < 0.5
    assert person.observed_at == world.clock.now()
    assert len(observed.take_all(0)) == 1


def test_without_its_pose_a_frame_is_not_located(world: World) -> None:
    located, observed = world.bus.subscribe(TracksLocated), world.bus.subscribe(TracksObserved)
    node, flying, session_id = streaming(world)
    flying.posed(3000, pose())
    tracked(world, node, flying.source_id, session_id, 6000)
    assert list(located.take_all(0)) == []
    flying.posed(6000, pose())  # too late
    assert list(located.take_all(0)) == []
    assert len(observed.take_all(0)) == 1  # the boxes go to whoever watches all the same


def test_poses_are_only_taken_of_an_agent_s_own_sources(world: World) -> None:
    _node, flying, _session = streaming(world)
    other = drone(world, report(name="Other"), name="other agent")
    message = FrameTimes(flying.source_id, times(world.clock, (3000, pose())))
    world.agents.agent_message(other.identity.agent_id, other.channel, message)
    assert world.poses.newest(flying.source_id) is None


def test_a_fixed_camera_is_located_by_its_calibration(world: World) -> None:
    """A pose that a fixed camera's agent sends moves nothing."""
    node = world.node()
    identity, channel, source_id = world.camera()
    opened = world.media.publish(source_id, "token of camera", OFFER)
    world.report(node, live(source_id, opened.session_id))
    located = world.bus.subscribe(TracksLocated)
    message = FrameTimes(source_id, times(world.clock, (3000, pose(60.0, 10.0))))
    world.agents.agent_message(identity.agent_id, channel, message)
    tracked(world, node, source_id, opened.session_id, 3000)
    for event in located.take_all(0):
        assert all(abs(one.lat - 51.48) < 0.01 for one in event.observations)


# --- the place of its source ---------------------------------------------------------------------


def test_a_source_follows_its_vehicle_and_looks_where_its_camera_does(world: World) -> None:
    flying = drone(world)
    world.cameras.follow()
    source = world.sources.get(flying.source_id).source
    assert (source.lat, source.lon, source.heading_deg) == (LAT, LON, None)
    flying.posed(3000, pose(yaw_deg=-90.0))
    flying.say(report(lat=LAT + 0.001))
    world.cameras.follow()
    source = world.sources.get(flying.source_id).source
    assert (source.lat, source.heading_deg) == (LAT + 0.001, 270.0)
    world.clock.advance(module.FRESH_S + 1)
    flying.say(report(position=None))
    world.cameras.follow()
    assert world.sources.get(flying.source_id).source.lat == LAT + 0.001  # its last known place


def test_a_vehicle_moves_no_other_camera(world: World) -> None:
    flying = drone(world)
    _, _, fixed_id = world.camera()
    other = drone(world, report(name="Other", lat=51.6), name="other agent")
    world.cameras.follow()
    assert world.sources.get(fixed_id).source.lat == 51.48
    assert world.sources.get(flying.source_id).source.lat == LAT
    assert world.sources.get(other.source_id).source.lat == 51.6


def test_a_camera_is_found_once_its_source_is_there(world: World) -> None:
    flying = drone(world, report(source_key="other"))
    [status] = world.fleet.all()
    assert world.cameras.source_of(status) is None
    flying.say()
    [status] = world.fleet.all()
    assert world.cameras.source_of(status) == flying.source_id
    world.sources.remove(flying.source_id, lambda _agent: False)
    assert world.cameras.source_of(status) is None
