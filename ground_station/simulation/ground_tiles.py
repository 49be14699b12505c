"""The town's ground as a picture from straight above, in tiles that are painted when first seen.

A level is a scale: `LEAST_M_PER_PX` times two to the level. Tiles are square and lie on a grid of
the town's metres; the newest `MOST_TILES` are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ground_station.simulation.ground_layers import PLOT, layers
from ground_station.simulation.town import Town

FloatArray = NDArray[np.float64]
Picture = NDArray[np.uint8]

TILE_PX = 256
LEAST_M_PER_PX = 0.05
LEVELS = 8
MOST_TILES = 220  # 43 MB
SHIFT = 4  # cv2's fractional bits
ONE = 1 << SHIFT


class GroundTiles:
    """For one thread."""

    def __init__(self, town: Town) -> None:
        self._layers = layers(town)
        self._grain = _grain()
        self._tiles: OrderedDict[tuple[int, int, int], Picture] = OrderedDict()
        self.painted = 0

    def tile(self, level: int, column: int, row: int) -> Picture:
        """The tile whose south-west corner is (column, row) tiles east and north of the anchor;
        its first row of pixels is its northern edge. Not to be written to."""
        key = level, column, row
        tile = self._tiles.get(key)
        if tile is None:
            tile = self._paint(level, column, row)
            self._tiles[key] = tile
            if len(self._tiles) > MOST_TILES:
                self._tiles.popitem(last=False)
        self._tiles.move_to_end(key)
        return tile

    def _paint(self, level: int, column: int, row: int) -> Picture:
        self.painted += 1
        m_per_px = LEAST_M_PER_PX * 2**level
        side_m = TILE_PX * m_per_px
        west, north = column * side_m, (row + 1) * side_m
        tile = np.full((TILE_PX, TILE_PX, 3), PLOT, np.uint8)
        # A pixel's middle is at a whole number for cv2, half a pixel in from the tile's edge.
        origin = np.array([west, north])
        scale = np.array([1.0, -1.0]) * (ONE / m_per_px)
        for layer in self._layers:
            if level > layer.to_level:
                continue
            for rings in layer.within((west, north - side_m, west + side_m, north)):
                fixed = [np.round((r - origin) * scale - ONE / 2).astype(np.int32) for r in rings]
                cv2.fillPoly(tile, fixed, layer.colour, cv2.LINE_AA, SHIFT)
        grained: Picture = cv2.add(tile, self._grain, dtype=cv2.CV_8U)
        return grained


@cache
def _grain() -> NDArray[np.int16]:
    """Unevenness of the ground: the same on all tiles, without a seam."""
    rng = np.random.default_rng(7)
    fine = rng.normal(0, 3.0, (TILE_PX, TILE_PX))
    wide = np.fft.ifft2(
        np.fft.fft2(rng.normal(0, 60.0, (TILE_PX, TILE_PX))) * np.fft.fft2(_blob(TILE_PX, 14.0))
    ).real
    grain = np.clip(fine + wide, -9, 9).astype(np.int16)
    return np.repeat(grain[:, :, None], 3, axis=2)


def _blob(size: int, sigma: float) -> FloatArray:
    axis = np.minimum(np.arange(size), size - np.arange(size))
    bell = np.exp(-0.5 * (axis / sigma) ** 2)
    blob = bell[:, None] * bell[None]
    whole: FloatArray = blob / blob.sum()
    return whole
