"""The map from a picture of a plane to the plane, from points known in both."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# The eighth singular value of the normalised equations over the first. Well-spread points give
# 0.05-0.3. It goes to 0 as three points come to lie on a line or two on each other; a point 5 px
# off the line through two others gives 0.012.
MIN_CONDITION = 0.01


def fit_homography(pixels: FloatArray, ground: FloatArray) -> FloatArray:
    """The 3x3 matrix H with ground ~ H (u, v, 1), scaled so that seen points have w > 0.

    Direct linear transform with Hartley's normalisation: exact for four points, least squares (in
    the algebraic error) for more.

    Args:
        pixels: (N, 2) u right, v down. ground: (N, 2) east, north. N >= 4.

    Raises:
        ValueError: with a sentence for a person: the points do not fix the plane, are mirrored, or
            lie on both sides of the horizon.
    """
    if len(pixels) < 4:
        raise ValueError(f"Calibration needs at least 4 points; {len(pixels)} were given.")
    from_pixels = _normaliser(pixels, "pixels")
    from_ground = _normaliser(ground, "places on the ground")
    rows = _equations(_moved(from_pixels, pixels), _moved(from_ground, ground))
    _, singular, vt = np.linalg.svd(rows)
    if singular[7] < MIN_CONDITION * singular[0]:
        raise ValueError(
            "The calibration points do not fix the ground: three or more of them lie on one line, "
            "or two are almost the same. Spread them over the picture."
        )
    matrix = np.linalg.solve(from_ground, vt[8].reshape(3, 3) @ from_pixels)
    return _oriented(matrix / np.linalg.norm(matrix), pixels)


def _normaliser(points: FloatArray, what: str) -> FloatArray:
    """The similarity that moves the centroid to 0 and the mean distance from it to sqrt 2."""
    centre = points.mean(axis=0)
    spread = float(np.hypot(*(points - centre).T).mean())
    if not spread > 1e-6:
        raise ValueError(f"The calibration's {what} are all the same.")
    scale = math.sqrt(2) / spread
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1.0]])


def _moved(matrix: FloatArray, points: FloatArray) -> FloatArray:
    moved: FloatArray = points * matrix[0, 0] + matrix[:2, 2]
    return moved


def _equations(pixels: FloatArray, ground: FloatArray) -> FloatArray:
    """Two rows a pair; padded to nine, so that four pairs have nine singular values too."""
    n = len(pixels)
    p = np.column_stack([pixels, np.ones(n)])
    zero = np.zeros_like(p)
    rows = np.vstack(
        [np.hstack([p, zero, -ground[:, :1] * p]), np.hstack([zero, p, -ground[:, 1:] * p])]
    )
    return np.vstack([rows, np.zeros((max(0, 9 - 2 * n), 9))])


def _oriented(matrix: FloatArray, pixels: FloatArray) -> FloatArray:
    """The same map with w > 0 at the given pixels, checked to be a view from above."""
    w = np.column_stack([pixels, np.ones(len(pixels))]) @ matrix[2]
    if w.mean() < 0:
        matrix, w = -matrix, -w
    if w.min() <= 1e-3 * w.max():
        raise ValueError(
            "The calibration points cannot be seen from one place: some would lie behind the "
            "horizon. Check that each pixel is paired with its own place on the ground."
        )
    # From above, u right and v down turn the other way round than east and north.
    if np.linalg.det(matrix) >= 0:
        raise ValueError(
            "The calibration is mirrored: seen from above, the points go round the other way than "
            "in the picture. Check that east and north are not swapped and signs are right."
        )
    return matrix
