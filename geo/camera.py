"""From a pixel of a camera at a known pose to a place on flat ground, and back.

A pinhole with square pixels, its optical axis through the picture's middle, no lens distortion.
Pixels are u right and v down from the top left corner of the picture, so that the middle of the
first pixel is (0.5, 0.5). Angles are as in `Pose`. The ground is taken as level at
`Pose.ground_amsl_m`; how wrong that may be is one of the stated sigmas.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.ellipse import ellipse_95
from geo.ground_plane import GroundPoint
from geo.local_frame import LocalFrame

FloatArray = NDArray[np.float64]
Vector = tuple[float, float, float]

HORIZON_SIGMAS = 3.0  # nearer to the horizon than this, the first-order ellipse means nothing
FOOTPRINT_RANGE_M = 500.0
_STRAIGHT = 1e-9  # of the axis: nearer to the vertical than this it has no compass direction
LEAST_DEPRESSION = 1e-6  # radians below the horizon; a place farther off is no place


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a camera is, which way it looks and through what lens.

    Attributes:
        alt_amsl_m: of the camera. ground_amsl_m: of the ground it looks at.
        yaw_deg: of the optical axis, clockwise from true north; of the picture's upper edge for a
            camera that looks straight down. pitch_deg: -90 looks straight down, 0 at the horizon.
            roll_deg: of the camera, clockwise as it sees it (its right side goes down).
        hfov_deg: the horizontal field of view of the whole picture.

    Raises:
        ValueError: a number is none, or out of its range.
    """

    lat: float
    lon: float
    alt_amsl_m: float
    ground_amsl_m: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    hfov_deg: float

    def __post_init__(self) -> None:
        numbers = (self.alt_amsl_m, self.ground_amsl_m, self.yaw_deg, self.pitch_deg, self.roll_deg)
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError("A camera's heights and angles must be numbers.")
        if not (-89.0 <= self.lat <= 89.0 and -180.0 <= self.lon <= 180.0):
            raise ValueError("A camera's place is a latitude within 89 and a longitude within 180.")
        if not 0 < self.hfov_deg < 180:
            raise ValueError("A camera's field of view must be above 0 and below 180 degrees.")


@dataclass(frozen=True, slots=True)
class PoseSigmas:
    """How well a pose and a pixel are known: standard deviations, taken as independent.

    The defaults are those of a small drone: GNSS without corrections, its own compass and attitude
    filter, a ground height from its home or a coarse terrain model, and a detector's box.

    Attributes:
        position_m: horizontal, along each axis. height_m: of the camera. ground_m: of the ground.
        yaw_deg: about the vertical. tilt_deg: about each of two level axes.
        pixel_px: along each of u and v, in the picture that the pixel is of.
    """

    position_m: float = 2.0
    height_m: float = 1.5
    ground_m: float = 1.5
    yaw_deg: float = 3.0
    tilt_deg: float = 1.0
    pixel_px: float = 3.0


SIGMAS = PoseSigmas()


class Camera:
    """A pose with a picture size: the projection itself, in metres east, north and up of the
    ground below the camera. Immutable: safe from any thread.

    Attributes:
        axes: rows: right, down and forward of the camera in (east, north, up).
        focal_px: of the lens. height_m: of the camera above the ground; may be 0 or less.
    """

    def __init__(self, pose: Pose, width_px: int, height_px: int) -> None:
        if not (0 < width_px <= 100_000 and 0 < height_px <= 100_000):
            raise ValueError(f"There is no picture of {width_px} x {height_px} pixels.")
        self.pose = pose
        self.width_px, self.height_px = width_px, height_px
        self.focal_px = width_px / 2 / math.tan(math.radians(pose.hfov_deg) / 2)
        self.height_m = pose.alt_amsl_m - pose.ground_amsl_m
        self.axes = _axes(pose)
        self._right, self._down, self._forward = (
            (float(row[0]), float(row[1]), float(row[2])) for row in self.axes
        )

    def ray(self, u_px: float, v_px: float) -> Vector:
        """(east, north, up) of what a pixel looks along; its part along the optical axis is 1."""
        x = (u_px - self.width_px / 2) / self.focal_px
        y = (v_px - self.height_px / 2) / self.focal_px
        (re, rn, ru), (de, dn, du), (fe, fn, fu) = self._right, self._down, self._forward
        return (x * re + y * de + fe, x * rn + y * dn + fn, x * ru + y * du + fu)

    def ground(self, u_px: float, v_px: float) -> tuple[float, float] | None:
        """(east, north) of the ground that a pixel shows; None at or above the horizon."""
        east, north, up = self.ray(u_px, v_px)
        reach = math.hypot(east, north)
        if not (self.height_m > 0 and up < -LEAST_DEPRESSION * reach and math.isfinite(up)):
            return None
        t = self.height_m / -up
        return t * east, t * north

    def pixel(self, east_m: float, north_m: float, up_m: float = 0.0) -> tuple[float, float] | None:
        """Where a point appears, be it inside the picture or not; None at or behind the camera."""
        (re, rn, ru), (de, dn, du), (fe, fn, fu) = self._right, self._down, self._forward
        up = up_m - self.height_m
        depth = fe * east_m + fn * north_m + fu * up
        if not depth > 1e-9:
            return None
        x = (re * east_m + rn * north_m + ru * up) / depth
        y = (de * east_m + dn * north_m + du * up) / depth
        return self.width_px / 2 + self.focal_px * x, self.height_px / 2 + self.focal_px * y

    def pixels(self, points_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """`pixel` for each row (east, north, up): ((N, 2) pixels, (N,) depths along the axis); the
        pixels of points with a depth of 0 or less mean nothing."""
        seen = (points_m - (0.0, 0.0, self.height_m)) @ self.axes.T
        depth = seen[:, 2]
        scale = self.focal_px / np.where(depth > 1e-9, depth, 1.0)
        middle = (self.width_px / 2, self.height_px / 2)
        return seen[:, :2] * scale[:, None] + middle, depth

    def matrix(self) -> FloatArray:
        """The homography from (east, north, 1) on the ground to (u, v, 1) times the depth."""
        lens = np.array(
            [
                [self.focal_px, 0.0, self.width_px / 2],
                [0.0, self.focal_px, self.height_px / 2],
                [0.0, 0.0, 1.0],
            ]
        )
        ground = np.column_stack(
            [self.axes[:, 0], self.axes[:, 1], -self.height_m * self.axes[:, 2]]
        )
        matrix: FloatArray = lens @ ground
        return matrix

    def frame(self) -> LocalFrame:
        """Of (east, north): the ground right below the camera is its anchor."""
        return LocalFrame(self.pose.lat, self.pose.lon)


def ground_point(
    pose: Pose,
    width_px: int,
    height_px: int,
    u_px: float,
    v_px: float,
    sigmas: PoseSigmas = SIGMAS,
) -> GroundPoint | None:
    """Where on the ground a pixel lies, with its 95 % ellipse.

    None at or above the horizon, or so near below it (3 sigma of tilt and pixel together) that its
    distance is anybody's guess; None also for a camera at or below the ground, and for a pixel that
    is no number.
    """
    camera = Camera(pose, width_px, height_px)
    place = camera.ground(u_px, v_px)
    if place is None:
        return None
    ray = camera.ray(u_px, v_px)
    depression = math.atan2(-ray[2], math.hypot(ray[0], ray[1]))
    if depression <= HORIZON_SIGMAS * horizon_doubt_rad(camera, sigmas):
        return None
    lat, lon = camera.frame().to_wgs84(*place)
    reach = camera.height_m / -ray[2]
    return GroundPoint(lat, lon, *ellipse_95(*ground_covariance(camera, ray, reach, sigmas)))


def pixel_of(
    pose: Pose, width_px: int, height_px: int, lat: float, lon: float, up_m: float = 0.0
) -> tuple[float, float] | None:
    """Where a place `up_m` above the ground appears; None at or behind the camera."""
    camera = Camera(pose, width_px, height_px)
    return camera.pixel(*camera.frame().from_wgs84(lat, lon), up_m)


def view_centre(pose: Pose, range_m: float = FOOTPRINT_RANGE_M) -> tuple[float, float] | None:
    """(lat, lon) of the ground in the middle of the picture; None at or above the horizon and
    farther than `range_m` from the place below the camera."""
    camera = Camera(pose, 2, 2)
    place = camera.ground(1.0, 1.0)
    if place is None or math.hypot(*place) > range_m:
        return None
    return camera.frame().to_wgs84(*place)


def view_footprint(
    pose: Pose, aspect: float, range_m: float = FOOTPRINT_RANGE_M
) -> list[tuple[float, float]]:
    """The ground in view as a closed ring of (lon, lat), counter-clockwise; [] if there is none.

    What lies at or beyond the horizon, or farther than `range_m` from the place below the camera,
    is cut off.

    Args:
        aspect: the picture's width over its height.
    """
    if not 0.01 < aspect < 100:
        raise ValueError("A picture's width over its height must be between 0.01 and 100.")
    camera = Camera(pose, 10_000, max(1, round(10_000 / aspect)))
    if camera.height_m <= 0:
        return []
    # In a ray's own unit, ground within the range lies lower than this, and all of it is ground.
    least = 0.5 * min(1.0, camera.height_m / range_m)
    corners = _rays_below(camera, least)
    if len(corners) < 3:
        return []
    seen = shapely.Polygon(
        [(e * camera.height_m / -u, n * camera.height_m / -u) for e, n, u in corners]
    )
    shape = seen.intersection(shapely.Point(0, 0).buffer(range_m, quad_segs=16))
    if shape.is_empty or shape.geom_type != "Polygon":
        return []
    ring = np.array(shapely.orient_polygons(shape).exterior.coords)
    lats, lons = camera.frame().to_wgs84_many(ring[:, 0], ring[:, 1])
    return list(zip(lons.tolist(), lats.tolist(), strict=True))


def _axes(pose: Pose) -> FloatArray:
    yaw, pitch, roll = (math.radians(a) for a in (pose.yaw_deg, pose.pitch_deg, pose.roll_deg))
    ahead = np.array([math.sin(yaw), math.cos(yaw), 0.0])
    right = np.array([math.cos(yaw), -math.sin(yaw), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    forward = math.cos(pitch) * ahead + math.sin(pitch) * up
    down = math.sin(pitch) * ahead - math.cos(pitch) * up
    return np.array(
        [
            math.cos(roll) * right + math.sin(roll) * down,
            -math.sin(roll) * right + math.cos(roll) * down,
            forward,
        ]
    )


def angles_of(axes: FloatArray) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees of a camera whose `axes` are given as `Camera.axes`; where it
    looks straight up or down, roll is 0 and yaw is that of the picture's upper or lower edge."""
    right, down, forward = axes
    level = math.hypot(forward[0], forward[1])
    pitch = math.atan2(forward[2], level)
    if level < _STRAIGHT:
        side = -math.copysign(1.0, -forward[2])
        return math.degrees(math.atan2(side * down[0], side * down[1])), math.degrees(pitch), 0.0
    yaw = math.atan2(forward[0], forward[1])
    level_right = (math.cos(yaw), -math.sin(yaw), 0.0)
    level_down = np.cross(forward, level_right)
    roll = math.atan2(float(right @ level_down), float(right @ level_right))
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)


def turned(axes: FloatArray, east_rad: float, north_rad: float, up_rad: float) -> FloatArray:
    """A camera's axes after a turn about an axis in (east, north, up), by its length."""
    angle = math.sqrt(east_rad**2 + north_rad**2 + up_rad**2)
    if angle < 1e-15:
        return axes
    x, y, z = east_rad / angle, north_rad / angle, up_rad / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    result: FloatArray = axes @ turn.T
    return result


def ground_covariance(
    camera: Camera,
    ray: Vector,
    reach: float,
    sigmas: PoseSigmas,
    slope: tuple[float, float] = (0.0, 0.0),
) -> tuple[float, float, float]:
    """(var east, var north, covariance) in m² of the ground that a ray meets, to first order.

    Args:
        reach: where it meets it, in lengths of `ray`. slope: how much the ground rises there
            for each metre east and north; the ray must come down towards it.
    """
    east, north, up = ray
    down = slope[0] * east + slope[1] * north - up

    def moved(a: float, b: float, c: float) -> tuple[float, float]:
        """How far (east, north) of the place moves when what points at it moves by (a, b, c)."""
        off = c - slope[0] * a - slope[1] * b
        return a + off * east / down, b + off * north / down

    # Each of these is one sigma of one cause.
    tilt, yaw = math.radians(sigmas.tilt_deg) * reach, math.radians(sigmas.yaw_deg) * reach
    px = sigmas.pixel_px / camera.focal_px * reach
    moves = [
        moved(0.0, -up * tilt, north * tilt),  # about the east axis
        moved(up * tilt, 0.0, -east * tilt),  # about the north axis
        moved(-north * yaw, east * yaw, 0.0),  # about the vertical
        moved(sigmas.position_m, 0.0, 0.0),
        moved(0.0, sigmas.position_m, 0.0),
        moved(0.0, 0.0, math.hypot(sigmas.height_m, sigmas.ground_m)),
    ]
    moves += [
        moved(float(row[0]) * px, float(row[1]) * px, float(row[2]) * px) for row in camera.axes[:2]
    ]
    return (
        sum(e * e for e, _ in moves),
        sum(n * n for _, n in moves),
        sum(e * n for e, n in moves),
    )


def horizon_doubt_rad(camera: Camera, sigmas: PoseSigmas) -> float:
    """How well the angle between a pixel's ray and the ground is known: one sigma."""
    return math.hypot(math.radians(sigmas.tilt_deg), sigmas.pixel_px / camera.focal_px)


def _rays_below(camera: Camera, least: float) -> list[Vector]:
    """The picture's outline as rays, cut to those that go down by `least` or more."""
    width, height = float(camera.width_px), float(camera.height_px)
    corners = [camera.ray(u, v) for u, v in ((0, 0), (width, 0), (width, height), (0, height))]
    kept: list[Vector] = []
    for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
        if -a[2] >= least:
            kept.append(a)
        if (-a[2] >= least) != (-b[2] >= least):
            t = (-a[2] - least) / (b[2] - a[2])
            kept.append(tuple(p + t * (q - p) for p, q in zip(a, b, strict=True)))  # type: ignore[arg-type]
    return kept
