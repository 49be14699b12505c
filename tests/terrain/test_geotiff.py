"""Heights out of a GeoTIFF: right between cells, not known where the file does not know."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest

from geo.terrain import Terrain
from ground_station.app_airspace import join_airspace
from ground_station.core.errors import ConfigError, Unavailable
from ground_station.core.settings import AirspaceSettings
from ground_station.terrain import GeoTiffTerrain
from tests.services.world import World

rasterio = pytest.importorskip("rasterio", reason="the extra `terrain` is not installed")
# rasterio 1.4 itself, over affine 3
pytestmark = pytest.mark.filterwarnings("ignore:Use .@. matmul:PendingDeprecationWarning")

EAST, NORTH = 523_000.0, 179_000.0  # of the file's upper left corner, British National Grid
TO_WGS84 = pyproj.Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)


def write(
    file: Path, heights: np.ndarray[Any, Any], *, crs: str | None = "EPSG:27700", **more: Any
) -> Path:
    """A GeoTIFF of 10 m cells."""
    with rasterio.open(
        file,
        "w",
        driver="GTiff",
        height=heights.shape[0],
        width=heights.shape[1],
        count=1,
        dtype=heights.dtype,
        crs=crs,
        transform=rasterio.transform.from_origin(EAST, NORTH, 10.0, 10.0),
        nodata=-9999.0,
    ) as opened:
        opened.write(heights, 1)
    return file


def at(east: float, north: float) -> tuple[float, float]:
    """(lat, lon) of metres east and south of the corner."""
    lon, lat = TO_WGS84.transform(EAST + east, NORTH - north)
    return lat, lon


@pytest.fixture
def slope(tmp_path: Path) -> Iterator[GeoTiffTerrain]:
    """A plane: 5 m, and 0.1 m higher for each metre east, 0.05 for each south; one cell unknown."""
    columns, rows = np.meshgrid(np.arange(600) * 10 + 5, np.arange(300) * 10 + 5)
    heights = (5 + 0.1 * columns + 0.05 * rows).astype(np.float32)
    heights[200, 500] = -9999.0
    terrain = GeoTiffTerrain(write(tmp_path / "slope.tif", heights))
    yield terrain
    terrain.close()


def test_between_cells_a_plane_is_a_plane(slope: GeoTiffTerrain) -> None:
    found: Terrain = slope
    for east, north in (
        (1234.5, 777.7),
        (10.0, 10.0),
        (5.0, 5.0),
        (5_990.0, 2_990.0),
        (2560, 2560),
    ):
        expected = 5 + 0.1 * east + 0.05 * north
        assert found.ground_amsl_m(*at(east, north)) == pytest.approx(expected, abs=0.002)


def test_where_the_file_does_not_know_nothing_is_known(slope: GeoTiffTerrain) -> None:
    for east, north in ((5_005.0, 2_005.0), (4_999.0, 2_001.0), (-1.0, 50.0), (50.0, 3_001.0)):
        assert slope.ground_amsl_m(*at(east, north)) is None
    assert slope.ground_amsl_m(*at(4_980.0, 2_005.0)) is not None
    for lat, lon in ((0.0, 0.0), (91.0, 0.0), (float("nan"), 0.0), (-90.0, 180.0)):
        assert slope.ground_amsl_m(lat, lon) is None


def test_up_to_the_files_edge_the_outermost_cells_count(slope: GeoTiffTerrain) -> None:
    assert slope.ground_amsl_m(*at(1.0, 1.0)) == pytest.approx(5.75, abs=0.002)


def test_many_threads_read_the_same(slope: GeoTiffTerrain) -> None:
    wrong: list[object] = []

    def read(seed: int) -> None:
        chance = np.random.default_rng(seed)
        for _ in range(200):
            east, north = float(chance.uniform(20, 4_900)), float(chance.uniform(20, 1_900))
            found = slope.ground_amsl_m(*at(east, north))
            if found is None or abs(found - (5 + 0.1 * east + 0.05 * north)) > 0.005:
                wrong.append((east, north, found))

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_once_closed_nothing_is_known(slope: GeoTiffTerrain) -> None:
    slope.close()
    assert slope.ground_amsl_m(*at(100.0, 100.0)) is None


def test_what_is_no_height_of_land_is_not_known(tmp_path: Path) -> None:
    """Scale and offset are the file's; a sea of -32768 that is not said to be unknown is none."""
    heights = np.full((4, 4), 100, np.int16)
    heights[3, 3] = -32768
    file = write(tmp_path / "a.tif", heights)
    with rasterio.open(file, "r+") as opened:
        opened.scales, opened.offsets = (0.1,), (2.0,)
    terrain = GeoTiffTerrain(file)
    assert terrain.ground_amsl_m(*at(10.0, 10.0)) == pytest.approx(12.0)
    assert terrain.ground_amsl_m(*at(35.0, 35.0)) is None
    terrain.close()


def test_files_that_cannot_serve_are_refused_by_name(tmp_path: Path) -> None:
    heights = np.zeros((4, 4), np.float32)
    no_place = write(tmp_path / "nowhere.tif", heights, crs=None)
    feet = write(tmp_path / "feet.tif", heights)
    with rasterio.open(feet, "r+") as opened:
        opened.units = ("ft",)
    rubbish = tmp_path / "rubbish.tif"
    rubbish.write_bytes(b"II*\x00 not really")
    for file, why in (
        (no_place, "does not say where"),
        (feet, "in ft"),
        (rubbish, "cannot be read"),
        (tmp_path / "absent.tif", "cannot be read"),
    ):
        with pytest.raises(ConfigError, match=why) as caught:
            GeoTiffTerrain(file)
        assert file.name in str(caught.value)


def test_without_rasterio_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(Unavailable, match="not installed") as caught:
        GeoTiffTerrain(tmp_path / "any.tif")
    assert "terrain" in caught.value.remedy


def test_the_station_takes_the_file_of_its_settings(tmp_path: Path) -> None:
    """It goes before the training terrain; where it knows nothing, nothing is known."""
    file = write(tmp_path / "flat.tif", np.full((8, 8), 12.5, np.float32))
    world = World(tmp_path / "var")
    settings = AirspaceSettings(training=True, terrain=file)
    joined = join_airspace(settings, world.database, world.audit, world.clock, world.bus)
    assert joined.airspace.ground_amsl_m(*at(40.0, 40.0)) == pytest.approx(12.5)
    assert joined.airspace.ground_amsl_m(51.4958, -0.2386) is None
    world.close()
