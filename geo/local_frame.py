"""Metres east and north of an anchor, and WGS 84."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_GEOD = pyproj.Geod(ellps="WGS84")  # used read-only, so safe from any thread


@dataclass(frozen=True, slots=True)
class LocalFrame:
    """East-north metres on the ground round (lat, lon), by exact geodesics on the ellipsoid.

    A point's distance and true bearing from the anchor are exactly hypot(east, north) and
    atan2(east, north) (the azimuthal equidistant projection). Between two points within 10 km of
    the anchor, metres and angles are right to better than a part in a million; "north" at a point
    differs from the anchor's by the meridians' convergence, 0.001 degrees in 100 m at 51 N.
    """

    anchor_lat: float
    anchor_lon: float

    def __post_init__(self) -> None:
        if not (-89.0 <= self.anchor_lat <= 89.0 and -180.0 <= self.anchor_lon <= 180.0):
            raise ValueError("The anchor must be a latitude within 89 and a longitude within 180.")

    def to_wgs84(self, east_m: float, north_m: float) -> tuple[float, float]:
        """(lat, lon) of a point."""
        lon, lat, _ = _GEOD.fwd(
            self.anchor_lon,
            self.anchor_lat,
            math.degrees(math.atan2(east_m, north_m)),
            math.hypot(east_m, north_m),
        )
        return float(lat), float(lon)

    def to_wgs84_many(
        self, east_m: FloatArray, north_m: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """(lats, lons) of points given as two arrays of one length."""
        n = len(east_m)
        return to_wgs84_each(
            np.full(n, self.anchor_lat), np.full(n, self.anchor_lon), east_m, north_m
        )

    def from_wgs84(self, lat: float, lon: float) -> tuple[float, float]:
        """(east_m, north_m) of a place."""
        bearing_deg, _, distance_m = _GEOD.inv(self.anchor_lon, self.anchor_lat, lon, lat)
        bearing = math.radians(bearing_deg)
        return distance_m * math.sin(bearing), distance_m * math.cos(bearing)


def to_wgs84_each(
    anchor_lat: FloatArray, anchor_lon: FloatArray, east_m: FloatArray, north_m: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(lats, lons) of points that each have an anchor of their own; arrays of one length."""
    lon, lat, _ = _GEOD.fwd(
        anchor_lon,
        anchor_lat,
        np.degrees(np.arctan2(east_m, north_m)),
        np.hypot(east_m, north_m),
    )
    return np.asarray(lat), np.asarray(lon)
