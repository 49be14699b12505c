"""Where the line of sight of a pixel meets ground that is not level."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geo.camera import (
    HORIZON_SIGMAS,
    SIGMAS,
    Camera,
    Pose,
    PoseSigmas,
    Vector,
    ground_covariance,
    horizon_doubt_rad,
)
from geo.ellipse import ellipse_95
from geo.ground_plane import GroundPoint
from geo.local_frame import LocalFrame
from geo.terrain import Terrain

RANGE_M = 5000.0
LEAST_STEP_M = 0.5
CLOSE_M = 0.01  # a crossing is found to within this along the ground
SLOPE_OVER_M = 10.0  # the ground's slope is taken over so far to either side
_EARTH_M = 6_371_000.0
_REFRACTION = 0.13  # light bends down by this share of the earth's curve


@dataclass(frozen=True, slots=True)
class SeenGround:
    """`ground_amsl_m`: of the place, by the terrain; `range_m`: along the ground from below the
    camera."""

    point: GroundPoint
    ground_amsl_m: float
    range_m: float


class NotSeen(Exception):
    """No place can be told; the message is one sentence that says why."""


class TerrainUnknown(NotSeen):
    """The terrain is not known all the way."""


def terrain_point(
    pose: Pose,
    size: tuple[int, int],
    pixel: tuple[float, float],
    terrain: Terrain,
    sigmas: PoseSigmas = SIGMAS,
) -> SeenGround:
    """The first ground that a pixel's line of sight meets, with its 95 % ellipse.

    The line is followed in steps that cannot pass a slope of 45 degrees or less; a steeper ridge
    that is thin may be missed. The earth's curve and a usual bending of light count. The ellipse
    is of first order, on ground that is plane round the place.

    Args:
        size: of the picture: width and height in pixels. pixel: u right, v down from the top left.
        pose: its `ground_amsl_m` is not used.
        sigmas: `height_m` and `ground_m` must be of absolute heights.

    Raises:
        TerrainUnknown: somewhere between the camera and the ground.
        NotSeen: it meets no ground within `RANGE_M`, or grazes it so that its place is anybody's
            guess, or the camera is not above the ground.
        ValueError: there is no such picture.
    """
    walk = _Walk(Camera(pose, *size), terrain, pixel)
    distance_m = walk.meet()
    place = walk.at(distance_m)
    ground_m = walk.ground(distance_m)
    slope = _slope(terrain, place, ground_m)
    ray = walk.ray
    fall = slope[0] * ray[0] + slope[1] * ray[1] - ray[2]
    doubt_rad = horizon_doubt_rad(walk.camera, sigmas)
    if math.atan2(fall, math.hypot(ray[0], ray[1])) <= HORIZON_SIGMAS * doubt_rad:
        raise NotSeen("The line of sight grazes the ground there: how far it is, nobody can tell.")
    reach = distance_m / walk.level if walk.level > 0 else walk.height_m / -ray[2]
    shape = ellipse_95(*ground_covariance(walk.camera, ray, reach, sigmas, slope))
    return SeenGround(GroundPoint(*place, *shape), ground_m, distance_m)


class _Walk:
    """A line of sight by its distance along the ground."""

    def __init__(self, camera: Camera, terrain: Terrain, pixel: tuple[float, float]) -> None:
        self.camera, self.terrain = camera, terrain
        self.ray: Vector = camera.ray(*pixel)
        if not all(math.isfinite(part) for part in self.ray):
            raise NotSeen("There is no such pixel.")
        self.level = math.hypot(self.ray[0], self.ray[1])
        self._frame: LocalFrame = camera.frame()
        self.height_m = camera.pose.alt_amsl_m - self.ground(0.0)
        if self.height_m <= 0:
            raise NotSeen(
                "By the terrain in use the camera is not above the ground, so it sees none."
            )

    def at(self, distance_m: float) -> tuple[float, float]:
        """(lat, lon) below the line."""
        if self.level <= 0:
            return self.camera.pose.lat, self.camera.pose.lon
        share = distance_m / self.level
        return self._frame.to_wgs84(self.ray[0] * share, self.ray[1] * share)

    def ground(self, distance_m: float) -> float:
        """Raises TerrainUnknown."""
        height_m = self.terrain.ground_amsl_m(*self.at(distance_m))
        if height_m is None or not math.isfinite(height_m):
            raise TerrainUnknown("The terrain is not known all the way to where that pixel looks.")
        return height_m

    def clearance(self, distance_m: float) -> float:
        """How high the line runs above the ground."""
        line_m = self.camera.pose.alt_amsl_m + self.ray[2] / self.level * distance_m
        line_m += distance_m**2 * (1 - _REFRACTION) / (2 * _EARTH_M)
        return line_m - self.ground(distance_m)

    def meet(self) -> float:
        """How far along the ground the line first meets it."""
        if self.ray[2] < 0 and self.level < 1e-6 * -self.ray[2]:
            return 0.0  # straight down
        if self.level <= 0:
            raise NotSeen("That pixel looks straight up.")
        steepest = 1.0 + max(-self.ray[2] / self.level, 0.0)
        before, clear_m = 0.0, self.height_m
        while before < RANGE_M:
            after = before + max(clear_m / steepest, LEAST_STEP_M)
            clear_m = self.clearance(after)
            if clear_m <= 0:
                return self._between(before, after)
            before = after
        raise NotSeen(
            f"That pixel shows no ground within {RANGE_M / 1000:g} km: it looks above the horizon, "
            "or almost."
        )

    def _between(self, above: float, below: float) -> float:
        while below - above > CLOSE_M:
            middle = (above + below) / 2
            if self.clearance(middle) > 0:
                above = middle
            else:
                below = middle
        return below


def _slope(terrain: Terrain, place: tuple[float, float], ground_m: float) -> tuple[float, float]:
    """Rise for each metre east and north; on one side only where the other is not known."""
    frame = LocalFrame(*place)

    def along(east: float, north: float) -> float:
        ahead = terrain.ground_amsl_m(*frame.to_wgs84(east, north))
        behind = terrain.ground_amsl_m(*frame.to_wgs84(-east, -north))
        known = (ahead is not None) + (behind is not None)
        rise_m = (ground_m if ahead is None else ahead) - (ground_m if behind is None else behind)
        return rise_m / (known * SLOPE_OVER_M) if known else 0.0

    return along(SLOPE_OVER_M, 0.0), along(0.0, SLOPE_OVER_M)
