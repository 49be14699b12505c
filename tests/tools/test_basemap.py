"""The basemap that ships: small, plain, attributed, and made again from its source exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
import shapely.geometry

from fixed_cctv.pets_scene import PETS_CALIBRATION
from geo.ground_plane import GroundPlane
from tools import make_basemap

ROOT = Path(__file__).parents[2]
FILE = ROOT / "web" / "public" / "basemap.json"
SOURCE = ROOT.parent / "shared" / "data" / "geo" / "hf_basemap_geojson"
LAYERS = {"boundary": "Polygon", "water": "Polygon", "parks": "Polygon", "places": "Point"}


@pytest.fixture(scope="module")
def basemap() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FILE.read_bytes())
    return loaded


def shapes(basemap: dict[str, Any], layer: str) -> list[Any]:
    return [shapely.geometry.shape(f["geometry"]) for f in basemap[layer]["features"]]


def test_it_is_small() -> None:
    assert FILE.stat().st_size <= 60_000


@pytest.mark.parametrize("layer", [*LAYERS, "roads"])
def test_every_layer_is_plain_valid_geojson_in_the_window(
    basemap: dict[str, Any], layer: str
) -> None:
    collection = basemap[layer]
    assert collection["type"] == "FeatureCollection"
    assert collection["features"]
    west, south, east, north = make_basemap.WINDOW
    window = shapely.box(west - 1e-3, south - 1e-3, east + 1e-3, north + 1e-3)
    for item, shape in zip(collection["features"], shapes(basemap, layer), strict=True):
        assert item["type"] == "Feature"
        assert isinstance(item["properties"], dict)
        assert item["geometry"]["type"] == LAYERS.get(layer, "MultiLineString")
        assert shape.is_valid
        assert not shape.is_empty
        assert window.contains(shape)


def test_coordinates_have_five_decimals_at_most(basemap: dict[str, Any]) -> None:
    def walk(value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                walk(item)
        else:
            assert round(value, 5) == value

    for layer in [*LAYERS, "roads"]:
        for item in basemap[layer]["features"]:
            walk(item["geometry"]["coordinates"])


def test_it_says_whose_data_it_is(basemap: dict[str, Any]) -> None:
    text = " ".join(basemap["attribution"])
    for words in ("OpenStreetMap contributors", "ODbL", "National Statistics", "Crown copyright"):
        assert words in text


def test_roads_have_the_classes_the_page_draws(basemap: dict[str, Any]) -> None:
    classes = [item["properties"]["class"] for item in basemap["roads"]["features"]]
    assert classes == ["trunk", "primary", "secondary", "other"]


def test_places_have_names_and_ranks(basemap: dict[str, Any]) -> None:
    ranks = {
        p["properties"]["name"]: p["properties"]["rank"] for p in basemap["places"]["features"]
    }
    assert {name for name, rank in ranks.items() if rank == 1} == {
        "Hammersmith",
        "Fulham",
        "Shepherd's Bush",
    }
    assert ranks["Kensington"] == 3


def test_the_river_runs_along_the_borough(basemap: dict[str, Any]) -> None:
    (borough,) = shapes(basemap, "boundary")
    river = max(shapes(basemap, "water"), key=lambda shape: shape.area)
    assert river.buffer(0.002).intersection(borough.exterior).length > 0.05


def test_no_park_of_unconfirmed_licence_is_in_it(basemap: dict[str, Any]) -> None:
    names = {item["properties"].get("name") for item in basemap["parks"]["features"]}
    assert names.isdisjoint({"Hyde Park", "Holland Park", "Chiswick House", "Battersea Park"})


def test_the_demo_camera_looks_at_a_park_of_the_borough(basemap: dict[str, Any]) -> None:
    c = PETS_CALIBRATION
    plane = GroundPlane.fit(
        width_px=c.width_px,
        height_px=c.height_px,
        anchor_lat=c.anchor_lat,
        anchor_lon=c.anchor_lon,
        pairs=[(p.u_px, p.v_px, p.east_m, p.north_m) for p in c.pairs],
        sigma_px=c.sigma_px,
        sigma_calibration_m=c.sigma_calibration_m,
    )
    footprint = shapely.Polygon(plane.footprint())
    (borough,) = shapes(basemap, "boundary")
    assert borough.contains(footprint)
    (green,) = [
        shapely.geometry.shape(item["geometry"])
        for item in basemap["parks"]["features"]
        if item["properties"].get("name") == "Lillie Road Recreation Ground"
    ]
    assert green.contains(footprint)


@pytest.mark.skipif(not SOURCE.is_dir(), reason="shared basemap source not here")
def test_the_file_is_what_the_tool_makes(tmp_path: Path) -> None:
    out = tmp_path / "basemap.json"
    assert make_basemap.main([str(SOURCE), str(out)]) == 0
    assert out.read_bytes() == FILE.read_bytes()
