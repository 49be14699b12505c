"""A moving camera's pixels and the ground: round trips, ellipses, horizon, footprints."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.camera import (
    Camera,
    Pose,
    PoseSigmas,
    angles_of,
    ground_point,
    pixel_of,
    turned,
    view_centre,
    view_footprint,
)
from geo.local_frame import LocalFrame
from tests.geo.views import View

GEOD = pyproj.Geod(ellps="WGS84")
W, H = 640, 360
OBLIQUE = Pose(51.4958, -0.2386, 65.0, 5.0, 140.0, -30.0, 0.0, 70.0)
NADIR = replace(OBLIQUE, pitch_deg=-90.0)
NO_DOUBT = PoseSigmas(0, 0, 0, 0, 0, 0)

poses = st.builds(
    Pose,
    lat=st.floats(51.4, 51.6),
    lon=st.floats(-0.3, -0.1),
    alt_amsl_m=st.floats(10, 150),
    ground_amsl_m=st.floats(-5, 8),
    yaw_deg=st.floats(-360, 720),
    pitch_deg=st.floats(-90, 10),
    roll_deg=st.floats(-25, 25),
    hfov_deg=st.floats(20, 110),
)
pixels = st.tuples(st.floats(0, W), st.floats(0, H))


@given(poses, pixels)
def test_a_pixel_comes_back_from_the_ground(pose: Pose, pixel: tuple[float, float]) -> None:
    point = ground_point(pose, W, H, *pixel, NO_DOUBT)
    assume(point is not None)
    assert point is not None
    distance_m = GEOD.inv(pose.lon, pose.lat, point.lon, point.lat)[2]
    assume(distance_m < 20_000)
    back = pixel_of(pose, W, H, point.lat, point.lon)
    assert back == pytest.approx(pixel, abs=1e-4)


@given(poses, pixels)
def test_it_is_the_pinhole_that_the_fixed_cameras_are_tested_with(
    pose: Pose, pixel: tuple[float, float]
) -> None:
    focal = W / 2 / math.tan(math.radians(pose.hfov_deg) / 2)
    height_m = pose.alt_amsl_m - pose.ground_amsl_m
    view = View(0, 0, height_m, pose.yaw_deg, -pose.pitch_deg, pose.roll_deg, focal, W, H)
    there, here = view.ground(*pixel), Camera(pose, W, H).ground(*pixel)
    if there is None or math.hypot(*there) > 1e4:
        assert here is None or math.hypot(*here) > 9e3
    else:
        assert here == pytest.approx(there, rel=1e-6, abs=1e-6)


@given(poses, st.lists(st.tuples(*[st.floats(-400, 400)] * 2, st.floats(0, 5)), max_size=10))
def test_many_points_at_once_and_the_matrix_agree_with_one_by_one(
    pose: Pose, points: list[tuple[float, float, float]]
) -> None:
    camera = Camera(pose, W, H)
    many, depth = camera.pixels(np.array(points).reshape(-1, 3))
    for point, got, d in zip(points, many, depth, strict=True):
        one = camera.pixel(*point)
        if one is None or d < 1e-3:
            assert d < 1e-3
            continue
        assert got == pytest.approx(one, rel=1e-9, abs=1e-6)
        if point[2] == 0:
            u, v, w = camera.matrix() @ (point[0], point[1], 1.0)
            assert (u / w, v / w) == pytest.approx(one, rel=1e-6, abs=1e-6)


def metres(pose: Pose, lat: float, lon: float) -> tuple[float, float]:
    return LocalFrame(pose.lat, pose.lon).from_wgs84(lat, lon)


@pytest.mark.parametrize(
    ("yaw", "u", "v", "direction"),
    [
        (0, W / 2, 0, (0, 1)),  # the upper edge is north
        (90, W / 2, 0, (1, 0)),
        (0, W, H / 2, (1, 0)),  # right is east
        (0, W / 2, H, (0, -1)),
        (270, W, H / 2, (0, 1)),
    ],
)
def test_looking_straight_down_the_upper_edge_is_the_yaw(
    yaw: float, u: float, v: float, direction: tuple[float, float]
) -> None:
    point = ground_point(replace(NADIR, yaw_deg=yaw), W, H, u, v)
    assert point is not None
    half = 60 * math.tan(math.radians(35)) * (1 if v == H / 2 else H / W)
    east, north = metres(NADIR, point.lat, point.lon)
    assert (east, north) == pytest.approx((half * direction[0], half * direction[1]), abs=1e-6)


def test_a_camera_that_rolls_to_the_right_sees_the_horizon_turn_to_the_left() -> None:
    level = replace(OBLIQUE, pitch_deg=0.0, roll_deg=10.0)
    assert ground_point(level, W, H, 10, H / 2) is None  # the left side looks up
    assert ground_point(level, W, H, W - 10, H / 2) is not None


# --- ellipses ------------------------------------------------------------------------------------

CAUSES: list[dict[str, float]] = [
    {"position_m": 2.0},
    {"height_m": 1.0},
    {"ground_m": 1.0},
    {"yaw_deg": 2.0},
    {"tilt_deg": 0.5},
    {"pixel_px": 3.0},
    {"position_m": 2.0, "height_m": 1, "ground_m": 1, "yaw_deg": 2, "tilt_deg": 0.5, "pixel_px": 3},
]


def sigmas(values: dict[str, float]) -> PoseSigmas:
    return replace(NO_DOUBT, **values)


def disturbed(pose: Pose, s: PoseSigmas, rng: np.random.Generator) -> tuple[Pose, Any]:
    """A pose as it might be reported, and how the camera was turned against what is reported."""
    e, n = rng.normal(0, s.position_m, 2)
    lat, lon = LocalFrame(pose.lat, pose.lon).to_wgs84(float(e), float(n))
    turn = np.radians(rng.normal(0, 1, 3) * (s.tilt_deg, s.tilt_deg, s.yaw_deg))
    return replace(
        pose,
        lat=lat,
        lon=lon,
        alt_amsl_m=pose.alt_amsl_m + float(rng.normal(0, s.height_m)),
        ground_amsl_m=pose.ground_amsl_m + float(rng.normal(0, s.ground_m)),
    ), turn


@pytest.mark.parametrize("values", CAUSES, ids="+".join)
@pytest.mark.parametrize("pose", [OBLIQUE, NADIR], ids=["oblique", "nadir"])
def test_the_truth_is_inside_the_ellipse_95_times_in_100(
    pose: Pose, values: dict[str, float]
) -> None:
    """The pose that is reported is off by the stated sigmas, and so is the pixel."""
    s, rng, n, inside = sigmas(values), np.random.default_rng(20261124), 1500, 0
    pixel = (500.0, 290.0)
    truth = metres(pose, *_at(ground_point(pose, W, H, *pixel, s)))
    for _ in range(n):
        there, turn = disturbed(pose, s, rng)
        camera = Camera(there, W, H)
        u, v = np.array(pixel) + rng.normal(0, s.pixel_px, 2)
        ray = np.array(camera.ray(float(u), float(v)))
        ray = ray + np.cross(turn, ray)  # small turns about east, north and up
        t = camera.height_m / -ray[2]
        lat, lon = camera.frame().to_wgs84(float(t * ray[0]), float(t * ray[1]))
        point = ground_point(pose, W, H, *pixel, s)
        assert point is not None
        de, dn = np.array(metres(pose, lat, lon)) - truth
        bearing = math.radians(point.orientation_deg)
        along = de * math.sin(bearing) + dn * math.cos(bearing)
        across = de * math.cos(bearing) - dn * math.sin(bearing)
        minor = max(point.semi_minor_m, 0.02 * point.semi_major_m)  # one cause alone is a line
        inside += (along / point.semi_major_m) ** 2 + (across / minor) ** 2 <= 1
    one_dimension = len(values) == 1 and not {"position_m", "tilt_deg", "pixel_px"} & set(values)
    expected = 0.9856 if one_dimension else 0.95  # 1.96 sigma would be 95 % of a line; it is 2.45
    assert inside / n == pytest.approx(expected, abs=0.02)


def _at(point: Any) -> tuple[float, float]:
    assert point is not None
    return point.lat, point.lon


def test_farther_off_is_less_sure_and_the_long_axis_lies_along_the_sight() -> None:
    far, near = ground_point(OBLIQUE, W, H, W / 2, 60), ground_point(OBLIQUE, W, H, W / 2, 340)
    assert far is not None
    assert near is not None
    assert far.semi_major_m > 2 * near.semi_major_m
    straight = ground_point(OBLIQUE, W, H, W / 2, 60, replace(NO_DOUBT, tilt_deg=1.0))
    assert straight is not None
    assert straight.orientation_deg == pytest.approx(140.0, abs=0.1)


# --- what has no place ---------------------------------------------------------------------------


@given(poses, pixels)
def test_the_sky_has_no_place(pose: Pose, pixel: tuple[float, float]) -> None:
    point = ground_point(pose, W, H, *pixel)
    if Camera(pose, W, H).ray(*pixel)[2] >= 0:
        assert point is None
    if point is not None:
        assert all(
            math.isfinite(n) for n in (point.lat, point.lon, point.semi_major_m, point.semi_minor_m)
        )
        assert 0 <= point.orientation_deg < 180


def test_just_below_the_horizon_is_anybodys_guess() -> None:
    level = replace(OBLIQUE, pitch_deg=0.0)
    focal = Camera(level, W, H).focal_px

    def at(below_deg: float, s: PoseSigmas) -> Any:
        return ground_point(
            level, W, H, W / 2, H / 2 + focal * math.tan(math.radians(below_deg)), s
        )

    one_degree = PoseSigmas(tilt_deg=1.0, pixel_px=0.0)
    assert at(2.9, one_degree) is None
    assert at(3.1, one_degree) is not None
    assert at(0.1, NO_DOUBT) is not None
    assert at(0.0, NO_DOUBT) is None


@pytest.mark.parametrize("height_m", [0.0, -3.0])
def test_a_camera_on_the_ground_sees_no_ground(height_m: float) -> None:
    parked = replace(NADIR, alt_amsl_m=NADIR.ground_amsl_m + height_m)
    assert ground_point(parked, W, H, 300, 200) is None
    assert view_footprint(parked, W / H) == []


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_pixel_that_is_no_number_has_no_place(bad: float) -> None:
    assert ground_point(OBLIQUE, W, H, bad, 200) is None
    assert ground_point(OBLIQUE, W, H, 300, bad) is None


def test_what_is_behind_the_camera_has_no_pixel() -> None:
    behind = LocalFrame(OBLIQUE.lat, OBLIQUE.lon).to_wgs84(-200.0, 200.0)  # it looks south-east
    assert pixel_of(OBLIQUE, W, H, *behind) is None


@pytest.mark.parametrize(
    "change",
    [
        {"lat": math.nan},
        {"lon": 181.0},
        {"alt_amsl_m": math.inf},
        {"pitch_deg": math.nan},
        {"yaw_deg": -math.inf},
        {"hfov_deg": 0.0},
        {"hfov_deg": 180.0},
        {"hfov_deg": math.nan},
    ],
)
def test_a_pose_that_is_none_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="camera's"):
        replace(OBLIQUE, **change)


def test_a_picture_without_size_is_refused() -> None:
    with pytest.raises(ValueError, match="0 x 360"):
        Camera(OBLIQUE, 0, 360)
    with pytest.raises(ValueError, match="width over its height"):
        view_footprint(OBLIQUE, 0.0)


# --- footprint -----------------------------------------------------------------------------------


@given(poses)
def test_a_footprint_is_a_closed_valid_ring_within_range(pose: Pose) -> None:
    ring = view_footprint(pose, W / H, 300.0)
    if not ring:
        return
    assert ring[0] == ring[-1]
    shape = shapely.LinearRing(ring)
    assert shape.is_valid
    assert shape.is_ccw
    assert all(math.hypot(*metres(pose, lat, lon)) < 300.001 for lon, lat in ring)


@given(poses, pixels)
def test_what_a_pixel_shows_within_range_is_in_the_footprint(
    pose: Pose, pixel: tuple[float, float]
) -> None:
    place = Camera(pose, W, H).ground(*pixel)
    assume(place is not None)
    assert place is not None
    assume(math.hypot(*place) < 290)
    ring = [metres(pose, lat, lon) for lon, lat in view_footprint(pose, W / H, 300.0)]
    assume(len(ring) > 3)  # a sliver of the picture
    assert shapely.Polygon(ring).distance(shapely.Point(place)) < 0.15


def test_straight_down_it_is_the_rectangle_below() -> None:
    ring = view_footprint(NADIR, W / H)
    shape = shapely.Polygon([metres(NADIR, lat, lon) for lon, lat in ring])
    width = 2 * 60 * math.tan(math.radians(35))
    assert shape.area == pytest.approx(width * width * H / W, rel=1e-3)
    assert shape.contains(shapely.Point(0, 0))
    assert len(ring) == 5


def test_towards_the_horizon_it_ends_at_the_range() -> None:
    level = replace(OBLIQUE, pitch_deg=-5.0)
    far = [math.hypot(*metres(level, lat, lon)) for lon, lat in view_footprint(level, W / H)]
    assert max(far) == pytest.approx(500, abs=1)
    up = replace(OBLIQUE, pitch_deg=40.0)
    assert view_footprint(up, W / H) == []


@given(st.floats(-179, 179), st.floats(-89, 89), st.floats(-179, 179))
def test_a_cameras_angles_come_back_from_its_axes(yaw: float, pitch: float, roll: float) -> None:
    axes = Camera(Pose(51.0, 0.0, 100.0, 0.0, yaw, pitch, roll, 60.0), 640, 480).axes
    assert angles_of(axes) == pytest.approx((yaw, pitch, roll), abs=1e-5)


@pytest.mark.parametrize("pitch", [-90.0, 90.0])
def test_straight_down_or_up_the_yaw_is_kept(pitch: float) -> None:
    axes = Camera(Pose(51.0, 0.0, 100.0, 0.0, 30.0, pitch, 0.0, 60.0), 640, 480).axes
    assert angles_of(axes) == pytest.approx((30.0, pitch, 0.0), abs=1e-6)


def test_a_turn_about_the_vertical_is_a_yaw() -> None:
    axes = Camera(Pose(51.0, 0.0, 100.0, 0.0, 30.0, -40.0, 5.0, 60.0), 640, 480).axes
    assert angles_of(turned(axes, 0.0, 0.0, math.radians(-10))) == pytest.approx((40, -40, 5))


def test_the_middle_of_the_picture_on_the_ground() -> None:
    pose = Pose(51.0, 0.0, 60.0, 10.0, 90.0, -45.0, 0.0, 60.0)
    centre = view_centre(pose)
    assert centre is not None
    assert LocalFrame(51.0, 0.0).from_wgs84(*centre) == pytest.approx((50.0, 0.0), abs=1e-6)
    assert view_centre(pose, range_m=49.0) is None
    assert view_centre(replace(pose, pitch_deg=0.0)) is None
