"""How high the ground is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol


class Terrain(Protocol):
    """A model of the ground.

    Attributes:
        name: as people read it. training: made up between a few known points; simulation only.
    """

    name: str
    training: bool

    def ground_amsl_m(self, lat: float, lon: float) -> float | None:
        """Height of the ground above mean sea level; None where it is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Spot:
    """A height that is published for a place, and by whom."""

    name: str
    lat: float
    lon: float
    amsl_ft: float
    source: str


_SITE = "site elevation in the remarks of UK AIP ENR 5.1 (NATS, AIRAC 2026-05-14)"
_UNCHECKED = "aerodrome level, not checked against the AIP"
# Places of prisons: the middle of their zones.
SPOTS = (
    Spot("Wormwood Scrubs", 51.5168, -0.2407, 51, _SITE),
    Spot("Wandsworth", 51.4499, -0.1773, 112, _SITE),
    Spot("Brixton", 51.4517, -0.1254, 125, _SITE),
    Spot("Pentonville", 51.5448, -0.1160, 141, _SITE),
    Spot("Belmarsh", 51.4965, 0.0935, 16, _SITE),
    Spot("Feltham", 51.4402, -0.4370, 62, _SITE),
    Spot("Bronzefield", 51.4325, -0.4844, 53, _SITE),
    Spot("High Down", 51.3371, -0.1893, 457, _SITE),
    Spot("Lippitt's Hill", 51.6544, 0.0175, 369, _SITE),
    Spot("Northwood", 51.6197, -0.4108, 422, _SITE),
    Spot("Heathrow", 51.4775, -0.4614, 83, "UK AIP AD 2.EGLL"),
    Spot("London Heliport", 51.4700, -0.1794, 18, "OurAirports"),
    Spot("Denham", 51.5883, -0.5131, 249, "OurAirports"),
    Spot("Elstree", 51.6558, -0.3258, 332, "OurAirports"),
    Spot("Biggin Hill", 51.3308, 0.0325, 584, "OurAirports"),
    Spot("Northolt", 51.5528, -0.4197, 124, _UNCHECKED),
    Spot("London City", 51.5053, 0.0553, 19, _UNCHECKED),
    # no published figure: what the simulator takes its home to be, within the riverside's 3-6 m
    Spot("Ravenscourt Park", 51.4958, -0.2386, 5.0 / 0.3048, "assumed for the simulation"),
)
_METRES_PER_FOOT = 0.3048
_EXACT_M = 1.0


class TrainingTerrain:
    """A smooth surface through a few published heights: right at those, tens of metres wrong
    between them where there is a hill. For simulation only. Immutable."""

    name = "training terrain (18 known heights): not for operational use"
    training = True
    SOUTH, NORTH, WEST, EAST = 51.29, 51.69, -0.52, 0.15

    def ground_amsl_m(self, lat: float, lon: float) -> float | None:
        """None outside the box that the known heights lie in, and for what is no place."""
        if not (self.SOUTH <= lat <= self.NORTH and self.WEST <= lon <= self.EAST):
            return None
        east_m_per_deg = 111_320.0 * math.cos(math.radians(lat))
        weights = total = 0.0
        for spot in SPOTS:
            squared = ((lat - spot.lat) * 111_200.0) ** 2 + ((lon - spot.lon) * east_m_per_deg) ** 2
            if squared < _EXACT_M:
                return spot.amsl_ft * _METRES_PER_FOOT
            weight = 1.0 / squared
            weights += weight
            total += weight * spot.amsl_ft
        return total / weights * _METRES_PER_FOOT
