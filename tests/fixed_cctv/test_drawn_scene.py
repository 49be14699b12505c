"""The drawn cameras: calibrated, in step with the clock, and put on the map where the truth is."""

from __future__ import annotations

import math
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from fixed_cctv.drawn_scene import (
    FPS,
    HEIGHT_PX,
    NOTE,
    SCENES,
    WIDTH_PX,
    DrawnScene,
    calibration,
    draw_footage,
    drawn_camera,
)
from fixed_cctv.footage import is_sendable
from fixed_cctv.in_step import FootageInStep
from fixed_cctv.sources import source_of
from geo.camera import Camera
from geo.ground_plane import GroundPlane
from geo.local_frame import LocalFrame
from ground_station.core.clock import ManualClock
from ground_station.core.errors import NotFound
from ground_station.simulation.borough import PERIOD_S
from ground_station.simulation.borough_camera import BoroughCamera
from tests.fixed_cctv.ticking import WaitingMovesTime

SCENE = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.key)


def plane_of(scene: DrawnScene) -> GroundPlane:
    c = calibration(scene)
    return GroundPlane.fit(
        width_px=c.width_px,
        height_px=c.height_px,
        anchor_lat=c.anchor_lat,
        anchor_lon=c.anchor_lon,
        pairs=[(p.u_px, p.v_px, p.east_m, p.north_m) for p in c.pairs],
        sigma_px=c.sigma_px,
        sigma_calibration_m=c.sigma_calibration_m,
    )


@SCENE
def test_the_calibration_is_the_pose_it_is_drawn_with(scene: DrawnScene) -> None:
    plane = plane_of(scene)
    camera = Camera(scene.pose, WIDTH_PX, HEIGHT_PX)
    frame = LocalFrame(scene.pose.lat, scene.pose.lon)
    checked = 0
    for u in range(20, WIDTH_PX, 60):
        for v in range(20, HEIGHT_PX, 30):
            truth, point = camera.ground(u, v), plane.locate(u, v)
            if truth is None or math.hypot(*truth) > 60:
                continue
            assert point is not None
            assert math.dist(frame.from_wgs84(point.lat, point.lon), truth) < 0.1
            checked += 1
    assert checked > 40


@SCENE
def test_people_are_put_on_the_map_where_they_are(scene: DrawnScene) -> None:
    """By the foot point of their true box, as the station does with a detector's."""
    plane, seen = plane_of(scene), 0
    frame = LocalFrame(scene.pose.lat, scene.pose.lon)
    for step in range(6):
        at = datetime(2026, 11, 24, 13, 0, 17 * (step % 3), tzinfo=UTC) + timedelta(seconds=step)
        for one in BoroughCamera().truth(scene.pose, at, WIDTH_PX, HEIGHT_PX):
            if not one.whole or one.distance_m > 40 or not one.mover_id.startswith("person"):
                continue
            left, _, right, bottom = one.box
            point = plane.locate((left + right) / 2, bottom)
            assert point is not None
            off = np.subtract(
                frame.from_wgs84(point.lat, point.lon), frame.from_wgs84(one.lat, one.lon)
            )
            assert math.hypot(*off) < point.semi_major_m
            seen += 1
    assert seen > 12


@SCENE
def test_there_is_always_somebody_to_see(scene: DrawnScene) -> None:
    camera = BoroughCamera()
    for second in range(0, 120, 8):
        at = datetime.fromtimestamp(second, UTC)
        people = [
            one
            for one in camera.truth(scene.pose, at, WIDTH_PX, HEIGHT_PX)
            if one.mover_id.startswith("person") and one.box[3] - one.box[1] > 25
        ]
        assert people, f"nobody is near at {second} s"


def test_the_scenes_are_different_cameras_in_the_borough() -> None:
    assert len({scene.key for scene in SCENES}) == len({scene.name for scene in SCENES}) == 2
    for scene in SCENES:
        assert 51.46 < scene.pose.lat < 51.54
        assert -0.26 < scene.pose.lon < -0.17
        assert "nobody in it is real" in NOTE


def test_a_camera_without_footage_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Ravenscourt Park") as caught:
        drawn_camera(SCENES[0], tmp_path / "none.ts")
    assert "run.py" in caught.value.remedy


# --- footage -------------------------------------------------------------------------------------

SECONDS = 4


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("drawn") / "park.ts"
    said: list[str] = []
    draw_footage(SCENES[0], out, said.append, SECONDS)
    assert said[0] == f"Drawing {SCENES[0].name}: 0 %"
    return out


def test_footage_can_be_sent_as_it_is_and_is_a_simulated_camera(footage: Path) -> None:
    assert is_sendable(footage)
    assert [path.name for path in footage.parent.iterdir()] == ["park.ts"]
    camera = drawn_camera(SCENES[0], footage)
    assert camera.simulated
    assert camera.in_step_s == PERIOD_S
    assert camera.note == NOTE
    assert camera.calibration == calibration(SCENES[0])
    offer = camera.offer()
    assert (offer.lat, offer.lon) == (SCENES[0].pose.lat, SCENES[0].pose.lon)
    source = source_of(camera, ManualClock(), footage.parent, lambda sentence: None)
    assert isinstance(source, FootageInStep)


def played(footage: Path, clock: ManualClock, count: int) -> list[tuple[int, float, bytes, bool]]:
    """(pts, second of the footage's round, data, keyframe) of the first pictures."""
    stop = WaitingMovesTime(clock)
    found = []
    for frame in FootageInStep(footage, clock, float(SECONDS)).frames(stop):
        second = frame.captured_at.timestamp() % SECONDS
        found.append((frame.pts_90khz, second, frame.data, frame.keyframe))
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize("begins_at_s", [0.0, 1.3, 2.95, 3.9])
def test_what_it_shows_is_what_the_clock_says(footage: Path, begins_at_s: float) -> None:
    clock = ManualClock(datetime.fromtimestamp(1_800_000_000 + begins_at_s, UTC))
    frames = played(footage, clock, 3 * SECONDS * FPS)
    assert frames[0][3]  # it begins with a keyframe
    whole = played(footage, ManualClock(datetime.fromtimestamp(1_800_000_000, UTC)), SECONDS * FPS)
    number_of = {data: number for number, (_, _, data, _) in enumerate(whole)}
    for _, second, data, _ in frames:
        late = (second - number_of[data] / FPS + SECONDS / 2) % SECONDS - SECONDS / 2
        assert abs(late) < 0.02
    assert all(b[0] > a[0] for a, b in pairwise(frames))
    assert {b[0] - a[0] for a, b in pairwise(frames)} <= set(range(8990, 9011))


def test_a_held_up_player_finds_its_step_again(footage: Path) -> None:
    clock = ManualClock(datetime.fromtimestamp(1_800_000_000, UTC))
    stop = WaitingMovesTime(clock)
    seconds: list[tuple[float, bool]] = []
    for number, frame in enumerate(FootageInStep(footage, clock, float(SECONDS)).frames(stop)):
        if number == 12:
            clock.advance(2.3)  # the process stood still
        seconds.append((frame.captured_at.timestamp() % SECONDS, frame.keyframe))
        if number == 120:
            break
    keyframes = [second for second, keyframe in seconds[60:] if keyframe]
    assert len(keyframes) > 3
    assert all(abs(second - round(second)) < 0.02 for second in keyframes)


def test_it_stops_when_told(footage: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert list(FootageInStep(footage, ManualClock(), 4.0).frames(stop)) == []


def test_the_footage_shows_the_borough_at_its_time(footage: Path) -> None:
    with av.open(str(footage)) as container:
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    assert len(pictures) == SECONDS * FPS
    camera = BoroughCamera()

    def off(number: int, at_s: float) -> float:
        at = datetime.fromtimestamp(at_s, UTC)
        drawn = camera.draw(SCENES[0].pose, at, WIDTH_PX, HEIGHT_PX)
        above_mark = slice(0, HEIGHT_PX - 24)
        difference = np.abs(pictures[number][above_mark].astype(int) - drawn[above_mark])
        return float((difference > 50).sum())

    for number in (0, 17, 35):
        assert off(number, number / FPS) < 0.5 * off(number, number / FPS + 30)
