"""People: round-ended rods for limbs and body, and a head, drawn from the farther side on."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from geo.camera import Camera
from ground_station.simulation.crowd import Crowd
from ground_station.simulation.figures import (
    ONE,
    SHIFT,
    Colour,
    Picture,
    Placed,
    fixed,
    placed,
    shaded,
)

FloatArray = NDArray[np.float64]

STRIDE_M = 1.45  # of two steps
PERSON_M, TALL_M = 1.66, 1.79
SMALL_PX = 7.0  # drawn with fewer strokes

COATS: tuple[Colour, ...] = (
    (52, 46, 44), (94, 62, 40), (44, 40, 128), (70, 92, 58), (120, 104, 92), (168, 168, 172),
    (38, 84, 140), (150, 110, 60), (92, 60, 104), (60, 60, 62), (40, 110, 160), (210, 212, 214),
)  # fmt: skip
TROUSERS: tuple[Colour, ...] = (
    (58, 48, 42), (84, 66, 52), (50, 50, 52), (72, 78, 88), (110, 104, 98),
)  # fmt: skip
SKINS: tuple[Colour, ...] = ((150, 178, 214), (120, 150, 192), (84, 112, 152), (58, 80, 112))
HAIRS: tuple[Colour, ...] = ((34, 36, 42), (44, 62, 88), (96, 130, 160), (120, 122, 126))

# The points of somebody of 1 m: hips, feet, shoulders, hands (left and right each), head, face.
HIP, FOOT, SHOULDER, HAND, HEAD, FACE = 0, 2, 4, 6, 8, 9
_RADII = np.array([0.05, 0.05, 0.035, 0.035, 0.074, 0.074, 0.027, 0.027, 0.062, 0.05])


def place_people(
    crowd: Crowd, ground: FloatArray, bearing: FloatArray, camera: Camera, t_s: float
) -> Placed:
    """`t_s` moves their legs."""
    tall = np.where(crowd.large, TALL_M, PERSON_M) * (0.95 + 0.1 * (crowd.look % 97) / 97)
    pace = np.minimum(crowd.speed_mps, 1.8)
    gait = (crowd.look % 1009) / 1009 + pace * t_s / STRIDE_M
    step = 0.17 * np.sin(2 * np.pi * gait) * (pace > 0.1)
    points = np.zeros((len(crowd.index), 10, 3))
    for k, side in ((0, 1.0), (1, -1.0)):
        points[:, HIP + k] = (0.0, 0.05 * side, 0.51)
        points[:, FOOT + k] = (0.0, 0.055 * side, 0.035)
        points[:, FOOT + k, 0] = side * step
        points[:, SHOULDER + k] = (0.0, 0.062 * side, 0.77)
        points[:, HAND + k] = (0.0, 0.15 * side, 0.47)
        points[:, HAND + k, 0] = -0.75 * side * step
    points[:, HEAD] = (0.0, 0.0, 0.925)
    points[:, FACE] = (0.022, 0.0, 0.908)
    radii = _RADII[None] * tall[:, None]
    return placed(crowd, points * tall[:, None, None], radii, ground, bearing, camera)


class PeopleDrawer:
    """Draws those of one `Placed`, each when its turn has come."""

    def __init__(self, people: Placed) -> None:
        self._points = fixed(people.pixels).tolist()
        self._thick = np.maximum(1, np.round(2 * people.radii)).astype(int).tolist()
        self._round = np.maximum(1, np.round(people.radii * ONE)).astype(int).tolist()
        boxes = people.boxes()
        self._small = ((boxes[:, 2:] - boxes[:, :2]).max(axis=1) < SMALL_PX).tolist()
        left_is_far = people.depths[:, SHOULDER] > people.depths[:, SHOULDER + 1]
        self._far = np.where(left_is_far, 0, 1).tolist()
        self._faces_us = (people.depths[:, FACE] < people.depths[:, HEAD]).tolist()
        self._look = people.crowd.look.tolist()

    def draw(self, picture: Picture, index: int) -> None:
        at, thick, ring = self._points[index], self._thick[index], self._round[index]
        look = self._look[index]
        coat, trousers = COATS[look % len(COATS)], TROUSERS[look // 13 % len(TROUSERS)]
        skin, hair = SKINS[look // 101 % len(SKINS)], HAIRS[look // 407 % len(HAIRS)]
        if self._small[index]:
            _rod(picture, at[HIP], at[FOOT], thick[HIP], trousers)
            _rod(picture, at[HIP], at[SHOULDER], thick[SHOULDER], coat)
            _disc(picture, at[HEAD], ring[HEAD], skin)
            return
        far = self._far[index]
        near = 1 - far
        sleeve = shaded(coat, 0.84)
        _rod(picture, at[HIP + far], at[FOOT + far], thick[FOOT], shaded(trousers, 0.8))
        _rod(picture, at[SHOULDER + far], at[HAND + far], thick[HAND], shaded(coat, 0.72))
        _rod(picture, at[HIP + near], at[FOOT + near], thick[HIP], trousers)
        _rod(picture, at[HIP + far], at[SHOULDER + far], thick[SHOULDER], shaded(coat, 0.9))
        _rod(picture, at[HIP + near], at[SHOULDER + near], thick[SHOULDER], coat)
        _rod(picture, at[SHOULDER + near], at[HAND + near], thick[HAND], sleeve)
        head = [(at[HEAD], ring[HEAD], hair), (at[FACE], ring[FACE], skin)]
        for place, radius, colour in head if self._faces_us[index] else head[::-1]:
            _disc(picture, place, radius, colour)


def _rod(picture: Picture, a: list[int], b: list[int], thick: int, colour: Colour) -> None:
    cv2.line(picture, a, b, colour, thick, cv2.LINE_AA, SHIFT)


def _disc(picture: Picture, at: list[int], radius: int, colour: Colour) -> None:
    cv2.circle(picture, at, radius, colour, -1, cv2.LINE_AA, SHIFT)
