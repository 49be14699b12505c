"""From a pixel of a fixed camera to a place on flat ground, with its doubt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.ellipse import ellipse_95, ellipses_95
from geo.homography import fit_homography
from geo.local_frame import LocalFrame, to_wgs84_each

FloatArray = NDArray[np.float64]

HORIZON_SIGMAS = 3.0  # nearer to the horizon than this, the first-order ellipse means nothing
FOOTPRINT_RANGE_M = 120.0
MAX_DISAGREEMENT = 0.1  # of a pair with the fitted plane, in widths of the calibrated ground


@dataclass(frozen=True, slots=True)
class GroundPoint:
    """A place on the ground (WGS 84) with its 95 % error ellipse.

    Attributes:
        orientation_deg: of the major axis, clockwise from true north, 0 <= orientation < 180.
    """

    lat: float
    lon: float
    semi_major_m: float
    semi_minor_m: float
    orientation_deg: float


@dataclass(frozen=True, slots=True)
class GroundPlane:
    """What a fixed camera's pixels show of flat ground. Immutable: safe from any thread.

    Make one with `fit`. Pixels are those of a picture of width_px x height_px, u right and v down
    from the top left corner; a picture of another size must be scaled by the caller.

    Attributes:
        matrix: pixel (u, v, 1) to (east, north, 1) metres of `frame`, up to scale; w > 0 below
            the horizon.
        residual_m: root mean square distance of the pairs from the fitted plane; 0 for four pairs.
    """

    width_px: int
    height_px: int
    frame: LocalFrame
    matrix: tuple[tuple[float, float, float], ...]
    sigma_px: float
    sigma_calibration_m: float
    range_m: float
    residual_m: float

    @classmethod
    def fit(
        cls,
        *,
        width_px: int,
        height_px: int,
        anchor_lat: float,
        anchor_lon: float,
        pairs: Sequence[tuple[float, float, float, float]],
        sigma_px: float,
        sigma_calibration_m: float,
    ) -> GroundPlane:
        """From at least four pairs (u_px, v_px, east_m, north_m) round the anchor.

        Args:
            sigma_px: standard deviation of a located pixel, in u and in v.
            sigma_calibration_m: standard deviation of the calibration itself on the ground.

        Raises:
            ValueError: with one sentence that says what is wrong with the calibration.
        """
        _check_numbers(width_px, height_px, sigma_px, sigma_calibration_m)
        table = _checked_pairs(pairs, width_px, height_px)
        pixels, ground = table[:, :2], table[:, 2:]
        matrix = fit_homography(pixels, ground)
        residual_m = _residual(matrix, pixels, ground)
        farthest_m = float(np.hypot(ground[:, 0], ground[:, 1]).max())
        return cls(
            width_px=width_px,
            height_px=height_px,
            frame=LocalFrame(anchor_lat, anchor_lon),
            matrix=tuple((float(a), float(b), float(c)) for a, b, c in matrix),
            sigma_px=float(sigma_px),
            sigma_calibration_m=float(sigma_calibration_m),
            range_m=max(FOOTPRINT_RANGE_M, 1.25 * farthest_m),
            residual_m=residual_m,
        )

    def locate(self, u_px: float, v_px: float) -> GroundPoint | None:
        """Where on the ground a pixel lies.

        None on or above the horizon, or so near below it (3 sigma) that its distance is anybody's
        guess; None also for a pixel that is not a number.
        """
        (a, b, c), (d, e, f), (g, h, i) = self.matrix
        w = g * u_px + h * v_px + i
        if not self._horizon_w() < w < math.inf:
            return None
        east = (a * u_px + b * v_px + c) / w
        north = (d * u_px + e * v_px + f) / w
        # The Jacobian of (east, north) by (u, v), times the pixel's sigma.
        s = self.sigma_px / w
        eu, ev = (a - g * east) * s, (b - h * east) * s
        nu, nv = (d - g * north) * s, (e - h * north) * s
        own = self.sigma_calibration_m**2
        major, minor, orientation = ellipse_95(
            eu * eu + ev * ev + own, nu * nu + nv * nv + own, eu * nu + ev * nv
        )
        lat, lon = self.frame.to_wgs84(east, north)
        return GroundPoint(lat, lon, major, minor, orientation)

    def locate_many(self, pixels: FloatArray) -> list[GroundPoint | None]:
        """`locate` for each row (u, v) of an (N, 2) array."""
        points = np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
        return locate_each([self], np.zeros(len(points), dtype=np.int64), points)

    def numbers(self) -> tuple[float, ...]:
        """What `locate_each` computes with: the matrix row by row, sigma_px, the calibration's
        variance, w at the horizon, latitude and longitude of the anchor."""
        return (
            *(number for row in self.matrix for number in row),
            self.sigma_px,
            self.sigma_calibration_m**2,
            self._horizon_w(),
            self.frame.anchor_lat,
            self.frame.anchor_lon,
        )

    def footprint(self) -> list[tuple[float, float]]:
        """The ground in view as a closed ring of (lon, lat), counter-clockwise.

        What lies beyond the horizon, or farther from the anchor than 120 m (or 1.25 times the
        farthest calibration point, if that is more), is cut off.
        """
        matrix = np.array(self.matrix)
        # Straight lines stay straight, so the corners suffice.
        corners = self._corners_below(matrix[2], 1.001 * self._horizon_w())
        if len(corners) < 3:
            return []
        mapped = np.column_stack([corners, np.ones(len(corners))]) @ matrix.T
        seen = shapely.Polygon(mapped[:, :2] / mapped[:, 2:])
        disc = shapely.Point(0, 0).buffer(self.range_m, quad_segs=16)
        shape = seen.intersection(disc)
        if shape.is_empty or shape.geom_type != "Polygon":
            return []
        ring = np.array(shapely.orient_polygons(shape).exterior.coords)
        lats, lons = self.frame.to_wgs84_many(ring[:, 0], ring[:, 1])
        return list(zip(lons.tolist(), lats.tolist(), strict=True))

    def _horizon_w(self) -> float:
        """w of the line that lies HORIZON_SIGMAS below the horizon."""
        g, h, _ = self.matrix[2]
        return HORIZON_SIGMAS * self.sigma_px * math.hypot(g, h)

    def _corners_below(self, horizon: FloatArray, w_min: float) -> FloatArray:
        """The picture's outline, cut by the half-plane w >= w_min."""
        width, height = float(self.width_px), float(self.height_px)
        corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
        kept: list[tuple[float, float]] = []
        for (u0, v0), (u1, v1) in zip(corners, corners[1:] + corners[:1], strict=True):
            w0 = float(horizon @ (u0, v0, 1.0)) - w_min
            w1 = float(horizon @ (u1, v1, 1.0)) - w_min
            if w0 >= 0:
                kept.append((u0, v0))
            if (w0 >= 0) != (w1 >= 0):
                t = w0 / (w0 - w1)
                kept.append((u0 + t * (u1 - u0), v0 + t * (v1 - v0)))
        return np.array(kept).reshape(-1, 2)


def locate_each(
    planes: Sequence[GroundPlane], of: NDArray[np.int64], pixels: FloatArray
) -> list[GroundPoint | None]:
    """`GroundPlane.locate` for many pixels of many cameras at once: one pass for a whole batch.

    Args:
        of: for each pixel, the index of its plane in `planes`.
        pixels: (N, 2) u and v.
    """
    if not len(pixels):
        return []
    table = np.array([plane.numbers() for plane in planes])[of]
    a, b, c, d, e, f, g, h, i, sigma, own, horizon_w, lat, lon = table.T
    u, v = pixels.T
    with np.errstate(invalid="ignore"):  # of pixels that are no numbers; they have no place
        w = g * u + h * v + i
        seen = (w > horizon_w) & (w < np.inf)
    w = np.where(seen, w, 1.0)
    u, v = np.where(seen, u, 0.0), np.where(seen, v, 0.0)
    east, north = (a * u + b * v + c) / w, (d * u + e * v + f) / w
    s = sigma / w
    eu, ev, nu, nv = (
        (a - g * east) * s,
        (b - h * east) * s,
        (d - g * north) * s,
        (e - h * north) * s,
    )
    shapes = ellipses_95(eu * eu + ev * ev + own, nu * nu + nv * nv + own, eu * nu + ev * nv)
    lats, lons = to_wgs84_each(lat, lon, east, north)
    columns = zip(
        seen.tolist(),
        lats.tolist(),
        lons.tolist(),
        *(column.tolist() for column in shapes),
        strict=True,
    )
    return [GroundPoint(*numbers) if is_seen else None for is_seen, *numbers in columns]


def _check_numbers(
    width_px: int, height_px: int, sigma_px: float, sigma_calibration_m: float
) -> None:
    if not (0 < width_px <= 100_000 and 0 < height_px <= 100_000):
        raise ValueError(f"A picture of {width_px} x {height_px} pixels cannot be calibrated.")
    if not 0 < sigma_px <= max(width_px, height_px):
        raise ValueError("sigma_px must be above 0 and below the picture's size.")
    if not 0 <= sigma_calibration_m < math.inf:
        raise ValueError("sigma_calibration_m must be a number of metres, 0 or more.")


def _checked_pairs(
    pairs: Sequence[tuple[float, float, float, float]], width_px: int, height_px: int
) -> FloatArray:
    table = np.array(pairs, dtype=np.float64).reshape(-1, 4)
    for number, (u, v, east, north) in enumerate(table.tolist(), start=1):
        if not (0 <= u <= width_px and 0 <= v <= height_px):
            raise ValueError(
                f"Calibration point {number} lies outside the picture of "
                f"{width_px} x {height_px} pixels."
            )
        if not math.hypot(east, north) <= 20_000:
            raise ValueError(f"Calibration point {number} is over 20 km from the anchor.")
    return table


def _residual(matrix: FloatArray, pixels: FloatArray, ground: FloatArray) -> float:
    """Root mean square distance on the ground; ValueError where one pair contradicts the others."""
    mapped = np.column_stack([pixels, np.ones(len(pixels))]) @ matrix.T
    off_m = np.hypot(*(mapped[:, :2] / mapped[:, 2:] - ground).T)
    width_m = float(np.ptp(ground, axis=0).max())
    worst = int(off_m.argmax())
    if off_m[worst] > MAX_DISAGREEMENT * width_m:
        raise ValueError(
            f"The calibration points contradict each other: point {worst + 1} is "
            f"{off_m[worst]:.1f} m from where the others put it."
        )
    return float(np.sqrt(np.mean(off_m**2)))
