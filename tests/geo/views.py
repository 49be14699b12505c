"""A pinhole camera over flat ground, and the published calibration of PETS 2009, for tests."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """A camera at (east, north, up) metres that looks down by `tilt_deg` towards `heading_deg`."""

    east_m: float
    north_m: float
    height_m: float
    heading_deg: float
    tilt_deg: float
    roll_deg: float
    focal_px: float
    width_px: int = 1280
    height_px: int = 720

    def axes(self) -> FloatArray:
        """Rows: right, down and forward of the camera in (east, north, up)."""
        heading, tilt, roll = np.radians([self.heading_deg, self.tilt_deg, self.roll_deg])
        ahead = np.array([math.sin(heading), math.cos(heading), 0.0])
        right = np.array([math.cos(heading), -math.sin(heading), 0.0])
        up = np.array([0.0, 0.0, 1.0])
        forward = math.cos(tilt) * ahead - math.sin(tilt) * up
        down = -math.sin(tilt) * ahead - math.cos(tilt) * up
        return np.array(
            [
                math.cos(roll) * right + math.sin(roll) * down,
                -math.sin(roll) * right + math.cos(roll) * down,
                forward,
            ]
        )

    def pixel(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Where a point of the ground appears."""
        ray = np.array([east_m - self.east_m, north_m - self.north_m, -self.height_m])
        x, y, z = self.axes() @ ray
        return (
            self.width_px / 2 + self.focal_px * x / z,
            self.height_px / 2 + self.focal_px * y / z,
        )

    def ground(self, u_px: float, v_px: float) -> tuple[float, float] | None:
        """The ground that a pixel shows; None on or above the horizon."""
        ray = self.ray(u_px, v_px)
        if ray[2] >= 0:
            return None
        t = self.height_m / -ray[2]
        return self.east_m + t * float(ray[0]), self.north_m + t * float(ray[1])

    def ray(self, u_px: float, v_px: float) -> FloatArray:
        x = (u_px - self.width_px / 2) / self.focal_px
        y = (v_px - self.height_px / 2) / self.focal_px
        ray: FloatArray = np.array([x, y, 1.0]) @ self.axes()
        return ray / np.linalg.norm(ray)


class TsaiView:
    """Tsai's camera model with one radial coefficient, as the PETS 2009 files state it."""

    def __init__(self, file: Path) -> None:
        root = ET.parse(file).getroot()
        value = {k: float(v) for part in root for k, v in part.attrib.items()}
        self._value = value
        self._t = np.array([value["tx"], value["ty"], value["tz"]]) / 1000
        self._r = _rotation(value["rx"], value["ry"], value["rz"])
        self.centre_m: FloatArray = -self._r.T @ self._t

    def ground(self, pixels: FloatArray) -> FloatArray:
        """(N, 2) pixels to (N, 2) metres of the calibration's own ground frame."""
        value = self._value
        x = (pixels[:, 0] - value["cx"]) * value["dpx"] / value["sx"]
        y = (pixels[:, 1] - value["cy"]) * value["dpy"]
        undistorted = 1 + value["kappa1"] * (x**2 + y**2)
        focal = np.full(len(x), value["focal"])
        rays = np.column_stack([x * undistorted, y * undistorted, focal]) @ self._r
        t = -self.centre_m[2] / rays[:, 2]
        ground: FloatArray = self.centre_m[:2] + t[:, None] * rays[:, :2]
        return ground


def _rotation(rx: float, ry: float, rz: float) -> FloatArray:
    def turn(angle: float, i: int, j: int) -> FloatArray:
        matrix = np.eye(3)
        matrix[i, i] = matrix[j, j] = math.cos(angle)
        matrix[i, j], matrix[j, i] = -math.sin(angle), math.sin(angle)
        return matrix

    product: FloatArray = turn(rz, 0, 1) @ turn(-ry, 0, 2) @ turn(rx, 1, 2)
    return product
