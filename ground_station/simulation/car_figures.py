"""Cars and vans: a body and a cabin, both boxes, on wheels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from geo.camera import Camera
from ground_station.simulation.crowd import Crowd
from ground_station.simulation.figures import SHIFT, Colour, Picture, Placed, fixed, placed

FloatArray = NDArray[np.float64]

SMALL_PX = 11.0  # drawn without wheels
PAINTS: tuple[Colour, ...] = (
    (232, 232, 230), (196, 196, 194), (60, 58, 56), (38, 36, 36), (110, 72, 44), (44, 40, 150),
    (140, 142, 144), (98, 90, 84), (150, 170, 180), (70, 94, 60),
)  # fmt: skip
GLASS: Colour = (86, 74, 64)
TYRE: Colour = (40, 40, 42)
SUN = np.array([-0.42, -0.62, 0.66])  # towards the sun: afternoon, from the south-west

# Corners of a box whose lower ring is 0-3 and upper 4-7 (front left, rear left, rear right, front
# right), anticlockwise as seen from outside, and where each face looks: ahead, left, up.
FACES = (
    ((0, 1, 5, 4), (0.0, 1.0, 0.2)),
    ((2, 3, 7, 6), (0.0, -1.0, 0.2)),
    ((3, 0, 4, 7), (1.0, 0.0, 0.3)),
    ((1, 2, 6, 5), (-1.0, 0.0, 0.3)),
    ((4, 5, 6, 7), (0.0, 0.0, 1.0)),
)
_FACE_CORNERS = np.array([corners for corners, _ in FACES])
_FACE_NORMALS = np.array([normal for _, normal in FACES])


def _points(
    length: float, width: float, waist: float, roof: float, cabin: tuple[float, float, float, float]
) -> FloatArray:
    """32 points: the body's 8 corners, the cabin's 8, and 4 of each wheel.

    Args:
        cabin: where it begins and ends ahead of the middle: rear, rear at the roof, front at the
            roof, front.
    """
    half, side = length / 2, width / 2
    rear, rear_top, front_top, front = cabin

    def ring(x0: float, x1: float, y: float, z: float) -> list[tuple[float, float, float]]:
        return [(x1, y, z), (x0, y, z), (x0, -y, z), (x1, -y, z)]

    points = ring(-half, half, side, 0.24) + ring(-half + 0.05, half - 0.08, side, waist)
    points += ring(rear, front, side - 0.06, waist) + ring(rear_top, front_top, side - 0.2, roof)
    for x in (0.62 * half, -0.62 * half):
        for y in (side, -side):
            points += [(x - 0.3, y, 0.3), (x - 0.18, y, 0.0), (x + 0.18, y, 0.0), (x + 0.3, y, 0.3)]
    return np.array(points)


CAR_POINTS = _points(4.3, 1.8, 0.92, 1.46, (-1.9, -1.35, 0.35, 1.05))
VAN_POINTS = _points(5.3, 2.0, 1.15, 2.15, (-2.58, -2.52, 1.25, 1.95))


def place_cars(crowd: Crowd, ground: FloatArray, bearing: FloatArray, camera: Camera) -> Placed:
    points = np.where(crowd.large[:, None, None], VAN_POINTS[None], CAR_POINTS[None])
    return placed(crowd, points, np.zeros(points.shape[:2]), ground, bearing, camera)


class CarDrawer:
    """Draws those of one `Placed`, each when its turn has come."""

    def __init__(self, cars: Placed) -> None:
        self._points = fixed(cars.pixels)
        corners = np.concatenate([_FACE_CORNERS, _FACE_CORNERS + 8])
        self._faces = np.ascontiguousarray(self._points[:, corners])  # (N, 10, 4, 2)
        across = (self._faces[:, :, 2] - self._faces[:, :, 0]).astype(np.int64)
        other = (self._faces[:, :, 3] - self._faces[:, :, 1]).astype(np.int64)
        turn = across[..., 0] * other[..., 1] - across[..., 1] * other[..., 0]
        self._seen = (turn < 0).tolist()
        self._colours = _colours(cars).tolist()
        boxes = cars.boxes()
        self._small = ((boxes[:, 2:] - boxes[:, :2]).max(axis=1) < SMALL_PX).tolist()

    def draw(self, picture: Picture, index: int) -> None:
        """Wheels, body, and the cabin on top."""
        if not self._small[index]:
            for wheel in range(4):
                corners = self._points[index, 16 + 4 * wheel : 20 + 4 * wheel]
                cv2.fillConvexPoly(picture, corners, TYRE, cv2.LINE_AA, SHIFT)
        faces, seen, colours = self._faces[index], self._seen[index], self._colours[index]
        for number in range(10):
            if seen[number]:
                cv2.fillConvexPoly(picture, faces[number], colours[number], cv2.LINE_AA, SHIFT)


def _colours(cars: Placed) -> NDArray[np.int64]:
    """(N, 10, 3) BGR of each face in the sun."""
    sin, cos = np.sin(cars.bearing)[:, None], np.cos(cars.bearing)[:, None]
    ahead, left, up = _FACE_NORMALS.T
    light = (ahead * sin - left * cos) * SUN[0] + (ahead * cos + left * sin) * SUN[1] + up * SUN[2]
    light = 0.78 + 0.34 * np.maximum(light, -0.5)
    paint = np.array(PAINTS)[cars.crowd.look % len(PAINTS)][:, None, :]
    glass = np.broadcast_to(np.array(GLASS), (len(paint), 5, 3)).copy()
    glass[:, 4:] = paint  # the roof
    sides = np.array([True, True, False, True, False])  # a van has glass in front only
    glass = np.where((cars.crowd.large[:, None] & sides)[..., None], paint, glass)
    faces = np.concatenate([np.broadcast_to(paint, (len(paint), 5, 3)), glass], axis=1)
    shades = np.concatenate([light, light + 0.06], axis=1)[..., None]
    colours: NDArray[np.int64] = np.clip(faces * shades, 0, 255).astype(np.int64)
    return colours
