"""Figures standing on the ground, projected with the camera's own pinhole: the points they are made
of, what they fill of a picture, and their shadows. How they look: `people_figures`, `car_figures`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from geo.camera import Camera
from ground_station.simulation.crowd import Crowd

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]
Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

NEAREST_M = 0.6  # a figure that comes nearer to the lens is not drawn
LEAST_PX = 1.5  # nor one that is smaller than this
SHIFT = 4  # cv2's fractional bits
ONE = 1 << SHIFT
BOUND = 30_000 * ONE


@dataclass(frozen=True, slots=True)
class Placed:
    """A crowd as one camera sees it: only those of which something can be seen.

    Attributes:
        crowd: of N. ground: (N, 2) where they stand, in the camera's ground frame.
        bearing: (N,) radians in that frame.
        pixels: (N, K, 2) of the points of each. radii: (N, K) pixels round each point.
        depths: (N, K). middles: (N,) depths of where they stand.
    """

    crowd: Crowd
    ground: FloatArray
    bearing: FloatArray
    pixels: FloatArray
    radii: FloatArray
    depths: FloatArray
    middles: FloatArray

    def boxes(self) -> FloatArray:
        """(N, 4) left, top, right, bottom of all of each; may reach out of the picture."""
        around = self.radii[:, :, None]
        low, high = (self.pixels - around).min(axis=1), (self.pixels + around).max(axis=1)
        return np.concatenate([low, high], axis=1)


def placed(
    crowd: Crowd,
    points: FloatArray,
    radii_m: FloatArray,
    ground: FloatArray,
    bearing: FloatArray,
    camera: Camera,
) -> Placed:
    """`points`: (N, K, 3) metres ahead, to the left and up; `radii_m`: (N, K)."""
    count, each = points.shape[:2]
    sin, cos = np.sin(bearing)[:, None], np.cos(bearing)[:, None]
    ahead, left = points[:, :, 0], points[:, :, 1]
    world = np.empty((count, each + 1, 3))
    world[:, :each, 0] = ground[:, :1] + ahead * sin - left * cos
    world[:, :each, 1] = ground[:, 1:] + ahead * cos + left * sin
    world[:, :each, 2] = points[:, :, 2]
    world[:, each, :2], world[:, each, 2] = ground, 0.0
    flat, flat_depths = camera.pixels(world.reshape(-1, 3))
    pixels, depths = flat.reshape(count, each + 1, 2), flat_depths.reshape(count, each + 1)
    radii = radii_m * camera.focal_px / np.maximum(depths[:, :each], NEAREST_M)
    whole = Placed(
        crowd, ground, bearing, pixels[:, :each], radii, depths[:, :each], depths[:, each]
    )
    box = whole.boxes()
    (seen,) = np.nonzero(
        (box[:, 2] > 0)
        & (box[:, 0] < camera.width_px)
        & (box[:, 3] > 0)
        & (box[:, 1] < camera.height_px)
        & (depths.min(axis=1) > NEAREST_M)
        & ((box[:, 2:] - box[:, :2]).max(axis=1) > LEAST_PX)
    )
    return Placed(
        crowd.only(seen),
        ground[seen],
        bearing[seen],
        whole.pixels[seen],
        radii[seen],
        whole.depths[seen],
        whole.middles[seen],
    )


def fixed(pixels: FloatArray) -> IntArray:
    """Places in a picture as cv2 wants them: whole numbers of 1/16 pixel from the middle of the
    first pixel; bounded, since a part may end far outside the picture."""
    return np.clip(np.round((pixels - 0.5) * ONE), -BOUND, BOUND).astype(np.int32)


def shaded(colour: Colour, by: float) -> Colour:
    b, g, r = colour
    return min(255, int(b * by)), min(255, int(g * by)), min(255, int(r * by))


def darken(picture: Picture, outlines: list[IntArray]) -> None:
    """The shadows: darken what lies within these outlines (`fixed` places), in place."""
    if not outlines:
        return
    mask = np.zeros(picture.shape[:2], np.uint8)
    for outline in outlines:
        cv2.fillConvexPoly(mask, outline, 255, cv2.LINE_8, SHIFT)
    x, y, width, height = cv2.boundingRect(mask)
    if width and height:
        part = picture[y : y + height, x : x + width]
        dark = cv2.convertScaleAbs(part, alpha=0.76)
        cv2.copyTo(dark, mask[y : y + height, x : x + width], part)
