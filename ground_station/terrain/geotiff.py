"""Heights of the ground from a GeoTIFF, read with rasterio (the extra `terrain`).

What the file does not cover, or marks as not known, stays not known.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from ground_station.core.errors import ConfigError, Unavailable

TILE = 256  # cells a side
MOST_TILES = 256  # kept in memory: 64 MB at four bytes a cell
# Lower or higher than any land: a file in feet or centimetres, or of something else.
LEAST_M, MOST_M = -450.0, 9_000.0
_METRES = ("", "m", "metre", "metres", "meter", "meters")


class GeoTiffTerrain:
    """A digital terrain model. Thread-safe.

    Heights are taken as metres above mean sea level (Ordnance Datum Newlyn is within a few
    centimetres of it in London), in the file's own horizontal reference system, between four cells
    by their distance; where one of the four is not known, none is. A surface model works too, and
    then roofs count as ground.

    Raises:
        ConfigError: no such file, not a GeoTIFF with a reference system, or not in metres.
        Unavailable: rasterio is not installed.
    """

    training = False

    def __init__(self, file: Path) -> None:
        try:
            import rasterio
        except ImportError as error:
            raise Unavailable(
                "The terrain file cannot be read: rasterio is not installed.",
                "Install the extra `terrain`: .venv/bin/pip install 'rasterio~=1.4'.",
            ) from error
        self.name = f"terrain of {file.name}"
        try:
            self._file: Any = rasterio.open(file)
        except rasterio.errors.RasterioIOError as error:
            raise ConfigError(
                f"The terrain file {file.name} cannot be read.",
                "Give a GeoTIFF with heights of the ground in airspace.terrain.",
            ) from error
        try:
            self._check(file.name)
        except ConfigError:
            self._file.close()
            raise
        crs = pyproj.CRS.from_wkt(self._file.crs.to_wkt())
        self._to_file = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        self._to_cell = ~self._file.transform
        self._lock = threading.Lock()
        self._tiles: OrderedDict[tuple[int, int], NDArray[np.float64]] = OrderedDict()

    def _check(self, name: str) -> None:
        opened = self._file
        if opened.crs is None or opened.count < 1:
            raise ConfigError(
                f"The terrain file {name} does not say where it lies.",
                "Give a GeoTIFF with a coordinate reference system.",
            )
        unit = (opened.units[0] or "").strip().lower()
        if unit not in _METRES:
            raise ConfigError(
                f"The terrain file {name} has heights in {unit}.", "Give one in metres."
            )

    def close(self) -> None:
        """Heights are not known any more."""
        with self._lock:
            self._file.close()
            self._tiles.clear()

    def ground_amsl_m(self, lat: float, lon: float) -> float | None:
        """See `geo.terrain.Terrain`."""
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            return None
        with self._lock:  # neither rasterio's file nor pyproj's transformer is for many threads
            if self._file.closed:
                return None
            x, y = self._to_file.transform(lon, lat)
            if not (math.isfinite(x) and math.isfinite(y)):
                return None
            to = self._to_cell
            column, row = to.a * x + to.b * y + to.c, to.d * x + to.e * y + to.f
            return self._between(row - 0.5, column - 0.5)  # cells are told by their middles

    def _between(self, row: float, column: float) -> float | None:
        """Of the four cells round a place."""
        row, column = self._on_edge(row, self._file.height), self._on_edge(column, self._file.width)
        top, left = math.floor(row), math.floor(column)
        down, right = row - top, column - left
        total = 0.0
        for cell_row, share_row in ((top, 1 - down), (top + 1, down)):
            for cell_column, share_column in ((left, 1 - right), (left + 1, right)):
                share = share_row * share_column
                if share == 0.0:
                    continue
                height = self._cell(cell_row, cell_column)
                if height is None:
                    return None
                total += share * height
        return total

    @staticmethod
    def _on_edge(place: float, cells: int) -> float:
        """Within half a cell of the file's edge, the outermost cell counts."""
        if -0.5 <= place < 0:
            return 0.0
        return float(cells - 1) if cells - 1 < place <= cells - 0.5 else place

    def _cell(self, row: int, column: int) -> float | None:
        if not (0 <= row < self._file.height and 0 <= column < self._file.width):
            return None
        tile = self._tile(row // TILE, column // TILE)
        value = float(tile[row % TILE, column % TILE])
        return value if LEAST_M <= value <= MOST_M else None  # a NaN neither

    def _tile(self, row: int, column: int) -> NDArray[np.float64]:
        key = row, column
        known = self._tiles.get(key)
        if known is not None:
            self._tiles.move_to_end(key)
            return known
        top, left = row * TILE, column * TILE
        window = (
            (top, min(top + TILE, self._file.height)),
            (left, min(left + TILE, self._file.width)),
        )
        read = self._file.read(1, window=window, masked=True)
        scale, offset = self._file.scales[0], self._file.offsets[0]
        made = np.ma.filled(read.astype(np.float64) * scale + offset, np.nan)
        self._tiles[key] = made
        if len(self._tiles) > MOST_TILES:
            self._tiles.popitem(last=False)
        return made
