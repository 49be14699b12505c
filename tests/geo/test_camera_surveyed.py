"""The camera model against three real nadir photos with surveyed targets (odm_br, Brazil).

The photos' poses are not known but for a GNSS place each, so a pose is fitted to the targets; each
target is then located with a pose that was fitted to the others. The lens has distortion, which
the model does not know: what is left over says how much that is.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyproj
import pytest
from numpy.typing import NDArray

from geo.camera import Pose, PoseSigmas, ground_point, pixel_of
from geo.local_frame import LocalFrame

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "eval" / "geo_odm_br"
pytestmark = pytest.mark.skipif(
    not (DATA / "gcp_observations.txt").is_file(),
    reason="shared/data/eval/geo_odm_br (surveyed drone photos) is not here",
)
W, H = 4000, 3000
HFOV_DEG = math.degrees(2 * math.atan(W / 2 / 2904))
FLOWN_AT_M = 75.0
PHOTOS = ("IMG_5350.JPG", "IMG_5351.JPG", "IMG_5353.JPG")
FITTED = PoseSigmas(0.2, 0.2, 0.0, 0.1, 0.1, 5.0)
TAKEN_AS_NADIR = PoseSigmas(3.0, 3.0, 0.0, 1.0, 4.0, 5.0)
Target = tuple[float, float, float, float, float]  # lat, lon, height, u, v


def targets(photo: str) -> list[Target]:
    first, *lines = (DATA / "gcp_observations.txt").read_text().splitlines()
    to_wgs84 = pyproj.Transformer.from_crs(pyproj.CRS(first), 4326, always_xy=True)
    found = []
    for line in lines:
        east, north, height, u, v, name, _target = line.split()
        if name == photo:
            lon, lat = to_wgs84.transform(float(east), float(north))
            found.append((lat, lon, float(height), float(u), float(v)))
    return found


def exif_place(photo: str) -> tuple[float, float]:
    for line in (DATA / "exif_positions.txt").read_text().splitlines()[1:]:
        lat, lon, name = line.split("\t")
        if name == photo:
            return _degrees(lat), _degrees(lon)
    raise AssertionError(photo)


def _degrees(text: str) -> float:
    degrees, minutes, seconds = (abs(float(part)) for part in text.split())
    return -(degrees + minutes / 60 + seconds / 3600)  # south and west, all of them


def fitted(start: Pose, seen: list[Target]) -> Pose:
    """Gauss-Newton over place, height, heading of the upper edge and tilt towards it and to its
    right (smooth at the nadir, where yaw and roll are one); numerical derivatives."""
    frame = LocalFrame(start.lat, start.lon)

    def posed(x: NDArray[np.float64]) -> Pose:
        lat, lon = frame.to_wgs84(float(x[0]), float(x[1]))
        side_deg = math.degrees(math.atan2(x[5], x[4]))
        return Pose(
            lat,
            lon,
            start.alt_amsl_m + float(x[2]),
            start.ground_amsl_m,
            start.yaw_deg + float(x[3]) + side_deg,
            -90 + math.hypot(x[4], x[5]),
            -side_deg,
            start.hfov_deg,
        )

    def off(x: NDArray[np.float64]) -> NDArray[np.float64]:
        rows: list[float] = []
        for lat, lon, height, u, v in seen:
            pixel = pixel_of(replace(posed(x), ground_amsl_m=height), W, H, lat, lon)
            assert pixel is not None
            rows += [pixel[0] - u, pixel[1] - v]
        return np.array(rows)

    x = np.zeros(6)
    for _ in range(12):
        here = off(x)
        jacobian = np.column_stack([(off(x + d) - here) / 1e-4 for d in 1e-4 * np.eye(6)])
        x = x - np.linalg.lstsq(jacobian, here, rcond=None)[0]
    return posed(x)


def start(photo: str) -> Pose:
    """Straight down, turned as the two targets farthest apart say."""
    seen = targets(photo)
    lat, lon = exif_place(photo)
    ground = float(np.mean([height for _, _, height, _, _ in seen]))
    nadir = Pose(lat, lon, ground + FLOWN_AT_M, ground, 0.0, -90.0, 0.0, HFOV_DEG)
    frame = LocalFrame(lat, lon)
    pairs = [(a, b) for a in seen for b in seen]
    a, b = max(pairs, key=lambda pair: math.dist(pair[0][3:], pair[1][3:]))
    east, north = np.subtract(frame.from_wgs84(*b[:2]), frame.from_wgs84(*a[:2]))
    in_picture = math.degrees(math.atan2(b[3] - a[3], -(b[4] - a[4])))
    return replace(nadir, yaw_deg=math.degrees(math.atan2(east, north)) - in_picture)


def off_m(pose: Pose, target: Target, sigmas: PoseSigmas) -> tuple[float, float]:
    """How far off a target is located, and that distance in units of the 95 % ellipse."""
    lat, lon, height, u, v = target
    point = ground_point(replace(pose, ground_amsl_m=height), W, H, u, v, sigmas)
    assert point is not None
    east, north = LocalFrame(point.lat, point.lon).from_wgs84(lat, lon)
    bearing = math.radians(point.orientation_deg)
    along = east * math.sin(bearing) + north * math.cos(bearing)
    across = east * math.cos(bearing) - north * math.sin(bearing)
    return math.hypot(east, north), math.hypot(
        along / point.semi_major_m, across / point.semi_minor_m
    )


@pytest.mark.parametrize("photo", PHOTOS)
def test_a_target_is_found_with_a_pose_from_the_others(photo: str) -> None:
    seen = targets(photo)
    assert len(seen) == 8
    whole = fitted(start(photo), seen)
    assert whole.pitch_deg < -80  # they were flown as nadir
    assert whole.alt_amsl_m - whole.ground_amsl_m == pytest.approx(FLOWN_AT_M, abs=5)
    place = LocalFrame(whole.lat, whole.lon).from_wgs84(*exif_place(photo))
    assert math.hypot(*place) < 5
    nadir = start(photo)
    errors = [
        off_m(fitted(nadir, [t for t in seen if t is not target]), target, FITTED)[0]
        for target in seen
    ]
    assert float(np.median(errors)) < 0.15
    assert max(errors) < 0.4


@pytest.mark.parametrize("photo", PHOTOS)
def test_taken_as_straight_down_the_truth_still_lies_in_the_stated_ellipse(photo: str) -> None:
    """The photo's own place and the flight's height only: the tilt, up to 7 degrees, is unknown."""
    pose = start(photo)
    found = [off_m(pose, target, TAKEN_AS_NADIR) for target in targets(photo)]
    assert max(error for error, _ in found) > 5  # metres: the doubt is real
    assert max(share for _, share in found) <= 1
