"""Cars of the simulated borough: driving on the left, and parked at the kerb."""

from __future__ import annotations

import math

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from ground_station.simulation.crowd import Population
from ground_station.simulation.paths_in_time import Loop, timetable
from ground_station.simulation.town import Street, Town

FloatArray = NDArray[np.float64]

STEP_S = 0.25
PACES_MPS = (5.0, 12.5)  # 11 to 28 mph, on the straight a little more
LONGEST_SECTION_M = 700.0
LEAST_SECTION_M = 90.0
METRES_A_CAR = {"trunk": 70.0, "primary": 90.0, "secondary": 100.0, "other": 330.0}
LANE_M = {"trunk": 3.6, "primary": 3.1, "secondary": 2.6, "other": 1.5}  # from the centre line
BEND_M = 14.0  # radius below which it slows down
APART_M = 7.5  # between the middles of two cars that drive
ROUND_TURN_M = 3.2  # a car turns round no tighter than this
PARKED_M = 3.5  # from the centre line
METRES_A_PARKED_CAR = 34.0
FROM_CORNERS_M = 16.0
VANS = 0.16
KERB_STEP_M = 6.5
SLOT_M = 16.5  # of a loop, for each car that drives on it


def drivers(town: Town, seed: int, period_s: float) -> Population:
    """Every car and van, over the whole period: those that drive, then those that are parked."""
    rng = np.random.default_rng([seed, 2])
    rows = _driving(town, rng, round(period_s / STEP_S), period_s)
    parked, facing = _parked(town, rng)
    count = len(rows) + len(parked)
    return Population(
        timetable(period_s, rows, [0.0] * len(rows)),
        parked,
        facing,
        rng.integers(0, 1 << 30, count),
        rng.random(count) < VANS,
    )


def _driving(town: Town, rng: np.random.Generator, steps: int, period_s: float) -> list[FloatArray]:
    road = _Road(steps)
    for street in town.streets:
        if street.kind == "path":
            continue
        for ring in _loops(street):
            loop = Loop(ring, BEND_M)
            laps = _laps(loop.length_m, period_s, rng)
            if laps == 0:
                continue
            wanted = rng.poisson(loop.length_m / METRES_A_CAR[street.kind])
            slots = max(1, int(loop.length_m / SLOT_M))
            before = len(road.rows)  # those on this very loop keep their distance anyway
            for slot in rng.permutation(slots)[:wanted]:
                road.add(loop.row(laps, float(slot) / slots, steps), before)
    return road.rows


class _Road:
    """The cars that drive so far, none near another at any time."""

    def __init__(self, steps: int) -> None:
        self.rows: list[FloatArray] = []
        self._places = np.zeros((0, steps // 2, 2), np.float32)
        self._boxes = np.zeros((0, 4), np.float32)

    def add(self, row: FloatArray, before: int) -> None:
        """Unless it would come too near to one of the first `before` cars."""
        coarse = row[::2].astype(np.float32)
        low, high = coarse.min(axis=0), coarse.max(axis=0)
        if before and self._meets(coarse, low, high, before):
            return
        count = len(self.rows)
        if count == len(self._places):  # room for as many again
            more = max(256, count)
            self._places = np.concatenate(
                [self._places, np.zeros((more, *coarse.shape), np.float32)]
            )
            self._boxes = np.concatenate([self._boxes, np.zeros((more, 4), np.float32)])
        self._places[count] = coarse
        self._boxes[count] = (*low, *high)
        self.rows.append(row)

    def _meets(
        self,
        row: NDArray[np.float32],
        low: NDArray[np.float32],
        high: NDArray[np.float32],
        before: int,
    ) -> bool:
        boxes = self._boxes[:before]
        apart = (boxes[:, :2] > high + APART_M) | (boxes[:, 2:] < low - APART_M)
        (near,) = np.nonzero(~apart.any(axis=1))
        if not len(near):
            return False
        off = np.abs(self._places[near] - row)
        close = (off.max(axis=2) < APART_M).any(axis=1)
        return any(self._too_near(row, self._places[number]) for number in near[close])

    @staticmethod
    def _too_near(row: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
        distance = np.hypot(*(other - row).T)
        ours, theirs = (np.roll(places, -1, axis=0) - places for places in (row, other))
        # Cars that pass each other the other way keep to their lanes.
        against = (ours * theirs).sum(axis=1) < -0.9 * np.hypot(*ours.T) * np.hypot(*theirs.T)
        return bool(((distance < APART_M) & ~(against & (distance > 2.5))).any())


def _loops(street: Street) -> list[FloatArray]:
    """Closed ways up one side of a street and down the other, centre line on the right."""
    total_m = street.line.length
    if total_m < LEAST_SECTION_M:
        return []
    count = math.ceil(total_m / LONGEST_SECTION_M)
    loops = []
    for number in range(count):
        part = shapely.ops.substring(
            street.line,
            total_m * number / count + ROUND_TURN_M + 2,
            total_m * (number + 1) / count - ROUND_TURN_M - 2,
        )
        around = part.buffer(LANE_M[street.kind], quad_segs=8)
        ring = shapely.get_coordinates(around.exterior)
        loops.append(ring[::-1] if around.exterior.is_ccw else ring)
    return loops


def _laps(length_m: float, period_s: float, rng: np.random.Generator) -> int:
    """Whole laps in the period at a speed that a car may have there; 0 if there is none."""
    slowest, fastest = (pace * period_s / length_m for pace in PACES_MPS)
    least, most = math.ceil(slowest), math.floor(fastest)
    return int(rng.integers(least, most + 1)) if least <= most else 0


def _parked(town: Town, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """(K, 2) places at the kerbs of ordinary streets, clear of other streets, and (K,) headings."""
    streets = [street for street in town.streets if street.kind != "path"]
    tree = shapely.STRtree([street.line for street in streets])
    places, facing = [np.zeros((0, 2))], [np.zeros(0)]
    for number, street in enumerate(streets):
        length_m = street.line.length
        if street.kind != "other" or length_m < 3 * FROM_CORNERS_M:
            continue
        along = np.arange(FROM_CORNERS_M, length_m - FROM_CORNERS_M, KERB_STEP_M)
        for side in (1.0, -1.0):
            taken = along[rng.random(len(along)) < KERB_STEP_M / METRES_A_PARKED_CAR]
            here, ahead = (
                shapely.get_coordinates(shapely.line_interpolate_point(street.line, m))
                for m in (taken, taken + 0.5)
            )
            way = (ahead - here) / 0.5
            spots = here + side * PARKED_M * np.column_stack([-way[:, 1], way[:, 0]])
            found = tree.query(shapely.points(spots), "dwithin", FROM_CORNERS_M)
            clear = np.ones(len(spots), bool)
            clear[found[0][found[1] != number]] = False
            bearing = np.degrees(np.arctan2(way[:, 0], way[:, 1])) + (180.0 if side < 0 else 0.0)
            places.append(spots[clear])
            facing.append(bearing[clear] % 360.0)
    return np.concatenate(places), np.concatenate(facing)
