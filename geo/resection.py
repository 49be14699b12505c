"""A camera's place and angles from things in its picture whose places are known (space resection).

A pinhole with square pixels and its axis through the picture's middle, as in `geo.camera`. Least
squares on the pixels by Gauss and Newton with Levenberg's damping, started from several headings:
of a camera that looks straight down nothing tells which way is up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

LEAST_TARGETS: Final = 4  # three have up to four answers
HEADINGS: Final = 8
ROUNDS: Final = 60
_STEP: Final = np.array([1e-3, 1e-3, 1e-3, 1e-6, 1e-6, 1e-6, 1e-4])
_LEAST_SPREAD_PX: Final = 20.0


@dataclass(frozen=True, slots=True)
class Target:
    """A known place, in metres east, north and up of any origin, and the pixel it is seen at."""

    east_m: float
    north_m: float
    up_m: float
    u_px: float
    v_px: float


@dataclass(frozen=True, slots=True)
class Solved:
    """Where the camera was.

    Attributes:
        east_m, north_m, up_m: of the same origin as the targets.
        axes: rows: right, down and forward of the camera in (east, north, up).
        focal_px: as given, or solved for.
        residual_px: root of the mean square of the pixels' distances.
        sigma_m: standard deviation of each coordinate, by the residuals; None for four targets,
            which leave little over to judge by.
    """

    east_m: float
    north_m: float
    up_m: float
    axes: FloatArray
    focal_px: float
    width_px: int
    height_px: int
    residual_px: float
    sigma_m: tuple[float, float, float] | None

    def ground(self, u_px: float, v_px: float, up_m: float) -> tuple[float, float] | None:
        """(east, north) of what a pixel shows at that height; None at or above the horizon."""
        x = (u_px - self.width_px / 2) / self.focal_px
        y = (v_px - self.height_px / 2) / self.focal_px
        ray = x * self.axes[0] + y * self.axes[1] + self.axes[2]
        below_m = up_m - self.up_m
        if ray[2] * below_m <= 0:
            return None
        t = below_m / ray[2]
        return self.east_m + float(t * ray[0]), self.north_m + float(t * ray[1])


def solve(
    targets: Sequence[Target],
    width_px: int,
    height_px: int,
    focal_px: float,
    *,
    height_above_m: float = 80.0,
    focal_known: bool = True,
) -> Solved:
    """The camera that sees these targets where they were seen, looking downwards.

    Args:
        focal_px: of the lens; where it is not known (`focal_known`), where to start from.
        height_above_m: above the targets, where to start from.

    Raises:
        ValueError: too few targets, all in one spot or on a line in the picture, a number that is
            none, or no camera that sees them so.
    """
    places, pixels = _checked(targets, width_px, height_px, focal_px)
    least = LEAST_TARGETS if focal_known else LEAST_TARGETS + 1
    if len(places) < least:
        raise ValueError(f"{least} targets are the least, not {len(places)}.")
    middle = places.mean(axis=0)
    best: tuple[float, FloatArray, FloatArray] | None = None
    for number in range(HEADINGS):
        start = _down(2 * math.pi * number / HEADINGS)
        values = np.array([middle[0], middle[1], middle[2] + height_above_m, 0, 0, 0, focal_px])
        found = _refined(values, start, places, pixels, (width_px, height_px), focal_known)
        if found is not None and (best is None or found[0] < best[0]):
            best = (found[0], found[1], start)
    if best is None or not best[0] < max(width_px, height_px):
        raise ValueError("No camera sees these targets so.")
    error, values, start = best
    axes = _turned(values[3:6]) @ start
    return Solved(
        east_m=float(values[0]),
        north_m=float(values[1]),
        up_m=float(values[2]),
        axes=axes,
        focal_px=float(values[6]),
        width_px=width_px,
        height_px=height_px,
        residual_px=error,
        sigma_m=_sigma(values, start, places, pixels, (width_px, height_px), focal_known),
    )


def _checked(
    targets: Sequence[Target], width_px: int, height_px: int, focal_px: float
) -> tuple[FloatArray, FloatArray]:
    if not (0 < width_px <= 100_000 and 0 < height_px <= 100_000):
        raise ValueError(f"There is no picture of {width_px} x {height_px} pixels.")
    if not (math.isfinite(focal_px) and focal_px > 1):
        raise ValueError("The focal length is a number of pixels above 1.")
    places = np.array([[one.east_m, one.north_m, one.up_m] for one in targets]).reshape(-1, 3)
    pixels = np.array([[one.u_px, one.v_px] for one in targets]).reshape(-1, 2)
    if not (np.isfinite(places).all() and np.isfinite(pixels).all()):
        raise ValueError("A target's place or pixel is no number.")
    if len(pixels) >= LEAST_TARGETS:
        spread = np.linalg.svd(pixels - pixels.mean(axis=0), compute_uv=False)
        if spread[-1] < _LEAST_SPREAD_PX:
            raise ValueError("The targets lie in one spot or on one line of the picture.")
    return places, pixels


def _down(heading: float) -> FloatArray:
    """Axes of a camera that looks straight down, its upper edge to this heading (radians)."""
    sin, cos = math.sin(heading), math.cos(heading)
    return np.array([[cos, -sin, 0.0], [-sin, -cos, 0.0], [0.0, 0.0, -1.0]])


def _turned(vector: FloatArray) -> FloatArray:
    """The rotation about this axis by its length in radians (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turned: FloatArray = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    return turned


def _off(
    values: FloatArray,
    start: FloatArray,
    places: FloatArray,
    pixels: FloatArray,
    size: tuple[int, int],
) -> FloatArray | None:
    """Seen minus projected, as one row; None where a target lies behind the camera."""
    axes = _turned(values[3:6]) @ start
    seen = (places - values[:3]) @ axes.T
    if (seen[:, 2] <= 1e-6).any():
        return None
    middle = np.array([size[0] / 2, size[1] / 2])
    projected = values[6] * seen[:, :2] / seen[:, 2:] + middle
    off: FloatArray = (pixels - projected).ravel()
    return off


def _slopes(
    values: FloatArray,
    start: FloatArray,
    places: FloatArray,
    pixels: FloatArray,
    size: tuple[int, int],
    focal_known: bool,
) -> FloatArray | None:
    """How `_off` changes with each value, by central differences."""
    columns = []
    for number in range(6 if focal_known else 7):
        step = np.zeros(7)
        step[number] = _STEP[number]
        more = _off(values + step, start, places, pixels, size)
        less = _off(values - step, start, places, pixels, size)
        if more is None or less is None:
            return None
        columns.append((more - less) / (2 * _STEP[number]))
    return np.column_stack(columns)


def _refined(
    values: FloatArray,
    start: FloatArray,
    places: FloatArray,
    pixels: FloatArray,
    size: tuple[int, int],
    focal_known: bool,
) -> tuple[float, FloatArray] | None:
    """The root of the mean square, and the values; None where it finds no way."""
    off = _off(values, start, places, pixels, size)
    damping = 1e-3
    for _round in range(ROUNDS):
        if off is None:
            return None
        slopes = _slopes(values, start, places, pixels, size, focal_known)
        if slopes is None:
            return None
        normal = slopes.T @ slopes
        damped = normal + damping * np.diag(np.diag(normal) + 1e-12)
        step = np.zeros(7)
        step[: slopes.shape[1]] = -np.linalg.solve(damped, slopes.T @ off)
        tried = _off(values + step, start, places, pixels, size)
        if tried is not None and tried @ tried < off @ off:
            done = off @ off - tried @ tried < 1e-10
            values, off, damping = values + step, tried, max(damping / 5, 1e-9)
            if done:
                break
        else:
            damping *= 5
            if damping > 1e9:
                break
    assert off is not None
    return math.sqrt(2 * float(np.mean(off**2))), values


def _sigma(
    values: FloatArray,
    start: FloatArray,
    places: FloatArray,
    pixels: FloatArray,
    size: tuple[int, int],
    focal_known: bool,
) -> tuple[float, float, float] | None:
    off = _off(values, start, places, pixels, size)
    slopes = _slopes(values, start, places, pixels, size, focal_known)
    if off is None or slopes is None:
        return None
    over = len(off) - slopes.shape[1]
    if over < 3:
        return None
    try:
        covariance = np.linalg.inv(slopes.T @ slopes) * float(off @ off) / over
    except np.linalg.LinAlgError:
        return None
    east, north, up = np.sqrt(np.diag(covariance)[:3])
    return float(east), float(north), float(up)
