"""The demonstration camera against the published calibration and the truth of PETS 2009."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fixed_cctv.pets_scene import (
    PETS_CALIBRATION,
    PETS_HEADING_DEG,
    PETS_LAT,
    PETS_LON,
    PETS_NOTE,
)
from geo.ground_plane import GroundPlane
from geo.local_frame import LocalFrame
from tests.geo.views import TsaiView

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "eval" / "pets09_s2l1"
needs_truth = pytest.mark.skipif(not SHARED.is_dir(), reason="shared PETS 2009 data not here")
FloatArray = NDArray[np.float64]

TURN = np.radians(275)
ORIGIN_M = np.array([-5.0, -4.0])  # of our frame, in the calibration's own ground frame


def plane() -> GroundPlane:
    c = PETS_CALIBRATION
    return GroundPlane.fit(
        width_px=c.width_px,
        height_px=c.height_px,
        anchor_lat=c.anchor_lat,
        anchor_lon=c.anchor_lon,
        pairs=[(p.u_px, p.v_px, p.east_m, p.north_m) for p in c.pairs],
        sigma_px=c.sigma_px,
        sigma_calibration_m=c.sigma_calibration_m,
    )


def placed(reading_m: FloatArray) -> FloatArray:
    """From Reading's ground frame to ours."""
    cos, sin = np.cos(TURN), np.sin(TURN)
    turned: FloatArray = (reading_m - ORIGIN_M) @ np.array([[cos, sin], [-sin, cos]])
    return turned


def differences_m(pixels: FloatArray) -> FloatArray:
    """How far our plane and the published calibration differ on the ground at these pixels."""
    frame = LocalFrame(PETS_CALIBRATION.anchor_lat, PETS_CALIBRATION.anchor_lon)
    ours = []
    for point in plane().locate_many(pixels):
        assert point is not None
        ours.append(frame.from_wgs84(point.lat, point.lon))
    truth = placed(TsaiView(SHARED / "calibration" / "View_001.xml").ground(pixels))
    off_m: FloatArray = np.linalg.norm(np.array(ours) - truth, axis=1)
    return off_m


@needs_truth
def test_feet_of_the_annotated_people_lie_where_the_published_calibration_puts_them() -> None:
    boxes = np.loadtxt(SHARED / "gt_frames_0001-0400.txt", delimiter=",")
    feet = np.column_stack([boxes[:, 2] + boxes[:, 4] / 2, boxes[:, 3] + boxes[:, 5]])
    off_m = differences_m(feet)
    assert len(off_m) == 2396
    assert np.percentile(off_m, 50) < 0.04
    assert np.percentile(off_m, 95) < 0.08
    assert off_m.max() < 0.3


@needs_truth
def test_other_ground_of_the_picture_agrees_too() -> None:
    u, v = np.meshgrid(np.arange(20, 760, 37.0), np.arange(120, 571, 22.0))
    off_m = differences_m(np.column_stack([u.ravel(), v.ravel()]))
    assert np.percentile(off_m, 50) < 0.05
    assert np.percentile(off_m, 95) < 0.2


@needs_truth
def test_the_camera_stands_where_the_calibration_says_and_looks_along_its_axis() -> None:
    tsai = TsaiView(SHARED / "calibration" / "View_001.xml")
    frame = LocalFrame(PETS_CALIBRATION.anchor_lat, PETS_CALIBRATION.anchor_lon)
    ours = np.array(frame.from_wgs84(PETS_LAT, PETS_LON))
    assert np.linalg.norm(ours - placed(tsai.centre_m[None, :2])[0]) < 0.1
    cx, cy = 324.22, 282.57  # where the optical axis meets the picture
    point = plane().locate(cx, cy)
    assert point is not None
    east, north = np.array(frame.from_wgs84(point.lat, point.lon)) - ours
    assert np.degrees(np.arctan2(east, north)) % 360 == pytest.approx(PETS_HEADING_DEG, abs=0.3)


def test_everything_the_demo_camera_sees_is_placed() -> None:
    p = plane()
    assert all(p.locate(u, v) for u in range(0, 769, 64) for v in range(0, 577, 64))


def test_the_note_says_where_it_was_filmed_and_why_it_is_here() -> None:
    for word in ("University of Reading", "PETS 2009", "demonstration"):
        assert word in PETS_NOTE
