"""What one picture straight down covers, and how far apart pictures and lines may be."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geo.missions.refused import PlanRefused, require


@dataclass(frozen=True, slots=True)
class SurveyCamera:
    """A camera that looks straight down, without lens distortion.

    Attributes:
        hfov_deg, vfov_deg: of the whole picture along its width and its height.
        width_px, height_px: of the picture.
        across: the picture's width lies across the way (landscape), else along it.
        least_interval_s: between two pictures; None: not known.

    Raises:
        PlanRefused: a number is none, or out of its range.
    """

    hfov_deg: float
    vfov_deg: float
    width_px: int
    height_px: int
    across: bool = True
    least_interval_s: float | None = None

    def __post_init__(self) -> None:
        require("hfov_deg", self.hfov_deg, 1, 170, "degrees")
        require("vfov_deg", self.vfov_deg, 1, 170, "degrees")
        require("width_px", self.width_px, 1, 100_000, "pixels")
        require("height_px", self.height_px, 1, 100_000, "pixels")
        if self.least_interval_s is not None:
            require("least_interval_s", self.least_interval_s, 0, 3600, "seconds")

    @classmethod
    def of_view(
        cls,
        hfov_deg: float,
        width_px: int,
        height_px: int,
        *,
        across: bool = True,
        least_interval_s: float | None = None,
    ) -> SurveyCamera:
        """Of the horizontal field of view; its pixels are taken to be square."""
        require("hfov_deg", hfov_deg, 1, 170, "degrees")
        require("width_px", width_px, 1, 100_000, "pixels")
        require("height_px", height_px, 1, 100_000, "pixels")
        half = math.tan(math.radians(hfov_deg) / 2) * height_px / width_px
        vfov_deg = math.degrees(2 * math.atan(half))
        return cls(hfov_deg, vfov_deg, width_px, height_px, across, least_interval_s)

    @classmethod
    def of_sensor(
        cls,
        sensor_width_mm: float,
        sensor_height_mm: float,
        focal_mm: float,
        width_px: int,
        height_px: int,
        *,
        across: bool = True,
        least_interval_s: float | None = None,
    ) -> SurveyCamera:
        """Of the sensor's size and the lens's true focal length (not the 35 mm equivalent)."""
        require("sensor_width_mm", sensor_width_mm, 0.5, 100, "mm")
        require("sensor_height_mm", sensor_height_mm, 0.5, 100, "mm")
        require("focal_mm", focal_mm, 0.5, 1000, "mm")
        hfov_deg, vfov_deg = (
            math.degrees(2 * math.atan(size / 2 / focal_mm))
            for size in (sensor_width_mm, sensor_height_mm)
        )
        return cls(hfov_deg, vfov_deg, width_px, height_px, across, least_interval_s)

    def covers_m(self, height_agl_m: float) -> tuple[float, float]:
        """(across the way, along the way) of the ground in one picture."""
        wide, high = (
            2 * height_agl_m * math.tan(math.radians(angle) / 2)
            for angle in (self.hfov_deg, self.vfov_deg)
        )
        return (wide, high) if self.across else (high, wide)

    def gsd_m(self, height_agl_m: float) -> float:
        """Ground sample distance: of one pixel, the larger of its two sides."""
        wide, high = (
            2 * height_agl_m * math.tan(math.radians(angle) / 2)
            for angle in (self.hfov_deg, self.vfov_deg)
        )
        return max(wide / self.width_px, high / self.height_px)


@dataclass(frozen=True, slots=True)
class Spacing:
    """How far apart lines, and the pictures on one, may be at a height above the ground."""

    lines_m: float
    photos_m: float
    gsd_m: float


def spacing(
    camera: SurveyCamera,
    height_agl_m: float,
    overlap_front: float,
    overlap_side: float,
    speed_mps: float | None,
) -> Spacing:
    """Raises PlanRefused: overlaps or height out of range, pictures too far apart for the autopilot
    or too fast for the camera."""
    require("height_m", height_agl_m, 2, 1000, "m above the ground")
    require("overlap_front", overlap_front, 0, 0.95)
    require("overlap_side", overlap_side, 0, 0.95)
    across_m, along_m = camera.covers_m(height_agl_m)
    photos_m = along_m * (1 - overlap_front)
    lines_m = across_m * (1 - overlap_side)
    if not 0.1 <= photos_m <= 1000:
        raise PlanRefused(
            "overlap_front",
            f"pictures would be {photos_m:.2f} m apart; 0.1 to 1000 m can be flown.",
            "Change the front overlap or the height.",
        )
    _require_fast_enough(camera, photos_m, speed_mps)
    return Spacing(lines_m, photos_m, camera.gsd_m(height_agl_m))


def _require_fast_enough(camera: SurveyCamera, photos_m: float, speed_mps: float | None) -> None:
    least_s = camera.least_interval_s
    if least_s and speed_mps and photos_m / speed_mps < least_s:
        raise PlanRefused(
            "speed_mps",
            f"at {speed_mps:g} m/s a picture is due each {photos_m / speed_mps:.1f} s; this camera "
            f"needs {least_s:g} s.",
            f"Fly at {photos_m / least_s:.1f} m/s or slower, higher, or with less front overlap.",
        )
