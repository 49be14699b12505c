"""What the town's ground is painted from: areas in metres and their colours, in order.

Streets, greens and water are the town's own. Houses, trees and garden plots between them are made
up, the same at every start: scenery that gives the eye something to hold on to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from ground_station.simulation.town import PAVEMENT_M, Street, Town

FloatArray = NDArray[np.float64]
Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]  # west, south, east, north
Rings = Sequence[FloatArray]

ALWAYS = 99
DETAIL_TO_LEVEL = 4  # lane marks and kerbs: to 0.8 m a pixel
HOUSES_TO_LEVEL = 5

# BGR. Quiet, and lighter than people and cars.
PLOT: Colour = (184, 203, 199)
HOUSE: Colour = (176, 186, 194)
ROOF_SHADE: Colour = (164, 174, 183)
GREEN: Colour = (146, 186, 158)
TREE: Colour = (122, 166, 132)
TREE_LIGHT: Colour = (134, 178, 145)
SQUARE: Colour = (196, 206, 212)
SQUARE_LINE: Colour = (186, 196, 203)
WATER: Colour = (196, 170, 138)
PAVEMENT: Colour = (188, 192, 193)
KERB: Colour = (172, 176, 178)
ROAD: Colour = (150, 148, 146)
PATH: Colour = (178, 198, 204)
MARK: Colour = (226, 228, 228)

HOUSE_FRONT_M, HOUSE_DEPTH_M, HOUSE_SET_BACK_M = 7.0, 9.5, 3.0
KERB_M = 0.18
CELL_M = 22.0  # of the made-up plots


class Layer(Protocol):
    """Areas of one colour. `to_level`: not painted at coarser scales."""

    colour: Colour
    to_level: int

    def within(self, box: Box) -> Iterator[Rings]:
        """What to fill at once, for all that may show in the box."""
        ...


class _Areas:
    """A few areas, each with its own number of corners, and holes."""

    def __init__(
        self, areas: Sequence[shapely.Polygon], colour: Colour, to_level: int = ALWAYS
    ) -> None:
        self.colour, self.to_level = colour, to_level
        self._tree = shapely.STRtree(areas)
        self._rings = [
            [shapely.get_coordinates(ring) for ring in (area.exterior, *area.interiors)]
            for area in areas
        ]

    def within(self, box: Box) -> Iterator[Rings]:
        for index in np.sort(self._tree.query(shapely.box(*box))):
            yield self._rings[index]


class _Many:
    """Thousands of small ones that do not overlap, (N, K, 2)."""

    def __init__(self, rings: FloatArray, colour: Colour, to_level: int) -> None:
        self.colour, self.to_level = colour, to_level
        self._rings = rings
        self._low, self._high = rings.min(axis=1), rings.max(axis=1)

    def within(self, box: Box) -> Iterator[Rings]:
        west, south, east, north = box
        apart = (self._low > (east, north)) | (self._high < (west, south))
        (index,) = np.nonzero(~(apart[:, 0] | apart[:, 1]))
        if len(index):
            yield list(self._rings[index])


class _Plots:
    """Made-up houses or trees where the town has nothing else, worked out when they are seen."""

    def __init__(self, taken: shapely.Geometry, colour: Colour, shape: str) -> None:
        self.colour, self.to_level = colour, DETAIL_TO_LEVEL
        self._taken = taken
        self._shape = shape

    def within(self, box: Box) -> Iterator[Rings]:
        west, south, east, north = (side / CELL_M for side in box)
        column, row = np.meshgrid(
            np.arange(np.floor(west) - 1, east + 1), np.arange(np.floor(south) - 1, north + 1)
        )
        cells = np.column_stack([column.ravel(), row.ravel()])
        if self._shape == "house":
            rings = _made_up_houses(cells)
        else:
            rings = _made_up_trees(cells, 0.5 if self._shape == "light" else 1.0)
        if len(rings):
            points = rings.reshape(-1, 2)
            hit = shapely.contains_xy(self._taken, points[:, 0], points[:, 1])
            rings = rings[~hit.reshape(rings.shape[:2]).any(axis=1)]
        if len(rings):
            yield list(rings)


def layers(town: Town) -> list[Layer]:
    """Everything, in the order in which it is painted."""
    roads = [street for street in town.streets if street.kind != "path"]
    paths = [street for street in town.streets if street.kind == "path"]
    open_ground = [area.buffer(4.0) for area in (*town.greens, *town.squares, *town.water)]
    taken = shapely.union_all([town.paved(PAVEMENT_M + 0.5), *open_ground])
    shapely.prepare(taken)
    houses = _houses(roads, taken)
    built = shapely.union_all([town.paved(PAVEMENT_M + HOUSE_SET_BACK_M + 11.0), *open_ground])
    shapely.prepare(built)
    halves = houses[:, [0, 1, 2, 3]].copy()
    halves[:, 0] = (houses[:, 0] + houses[:, 3]) / 2
    halves[:, 1] = (houses[:, 1] + houses[:, 2]) / 2
    return [
        _Plots(built, HOUSE, "house"),
        _Plots(built, TREE, "tree"),
        _Plots(built, TREE_LIGHT, "light"),
        _Many(houses, HOUSE, HOUSES_TO_LEVEL),
        _Many(halves, ROOF_SHADE, DETAIL_TO_LEVEL),
        _Areas(town.greens, GREEN),
        _Areas(town.water, WATER),
        _Areas(town.squares, SQUARE),
        _Areas([slab for square in town.squares for slab in _slabs(square)], SQUARE_LINE, 3),
        _Areas([path.line.buffer(path.width_m / 2) for path in paths], PATH),
        _Areas(_grown(roads, PAVEMENT_M), PAVEMENT),
        _Areas(_grown(roads, KERB_M), KERB, DETAIL_TO_LEVEL),
        _Areas(_grown(roads, 0.0), ROAD),
        _Many(np.concatenate([_dashes(road.line) for road in roads]), MARK, DETAIL_TO_LEVEL),
    ]


def _grown(roads: Sequence[Street], by_m: float) -> list[shapely.Polygon]:
    return [road.line.buffer(road.width_m / 2 + by_m, quad_segs=4) for road in roads]


def _houses(roads: Sequence[Street], taken: shapely.Geometry) -> FloatArray:
    """Rows of houses beside the streets, where there is room: (N, 4, 2), the front edge first."""
    rows = [
        _row_of_houses(road.line, road.width_m / 2 + PAVEMENT_M + HOUSE_SET_BACK_M, side)
        for road in roads
        if road.kind in ("other", "secondary")
        for side in (1.0, -1.0)
    ]
    corners = np.concatenate(rows)
    points = np.concatenate([corners, corners.mean(axis=1, keepdims=True)], axis=1)
    flat = points.reshape(-1, 2)
    hit = shapely.contains_xy(taken, flat[:, 0], flat[:, 1]).reshape(-1, 5)
    free: FloatArray = corners[~hit.any(axis=1)]
    return free


def _row_of_houses(line: shapely.LineString, from_m: float, side: float) -> FloatArray:
    """Every fifth is left out, so that the row is not a wall."""
    starts = np.arange(6.0, line.length - 6.0 - HOUSE_FRONT_M, HOUSE_FRONT_M + 0.5)
    starts = starts[np.arange(len(starts)) % 5 != 4]
    a, b, out = _pieces(line, starts, HOUSE_FRONT_M)
    near, far = side * out * from_m, side * out * (from_m + HOUSE_DEPTH_M)
    return np.stack([a + near, b + near, b + far, a + far], axis=1)


def _dashes(line: shapely.LineString) -> FloatArray:
    """Marks along the middle of a road: 3 m long, 4 m apart."""
    a, b, out = _pieces(line, np.arange(6.0, line.length - 9.0, 7.0), 3.0)
    return np.stack([a + 0.07 * out, b + 0.07 * out, b - 0.07 * out, a - 0.07 * out], axis=1)


def _pieces(
    line: shapely.LineString, starts: FloatArray, length_m: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(N, 2) each: begin and end of pieces of a line, and the unit vector to their left."""
    a, b = (
        shapely.get_coordinates(shapely.line_interpolate_point(line, along))
        for along in (starts, starts + length_m)
    )
    way = (b - a) / np.maximum(np.hypot(*(b - a).T), 1e-6)[:, None]
    return a, b, np.column_stack([-way[:, 1], way[:, 0]])


def _crowns(places: FloatArray, radius_m: FloatArray) -> FloatArray:
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * (1 + 0.07 * np.cos(5 * angle))[:, None]
    return places[:, None] + ring[None] * radius_m[:, None, None]


def _slabs(square: shapely.Polygon) -> list[shapely.Polygon]:
    """Joints of a paved square."""
    west, south, east, north = square.bounds
    joints = [shapely.box(x, south, x + 0.12, north) for x in np.arange(west + 4, east, 4.0)]
    joints += [shapely.box(west, y, east, y + 0.12) for y in np.arange(south + 4, north, 4.0)]
    cut = [joint.intersection(square) for joint in joints]
    return [joint for joint in cut if joint.geom_type == "Polygon" and not joint.is_empty]


def _chance(cells: FloatArray, salt: int) -> FloatArray:
    """(N,) 0-1: the same for a cell at every time, without a pattern between cells."""
    x = np.sin(cells[:, 0] * 127.1 + cells[:, 1] * 311.7 + salt * 74.7) * 43758.5453
    return x - np.floor(x)


def _made_up_houses(cells: FloatArray) -> FloatArray:
    """(N, 4, 2): blocks of a district all stand one way."""
    cells = cells[_chance(cells, 1) < 0.62]
    turn = 3.1 * _chance(np.floor(cells / 9.0), 2)
    half_x, half_y = 4.5 + 4.0 * _chance(cells, 3), 4.0 + 2.5 * _chance(cells, 4)
    corner = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)], dtype=np.float64)
    own = corner[None] * np.column_stack([half_x, half_y])[:, None]
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    turned = np.stack(
        [own[..., 0] * cos - own[..., 1] * sin, own[..., 0] * sin + own[..., 1] * cos], axis=2
    )
    return (cells + 0.5)[:, None] * CELL_M + turned


def _made_up_trees(cells: FloatArray, size: float) -> FloatArray:
    """(N, 12, 2), in the corners between the houses."""
    cells = cells[_chance(cells, 5) < 0.45]
    places = cells * CELL_M + 2.4 * (np.column_stack([_chance(cells, 6), _chance(cells, 7)]) - 0.5)
    radius_m = 1.4 + 1.7 * _chance(cells, 8)
    shift = (1 - size) * np.array([-0.6, 0.6])
    return _crowns(places + shift, size * radius_m)
