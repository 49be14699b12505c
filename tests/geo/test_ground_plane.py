"""Pixel to ground: round trips through made-up cameras, ellipses, and what must be refused."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.ground_plane import GroundPlane
from tests.geo.views import View

ANCHOR = {"anchor_lat": 51.48278, "anchor_lon": -0.21785}
GEOD = pyproj.Geod(ellps="WGS84")
Pair = tuple[float, float, float, float]


def fit(view: View, pairs: list[Pair], **changes: Any) -> GroundPlane:
    arguments: dict[str, Any] = {
        "width_px": view.width_px,
        "height_px": view.height_px,
        **ANCHOR,
        "pairs": pairs,
        "sigma_px": 2.0,
        "sigma_calibration_m": 0.0,
        **changes,
    }
    return GroundPlane.fit(**arguments)


def pairs_of(view: View, pixels: list[tuple[float, float]]) -> list[Pair]:
    pairs = []
    for u, v in pixels:
        place = view.ground(u, v)
        assert place is not None
        pairs.append((u, v, *place))
    return pairs


def metres_from_anchor(lat: float, lon: float) -> tuple[float, float]:
    bearing, _, distance = GEOD.inv(ANCHOR["anchor_lon"], ANCHOR["anchor_lat"], lon, lat)
    return distance * math.sin(math.radians(bearing)), distance * math.cos(math.radians(bearing))


LOOK = View(0, 0, height_m=7, heading_deg=140, tilt_deg=16, roll_deg=0, focal_px=1200)
SPREAD = [(200.0, 250.0), (1080.0, 200.0), (150.0, 650.0), (1100.0, 600.0)]
PAIRS = pairs_of(LOOK, SPREAD)

views = st.builds(
    View,
    east_m=st.floats(-60, 60),
    north_m=st.floats(-60, 60),
    height_m=st.floats(3, 40),
    heading_deg=st.floats(0, 360),
    tilt_deg=st.floats(20, 90),
    roll_deg=st.floats(-8, 8),
    focal_px=st.floats(600, 1800),
)
# Rows lower than this are below the horizon of every view above... of the wide ones, just.
fractions = st.floats(0.02, 0.98)


@given(views, st.tuples(fractions, fractions), st.integers(4, 12), st.integers(0, 2**32 - 1))
def test_a_fitted_view_puts_every_pixel_where_the_camera_saw_it(
    view: View, at: tuple[float, float], extra: int, seed: int
) -> None:
    corners = [(60.0, 60.0), (1220.0, 60.0), (60.0, 660.0), (1220.0, 660.0)]
    rays = [view.ray(u, v) for u, v in corners]
    assume(all(ray[2] < -0.05 for ray in rays))
    rng = np.random.default_rng(seed)
    more = [(float(u), float(v)) for u, v in rng.uniform(60, 660, (extra - 4, 2))]
    plane = fit(view, pairs_of(view, corners + more))
    u, v = 60 + at[0] * 1160, 60 + at[1] * 600
    truth = view.ground(u, v)
    assert truth is not None
    point = plane.locate(u, v)
    assert point is not None
    reach = math.hypot(*truth) + 1
    assert metres_from_anchor(point.lat, point.lon) == pytest.approx(truth, abs=1e-6 * reach)
    assert point.semi_major_m >= point.semi_minor_m > 0
    assert 0 <= point.orientation_deg < 180


@given(views, st.lists(st.tuples(st.floats(0, 1280), st.floats(0, 720)), max_size=20))
def test_many_points_at_once_are_the_same_as_one_by_one(
    view: View, pixels: list[tuple[float, float]]
) -> None:
    corners = [(60.0, 60.0), (1220.0, 60.0), (60.0, 660.0), (1220.0, 660.0)]
    assume(all(view.ray(u, v)[2] < -0.05 for u, v in corners))
    plane = fit(view, pairs_of(view, corners), sigma_calibration_m=0.2)
    many = plane.locate_many(np.array(pixels).reshape(-1, 2))
    for pixel, got in zip(pixels, many, strict=True):
        one = plane.locate(*pixel)
        if one is None or got is None:
            assert one is got
            continue
        assert (got.lat, got.lon) == pytest.approx((one.lat, one.lon), abs=1e-10)
        assert got.semi_major_m == pytest.approx(one.semi_major_m, rel=1e-6)
        assert got.semi_minor_m == pytest.approx(one.semi_minor_m, rel=1e-6)


@pytest.mark.parametrize("pixel", [(640, 260), (200, 300), (1100, 420), (640, 700)])
@pytest.mark.parametrize("own_m", [0.0, 0.3])
def test_the_truth_is_inside_the_ellipse_95_times_in_100(
    pixel: tuple[float, float], own_m: float
) -> None:
    sigma_px = 4.0
    plane = fit(LOOK, PAIRS, sigma_px=sigma_px, sigma_calibration_m=own_m)
    truth = LOOK.ground(*pixel)
    assert truth is not None
    rng = np.random.default_rng(20261124)
    n = 4000
    seen = plane.locate_many(np.array(pixel) + rng.normal(0, sigma_px, (n, 2)))
    shift = rng.normal(0, own_m, (n, 2))
    inside = 0
    for point, (east_off, north_off) in zip(seen, shift, strict=True):
        assert point is not None
        east, north = metres_from_anchor(point.lat, point.lon)
        de, dn = truth[0] - east + east_off, truth[1] - north + north_off
        bearing = math.radians(point.orientation_deg)
        along = de * math.sin(bearing) + dn * math.cos(bearing)
        across = de * math.cos(bearing) - dn * math.sin(bearing)
        inside += (along / point.semi_major_m) ** 2 + (across / point.semi_minor_m) ** 2 <= 1
    assert 0.93 <= inside / n <= 0.97


def test_the_long_axis_lies_along_the_line_of_sight() -> None:
    plane = fit(LOOK, PAIRS)
    point = plane.locate(640, 300)
    assert point is not None
    assert point.orientation_deg == pytest.approx(140, abs=0.1)
    assert point.semi_major_m > 2 * point.semi_minor_m


def test_the_calibrations_own_doubt_is_a_floor() -> None:
    sharp, blunt = (fit(LOOK, PAIRS, sigma_calibration_m=s).locate(640, 700) for s in (0.0, 0.5))
    assert sharp is not None
    assert blunt is not None
    assert blunt.semi_minor_m > 0.5 * math.sqrt(5.99) > sharp.semi_minor_m


# --- horizon and footprint -----------------------------------------------------------------------

OVER = View(0, 0, height_m=7, heading_deg=0, tilt_deg=8, roll_deg=4, focal_px=900)
OVER_PLANE = fit(OVER, pairs_of(OVER, [(200, 420), (1100, 400), (100, 700), (1200, 690)]))


@given(st.floats(0, 1280), st.floats(0, 720))
def test_the_sky_has_no_place(u: float, v: float) -> None:
    point = OVER_PLANE.locate(u, v)
    truth = OVER.ground(u, v)
    if truth is None:
        assert point is None
    elif math.hypot(*truth) < 200:
        assert point is not None


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_pixel_that_is_no_number_has_no_place(bad: float) -> None:
    assert OVER_PLANE.locate(bad, 500) is None
    assert OVER_PLANE.locate(500, bad) is None
    assert OVER_PLANE.locate_many(np.array([[bad, 500.0], [500.0, bad]])) == [None, None]


def test_no_pixels_have_no_places() -> None:
    assert OVER_PLANE.locate_many(np.empty((0, 2))) == []


@given(views)
def test_a_footprint_is_a_closed_valid_ring_within_range(view: View) -> None:
    corners = [(60.0, 300.0), (1220.0, 300.0), (60.0, 660.0), (1220.0, 660.0)]
    assume(all(view.ray(u, v)[2] < -0.1 for u, v in corners))
    plane = fit(view, pairs_of(view, corners))
    ring = plane.footprint()
    assert ring[0] == ring[-1]
    assert len(ring) >= 4
    shape = shapely.LinearRing(ring)
    assert shape.is_valid
    assert shape.is_ccw
    for lon, lat in ring:
        assert math.hypot(*metres_from_anchor(lat, lon)) <= plane.range_m + 1e-3


def test_a_footprint_shows_what_the_camera_sees() -> None:
    metres = [metres_from_anchor(lat, lon) for lon, lat in OVER_PLANE.footprint()]
    shape = shapely.Polygon(metres)
    for u, v in [(5, 715), (1275, 715), (640, 400), (640, 500), (300, 420)]:
        place = OVER.ground(u, v)
        assert place is not None
        assert shape.contains(shapely.Point(*place))
    assert max(math.hypot(*m) for m in metres) == pytest.approx(120, abs=0.5)
    assert not shape.contains(shapely.Point(0, -1))  # behind the camera
    longest = max(math.dist(a, b) for a, b in pairwise(metres))
    assert longest < 130


@given(views, st.floats(0, 1), st.floats(0, 1))
def test_what_is_placed_within_range_is_in_the_footprint(
    view: View, across: float, down: float
) -> None:
    corners = [(60.0, 300.0), (1220.0, 300.0), (60.0, 660.0), (1220.0, 660.0)]
    assume(all(view.ray(u, v)[2] < -0.1 for u, v in corners))
    plane = fit(view, pairs_of(view, corners))
    point = plane.locate(across * view.width_px, down * view.height_px)
    shape = shapely.Polygon(plane.footprint())
    if point is not None:
        east, north = metres_from_anchor(point.lat, point.lon)
        if math.hypot(east, north) < 0.99 * plane.range_m:  # the disc has corners
            assert shape.distance(shapely.Point(point.lon, point.lat)) < 2e-8


def test_a_view_too_unsure_for_any_place_has_no_footprint() -> None:
    plane = fit(
        OVER, pairs_of(OVER, [(200, 420), (1100, 400), (100, 700), (1200, 690)]), sigma_px=400
    )
    assert plane.footprint() == []
    assert plane.locate(640, 700) is None


def test_one_plane_serves_many_threads() -> None:
    plane = fit(LOOK, PAIRS)
    pixels = [(u, v) for u in range(0, 1280, 40) for v in range(200, 720, 20)]
    alone = [plane.locate(u, v) for u, v in pixels]
    with ThreadPoolExecutor(8) as pool:
        together = pool.map(lambda _: [plane.locate(u, v) for u, v in pixels], range(16))
    assert all(one == alone for one in together)


# --- what is refused -----------------------------------------------------------------------------

GROUND = [(east, north) for _, _, east, north in PAIRS]


def with_ground(places: list[tuple[float, float]]) -> list[Pair]:
    return [(u, v, *place) for (u, v), place in zip(SPREAD, places, strict=True)]


REFUSED: dict[str, tuple[list[Pair], str]] = {
    "no points": ([], "at least 4"),
    "three points": (PAIRS[:3], "at least 4"),
    "one place for all": (with_ground([(1.0, 2.0)] * 4), "all the same"),
    "three pixels on a line": (
        pairs_of(LOOK, [(200, 250), (640, 350), (1080, 450), (150, 650)]),
        "on one line",
    ),
    "all pixels on a line": (
        pairs_of(LOOK, [(200, 250), (500, 250), (800, 250), (1100, 250)]),
        "on one line",
    ),
    "the same point twice": ([*PAIRS[:3], PAIRS[0]], "on one line"),
    "mirrored": (with_ground([(-e, n) for e, n in GROUND]), "mirrored"),
    "east and north swapped": (with_ground([(n, e) for e, n in GROUND]), "mirrored"),
    "two places swapped": (
        with_ground([GROUND[1], GROUND[0], GROUND[2], GROUND[3]]),
        "behind the horizon",
    ),
    "one of five wrong": (
        [*PAIRS, (640.0, 500.0, GROUND[0][0] + 6, GROUND[0][1] + 6)],
        "contradict|horizon",
    ),
    "pixel outside": ([*PAIRS[:3], (1500.0, 300.0, 1.0, 1.0)], "point 4 lies outside"),
    "pixel not a number": ([*PAIRS[:3], (math.nan, 300.0, 1.0, 1.0)], "point 4 lies outside"),
    "place not a number": ([*PAIRS[:3], (300.0, 300.0, math.nan, 1.0)], "point 4 is over"),
    "place infinite": ([*PAIRS[:3], (300.0, 300.0, 1.0, -math.inf)], "point 4 is over"),
    "place far away": ([*PAIRS[:3], (300.0, 300.0, 1e6, 1.0)], "point 4 is over"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_points_are_refused_with_a_sentence(name: str) -> None:
    pairs, words = REFUSED[name]
    with pytest.raises(ValueError, match=words) as refusal:
        fit(LOOK, pairs)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    "changes",
    [
        {"width_px": 0},
        {"height_px": -5},
        {"width_px": 10**9},
        {"sigma_px": 0},
        {"sigma_px": math.nan},
        {"sigma_px": -1},
        {"sigma_px": 1e9},
        {"sigma_calibration_m": -0.1},
        {"sigma_calibration_m": math.nan},
        {"sigma_calibration_m": math.inf},
        {"anchor_lat": 90.0},
        {"anchor_lat": math.nan},
        {"anchor_lon": 181.0},
        {"anchor_lon": math.nan},
    ],
)
def test_bad_numbers_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        fit(LOOK, PAIRS, **changes)


numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(
    st.lists(st.tuples(st.floats(0, 1280), st.floats(0, 720), numbers, numbers), max_size=8),
    st.floats(0, 1280),
    st.floats(0, 720),
)
def test_any_points_are_either_refused_or_give_finite_places(
    pairs: list[Pair], u: float, v: float
) -> None:
    try:
        plane = fit(LOOK, pairs)
    except ValueError:
        return
    point = plane.locate(u, v)
    if point is not None:
        assert all(math.isfinite(value) for value in (point.lat, point.lon, point.semi_major_m))
    assert all(math.isfinite(lon) and math.isfinite(lat) for lon, lat in plane.footprint())


def test_clicks_a_few_pixels_off_still_fit_and_say_how_badly() -> None:
    rng = np.random.default_rng(7)
    pixels = [(float(u), float(v)) for u, v in rng.uniform((50, 200), (1230, 700), (20, 2))]
    pairs = [
        (u + rng.normal(0, 1.5), v + rng.normal(0, 1.5), e, n)
        for u, v, e, n in pairs_of(LOOK, pixels)
    ]
    plane = fit(LOOK, pairs)
    assert 0.01 < plane.residual_m < 0.5
    point, truth = plane.locate(640, 450), LOOK.ground(640, 450)
    assert point is not None
    assert truth is not None
    assert math.dist(metres_from_anchor(point.lat, point.lon), truth) < 0.15
