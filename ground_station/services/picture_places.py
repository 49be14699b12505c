"""From a click on a live picture to a place on the ground.

A moving camera's pixel is followed to the terrain in use, by the pose of the very frame that was
clicked on; where no terrain is known, to ground as high as the vehicle's home, and the answer says
so. A calibrated fixed camera's pixel goes by its calibration.
"""

from __future__ import annotations

import dataclasses
import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from geo.camera import SIGMAS, Pose, PoseSigmas, ground_point
from geo.ground_plane import GroundPoint
from geo.ray_ground import NotSeen, TerrainUnknown, terrain_point
from geo.terrain import Terrain
from ground_station.core.agent_protocol import Calibration
from ground_station.core.authority import Principal
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unprocessable
from ground_station.core.ids import new_id
from ground_station.services.geolocate import Geolocator
from ground_station.services.pose_locate import pose_of
from ground_station.services.poses import FRESH_S, Poses, StampedPose
from ground_station.services.sharing import Sharing
from ground_station.services.source_state import SourceStatus
from ground_station.services.sources import Sources

CLICK_SIGMA: Final = 0.0025  # of the picture's width: how well a person points at a thing
# Above the sea, from the GNSS height at the autopilot's start; and of a terrain model of 25 to 50 m
# cells or finer.
HEIGHT_AMSL_M, TERRAIN_M = 4.0, 2.0
MAX_PLACED: Final = 500
PLACED_HOLDS_S: Final = 300.0  # to say what it is, and keep it as a mark
SHAPE_SLACK: Final = 0.02  # of width over height: browsers round
MAX_PX: Final = 100_000


class GroundFrom(StrEnum):
    """Where the height of the ground was taken from."""

    TERRAIN = "terrain"
    LEVEL = "level"
    CALIBRATION = "calibration"


@dataclass(frozen=True, slots=True)
class Pixel:
    """Of a picture of this size: u right, v down from the top left corner."""

    u_px: float
    v_px: float
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the ground a pixel lies.

    Attributes:
        ground_amsl_m: None where only a calibration is known. ground_words: one sentence on it.
        captured_at: of the frame; None where that is not known.
    """

    point: GroundPoint
    ground_amsl_m: float | None
    ground_from: GroundFrom
    ground_words: str
    captured_at: datetime | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A place as somebody was shown it; `made_s`: on the station's monotonic clock."""

    placed_id: str
    source_id: str
    source_name: str
    user_id: str
    place: Place
    made_s: float


class PicturePlaces:
    """Thread-safe; called from request threads. The terrain may be read from a disk."""

    def __init__(
        self,
        *,
        sources: Sources,
        poses: Poses,
        geolocator: Geolocator,
        sharing: Sharing,
        terrain: Callable[[], Terrain | None],
        clock: Clock,
    ) -> None:
        self._sources = sources
        self._poses = poses
        self._geolocator = geolocator
        self._sharing = sharing
        self._terrain = terrain
        self._clock = clock
        self._lock = threading.Lock()
        self._placed: OrderedDict[str, Placed] = OrderedDict()

    def place(
        self, who: Principal, source_id: str, pixel: Pixel, rtp_timestamp: int | None = None
    ) -> Placed:
        """Where a pixel lies; kept for `PLACED_HOLDS_S`, so that it can be marked.

        Args:
            rtp_timestamp: of the frame that was clicked on, the publisher's; None: the newest.

        Raises:
            NotFound: no such source that this person may watch.
            NotAllowed: the place is outside of the person's area.
            InvalidInput: no such pixel, or a picture of another shape.
            Conflict: the pose of that frame is not known; or the camera has neither a pose nor a
                calibration.
            Unprocessable: it shows no ground.
        """
        status = self._sources.get(source_id)
        self._sharing.check_watchable(who, status.source)
        _check_pixel(pixel, status)
        calibration = status.source.calibration
        if calibration is not None:
            place = self._by_calibration(calibration, pixel)
        else:
            place = self._by_pose(source_id, pixel, rtp_timestamp)
        area = who.scope.area
        if area is not None and not area.holds(place.point.lat, place.point.lon):
            raise NotAllowed("That place lies outside of your area.")
        placed = Placed(
            new_id(), source_id, status.source.name, who.user_id, place, self._clock.monotonic_s()
        )
        with self._lock:
            self._placed[placed.placed_id] = placed
            while len(self._placed) > MAX_PLACED:
                self._placed.popitem(last=False)
        return placed

    def placed(self, who: Principal, placed_id: str) -> Placed:
        """What this person was shown a few minutes ago at most.

        Raises:
            NotFound
        """
        with self._lock:
            found = self._placed.get(placed_id)
        old = found is None or self._clock.monotonic_s() - found.made_s > PLACED_HOLDS_S
        if found is None or old or found.user_id != who.user_id:
            raise NotFound("That place is not held any more.", "Click on the picture again.")
        return found

    def _by_calibration(self, calibration: Calibration, pixel: Pixel) -> Place:
        plane = self._geolocator.plane(calibration)
        point = plane.locate(
            pixel.u_px * plane.width_px / pixel.width_px,
            pixel.v_px * plane.height_px / pixel.height_px,
        )
        if point is None:
            raise Unprocessable("That pixel shows no ground: it lies above the horizon, or almost.")
        words = "On the plane of the camera's calibration."
        return Place(point, None, GroundFrom.CALIBRATION, words, None)

    def _by_pose(self, source_id: str, pixel: Pixel, rtp_timestamp: int | None) -> Place:
        stamped = self._stamped(source_id, rtp_timestamp)
        try:
            return located(pose_of(stamped.pose), pixel, self._terrain(), stamped.captured_at)
        except ValueError as error:
            raise Conflict(f"The camera's pose cannot be: {error}") from error

    def _stamped(self, source_id: str, rtp_timestamp: int | None) -> StampedPose:
        if rtp_timestamp is not None:
            found = self._poses.stamped(source_id, rtp_timestamp)
            if found is None:
                raise Conflict(
                    "Where the camera was at that frame is not known, or not any more.",
                    "Click on a newer frame; a camera that never moves needs a calibration.",
                )
            return found
        newest = self._poses.latest(source_id)
        if newest is None:
            raise Conflict(
                "Where this camera stands and looks is not known.",
                "A fixed camera needs a calibration, a drone its agent's link to the autopilot.",
            )
        age_s = self._clock.monotonic_s() - newest.heard_s
        if age_s > FRESH_S:
            raise Conflict(
                f"Where the camera is has not been heard for {age_s:.0f} s.",
                "Wait until its agent hears the autopilot again.",
            )
        return newest


def located(
    pose: Pose, pixel: Pixel, terrain: Terrain | None, captured_at: datetime | None
) -> Place:
    """Where a pixel of a camera at that pose lies. Pure but for reading the terrain.

    Raises:
        Unprocessable: it shows no ground, or so near the horizon that nobody can tell where.
        ValueError: there is no such picture.
    """
    sigmas = dataclasses.replace(
        SIGMAS, pixel_px=max(SIGMAS.pixel_px, CLICK_SIGMA * pixel.width_px)
    )
    if terrain is None:
        return _level(pose, pixel, sigmas, "no terrain is in use", captured_at)
    if terrain.training:
        return _level(pose, pixel, sigmas, "the terrain in use is for training", captured_at)
    absolute = dataclasses.replace(sigmas, height_m=HEIGHT_AMSL_M, ground_m=TERRAIN_M)
    size, uv = (pixel.width_px, pixel.height_px), (pixel.u_px, pixel.v_px)
    try:
        seen = terrain_point(pose, size, uv, terrain, absolute)
    except TerrainUnknown:
        return _level(pose, pixel, sigmas, "the terrain is not known there", captured_at)
    except NotSeen as error:
        raise Unprocessable(str(error)) from error
    words = f"Ground at {seen.ground_amsl_m:.1f} m above the sea, by {terrain.name}."
    return Place(seen.point, seen.ground_amsl_m, GroundFrom.TERRAIN, words, captured_at)


def _level(
    pose: Pose, pixel: Pixel, sigmas: PoseSigmas, why: str, captured_at: datetime | None
) -> Place:
    point = ground_point(
        pose, pixel.width_px, pixel.height_px, pixel.u_px, pixel.v_px, sigmas=sigmas
    )
    if point is None:
        raise Unprocessable(
            "That pixel shows no ground: it lies above the horizon, or almost, or the camera is "
            "not above the ground."
        )
    words = (
        f"Taken as level at {pose.ground_amsl_m:.1f} m above the sea, as high as the vehicle's "
        f"home: {why}."
    )
    return Place(point, pose.ground_amsl_m, GroundFrom.LEVEL, words, captured_at)


def _check_pixel(pixel: Pixel, status: SourceStatus) -> None:
    if not (0 < pixel.width_px <= MAX_PX and 0 < pixel.height_px <= MAX_PX):
        raise InvalidInput(f"There is no picture of {pixel.width_px} x {pixel.height_px} pixels.")
    inside = 0 <= pixel.u_px <= pixel.width_px and 0 <= pixel.v_px <= pixel.height_px
    if not (inside and math.isfinite(pixel.u_px) and math.isfinite(pixel.v_px)):
        raise InvalidInput("That pixel lies outside of the picture.")
    report = status.report
    if report is None or report.width <= 0 or report.height <= 0:
        return
    shape, asked = report.width / report.height, pixel.width_px / pixel.height_px
    if abs(asked / shape - 1) > SHAPE_SLACK:
        raise InvalidInput(
            f"The source's picture is {report.width} x {report.height}, which is another shape "
            f"than {pixel.width_px} x {pixel.height_px}.",
            "Give the size of the whole picture.",
        )
