"""Trees on lawns: they stand still, throw shadows, and hide who is behind them."""

from __future__ import annotations

import cv2
import numpy as np
import shapely
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
from ground_station.simulation.town import Town

FloatArray = NDArray[np.float64]

EVERY_M = 15.0
STANDS = 0.3  # of the places of that grid
FROM_PATHS_M, FROM_EDGE_M = 5.0, 4.0
LEAST_M, MOST_M = 1.7, 3.4  # radius of a crown
TRUNK_M = 0.16
LEAVES: tuple[Colour, ...] = ((96, 138, 104), (88, 130, 92), (104, 146, 122), (84, 122, 98))
TRUNK: Colour = (78, 92, 104)


def plant(town: Town) -> Crowd:
    """Every tree: the same at every start."""
    paths = [street.line.buffer(FROM_PATHS_M) for street in town.streets if street.kind == "path"]
    keep_off = shapely.union_all(paths)
    places = [np.zeros((0, 2))]
    for number, green in enumerate(town.greens):
        rng = np.random.default_rng([number, 3])
        west, south, east, north = green.bounds
        x, y = np.meshgrid(np.arange(west, east, EVERY_M), np.arange(south, north, EVERY_M))
        spots = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-7, 7, (x.size, 2))
        spots = spots[rng.random(len(spots)) < STANDS]
        lawn = shapely.difference(green.buffer(-FROM_EDGE_M), keep_off)
        places.append(spots[shapely.contains_xy(lawn, spots[:, 0], spots[:, 1])])
    all_places = np.concatenate(places)
    count = len(all_places)
    still = np.zeros(count)
    look = np.random.default_rng(3).integers(0, 1 << 30, count)
    return Crowd(np.arange(count), all_places, still, still, look, np.zeros(count, bool))


def near(trees: Crowd, east_m: float, north_m: float, radius_m: float) -> Crowd:
    """Those within `radius_m` east or west and north or south of a point."""
    off = np.abs(trees.places - (east_m, north_m))
    return trees.only(np.nonzero((off[:, 0] <= radius_m) & (off[:, 1] <= radius_m))[0])


def crown_m(trees: Crowd) -> tuple[FloatArray, FloatArray]:
    """(N,) radius of each crown and height of its middle."""
    radius = LEAST_M + (MOST_M - LEAST_M) * (trees.look % 991) / 991
    return radius, 1.2 + 1.15 * radius


def place_trees(trees: Crowd, ground: FloatArray, bearing: FloatArray, camera: Camera) -> Placed:
    """Three points each: the trunk's ends and the crown's middle."""
    radius, middle = crown_m(trees)
    points = np.zeros((len(radius), 3, 3))
    points[:, 1, 2] = points[:, 2, 2] = middle
    radii = np.full((len(radius), 3), TRUNK_M)
    radii[:, 2] = radius
    return placed(trees, points, radii, ground, bearing, camera)


class TreeDrawer:
    """Draws those of one `Placed`, each when its turn has come."""

    def __init__(self, trees: Placed) -> None:
        self._points = fixed(trees.pixels).tolist()
        self._thick = np.maximum(1, np.round(2 * trees.radii[:, 0])).astype(int).tolist()
        self._radius = np.maximum(ONE, np.round(trees.radii[:, 2] * ONE)).astype(int).tolist()
        self._look = trees.crowd.look.tolist()

    def draw(self, picture: Picture, index: int) -> None:
        foot, top, (x, y) = self._points[index]
        radius, leaves = self._radius[index], LEAVES[self._look[index] % len(LEAVES)]
        cv2.line(picture, foot, top, TRUNK, self._thick[index], cv2.LINE_AA, SHIFT)
        for right, up, size, light in (
            (0.0, 0.0, 1.0, 0.88),
            (-0.1, 0.12, 0.84, 1.0),
            (-0.26, 0.3, 0.5, 1.1),
        ):
            at = (x + int(right * radius), y - int(up * radius))
            colour = shaded(leaves, light)
            cv2.circle(picture, at, max(1, int(size * radius)), colour, -1, cv2.LINE_AA, SHIFT)
