"""Two flights beside each other: one that was recorded here and the vehicle's own log of it, or two
of the same mission. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ground_station.core.flight_log import FlightRecord, FlightSample
from ground_station.services.flight_ways import distance_m

LEAST_OVERLAP_S: Final = 5.0
MOST_LOOKED_AT: Final = 500  # places at the same instants


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of both. `difference`: second minus first; None where one is not known."""

    key: str
    first: float | None
    second: float | None

    @property
    def difference(self) -> float | None:
        if self.first is None or self.second is None:
            return None
        return self.second - self.first


@dataclass(frozen=True, slots=True)
class Comparison:
    """Attributes:
    figures: whole_s, minutes, max_height_home_m, distance_m, battery_used.
    overlap_s: how long both have places at the same times, by their clocks; 0: never.
    apart_m: over the ground between both at the same times, the median; None: no overlap.
    height_apart_m: of their heights above the sea, likewise.
    """

    figures: tuple[Compared, ...]
    overlap_s: float
    apart_m: float | None
    height_apart_m: float | None


def compare(
    first: tuple[FlightRecord, Sequence[FlightSample]],
    second: tuple[FlightRecord, Sequence[FlightSample]],
) -> Comparison:
    """Of two flights with samples of all of each, in order."""
    records = first[0], second[0]
    figures = [Compared("whole_s", *(_whole_s(one) for one in records))]
    for key in ("minutes", "max_height_home_m", "distance_m", "battery_used"):
        figures.append(Compared(key, *(getattr(one, key) for one in records)))
    overlap_s, apart_m, height_m = _apart(first[1], second[1])
    return Comparison(tuple(figures), overlap_s, apart_m, height_m)


def _whole_s(record: FlightRecord) -> float | None:
    if record.ended_at is None:
        return None
    return (record.ended_at - record.began_at).total_seconds()


def _apart(
    first: Sequence[FlightSample], second: Sequence[FlightSample]
) -> tuple[float, float | None, float | None]:
    """(overlap in s, apart over the ground, apart in height)."""
    one, two = _places(first), _places(second)
    if not len(one) or not len(two):
        return 0.0, None, None
    begins, ends = max(one[0, 0], two[0, 0]), min(one[-1, 0], two[-1, 0])
    if ends - begins < LEAST_OVERLAP_S:
        return max(0.0, float(ends - begins)), None, None
    times = np.linspace(begins, ends, MOST_LOOKED_AT)
    at_one, at_two = (
        [np.interp(times, track[:, 0], track[:, column]) for column in (1, 2, 3)]
        for track in (one, two)
    )
    apart = [
        distance_m(*map(float, pair))
        for pair in zip(at_one[0], at_one[1], at_two[0], at_two[1], strict=True)
    ]
    heights = np.abs(at_one[2] - at_two[2])
    height = float(np.nanmedian(heights)) if np.isfinite(heights).any() else None
    return float(ends - begins), float(np.median(apart)), height


def _places(samples: Sequence[FlightSample]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Rows of (seconds, lat, lon, height above the sea or NaN), their times going forward."""
    rows = [
        (one.at.timestamp(), one.lat, one.lon, _or_nan(one.alt_amsl_m))
        for one in samples
        if one.lat is not None and one.lon is not None
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
