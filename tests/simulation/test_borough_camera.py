"""What is drawn is where the truth says it is, by the same geometry that puts pixels on the map."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from geo.camera import Camera, Pose, ground_point, pixel_of
from geo.local_frame import LocalFrame
from ground_station.simulation import borough_camera
from ground_station.simulation.borough import MoverKind, moment_s, the_borough
from ground_station.simulation.borough_camera import BoroughCamera, Picture, Seen
from ground_station.simulation.figures import Placed
from ground_station.simulation.ground_layers import GREEN, PATH
from ground_station.simulation.town import FRAME

W, H = 640, 360
AT = datetime(2026, 11, 24, 13, 0, 41, 300_000, tzinfo=UTC)
NADIR = Pose(51.4958, -0.2386, 45.0, 5.0, 20.0, -90.0, 0.0, 70.0)
OBLIQUE = Pose(51.4945, -0.2386, 45.0, 5.0, 20.0, -30.0, 4.0, 70.0)
LOW = Pose(51.4952, -0.2388, 12.0, 5.0, 10.0, -14.0, 0.0, 50.0)
STREET = Pose(51.49500, -0.23318, 40.0, 5.0, 0.0, -55.0, 0.0, 70.0)  # parked cars
EXPECTED = {
    (name, sort): 2 for name in ("nadir", "oblique", "low", "street") for sort in ("people", "cars")
}
EXPECTED |= {
    ("nadir", "cars"): 0,
    ("low", "cars"): 0,
    ("oblique", "people"): 10,
    ("street", "cars"): 5,
    ("street", "people"): 1,
}
POSES = {"nadir": NADIR, "oblique": OBLIQUE, "low": LOW, "street": STREET}


@pytest.fixture(scope="module")
def camera() -> BoroughCamera:
    return BoroughCamera()


def test_a_picture_is_a_picture(camera: BoroughCamera) -> None:
    for pose in POSES.values():
        picture = camera.draw(pose, AT, W, H)
        assert picture.shape == (H, W, 3)
        assert picture.dtype == np.uint8
        assert picture.flags.c_contiguous
        assert (picture == camera.draw(pose, AT, W, H)).all()
    assert camera.draw(NADIR, AT, 320, 192).shape == (192, 320, 3)


def only(placed: Placed, *chosen: int) -> Placed:
    index = np.array(chosen, dtype=np.int64)
    return Placed(
        placed.crowd.only(index),
        placed.ground[index],
        placed.bearing[index],
        placed.pixels[index],
        placed.radii[index],
        placed.depths[index],
        placed.middles[index],
    )


def with_only(scene: borough_camera._Scene, sort: str, index: int) -> borough_camera._Scene:
    """Nothing on the ground but one."""
    return replace(
        scene,
        people=only(scene.people, *([index] if sort == "people" else [])),
        cars=only(scene.cars, *([index] if sort == "cars" else [])),
        trees=only(scene.trees),
    )


@pytest.mark.parametrize("name", POSES)
@pytest.mark.parametrize("sort", ["people", "cars"])
def test_a_figure_fills_the_box_that_the_truth_gives(
    camera: BoroughCamera, name: str, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each alone, on nothing, without its shadow: what changed is its box."""
    monkeypatch.setattr(borough_camera, "darken", lambda picture, outlines: None)
    pose = POSES[name]
    truth = {seen.mover_id: seen for seen in camera.truth(pose, AT, W, H)}
    scene = camera._scene(pose, moment_s(AT), W, H)
    word = "person" if sort == "people" else "car"
    placed: Placed = getattr(scene, sort)
    checked = 0
    for index, own in enumerate(placed.crowd.index.tolist()):
        seen = truth[f"{word}-{own}"]
        left, top, right, bottom = seen.box
        if not seen.whole or right - left < 3:
            continue
        blank = np.full((H, W, 3), (255, 0, 255), np.uint8)
        borough_camera._draw_figures(blank, with_only(scene, sort, index))
        off = np.abs(blank.astype(int) - (255, 0, 255)).max(axis=2)
        rows, columns = np.nonzero(off > 100)  # not the faint edges of a stroke
        drawn = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert drawn == pytest.approx((left, top, right, bottom), abs=2.5), seen
        checked += 1
    assert checked >= EXPECTED[name, sort]


@pytest.mark.parametrize("name", POSES)
def test_the_truths_places_are_where_geo_puts_their_pixels(
    camera: BoroughCamera, name: str
) -> None:
    pose = POSES[name]
    seen = camera.truth(pose, AT, W, H)
    assert len(seen) > 5
    frame = LocalFrame(pose.lat, pose.lon)
    for one in seen:
        pixel = pixel_of(pose, W, H, one.lat, one.lon)
        assert pixel == pytest.approx(one.foot_px, abs=0.02)
        point = ground_point(pose, W, H, *one.foot_px)
        if point is not None:
            off = np.subtract(
                frame.from_wgs84(point.lat, point.lon), frame.from_wgs84(one.lat, one.lon)
            )
            assert math.hypot(*off) < 0.002 * one.distance_m


def test_the_truth_is_what_the_borough_says(camera: BoroughCamera) -> None:
    people = {p.mover_id: p for p in the_borough().people(moment_s(AT), 51.4958, -0.2386, 600)}
    for one in camera.truth(OBLIQUE, AT, W, H):
        if one.kind is MoverKind.PERSON:
            assert (one.lat, one.lon) == (people[one.mover_id].lat, people[one.mover_id].lon)


def test_everybody_near_whose_place_is_in_view_is_in_the_truth(camera: BoroughCamera) -> None:
    seen = {one.mover_id for one in camera.truth(OBLIQUE, AT, W, H)}
    expected = 0
    for person in the_borough().people(moment_s(AT), OBLIQUE.lat, OBLIQUE.lon, 200):
        pixel = pixel_of(OBLIQUE, W, H, person.lat, person.lon)
        if pixel and 0 < pixel[0] < W and 0 < pixel[1] < H:
            assert person.mover_id in seen
            expected += 1
    assert expected > 15


@pytest.mark.parametrize("pose", [NADIR, OBLIQUE, replace(NADIR, yaw_deg=200.0)])
def test_the_ground_is_drawn_where_geo_says_it_is(camera: BoroughCamera, pose: Pose) -> None:
    """The paths of the park, as the town has them, have their own colour in the picture."""
    clear = camera._ground.draw(Camera(pose, W, H), camera._scene(pose, 0.0, W, H).to_town)
    on_path: list[Any] = []
    beside: list[Any] = []
    for street in camera._borough.town.streets:
        if street.kind != "path":
            continue
        for along in np.arange(2.0, street.line.length, 4.0):
            point, ahead = street.line.interpolate(along), street.line.interpolate(along + 0.1)
            aside = np.array([point.y - ahead.y, ahead.x - point.x]) * 10
            for off_m, found in ((0.0, on_path), (4.5, beside), (-4.5, beside)):
                place = FRAME.to_wgs84(*(np.array([point.x, point.y]) + off_m * aside))
                pixel = pixel_of(pose, W, H, *place)
                if pixel and 4 < pixel[0] < W - 4 and 60 < pixel[1] < H - 4:
                    u, v = (int(x) for x in pixel)
                    found.append(clear[v - 1 : v + 2, u - 1 : u + 2].mean(axis=(0, 1)))
    assert len(on_path) > 8
    path, green = np.array(PATH), np.array(GREEN)
    nearer = [np.abs(c - path).sum() < np.abs(c - green).sum() for c in on_path]
    assert np.mean(nearer) > 0.95
    nearer = [np.abs(c - green).sum() < np.abs(c - path).sum() for c in beside]
    assert np.mean(nearer) > 0.7  # some lie on another path


def test_a_nearer_figure_hides_a_farther_one(
    camera: BoroughCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = Pose(51.4952, -0.2388, 10.0, 5.0, 10.0, -9.0, 0.0, 40.0)
    monkeypatch.setattr(camera, "_trees", camera._trees.only(np.array([], dtype=np.int64)))
    for step in range(60):
        at = AT + timedelta(seconds=2 * step)
        truth = camera.truth(low, at, W, H)
        pair = _hiding(truth)
        if pair is not None:
            break
    else:
        pytest.fail("nobody ever walks in front of anybody")
    near, _far = pair
    with_both = camera.draw(low, at, W, H)
    left, top, right, bottom = (round(x) for x in near.box)
    alone = _alone(camera, low, at, near.mover_id)
    body = (
        slice(top + (bottom - top) // 3, top + (bottom - top) // 2),
        slice((left + right) // 2, (left + right) // 2 + 1),
    )
    assert np.abs(with_both[body].astype(int) - alone[body]).max() < 3


def _hiding(truth: list[Seen]) -> tuple[Seen, Seen] | None:
    for number, near in enumerate(truth):
        if any(_overlap(near, other) for other in truth[:number]):  # hidden itself
            continue
        for far in truth:
            middle = (near.box[0] + near.box[2]) / 2
            if (
                far.distance_m > near.distance_m + 2
                and far.box[0] < middle < far.box[2]
                and far.box[1] < near.box[3] - 8
                and far.box[3] > near.box[1] + 8
                and near.box[3] - near.box[1] > 20
                and near.whole
            ):
                return near, far
    return None


def _overlap(one: Seen, other: Seen) -> bool:
    return (
        one.box[0] - 4 < other.box[2]
        and other.box[0] - 4 < one.box[2]
        and one.box[1] - 4 < other.box[3]
        and other.box[1] - 4 < one.box[3]
    )


def _alone(camera: BoroughCamera, pose: Pose, at: datetime, mover_id: str) -> Picture:
    scene = camera._scene(pose, moment_s(at), W, H)
    word, number = mover_id.split("-")
    sort = "people" if word == "person" else "cars"
    placed: Placed = getattr(scene, sort)
    index = placed.crowd.index.tolist().index(int(number))
    picture = camera._ground.draw(scene.camera, scene.to_town)
    borough_camera._draw_figures(picture, with_only(scene, sort, index))
    return picture


def test_above_the_horizon_is_sky(camera: BoroughCamera) -> None:
    level = replace(OBLIQUE, pitch_deg=0.0, roll_deg=0.0)
    picture = camera.draw(level, AT, W, H).astype(int)
    top = picture[5, :, :]
    assert (top[:, 0] > top[:, 2] + 20).all()  # blue, all the way across
    assert np.ptp(picture[H // 2 - 12 : H // 2 - 6], axis=1).max() <= 3  # haze has no detail
    below = picture[H - 120 : H - 40]
    assert np.ptp(below, axis=1).max() > 30
    up = camera.draw(replace(level, pitch_deg=45.0), AT, W, H)
    assert (up[: H - 40, :, 0].astype(int) > up[: H - 40, :, 2]).all()


def test_a_rolled_camera_sees_the_horizon_at_a_slant(camera: BoroughCamera) -> None:
    rolled = replace(OBLIQUE, pitch_deg=0.0, roll_deg=20.0)
    picture = camera.draw(rolled, AT, W, H).astype(int)
    blue = picture[:, :, 0] - picture[:, :, 2]
    assert blue[100, 40] > 8  # the left side looks up
    assert Camera(rolled, W, H).ray(40.5, 250.5)[2] > 0
    assert blue[250, 600] < 8


@pytest.mark.parametrize("height_m", [0.0, -5.0])
def test_a_camera_on_the_ground_gives_a_picture_too(camera: BoroughCamera, height_m: float) -> None:
    parked = replace(NADIR, alt_amsl_m=5.0 + height_m)
    assert camera.draw(parked, AT, W, H).shape == (H, W, 3)
    assert isinstance(camera.truth(parked, AT, W, H), list)


def test_far_away_and_very_high_up_it_still_draws(camera: BoroughCamera) -> None:
    for pose in (
        replace(NADIR, lat=52.2),
        replace(NADIR, alt_amsl_m=3000.0),
        replace(OBLIQUE, alt_amsl_m=900.0, pitch_deg=-12.0),
        replace(NADIR, hfov_deg=150.0, roll_deg=170.0),
        replace(OBLIQUE, hfov_deg=2.0),
    ):
        assert camera.draw(pose, AT, 320, 180).shape == (180, 320, 3)


def test_it_says_that_it_is_a_drawing_and_when(camera: BoroughCamera) -> None:
    marked = camera.draw(NADIR, AT, W, H)
    later = camera.draw(NADIR, AT, W, H, mark="another")
    changed = np.nonzero((marked != later).any(axis=2))
    assert changed[0].min() > H - 24
    assert changed[1].max() < 260
    corner = marked[H - 24 :, :200].astype(int)
    assert (corner.min(axis=2) > 225).sum() > 60  # letters


def test_tiles_are_bounded(camera: BoroughCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ground_station.simulation.ground_tiles.MOST_TILES", 30)
    fresh = BoroughCamera()
    for step in range(12):
        fresh.draw(replace(NADIR, lat=51.4958 + 0.001 * step), AT, W, H)
    assert len(fresh._ground._tiles._tiles) <= 30
    assert fresh._ground._tiles.painted > 30
