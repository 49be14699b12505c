"""Make `web/public/basemap.json`: a small map of Hammersmith & Fulham that needs no internet.

    python -m tools.make_basemap SOURCE_FOLDER [OUT]

SOURCE_FOLDER holds `boundary`, `water`, `parks`, `roads` and `places.geojson` (WGS 84). The result
is one JSON object of plain GeoJSON FeatureCollections

    {"boundary", "water", "parks", "roads", "places": FeatureCollection, "attribution": [text]}

with [lon, lat] to five decimals (about a metre). Roads are one MultiLineString a `class`
(trunk, primary, secondary, other); all classes but `other` reach past the borough, `other` is the
streets inside it, longest first, as many as the size limit allows. Places have `name` and `rank`
(1 in the borough's own centres, 3 outside it).

The result is a derived database of OpenStreetMap and stays under the ODbL; see NOTICE.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
import shapely.geometry
import shapely.ops
from numpy.typing import NDArray

from tools.basemap_roads import RoadGraph

LIMIT_BYTES = 60_000
WINDOW = (-0.2637, 51.4535, -0.1550, 51.5450)  # where the source has every layer
ATTRIBUTION = [
    "© OpenStreetMap contributors (ODbL 1.0)",
    "Boundary: Office for National Statistics licensed under the Open Government Licence; "
    "contains OS data © Crown copyright and database right 2014",
]
RANK_OF_CLASS = {"trunk": 0, "main": 1, "tertiary": 2, "minor": 3}
CLASS_OF_RANK = ("trunk", "primary", "secondary", "other")
UNCONFIRMED = "HE RPG"  # parks whose source states no licence: left out
CENTRES = {"Hammersmith": 1, "Fulham": 1, "Shepherd's Bush": 1}

Geometry = Any  # shapely's geometries carry no types here
Feature = dict[str, Any]

_to_metres = pyproj.Transformer.from_crs(4326, 27700, always_xy=True)
_to_degrees = pyproj.Transformer.from_crs(27700, 4326, always_xy=True)


def projected(transformer: pyproj.Transformer) -> Callable[[Geometry], Geometry]:
    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return lambda geometry: shapely.transform(geometry, move)


metres = projected(_to_metres)
degrees = projected(_to_degrees)


def read(folder: Path, layer: str) -> list[tuple[dict[str, Any], Geometry]]:
    """(properties, geometry in metres of the British grid) of one source layer."""
    features = json.loads((folder / f"{layer}.geojson").read_text(encoding="utf-8"))["features"]
    return [
        (feature["properties"], metres(shapely.geometry.shape(feature["geometry"])))
        for feature in features
    ]


def feature(geometry: Geometry, **properties: Any) -> Feature:
    """A GeoJSON feature in degrees to five decimals."""
    moved = shapely.transform(degrees(geometry), lambda xy: np.round(xy, 5))
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": _listed(shapely.geometry.mapping(moved)),
    }


def _listed(mapping: dict[str, Any]) -> dict[str, Any]:
    def walk(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return [walk(item) for item in value]
        return round(float(value), 5)

    return {"type": mapping["type"], "coordinates": walk(mapping["coordinates"])}


def collection(features: Iterable[Feature]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def encoded(basemap: dict[str, Any]) -> bytes:
    return json.dumps(basemap, separators=(",", ":"), ensure_ascii=False).encode()


def areas(geometry: Geometry, tolerance_m: float, **properties: Any) -> list[Feature]:
    """Its polygons, simplified, and still valid when their corners are rounded."""
    simple = geometry.simplify(tolerance_m)
    rounded = shapely.transform(degrees(simple), lambda xy: np.round(xy, 5))
    parts = _parts(metres(shapely.make_valid(rounded)))
    return [feature(part, **properties) for part in parts if part.area > 500]


def water_features(folder: Path, window: Geometry) -> list[Feature]:
    """The river as one polygon, and still water over two hectares."""
    merged = shapely.unary_union([g.buffer(3) for _, g in read(folder, "water")]).buffer(-3)
    river, *rest = sorted(_parts(merged.intersection(window)), key=lambda g: -g.area)
    still = [part for part in rest if part.area >= 20_000]
    return [*areas(river, 8, kind="river"), *(f for g in still for f in areas(g, 12, kind="still"))]


def park_features(folder: Path, window: Geometry, borough: Geometry) -> list[Feature]:
    """Greens: from 1,000 m² in the borough, from two hectares outside it."""
    found = []
    for properties, geometry in read(folder, "parks"):
        if properties.get("src") == UNCONFIRMED:
            continue
        inside = geometry.intersects(borough)
        shape = shapely.make_valid(geometry).intersection(window)
        if shape.area < (1_000 if inside else 20_000):
            continue
        named = {"name": properties["name"]} if "name" in properties and inside else {}
        found += [(shape.area, item) for item in areas(shape, 5 if inside else 15, **named)]
    return [item for _, item in sorted(found, key=lambda pair: -pair[0])]


def place_features(folder: Path, window: Geometry, borough: Geometry) -> list[Feature]:
    found = []
    for properties, point in read(folder, "places"):
        if not window.contains(point):
            continue
        near = borough.buffer(150).contains(point)
        rank = CENTRES.get(properties["name"], 2 if near else 3)
        found.append(feature(point, name=properties["name"], rank=rank))
    return sorted(found, key=lambda f: (f["properties"]["rank"], f["properties"]["name"]))


def road_strokes(folder: Path, window: Geometry) -> list[list[Geometry]]:
    """Lines for each of CLASS_OF_RANK."""
    graph = RoadGraph()
    for properties, line in read(folder, "roads"):
        if line.intersects(window):
            graph.add_line(line.coords, RANK_OF_CLASS[properties["class"]])
    graph.heal_gaps(60.0, 40.0, range(4))  # links under about 48 m are missing from the tiles
    graph.heal_gaps(180.0, 20.0, range(3))  # and on main roads often several in a row
    for rank, reach_m in ((0, 1500.0), (1, 1200.0), (2, 700.0)):
        graph.carry_through(rank, reach_m)
    return [graph.strokes(rank) for rank in range(len(CLASS_OF_RANK))]


def shortest_m(road_class: str, inside: bool) -> float:
    """Roads shorter than this are left out: outside the borough only the long ones matter."""
    return 40.0 if inside else {"trunk": 40.0, "primary": 400.0}.get(road_class, 500.0)


def road_features(
    strokes: list[list[Geometry]], window: Geometry, borough: Geometry, others: int
) -> list[Feature]:
    """One MultiLineString a class, with the `others` longest streets of the borough."""
    features = []
    near = borough.buffer(60)
    for name, lines in zip(CLASS_OF_RANK, strokes, strict=True):
        area = near if name == "other" else window
        kept = [part for line in lines for part in _parts(line.intersection(area))]
        kept = [k.simplify(8) for k in kept if k.length >= shortest_m(name, k.intersects(near))]
        if name == "other":
            kept = sorted(kept, key=lambda line: -line.length)[:others]
        features.append(feature(shapely.MultiLineString(kept), **{"class": name}))
    return [item for item in features if item["geometry"]["coordinates"]]


def make(folder: Path) -> dict[str, Any]:
    """The basemap, as large as LIMIT_BYTES allows."""
    window = metres(shapely.box(*WINDOW))
    ((names, borough),) = read(folder, "boundary")
    strokes = road_strokes(folder, window)
    basemap: dict[str, Any] = {
        "attribution": ATTRIBUTION,
        "boundary": collection([feature(borough.simplify(6), name=names["name"])]),
        "water": collection(water_features(folder, window)),
        "parks": collection(park_features(folder, window, borough)),
        "places": collection(place_features(folder, window, borough)),
    }
    low, high = 0, len(strokes[-1])
    while low < high:
        middle = (low + high + 1) // 2
        basemap["roads"] = collection(road_features(strokes, window, borough, middle))
        low, high = (middle, high) if len(encoded(basemap)) <= LIMIT_BYTES else (low, middle - 1)
    basemap["roads"] = collection(road_features(strokes, window, borough, low))
    return basemap


def _parts(geometry: Geometry) -> list[Geometry]:
    """Its non-empty lines or polygons."""
    parts = getattr(geometry, "geoms", [geometry])
    return [p for p in parts if not p.is_empty and p.geom_type in ("Polygon", "LineString")]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Make the basemap of the borough.")
    parser.add_argument("source", type=Path, help="folder with the GeoJSON layers")
    parser.add_argument("out", type=Path, nargs="?", default=Path("web/public/basemap.json"))
    options = parser.parse_args(arguments)
    content = encoded(make(options.source))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(content)
    packed = len(gzip.compress(content, mtime=0))
    sys.stderr.write(f"{options.out}: {len(content)} bytes, {packed} compressed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
