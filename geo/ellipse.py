"""Error ellipses of places."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
CHI2_95_2DOF = 5.991  # 95 % of a two-dimensional normal lies within this squared distance


def ellipse_95(
    var_east_m2: float, var_north_m2: float, cov_m2: float
) -> tuple[float, float, float]:
    """The 95 % ellipse of a covariance on the ground.

    Returns:
        (semi_major_m, semi_minor_m, orientation_deg): the orientation is that of the major axis,
        clockwise from north, 0 <= orientation < 180; 0 where the ellipse is a circle.
    """
    mean = (var_east_m2 + var_north_m2) / 2
    half_difference = (var_east_m2 - var_north_m2) / 2
    radius = math.hypot(half_difference, cov_m2)
    major = math.sqrt(CHI2_95_2DOF * max(mean + radius, 0.0))
    minor = math.sqrt(CHI2_95_2DOF * max(mean - radius, 0.0))
    if radius <= 1e-12 * mean:
        return major, minor, 0.0
    from_east_deg = math.degrees(math.atan2(cov_m2, half_difference)) / 2
    orientation = (90.0 - from_east_deg) % 180.0
    return major, minor, 0.0 if orientation >= 180.0 else orientation


def ellipses_95(
    var_east_m2: FloatArray, var_north_m2: FloatArray, cov_m2: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """`ellipse_95` of each of several covariances, given as arrays of one length."""
    mean = (var_east_m2 + var_north_m2) / 2
    half_difference = (var_east_m2 - var_north_m2) / 2
    radius = np.hypot(half_difference, cov_m2)
    major = np.sqrt(CHI2_95_2DOF * np.maximum(mean + radius, 0.0))
    minor = np.sqrt(CHI2_95_2DOF * np.maximum(mean - radius, 0.0))
    orientation = (90.0 - np.degrees(np.arctan2(cov_m2, half_difference)) / 2) % 180.0
    round_or_over = (radius <= 1e-12 * mean) | (orientation >= 180.0)
    return major, minor, np.where(round_or_over, 0.0, orientation)
