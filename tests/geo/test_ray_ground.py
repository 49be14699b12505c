"""Lines of sight over ground that is not level."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.camera import Camera, Pose, PoseSigmas, angles_of, ground_point, turned
from geo.local_frame import LocalFrame
from geo.ray_ground import NotSeen, SeenGround, TerrainUnknown, terrain_point

SIZE = (1280, 720)
MIDDLE = (640.0, 360.0)
FRAME = LocalFrame(51.5, -0.2)
POSE = Pose(51.5, -0.2, 110.0, 0.0, 40.0, -30.0, 0.0, 70.0)


@dataclass
class Ground:
    """Heights by (east, north) of `FRAME`."""

    height: Callable[[float, float], float | None]
    name: str = "test"
    training: bool = False

    def ground_amsl_m(self, lat: float, lon: float) -> float | None:
        return self.height(*FRAME.from_wgs84(lat, lon))


def seen(pose: Pose, ground: Ground, pixel: tuple[float, float] = MIDDLE) -> SeenGround:
    return terrain_point(pose, SIZE, pixel, ground)


@settings(max_examples=40)
@given(st.floats(-89.9, -20), st.floats(0, 359), st.floats(100, 1180), st.floats(200, 700))
def test_on_level_ground_it_is_where_the_flat_model_puts_it(
    pitch: float, yaw: float, u: float, v: float
) -> None:
    pose = replace(POSE, pitch_deg=pitch, yaw_deg=yaw, ground_amsl_m=50.0)
    flat = ground_point(pose, *SIZE, u, v)
    if flat is None:
        return
    found = seen(pose, Ground(lambda _e, _n: 50.0), (u, v))
    off_m = math.hypot(*LocalFrame(flat.lat, flat.lon).from_wgs84(found.point.lat, found.point.lon))
    curve_m = found.range_m**3 / (2 * 6_371_000 * 60)
    assert off_m < 0.03 + curve_m
    assert found.point.semi_major_m == pytest.approx(flat.semi_major_m, rel=1e-3)
    assert found.ground_amsl_m == 50.0


def test_a_hill_in_front_hides_what_is_behind() -> None:
    hill = Ground(lambda e, n: max(0.0, 80 - abs(math.hypot(e, n) - 100)))
    found = seen(POSE, hill)
    # 110 - x tan 30 = x - 20
    assert found.range_m == pytest.approx(130 / (1 + math.tan(math.pi / 6)), abs=0.02)
    assert found.ground_amsl_m == pytest.approx(found.range_m - 20, abs=0.02)


def test_ground_that_falls_away_is_met_farther_out() -> None:
    falling = Ground(lambda e, n: -0.2 * math.hypot(e, n))
    # 110 - x tan 30 = -0.2 x
    assert seen(POSE, falling).range_m == pytest.approx(
        110 / (math.tan(math.pi / 6) - 0.2), rel=1e-3
    )


def test_straight_down() -> None:
    found = seen(replace(POSE, pitch_deg=-90.0), Ground(lambda e, n: 20 + 0.1 * e))
    assert found.range_m == 0
    assert found.ground_amsl_m == pytest.approx(20)
    assert (found.point.lat, found.point.lon) == pytest.approx((51.5, -0.2))


def test_above_the_horizon_there_is_no_ground() -> None:
    with pytest.raises(NotSeen, match="horizon"):
        seen(replace(POSE, pitch_deg=5.0), Ground(lambda _e, _n: 0.0))


def test_a_hillside_above_the_horizon_is_ground() -> None:
    hill = Ground(lambda e, n: max(0.0, (math.hypot(e, n) - 300) * 0.9))
    assert seen(replace(POSE, pitch_deg=5.0), hill).ground_amsl_m > 110


def test_terrain_that_ends_on_the_way() -> None:
    with pytest.raises(TerrainUnknown):
        seen(POSE, Ground(lambda e, n: None if 150 < math.hypot(e, n) < 400 else 0.0))
    with pytest.raises(TerrainUnknown):
        seen(POSE, Ground(lambda _e, _n: None))


def test_a_camera_that_is_below_the_ground() -> None:
    with pytest.raises(NotSeen, match="not above"):
        seen(POSE, Ground(lambda _e, _n: 111.0))


def test_a_grazed_slope_has_no_place() -> None:
    away = Ground(lambda e, n: -0.54 * math.hypot(e, n))
    with pytest.raises(NotSeen, match="grazes"):
        seen(POSE, away)


def test_no_pixel() -> None:
    with pytest.raises(NotSeen):
        seen(POSE, Ground(lambda _e, _n: 0.0), (math.nan, 3.0))


@pytest.mark.parametrize("slope", [0.0, 0.3, -0.25])
def test_its_ellipse_holds_19_of_20_on_a_slope(slope: float) -> None:
    """Drawn poses, each looking at the same pixel; the slope runs across the view."""
    ground = Ground(lambda e, n: slope * (0.8 * e + 0.6 * n))
    sigmas = PoseSigmas(1.5, 2.0, 0.0, 1.0, 1.0, 2.0)
    truth = seen(POSE, ground).point
    told = terrain_point(POSE, SIZE, MIDDLE, ground, sigmas).point
    rng = np.random.default_rng(4)
    frame = LocalFrame(truth.lat, truth.lon)
    bearing = math.radians(told.orientation_deg)
    held = 0
    axes = Camera(POSE, *SIZE).axes
    for _ in range(400):
        east, north, up, du, dv = rng.normal(0, (1.5, 1.5, 2.0, 2.0, 2.0))
        yaw, pitch, roll = angles_of(turned(axes, *np.radians(rng.normal(0, 1.0, 3))))
        lat, lon = FRAME.to_wgs84(east, north)
        pose = Pose(lat, lon, 110 + up, 0.0, yaw, pitch, roll, POSE.hfov_deg)
        point = seen(pose, ground, (640 + du, 360 + dv)).point
        e, n = frame.from_wgs84(point.lat, point.lon)
        along = e * math.sin(bearing) + n * math.cos(bearing)
        across = e * math.cos(bearing) - n * math.sin(bearing)
        held += math.hypot(along / told.semi_major_m, across / told.semi_minor_m) <= 1
    assert 0.91 <= held / 400 <= 0.99
