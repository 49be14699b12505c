"""A camera's pose from known targets: by made-up pictures, and by three surveyed photos."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.camera import Camera, Pose
from geo.resection import Target, solve
from ground_station.cli.bench_pose import PHOTOS, photo_errors_m

WIDTH, HEIGHT, HFOV = 4000, 3000, 69.1
FOCAL = WIDTH / 2 / math.tan(math.radians(HFOV) / 2)
PLACES = [(-20, -15, 0), (22, -12, 1.5), (18, 20, -1), (-17, 19, 2), (3, 2, 0.5), (9, -18, 1)]


def seen(
    yaw: float, pitch: float, roll: float, height_m: float, noise_px: float = 0.0
) -> list[Target]:
    """The places as a camera above the origin sees them."""
    pose = Pose(51.5, -0.2, height_m, 0.0, yaw, pitch, roll, HFOV)
    camera, random = Camera(pose, WIDTH, HEIGHT), np.random.default_rng(1)
    found = []
    for east, north, up in PLACES:
        pixel = camera.pixel(east, north, up)
        assert pixel is not None
        u, v = (value + noise_px * random.normal() for value in pixel)
        found.append(Target(east, north, up, u, v))
    return found


@settings(deadline=None, max_examples=25)
@given(st.floats(0, 360), st.floats(-90, -65), st.floats(-10, 10), st.floats(50, 110))
def test_the_camera_is_found_again(yaw: float, pitch: float, roll: float, height_m: float) -> None:
    found = solve(seen(yaw, pitch, roll, height_m), WIDTH, HEIGHT, FOCAL)
    assert (found.east_m, found.north_m, found.up_m) == pytest.approx((0, 0, height_m), abs=1e-3)
    camera = Camera(Pose(51.5, -0.2, height_m, 0.0, yaw, pitch, roll, HFOV), WIDTH, HEIGHT)
    assert found.axes == pytest.approx(camera.axes, abs=1e-5)
    assert found.residual_px < 1e-3
    target = found.ground(2345.0, 678.0, 0.0)
    assert target == pytest.approx(camera.ground(2345.0, 678.0), abs=1e-2)


def test_an_unknown_focal_length_is_found_where_heights_differ() -> None:
    found = solve(seen(30, -75, 3, 80), WIDTH, HEIGHT, FOCAL * 1.05, focal_known=False)
    assert found.focal_px == pytest.approx(FOCAL, rel=1e-3)


def test_noise_shows_as_doubt() -> None:
    quiet = solve(seen(30, -80, 0, 80, 0.5), WIDTH, HEIGHT, FOCAL)
    loud = solve(seen(30, -80, 0, 80, 5.0), WIDTH, HEIGHT, FOCAL)
    assert quiet.sigma_m is not None
    assert loud.sigma_m is not None
    assert loud.sigma_m[0] > 5 * quiet.sigma_m[0]
    assert math.hypot(loud.east_m, loud.north_m) < 4 * math.hypot(*loud.sigma_m[:2])
    assert solve(seen(30, -80, 0, 80)[:4], WIDTH, HEIGHT, FOCAL).sigma_m is None


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (seen(0, -90, 0, 80)[:3], "4 targets are the least"),
        ([Target(0, n, 0, 2000, 1000 + 100 * n) for n in range(5)], "one line"),
        ([Target(math.nan, 0, 0, 1, 1), *seen(0, -90, 0, 80)], "no number"),
    ],
)
def test_what_tells_nothing_is_refused(targets: list[Target], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        solve(targets, WIDTH, HEIGHT, FOCAL)


def test_nothing_is_seen_above_the_horizon() -> None:
    found = solve(seen(0, -70, 0, 80), WIDTH, HEIGHT, FOCAL)
    assert found.ground(2000.0, 1500.0, 200.0) is None


@pytest.mark.skipif(not PHOTOS.is_file(), reason="the surveyed photos of shared/ are not here")
def test_each_surveyed_target_is_found_by_the_others() -> None:
    errors = photo_errors_m(Path(PHOTOS))
    assert len(errors) == 24
    assert float(np.median(errors)) <= 1.0
    assert max(errors) < 1.0
