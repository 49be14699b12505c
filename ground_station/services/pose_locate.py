"""Where on the ground the tracks of a moving camera stand, by the pose of each frame."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Final

from geo.camera import SIGMAS, Camera, Pose, ground_point, view_footprint
from geo.ground_plane import GroundPoint
from ground_station.core.agent_vehicles import CameraPose
from ground_station.core.model import FrameTracks, GeoObservation, Track

CUT_BY_EDGE_PX: Final = 2.0  # a box that ends so near an edge goes on outside the picture
# Seen so steeply, a box is round a thing's middle rather than on its feet.
STEEP_DEG: Final = 20.0
BOX_SIGMA: Final = 0.06  # of a box's sides, in its longer side


@dataclass(frozen=True, slots=True)
class _Height:
    """How high things of a class are, in metres, and the standard deviation of it."""

    mean_m: float
    sigma_m: float


_HEIGHTS: Final = {
    "person": _Height(1.7, 0.15),
    "bicycle": _Height(1.5, 0.3),
    "motorcycle": _Height(1.4, 0.3),
    "car": _Height(1.5, 0.25),
    "bus": _Height(3.2, 0.6),
    "truck": _Height(2.8, 0.8),
}
_ANYTHING: Final = _Height(1.5, 0.8)


def locate(frame: FrameTracks, pose: CameraPose) -> tuple[GeoObservation, ...]:
    """One observation for each track that stands on the ground in the picture.

    Seen steeply, the middle of a box shows the middle of the thing, half its height above the
    ground; seen flat, the middle of its lower edge shows where it stands. How high things of the
    class are is known only so well, and that is in the ellipse. Boxes that are cut by an edge they
    would be measured from, or that stand at the horizon, have no place.

    Raises:
        ValueError: the pose is none that a camera can have.
    """
    if frame.width <= 0 or frame.height <= 0:
        return ()
    camera = Camera(pose_of(pose), frame.width, frame.height)
    found = []
    for track in frame.tracks:
        point = _point(camera, track)
        if point is not None:
            found.append(_observation(frame, track, point))
    return tuple(found)


def footprint(pose: CameraPose, width_px: int, height_px: int) -> list[tuple[float, float]]:
    """The ground in view as a closed ring of (lon, lat); [] where it looks above the horizon.

    Raises:
        ValueError: the pose, or the picture's shape, is none that a camera can have.
    """
    if width_px <= 0 or height_px <= 0:
        raise ValueError(f"There is no picture of {width_px} x {height_px} pixels.")
    return view_footprint(pose_of(pose), width_px / height_px)


def pose_of(pose: CameraPose) -> Pose:
    """As `geo` knows it.

    Raises:
        ValueError: it is none that a camera can have.
    """
    return Pose(
        lat=pose.lat,
        lon=pose.lon,
        alt_amsl_m=pose.alt_amsl_m,
        ground_amsl_m=pose.ground_amsl_m,
        yaw_deg=pose.yaw_deg,
        pitch_deg=pose.pitch_deg,
        roll_deg=pose.roll_deg,
        hfov_deg=pose.hfov_deg,
    )


def _point(camera: Camera, track: Track) -> GroundPoint | None:
    left, top, right, bottom = track.xyxy
    if bottom >= camera.height_px - CUT_BY_EDGE_PX:
        return None
    u, v = (left + right) / 2, (top + bottom) / 2
    east, north, up = camera.ray(u, v)
    box_px = max(SIGMAS.pixel_px, BOX_SIGMA * max(right - left, bottom - top))
    if math.degrees(math.atan2(-up, math.hypot(east, north))) < STEEP_DEG:
        sigmas = dataclasses.replace(SIGMAS, pixel_px=box_px)
        return ground_point(camera.pose, camera.width_px, camera.height_px, u, bottom, sigmas)
    if min(left, top) <= CUT_BY_EDGE_PX or right >= camera.width_px - CUT_BY_EDGE_PX:
        return None
    height = _HEIGHTS.get(track.class_name, _ANYTHING)
    middle = dataclasses.replace(
        camera.pose, ground_amsl_m=camera.pose.ground_amsl_m + height.mean_m / 2
    )
    sigmas = dataclasses.replace(
        SIGMAS, pixel_px=box_px, ground_m=math.hypot(SIGMAS.ground_m, height.sigma_m / 2)
    )
    return ground_point(middle, camera.width_px, camera.height_px, u, v, sigmas)


def _observation(frame: FrameTracks, track: Track, point: GroundPoint) -> GeoObservation:
    return GeoObservation(
        source_id=frame.source_id,
        session_id=frame.session_id,
        track_id=track.track_id,
        class_name=track.class_name,
        lat=point.lat,
        lon=point.lon,
        semi_major_m=point.semi_major_m,
        semi_minor_m=point.semi_minor_m,
        orientation_deg=point.orientation_deg,
        observed_at=frame.captured_at,
    )
