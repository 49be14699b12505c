"""The simulated borough: who walks and drives where, at any moment.

A pure function of (seed, time): everything repeats after `PERIOD_S`, so that footage of that length
can be looped and agrees with every other camera that draws the same borough. People walk on
pavements, park paths, lawns and squares; cars drive on the left and turn round at the ends of their
street; other cars are parked. Nobody walks on a carriageway and no two cars drive into each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

import shapely

from ground_station.simulation.crowd import Crowd
from ground_station.simulation.town import FRAME, Town, the_town
from ground_station.simulation.traffic import drivers
from ground_station.simulation.walkers import walkers

PERIOD_S = 120.0
DEMO_SEED = 20261124


class MoverKind(StrEnum):
    PERSON = "person"
    CAR = "car"
    VAN = "van"


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody or something, where it truly is.

    Attributes:
        mover_id: stable for a seed, e.g. "person-17".
        heading_deg: clockwise from true north. speed_mps: 0 for what stands or is parked.
    """

    mover_id: str
    kind: MoverKind
    lat: float
    lon: float
    heading_deg: float
    speed_mps: float


class Borough:
    """Everybody and everything that moves. Read-only once made: safe from any thread.

    Takes a second or two to make; `the_borough` keeps it.
    """

    def __init__(self, seed: int = DEMO_SEED, town: Town | None = None) -> None:
        self.seed = seed
        self.town = town or the_town()
        carriageways = self.town.paved(0.0)
        shapely.prepare(carriageways)
        self.walking = walkers(self.town, carriageways, seed, PERIOD_S)
        self.driving = drivers(self.town, seed, PERIOD_S)

    def people(self, t_s: float, lat: float, lon: float, radius_m: float) -> list[Mover]:
        """Everybody within `radius_m` east or west and north or south of a place, `t_s` seconds
        into the period (any number of seconds: it goes round)."""
        crowd = self.walking.near(t_s, *FRAME.from_wgs84(lat, lon), radius_m)
        return _movers("person", crowd, (MoverKind.PERSON, MoverKind.PERSON))

    def cars(self, t_s: float, lat: float, lon: float, radius_m: float) -> list[Mover]:
        """The same for cars and vans, driving and parked."""
        crowd = self.driving.near(t_s, *FRAME.from_wgs84(lat, lon), radius_m)
        return _movers("car", crowd, (MoverKind.CAR, MoverKind.VAN))


@cache
def the_borough(seed: int = DEMO_SEED) -> Borough:
    """The borough of that seed on the checkout's own basemap; made once a process."""
    return Borough(seed)


def moment_s(at: datetime) -> float:
    """How far into the period an instant is; the period begins on each even minute of UTC."""
    return at.timestamp() % PERIOD_S


def _movers(word: str, crowd: Crowd, kinds: tuple[MoverKind, MoverKind]) -> list[Mover]:
    lats, lons = FRAME.to_wgs84_many(crowd.places[:, 0], crowd.places[:, 1])
    columns = zip(
        crowd.index.tolist(),
        crowd.large.tolist(),
        lats.tolist(),
        lons.tolist(),
        crowd.heading_deg.tolist(),
        crowd.speed_mps.tolist(),
        strict=True,
    )
    return [
        Mover(f"{word}-{index}", kinds[large], lat, lon, heading, speed)
        for index, large, lat, lon, heading, speed in columns
    ]
