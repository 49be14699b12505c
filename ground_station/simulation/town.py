"""The ground of the simulated borough: streets, parks, squares and water, in metres.

Streets, parks and the river are those of the product's own basemap (`web/public/basemap.json`,
derived from OpenStreetMap). What the basemap leaves out but the demonstration flies over is drawn
by us, roughly, and stands below: it is scenery, not a map.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.local_frame import LocalFrame
from ground_station.core.errors import IntegrityError, NotFound

FloatArray = NDArray[np.float64]

BASEMAP = Path(__file__).resolve().parents[2] / "web" / "public" / "basemap.json"
MAX_BASEMAP_BYTES = 5_000_000
MAX_POINTS = 200_000
_REMEDY = "Restore web/public/basemap.json from the repository."

ANCHOR_LAT, ANCHOR_LON = 51.4958, -0.2386  # Ravenscourt Park, the demonstration drone's home
FRAME = LocalFrame(ANCHOR_LAT, ANCHOR_LON)

WIDTH_M = {"trunk": 15.0, "primary": 13.0, "secondary": 11.0, "other": 9.0, "path": 3.2}
PAVEMENT_M = 2.6  # beside each carriageway
LEAST_STREET_M = 25.0
JOIN_WITHIN_M = 35.0  # ends that stop short of the next street, as in a simplified map
JOIN_TURN_DEG = 55.0

# Ours, metres east and north of the anchor. Roughly Ravenscourt Park with its paths, and a paved
# square off King Street in Hammersmith.
PARK = [(-78, 330), (60, 330), (128, 180), (104, -235), (-20, -262), (-62, -150), (-84, 60)]
PATHS = [
    [(104, -40), (40, -22), (0, 0), (-50, 40), (-80, 62)],
    [(30, -252), (22, -120), (0, 0), (14, 150), (-8, 326)],
    [(22, -120), (-58, -148)],
    [(14, 150), (70, 120), (116, 60)],
    [(-50, 40), (-40, 190), (-8, 326)],
    [(104, -40), (70, -140), (30, -252)],
]
SQUARES = [[(830, -322), (884, -318), (882, -268), (828, -272)]]


@dataclass(frozen=True, slots=True)
class Street:
    """A carriageway along a centre line; a "path" has no cars."""

    kind: str
    line: shapely.LineString
    width_m: float


@dataclass(frozen=True, slots=True)
class Town:
    """Everything flat. Metres east and north of the anchor (`FRAME`). Read-only once made."""

    streets: tuple[Street, ...]
    greens: tuple[shapely.Polygon, ...]
    squares: tuple[shapely.Polygon, ...]
    water: tuple[shapely.Polygon, ...]

    def paved(self, beside_m: float) -> shapely.Geometry:
        """All carriageways without paths, grown by so much."""
        roads = [s.line.buffer(s.width_m / 2 + beside_m) for s in self.streets if s.kind != "path"]
        return shapely.union_all(roads)


def metres_from_wgs84(lon_lat: FloatArray) -> FloatArray:
    """(N, 2) lon, lat to (N, 2) east, north of the anchor."""
    return np.array([FRAME.from_wgs84(lat, lon) for lon, lat in lon_lat])


@cache
def the_town() -> Town:
    """The town of the checkout's own basemap; read once a process.

    Raises:
        NotFound, IntegrityError: see `load_town`.
    """
    return load_town(BASEMAP)


def load_town(basemap: Path) -> Town:
    """Read a basemap and add what is ours.

    Raises:
        NotFound: there is no such file. IntegrityError: it is no basemap of ours.
    """
    layers = _read(basemap)
    try:
        streets = _streets(layers["roads"]["features"])
        parks = _areas(layers["parks"]["features"])
        water = _areas(layers["water"]["features"])
    except (KeyError, TypeError, ValueError, IndexError, shapely.errors.ShapelyError) as error:
        raise IntegrityError(f"{basemap.name} is not a basemap of Kestrel's.", _REMEDY) from error
    if not streets or not water:
        raise IntegrityError(f"{basemap.name} holds no streets or no water.", _REMEDY)
    paths = [Street("path", shapely.LineString(line), WIDTH_M["path"]) for line in PATHS]
    return Town(
        streets=(*_joined(streets), *paths),
        greens=(*parks, shapely.Polygon(PARK)),
        squares=tuple(shapely.Polygon(ring) for ring in SQUARES),
        water=tuple(water),
    )


def _read(basemap: Path) -> dict[str, Any]:
    try:
        if basemap.stat().st_size > MAX_BASEMAP_BYTES:
            raise IntegrityError(f"{basemap.name} is far larger than a basemap.", _REMEDY)
        layers = json.loads(basemap.read_bytes())
    except FileNotFoundError as error:
        raise NotFound(f"The basemap {basemap} is missing.", _REMEDY) from error
    except (OSError, ValueError, RecursionError) as error:
        raise IntegrityError(f"{basemap.name} cannot be read as a basemap.", _REMEDY) from error
    if not isinstance(layers, dict):
        raise IntegrityError(f"{basemap.name} is not a basemap of Kestrel's.", _REMEDY)
    return layers


def _streets(features: list[dict[str, Any]]) -> list[Street]:
    streets = []
    for feature in features:
        kind = feature["properties"]["class"]
        geometry = feature["geometry"]
        multi = geometry["type"] == "MultiLineString"
        for part in geometry["coordinates"] if multi else [geometry["coordinates"]]:
            line = shapely.LineString(_placed(part))
            if line.length >= LEAST_STREET_M:
                streets.append(Street(kind, line, WIDTH_M[kind]))
    return streets


def _areas(features: list[dict[str, Any]]) -> list[shapely.Polygon]:
    areas = []
    for feature in features:
        outer, *holes = (_placed(ring) for ring in feature["geometry"]["coordinates"])
        areas.append(shapely.Polygon(outer, holes))
    return areas


def _placed(lon_lat: list[Any]) -> FloatArray:
    points = np.array(lon_lat, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) > MAX_POINTS:
        raise ValueError("not a list of places")
    if not (np.abs(points - (ANCHOR_LON, ANCHOR_LAT)) < 1.0).all():  # NaN too
        raise ValueError("not in London")
    return metres_from_wgs84(points)


def _joined(streets: list[Street]) -> list[Street]:
    """Each street's ends led on to the street they stop short of."""
    lines = [street.line for street in streets]
    tree = shapely.STRtree(lines)
    joined = []
    for number, street in enumerate(streets):
        points = [tuple(point) for point in street.line.coords]
        first = _way_on(points[1], points[0], number, lines, tree)
        last = _way_on(points[-2], points[-1], number, lines, tree)
        points = [*([first] if first else []), *points, *([last] if last else [])]
        joined.append(Street(street.kind, shapely.LineString(points), street.width_m))
    return joined


def _way_on(
    before: tuple[float, ...],
    end: tuple[float, ...],
    number: int,
    lines: list[shapely.LineString],
    tree: shapely.STRtree,
) -> tuple[float, float] | None:
    """The point of the nearest other street ahead of this end, if one is near."""
    here = shapely.Point(end)
    best: tuple[float, tuple[float, float]] | None = None
    for other in tree.query(here, predicate="dwithin", distance=JOIN_WITHIN_M):
        if other == number:
            continue
        target = lines[other].interpolate(lines[other].project(here))
        gap_m = here.distance(target)
        turn = math.atan2(target.y - end[1], target.x - end[0]) - math.atan2(
            end[1] - before[1], end[0] - before[0]
        )
        off_deg = abs(math.degrees((turn + math.pi) % (2 * math.pi) - math.pi))
        straight = gap_m < 1.0 or off_deg < JOIN_TURN_DEG
        if straight and (best is None or gap_m < best[0]):
            best = gap_m, (target.x, target.y)
    return best[1] if best is not None and best[0] >= 0.5 else None
