"""The camera part of `run.py bench drone`: how well a pixel is put on the ground, with the noise
that a real drone's pose has, and whether the ellipses tell the truth about it. Seeded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from geo.camera import Camera, Pose, PoseSigmas, ground_point
from geo.local_frame import LocalFrame
from geo.resection import Target, solve
from ground_station.cli.bench_figures import Figure

HEIGHT_M: Final = 60.0
ANGLE_DEG, POSITION_M, PIXEL_PX = 1.0, 1.5, 1.0  # standard deviations, of each axis
WIDTH_PX, HEIGHT_PX, HFOV_DEG = 1280, 720, 70.0
PITCHES_DEG: Final = (-90.0, -60.0, -45.0)
GOAL_PITCHES_DEG: Final = (-90.0, -60.0)  # at -45 the picture reaches 150 m away
FARTHEST_M: Final = 150.0  # along the ground from the place below the camera
MEDIAN_M, LEAST_HELD, MOST_HELD = 3.0, 0.90, 0.98
SHOTS: Final = 3000
SEED: Final = 20261124
# Beside the project, where measurements are made; not part of it.
_SHARED = Path(__file__).resolve().parents[3] / "shared"
PHOTOS: Final = _SHARED / "data/eval/geo_odm_br/gcp_observations.txt"
PHOTO_PX: Final = (4000, 3000)
PHOTO_FOCAL_PX: Final = 2904.0
PHOTO_MEDIAN_M: Final = 1.0
SIGMAS: Final = PoseSigmas(
    position_m=POSITION_M,
    height_m=POSITION_M,
    ground_m=0.0,
    yaw_deg=ANGLE_DEG,
    tilt_deg=ANGLE_DEG,
    pixel_px=PIXEL_PX,
)


def pose_figures() -> Iterator[Figure]:
    """For each way the camera looks: the median error, and the share of truths in the ellipses."""
    for pitch_deg in PITCHES_DEG:
        errors_m, held = _shot(pitch_deg)
        where = f"camera at {pitch_deg:g} degrees"
        median = float(np.median(errors_m))
        note = (
            f"{len(errors_m)} pixels of {WIDTH_PX} x {HEIGHT_PX} at {HFOV_DEG:g} degrees, from "
            f"{HEIGHT_M:g} m, on ground up to {FARTHEST_M:g} m away; p95 "
            f"{np.percentile(errors_m, 95):.1f} m; noise {ANGLE_DEG:g} degree about each axis, "
            f"{POSITION_M:g} m along each"
        )
        yield Figure(
            f"ground position of a pixel, median, {where}",
            round(median, 2),
            "m",
            f"≤ {MEDIAN_M:g} m" if pitch_deg in GOAL_PITCHES_DEG else "",
            median <= MEDIAN_M if pitch_deg in GOAL_PITCHES_DEG else None,
            note,
        )
        share = sum(held) / len(held)
        yield Figure(
            f"truths inside the 95 % ellipses, {where}",
            round(share, 4),
            "",
            f"{LEAST_HELD:g} to {MOST_HELD:g}",
            LEAST_HELD <= share <= MOST_HELD,
        )


def photo_figures(path: Path = PHOTOS) -> Iterator[Figure]:
    """Three surveyed photos: each target by the pose that the others give. None where the photos
    are not at hand."""
    if not path.is_file():
        return
    errors_m = photo_errors_m(path)
    median = float(np.median(errors_m))
    note = (
        f"{len(errors_m)} targets, each left out of its own pose; the worst {max(errors_m):.2f} m"
    )
    yield Figure(
        "ground position in three surveyed photos, median",
        round(median, 3),
        "m",
        f"≤ {PHOTO_MEDIAN_M:g} m",
        median <= PHOTO_MEDIAN_M,
        note,
    )


def photo_errors_m(path: Path) -> list[float]:
    """In metres on the ground, at each target's own height."""
    photos: dict[str, list[Target]] = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        east, north, up, u, v, photo, _name = line.split()
        target = Target(float(east), float(north), float(up), float(u), float(v))
        photos.setdefault(photo, []).append(target)
    errors = []
    for targets in photos.values():
        for left_out in targets:
            others = [one for one in targets if one is not left_out]
            camera = solve(others, *PHOTO_PX, PHOTO_FOCAL_PX)
            found = camera.ground(left_out.u_px, left_out.v_px, left_out.up_m)
            assert found is not None
            errors.append(math.hypot(found[0] - left_out.east_m, found[1] - left_out.north_m))
    return errors


def _shot(pitch_deg: float) -> tuple[list[float], list[bool]]:
    """Errors in metres, and whether each truth lies in its ellipse."""
    random = np.random.default_rng(SEED + round(pitch_deg))
    errors_m: list[float] = []
    held: list[bool] = []
    while len(errors_m) < SHOTS:
        true = Pose(
            lat=51.4958,
            lon=-0.2386,
            alt_amsl_m=5.0 + HEIGHT_M,
            ground_amsl_m=5.0,
            yaw_deg=float(random.uniform(0, 360)),
            pitch_deg=pitch_deg,
            roll_deg=float(random.normal(0, 2)),
            hfov_deg=HFOV_DEG,
        )
        u, v = float(random.uniform(0, WIDTH_PX)), float(random.uniform(0, HEIGHT_PX))
        camera = Camera(true, WIDTH_PX, HEIGHT_PX)
        place = camera.ground(u, v)
        if place is None or math.hypot(*place) > FARTHEST_M:
            continue
        seen_u, seen_v = (value + float(random.normal(0, PIXEL_PX)) for value in (u, v))
        told = _noisy(true, random)
        found = ground_point(told, WIDTH_PX, HEIGHT_PX, seen_u, seen_v, SIGMAS)
        if found is None:
            continue  # it says so itself: too near to the horizon
        frame = LocalFrame(found.lat, found.lon)
        east, north = frame.from_wgs84(*camera.frame().to_wgs84(*place))
        errors_m.append(math.hypot(east, north))
        turn = math.radians(found.orientation_deg)
        along = east * math.sin(turn) + north * math.cos(turn)
        across = east * math.cos(turn) - north * math.sin(turn)
        held.append((along / found.semi_major_m) ** 2 + (across / found.semi_minor_m) ** 2 <= 1)
    return errors_m, held


def _noisy(true: Pose, random: np.random.Generator) -> Pose:
    """As the drone would tell it: turned about the vertical and two level axes, and moved."""
    frame = LocalFrame(true.lat, true.lon)
    east, north, up = random.normal(0, POSITION_M, 3)
    lat, lon = frame.to_wgs84(float(east), float(north))
    yaw, pitch, roll = random.normal(0, ANGLE_DEG, 3)
    return replace(
        true,
        lat=lat,
        lon=lon,
        alt_amsl_m=true.alt_amsl_m + float(up),
        yaw_deg=true.yaw_deg + float(yaw),
        pitch_deg=true.pitch_deg + float(pitch),
        roll_deg=true.roll_deg + float(roll),
    )
