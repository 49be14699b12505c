"""People of the simulated borough: on pavements, park paths, lawns and squares."""

from __future__ import annotations

import math

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from ground_station.simulation.crowd import Population
from ground_station.simulation.paths_in_time import Loop, there_and_back, timetable
from ground_station.simulation.town import PAVEMENT_M, Street, Town

FloatArray = NDArray[np.float64]

STEP_S = 0.5
PACES_MPS = (0.9, 1.6)
METRES_A_PERSON = {"trunk": 90.0, "primary": 55.0, "secondary": 55.0, "other": 120.0, "path": 15.0}
SQUARE_METRES_A_PERSON = {"green": 1400.0, "square": 85.0}
MOST_IN_AN_AREA = 120
STANDS = 0.18  # of those on squares and lawns
TALL = 0.3
TRIES = 3


def walkers(town: Town, carriageways: shapely.Geometry, seed: int, period_s: float) -> Population:
    """Everybody on foot, over the whole period."""
    rng = np.random.default_rng([seed, 1])
    steps = round(period_s / STEP_S)
    rows: list[FloatArray] = []
    for street in town.streets:
        count = rng.poisson(street.line.length / METRES_A_PERSON[street.kind])
        for _ in range(count):
            row = _along(street, carriageways, rng, steps, period_s)
            if row is not None:
                rows.append(row)
    for sort, areas in (("green", town.greens), ("square", town.squares)):
        for area in areas:
            wanted = rng.poisson(area.area / SQUARE_METRES_A_PERSON[sort])
            for _ in range(min(wanted, MOST_IN_AN_AREA)):
                row = _about(area, rng, steps, period_s)
                if row is not None:
                    rows.append(row)
    count = len(rows)
    return Population(
        timetable(period_s, rows, rng.uniform(0, 360, count).tolist()),
        np.zeros((0, 2)),
        np.zeros(0),
        rng.integers(0, 1 << 30, count),
        rng.random(count) < TALL,
    )


def _along(
    street: Street,
    carriageways: shapely.Geometry,
    rng: np.random.Generator,
    steps: int,
    period_s: float,
) -> FloatArray | None:
    """There and back along one side of a street; None where that would lead over a carriageway."""
    on_path = street.kind == "path"
    side = 1.0 if rng.random() < 0.5 else -1.0
    middle = 0.0 if on_path else side * (street.width_m / 2 + PAVEMENT_M / 2)
    for _ in range(TRIES):
        pace, aside_m = float(rng.uniform(*PACES_MPS)), float(rng.uniform(0.25, 0.7))
        length_m = min(pace * period_s / 2 - math.pi * aside_m, 0.9 * street.line.length)
        start_m = float(rng.uniform(0, street.line.length - length_m))
        way = shapely.ops.substring(street.line, start_m, start_m + length_m)
        walk = way if on_path else way.offset_curve(middle, join_style="mitre")
        if walk.is_empty or walk.geom_type != "LineString" or walk.length < 8:
            continue
        row = there_and_back(shapely.get_coordinates(walk), aside_m, float(rng.random()), steps)
        if on_path or not shapely.contains_xy(carriageways, row[::6, 0], row[::6, 1]).any():
            return row
    return None


def _about(
    area: shapely.Polygon, rng: np.random.Generator, steps: int, period_s: float
) -> FloatArray | None:
    """Round a wobbly loop within an area, or standing in it."""
    west, south, east, north = area.bounds
    for _ in range(4 * TRIES):
        middle = np.array([rng.uniform(west, east), rng.uniform(south, north)])
        if not area.contains(shapely.Point(middle)):
            continue
        if rng.random() < STANDS:
            return np.repeat(middle[None], steps, axis=0)
        loop = _wobbly(middle, float(rng.uniform(*PACES_MPS)) * period_s, rng)
        if area.contains(shapely.LineString(loop)):
            return Loop(loop).row(1, float(rng.random()), steps)
        small = middle + (loop - middle) / 3
        if area.contains(shapely.LineString(small)):
            return Loop(small).row(3, float(rng.random()), steps)
    return None


def _wobbly(middle: FloatArray, length_m: float, rng: np.random.Generator) -> FloatArray:
    """A closed loop of about that length, either way round."""
    angle = np.linspace(0, 2 * math.pi, 49) * (1 if rng.random() < 0.5 else -1)
    wobble = np.zeros(len(angle))
    for n in (2, 3):
        wobble += rng.normal(0, 0.22 / n) * np.cos(n * angle + rng.uniform(0, 6.3))
    stretch = float(rng.uniform(0.55, 1.0))
    loop = np.column_stack([np.cos(angle), stretch * np.sin(angle)]) * (1 + wobble)[:, None]
    turn = float(rng.uniform(0, 2 * math.pi))
    cos, sin = math.cos(turn), math.sin(turn)
    loop = loop @ np.array([[cos, sin], [-sin, cos]])
    own_m = float(np.hypot(*np.diff(loop, axis=0).T).sum())
    placed: FloatArray = middle + loop * (length_m / own_m)
    return placed
