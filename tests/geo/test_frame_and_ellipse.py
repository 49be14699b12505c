"""Local metres and WGS 84; ellipses of covariances."""

from __future__ import annotations

import math

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.ellipse import CHI2_95_2DOF, ellipse_95
from geo.local_frame import LocalFrame

metres = st.floats(-20_000, 20_000)
anchors = st.builds(LocalFrame, st.floats(-85, 85), st.floats(-180, 180))


@given(anchors, metres, metres)
def test_metres_to_wgs84_and_back(frame: LocalFrame, east: float, north: float) -> None:
    lat, lon = frame.to_wgs84(east, north)
    assert -90 <= lat <= 90
    assert -180 <= lon <= 180
    assert frame.from_wgs84(lat, lon) == pytest.approx((east, north), abs=1e-6)


@given(anchors, st.lists(st.tuples(metres, metres), max_size=10))
def test_arrays_agree_with_single_points(
    frame: LocalFrame, points: list[tuple[float, float]]
) -> None:
    table = np.array(points).reshape(-1, 2)
    lats, lons = frame.to_wgs84_many(table[:, 0], table[:, 1])
    singles = [frame.to_wgs84(*point) for point in points]
    for lat, lon, single in zip(lats.tolist(), lons.tolist(), singles, strict=True):
        assert (lat, lon) == pytest.approx(single, abs=1e-12)


@given(metres, metres)
def test_it_is_the_azimuthal_equidistant_projection(east: float, north: float) -> None:
    projection = pyproj.Proj(proj="aeqd", lat_0=51.5, lon_0=-0.2, ellps="WGS84")
    lon, lat = projection(east, north, inverse=True)
    assert LocalFrame(51.5, -0.2).to_wgs84(east, north) == pytest.approx((lat, lon), abs=1e-8)


def test_north_is_up_and_east_is_right() -> None:
    frame = LocalFrame(51.5, -0.2)
    lat, lon = frame.to_wgs84(0, 100)
    assert lat > 51.5
    assert lon == pytest.approx(-0.2, abs=1e-12)
    assert frame.to_wgs84(100, 0)[1] > -0.2


@pytest.mark.parametrize(("lat", "lon"), [(90, 0), (-89.5, 0), (0, 181), (math.nan, 0)])
def test_an_impossible_anchor_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="anchor"):
        LocalFrame(lat, lon)


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(0, 179.99))
def test_an_ellipse_is_read_back_from_its_covariance(a: float, b: float, bearing: float) -> None:
    major, minor = max(a, b), min(a, b)
    s, c = math.sin(math.radians(bearing)), math.cos(math.radians(bearing))
    var_e = (major * s) ** 2 + (minor * c) ** 2
    var_n = (major * c) ** 2 + (minor * s) ** 2
    cov = (major**2 - minor**2) * s * c
    got_major, got_minor, orientation = ellipse_95(var_e, var_n, cov)
    k = math.sqrt(CHI2_95_2DOF)
    assert got_major == pytest.approx(k * major, rel=1e-9)
    assert got_minor == pytest.approx(k * minor, rel=1e-6, abs=1e-7 * major)
    assert 0 <= orientation < 180
    if major > 1.01 * minor:
        off = abs(orientation - bearing) % 180
        assert min(off, 180 - off) < 1e-4


def test_a_circle_points_north() -> None:
    k = math.sqrt(CHI2_95_2DOF)
    assert ellipse_95(4.0, 4.0, 0.0) == (2 * k, 2 * k, 0.0)


@pytest.mark.parametrize(
    ("covariance", "bearing"),
    [((4, 1, 0), 90), ((1, 4, 0), 0), ((2, 2, 1), 45), ((2, 2, -1), 135), ((1, 4, -1e-18), 0)],
)
def test_bearings_are_clockwise_from_north(
    covariance: tuple[float, float, float], bearing: float
) -> None:
    assert ellipse_95(*covariance)[2] == pytest.approx(bearing, abs=1e-9)


def test_rounding_never_makes_a_negative_axis() -> None:
    assert ellipse_95(1.0, 1.0, 1.0 + 1e-15)[1] == 0.0
