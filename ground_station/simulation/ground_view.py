"""The ground and the sky as one camera sees them: tiles warped into the picture, farther off from
coarser ones, with haze towards the horizon."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.camera import Camera
from ground_station.simulation.ground_tiles import (
    LEAST_M_PER_PX,
    LEVELS,
    TILE_PX,
    GroundTiles,
)

FloatArray = NDArray[np.float64]
Picture = NDArray[np.uint8]

FAR_M = 2500.0  # nothing is drawn beyond
HAZE_M = 1100.0
MOST_TILES_ACROSS = 10
HAZE = (216, 214, 206)  # BGR
SKY = (206, 178, 138)
STRIP_PX = 512
BAND_STEP_PX = 4


@dataclass(frozen=True, slots=True)
class _Band:
    """Rows of the picture, from `top` to before `bottom`."""

    top: int
    bottom: int
    m_per_px: float


@dataclass(frozen=True, slots=True)
class _Mosaic:
    level: int
    columns: tuple[int, int]  # first and one past the last
    rows: tuple[int, int]
    tiles: frozenset[tuple[int, int]]
    picture: Picture

    @property
    def place(self) -> tuple[int, tuple[int, int], tuple[int, int]]:
        return self.level, self.columns, self.rows


class GroundView:
    """For one thread.

    Args of `draw`: `to_town` turns (east, north, 1) of the camera's own ground frame into the
    town's metres.
    """

    def __init__(self, tiles: GroundTiles) -> None:
        self._tiles = tiles
        self._mosaics: dict[int, _Mosaic] = {}
        self._strips = _strips()

    def draw(self, camera: Camera, to_town: FloatArray) -> Picture:
        """(H, W, 3) BGR."""
        picture = np.empty((camera.height_px, camera.width_px, 3), np.uint8)
        if camera.height_m <= 0.05:
            picture[:] = HAZE
            return picture
        for number, band in enumerate(_bands(camera)):
            self._draw_band(picture, camera, to_town, number, band)
        self._draw_air(picture, camera)
        return picture

    def _draw_band(
        self, picture: Picture, camera: Camera, to_town: FloatArray, number: int, band: _Band
    ) -> None:
        top, bottom = band.top, band.bottom
        level = round(math.log2(max(band.m_per_px, 1e-3) / LEAST_M_PER_PX))
        level = min(LEVELS - 1, max(0, level))
        seen = _seen(camera, to_town, top, bottom)
        if seen is None:
            picture[top:bottom] = HAZE
            return
        town_from_pixel = to_town @ np.linalg.inv(camera.matrix())
        mosaic = self._mosaic(number, level, seen)
        # Picture and mosaic pixels count from the middle of the first, rays from its corner.
        from_index = np.array([[1, 0, 0.5], [0, 1, 0.5 + top], [0, 0, 1.0]])
        side_m = TILE_PX * LEAST_M_PER_PX * 2**mosaic.level
        px = TILE_PX / side_m
        to_index = np.array(
            [
                [px, 0, -px * mosaic.columns[0] * side_m - 0.5],
                [0, -px, px * mosaic.rows[1] * side_m - 0.5],
                [0, 0, 1.0],
            ]
        )
        cv2.warpPerspective(
            mosaic.picture,
            to_index @ town_from_pixel @ from_index,
            (camera.width_px, bottom - top),
            dst=picture[top:bottom],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=HAZE,
        )

    def _mosaic(self, number: int, level: int, seen: FloatArray) -> _Mosaic:
        """The tiles that hold all that is seen; put together again only when others are needed."""
        while True:
            side_m = TILE_PX * LEAST_M_PER_PX * 2**level
            low = np.floor((seen.min(axis=0) - side_m / TILE_PX) / side_m).astype(int).tolist()
            high = np.floor((seen.max(axis=0) + side_m / TILE_PX) / side_m).astype(int).tolist()
            columns, rows = (low[0], high[0] + 1), (low[1], high[1] + 1)
            across = max(columns[1] - columns[0], rows[1] - rows[0])
            if across <= MOST_TILES_ACROSS or level == LEVELS - 1:
                break
            level += 1
        if across > MOST_TILES_ACROSS:  # the coarsest level, from very high up
            columns = (columns[0], min(columns[1], columns[0] + MOST_TILES_ACROSS))
            rows = (max(rows[0], rows[1] - MOST_TILES_ACROSS), rows[1])
        needed = _needed(columns, rows, side_m, seen)
        former = self._mosaics.get(number)
        same = former is not None and former.place == (level, columns, rows)
        if former is not None and same and needed <= former.tiles:
            return former
        picture = self._put_together(level, columns, rows, needed)
        mosaic = _Mosaic(level, columns, rows, needed, picture)
        self._mosaics[number] = mosaic
        return mosaic

    def _put_together(
        self,
        level: int,
        columns: tuple[int, int],
        rows: tuple[int, int],
        needed: frozenset[tuple[int, int]],
    ) -> Picture:
        size = ((rows[1] - rows[0]) * TILE_PX, (columns[1] - columns[0]) * TILE_PX, 3)
        picture = np.empty(size, np.uint8)
        for column, row in needed:
            x, y = (column - columns[0]) * TILE_PX, (rows[1] - 1 - row) * TILE_PX
            picture[y : y + TILE_PX, x : x + TILE_PX] = self._tiles.tile(level, column, row)
        return picture

    def _draw_air(self, picture: Picture, camera: Camera) -> None:
        """Haze by distance, and the sky above the horizon."""
        across, down, forward = camera.axes[:, 2]
        f = camera.focal_px
        # How far a pixel's ray goes up, by (u, v, 1); minus that is height over depth.
        rise = np.array(
            [
                across / f,
                down / f,
                forward - (across * camera.width_px + down * camera.height_px) / 2 / f,
            ]
        )
        corners = [(0, 0), (camera.width_px, 0), (0, camera.height_px), picture.shape[1::-1]]
        if max(float(rise @ (u, v, 1.0)) for u, v in corners) < -camera.height_m / (0.25 * HAZE_M):
            return  # all of it is near
        left, right = (float(rise @ (u, 0, 1.0)) for u in (0, camera.width_px))
        per_row = down / f
        rows = camera.height_px
        if abs(per_row) > 1e-9:
            least = -camera.height_m / (0.25 * HAZE_M)
            ends = [(least - edge) / per_row for edge in (left, right)]
            rows = min(rows, max(0, math.ceil(max(ends)))) if per_row < 0 else rows
        if rows <= 0:
            return
        colours, weights = self._strips
        # The strip's coordinate is the rise over the height of 1 m; see `_strips`.
        lookup = _strip_lookup(rise, camera.height_m)
        size = (camera.width_px, rows)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        air = cv2.warpAffine(colours, lookup, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        weight = cv2.warpAffine(weights, lookup, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        picture[:rows] = cv2.blendLinear(picture[:rows], air, 1.0 - weight, weight)


def _needed(
    columns: tuple[int, int], rows: tuple[int, int], side_m: float, seen: FloatArray
) -> frozenset[tuple[int, int]]:
    """Those of the tiles that what is seen lies on."""
    column, row = (a.ravel() for a in np.meshgrid(np.arange(*columns), np.arange(*rows)))
    boxes = shapely.box(column * side_m, row * side_m, (column + 1) * side_m, (row + 1) * side_m)
    hull = shapely.convex_hull(shapely.MultiPoint(seen)).buffer(2 * side_m / TILE_PX)
    chosen = shapely.intersects(hull, boxes)
    return frozenset(zip(column[chosen].tolist(), row[chosen].tolist(), strict=True))


def _bands(camera: Camera) -> list[_Band]:
    """The picture cut into bands of rows that one scale suits, the farthest first."""
    edges = np.arange(0, camera.height_px + 4, BAND_STEP_PX).clip(max=camera.height_px)
    _, down, forward = camera.axes[:, 2]
    rise = forward + down * (edges - camera.height_px / 2) / camera.focal_px
    depth = np.where(rise < -1e-6, camera.height_m / np.maximum(-rise, 1e-6), 1e6)
    scales = np.round(np.log2(np.clip(depth / camera.focal_px, 1e-3, 4096))).astype(int)
    cuts = [0, *(np.nonzero(np.diff(scales))[0] + 1).tolist(), len(edges) - 1]
    return [
        _Band(int(edges[a]), int(edges[b]), 2.0 ** int(scales[a]))
        for a, b in itertools.pairwise(cuts)
        if edges[b] > edges[a]
    ]


def _seen(camera: Camera, to_town: FloatArray, top: int, bottom: int) -> FloatArray | None:
    """(N, 2) town metres round what the rows show; None if that is all beyond `FAR_M`."""
    u, v = np.meshgrid(np.linspace(0, camera.width_px, 9), np.linspace(top, bottom, 5))
    x = (u.ravel() - camera.width_px / 2) / camera.focal_px
    y = (v.ravel() - camera.height_px / 2) / camera.focal_px
    rays = np.column_stack([x, y, np.ones(len(x))]) @ camera.axes
    reach = np.maximum(np.hypot(rays[:, 0], rays[:, 1]), 1e-9)
    down = -rays[:, 2]
    t = np.where(down > 1e-9, camera.height_m / np.maximum(down, 1e-9), np.inf)
    beyond = t * reach > FAR_M
    if beyond.all():
        return None
    ground = rays[:, :2] * np.where(beyond, FAR_M / reach, t)[:, None]
    seen: FloatArray = ground @ to_town[:2, :2].T + to_town[:2, 2]
    return seen


STRIP_LOW = -1.0 / 120.0  # rise over height: nearer than 120 m there is no haze
STRIP_HIGH = 1.0 / 120.0


def _strips() -> tuple[Picture, NDArray[np.float32]]:
    """Colour and weight of the air by (rise of the ray) / (camera's height): what lies at -x is
    1/x metres off."""
    x = np.linspace(STRIP_LOW, STRIP_HIGH, STRIP_PX)
    depth = np.where(x < 0, 1.0 / np.maximum(-x, 1e-9), np.inf)
    weight = np.where(x < 0, 1.0 - np.exp(-np.square(depth / HAZE_M)), 1.0)
    weight[0] = 0.0
    up = np.clip(x / STRIP_HIGH, 0, 1)[:, None]
    colour = np.array(HAZE) * (1 - up) + np.array(SKY) * up
    strip = np.repeat(np.round(colour).astype(np.uint8)[None], 3, axis=0)
    return strip, np.repeat(weight.astype(np.float32)[None], 3, axis=0)


def _strip_lookup(rise: FloatArray, height_m: float) -> FloatArray:
    """2x3: picture index to strip index."""
    per = (STRIP_PX - 1) / (STRIP_HIGH - STRIP_LOW)
    a, b, c = rise / height_m * per
    start = c + 0.5 * (a + b) - STRIP_LOW * per
    return np.array([[a, b, start], [0.0, 0.0, 1.0]])
