"""Many movers at once, as arrays: what the renderer and the lists of movers are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ground_station.simulation.paths_in_time import Timetable

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Movers of one sort in metres, as arrays of one length: what the renderer draws.

    Attributes:
        index: which of its sort each is. places: (N, 2) east and north of the town's anchor.
        look: (N,) whole numbers, the same for one mover at all times, to choose colours with.
        large: (N,) vans among cars; tall among people.
    """

    index: NDArray[np.int64]
    places: FloatArray
    heading_deg: FloatArray
    speed_mps: FloatArray
    look: NDArray[np.int64]
    large: NDArray[np.bool_]

    def only(self, chosen: NDArray[np.int64]) -> Crowd:
        """Those at these places of the arrays."""
        return Crowd(
            self.index[chosen],
            self.places[chosen],
            self.heading_deg[chosen],
            self.speed_mps[chosen],
            self.look[chosen],
            self.large[chosen],
        )


@dataclass(frozen=True, slots=True)
class Population:
    """All movers of one sort over the whole period: first those of the table, then those that
    never move.

    Attributes:
        parked: (K, 2) metres; parked_deg: (K,) which way they face.
    """

    table: Timetable
    parked: FloatArray
    parked_deg: FloatArray
    look: NDArray[np.int64]
    large: NDArray[np.bool_]

    def near(self, t_s: float, east_m: float, north_m: float, radius_m: float) -> Crowd:
        """Those within `radius_m` east or west and north or south of a point."""
        places, heading, speed = self.table.at(t_s)
        moving, parked = (
            np.nonzero(
                (np.abs(some[:, 0] - east_m) <= radius_m)
                & (np.abs(some[:, 1] - north_m) <= radius_m)
            )[0]
            for some in (places, self.parked)
        )
        index = np.concatenate([moving, parked + len(places)])
        return Crowd(
            index,
            np.concatenate([places[moving], self.parked[parked]]),
            np.concatenate([heading[moving], self.parked_deg[parked]]),
            np.concatenate([speed[moving], np.zeros(len(parked))]),
            self.look[index],
            self.large[index],
        )
